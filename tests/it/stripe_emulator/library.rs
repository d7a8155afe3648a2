//! The published client library understands every answer, and is understood: it judges the forms on both sides.

use super::{Caller, start, start_with};
use crate::support::stripe::{Complaint, Debit, Future, Payment, Stripe};
use bytes::Bytes;
use std::collections::HashMap;
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionLineItems, CreateCheckoutSessionLineItemsPriceData,
    CreateCheckoutSessionPaymentIntentData, ExpireCheckoutSession, ListCheckoutSession, ProductData,
    RetrieveCheckoutSession,
};
use stripe_client_core::{
    CustomizedStripeRequest, StripeClient, StripeClientErr, StripeMethod, StripeRequest as _,
};
use stripe_core::dispute::{ListDispute, RetrieveDispute};
use stripe_core::event::ListEvent;
use stripe_core::payment_intent::{ListPaymentIntent, RetrievePaymentIntent};
use stripe_core::refund::{CreateRefund, CreateRefundReason, ListRefund, RetrieveRefund};
use stripe_shared::{
    CheckoutSession, CheckoutSessionMode, CheckoutSessionPaymentStatus, CheckoutSessionStatus,
    CheckoutSessionSubmitType, DisputeStatus, PaymentIntentStatus,
};
use stripe_types::{Currency, RangeQueryTs};

/// What the library says that went wrong.
pub(super) struct Misunderstood(String);

impl std::fmt::Debug for Misunderstood {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl StripeClientErr for Misunderstood {
    fn deserialize_err(msg: impl std::fmt::Display) -> Self {
        Self(msg.to_string())
    }
}

impl StripeClient for Caller {
    type Err = Misunderstood;

    async fn execute(&self, request: CustomizedStripeRequest) -> Result<Bytes, Misunderstood> {
        let (request, _config) = request.into_pieces();
        let method = match request.method {
            StripeMethod::Get => "GET",
            StripeMethod::Post => "POST",
            StripeMethod::Delete => "DELETE",
        };
        let query = request.query.map(|query| format!("?{query}")).unwrap_or_default();
        let path = format!("/v1{}{query}", request.path);
        let reply = self.try_call(method, &path, &request.body.unwrap_or_default(), None).await;
        let reply = reply.ok_or_else(|| Misunderstood("no answer".to_owned()))?;
        if reply.status != 200 {
            return Err(Misunderstood(reply.text()));
        }
        Ok(Bytes::from(reply.body))
    }
}

async fn open(caller: &Caller) -> CheckoutSession {
    let ids = HashMap::from([("attempt".to_owned(), "attempt-1".to_owned())]);
    let mut price = CreateCheckoutSessionLineItemsPriceData::new(Currency::JPY);
    price.unit_amount = Some(1620);
    price.product_data = Some(ProductData::new("A gift"));
    let mut item = CreateCheckoutSessionLineItems::new();
    item.price_data = Some(price);
    item.quantity = Some(1);
    let mut intent = CreateCheckoutSessionPaymentIntentData::new();
    intent.metadata = Some(ids.clone());
    let request = CreateCheckoutSession::new()
        .mode(CheckoutSessionMode::Payment)
        .submit_type(CheckoutSessionSubmitType::Donate)
        .line_items(vec![item])
        .payment_intent_data(intent)
        .metadata(ids)
        .success_url("https://press.example.org/thanks");
    request.customize().send(caller).await.unwrap()
}

#[tokio::test]
async fn the_library_reads_sessions_payments_and_refunds() {
    let (stripe, _clock, caller) = start();
    let session = open(&caller).await;
    assert!(session.url.unwrap().starts_with(&stripe.url));
    let unpaid = open(&caller).await;
    let expired = ExpireCheckoutSession::new(unpaid.id.clone()).customize().send(&caller).await.unwrap();
    assert_eq!(expired.status, Some(CheckoutSessionStatus::Expired));
    let intent = stripe.pay(session.id.as_str(), Payment::Card);

    let paid = RetrieveCheckoutSession::new(session.id.clone())
        .expand(["payment_intent.latest_charge".to_owned()])
        .customize()
        .send(&caller)
        .await
        .unwrap();
    assert_eq!(paid.payment_status, CheckoutSessionPaymentStatus::Paid);
    let refund = CreateRefund::new()
        .payment_intent(intent.as_str())
        .amount(500)
        .reason(CreateRefundReason::RequestedByCustomer)
        .customize()
        .send(&caller)
        .await
        .unwrap();
    stripe.refund_fails(refund.id.as_str());
    let failed = RetrieveRefund::new(refund.id.clone())
        .expand(["failure_balance_transaction".to_owned()])
        .customize()
        .send(&caller)
        .await
        .unwrap();
    let came_back = failed.failure_balance_transaction.unwrap().into_object().unwrap();
    assert_eq!((came_back.amount, came_back.currency), (309, Currency::EUR));
    let read = RetrievePaymentIntent::new(intent.as_str())
        .expand(["latest_charge.balance_transaction".to_owned(), "latest_charge.refunds".to_owned()])
        .customize()
        .send(&caller)
        .await
        .unwrap();
    assert_eq!((read.status, read.amount_received), (PaymentIntentStatus::Succeeded, 1620));
    let charge = read.latest_charge.unwrap().into_object().unwrap();
    let moved = charge.balance_transaction.unwrap().into_object().unwrap();
    assert_eq!((moved.amount, moved.net, moved.exchange_rate.is_some()), (1000, 946, true));
    assert_eq!(charge.refunds.unwrap().data.len(), 1);
}

#[tokio::test]
async fn the_library_reads_lists_disputes_and_events() {
    let (stripe, _clock, caller) = start();
    everything_happens(&stripe, &caller).await;
    let since = RangeQueryTs::gte(crate::support::app::start_of_tests().timestamp());

    let sessions =
        ListCheckoutSession::new().created(since).limit(100).customize().send(&caller).await.unwrap();
    assert_eq!(sessions.data.len(), 4);
    let intents = ListPaymentIntent::new()
        .expand(["data.latest_charge.balance_transaction".to_owned()])
        .customize()
        .send(&caller)
        .await
        .unwrap();
    assert_eq!(intents.data.len(), 4);
    let refunds = ListRefund::new().customize().send(&caller).await.unwrap();
    assert_eq!(refunds.data.len(), 1);
    let disputes = ListDispute::new().customize().send(&caller).await.unwrap();
    let dispute = RetrieveDispute::new(disputes.data[0].id.clone()).customize().send(&caller).await.unwrap();
    assert_eq!((dispute.status, dispute.balance_transactions.len()), (DisputeStatus::Lost, 1));
    let wanted = ["checkout.session.completed".to_owned(), "charge.dispute.created".to_owned()];
    let events = ListEvent::new().types(wanted).limit(100).customize().send(&caller).await.unwrap();
    assert_eq!(events.data.len(), 5);
}

/// One payment of each kind, and what can become of it.
async fn everything_happens(stripe: &Stripe, caller: &Caller) {
    let mut sessions = Vec::new();
    for _ in 0..4 {
        sessions.push(open(caller).await.id.as_str().to_owned());
    }
    stripe.pay(&sessions[0], Payment::Declined);
    let refunded = stripe.pay(&sessions[1], Payment::Card);
    stripe.refund(&refunded, None);
    let debit = stripe.pay(&sessions[2], Payment::Debit);
    stripe.end_debit(&debit, Debit::Succeeds);
    stripe.complain(&debit, Complaint::Inquiry, Some(100));
    stripe.complain(&debit, Complaint::TakenBack, None);
    stripe.pay(&sessions[3], Payment::CardSettledLater);
}

#[tokio::test]
async fn the_library_reads_even_the_answers_of_a_stripe_to_come() {
    let (stripe, _clock, caller) = start_with(|options| options.future = Future::Strange);
    everything_happens(&stripe, &caller).await;

    let intents = ListPaymentIntent::new()
        .expand(["data.latest_charge.balance_transaction".to_owned()])
        .customize()
        .send(&caller)
        .await
        .unwrap();
    assert_eq!(intents.data.len(), 4);
}
