//! The books: entries and their lines. There is no way to change or delete one.

use super::row::{Row, one};
use super::schema::{ledger_entries, ledger_postings};
use super::{Conn, StoreError, Tx};
use crate::domain::clock::IdSource;
use crate::domain::donation::Donation;
use crate::domain::ids::{DonationId, EntryId, RefundId};
use crate::domain::ledger::{Booked, Entry, EntryKind};
use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};

/// What the books hold about a donation: the fold of its lines on the income and fee accounts.
pub fn booked(conn: &mut Conn, donation: DonationId) -> Result<Booked, StoreError> {
    let rows: Vec<(String, Option<String>, i64)> = ledger_entries::table
        .inner_join(ledger_postings::table)
        .filter(ledger_entries::donation_id.eq(donation.to_string()))
        .filter(ledger_postings::account.not_like("clearing:%"))
        .select((ledger_entries::kind, ledger_entries::refund_id, ledger_postings::amount_minor))
        .load(conn)?;
    let id = donation.to_string();
    let row = Row { table: "ledger_entries", id: &id };
    let mut booked = Booked::default();
    for (kind, refund, amount) in rows {
        let overflow = || row.corrupt("the sum of its lines does not fit");
        match row.word(EntryKind::parse, &kind)? {
            // Income is a credit: negative.
            EntryKind::Donation => booked.gross = booked.gross.checked_sub(amount).ok_or_else(overflow)?,
            EntryKind::Fee => booked.fee = booked.fee.checked_add(amount).ok_or_else(overflow)?,
            EntryKind::Refund => {
                let refund: Option<RefundId> = row.parse_option(refund.as_deref())?;
                let refund = refund.ok_or_else(|| row.corrupt("a refund entry without its refund"))?;
                let sum = booked.refunds.entry(refund).or_default();
                *sum = sum.checked_add(amount).ok_or_else(overflow)?;
            }
        }
    }
    Ok(booked)
}

/// Appends entries about one donation. The lines go first; the entry seals them.
pub fn append(
    tx: &mut Tx<'_>,
    donation: &Donation,
    entries: &[Entry],
    ids: &IdSource,
    when: Booking,
) -> Result<(), StoreError> {
    let highest: Option<i64> = ledger_entries::table
        .filter(ledger_entries::donation_id.eq(donation.id.to_string()))
        .select(sql::<Nullable<BigInt>>("MAX(sequence)"))
        .get_result(&mut **tx)?;
    for (entry, sequence) in entries.iter().zip(highest.unwrap_or_default() + 1..) {
        let id = ids.next::<EntryId>().to_string();
        let mut currency = "";
        for (posting, line) in entry.postings().iter().zip(1_i64..) {
            currency = posting.amount.currency().code();
            let inserted = diesel::insert_into(ledger_postings::table)
                .values((
                    ledger_postings::entry_id.eq(&id),
                    ledger_postings::line.eq(line),
                    ledger_postings::account.eq(posting.account.to_string()),
                    ledger_postings::currency.eq(currency),
                    ledger_postings::amount_minor.eq(posting.amount.minor()),
                ))
                .execute(&mut **tx)?;
            one(inserted)?;
        }
        let inserted = diesel::insert_into(ledger_entries::table)
            .values((
                ledger_entries::id.eq(&id),
                ledger_entries::kind.eq(entry.kind().as_str()),
                ledger_entries::donation_id.eq(donation.id.to_string()),
                ledger_entries::refund_id.eq(entry.subject().map(|refund| refund.to_string())),
                ledger_entries::currency.eq(currency),
                ledger_entries::sequence.eq(sequence),
                ledger_entries::happened_at.eq(when.happened_at.naive_utc()),
                ledger_entries::recorded_at.eq(when.recorded_at.naive_utc()),
            ))
            .execute(&mut **tx)?;
        one(inserted)?;
    }
    Ok(())
}

/// The two times of an entry.
#[derive(Debug, Clone, Copy)]
pub struct Booking {
    /// When the money moved, by the gateway's clock.
    pub happened_at: DateTime<Utc>,
    /// When it was written here.
    pub recorded_at: DateTime<Utc>,
}

/// The balance of each account and currency, in minor units.
pub fn balances(conn: &mut Conn) -> Result<Vec<(String, String, i64)>, StoreError> {
    Ok(ledger_postings::table
        .group_by((ledger_postings::account, ledger_postings::currency))
        .select((
            ledger_postings::account,
            ledger_postings::currency,
            sql::<BigInt>("CAST(SUM(amount_minor) AS BIGINT)"),
        ))
        .order((ledger_postings::account, ledger_postings::currency))
        .load(conn)?)
}
