//! What platforms elsewhere paid out, as the books have it.

use super::row::Row;
use super::schema::{bank_lines, ledger_entries, ledger_postings};
use super::{Conn, StoreError};
use crate::domain::ledger::{Account, EntryKind};
use crate::domain::member::Platform;
use crate::domain::money::Money;
use chrono::NaiveDate;
use diesel::prelude::*;
use std::collections::BTreeMap;

/// A payout in the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookedPayout {
    /// The day on which the bank booked it.
    pub on: NaiveDate,
    /// What was earned.
    pub gross: Money,
    /// What the platform kept of it; none if nobody said so.
    pub fee: Option<Money>,
}

/// The payouts that arrived in these days, the earliest first. What was taken back is none.
pub fn within(
    conn: &mut Conn,
    platform: Platform,
    (from, until): (NaiveDate, NaiveDate),
) -> Result<Vec<BookedPayout>, StoreError> {
    type Columns = (String, NaiveDate, Option<i64>, String, String, i64);
    let (earnings, fees) = (Account::Earnings(platform), Account::PlatformFees(platform));
    let rows: Vec<Columns> = ledger_entries::table
        .inner_join(ledger_postings::table)
        .inner_join(bank_lines::table.on(ledger_entries::bank_line_id.eq(bank_lines::id.nullable())))
        .filter(ledger_entries::kind.eq(EntryKind::BankLine.as_str()))
        .filter(ledger_postings::account.eq_any([earnings.to_string(), fees.to_string()]))
        .filter(bank_lines::booked_on.between(from, until))
        .select((
            bank_lines::id,
            bank_lines::booked_on,
            bank_lines::platform_fee_minor,
            ledger_postings::account,
            ledger_postings::currency,
            ledger_postings::amount_minor,
        ))
        .load(conn)?;
    let mut found: BTreeMap<(NaiveDate, String), (Money, Option<Money>)> = BTreeMap::new();
    for (id, on, fee, account, currency, minor) in rows {
        let row = Row { table: "ledger_postings", id: &id };
        let amount = row.money(minor, &currency)?;
        let none = Money::zero(amount.currency());
        let sums = found.entry((on, id.clone())).or_insert((none, fee.map(|_| none)));
        let too_large = |error| row.corrupt(error);
        if row.parse::<Account>(&account)? == earnings {
            sums.0 = sums.0.minus(amount).map_err(too_large)?;
        } else if let Some(kept) = &mut sums.1 {
            *kept = kept.plus(amount).map_err(too_large)?;
        }
    }
    let payout = |((on, _), (gross, fee)): ((NaiveDate, String), (Money, Option<Money>))| {
        gross.is_positive().then_some(BookedPayout { on, gross, fee })
    };
    Ok(found.into_iter().filter_map(payout).collect())
}
