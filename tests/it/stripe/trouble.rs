//! The network and Stripe misbehave: answers get lost, events come twice, late, in another order, or never.

use super::shop::Shop;
use crate::support::both;
use crate::support::gift::{Form, eur};
use crate::support::stripe::{Complaint, Fault, FeeOfDispute, Payment};
use chrono::TimeDelta;
use futures_util::future::join_all;
use mainstay::domain::attempt::AttemptOutcome;
use mainstay::domain::audit::Actor;
use mainstay::domain::clock::Clock as _;
use mainstay::domain::donation::DonationStatus;
use mainstay::usecases::webhook;

impl Shop {
    /// Hours go by, with the recurring work done in each.
    async fn hours_pass(&self, hours: i64) {
        for _hour in 0..hours {
            self.app.clock.advance(TimeDelta::hours(1));
            self.app.upkeep().await;
        }
    }
}

both! {
    async fn events_that_come_often_and_in_any_order_count_once(engine) {
        for seed in 0..3 {
            let shop = Shop::open(engine).await;
            let begun = shop.begins(&Form::gift()).await;
            shop.stripe.pay(&begun.session, Payment::Declined);
            shop.app.clock.advance(TimeDelta::minutes(1));
            let intent = shop.stripe.pay(&begun.session, Payment::Card);
            shop.stripe.refund(&intent, Some(300));
            shop.stripe.refund(&intent, Some(300));
            let dispute = shop.stripe.complain(&intent, Complaint::Dispute, Some(400));
            shop.stripe.win(&dispute, FeeOfDispute::Kept);
            // A second event object for each.
            for (event, _) in shop.stripe.events() {
                shop.stripe.repeat_as_new(&event);
            }
            shop.stripe.deliver_shuffled(seed, 2).await;
            shop.hears().await;

            let given = shop.app.given(&begun.thanks).await;
            let payment = given.donation.payment;
            assert_eq!((payment.status(), payment.kept()), (DonationStatus::PartlyRefunded, Some(eur(1900))));
            assert_eq!((shop.app.count("donations").await, shop.app.count("refunds").await), (1, 2));
            assert_eq!(shop.app.count("disputes").await, 1);
            shop.close().await;
        }
    }
}

both! {
    async fn events_worked_on_at_once_count_once(engine) {
        let shop = Shop::open(engine).await;
        let begun = shop.begins(&Form::gift()).await;
        shop.stripe.pay(&begun.session, Payment::Card);
        for (event, _) in shop.stripe.events() {
            for _ in 0..5 {
                shop.stripe.repeat_as_new(&event);
            }
        }
        shop.stripe.deliver_all().await;
        join_all((0..4).map(|_| shop.app.run_jobs())).await;
        shop.app.pass(TimeDelta::minutes(1)).await;

        assert_eq!((shop.app.count("donations").await, shop.app.count("receipts").await), (1, 1));
        assert_eq!(shop.app.letters().len(), 1);
        shop.close().await;
    }
}

both! {
    async fn a_site_that_was_down_for_two_days_receipts_each_gift_once_for_the_day_of_its_payment(engine) {
        let shop = Shop::open(engine).await;
        let day = shop.app.ctx().day_of(shop.app.clock.now());
        let (lost, late) = (shop.begins(&Form::gift().by(1)).await, shop.begins(&Form::gift().by(2)).await);
        // Of one Stripe has given up telling; of the other it still tries.
        shop.stripe.pay(&lost.session, Payment::Card);
        assert!(shop.stripe.drop_pending() > 0);
        shop.stripe.pay(&late.session, Payment::Card);
        shop.app.clock.advance(TimeDelta::days(2));
        shop.app.upkeep().await;
        shop.hears().await;

        for begun in [&lost, &late] {
            let given = shop.app.given(&begun.thanks).await;
            assert_eq!(given.donation.received_on, Some(day));
            let receipts = shop.app.receipts(given.donation.id).await;
            assert_eq!(receipts.len(), 1);
            assert_eq!(receipts[0].snapshot.received_on, day);
            assert_eq!(receipts[0].snapshot.issued_on, day + TimeDelta::days(2));
        }
        assert_eq!(shop.app.letters_about("receipt").len(), 2);
        shop.close().await;
    }
}

both! {
    async fn a_payment_of_which_no_event_came_is_found_by_asking(engine) {
        let shop = Shop::open(engine).await;
        let begun = shop.begins(&Form::gift()).await;
        shop.stripe.pay(&begun.session, Payment::Card);
        assert!(shop.stripe.drop_pending() > 0);

        shop.hours_pass(1).await;

        assert_eq!(shop.status_of(&begun).await, "fulfilled");
        assert_eq!(shop.app.letters_about("receipt").len(), 1);
        shop.close().await;
    }
}

both! {
    async fn an_unanswered_call_ends_in_exactly_one_page(engine) {
        let faults = [
            // The tries that follow the first are made at once; all of them go wrong.
            (Fault::DropBefore, 3),
            (Fault::DropAfter, 3),
            (Fault::ServerErrorAfter, 3),
            (Fault::MalformedAnswer, 1),
            (Fault::StallAfter, 1),
        ];
        let shop = Shop::open_with(engine, |_as_usual| {}, &[("MAINSTAY_STRIPE__TIMEOUT_S", "2")]).await;
        for (number, (fault, times)) in faults.into_iter().enumerate() {
            shop.stripe.fail("POST /v1/checkout/sessions", fault, times);
            let form = Form::gift().set("gateway", "stripe").by(number);
            let answer = shop.app.client().give(&form).await;
            let thanks = answer.location().to_owned();
            assert!(thanks.starts_with("/thanks/"), "{fault:?}: {thanks}");
            let attempt = shop.app.view(&thanks).await.attempt.unwrap();
            assert_eq!(attempt.outcome, AttemptOutcome::Unknown, "{fault:?}");
            shop.stripe.recover();

            shop.hours_pass(1).await;

            let sessions = shop.stripe.sessions_with("mainstay_attempt", &attempt.id.to_string());
            let [session] = sessions.as_slice() else { panic!("{fault:?}: {sessions:?}") };
            shop.stripe.pay(session, Payment::Card);
            shop.hears().await;
            assert_eq!(shop.app.client().status_of(&thanks).await, "fulfilled", "{fault:?}");
            assert!(shop.stripe.faults_fired()[&fault] >= 1, "{fault:?}");
        }
        assert_eq!(shop.app.count("receipts").await, 5);
        shop.close().await;
    }
}

both! {
    async fn a_call_whose_key_answers_with_an_error_for_a_day_is_given_up_after_it(engine) {
        let shop = Shop::open(engine).await;
        shop.stripe.fail("POST /v1/checkout/sessions", Fault::ServerErrorKept, 1);
        let answer = shop.app.client().give(&Form::gift().set("gateway", "stripe")).await;
        let thanks = answer.location().to_owned();
        assert!(thanks.starts_with("/thanks/"), "{thanks}");
        let attempt = shop.app.view(&thanks).await.attempt.unwrap().id.to_string();

        shop.app.clock.advance(TimeDelta::hours(1));
        shop.app.upkeep().await;
        assert_eq!(shop.app.client().status_of(&thanks).await, "pending");
        // Others are not kept waiting by it.
        let begun = shop.begins(&Form::gift().by(2)).await;
        shop.stripe.pay(&begun.session, Payment::Card);
        shop.stripe.drop_pending();
        shop.hours_pass(1).await;
        assert_eq!(shop.status_of(&begun).await, "fulfilled");

        shop.app.clock.advance(TimeDelta::hours(24));
        shop.hours_pass(1).await;
        assert_eq!(shop.stripe.sessions_with("mainstay_attempt", &attempt), [""; 0]);
        let sql = format!("SELECT code AS line FROM attempts WHERE id = '{attempt}'");
        assert_eq!(shop.app.lines(&sql).await, ["never_arrived"]);
        shop.close().await;
    }
}

both! {
    async fn a_donor_is_sent_to_the_page_though_the_first_tries_failed(engine) {
        let shop = Shop::open(engine).await;
        for (number, fault) in [Fault::DropAfter, Fault::ServerErrorBefore, Fault::TooMany].into_iter().enumerate() {
            shop.stripe.fail("POST /v1/checkout/sessions", fault, 1);
            let begun = shop.begins(&Form::gift().by(number)).await;
            shop.stripe.pay(&begun.session, Payment::Card);
            shop.hears().await;
            assert_eq!(shop.status_of(&begun).await, "fulfilled", "{fault:?}");
        }
        assert_eq!(shop.stripe.payments().len(), 3);
        shop.close().await;
    }
}

both! {
    async fn an_event_is_worked_on_again_when_stripe_did_not_say_what_is_true(engine) {
        let shop = Shop::open(engine).await;
        let begun = shop.begins(&Form::gift()).await;
        shop.stripe.pay(&begun.session, Payment::Card);
        shop.stripe.deliver_all().await;
        shop.stripe.fail("*", Fault::ServerErrorBefore, 1000);
        shop.app.run_jobs().await;
        assert_eq!(shop.app.count("donations").await, 0);
        assert_eq!(shop.app.lines("SELECT DISTINCT status AS line FROM inbox").await, ["received"]);

        shop.stripe.recover();
        shop.hours_pass(3).await;

        assert_eq!(shop.status_of(&begun).await, "fulfilled");
        assert_eq!(shop.app.lines("SELECT DISTINCT status AS line FROM inbox").await, ["processed"]);
        shop.close().await;
    }
}

both! {
    async fn with_a_wrong_key_nothing_is_given_up(engine) {
        let shop = Shop::open_with(engine, |_as_usual| {}, &[("MAINSTAY_STRIPE__SECRET_KEY", "sk_test_mistyped")]).await;
        let answer = shop.app.client().give(&Form::gift().set("gateway", "stripe")).await;
        assert!(answer.location().starts_with("/thanks/"));
        shop.app.pass(TimeDelta::minutes(5)).await;

        assert_eq!(shop.app.lines("SELECT outcome AS line FROM attempts").await, ["unknown"]);
        assert_eq!(shop.app.lines("SELECT status AS line FROM pledges").await, ["pending"]);
        shop.app.stop().await;
    }
}

both! {
    async fn money_that_differs_from_the_promise_is_booked_as_it_is_and_asked_about(engine) {
        let shop = Shop::open(engine).await;
        let begun = shop.begins(&Form::gift()).await;
        let intent = shop.stripe.pay(&begun.session, Payment::CardSettledLater);
        shop.stripe.overwrite(&intent, "/amount_received", serde_json::json!(2400));
        shop.hears().await;

        let given = shop.app.given(&begun.thanks).await;
        assert_eq!(given.donation.payment.money().unwrap().gross, eur(2400));
        assert_eq!(shop.app.review_kinds().await, ["amount_differs"]);
        shop.app.finish().await;
    }
}

both! {
    async fn an_answer_of_the_other_mode_is_parked(engine) {
        let shop = Shop::open(engine).await;
        let begun = shop.begins(&Form::gift()).await;
        let intent = shop.stripe.pay(&begun.session, Payment::Card);
        shop.stripe.overwrite(&intent, "/livemode", serde_json::json!(true));
        shop.stripe.overwrite(&begun.session, "/livemode", serde_json::json!(true));
        for kind in ["payment_intent.succeeded", "checkout.session.completed"] {
            let (event, _) = shop.stripe.events().into_iter().find(|(_, told)| told == kind).unwrap();
            shop.stripe.deliver_event(&event, 1).await;
        }
        shop.app.run_jobs().await;

        assert_eq!(shop.app.lines("SELECT status AS line FROM inbox").await, ["parked", "parked"]);
        assert_eq!(shop.app.count("donations").await, 0);
        let id = shop.app.lines("SELECT id AS line FROM inbox").await.remove(0).parse().unwrap();
        assert!(webhook::replay(shop.app.ctx(), Actor::Command, id).await.is_ok());
        shop.app.stop().await;
    }
}
