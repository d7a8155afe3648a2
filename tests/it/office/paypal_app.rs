//! The app at PayPal set up in the office: tried before it counts, sealed, and taken up by every process.

use std::sync::Arc;

use mainstay::domain::access::Role;
use mainstay::domain::pledge::GatewayKind;
use mainstay::gateways::paypal::{Authorities, Publication, Settings};
use mainstay::gateways::{FeeRate, Key, Registry};
use mainstay::usecases::Context;
use mainstay::usecases::gateways::{self, PaypalPlan};
use reqwest::StatusCode;
use std::time::Duration;

use super::clerk::Clerk;
use crate::stripe::shop::SiteClock;
use crate::support::app::{Changes, Engine, TestApp};
use crate::support::both;
use crate::support::gift::Form;
use crate::support::paypal::{Means, Options, PayPal};

const PAGE: &str = "/admin/gateways/paypal";
const SEALING: &str = "a long random text that is kept outside";

struct Site {
    app: TestApp,
    paypal: PayPal,
    owner: Clerk,
    _authority: tempfile::NamedTempFile,
}

impl Site {
    /// A site without an app, and somebody who may type one.
    async fn open(engine: Engine, more: &[(&'static str, &str)]) -> Self {
        let clock = SiteClock::default();
        let paypal = PayPal::start(Options::at(Arc::new(clock.clone())));
        let authority = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(authority.path(), paypal.authority()).unwrap();
        let mut environment = vec![
            ("MAINSTAY_PAYPAL__API_BASE", paypal.url.clone()),
            ("MAINSTAY_PAYPAL__WEBHOOK_CERT_HOSTS", "127.0.0.1".to_owned()),
            ("MAINSTAY_PAYPAL__WEBHOOK_CA_FILE", authority.path().to_str().unwrap().to_owned()),
            ("MAINSTAY_PAYPAL__TIMEOUT_S", "5".to_owned()),
            ("MAINSTAY_STAFF__SEALING_KEY", SEALING.to_owned()),
        ];
        environment.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let app = TestApp::start_with(engine, Changes { environment }).await;
        let _first = clock.0.set(app.clock.clone());
        let owner = app.clerk(Role::Owner).await;
        Self { app, paypal, owner, _authority: authority }
    }

    /// The page, and the state of the keys that it was made from.
    async fn page(&self) -> (String, String) {
        let text = self.owner.get(PAGE).await.text();
        let seen =
            text.split_once("name=\"seen\" value=\"").map(|(_, after)| after.split('"').next().unwrap());
        (text.clone(), seen.unwrap_or_default().to_owned())
    }

    /// Posts to a form of the page as it is now; where it leads, or what it says.
    async fn posts(&mut self, form: &str, fields: &[(&str, &str)]) -> Result<String, String> {
        let (_, seen) = self.page().await;
        let fields = [&[("seen", seen.as_str())], fields].concat();
        let answer = self.owner.post(&format!("{PAGE}/{form}"), &fields).await;
        if answer.status == StatusCode::SEE_OTHER {
            return Ok(answer.header("location").to_owned());
        }
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
        Err(answer.text())
    }

    /// Types an app with what the emulator knows, or another secret.
    async fn types(&mut self, secret: Option<&str>, mode: &str) -> Result<String, String> {
        let (id, known) = self.paypal.credentials();
        let secret = secret.unwrap_or(&known).to_owned();
        self.posts("app", &[("client_id", &id), ("client_secret", &secret), ("mode", mode)]).await
    }

    async fn offers_paypal(&self) -> bool {
        self.app.client().get("/donate").await.text().contains("value=\"paypal\"")
    }

    async fn set_up(&mut self) {
        assert_eq!(self.types(None, "live").await.unwrap(), format!("{PAGE}?done=app"));
        assert_eq!(self.posts("webhook", &[]).await.unwrap(), format!("{PAGE}?done=paypal-webhook"));
    }

    /// Another process of the site, which has looked once.
    async fn elsewhere(&self, production: bool) -> Context {
        let frame = Settings {
            client_id: String::new(),
            client_secret: Key::new(""),
            webhook_id: String::new(),
            api_base: self.paypal.url.clone(),
            page_origins: Vec::new(),
            certificate_hosts: vec!["127.0.0.1".to_owned()],
            authorities: Authorities::public(),
            publication: Publication { name: "Elsewhere".to_owned(), address: self.app.url.clone() },
            fee: FeeRate { basis_points: 249, fixed_minor: 35 },
            timeout: Duration::from_secs(5),
        };
        let paypal = Arc::new(PaypalPlan::new((frame.clone(), frame), None, production));
        let context = Context { paypal, gateways: Registry::default(), ..self.app.ctx().clone() };
        gateways::take_up(&context).await.unwrap();
        context
    }

    async fn log(&self) -> Vec<String> {
        let sql = "SELECT detail AS line FROM audit_log WHERE action = 'gateway.changed' ORDER BY number";
        self.app.lines(sql).await
    }
}

fn has_paypal(ctx: &Context) -> bool {
    ctx.gateways.get(GatewayKind::Paypal).is_some()
}

both! {
    async fn an_app_is_tried_sealed_and_taken_up_by_every_process(engine) {
        let mut site = Site::open(engine, &[]).await;
        let other = site.elsewhere(false).await;
        let (page, _) = site.page().await;
        assert!(page.contains("Type an app") && !site.offers_paypal().await, "{page}");
        let refusal = site.types(Some("ENobodyKnowsThis"), "live").await.unwrap_err();
        assert!(refusal.contains("does not know this client id") && !refusal.contains("ENobody"), "{refusal}");
        let refusal = site.types(None, "neither").await.unwrap_err();
        assert!(refusal.contains("Say whether it is a live app"), "{refusal}");
        let refusal = site.types(Some("two words"), "live").await.unwrap_err();
        assert!(refusal.contains("more than one word"), "{refusal}");
        assert_eq!(site.app.count("gateway_accounts").await, 0);

        site.types(None, "live").await.unwrap();
        let (page, _) = site.page().await;
        assert!(page.contains("the webhook is missing"), "{page}");
        assert!(!site.offers_paypal().await, "no webhook would be believed yet");
        site.posts("webhook", &[]).await.unwrap();
        assert_eq!(site.paypal.done("POST", "/v1/notifications/webhooks").len(), 1);
        assert!(site.offers_paypal().await);
        let policy = site.app.client().get("/donate").await.header("content-security-policy").to_owned();
        assert!(policy.contains(&site.paypal.url), "forms may lead there: {policy}");
        site.posts("webhook", &[]).await.unwrap();
        assert_eq!(site.paypal.done("POST", "/v1/notifications/webhooks").len(), 1, "it is found again");

        assert!(!has_paypal(&other));
        assert!(gateways::take_up(&other).await.unwrap() && has_paypal(&other));
        assert!(!gateways::take_up(&other).await.unwrap(), "nothing changed since");
        let kept = "SELECT key_sealed || ' ' || secret_sealed AS line FROM gateway_accounts";
        let (kept, log) = (site.app.lines(kept).await.join(""), site.log().await.join(""));
        let secret = site.paypal.credentials().1;
        assert!(!kept.contains(&secret) && !log.contains(&secret) && !site.page().await.0.contains(&secret));
        assert_eq!(site.log().await.len(), 3, "{log}");
        site.app.finish().await;
    }
}

both! {
    async fn what_is_set_up_in_the_office_takes_gifts_and_believes_its_webhook(engine) {
        let mut site = Site::open(engine, &[]).await;
        site.set_up().await;
        let answer = site.app.client().give(&Form::gift().set("gateway", "paypal")).await;
        let order = answer.location().rsplit_once("token=").unwrap().1.to_owned();
        site.paypal.approve(&order, Means::Wallet);
        while site.paypal.deliver_all().await > 0 {
            site.app.run_jobs().await;
        }
        assert_eq!(site.app.number("SELECT COUNT(*) AS number FROM donations WHERE gateway = 'paypal'").await, 1);
        let (page, _) = site.page().await;
        assert!(page.contains("<dt>Last webhook</dt><dd>15 June 2026"), "{page}");

        let tried = site.owner.post(&format!("{PAGE}/try"), &[]).await.text();
        assert!(tried.contains("knows the client id") && tried.contains("hears everything"), "{tried}");
        site.paypal.forbid(&["/v1/reporting"]);
        let narrow = site.types(None, "live").await.unwrap();
        assert_eq!(narrow, format!("{PAGE}?done=app-narrow"));
        assert!(site.offers_paypal().await, "the webhook of the same app is kept");
        site.app.finish().await;
    }
}

both! {
    async fn another_environment_must_be_meant_and_what_was_seen_before_changes_nothing(engine) {
        let mut site = Site::open(engine, &[]).await;
        site.set_up().await;
        site.app.client().give(&Form::gift().set("gateway", "paypal")).await.location();
        let refusal = site.types(None, "test").await.unwrap_err();
        let marks = ["wait for their payment: 1", "name=\"another_app\"", "value=\"test\" required checked"];
        for mark in marks {
            assert!(refusal.contains(mark), "{mark}: {refusal}");
        }
        assert!(site.offers_paypal().await, "nothing was changed");
        let (id, secret) = site.paypal.credentials();
        for form in ["app", "webhook", "forget"] {
            let fields = [("seen", "of before"), ("client_id", &id), ("client_secret", &secret), ("mode", "live")];
            let answer = site.owner.post(&format!("{PAGE}/{form}"), &fields).await;
            assert!(answer.text().contains("somebody changed the keys meanwhile"), "{form}: {}", answer.text());
        }
        let meant = [("client_id", id.as_str()), ("client_secret", &secret), ("mode", "test"), ("another_app", "on")];
        site.posts("app", &meant).await.unwrap();
        assert!(!site.offers_paypal().await, "the webhook was the other one's");
        assert!(site.log().await.last().unwrap().contains("\"webhook_kept\":false"));

        let last_word = site.owner.get(&format!("{PAGE}/forget")).await.text();
        assert!(last_word.contains("Nobody can give by PayPal any more"), "{last_word}");
        site.posts("forget", &[]).await.unwrap();
        assert_eq!(site.app.count("gateway_accounts").await, 0);
        site.app.stop().await;
    }
}

both! {
    async fn an_app_that_must_not_count_does_not(engine) {
        let mut site = Site::open(engine, &[("MAINSTAY_STAFF__SEALING_KEY", "")]).await;
        let refusal = site.types(None, "live").await.unwrap_err();
        assert!(refusal.contains("staff.sealing_key is set"), "{refusal}");
        assert!(site.paypal.calls().is_empty(), "nobody was asked");
        site.types(None, "test").await.unwrap();
        site.posts("webhook", &[]).await.unwrap();
        assert!(!has_paypal(&site.elsewhere(true).await), "production refuses the test environment");

        site.app.execute(&["UPDATE gateway_accounts SET key_sealed = 'of another sealing key', version = 'v'"]).unwrap();
        assert!(gateways::take_up(site.app.ctx()).await.unwrap());
        assert!(!site.offers_paypal().await);
        assert!(site.page().await.0.contains("cannot be used"));
        site.app.finish().await;
    }
}

both! {
    async fn the_app_of_the_configuration_wins(engine) {
        let app = [
            ("MAINSTAY_PAYPAL__CLIENT_ID", "AnAppOfTheConfiguration"),
            ("MAINSTAY_PAYPAL__CLIENT_SECRET", "ESecretOfTheConfiguration"),
            ("MAINSTAY_PAYPAL__WEBHOOK_ID", "8PTOFTHECONFIGURATION"),
        ];
        let mut site = Site::open(engine, &app).await;
        let (page, _) = site.page().await;
        assert!(page.contains("which wins") && !page.contains("name=\"client_secret\""), "{page}");
        let refusal = site.types(None, "live").await.unwrap_err();
        assert!(refusal.contains("take them out there first"), "{refusal}");
        assert_eq!(site.owner.get(&format!("{PAGE}/forget")).await.location(), PAGE);
        assert!(site.offers_paypal().await && site.log().await.is_empty());
        site.app.finish().await;
    }
}
