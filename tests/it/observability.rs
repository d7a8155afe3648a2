//! What operators see of a running site, and what they must not see: the people.

use crate::support::app::TestApp;
use crate::support::client::Client;
use crate::support::command::{Mainstay, package_folder};
use crate::support::flow;

const CANARY_NAME: &str = "Canary Quetzalcoatl";
const CANARY_EMAIL: &str = "canary.quetzalcoatl@example.org";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_of_a_whole_gift_names_nobody_and_carries_no_token() {
    let folder = tempfile::tempdir().unwrap();
    let site = Mainstay::new(folder.path(), ["serve"])
        .env("MAINSTAY_SITE__CONTENT", package_folder().join("content"))
        .env("MAINSTAY_LOG__FORMAT", "json")
        .env("MAINSTAY_LOG__LEVEL", "debug")
        .serve()
        .await;
    let donor = Client::new(&site.url);
    let form = [
        ("campaign", "press-fund"),
        ("amount", "25"),
        ("currency", "EUR"),
        ("gateway", "sandbox"),
        ("email", CANARY_EMAIL),
        ("name", CANARY_NAME),
        ("message", "a word from the canary"),
    ];

    let page = donor.post("/donate", &form).await.location().to_owned();
    let thanks =
        donor.post(&page, &[("outcome", "succeed"), ("delivery", "now")]).await.location().to_owned();
    donor.get(&thanks).await;
    let bad = donor.post("/donate", &[("email", CANARY_EMAIL), ("gateway", "sandbox")]).await;
    let log = site.stop().await.stderr;

    assert_eq!(bad.status, 422);
    let token = thanks.rsplit('/').next().unwrap();
    for secret in [CANARY_NAME, CANARY_EMAIL, "quetzalcoatl", "a word from", token] {
        assert!(!log.contains(secret), "the log holds {secret}");
    }
    let requests = log.lines().filter(|line| line.contains("\"route\":\"/donate\"")).count();
    assert!(requests >= 2, "the log shows the requests: {log}");
    assert!(log.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{log}");
}

flow! {
    async fn probes_and_metrics_tell_how_the_site_is(app) {
        let operator = app.client();
        operator.get("/").await;
        operator.get("/no/such/page").await;

        assert_eq!(operator.get("/health/live").await.status, 200);
        assert_eq!(operator.get("/health/ready").await.status, 200);
        let metrics = operator.get("/metrics").await;

        assert_eq!(metrics.status, 200);
        let text = metrics.text();
        for name in ["http_requests_total{", "http_request_seconds_bucket{", "# TYPE jobs_in_queue gauge"] {
            assert!(text.contains(name), "{name} is missing in {text}");
        }
        assert!(!text.contains("no/such/page"), "a path became a label");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_carries_the_security_headers() {
    let app = TestApp::start(crate::support::app::Engine::Sqlite).await;
    let reader = app.client();
    for path in ["/", "/donate", "/no/such/page", "/api/v1/campaigns/press-fund", "/api/v1/none"] {
        let answer = reader.get(path).await;

        assert!(answer.header("content-security-policy").contains("default-src 'none'"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert!(!answer.header("x-request-id").is_empty(), "{path}");
        assert_eq!(answer.header("server"), "", "{path}");
    }
    app.finish().await;
}
