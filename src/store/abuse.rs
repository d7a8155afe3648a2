//! From where promises come, which payments were declined, and who may start none for a while. Addresses are keyed hashes,
//! other ones each day.

use super::dialect::on_each;
use super::schema::{attempts, blocks, declines, pledge_clients, pledges};
use super::{Conn, StoreError, Tx};
use crate::domain::abuse::Who;
use crate::domain::ids::{AttemptId, PledgeId};
use chrono::{DateTime, Utc};
use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Text};
use std::ops::Range;

/// Under what a promise is counted, on one day.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = pledge_clients)]
pub struct Marks {
    /// Of the network address.
    pub client: String,
    /// Of the network around it.
    pub network: String,
    /// Of the e-mail address.
    pub email: String,
}

impl Marks {
    /// The one of somebody.
    pub fn of(&self, who: Who) -> &str {
        match who {
            Who::Client => &self.client,
            Who::Network => &self.network,
            Who::Email => &self.email,
        }
    }
}

/// Remembers from where a promise came.
pub fn insert_client(tx: &mut Tx<'_>, pledge: PledgeId, marks: &Marks) -> Result<(), StoreError> {
    let inserted = diesel::insert_into(pledge_clients::table)
        .values((
            pledge_clients::pledge_id.eq(pledge.to_string()),
            pledge_clients::client.eq(&marks.client),
            pledge_clients::network.eq(&marks.network),
            pledge_clients::email.eq(&marks.email),
        ))
        .execute(&mut **tx)?;
    super::row::one(inserted)
}

/// From where a promise came; none once that is forgotten.
pub fn client_of(conn: &mut Conn, pledge: PledgeId) -> Result<Option<Marks>, StoreError> {
    let row = pledge_clients::table.find(pledge.to_string()).select(Marks::as_select());
    Ok(row.get_result(conn).optional()?)
}

/// What is looked up before a promise is taken.
#[derive(Debug, Clone, Copy)]
pub struct Sought<'a> {
    /// Under what it is counted today.
    pub marks: &'a Marks,
    /// Under what it would have been counted yesterday, as long as blocks of then hold.
    pub before: Option<&'a Marks>,
    /// Payments begun are counted from the attempt of this id on.
    pub attempts_from: AttemptId,
    /// Counting them stops here.
    pub attempts_most: i64,
    /// Now.
    pub now: DateTime<Utc>,
}

/// How often somebody, and everybody, came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Promises of the network address today.
    pub by_client: i64,
    /// Promises for the e-mail address today.
    pub by_email: i64,
    /// Payments begun on the whole site, as far as they were counted.
    pub attempts: i64,
    /// Blocks that hold for any of the marks.
    pub blocks: i64,
}

/// Looks everything up at once.
pub fn look(conn: &mut Conn, sought: Sought<'_>) -> Result<Seen, StoreError> {
    let mut conn = conn;
    let looking = Looking::of(sought);
    let (by_client, by_email, attempts, blocks): (i64, i64, i64, i64) =
        on_each!(&mut conn, |c| looking.get_result(c))?;
    Ok(Seen { by_client, by_email, attempts, blocks })
}

/// One statement for all counts, prepared once for each connection: every promise asks it.
struct Looking<'a> {
    client: &'a str,
    email: &'a str,
    attempts_from: String,
    attempts_most: i64,
    now_us: i64,
    marks: Vec<&'a str>,
}

impl<'a> Looking<'a> {
    fn of(sought: Sought<'a>) -> Self {
        let all = std::iter::once(sought.marks).chain(sought.before);
        Self {
            client: &sought.marks.client,
            email: &sought.marks.email,
            attempts_from: sought.attempts_from.to_string(),
            attempts_most: sought.attempts_most,
            now_us: sought.now.timestamp_micros(),
            marks: all.flat_map(|marks| Who::ALL.iter().map(move |who| marks.of(*who))).collect(),
        }
    }
}

impl<DB> QueryFragment<DB> for Looking<'_>
where
    DB: Backend + HasSqlType<Text> + HasSqlType<BigInt>,
    str: ToSql<Text, DB>,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT (SELECT COUNT(*) FROM pledge_clients WHERE client = ");
        out.push_bind_param::<Text, str>(self.client)?;
        out.push_sql("), (SELECT COUNT(*) FROM pledge_clients WHERE email = ");
        out.push_bind_param::<Text, str>(self.email)?;
        out.push_sql("), (SELECT COUNT(*) FROM (SELECT 1 AS one FROM attempts WHERE id >= ");
        out.push_bind_param::<Text, str>(&self.attempts_from)?;
        out.push_sql(" LIMIT ");
        out.push_bind_param::<BigInt, i64>(&self.attempts_most)?;
        out.push_sql(") few), (SELECT COUNT(*) FROM blocks WHERE until_us > ");
        out.push_bind_param::<BigInt, i64>(&self.now_us)?;
        out.push_sql(" AND mark IN (");
        for (index, mark) in self.marks.iter().enumerate() {
            if index > 0 {
                out.push_sql(", ");
            }
            out.push_bind_param::<Text, str>(mark)?;
        }
        out.push_sql("))");
        Ok(())
    }
}

/// The number of marks is part of its words.
impl QueryId for Looking<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Looking<'_> {
    type SqlType = (BigInt, BigInt, BigInt, BigInt);
}

impl<C> RunQueryDsl<C> for Looking<'_> {}

/// Payments begun from the attempt of this id on, counted up to `most`.
pub fn attempts_from(conn: &mut Conn, first: AttemptId, most: i64) -> Result<i64, StoreError> {
    let ids: Vec<String> = attempts::table
        .filter(attempts::id.ge(first.to_string()))
        .select(attempts::id)
        .limit(most)
        .load(conn)?;
    Ok(i64::try_from(ids.len()).unwrap_or(most))
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many payments that brought money were begun in the busiest minute but `busier`, from the attempt of this id on.
pub fn busy_minute(conn: &mut Conn, first: AttemptId, busier: i64) -> Result<i64, StoreError> {
    let found: Option<Counted> = diesel::sql_query(
        "SELECT CAST(COUNT(*) AS BIGINT) AS count FROM attempts a JOIN pledges p ON p.id = a.pledge_id \
         WHERE a.id >= $1 AND p.donor_id IS NOT NULL \
         GROUP BY substr(CAST(a.created_at AS TEXT), 1, 16) ORDER BY COUNT(*) DESC LIMIT 1 OFFSET $2",
    )
    .bind::<Text, _>(first.to_string())
    .bind::<BigInt, _>(busier)
    .get_result(conn)
    .optional()?;
    Ok(found.map_or(0, |found| found.count))
}

/// Payments begun between these attempts that brought money.
pub fn payments_that_paid(conn: &mut Conn, between: Range<AttemptId>) -> Result<i64, StoreError> {
    let rows = attempts::table
        .inner_join(pledges::table)
        .filter(attempts::id.ge(between.start.to_string()))
        .filter(attempts::id.lt(between.end.to_string()))
        .filter(pledges::donor_id.is_not_null());
    Ok(rows.count().get_result(conn)?)
}

/// Writes down that a payment was declined. False if that was known.
pub fn insert_decline(
    tx: &mut Tx<'_>,
    pledge: PledgeId,
    at: DateTime<Utc>,
    marks: &Marks,
) -> Result<bool, StoreError> {
    let inserted = on_each!(tx, |c| diesel::insert_into(declines::table)
        .values((
            declines::pledge_id.eq(pledge.to_string()),
            declines::declined_at.eq(at.naive_utc()),
            declines::client.eq(&marks.client),
            declines::network.eq(&marks.network),
            declines::email.eq(&marks.email),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(inserted == 1)
}

/// Payments of somebody that were declined since then.
pub fn declines_of(
    conn: &mut Conn,
    (who, mark): (Who, &str),
    since: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let lately = declines::table.filter(declines::declined_at.gt(since.naive_utc()));
    Ok(match who {
        Who::Client => lately.filter(declines::client.eq(mark)).count().get_result(conn)?,
        Who::Network => lately.filter(declines::network.eq(mark)).count().get_result(conn)?,
        Who::Email => lately.filter(declines::email.eq(mark)).count().get_result(conn)?,
    })
}

/// Tries at one promise that were declined, as far as declines are kept.
pub fn declines_at(conn: &mut Conn, pledge: PledgeId) -> Result<i64, StoreError> {
    let tries = declines::table.filter(declines::pledge_id.eq(pledge.to_string()));
    Ok(tries.count().get_result(conn)?)
}

/// Payments of anybody that were declined since then.
pub fn declines_since(conn: &mut Conn, since: DateTime<Utc>) -> Result<i64, StoreError> {
    Ok(declines::table.filter(declines::declined_at.gt(since.naive_utc())).count().get_result(conn)?)
}

/// Keeps somebody from starting payments. Whoever is blocked already is blocked for longer, and counts once.
pub fn block(
    tx: &mut Tx<'_>,
    (who, mark): (Who, &str),
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<(), StoreError> {
    let until_us = until.timestamp_micros();
    on_each!(tx, |c| diesel::insert_into(blocks::table)
        .values((
            blocks::mark.eq(mark),
            blocks::who.eq(who.as_str()),
            blocks::blocked_at_us.eq(from.timestamp_micros()),
            blocks::until_us.eq(until_us),
        ))
        .on_conflict(blocks::mark)
        .do_update()
        .set(blocks::until_us.eq(until_us))
        .execute(c))?;
    Ok(())
}

/// How many were blocked since then.
pub fn blocks_since(conn: &mut Conn, who: Who, since: DateTime<Utc>) -> Result<i64, StoreError> {
    let lately = blocks::table.filter(blocks::blocked_at_us.gt(since.timestamp_micros()));
    Ok(lately.filter(blocks::who.eq(who.as_str())).count().get_result(conn)?)
}

/// Forgets from where promises older than the one of this id came, declines before `counted` and blocks that ended before
/// `now`.
pub fn remove_old(
    tx: &mut Tx<'_>,
    first: PledgeId,
    counted: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::delete(pledge_clients::table.filter(pledge_clients::pledge_id.lt(first.to_string())))
        .execute(&mut **tx)?;
    diesel::delete(declines::table.filter(declines::declined_at.lt(counted.naive_utc())))
        .execute(&mut **tx)?;
    diesel::delete(blocks::table.filter(blocks::until_us.lt(now.timestamp_micros()))).execute(&mut **tx)?;
    Ok(())
}
