//! The sandbox's own billing: it charges its subscriptions when they are due, as a real gateway does by itself.

use super::{deliver_event, fee_of, news_of};
use crate::domain::ids::SandboxPaymentId;
use crate::domain::money::{Currency, Money};
use crate::domain::pledge::Frequency;
use crate::domain::subscription::SubscriptionFact;
use crate::gateways::SubscriptionOrder;
use crate::gateways::sandbox::{
    Beginning, BookError, Due, PaymentState, SandboxPayment, SandboxSubscription, last_of_month,
};
use crate::store::sandbox::{self, PaymentRecord, SubscriptionRecord};
use crate::store::{StoreError, Tx};
use crate::usecases::{Context, UseCaseError};
use chrono::{DateTime, Days, Months, Utc};

/// Subscriptions of one look.
const ROWS: i64 = 200;

/// Charges what is due. A period that was missed while nothing ran is charged late, each once.
pub async fn charge_due(ctx: &Context) -> Result<(), UseCaseError> {
    loop {
        let now = ctx.now();
        let due = ctx.db.read(move |conn| sandbox::due_subscriptions(conn, now, ROWS)).await?;
        if due.is_empty() {
            return Ok(());
        }
        for id in due {
            let inner = ctx.clone();
            ctx.db.write(move |tx| charge(tx, &inner, &id)).await?;
        }
    }
}

/// Does the next thing that is due for one subscription.
fn charge(tx: &mut Tx<'_>, ctx: &Context, id: &str) -> Result<(), UseCaseError> {
    let mut record = sandbox::lock_subscription(tx, id)?;
    let mut subscription = read(&record)?;
    let payment = match subscription.due(ctx.now()) {
        Some(due) => Some(try_to_charge(tx, ctx, &mut subscription, due)?),
        None => None,
    };
    keep(tx, &mut record, &subscription)?;
    tell(tx, ctx, &subscription, payment)
}

/// One payment for each period, tried until it succeeds.
fn try_to_charge(
    tx: &mut Tx<'_>,
    ctx: &Context,
    subscription: &mut SandboxSubscription,
    due: Due,
) -> Result<PaymentRecord, UseCaseError> {
    let works = subscription.card_works && subscription.card_expires_on >= due.at.date_naive();
    let fresh = PaymentRecord {
        id: ctx.new_id::<SandboxPaymentId>().to_string(),
        idempotency_key: format!("{}/{}", subscription.id, due.period_on),
        amount_minor: subscription.amount_minor,
        currency: subscription.currency.clone(),
        description: String::new(),
        return_url: String::new(),
        status: PaymentState::Open.as_str().to_owned(),
        fee_minor: 0,
        refunds: "[]".to_owned(),
        frequency: subscription.frequency.clone(),
        subscription: Some(subscription.id.clone()),
        period_on: Some(due.period_on),
        starts_at: None,
        changed_at: due.at,
        created_at: due.at,
    };
    let mut payment = sandbox::open(tx, &fresh)?;
    payment.changed_at = due.at;
    if works {
        PaymentState::Succeeded.as_str().clone_into(&mut payment.status);
        payment.fee_minor = fee_of(&payment)?;
        subscription.paid(due.at);
    } else {
        PaymentState::Failed.as_str().clone_into(&mut payment.status);
        subscription.declined(due.at);
    }
    sandbox::update(tx, &payment)?;
    Ok(payment)
}

/// Begins a subscription with its first payment.
pub(super) fn begin(
    tx: &mut Tx<'_>,
    ctx: &Context,
    payment: &mut PaymentRecord,
    frequency: Frequency,
) -> Result<SandboxSubscription, UseCaseError> {
    let now = ctx.now();
    let beginning = Beginning {
        id: payment.id.replacen("sbp_", "sbs_", 1),
        attempt: payment.idempotency_key.clone(),
        amount_minor: payment.amount_minor,
        currency: payment.currency.clone(),
        frequency,
        starts_at: payment.starts_at,
    };
    let subscription = SandboxSubscription::begin(beginning, now);
    payment.subscription = Some(subscription.id.clone());
    payment.period_on = payment.starts_at.is_none().then(|| now.date_naive());
    let record = SubscriptionRecord {
        id: subscription.id.clone(),
        attempt: subscription.attempt.clone(),
        body: write(&subscription)?,
        next_charge_at: subscription.next_at(),
    };
    sandbox::insert_subscription(tx, &record, now)?;
    Ok(subscription)
}

/// Carries out an order, and sends the news as a real gateway would besides answering.
pub(super) fn obey(
    tx: &mut Tx<'_>,
    order: &SubscriptionOrder,
    now: DateTime<Utc>,
) -> Result<SubscriptionFact, BookError> {
    let mut record = sandbox::lock_subscription(tx, order.subscription.as_str())?;
    let mut subscription = read(&record).map_err(unavailable)?;
    subscription.obey(&order.order.to_string(), &order.what, now);
    keep(tx, &mut record, &subscription).map_err(unavailable)?;
    subscription.fact().map_err(unavailable)
}

/// Names where the donor goes after choosing another card.
pub(super) fn prepare_card_page(tx: &mut Tx<'_>, id: &str, return_url: &str) -> Result<(), BookError> {
    let mut record = sandbox::lock_subscription(tx, id)?;
    let mut subscription = read(&record).map_err(unavailable)?;
    return_url.clone_into(&mut subscription.return_url);
    keep(tx, &mut record, &subscription).map_err(unavailable)
}

/// Tries once more to charge what is owed, now. Its news travels by webhook, too.
pub(super) fn hurry(tx: &mut Tx<'_>, id: &str, now: DateTime<Utc>) -> Result<(), BookError> {
    let mut record = sandbox::lock_subscription(tx, id)?;
    let mut subscription = read(&record).map_err(unavailable)?;
    if subscription.retry_at.is_some() {
        subscription.retry_at = Some(now);
    }
    keep(tx, &mut record, &subscription).map_err(unavailable)
}

/// The subscription, and its latest payments.
pub(super) fn look_up(
    conn: &mut crate::store::Conn,
    id: &str,
) -> Result<(SandboxSubscription, Vec<SandboxPayment>), BookError> {
    const LATEST: i64 = 24;
    let record = sandbox::find_subscription(conn, id)?.ok_or(StoreError::NotFound)?;
    let subscription = read(&record).map_err(unavailable)?;
    let payments = sandbox::payments_of(conn, id, LATEST)?;
    let payments: Result<_, _> =
        payments.iter().map(|payment| news_of(payment, Some(&subscription))).collect();
    Ok((subscription, payments?))
}

/// The cards that can be chosen on the sandbox's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestCard {
    /// It works for three years.
    Works,
    /// It is declined.
    Declines,
    /// It works, and expires at the end of this month.
    ExpiresSoon,
}

impl TestCard {
    /// By the word of the form.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "works" => Some(Self::Works),
            "declines" => Some(Self::Declines),
            "expires_soon" => Some(Self::ExpiresSoon),
            _ => None,
        }
    }
}

/// Chooses another card on the sandbox's page. Returns where the donor goes back to.
pub async fn use_card(ctx: &Context, id: &str, card: TestCard) -> Result<String, UseCaseError> {
    let (inner, id) = (ctx.clone(), id.to_owned());
    ctx.db
        .write(move |tx| {
            let mut record = match sandbox::lock_subscription(tx, &id) {
                Err(StoreError::NotFound) => return Err(UseCaseError::NotFound("subscription")),
                found => found?,
            };
            let mut subscription = read(&record)?;
            let today = inner.now().date_naive();
            let expires_on = match card {
                TestCard::ExpiresSoon => last_of_month(today),
                TestCard::Works | TestCard::Declines => last_of_month(today + Months::new(36)),
            };
            subscription.use_card(card != TestCard::Declines, expires_on, inner.now());
            keep(tx, &mut record, &subscription)?;
            tell(tx, &inner, &subscription, None)?;
            Ok(subscription.return_url)
        })
        .await
}

/// The subscription as its page shows it.
pub async fn subscription(ctx: &Context, id: &str) -> Result<SandboxSubscription, UseCaseError> {
    let id = id.to_owned();
    let record = ctx.db.read(move |conn| sandbox::find_subscription(conn, &id)).await?;
    read(&record.ok_or(UseCaseError::NotFound("subscription"))?)
}

/// What a subscription costs each time.
pub fn price_of(subscription: &SandboxSubscription) -> Result<Money, UseCaseError> {
    Ok(Money::new(subscription.amount_minor, Currency::parse(&subscription.currency)?))
}

/// Sends the news of a subscription, with its latest payment.
fn tell(
    tx: &mut Tx<'_>,
    ctx: &Context,
    subscription: &SandboxSubscription,
    payment: Option<PaymentRecord>,
) -> Result<(), UseCaseError> {
    let latest = match payment {
        Some(payment) => Some(payment),
        None => sandbox::payments_of(tx, &subscription.id, 1)?.pop(),
    };
    let Some(payment) = latest else { return Ok(()) };
    deliver_event(tx, ctx, &payment, Some(subscription), &[chrono::TimeDelta::zero()])
}

fn keep(
    tx: &mut Tx<'_>,
    record: &mut SubscriptionRecord,
    subscription: &SandboxSubscription,
) -> Result<(), UseCaseError> {
    record.body = write(subscription)?;
    record.next_charge_at = subscription.next_at().filter(|at| *at < at_most());
    Ok(sandbox::update_subscription(tx, record)?)
}

/// Databases know no later time.
fn at_most() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + Days::new(365 * 1_000)
}

pub(super) fn read(record: &SubscriptionRecord) -> Result<SandboxSubscription, UseCaseError> {
    serde_json::from_str(&record.body).map_err(|error| UseCaseError::Internal(error.to_string()))
}

fn write(subscription: &SandboxSubscription) -> Result<String, UseCaseError> {
    serde_json::to_string(subscription).map_err(|error| UseCaseError::Internal(error.to_string()))
}

fn unavailable(error: impl std::fmt::Display) -> BookError {
    BookError::Unavailable(error.to_string())
}
