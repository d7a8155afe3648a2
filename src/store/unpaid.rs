//! Promises that ended without money, and what hangs on them. Only promises of one gift on the page of a gateway: whoever was to
//! transfer money may still do so.

use super::schema::{
    attempts, declines, donations, event_subjects, idempotency_keys, pledge_clients, pledges,
};
use super::{Conn, StoreError, Tx, wall};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamp};

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    id: String,
}

/// Those that were begun while cards were tried and ended before a moment.
const OF_ATTACKS: &str = "SELECT p.id FROM pledges p \
    WHERE p.donor_id IS NULL AND p.frequency = 'once' AND p.status IN ('expired', 'failed') AND p.updated_at < $1 \
    AND EXISTS (SELECT 1 FROM attempts a WHERE a.pledge_id = p.id AND a.wants_authentication) \
    AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.pledge_id = p.id AND a.outcome IN ('started', 'unknown')) \
    AND NOT EXISTS (SELECT 1 FROM donations d WHERE d.pledge_id = p.id \
    AND (d.gross_minor IS NOT NULL OR d.status = 'processing' \
    OR EXISTS (SELECT 1 FROM refunds r WHERE r.donation_id = d.id) \
    OR EXISTS (SELECT 1 FROM disputes x WHERE x.donation_id = d.id))) \
    ORDER BY p.updated_at LIMIT $2";

/// All but the latest.
const BUT_THE_LATEST: &str = "SELECT p.id FROM pledges p \
    WHERE p.donor_id IS NULL AND p.frequency = 'once' AND p.status IN ('expired', 'failed') \
    AND EXISTS (SELECT 1 FROM attempts a WHERE a.pledge_id = p.id) \
    AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.pledge_id = p.id AND a.outcome IN ('started', 'unknown')) \
    AND NOT EXISTS (SELECT 1 FROM donations d WHERE d.pledge_id = p.id \
    AND (d.gross_minor IS NOT NULL OR d.status = 'processing' \
    OR EXISTS (SELECT 1 FROM refunds r WHERE r.donation_id = d.id) \
    OR EXISTS (SELECT 1 FROM disputes x WHERE x.donation_id = d.id))) \
    ORDER BY p.updated_at DESC, p.id DESC LIMIT $1 OFFSET $2";

/// Removes up to `limit` promises that were begun while cards were tried, and ended before `before`; returns how many.
pub fn remove_of_attacks(tx: &mut Tx<'_>, before: DateTime<Utc>, limit: i64) -> Result<usize, StoreError> {
    let found: Vec<Found> = diesel::sql_query(OF_ATTACKS)
        .bind::<Timestamp, _>(before.naive_utc())
        .bind::<BigInt, _>(limit)
        .load(&mut **tx)?;
    remove(tx, found)
}

/// Removes up to `limit` promises that are beyond the `latest`; returns how many.
pub fn remove_but(tx: &mut Tx<'_>, latest: i64, limit: i64) -> Result<usize, StoreError> {
    let found: Vec<Found> = diesel::sql_query(BUT_THE_LATEST)
        .bind::<BigInt, _>(limit)
        .bind::<BigInt, _>(latest)
        .load(&mut **tx)?;
    remove(tx, found)
}

fn remove(tx: &mut Tx<'_>, found: Vec<Found>) -> Result<usize, StoreError> {
    let ids: Vec<String> = found.into_iter().map(|found| found.id).collect();
    if ids.is_empty() {
        return Ok(0);
    }
    let mut subjects = payments_of(tx, &ids)?;
    subjects.extend_from_slice(&ids);
    wall::remove(tx, &ids)?;
    let conn: &mut Conn = tx;
    diesel::delete(event_subjects::table.filter(event_subjects::subject.eq_any(&subjects))).execute(conn)?;
    diesel::delete(declines::table.filter(declines::pledge_id.eq_any(&ids))).execute(conn)?;
    diesel::delete(pledge_clients::table.filter(pledge_clients::pledge_id.eq_any(&ids))).execute(conn)?;
    diesel::delete(idempotency_keys::table.filter(idempotency_keys::pledge_id.eq_any(&ids))).execute(conn)?;
    diesel::delete(donations::table.filter(donations::pledge_id.eq_any(&ids))).execute(conn)?;
    diesel::delete(attempts::table.filter(attempts::pledge_id.eq_any(&ids))).execute(conn)?;
    Ok(diesel::delete(pledges::table.filter(pledges::id.eq_any(&ids))).execute(conn)?)
}

fn payments_of(conn: &mut Conn, pledges: &[String]) -> Result<Vec<String>, StoreError> {
    let theirs = donations::table.filter(donations::pledge_id.eq_any(pledges));
    Ok(theirs.select(donations::id).load(conn)?)
}
