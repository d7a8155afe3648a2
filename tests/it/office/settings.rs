//! Settings that the office changes while the site runs: checked as at a start, taken up by every process, put back.

use std::sync::Arc;

use mainstay::bootstrap::{App, Migrations, StartError, World};
use mainstay::config::Config;
use mainstay::domain::access::Role;
use mainstay::domain::audit::Actor;
use mainstay::domain::clock::{FixedClock, SeededEntropy};
use mainstay::telemetry::metrics::Metrics;
use mainstay::usecases::settings::{self as office, Looked, Wanted};
use mainstay::web::AppState;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::clerk::Clerk;
use crate::support::app::{TestApp, settings};
use crate::support::gift::Form;
use crate::support::{both, flow};

const PUBLICATION: &str = "/admin/settings/publication";
const TRANSFERS: &str = "/admin/settings/transfers";
const REAL: [(&str, &str); 3] = [
    ("bank_transfer.account_holder", "Lantern Press CIO"),
    ("bank_transfer.iban", "GB33 BUKB 2020 1555 5555 55"),
    ("bank_transfer.bic", "BUKBGB22"),
];

/// The last change that a page shows.
pub(super) fn seen(page: &str) -> String {
    let (_, after) = page.split_once("name=\"seen\" value=\"").unwrap();
    after.split_once('"').unwrap().0.to_owned()
}

/// Saves the form of a group as it is now with these fields changed; what the page says then.
async fn saves(clerk: &mut Clerk, path: &str, fields: &[(&str, &str)]) -> Result<(), String> {
    let seen = seen(&clerk.get(path).await.text());
    posts(clerk, path, &[&[("seen", seen.as_str())], fields].concat()).await
}

async fn posts(clerk: &mut Clerk, path: &str, fields: &[(&str, &str)]) -> Result<(), String> {
    let answer = clerk.post(path, fields).await;
    if answer.status == StatusCode::SEE_OTHER {
        assert!(answer.header("location").ends_with("?done=set"), "{}", answer.header("location"));
        return Ok(());
    }
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
    Err(answer.text())
}

/// Another process of the site, with settings of its own machine.
pub(super) async fn elsewhere(app: &TestApp, more: &[(&str, &str)]) -> Result<(App, AppState), StartError> {
    let mut environment = vec![
        ("MAINSTAY_DATABASE__URL".to_owned(), app.database_url.clone()),
        ("MAINSTAY_DATABASE__POOL_SIZE".to_owned(), "2".to_owned()),
        ("MAINSTAY_SITE__CONTENT".to_owned(), format!("{}/content", env!("CARGO_MANIFEST_DIR"))),
        ("MAINSTAY_MAIL__DIRECTORY".to_owned(), app.mail_folder().display().to_string()),
    ];
    environment.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let config = Config::load(None, environment).unwrap_or_else(|errors| panic!("{errors}"));
    let world =
        World { clock: Arc::new(FixedClock::at(app.ctx().now())), entropy: Arc::new(SeededEntropy::new(11)) };
    let opened = App::open(&config, world, &app.url, Migrations::Require).await?;
    let state = opened.web_state(&config, Metrics::install().unwrap()).await?;
    Ok((opened, state))
}

/// What a process does every two seconds; whether it took something up.
pub(super) async fn looks(state: &AppState) -> bool {
    let changed = state.live.take_up().await.unwrap();
    let now = state.now();
    now.publication.refresh(&now.ctx, &now.templates).await.unwrap();
    changed
}

async fn log(app: &TestApp) -> Vec<Value> {
    let sql = "SELECT subject || ' ' || detail AS line FROM audit_log WHERE action = 'setting.changed' ORDER BY number";
    let read = |line: &String| {
        let (subject, detail) = line.split_once(' ').unwrap();
        let mut detail: Value = serde_json::from_str(detail).unwrap();
        detail["subject"] = json!(subject);
        detail
    };
    app.lines(sql).await.iter().map(read).collect()
}

flow! {
    async fn what_is_changed_counts_at_once_here_and_at_the_next_look_in_every_other_process(app) {
        let (other, state) = elsewhere(&app, &[]).await.unwrap();
        let mut owner = app.clerk(Role::Owner).await;
        let page = owner.get(PUBLICATION).await.text();
        assert!(page.contains("Name of the publication <small class=\"from\">default"), "{page}");
        let before = app.client().get("/").await;
        assert!(before.text().contains("Mainstay</title>"), "{}", before.text());

        saves(&mut owner, PUBLICATION, &[("site.name", "The Lantern"), ("site.currencies", "EUR, GBP, USD, JPY")]).await.unwrap();

        let after = app.client().get("/").await;
        assert!(after.text().contains("The Lantern</title>") && after.header("etag") != before.header("etag"));
        assert!(app.client().get("/donate").await.text().contains("value=\"JPY\""));
        app.gives(&Form::gift()).await;
        let receipt = &app.letters_about("receipt")[0];
        assert!(receipt.text.contains("The Lantern"), "{receipt:?}");
        let page = owner.get(PUBLICATION).await.text();
        assert!(page.contains("value=\"The Lantern\"") && page.contains("<small class=\"from ours\">set here"), "{page}");
        assert!(page.contains("<bdi>Vera Lund</bdi>"), "{page}");

        assert_eq!(state.now().templates.site().name, "Mainstay");
        assert!(looks(&state).await && !looks(&state).await, "it is taken up once");
        assert_eq!(state.now().templates.site().name, "The Lantern");
        assert_eq!(state.now().ctx.policy.currencies.len(), 4);
        assert_eq!(other.services.now().templates.site().name, "The Lantern");
        let (later, _) = elsewhere(&app, &[]).await.unwrap();
        assert_eq!(later.config().site.name, "The Lantern", "and at a start");
        let log = log(&app).await;
        assert_eq!(log.len(), 2, "{log:?}");
        let is_told = |row: &Value| row["subject"] == "site.name" && row["to"] == "The Lantern" && row["from"].is_null();
        assert!(log.iter().any(is_told), "{log:?}");
    }
}

flow! {
    async fn all_mistakes_come_back_at_once_each_beside_its_field_and_nothing_is_set(app) {
        let mut owner = app.clerk(Role::Owner).await;
        let typed = [
            ("site.name", "The Lantern"),
            ("site.currencies", "EUR, XXQ, EUR"),
            ("site.default_currency", "GBP"),
            ("site.locales", "en, d_e"),
        ];
        let page = saves(&mut owner, PUBLICATION, &typed).await.unwrap_err();
        for wrong in ["site.currencies-problem", "site.locales-problem", "href=\"#site.currencies\""] {
            assert!(page.contains(wrong), "{wrong}: {page}");
        }
        assert!(page.contains("value=\"EUR, XXQ, EUR\"") && page.contains("value=\"The Lantern\""), "what was typed stays");
        let page = saves(&mut owner, PUBLICATION, &[("site.default_locale", "sv")]).await.unwrap_err();
        assert!(page.contains("site.default_locale-problem") && page.contains("is not among site.locales"), "{page}");
        let page = saves(&mut owner, PUBLICATION, &[("site.locales", "en, sv")]).await.unwrap_err();
        assert!(page.contains("there are no messages in"), "{page}");
        let page = saves(&mut owner, "/admin/settings/patrons", &[("patrons.grace_days", "soon")]).await.unwrap_err();
        assert!(page.contains("is not a whole number"), "{page}");
        let page = saves(&mut owner, "/admin/settings/amounts", &[("limits.minimum.EUR", "20000")]).await.unwrap_err();
        assert!(page.contains("is above its maximum"), "{page}");
        let page = saves(&mut owner, TRANSFERS, &[("bank_transfer.account_holder", "Lantern")]).await.unwrap_err();
        assert!(page.contains("bank_transfer.iban-problem"), "half an account is none: {page}");
        assert_eq!(app.count("setting_changes").await, 0);
        assert!(log(&app).await.is_empty());
        assert_eq!(owner.get("/admin/settings/nothing").await.status, StatusCode::NOT_FOUND);
    }
}

flow! {
    async fn of_two_who_change_at_once_neither_undoes_what_the_other_did(app) {
        let mut owner = app.clerk(Role::Owner).await;
        let mut second = app.clerk(Role::Owner).await;
        let stale = seen(&second.get(PUBLICATION).await.text());
        saves(&mut owner, PUBLICATION, &[("site.name", "The Lantern")]).await.unwrap();

        // The form of the second still has the name of before, which is not theirs to change.
        let whole = [("seen", stale.as_str()), ("site.name", "Mainstay"), ("site.default_currency", "GBP")];
        posts(&mut second, PUBLICATION, &whole).await.unwrap();
        assert!(app.client().get("/").await.text().contains("The Lantern</title>"));

        let again = [("seen", stale.as_str()), ("site.name", "The Beacon")];
        let page = posts(&mut second, PUBLICATION, &again).await.unwrap_err();
        assert!(page.contains("somebody changed site.name meanwhile") && page.contains("value=\"The Beacon\""), "{page}");
        assert!(app.client().get("/").await.text().contains("The Lantern</title>"), "nothing was saved");
        let fresh = seen(&page);
        posts(&mut second, PUBLICATION, &[("seen", fresh.as_str()), ("site.name", "The Beacon")]).await.unwrap();
        assert!(app.client().get("/").await.text().contains("The Beacon</title>"));

        // Two at the very same moment: both are there, or one is told.
        let edition = office::edition(app.ctx()).await.unwrap();
        let change = |key: &'static str, value: Value| {
            let wanted = vec![Wanted { key: key.to_owned(), value: Some(value), is_personal: false }];
            office::change(app.ctx(), Actor::Command, Looked { seen: edition, based_on: edition }, wanted)
        };
        let both = tokio::join!(
            change("site.name", json!("One")),
            change("patrons.grace_days", json!(30)),
        );
        assert_ne!(both.0.is_ok(), both.1.is_ok(), "the second is told to check again: {both:?}");
    }
}

flow! {
    async fn what_was_set_is_put_back_and_taken_back(app) {
        let mut owner = app.clerk(Role::Owner).await;
        for name in ["The Lantern", "The Beacon"] {
            saves(&mut owner, PUBLICATION, &[("site.name", name)]).await.unwrap();
        }
        let put_back = format!("{PUBLICATION}/put-back");
        let seen_now = seen(&owner.get(PUBLICATION).await.text());
        let fields = [("key", "site.name"), ("number", "2"), ("seen", seen_now.as_str())];
        posts(&mut owner, &put_back, &fields).await.unwrap();
        assert!(app.client().get("/").await.text().contains("The Lantern</title>"));
        let stale = posts(&mut owner, &put_back, &fields).await.unwrap_err();
        assert!(stale.contains("meanwhile") && stale.contains("Put it back all the same"), "{stale}");

        let page = owner.get(PUBLICATION).await.text();
        assert!(page.contains("what the configuration says"), "{page}");
        let seen_now = seen(&page);
        let fields = [("key", "site.name"), ("number", "0"), ("seen", seen_now.as_str())];
        posts(&mut owner, &put_back, &fields).await.unwrap();
        assert!(app.client().get("/").await.text().contains("Mainstay</title>"));
        assert_eq!(app.count("setting_changes").await, 4);
        assert!(!owner.get(PUBLICATION).await.text().contains("set here</small>"));
        let answer = owner.post(PUBLICATION, &[("seen", "4"), ("site.name", "Mainstay")]).await;
        assert!(answer.location().ends_with("?done=unchanged"));
    }
}

flow! {
    async fn what_promises_stand_on_is_taken_away_only_when_it_is_meant(app) {
        let mut owner = app.clerk(Role::Owner).await;
        app.gives(&Form::gift().by(1).set("frequency", "monthly").set("currency", "GBP").set("lang", "fr")).await;
        app.promises_transfer(&Form::transfer().by(2)).await;

        let page = saves(&mut owner, PUBLICATION, &[("site.currencies", "EUR, USD")]).await.unwrap_err();
        assert!(page.contains("recurring pledges: 1") && page.contains("name=\"meant\""), "{page}");
        assert!(app.client().get("/donate").await.text().contains("value=\"GBP\""), "nothing was set");
        saves(&mut owner, PUBLICATION, &[("site.currencies", "EUR, USD"), ("meant", "on")]).await.unwrap();
        assert!(!app.client().get("/donate").await.text().contains("value=\"GBP\""));
        let refused = app.client().give(&Form::gift().by(3).set("currency", "GBP")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(app.number("SELECT COUNT(*) AS number FROM subscriptions WHERE status = 'active'").await, 1);

        let page = saves(&mut owner, TRANSFERS, &REAL).await.unwrap_err();
        assert!(page.contains("wait for their payment: 1") && page.contains("Lantern Press CIO"), "{page}");
        saves(&mut owner, TRANSFERS, &[&REAL[..], &[("meant", "on")]].concat()).await.unwrap();
        app.run_jobs().await;
        assert_eq!(app.letters_about("The account for bank transfers was changed").len(), 1, "owners are told");
        let thanks = app.client().give(&Form::transfer().by(4)).await.location().to_owned();
        let shown = app.client().get(&thanks).await.text();
        assert!(shown.contains("GB33 BUKB 2020 1555 5555 55") && shown.contains("Lantern Press CIO"), "{shown}");
        let off = REAL.map(|(name, _)| (name, ""));
        saves(&mut owner, TRANSFERS, &[&off[..], &[("meant", "on")]].concat()).await.unwrap();
        assert!(!app.client().get("/donate").await.text().contains("value=\"bank_transfer\""), "it is off");
        let page = saves(&mut owner, "/admin/settings/access", &[("account.retention_years", "7")]).await.unwrap_err();
        assert!(page.contains("7 years instead of 10"), "{page}");
    }
}

flow! {
    settings: settings(&[("MAINSTAY_SITE__NAME", "The Machine Times")]),
    async fn what_the_machine_says_is_shown_and_not_changed(app) {
        let mut owner = app.clerk(Role::Owner).await;
        let page = owner.get(PUBLICATION).await.text();
        assert!(page.contains("from the machine: environment MAINSTAY_SITE__NAME"), "{page}");
        assert!(!page.contains("name=\"site.name\""), "{page}");
        let answer = owner.post(PUBLICATION, &[("seen", "0"), ("site.name", "Mine"), ("site.default_currency", "GBP")]).await;
        assert!(answer.location().ends_with("?done=set"));
        let put_back = [("seen", "1"), ("key", "site.name"), ("number", "0")];
        let page = posts(&mut owner, &format!("{PUBLICATION}/put-back"), &put_back).await.unwrap_err();
        assert!(page.contains("which wins"), "{page}");
        assert_eq!(app.lines("SELECT key AS line FROM setting_changes").await, ["site.default_currency"]);
        let all = owner.get("/admin/settings").await.text();
        assert!(all.contains("server.bind") && all.contains("it must be kept outside the database"), "{all}");
        assert!(!all.contains("sandbox-webhook-secret-for-development"), "secrets are masked");
    }
}

flow! {
    async fn receipts_keep_what_they_say_and_personal_values_stay_out_of_the_log(app) {
        let mut owner = app.clerk(Role::Owner).await;
        app.gives(&Form::gift().by(1)).await;
        let legal = [
            ("site.organisation.legal_name", "Lantern Press CIO"),
            ("site.organisation.address", "1 High Street, London\r\nN1 1AA"),
        ];
        saves(&mut owner, "/admin/settings/organisation", &legal).await.unwrap();
        app.gives(&Form::gift().by(2)).await;
        let snapshots = app.lines("SELECT snapshot AS line FROM receipts ORDER BY number").await;
        let own = |text: &String| text.contains("Lantern Press CIO") && text.contains("1 High Street, London");
        assert_eq!(snapshots.iter().map(own).collect::<Vec<_>>(), [false, true]);

        let letters = [
            ("site.staff_emails", "desk@example.org\r\nkim@example.org"),
            ("mail.reply_to", "Kim <kim@example.org>"),
            ("account.statements_by_mail", "on"),
        ];
        saves(&mut owner, "/admin/settings/letters", &letters).await.unwrap();
        let log = log(&app).await;
        assert!(log.len() == 4 && !format!("{log:?}").contains("kim@"), "{log:?}");
        app.gives(&Form::gift().by(3)).await;
        let raw = std::fs::read_dir(app.mail_folder()).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
        assert_eq!(raw.filter(|letter| letter.contains("Reply-To: Kim <kim@example.org>")).count(), 1);
        let page = owner.get("/admin/settings/letters").await.text();
        assert!(page.contains("desk@example.org\nkim@example.org</textarea>"), "{page}");
    }
}

both! {
    async fn what_does_not_go_with_a_machine_keeps_it_from_starting_and_what_runs_goes_on(engine) {
        let app = TestApp::start(engine).await;
        let (_, running) = elsewhere(&app, &[("MAINSTAY_SITE__CURRENCIES", "EUR,GBP")]).await.unwrap();
        let mut owner = app.clerk(Role::Owner).await;
        saves(&mut owner, PUBLICATION, &[("site.default_currency", "USD"), ("site.name", "The Lantern")]).await.unwrap();

        assert!(!looks(&running).await, "it does not fit, and what counted goes on to count");
        assert_eq!(running.now().templates.site().name, "Mainstay");
        let refused = elsewhere(&app, &[("MAINSTAY_SITE__CURRENCIES", "EUR,GBP")]).await;
        let Err(StartError::Office(errors)) = refused.map(|_| ()) else { panic!("it starts") };
        assert_eq!(errors.problems().len(), 1);
        assert_eq!((errors.problems()[0].key.as_str(), errors.problems()[0].origin.as_str()), ("default_currency", "office"));

        saves(&mut owner, PUBLICATION, &[("site.default_currency", "GBP")]).await.unwrap();
        assert!(looks(&running).await && running.now().templates.site().name == "The Lantern");
        app.finish().await;
    }
}
