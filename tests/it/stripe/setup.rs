//! `mainstay stripe setup`, `doctor`, and the client itself, as the operator meets them.

use super::shop::Shop;
use crate::support::both;
use crate::support::command::{Finished, Mainstay};
use crate::support::gift::Form;
use crate::support::stripe::{Options, Payment, Stripe};
use chrono::TimeDelta;
use mainstay::domain::clock::Clock as _;
use mainstay::gateways::Interpretation;
use reqwest::Method;

const URL: &str = "https://give.example.org/webhooks/stripe";

/// Somebody at a console, with a secret key and no more.
struct Operator {
    stripe: Stripe,
    folder: tempfile::TempDir,
}

impl Operator {
    fn new() -> Self {
        Self { stripe: Stripe::start(Options::now()), folder: tempfile::tempdir().unwrap() }
    }

    fn call(&self, arguments: &[&str]) -> Mainstay {
        Mainstay::new(self.folder.path(), arguments)
            .env("MAINSTAY_STRIPE__SECRET_KEY", self.stripe.key())
            .env("MAINSTAY_STRIPE__API_BASE", &self.stripe.url)
            .env("MAINSTAY_SERVER__PUBLIC_URL", "https://give.example.org")
    }

    async fn setup(&self, more: &[&str]) -> Finished {
        self.call(&[&["stripe", "setup"], more].concat()).run().await
    }
}

#[tokio::test]
async fn the_endpoint_is_created_once_and_its_secret_printed_as_the_line_to_write() {
    let operator = Operator::new();
    let missing = operator.setup(&["--check"]).await;
    assert_eq!(missing.code, Some(1), "{missing:?}");
    assert!(missing.stdout.contains(&format!("no webhook endpoint for {URL}")), "{missing:?}");
    assert!(operator.stripe.calls().iter().all(|call| call.method == "GET"));

    let created = operator.setup(&[]).await;
    assert_eq!(created.code, Some(0), "{created:?}");
    let line = created.stdout.lines().find(|line| line.starts_with("webhook_secret = \"whsec_")).unwrap();
    let secret = line.split('"').nth(1).unwrap();

    let again = operator.setup(&[]).await;
    assert_eq!(again.code, Some(0), "{again:?}");
    assert!(
        again.stdout.contains("exists and hears everything") && again.stdout.contains("roll it"),
        "{again:?}"
    );
    assert!(!again.stdout.contains("whsec_"));
    assert_eq!(operator.setup(&["--check"]).await.code, Some(0));
    let created = operator.stripe.calls().into_iter().filter(|call| call.method == "POST").count();
    assert_eq!(created, 1);

    let check = operator.call(&["config", "check"]).run().await;
    assert_eq!(check.code, Some(2), "{check:?}");
    assert!(check.stderr.contains("run `mainstay stripe setup`"), "{check:?}");
    let check =
        operator.call(&["config", "check"]).env("MAINSTAY_STRIPE__WEBHOOK_SECRET", secret).run().await;
    assert_eq!(check.code, Some(0), "{check:?}");
}

#[tokio::test]
async fn an_endpoint_that_is_disabled_or_deaf_is_put_right() {
    let operator = Operator::new();
    let shop_call = |method, path: String, form: &'static [(&'static str, &'static str)]| {
        let (key, url) = (operator.stripe.key(), operator.stripe.url.clone());
        async move {
            let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
            let request =
                crate::support::client::http().build().unwrap().request(method, format!("{url}{path}"));
            let request = request.bearer_auth(key).header("stripe-version", "2026-09-30.endive");
            let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
            let answer = request.send().await.unwrap().bytes().await.unwrap();
            serde_json::from_slice::<serde_json::Value>(&answer).unwrap()
        }
    };
    let form =
        &[("url", URL), ("enabled_events[0]", "charge.refunded"), ("enabled_events[1]", "payout.paid")];
    let made = shop_call(Method::POST, "/v1/webhook_endpoints".to_owned(), form).await;
    let path = format!("/v1/webhook_endpoints/{}", made["id"].as_str().unwrap());
    shop_call(Method::POST, path.clone(), &[("disabled", "true")]).await;

    let wrong = operator.setup(&["--check"]).await;
    assert_eq!(wrong.code, Some(1));
    for part in ["is disabled", "does not subscribe to checkout.session.completed", "is of API version"] {
        assert!(wrong.stdout.contains(part), "{part}: {wrong:?}");
    }
    let mended = operator.setup(&[]).await;
    assert_eq!(mended.code, Some(0), "{mended:?}");
    assert!(
        mended.stdout.contains("put right:") && mended.stdout.contains("is of API version"),
        "{mended:?}"
    );
    let now = shop_call(Method::GET, path, &[]).await;
    assert_eq!(now["status"], "enabled");
    let heard = now["enabled_events"].as_array().unwrap();
    assert!(heard.len() == 32 && heard.contains(&"payout.paid".into()), "{heard:?}");
}

#[tokio::test]
async fn what_setup_needs_is_said() {
    let operator = Operator::new();
    let without_key = operator.call(&["stripe", "setup"]).env("MAINSTAY_STRIPE__SECRET_KEY", "").run().await;
    assert_eq!(without_key.code, Some(2), "{without_key:?}");
    assert!(without_key.stderr.contains("stripe.secret_key is empty"));
    let without_url = operator.call(&["stripe", "setup"]).env("MAINSTAY_SERVER__PUBLIC_URL", "").run().await;
    assert_eq!(without_url.code, Some(2), "{without_url:?}");
    assert!(without_url.stderr.contains("--url"));
    let wrong_key =
        operator.call(&["stripe", "setup"]).env("MAINSTAY_STRIPE__SECRET_KEY", "sk_test_x").run().await;
    assert_eq!(wrong_key.code, Some(1), "{wrong_key:?}");
    assert!(wrong_key.stderr.contains("401") && !wrong_key.stderr.contains("sk_test_x"), "{wrong_key:?}");
}

#[tokio::test]
async fn the_doctor_asks_stripe_too() {
    let operator = Operator::new();
    let doctor = |secret: &str| operator.call(&["doctor"]).env("MAINSTAY_STRIPE__WEBHOOK_SECRET", secret);
    let migrated =
        operator.call(&["migrate"]).env("MAINSTAY_STRIPE__WEBHOOK_SECRET", "whsec_abcdefgh").run().await;
    assert_eq!(migrated.code, Some(0), "{migrated:?}");
    let report = doctor("whsec_abcdefgh").run().await;
    assert!(report.stdout.contains("FAILED stripe: webhook endpoint: no webhook endpoint for"), "{report:?}");

    operator.setup(&[]).await;
    let report = doctor("whsec_abcdefgh").run().await;
    assert!(report.stdout.contains("ok     stripe: webhook endpoint\n"), "{report:?}");
    assert!(report.stdout.contains("ok     stripe: test mode"), "{report:?}");

    let report = doctor("whsec_abcdefgh").env("MAINSTAY_STRIPE__SECRET_KEY", "sk_test_x").run().await;
    assert!(report.stdout.contains("FAILED stripe: the gateway gave no answer"), "{report:?}");
}

both! {
    async fn long_lists_are_read_to_their_end(engine) {
        let shop = Shop::open(engine).await;
        let since = shop.app.clock.now() - TimeDelta::minutes(1);
        for number in 0..103 {
            let begun = shop.begins(&Form::gift().by(number)).await;
            shop.stripe.pay(&begun.session, Payment::Card);
        }
        let gateway = shop.gateway();
        let (mut payments, mut after) = (0, None);
        loop {
            let page = gateway.payments_since(since, after.as_deref()).await.unwrap();
            payments += page.items.len();
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(payments, 103);

        let (mut events, mut after) = (Vec::new(), None);
        loop {
            let page = gateway.events_since(since, after.as_deref()).await.unwrap();
            events.extend(page.items);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(events.len(), 103 * 2, "of each gift the session and the payment");
        let meaning = gateway.interpret(&events[0].body).await.unwrap();
        assert!(matches!(meaning, Interpretation::Facts(facts) if facts.len() == 1));

        // An attempt of which no name is known is found behind a hundred others.
        let sql = "SELECT id AS line FROM attempts ORDER BY id LIMIT 1";
        let id = shop.app.lines(sql).await.remove(0).parse().unwrap();
        let find = move |conn: &mut mainstay::store::Conn| mainstay::store::attempts::find(conn, id);
        let mut attempt = shop.app.ctx().db.read(find).await.unwrap().unwrap();
        attempt.outcome = mainstay::domain::attempt::AttemptOutcome::Unknown;
        let found = gateway.look_up(&attempt).await.unwrap();
        assert_eq!((found.facts.len(), found.checkout.unwrap().url), (1, None));
        shop.stripe.drop_pending();
        shop.app.finish().await;
    }
}
