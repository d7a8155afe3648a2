//! Tiers.

use super::dialect::{lock_row, on_each};
use super::row::{Row, to_json};
use super::schema::{pledges, tiers};
use super::{Conn, StoreError, Tx};
use crate::domain::article::Slug;
use crate::domain::ids::TierId;
use crate::domain::pledge::{Frequency, PledgeStatus};
use crate::domain::tier::{Offer, Price, Tier};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

#[derive(Queryable, Selectable)]
#[diesel(table_name = tiers)]
struct TierRow {
    id: String,
    slug: String,
    name: String,
    description: String,
    benefits: String,
    prices: String,
    places: Option<i64>,
    position: i64,
    archived: bool,
}

/// A price as stored.
#[derive(serde::Serialize, serde::Deserialize)]
struct StoredPrice {
    frequency: String,
    minor: i64,
    currency: String,
}

impl TierRow {
    fn into_domain(self) -> Result<Tier, StoreError> {
        let row = Row { table: "tiers", id: &self.id };
        let prices: Vec<StoredPrice> = row.json(&self.prices)?;
        let prices = prices.into_iter().map(|price| {
            Ok(Price {
                frequency: row.word(Frequency::parse, &price.frequency)?,
                amount: row.money(price.minor, &price.currency)?,
            })
        });
        Ok(Tier {
            id: row.parse(&self.id)?,
            slug: Slug::parse(&self.slug).map_err(|error| row.corrupt(error))?,
            name: self.name.clone(),
            description: self.description.clone(),
            benefits: row.json(&self.benefits)?,
            prices: prices.collect::<Result<_, StoreError>>()?,
            places: self.places.map(u32::try_from).transpose().map_err(|error| row.corrupt(error))?,
            position: i32::try_from(self.position).map_err(|error| row.corrupt(error))?,
            offer: if self.archived { Offer::Archived } else { Offer::Open },
        })
    }
}

/// Adds the tier, or brings the one of the same name up to date and keeps its id.
pub fn put(tx: &mut Tx<'_>, tier: &Tier, now: DateTime<Utc>) -> Result<(), StoreError> {
    let prices: Vec<StoredPrice> = tier
        .prices
        .iter()
        .map(|price| StoredPrice {
            frequency: price.frequency.as_str().to_owned(),
            minor: price.amount.minor(),
            currency: price.amount.currency().code().to_owned(),
        })
        .collect();
    let (benefits, prices) = (to_json(&tier.benefits)?, to_json(&prices)?);
    let changing = (
        tiers::name.eq(&tier.name),
        tiers::description.eq(&tier.description),
        tiers::benefits.eq(&benefits),
        tiers::prices.eq(&prices),
        tiers::places.eq(tier.places.map(i64::from)),
        tiers::position.eq(i64::from(tier.position)),
        tiers::archived.eq(tier.offer == Offer::Archived),
        tiers::updated_at.eq(now.naive_utc()),
    );
    on_each!(tx, |c| diesel::insert_into(tiers::table)
        .values((
            tiers::id.eq(tier.id.to_string()),
            tiers::slug.eq(tier.slug.as_str()),
            tiers::created_at.eq(now.naive_utc()),
            changing,
        ))
        .on_conflict(tiers::slug)
        .do_update()
        .set(changing)
        .execute(c))?;
    Ok(())
}

/// Every tier, archived ones too, in the order of display.
pub fn all(conn: &mut Conn) -> Result<Vec<Tier>, StoreError> {
    let rows = tiers::table.order((tiers::position, tiers::slug)).select(TierRow::as_select());
    rows.load(conn)?.into_iter().map(TierRow::into_domain).collect()
}

/// The tier with this id.
pub fn get(conn: &mut Conn, id: TierId) -> Result<Tier, StoreError> {
    tiers::table.find(id.to_string()).select(TierRow::as_select()).get_result(conn)?.into_domain()
}

/// Keeps everybody else from taking a place of this tier until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: TierId) -> Result<(), StoreError> {
    lock_row!(tx, tiers, id)?;
    Ok(())
}

/// How many pledges hold a place of this tier: those in force, and those that wait for their first payment.
pub fn taken(conn: &mut Conn, id: TierId) -> Result<i64, StoreError> {
    let holding = [PledgeStatus::Pending, PledgeStatus::Active, PledgeStatus::PastDue, PledgeStatus::Paused];
    Ok(pledges::table
        .filter(pledges::tier_id.eq(id.to_string()))
        .filter(pledges::status.eq_any(holding.map(PledgeStatus::as_str)))
        .count()
        .get_result(conn)?)
}
