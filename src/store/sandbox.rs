//! The sandbox gateway's own books. Nothing else of the product reads them.

use super::dialect::{lock_row, on_each};
use super::row::{one, utc};
use super::schema::{sandbox_events, sandbox_payments, sandbox_subscriptions};
use super::{Conn, StoreError, Tx};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;

/// A payment as the sandbox keeps it: plain columns, since it plays somebody else's system.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the columns")]
pub struct PaymentRecord {
    pub id: String,
    pub idempotency_key: String,
    pub amount_minor: i64,
    pub currency: String,
    pub description: String,
    pub return_url: String,
    pub status: String,
    pub fee_minor: i64,
    /// JSON list of refunds.
    pub refunds: String,
    /// A word of `Frequency`.
    pub frequency: String,
    pub subscription: Option<String>,
    pub period_on: Option<NaiveDate>,
    pub starts_at: Option<DateTime<Utc>>,
    pub changed_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sandbox_payments, treat_none_as_default_value = false)]
struct PaymentRow {
    id: String,
    idempotency_key: String,
    amount_minor: i64,
    currency: String,
    description: String,
    return_url: String,
    status: String,
    fee_minor: i64,
    refunds: String,
    changed_at: NaiveDateTime,
    created_at: NaiveDateTime,
    frequency: String,
    subscription_id: Option<String>,
    period_on: Option<NaiveDate>,
    starts_at: Option<NaiveDateTime>,
}

impl From<PaymentRow> for PaymentRecord {
    fn from(row: PaymentRow) -> Self {
        Self {
            id: row.id,
            idempotency_key: row.idempotency_key,
            amount_minor: row.amount_minor,
            currency: row.currency,
            description: row.description,
            return_url: row.return_url,
            status: row.status,
            fee_minor: row.fee_minor,
            refunds: row.refunds,
            frequency: row.frequency,
            subscription: row.subscription_id,
            period_on: row.period_on,
            starts_at: row.starts_at.map(utc),
            changed_at: utc(row.changed_at),
            created_at: utc(row.created_at),
        }
    }
}

/// Opens a payment, or returns the one that the same key opened before.
pub fn open(tx: &mut Tx<'_>, record: &PaymentRecord) -> Result<PaymentRecord, StoreError> {
    let row = PaymentRow {
        id: record.id.clone(),
        idempotency_key: record.idempotency_key.clone(),
        amount_minor: record.amount_minor,
        currency: record.currency.clone(),
        description: record.description.clone(),
        return_url: record.return_url.clone(),
        status: record.status.clone(),
        fee_minor: record.fee_minor,
        refunds: record.refunds.clone(),
        changed_at: record.changed_at.naive_utc(),
        created_at: record.created_at.naive_utc(),
        frequency: record.frequency.clone(),
        subscription_id: record.subscription.clone(),
        period_on: record.period_on,
        starts_at: record.starts_at.map(|at| at.naive_utc()),
    };
    on_each!(tx, |c| diesel::insert_into(sandbox_payments::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(c))?;
    find_by_key(tx, &record.idempotency_key)?.ok_or(StoreError::NotFound)
}

/// The payment that this key opened.
pub fn find_by_key(conn: &mut Conn, key: &str) -> Result<Option<PaymentRecord>, StoreError> {
    let rows = sandbox_payments::table.filter(sandbox_payments::idempotency_key.eq(key));
    Ok(rows.select(PaymentRow::as_select()).get_result(conn).optional()?.map(PaymentRecord::from))
}

/// The payment with this id.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<PaymentRecord>, StoreError> {
    let row = sandbox_payments::table.find(id).select(PaymentRow::as_select()).get_result(conn).optional()?;
    Ok(row.map(PaymentRecord::from))
}

/// The payment, with everybody else kept from it until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: &str) -> Result<PaymentRecord, StoreError> {
    lock_row!(tx, sandbox_payments, id)?;
    find(tx, id)?.ok_or(StoreError::NotFound)
}

/// Writes back what changed about a payment.
pub fn update(tx: &mut Tx<'_>, record: &PaymentRecord) -> Result<(), StoreError> {
    let changed = diesel::update(sandbox_payments::table.find(&record.id))
        .set((
            sandbox_payments::status.eq(&record.status),
            sandbox_payments::fee_minor.eq(record.fee_minor),
            sandbox_payments::refunds.eq(&record.refunds),
            sandbox_payments::subscription_id.eq(&record.subscription),
            sandbox_payments::period_on.eq(record.period_on),
            sandbox_payments::changed_at.eq(record.changed_at.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(changed)
}

/// A subscription as the sandbox keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the columns")]
pub struct SubscriptionRecord {
    pub id: String,
    pub attempt: String,
    /// JSON.
    pub body: String,
    pub next_charge_at: Option<DateTime<Utc>>,
}

/// Keeps a new subscription.
pub fn insert_subscription(
    tx: &mut Tx<'_>,
    record: &SubscriptionRecord,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let inserted = diesel::insert_into(sandbox_subscriptions::table)
        .values((
            sandbox_subscriptions::id.eq(&record.id),
            sandbox_subscriptions::attempt_id.eq(&record.attempt),
            sandbox_subscriptions::body.eq(&record.body),
            sandbox_subscriptions::next_charge_at.eq(record.next_charge_at.map(|at| at.naive_utc())),
            sandbox_subscriptions::created_at.eq(now.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

/// Writes back what changed about a subscription.
pub fn update_subscription(tx: &mut Tx<'_>, record: &SubscriptionRecord) -> Result<(), StoreError> {
    let changed = diesel::update(sandbox_subscriptions::table.find(&record.id))
        .set((
            sandbox_subscriptions::body.eq(&record.body),
            sandbox_subscriptions::next_charge_at.eq(record.next_charge_at.map(|at| at.naive_utc())),
        ))
        .execute(&mut **tx)?;
    one(changed)
}

/// The subscription with this id.
pub fn find_subscription(conn: &mut Conn, id: &str) -> Result<Option<SubscriptionRecord>, StoreError> {
    let row: Option<(String, String, String, Option<NaiveDateTime>)> = sandbox_subscriptions::table
        .find(id)
        .select((
            sandbox_subscriptions::id,
            sandbox_subscriptions::attempt_id,
            sandbox_subscriptions::body,
            sandbox_subscriptions::next_charge_at,
        ))
        .get_result(conn)
        .optional()?;
    Ok(row.map(|(id, attempt, body, next)| SubscriptionRecord {
        id,
        attempt,
        body,
        next_charge_at: next.map(utc),
    }))
}

/// The subscription, with everybody else kept from it until the end of the transaction.
pub fn lock_subscription(tx: &mut Tx<'_>, id: &str) -> Result<SubscriptionRecord, StoreError> {
    lock_row!(tx, sandbox_subscriptions, id)?;
    find_subscription(tx, id)?.ok_or(StoreError::NotFound)
}

/// The subscriptions that are to be charged now, those due longest first.
pub fn due_subscriptions(conn: &mut Conn, now: DateTime<Utc>, limit: i64) -> Result<Vec<String>, StoreError> {
    Ok(sandbox_subscriptions::table
        .filter(sandbox_subscriptions::next_charge_at.le(now.naive_utc()))
        .order((sandbox_subscriptions::next_charge_at, sandbox_subscriptions::id))
        .limit(limit)
        .select(sandbox_subscriptions::id)
        .load(conn)?)
}

/// The payments of a subscription, the latest first.
pub fn payments_of(
    conn: &mut Conn,
    subscription: &str,
    limit: i64,
) -> Result<Vec<PaymentRecord>, StoreError> {
    let rows = sandbox_payments::table
        .filter(sandbox_payments::subscription_id.eq(subscription))
        .order((sandbox_payments::created_at.desc(), sandbox_payments::id.desc()))
        .limit(limit);
    Ok(rows.select(PaymentRow::as_select()).load(conn)?.into_iter().map(PaymentRecord::from).collect())
}

/// Keeps the body of an event, to be delivered one or more times.
pub fn insert_event(
    tx: &mut Tx<'_>,
    id: &str,
    payment: &str,
    body: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let inserted = diesel::insert_into(sandbox_events::table)
        .values((
            sandbox_events::id.eq(id),
            sandbox_events::payment_id.eq(payment),
            sandbox_events::body.eq(body),
            sandbox_events::created_at.eq(now.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

/// The body of an event.
pub fn event_body(conn: &mut Conn, id: &str) -> Result<String, StoreError> {
    Ok(sandbox_events::table.find(id).select(sandbox_events::body).get_result(conn)?)
}
