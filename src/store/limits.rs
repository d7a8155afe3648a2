//! Rate limits shared by all processes: token buckets kept as the time when each is full again (GCRA).

use super::dialect::on_each;
use super::schema::rate_limits;
use super::{StoreError, Tx};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

/// How fast a bucket fills and how much it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Tokens that can be taken at once.
    pub burst: u32,
    /// Tokens that come back in an hour.
    pub per_hour: u32,
}

/// Takes a token. The bucket stays locked until the transaction ends, and a rollback gives the token back.
///
/// Returns the time to wait if there was none.
pub fn take(
    tx: &mut Tx<'_>,
    bucket: &str,
    rate: Rate,
    now: DateTime<Utc>,
) -> Result<Option<TimeDelta>, StoreError> {
    let now_us = now.timestamp_micros();
    let interval_us = 3_600_000_000 / i64::from(rate.per_hour.max(1));
    let refilled = diesel::dsl::sql::<BigInt>("CASE WHEN rate_limits.full_at_us > ")
        .bind::<BigInt, _>(now_us)
        .sql(" THEN rate_limits.full_at_us ELSE ")
        .bind::<BigInt, _>(now_us)
        .sql(" END + ")
        .bind::<BigInt, _>(interval_us);
    let full_at_us: i64 = on_each!(tx, |c| diesel::insert_into(rate_limits::table)
        .values((rate_limits::bucket.eq(bucket), rate_limits::full_at_us.eq(now_us + interval_us)))
        .on_conflict(rate_limits::bucket)
        .do_update()
        .set(rate_limits::full_at_us.eq(refilled))
        .returning(rate_limits::full_at_us)
        .get_result(c))?;
    let over_us = full_at_us - now_us - interval_us * i64::from(rate.burst);
    Ok((over_us > 0).then(|| TimeDelta::microseconds(over_us)))
}

/// Forgets buckets that are full; returns how many.
pub fn remove_full(tx: &mut Tx<'_>, now: DateTime<Utc>) -> Result<usize, StoreError> {
    let full = rate_limits::table.filter(rate_limits::full_at_us.lt(now.timestamp_micros()));
    Ok(diesel::delete(full).execute(&mut **tx)?)
}
