//! Wishes to be forgotten.

use super::row::{Row, one, utc};
use super::schema::erasures;
use super::{Conn, StoreError, Tx};
use crate::domain::account::{Erasure, ErasureStatus};
use crate::domain::donor::EmailAddress;
use crate::domain::ids::{DonorId, ErasureId};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

#[derive(Queryable, Selectable)]
#[diesel(table_name = erasures)]
struct ErasureRow {
    id: String,
    donor_id: String,
    status: String,
    email: Option<String>,
    locale: Option<String>,
    asked_at: NaiveDateTime,
}

impl ErasureRow {
    fn into_domain(self) -> Result<Erasure, StoreError> {
        let row = Row { table: "erasures", id: &self.id };
        let email = self.email.as_deref().map(EmailAddress::parse).transpose();
        Ok(Erasure {
            id: row.parse(&self.id)?,
            donor: row.parse(&self.donor_id)?,
            status: row.word(ErasureStatus::parse, &self.status)?,
            email: email.map_err(|error| row.corrupt(error))?,
            asked_at: utc(self.asked_at),
            locale: self.locale,
        })
    }
}

/// Adds a wish that waits for its second step.
pub fn insert(tx: &mut Tx<'_>, erasure: &Erasure) -> Result<(), StoreError> {
    let inserted = diesel::insert_into(erasures::table)
        .values((
            erasures::id.eq(erasure.id.to_string()),
            erasures::donor_id.eq(erasure.donor.to_string()),
            erasures::status.eq(erasure.status.as_str()),
            erasures::asked_at.eq(erasure.asked_at.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

/// The wish with this id, if there is one.
pub fn find(conn: &mut Conn, id: ErasureId) -> Result<Option<Erasure>, StoreError> {
    let row = erasures::table.find(id.to_string()).select(ErasureRow::as_select());
    row.get_result(conn).optional()?.map(ErasureRow::into_domain).transpose()
}

/// The wish of a donor.
pub fn of_donor(conn: &mut Conn, donor: DonorId) -> Result<Option<Erasure>, StoreError> {
    let row = erasures::table.filter(erasures::donor_id.eq(donor.to_string()));
    row.select(ErasureRow::as_select()).get_result(conn).optional()?.map(ErasureRow::into_domain).transpose()
}

/// The wishes that are confirmed and not done, the oldest first.
pub fn confirmed(conn: &mut Conn, limit: i64) -> Result<Vec<ErasureId>, StoreError> {
    let ids: Vec<String> = erasures::table
        .filter(erasures::status.eq(ErasureStatus::Confirmed.as_str()))
        .order(erasures::confirmed_at)
        .limit(limit)
        .select(erasures::id)
        .load(conn)?;
    ids.iter().map(|id| Row { table: "erasures", id }.parse(id)).collect()
}

/// Notes the second step. False if it was taken before.
pub fn confirm(tx: &mut Tx<'_>, id: ErasureId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let asked =
        erasures::table.find(id.to_string()).filter(erasures::status.eq(ErasureStatus::Asked.as_str()));
    let changed = diesel::update(asked)
        .set((
            erasures::status.eq(ErasureStatus::Confirmed.as_str()),
            erasures::confirmed_at.eq(Some(now.naive_utc())),
        ))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

/// Notes that it is done, and where the last letter goes, in which language; nowhere if there is none.
pub fn finish(
    tx: &mut Tx<'_>,
    id: ErasureId,
    (email, locale): (Option<&EmailAddress>, Option<&str>),
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let confirmed =
        erasures::table.find(id.to_string()).filter(erasures::status.eq(ErasureStatus::Confirmed.as_str()));
    let changed = diesel::update(confirmed)
        .set((
            erasures::status.eq(ErasureStatus::Done.as_str()),
            erasures::email.eq(email.map(EmailAddress::as_str)),
            erasures::locale.eq(locale),
            erasures::done_at.eq(Some(now.naive_utc())),
        ))
        .execute(&mut **tx)?;
    one(changed)
}

/// Forgets where the last letter went.
pub fn forget_address(tx: &mut Tx<'_>, id: ErasureId) -> Result<(), StoreError> {
    diesel::update(erasures::table.find(id.to_string()))
        .set((erasures::email.eq(None::<String>), erasures::locale.eq(None::<String>)))
        .execute(&mut **tx)?;
    Ok(())
}

/// Forgets where letters were to go that could not be sent since `before`; returns how many.
pub fn forget_addresses(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<usize, StoreError> {
    let old = erasures::table
        .filter(erasures::email.is_not_null())
        .filter(erasures::done_at.lt(before.naive_utc()));
    let nowhere = (erasures::email.eq(None::<String>), erasures::locale.eq(None::<String>));
    Ok(diesel::update(old).set(nowhere).execute(&mut **tx)?)
}

/// Takes back a wish that was not confirmed. False if there is none.
pub fn drop_asked(tx: &mut Tx<'_>, donor: DonorId) -> Result<bool, StoreError> {
    let asked = erasures::table
        .filter(erasures::donor_id.eq(donor.to_string()))
        .filter(erasures::status.eq(ErasureStatus::Asked.as_str()));
    Ok(diesel::delete(asked).execute(&mut **tx)? == 1)
}
