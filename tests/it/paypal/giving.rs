//! Giving by PayPal, in all currencies; who comes first takes the money, and only they.

use super::shop::Shop;
use crate::support::both;
use crate::support::gift::{Form, eur, money};
use crate::support::paypal::Means;
use chrono::TimeDelta;
use mainstay::domain::donation::DonationStatus;
use reqwest::StatusCode;

both! {
    async fn a_gift_goes_from_the_form_to_the_receipt_with_its_fee_booked(engine) {
        let shop = Shop::open(engine).await;
        let answer = shop.app.client().get("/donate").await;
        assert!(answer.text().contains("With your account at PayPal"), "{}", answer.text());
        let policy = answer.header("content-security-policy").to_owned();
        let action = policy.split(';').find(|rule| rule.trim().starts_with("form-action")).unwrap();
        assert!(action.contains(&shop.paypal.url), "{policy}");

        let begun = shop.begins(&Form::gift()).await;
        assert_eq!(shop.status_of(&begun).await, "pending");
        shop.paypal.approve(&begun.order, Means::Wallet);
        // The donor is back before any webhook.
        shop.returns(&begun).await;

        assert_eq!(shop.status_of(&begun).await, "fulfilled");
        let given = shop.app.given(&begun.thanks).await;
        let captured = given.donation.payment.money().unwrap();
        assert_eq!((given.donation.remote.as_str(), captured.gross), (shop.paypal.capture_of(&begun.order).as_str(), eur(2500)));
        let settled = captured.settled.unwrap();
        // 2.49 % and 35 cents at the emulator.
        assert_eq!((settled.amount(), settled.fee()), (eur(2500), eur(97)));
        assert_eq!(shop.clearing("EUR").await, 2403);
        assert_eq!(shop.in_books("expense:fees", "EUR").await, 97);
        shop.hears().await;
        assert_eq!(shop.paypal.done("POST", "/capture").len(), 1);
        assert_eq!(shop.app.letters_about("receipt R2026-000001 for your gift of €25.00").len(), 1);
        assert_eq!((shop.app.count("donations").await, shop.app.count("receipts").await), (1, 1));
        assert_eq!(shop.app.review_kinds().await, [""; 0]);
        shop.close().await;
    }
}

both! {
    async fn the_order_is_asked_for_with_our_ids_and_under_our_keys(engine) {
        let shop = Shop::open(engine).await;
        let begun = shop.begins(&Form::gift()).await;
        let attempt = shop.app.view(&begun.thanks).await.attempt.unwrap().id.to_string();
        assert_eq!(shop.paypal.order(&begun.order).custom_id, attempt);
        // The back button and the same form again lead to the same page.
        assert_eq!(shop.begins(&Form::gift()).await.order, begun.order);
        let created = shop.paypal.done("POST", "/v2/checkout/orders");
        assert_eq!(created.len(), 1);
        assert_eq!(created[0].key.as_deref(), Some(attempt.as_str()));

        shop.paypal.approve(&begun.order, Means::Wallet);
        shop.hears().await;
        let taken = shop.paypal.done("POST", "/capture");
        assert!(taken[0].key.as_deref().unwrap().starts_with(&format!("{attempt}-capture")), "{taken:?}");
        // One token for all of it.
        assert_eq!(shop.paypal.done("POST", "/v1/oauth2/token").len(), 1);
        shop.close().await;
    }
}

both! {
    async fn the_money_is_taken_once_whoever_comes_first(engine) {
        let shop = Shop::open(engine).await;
        let begun = shop.begins(&Form::gift()).await;
        shop.paypal.approve(&begun.order, Means::Wallet);
        shop.app.clock.advance(TimeDelta::minutes(1));
        // The event, the donor and the sweep at the same time.
        let gateway = shop.gateway();
        let attempt = shop.app.view(&begun.thanks).await.attempt.unwrap();
        let body = shop.paypal.signed(&shop.paypal.pending()[0].id).body;
        let (one, two, three, four) = tokio::join!(
            gateway.look_up(&attempt),
            gateway.interpret(&body),
            gateway.look_up(&attempt),
            gateway.interpret(&body)
        );
        for found in [one, three] {
            assert_eq!(found.unwrap().facts.len(), 1);
        }
        assert!(two.is_ok() && four.is_ok());
        assert_eq!(shop.paypal.captures().len(), 1);
        shop.paypal.deliver_shuffled(7, 4).await;
        shop.hears().await;
        shop.returns(&begun).await;
        assert_eq!(shop.status_of(&begun).await, "fulfilled");
        assert_eq!((shop.app.count("donations").await, shop.app.count("receipts").await), (1, 1));
        shop.close().await;
    }
}

both! {
    async fn who_agreed_and_never_came_back_has_given_all_the_same(engine) {
        let shop = Shop::open(engine).await;
        let begun = shop.begins(&Form::gift()).await;
        shop.paypal.approve(&begun.order, Means::Wallet);
        shop.paypal.drop_pending();
        shop.app.clock.advance(TimeDelta::minutes(31));
        shop.app.upkeep().await;
        assert_eq!(shop.status_of(&begun).await, "fulfilled");
        shop.close().await;
    }
}

both! {
    async fn who_goes_back_without_paying_may_still_pay(engine) {
        let shop = Shop::open(engine).await;
        let begun = shop.begins(&Form::gift()).await;
        shop.returns(&begun).await;
        assert_eq!(shop.status_of(&begun).await, "pending");
        let page = shop.app.client().get(&begun.thanks).await.text();
        assert!(page.contains(&format!("/checkoutnow?token={}", begun.order)), "{page}");
        shop.paypal.approve(&begun.order, Means::Wallet);
        shop.returns(&begun).await;
        assert_eq!(shop.status_of(&begun).await, "fulfilled");
        shop.close().await;
    }
}

both! {
    async fn a_card_that_says_no_leaves_the_way_open_for_another(engine) {
        let shop = Shop::open(engine).await;
        let begun = shop.begins(&Form::gift()).await;
        shop.paypal.approve(&begun.order, Means::Declined);
        shop.hears().await;
        assert_eq!(shop.status_of(&begun).await, "pending");
        assert_eq!(shop.app.count("receipts").await, 0);
        shop.app.clock.advance(TimeDelta::minutes(1));
        shop.paypal.approve(&begun.order, Means::Wallet);
        shop.hears().await;
        assert_eq!(shop.status_of(&begun).await, "fulfilled");
        assert_eq!((shop.app.count("donations").await, shop.app.count("receipts").await), (1, 1));
        shop.close().await;
    }
}

both! {
    async fn what_paypal_will_not_take_has_failed(engine) {
        let shop = Shop::open(engine).await;
        let begun = shop.begins(&Form::gift()).await;
        shop.paypal.approve(&begun.order, Means::Forbidden);
        shop.hears().await;
        assert_eq!(shop.status_of(&begun).await, "failed");
        assert_eq!(shop.app.count("ledger_entries").await, 0);
        shop.close().await;
    }
}

both! {
    async fn a_transfer_from_the_donors_bank_is_processing_until_it_arrives(engine) {
        let shop = Shop::open(engine).await;
        let (arrives, fails) = (shop.begins(&Form::gift().by(1)).await, shop.begins(&Form::gift().by(2)).await);
        for begun in [&arrives, &fails] {
            shop.paypal.approve(&begun.order, Means::ECheck);
        }
        shop.hears().await;
        for begun in [&arrives, &fails] {
            assert_eq!(shop.status_of(begun).await, "processing");
        }
        assert_eq!(shop.app.count("receipts").await, 0);

        shop.app.clock.advance(TimeDelta::days(4));
        shop.paypal.complete(&shop.paypal.capture_of(&arrives.order));
        shop.paypal.deny(&shop.paypal.capture_of(&fails.order));
        shop.hears().await;
        assert_eq!(shop.status_of(&arrives).await, "fulfilled");
        assert_eq!(shop.status_of(&fails).await, "failed");
        assert_eq!(shop.app.count("receipts").await, 1);
        shop.close().await;
    }
}

const CURRENCIES: [(&str, &str); 2] = [
    ("MAINSTAY_SITE__CURRENCIES", "EUR,USD,GBP,JPY,HUF,TWD,KWD"),
    ("MAINSTAY_LIMITS__MAXIMUM__DEFAULT", "1000000000"),
];

both! {
    async fn each_currency_is_written_with_the_decimals_that_paypal_gives_it(engine) {
        let shop = Shop::open_with(engine, |_as_usual| {}, &CURRENCIES).await;
        let gifts =
            [("JPY", "1500", 1_500), ("HUF", "2500", 250_000), ("TWD", "500", 50_000), ("GBP", "12.34", 1_234)];
        for (number, (code, typed, minor)) in gifts.into_iter().enumerate() {
            let form = Form::gift().set("currency", code).set("amount", typed).by(number);
            let (_, given) = shop.gives(&form).await;
            assert_eq!(given.donation.payment.money().unwrap().gross, money(minor, code));
            assert_eq!(given.donation.payment.status(), DonationStatus::Succeeded);
        }
        for (code, typed) in [("HUF", "2500.50"), ("KWD", "5.12")] {
            let form = Form::gift().set("currency", code).set("amount", typed).set("gateway", "paypal");
            let answer = shop.app.client().give(&form).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{code}");
        }
        // With the fee on top the amount is still one that PayPal moves.
        let covered = Form::gift().set("currency", "HUF").set("amount", "2500").set("cover_fees", "true").by(9);
        let (_, given) = shop.gives(&covered).await;
        assert_eq!(given.donation.payment.money().unwrap().gross.minor() % 100, 0);
        shop.close().await;
    }
}

both! {
    async fn a_gift_in_a_currency_without_a_balance_is_exchanged(engine) {
        let shop = Shop::open_with(engine, |_as_usual| {}, &CURRENCIES).await;
        let (_, given) = shop.gives(&Form::gift().set("currency", "GBP").set("amount", "25")).await;
        let captured = given.donation.payment.money().unwrap();
        let settled = captured.settled.unwrap();
        assert_eq!((captured.gross, settled.currency()), (money(2500, "GBP"), eur(0).currency()));
        assert_eq!(shop.clearing("GBP").await, 0);
        assert_eq!(shop.clearing("EUR").await, settled.amount().minor() - settled.fee().minor());
        assert_eq!(shop.in_books("exchange", "GBP").await, 2500);
        shop.close().await;
    }
}
