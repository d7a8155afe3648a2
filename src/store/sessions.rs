//! Signed-in browsers. The cookie's text is not here, only its hash.

use super::row::{Row, one, utc};
use super::schema::sessions;
use super::{Conn, StoreError, Tx};
use crate::domain::account::Session;
use crate::domain::ids::{DonorId, SessionId};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
struct SessionRow {
    id: String,
    donor_id: String,
    browser: String,
    created_at: NaiveDateTime,
    seen_at: NaiveDateTime,
    expires_at: NaiveDateTime,
}

impl SessionRow {
    fn into_domain(self) -> Result<Session, StoreError> {
        let row = Row { table: "sessions", id: &self.id };
        Ok(Session {
            id: row.parse(&self.id)?,
            donor: row.parse(&self.donor_id)?,
            created_at: utc(self.created_at),
            seen_at: utc(self.seen_at),
            expires_at: utc(self.expires_at),
            browser: self.browser,
        })
    }
}

/// Adds a session.
pub fn insert(tx: &mut Tx<'_>, session: &Session, token_hash: &str) -> Result<(), StoreError> {
    let inserted = diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(session.id.to_string()),
            sessions::donor_id.eq(session.donor.to_string()),
            sessions::token_hash.eq(token_hash),
            sessions::browser.eq(&session.browser),
            sessions::created_at.eq(session.created_at.naive_utc()),
            sessions::seen_at.eq(session.seen_at.naive_utc()),
            sessions::expires_at.eq(session.expires_at.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

/// The session whose cookie has this hash.
pub fn find_by_token(conn: &mut Conn, token_hash: &str) -> Result<Option<Session>, StoreError> {
    let row = sessions::table.filter(sessions::token_hash.eq(token_hash)).select(SessionRow::as_select());
    row.get_result(conn).optional()?.map(SessionRow::into_domain).transpose()
}

/// The sessions of a donor, the last visited first.
pub fn of_donor(conn: &mut Conn, donor: DonorId) -> Result<Vec<Session>, StoreError> {
    let rows = sessions::table
        .filter(sessions::donor_id.eq(donor.to_string()))
        .order((sessions::seen_at.desc(), sessions::id.desc()))
        .select(SessionRow::as_select());
    rows.load(conn)?.into_iter().map(SessionRow::into_domain).collect()
}

/// Notes a visit. Time never goes back.
pub fn touch(tx: &mut Tx<'_>, id: SessionId, seen_at: DateTime<Utc>) -> Result<(), StoreError> {
    let earlier = sessions::table.find(id.to_string()).filter(sessions::seen_at.lt(seen_at.naive_utc()));
    diesel::update(earlier).set(sessions::seen_at.eq(seen_at.naive_utc())).execute(&mut **tx)?;
    Ok(())
}

/// Ends one session of a donor. False if they have none of this id.
pub fn end(tx: &mut Tx<'_>, donor: DonorId, id: SessionId) -> Result<bool, StoreError> {
    let theirs = sessions::table.find(id.to_string()).filter(sessions::donor_id.eq(donor.to_string()));
    Ok(diesel::delete(theirs).execute(&mut **tx)? == 1)
}

/// Ends every session of a donor; returns how many.
pub fn end_all(tx: &mut Tx<'_>, donor: DonorId) -> Result<usize, StoreError> {
    let theirs = sessions::table.filter(sessions::donor_id.eq(donor.to_string()));
    Ok(diesel::delete(theirs).execute(&mut **tx)?)
}

/// Forgets sessions that are over; returns how many.
pub fn remove_ended(tx: &mut Tx<'_>, now: DateTime<Utc>, idle: TimeDelta) -> Result<usize, StoreError> {
    let over = sessions::expires_at.le(now.naive_utc()).or(sessions::seen_at.le((now - idle).naive_utc()));
    Ok(diesel::delete(sessions::table.filter(over)).execute(&mut **tx)?)
}
