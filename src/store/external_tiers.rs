//! Levels of support at platforms elsewhere, and which of ours each is like.

use super::dialect::on_each;
use super::row::{Row, one};
use super::schema::external_tiers;
use super::{Conn, StoreError, Tx};
use crate::domain::ids::TierId;
use crate::domain::member::Platform;
use crate::domain::remote::RemoteId;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

/// A level of support at a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalTier {
    /// The platform's name of it.
    pub remote: RemoteId,
    /// What it is called there.
    pub title: String,
    /// What it costs there, in minor units of the currency of the account.
    pub amount_minor: i64,
    /// Which of ours it is like.
    pub tier: Option<TierId>,
}

/// Writes what a platform says of a level. Which of ours it is like stays.
pub fn learn(
    tx: &mut Tx<'_>,
    platform: Platform,
    tier: &ExternalTier,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let said = (
        external_tiers::title.eq(&tier.title),
        external_tiers::amount_minor.eq(tier.amount_minor),
        external_tiers::updated_at.eq(now.naive_utc()),
    );
    on_each!(tx, |c| diesel::insert_into(external_tiers::table)
        .values((
            external_tiers::platform.eq(platform.as_str()),
            external_tiers::remote.eq(tier.remote.as_str()),
            said
        ))
        .on_conflict((external_tiers::platform, external_tiers::remote))
        .do_update()
        .set(said)
        .execute(c))?;
    Ok(())
}

type Columns = (String, String, i64, Option<String>);

const COLUMNS: (
    external_tiers::remote,
    external_tiers::title,
    external_tiers::amount_minor,
    external_tiers::tier_id,
) = (external_tiers::remote, external_tiers::title, external_tiers::amount_minor, external_tiers::tier_id);

fn read((remote, title, amount_minor, tier): Columns) -> Result<ExternalTier, StoreError> {
    let row = Row { table: "external_tiers", id: &remote };
    let id = RemoteId::parse(&remote).map_err(|error| row.corrupt(error))?;
    Ok(ExternalTier { remote: id, title, amount_minor, tier: row.parse_option(tier.as_deref())? })
}

/// The levels at a platform, the smallest first.
pub fn list(conn: &mut Conn, platform: Platform) -> Result<Vec<ExternalTier>, StoreError> {
    let rows: Vec<Columns> = external_tiers::table
        .filter(external_tiers::platform.eq(platform.as_str()))
        .order((external_tiers::amount_minor, external_tiers::remote))
        .select(COLUMNS)
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// The level at a platform that it gave this name.
pub fn find(
    conn: &mut Conn,
    platform: Platform,
    remote: &RemoteId,
) -> Result<Option<ExternalTier>, StoreError> {
    let known = external_tiers::table.find((platform.as_str(), remote.as_str())).select(COLUMNS);
    known.get_result(conn).optional()?.map(read).transpose()
}

/// Says which of ours a level is like; none: like none.
pub fn set_like(
    tx: &mut Tx<'_>,
    platform: Platform,
    remote: &RemoteId,
    like: Option<TierId>,
) -> Result<(), StoreError> {
    let known = external_tiers::table.find((platform.as_str(), remote.as_str()));
    let like = like.map(|tier| tier.to_string());
    one(diesel::update(known).set(external_tiers::tier_id.eq(like)).execute(&mut **tx)?)
}
