//! How often outbound links were followed: a counter for each place, article and day.

use super::dialect::on_each;
use super::row::Row;
use super::schema::outbound_links;
use super::{Conn, StoreError, Tx};
use crate::domain::article::Slug;
use crate::domain::figures::Period;
use crate::domain::outbound::{Departures, Place};
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Text};
use diesel::upsert::excluded;

/// How often readers of an article left for a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// Where they went.
    pub place: Place,
    /// What they had read; none if that is not known.
    pub article: Option<Slug>,
    /// How often.
    pub times: i64,
}

/// Counts one.
pub fn count(tx: &mut Tx<'_>, place: Place, article: Option<&Slug>, on: NaiveDate) -> Result<(), StoreError> {
    let row = (
        outbound_links::place.eq(place.as_str()),
        outbound_links::article.eq(article.map(Slug::as_str).unwrap_or_default()),
        outbound_links::followed_on.eq(on),
        outbound_links::times.eq(1_i64),
    );
    on_each!(tx, |c| diesel::insert_into(outbound_links::table)
        .values(row)
        .on_conflict((outbound_links::place, outbound_links::article, outbound_links::followed_on))
        .do_update()
        .set(outbound_links::times.eq(outbound_links::times + excluded(outbound_links::times)))
        .execute(c))?;
    Ok(())
}

#[derive(QueryableByName)]
struct FollowedRow {
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = Text)]
    article: String,
    #[diesel(sql_type = BigInt)]
    times: i64,
}

/// What was followed in a period, most often first.
pub fn within(conn: &mut Conn, period: Period) -> Result<Vec<Followed>, StoreError> {
    let rows: Vec<FollowedRow> = diesel::sql_query(
        "SELECT place, article, CAST(SUM(times) AS BIGINT) AS times FROM outbound_links \
         WHERE followed_on >= $1 AND followed_on <= $2 GROUP BY place, article ORDER BY times DESC, article, place",
    )
    .bind::<Date, _>(period.from)
    .bind::<Date, _>(period.until)
    .load(conn)?;
    let followed = |found: FollowedRow| {
        let row = Row { table: "outbound_links", id: &found.article };
        Ok(Followed {
            place: row.word(Place::parse, &found.place)?,
            article: row.slug(Some(found.article.clone()).filter(|article| !article.is_empty()))?,
            times: found.times,
        })
    };
    rows.into_iter().map(followed).collect()
}

/// How often a place was gone to on each day of a period.
pub fn by_day(conn: &mut Conn, place: Place, period: Period) -> Result<Vec<Departures>, StoreError> {
    let rows: Vec<(String, NaiveDate, i64)> = outbound_links::table
        .filter(outbound_links::place.eq(place.as_str()))
        .filter(outbound_links::followed_on.ge(period.from))
        .filter(outbound_links::followed_on.le(period.until))
        .select((outbound_links::article, outbound_links::followed_on, outbound_links::times))
        .order((outbound_links::followed_on, outbound_links::article))
        .load(conn)?;
    let departures = |(article, on, times): (String, NaiveDate, i64)| {
        let row = Row { table: "outbound_links", id: &article };
        let article = row.slug(Some(article.clone()).filter(|article| !article.is_empty()))?;
        Ok(Departures { article, on, times })
    };
    rows.into_iter().map(departures).collect()
}
