//! Questions about how support is doing: to the sums by day and month, whose cost does not grow with the number of
//! gifts, and, for what no sum can answer, to the rows in bounded memory.

pub mod appeals;
pub mod attention;
pub mod donors;
pub mod gifts;

use super::row::Row;
use super::{Conn, StoreError};
use crate::domain::article::Slug;
use crate::domain::figures::{Filter, Grain, Period, Rhythm, Sums};
use crate::domain::ids::CampaignId;
use crate::domain::money::Currency;
use crate::domain::pledge::GatewayKind;
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Text};

/// By what sums are told apart, besides their currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Each day or each month.
    Time(Grain),
    /// Gifts, and recurring support.
    Rhythm,
    /// The gateway.
    Gateway,
    /// The campaign.
    Campaign,
    /// The article.
    Article,
}

/// The sums of one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The first day, if they are told apart by time.
    pub first_on: Option<NaiveDate>,
    /// The currency of the amounts.
    pub currency: Currency,
    /// Gifts or recurring support, if they are told apart by that.
    pub rhythm: Option<Rhythm>,
    /// The gateway, if they are told apart by that.
    pub gateway: Option<GatewayKind>,
    /// The campaign, if they are told apart by that.
    pub campaign: Option<CampaignId>,
    /// The article, if they are told apart by that; none also for gifts that no article led to.
    pub article: Option<Slug>,
    /// The sums.
    pub sums: Sums,
}

#[derive(QueryableByName)]
struct LineRow {
    #[diesel(sql_type = Text)]
    time: String,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Text)]
    rhythm: String,
    #[diesel(sql_type = Text)]
    gateway: String,
    #[diesel(sql_type = Text)]
    campaign: String,
    #[diesel(sql_type = Text)]
    article: String,
    #[diesel(sql_type = BigInt)]
    donations: i64,
    #[diesel(sql_type = BigInt)]
    gross: i64,
    #[diesel(sql_type = BigInt)]
    fees: i64,
    #[diesel(sql_type = BigInt)]
    refunded: i64,
    #[diesel(sql_type = BigInt)]
    lost: i64,
}

impl LineRow {
    fn into_domain(self) -> Result<Line, StoreError> {
        let row = Row { table: "support_totals", id: &self.time };
        let given = |text: String| Some(text).filter(|text| !text.is_empty());
        let day = |text: String| if text.len() == "2026-11".len() { format!("{text}-01") } else { text };
        Ok(Line {
            first_on: given(self.time.clone()).map(|text| row.parse(&day(text))).transpose()?,
            currency: row.currency(&self.currency)?,
            rhythm: given(self.rhythm).map(|word| row.word(Rhythm::parse, &word)).transpose()?,
            gateway: given(self.gateway).map(|word| row.word(GatewayKind::parse, &word)).transpose()?,
            campaign: row.parse_option(given(self.campaign).as_deref())?,
            article: row.slug(given(self.article))?,
            sums: Sums {
                donations: self.donations,
                gross: self.gross,
                fees: self.fees,
                refunded: self.refunded,
                lost: self.lost,
            },
        })
    }
}

/// The sums of a period by currency and by what else is asked, in that order.
pub fn sums(conn: &mut Conn, period: Period, filter: &Filter, by: &[By]) -> Result<Vec<Line>, StoreError> {
    let daily = by.contains(&By::Time(Grain::Day)) || !period.is_whole_months();
    let span = if daily { Grain::Day } else { Grain::Month };
    let [campaign, gateway, currency, article, rhythm] = words(filter);
    let rows: Vec<LineRow> = diesel::sql_query(query(by))
        .bind::<Text, _>(span.as_str())
        .bind::<Date, _>(period.from)
        .bind::<Date, _>(period.until)
        .bind::<Text, _>(campaign)
        .bind::<Text, _>(gateway)
        .bind::<Text, _>(currency)
        .bind::<Text, _>(article)
        .bind::<Text, _>(rhythm)
        .load(conn)?;
    rows.into_iter().map(LineRow::into_domain).collect()
}

/// What is asked for, as queries take it: campaign, gateway, currency, article and rhythm, each empty for all of them.
fn words(filter: &Filter) -> [String; 5] {
    [
        filter.campaign.map(|id| id.to_string()).unwrap_or_default(),
        filter.gateway.map(GatewayKind::as_str).unwrap_or_default().to_owned(),
        filter.currency.map_or("", Currency::code).to_owned(),
        filter.article.as_ref().map(Slug::as_str).unwrap_or_default().to_owned(),
        filter.rhythm.map(Rhythm::as_str).unwrap_or_default().to_owned(),
    ]
}

/// Made of fixed words only.
fn query(by: &[By]) -> String {
    let asked = |what: By, column: &'static str| if by.contains(&what) { column } else { "''" };
    let time = if by.contains(&By::Time(Grain::Day)) {
        "CAST(first_on AS TEXT)"
    } else {
        asked(By::Time(Grain::Month), "SUBSTR(CAST(first_on AS TEXT), 1, 7)")
    };
    let columns = [
        time,
        "currency",
        asked(By::Rhythm, "rhythm"),
        asked(By::Gateway, "gateway"),
        asked(By::Campaign, "campaign_id"),
        asked(By::Article, "article"),
    ];
    let groups: Vec<&str> = columns.into_iter().filter(|column| *column != "''").collect();
    let groups = groups.join(", ");
    let [time, currency, rhythm, gateway, campaign, article] = columns;
    format!(
        "SELECT {time} AS time, {currency} AS currency, {rhythm} AS rhythm, {gateway} AS gateway, \
         {campaign} AS campaign, {article} AS article, CAST(SUM(donations) AS BIGINT) AS donations, \
         CAST(SUM(gross_minor) AS BIGINT) AS gross, CAST(SUM(fee_minor) AS BIGINT) AS fees, \
         CAST(SUM(refunded_minor) AS BIGINT) AS refunded, CAST(SUM(lost_minor) AS BIGINT) AS lost \
         FROM support_totals WHERE span = $1 AND first_on >= $2 AND first_on <= $3 \
         AND ($4 = '' OR campaign_id = $4) AND ($5 = '' OR gateway = $5) AND ($6 = '' OR currency = $6) \
         AND ($7 = '' OR article = $7) AND ($8 = '' OR rhythm = $8) GROUP BY {groups} ORDER BY {groups}"
    )
}

/// What the first page asks, as text with invented values in it: for the tests that ask the databases how they answer.
pub fn asked_by_the_first_page() -> Vec<String> {
    let groups: [&[By]; 5] = [
        &[By::Rhythm],
        &[By::Time(Grain::Month), By::Rhythm],
        &[By::Campaign],
        &[By::Gateway],
        &[By::Article],
    ];
    let values = ["'month'", "'2025-11-01'", "'2026-11-30'", "''", "''", "''", "''", "''"];
    let filled = |by: &[By]| {
        let places = (1..).zip(values);
        places.fold(query(by), |sql, (place, value)| sql.replace(&format!("${place}"), value))
    };
    groups.into_iter().map(filled).chain(attention::queries()).collect()
}
