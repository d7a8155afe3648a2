//! Cash and cheques that were paid in at the bank, and what is still in hand.

use super::dialect::lock_row;
use super::row::{Row, one, utc};
use super::schema::{deposit_gifts, deposits, donations};
use super::{Conn, StoreError, Tx};
use crate::domain::deposit::{Deposit, DepositGift, Tender};
use crate::domain::ids::{DepositId, DonationId};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = deposits)]
struct DepositRow {
    id: String,
    tender: String,
    amount_minor: i64,
    currency: String,
    paid_in_on: NaiveDate,
    recorded_at: NaiveDateTime,
    taken_back_at: Option<NaiveDateTime>,
}

impl DepositRow {
    fn into_domain(self) -> Result<Deposit, StoreError> {
        let row = Row { table: "deposits", id: &self.id };
        Ok(Deposit {
            id: row.parse(&self.id)?,
            tender: row.word(Tender::parse, &self.tender)?,
            amount: row.money(self.amount_minor, &self.currency)?,
            paid_in_on: self.paid_in_on,
            recorded_at: utc(self.recorded_at),
            taken_back_at: self.taken_back_at.map(utc),
        })
    }
}

/// Adds a deposit with its gifts.
///
/// # Errors
/// A gift is in another deposit.
pub fn insert(tx: &mut Tx<'_>, deposit: &Deposit, gifts: &[DepositGift]) -> Result<(), StoreError> {
    let row = DepositRow {
        id: deposit.id.to_string(),
        tender: deposit.tender.as_str().to_owned(),
        amount_minor: deposit.amount.minor(),
        currency: deposit.amount.currency().code().to_owned(),
        paid_in_on: deposit.paid_in_on,
        recorded_at: deposit.recorded_at.naive_utc(),
        taken_back_at: deposit.taken_back_at.map(|at| at.naive_utc()),
    };
    one(diesel::insert_into(deposits::table).values(&row).execute(&mut **tx)?)?;
    for gift in gifts {
        let inserted = diesel::insert_into(deposit_gifts::table)
            .values((
                deposit_gifts::donation_id.eq(gift.donation.to_string()),
                deposit_gifts::deposit_id.eq(&row.id),
                deposit_gifts::amount_minor.eq(gift.amount_minor),
                deposit_gifts::returned_minor.eq(gift.returned_minor),
            ))
            .execute(&mut **tx)?;
        one(inserted)?;
    }
    Ok(())
}

/// A deposit.
pub fn find(conn: &mut Conn, id: DepositId) -> Result<Option<Deposit>, StoreError> {
    let row = deposits::table.find(id.to_string()).select(DepositRow::as_select());
    row.get_result(conn).optional()?.map(DepositRow::into_domain).transpose()
}

/// A deposit of which nobody else says anything until this transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: DepositId) -> Result<Option<Deposit>, StoreError> {
    if lock_row!(tx, deposits, id).optional()?.is_none() {
        return Ok(None);
    }
    find(tx, id)
}

/// The latest.
pub fn latest(conn: &mut Conn, limit: i64) -> Result<Vec<Deposit>, StoreError> {
    let rows = deposits::table.order((deposits::paid_in_on.desc(), deposits::id.desc())).limit(limit);
    rows.select(DepositRow::as_select()).load(conn)?.into_iter().map(DepositRow::into_domain).collect()
}

/// The one that was written down last first, those before `before` if it is given.
pub fn page_before(
    conn: &mut Conn,
    before: Option<DepositId>,
    limit: i64,
) -> Result<Vec<Deposit>, StoreError> {
    let mut rows = deposits::table.select(DepositRow::as_select()).into_boxed();
    if let Some(before) = before {
        rows = rows.filter(deposits::id.lt(before.to_string()));
    }
    let rows = rows.order(deposits::id.desc()).limit(limit).load(conn)?;
    rows.into_iter().map(DepositRow::into_domain).collect()
}

/// The gifts of a deposit.
pub fn gifts(conn: &mut Conn, id: DepositId) -> Result<Vec<DepositGift>, StoreError> {
    let rows: Vec<(String, i64, i64)> = deposit_gifts::table
        .filter(deposit_gifts::deposit_id.eq(id.to_string()))
        .order(deposit_gifts::donation_id)
        .select((deposit_gifts::donation_id, deposit_gifts::amount_minor, deposit_gifts::returned_minor))
        .load(conn)?;
    let read = |(donation, amount_minor, returned_minor): (String, i64, i64)| {
        let donation = Row { table: "deposit_gifts", id: &donation }.parse(&donation)?;
        Ok(DepositGift { donation, amount_minor, returned_minor })
    };
    rows.into_iter().map(read).collect()
}

/// The deposit that a gift is in.
pub fn of_donation(conn: &mut Conn, donation: DonationId) -> Result<Option<DepositId>, StoreError> {
    let id: Option<String> = deposit_gifts::table
        .find(donation.to_string())
        .select(deposit_gifts::deposit_id)
        .get_result(conn)
        .optional()?;
    id.map(|id| Row { table: "deposit_gifts", id: &id }.parse(&id)).transpose()
}

/// Writes down what the bank gave back of a gift in a deposit.
pub fn set_returned(tx: &mut Tx<'_>, gift: &DepositGift) -> Result<(), StoreError> {
    let updated = diesel::update(deposit_gifts::table.find(gift.donation.to_string()))
        .set(deposit_gifts::returned_minor.eq(gift.returned_minor))
        .execute(&mut **tx)?;
    one(updated)
}

/// Nothing was paid in after all: the gifts are in hand again.
pub fn take_back(tx: &mut Tx<'_>, id: DepositId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let id = id.to_string();
    diesel::delete(deposit_gifts::table.filter(deposit_gifts::deposit_id.eq(&id))).execute(&mut **tx)?;
    let updated = diesel::update(deposits::table.find(&id))
        .set(deposits::taken_back_at.eq(Some(now.naive_utc())))
        .execute(&mut **tx)?;
    one(updated)
}

/// Gifts in cash and by cheque of which something is left, and that were not paid in: the oldest first.
pub fn in_hand(conn: &mut Conn, limit: i64) -> Result<Vec<DonationId>, StoreError> {
    let words = Tender::ALL.iter().map(|tender| tender.gateway().as_str());
    let left = donations::gross_minor.gt((donations::refunded_minor + donations::lost_minor).nullable());
    let ids: Vec<String> = donations::table
        .left_join(deposit_gifts::table)
        .filter(donations::gateway.eq_any(words.collect::<Vec<_>>()))
        .filter(left)
        .filter(deposit_gifts::deposit_id.is_null())
        .order((donations::received_on, donations::id))
        .limit(limit)
        .select(donations::id)
        .load(conn)?;
    ids.iter().map(|id| Row { table: "donations", id }.parse(id)).collect()
}
