//! What programs leave behind.

use chrono::TimeDelta;
use mainstay::domain::audit::Actor;
use mainstay::store::unpaid;
use mainstay::usecases::abuse::attack;

use super::proofs::solved;
use super::{HERE, give_from, guarded, is_declined, shown};
use crate::support::app::TestApp;
use crate::support::flow;
use crate::support::gift::Form;

/// Begins a gift with the work that the form asks for; the page of the gateway.
async fn begins_with_work(app: &TestApp, number: usize) -> String {
    let form = Form::gift().by(number).set("proof", &solved(&shown(app).await));
    give_from(app, &format!("198.51.{number}.1"), &form).await.location().to_owned()
}

flow! {
    settings: guarded(&[]),
    async fn what_was_tried_during_an_attack_is_gone_two_days_after_its_end(app) {
        is_declined(&app, HERE, 0).await;
        app.gives(&Form::gift().by(1)).await;
        attack::begin(app.ctx(), Actor::Command).await.unwrap();
        let declined = begins_with_work(&app, 2).await;
        app.client().pay(&declined, "fail", "now").await;
        begins_with_work(&app, 3).await;
        let paid = begins_with_work(&app, 4).await;
        app.client().pay(&paid, "succeed", "now").await;
        app.run_jobs().await;
        let left = async || (app.count("pledges").await, app.count("attempts").await, app.count("donations").await);
        assert_eq!(left().await, (5, 5, 4));

        app.clock.advance(TimeDelta::hours(1));
        app.upkeep().await;
        app.clock.advance(TimeDelta::hours(46));
        app.upkeep().await;
        assert_eq!(left().await, (5, 5, 4), "two days");
        app.clock.advance(TimeDelta::hours(3));
        app.upkeep().await;

        assert_eq!(left().await, (3, 3, 3), "what was declined in quiet times stays, and what was paid");
        assert_eq!(app.count("pledge_clients").await, 3);
        let kept = "SELECT email AS line FROM pledges ORDER BY email";
        assert_eq!(app.lines(kept).await, ["donor-0@example.org", "donor-1@example.org", "donor-4@example.org"]);
        assert_eq!((app.count("donors").await, app.count("receipts").await), (2, 2));
    }
}

flow! {
    async fn of_promises_that_brought_nothing_the_latest_are_kept(app) {
        for number in 0..5 {
            let page = app.promises(&Form::gift().by(number)).await;
            app.client().pay(&page, "fail", "now").await;
            app.run_jobs().await;
            app.clock.advance(TimeDelta::minutes(1));
        }
        app.gives(&Form::gift().by(7)).await;
        app.promises_transfer(&Form::transfer().by(8)).await;

        for (limit, removed) in [(2, 2), (2, 1), (2, 0)] {
            let rest = app.ctx().db.write(move |tx| unpaid::remove_but(tx, 2, limit));
            assert_eq!(rest.await.unwrap(), removed);
        }
        let kept = "SELECT email AS line FROM pledges ORDER BY email";
        let kept = app.lines(kept).await;
        assert_eq!(kept, [3, 4, 7, 8].map(|number| format!("donor-{number}@example.org")));
    }
}
