//! Gateways set up in the office: keys that are tried before they count, sealed, and taken up by every process.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use mainstay::domain::access::Role;
use mainstay::domain::audit::Actor;
use mainstay::domain::clock::FixedClock;
use mainstay::domain::pledge::GatewayKind;
use mainstay::gateways::stripe::{Key, Settings};
use mainstay::gateways::{FeeRate, Registry};
use mainstay::usecases::gateways::{self, StripePlan, Typed};
use mainstay::usecases::{Context, UseCaseError};
use reqwest::StatusCode;

use super::clerk::Clerk;
use crate::support::app::{Changes, Engine, TestApp, start_of_tests};
use crate::support::gift::Form;
use crate::support::stripe::{Options, Payment, Stripe};
use crate::support::{both, flow};

const PAGE: &str = "/admin/gateways/stripe";
const SEALING: &str = "a long random text that is kept outside";

struct Site {
    app: TestApp,
    stripe: Stripe,
    owner: Clerk,
}

impl Site {
    /// A site without keys, and somebody who may type some.
    async fn open(engine: Engine, more: &[(&'static str, &str)]) -> Self {
        let mut options = Options::at(Arc::new(FixedClock::at(start_of_tests())));
        options.key = "sk_test_emulated0001".to_owned();
        let stripe = Stripe::start(options);
        let mut environment = vec![
            ("MAINSTAY_STRIPE__API_BASE", stripe.url.clone()),
            ("MAINSTAY_STRIPE__TIMEOUT_S", "5".to_owned()),
            ("MAINSTAY_STAFF__SEALING_KEY", SEALING.to_owned()),
        ];
        environment.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let app = TestApp::start_with(engine, Changes { environment }).await;
        let owner = app.clerk(Role::Owner).await;
        Self { app, stripe, owner }
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

    async fn offers_cards(&self) -> bool {
        self.app.client().get("/donate").await.text().contains("value=\"stripe\"")
    }

    /// With key and webhook.
    async fn set_up(&mut self) {
        let key = self.stripe.key();
        assert_eq!(self.posts("key", &[("secret_key", &key)]).await.unwrap(), format!("{PAGE}?done=key"));
        assert_eq!(self.posts("webhook", &[]).await.unwrap(), format!("{PAGE}?done=webhook"));
    }

    /// Another process of the site, which has looked once.
    async fn elsewhere(&self, production: bool) -> Context {
        let frame = Settings {
            secret_key: Key::new(""),
            webhook_secrets: Vec::new(),
            api_base: self.stripe.url.clone(),
            page_origins: Vec::new(),
            account_id: None,
            fee: FeeRate { basis_points: 150, fixed_minor: 25 },
            timeout: Duration::from_secs(5),
        };
        let stripe = Arc::new(StripePlan::new(frame, None, production));
        let context = Context { stripe, gateways: Registry::default(), ..self.app.ctx().clone() };
        gateways::take_up(&context).await.unwrap();
        context
    }

    async fn log(&self) -> Vec<String> {
        let sql = "SELECT detail AS line FROM audit_log WHERE action = 'gateway.changed' ORDER BY number";
        self.app.lines(sql).await
    }
}

fn has_cards(ctx: &Context) -> bool {
    ctx.gateways.get(GatewayKind::Stripe).is_some()
}

both! {
    async fn a_key_is_tried_sealed_and_taken_up_by_every_process(engine) {
        let mut site = Site::open(engine, &[]).await;
        let other = site.elsewhere(false).await;
        let (page, _) = site.page().await;
        assert!(page.contains("Type a key") && !site.offers_cards().await, "{page}");
        let refusal = site.posts("key", &[("secret_key", "sk_test_nobody_knows")]).await.unwrap_err();
        assert!(refusal.contains("does not know this key") && !refusal.contains("nobody_knows"), "{refusal}");
        site.stripe.forbid(&["/v1/disputes", "/v1/account"]);
        let key = site.stripe.key();
        let refusal = site.posts("key", &[("secret_key", &key)]).await.unwrap_err();
        assert!(refusal.contains("may not read Disputes."), "{refusal}");
        assert_eq!(site.app.count("gateway_accounts").await, 0);
        site.stripe.forbid(&[]);

        site.posts("key", &[("secret_key", &key)]).await.unwrap();
        let (page, _) = site.page().await;
        assert!(page.contains("the webhook is missing") && page.contains("… 0001"), "{page}");
        assert!(!site.offers_cards().await, "no webhook would be believed yet");
        site.posts("webhook", &[]).await.unwrap();
        assert_eq!(site.stripe.endpoint_urls(), [format!("{}/webhooks/stripe", site.app.url)]);
        assert!(site.offers_cards().await);
        let policy = site.app.client().get("/donate").await.header("content-security-policy").to_owned();
        let pages = ["https://checkout.stripe.com", site.stripe.url.as_str()];
        assert!(pages.iter().any(|origin| policy.contains(origin)), "forms may lead there: {policy}");

        assert!(!has_cards(&other));
        assert!(gateways::take_up(&other).await.unwrap() && has_cards(&other));
        assert!(!gateways::take_up(&other).await.unwrap(), "nothing changed since");
        let kept = "SELECT key_sealed || ' ' || secret_sealed AS line FROM gateway_accounts";
        let (kept, log) = (site.app.lines(kept).await.join(""), site.log().await);
        let (page, _) = site.page().await;
        for secret in ["sk_test", "emulated", "whsec"] {
            assert!(!kept.contains(secret) && !log.join("").contains(secret), "{secret} is shown");
        }
        assert!(!page.contains(&key) && log.len() == 2, "{log:?}");
        site.app.finish().await;
    }
}

both! {
    async fn what_is_set_up_in_the_office_takes_gifts_and_says_how_it_is(engine) {
        let mut site = Site::open(engine, &[]).await;
        site.set_up().await;
        let gift = Form::gift().set("gateway", "stripe");
        let answer = site.app.client().give(&gift).await;
        let session = answer.location().rsplit_once('/').unwrap().1.to_owned();
        site.stripe.pay(&session, Payment::Card);
        while site.stripe.deliver_all().await > 0 {
            site.app.run_jobs().await;
        }
        assert_eq!(site.app.number("SELECT COUNT(*) AS number FROM donations WHERE gateway = 'stripe'").await, 1);
        let (page, _) = site.page().await;
        assert!(page.contains("<dt>Last webhook</dt><dd>15 June 2026"), "{page}");

        let tried = site.owner.post(&format!("{PAGE}/try"), &[]).await.text();
        for part in ["test mode", "acct_1EmulatedAccount in DE", "opens everything", "hears everything"] {
            assert!(tried.contains(part), "{part}: {tried}");
        }
        site.stripe.forbid(&["/v1/webhook_endpoints"]);
        let tried = site.owner.post(&format!("{PAGE}/try"), &[]).await.text();
        assert!(tried.contains("may not read Webhook Endpoints"), "{tried}");
        site.stripe.forbid(&[]);
        site.stripe.roll_key("sk_test_rolled_on_the_dashboard", "acct_1EmulatedAccount");
        let tried = site.owner.post(&format!("{PAGE}/try"), &[]).await.text();
        assert!(tried.contains("Stripe does not know the key"), "{tried}");
        site.app.finish().await;
    }
}

both! {
    async fn a_key_of_the_same_account_keeps_the_webhook_and_one_of_another_must_be_meant(engine) {
        let mut site = Site::open(engine, &[]).await;
        site.set_up().await;
        site.stripe.roll_key("sk_test_rolled_key_0002", "acct_1EmulatedAccount");
        site.posts("key", &[("secret_key", "sk_test_rolled_key_0002")]).await.unwrap();
        assert!(site.offers_cards().await && site.page().await.0.contains("… 0002"));

        site.app.client().give(&Form::gift().set("gateway", "stripe")).await.location();
        site.stripe.roll_key("sk_test_other_acct_0003", "acct_2Another");
        let typed = [("secret_key", "sk_test_other_acct_0003")];
        let refusal = site.posts("key", &typed).await.unwrap_err();
        assert!(refusal.contains("wait for their payment: 1") && refusal.contains("name=\"another_account\""), "{refusal}");
        assert!(site.page().await.0.contains("… 0002"), "nothing was changed");
        site.posts("key", &[&typed[..], &[("another_account", "on")]].concat()).await.unwrap();
        assert!(!site.offers_cards().await, "the webhook was the other account's");
        assert!(site.log().await.last().unwrap().contains("\"webhook_kept\":false"));
        site.app.stop().await;
    }
}

both! {
    async fn while_its_secret_changes_the_webhook_is_believed_by_both(engine) {
        let mut site = Site::open(engine, &[]).await;
        site.set_up().await;
        let first = site.stripe.endpoint_urls();
        let answer = site.app.client().give(&Form::gift().set("gateway", "stripe")).await;
        let session = answer.location().rsplit_once('/').unwrap().1.to_owned();
        site.stripe.pay(&session, Payment::Card);
        let refusal = site.posts("secret", &[("webhook_secret", "sk_test_emulated0001")]).await.unwrap_err();
        assert!(refusal.contains("no signing secret"), "{refusal}");
        site.posts("secret", &[("webhook_secret", "whsec_of_another_webhook")]).await.unwrap();
        assert!(site.page().await.0.contains("the secret before is believed until"));
        assert!(site.stripe.deliver_all().await > 0, "signed with the secret before");
        site.app.run_jobs().await;

        site.app.pass(gateways::FORMER_FOR).await;
        let other = site.elsewhere(false).await;
        assert!(gateways::take_up(site.app.ctx()).await.unwrap(), "the secret before has had its time");
        assert!(has_cards(&other) && !gateways::take_up(&other).await.unwrap());
        site.owner = site.app.clerk(Role::Owner).await;
        assert!(!site.page().await.0.contains("is believed until"));
        site.posts("webhook", &[]).await.unwrap();
        assert_eq!(site.stripe.endpoint_urls(), first, "one took the place of the other");
        site.app.stop().await;
    }
}

both! {
    async fn whoever_saw_an_older_state_changes_nothing(engine) {
        let mut site = Site::open(engine, &[]).await;
        site.set_up().await;
        for form in ["key", "webhook", "secret", "forget"] {
            let key = site.stripe.key();
            let fields = [("seen", "of before"), ("secret_key", &key), ("webhook_secret", "whsec_abcdefgh")];
            let answer = site.owner.post(&format!("{PAGE}/{form}"), &fields).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
            assert!(answer.text().contains("somebody changed the keys meanwhile"), "{form}: {}", answer.text());
        }
        assert_eq!((site.log().await.len(), site.stripe.endpoint_urls().len()), (2, 1));

        let last_word = site.owner.get(&format!("{PAGE}/forget")).await.text();
        assert!(last_word.contains("Nobody can give by card any more"), "{last_word}");
        site.posts("forget", &[]).await.unwrap();
        assert!(!site.offers_cards().await);
        assert_eq!(site.app.count("gateway_accounts").await, 0);
        assert!(site.log().await.last().unwrap().contains("forgotten"));
        site.app.finish().await;
    }
}

both! {
    async fn keys_that_must_not_count_do_not(engine) {
        let mut site = Site::open(engine, &[("MAINSTAY_STAFF__SEALING_KEY", "")]).await;
        let refusal = site.posts("key", &[("secret_key", "sk_live_of_an_account_1")]).await.unwrap_err();
        assert!(refusal.contains("staff.sealing_key is set"), "{refusal}");
        assert!(site.stripe.calls().is_empty(), "nobody was asked");
        site.set_up().await;

        let production = site.elsewhere(true).await;
        assert!(!has_cards(&production), "a key of the test mode is refused in production");
        let typed = Typed { key: Key::new("sk_test_emulated0001"), seen: String::new(), another_account: false };
        let refusal = gateways::put_key(&production, Actor::Command, typed).await.unwrap_err();
        assert!(matches!(&refusal, UseCaseError::Invalid(problems) if problems[0].message.contains("test mode")));

        site.app.execute(&["UPDATE gateway_accounts SET key_sealed = 'of another sealing key', version = 'v'"]).unwrap();
        assert!(gateways::take_up(site.app.ctx()).await.unwrap());
        assert!(!site.offers_cards().await);
        assert!(site.page().await.0.contains("cannot be used"));
        site.app.finish().await;
    }
}

both! {
    async fn keys_of_the_configuration_win(engine) {
        let keys = [
            ("MAINSTAY_STRIPE__SECRET_KEY", "sk_test_emulated0001"),
            ("MAINSTAY_STRIPE__WEBHOOK_SECRET", "whsec_of_the_configuration"),
        ];
        let mut site = Site::open(engine, &keys).await;
        let (page, _) = site.page().await;
        assert!(page.contains("which wins") && page.contains("… 0001") && !page.contains("secret_key\""), "{page}");
        let refusal = site.posts("key", &[("secret_key", "sk_test_emulated0001")]).await.unwrap_err();
        assert!(refusal.contains("take them out there first"), "{refusal}");
        let tried = site.owner.post(&format!("{PAGE}/try"), &[]).await.text();
        assert!(tried.contains("has no webhook to"), "{tried}");
        assert_eq!(site.owner.get(&format!("{PAGE}/forget")).await.location(), PAGE);
        assert!(site.offers_cards().await && site.log().await.is_empty());
        site.app.finish().await;
    }
}

flow! {
    async fn mail_is_tried_out_up_to_a_letter(app) {
        let mut owner = app.clerk(Role::Owner).await;
        let page = owner.get("/admin/gateways").await.text();
        assert!(page.contains("Bank transfer") && page.contains("anybody can pretend to have paid"), "{page}");
        let tried = owner.post("/admin/gateways/mail/try", &[]).await.text();
        assert!(tried.contains("can be written to") && app.letters_about("letters arrive").is_empty(), "{tried}");
        let tried = owner.post("/admin/gateways/mail/try", &[("letter", "on")]).await.text();
        assert!(tried.contains("The letter is written"), "{tried}");
        let letters = app.letters_about("letters arrive");
        assert!(letters.len() == 1 && letters[0].to.contains(&owner.email), "{letters:?}");
        app.clock.advance(TimeDelta::minutes(11));
        let asked = owner.post("/admin/gateways/mail/try", &[("letter", "on")]).await.text();
        assert!(asked.contains("name=\"proof\"") && app.letters_about("letters arrive").len() == 1, "{asked}");
    }
}
