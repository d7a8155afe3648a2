//! A rule of the books is broken: it is found by itself, told to staff, and work on that gift stops until a person has
//! looked. Other gifts go on.

use crate::support::app::TestApp;
use crate::support::flow;
use crate::support::gift::{Form, Given};
use chrono::TimeDelta;
use mainstay::domain::audit::Actor;
use mainstay::domain::ids::ReviewId;
use mainstay::store::jobs::{self, Listed};
use mainstay::store::{inbox, reviews::Review};
use mainstay::usecases::refund::{self, RefundOrder};
use mainstay::usecases::{UseCaseError, receipts, reviews as reviewing, webhook};

fn sums_of_its_day(given: &Given, sign: &str) -> String {
    format!(
        "UPDATE support_totals SET gross_minor = gross_minor {sign} 1 WHERE span = 'month' OR first_on = \
         (SELECT received_on FROM donations WHERE id = '{}')",
        given.donation.id
    )
}

impl TestApp {
    /// A cent appears on a gift that the books know nothing of.
    pub(crate) fn breaks(&self, given: &Given) {
        let sql =
            format!("UPDATE donations SET gross_minor = gross_minor + 1 WHERE id = '{}'", given.donation.id);
        // The sums of its day go along: only the books disagree. Every gift here is of one month and one kind.
        self.execute(&[&sql, &sums_of_its_day(given, "+")]).unwrap();
    }

    pub(crate) fn mends(&self, given: &Given) {
        let sql =
            format!("UPDATE donations SET gross_minor = gross_minor - 1 WHERE id = '{}'", given.donation.id);
        self.execute(&[&sql, &sums_of_its_day(given, "-")]).unwrap();
    }

    pub(crate) async fn held(&self) -> Vec<Review> {
        let mut open = self.reviews().await;
        open.retain(|review| review.kind == "broken_invariant");
        open
    }

    async fn settles(&self, review: &Review) {
        let id: ReviewId = review.id.parse().unwrap();
        reviewing::resolve(self.ctx(), Actor::Command, id).await.unwrap();
    }

    async fn unfinished(&self) -> Vec<Listed> {
        self.ctx().db.read(|conn| jobs::unfinished(conn, 20)).await.unwrap()
    }

    async fn refunds(&self, given: &Given) -> Result<(), UseCaseError> {
        let order =
            RefundOrder { donation: given.donation.id, amount: None, reason: None, request_key: None };
        let refund = refund::order(self.ctx(), Actor::Command, order).await?;
        refund::carry_out(self.ctx(), refund.id).await.map(|_| ())
    }
}

flow! {
    async fn work_on_a_gift_that_breaks_a_rule_stops_until_a_person_has_looked(app) {
        let ann = app.gives(&Form::gift().by(1)).await;
        let event = app.ctx().db.read(|conn| inbox::list(conn, None, 1)).await.unwrap().remove(0).id;
        let ben = app.gives(&Form::gift().by(2)).await;
        app.breaks(&ann);

        app.upkeep().await;

        let held = app.held().await;
        assert_eq!(held.len(), 1, "{held:#?}");
        assert_eq!(held[0].subject, ann.donation.id.to_string());
        assert!(held[0].detail.contains("money that arrived is in the ledger, to the unit"), "{}", held[0].detail);
        assert!(app.client().get("/metrics").await.text().contains("broken_invariants_total "));

        let refused = app.refunds(&ann).await;
        assert!(matches!(&refused, Err(UseCaseError::Held { review, .. }) if *review == held[0].id), "{refused:?}");
        let number = app.receipts(ann.donation.id).await[0].number.clone();
        for refused in [
            receipts::resend(app.ctx(), Actor::Command, number.clone()).await.map(|_| ()),
            receipts::reissue(app.ctx(), Actor::Command, number).await.map(|_| ()),
        ] {
            assert!(matches!(refused, Err(UseCaseError::Held { .. })), "{refused:?}");
        }
        webhook::replay(app.ctx(), Actor::Command, event.parse().unwrap()).await.unwrap();
        for _ in 0..60 {
            app.pass(TimeDelta::hours(1)).await;
        }
        let waiting = app.unfinished().await;
        assert_eq!(waiting.len(), 1, "{waiting:#?}");
        assert_eq!((waiting[0].kind.as_str(), waiting[0].status.as_str()), ("process_webhook", "pending"));
        assert!(waiting[0].last_error.as_ref().unwrap().contains(&held[0].id), "{waiting:#?}");

        app.refunds(&ben).await.unwrap();
        let cleo = app.gives(&Form::gift().by(3)).await;
        assert_eq!(app.client().status_of(&cleo.thanks).await, "fulfilled");
        assert_eq!(app.client().status_of(&ben.thanks).await, "refunded");

        app.mends(&ann);
        app.settles(&held[0]).await;
        app.run_jobs().await;
        assert!(app.unfinished().await.is_empty());
        app.refunds(&ann).await.unwrap();
        assert_eq!(app.client().status_of(&ann.thanks).await, "refunded");
    }
}

flow! {
    async fn an_order_that_was_on_its_way_waits_too_and_then_goes_out_once(app) {
        let ann = app.gives(&Form::gift()).await;
        let order = RefundOrder { donation: ann.donation.id, amount: None, reason: None, request_key: None };
        refund::order(app.ctx(), Actor::Command, order).await.unwrap();
        app.breaks(&ann);
        mainstay::usecases::examine::lately(app.ctx()).await.unwrap();

        app.run_jobs().await;
        assert_eq!(app.client().status_of(&ann.thanks).await, "fulfilled");
        app.mends(&ann);
        app.settles(&app.held().await[0]).await;
        app.run_jobs().await;

        assert_eq!(app.client().status_of(&ann.thanks).await, "refunded");
        assert_eq!(app.count("refunds WHERE status = 'succeeded'").await, 1);
    }
}

flow! {
    async fn what_was_booked_long_ago_is_found_within_the_hour_and_what_is_new_within_a_minute(app) {
        let old = app.gives(&Form::gift().by(1)).await;
        app.upkeep().await;
        app.clock.advance(TimeDelta::minutes(30));
        let new = app.gives(&Form::gift().by(2)).await;
        app.breaks(&old);
        app.breaks(&new);

        app.clock.advance(TimeDelta::minutes(1));
        app.upkeep().await;
        let found: Vec<String> = app.held().await.into_iter().map(|review| review.subject).collect();
        assert_eq!(found, [new.donation.id.to_string()]);
        app.clock.advance(TimeDelta::minutes(30));
        app.upkeep().await;
        let found: Vec<String> = app.held().await.into_iter().map(|review| review.subject).collect();
        assert_eq!(found.len(), 2);
        assert!(found.contains(&old.donation.id.to_string()));

        app.mends(&old);
        app.mends(&new);
    }
}

flow! {
    async fn a_question_is_asked_again_only_if_it_is_another_or_was_in_order_in_between(app) {
        let ann = app.gives(&Form::gift()).await;
        app.breaks(&ann);
        app.upkeep().await;
        let first = app.held().await.remove(0);
        app.settles(&first).await;

        app.clock.advance(TimeDelta::hours(1));
        app.upkeep().await;
        assert!(app.held().await.is_empty(), "the person knows");

        app.mends(&ann);
        app.clock.advance(TimeDelta::hours(1));
        app.upkeep().await;
        app.breaks(&ann);
        app.clock.advance(TimeDelta::hours(1));
        app.upkeep().await;
        let again = app.held().await;
        assert_eq!(again.len(), 1);
        assert_ne!(again[0].id, first.id);
        assert_eq!(again[0].detail, first.detail);

        app.mends(&ann);
        app.settles(&again[0]).await;
    }
}
