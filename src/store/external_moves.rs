//! What happened to members at platforms elsewhere, and its sums by month. They are few beside payments, so the sums are
//! made when they are asked for, from an index that holds all they need.

use super::row::{Row, one, utc};
use super::schema::{external_members, external_moves};
use super::{Conn, StoreError, Tx};
use crate::domain::ids::MemberId;
use crate::domain::member::Platform;
use crate::domain::money::{Currency, Money};
use crate::domain::patron::{Month, MonthTotal, MoveKind};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use std::collections::BTreeMap;

/// One thing that happened to one member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberMove {
    /// What.
    pub kind: MoveKind,
    /// The month in which it happened.
    pub month: Month,
    /// The difference it makes in a year.
    pub annual: Money,
    /// When it happened.
    pub at: DateTime<Utc>,
}

/// Adds a move.
pub fn append(
    tx: &mut Tx<'_>,
    member: MemberId,
    change: &MemberMove,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let moves = external_moves::table.filter(external_moves::member_id.eq(member.to_string()));
    let last: Option<i64> = moves.select(diesel::dsl::max(external_moves::sequence)).get_result(&mut **tx)?;
    let inserted = diesel::insert_into(external_moves::table)
        .values((
            external_moves::member_id.eq(member.to_string()),
            external_moves::sequence.eq(last.unwrap_or_default() + 1),
            external_moves::kind.eq(change.kind.as_str()),
            external_moves::month.eq(change.month.as_str()),
            external_moves::currency.eq(change.annual.currency().code()),
            external_moves::annual_minor.eq(change.annual.minor()),
            external_moves::happened_at.eq(change.at.naive_utc()),
            external_moves::recorded_at.eq(now.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

/// What the moves of a member sum up to in a year, by currency; empty if there are none.
pub fn counted(conn: &mut Conn, member: MemberId) -> Result<BTreeMap<Currency, i64>, StoreError> {
    let id = member.to_string();
    let moves: Vec<(String, i64)> = external_moves::table
        .filter(external_moves::member_id.eq(&id))
        .select((external_moves::currency, external_moves::annual_minor))
        .load(conn)?;
    let row = Row { table: "external_moves", id: &id };
    let mut sums = BTreeMap::new();
    for (currency, minor) in moves {
        let sum: &mut i64 = sums.entry(row.currency(&currency)?).or_default();
        *sum = sum.saturating_add(minor);
    }
    Ok(sums)
}

#[derive(QueryableByName)]
struct MonthRow {
    #[diesel(sql_type = Text)]
    month: String,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    joined: i64,
    #[diesel(sql_type = BigInt)]
    returned: i64,
    #[diesel(sql_type = BigInt)]
    gone: i64,
    #[diesel(sql_type = BigInt)]
    failing: i64,
    #[diesel(sql_type = BigInt)]
    recovered: i64,
    #[diesel(sql_type = BigInt)]
    annual: i64,
}

/// The sums of every month until and with `until`. No cohorts are kept of members: the cohort is the month itself.
pub fn months(conn: &mut Conn, until: &Month) -> Result<Vec<MonthTotal>, StoreError> {
    let rows: Vec<MonthRow> = diesel::sql_query(
        "SELECT month, currency, \
         CAST(SUM(CASE WHEN kind = 'joined' THEN 1 ELSE 0 END) AS BIGINT) AS joined, \
         CAST(SUM(CASE WHEN kind = 'returned' THEN 1 ELSE 0 END) AS BIGINT) AS returned, \
         CAST(SUM(CASE WHEN kind = 'left' THEN 1 ELSE 0 END) AS BIGINT) AS gone, \
         CAST(SUM(CASE WHEN kind = 'failing' THEN 1 ELSE 0 END) AS BIGINT) AS failing, \
         CAST(SUM(CASE WHEN kind = 'recovered' THEN 1 ELSE 0 END) AS BIGINT) AS recovered, \
         CAST(SUM(annual_minor) AS BIGINT) AS annual \
         FROM external_moves WHERE month <= $1 GROUP BY month, currency ORDER BY month, currency",
    )
    .bind::<Text, _>(until.as_str())
    .load(conn)?;
    let total = |found: MonthRow| {
        let row = Row { table: "external_moves", id: &found.month };
        let month: Month = row.parse(&found.month)?;
        Ok(MonthTotal {
            cohort: month.clone(),
            month,
            joined: found.joined,
            returned: found.returned,
            left: found.gone,
            failing: found.failing,
            recovered: found.recovered,
            annual: row.money(found.annual, &found.currency)?,
        })
    };
    rows.into_iter().map(total).collect()
}

/// When somebody joined, as it is counted, and whether the platform said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joined {
    /// The moment: of their joining, or in which they were first seen.
    pub at: DateTime<Utc>,
    /// True if the platform said when they joined.
    pub is_dated: bool,
}

/// Those who joined at a platform from a moment until before another.
pub fn joined(
    conn: &mut Conn,
    platform: Platform,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<Joined>, StoreError> {
    let rows: Vec<(NaiveDateTime, Option<NaiveDateTime>)> = external_moves::table
        .inner_join(external_members::table.on(external_members::id.eq(external_moves::member_id)))
        .filter(external_members::platform.eq(platform.as_str()))
        .filter(external_moves::kind.eq(MoveKind::Joined.as_str()))
        .filter(external_moves::happened_at.ge(from.naive_utc()))
        .filter(external_moves::happened_at.lt(until.naive_utc()))
        .select((external_moves::happened_at, external_members::joined_at))
        .load(conn)?;
    Ok(rows.into_iter().map(|(at, said)| Joined { at: utc(at), is_dated: said.is_some() }).collect())
}
