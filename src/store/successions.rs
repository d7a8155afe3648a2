//! Which recurring support was begun in the place of which.

use super::row::{Row, one};
use super::schema::successions;
use super::{Conn, StoreError, Tx, subscriptions};
use crate::domain::ids::PledgeId;
use crate::domain::subscription::Subscription;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

/// Notes that a promise is made in the place of another.
pub fn insert(
    tx: &mut Tx<'_>,
    pledge: PledgeId,
    succeeds: PledgeId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let inserted = diesel::insert_into(successions::table)
        .values((
            successions::pledge_id.eq(pledge.to_string()),
            successions::succeeds_id.eq(succeeds.to_string()),
            successions::created_at.eq(now.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

/// The support in whose place a promise was made.
pub fn predecessor(conn: &mut Conn, pledge: PledgeId) -> Result<Option<Subscription>, StoreError> {
    let row = successions::table.find(pledge.to_string()).select(successions::succeeds_id);
    let id: Option<String> = row.get_result(conn).optional()?;
    id.map_or(Ok(None), |id| find(conn, &id))
}

/// What was begun in the place of a support and is in force, the oldest first.
pub fn in_force(conn: &mut Conn, succeeds: PledgeId) -> Result<Vec<Subscription>, StoreError> {
    let rows = successions::table
        .filter(successions::succeeds_id.eq(succeeds.to_string()))
        .order(successions::pledge_id)
        .select(successions::pledge_id);
    let ids: Vec<String> = rows.load(conn)?;
    let mut found = Vec::new();
    for id in ids {
        found.extend(find(conn, &id)?.filter(|known| known.news.state.is_in_force()));
    }
    Ok(found)
}

fn find(conn: &mut Conn, id: &str) -> Result<Option<Subscription>, StoreError> {
    subscriptions::find(conn, Row { table: "successions", id }.parse(id)?)
}
