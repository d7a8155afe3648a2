//! The log of what was done by whom. Rows are added at its end and never touched again.

use super::dialect::on_each;
use super::row::{one, utc};
use super::schema::{audit_head, audit_log};
use super::steady::Steadily as _;
use super::{Conn, StoreError, Tx};
use crate::domain::audit::{Action, Actor, AuditRow, first_break};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

/// Rows that are held against their seals at a time.
const PAGE_ROWS: i64 = 1_000;

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_log)]
struct LogRow {
    number: i64,
    at: NaiveDateTime,
    actor_kind: String,
    actor_id: Option<String>,
    action: String,
    subject: String,
    detail: String,
    hash: String,
}

impl From<LogRow> for AuditRow {
    fn from(row: LogRow) -> Self {
        Self {
            number: row.number,
            at: utc(row.at),
            actor_kind: row.actor_kind,
            actor_id: row.actor_id,
            action: row.action,
            subject: row.subject,
            detail: row.detail,
            hash: row.hash,
        }
    }
}

/// What is to be written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Who.
    pub actor: Actor,
    /// What.
    pub action: Action,
    /// To what: an id, or a name of our own.
    pub subject: String,
    /// JSON.
    pub detail: String,
    /// When, to the microsecond.
    pub at: DateTime<Utc>,
}

/// Writes a row behind the last one, and returns its number. Whoever does waits for whoever did before until that
/// transaction ends.
pub fn append(tx: &mut Tx<'_>, entry: Entry) -> Result<i64, StoreError> {
    let (last, before) = held_end(tx)?;
    let mut row = AuditRow {
        number: last + 1,
        at: micros(entry.at),
        actor_kind: entry.actor.kind().to_owned(),
        actor_id: entry.actor.id(),
        action: entry.action.as_str().to_owned(),
        subject: entry.subject,
        detail: entry.detail,
        hash: String::new(),
    };
    row.hash = row.seal(&before);
    let inserted = diesel::insert_into(audit_log::table)
        .values((
            audit_log::number.eq(row.number),
            audit_log::at.eq(row.at.naive_utc()),
            audit_log::actor_kind.eq(&row.actor_kind),
            audit_log::actor_id.eq(&row.actor_id),
            audit_log::action.eq(&row.action),
            audit_log::subject.eq(&row.subject),
            audit_log::detail.eq(&row.detail),
            audit_log::hash.eq(&row.hash),
        ))
        .execute(&mut **tx)?;
    one(inserted)?;
    let end = (audit_head::number.eq(row.number), audit_head::hash.eq(&row.hash));
    one(diesel::update(audit_head::table.find(1)).set(end).steadily().execute(&mut **tx)?)?;
    Ok(row.number)
}

/// The row with a number.
pub fn get(conn: &mut Conn, number: i64) -> Result<AuditRow, StoreError> {
    let row = audit_log::table.find(number).select(LogRow::as_select());
    Ok(row.get_result(conn)?.into())
}

/// Makes everybody else who writes to the log wait until this transaction ends.
pub fn hold(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    held_end(tx).map(drop)
}

/// The number and the seal of the last row, behind which nobody else writes until this transaction ends.
fn held_end(tx: &mut Tx<'_>) -> Result<(i64, String), StoreError> {
    // A change that changes nothing locks the row on PostgreSQL as well.
    let same = audit_head::number.eq(audit_head::number);
    let held = diesel::update(audit_head::table.find(1))
        .set(same)
        .returning((audit_head::number, audit_head::hash))
        .steadily()
        .get_result(&mut **tx)
        .optional()?;
    if let Some(end) = held {
        return Ok(end);
    }
    let begin = (audit_head::id.eq(1), audit_head::number.eq(0), audit_head::hash.eq(""));
    let insert = diesel::insert_into(audit_head::table).values(begin);
    // Another process may have begun the log in this moment.
    let held = on_each!(tx, |c| insert.on_conflict(audit_head::id).do_update().set(same).execute(c))?;
    one(held)?;
    end(tx)
}

/// The number and the seal of the last row.
fn end(conn: &mut Conn) -> Result<(i64, String), StoreError> {
    let row = audit_head::table.find(1).select((audit_head::number, audit_head::hash));
    Ok(row.get_result(conn).optional()?.unwrap_or_default())
}

/// What both databases keep of a time.
fn micros(time: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(time.timestamp_micros()).unwrap_or(time)
}

/// Rows with a number above `after`, in their order.
pub fn page(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
    let rows = audit_log::table
        .filter(audit_log::number.gt(after))
        .order(audit_log::number)
        .limit(limit)
        .select(LogRow::as_select());
    Ok(rows.load(conn)?.into_iter().map(AuditRow::from).collect())
}

/// What was done to something, the latest first.
pub fn of_subject(conn: &mut Conn, subject: &str) -> Result<Vec<AuditRow>, StoreError> {
    let rows = audit_log::table
        .filter(audit_log::subject.eq(subject))
        .order(audit_log::number.desc())
        .select(LogRow::as_select());
    Ok(rows.load(conn)?.into_iter().map(AuditRow::from).collect())
}

/// Holds each row against its seal and the last against the end that is on record; the number of the first that does
/// not fit.
pub fn first_broken(conn: &mut Conn) -> Result<Option<i64>, StoreError> {
    let mut last = (0, String::new());
    loop {
        let rows = page(conn, last.0, PAGE_ROWS)?;
        if let Some(number) = first_break(&rows, last.clone()) {
            return Ok(Some(number));
        }
        match rows.last() {
            Some(row) => last = (row.number, row.hash.clone()),
            None => break,
        }
    }
    Ok(if end(conn)? == last { None } else { Some(last.0 + 1) })
}
