//! Money that goes back: refunds of ours and from PayPal's pages, reversals, disputes.

use super::shop::Shop;
use crate::support::both;
use crate::support::gift::Form;
use crate::support::paypal::Fault;
use chrono::TimeDelta;
use mainstay::domain::donation::DonationStatus;
use mainstay::domain::refund::RefundStatus;
use mainstay::usecases::refund;

impl Shop {
    fn true_refunds(&self) -> Vec<i64> {
        self.paypal.refunds().iter().map(|refund| refund.amount.minor).collect()
    }
}

both! {
    async fn refunds_are_carried_out_in_parts_and_two_equal_ones_are_two(engine) {
        let shop = Shop::open(engine).await;
        let (_, given) = shop.gives(&Form::gift()).await;
        for _ in 0..2 {
            shop.app.orders_refund(&given, Some(500)).await.unwrap();
        }
        shop.app.run_jobs().await;
        assert_eq!(shop.app.stands(&given).await, (DonationStatus::PartlyRefunded, 1500));
        shop.hears().await;
        shop.app.orders_refund(&given, None).await.unwrap();
        shop.hears().await;

        assert_eq!(shop.true_refunds(), [500, 500, 1500]);
        assert_eq!(shop.app.stands(&given).await, (DonationStatus::Refunded, 0));
        assert_eq!(shop.app.refunds_of(&given).await.len(), 3);
        assert_eq!(shop.clearing("EUR").await, -97, "PayPal keeps its fee");
        assert_eq!(shop.app.letters_about("is being returned").len(), 3);
        shop.close().await;
    }
}

both! {
    async fn refunds_from_paypals_pages_are_learned_once(engine) {
        let shop = Shop::open(engine).await;
        let (capture, given) = shop.gives(&Form::gift()).await;
        shop.paypal.refund(&capture, Some(700));
        shop.paypal.refund(&capture, Some(700));
        shop.paypal.deliver_shuffled(3, 3).await;
        shop.hears().await;
        assert_eq!(shop.app.stands(&given).await, (DonationStatus::PartlyRefunded, 1100));
        let known = shop.app.refunds_of(&given).await;
        assert_eq!(known.iter().map(|refund| refund.amount.minor()).collect::<Vec<_>>(), [700, 700]);
        shop.close().await;
    }
}

both! {
    async fn a_refund_whose_answer_is_lost_is_made_once(engine) {
        let shop = Shop::open(engine).await;
        let (_, given) = shop.gives(&Form::gift()).await;
        for fault in [Fault::DropAfter, Fault::DropAfter, Fault::DropAfter] {
            shop.paypal.fail("POST /v2/payments/captures/*/refund", fault, 1);
        }
        let ordered = shop.app.orders_refund(&given, Some(500)).await.unwrap();
        shop.app.run_jobs().await;
        assert_eq!(shop.app.refunds_of(&given).await[0].status, RefundStatus::Pending);
        // Long after PayPal forgot the key, it is looked for first.
        shop.paypal.recover();
        shop.app.clock.advance(TimeDelta::days(60));
        refund::carry_out(shop.app.ctx(), ordered.id).await.unwrap();
        assert_eq!(shop.app.refunds_of(&given).await[0].status, RefundStatus::Succeeded);
        assert_eq!(shop.true_refunds(), [500]);
        shop.hears().await;
        shop.close().await;
    }
}

both! {
    async fn a_slow_refund_counts_when_the_money_leaves(engine) {
        let shop = Shop::open(engine).await;
        let (_, given) = shop.gives(&Form::gift()).await;
        shop.paypal.refunds_are_slow();
        shop.app.orders_refund(&given, Some(1000)).await.unwrap();
        shop.hears().await;
        assert_eq!(shop.app.stands(&given).await, (DonationStatus::Succeeded, 2500), "not before it has left");
        shop.paypal.refund_arrives(&shop.paypal.refunds()[0].id);
        shop.hears().await;
        assert_eq!(shop.app.stands(&given).await, (DonationStatus::PartlyRefunded, 1500));
        shop.close().await;
    }
}

both! {
    async fn after_180_days_the_reason_is_said_before_anybody_is_asked(engine) {
        let shop = Shop::open(engine).await;
        let (_, given) = shop.gives(&Form::gift()).await;
        shop.app.clock.advance(TimeDelta::days(181));
        let calls = shop.paypal.calls().len();
        let refused = shop.app.orders_refund(&given, None).await.unwrap_err();
        assert!(refused.to_string().contains("after 180 days"), "{refused}");
        assert_eq!((shop.paypal.calls().len(), shop.app.count("refunds").await), (calls, 0));
        shop.close().await;
    }
}

both! {
    async fn a_reversal_takes_the_money_once(engine) {
        let shop = Shop::open(engine).await;
        let (capture, given) = shop.gives(&Form::gift()).await;
        shop.paypal.reverse(&capture);
        shop.paypal.deliver_shuffled(5, 3).await;
        shop.hears().await;
        assert_eq!(shop.app.stands(&given).await, (DonationStatus::Lost, 0));
        assert_eq!(shop.app.count("disputes").await, 1);
        shop.close().await;
    }
}

both! {
    async fn a_dispute_holds_the_gift_until_it_is_decided(engine) {
        let shop = Shop::open(engine).await;
        let (won, kept) = shop.gives(&Form::gift().by(1)).await;
        let (lost, gone) = shop.gives(&Form::gift().by(2)).await;
        let disputes = [shop.paypal.complain(&won), shop.paypal.complain(&lost)];
        shop.hears().await;
        for given in [&kept, &gone] {
            assert_eq!(shop.app.stands(given).await.0, DonationStatus::Disputed);
        }
        shop.agrees().await;
        shop.app.clock.advance(TimeDelta::days(9));
        shop.paypal.decide(&disputes[0], "RESOLVED_SELLER_FAVOUR");
        shop.paypal.decide(&disputes[1], "RESOLVED_BUYER_FAVOUR");
        shop.paypal.deliver_shuffled(11, 2).await;
        shop.hears().await;
        assert_eq!(shop.app.stands(&kept).await, (DonationStatus::Succeeded, 2500));
        assert_eq!(shop.app.stands(&gone).await, (DonationStatus::Lost, 0));
        shop.close().await;
    }
}
