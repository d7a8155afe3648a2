//! Who gave in one time and not in another: answered from an index on donors and days, in pages.

use crate::domain::figures::Period;
use crate::domain::ids::DonorId;
use crate::domain::money::Currency;
use crate::domain::money::Money;
use crate::store::row::Row;
use crate::store::{Conn, StoreError, dialect};
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Nullable, Text};

/// Gave in one period, and not in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lapse {
    /// Here they gave.
    pub gave: Period,
    /// Here they did not.
    pub silent: Period,
}

/// A donor who gave and gives no more; one line for each currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lapsed {
    /// Who.
    pub donor: DonorId,
    /// The address on record.
    pub email: String,
    /// The name on record.
    pub name: Option<String>,
    /// What is left of their gifts in the period.
    pub kept: Money,
    /// How many gifts that were.
    pub gifts: i64,
    /// The day of the latest of them.
    pub last_on: NaiveDate,
}

#[derive(QueryableByName)]
struct LapsedRow {
    #[diesel(sql_type = Text)]
    donor: String,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    kept: i64,
    #[diesel(sql_type = BigInt)]
    gifts: i64,
    #[diesel(sql_type = Date)]
    last_on: NaiveDate,
}

impl LapsedRow {
    fn into_domain(self) -> Result<Lapsed, StoreError> {
        let row = Row { table: "donors", id: &self.donor };
        Ok(Lapsed {
            donor: row.parse(&self.donor)?,
            kept: row.money(self.kept, &self.currency)?,
            email: crate::domain::account::address_text(&self.email).to_owned(),
            name: self.name,
            gifts: self.gifts,
            last_on: self.last_on,
        })
    }
}

/// What counts as having given: something of it is left.
const LEFT: &str = "d.gross_minor - d.refunded_minor - d.lost_minor > 0";

/// Their gifts in the first period, who are silent in the second. Parameters: the days of both.
fn gifts_of_lapsed(more: &str) -> String {
    format!(
        "FROM donations d JOIN donors n ON n.id = d.donor_id WHERE d.received_on >= $1 AND d.received_on <= $2 \
         AND {LEFT} AND n.erased_at IS NULL AND NOT EXISTS (SELECT 1 FROM donations x WHERE x.donor_id = d.donor_id \
         AND x.received_on >= $3 AND x.received_on <= $4 \
         AND x.gross_minor - x.refunded_minor - x.lost_minor > 0) {more}"
    )
}

const COLUMNS: &str = "n.id AS donor, n.email, n.name, d.currency, \
     CAST(SUM(d.gross_minor - d.refunded_minor - d.lost_minor) AS BIGINT) AS kept, COUNT(*) AS gifts, \
     MAX(d.received_on) AS last_on";

/// Those who gave most in one currency.
pub fn lapsed_most(
    conn: &mut Conn,
    lapse: Lapse,
    currency: Currency,
    limit: i64,
) -> Result<Vec<Lapsed>, StoreError> {
    dialect::take_the_time_it_takes(conn)?;
    let of = gifts_of_lapsed("AND d.currency = $5");
    let query = format!(
        "SELECT {COLUMNS} {of} GROUP BY n.id, n.email, n.name, d.currency ORDER BY kept DESC, n.id LIMIT $6"
    );
    let rows: Vec<LapsedRow> = diesel::sql_query(query)
        .bind::<Date, _>(lapse.gave.from)
        .bind::<Date, _>(lapse.gave.until)
        .bind::<Date, _>(lapse.silent.from)
        .bind::<Date, _>(lapse.silent.until)
        .bind::<Text, _>(currency.code())
        .bind::<BigInt, _>(limit)
        .load(conn)?;
    rows.into_iter().map(LapsedRow::into_domain).collect()
}

/// All of them by id, in pages: up to `limit` lines behind the donor that `after` names; the lines of one donor are
/// never torn apart.
pub fn lapsed_page(
    conn: &mut Conn,
    lapse: Lapse,
    after: &str,
    limit: i64,
) -> Result<Vec<Lapsed>, StoreError> {
    dialect::take_the_time_it_takes(conn)?;
    let of = gifts_of_lapsed(
        "AND d.donor_id > $5 AND d.donor_id <= (SELECT MAX(id) FROM \
         (SELECT id FROM donors WHERE id > $5 ORDER BY id LIMIT $6) next)",
    );
    let query =
        format!("SELECT {COLUMNS} {of} GROUP BY n.id, n.email, n.name, d.currency ORDER BY n.id, d.currency");
    let rows: Vec<LapsedRow> = diesel::sql_query(query)
        .bind::<Date, _>(lapse.gave.from)
        .bind::<Date, _>(lapse.gave.until)
        .bind::<Date, _>(lapse.silent.from)
        .bind::<Date, _>(lapse.silent.until)
        .bind::<Text, _>(after)
        .bind::<BigInt, _>(limit)
        .load(conn)?;
    rows.into_iter().map(LapsedRow::into_domain).collect()
}

/// The id of the last donor of the page that begins behind `after`; none at the end.
pub fn page_end(conn: &mut Conn, after: &str, limit: i64) -> Result<Option<String>, StoreError> {
    #[derive(QueryableByName)]
    struct Last {
        #[diesel(sql_type = Nullable<Text>)]
        last: Option<String>,
    }
    let query = "SELECT MAX(id) AS last FROM (SELECT id FROM donors WHERE id > $1 ORDER BY id LIMIT $2) next";
    let found: Last =
        diesel::sql_query(query).bind::<Text, _>(after).bind::<BigInt, _>(limit).get_result(conn)?;
    Ok(found.last)
}

/// How many they are, and what they gave, in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LapsedTotal {
    /// What is left of their gifts in the period.
    pub kept: Money,
    /// How many donors.
    pub donors: i64,
    /// How many gifts.
    pub gifts: i64,
}

#[derive(QueryableByName)]
struct TotalRow {
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    kept: i64,
    #[diesel(sql_type = BigInt)]
    donors: i64,
    #[diesel(sql_type = BigInt)]
    gifts: i64,
}

/// All of them together, by currency.
pub fn lapsed_totals(conn: &mut Conn, lapse: Lapse) -> Result<Vec<LapsedTotal>, StoreError> {
    dialect::take_the_time_it_takes(conn)?;
    let of = gifts_of_lapsed("");
    let query = format!(
        "SELECT d.currency, CAST(SUM(d.gross_minor - d.refunded_minor - d.lost_minor) AS BIGINT) AS kept, \
         COUNT(DISTINCT d.donor_id) AS donors, COUNT(*) AS gifts {of} GROUP BY d.currency ORDER BY d.currency"
    );
    let rows: Vec<TotalRow> = diesel::sql_query(query)
        .bind::<Date, _>(lapse.gave.from)
        .bind::<Date, _>(lapse.gave.until)
        .bind::<Date, _>(lapse.silent.from)
        .bind::<Date, _>(lapse.silent.until)
        .load(conn)?;
    rows.into_iter()
        .map(|total| {
            let row = Row { table: "donations", id: &total.currency };
            let kept = row.money(total.kept, &total.currency)?;
            Ok(LapsedTotal { kept, donors: total.donors, gifts: total.gifts })
        })
        .collect()
}

/// The donors of one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DonorYear {
    /// Which.
    pub year: i32,
    /// Who gave.
    pub donors: i64,
    /// Who gave for the first time.
    pub new: i64,
    /// Who gave again in the year after.
    pub again: i64,
}

#[derive(QueryableByName)]
struct YearRow {
    #[diesel(sql_type = BigInt)]
    year: i64,
    #[diesel(sql_type = BigInt)]
    donors: i64,
    #[diesel(sql_type = BigInt)]
    new: i64,
    #[diesel(sql_type = BigInt)]
    again: i64,
}

/// Who gave in each year, and who gave again: from the days of each donor in their order.
pub fn years(conn: &mut Conn) -> Result<Vec<DonorYear>, StoreError> {
    dialect::take_the_time_it_takes(conn)?;
    let query = format!(
        "WITH years AS (SELECT DISTINCT d.donor_id, \
         CAST(SUBSTR(CAST(d.received_on AS TEXT), 1, 4) AS BIGINT) AS year \
         FROM donations d WHERE d.received_on IS NOT NULL AND {LEFT}), \
         told AS (SELECT year, LEAD(year) OVER (PARTITION BY donor_id ORDER BY year) AS next, \
         LAG(year) OVER (PARTITION BY donor_id ORDER BY year) AS before FROM years) \
         SELECT year, COUNT(*) AS donors, \
         CAST(SUM(CASE WHEN before IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS new, \
         CAST(SUM(CASE WHEN next = year + 1 THEN 1 ELSE 0 END) AS BIGINT) AS again \
         FROM told GROUP BY year ORDER BY year"
    );
    let rows: Vec<YearRow> = diesel::sql_query(query).load(conn)?;
    let year = |row: YearRow| DonorYear {
        year: i32::try_from(row.year).unwrap_or_default(),
        donors: row.donors,
        new: row.new,
        again: row.again,
    };
    Ok(rows.into_iter().map(year).collect())
}
