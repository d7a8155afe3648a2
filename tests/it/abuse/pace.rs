//! What is usual on a site, and what is more than that.

use chrono::TimeDelta;
use mainstay::domain::clock::Clock as _;
use mainstay::domain::ids::smallest_at;
use mainstay::store::abuse;
use reqwest::StatusCode;

use super::{give_from, guarded, shown};
use crate::support::app::TestApp;
use crate::support::flow;
use crate::support::gift::Form;

/// Begins a gift from a network of its own, a few seconds after the one before; says whether it led on.
async fn begins(app: &TestApp, number: usize) -> bool {
    app.clock.advance(TimeDelta::seconds(3));
    let answer = give_from(app, &format!("198.51.{number}.1"), &Form::gift().by(number)).await;
    answer.status == StatusCode::SEE_OTHER
}

flow! {
    settings: guarded(&[("MAINSTAY_LIMITS__PLEDGES_PER_MINUTE", "4")]),
    async fn a_site_that_is_used_to_many_payments_asks_for_more_later(app) {
        app.execute(&["INSERT INTO settings (name, value) VALUES ('payments_in_a_busy_minute', '1')"]).unwrap();
        for number in 0..10 {
            assert!(begins(&app, number).await, "{number}");
        }
        assert!(!begins(&app, 10).await, "ten times as many as in a busy minute");
    }
}

flow! {
    async fn only_payments_that_brought_money_are_taken_for_usual(app) {
        for number in 0..3 {
            app.gives(&Form::gift().by(number)).await;
        }
        app.promises(&Form::gift().by(7)).await;
        app.pass(TimeDelta::minutes(5)).await;
        app.gives(&Form::gift().by(8)).await;

        let since = app.clock.now() - TimeDelta::days(7);
        for (busier, payments) in [(0, 3), (1, 1), (2, 0)] {
            let read = app.ctx().db.read(move |conn| abuse::busy_minute(conn, smallest_at(since), busier));
            assert_eq!(read.await.unwrap(), payments, "but {busier}");
        }
        app.upkeep().await;
        let learned = "SELECT value AS line FROM settings WHERE name = 'payments_in_a_busy_minute'";
        assert_eq!(app.lines(learned).await, ["0"], "of a week's minutes a hundred are busier than a busy one");
    }
}

flow! {
    settings: guarded(&[]),
    async fn payments_of_whoever_looks_at_no_form_are_an_attack(app) {
        // The week before: fifty payments that brought money, of whoever saw a hundred forms.
        app.gives(&Form::gift().by(100)).await;
        for number in 0..49 {
            assert!(begins(&app, number).await, "{number}");
        }
        let minute = app.clock.now().timestamp() / 60;
        app.execute(&[
            "UPDATE pledges SET donor_id = (SELECT MIN(id) FROM donors)",
            &format!("INSERT INTO form_views (minute, shown) VALUES ({minute}, 100)"),
        ])
        .unwrap();
        app.pass(TimeDelta::hours(2)).await;

        for _ in 0..2 {
            shown(&app).await;
        }
        for number in 50..60 {
            assert!(begins(&app, number).await, "{number}");
        }
        app.writes_counts().await;
        assert_eq!(app.count("form_views").await, 2);
        assert_eq!(app.review_kinds().await, [""; 0], "ten for two forms: ten times what is usual");
        assert!(begins(&app, 60).await);
        app.writes_counts().await;
        assert_eq!(app.review_kinds().await, ["under_attack"]);
        assert!(shown(&app).await.contains("data-proof="));
    }
}
