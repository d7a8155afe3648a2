//! The staff: people, their credentials, their one-time links, and failures at the door.

use super::row::{Row, one, utc};
use super::schema::{staff, staff_former_addresses, staff_links, staff_recovery_codes, staff_tries};
use super::{Conn, StoreError, Tx};
use crate::domain::access::Role;
use crate::domain::donor::EmailAddress;
use crate::domain::ids::{FormerAddressId, StaffId};
use crate::domain::staff::{Credentials, Member, StaffLink, StaffStatus};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;

#[derive(Queryable, Selectable)]
#[diesel(table_name = staff)]
struct MemberRow {
    id: String,
    email: String,
    name: String,
    role: String,
    status: String,
    created_at: NaiveDateTime,
    passkeys: i64,
}

impl MemberRow {
    fn into_domain(self) -> Result<Member, StoreError> {
        let row = Row { table: "staff", id: &self.id };
        Ok(Member {
            id: row.parse(&self.id)?,
            email: EmailAddress::parse(&self.email).map_err(|error| row.corrupt(error))?,
            role: row.word(Role::parse, &self.role)?,
            status: row.word(StaffStatus::parse, &self.status)?,
            created_at: utc(self.created_at),
            passkeys: self.passkeys,
            name: self.name,
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = staff)]
struct CredentialsRow {
    password_hash: Option<String>,
    totp_sealed: Option<String>,
    totp_offered: Option<String>,
    totp_last_step: i64,
    passkeys: i64,
}

impl From<CredentialsRow> for Credentials {
    fn from(row: CredentialsRow) -> Self {
        Self {
            password_hash: row.password_hash,
            totp_sealed: row.totp_sealed,
            totp_offered: row.totp_offered,
            totp_last_step: row.totp_last_step,
            passkeys: row.passkeys,
        }
    }
}

/// Adds somebody.
///
/// # Errors
/// `Conflict` if the address is taken.
pub fn insert(tx: &mut Tx<'_>, member: &Member) -> Result<(), StoreError> {
    let inserted = diesel::insert_into(staff::table)
        .values((
            staff::id.eq(member.id.to_string()),
            staff::email.eq(member.email.as_str()),
            staff::name.eq(&member.name),
            staff::role.eq(member.role.as_str()),
            staff::status.eq(member.status.as_str()),
            staff::totp_last_step.eq(0),
            staff::passkeys.eq(0),
            staff::created_at.eq(member.created_at.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

/// Somebody by their id.
pub fn get(conn: &mut Conn, id: StaffId) -> Result<Member, StoreError> {
    let row = staff::table.find(id.to_string()).select(MemberRow::as_select());
    row.get_result(conn)?.into_domain()
}

/// Somebody by their address.
pub fn find_by_email(conn: &mut Conn, email: &EmailAddress) -> Result<Option<Member>, StoreError> {
    let row = staff::table.filter(staff::email.eq(email.as_str())).select(MemberRow::as_select());
    row.get_result(conn).optional()?.map(MemberRow::into_domain).transpose()
}

/// Everybody, in the order of their addresses.
pub fn all(conn: &mut Conn) -> Result<Vec<Member>, StoreError> {
    let rows = staff::table.order(staff::email).select(MemberRow::as_select());
    rows.load(conn)?.into_iter().map(MemberRow::into_domain).collect()
}

/// How many owners may sign in.
pub fn count_owners(conn: &mut Conn) -> Result<i64, StoreError> {
    let owners = staff::table
        .filter(staff::role.eq(Role::Owner.as_str()))
        .filter(staff::status.eq(StaffStatus::Active.as_str()));
    Ok(owners.count().get_result(conn)?)
}

/// Writes a name, a role and a status.
pub fn update(tx: &mut Tx<'_>, member: &Member) -> Result<(), StoreError> {
    let changed = diesel::update(staff::table.find(member.id.to_string()))
        .set((
            staff::name.eq(&member.name),
            staff::role.eq(member.role.as_str()),
            staff::status.eq(member.status.as_str()),
        ))
        .execute(&mut **tx)?;
    one(changed)
}

/// Gives somebody another address.
///
/// # Errors
/// `Conflict` if it is taken.
pub fn set_email(tx: &mut Tx<'_>, id: StaffId, email: &EmailAddress) -> Result<(), StoreError> {
    let changed = diesel::update(staff::table.find(id.to_string()))
        .set(staff::email.eq(email.as_str()))
        .execute(&mut **tx)?;
    one(changed)
}

/// Keeps an address that somebody had until now.
pub fn insert_former_address(
    tx: &mut Tx<'_>,
    id: FormerAddressId,
    (of, email): (StaffId, &EmailAddress),
    until: DateTime<Utc>,
) -> Result<(), StoreError> {
    let inserted = diesel::insert_into(staff_former_addresses::table)
        .values((
            staff_former_addresses::id.eq(id.to_string()),
            staff_former_addresses::staff_id.eq(of.to_string()),
            staff_former_addresses::email.eq(email.as_str()),
            staff_former_addresses::until.eq(until.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

/// An address of before, as long as it is kept.
pub fn former_address(conn: &mut Conn, id: FormerAddressId) -> Result<Option<EmailAddress>, StoreError> {
    let id = id.to_string();
    let kept = staff_former_addresses::table.find(&id).select(staff_former_addresses::email);
    let found: Option<String> = kept.get_result(conn).optional()?;
    let row = Row { table: "staff_former_addresses", id: &id };
    found.map(|email| EmailAddress::parse(&email).map_err(|error| row.corrupt(error))).transpose()
}

/// Forgets addresses that were somebody's until `before`; returns how many.
pub fn remove_former_addresses(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<usize, StoreError> {
    let old = staff_former_addresses::until.lt(before.naive_utc());
    Ok(diesel::delete(staff_former_addresses::table.filter(old)).execute(&mut **tx)?)
}

/// What somebody proves themselves with.
pub fn credentials(conn: &mut Conn, id: StaffId) -> Result<Credentials, StoreError> {
    let row = staff::table.find(id.to_string()).select(CredentialsRow::as_select());
    Ok(row.get_result(conn)?.into())
}

/// Writes what somebody proves themselves with.
pub fn set_credentials(tx: &mut Tx<'_>, id: StaffId, credentials: &Credentials) -> Result<(), StoreError> {
    let changed = diesel::update(staff::table.find(id.to_string()))
        .set((
            staff::password_hash.eq(&credentials.password_hash),
            staff::totp_sealed.eq(&credentials.totp_sealed),
            staff::totp_offered.eq(&credentials.totp_offered),
            staff::totp_last_step.eq(credentials.totp_last_step),
        ))
        .execute(&mut **tx)?;
    one(changed)
}

/// Notes that the code of a half minute was taken. False if it, or a later one, was taken before.
pub fn take_step(tx: &mut Tx<'_>, id: StaffId, step: i64) -> Result<bool, StoreError> {
    let earlier = staff::table.find(id.to_string()).filter(staff::totp_last_step.lt(step));
    Ok(diesel::update(earlier).set(staff::totp_last_step.eq(step)).execute(&mut **tx)? == 1)
}

/// Gives somebody other recovery codes.
pub fn replace_recovery_codes(tx: &mut Tx<'_>, id: StaffId, hashes: &[String]) -> Result<(), StoreError> {
    let theirs = staff_recovery_codes::table.filter(staff_recovery_codes::staff_id.eq(id.to_string()));
    diesel::delete(theirs).execute(&mut **tx)?;
    for hash in hashes {
        diesel::insert_into(staff_recovery_codes::table)
            .values((
                staff_recovery_codes::code_hash.eq(hash),
                staff_recovery_codes::staff_id.eq(id.to_string()),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Uses a recovery code up. False if somebody has none of this hash, or it is used.
pub fn use_recovery_code(
    tx: &mut Tx<'_>,
    id: StaffId,
    hash: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let unused = staff_recovery_codes::table
        .find(hash)
        .filter(staff_recovery_codes::staff_id.eq(id.to_string()))
        .filter(staff_recovery_codes::used_at.is_null());
    let used = diesel::update(unused).set(staff_recovery_codes::used_at.eq(now.naive_utc()));
    Ok(used.execute(&mut **tx)? == 1)
}

/// Recovery codes that somebody has left.
pub fn recovery_codes_left(conn: &mut Conn, id: StaffId) -> Result<i64, StoreError> {
    let left = staff_recovery_codes::table
        .filter(staff_recovery_codes::staff_id.eq(id.to_string()))
        .filter(staff_recovery_codes::used_at.is_null());
    Ok(left.count().get_result(conn)?)
}

/// Adds a one-time link.
pub fn insert_link(tx: &mut Tx<'_>, link: &StaffLink, token_hash: &str) -> Result<(), StoreError> {
    let inserted = diesel::insert_into(staff_links::table)
        .values((
            staff_links::id.eq(link.id.to_string()),
            staff_links::staff_id.eq(link.staff.map(|id| id.to_string())),
            staff_links::token_hash.eq(token_hash),
            staff_links::made_at.eq(link.made_at.naive_utc()),
            staff_links::expires_at.eq(link.expires_at.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

/// The link whose token has this hash.
pub fn find_link(conn: &mut Conn, token_hash: &str) -> Result<Option<StaffLink>, StoreError> {
    let found: Option<(String, Option<String>, NaiveDateTime, NaiveDateTime)> = staff_links::table
        .filter(staff_links::token_hash.eq(token_hash))
        .select((staff_links::id, staff_links::staff_id, staff_links::made_at, staff_links::expires_at))
        .get_result(conn)
        .optional()?;
    let Some((id, staff, made_at, expires_at)) = found else {
        return Ok(None);
    };
    let row = Row { table: "staff_links", id: &id };
    Ok(Some(StaffLink {
        id: row.parse(&id)?,
        staff: row.parse_option(staff.as_deref())?,
        made_at: utc(made_at),
        expires_at: utc(expires_at),
    }))
}

/// Forgets the links of somebody, or those that make the first owner; returns how many.
pub fn remove_links(tx: &mut Tx<'_>, of: Option<StaffId>) -> Result<usize, StoreError> {
    let removed = match of {
        Some(id) => diesel::delete(staff_links::table.filter(staff_links::staff_id.eq(id.to_string())))
            .execute(&mut **tx)?,
        None => {
            diesel::delete(staff_links::table.filter(staff_links::staff_id.is_null())).execute(&mut **tx)?
        }
    };
    Ok(removed)
}

/// Failures in a row at something, and when the last one was.
pub fn failures(conn: &mut Conn, subject: &str) -> Result<Option<(i64, DateTime<Utc>)>, StoreError> {
    let found: Option<(i64, NaiveDateTime)> = staff_tries::table
        .find(subject)
        .select((staff_tries::failures, staff_tries::last_at))
        .get_result(conn)
        .optional()?;
    Ok(found.map(|(failures, at)| (failures, utc(at))))
}

/// Notes how often something failed in a row.
pub fn set_failures(
    tx: &mut Tx<'_>,
    subject: &str,
    failures: i64,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let values = (staff_tries::failures.eq(failures), staff_tries::last_at.eq(at.naive_utc()));
    let changed = diesel::update(staff_tries::table.find(subject)).set(values).execute(&mut **tx)?;
    if changed == 0 {
        diesel::insert_into(staff_tries::table)
            .values((staff_tries::subject.eq(subject), values))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Something went well: its failures are forgotten.
pub fn forget_failures(tx: &mut Tx<'_>, subject: &str) -> Result<(), StoreError> {
    diesel::delete(staff_tries::table.find(subject)).execute(&mut **tx)?;
    Ok(())
}

/// Forgets failures of long ago and links that are over; returns how many.
pub fn remove_old(tx: &mut Tx<'_>, now: DateTime<Utc>) -> Result<usize, StoreError> {
    let day_ago = (now - TimeDelta::days(1)).naive_utc();
    let tries =
        diesel::delete(staff_tries::table.filter(staff_tries::last_at.lt(day_ago))).execute(&mut **tx)?;
    let links = diesel::delete(staff_links::table.filter(staff_links::expires_at.le(now.naive_utc())))
        .execute(&mut **tx)?;
    Ok(tries + links)
}
