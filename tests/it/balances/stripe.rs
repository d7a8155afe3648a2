//! Stripe, which tells what each automatic payout holds.

use super::minor;
use crate::stripe::shop::Shop;
use crate::support::both;
use crate::support::gift::Form;
use crate::support::stripe::{Complaint, Fault, FeeOfDispute, Options, Payday};
use chrono::TimeDelta;
use mainstay::domain::balance::{Contents, PayoutStatus};
use mainstay::usecases::reconcile;
use serde_json::json;

both! {
    async fn a_payout_holds_what_the_books_say_to_the_cent(engine) {
        let shop = Shop::open(engine).await;
        shop.gives(&Form::gift().by(1)).await;
        let (refunded, _) = shop.gives(&Form::gift().by(2)).await;
        let (contested, _) = shop.gives(&Form::gift().by(3)).await;
        shop.stripe.refund(&refunded, Some(500));
        let dispute = shop.stripe.complain(&contested, Complaint::Dispute, None);
        shop.hears().await;
        let payout = shop.stripe.pay_out("eur", Payday::Automatic);
        let moved = shop.app.reconciled().await;
        assert_eq!(moved, [
            "dispute -4500 EUR fits", "payment 2402 EUR fits", "payment 2402 EUR fits", "payment 2402 EUR fits",
            "payout -2206 EUR apart", "refund -500 EUR fits",
        ]);
        let file = shop.app.payout(&payout).await;
        assert_eq!((file.payout.amount.minor(), file.payout.contents), (2_206, Contents::Whole));
        assert_eq!((minor(file.difference), file.open, file.carried), (Some(0), 0, None));
        let kinds: Vec<_> = file.kinds.iter().map(|sums| (sums.kind.as_str(), sums.count, sums.net().unwrap().minor())).collect();
        assert_eq!(kinds, [("dispute", 1, -4_500), ("payment", 3, 7_206), ("refund", 1, -500)]);
        assert_eq!(shop.app.journal_of(&payout).await, [
            ("payouts".to_owned(), 2_206), ("income:disputes".to_owned(), 2_500), ("income:donations".to_owned(), -7_500),
            ("income:refunds".to_owned(), 500), ("expense:fees".to_owned(), 2_294),
        ]);
        assert_eq!((shop.clearing("EUR").await, shop.in_books("payouts", "EUR").await), (0, 2_206));

        // The money of a dispute that is won comes with a later payout; the dispute is one thing in the books.
        shop.app.clock.advance(TimeDelta::days(3));
        shop.stripe.payout_arrives(&payout);
        shop.stripe.win(&dispute, FeeOfDispute::Kept);
        shop.hears().await;
        let later = shop.stripe.pay_out("eur", Payday::Automatic);
        let moved = shop.app.reconciled().await;
        assert!(moved.iter().all(|line| line.ends_with("fits") || line.ends_with("apart")), "{moved:#?}");
        assert_eq!(shop.app.payout(&payout).await.payout.status, PayoutStatus::Paid);
        assert_eq!(minor(shop.app.payout(&later).await.difference), Some(0));
        let balance = shop.app.held_in("EUR").await;
        assert_eq!((balance.difference.minor(), balance.booked.minor(), balance.unmoved), (0, 0, vec![]));
        shop.close().await;
    }
}

both! {
    async fn what_is_asked_again_changes_nothing(engine) {
        let shop = Shop::open(engine).await;
        shop.gives(&Form::gift().by(1)).await;
        shop.stripe.charge_account(200, "eur");
        shop.stripe.pay_out("eur", Payday::Automatic);
        let moved = shop.app.reconciled().await;
        let before = (shop.app.count("ledger_entries").await, shop.app.count("movements").await);
        for _ in 0..3 {
            shop.app.clock.advance(TimeDelta::hours(1));
            assert_eq!(shop.app.reconciled().await, moved);
        }
        assert_eq!((shop.app.count("ledger_entries").await, shop.app.count("movements").await), before);
        shop.close().await;
    }
}

both! {
    async fn what_belongs_to_no_gift_is_booked_apart_until_its_gift_is_found(engine) {
        let shop = Shop::open(engine).await;
        shop.gives(&Form::gift().by(1)).await;
        let (intent, _) = shop.gives(&Form::gift().by(2)).await;
        shop.stripe.charge_account(200, "eur");
        shop.stripe.sell_elsewhere(9_900, "eur");
        let payment = shop.ask(reqwest::Method::GET, &format!("/v1/payment_intents/{intent}"), &[]).await;
        let charge = payment["latest_charge"].as_str().unwrap();
        // Stripe does not say for now whose charge it is.
        shop.stripe.overwrite(charge, "/payment_intent", json!(null));
        let moved = shop.app.reconciled().await;
        assert_eq!(moved, [
            "fee -200 EUR apart", "payment 2402 EUR missing", "payment 2402 EUR fits", "payment 9900 EUR missing",
        ]);
        assert_eq!(shop.in_books("suspense", "EUR").await, -2_402 - 9_900);
        let balance = shop.app.held_in("EUR").await;
        assert_eq!((balance.missing, balance.difference.minor()), (2, -2_402), "the gift is in the books already");
        assert_eq!(balance.unmoved.len(), 0, "it may still be listed");

        shop.app.clock.advance(TimeDelta::hours(1));
        shop.stripe.overwrite(charge, "/payment_intent", json!(intent));
        let moved = shop.app.reconciled().await;
        assert_eq!(moved.iter().filter(|line| line.ends_with("missing")).count(), 1, "{moved:#?}");
        assert_eq!(shop.in_books("suspense", "EUR").await, -9_900);
        let balance = shop.app.held_in("EUR").await;
        assert_eq!((balance.missing, balance.difference.minor()), (1, 0));
        shop.close().await;
    }
}

both! {
    async fn a_payout_that_comes_back_is_part_of_the_next_one(engine) {
        let shop = Shop::open(engine).await;
        shop.gives(&Form::gift().by(1)).await;
        let first = shop.stripe.pay_out("eur", Payday::Automatic);
        shop.app.reconciled().await;
        shop.stripe.payout_arrives(&first);
        shop.app.clock.advance(TimeDelta::days(4));
        shop.app.reconciled().await;
        shop.stripe.payout_fails(&first);
        shop.app.clock.advance(TimeDelta::days(1));
        shop.app.reconciled().await;
        let file = shop.app.payout(&first).await;
        assert_eq!((file.payout.status, file.payout.failure.as_deref()), (PayoutStatus::Failed, Some("account_closed")));
        assert_eq!(minor(file.difference), Some(0), "what it held has not changed");
        assert_eq!((shop.clearing("EUR").await, shop.in_books("payouts", "EUR").await), (2_402, 0));
        let next = shop.stripe.pay_out("eur", Payday::Automatic);
        shop.app.reconciled().await;
        let file = shop.app.payout(&next).await;
        assert_eq!((file.payout.amount.minor(), minor(file.difference)), (2_402, Some(0)));
        assert_eq!(shop.app.journal_of(&next).await, [("payouts".to_owned(), 2_402), ("payouts".to_owned(), -2_402)]);
        shop.close().await;
    }
}

both! {
    async fn a_payout_below_zero_and_one_that_was_asked_for_have_their_place(engine) {
        let shop = Shop::open(engine).await;
        let (intent, _) = shop.gives(&Form::gift().by(1)).await;
        let some = shop.stripe.pay_out("eur", Payday::OnDemand(1_000));
        shop.app.reconciled().await;
        let file = shop.app.payout(&some).await;
        assert_eq!((file.payout.contents, minor(file.difference)), (Contents::Untold, None));
        assert_eq!(shop.app.journal_of(&some).await, [("payouts".to_owned(), 1_000), ("clearing:stripe".to_owned(), -1_000)]);
        shop.app.clock.advance(TimeDelta::days(1));
        shop.stripe.refund(&intent, None);
        shop.hears().await;
        let covered = shop.stripe.pay_out("eur", Payday::Automatic);
        shop.app.reconciled().await;
        let file = shop.app.payout(&covered).await;
        // All that is on the balance, but the payout on demand, which went out by itself.
        assert_eq!((file.payout.amount.minor(), minor(file.difference)), (-1_098, Some(0)));
        shop.close().await;
    }
}

both! {
    async fn a_key_that_may_not_read_balances_keeps_nothing_from_the_books(engine) {
        let shop = Shop::open(engine).await;
        shop.gives(&Form::gift().by(1)).await;
        shop.stripe.forbid(&["/v1/payouts", "/v1/balance_transactions"]);
        let reports = reconcile::run(shop.app.ctx(), None, None).await.unwrap();
        assert_eq!((reports[0].facts > 0, reports[0].balance.movements), (true, 0));
        shop.stripe.forbid(&[]);
        assert_eq!(shop.app.reconciled().await, ["payment 2402 EUR fits"]);
        shop.close().await;
    }
}

both! {
    async fn a_run_that_is_cut_off_is_made_up_for_by_the_next_one(engine) {
        let shop = Shop::open(engine).await;
        for number in 1..=3 {
            shop.gives(&Form::gift().by(number)).await;
        }
        let payout = shop.stripe.pay_out("eur", Payday::Automatic);
        for fault in [Fault::DropAfter, Fault::ServerErrorBefore] {
            shop.stripe.fail("GET /v1/balance_transactions", fault, 4);
            let cut_off = reconcile::run(shop.app.ctx(), None, None).await;
            assert!(cut_off.is_err());
            shop.stripe.recover();
        }
        shop.app.reconciled().await;
        let file = shop.app.payout(&payout).await;
        assert_eq!((minor(file.difference), file.open), (Some(0), 0));
        shop.close().await;
    }
}

both! {
    async fn the_words_of_a_stripe_to_come_change_nothing(engine) {
        let strange = |options: &mut Options| options.future = crate::support::stripe::Future::Strange;
        let shop = Shop::open_with(engine, strange, &[]).await;
        let (intent, _) = shop.gives(&Form::gift().by(1)).await;
        shop.stripe.complain(&intent, Complaint::Dispute, None);
        shop.hears().await;
        let payout = shop.stripe.pay_out("eur", Payday::Automatic);
        let moved = shop.app.reconciled().await;
        assert_eq!(moved, ["dispute -4500 EUR fits", "payment 2402 EUR fits", "payout 2098 EUR apart"]);
        assert_eq!(minor(shop.app.payout(&payout).await.difference), Some(0));
        shop.close().await;
    }
}
