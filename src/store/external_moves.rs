//! What happened to members at platforms elsewhere: each move as it was learned, and their sums by month.

use super::dialect::on_each;
use super::row::{Row, one, utc};
use super::schema::{external_members, external_months, external_moves};
use super::{Conn, StoreError, Tx};
use crate::domain::ids::MemberId;
use crate::domain::member::Platform;
use crate::domain::money::{Currency, Money};
use crate::domain::patron::{Month, MonthTotal, MoveKind};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
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

/// Adds a move of a member of a platform, and adds it to the sums of its month.
pub fn append(
    tx: &mut Tx<'_>,
    (platform, member): (Platform, MemberId),
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
    one(inserted)?;
    add_to_month(tx, platform, change, now)
}

/// The row exists before anything is added to it: see `campaigns::add_to_total`.
fn add_to_month(
    tx: &mut Tx<'_>,
    platform: Platform,
    change: &MemberMove,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if add(tx, platform, change, now)? > 0 {
        return Ok(());
    }
    on_each!(tx, |c| diesel::insert_into(external_months::table)
        .values((
            external_months::platform.eq(platform.as_str()),
            external_months::month.eq(change.month.as_str()),
            external_months::currency.eq(change.annual.currency().code()),
            (
                external_months::joined.eq(0_i64),
                external_months::returned.eq(0_i64),
                external_months::left_for_good.eq(0_i64),
                external_months::failing.eq(0_i64),
                external_months::recovered.eq(0_i64),
            ),
            external_months::annual_minor.eq(0_i64),
            external_months::updated_at.eq(now.naive_utc()),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    one(add(tx, platform, change, now)?)
}

fn add(
    tx: &mut Tx<'_>,
    platform: Platform,
    change: &MemberMove,
    now: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let key = (platform.as_str(), change.month.as_str(), change.annual.currency().code());
    let one_if = |kind| i64::from(change.kind == kind);
    Ok(diesel::update(external_months::table.find(key))
        .set((
            external_months::joined.eq(external_months::joined + one_if(MoveKind::Joined)),
            external_months::returned.eq(external_months::returned + one_if(MoveKind::Returned)),
            external_months::left_for_good.eq(external_months::left_for_good + one_if(MoveKind::Left)),
            external_months::failing.eq(external_months::failing + one_if(MoveKind::Failing)),
            external_months::recovered.eq(external_months::recovered + one_if(MoveKind::Recovered)),
            external_months::annual_minor.eq(external_months::annual_minor + change.annual.minor()),
            external_months::updated_at.eq(now.naive_utc()),
        ))
        .execute(&mut **tx)?)
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

/// The sums of every month until and with `until`. No cohorts are kept of members: the cohort is the month itself.
pub fn months(conn: &mut Conn, platform: Platform, until: &Month) -> Result<Vec<MonthTotal>, StoreError> {
    type Columns = (String, String, i64, i64, i64, i64, i64, i64);
    let rows: Vec<Columns> = external_months::table
        .filter(external_months::platform.eq(platform.as_str()))
        .filter(external_months::month.le(until.as_str()))
        .order((external_months::month, external_months::currency))
        .select((
            external_months::month,
            external_months::currency,
            external_months::joined,
            external_months::returned,
            external_months::left_for_good,
            external_months::failing,
            external_months::recovered,
            external_months::annual_minor,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(month, currency, joined, returned, left, failing, recovered, annual)| {
            let row = Row { table: "external_months", id: &month };
            let known: Month = row.parse(&month)?;
            Ok(MonthTotal {
                cohort: known.clone(),
                month: known,
                joined,
                returned,
                left,
                failing,
                recovered,
                annual: row.money(annual, &currency)?,
            })
        })
        .collect()
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
