//! Browsers in which staff are signed in. The cookie's text is not here, only its hash.

use super::row::{Row, one, utc};
use super::schema::staff_sessions;
use super::{Conn, StoreError, Tx};
use crate::domain::ids::{StaffId, StaffSessionId};
use crate::domain::staff::{StaffSession, Stage};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;

#[derive(Queryable, Selectable)]
#[diesel(table_name = staff_sessions)]
struct SessionRow {
    id: String,
    staff_id: String,
    stage: String,
    browser: String,
    created_at: NaiveDateTime,
    seen_at: NaiveDateTime,
    proved_at: NaiveDateTime,
    expires_at: NaiveDateTime,
}

impl SessionRow {
    fn into_domain(self) -> Result<StaffSession, StoreError> {
        let row = Row { table: "staff_sessions", id: &self.id };
        Ok(StaffSession {
            id: row.parse(&self.id)?,
            staff: row.parse(&self.staff_id)?,
            stage: row.word(Stage::parse, &self.stage)?,
            created_at: utc(self.created_at),
            seen_at: utc(self.seen_at),
            proved_at: utc(self.proved_at),
            expires_at: utc(self.expires_at),
            browser: self.browser,
        })
    }
}

/// Adds a session.
pub fn insert(tx: &mut Tx<'_>, session: &StaffSession, token_hash: &str) -> Result<(), StoreError> {
    let inserted = diesel::insert_into(staff_sessions::table)
        .values((
            staff_sessions::id.eq(session.id.to_string()),
            staff_sessions::staff_id.eq(session.staff.to_string()),
            staff_sessions::token_hash.eq(token_hash),
            staff_sessions::stage.eq(session.stage.as_str()),
            staff_sessions::browser.eq(&session.browser),
            staff_sessions::created_at.eq(session.created_at.naive_utc()),
            staff_sessions::seen_at.eq(session.seen_at.naive_utc()),
            staff_sessions::proved_at.eq(session.proved_at.naive_utc()),
            staff_sessions::expires_at.eq(session.expires_at.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

/// The session whose cookie has this hash.
pub fn find_by_token(conn: &mut Conn, token_hash: &str) -> Result<Option<StaffSession>, StoreError> {
    let row = staff_sessions::table
        .filter(staff_sessions::token_hash.eq(token_hash))
        .select(SessionRow::as_select());
    row.get_result(conn).optional()?.map(SessionRow::into_domain).transpose()
}

/// The sessions of somebody, the last visited first.
pub fn of_member(conn: &mut Conn, staff: StaffId) -> Result<Vec<StaffSession>, StoreError> {
    let rows = staff_sessions::table
        .filter(staff_sessions::staff_id.eq(staff.to_string()))
        .order((staff_sessions::seen_at.desc(), staff_sessions::id.desc()))
        .select(SessionRow::as_select());
    rows.load(conn)?.into_iter().map(SessionRow::into_domain).collect()
}

/// Notes a visit. Time never goes back.
pub fn touch(tx: &mut Tx<'_>, id: StaffSessionId, at: DateTime<Utc>) -> Result<(), StoreError> {
    let earlier =
        staff_sessions::table.find(id.to_string()).filter(staff_sessions::seen_at.lt(at.naive_utc()));
    diesel::update(earlier).set(staff_sessions::seen_at.eq(at.naive_utc())).execute(&mut **tx)?;
    Ok(())
}

/// Notes that somebody proved to be there.
pub fn prove(tx: &mut Tx<'_>, id: StaffSessionId, at: DateTime<Utc>) -> Result<(), StoreError> {
    let proved = diesel::update(staff_sessions::table.find(id.to_string()))
        .set(staff_sessions::proved_at.eq(at.naive_utc()))
        .execute(&mut **tx)?;
    one(proved)
}

/// Ends one session of somebody. False if they have none of this id.
pub fn end(tx: &mut Tx<'_>, staff: StaffId, id: StaffSessionId) -> Result<bool, StoreError> {
    let theirs =
        staff_sessions::table.find(id.to_string()).filter(staff_sessions::staff_id.eq(staff.to_string()));
    Ok(diesel::delete(theirs).execute(&mut **tx)? == 1)
}

/// Ends every session of somebody, but for one; returns how many.
pub fn end_all(tx: &mut Tx<'_>, staff: StaffId, but: Option<StaffSessionId>) -> Result<usize, StoreError> {
    let kept = but.map(|id| id.to_string()).unwrap_or_default();
    let theirs = staff_sessions::table
        .filter(staff_sessions::staff_id.eq(staff.to_string()))
        .filter(staff_sessions::id.ne(kept));
    Ok(diesel::delete(theirs).execute(&mut **tx)?)
}

/// Forgets sessions that are over; returns how many.
pub fn remove_ended(tx: &mut Tx<'_>, now: DateTime<Utc>, idle: TimeDelta) -> Result<usize, StoreError> {
    let over = staff_sessions::expires_at
        .le(now.naive_utc())
        .or(staff_sessions::seen_at.le((now - idle).naive_utc()));
    Ok(diesel::delete(staff_sessions::table.filter(over)).execute(&mut **tx)?)
}
