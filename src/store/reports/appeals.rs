//! Which appeals payments came from: read from the payments themselves, because the sums by day know articles only.

use crate::domain::appeal::SeenAppeal;
use crate::domain::figures::{Filter, Period, Sums};
use crate::domain::money::Currency;
use crate::store::row::Row;
use crate::store::{Conn, StoreError, dialect};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Text};

/// What came from an appeal, or from one of its two texts, in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FromAppeal {
    /// What was seen.
    pub seen: SeenAppeal,
    /// The currency of the sums.
    pub currency: Currency,
    /// The sums; fees are not told apart by appeal, and are zero.
    pub sums: Sums,
}

#[derive(QueryableByName)]
struct FromAppealRow {
    #[diesel(sql_type = Text)]
    seen: String,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    donations: i64,
    #[diesel(sql_type = BigInt)]
    gross: i64,
    #[diesel(sql_type = BigInt)]
    refunded: i64,
    #[diesel(sql_type = BigInt)]
    lost: i64,
}

const QUERY: &str = "SELECT p.source_appeal AS seen, d.currency AS currency, CAST(COUNT(*) AS BIGINT) AS donations, \
     CAST(SUM(d.gross_minor) AS BIGINT) AS gross, CAST(SUM(d.refunded_minor) AS BIGINT) AS refunded, \
     CAST(SUM(d.lost_minor) AS BIGINT) AS lost FROM donations d JOIN pledges p ON p.id = d.pledge_id \
     WHERE p.source_appeal IS NOT NULL AND d.gross_minor IS NOT NULL AND d.received_on >= $1 AND d.received_on <= $2 \
     AND ($3 = '' OR d.campaign_id = $3) AND ($4 = '' OR d.gateway = $4) AND ($5 = '' OR d.currency = $5) \
     AND ($6 = '' OR p.source_article = $6) \
     AND ($7 = '' OR CASE p.frequency WHEN 'once' THEN 'once' ELSE 'recurring' END = $7) \
     GROUP BY p.source_appeal, d.currency ORDER BY p.source_appeal, d.currency";

/// What came of each appeal in a period.
///
/// # Errors
/// Of the database.
pub fn sums(conn: &mut Conn, period: Period, filter: &Filter) -> Result<Vec<FromAppeal>, StoreError> {
    dialect::take_the_time_it_takes(conn)?;
    let [campaign, gateway, currency, article, rhythm] = super::words(filter);
    let rows: Vec<FromAppealRow> = diesel::sql_query(QUERY)
        .bind::<Date, _>(period.from)
        .bind::<Date, _>(period.until)
        .bind::<Text, _>(campaign)
        .bind::<Text, _>(gateway)
        .bind::<Text, _>(currency)
        .bind::<Text, _>(article)
        .bind::<Text, _>(rhythm)
        .load(conn)?;
    let read = |found: FromAppealRow| {
        let row = Row { table: "pledges", id: &found.seen };
        Ok(FromAppeal {
            seen: row.word(SeenAppeal::parse, &found.seen)?,
            currency: row.currency(&found.currency)?,
            sums: Sums {
                donations: found.donations,
                gross: found.gross,
                fees: 0,
                refunded: found.refunded,
                lost: found.lost,
            },
        })
    };
    rows.into_iter().map(read).collect()
}
