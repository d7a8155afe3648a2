//! Names on the pages of campaigns.

use super::row::{Row, one, utc};
use super::schema::{pledges, wall_entries};
use super::{Conn, StoreError, Tx};
use crate::domain::donor::PersonName;
use crate::domain::ids::{CampaignId, DonorId, PledgeId, WallEntryId};
use crate::domain::wall::{AmountShown, Moderation, WallEntry};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = wall_entries)]
struct WallRow {
    id: String,
    pledge_id: String,
    campaign_id: String,
    name: String,
    with_amount: bool,
    kept_minor: i64,
    currency: String,
    shown_since: Option<NaiveDateTime>,
    hidden_at: Option<NaiveDateTime>,
    created_at: NaiveDateTime,
}

impl WallRow {
    fn from_domain(entry: &WallEntry) -> Self {
        Self {
            id: entry.id.to_string(),
            pledge_id: entry.pledge.to_string(),
            campaign_id: entry.campaign.to_string(),
            name: entry.name.as_str().to_owned(),
            with_amount: entry.amount == AmountShown::Shown,
            kept_minor: entry.kept.minor(),
            currency: entry.kept.currency().code().to_owned(),
            shown_since: entry.shown_since.map(|at| at.naive_utc()),
            hidden_at: hidden_at(entry.moderation),
            created_at: entry.created_at.naive_utc(),
        }
    }

    fn into_domain(self) -> Result<WallEntry, StoreError> {
        let row = Row { table: "wall_entries", id: &self.id };
        let name = PersonName::parse(&self.name).map_err(|error| row.corrupt(error))?;
        Ok(WallEntry {
            id: row.parse(&self.id)?,
            pledge: row.parse(&self.pledge_id)?,
            campaign: row.parse(&self.campaign_id)?,
            name: name.ok_or_else(|| row.corrupt("it has no name"))?,
            amount: if self.with_amount { AmountShown::Shown } else { AmountShown::Withheld },
            kept: row.money(self.kept_minor, &self.currency)?,
            shown_since: self.shown_since.map(utc),
            moderation: self.hidden_at.map_or(Moderation::Left, |at| Moderation::Hidden(utc(at))),
            created_at: utc(self.created_at),
        })
    }
}

fn hidden_at(moderation: Moderation) -> Option<NaiveDateTime> {
    match moderation {
        Moderation::Left => None,
        Moderation::Hidden(at) => Some(at.naive_utc()),
    }
}

/// Adds a name.
pub fn insert(tx: &mut Tx<'_>, entry: &WallEntry) -> Result<(), StoreError> {
    let row = WallRow::from_domain(entry);
    one(diesel::insert_into(wall_entries::table).values(&row).execute(&mut **tx)?)
}

/// The name that was asked for with a pledge.
pub fn of_pledge(conn: &mut Conn, pledge: PledgeId) -> Result<Option<WallEntry>, StoreError> {
    let row = wall_entries::table
        .filter(wall_entries::pledge_id.eq(pledge.to_string()))
        .select(WallRow::as_select())
        .get_result(conn)
        .optional()?;
    row.map(WallRow::into_domain).transpose()
}

/// The names that a donor asked for, the latest first.
pub fn of_donor(conn: &mut Conn, donor: DonorId) -> Result<Vec<WallEntry>, StoreError> {
    let theirs = pledges::table.filter(pledges::donor_id.eq(donor.to_string())).select(pledges::id);
    let rows = wall_entries::table
        .filter(wall_entries::pledge_id.eq_any(theirs))
        .order(wall_entries::id.desc())
        .select(WallRow::as_select());
    rows.load(conn)?.into_iter().map(WallRow::into_domain).collect()
}

/// Where a page of names begins: behind the entry of this moment and id.
pub type Place = (DateTime<Utc>, WallEntryId);

/// Up to `limit` names that readers of a campaign's page see, the latest first.
pub fn shown(
    conn: &mut Conn,
    campaign: CampaignId,
    behind: Option<Place>,
    limit: i64,
) -> Result<Vec<WallEntry>, StoreError> {
    let mut rows = wall_entries::table
        .filter(wall_entries::campaign_id.eq(campaign.to_string()))
        .filter(wall_entries::shown_since.is_not_null())
        .filter(wall_entries::hidden_at.is_null())
        .order((wall_entries::shown_since.desc(), wall_entries::id.desc()))
        .limit(limit)
        .select(WallRow::as_select())
        .into_boxed();
    if let Some((at, id)) = behind {
        let since = || wall_entries::shown_since.assume_not_null();
        let same_moment = since().eq(at.naive_utc()).and(wall_entries::id.lt(id.to_string()));
        rows = rows.filter(since().lt(at.naive_utc()).or(same_moment));
    }
    rows.load(conn)?.into_iter().map(WallRow::into_domain).collect()
}

/// Writes down what of the money is here, and whether staff took the name off the page.
pub fn update(tx: &mut Tx<'_>, entry: &WallEntry) -> Result<(), StoreError> {
    let changed = diesel::update(wall_entries::table.find(entry.id.to_string()))
        .set((
            wall_entries::kept_minor.eq(entry.kept.minor()),
            wall_entries::shown_since.eq(entry.shown_since.map(|at| at.naive_utc())),
            wall_entries::hidden_at.eq(hidden_at(entry.moderation)),
        ))
        .execute(&mut **tx)?;
    one(changed)
}

/// Takes away the names that were asked for with these pledges.
pub fn remove(tx: &mut Tx<'_>, pledges: &[String]) -> Result<(), StoreError> {
    let theirs = wall_entries::table.filter(wall_entries::pledge_id.eq_any(pledges));
    diesel::delete(theirs).execute(&mut **tx)?;
    Ok(())
}
