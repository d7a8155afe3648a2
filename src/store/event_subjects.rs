//! Which donation or pledge an event of a gateway told of: for people who want to see what was really said.

use super::dialect::on_each;
use super::row::{Row, utc};
use super::schema::{event_subjects, inbox};
use super::{Conn, StoreError, Tx};
use crate::domain::ids::InboxId;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

/// Notes what an event told of. Again changes nothing.
pub fn note(tx: &mut Tx<'_>, event: InboxId, subject: &str) -> Result<(), StoreError> {
    let row = (event_subjects::subject.eq(subject), event_subjects::event_id.eq(event.to_string()));
    on_each!(tx, |c| diesel::insert_into(event_subjects::table)
        .values(row.clone())
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

/// What an event told of.
pub fn of_event(conn: &mut Conn, event: InboxId) -> Result<Vec<String>, StoreError> {
    Ok(event_subjects::table
        .filter(event_subjects::event_id.eq(event.to_string()))
        .order(event_subjects::subject)
        .select(event_subjects::subject)
        .load(conn)?)
}

/// An event that told of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Its id here.
    pub id: InboxId,
    /// The gateway's id of it.
    pub event_id: String,
    /// Who sent it.
    pub gateway: String,
    /// received, processed, ignored or parked.
    pub status: String,
    /// The verified bytes.
    pub body: Vec<u8>,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
}

/// The first `limit` events that told of something, the oldest first.
pub fn events_of(conn: &mut Conn, subjects: &[String], limit: i64) -> Result<Vec<Told>, StoreError> {
    type Columns = (String, String, String, String, Vec<u8>, NaiveDateTime);
    let told = event_subjects::table
        .filter(event_subjects::subject.eq_any(subjects))
        .select(event_subjects::event_id);
    let rows: Vec<Columns> = inbox::table
        .filter(inbox::id.eq_any(told))
        .order(inbox::id)
        .limit(limit)
        .select((inbox::id, inbox::event_id, inbox::gateway, inbox::status, inbox::body, inbox::received_at))
        .load(conn)?;
    let told = |(id, event_id, gateway, status, body, received_at): Columns| {
        let row = Row { table: "inbox", id: &id };
        Ok(Told { id: row.parse(&id)?, event_id, gateway, status, body, received_at: utc(received_at) })
    };
    rows.into_iter().map(told).collect()
}
