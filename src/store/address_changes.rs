//! Changes of e-mail address that wait for the proofs of both addresses.

use super::row::{Row, one, utc};
use super::schema::address_changes;
use super::{Conn, StoreError, Tx};
use crate::domain::account::{AddressChange, AddressChangeStatus, Side};
use crate::domain::donor::EmailAddress;
use crate::domain::ids::{AddressChangeId, DonorId};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

#[derive(Queryable, Selectable)]
#[diesel(table_name = address_changes)]
struct ChangeRow {
    id: String,
    donor_id: String,
    old_email: String,
    new_email: String,
    status: String,
    old_proved_at: Option<NaiveDateTime>,
    new_proved_at: Option<NaiveDateTime>,
    asked_at: NaiveDateTime,
    expires_at: NaiveDateTime,
}

impl ChangeRow {
    fn into_domain(self) -> Result<AddressChange, StoreError> {
        let row = Row { table: "address_changes", id: &self.id };
        let address = |text: &str| EmailAddress::parse(text).map_err(|error| row.corrupt(error));
        Ok(AddressChange {
            id: row.parse(&self.id)?,
            donor: row.parse(&self.donor_id)?,
            old: address(&self.old_email)?,
            new: address(&self.new_email)?,
            status: row.word(AddressChangeStatus::parse, &self.status)?,
            old_proved_at: self.old_proved_at.map(utc),
            new_proved_at: self.new_proved_at.map(utc),
            asked_at: utc(self.asked_at),
            expires_at: utc(self.expires_at),
        })
    }
}

/// Adds an open change.
pub fn insert(tx: &mut Tx<'_>, change: &AddressChange) -> Result<(), StoreError> {
    let inserted = diesel::insert_into(address_changes::table)
        .values((
            address_changes::id.eq(change.id.to_string()),
            address_changes::donor_id.eq(change.donor.to_string()),
            address_changes::old_email.eq(change.old.as_str()),
            address_changes::new_email.eq(change.new.as_str()),
            address_changes::status.eq(change.status.as_str()),
            address_changes::asked_at.eq(change.asked_at.naive_utc()),
            address_changes::expires_at.eq(change.expires_at.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

/// The change with this id, if there is one.
pub fn find(conn: &mut Conn, id: AddressChangeId) -> Result<Option<AddressChange>, StoreError> {
    let row = address_changes::table.find(id.to_string()).select(ChangeRow::as_select());
    row.get_result(conn).optional()?.map(ChangeRow::into_domain).transpose()
}

/// The latest change of a donor that waits.
pub fn open_of(conn: &mut Conn, donor: DonorId) -> Result<Option<AddressChange>, StoreError> {
    let row = address_changes::table
        .filter(address_changes::donor_id.eq(donor.to_string()))
        .filter(address_changes::status.eq(AddressChangeStatus::Open.as_str()))
        .order(address_changes::id.desc())
        .limit(1)
        .select(ChangeRow::as_select());
    row.get_result(conn).optional()?.map(ChangeRow::into_domain).transpose()
}

/// The change that one of its two links names, and which of the two it is.
pub fn find_by_token(conn: &mut Conn, token_hash: &str) -> Result<Option<(AddressChange, Side)>, StoreError> {
    let old = address_changes::table
        .filter(address_changes::old_token_hash.eq(token_hash))
        .select(ChangeRow::as_select());
    if let Some(row) = old.get_result(conn).optional()? {
        return Ok(Some((row.into_domain()?, Side::Old)));
    }
    let new = address_changes::table
        .filter(address_changes::new_token_hash.eq(token_hash))
        .select(ChangeRow::as_select());
    let row: Option<ChangeRow> = new.get_result(conn).optional()?;
    row.map(|row| Ok((row.into_domain()?, Side::New))).transpose()
}

/// Puts the link of one address to an open change.
pub fn set_token(
    tx: &mut Tx<'_>,
    id: AddressChangeId,
    side: Side,
    token_hash: &str,
) -> Result<(), StoreError> {
    let open = address_changes::table
        .find(id.to_string())
        .filter(address_changes::status.eq(AddressChangeStatus::Open.as_str()));
    let changed = match side {
        Side::Old => diesel::update(open)
            .set(address_changes::old_token_hash.eq(Some(token_hash)))
            .execute(&mut **tx)?,
        Side::New => diesel::update(open)
            .set(address_changes::new_token_hash.eq(Some(token_hash)))
            .execute(&mut **tx)?,
    };
    one(changed)
}

/// Notes the proof of one address. False if it was proved before.
pub fn prove(
    tx: &mut Tx<'_>,
    id: AddressChangeId,
    side: Side,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let open = address_changes::table
        .find(id.to_string())
        .filter(address_changes::status.eq(AddressChangeStatus::Open.as_str()));
    let at = Some(now.naive_utc());
    let changed = match side {
        Side::Old => diesel::update(open.filter(address_changes::old_proved_at.is_null()))
            .set(address_changes::old_proved_at.eq(at))
            .execute(&mut **tx)?,
        Side::New => diesel::update(open.filter(address_changes::new_proved_at.is_null()))
            .set(address_changes::new_proved_at.eq(at))
            .execute(&mut **tx)?,
    };
    Ok(changed == 1)
}

/// Ends an open change. False if it is over already.
pub fn close(tx: &mut Tx<'_>, id: AddressChangeId, to: AddressChangeStatus) -> Result<bool, StoreError> {
    let open = address_changes::table
        .find(id.to_string())
        .filter(address_changes::status.eq(AddressChangeStatus::Open.as_str()));
    let changed = diesel::update(open).set(address_changes::status.eq(to.as_str())).execute(&mut **tx)?;
    Ok(changed == 1)
}

/// Gives up every open change of a donor; returns how many.
pub fn void_all(tx: &mut Tx<'_>, donor: DonorId) -> Result<usize, StoreError> {
    let open = address_changes::table
        .filter(address_changes::donor_id.eq(donor.to_string()))
        .filter(address_changes::status.eq(AddressChangeStatus::Open.as_str()));
    Ok(diesel::update(open)
        .set(address_changes::status.eq(AddressChangeStatus::Void.as_str()))
        .execute(&mut **tx)?)
}

/// Forgets changes that ended before `before`; returns how many.
pub fn remove_ended(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<usize, StoreError> {
    let old = address_changes::table.filter(address_changes::expires_at.lt(before.naive_utc()));
    Ok(diesel::delete(old).execute(&mut **tx)?)
}

/// Forgets every change of a donor.
pub fn remove_of(tx: &mut Tx<'_>, donor: DonorId) -> Result<usize, StoreError> {
    let theirs = address_changes::table.filter(address_changes::donor_id.eq(donor.to_string()));
    Ok(diesel::delete(theirs).execute(&mut **tx)?)
}
