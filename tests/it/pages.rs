//! Several processes on one database: what one of them changes is on the pages of all.

use crate::support::app::{Engine, TestApp};
use crate::support::both;
use crate::support::client::Client;
use mainstay::bootstrap::{App, Migrations, World};
use mainstay::config::Config;
use mainstay::domain::clock::{FixedClock, SeededEntropy};
use mainstay::telemetry::metrics::Metrics;
use mainstay::web::{self, AppState, ServerOptions};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A process beside others, with a content folder of its own.
struct Process {
    folder: tempfile::TempDir,
    state: AppState,
    client: Client,
    server: actix_web::dev::ServerHandle,
}

impl Process {
    async fn beside(app: &TestApp, seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "10, 20");
        let environment = [
            ("MAINSTAY_DATABASE__URL", app.database_url.clone()),
            ("MAINSTAY_DATABASE__POOL_SIZE", "2".to_owned()),
            ("MAINSTAY_SITE__CONTENT", folder.path().display().to_string()),
            ("MAINSTAY_SITE__PICTURES", format!("{}/pictures", folder.path().display())),
            ("MAINSTAY_MAIL__DIRECTORY", format!("{}/mail", folder.path().display())),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value));
        let config = Config::load(None, environment).unwrap_or_else(|errors| panic!("{errors}"));
        let entropy = Arc::new(SeededEntropy::new(seed));
        let world = World { clock: Arc::new(FixedClock::at(app.ctx().now())), entropy };
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let opened = App::open(&config, world, &url, Migrations::Require).await.unwrap();
        let state = opened.web_state(&config, Metrics::install().unwrap()).await.unwrap();
        let options = ServerOptions { workers: 1, shutdown_timeout: Duration::from_secs(1) };
        let server = web::serve(listener, state.clone(), options).unwrap();
        let handle = server.handle();
        tokio::spawn(server);
        Self { folder, state, client: Client::new(&url), server: handle }
    }

    /// What a running process does every two seconds.
    async fn looks(&self) -> bool {
        self.state.publication.refresh(&self.state.ctx, &self.state.templates).await.unwrap()
    }

    async fn suggests(&self, amount: &str) -> bool {
        let page = self.client.get("/").await;
        assert_eq!(page.status, 200);
        page.text().contains(amount)
    }
}

/// One article whose appeal has the amounts of its campaign.
fn write(folder: &Path, amounts: &str) {
    let files = [
        (
            "articles/salt.md",
            "---\ntitle: On salt\nlanding: true\nappeal: help\n---\n\nSalt is old.\n".to_owned(),
        ),
        ("appeals/help.md", "---\nheading: Help\ncampaign: salt\n---\n\nPlease.\n".to_owned()),
        (
            "campaigns/salt.md",
            format!("---\ntitle: Salt\nsummary: For salt.\namounts:\n  EUR: [{amounts}]\n---\n"),
        ),
    ];
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

both! {
    async fn a_campaign_that_one_process_takes_up_is_on_the_pages_of_the_others(engine) {
        let app = TestApp::start(engine).await;
        let (one, two) = (Process::beside(&app, 1).await, Process::beside(&app, 2).await);
        one.looks().await;
        two.looks().await;
        assert!(!one.looks().await && !two.looks().await, "nothing changed");
        assert!(one.suggests("€20").await && two.suggests("€20").await);

        write(one.folder.path(), "10, 77");
        assert!(one.looks().await);
        assert!(one.suggests("€77").await);
        assert!(!two.suggests("€77").await, "it has not looked yet");

        assert!(two.looks().await);
        assert!(two.suggests("€77").await && !two.suggests("€20").await);
        assert!(!one.looks().await && !two.looks().await, "they do not take turns for ever");
        assert!(one.suggests("€77").await);

        one.server.stop(false).await;
        two.server.stop(false).await;
        app.finish().await;
    }
}

both! {
    async fn whatever_changes_the_version_has_every_process_render_anew(engine) {
        let app = TestApp::start(engine).await;
        let process = Process::beside(&app, 3).await;
        process.looks().await;
        let inner = app.ctx().clone();

        app.ctx().db.write(move |tx| mainstay::usecases::pages::change(tx, &inner)).await.unwrap();

        assert!(process.looks().await);
        assert!(!process.looks().await);
        process.server.stop(false).await;
        app.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mistake_in_the_files_of_one_process_reaches_no_other() {
    let app = TestApp::start(Engine::Sqlite).await;
    let (one, two) = (Process::beside(&app, 4).await, Process::beside(&app, 5).await);
    one.looks().await;
    two.looks().await;

    write(one.folder.path(), "10, nonsense");
    let refused = one.state.publication.refresh(&one.state.ctx, &one.state.templates).await;

    assert!(refused.is_err());
    assert!(!one.looks().await, "told once");
    assert!(!two.looks().await);
    assert!(one.suggests("€20").await && two.suggests("€20").await);
    one.server.stop(false).await;
    two.server.stop(false).await;
    app.finish().await;
}
