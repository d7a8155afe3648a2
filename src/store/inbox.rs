//! The inbox: webhook events as they came. That they came is kept for good, what they said for a time.

use super::dialect::on_each;
use super::intake::Outcome;
use super::row::{Row, one, to_json, utc};
use super::schema::inbox;
use super::steady::Steadily as _;
use super::{Conn, Db, StoreError, Tx, jobs};
use crate::domain::ids::{InboxId, JobId};
use crate::domain::job::Job;
use crate::domain::member::Sender;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Binary, Nullable, Text, Timestamp};
use std::collections::HashSet;

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

/// An event at the door, with the id of the job that will process it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The event.
    pub event: Stored,
    /// The job.
    pub job: JobId,
}

impl Arrival {
    fn job(&self) -> Job {
        Job::ProcessWebhook { event: self.event.id }
    }
}

/// Stores an event with its job, which is due at once. False if it was stored before.
pub fn insert(tx: &mut Tx<'_>, arrival: &Arrival) -> Result<bool, StoreError> {
    Ok(!insert_all(tx, &[arrival])?.is_empty())
}

/// Stores events with their jobs, and returns the ids of the jobs of those that were not here before.
///
/// Two that do so at once with the same events on PostgreSQL wait for each other in a circle unless both have them in the same order.
pub(super) fn insert_all(tx: &mut Tx<'_>, arrivals: &[&Arrival]) -> Result<HashSet<String>, StoreError> {
    if let Conn::Postgres(c) = &mut **tx {
        let enqueued = insert_together(c, arrivals)?;
        tx.ring_after_commit();
        return Ok(enqueued);
    }
    let mut enqueued = HashSet::new();
    for arrival in arrivals {
        let event = &arrival.event;
        if insert_alone(tx, event)? {
            jobs::enqueue(tx, arrival.job, &arrival.job(), event.received_at, event.received_at)?;
            enqueued.insert(arrival.job.to_string());
        }
    }
    Ok(enqueued)
}

impl Db {
    /// Stores an event as [`insert`] does. Once this returns `Ok`, it is on disk. False if it was stored before.
    ///
    /// # Errors
    /// It could not be stored, or nobody knows whether it was: the same event may be taken in again.
    pub async fn take_in(&self, arrival: Arrival) -> Result<bool, StoreError> {
        let outcome = match &self.intake {
            Some(intake) => intake.take_in(arrival).await?,
            None => Outcome::Alone(arrival),
        };
        match outcome {
            Outcome::Stored { is_new } => Ok(is_new),
            Outcome::Alone(arrival) => self.write(move |tx| insert(tx, &arrival)).await,
        }
    }
}

/// Events and jobs by one statement: a trip to the server for all of them instead of two for each.
const EVENTS_AND_JOBS: &str = "WITH came AS ( \
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::timestamp[], $6::text[], $7::text[], \
        $8::text[], $9::text[]) AS one (id, gateway, event_id, body, received_at, job, kind, payload, unique_key)), \
    event AS ( \
    INSERT INTO inbox (id, gateway, event_id, body, status, received_at) \
    SELECT id, gateway, event_id, body, 'received', received_at FROM came ON CONFLICT DO NOTHING RETURNING id) \
    INSERT INTO jobs (id, kind, payload, unique_key, status, run_at, attempt, failures, created_at) \
    SELECT job, kind, payload, unique_key, 'pending', received_at, 0, 0, received_at \
    FROM came JOIN event USING (id) RETURNING jobs.id";

fn insert_together(c: &mut PgConnection, arrivals: &[&Arrival]) -> Result<HashSet<String>, StoreError> {
    let events = || arrivals.iter().map(|arrival| &arrival.event);
    let jobs: Vec<Job> = arrivals.iter().map(|arrival| arrival.job()).collect();
    let payloads: Vec<String> = jobs.iter().map(to_json).collect::<Result<_, _>>()?;
    let statement = diesel::sql_query(EVENTS_AND_JOBS)
        .bind::<Array<Text>, _>(events().map(|event| event.id.to_string()).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(events().map(|event| event.sender.as_str()).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(events().map(|event| event.event_id.as_str()).collect::<Vec<_>>())
        .bind::<Array<Binary>, _>(events().map(|event| event.body.as_slice()).collect::<Vec<_>>())
        .bind::<Array<Timestamp>, _>(events().map(|event| event.received_at.naive_utc()).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(arrivals.iter().map(|arrival| arrival.job.to_string()).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(jobs.iter().map(Job::kind).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(payloads)
        .bind::<Array<Nullable<Text>>, _>(jobs.iter().map(Job::unique_key).collect::<Vec<_>>())
        .steadily();
    let enqueued: Vec<Enqueued> = statement.load(c)?;
    Ok(enqueued.into_iter().map(|job| job.id).collect())
}

#[derive(QueryableByName)]
struct Enqueued {
    #[diesel(sql_type = Text)]
    id: String,
}

fn insert_alone(tx: &mut Tx<'_>, event: &Stored) -> Result<bool, StoreError> {
    let inserted = on_each!(tx, |c| diesel::insert_into(inbox::table)
        .values((
            inbox::id.eq(event.id.to_string()),
            inbox::gateway.eq(event.sender.as_str()),
            inbox::event_id.eq(&event.event_id),
            inbox::body.eq(&event.body),
            inbox::status.eq("received"),
            inbox::received_at.eq(event.received_at.naive_utc()),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
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
