//! The inbox: webhook events as they came. That they came is kept for good, what they said for a time.

use super::row::{Row, one, to_json, utc};
use super::schema::inbox;
use super::steady::Steadily as _;
use super::{Conn, Db, StoreError, Tx, jobs};
use crate::domain::ids::{InboxId, JobId};
use crate::domain::job::Job;
use crate::domain::member::Sender;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Binary, Nullable, Text, Timestamp};

/// A stored event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its id here.
    pub id: InboxId,
    /// Who sent it.
    pub sender: Sender,
    /// The gateway's id of it.
    pub event_id: String,
    /// The verified bytes.
    pub body: Vec<u8>,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
}

/// What came of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Its facts are in the books.
    Processed,
    /// It is of no concern.
    Ignored,
    /// It concerns money that nobody here knows: a person must look.
    Parked,
}

impl Fate {
    fn as_str(self) -> &'static str {
        match self {
            Self::Processed => "processed",
            Self::Ignored => "ignored",
            Self::Parked => "parked",
        }
    }
}

/// Stores an event with the job that processes it, due at once. False if it was stored before.
pub fn insert(tx: &mut Tx<'_>, event: &Stored, job: JobId) -> Result<bool, StoreError> {
    let process = Job::ProcessWebhook { event: event.id };
    let Conn::Sqlite(c) = &mut **tx else { return insert_with_job(tx, event, job, &process) };
    let is_new = insert_alone(c, event)?;
    if is_new {
        jobs::enqueue(tx, job, &process, event.received_at, event.received_at)?;
    }
    Ok(is_new)
}

impl Db {
    /// Stores an event as [`insert`] does, in a transaction of its own. Once this returns `Ok`, it is on disk.
    ///
    /// # Errors
    /// It could not be stored, or nobody knows whether it was: the same event may be taken in again.
    pub async fn take_in(&self, event: Stored, job: JobId) -> Result<bool, StoreError> {
        self.write_statement(move |tx| insert(tx, &event, job)).await
    }
}

/// Both rows in one trip to the server; four otherwise, with the words around a transaction.
const EVENT_AND_JOB: &str = "WITH event AS ( \
    INSERT INTO inbox (id, gateway, event_id, body, status, received_at) VALUES ($1, $2, $3, $4, 'received', $5) \
    ON CONFLICT DO NOTHING RETURNING received_at) \
    INSERT INTO jobs (id, kind, payload, unique_key, status, run_at, attempt, failures, created_at) \
    SELECT $6, $7, $8, $9, 'pending', received_at, 0, 0, received_at FROM event";

fn insert_with_job(tx: &mut Tx<'_>, event: &Stored, job: JobId, process: &Job) -> Result<bool, StoreError> {
    let enqueued = diesel::sql_query(EVENT_AND_JOB)
        .bind::<Text, _>(event.id.to_string())
        .bind::<Text, _>(event.sender.as_str())
        .bind::<Text, _>(&event.event_id)
        .bind::<Binary, _>(&event.body)
        .bind::<Timestamp, _>(event.received_at.naive_utc())
        .bind::<Text, _>(job.to_string())
        .bind::<Text, _>(process.kind())
        .bind::<Text, _>(to_json(process)?)
        .bind::<Nullable<Text>, _>(process.unique_key())
        .steadily()
        .execute(&mut **tx)?;
    tx.ring_after_commit();
    Ok(enqueued == 1)
}

fn insert_alone(c: &mut SqliteConnection, event: &Stored) -> Result<bool, StoreError> {
    let inserted = diesel::insert_into(inbox::table)
        .values((
            inbox::id.eq(event.id.to_string()),
            inbox::gateway.eq(event.sender.as_str()),
            inbox::event_id.eq(&event.event_id),
            inbox::body.eq(&event.body),
            inbox::status.eq("received"),
            inbox::received_at.eq(event.received_at.naive_utc()),
        ))
        .on_conflict_do_nothing()
        .execute(c)?;
    Ok(inserted == 1)
}

/// The event that a sender gave this id, if it is here.
pub fn find(conn: &mut Conn, sender: Sender, event_id: &str) -> Result<Option<InboxId>, StoreError> {
    let id: Option<String> = inbox::table
        .filter(inbox::gateway.eq(sender.as_str()).and(inbox::event_id.eq(event_id)))
        .select(inbox::id)
        .get_result(conn)
        .optional()?;
    id.map(|id| Row { table: "inbox", id: &id }.parse(&id)).transpose()
}

/// The event with this id.
pub fn get(conn: &mut Conn, id: InboxId) -> Result<Stored, StoreError> {
    type Columns = (String, String, Vec<u8>, NaiveDateTime);
    let text = id.to_string();
    let (gateway, event_id, body, received_at): Columns = inbox::table
        .find(&text)
        .select((inbox::gateway, inbox::event_id, inbox::body, inbox::received_at))
        .get_result(conn)?;
    let row = Row { table: "inbox", id: &text };
    Ok(Stored {
        id,
        sender: row.word(Sender::parse, &gateway)?,
        event_id,
        body,
        received_at: utc(received_at),
    })
}

/// Writes down what came of an event.
pub fn set_fate(
    tx: &mut Tx<'_>,
    id: InboxId,
    fate: Fate,
    note: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let changed = diesel::update(inbox::table.find(id.to_string()))
        .set((
            inbox::status.eq(fate.as_str()),
            inbox::note.eq(note),
            inbox::processed_at.eq(Some(now.naive_utc())),
        ))
        .steadily()
        .execute(&mut **tx)?;
    one(changed)
}

/// When a sender was last heard of.
pub fn last_heard(conn: &mut Conn, sender: Sender) -> Result<Option<DateTime<Utc>>, StoreError> {
    let last: Option<NaiveDateTime> = inbox::table
        .filter(inbox::gateway.eq(sender.as_str()))
        .select(diesel::dsl::max(inbox::received_at))
        .get_result(conn)?;
    Ok(last.map(utc))
}

/// An event as operators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its id here.
    pub id: String,
    /// Who sent it.
    pub gateway: String,
    /// The gateway's id of it.
    pub event_id: String,
    /// received, processed, ignored or parked.
    pub status: String,
    /// Why it was ignored or parked.
    pub note: Option<String>,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
}

/// The latest events first; only those in one status if it is given.
pub fn list(conn: &mut Conn, status: Option<&str>, limit: i64) -> Result<Vec<Listed>, StoreError> {
    type Columns = (String, String, String, String, Option<String>, NaiveDateTime);
    let mut rows = inbox::table.into_boxed();
    if let Some(status) = status {
        rows = rows.filter(inbox::status.eq(status.to_owned()));
    }
    let rows: Vec<Columns> = rows
        .order(inbox::id.desc())
        .limit(limit)
        .select((inbox::id, inbox::gateway, inbox::event_id, inbox::status, inbox::note, inbox::received_at))
        .load(conn)?;
    let listed = |(id, gateway, event_id, status, note, received_at): Columns| Listed {
        id,
        gateway,
        event_id,
        status,
        note,
        received_at: utc(received_at),
    };
    Ok(rows.into_iter().map(listed).collect())
}

/// Whether it is still kept what the event with this id said; none without such an event.
pub fn is_whole(conn: &mut Conn, id: InboxId) -> Result<Option<bool>, StoreError> {
    Ok(inbox::table.find(id.to_string()).select(inbox::purged_at.is_null()).get_result(conn).optional()?)
}
