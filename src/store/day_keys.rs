//! The secret of each day, under which addresses are counted on it. Once it is gone, nobody finds out any more whom a mark stands for.

use super::dialect::on_each;
use super::schema::day_keys;
use super::{Conn, StoreError, Tx};
use chrono::NaiveDate;
use diesel::prelude::*;

/// The secret of a day; none if nobody was counted on it, or it is gone.
pub fn find(conn: &mut Conn, day: NaiveDate) -> Result<Option<String>, StoreError> {
    Ok(day_keys::table.find(day).select(day_keys::secret).get_result(conn).optional()?)
}

/// Keeps the secret that a day has, or gives it this one; returns the one that counts.
pub fn find_or_set(tx: &mut Tx<'_>, day: NaiveDate, fresh: &str) -> Result<String, StoreError> {
    on_each!(tx, |c| diesel::insert_into(day_keys::table)
        .values((day_keys::day.eq(day), day_keys::secret.eq(fresh)))
        .on_conflict_do_nothing()
        .execute(c))?;
    find(tx, day)?.ok_or(StoreError::NotFound)
}

/// Forgets the secrets of the days before this one.
pub fn remove_before(tx: &mut Tx<'_>, day: NaiveDate) -> Result<usize, StoreError> {
    Ok(diesel::delete(day_keys::table.filter(day_keys::day.lt(day))).execute(&mut **tx)?)
}
