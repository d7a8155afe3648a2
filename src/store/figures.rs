//! The sums by day and month, and what is asked of them.

use super::dialect::on_each;
use super::row::{Row, one, utc};
use super::schema::{donations, support_totals};
use super::steady::Steadily as _;
use super::{Conn, StoreError, Tx};
use crate::domain::article::Slug;
use crate::domain::figures::{Grain, Slot, Sums};
use crate::domain::ids::{DonationId, PledgeId};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;

/// Adds to the sums of a day, and of its month.
pub fn add(tx: &mut Tx<'_>, slot: &Slot, change: Sums, now: DateTime<Utc>) -> Result<(), StoreError> {
    for grain in Grain::ALL {
        add_to(tx, *grain, slot, change, now)?;
    }
    Ok(())
}

/// The row exists before anything is added to it: see `campaigns::add_to_total`.
fn add_to(
    tx: &mut Tx<'_>,
    grain: Grain,
    slot: &Slot,
    change: Sums,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if change_sums(tx, grain, slot, change, now)? > 0 {
        return Ok(());
    }
    on_each!(tx, |c| diesel::insert_into(support_totals::table)
        .values((
            support_totals::span.eq(grain.as_str()),
            support_totals::first_on.eq(grain.first(slot.day)),
            support_totals::currency.eq(slot.currency.code()),
            support_totals::gateway.eq(slot.gateway.as_str()),
            support_totals::campaign_id.eq(slot.campaign.to_string()),
            support_totals::article.eq(article(slot)),
            support_totals::rhythm.eq(slot.rhythm.as_str()),
            (
                support_totals::donations.eq(0_i64),
                support_totals::gross_minor.eq(0_i64),
                support_totals::fee_minor.eq(0_i64),
                support_totals::refunded_minor.eq(0_i64),
                support_totals::lost_minor.eq(0_i64),
            ),
            support_totals::updated_at.eq(now.naive_utc()),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    one(change_sums(tx, grain, slot, change, now)?)
}

fn article(slot: &Slot) -> &str {
    slot.article.as_ref().map(Slug::as_str).unwrap_or_default()
}

fn change_sums(
    tx: &mut Tx<'_>,
    grain: Grain,
    slot: &Slot,
    change: Sums,
    now: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let row = support_totals::table.find((
        grain.as_str(),
        grain.first(slot.day),
        slot.currency.code(),
        slot.gateway.as_str(),
        slot.campaign.to_string(),
        article(slot),
        slot.rhythm.as_str(),
    ));
    Ok(diesel::update(row)
        .set((
            support_totals::donations.eq(support_totals::donations + change.donations),
            support_totals::gross_minor.eq(support_totals::gross_minor + change.gross),
            support_totals::fee_minor.eq(support_totals::fee_minor + change.fees),
            support_totals::refunded_minor.eq(support_totals::refunded_minor + change.refunded),
            support_totals::lost_minor.eq(support_totals::lost_minor + change.lost),
            support_totals::updated_at.eq(now.naive_utc()),
        ))
        .steadily()
        .execute(&mut **tx)?)
}

/// When a payment brought its money, and on which day it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paid {
    /// The payment.
    pub donation: DonationId,
    /// What it is for.
    pub pledge: PledgeId,
    /// When.
    pub at: DateTime<Utc>,
    /// The day, if it is counted at all.
    pub on: Option<NaiveDate>,
}

/// Payments with money, in pages by id, behind the one that `after` names.
pub fn days_of_payments(conn: &mut Conn, after: &str) -> Result<Vec<Paid>, StoreError> {
    const PAGE: i64 = 5_000;
    type Columns = (String, String, NaiveDateTime, Option<NaiveDate>);
    let rows: Vec<Columns> = donations::table
        .filter(donations::id.gt(after))
        .filter(donations::received_at.is_not_null())
        .order(donations::id)
        .limit(PAGE)
        .select((
            donations::id,
            donations::pledge_id,
            donations::received_at.assume_not_null(),
            donations::received_on,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, pledge, at, on)| {
            let row = Row { table: "donations", id: &id };
            Ok(Paid { donation: row.parse(&id)?, pledge: row.parse(&pledge)?, at: utc(at), on })
        })
        .collect()
}
