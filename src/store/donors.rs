//! Donors: one row for each address from which money arrived.

use super::dialect::on_each;
use super::row::{Row, utc};
use super::schema::donors;
use super::steady::Steadily as _;
use super::{Conn, StoreError, Tx, search};
use crate::domain::donor::{Donor, EmailAddress, PersonName};
use crate::domain::ids::DonorId;
use crate::domain::search::terms;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

/// The donor of this address; made, or given the newer name, as needed.
pub fn upsert(
    tx: &mut Tx<'_>,
    fresh: DonorId,
    email: &EmailAddress,
    name: Option<&PersonName>,
    now: DateTime<Utc>,
) -> Result<DonorId, StoreError> {
    let name = name.map(PersonName::as_str);
    let new = (
        donors::id.eq(fresh.to_string()),
        donors::email.eq(email.as_str()),
        donors::name.eq(name),
        donors::created_at.eq(now.naive_utc()),
        donors::updated_at.eq(now.naive_utc()),
    );
    let (id, name): (String, Option<String>) = match name {
        Some(name) => on_each!(tx, |c| diesel::insert_into(donors::table)
            .values(new.clone())
            .on_conflict(donors::email)
            .do_update()
            .set((donors::name.eq(name), donors::updated_at.eq(now.naive_utc())))
            .returning((donors::id, donors::name))
            .steadily()
            .get_result(c)),
        // A gift without a name does not take the known one away.
        None => on_each!(tx, |c| diesel::insert_into(donors::table)
            .values(new.clone())
            .on_conflict(donors::email)
            .do_update()
            .set(donors::updated_at.eq(now.naive_utc()))
            .returning((donors::id, donors::name))
            .steadily()
            .get_result(c)),
    }?;
    search::keep(tx, &id, &terms(email.as_str(), name.as_deref()))?;
    let id = into(tx, id)?;
    Row { table: "donors", id: &id }.parse(&id)
}

/// Finds the donor of an address, or makes one who gave `at` that time. What is known of somebody who is here stays: a name
/// of before does not take the place of today's, and whoever gave before their first gift here has been a donor since.
pub fn from_before(
    tx: &mut Tx<'_>,
    (fresh, at): (DonorId, DateTime<Utc>),
    email: &EmailAddress,
    name: Option<&PersonName>,
    now: DateTime<Utc>,
) -> Result<DonorId, StoreError> {
    let known: Option<(String, Option<String>, NaiveDateTime)> = donors::table
        .filter(donors::email.eq(email.as_str()))
        .select((donors::id, donors::name, donors::created_at))
        .get_result(&mut **tx)
        .optional()?;
    let Some((id, known_name, since)) = known else {
        let id = upsert(tx, fresh, email, name, now)?;
        let since = donors::created_at.eq(at.naive_utc());
        diesel::update(donors::table.find(id.to_string())).set(since).steadily().execute(&mut **tx)?;
        return Ok(id);
    };
    let name = known_name.or_else(|| name.map(|name| name.as_str().to_owned()));
    diesel::update(donors::table.find(&id))
        .set((donors::name.eq(&name), donors::created_at.eq(since.min(at.naive_utc()))))
        .steadily()
        .execute(&mut **tx)?;
    search::keep(tx, &id, &terms(email.as_str(), name.as_deref()))?;
    let id = into(tx, id)?;
    Row { table: "donors", id: &id }.parse(&id)
}

/// The donor whom this one was found to be. There are no chains: whoever is merged takes those along who were merged
/// into them.
fn into(conn: &mut Conn, id: String) -> Result<String, StoreError> {
    let other: Option<String> = donors::table.find(&id).select(donors::merged_into).get_result(conn)?;
    Ok(other.unwrap_or(id))
}

/// The donor of this address, if money ever arrived from it.
pub fn find_by_email(conn: &mut Conn, email: &EmailAddress) -> Result<Option<DonorId>, StoreError> {
    let rows = donors::table.filter(donors::email.eq(email.as_str())).select(donors::id);
    let id: Option<String> = rows.get_result(conn).optional()?;
    let id = id.map(|id| into(conn, id)).transpose()?;
    id.map(|id| Row { table: "donors", id: &id }.parse(&id)).transpose()
}

/// The donor with this id.
pub fn get(conn: &mut Conn, id: DonorId) -> Result<Donor, StoreError> {
    let text = id.to_string();
    let (email, name, created_at): (String, Option<String>, NaiveDateTime) = donors::table
        .find(&text)
        .select((donors::email, donors::name, donors::created_at))
        .get_result(conn)?;
    let row = Row { table: "donors", id: &text };
    Ok(Donor {
        id,
        email: EmailAddress::parse(&email).map_err(|error| row.corrupt(error))?,
        name: name
            .and_then(|name| PersonName::parse(&name).transpose())
            .transpose()
            .map_err(|error| row.corrupt(error))?,
        created_at: utc(created_at),
    })
}
