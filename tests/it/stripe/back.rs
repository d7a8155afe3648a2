//! Money that goes back: refunds of ours and from the dashboard, disputes, warnings.

use super::shop::Shop;
use crate::support::both;
use crate::support::gift::{Form, Given, eur};
use crate::support::stripe::{Complaint, Fault, FeeOfDispute, Payment};
use chrono::TimeDelta;
use mainstay::domain::dispute::{Dispute, DisputeStatus};
use mainstay::domain::donation::DonationStatus;
use mainstay::domain::refund::RefundStatus;
use mainstay::store::disputes;
use mainstay::usecases::refund;

impl Shop {
    async fn dispute_of(&self, given: &Given) -> Dispute {
        let id = given.donation.id;
        let mut all = self.app.ctx().db.read(move |conn| disputes::of_donation(conn, id)).await.unwrap();
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    /// How often Stripe was really told to refund.
    fn true_refunds(&self) -> Vec<i64> {
        let all = self.stripe.payments();
        all.iter().flat_map(|payment| payment.refunds.iter().map(|refund| refund.amount)).collect()
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
        assert_eq!(shop.clearing("EUR").await, -98, "Stripe keeps its fee");
        assert_eq!(shop.app.letters_about("is being returned").len(), 3);
        shop.close().await;
    }
}

both! {
    async fn refunds_from_the_dashboard_are_learned_once(engine) {
        let shop = Shop::open(engine).await;
        let (intent, given) = shop.gives(&Form::gift()).await;
        shop.stripe.refund(&intent, Some(700));
        shop.stripe.refund(&intent, Some(700));
        shop.stripe.deliver_shuffled(3, 3).await;
        shop.hears().await;

        assert_eq!(shop.app.stands(&given).await, (DonationStatus::PartlyRefunded, 1100));
        let known = shop.app.refunds_of(&given).await;
        assert_eq!(known.iter().map(|refund| refund.amount.minor()).collect::<Vec<_>>(), [700, 700]);
        shop.close().await;
    }
}

both! {
    async fn a_refund_that_the_bank_sends_back_stands_again_as_a_gift(engine) {
        let shop = Shop::open(engine).await;
        shop.stripe.refunds_are_slow();
        let (_, given) = shop.gives(&Form::gift()).await;
        shop.app.orders_refund(&given, Some(1000)).await.unwrap();
        shop.hears().await;
        assert_eq!(shop.app.stands(&given).await, (DonationStatus::Succeeded, 2500), "not before it has left");

        let remote = shop.app.refunds_of(&given).await[0].remote.clone().unwrap();
        shop.stripe.refund_succeeds(remote.as_str());
        shop.hears().await;
        assert_eq!(shop.app.stands(&given).await, (DonationStatus::PartlyRefunded, 1500));

        shop.app.clock.advance(TimeDelta::days(9));
        shop.stripe.refund_fails(remote.as_str());
        shop.hears().await;
        assert_eq!(shop.app.refunds_of(&given).await[0].status, RefundStatus::Failed);
        assert_eq!(shop.app.stands(&given).await, (DonationStatus::Succeeded, 2500));
        assert_eq!(shop.clearing("EUR").await, 2402);
        shop.close().await;
    }
}

both! {
    async fn whatever_goes_wrong_with_the_call_the_money_goes_back_once(engine) {
        let shop = Shop::open(engine).await;
        let faults = [
            Fault::DropBefore,
            Fault::DropAfter,
            Fault::ServerErrorBefore,
            Fault::ServerErrorAfter,
            Fault::CutAnswer,
            Fault::MalformedAnswer,
        ];
        for (number, fault) in faults.into_iter().enumerate() {
            let (_, given) = shop.gives(&Form::gift().by(number)).await;
            let before = shop.true_refunds().len();
            shop.stripe.fail("POST /v1/refunds", fault, 4);
            shop.app.orders_refund(&given, Some(500)).await.unwrap();
            for _hour in 0..4 {
                shop.app.pass(TimeDelta::hours(1)).await;
            }
            shop.stripe.recover();
            // Its key may be forgotten by now.
            for _day in 0..2 {
                shop.app.pass(TimeDelta::days(1)).await;
            }
            shop.hears().await;

            assert_eq!(shop.true_refunds().len(), before + 1, "{fault:?}");
            assert_eq!(shop.app.stands(&given).await, (DonationStatus::PartlyRefunded, 2000), "{fault:?}");
            assert_eq!(shop.app.refunds_of(&given).await.len(), 1, "{fault:?}");
        }
        shop.close().await;
    }
}

both! {
    async fn a_refund_is_never_sent_again_once_stripe_forgot_its_key(engine) {
        let shop = Shop::open(engine).await;
        let (_, given) = shop.gives(&Form::gift()).await;
        // Done, but nobody heard of it: no answer, and no webhook.
        shop.stripe.fail("POST /v1/refunds", Fault::MalformedAnswer, 1);
        let id = shop.app.orders_refund(&given, Some(500)).await.unwrap().id;
        shop.app.run_jobs().await;
        shop.stripe.drop_pending();
        shop.app.clock.advance(TimeDelta::days(3));

        refund::carry_out(shop.app.ctx(), id).await.unwrap();
        shop.app.run_jobs().await;

        assert_eq!(shop.true_refunds(), [500]);
        assert_eq!(shop.app.stands(&given).await, (DonationStatus::PartlyRefunded, 2000));
        shop.close().await;
    }
}

both! {
    async fn what_stripe_refuses_to_refund_is_free_again(engine) {
        let shop = Shop::open(engine).await;
        let (intent, given) = shop.gives(&Form::gift()).await;
        let id = shop.app.orders_refund(&given, Some(2000)).await.unwrap().id;
        shop.stripe.refund(&intent, Some(2000));
        shop.hears().await;

        let ours = shop.app.refunds_of(&given).await.into_iter().find(|refund| refund.id == id).unwrap();
        assert_eq!(ours.status, RefundStatus::Failed);
        assert_eq!(shop.app.stands(&given).await, (DonationStatus::PartlyRefunded, 500));
        assert_eq!(shop.true_refunds(), [2000]);
        shop.app.orders_refund(&given, Some(500)).await.unwrap();
        shop.hears().await;
        assert_eq!(shop.app.stands(&given).await, (DonationStatus::Refunded, 0));
        shop.close().await;
    }
}

both! {
    async fn a_dispute_takes_the_money_until_it_is_won(engine) {
        let shop = Shop::open(engine).await;
        let (intent, given) = shop.gives(&Form::gift()).await;
        let remote = shop.stripe.complain(&intent, Complaint::Dispute, None);
        shop.hears().await;

        let dispute = shop.dispute_of(&given).await;
        assert_eq!((dispute.state.status, dispute.amount), (DisputeStatus::Open, eur(2500)));
        assert!(dispute.state.due_at.is_some());
        assert_eq!(shop.app.stands(&given).await.0, DonationStatus::Disputed);
        assert_eq!(shop.clearing("EUR").await, 2402 - 2500 - 2000);
        assert_eq!(shop.app.review_kinds().await, ["dispute"]);

        shop.app.clock.advance(TimeDelta::days(30));
        shop.stripe.win(&remote, FeeOfDispute::Returned);
        shop.hears().await;
        assert_eq!(shop.dispute_of(&given).await.state.status, DisputeStatus::Won);
        assert_eq!(shop.app.stands(&given).await, (DonationStatus::Succeeded, 2500));
        assert_eq!(shop.clearing("EUR").await, 2402);
        assert_eq!(shop.app.review_kinds().await, [""; 0]);
        shop.close().await;
    }
}

both! {
    async fn a_dispute_that_is_lost_stays_lost_and_costs_its_fee(engine) {
        let shop = Shop::open(engine).await;
        let (intent, given) = shop.gives(&Form::gift().set("currency", "GBP")).await;
        let remote = shop.stripe.complain(&intent, Complaint::Dispute, Some(1000));
        shop.stripe.lose(&remote);
        // Every event twice, in another order.
        shop.stripe.deliver_shuffled(11, 2).await;
        shop.hears().await;

        assert_eq!(shop.dispute_of(&given).await.state.status, DisputeStatus::Lost);
        assert_eq!(shop.app.stands(&given).await, (DonationStatus::PartlyRefunded, 1500));
        assert_eq!(shop.in_books("income:disputes", "GBP").await, 1000);
        shop.close().await;
    }
}

both! {
    async fn an_inquiry_moves_no_money_unless_it_becomes_a_dispute(engine) {
        let shop = Shop::open(engine).await;
        let (asked, first) = shop.gives(&Form::gift().by(1)).await;
        let (escalated, second) = shop.gives(&Form::gift().by(2)).await;
        let inquiry = shop.stripe.complain(&asked, Complaint::Inquiry, None);
        let becomes_one = shop.stripe.complain(&escalated, Complaint::Inquiry, None);
        shop.hears().await;
        assert_eq!(shop.dispute_of(&first).await.state.status, DisputeStatus::Inquiry);
        assert_eq!(shop.app.stands(&first).await, (DonationStatus::Succeeded, 2500));

        shop.stripe.close_inquiry(&inquiry);
        shop.stripe.escalate(&becomes_one);
        shop.hears().await;

        assert_eq!(shop.dispute_of(&first).await.state.status, DisputeStatus::Closed);
        assert_eq!(shop.dispute_of(&second).await.state.status, DisputeStatus::Open);
        assert_eq!(shop.app.stands(&second).await.0, DonationStatus::Disputed);
        shop.stripe.win(&becomes_one, FeeOfDispute::Kept);
        shop.hears().await;
        assert_eq!(shop.app.stands(&second).await, (DonationStatus::Succeeded, 2500));
        shop.close().await;
    }
}

both! {
    async fn a_warning_of_fraud_about_a_larger_gift_asks_a_person_and_changes_no_money(engine) {
        let shop = Shop::open(engine).await;
        let (intent, given) = shop.gives(&Form::gift().set("amount", "50.01")).await;
        shop.stripe.warn(&intent);
        shop.hears().await;

        assert_eq!(shop.app.review_kinds().await, ["fraud_warning"]);
        assert_eq!(shop.app.stands(&given).await, (DonationStatus::Succeeded, 5001));
        assert_eq!(shop.app.lines("SELECT tag AS line FROM donor_tags").await, ["fraud warning"]);
        shop.close().await;
    }
}

both! {
    async fn a_small_gift_of_which_the_bank_warns_is_given_back_once_and_by_itself(engine) {
        let shop = Shop::open(engine).await;
        let (intent, given) = shop.gives(&Form::gift()).await;
        shop.stripe.warn(&intent);
        shop.stripe.deliver_shuffled(5, 3).await;
        shop.hears().await;
        shop.stripe.warn(&intent);
        shop.hears().await;

        assert_eq!(shop.true_refunds(), [2500]);
        assert_eq!(shop.app.stands(&given).await, (DonationStatus::Refunded, 0));
        assert_eq!(shop.app.review_kinds().await, ["fraud_warning"], "staff still learn of it");
        let ordered = "SELECT actor_kind AS line FROM audit_log WHERE action = 'donation.refunded'";
        assert_eq!(shop.app.lines(ordered).await, ["system"]);
        assert_eq!(shop.app.lines("SELECT tag AS line FROM donor_tags").await, ["fraud warning"]);
        shop.close().await;
    }
}

both! {
    async fn nobody_is_thanked_for_a_gift_that_is_given_back_for_a_warning(engine) {
        let shop = Shop::open(engine).await;
        let begun = shop.begins(&Form::gift()).await;
        let intent = shop.stripe.pay(&begun.session, Payment::Card);
        shop.stripe.drop_pending();
        // The first that is heard of it.
        shop.stripe.warn(&intent);
        shop.hears().await;

        assert_eq!(shop.true_refunds(), [2500]);
        assert_eq!(shop.app.letters_about("receipt R2026").len(), 0);
        assert_eq!(shop.app.letters_about("is being returned").len(), 1);
        shop.close().await;
    }
}

both! {
    async fn a_large_gift_is_put_before_a_person(engine) {
        let shop = Shop::open_with(engine, |_as_usual| {}, &[("MAINSTAY_LIMITS__REVIEW__EUR", "500.00")]).await;
        shop.gives(&Form::gift().by(1).set("amount", "499.99")).await;
        assert_eq!(shop.app.review_kinds().await, [""; 0]);
        let (_, given) = shop.gives(&Form::gift().by(2).set("amount", "500")).await;

        let reviews = shop.app.reviews().await;
        assert_eq!(reviews.len(), 1);
        assert_eq!((reviews[0].kind.as_str(), reviews[0].subject.as_str()), ("large_gift", given.donation.id.to_string().as_str()));
        assert_eq!(shop.app.letters_about("receipt R2026").len(), 2, "and it is a gift as others are");
        shop.close().await;
    }
}
