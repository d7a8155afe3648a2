//! Rate limits shared by all processes: token buckets kept as the time when each is full again (GCRA).

use super::dialect::on_each;
use super::schema::rate_limits;
use super::steady::Steadily as _;
use super::{StoreError, Tx};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Text};

/// How fast a bucket fills and how much it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Tokens that can be taken at once.
    pub burst: u32,
    /// Tokens that come back in an hour.
    pub per_hour: u32,
}

impl Rate {
    /// How long one token takes to come back.
    fn interval_us(self) -> i64 {
        3_600_000_000 / i64::from(self.per_hour.max(1))
    }
}

/// A bucket by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Whose it is; no two of one call are the same.
    pub name: String,
    /// Its size.
    pub rate: Rate,
}

/// Takes a token from each bucket. The buckets stay locked until the transaction ends, in the order given, and a
/// rollback gives the tokens back.
///
/// Returns the time to wait if one of them had none.
pub fn take(
    tx: &mut Tx<'_>,
    buckets: &[Bucket],
    now: DateTime<Utc>,
) -> Result<Option<TimeDelta>, StoreError> {
    let now_us = now.timestamp_micros();
    let taking = TakeTokens::new(buckets, now_us);
    let taken: Vec<(String, i64)> = on_each!(tx, |c| taking.get_results(c))?;
    let mut longest = None;
    for (name, full_at_us) in &taken {
        let Some(rate) = buckets.iter().find(|bucket| bucket.name == *name).map(|bucket| bucket.rate) else {
            continue;
        };
        let over_us = full_at_us - now_us - rate.interval_us() * i64::from(rate.burst);
        if over_us > rate.interval_us() {
            begin_anew(tx, name, now_us + rate.interval_us())?;
        } else {
            longest = longest.max(Some(over_us));
        }
    }
    Ok(longest.filter(|over_us| *over_us > 0).map(TimeDelta::microseconds))
}

/// What was taken of a bucket at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// How many tokens.
    pub tokens: u32,
    /// When the bucket is full again, if nobody takes more.
    pub full_at_us: i64,
}

impl Taken {
    /// Tokens that the bucket still holds.
    pub fn left_in(&self, rate: Rate, now: DateTime<Utc>) -> u32 {
        let lacking_us = (self.full_at_us - now.timestamp_micros()).max(0);
        let room_us = rate.interval_us() * i64::from(rate.burst) - lacking_us;
        u32::try_from(room_us / rate.interval_us()).unwrap_or_default()
    }
}

/// Takes up to `most` tokens of a bucket, and at least one; or says how long to wait for one. Whoever has to wait rolls
/// back: a try that came to nothing costs nothing.
pub fn take_some(
    tx: &mut Tx<'_>,
    bucket: &Bucket,
    most: u32,
    now: DateTime<Utc>,
) -> Result<Result<Taken, TimeDelta>, StoreError> {
    if let Some(wait) = take(tx, std::slice::from_ref(bucket), now)? {
        return Ok(Err(wait));
    }
    // The first token has locked the row.
    let row = rate_limits::table.filter(rate_limits::bucket.eq(&bucket.name));
    let full_at_us = row.select(rate_limits::full_at_us).get_result(&mut **tx)?;
    let more = Taken { tokens: 1, full_at_us }.left_in(bucket.rate, now).min(most.saturating_sub(1));
    let full_at_us = full_at_us + bucket.rate.interval_us() * i64::from(more);
    diesel::update(rate_limits::table.filter(rate_limits::bucket.eq(&bucket.name)))
        .set(rate_limits::full_at_us.eq(full_at_us))
        .steadily()
        .execute(&mut **tx)?;
    Ok(Ok(Taken { tokens: more.saturating_add(1), full_at_us }))
}

/// Puts back the token that was taken from a bucket in this transaction: whoever had to wait has not come.
pub fn give_back(tx: &mut Tx<'_>, bucket: &Bucket) -> Result<(), StoreError> {
    diesel::update(rate_limits::table.filter(rate_limits::bucket.eq(&bucket.name)))
        .set(rate_limits::full_at_us.eq(rate_limits::full_at_us - bucket.rate.interval_us()))
        .steadily()
        .execute(&mut **tx)?;
    Ok(())
}

/// A bucket that lacks more than it can hold was written by a clock that was ahead: as long as that clock was wrong,
/// nobody could give.
fn begin_anew(tx: &mut Tx<'_>, name: &str, full_at_us: i64) -> Result<(), StoreError> {
    diesel::update(rate_limits::table.filter(rate_limits::bucket.eq(name)))
        .set(rate_limits::full_at_us.eq(full_at_us))
        .steadily()
        .execute(&mut **tx)?;
    Ok(())
}

/// One statement for all buckets, prepared once for each connection. Diesel's own upsert would be parsed and
/// planned again at every pledge: it cannot know that its words stay the same.
struct TakeTokens<'a> {
    /// Name, and when the bucket would be full again if it were full now.
    rows: Vec<(&'a str, i64)>,
    now_us: i64,
}

impl<'a> TakeTokens<'a> {
    fn new(buckets: &'a [Bucket], now_us: i64) -> Self {
        let row = |bucket: &'a Bucket| (bucket.name.as_str(), now_us + bucket.rate.interval_us());
        Self { rows: buckets.iter().map(row).collect(), now_us }
    }
}

impl<DB> QueryFragment<DB> for TakeTokens<'_>
where
    DB: Backend + HasSqlType<Text> + HasSqlType<BigInt>,
    str: ToSql<Text, DB>,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("INSERT INTO rate_limits (bucket, full_at_us) VALUES ");
        for (index, (name, full_at_us)) in self.rows.iter().enumerate() {
            out.push_sql(if index == 0 { "(" } else { ", (" });
            out.push_bind_param::<Text, str>(name)?;
            out.push_sql(", ");
            out.push_bind_param::<BigInt, i64>(full_at_us)?;
            out.push_sql(")");
        }
        out.push_sql(
            " ON CONFLICT (bucket) DO UPDATE SET full_at_us = excluded.full_at_us \
             + CASE WHEN rate_limits.full_at_us > ",
        );
        out.push_bind_param::<BigInt, i64>(&self.now_us)?;
        out.push_sql(" THEN rate_limits.full_at_us - ");
        out.push_bind_param::<BigInt, i64>(&self.now_us)?;
        out.push_sql(" ELSE 0 END RETURNING bucket, full_at_us");
        Ok(())
    }
}

/// The number of buckets is part of its words.
impl QueryId for TakeTokens<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for TakeTokens<'_> {
    type SqlType = (Text, BigInt);
}

impl<C> RunQueryDsl<C> for TakeTokens<'_> {}

/// Forgets buckets that are full; returns how many.
pub fn remove_full(tx: &mut Tx<'_>, now: DateTime<Utc>) -> Result<usize, StoreError> {
    let full = rate_limits::table.filter(rate_limits::full_at_us.lt(now.timestamp_micros()));
    Ok(diesel::delete(full).execute(&mut **tx)?)
}
