//! Recurring work: one row for each schedule, so that of many processes one enqueues it.

use super::dialect::on_each;
use super::row::utc;
use super::schema::schedules;
use super::steady::Steadily as _;
use super::{StoreError, Tx};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;

/// True if the schedule is due and is ours to enqueue: then it is moved on by `every`.
///
/// A schedule that was missed while nothing ran is due once, not once for each time missed.
pub fn take_if_due(
    tx: &mut Tx<'_>,
    name: &str,
    every: TimeDelta,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let added = on_each!(tx, |c| diesel::insert_into(schedules::table)
        .values((schedules::name.eq(name), schedules::next_run_at.eq((now + every).naive_utc())))
        .on_conflict_do_nothing()
        .execute(c))?;
    if added == 1 {
        return Ok(true);
    }
    let next: NaiveDateTime =
        schedules::table.find(name).select(schedules::next_run_at).get_result(&mut **tx)?;
    // A clock that was set back must not stop a schedule until it has caught up.
    if utc(next) > now && utc(next) <= now + every {
        return Ok(false);
    }
    let unmoved = schedules::table.find(name).filter(schedules::next_run_at.eq(next));
    let moved = diesel::update(unmoved)
        .set(schedules::next_run_at.eq((now + every).naive_utc()))
        .steadily()
        .execute(&mut **tx)?;
    Ok(moved == 1)
}
