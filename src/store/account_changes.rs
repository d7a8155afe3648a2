//! What donors changed on their own pages.

use super::row::{Row, one, to_json, utc};
use super::schema::account_changes;
use super::{Conn, StoreError, Tx};
use crate::domain::account::{AccountChange, ChangeKind};
use crate::domain::ids::{AccountChangeId, DonorId};
use chrono::NaiveDateTime;
use diesel::prelude::*;

type Columns = (String, String, String, String, NaiveDateTime);

fn into_domain((id, donor, kind, detail, created_at): Columns) -> Result<AccountChange, StoreError> {
    let row = Row { table: "account_changes", id: &id };
    Ok(AccountChange {
        id: row.parse(&id)?,
        donor: row.parse(&donor)?,
        kind: row.word(ChangeKind::parse, &kind)?,
        detail: row.json(&detail)?,
        created_at: utc(created_at),
    })
}

/// Adds a change.
pub fn insert(tx: &mut Tx<'_>, change: &AccountChange) -> Result<(), StoreError> {
    let inserted = diesel::insert_into(account_changes::table)
        .values((
            account_changes::id.eq(change.id.to_string()),
            account_changes::donor_id.eq(change.donor.to_string()),
            account_changes::kind.eq(change.kind.as_str()),
            account_changes::detail.eq(to_json(&change.detail)?),
            account_changes::created_at.eq(change.created_at.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

/// The change with this id; none once its donor is forgotten.
pub fn find(conn: &mut Conn, id: AccountChangeId) -> Result<Option<AccountChange>, StoreError> {
    let row: Option<Columns> = account_changes::table.find(id.to_string()).get_result(conn).optional()?;
    row.map(into_domain).transpose()
}

/// The changes of a donor, the newest first.
pub fn of_donor(conn: &mut Conn, donor: DonorId, limit: i64) -> Result<Vec<AccountChange>, StoreError> {
    let rows: Vec<Columns> = account_changes::table
        .filter(account_changes::donor_id.eq(donor.to_string()))
        .order((account_changes::created_at.desc(), account_changes::id.desc()))
        .limit(limit)
        .load(conn)?;
    rows.into_iter().map(into_domain).collect()
}

/// Forgets every change of a donor.
pub fn remove_of(tx: &mut Tx<'_>, donor: DonorId) -> Result<usize, StoreError> {
    let theirs = account_changes::table.filter(account_changes::donor_id.eq(donor.to_string()));
    Ok(diesel::delete(theirs).execute(&mut **tx)?)
}
