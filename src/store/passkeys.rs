//! Passkeys of staff, and the question that is put to one.

use super::row::{Row, one, utc};
use super::schema::{staff, staff_passkeys, staff_sessions};
use super::{Conn, StoreError, Tx};
use crate::domain::ids::{PasskeyId, StaffId, StaffSessionId};
use crate::domain::staff::Passkey;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

#[derive(Queryable, Selectable)]
#[diesel(table_name = staff_passkeys)]
struct PasskeyRow {
    id: String,
    staff_id: String,
    name: String,
    credential: String,
    public_key: String,
    counter: i64,
    backup_eligible: bool,
    backed_up: bool,
    created_at: NaiveDateTime,
    last_used_at: Option<NaiveDateTime>,
}

impl PasskeyRow {
    fn into_domain(self) -> Result<Passkey, StoreError> {
        let row = Row { table: "staff_passkeys", id: &self.id };
        Ok(Passkey {
            id: row.parse(&self.id)?,
            staff: row.parse(&self.staff_id)?,
            counter: u32::try_from(self.counter).map_err(|error| row.corrupt(error))?,
            created_at: utc(self.created_at),
            last_used_at: self.last_used_at.map(utc),
            name: self.name,
            credential: self.credential,
            public_key: self.public_key,
            backup_eligible: self.backup_eligible,
            backed_up: self.backed_up,
        })
    }
}

/// Adds a passkey, and counts it.
///
/// # Errors
/// `Conflict` if it is somebody's already.
pub fn insert(tx: &mut Tx<'_>, passkey: &Passkey) -> Result<(), StoreError> {
    let inserted = diesel::insert_into(staff_passkeys::table)
        .values((
            staff_passkeys::id.eq(passkey.id.to_string()),
            staff_passkeys::staff_id.eq(passkey.staff.to_string()),
            staff_passkeys::name.eq(&passkey.name),
            staff_passkeys::credential.eq(&passkey.credential),
            staff_passkeys::public_key.eq(&passkey.public_key),
            staff_passkeys::counter.eq(i64::from(passkey.counter)),
            staff_passkeys::backup_eligible.eq(passkey.backup_eligible),
            staff_passkeys::backed_up.eq(passkey.backed_up),
            staff_passkeys::created_at.eq(passkey.created_at.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(inserted)?;
    let theirs = staff::table.find(passkey.staff.to_string());
    one(diesel::update(theirs).set(staff::passkeys.eq(staff::passkeys + 1)).execute(&mut **tx)?)
}

/// The passkeys of somebody, the oldest first.
pub fn of_member(conn: &mut Conn, staff: StaffId) -> Result<Vec<Passkey>, StoreError> {
    let rows = staff_passkeys::table
        .filter(staff_passkeys::staff_id.eq(staff.to_string()))
        .order(staff_passkeys::id)
        .select(PasskeyRow::as_select());
    rows.load(conn)?.into_iter().map(PasskeyRow::into_domain).collect()
}

/// Whether a passkey with this id of its own is somebody's already.
pub fn is_known(conn: &mut Conn, credential: &str) -> Result<bool, StoreError> {
    let known = staff_passkeys::table.filter(staff_passkeys::credential.eq(credential));
    Ok(known.count().get_result::<i64>(conn)? > 0)
}

/// Notes that a passkey showed itself. False if another use of it, with this count or a later one, was noted before.
pub fn note_use(
    tx: &mut Tx<'_>,
    id: PasskeyId,
    (counter, backed_up): (u32, bool),
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let counter = i64::from(counter);
    let before = staff_passkeys::counter.lt(counter).or(staff_passkeys::counter.eq(0));
    let used = diesel::update(staff_passkeys::table.find(id.to_string()).filter(before))
        .set((
            staff_passkeys::counter.eq(counter),
            staff_passkeys::backed_up.eq(backed_up),
            staff_passkeys::last_used_at.eq(at.naive_utc()),
        ))
        .execute(&mut **tx)?;
    Ok(used == 1)
}

/// Removes a passkey of somebody. False if they have none of this id.
pub fn remove(tx: &mut Tx<'_>, staff_id: StaffId, id: PasskeyId) -> Result<bool, StoreError> {
    let theirs =
        staff_passkeys::table.find(id.to_string()).filter(staff_passkeys::staff_id.eq(staff_id.to_string()));
    if diesel::delete(theirs).execute(&mut **tx)? == 0 {
        return Ok(false);
    }
    let holder = staff::table.find(staff_id.to_string());
    one(diesel::update(holder).set(staff::passkeys.eq(staff::passkeys - 1)).execute(&mut **tx)?)?;
    Ok(true)
}

/// Removes every passkey of somebody.
pub fn remove_all(tx: &mut Tx<'_>, staff_id: StaffId) -> Result<(), StoreError> {
    let theirs = staff_passkeys::table.filter(staff_passkeys::staff_id.eq(staff_id.to_string()));
    diesel::delete(theirs).execute(&mut **tx)?;
    let holder = staff::table.find(staff_id.to_string());
    one(diesel::update(holder).set(staff::passkeys.eq(0)).execute(&mut **tx)?)
}

/// Keeps the question that is put to a passkey in a session, in the place of one before.
pub fn ask(
    tx: &mut Tx<'_>,
    session: StaffSessionId,
    challenge_hash: &str,
    until: DateTime<Utc>,
) -> Result<(), StoreError> {
    let asked = (
        staff_sessions::challenge_hash.eq(challenge_hash),
        staff_sessions::challenge_until.eq(until.naive_utc()),
    );
    one(diesel::update(staff_sessions::table.find(session.to_string())).set(asked).execute(&mut **tx)?)
}

/// Takes a question back, so that it is answered once. False if it was not put in this session, or too long ago.
pub fn take_question(
    tx: &mut Tx<'_>,
    session: StaffSessionId,
    challenge_hash: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let asked = staff_sessions::table
        .find(session.to_string())
        .filter(staff_sessions::challenge_hash.eq(challenge_hash))
        .filter(staff_sessions::challenge_until.gt(now.naive_utc()));
    let nothing = (
        staff_sessions::challenge_hash.eq(None::<String>),
        staff_sessions::challenge_until.eq(None::<NaiveDateTime>),
    );
    Ok(diesel::update(asked).set(nothing).execute(&mut **tx)? == 1)
}
