//! How support is doing, in figures: sums by day, kept up to date by difference in the transaction that settles.

pub mod appeals;
pub mod behind;
pub mod dashboard;
pub mod members;
pub mod reports;
pub mod sheets;

use super::{Context, UseCaseError};
use crate::domain::donation::Donation;
use crate::domain::figures::Share;
use crate::domain::ledger::Booked;
use crate::domain::pledge::Pledge;
use crate::store::{Tx, donations, figures, ledger, pledges, settings};
use chrono::{DateTime, Utc};

/// The time zone by which the days of all payments are counted.
const TIME_ZONE: &str = "figures_time_zone";
/// Payments of one transaction, when days are counted anew.
const AT_ONCE: usize = 500;

/// Brings the sums from what was known of a payment, and booked, to what is.
pub(super) fn count(
    tx: &mut Tx<'_>,
    pledge: &Pledge,
    before: (&Donation, &Booked),
    after: (&Donation, &Booked),
    now: DateTime<Utc>,
) -> Result<(), UseCaseError> {
    let share = |(donation, booked): (&Donation, &Booked)| Share::of(donation, &pledge.terms, booked);
    for (slot, change) in share(before).to(share(after)) {
        figures::add(tx, &slot, change, now)?;
    }
    Ok(())
}

/// Counts payments on the days of the publisher's calendar, where they were counted by another time zone, or by none: at
/// the first start after the sums came to an existing site, and when the time zone is changed. Returns how many moved.
///
/// Each transaction leaves the sums equal to their payments, so that it can be cut off at any time and begun again.
pub async fn count_days(ctx: &Context) -> Result<usize, UseCaseError> {
    let zone = ctx.policy.time_zone.name();
    let counted_by = ctx.db.read(|conn| settings::find(conn, TIME_ZONE)).await?;
    if counted_by.as_deref() == Some(zone) {
        return Ok(0);
    }
    let (mut after, mut moved) = (String::new(), 0);
    loop {
        let behind = after.clone();
        let page = ctx.db.read(move |conn| figures::days_of_payments(conn, &behind)).await?;
        let Some(last) = page.last() else { break };
        after = last.donation.to_string();
        let wrong = page.into_iter().filter(|paid| Some(ctx.day_of(paid.at)) != paid.on);
        let wrong: Vec<_> = wrong.map(|paid| (paid.pledge, paid.donation)).collect();
        for some in wrong.chunks(AT_ONCE) {
            let (inner, some) = (ctx.clone(), some.to_vec());
            moved += some.len();
            ctx.db
                .write(move |tx| {
                    some.into_iter().try_for_each(|(pledge, id)| move_day(tx, &inner, pledge, id))
                })
                .await?;
        }
    }
    ctx.db.write(move |tx| settings::set(tx, TIME_ZONE, zone)).await?;
    Ok(moved)
}

fn move_day(
    tx: &mut Tx<'_>,
    ctx: &Context,
    pledge: crate::domain::ids::PledgeId,
    id: crate::domain::ids::DonationId,
) -> Result<(), UseCaseError> {
    // Whoever settles this payment meanwhile waits, or has been waited for.
    let pledge = pledges::lock(tx, pledge)?;
    let before = donations::get(tx, id)?;
    let booked = ledger::booked(tx, id)?;
    let received_on = before.payment.money().map(|money| ctx.day_of(money.at));
    let after = Donation { received_on, ..before.clone() };
    count(tx, &pledge, (&before, &booked), (&after, &booked), ctx.now())?;
    Ok(donations::update(tx, &after, pledge.terms.amount.currency(), ctx.now())?)
}
