//! How often the form for gifts was shown in each minute: sums, of nobody in particular.

use super::dialect::on_each;
use super::schema::form_views;
use super::{Conn, StoreError, Tx};
use diesel::prelude::*;
use diesel::upsert::excluded;
use std::ops::Range;

/// Adds forms that were shown in a minute, counted from 1970; `shown` is positive.
pub fn add(tx: &mut Tx<'_>, minute: i64, shown: i64) -> Result<(), StoreError> {
    on_each!(tx, |c| diesel::insert_into(form_views::table)
        .values((form_views::minute.eq(minute), form_views::shown.eq(shown)))
        .on_conflict(form_views::minute)
        .do_update()
        .set(form_views::shown.eq(form_views::shown + excluded(form_views::shown)))
        .execute(c))?;
    Ok(())
}

/// How often it was shown in these minutes.
pub fn shown_in(conn: &mut Conn, minutes: Range<i64>) -> Result<i64, StoreError> {
    let rows = form_views::table
        .filter(form_views::minute.ge(minutes.start))
        .filter(form_views::minute.lt(minutes.end));
    let counts: Vec<i64> = rows.select(form_views::shown).load(conn)?;
    Ok(counts.into_iter().fold(0, i64::saturating_add))
}

/// Forgets what was shown before a minute.
pub fn remove_before(tx: &mut Tx<'_>, minute: i64) -> Result<usize, StoreError> {
    Ok(diesel::delete(form_views::table.filter(form_views::minute.lt(minute))).execute(&mut **tx)?)
}
