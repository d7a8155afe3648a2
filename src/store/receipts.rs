//! Receipts and their numbers. What a receipt says cannot be changed; only where it stands can.

use super::dialect::on_each;
use super::row::{Row, one, to_json, utc};
use super::schema::{receipt_series, receipts};
use super::steady::Steadily as _;
use super::{Conn, StoreError, Tx};
use crate::domain::ids::{DonationId, ReceiptId};
use crate::domain::money::Money;
use crate::domain::receipt::{Receipt, ReceiptNumber, ReceiptStatus};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

#[derive(Queryable, Selectable)]
#[diesel(table_name = receipts)]
struct ReceiptRow {
    id: String,
    donation_id: String,
    series: String,
    year: i32,
    number: i64,
    status: String,
    snapshot: String,
    replaces: Option<String>,
    issued_at: NaiveDateTime,
}

impl ReceiptRow {
    fn into_domain(self) -> Result<Receipt, StoreError> {
        let row = Row { table: "receipts", id: &self.id };
        Ok(Receipt {
            id: row.parse(&self.id)?,
            donation: row.parse(&self.donation_id)?,
            status: row.word(ReceiptStatus::parse, &self.status)?,
            snapshot: row.json(&self.snapshot)?,
            replaces: row.parse_option(self.replaces.as_deref())?,
            issued_at: utc(self.issued_at),
            number: ReceiptNumber { series: self.series, year: self.year, number: self.number },
        })
    }
}

/// Takes the next number of a series and year. The row stays locked until the transaction ends, so a
/// rollback leaves no gap and numbers follow the order of commits.
pub fn take_number(tx: &mut Tx<'_>, series: &str, year: i32) -> Result<ReceiptNumber, StoreError> {
    let number: i64 = on_each!(tx, |c| diesel::insert_into(receipt_series::table)
        .values((
            receipt_series::series.eq(series),
            receipt_series::year.eq(year),
            receipt_series::last_number.eq(1_i64)
        ))
        .on_conflict((receipt_series::series, receipt_series::year))
        .do_update()
        .set(receipt_series::last_number.eq(receipt_series::last_number + 1))
        .returning(receipt_series::last_number)
        .steadily()
        .get_result(c))?;
    Ok(ReceiptNumber { series: series.to_owned(), year, number })
}

/// Adds a receipt.
pub fn insert(tx: &mut Tx<'_>, receipt: &Receipt) -> Result<(), StoreError> {
    let id = receipt.id.to_string();
    let net =
        Money::try_from(&receipt.snapshot.net).map_err(|error| StoreError::Refused(error.to_string()))?;
    let inserted = diesel::insert_into(receipts::table)
        .values((
            receipts::id.eq(&id),
            receipts::donation_id.eq(receipt.donation.to_string()),
            receipts::series.eq(&receipt.number.series),
            receipts::year.eq(receipt.number.year),
            receipts::number.eq(receipt.number.number),
            receipts::status.eq(receipt.status.as_str()),
            receipts::net_minor.eq(net.minor()),
            receipts::snapshot.eq(to_json(&receipt.snapshot)?),
            receipts::replaces.eq(receipt.replaces.map(|replaced| replaced.to_string())),
            receipts::issued_at.eq(receipt.issued_at.naive_utc()),
            receipts::status_at.eq(receipt.issued_at.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

/// Moves a receipt on, if it still stands where `from` says.
pub fn set_status(
    tx: &mut Tx<'_>,
    id: ReceiptId,
    from: &[ReceiptStatus],
    to: ReceiptStatus,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let allowed: Vec<&str> = from.iter().map(|status| status.as_str()).collect();
    let changed =
        diesel::update(receipts::table.find(id.to_string()).filter(receipts::status.eq_any(allowed)))
            .set((receipts::status.eq(to.as_str()), receipts::status_at.eq(now.naive_utc())))
            .steadily()
            .execute(&mut **tx)?;
    Ok(changed == 1)
}

/// The receipt with this id.
pub fn get(conn: &mut Conn, id: ReceiptId) -> Result<Receipt, StoreError> {
    receipts::table.find(id.to_string()).select(ReceiptRow::as_select()).get_result(conn)?.into_domain()
}

/// The receipt with this number.
pub fn find_by_number(conn: &mut Conn, number: &ReceiptNumber) -> Result<Option<Receipt>, StoreError> {
    let rows = receipts::table
        .filter(receipts::series.eq(&number.series))
        .filter(receipts::year.eq(number.year))
        .filter(receipts::number.eq(number.number));
    rows.select(ReceiptRow::as_select()).get_result(conn).optional()?.map(ReceiptRow::into_domain).transpose()
}

/// The receipt that a donor may rely on.
pub fn find_live(conn: &mut Conn, donation: DonationId) -> Result<Option<Receipt>, StoreError> {
    let rows = receipts::table
        .filter(receipts::donation_id.eq(donation.to_string()))
        .filter(receipts::status.eq_any(["issued", "sent"]));
    rows.select(ReceiptRow::as_select()).get_result(conn).optional()?.map(ReceiptRow::into_domain).transpose()
}

/// All receipts of a donation, oldest first.
pub fn of_donation(conn: &mut Conn, donation: DonationId) -> Result<Vec<Receipt>, StoreError> {
    let rows = receipts::table.filter(receipts::donation_id.eq(donation.to_string())).order(receipts::id);
    rows.select(ReceiptRow::as_select()).load(conn)?.into_iter().map(ReceiptRow::into_domain).collect()
}
