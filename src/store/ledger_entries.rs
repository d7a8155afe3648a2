//! The books as they are read: entries with their lines, the latest first.

use super::row::{Row, utc};
use super::schema::{ledger_entries as entries, ledger_postings as postings};
use super::{Conn, StoreError};
use crate::domain::ids::{DonationId, EntryId};
use crate::domain::ledger::{Account, EntryKind, Posting};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;

/// Which entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sought {
    /// Those with a line of this account.
    pub account: Option<Account>,
    /// Those about this.
    pub kind: Option<EntryKind>,
    /// Those of this donation.
    pub donation: Option<DonationId>,
    /// Written not before.
    pub from: Option<NaiveDateTime>,
    /// Written before.
    pub to: Option<NaiveDateTime>,
    /// Behind this one: when it was written, and its id.
    pub after: Option<(NaiveDateTime, String)>,
}

/// An entry as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its id.
    pub id: EntryId,
    /// What it is about.
    pub kind: EntryKind,
    /// Of which donation; none for what a gateway moved without one, for what was paid in at the bank, and for what a platform
    /// paid out.
    pub donation: Option<DonationId>,
    /// Of which refund or dispute of it, or which movement, deposit or line of the bank.
    pub about: Option<String>,
    /// When the money moved, by the gateway's clock.
    pub happened_at: DateTime<Utc>,
    /// When it was written here.
    pub recorded_at: DateTime<Utc>,
    /// Its lines; their sum is zero.
    pub lines: Vec<Posting>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = entries)]
struct EntryRow {
    id: String,
    kind: String,
    donation_id: Option<String>,
    refund_id: Option<String>,
    dispute_id: Option<String>,
    movement_id: Option<String>,
    deposit_id: Option<String>,
    bank_line_id: Option<String>,
    happened_at: NaiveDateTime,
    recorded_at: NaiveDateTime,
}

type LineRow = (String, String, String, i64);

/// Up to `limit` entries, the latest first.
pub fn page(conn: &mut Conn, sought: &Sought, limit: i64) -> Result<Vec<Written>, StoreError> {
    let mut rows = entries::table.select(EntryRow::as_select()).into_boxed();
    if let Some(account) = sought.account {
        let of_account = postings::table
            .filter(postings::entry_id.eq(entries::id))
            .filter(postings::account.eq(account.to_string()));
        rows = rows.filter(exists(of_account));
    }
    if let Some(kind) = sought.kind {
        rows = rows.filter(entries::kind.eq(kind.as_str()));
    }
    if let Some(donation) = sought.donation {
        rows = rows.filter(entries::donation_id.eq(donation.to_string()));
    }
    if let Some(from) = sought.from {
        rows = rows.filter(entries::recorded_at.ge(from));
    }
    if let Some(to) = sought.to {
        rows = rows.filter(entries::recorded_at.lt(to));
    }
    if let Some((at, id)) = &sought.after {
        // The first condition is what an index can go by.
        let behind = entries::recorded_at.lt(*at).or(entries::id.lt(id.clone()));
        rows = rows.filter(entries::recorded_at.le(*at)).filter(behind);
    }
    let rows = rows.order((entries::recorded_at.desc(), entries::id.desc())).limit(limit).load(conn)?;
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let lines: Vec<LineRow> = postings::table
        .filter(postings::entry_id.eq_any(&ids))
        .order((postings::entry_id, postings::line))
        .select((postings::entry_id, postings::account, postings::currency, postings::amount_minor))
        .load(conn)?;
    rows.iter().map(|row| written(row, &lines)).collect()
}

fn written(entry: &EntryRow, lines: &[LineRow]) -> Result<Written, StoreError> {
    let row = Row { table: "ledger_entries", id: &entry.id };
    let own = lines.iter().filter(|(id, ..)| *id == entry.id);
    let lines = own.map(|(_, account, currency, minor)| {
        Ok(Posting { account: row.parse(account)?, amount: row.money(*minor, currency)? })
    });
    Ok(Written {
        id: row.parse(&entry.id)?,
        kind: row.word(EntryKind::parse, &entry.kind)?,
        donation: row.parse_option(entry.donation_id.as_deref())?,
        about: [
            &entry.refund_id,
            &entry.dispute_id,
            &entry.movement_id,
            &entry.deposit_id,
            &entry.bank_line_id,
        ]
        .into_iter()
        .flatten()
        .next()
        .cloned(),
        happened_at: utc(entry.happened_at),
        recorded_at: utc(entry.recorded_at),
        lines: lines.collect::<Result<_, StoreError>>()?,
    })
}
