//! Debits: days between the donor's yes and the money, and weeks in which a bank may take it back.

use super::shop::{Begun, Shop};
use crate::support::both;
use crate::support::gift::Form;
use crate::support::stripe::{Complaint, Debit, Payment};
use chrono::TimeDelta;
use mainstay::domain::donation::DonationStatus;

/// A donor who has agreed to a debit.
async fn debited(shop: &Shop) -> (Begun, String) {
    let begun = shop.begins(&Form::gift()).await;
    let intent = shop.stripe.pay(&begun.session, Payment::Debit);
    shop.hears().await;
    (begun, intent)
}

both! {
    async fn a_debit_is_processing_for_days_and_then_paid(engine) {
        let shop = Shop::open(engine).await;
        let (begun, intent) = debited(&shop).await;
        assert_eq!(shop.status_of(&begun).await, "processing");
        assert_eq!(shop.app.count("ledger_entries").await, 0);

        for _day in 0..5 {
            shop.app.clock.advance(TimeDelta::days(1));
            shop.app.upkeep().await;
        }
        assert_eq!(shop.status_of(&begun).await, "processing", "nothing ends it but the bank");
        shop.stripe.end_debit(&intent, Debit::Succeeds);
        shop.hears().await;

        assert_eq!(shop.status_of(&begun).await, "fulfilled");
        assert_eq!(shop.clearing("EUR").await, 2465);
        assert_eq!(shop.app.count("receipts").await, 1);
        shop.close().await;
    }
}

both! {
    async fn a_debit_that_the_bank_refuses_brings_nothing(engine) {
        let shop = Shop::open(engine).await;
        let (begun, intent) = debited(&shop).await;
        shop.app.clock.advance(TimeDelta::days(4));
        shop.stripe.end_debit(&intent, Debit::Fails);
        // The news of the first day comes once more, and last.
        let (event, _) = shop.stripe.events().into_iter().find(|(_, kind)| kind == "payment_intent.processing").unwrap();
        shop.hears().await;
        let again = shop.stripe.repeat_as_new(&event);
        shop.stripe.deliver_event(&again, 2).await;
        shop.hears().await;

        assert_eq!(shop.status_of(&begun).await, "failed");
        assert_eq!((shop.app.count("receipts").await, shop.app.count("ledger_entries").await), (0, 0));
        shop.close().await;
    }
}

both! {
    async fn a_debit_can_be_taken_back_weeks_after_it_was_paid(engine) {
        let shop = Shop::open(engine).await;
        let (begun, intent) = debited(&shop).await;
        shop.stripe.end_debit(&intent, Debit::Succeeds);
        shop.hears().await;

        shop.app.clock.advance(TimeDelta::weeks(7));
        shop.stripe.complain(&intent, Complaint::TakenBack, None);
        shop.hears().await;

        let given = shop.app.given(&begun.thanks).await;
        assert_eq!(given.donation.payment.status(), DonationStatus::Lost);
        assert_eq!(given.donation.payment.kept().unwrap().minor(), 0);
        assert_eq!(shop.in_books("income:disputes", "EUR").await, 2500);
        // The debit's fee and the dispute's.
        assert_eq!(shop.clearing("EUR").await, -35 - 750);
        shop.close().await;
    }
}
