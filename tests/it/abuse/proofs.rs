//! Work of the browser before a gift: asked for when there is reason, done once, and for that form only.

use std::num::NonZeroU32;

use chrono::TimeDelta;
use mainstay::domain::audit::Actor;
use mainstay::usecases::abuse::attack;
use reqwest::StatusCode;
use serde_json::json;

use super::links::links;
use super::{HERE, give_from, guarded, shown};
use crate::support::flow;
use crate::support::gift::Form;

/// The value of an attribute on a page.
fn attribute(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!("{name}=\"")).unwrap_or_else(|| panic!("no {name}: {page}"));
    rest.split('"').next().unwrap().to_owned()
}

/// What a browser does with the challenge of a page.
pub(crate) fn solved(page: &str) -> String {
    done(&attribute(page, "data-proof"), &attribute(page, "data-proof-target"))
}

/// The work itself: the challenge with the right number behind it.
fn done(text: &str, target: &str) -> String {
    let parts: Vec<&str> = text.split('.').collect();
    let number = |index: usize| parts[index].parse::<u32>().unwrap();
    let rounds: NonZeroU32 = number(3).try_into().unwrap();
    let leads = |tried: &u32| {
        let (salt, mut found) = (tried.to_string(), [0; 32]);
        let algorithm = ring::pbkdf2::PBKDF2_HMAC_SHA256;
        ring::pbkdf2::derive(algorithm, rounds, salt.as_bytes(), parts[0].as_bytes(), &mut found);
        hex::encode(found) == target
    };
    let right = (number(1)..number(2)).find(leads).expect("one of the numbers");
    format!("{text}.{right}")
}

flow! {
    settings: guarded(&[]),
    async fn work_that_was_done_begins_one_gift(app) {
        attack::begin(app.ctx(), Actor::Command).await.unwrap();
        let form = Form::gift().set("form_id", "f1");

        let asked = give_from(&app, HERE, &form).await;
        assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = asked.text();
        for part in ["One more step", "Ann Reader", "role=\"status\"", "<noscript>", "value=\"mail\""] {
            assert!(page.contains(part), "{part}: {page}");
        }
        for table in ["pledges", "attempts", "sandbox_payments", "jobs", "rate_limits"] {
            assert_eq!(app.count(table).await, 0, "{table}");
        }

        let proved = form.set("proof", &solved(&page));
        let first = give_from(&app, HERE, &proved).await.location().to_owned();
        assert!(first.starts_with("/sandbox/pay/"), "{first}");
        // A double click is the same gift; another one wants work of its own.
        assert_eq!(give_from(&app, HERE, &proved).await.location(), first);
        let again = give_from(&app, HERE, &proved.clone().set("amount", "26")).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(app.count("pledges").await, 1);
        assert_eq!(app.count("spent_proofs").await, 1);
        let proved = proved.set("amount", "26").set("proof", &solved(&again.text()));
        assert_eq!(give_from(&app, HERE, &proved).await.status, StatusCode::SEE_OTHER);
    }
}

flow! {
    settings: guarded(&[("MAINSTAY_SITE__CURRENCIES", "EUR,USD")]),
    async fn work_for_another_currency_counts_for_nothing_and_neither_does_old_work(app) {
        attack::begin(app.ctx(), Actor::Command).await.unwrap();
        let work = solved(&shown(&app).await);

        let form = Form::gift().set("proof", &work);
        let other = give_from(&app, HERE, &form.clone().set("currency", "USD")).await;
        assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
        app.pass(TimeDelta::minutes(10)).await;
        assert_eq!(give_from(&app, HERE, &form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let fresh = form.set("proof", &solved(&shown(&app).await));
        assert_eq!(give_from(&app, HERE, &fresh).await.status, StatusCode::SEE_OTHER);
        app.pass(TimeDelta::minutes(61)).await;
        app.upkeep().await;
        assert_eq!(app.count("spent_proofs").await, 0);
    }
}

flow! {
    settings: guarded(&[
        ("MAINSTAY_LIMITS__PLEDGES_PER_IP_PER_HOUR", "3"),
        ("MAINSTAY_LIMITS__PLEDGES_PER_IP_PER_DAY", "4"),
    ]),
    async fn an_address_that_came_often_today_goes_on_with_work(app) {
        for number in 0..4 {
            app.pass(TimeDelta::minutes(20)).await;
            assert_eq!(give_from(&app, HERE, &Form::gift().by(number)).await.status, StatusCode::SEE_OTHER);
        }

        app.pass(TimeDelta::minutes(20)).await;
        let form = Form::gift().by(9);
        let asked = give_from(&app, HERE, &form).await;
        assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
        let proved = form.clone().set("proof", &solved(&asked.text()));
        assert_eq!(give_from(&app, HERE, &proved).await.status, StatusCode::SEE_OTHER);
        // Nobody else is asked, and tomorrow nobody is.
        assert_eq!(give_from(&app, "203.0.113.8", &form).await.status, StatusCode::SEE_OTHER);
        app.pass(TimeDelta::hours(24)).await;
        assert_eq!(give_from(&app, HERE, &form.by(10)).await.status, StatusCode::SEE_OTHER);
    }
}

flow! {
    settings: guarded(&[("MAINSTAY_LIMITS__PROOF_OF_WORK", "always")]),
    async fn a_site_may_ask_for_work_always(app) {
        let page = shown(&app).await;
        let form = Form::gift();
        assert_eq!(give_from(&app, HERE, &form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let proved = form.set("proof", &solved(&page));
        assert_eq!(give_from(&app, HERE, &proved).await.status, StatusCode::SEE_OTHER);
    }
}

flow! {
    settings: guarded(&[("MAINSTAY_LIMITS__PROOF_OF_WORK", "never")]),
    async fn a_site_without_work_offers_the_link_alone(app) {
        assert!(!shown(&app).await.contains("value=\"mail\""));
        attack::begin(app.ctx(), Actor::Command).await.unwrap();
        let page = shown(&app).await;
        assert!(page.contains("value=\"mail\"") && !page.contains("data-proof="), "{page}");
    }
}

flow! {
    settings: guarded(&[]),
    async fn programs_of_other_sites_are_told_that_work_is_asked_and_can_have_it_done(app) {
        let pledge = json!({
            "campaign": "press-fund", "amount": {"minor": 2500, "currency": "EUR"}, "gateway": "sandbox",
            "donor": {"email": "ann@example.org"},
        });
        assert_eq!(app.client().post_json("/api/v1/pledges", &pledge).await.status, StatusCode::CREATED);
        attack::begin(app.ctx(), Actor::Command).await.unwrap();

        let other = json!({
            "campaign": "press-fund", "amount": {"minor": 2600, "currency": "EUR"}, "gateway": "sandbox",
            "donor": {"email": "ann@example.org"},
        });
        let refused = app.client().post_json("/api/v1/pledges", &other).await;
        let body = refused.json();
        assert_eq!((refused.status, body["code"].as_str()), (StatusCode::CONFLICT, Some("proof_needed")));
        assert_eq!(app.client().post_json("/api/v1/pledges", &pledge).await.status, StatusCode::CREATED, "a repeat");
        assert_eq!(app.count("pledges").await, 1);

        let wanted = json!({"campaign": "press-fund", "currency": "EUR"});
        let asked = app.client().post_json("/api/v1/proofs", &wanted).await.json();
        let part = |name: &str| asked["challenge"][name].as_str().unwrap().to_owned();
        let mut proved = other.clone();
        proved["proof"] = json!(done(&part("text"), &part("target")));
        assert_eq!(app.client().post_json("/api/v1/pledges", &proved).await.status, StatusCode::CREATED);
        assert_eq!(app.count("pledges").await, 2);
    }
}

flow! {
    settings: guarded(&[("MAINSTAY_LIMITS__PLEDGES_PER_MINUTE", "4")]),
    async fn beyond_what_a_site_can_bear_work_alone_begins_no_gift(app) {
        attack::begin(app.ctx(), Actor::Command).await.unwrap();
        let kept = solved(&shown(&app).await);
        let from = |number: usize| format!("198.51.{number}.1");
        for number in 0..4 {
            let form = Form::gift().by(number).set("proof", &solved(&shown(&app).await));
            assert_eq!(give_from(&app, &from(number), &form).await.status, StatusCode::SEE_OTHER);
        }

        let page = shown(&app).await;
        assert!(page.contains("value=\"mail\"") && !page.contains("data-proof="), "{page}");
        let form = Form::gift().by(5).set("proof", &kept);
        assert_eq!(give_from(&app, &from(5), &form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        // Nobody is left without a way.
        assert_eq!(give_from(&app, &from(5), &form.clone().set("way", "mail")).await.location(), "/donate/link");
        app.run_jobs().await;
        let link = links(&app).remove(0);
        assert!(app.client().post(&link, &[]).await.location().starts_with("/sandbox/pay/"));
        app.pass(TimeDelta::seconds(61)).await;
        assert_eq!(give_from(&app, &from(6), &form.by(6)).await.status, StatusCode::SEE_OTHER);
    }
}
