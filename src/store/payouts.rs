//! Payouts of gateways to the publisher's bank.

use super::dialect::lock_row;
use super::row::{Row, one, utc};
use super::schema::{bank_lines, payouts};
use super::{Conn, StoreError, Tx};
use crate::domain::balance::{Contents, PayoutNews, PayoutStatus};
use crate::domain::ids::PayoutId;
use crate::domain::money::Money;
use crate::domain::pledge::GatewayKind;
use crate::domain::remote::RemoteId;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;

/// A payout on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payout {
    /// Its id.
    pub id: PayoutId,
    /// Who paid.
    pub gateway: GatewayKind,
    /// The gateway's name of it.
    pub remote: RemoteId,
    /// What went to the bank; below zero if the bank had to cover the balance.
    pub amount: Money,
    /// How far it is.
    pub status: PayoutStatus,
    /// What is known of what it holds.
    pub contents: Contents,
    /// Why it did not arrive.
    pub failure: Option<String>,
    /// When it was ordered.
    pub ordered_at: DateTime<Utc>,
    /// The day on which it is to arrive, or did.
    pub arrives_on: Option<NaiveDate>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = payouts)]
struct PayoutRow {
    id: String,
    gateway: String,
    remote_id: String,
    amount_minor: i64,
    currency: String,
    status: String,
    contents: String,
    failure: Option<String>,
    ordered_at: NaiveDateTime,
    arrives_on: Option<NaiveDate>,
}

impl PayoutRow {
    fn into_domain(self) -> Result<Payout, StoreError> {
        let row = Row { table: "payouts", id: &self.id };
        Ok(Payout {
            id: row.parse(&self.id)?,
            gateway: row.word(GatewayKind::parse, &self.gateway)?,
            remote: RemoteId::parse(&self.remote_id).map_err(|error| row.corrupt(error))?,
            amount: row.money(self.amount_minor, &self.currency)?,
            status: row.word(PayoutStatus::parse, &self.status)?,
            contents: row.word(Contents::parse, &self.contents)?,
            failure: self.failure,
            ordered_at: utc(self.ordered_at),
            arrives_on: self.arrives_on,
        })
    }
}

/// Adds a payout.
pub fn insert(
    tx: &mut Tx<'_>,
    id: PayoutId,
    gateway: GatewayKind,
    news: &PayoutNews,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let contents = if news.is_told { Contents::Open } else { Contents::Untold };
    let inserted = diesel::insert_into(payouts::table)
        .values((
            payouts::id.eq(id.to_string()),
            payouts::gateway.eq(gateway.as_str()),
            payouts::remote_id.eq(news.remote.as_str()),
            payouts::amount_minor.eq(news.amount.minor()),
            payouts::currency.eq(news.amount.currency().code()),
            payouts::status.eq(news.status.as_str()),
            payouts::contents.eq(contents.as_str()),
            payouts::failure.eq(&news.failure),
            payouts::ordered_at.eq(news.ordered_at.naive_utc()),
            payouts::arrives_on.eq(news.arrives_on),
            payouts::created_at.eq(now.naive_utc()),
            payouts::updated_at.eq(now.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

/// Writes what a gateway says of a payout now.
pub fn update(
    tx: &mut Tx<'_>,
    id: PayoutId,
    news: &PayoutNews,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let updated = diesel::update(payouts::table.find(id.to_string()))
        .set((
            payouts::amount_minor.eq(news.amount.minor()),
            payouts::status.eq(news.status.as_str()),
            payouts::failure.eq(&news.failure),
            payouts::arrives_on.eq(news.arrives_on),
            payouts::updated_at.eq(now.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(updated)
}

/// All that it holds has been read.
pub fn is_whole(tx: &mut Tx<'_>, id: PayoutId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let updated = diesel::update(payouts::table.find(id.to_string()))
        .set((payouts::contents.eq(Contents::Whole.as_str()), payouts::updated_at.eq(now.naive_utc())))
        .execute(&mut **tx)?;
    one(updated)
}

/// The payout with this id, if there is one.
pub fn find(conn: &mut Conn, id: PayoutId) -> Result<Option<Payout>, StoreError> {
    let row = payouts::table.find(id.to_string()).select(PayoutRow::as_select());
    row.get_result(conn).optional()?.map(PayoutRow::into_domain).transpose()
}

/// A payout of which nobody else says where it is until this transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: PayoutId) -> Result<Option<Payout>, StoreError> {
    if lock_row!(tx, payouts, id).optional()?.is_none() {
        return Ok(None);
    }
    find(tx, id)
}

/// Words of payouts that can arrive.
const LIVE: [&str; 3] =
    [PayoutStatus::Pending.as_str(), PayoutStatus::InTransit.as_str(), PayoutStatus::Paid.as_str()];

/// Payouts of this amount that no line of the bank shows yet, ordered in these times: the latest first.
pub fn not_at_the_bank(
    conn: &mut Conn,
    amount: Money,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    limit: i64,
) -> Result<Vec<Payout>, StoreError> {
    let shown = bank_lines::table
        .filter(bank_lines::payout_id.is_not_null())
        .select(bank_lines::payout_id.assume_not_null());
    let rows = payouts::table
        .filter(payouts::amount_minor.eq(amount.minor()))
        .filter(payouts::currency.eq(amount.currency().code()))
        .filter(payouts::ordered_at.between(from.naive_utc(), to.naive_utc()))
        .filter(payouts::status.eq_any(LIVE))
        .filter(payouts::id.ne_all(shown))
        .order((payouts::ordered_at.desc(), payouts::id.desc()))
        .limit(limit);
    rows.select(PayoutRow::as_select()).load(conn)?.into_iter().map(PayoutRow::into_domain).collect()
}

/// Payouts ordered since then that no line of the bank shows yet: the oldest first.
pub fn expected(conn: &mut Conn, since: DateTime<Utc>, limit: i64) -> Result<Vec<Payout>, StoreError> {
    let shown = bank_lines::table
        .filter(bank_lines::payout_id.is_not_null())
        .select(bank_lines::payout_id.assume_not_null());
    let rows = payouts::table
        .filter(payouts::ordered_at.ge(since.naive_utc()))
        .filter(payouts::status.eq_any(LIVE))
        .filter(payouts::id.ne_all(shown))
        .order((payouts::ordered_at, payouts::id))
        .limit(limit);
    rows.select(PayoutRow::as_select()).load(conn)?.into_iter().map(PayoutRow::into_domain).collect()
}

/// The payout that a gateway calls so.
pub fn find_by_remote(
    conn: &mut Conn,
    gateway: GatewayKind,
    remote: &RemoteId,
) -> Result<Option<Payout>, StoreError> {
    let rows = payouts::table
        .filter(payouts::gateway.eq(gateway.as_str()))
        .filter(payouts::remote_id.eq(remote.as_str()));
    rows.select(PayoutRow::as_select()).get_result(conn).optional()?.map(PayoutRow::into_domain).transpose()
}

/// Payouts of a gateway of which not all that they hold has been read, the oldest first.
pub fn not_whole(conn: &mut Conn, gateway: GatewayKind, limit: i64) -> Result<Vec<Payout>, StoreError> {
    let rows = payouts::table
        .filter(payouts::gateway.eq(gateway.as_str()))
        .filter(payouts::contents.eq(Contents::Open.as_str()))
        .order((payouts::ordered_at, payouts::id))
        .limit(limit);
    rows.select(PayoutRow::as_select()).load(conn)?.into_iter().map(PayoutRow::into_domain).collect()
}

/// When the oldest payout that is under way was ordered, of those not ordered before `from`.
pub fn oldest_under_way(
    conn: &mut Conn,
    gateway: GatewayKind,
    from: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let words = [PayoutStatus::Pending.as_str(), PayoutStatus::InTransit.as_str()];
    let oldest: Option<NaiveDateTime> = payouts::table
        .filter(payouts::gateway.eq(gateway.as_str()))
        .filter(payouts::status.eq_any(words))
        .filter(payouts::ordered_at.ge(from.naive_utc()))
        .order(payouts::ordered_at)
        .select(payouts::ordered_at)
        .first(conn)
        .optional()?;
    Ok(oldest.map(utc))
}

/// When the payout before this one left the same balance.
pub fn before(conn: &mut Conn, payout: &Payout) -> Result<Option<DateTime<Utc>>, StoreError> {
    let found: Option<NaiveDateTime> = payouts::table
        .filter(payouts::gateway.eq(payout.gateway.as_str()))
        .filter(payouts::currency.eq(payout.amount.currency().code()))
        .filter(payouts::ordered_at.lt(payout.ordered_at.naive_utc()))
        .order(payouts::ordered_at.desc())
        .select(payouts::ordered_at)
        .first(conn)
        .optional()?;
    Ok(found.map(utc))
}
