//! Giving by card, in all currencies.

use super::shop::Shop;
use crate::abuse::proofs::solved;
use crate::support::both;
use crate::support::gift::{Form, eur, money};
use crate::support::stripe::{Future, Payment};
use chrono::TimeDelta;
use mainstay::domain::audit::Actor;
use mainstay::domain::donation::DonationStatus;
use mainstay::usecases::abuse::attack;
use reqwest::StatusCode;

both! {
    async fn a_card_gift_goes_from_the_form_to_the_receipt_with_its_fee_booked(engine) {
        let shop = Shop::open(engine).await;
        let page = shop.app.client().get("/donate").await.text();
        assert!(page.contains("Card") && page.contains("Apple Pay") && page.contains("Google Pay"), "{page}");

        let begun = shop.begins(&Form::gift()).await;
        assert_eq!(shop.status_of(&begun).await, "pending");
        let intent = shop.stripe.pay(&begun.session, Payment::Card);
        shop.hears().await;

        assert_eq!(shop.status_of(&begun).await, "fulfilled");
        let given = shop.app.given(&begun.thanks).await;
        let captured = given.donation.payment.money().unwrap();
        assert_eq!((given.donation.remote.as_str(), captured.gross), (intent.as_str(), eur(2500)));
        let settled = captured.settled.unwrap();
        // 2.9 % and 25 cents at the emulator.
        assert_eq!((settled.amount(), settled.fee()), (eur(2500), eur(98)));
        assert_eq!(shop.clearing("EUR").await, 2402);
        assert_eq!(shop.in_books("expense:fees", "EUR").await, 98);
        assert_eq!(shop.app.letters_about("receipt R2026-000001 for your gift of €25.00").len(), 1);
        assert_eq!(shop.app.count("receipts").await, 1);
        assert_eq!(shop.app.review_kinds().await, [""; 0]);
        shop.close().await;
    }
}

both! {
    async fn the_page_is_asked_for_with_our_ids_and_under_our_key(engine) {
        let shop = Shop::open(engine).await;
        let begun = shop.begins(&Form::gift()).await;
        let view = shop.app.view(&begun.thanks).await;
        let (attempt, pledge) = (view.attempt.unwrap().id.to_string(), view.pledge.id.to_string());

        let calls: Vec<_> = shop.stripe.calls().into_iter().filter(|call| call.key.is_some()).collect();
        assert_eq!(calls.len(), 1);
        assert_eq!((calls[0].path.as_str(), calls[0].key.as_deref()), ("/v1/checkout/sessions", Some(attempt.as_str())));
        assert_eq!(calls[0].version.as_deref(), Some("2026-09-30.endive"));
        assert_eq!(shop.stripe.sessions_with("mainstay_attempt", &attempt), [begun.session.as_str()]);
        assert_eq!(shop.stripe.sessions_with("mainstay_pledge", &pledge), [begun.session.as_str()]);

        // The back button and the same form again lead to the same page.
        assert_eq!(shop.begins(&Form::gift()).await.session, begun.session);
        shop.close().await;
    }
}

both! {
    async fn a_declined_card_may_be_followed_by_one_that_pays(engine) {
        let shop = Shop::open(engine).await;
        let begun = shop.begins(&Form::gift()).await;
        shop.stripe.pay(&begun.session, Payment::Declined);
        shop.hears().await;
        assert_eq!(shop.status_of(&begun).await, "failed");
        assert_eq!(shop.app.count("receipts").await, 0);

        shop.app.clock.advance(TimeDelta::minutes(1));
        shop.stripe.pay(&begun.session, Payment::Card);
        shop.hears().await;

        assert_eq!(shop.status_of(&begun).await, "fulfilled");
        assert_eq!((shop.app.count("donations").await, shop.app.count("receipts").await), (1, 1));
        shop.close().await;
    }
}

both! {
    async fn a_page_on_which_three_cards_were_declined_is_closed(engine) {
        let shop = Shop::open(engine).await;
        let begun = shop.begins(&Form::gift()).await;
        assert!(!shop.stripe.asks_bank(&begun.session));
        for number in 1..=3 {
            assert_eq!(shop.stripe.open_sessions(), [begun.session.as_str()], "before try {number}");
            shop.app.clock.advance(TimeDelta::seconds(20));
            shop.stripe.pay(&begun.session, Payment::Declined);
            shop.stripe.deliver_shuffled(7, 2).await;
            shop.hears().await;
        }

        // That it is closed is news of its own.
        shop.hears().await;
        assert_eq!(shop.stripe.open_sessions(), [""; 0]);
        assert_eq!(shop.status_of(&begun).await, "expired");
        // Whoever mistyped may begin another gift.
        let again = shop.begins(&Form::gift().set("amount", "26")).await;
        shop.stripe.pay(&again.session, Payment::Card);
        shop.hears().await;
        assert_eq!(shop.status_of(&again).await, "fulfilled");
        shop.close().await;
    }
}

both! {
    async fn while_cards_are_tried_banks_are_asked_and_pages_close_after_half_an_hour(engine) {
        let shop = Shop::open(engine).await;
        attack::begin(shop.app.ctx(), Actor::Command).await.unwrap();
        let page = shop.app.client().get("/donate").await.text();
        let begun = shop.begins(&Form::gift().set("proof", &solved(&page))).await;
        assert!(shop.stripe.asks_bank(&begun.session));

        shop.app.clock.advance(TimeDelta::minutes(36));
        shop.hears().await;
        assert_eq!(shop.stripe.open_sessions(), [""; 0]);
        assert_eq!(shop.status_of(&begun).await, "expired");
        shop.close().await;
    }
}

both! {
    async fn a_page_that_nobody_used_ends_the_pledge(engine) {
        let shop = Shop::open(engine).await;
        let (left, declined) = (Form::gift().by(1), Form::gift().by(2));
        let (left, declined) = (shop.begins(&left).await, shop.begins(&declined).await);
        shop.stripe.pay(&declined.session, Payment::Declined);
        shop.hears().await;

        shop.app.clock.advance(TimeDelta::hours(24));
        shop.hears().await;
        shop.app.upkeep().await;

        assert_eq!(shop.status_of(&left).await, "expired");
        assert_eq!(shop.status_of(&declined).await, "expired");
        assert_eq!(shop.app.count("receipts").await, 0);
        assert_eq!(shop.app.count("ledger_entries").await, 0);
        shop.close().await;
    }
}

both! {
    async fn a_gift_in_a_currency_without_a_balance_is_exchanged(engine) {
        let shop = Shop::open(engine).await;
        let (_, pounds) = shop.gives(&Form::gift().set("currency", "GBP").by(1)).await;
        let (_, dollars) = shop.gives(&Form::gift().set("currency", "USD").by(2)).await;

        let captured = pounds.donation.payment.money().unwrap();
        assert_eq!(captured.gross, money(2500, "GBP"));
        let settled = captured.settled.unwrap();
        assert_eq!(settled.currency(), eur(0).currency());
        assert_eq!(shop.clearing("GBP").await, 0);
        assert_eq!(shop.clearing("EUR").await, settled.amount().minor() - settled.fee().minor());
        assert_eq!(shop.in_books("income:donations", "GBP").await, -2500);
        assert_eq!(shop.in_books("exchange", "GBP").await, 2500);
        assert_eq!(shop.in_books("exchange", "EUR").await, -settled.amount().minor());
        assert_eq!(dollars.donation.payment.money().unwrap().settled.unwrap().amount(), money(2500, "USD"));
        assert_eq!(shop.app.letters_about("your gift of £25.00").len(), 1);
        assert_eq!(shop.app.review_kinds().await, [""; 0]);
        shop.close().await;
    }
}

const CURRENCIES: (&str, &str) = ("MAINSTAY_SITE__CURRENCIES", "EUR,ISK,UGX,KWD,JPY,MGA,HUF,TWD");
const LARGE: [(&str, &str); 3] = [
    CURRENCIES,
    ("MAINSTAY_LIMITS__MAXIMUM__DEFAULT", "1000000000"),
    ("MAINSTAY_LIMITS__REVIEW__DEFAULT", "1000000001"),
];

both! {
    async fn each_currency_is_charged_in_the_units_that_stripe_counts_it_in(engine) {
        let shop = Shop::open_with(engine, |_as_usual| {}, &LARGE).await;
        let gifts = [
            ("ISK", "2500", 250_000, 2_500),
            ("UGX", "90000", 9_000_000, 90_000),
            ("KWD", "5.12", 5_120, 5_120),
            ("JPY", "1500", 1_500, 1_500),
            ("MGA", "20000", 20_000, 2_000_000),
            ("HUF", "2500.50", 250_050, 250_050),
            ("TWD", "500.50", 50_050, 50_050),
        ];
        for (number, (code, typed, units, minor)) in gifts.into_iter().enumerate() {
            let form = Form::gift().set("currency", code).set("amount", typed).by(number);
            let (intent, given) = shop.gives(&form).await;
            let charged = shop.stripe.payments().into_iter().find(|payment| payment.intent == intent).unwrap();
            assert_eq!((charged.captured, charged.currency), (units, code.to_lowercase()), "{code}");
            assert_eq!(given.donation.payment.money().unwrap().gross, money(minor, code));
        }
        assert_eq!(shop.app.review_kinds().await, [""; 0]);
        shop.close().await;
    }
}

both! {
    async fn amounts_that_stripe_cannot_take_are_said_at_the_form(engine) {
        let shop = Shop::open_with(engine, |_as_usual| {}, &LARGE).await;
        for (code, typed, sentence) in [
            ("KWD", "5.1240", "the next amount that can be paid is KWD\u{a0}5.130"),
            ("MGA", "20000.50", "the next amount that can be paid is MGA\u{a0}20,001.00"),
            ("HUF", "100.00", "the smallest amount is HUF\u{a0}175.00"),
        ] {
            let form = Form::gift().set("gateway", "stripe").set("currency", code).set("amount", typed);
            let answer = shop.app.client().give(&form).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{code}");
            assert!(answer.text().contains(sentence), "{code}: {}", answer.text());
        }
        assert_eq!(shop.app.count("pledges").await, 0);

        // A covered fee leads to an amount that can be paid.
        let form = Form::gift().set("currency", "KWD").set("amount", "5.12").set("cover_fees", "on");
        let (_, given) = shop.gives(&form).await;
        let gross = given.donation.payment.money().unwrap().gross.minor();
        assert!(gross > 5_120 && gross % 10 == 0, "{gross}");
        shop.close().await;
    }
}

both! {
    async fn the_fee_is_booked_when_stripe_knows_it(engine) {
        let shop = Shop::open(engine).await;
        let begun = shop.begins(&Form::gift().set("currency", "GBP")).await;
        let intent = shop.stripe.pay(&begun.session, Payment::CardSettledLater);
        shop.hears().await;
        assert_eq!(shop.status_of(&begun).await, "fulfilled");
        assert_eq!((shop.clearing("GBP").await, shop.clearing("EUR").await), (2500, 0));

        shop.stripe.settle(&intent);
        shop.hears().await;

        assert_eq!(shop.clearing("GBP").await, 0);
        assert!(shop.in_books("expense:fees", "EUR").await > 0);
        assert_eq!(shop.app.count("receipts").await, 1);
        shop.close().await;
    }
}

both! {
    async fn a_stripe_to_come_is_understood(engine) {
        let shop = Shop::open_with(engine, |options| options.future = Future::Strange, &[]).await;
        let (intent, given) = shop.gives(&Form::gift()).await;
        shop.stripe.refund(&intent, Some(500));
        shop.stripe.emit("payment_intent.dreamt_of", serde_json::json!({"id": "dream_1", "object": "dream"}));
        shop.hears().await;

        let payment = shop.app.donation(given.donation.id).await.payment;
        assert_eq!((payment.status(), payment.kept()), (DonationStatus::PartlyRefunded, Some(eur(2000))));
        assert_eq!(shop.app.number("SELECT COUNT(*) AS number FROM inbox WHERE status = 'parked'").await, 0);
        shop.close().await;
    }
}

both! {
    async fn payments_of_another_business_on_the_account_are_left_alone(engine) {
        let shop = Shop::open(engine).await;
        let form = [
            ("mode", "payment"),
            ("success_url", "https://shop.example.org/"),
            ("line_items[0][quantity]", "1"),
            ("line_items[0][price_data][currency]", "eur"),
            ("line_items[0][price_data][unit_amount]", "900"),
            ("line_items[0][price_data][product_data][name]", "A mug"),
            ("client_reference_id", "order-17"),
        ];
        let session = shop.ask(reqwest::Method::POST, "/v1/checkout/sessions", &form).await;
        let intent = shop.stripe.pay(session["id"].as_str().unwrap(), Payment::Card);
        shop.stripe.refund(&intent, None);
        shop.hears().await;

        let left = shop.app.lines("SELECT DISTINCT status AS line FROM inbox").await;
        assert_eq!(left, ["ignored"]);
        assert_eq!(shop.app.count("donations").await, 0);
        assert_eq!(shop.app.review_kinds().await, [""; 0]);
        shop.app.finish().await;
    }
}
