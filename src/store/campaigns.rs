//! Campaigns and what they have received.

use super::dialect::on_each;
use super::row::{Row, one, to_json, utc};
use super::schema::{campaign_totals, campaigns};
use super::{Conn, StoreError, Tx};
use crate::domain::campaign::{Campaign, CampaignTotal, ExchangeRate};
use crate::domain::ids::CampaignId;
use crate::domain::money::Money;
use crate::domain::receipt::FrozenMoney;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;

#[derive(Queryable, Selectable)]
#[diesel(table_name = campaigns)]
struct CampaignRow {
    id: String,
    slug: String,
    title: String,
    summary: String,
    goal_minor: Option<i64>,
    goal_currency: Option<String>,
    starts_on: Option<NaiveDate>,
    ends_on: Option<NaiveDate>,
    suggestions: String,
    thanks: Option<String>,
    rates: String,
}

/// A rate as stored: the currency of the goal stands beside it.
#[derive(serde::Serialize, serde::Deserialize)]
struct StoredRate {
    currency: String,
    rate: String,
    day: NaiveDate,
    source: String,
}

impl From<&ExchangeRate> for StoredRate {
    fn from(rate: &ExchangeRate) -> Self {
        Self {
            currency: rate.currency().code().to_owned(),
            rate: rate.text(),
            day: rate.day(),
            source: rate.source().to_owned(),
        }
    }
}

impl StoredRate {
    fn into_domain(self, row: Row<'_>) -> Result<ExchangeRate, StoreError> {
        let currency = row.currency(&self.currency)?;
        ExchangeRate::parse(currency, &self.rate, self.day, &self.source).map_err(|error| row.corrupt(error))
    }
}

impl CampaignRow {
    fn into_domain(self) -> Result<Campaign, StoreError> {
        let row = Row { table: "campaigns", id: &self.id };
        let goal = match (self.goal_minor, &self.goal_currency) {
            (Some(minor), Some(currency)) => Some(row.money(minor, currency)?),
            _ => None,
        };
        let frozen: Vec<FrozenMoney> = row.json(&self.suggestions)?;
        let suggestions: Result<Vec<Money>, _> = frozen.iter().map(Money::try_from).collect();
        let rates: Vec<StoredRate> = row.json(&self.rates)?;
        Ok(Campaign {
            id: row.parse(&self.id)?,
            slug: crate::domain::article::Slug::parse(&self.slug).map_err(|error| row.corrupt(error))?,
            goal,
            suggestions: suggestions.map_err(|error| row.corrupt(error))?,
            rates: rates.into_iter().map(|rate| rate.into_domain(row)).collect::<Result<_, _>>()?,
            thanks: self.thanks,
            title: self.title,
            summary: self.summary,
            starts_on: self.starts_on,
            ends_on: self.ends_on,
        })
    }
}

/// The campaign with this name.
pub fn find_by_slug(conn: &mut Conn, slug: &str) -> Result<Option<Campaign>, StoreError> {
    let row = campaigns::table
        .filter(campaigns::slug.eq(slug))
        .select(CampaignRow::as_select())
        .get_result(conn)
        .optional()?;
    row.map(CampaignRow::into_domain).transpose()
}

/// The campaign with this id.
pub fn get(conn: &mut Conn, id: CampaignId) -> Result<Campaign, StoreError> {
    campaigns::table.find(id.to_string()).select(CampaignRow::as_select()).get_result(conn)?.into_domain()
}

/// Every campaign, by its name.
pub fn all(conn: &mut Conn) -> Result<Vec<Campaign>, StoreError> {
    let rows = campaigns::table.order(campaigns::slug).select(CampaignRow::as_select()).load(conn)?;
    rows.into_iter().map(CampaignRow::into_domain).collect()
}

/// Adds the campaign, or brings the one of the same name up to date and keeps its id.
pub fn put(tx: &mut Tx<'_>, campaign: &Campaign, now: DateTime<Utc>) -> Result<(), StoreError> {
    let frozen: Vec<FrozenMoney> = campaign.suggestions.iter().copied().map(FrozenMoney::from).collect();
    let suggestions = to_json(&frozen)?;
    let rates = to_json(&campaign.rates.iter().map(StoredRate::from).collect::<Vec<_>>())?;
    let changing = (
        campaigns::title.eq(&campaign.title),
        campaigns::summary.eq(&campaign.summary),
        campaigns::goal_minor.eq(campaign.goal.map(Money::minor)),
        campaigns::goal_currency.eq(campaign.goal.map(|goal| goal.currency().code())),
        campaigns::starts_on.eq(campaign.starts_on),
        campaigns::ends_on.eq(campaign.ends_on),
        campaigns::suggestions.eq(&suggestions),
        campaigns::thanks.eq(campaign.thanks.as_deref()),
        campaigns::rates.eq(&rates),
        campaigns::updated_at.eq(now.naive_utc()),
    );
    on_each!(tx, |c| diesel::insert_into(campaigns::table)
        .values((
            campaigns::id.eq(campaign.id.to_string()),
            campaigns::slug.eq(campaign.slug.as_str()),
            campaigns::created_at.eq(now.naive_utc()),
            changing,
        ))
        .on_conflict(campaigns::slug)
        .do_update()
        .set(changing)
        .execute(c))?;
    Ok(())
}

/// What the campaign has received, one row for each currency.
pub fn totals(conn: &mut Conn, id: CampaignId) -> Result<Vec<CampaignTotal>, StoreError> {
    type Columns = (String, i64, i64, i64, NaiveDateTime);
    let rows: Vec<Columns> = campaign_totals::table
        .filter(campaign_totals::campaign_id.eq(id.to_string()))
        .select((
            campaign_totals::currency,
            campaign_totals::gross_minor,
            campaign_totals::refunded_minor,
            campaign_totals::donations,
            campaign_totals::updated_at,
        ))
        .order(campaign_totals::currency)
        .load(conn)?;
    let id = id.to_string();
    let row = Row { table: "campaign_totals", id: &id };
    rows.into_iter()
        .map(|(currency, gross, refunded, donations, updated_at)| {
            Ok(CampaignTotal {
                gross: row.money(gross, &currency)?,
                refunded: row.money(refunded, &currency)?,
                donations,
                updated_at: utc(updated_at),
            })
        })
        .collect()
}

/// By how much one donation changed what a campaign has received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TotalChange {
    /// Which campaign.
    pub campaign: CampaignId,
    /// More (or less) money that arrived.
    pub gross: Money,
    /// More (or less) money that went back by refund or dispute, minor units of the same currency.
    pub back_minor: i64,
    /// 1 for a donation that was not counted before.
    pub donations: i64,
}

impl TotalChange {
    /// True if no figure would change.
    pub fn is_nothing(&self) -> bool {
        self.gross.is_zero() && self.back_minor == 0 && self.donations == 0
    }
}

/// Applies a change to the rollup, in the transaction that books it.
///
/// The row exists before the change is added: an upsert would offer the change itself as a row, and less money
/// given back (a refund that came back) is no row that the table takes.
pub fn add_to_total(tx: &mut Tx<'_>, change: TotalChange, now: DateTime<Utc>) -> Result<(), StoreError> {
    if change_total(tx, change, now)? > 0 {
        return Ok(());
    }
    on_each!(tx, |c| diesel::insert_into(campaign_totals::table)
        .values((
            campaign_totals::campaign_id.eq(change.campaign.to_string()),
            campaign_totals::currency.eq(change.gross.currency().code()),
            campaign_totals::gross_minor.eq(0_i64),
            campaign_totals::refunded_minor.eq(0_i64),
            campaign_totals::donations.eq(0_i64),
            campaign_totals::updated_at.eq(now.naive_utc()),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    one(change_total(tx, change, now)?)
}

fn change_total(tx: &mut Tx<'_>, change: TotalChange, now: DateTime<Utc>) -> Result<usize, StoreError> {
    let row = campaign_totals::table.find((change.campaign.to_string(), change.gross.currency().code()));
    Ok(diesel::update(row)
        .set((
            campaign_totals::gross_minor.eq(campaign_totals::gross_minor + change.gross.minor()),
            campaign_totals::refunded_minor.eq(campaign_totals::refunded_minor + change.back_minor),
            campaign_totals::donations.eq(campaign_totals::donations + change.donations),
            campaign_totals::updated_at.eq(now.naive_utc()),
        ))
        .execute(&mut **tx)?)
}
