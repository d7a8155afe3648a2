//! How large gifts are: counted by the database, one line of answer however many there are.

use crate::domain::figures::{Filter, Period, Rhythm};
use crate::domain::money::Currency;
use crate::store::{Conn, StoreError, dialect};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Nullable, Text};

/// How large the payments of one currency are, in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sizes {
    /// How many there are.
    pub count: i64,
    /// All together.
    pub total: i64,
    /// The smallest.
    pub smallest: i64,
    /// A quarter is not larger than this.
    pub lower_quarter: i64,
    /// One half is not larger, one half not smaller; between the two in the middle of an even number, rounded down.
    pub median: i64,
    /// A quarter is not smaller than this.
    pub upper_quarter: i64,
    /// The largest.
    pub largest: i64,
    /// How many are below each of the bounds that were asked for.
    pub below: Vec<i64>,
}

#[derive(QueryableByName)]
struct SizesRow {
    #[diesel(sql_type = BigInt)]
    count: i64,
    #[diesel(sql_type = BigInt)]
    total: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    smallest: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    lower_quarter: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    middle_low: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    middle_high: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    upper_quarter: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    largest: Option<i64>,
    /// The counts below each bound, joined by commas: their number is not known to the type.
    #[diesel(sql_type = Text)]
    below: String,
}

/// How large payments of one currency and rhythm were in a period; none if there were none. `bounds` are minor units.
pub fn sizes(
    conn: &mut Conn,
    period: Period,
    filter: &Filter,
    (currency, rhythm): (Currency, Rhythm),
    bounds: &[i64],
) -> Result<Option<Sizes>, StoreError> {
    dialect::take_the_time_it_takes(conn)?;
    let [campaign, gateway, _, article, _] = super::words(filter);
    let row: SizesRow = diesel::sql_query(query(rhythm, bounds))
        .bind::<Text, _>(currency.code())
        .bind::<Date, _>(period.from)
        .bind::<Date, _>(period.until)
        .bind::<Text, _>(campaign)
        .bind::<Text, _>(gateway)
        .bind::<Text, _>(article)
        .get_result(conn)?;
    let (Some(smallest), Some(largest)) = (row.smallest, row.largest) else { return Ok(None) };
    let (low, high) = (row.middle_low.unwrap_or(smallest), row.middle_high.unwrap_or(largest));
    Ok(Some(Sizes {
        count: row.count,
        total: row.total,
        smallest,
        lower_quarter: row.lower_quarter.unwrap_or(smallest),
        median: low.saturating_add(high.saturating_sub(low).div_euclid(2)),
        upper_quarter: row.upper_quarter.unwrap_or(largest),
        largest,
        below: row.below.split(',').filter_map(|count| count.parse().ok()).collect(),
    }))
}

/// First how many there are of each amount, then a running count over the amounts: nothing is sorted but these.
fn query(rhythm: Rhythm, bounds: &[i64]) -> String {
    let once = match rhythm {
        Rhythm::Once => "=",
        Rhythm::Recurring => "<>",
    };
    let below = bounds.iter().map(|bound| {
        format!("CAST(COALESCE(SUM(CASE WHEN minor < {bound} THEN many ELSE 0 END), 0) AS TEXT)")
    });
    let below = std::iter::once("''".to_owned()).chain(below).collect::<Vec<_>>().join(" || ',' || ");
    format!(
        "WITH amounts AS (SELECT d.gross_minor AS minor, COUNT(*) AS many FROM donations d \
         JOIN pledges p ON p.id = d.pledge_id WHERE d.gross_minor IS NOT NULL AND d.currency = $1 \
         AND d.received_on >= $2 AND d.received_on <= $3 AND p.frequency {once} 'once' \
         AND ($4 = '' OR d.campaign_id = $4) AND ($5 = '' OR d.gateway = $5) \
         AND ($6 = '' OR p.source_article = $6) GROUP BY d.gross_minor), \
         counted AS (SELECT minor, many, SUM(many) OVER (ORDER BY minor) AS up_to, SUM(many) OVER () AS whole \
         FROM amounts) \
         SELECT CAST(COALESCE(SUM(many), 0) AS BIGINT) AS count, \
         CAST(COALESCE(SUM(minor * many), 0) AS BIGINT) AS total, MIN(minor) AS smallest, \
         MIN(CASE WHEN up_to * 4 >= whole THEN minor END) AS lower_quarter, \
         MIN(CASE WHEN up_to * 2 >= whole THEN minor END) AS middle_low, \
         MIN(CASE WHEN up_to * 2 > whole THEN minor END) AS middle_high, \
         MIN(CASE WHEN up_to * 4 >= whole * 3 THEN minor END) AS upper_quarter, \
         MAX(minor) AS largest, {below} AS below FROM counted"
    )
}
