//! The books: entries and their lines. There is no way to change or delete one.

use super::dialect::on_each;
use super::row::{Row, one};
use super::schema::{ledger_balances, ledger_entries, ledger_postings};
use super::steady::Steadily as _;
use super::{Conn, StoreError, Tx};
use crate::domain::balance::Held;
use crate::domain::clock::IdSource;
use crate::domain::donation::Donation;
use crate::domain::ids::{DonationId, EntryId};
use crate::domain::ledger::{Apart, Balanced, Booked, Entry, EntryKind, Posting, Subject};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::{Eq, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use std::collections::BTreeMap;

#[derive(Queryable)]
struct Line {
    entry_id: String,
    kind: String,
    refund_id: Option<String>,
    dispute_id: Option<String>,
    account: String,
    currency: String,
    amount_minor: i64,
}

impl Line {
    fn into_domain(self) -> Result<(Subject, Posting), StoreError> {
        let row = Row { table: "ledger_entries", id: &self.entry_id };
        let subject = match (row.word(EntryKind::parse, &self.kind)?, self.refund_id, self.dispute_id) {
            (EntryKind::Donation, None, None) => Subject::Donation,
            (EntryKind::Fee, None, None) => Subject::Fee,
            (EntryKind::Refund, Some(id), None) => Subject::Refund(row.parse(&id)?),
            (EntryKind::Dispute, None, Some(id)) => Subject::Dispute(row.parse(&id)?),
            (kind, _, _) => {
                return Err(row.corrupt(format!("an entry of kind {kind} with the wrong subject")));
            }
        };
        let amount = row.money(self.amount_minor, &self.currency)?;
        Ok((subject, Posting { account: row.parse(&self.account)?, amount }))
    }
}

/// What the books hold about a donation: the fold of all its lines.
pub fn booked(conn: &mut Conn, donation: DonationId) -> Result<Booked, StoreError> {
    let lines: Vec<Line> = ledger_entries::table
        .inner_join(ledger_postings::table)
        .filter(ledger_entries::donation_id.eq(donation.to_string()))
        .select((
            ledger_entries::id,
            ledger_entries::kind,
            ledger_entries::refund_id,
            ledger_entries::dispute_id,
            ledger_postings::account,
            ledger_postings::currency,
            ledger_postings::amount_minor,
        ))
        .load(conn)?;
    let mut booked = Booked::default();
    for line in lines {
        let (subject, posting) = line.into_domain()?;
        let id = donation.to_string();
        let row = Row { table: "ledger_entries", id: &id };
        booked.hold(subject, posting).map_err(|error| row.corrupt(error))?;
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
        let (refund, dispute) = match entry.subject() {
            Subject::Donation | Subject::Fee => (None, None),
            Subject::Refund(id) => (Some(id.to_string()), None),
            Subject::Dispute(id) => (None, Some(id.to_string())),
        };
        let about = (
            ledger_entries::kind.eq(entry.subject().kind().as_str()),
            ledger_entries::donation_id.eq(Some(donation.id.to_string())),
            ledger_entries::refund_id.eq(refund),
            ledger_entries::dispute_id.eq(dispute),
            ledger_entries::movement_id.eq(None::<String>),
            ledger_entries::deposit_id.eq(None::<String>),
            ledger_entries::bank_line_id.eq(None::<String>),
        );
        let id = ids.next::<EntryId>().to_string();
        let currency = write_lines(tx, &id, entry.lines())?;
        let inserted = diesel::insert_into(ledger_entries::table)
            .values((about, sealing(&id, sequence, currency, when)))
            .execute(&mut **tx)?;
        one(inserted)?;
    }
    Ok(())
}

/// The columns of what belongs to no donation: movement, deposit and line of the bank, of which one is there.
fn named(about: Apart) -> (Option<String>, Option<String>, Option<String>) {
    match about {
        Apart::Movement(id) => (Some(id.to_string()), None, None),
        Apart::Deposit(id) => (None, Some(id.to_string()), None),
        Apart::BankLine(id) => (None, None, Some(id.to_string())),
    }
}

/// Appends entries about something that belongs to no donation.
pub fn append_apart(
    tx: &mut Tx<'_>,
    about: Apart,
    entries: &[Balanced],
    ids: &IdSource,
    when: Booking,
) -> Result<(), StoreError> {
    let (movement, deposit, line) = named(about);
    let own = ledger_entries::movement_id
        .eq(movement.clone())
        .or(ledger_entries::deposit_id.eq(deposit.clone()))
        .or(ledger_entries::bank_line_id.eq(line.clone()));
    let highest: Option<i64> = ledger_entries::table
        .filter(own)
        .select(sql::<Nullable<BigInt>>("MAX(sequence)"))
        .get_result(&mut **tx)?;
    for (lines, sequence) in entries.iter().zip(highest.unwrap_or_default() + 1..) {
        let subject = (
            ledger_entries::kind.eq(about.kind().as_str()),
            ledger_entries::movement_id.eq(movement.clone()),
            ledger_entries::deposit_id.eq(deposit.clone()),
            ledger_entries::bank_line_id.eq(line.clone()),
        );
        let id = ids.next::<EntryId>().to_string();
        let currency = write_lines(tx, &id, lines)?;
        let inserted = diesel::insert_into(ledger_entries::table)
            .values((subject, sealing(&id, sequence, currency, when)))
            .execute(&mut **tx)?;
        one(inserted)?;
    }
    Ok(())
}

/// Writes the lines of an entry that is yet to come. Returns their currency.
fn write_lines(tx: &mut Tx<'_>, entry: &str, lines: &Balanced) -> Result<&'static str, StoreError> {
    let mut currency = "";
    for (posting, line) in lines.postings().iter().zip(1_i64..) {
        currency = posting.amount.currency().code();
        let inserted = diesel::insert_into(ledger_postings::table)
            .values((
                ledger_postings::entry_id.eq(entry),
                ledger_postings::line.eq(line),
                ledger_postings::account.eq(posting.account.to_string()),
                ledger_postings::currency.eq(currency),
                ledger_postings::amount_minor.eq(posting.amount.minor()),
            ))
            .execute(&mut **tx)?;
        one(inserted)?;
    }
    Ok(currency)
}

type Sealing<'a> = (
    Eq<ledger_entries::id, &'a str>,
    Eq<ledger_entries::sequence, i64>,
    Eq<ledger_entries::currency, &'a str>,
    Eq<ledger_entries::happened_at, NaiveDateTime>,
    Eq<ledger_entries::recorded_at, NaiveDateTime>,
);

/// What an entry says beside what it is about.
fn sealing<'a>(id: &'a str, sequence: i64, currency: &'a str, when: Booking) -> Sealing<'a> {
    (
        ledger_entries::id.eq(id),
        ledger_entries::sequence.eq(sequence),
        ledger_entries::currency.eq(currency),
        ledger_entries::happened_at.eq(when.happened_at.naive_utc()),
        ledger_entries::recorded_at.eq(when.recorded_at.naive_utc()),
    )
}

/// What the books hold because of something that belongs to no donation: the fold of its lines.
pub fn held(conn: &mut Conn, about: Apart) -> Result<Held, StoreError> {
    let (movement, deposit, line) = named(about);
    let id = [&movement, &deposit, &line].into_iter().flatten().next().cloned().unwrap_or_default();
    let own = ledger_entries::movement_id
        .eq(movement)
        .or(ledger_entries::deposit_id.eq(deposit))
        .or(ledger_entries::bank_line_id.eq(line));
    let lines: Vec<(String, String, i64)> = ledger_entries::table
        .inner_join(ledger_postings::table)
        .filter(own)
        .select((ledger_postings::account, ledger_postings::currency, ledger_postings::amount_minor))
        .load(conn)?;
    let (row, mut held) = (Row { table: "ledger_entries", id: &id }, Held::default());
    for (account, currency, minor) in lines {
        let added = held.add(row.parse(&account)?, row.money(minor, &currency)?);
        added.map_err(|error| row.corrupt(error))?;
    }
    Ok(held)
}

/// The two times of an entry.
#[derive(Debug, Clone, Copy)]
pub struct Booking {
    /// When the money moved, by the gateway's clock.
    pub happened_at: DateTime<Utc>,
    /// When it was written here.
    pub recorded_at: DateTime<Utc>,
}

/// Adds entries to what their accounts hold: once for all of a donation or a movement, in the order of the accounts, so that two
/// transactions take turns and never wait for each other.
pub fn add_up<'a>(tx: &mut Tx<'_>, entries: impl Iterator<Item = &'a Balanced>) -> Result<(), StoreError> {
    let mut sums: BTreeMap<(String, &'static str), i64> = BTreeMap::new();
    for posting in entries.flat_map(Balanced::postings) {
        let sum = sums.entry((posting.account.to_string(), posting.amount.currency().code())).or_default();
        *sum = sum.saturating_add(posting.amount.minor());
    }
    for ((account, currency), sum) in sums.into_iter().filter(|(_, sum)| *sum != 0) {
        let added = diesel::update(ledger_balances::table.find((&account, currency)))
            .set(ledger_balances::amount_minor.eq(ledger_balances::amount_minor + sum))
            .steadily()
            .execute(&mut **tx)?;
        if added == 0 {
            let first = (
                ledger_balances::account.eq(&account),
                ledger_balances::currency.eq(currency),
                ledger_balances::amount_minor.eq(sum),
            );
            on_each!(tx, |c| diesel::insert_into(ledger_balances::table)
                .values(first)
                .on_conflict((ledger_balances::account, ledger_balances::currency))
                .do_update()
                .set(ledger_balances::amount_minor.eq(ledger_balances::amount_minor + sum))
                .execute(c))?;
        }
    }
    Ok(())
}

/// The balance of each account and currency, in minor units, as it is kept.
pub fn balances(conn: &mut Conn) -> Result<Vec<(String, String, i64)>, StoreError> {
    Ok(ledger_balances::table
        .select((ledger_balances::account, ledger_balances::currency, ledger_balances::amount_minor))
        .order((ledger_balances::account, ledger_balances::currency))
        .load(conn)?)
}

/// The same from all lines: its cost grows with the books.
pub fn recounted(conn: &mut Conn) -> Result<Vec<(String, String, i64)>, StoreError> {
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
