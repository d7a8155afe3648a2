//! What happened to recurring support: each move as it was learned, and their sums by month.

use super::dialect::on_each;
use super::row::{Row, one, utc};
use super::schema::{patron_months, patron_moves};
use super::steady::Steadily as _;
use super::{Conn, StoreError, Tx};
use crate::domain::ids::PledgeId;
use crate::domain::money::{Currency, Money};
use crate::domain::patron::{Month, MonthTotal, Move, MoveKind};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

/// Adds a move, and adds it to the sums of its month.
pub fn append(
    tx: &mut Tx<'_>,
    pledge: PledgeId,
    change: &Move,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let moves = patron_moves::table.filter(patron_moves::pledge_id.eq(pledge.to_string()));
    let last: Option<i64> = moves.select(diesel::dsl::max(patron_moves::sequence)).get_result(&mut **tx)?;
    let inserted = diesel::insert_into(patron_moves::table)
        .values((
            patron_moves::pledge_id.eq(pledge.to_string()),
            patron_moves::sequence.eq(last.unwrap_or_default() + 1),
            patron_moves::kind.eq(change.kind.as_str()),
            patron_moves::month.eq(change.month.as_str()),
            patron_moves::cohort.eq(change.cohort.as_str()),
            patron_moves::currency.eq(change.annual.currency().code()),
            patron_moves::annual_minor.eq(change.annual.minor()),
            patron_moves::happened_at.eq(change.at.naive_utc()),
            patron_moves::recorded_at.eq(now.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(inserted)?;
    add_to_month(tx, change, now)
}

/// The row exists before anything is added to it: see `campaigns::add_to_total`.
fn add_to_month(tx: &mut Tx<'_>, change: &Move, now: DateTime<Utc>) -> Result<(), StoreError> {
    if add(tx, change, now)? > 0 {
        return Ok(());
    }
    on_each!(tx, |c| diesel::insert_into(patron_months::table)
        .values((
            patron_months::month.eq(change.month.as_str()),
            patron_months::cohort.eq(change.cohort.as_str()),
            patron_months::currency.eq(change.annual.currency().code()),
            (
                patron_months::joined.eq(0_i64),
                patron_months::returned.eq(0_i64),
                patron_months::left_for_good.eq(0_i64),
                patron_months::failing.eq(0_i64),
                patron_months::recovered.eq(0_i64),
            ),
            patron_months::annual_minor.eq(0_i64),
            patron_months::updated_at.eq(now.naive_utc()),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    one(add(tx, change, now)?)
}

fn add(tx: &mut Tx<'_>, change: &Move, now: DateTime<Utc>) -> Result<usize, StoreError> {
    let key = (change.month.as_str(), change.cohort.as_str(), change.annual.currency().code());
    let one_if = |kind| i64::from(change.kind == kind);
    Ok(diesel::update(patron_months::table.find(key))
        .set((
            patron_months::joined.eq(patron_months::joined + one_if(MoveKind::Joined)),
            patron_months::returned.eq(patron_months::returned + one_if(MoveKind::Returned)),
            patron_months::left_for_good.eq(patron_months::left_for_good + one_if(MoveKind::Left)),
            patron_months::failing.eq(patron_months::failing + one_if(MoveKind::Failing)),
            patron_months::recovered.eq(patron_months::recovered + one_if(MoveKind::Recovered)),
            patron_months::annual_minor.eq(patron_months::annual_minor + change.annual.minor()),
            patron_months::updated_at.eq(now.naive_utc()),
        ))
        .steadily()
        .execute(&mut **tx)?)
}

/// What all moves of a pledge sum up to in a year, in minor units, and how many there are.
pub fn counted(conn: &mut Conn, pledge: PledgeId, currency: Currency) -> Result<i64, StoreError> {
    let moves: Vec<i64> = patron_moves::table
        .filter(patron_moves::pledge_id.eq(pledge.to_string()))
        .filter(patron_moves::currency.eq(currency.code()))
        .select(patron_moves::annual_minor)
        .load(conn)?;
    Ok(moves.iter().sum())
}

/// What happened to a pledge's recurring support, in the order in which it was learned.
pub fn moves(conn: &mut Conn, pledge: PledgeId) -> Result<Vec<(MoveKind, DateTime<Utc>)>, StoreError> {
    let rows: Vec<(String, NaiveDateTime)> = patron_moves::table
        .filter(patron_moves::pledge_id.eq(pledge.to_string()))
        .order(patron_moves::sequence)
        .select((patron_moves::kind, patron_moves::happened_at))
        .load(conn)?;
    let id = pledge.to_string();
    let row = Row { table: "patron_moves", id: &id };
    rows.into_iter().map(|(kind, at)| Ok((row.word(MoveKind::parse, &kind)?, utc(at)))).collect()
}

/// The sums of every month until and with `until`, by month and cohort.
pub fn months(conn: &mut Conn, until: &Month) -> Result<Vec<MonthTotal>, StoreError> {
    type Columns = (String, String, String, i64, i64, i64, i64, i64, i64);
    let rows: Vec<Columns> = patron_months::table
        .filter(patron_months::month.le(until.as_str()))
        .order((patron_months::month, patron_months::cohort, patron_months::currency))
        .select((
            patron_months::month,
            patron_months::cohort,
            patron_months::currency,
            patron_months::joined,
            patron_months::returned,
            patron_months::left_for_good,
            patron_months::failing,
            patron_months::recovered,
            patron_months::annual_minor,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(month, cohort, currency, joined, returned, left, failing, recovered, annual)| {
            let row = Row { table: "patron_months", id: &month };
            let currency = Currency::parse(&currency).map_err(|error| row.corrupt(error))?;
            Ok(MonthTotal {
                month: row.parse(&month)?,
                cohort: row.parse(&cohort)?,
                joined,
                returned,
                left,
                failing,
                recovered,
                annual: Money::new(annual, currency),
            })
        })
        .collect()
}
