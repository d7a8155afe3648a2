//! PayPal, which lists what moved and does not say what a withdrawal holds.

use crate::paypal::shop::Shop;
use crate::support::both;
use crate::support::gift::Form;
use chrono::TimeDelta;
use mainstay::domain::balance::{Contents, PayoutStatus};
use mainstay::usecases::reconcile;

both! {
    async fn everything_that_moved_at_paypal_is_what_the_books_say(engine) {
        let shop = Shop::open(engine).await;
        shop.gives(&Form::gift().by(1)).await;
        let (refunded, _) = shop.gives(&Form::gift().by(2)).await;
        let (contested, _) = shop.gives(&Form::gift().by(3)).await;
        let (exchanged, _) = shop.gives(&Form::gift().by(4).set("currency", "GBP").set("amount", "20")).await;
        shop.paypal.refund(&refunded, Some(500));
        shop.paypal.refund(&exchanged, Some(400));
        let dispute = shop.paypal.complain(&contested);
        shop.paypal.decide(&dispute, "RESOLVED_BUYER_FAVOUR");
        shop.hears().await;
        shop.app.clock.advance(TimeDelta::hours(4));
        let moved = shop.app.reconciled().await;
        assert!(moved.iter().all(|line| line.ends_with("fits")), "{moved:#?}");
        assert_eq!(moved.len(), 3 + 3 + 1 + 3 + 1, "{moved:#?}");
        let (euros, pounds) = (shop.app.held_in("EUR").await, shop.app.held_in("GBP").await);
        assert_eq!((euros.difference.minor(), pounds.difference.minor(), pounds.balance.moved.minor()), (0, 0, 0));
        assert_eq!(euros.balance.moved.minor(), shop.paypal.balances()["EUR"]);
        shop.close().await;
    }
}

both! {
    async fn a_withdrawal_leaves_the_balance_and_comes_back_when_it_is_denied(engine) {
        let shop = Shop::open(engine).await;
        shop.gives(&Form::gift().by(1)).await;
        shop.gives(&Form::gift().by(2)).await;
        shop.app.clock.advance(TimeDelta::hours(4));
        let (first, second) = (shop.paypal.withdraw(3_000), shop.paypal.withdraw(1_000));
        shop.app.clock.advance(TimeDelta::hours(4));
        shop.app.reconciled().await;
        let file = shop.app.payout(&first).await;
        assert_eq!((file.payout.status, file.payout.contents), (PayoutStatus::InTransit, Contents::Untold));
        let carried = file.carried.unwrap();
        assert_eq!((carried.before.minor(), carried.left.minor()), (4_806, 1_806));
        assert_eq!((shop.clearing("EUR").await, shop.in_books("payouts", "EUR").await), (806, 4_000));
        assert_eq!(shop.app.journal_of(&first).await, [("payouts".to_owned(), 3_000), ("clearing:paypal".to_owned(), -3_000)]);

        // Days later: the search is asked from when the oldest of them was ordered.
        shop.app.clock.advance(TimeDelta::days(3));
        shop.paypal.ends(&first, "S");
        shop.paypal.ends(&second, "D");
        reconcile::run(shop.app.ctx(), None, Some(shop.app.ctx().now() - TimeDelta::days(4))).await.unwrap();
        let status = async |remote: &str| shop.app.payout(remote).await.payout.status;
        assert_eq!((status(&first).await, status(&second).await), (PayoutStatus::Paid, PayoutStatus::Failed));
        assert_eq!((shop.clearing("EUR").await, shop.in_books("payouts", "EUR").await), (1_806, 3_000));
        shop.close().await;
    }
}

both! {
    async fn a_fee_that_paypal_tells_in_two_ways_is_shown_until_it_is_right(engine) {
        let shop = Shop::open(engine).await;
        let (capture, _) = shop.gives(&Form::gift().by(1)).await;
        shop.paypal.misprints(&capture, 10);
        shop.app.clock.advance(TimeDelta::hours(4));
        assert_eq!(shop.app.reconciled().await, ["payment 2393 EUR differs"]);
        let balance = shop.app.held_in("EUR").await;
        assert_eq!((balance.differing, balance.difference.minor()), (1, -10));
        let clerk = shop.app.clerk(mainstay::domain::access::Role::Owner).await;
        let front = clerk.get("/admin").await.text();
        assert!(front.contains("1 movement on a gateway’s balance is not what the books say"));

        shop.paypal.misprints(&capture, -10);
        let since = shop.app.ctx().now() - TimeDelta::days(1);
        reconcile::run(shop.app.ctx(), None, Some(since)).await.unwrap();
        assert_eq!(shop.app.lines(super::MOVED).await, ["payment 2403 EUR fits"]);
        assert_eq!(shop.app.held_in("EUR").await.difference.minor(), 0);
        shop.close().await;
    }
}
