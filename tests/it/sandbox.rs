//! The sandbox gateway: whatever its button and its webhooks do, the gift ends in the right state, once.

use crate::support::app::{TestApp, settings};
use crate::support::flow;
use crate::support::gift::Form;
use chrono::TimeDelta;
use futures_util::future::join_all;
use mainstay::config::Config;
use mainstay::domain::ids::AttemptId;
use mainstay::usecases::sync;
use reqwest::StatusCode;

async fn attempt_of(app: &TestApp, thanks: &str) -> AttemptId {
    app.view(thanks).await.attempt.unwrap().id
}

flow! {
    async fn every_outcome_ends_the_same_however_its_news_travels(app) {
        let outcomes =
            [("succeed", "fulfilled"), ("fail", "failed"), ("process", "processing"), ("abandon", "expired")];
        let deliveries = ["now", "late", "twice", "out_of_order", "never"];
        let mut number = 0;
        for (outcome, status) in outcomes {
            for delivery in deliveries {
                number += 1;
                let page = app.promises(&Form::gift().by(number)).await;
                let thanks = app.client().pay(&page, outcome, delivery).await;
                app.run_jobs().await;
                if delivery == "late" {
                    assert_eq!(app.client().status_of(&thanks).await, "pending", "{outcome} {delivery}");
                }
                app.pass(TimeDelta::minutes(1)).await;
                if delivery == "never" {
                    assert_eq!(app.client().status_of(&thanks).await, "pending", "{outcome} {delivery}");
                    sync::attempt(app.ctx(), attempt_of(&app, &thanks).await).await.unwrap();
                    app.run_jobs().await;
                }

                assert_eq!(app.client().status_of(&thanks).await, status, "{outcome} {delivery}");
            }
        }
        assert_eq!(app.count("donations").await, 20);
        assert_eq!(app.count("receipts").await, 5);
        assert_eq!(app.letters().len(), 5);
        assert_eq!(app.balance("income:donations").await, -5 * 2500);
        assert_eq!(app.balance("expense:fees").await, 5 * 98);
        assert_eq!(app.review_kinds().await, [""; 0]);
    }
}

flow! {
    async fn a_slow_payment_can_still_succeed_or_fail(app) {
        for (number, (last, status)) in
            [("succeed", "fulfilled"), ("fail", "failed"), ("abandon", "expired")].into_iter().enumerate()
        {
            let page = app.promises(&Form::gift().by(number)).await;
            let thanks = app.client().pay(&page, "process", "now").await;
            app.run_jobs().await;
            assert_eq!(app.client().status_of(&thanks).await, "processing");
            assert_eq!(app.letters_about("receipt").len(), number.min(1), "no receipt before the money");
            app.clock.advance(TimeDelta::hours(2));

            app.client().pay(&page, last, "out_of_order").await;
            app.pass(TimeDelta::minutes(1)).await;

            assert_eq!(app.client().status_of(&thanks).await, status);
        }
        assert_eq!(app.count("receipts").await, 1);
    }
}

flow! {
    async fn the_news_of_success_may_be_overtaken_by_the_news_of_processing(app) {
        let page = app.promises(&Form::gift()).await;
        app.client().pay(&page, "process", "late").await;
        app.clock.advance(TimeDelta::seconds(1));
        let thanks = app.client().pay(&page, "succeed", "now").await;
        app.run_jobs().await;
        assert_eq!(app.client().status_of(&thanks).await, "fulfilled");

        app.pass(TimeDelta::minutes(1)).await;

        assert_eq!(app.client().status_of(&thanks).await, "fulfilled");
        assert_eq!(app.letters().len(), 1);
    }
}

flow! {
    async fn pressing_the_button_again_changes_nothing(app) {
        let page = app.promises(&Form::gift()).await;
        let donor = app.client();

        let presses = join_all((0..10).map(|_| donor.pay(&page, "succeed", "twice"))).await;
        let thanks = presses[0].clone();
        assert!(presses.iter().all(|place| *place == thanks), "{presses:?}");
        donor.pay(&page, "fail", "now").await;
        app.run_jobs().await;

        assert_eq!(donor.status_of(&thanks).await, "fulfilled");
        assert_eq!(app.count("sandbox_events").await, 1);
        assert_eq!(app.count("donations").await, 1);
        assert_eq!(app.letters().len(), 1);
    }
}

flow! {
    async fn the_page_of_a_payment_that_ended_offers_no_button(app) {
        for (number, (outcome, words)) in [
            ("succeed", "This test payment is already paid."),
            ("fail", "This test payment has ended."),
            ("abandon", "This test payment has ended."),
        ]
        .into_iter()
        .enumerate()
        {
            let page = app.promises(&Form::gift().by(number)).await;
            let open = app.client().get(&page).await.text();
            assert!(open.contains("<button") && open.contains("€25.00"), "{open}");
            let thanks = app.client().pay(&page, outcome, "now").await;

            let ended = app.client().get(&page).await.text();

            assert!(ended.contains(words) && !ended.contains("<button"), "{outcome}: {ended}");
            assert!(ended.contains(&format!("href=\"{thanks}\"")), "{ended}");
        }
        app.run_jobs().await;
    }
}

flow! {
    async fn words_and_payments_that_do_not_exist_are_refused(app) {
        let page = app.promises(&Form::gift()).await;
        let press = async |path: &str, outcome, delivery| {
            app.client().post(path, &[("outcome", outcome), ("delivery", delivery)]).await.status
        };

        assert_eq!(press(&page, "explode", "now").await, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(press(&page, "succeed", "").await, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(press("/sandbox/pay/sbp_none", "succeed", "now").await, StatusCode::NOT_FOUND);
        assert_eq!(app.client().get("/sandbox/pay/sbp_none").await.status, StatusCode::NOT_FOUND);
        assert_eq!(app.client().get(&page).await.status, StatusCode::OK);
        assert_eq!(app.count("sandbox_events").await, 0);
    }
}

flow! {
    settings: settings(&[("MAINSTAY_SANDBOX__ENABLED", "false")]),
    async fn a_sandbox_that_is_off_has_no_routes(app) {
        for path in ["/sandbox/pay/sbp_01KV5BJH80EQ75JV2581H6HJZ9", "/webhooks/sandbox"] {
            assert!(!app.client().get(path).await.status.is_success(), "{path}");
            let posted = app.client().post(path, &[("outcome", "succeed"), ("delivery", "now")]).await;
            assert_eq!(posted.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
}

#[test]
fn production_refuses_the_sandbox_and_is_without_it() {
    let folder = tempfile::tempdir().unwrap();
    let production = |sandbox: Option<&str>| {
        let mut environment = vec![
            ("MAINSTAY_SERVER__MODE".to_owned(), "production".to_owned()),
            ("MAINSTAY_SERVER__PUBLIC_URL".to_owned(), "https://give.example.org".to_owned()),
            ("MAINSTAY_SITE__CONTENT".to_owned(), format!("{}/content", env!("CARGO_MANIFEST_DIR"))),
            ("MAINSTAY_MAIL__TRANSPORT".to_owned(), "smtp".to_owned()),
            ("MAINSTAY_MAIL__SMTP_URL".to_owned(), "smtp://mail.example.org".to_owned()),
            ("MAINSTAY_MAIL__FROM".to_owned(), "Press <give@example.org>".to_owned()),
            ("MAINSTAY_DATABASE__URL".to_owned(), format!("sqlite://{}/site.db", folder.path().display())),
        ];
        environment.extend(sandbox.map(|value| ("MAINSTAY_SANDBOX__ENABLED".to_owned(), value.to_owned())));
        Config::load(None, environment)
    };

    let refused = production(Some("true")).unwrap_err().to_string();
    assert!(refused.contains("would let anybody pretend to have paid"), "{refused}");
    let config = production(None).unwrap_or_else(|errors| panic!("{errors}"));
    assert!(!config.sandbox.enabled);
}

flow! {
    async fn a_donor_who_comes_back_before_the_news_has_it_asked_for(app) {
        let page = app.promises(&Form::gift()).await;
        let thanks = app.client().pay(&page, "succeed", "never").await;
        app.clock.advance(TimeDelta::seconds(30));
        for _ in 0..3 {
            app.client().get(&thanks).await;
        }
        assert_eq!(app.run_jobs().await, 2, "one question however often the page is loaded, and the receipt");

        assert_eq!(app.client().status_of(&thanks).await, "fulfilled");
        assert_eq!(app.letters_about("receipt").len(), 1);
    }
}

flow! {
    async fn news_that_never_came_is_asked_for(app) {
        let page = app.promises(&Form::gift()).await;
        let thanks = app.client().pay(&page, "succeed", "never").await;
        app.clock.advance(TimeDelta::minutes(29));
        app.upkeep().await;
        assert_eq!(app.client().status_of(&thanks).await, "pending");

        app.clock.advance(TimeDelta::minutes(6));
        app.upkeep().await;

        assert_eq!(app.client().status_of(&thanks).await, "fulfilled");
        assert_eq!(app.letters_about("receipt").len(), 1);
    }
}
