//! Recurring support, from the form to its end, by the sandbox and by standing order.

use crate::support::app::TestApp;
use crate::support::flow;
use crate::support::gateway::{Call, Fault};
use crate::support::gift::{Form, eur};
use chrono::{DateTime, Months, TimeDelta, Utc};
use mainstay::domain::audit::Actor;
use mainstay::domain::bank::CreditorReference;
use mainstay::domain::ids::PledgeId;
use mainstay::domain::patron::Month;
use mainstay::domain::pledge::{Frequency, PledgeStatus};
use mainstay::domain::subscription::{EndReason, OrderKind, OrderStatus, Orderer, SubscriptionState};
use mainstay::usecases::UseCaseError;
use mainstay::usecases::bank;
use mainstay::usecases::desk::files;
use mainstay::usecases::patrons::figures;
use mainstay::usecases::patrons::orders::{self, OrderRequest, Ordered};
use mainstay::usecases::patrons::tend;
use mainstay::usecases::views::{self, PatronView};
use reqwest::StatusCode;

/// €10 a month through the sandbox, by Ann.
fn monthly() -> Form {
    Form::gift().set("amount", "10").set("frequency", "monthly")
}

impl TestApp {
    /// Becomes a patron by the form and the sandbox's page.
    async fn joins(&self, form: &Form) -> PledgeId {
        self.gives(form).await.pledge.id
    }

    async fn patron(&self, pledge: PledgeId) -> PatronView {
        views::patron(self.ctx(), pledge).await.unwrap()
    }

    /// Lets time pass in steps of half a day, with all the work that comes due.
    async fn lives_until(&self, until: DateTime<Utc>) {
        while self.ctx().now() < until {
            let step = (until - self.ctx().now()).min(TimeDelta::hours(12));
            self.clock.advance(step);
            self.upkeep().await;
            self.run_jobs().await;
        }
    }

    async fn lives_months(&self, months: u32) {
        self.lives_until(self.ctx().now() + Months::new(months) + TimeDelta::hours(1)).await;
    }

    async fn asks(&self, pledge: PledgeId, what: OrderKind) -> Result<Ordered, UseCaseError> {
        let ordered =
            orders::order(self.ctx(), OrderRequest { pledge, what, by: Orderer::Donor, reason: None }).await;
        self.run_jobs().await;
        ordered
    }

    async fn uses_card(&self, pledge: PledgeId, card: &str) {
        let remote = self.patron(pledge).await.subscription.news.remote;
        self.client().post(&format!("/sandbox/card/{remote}"), &[("card", card)]).await;
        self.run_jobs().await;
    }

    async fn patron_reference(&self, pledge: PledgeId) -> CreditorReference {
        let pledge =
            self.ctx().db.read(move |conn| mainstay::store::pledges::get(conn, pledge)).await.unwrap();
        pledge.reference.unwrap()
    }

    async fn payments(&self, pledge: PledgeId) -> Vec<String> {
        let donations = self
            .ctx()
            .db
            .read(move |conn| mainstay::store::donations::of_pledge(conn, pledge))
            .await
            .unwrap();
        let mut periods: Vec<String> = donations
            .into_iter()
            .filter(|donation| donation.payment.money().is_some())
            .map(|donation| donation.period_on.map(|day| day.to_string()).unwrap_or_default())
            .collect();
        periods.sort();
        periods
    }
}

flow! {
    async fn a_patron_is_charged_once_for_each_month_and_has_a_receipt_for_each(app) {
        let pledge = app.joins(&monthly()).await;
        let view = app.patron(pledge).await;
        assert_eq!(view.pledge.status, PledgeStatus::Active);
        assert_eq!(view.tier.unwrap().name, "Friend");
        assert_eq!(app.letters_about("Welcome").len(), 1);

        app.lives_months(3).await;

        assert_eq!(app.payments(pledge).await, ["2026-06-15", "2026-07-15", "2026-08-15", "2026-09-15"]);
        assert_eq!(app.letters_about("receipt").len(), 4);
        assert_eq!(app.letters_about("Welcome").len(), 1);
    }
}

flow! {
    async fn a_declined_card_is_written_about_and_mended(app) {
        let pledge = app.joins(&monthly()).await;
        app.uses_card(pledge, "declines").await;
        app.lives_until("2026-07-16T12:00:00Z".parse().unwrap()).await;
        let failing = app.patron(pledge).await;
        assert_eq!(failing.pledge.status, PledgeStatus::PastDue);
        assert_eq!(app.letters_about("did not go through").len(), 1);

        app.uses_card(pledge, "works").await;
        tend::collect(app.ctx(), pledge).await.unwrap();
        app.lives_until(app.ctx().now() + TimeDelta::hours(12)).await;

        assert_eq!(app.patron(pledge).await.pledge.status, PledgeStatus::Active);
        assert_eq!(app.payments(pledge).await, ["2026-06-15", "2026-07-15"]);
        let file = files::pledge(app.ctx(), pledge).await.unwrap();
        let told: Vec<&str> = file.moments.iter().map(|moment| moment.what.as_str()).collect();
        let missed = ["A payment did not come", "The letter “payment failed” was sent", "The payment that was missing came"];
        for what in missed {
            assert!(told.contains(&what), "{what}: {told:#?}");
        }
        app.lives_until("2026-08-16T12:00:00Z".parse().unwrap()).await;
        assert_eq!(app.payments(pledge).await.len(), 3);
        assert_eq!(app.letters_about("did not go through").len(), 1);
    }
}

flow! {
    async fn support_that_is_not_paid_ends_after_the_grace(app) {
        let pledge = app.joins(&monthly()).await;
        app.uses_card(pledge, "declines").await;
        app.lives_months(2).await;

        let view = app.patron(pledge).await;
        assert!(
            matches!(view.subscription.news.state, SubscriptionState::Ended { reason: EndReason::PaymentFailed, .. }),
            "{view:?}"
        );
        assert_eq!(app.letters_about("has ended").len(), 1);
        assert_eq!(app.payments(pledge).await.len(), 1);
    }
}

flow! {
    async fn another_amount_counts_from_the_next_month_and_nothing_is_charged_before(app) {
        let pledge = app.joins(&monthly()).await;
        let what = OrderKind::Change { amount: eur(5_000), frequency: Frequency::Monthly };
        let ordered = app.asks(pledge, what.clone()).await.unwrap();
        assert_eq!(ordered.order.status, OrderStatus::Done);
        assert_eq!(app.payments(pledge).await.len(), 1);
        assert_eq!(app.letters_about("Your support was changed").len(), 1);
        let text = &app.letters_about("Your support was changed")[0].text;
        assert!(text.contains("From 15 July 2026 on you give €50.00 a month"), "{text}");
        assert!(matches!(app.asks(pledge, what).await, Err(UseCaseError::Invalid(_))));

        app.lives_months(1).await;

        let view = app.patron(pledge).await;
        assert_eq!(view.tier.unwrap().name, "Founding patron");
        let donations = app.ctx().db
            .read(move |conn| mainstay::store::donations::of_pledge(conn, pledge)).await.unwrap();
        let paid: Vec<i64> = donations.iter().map(|d| d.payment.money().unwrap().gross.minor()).collect();
        assert_eq!(paid, [1_000, 5_000]);
        let months = figures::by_month(app.ctx(), "2026-12".parse::<Month>().unwrap()).await.unwrap();
        let june = &months.values().next().unwrap()[0];
        assert_eq!((june.recurring, june.joined, june.patrons), (eur(5_000), 1, 1));
    }
}

flow! {
    async fn a_pause_is_not_charged_and_ends_by_itself(app) {
        let pledge = app.joins(&monthly()).await;
        let until = app.ctx().now() + TimeDelta::days(70);
        app.asks(pledge, OrderKind::Pause { until: Some(until) }).await.unwrap();
        assert_eq!(app.patron(pledge).await.pledge.status, PledgeStatus::Paused);
        assert!(matches!(
            app.asks(pledge, OrderKind::Pause { until: None }).await,
            Err(UseCaseError::Conflict { code: "support_paused", .. })
        ));

        app.lives_months(3).await;

        assert_eq!(app.patron(pledge).await.pledge.status, PledgeStatus::Active);
        assert_eq!(app.payments(pledge).await, ["2026-06-15", "2026-09-15"]);
    }
}

flow! {
    async fn who_stops_keeps_what_is_paid_and_is_charged_no_more(app) {
        let (one, other) = (app.joins(&monthly()).await, app.joins(&monthly().set("amount", "7")).await);
        app.asks(one, OrderKind::Cancel).await.unwrap();
        let stopped = app.patron(one).await;
        assert_eq!(stopped.pledge.status, PledgeStatus::Active, "until the paid time is over");
        assert!(stopped.subscription.news.ends_at.is_some());
        assert_eq!(app.letters_about("Your support will end").len(), 1);
        app.asks(one, OrderKind::Keep).await.unwrap();
        app.asks(one, OrderKind::Cancel).await.unwrap();

        app.lives_months(2).await;

        assert_eq!(app.patron(one).await.pledge.status, PledgeStatus::Cancelled);
        assert_eq!(app.payments(one).await.len(), 1);
        assert_eq!(app.patron(other).await.pledge.status, PledgeStatus::Active);
        assert_eq!(app.payments(other).await.len(), 3);
        assert_eq!(app.letters_about("has ended").len(), 0, "they were told when they stopped");
    }
}

flow! {
    async fn a_gateway_that_gives_no_answer_is_asked_until_it_does(app) {
        let pledge = app.joins(&monthly()).await;
        app.sandbox().script(Call::ChangeSubscription, &[Fault::TimeoutAfter, Fault::TimeoutBefore]);

        let ordered = app.asks(pledge, OrderKind::Cancel).await.unwrap();
        assert_eq!(ordered.order.status, OrderStatus::Pending);
        assert!(app.patron(pledge).await.pending.is_some());
        assert!(app.letters_about("will end").is_empty(), "nobody is told before it is so");
        let again = app.asks(pledge, OrderKind::Cancel).await.unwrap();
        assert_eq!(again.order.id, ordered.order.id);
        assert!(matches!(
            app.asks(pledge, OrderKind::Pause { until: None }).await,
            Err(UseCaseError::Conflict { code: "order_pending", .. })
        ));
        app.pass(TimeDelta::minutes(2)).await;

        assert!(app.patron(pledge).await.pending.is_none());
        assert_eq!(app.letters_about("will end").len(), 1);
    }
}

/// The donor's own transfer, as staff read it on the statement.
async fn arrives(app: &TestApp, pledge: PledgeId, minor: i64, day: &str) {
    let reference = app.patron_reference(pledge).await;
    let arrival = bank::Arrival {
        reference,
        amount: eur(minor),
        received_on: day.parse().unwrap(),
        bank_id: Some(format!("line-{day}-{minor}")),
    };
    bank::record(app.ctx(), Actor::Command, arrival).await.unwrap();
    app.run_jobs().await;
}

flow! {
    async fn a_standing_order_is_expected_reminded_of_and_matched(app) {
        let form = Form::transfer().set("amount", "10").set("frequency", "monthly");
        let pledge = app.promises_transfer(&form).await.pledge.id;
        app.run_jobs().await;
        arrives(&app, pledge, 1_000, "2026-06-15").await;
        assert_eq!(app.patron(pledge).await.pledge.status, PledgeStatus::Active);
        assert_eq!(app.letters_about("Welcome").len(), 1);

        app.lives_until("2026-07-18T12:00:00Z".parse().unwrap()).await;
        assert_eq!(app.patron(pledge).await.pledge.status, PledgeStatus::Active, "a few days late is not missed");
        app.lives_until("2026-07-22T12:00:00Z".parse().unwrap()).await;
        assert_eq!(app.patron(pledge).await.pledge.status, PledgeStatus::PastDue);
        assert_eq!(app.letters_about("standing order to").len(), 1);

        arrives(&app, pledge, 1_000, "2026-07-22").await;
        let view = app.patron(pledge).await;
        assert_eq!(view.pledge.status, PledgeStatus::Active);
        assert_eq!(view.subscription.next_charge_at().unwrap().to_string(), "2026-08-15 10:00:00 UTC");
        assert_eq!(app.payments(pledge).await, ["2026-06-15", "2026-07-15"]);

        app.lives_until("2026-09-30T12:00:00Z".parse().unwrap()).await;
        assert_eq!(app.patron(pledge).await.pledge.status, PledgeStatus::Cancelled);
        assert_eq!(app.letters_about("standing order to").len(), 4, "one, and three of the second time");
        assert_eq!(app.letters_about("has ended").len(), 1);
        arrives(&app, pledge, 1_000, "2026-09-30").await;
        assert_eq!(app.payments(pledge).await.len(), 3, "money that arrives after the end is booked");
    }
}

flow! {
    async fn who_changes_a_standing_order_is_taken_at_their_word(app) {
        let form = Form::transfer().set("amount", "10").set("frequency", "monthly");
        let pledge = app.promises_transfer(&form).await.pledge.id;
        arrives(&app, pledge, 1_000, "2026-06-15").await;

        app.asks(pledge, OrderKind::Change { amount: eur(2_000), frequency: Frequency::Quarterly }).await.unwrap();
        arrives(&app, pledge, 2_000, "2026-06-15").await;
        assert_eq!(app.patron(pledge).await.subscription.news.period.unwrap().until.to_string(), "2026-09-15 10:00:00 UTC");
        app.asks(pledge, OrderKind::Cancel).await.unwrap();
        app.lives_until("2026-09-16T12:00:00Z".parse().unwrap()).await;

        assert_eq!(app.patron(pledge).await.pledge.status, PledgeStatus::Cancelled);
        assert!(app.letters_about("standing order to").is_empty());
    }
}

flow! {
    async fn the_last_place_of_a_tier_is_given_once(app) {
        let founder = monthly().set("amount", "50").set("tier", "founder");
        let full = "the places of this tier are counted while it is locked";
        for number in 0..50 {
            app.promises(&founder.clone().by(number)).await;
        }
        let answer = app.client().give(&founder.by(50)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{full}");
        assert!(answer.text().contains("All places of “Founding patron” are taken"), "{}", answer.text());
    }
}

flow! {
    async fn a_full_tier_is_shown_without_a_way_to_it_until_a_place_is_free(app) {
        let founder = monthly().set("amount", "50").set("tier", "founder");
        let client = app.client();
        assert!(client.get("/patrons").await.text().contains("50 places left"));
        for number in 0..50 {
            app.promises(&founder.clone().by(number)).await;
        }

        let page = client.get("/patrons").await;
        assert_eq!(page.header("cache-control"), "no-cache", "places are taken at any time");
        let page = page.text();
        assert!(page.contains("All places are taken"), "{page}");
        assert!(page.contains("Founding patron"), "it is still told of");
        assert!(!page.contains("tier=founder"), "and leads nowhere");
        assert!(page.contains("tier=friend"));
        assert!(client.get("/patrons?lang=fr").await.text().contains("Toutes les places sont prises"));
        // An own amount of that size is taken, and counts as the highest level that has a place.
        let rich = app.joins(&monthly().set("amount", "60").by(51)).await;
        assert_eq!(app.patron(rich).await.tier.unwrap().name, "Friend");

        // Nobody of the fifty paid.
        app.lives_until(app.ctx().now() + TimeDelta::days(3)).await;
        let page = client.get("/patrons").await.text();
        assert!(page.contains("50 places left") && page.contains("tier=founder"), "{page}");
    }
}
