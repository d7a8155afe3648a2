//! Yearly statements: what arrived in the publisher's year and stayed, once each.

use super::visitor::Visitor;
use crate::support::app::{Engine, TestApp, settings};
use crate::support::flow;
use crate::support::gift::{Form, eur};
use chrono::{DateTime, TimeDelta, Utc};
use mainstay::domain::access::Role;
use mainstay::domain::audit::Actor;
use mainstay::domain::pledge::{GatewayKind, Visibility};
use mainstay::usecases::account::statements;
use mainstay::usecases::desk::donors;
use mainstay::usecases::gifts::{self, Gift, Giver};
use mainstay::usecases::refund::{self, RefundOrder};

fn at(app: &TestApp, time: &str) {
    let then: DateTime<Utc> = time.parse().unwrap();
    app.clock.advance(then - app.ctx().now());
}

async fn gives_back(app: &TestApp, donation: mainstay::domain::ids::DonationId, minor: i64) {
    let order = RefundOrder { donation, amount: Some(eur(minor)), reason: None, request_key: None };
    refund::order(app.ctx(), Actor::Command, order).await.unwrap();
    app.run_jobs().await;
}

flow! {
    settings: settings(&[("MAINSTAY_SITE__TIME_ZONE", "Pacific/Auckland")]),
    async fn a_statement_counts_what_arrived_in_the_year_of_the_publisher_and_stayed(app) {
        at(&app, "2026-12-31T10:00:00Z");
        app.gives(&Form::gift().set("amount", "20")).await;
        let partly = app.gives(&Form::gift().set("amount", "30")).await;
        let fully = app.gives(&Form::gift().set("amount", "40")).await;
        app.gives(&Form::gift().set("amount", "50").set("currency", "USD")).await;
        gives_back(&app, partly.donation.id, 1000).await;
        gives_back(&app, fully.donation.id, 4000).await;
        at(&app, "2026-12-31T11:30:00Z");
        app.gives(&Form::gift().set("amount", "70")).await;
        app.client().give(&Form::transfer().set("amount", "90")).await;
        app.run_jobs().await;
        at(&app, "2027-01-02T10:00:00Z");
        let mut ann = Visitor::at(&app);
        ann.signs_in(&app, "ann@example.org").await;

        let list = ann.get("/account/statements").await.text();
        assert!(list.contains("/account/statements/2026") && !list.contains("/account/statements/2027"));
        let page = ann.get("/account/statements/2026").await.text();
        assert!(page.contains("€40.00") && page.contains("$50.00"), "{page}");
        assert!(!page.contains("€70.00"), "it was 2027 in Auckland");
        assert!(!page.contains("€90.00") && !page.contains("15 June"));
        let first = ann.get("/account/statements/2026/pdf").await;
        assert!(first.body.starts_with(b"%PDF"));
        at(&app, "2027-03-02T10:00:00Z");
        ann.signs_in(&app, "ann@example.org").await;
        assert_eq!(ann.get("/account/statements/2026/pdf").await.body, first.body, "the same bytes");
        assert_eq!(ann.get("/account/statements/2025").await.status, 404);
        assert_eq!(ann.get("/account/statements/2027").await.status, 404, "the year is not over");
    }
}

flow! {
    async fn in_january_each_donor_gets_the_statement_once_whatever_is_cut_off(app) {
        for number in 1..=5 {
            app.gives(&Form::gift().by(number)).await;
        }
        let fully = app.gives(&Form::gift().by(6)).await;
        gives_back(&app, fully.donation.id, 2500).await;
        app.upkeep().await;
        assert_eq!(app.count("statement_runs").await, 0, "not in June");

        at(&app, "2027-01-03T10:00:00Z");
        statements::begin(app.ctx(), Actor::Command, 2026).await.unwrap();
        let stretch = statements::step(app.ctx(), 2026).await.unwrap().unwrap();
        assert_eq!((stretch.looked_at, stretch.ordered, stretch.finished_at), (5, 5, None));
        // The process dies here; the next one goes on.
        for _ in 0..3 {
            app.upkeep().await;
            app.clock.advance(TimeDelta::hours(7));
        }

        let letters = app.letters_about("Your statement for 2026");
        assert_eq!(letters.len(), 5, "once each, and none for what went back");
        assert!(letters.iter().all(|letter| letter.attachments.len() == 1));
        assert!(letters[0].text.contains("In all: €25.00"));
        statements::begin(app.ctx(), Actor::Command, 2026).await.unwrap();
        while statements::step(app.ctx(), 2026).await.unwrap().is_some_and(|run| run.finished_at.is_none()) {}
        app.run_jobs().await;
        assert_eq!(app.letters_about("Your statement for 2026").len(), 5, "a second run sends nothing");
        assert_eq!(app.number("SELECT COUNT(*) AS number FROM statements WHERE status = 'sent'").await, 5);
        assert!(statements::begin(app.ctx(), Actor::Command, 2027).await.is_err(), "the year is not over");
    }
}

flow! {
    async fn who_cannot_be_mailed_has_no_statement_ordered_until_they_can(app) {
        let gift = Gift {
            by: GatewayKind::Cash,
            from: Giver::Typed { name: "Rosa Quill".to_owned(), email: String::new() },
            amount: eur(3000),
            received_on: "2026-06-12".parse().unwrap(),
            campaign: "press-fund".to_owned(),
            visibility: Visibility::Hidden,
            document: String::new(),
            note: String::new(),
            form_id: None,
        };
        let rosa = gifts::record(app.ctx(), Actor::Command, gift).await.unwrap().donation.donor.unwrap();
        let forgotten = app.gives(&Form::gift()).await.donation.donor.unwrap();
        donors::forget(app.ctx(), Actor::Command, forgotten).await.unwrap();
        app.run_jobs().await;
        at(&app, "2027-01-03T10:00:00Z");

        app.upkeep().await;

        assert_eq!(app.count("statements").await, 0, "none is marked as sent that was not");
        assert_eq!(statements::count(app.ctx(), 2026).await.unwrap(), (0, 0));
        donors::give_address(app.ctx(), Actor::Command, rosa, "rosa@quill.example").await.unwrap();
        statements::begin(app.ctx(), Actor::Command, 2026).await.unwrap();
        while statements::step(app.ctx(), 2026).await.unwrap().is_some_and(|run| run.finished_at.is_none()) {}
        app.run_jobs().await;
        assert!(app.letters_about("Your statement for 2026")[0].to.contains("rosa@quill.example"));
    }
}

flow! {
    async fn the_office_orders_the_letters_of_a_year_and_prints_the_statement_of_a_donor(app) {
        let donor = app.gives(&Form::gift().by(1)).await.donation.donor.unwrap();
        app.gives(&Form::gift().by(2)).await;
        at(&app, "2027-02-03T10:00:00Z");
        let mut clerk = app.clerk(Role::Finance).await;
        let page = clerk.get("/admin/statements").await.text();
        assert!(page.contains("2026") && page.contains("No letter was ordered"), "{page}");
        for (fields, sentence) in [
            (&[("year", "2026")][..], "Tick that it is meant"),
            (&[("year", "2027"), ("sure", "true")], "the year 2027 is not over"),
            (&[("year", "last"), ("sure", "true")], "Choose a year that is over"),
        ] {
            let refused = clerk.post("/admin/statements", fields).await;
            assert_eq!(refused.status, 422, "{sentence}");
            assert!(refused.text().contains(sentence), "{}", refused.text());
        }
        assert_eq!(app.count("statement_runs").await, 0);

        for _ in 0..2 {
            let ordered = clerk.post("/admin/statements", &[("year", "2026"), ("sure", "true")]).await;
            assert_eq!(ordered.location(), "/admin/statements?done=statements");
            app.run_jobs().await;
        }
        assert_eq!(app.letters_about("Your statement for 2026").len(), 2, "one each");
        let log = "SELECT actor_kind || ' ' || subject AS line FROM audit_log WHERE action = 'statement.ordered'";
        assert_eq!(app.lines(log).await, ["staff 2026", "staff 2026"]);
        let page = clerk.get("/admin/statements").await.text();
        assert!(page.contains("2 letters ordered, 2 of them sent"), "{page}");

        let path = format!("/admin/donors/{donor}/statements/2026");
        let page = clerk.get(&format!("/admin/donors/{donor}")).await.text();
        assert!(page.contains(&path) && page.contains("The statement for 2026 was ordered"), "{page}");
        assert!(clerk.get(&path).await.body.starts_with(b"%PDF"));
        assert_eq!(clerk.get(&format!("/admin/donors/{donor}/statements/2025")).await.status, 404);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_can_do_without_letters_in_january() {
    let app =
        TestApp::start_with(Engine::Sqlite, settings(&[("MAINSTAY_ACCOUNT__STATEMENTS_BY_MAIL", "false")]))
            .await;
    app.gives(&Form::gift()).await;
    at(&app, "2027-01-03T10:00:00Z");

    app.upkeep().await;

    assert!(app.letters_about("Your statement").is_empty());
    app.finish().await;
}
