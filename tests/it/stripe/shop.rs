//! A site that takes cards, and its Stripe.

use crate::support::app::{Changes, Engine, TestApp, start_of_tests};
use crate::support::client::{Answer, Client};
use crate::support::gift::{Form, Given};
use crate::support::stripe::{Options, Payment, Signed, Stripe};
use chrono::{DateTime, Utc};
use mainstay::domain::clock::{Clock, FixedClock};
use mainstay::domain::pledge::GatewayKind;
use mainstay::gateways::Gateway;
use reqwest::Method;
use serde_json::Value;
use std::sync::{Arc, OnceLock};

/// The site's clock for a gateway that starts before the site.
#[derive(Clone, Default)]
pub(crate) struct SiteClock(pub(crate) Arc<OnceLock<FixedClock>>);

impl Clock for SiteClock {
    fn now(&self) -> DateTime<Utc> {
        self.0.get().map_or_else(start_of_tests, Clock::now)
    }
}

pub(crate) struct Shop {
    pub(crate) app: TestApp,
    pub(crate) stripe: Stripe,
    /// Signs what Stripe sends.
    pub(crate) secret: String,
    /// Whoever talks to the site.
    client: Client,
}

/// A gift that has been promised; the donor is on Stripe's page.
#[derive(Debug, Clone)]
pub(crate) struct Begun {
    pub(crate) session: String,
    /// Path of the thanks page.
    pub(crate) thanks: String,
}

impl Shop {
    pub(crate) async fn open(engine: Engine) -> Self {
        Self::open_with(engine, |_as_usual| {}, &[]).await
    }

    /// With another account at Stripe, or with other `MAINSTAY_…` variables.
    pub(crate) async fn open_with(
        engine: Engine,
        change: impl FnOnce(&mut Options),
        environment: &[(&'static str, &str)],
    ) -> Self {
        let clock = SiteClock::default();
        let mut options = Options::at(Arc::new(clock.clone()));
        change(&mut options);
        let stripe = Stripe::start(options);
        let secret = stripe.endpoint_at("http://127.0.0.1/not-yet-known");
        let mut variables = vec![
            ("MAINSTAY_STRIPE__SECRET_KEY", stripe.key()),
            ("MAINSTAY_STRIPE__WEBHOOK_SECRET", secret.clone()),
            ("MAINSTAY_STRIPE__API_BASE", stripe.url.clone()),
            ("MAINSTAY_STRIPE__TIMEOUT_S", "5".to_owned()),
        ];
        variables.extend(environment.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let app = TestApp::start_with(engine, Changes { environment: variables }).await;
        let _first = clock.0.set(app.clock.clone());
        let client = app.client();
        let shop = Self { app, stripe, secret, client };
        let endpoints = shop.ask(Method::GET, "/v1/webhook_endpoints", &[]).await;
        let id = endpoints["data"][0]["id"].as_str().unwrap();
        let url = format!("{}/webhooks/stripe", shop.app.url);
        shop.ask(Method::POST, &format!("/v1/webhook_endpoints/{id}"), &[("url", &url)]).await;
        shop
    }

    /// Asks Stripe as its dashboard would.
    pub(crate) async fn ask(&self, method: Method, path: &str, form: &[(&str, &str)]) -> Value {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self
            .client
            .request(method, &format!("{}{path}", self.stripe.url))
            .bearer_auth(self.stripe.key())
            .header("stripe-version", "2026-09-30.endive")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        let answer = self.client.send(request).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text());
        answer.json()
    }

    /// Fills in the form, as far as Stripe's page.
    pub(crate) async fn begins(&self, form: &Form) -> Begun {
        let answer = self.client.give(&form.clone().set("gateway", "stripe")).await;
        let page = answer.location().to_owned();
        assert!(page.starts_with(&format!("{}/c/pay/cs_test_", self.stripe.url)), "{page}");
        let session = page.rsplit_once('/').unwrap().1.to_owned();
        let thanks = self.thanks_of(&session).await;
        Begun { session, thanks }
    }

    /// The path to which the donor of a session comes back.
    pub(crate) async fn thanks_of(&self, session: &str) -> String {
        let session = self.ask(Method::GET, &format!("/v1/checkout/sessions/{session}"), &[]).await;
        let back = session["success_url"].as_str().unwrap();
        assert_eq!(session["cancel_url"], back);
        back.strip_prefix(&self.app.url).unwrap().to_owned()
    }

    /// Gives by card; the money is in the books when this returns.
    pub(crate) async fn gives(&self, form: &Form) -> (String, Given) {
        let begun = self.begins(form).await;
        let intent = self.stripe.pay(&begun.session, Payment::Card);
        self.hears().await;
        (intent, self.app.given(&begun.thanks).await)
    }

    /// Everything that Stripe has to tell is delivered and worked on.
    pub(crate) async fn hears(&self) {
        while self.stripe.deliver_all().await > 0 {
            self.app.run_jobs().await;
        }
        self.app.run_jobs().await;
    }

    pub(crate) async fn status_of(&self, begun: &Begun) -> String {
        self.client.status_of(&begun.thanks).await
    }

    /// The gateway itself, as the use cases have it.
    pub(crate) fn gateway(&self) -> Arc<dyn Gateway> {
        self.app.ctx().gateways.get(GatewayKind::Stripe).unwrap()
    }

    /// Hands a webhook to the site.
    pub(crate) async fn posts(&self, body: &[u8], signatures: &[&str]) -> Answer {
        let mut request = self.client.request(Method::POST, "/webhooks/stripe").body(body.to_vec());
        for signature in signatures {
            request = request.header("stripe-signature", *signature);
        }
        self.client.send(request).await
    }

    pub(crate) async fn posts_signed(&self, signed: &Signed) -> Answer {
        self.posts(&signed.body, &[&signed.signature]).await
    }

    /// What the books say Stripe holds, in minor units of a currency.
    pub(crate) async fn clearing(&self, currency: &str) -> i64 {
        self.in_books("clearing:stripe", currency).await
    }

    /// The balance of an account of the books in one currency.
    pub(crate) async fn in_books(&self, account: &str, currency: &str) -> i64 {
        let sql = format!(
            "SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) AS number \
             FROM ledger_postings WHERE account = '{account}' AND currency = '{currency}'"
        );
        self.app.number(&sql).await
    }

    /// Our books and Stripe's say the same.
    pub(crate) async fn agrees(&self) {
        for (currency, units) in self.stripe.balances() {
            let code = currency.to_uppercase();
            assert!(
                ["EUR", "USD"].contains(&code.as_str()),
                "balances are kept in euros and dollars: {code}"
            );
            assert_eq!(self.clearing(&code).await, units, "the balance in {code}");
        }
    }

    /// The end of every test: the books are right, agree with Stripe's, and nothing is left to do.
    pub(crate) async fn close(self) {
        self.agrees().await;
        self.app.finish().await;
    }
}
