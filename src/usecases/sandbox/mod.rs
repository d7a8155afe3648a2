//! Running the sandbox gateway: its books in our database, its payment page's button, its webhook deliveries.
//! It plays somebody else's system, so it never touches pledges, donations or the ledger.

pub mod billing;

use super::webhook::{self, WebhookError};
use super::{Context, FieldError, UseCaseError};
use crate::domain::clock::{Clock, IdSource};
use crate::domain::ids::{AttemptId, SandboxEventId, SandboxPaymentId};
use crate::domain::job::Job;
use crate::domain::money::{Currency, Money};
use crate::domain::pledge::{Frequency, GatewayKind};
use crate::domain::remote::RemoteId;
use crate::domain::subscription::SubscriptionFact;
use crate::domain::words;
use crate::gateways::sandbox::{
    Book, BookError, FEE, PaymentState, SIGNATURE_HEADER, SandboxEvent, SandboxPayment, SandboxRefund,
    SandboxSubscription, sign,
};
use crate::gateways::{CardPage, CheckoutRequest, RefundRequest, SubscriptionOrder, WebhookHeaders};
use crate::store::sandbox::{self, PaymentRecord};
use crate::store::{Db, StoreError, Tx};
use async_trait::async_trait;
use chrono::TimeDelta;
use std::sync::Arc;

/// The sandbox's books, kept in our database.
#[derive(Clone)]
pub struct DatabaseBook {
    db: Db,
    clock: Arc<dyn Clock>,
    ids: IdSource,
}

impl DatabaseBook {
    /// Books in this database.
    pub fn new(db: Db, clock: Arc<dyn Clock>, ids: IdSource) -> Self {
        Self { db, clock, ids }
    }
}

impl From<StoreError> for BookError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::Refused("no_such_payment".into()),
            StoreError::Conflict { .. }
            | StoreError::Stale
            | StoreError::Corrupt { .. }
            | StoreError::Refused(_)
            | StoreError::Unavailable(_) => Self::Unavailable(error.to_string()),
        }
    }
}

fn payment_of(record: &PaymentRecord) -> Result<SandboxPayment, BookError> {
    news_of(record, None)
}

/// A payment as it is sent, with what its subscription says of our attempt.
fn news_of(
    record: &PaymentRecord,
    subscription: Option<&SandboxSubscription>,
) -> Result<SandboxPayment, BookError> {
    Ok(SandboxPayment {
        id: record.id.clone(),
        attempt: subscription.map_or(&record.idempotency_key, |kept| &kept.attempt).clone(),
        subscription: record.subscription.clone(),
        period_on: record.period_on,
        amount_minor: record.amount_minor,
        currency: record.currency.clone(),
        status: record.status.clone(),
        fee_minor: record.fee_minor,
        refunds: serde_json::from_str(&record.refunds)
            .map_err(|error| BookError::Unavailable(error.to_string()))?,
        changed_at: record.changed_at,
    })
}

#[async_trait]
impl Book for DatabaseBook {
    async fn open(&self, request: &CheckoutRequest) -> Result<SandboxPayment, BookError> {
        let now = self.clock.now();
        let record = PaymentRecord {
            id: self.ids.next::<SandboxPaymentId>().to_string(),
            idempotency_key: request.attempt.to_string(),
            amount_minor: request.amount.minor(),
            currency: request.amount.currency().code().to_owned(),
            description: request.description.clone(),
            return_url: request.return_url.clone(),
            status: PaymentState::Open.as_str().to_owned(),
            fee_minor: 0,
            refunds: "[]".to_owned(),
            frequency: request.frequency.as_str().to_owned(),
            subscription: None,
            period_on: None,
            starts_at: request.starts_at,
            changed_at: now,
            created_at: now,
        };
        let opened = self.db.write(move |tx| sandbox::open(tx, &record)).await?;
        payment_of(&opened)
    }

    async fn find_by_attempt(&self, attempt: AttemptId) -> Result<Option<SandboxPayment>, BookError> {
        let key = attempt.to_string();
        let record = self.db.read(move |conn| sandbox::find_by_key(conn, &key)).await?;
        record.as_ref().map(payment_of).transpose()
    }

    async fn obey(&self, order: &SubscriptionOrder) -> Result<SubscriptionFact, BookError> {
        let (order, now) = (order.clone(), self.clock.now());
        self.db.write(move |tx| billing::obey(tx, &order, now)).await
    }

    async fn look_up_subscription(
        &self,
        subscription: &RemoteId,
    ) -> Result<(SandboxSubscription, Vec<SandboxPayment>), BookError> {
        let id = subscription.as_str().to_owned();
        self.db.read(move |conn| billing::look_up(conn, &id)).await
    }

    async fn prepare_card_page(&self, request: &CardPage) -> Result<(), BookError> {
        let request = request.clone();
        self.db
            .write(move |tx| {
                billing::prepare_card_page(tx, request.subscription.as_str(), &request.return_url)
            })
            .await
    }

    async fn hurry(&self, subscription: &RemoteId) -> Result<(), BookError> {
        let (id, now) = (subscription.as_str().to_owned(), self.clock.now());
        self.db.write(move |tx| billing::hurry(tx, &id, now)).await
    }

    async fn refund(&self, request: &RefundRequest) -> Result<SandboxRefund, BookError> {
        let (request, now) = (request.clone(), self.clock.now());
        self.db.write(move |tx| refund_in(tx, &request, now)).await
    }
}

fn refund_in(
    tx: &mut Tx<'_>,
    request: &RefundRequest,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<SandboxRefund, BookError> {
    let mut record = sandbox::lock(tx, request.payment.as_str())?;
    let mut payment = payment_of(&record)?;
    let key = request.refund.to_string();
    if let Some(known) = payment.refunds.iter().find(|refund| refund.refund.as_ref() == Some(&key)) {
        return Ok(known.clone());
    }
    let refunded: i64 = payment.refunds.iter().map(|refund| refund.amount_minor).sum();
    if payment.status != PaymentState::Succeeded.as_str()
        || refunded + request.amount.minor() > payment.amount_minor
    {
        return Err(BookError::Refused("amount_not_refundable".into()));
    }
    let refund = SandboxRefund {
        id: format!("sbr_{}", key.trim_start_matches("rfd_")),
        refund: Some(key),
        amount_minor: request.amount.minor(),
        status: "succeeded".into(),
        at: now,
    };
    payment.refunds.push(refund.clone());
    record.refunds =
        serde_json::to_string(&payment.refunds).map_err(|error| BookError::Unavailable(error.to_string()))?;
    sandbox::update(tx, &record)?;
    Ok(refund)
}

words! {
    /// What the person on the payment page chose.
    Outcome {
        /// The payment succeeds.
        Succeed = "succeed",
        /// It is declined.
        Fail = "fail",
        /// A slow bank works on it; it can be ended later.
        Process = "process",
        /// The donor walks away.
        Abandon = "abandon",
    }
}

words! {
    /// How the webhook about it travels.
    Delivery {
        /// At once.
        Now = "now",
        /// After half a minute.
        Late = "late",
        /// Twice.
        Twice = "twice",
        /// The news of an earlier state arrives after the last.
        OutOfOrder = "out_of_order",
        /// Not at all.
        Never = "never",
    }
}

/// How late a late webhook is.
const LATE: TimeDelta = TimeDelta::seconds(30);

/// The payment as its page shows it.
pub async fn payment(ctx: &Context, id: &str) -> Result<PaymentRecord, UseCaseError> {
    let id = id.to_owned();
    ctx.db.read(move |conn| sandbox::find(conn, &id)).await?.ok_or(UseCaseError::NotFound("payment"))
}

/// Presses the button of the payment page. A payment that has ended stays as it is.
pub async fn pay(
    ctx: &Context,
    id: &str,
    outcome: Outcome,
    delivery: Delivery,
) -> Result<PaymentRecord, UseCaseError> {
    let (inner, id) = (ctx.clone(), id.to_owned());
    ctx.db.write(move |tx| pay_in(tx, &inner, &id, outcome, delivery)).await
}

fn pay_in(
    tx: &mut Tx<'_>,
    ctx: &Context,
    id: &str,
    outcome: Outcome,
    delivery: Delivery,
) -> Result<PaymentRecord, UseCaseError> {
    let mut record = match sandbox::lock(tx, id) {
        Err(StoreError::NotFound) => return Err(UseCaseError::NotFound("payment")),
        found => found?,
    };
    let state = PaymentState::parse(&record.status);
    if record.subscription.is_some() || !matches!(state, Some(PaymentState::Open | PaymentState::Processing))
    {
        return Ok(record);
    }
    record.changed_at = ctx.now();
    let earlier = PaymentRecord { status: PaymentState::Processing.as_str().into(), ..record.clone() };
    let next = match outcome {
        Outcome::Succeed => PaymentState::Succeeded,
        Outcome::Fail => PaymentState::Failed,
        Outcome::Process => PaymentState::Processing,
        Outcome::Abandon => PaymentState::Expired,
    };
    next.as_str().clone_into(&mut record.status);
    let mut subscription = None;
    if next == PaymentState::Succeeded {
        let recurring = Frequency::parse(&record.frequency).filter(|frequency| frequency.is_recurring());
        subscription =
            recurring.map(|frequency| billing::begin(tx, ctx, &mut record, frequency)).transpose()?;
        if subscription.is_some() && record.starts_at.is_some() {
            // The card is known now; the first charge is for later.
            PaymentState::Open.as_str().clone_into(&mut record.status);
        } else {
            record.fee_minor = fee_of(&record)?;
        }
    }
    // One instant later than the news before it, as a real gateway's clock would say.
    record.changed_at += TimeDelta::milliseconds(1);
    sandbox::update(tx, &record)?;
    announce(tx, ctx, (&record, subscription.as_ref()), &earlier, delivery)?;
    Ok(record)
}

fn fee_of(record: &PaymentRecord) -> Result<i64, UseCaseError> {
    let amount = Money::new(record.amount_minor, Currency::parse(&record.currency)?);
    Ok(amount.fraction(FEE.basis_points)?.minor().saturating_add(FEE.fixed_minor).min(record.amount_minor))
}

/// Plans the webhook deliveries of a change.
fn announce(
    tx: &mut Tx<'_>,
    ctx: &Context,
    (record, subscription): (&PaymentRecord, Option<&SandboxSubscription>),
    earlier: &PaymentRecord,
    delivery: Delivery,
) -> Result<(), UseCaseError> {
    let now = TimeDelta::zero();
    match delivery {
        Delivery::Never => Ok(()),
        Delivery::Now => deliver_event(tx, ctx, record, subscription, &[now]),
        Delivery::Late => deliver_event(tx, ctx, record, subscription, &[LATE]),
        Delivery::Twice => deliver_event(tx, ctx, record, subscription, &[now, now]),
        Delivery::OutOfOrder => {
            deliver_event(tx, ctx, record, subscription, &[now])?;
            deliver_event(tx, ctx, earlier, None, &[TimeDelta::seconds(2)])
        }
    }
}

fn deliver_event(
    tx: &mut Tx<'_>,
    ctx: &Context,
    record: &PaymentRecord,
    subscription: Option<&SandboxSubscription>,
    delays: &[TimeDelta],
) -> Result<(), UseCaseError> {
    let id: SandboxEventId = ctx.new_id();
    let payment = news_of(record, subscription).map_err(|error| UseCaseError::Internal(error.to_string()))?;
    let event = SandboxEvent { id: id.to_string(), payment, subscription: subscription.cloned() };
    let body = serde_json::to_string(&event).map_err(|error| UseCaseError::Internal(error.to_string()))?;
    sandbox::insert_event(tx, &event.id, &record.id, &body, ctx.now())?;
    for (delay, repeat) in delays.iter().zip(0_u32..) {
        ctx.enqueue_after(tx, &Job::DeliverSandboxEvent { event: id, repeat }, *delay)?;
    }
    Ok(())
}

/// Sends a webhook to ourselves: signed and taken in exactly as one that came over the network.
pub async fn deliver(ctx: &Context, secret: &str, id: SandboxEventId) -> Result<(), UseCaseError> {
    let body = ctx.db.read(move |conn| sandbox::event_body(conn, &id.to_string())).await?;
    let signature = sign(secret, body.as_bytes(), ctx.now());
    let headers = WebhookHeaders::new([(SIGNATURE_HEADER.to_owned(), signature)]);
    match webhook::accept(ctx, GatewayKind::Sandbox, &headers, body.into_bytes()).await {
        Ok(_arrival) => Ok(()),
        Err(WebhookError::Store(error)) => Err(error.into()),
        Err(error @ (WebhookError::Off | WebhookError::Rejected(_) | WebhookError::Unchecked(_))) => {
            Err(UseCaseError::Internal(error.to_string()))
        }
    }
}

/// Reads the words of the payment page's form.
pub fn choices(outcome: &str, delivery: &str) -> Result<(Outcome, Delivery), UseCaseError> {
    let wrong = |field, word: &str| FieldError {
        field,
        code: "unknown_word",
        message: format!("“{word}” is no choice"),
    };
    match (Outcome::parse(outcome), Delivery::parse(delivery)) {
        (Some(outcome), Some(delivery)) => Ok((outcome, delivery)),
        (None, _) => Err(UseCaseError::Invalid(vec![wrong("outcome", outcome)])),
        (_, None) => Err(UseCaseError::Invalid(vec![wrong("delivery", delivery)])),
    }
}
