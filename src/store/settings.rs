//! Values that the site keeps about itself.

use super::dialect::on_each;
use super::schema::settings;
use super::{Conn, StoreError, Tx};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

/// The value of a setting.
pub fn find(conn: &mut Conn, name: &str) -> Result<Option<String>, StoreError> {
    Ok(settings::table.find(name).select(settings::value).get_result(conn).optional()?)
}

/// The value of a setting that is a moment; none for anything else.
pub fn find_moment(conn: &mut Conn, name: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
    let text = find(conn, name)?;
    Ok(text.and_then(|text| DateTime::parse_from_rfc3339(&text).ok()).map(|time| time.to_utc()))
}

/// Sets a setting that is a moment.
pub fn set_moment(tx: &mut Tx<'_>, name: &str, moment: DateTime<Utc>) -> Result<(), StoreError> {
    set(tx, name, &moment.to_rfc3339())
}

/// Keeps the value that is there, or sets `fresh`; returns the one that counts. Processes that start together
/// agree on one.
pub fn find_or_set(tx: &mut Tx<'_>, name: &str, fresh: &str) -> Result<String, StoreError> {
    on_each!(tx, |c| diesel::insert_into(settings::table)
        .values((settings::name.eq(name), settings::value.eq(fresh)))
        .on_conflict_do_nothing()
        .execute(c))?;
    find(tx, name)?.ok_or(StoreError::NotFound)
}

/// Sets a setting, whatever it was.
pub fn set(tx: &mut Tx<'_>, name: &str, value: &str) -> Result<(), StoreError> {
    on_each!(tx, |c| diesel::insert_into(settings::table)
        .values((settings::name.eq(name), settings::value.eq(value)))
        .on_conflict(settings::name)
        .do_update()
        .set(settings::value.eq(value))
        .execute(c))?;
    Ok(())
}
