//! How often each of two texts of an appeal was shown while they are tried, and what gifts came from it.

use super::dialect::on_each;
use super::row::Row;
use super::schema::appeal_texts;
use super::{Conn, StoreError, Tx};
use crate::domain::appeal::{SeenAppeal, Side, TestId};
use crate::domain::article::Slug;
use crate::domain::money::Money;
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel::upsert::excluded;

/// A text that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// Of which appeal.
    pub appeal: Slug,
    /// In which test.
    pub test: TestId,
    /// Which of the two.
    pub side: Side,
    /// Pages on which it was shown.
    pub shown: i64,
    /// The first day on which it was, in the publisher's time zone.
    pub first_on: NaiveDate,
    /// The last one.
    pub last_on: NaiveDate,
}

/// Gifts in one currency that came from a text: promises for which money arrived and was not all given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    /// From which text of which appeal.
    pub seen: SeenAppeal,
    /// How many.
    pub gifts: i64,
    /// How many of them recur.
    pub recurring: i64,
    /// Their sum, each counted once by what was promised: of recurring support, one payment.
    pub sum: Money,
}

/// Adds pages on which a text was shown, on a day; `times` is positive. An appeal without a test is not counted.
pub fn add(tx: &mut Tx<'_>, seen: &SeenAppeal, times: i64, on: NaiveDate) -> Result<(), StoreError> {
    let Some((side, test)) = &seen.text else { return Ok(()) };
    let row = (
        appeal_texts::seen.eq(seen.to_string()),
        appeal_texts::appeal.eq(seen.appeal.as_str()),
        appeal_texts::test.eq(test.as_str()),
        appeal_texts::side.eq(side.as_str()),
        appeal_texts::shown.eq(times),
        appeal_texts::first_on.eq(on),
        appeal_texts::last_on.eq(on),
    );
    on_each!(tx, |c| diesel::insert_into(appeal_texts::table)
        .values(row)
        .on_conflict(appeal_texts::seen)
        .do_update()
        .set(appeal_texts::shown.eq(appeal_texts::shown + excluded(appeal_texts::shown)))
        .execute(c))?;
    let before = appeal_texts::table
        .filter(appeal_texts::seen.eq(seen.to_string()))
        .filter(appeal_texts::last_on.lt(on));
    diesel::update(before).set(appeal_texts::last_on.eq(on)).execute(&mut **tx)?;
    Ok(())
}

/// Every text that was ever tried, by appeal, the latest test first, its first text before its second.
pub fn all(conn: &mut Conn) -> Result<Vec<Tried>, StoreError> {
    let rows: Vec<(String, String, String, String, i64, NaiveDate, NaiveDate)> = appeal_texts::table
        .select((
            appeal_texts::seen,
            appeal_texts::appeal,
            appeal_texts::test,
            appeal_texts::side,
            appeal_texts::shown,
            appeal_texts::first_on,
            appeal_texts::last_on,
        ))
        .order((appeal_texts::appeal, appeal_texts::first_on.desc(), appeal_texts::test, appeal_texts::side))
        .load(conn)?;
    let tried = |(seen, appeal, test, side, shown, first_on, last_on): (
        String,
        String,
        String,
        String,
        i64,
        NaiveDate,
        NaiveDate,
    )| {
        let row = Row { table: "appeal_texts", id: &seen };
        Ok(Tried {
            appeal: Slug::parse(&appeal).map_err(|error| row.corrupt(error))?,
            test: row.word(TestId::parse, &test)?,
            side: row.word(Side::parse, &side)?,
            shown,
            first_on,
            last_on,
        })
    };
    rows.into_iter().map(tried).collect()
}

#[derive(QueryableByName)]
struct BroughtRow {
    #[diesel(sql_type = Text)]
    seen: String,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    gifts: i64,
    #[diesel(sql_type = BigInt)]
    recurring: i64,
    #[diesel(sql_type = BigInt)]
    minor: i64,
}

/// The gifts that came from texts that were tried.
pub fn brought(conn: &mut Conn) -> Result<Vec<Brought>, StoreError> {
    let rows: Vec<BroughtRow> = diesel::sql_query(
        "SELECT p.source_appeal AS seen, p.currency AS currency, CAST(COUNT(*) AS BIGINT) AS gifts, \
         CAST(SUM(CASE WHEN p.frequency = 'once' THEN 0 ELSE 1 END) AS BIGINT) AS recurring, \
         CAST(SUM(p.amount_minor) AS BIGINT) AS minor \
         FROM pledges p JOIN appeal_texts t ON t.seen = p.source_appeal \
         WHERE EXISTS (SELECT 1 FROM donations d WHERE d.pledge_id = p.id \
         AND d.status IN ('succeeded', 'partly_refunded', 'disputed')) \
         GROUP BY p.source_appeal, p.currency ORDER BY p.source_appeal, p.currency",
    )
    .load(conn)?;
    let brought = |found: BroughtRow| {
        let row = Row { table: "pledges", id: &found.seen };
        Ok(Brought {
            seen: row.word(SeenAppeal::parse, &found.seen)?,
            gifts: found.gifts,
            recurring: found.recurring,
            sum: row.money(found.minor, &found.currency)?,
        })
    };
    rows.into_iter().map(brought).collect()
}
