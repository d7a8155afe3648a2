//! A site that takes PayPal, and its PayPal.

use crate::stripe::shop::SiteClock;
use crate::support::app::{Changes, Engine, TestApp};
use crate::support::client::{Answer, Client};
use crate::support::gift::{Form, Given};
use crate::support::paypal::{Means, Options, PayPal, Signed};
use chrono::TimeDelta;
use mainstay::domain::attempt::AttemptOutcome;
use mainstay::domain::pledge::GatewayKind;
use mainstay::gateways::Gateway;
use reqwest::Method;
use std::sync::Arc;

pub(crate) struct Shop {
    pub(crate) app: TestApp,
    pub(crate) paypal: PayPal,
    /// Names the webhook whose events are believed.
    pub(crate) webhook: String,
    client: Client,
    _authority: tempfile::NamedTempFile,
}

/// A gift that has been promised; the donor is on PayPal's page.
#[derive(Debug, Clone)]
pub(crate) struct Begun {
    pub(crate) order: String,
    /// Path of the thanks page.
    pub(crate) thanks: String,
}

impl Shop {
    pub(crate) async fn open(engine: Engine) -> Self {
        Self::open_with(engine, |_as_usual| {}, &[]).await
    }

    /// With another app at PayPal, or with other `MAINSTAY_…` variables.
    pub(crate) async fn open_with(
        engine: Engine,
        change: impl FnOnce(&mut Options),
        environment: &[(&'static str, &str)],
    ) -> Self {
        let clock = SiteClock::default();
        let mut options = Options::at(Arc::new(clock.clone()));
        change(&mut options);
        let paypal = PayPal::start(options);
        let webhook = paypal.webhook_at("http://127.0.0.1/not-yet-known");
        let authority = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(authority.path(), paypal.authority()).unwrap();
        let (client_id, client_secret) = paypal.credentials();
        let mut variables = vec![
            ("MAINSTAY_PAYPAL__CLIENT_ID", client_id),
            ("MAINSTAY_PAYPAL__CLIENT_SECRET", client_secret),
            ("MAINSTAY_PAYPAL__WEBHOOK_ID", webhook.clone()),
            ("MAINSTAY_PAYPAL__API_BASE", paypal.url.clone()),
            ("MAINSTAY_PAYPAL__WEBHOOK_CERT_HOSTS", "127.0.0.1".to_owned()),
            ("MAINSTAY_PAYPAL__WEBHOOK_CA_FILE", authority.path().to_str().unwrap().to_owned()),
            ("MAINSTAY_PAYPAL__TIMEOUT_S", "5".to_owned()),
        ];
        variables.extend(environment.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let app = TestApp::start_with(engine, Changes { environment: variables }).await;
        let _first = clock.0.set(app.clock.clone());
        paypal.move_webhook(&webhook, &format!("{}/webhooks/paypal", app.url));
        let client = app.client();
        Self { app, paypal, webhook, client, _authority: authority }
    }

    /// Fills in the form, as far as PayPal's page.
    pub(crate) async fn begins(&self, form: &Form) -> Begun {
        let answer = self.client.give(&form.clone().set("gateway", "paypal")).await;
        let page = answer.location().to_owned();
        let order = page.strip_prefix(&format!("{}/checkoutnow?token=", self.paypal.url));
        let order = order.unwrap_or_else(|| panic!("{page}")).to_owned();
        Begun { thanks: self.thanks_of(&order).await, order }
    }

    /// The path to which the donor of an order comes back.
    async fn thanks_of(&self, order: &str) -> String {
        let attempt = self.paypal.order(order).custom_id;
        let sql = format!("SELECT pledge_id AS line FROM attempts WHERE id = '{attempt}'");
        let pledge = self.app.lines(&sql).await.remove(0);
        let token =
            mainstay::usecases::tokens::status_token(&self.app.ctx().key, pledge.parse().unwrap()).unwrap();
        format!("/thanks/{token}")
    }

    /// The donor comes back from PayPal, after a minute.
    pub(crate) async fn returns(&self, begun: &Begun) {
        self.app.clock.advance(TimeDelta::minutes(1));
        let back = format!("{}?token={}&PayerID=EMULATEDPAYER", begun.thanks, begun.order);
        assert_eq!(self.client.get(&back).await.status, reqwest::StatusCode::OK);
        self.app.run_jobs().await;
    }

    /// Gives; the money is in the books when this returns. Gives the name of the payment too.
    pub(crate) async fn gives(&self, form: &Form) -> (String, Given) {
        let begun = self.begins(form).await;
        self.paypal.approve(&begun.order, Means::Wallet);
        self.hears().await;
        (self.paypal.capture_of(&begun.order), self.app.given(&begun.thanks).await)
    }

    /// Everything that PayPal has to tell is delivered and worked on.
    pub(crate) async fn hears(&self) {
        while self.paypal.deliver_all().await > 0 {
            self.app.run_jobs().await;
        }
        self.app.run_jobs().await;
    }

    pub(crate) async fn status_of(&self, begun: &Begun) -> String {
        self.client.status_of(&begun.thanks).await
    }

    /// The gateway itself, as the use cases have it.
    pub(crate) fn gateway(&self) -> Arc<dyn Gateway> {
        self.app.ctx().gateways.get(GatewayKind::Paypal).unwrap()
    }

    /// Hands a webhook to the site.
    pub(crate) async fn posts(&self, signed: &Signed) -> Answer {
        let request = self.client.request(Method::POST, "/webhooks/paypal").body(signed.body.clone());
        let with = |request: reqwest::RequestBuilder, (name, value): &(&'static str, String)| {
            request.header(*name, value)
        };
        self.client.send(signed.headers.iter().fold(request, with)).await
    }

    /// The balance of an account of the books in one currency.
    pub(crate) async fn in_books(&self, account: &str, currency: &str) -> i64 {
        let sql = format!(
            "SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) AS number \
             FROM ledger_postings WHERE account = '{account}' AND currency = '{currency}'"
        );
        self.app.number(&sql).await
    }

    /// What the books say PayPal holds, in minor units of a currency.
    pub(crate) async fn clearing(&self, currency: &str) -> i64 {
        self.in_books("clearing:paypal", currency).await
    }

    /// The name of the order that the latest attempt opened, as we know it.
    pub(crate) async fn known_order(&self, begun: &Begun) -> Option<String> {
        match self.app.view(&begun.thanks).await.attempt.unwrap().outcome {
            AttemptOutcome::Accepted { remote, .. } => Some(remote.as_str().to_owned()),
            AttemptOutcome::Started | AttemptOutcome::Unknown | AttemptOutcome::Refused { .. } => None,
        }
    }

    /// Our books and PayPal's say the same.
    pub(crate) async fn agrees(&self) {
        for (currency, minor) in self.paypal.balances() {
            assert_eq!(self.clearing(&currency).await, minor, "the balance in {currency}");
        }
    }

    /// The end of every test: the books are right, agree with PayPal's, and nothing is left to do.
    pub(crate) async fn close(self) {
        self.agrees().await;
        self.app.finish().await;
    }
}
