//! What was asked of subscriptions, and how far it is.

use super::row::{Row, one, utc};
use super::schema::subscription_orders;
use super::{Conn, StoreError, Tx};
use crate::domain::ids::{OrderId, PledgeId};
use crate::domain::pledge::Frequency;
use crate::domain::subscription::{EndReason, Order, OrderKind, OrderStatus, Orderer};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = subscription_orders, treat_none_as_default_value = false)]
struct OrderRow {
    id: String,
    pledge_id: String,
    kind: String,
    amount_minor: Option<i64>,
    currency: Option<String>,
    frequency: Option<String>,
    until: Option<NaiveDateTime>,
    end_reason: Option<String>,
    status: String,
    code: Option<String>,
    ordered_by: String,
    reason: Option<String>,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
    consent_url: Option<String>,
}

impl OrderRow {
    fn from_domain(order: &Order) -> Self {
        let bare = Self {
            id: order.id.to_string(),
            pledge_id: order.pledge.to_string(),
            kind: order.what.as_str().to_owned(),
            amount_minor: None,
            currency: None,
            frequency: None,
            until: None,
            end_reason: None,
            status: order.status.as_str().to_owned(),
            code: order.code.clone(),
            ordered_by: order.by.as_str().to_owned(),
            reason: order.reason.clone(),
            created_at: order.created_at.naive_utc(),
            updated_at: order.created_at.naive_utc(),
            consent_url: order.consent_url.clone(),
        };
        match &order.what {
            OrderKind::Change { amount, frequency } => Self {
                amount_minor: Some(amount.minor()),
                currency: Some(amount.currency().code().to_owned()),
                frequency: Some(frequency.as_str().to_owned()),
                ..bare
            },
            OrderKind::Pause { until } => Self { until: until.map(|at| at.naive_utc()), ..bare },
            OrderKind::Resume | OrderKind::Cancel | OrderKind::Keep => bare,
            OrderKind::End { reason } => Self { end_reason: Some(reason.as_str().to_owned()), ..bare },
        }
    }

    fn into_domain(self) -> Result<Order, StoreError> {
        let row = Row { table: "subscription_orders", id: &self.id };
        let what = match self.kind.as_str() {
            "change" => match (self.amount_minor, self.currency.as_deref(), self.frequency.as_deref()) {
                (Some(minor), Some(currency), Some(frequency)) => OrderKind::Change {
                    amount: row.money(minor, currency)?,
                    frequency: row.word(Frequency::parse, frequency)?,
                },
                _ => return Err(row.corrupt("a change to nothing")),
            },
            "pause" => OrderKind::Pause { until: self.until.map(utc) },
            "resume" => OrderKind::Resume,
            "cancel" => OrderKind::Cancel,
            "keep" => OrderKind::Keep,
            "end" => {
                let reason = self.end_reason.as_deref().unwrap_or_default();
                OrderKind::End { reason: row.word(EndReason::parse, reason)? }
            }
            other => return Err(row.corrupt(format!("unknown word “{other}”"))),
        };
        Ok(Order {
            id: row.parse(&self.id)?,
            pledge: row.parse(&self.pledge_id)?,
            what,
            status: row.word(OrderStatus::parse, &self.status)?,
            code: self.code.clone(),
            by: row.word(Orderer::parse, &self.ordered_by)?,
            reason: self.reason.clone(),
            created_at: utc(self.created_at),
            consent_url: self.consent_url.clone(),
        })
    }
}

/// Adds an order. `Conflict` if another of the same pledge is not done yet.
pub fn insert(tx: &mut Tx<'_>, order: &Order) -> Result<(), StoreError> {
    let row = OrderRow::from_domain(order);
    one(diesel::insert_into(subscription_orders::table).values(&row).execute(&mut **tx)?)
}

/// The order with this id.
pub fn get(conn: &mut Conn, id: OrderId) -> Result<Order, StoreError> {
    let row = subscription_orders::table.find(id.to_string()).select(OrderRow::as_select());
    row.get_result(conn)?.into_domain()
}

/// The order of a pledge that is not done yet.
pub fn find_pending(conn: &mut Conn, pledge: PledgeId) -> Result<Option<Order>, StoreError> {
    let rows = subscription_orders::table
        .filter(subscription_orders::pledge_id.eq(pledge.to_string()))
        .filter(subscription_orders::status.eq(OrderStatus::Pending.as_str()));
    let row = rows.select(OrderRow::as_select()).get_result(conn).optional()?;
    row.map(OrderRow::into_domain).transpose()
}

/// All that was asked about a pledge, the newest first.
pub fn of_pledge(conn: &mut Conn, pledge: PledgeId) -> Result<Vec<Order>, StoreError> {
    let rows = subscription_orders::table
        .filter(subscription_orders::pledge_id.eq(pledge.to_string()))
        .order(subscription_orders::id.desc());
    rows.select(OrderRow::as_select()).load(conn)?.into_iter().map(OrderRow::into_domain).collect()
}

/// Ends a pending order; false if it had ended before. `code` is the gateway's word for why not.
pub fn end(tx: &mut Tx<'_>, id: OrderId, code: Option<&str>, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let status = if code.is_some() { OrderStatus::Refused } else { OrderStatus::Done };
    let open = subscription_orders::table
        .find(id.to_string())
        .filter(subscription_orders::status.eq(OrderStatus::Pending.as_str()));
    let changed = diesel::update(open)
        .set((
            subscription_orders::status.eq(status.as_str()),
            subscription_orders::code.eq(code),
            subscription_orders::consent_url.eq(None::<String>),
            subscription_orders::updated_at.eq(now.naive_utc()),
        ))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

/// Notes the page on which the donor must agree to a pending order; false if it had ended before.
pub fn await_consent(
    tx: &mut Tx<'_>,
    id: OrderId,
    url: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let open = subscription_orders::table
        .find(id.to_string())
        .filter(subscription_orders::status.eq(OrderStatus::Pending.as_str()));
    let changed = diesel::update(open)
        .set((subscription_orders::consent_url.eq(url), subscription_orders::updated_at.eq(now.naive_utc())))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

/// Orders that have waited for their donors since before a moment, the oldest first.
pub fn unanswered(conn: &mut Conn, before: DateTime<Utc>, limit: i64) -> Result<Vec<Order>, StoreError> {
    let rows = subscription_orders::table
        .filter(subscription_orders::status.eq(OrderStatus::Pending.as_str()))
        .filter(subscription_orders::consent_url.is_not_null())
        .filter(subscription_orders::created_at.lt(before.naive_utc()))
        .order(subscription_orders::id)
        .limit(limit);
    rows.select(OrderRow::as_select()).load(conn)?.into_iter().map(OrderRow::into_domain).collect()
}
