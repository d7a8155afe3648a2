//! `mainstay paypal setup`, `doctor` and the office, as the operator meets them.

use super::shop::Shop;
use crate::support::both;
use crate::support::command::{Finished, Mainstay};
use crate::support::paypal::{Options, PayPal};
use mainstay::domain::access::Role;
use mainstay::domain::clock::SystemClock;
use mainstay::usecases::gateways::{self, Verdict};
use std::sync::Arc;

const URL: &str = "https://give.example.org/webhooks/paypal";

/// Somebody at a console, with an app and no more.
struct Operator {
    paypal: PayPal,
    folder: tempfile::TempDir,
}

impl Operator {
    fn new() -> Self {
        Self {
            paypal: PayPal::start(Options::at(Arc::new(SystemClock))),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn call(&self, arguments: &[&str]) -> Mainstay {
        let (id, secret) = self.paypal.credentials();
        Mainstay::new(self.folder.path(), arguments)
            .env("MAINSTAY_PAYPAL__CLIENT_ID", id)
            .env("MAINSTAY_PAYPAL__CLIENT_SECRET", secret)
            .env("MAINSTAY_PAYPAL__API_BASE", &self.paypal.url)
            .env("MAINSTAY_SERVER__PUBLIC_URL", "https://give.example.org")
    }

    async fn setup(&self, more: &[&str]) -> Finished {
        self.call(&[&["paypal", "setup"], more].concat()).run().await
    }
}

#[tokio::test]
async fn the_webhook_is_created_once_and_printed_as_the_line_to_write() {
    let operator = Operator::new();
    let missing = operator.setup(&["--check"]).await;
    assert_eq!(missing.code, Some(1), "{missing:?}");
    assert!(missing.stdout.contains(&format!("no webhook for {URL}")), "{missing:?}");

    let created = operator.setup(&[]).await;
    assert_eq!(created.code, Some(0), "{created:?}");
    let line = created.stdout.lines().find(|line| line.starts_with("webhook_id = \"")).unwrap();
    let id = line.split('"').nth(1).unwrap().to_owned();
    let again = operator.setup(&[]).await;
    assert!(again.stdout.contains("exists and hears everything") && again.stdout.contains(line), "{again:?}");
    assert_eq!(operator.paypal.done("POST", "/v1/notifications/webhooks").len(), 1);

    operator.paypal.deafen(&id, &["CHECKOUT.ORDER.APPROVED", "SOMETHING.ELSE"]);
    let mended = operator.setup(&[]).await;
    assert!(
        mended.stdout.contains("put right") && mended.stdout.contains("PAYMENT.CAPTURE.REFUNDED"),
        "{mended:?}"
    );
    let migrated = operator.call(&["migrate"]).env("MAINSTAY_PAYPAL__WEBHOOK_ID", &id).run().await;
    assert_eq!(migrated.code, Some(0), "{migrated:?}");
    let doctor = operator.call(&["doctor"]).env("MAINSTAY_PAYPAL__WEBHOOK_ID", &id).run().await;
    assert!(doctor.stdout.contains("ok     paypal: webhook\n"), "{doctor:?}");
    let other = operator.call(&["doctor"]).env("MAINSTAY_PAYPAL__WEBHOOK_ID", "8PTOTHER").run().await;
    assert_eq!(other.code, Some(1), "{other:?}");
    assert!(other.stdout.contains("not the configured one"), "{other:?}");

    let check = operator.call(&["config", "check"]).run().await;
    assert_eq!(check.code, Some(2), "{check:?}");
    assert!(check.stderr.contains("run `mainstay paypal setup`"), "{check:?}");
    let check = operator.call(&["config", "check"]).env("MAINSTAY_PAYPAL__WEBHOOK_ID", &id).run().await;
    assert_eq!(check.code, Some(0), "{check:?}");
}

#[tokio::test]
async fn credentials_that_paypal_does_not_know_are_said_to_be_wrong() {
    let operator = Operator::new();
    let wrong =
        operator.call(&["paypal", "setup"]).env("MAINSTAY_PAYPAL__CLIENT_SECRET", "EWrong").run().await;
    assert_eq!(wrong.code, Some(1), "{wrong:?}");
    assert!(wrong.stderr.contains("does not know the client id and secret"), "{wrong:?}");
    assert!(!format!("{wrong:?}").contains("EWrong"));
}

both! {
    async fn the_office_shows_how_paypal_stands_and_tries_it_out(engine) {
        let shop = Shop::open(engine).await;
        let mut owner = shop.app.clerk(Role::Owner).await;
        let page = owner.get("/admin/gateways/paypal").await.text();
        assert!(page.contains("which wins") && page.contains("/webhooks/paypal"), "{page}");
        let tried = owner.post("/admin/gateways/paypal/try", &[]).await.text();
        assert!(tried.contains("PayPal knows the client id and the secret."), "{tried}");
        assert!(!page.contains(&shop.paypal.credentials().1) && !tried.contains(&shop.paypal.credentials().1));

        shop.paypal.forbid(&["/v1/reporting"]);
        shop.paypal.deafen(&shop.webhook, &["CHECKOUT.ORDER.APPROVED"]);
        let found = gateways::try_paypal(shop.app.ctx()).await.unwrap();
        let bad: Vec<_> = found.iter().filter(|finding| finding.verdict == Verdict::Bad).collect();
        assert!(bad.len() == 1 && bad[0].what.contains("PAYMENT.CAPTURE.COMPLETED"), "{found:?}");
        assert!(found.iter().any(|finding| finding.what.contains("Transaction search")), "{found:?}");
        shop.close().await;
    }
}
