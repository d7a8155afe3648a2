//! Patrons by card when things go wrong: events that come twice, in another order or never, answers that get lost,
//! money that goes back, and subscriptions of somebody else.

use super::patrons::{at, monthly};
use super::shop::Shop;
use crate::support::both;
use crate::support::gift::{Form, eur};
use crate::support::stripe::{Complaint, Fault, FeeOfDispute, Payment, Script};
use chrono::TimeDelta;
use mainstay::domain::clock::Clock as _;
use mainstay::domain::donation::DonationStatus;
use mainstay::domain::pledge::Frequency;
use mainstay::domain::subscription::{OrderKind, SubscriptionState};
use mainstay::usecases::patrons::orders::{self, OrderRequest};

both! {
    async fn events_of_a_patron_that_come_often_and_in_any_order_count_once(engine) {
        for seed in 0..3 {
            let shop = Shop::open(engine).await;
            let begun = shop.begins(&monthly()).await;
            shop.stripe.pay(&begun.session, Payment::Declined);
            shop.app.clock.advance(TimeDelta::minutes(1));
            shop.stripe.pay(&begun.session, Payment::Card);
            let id = shop.stripe.subscriptions()[0].id.clone();
            shop.app.clock.advance(at("2026-07-20T00:00:00Z") - shop.app.clock.now());
            shop.stripe.card_does(&id, Script::Declines("insufficient_funds"));
            shop.app.clock.advance(TimeDelta::days(27));
            shop.stripe.card_does(&id, Script::Works);
            shop.app.clock.advance(TimeDelta::days(4));
            for (event, _) in shop.stripe.events() {
                shop.stripe.repeat_as_new(&event);
            }
            shop.stripe.deliver_shuffled(seed, 2).await;
            shop.hears().await;

            assert_eq!(shop.status_of(&begun).await, "active", "{seed}");
            assert_eq!((shop.app.count("donations").await, shop.app.count("receipts").await), (3, 3), "{seed}");
            assert_eq!(shop.app.count("subscriptions").await, 1);
            assert_eq!(shop.app.review_kinds().await, [""; 0]);
            shop.close().await;
        }
    }
}

both! {
    async fn a_renewal_of_which_no_event_came_is_found_by_asking(engine) {
        let shop = Shop::open(engine).await;
        let begun = shop.begins(&monthly()).await;
        shop.stripe.pay(&begun.session, Payment::Card);
        assert!(shop.stripe.drop_pending() > 0);
        shop.app.clock.advance(TimeDelta::hours(1));
        shop.app.upkeep().await;
        assert_eq!(shop.status_of(&begun).await, "active");
        assert_eq!(shop.app.count("receipts").await, 1);

        for (time, receipts) in [("2026-07-15T11:30:00Z", 2), ("2026-08-15T11:30:00Z", 3)] {
            shop.app.clock.advance(at(time) - shop.app.clock.now());
            assert!(shop.stripe.drop_pending() > 0);
            for _hour in 0..3 {
                shop.app.clock.advance(TimeDelta::hours(1));
                shop.app.upkeep().await;
            }
            assert_eq!(shop.app.count("receipts").await, receipts, "{time}");
        }
        shop.close().await;
    }
}

both! {
    async fn an_end_of_which_no_event_came_is_found_by_asking(engine) {
        let shop = Shop::open(engine).await;
        let patron = shop.joins(&monthly()).await;
        shop.stripe.end_subscription(&patron.remote, "cancellation_requested");
        shop.stripe.drop_pending();
        for _hour in 0..3 {
            shop.app.clock.advance(TimeDelta::hours(1));
            shop.app.upkeep().await;
        }
        assert!(matches!(shop.state(&patron).await, SubscriptionState::Ended { .. }));
        shop.close().await;
    }
}

both! {
    async fn a_renewal_can_be_refunded_and_disputed_like_any_payment(engine) {
        let shop = Shop::open(engine).await;
        let patron = shop.joins(&monthly()).await;
        shop.lives_until(at("2026-08-16T00:00:00Z")).await;
        let intents: Vec<_> =
            shop.truth(&patron).invoices.into_iter().map(|invoice| invoice.intent.unwrap()).collect();
        shop.stripe.refund(&intents[0], Some(700));
        let dispute = shop.stripe.complain(&intents[1], Complaint::Dispute, None);
        shop.hears().await;
        let kept = |place: usize| {
            let sql = format!("SELECT status AS line FROM donations WHERE remote_id = '{}'", intents[place]);
            let shop = &shop;
            async move { shop.app.lines(&sql).await.remove(0) }
        };
        assert_eq!((kept(0).await, kept(1).await), ("partly_refunded".to_owned(), "disputed".to_owned()));
        shop.stripe.win(&dispute, FeeOfDispute::Kept);
        shop.hears().await;
        assert_eq!(kept(1).await, DonationStatus::Succeeded.as_str());
        assert_eq!(shop.app.count("refunds").await, 1);
        assert_eq!(shop.app.count("disputes").await, 1);
        shop.close().await;
    }
}

both! {
    async fn a_debit_makes_a_patron_whose_money_is_booked_when_it_is_there(engine) {
        let shop = Shop::open(engine).await;
        let begun = shop.begins(&monthly()).await;
        shop.stripe.pay(&begun.session, Payment::Debit);
        shop.hears().await;
        assert_eq!(shop.app.count("receipts").await, 0);
        shop.lives_until(at("2026-06-21T00:00:00Z")).await;
        assert_eq!(shop.app.count("receipts").await, 1);
        shop.lives_until(at("2026-07-30T00:00:00Z")).await;
        assert_eq!(shop.app.count("receipts").await, 2);
        shop.close().await;
    }
}

both! {
    async fn the_fee_of_a_renewal_is_booked_when_stripe_knows_it(engine) {
        let shop = Shop::open(engine).await;
        let patron = shop.joins(&monthly().set("currency", "GBP")).await;
        shop.stripe.renewals_settle_later(true);
        shop.lives_until(at("2026-07-16T00:00:00Z")).await;
        assert_eq!(shop.clearing("GBP").await, 2500);
        let intent = shop.truth(&patron).invoices[1].intent.clone().unwrap();
        shop.stripe.settle(&intent);
        shop.hears().await;
        assert_eq!(shop.clearing("GBP").await, 0);
        shop.close().await;
    }
}

both! {
    async fn an_order_whose_answer_got_lost_is_carried_out_once(engine) {
        let shop = Shop::open_with(engine, |_as_usual| {}, &[("MAINSTAY_STRIPE__TIMEOUT_S", "2")]).await;
        let patron = shop.joins(&monthly()).await;
        let faults = [Fault::DropBefore, Fault::DropAfter, Fault::ServerErrorBefore, Fault::MalformedAnswer];
        for (number, fault) in (1_i64..).zip(faults) {
            let (amount, frequency) = (eur(2500 + number * 100), Frequency::Monthly);
            shop.stripe.fail("POST /v1/subscriptions/*", fault, 3);
            let request = OrderRequest {
                pledge: patron.pledge,
                what: OrderKind::Change { amount, frequency },
                by: mainstay::domain::subscription::Orderer::Donor,
                reason: None,
            };
            orders::order(shop.app.ctx(), request).await.unwrap();
            shop.stripe.recover();
            for _minute in 0..10 {
                shop.app.pass(TimeDelta::minutes(1)).await;
            }
            shop.hears().await;
            assert_eq!(shop.knows(&patron).await.news.amount, amount, "{fault:?}");
            assert!(shop.stripe.faults_fired()[&fault] >= 1);
        }
        assert_eq!(shop.app.count("subscription_orders").await, 4);
        shop.lives_until(at("2026-07-16T00:00:00Z")).await;
        assert_eq!(shop.truth(&patron).invoices[1].amount, 2900);
        shop.close().await;
    }
}

both! {
    async fn subscriptions_of_another_business_on_the_account_are_left_alone(engine) {
        let shop = Shop::open(engine).await;
        let form = [
            ("mode", "subscription"),
            ("success_url", "https://shop.example.org/"),
            ("line_items[0][quantity]", "1"),
            ("line_items[0][price_data][currency]", "eur"),
            ("line_items[0][price_data][unit_amount]", "900"),
            ("line_items[0][price_data][recurring][interval]", "day"),
            ("line_items[0][price_data][product_data][name]", "A newspaper"),
        ];
        let session = shop.ask(reqwest::Method::POST, "/v1/checkout/sessions", &form).await;
        let intent = shop.stripe.pay(session["id"].as_str().unwrap(), Payment::Card);
        shop.stripe.refund(&intent, Some(100));
        shop.lives_until(at("2026-06-18T00:00:00Z")).await;
        let id = shop.stripe.subscriptions()[0].id.clone();
        shop.stripe.card_is_renewed(&id, 1, 2040);
        shop.stripe.end_subscription(&id, "cancellation_requested");
        shop.hears().await;
        shop.app.upkeep().await;

        let left = shop.app.lines("SELECT DISTINCT status AS line FROM inbox").await;
        assert_eq!(left, ["ignored"]);
        assert_eq!((shop.app.count("donations").await, shop.app.count("subscriptions").await), (0, 0));
        assert_eq!(shop.app.review_kinds().await, [""; 0]);
        shop.app.finish().await;
    }
}

both! {
    async fn gifts_and_support_of_one_donor_stand_beside_each_other(engine) {
        let shop = Shop::open(engine).await;
        let patron = shop.joins(&monthly()).await;
        shop.gives(&Form::gift().set("amount", "7")).await;
        shop.lives_until(at("2026-07-16T00:00:00Z")).await;
        shop.agrees_about(&patron).await;
        assert_eq!((shop.app.count("donations").await, shop.app.count("donors").await), (3, 1));
        shop.close().await;
    }
}
