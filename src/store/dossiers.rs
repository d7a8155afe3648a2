//! What pages about one thing need and nothing else does: all that happened to it, as it stands on record.

use super::row::{Row, utc};
use super::schema::{attempts, inbox, jobs, ledger_entries, ledger_postings, reviews};
use super::{Conn, StoreError};
use crate::domain::ids::{DonationId, DonorId, InboxId, JobId, PledgeId};
use crate::domain::money::Money;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

/// A call to a gateway, in the words of the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Id of the attempt.
    pub id: String,
    /// Who was called.
    pub gateway: String,
    /// started, accepted, refused or unknown.
    pub outcome: String,
    /// The gateway's name of it.
    pub remote: Option<String>,
    /// The gateway's reason.
    pub code: Option<String>,
    /// When it was begun.
    pub began_at: DateTime<Utc>,
    /// When its outcome was learned last.
    pub changed_at: DateTime<Utc>,
}

/// The calls for a pledge, the earliest first.
pub fn calls(conn: &mut Conn, pledge: PledgeId) -> Result<Vec<Call>, StoreError> {
    type Columns = (String, String, String, Option<String>, Option<String>, NaiveDateTime, NaiveDateTime);
    let rows: Vec<Columns> = attempts::table
        .filter(attempts::pledge_id.eq(pledge.to_string()))
        .order(attempts::id)
        .select((
            attempts::id,
            attempts::gateway,
            attempts::outcome,
            attempts::remote_id,
            attempts::code,
            attempts::created_at,
            attempts::updated_at,
        ))
        .load(conn)?;
    let call = |(id, gateway, outcome, remote, code, began_at, changed_at): Columns| Call {
        id,
        gateway,
        outcome,
        remote,
        code,
        began_at: utc(began_at),
        changed_at: utc(changed_at),
    };
    Ok(rows.into_iter().map(call).collect())
}

/// An entry of the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// Its id.
    pub id: String,
    /// donation, fee, refund or dispute.
    pub kind: String,
    /// When the money moved.
    pub happened_at: DateTime<Utc>,
    /// When it was written.
    pub recorded_at: DateTime<Utc>,
    /// Its lines: account and amount.
    pub lines: Vec<(String, Money)>,
}

/// The entries of a donation, in their order.
pub fn entries(conn: &mut Conn, donation: DonationId) -> Result<Vec<LedgerEntry>, StoreError> {
    type Columns = (String, String, NaiveDateTime, NaiveDateTime, String, i64, String);
    let rows: Vec<Columns> = ledger_entries::table
        .inner_join(ledger_postings::table)
        .filter(ledger_entries::donation_id.eq(donation.to_string()))
        .order((ledger_entries::sequence, ledger_postings::line))
        .select((
            ledger_entries::id,
            ledger_entries::kind,
            ledger_entries::happened_at,
            ledger_entries::recorded_at,
            ledger_postings::account,
            ledger_postings::amount_minor,
            ledger_postings::currency,
        ))
        .load(conn)?;
    let mut entries: Vec<LedgerEntry> = Vec::new();
    for (id, kind, happened_at, recorded_at, account, minor, currency) in rows {
        let line = (account, Row { table: "ledger_postings", id: &id }.money(minor, &currency)?);
        match entries.last_mut().filter(|entry| entry.id == id) {
            Some(entry) => entry.lines.push(line),
            None => entries.push(LedgerEntry {
                id,
                kind,
                happened_at: utc(happened_at),
                recorded_at: utc(recorded_at),
                lines: vec![line],
            }),
        }
    }
    Ok(entries)
}

/// A question that was raised about something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What is doubtful.
    pub kind: String,
    /// In a sentence.
    pub detail: String,
    /// When it was raised.
    pub raised_at: DateTime<Utc>,
    /// When somebody had looked.
    pub answered_at: Option<DateTime<Utc>>,
}

/// The questions about any of these, the earliest first.
pub fn questions(conn: &mut Conn, subjects: &[String]) -> Result<Vec<Question>, StoreError> {
    let rows: Vec<(String, String, NaiveDateTime, Option<NaiveDateTime>)> = reviews::table
        .filter(reviews::subject.eq_any(subjects))
        .order(reviews::id)
        .select((reviews::kind, reviews::detail, reviews::created_at, reviews::resolved_at))
        .load(conn)?;
    let question = |(kind, detail, raised, answered): (_, _, NaiveDateTime, Option<NaiveDateTime>)| {
        Question { kind, detail, raised_at: utc(raised), answered_at: answered.map(utc) }
    };
    Ok(rows.into_iter().map(question).collect())
}

/// A job with everything on record about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRecord {
    /// Its id.
    pub id: String,
    /// What it does.
    pub kind: String,
    /// JSON: to what.
    pub payload: String,
    /// What makes two of them one.
    pub unique_key: Option<String>,
    /// pending, running, done or failed.
    pub status: String,
    /// When it is or was due.
    pub run_at: DateTime<Utc>,
    /// How often it was taken up.
    pub attempt: i64,
    /// Failures in a row.
    pub failures: i64,
    /// Why it failed last.
    pub last_error: Option<String>,
    /// When it was ordered.
    pub created_at: DateTime<Utc>,
    /// When it was done.
    pub finished_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = jobs)]
struct JobRow {
    id: String,
    kind: String,
    payload: String,
    unique_key: Option<String>,
    status: String,
    run_at: NaiveDateTime,
    attempt: i64,
    failures: i64,
    last_error: Option<String>,
    created_at: NaiveDateTime,
    finished_at: Option<NaiveDateTime>,
}

impl From<JobRow> for JobRecord {
    fn from(row: JobRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            payload: row.payload,
            unique_key: row.unique_key,
            status: row.status,
            run_at: utc(row.run_at),
            attempt: row.attempt,
            failures: row.failures,
            last_error: row.last_error,
            created_at: utc(row.created_at),
            finished_at: row.finished_at.map(utc),
        }
    }
}

/// The job with this id.
pub fn job(conn: &mut Conn, id: JobId) -> Result<Option<JobRecord>, StoreError> {
    let row = jobs::table.find(id.to_string()).select(JobRow::as_select());
    Ok(row.get_result(conn).optional()?.map(JobRecord::from))
}

/// The jobs that have these keys, the earliest first. Those that were done long ago are cleared away.
pub fn jobs_named(conn: &mut Conn, keys: &[String]) -> Result<Vec<JobRecord>, StoreError> {
    let rows = jobs::table.filter(jobs::unique_key.eq_any(keys)).order(jobs::id).select(JobRow::as_select());
    Ok(rows.load(conn)?.into_iter().map(JobRecord::from).collect())
}

/// An event with everything on record about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRecord {
    /// Its id here.
    pub id: InboxId,
    /// Who sent it.
    pub gateway: String,
    /// The gateway's id of it.
    pub event_id: String,
    /// The verified bytes; empty once they are kept no longer.
    pub body: Vec<u8>,
    /// received, processed, ignored or parked.
    pub status: String,
    /// Why it was ignored or parked.
    pub note: Option<String>,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
    /// When it was taken into the books.
    pub processed_at: Option<DateTime<Utc>>,
}

/// The event with this id.
pub fn event(conn: &mut Conn, id: InboxId) -> Result<Option<EventRecord>, StoreError> {
    type Columns = (String, String, Vec<u8>, String, Option<String>, NaiveDateTime, Option<NaiveDateTime>);
    let row: Option<Columns> = inbox::table
        .find(id.to_string())
        .select((
            inbox::gateway,
            inbox::event_id,
            inbox::body,
            inbox::status,
            inbox::note,
            inbox::received_at,
            inbox::processed_at,
        ))
        .get_result(conn)
        .optional()?;
    Ok(row.map(|(gateway, event_id, body, status, note, received_at, processed_at)| EventRecord {
        id,
        gateway,
        event_id,
        body,
        status,
        note,
        received_at: utc(received_at),
        processed_at: processed_at.map(utc),
    }))
}

/// What somebody gave in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// How often.
    pub gifts: i64,
    /// How much, before anything went back.
    pub gross: Money,
    /// How much went back to them.
    pub back: Money,
}

#[derive(QueryableByName)]
struct GivenRow {
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    gifts: i64,
    #[diesel(sql_type = BigInt)]
    gross: i64,
    #[diesel(sql_type = BigInt)]
    back: i64,
}

/// What a donor gave, by currency.
pub fn given(conn: &mut Conn, donor: DonorId) -> Result<Vec<Given>, StoreError> {
    const GIVEN: &str = "SELECT currency, COUNT(*) AS gifts, CAST(SUM(gross_minor) AS BIGINT) AS gross, \
         CAST(SUM(refunded_minor + lost_minor) AS BIGINT) AS back FROM donations \
         WHERE donor_id = $1 AND received_at IS NOT NULL GROUP BY currency ORDER BY currency";
    let id = donor.to_string();
    let rows: Vec<GivenRow> = diesel::sql_query(GIVEN).bind::<Text, _>(&id).load(conn)?;
    let row = Row { table: "donations", id: &id };
    rows.into_iter()
        .map(|found| {
            Ok(Given {
                gifts: found.gifts,
                gross: row.money(found.gross, &found.currency)?,
                back: row.money(found.back, &found.currency)?,
            })
        })
        .collect()
}
