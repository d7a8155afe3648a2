//! What is kept for a time and no longer, by the periods of the site. Every step can be cut off and is taken again.

use super::account::erase;
use super::{Context, UseCaseError};
use crate::store::{
    StoreError, Tx, comments, external_members, forgetting, gift_aid, outgoing, schedules, unpaid,
};
use chrono::{Months, TimeDelta};

/// Rows of one transaction: others are not kept waiting for long.
const ROWS: i64 = 500;
/// Promises that were begun while cards were tried, and brought nothing, are gone so long after they ended.
const KEEP_TRIED: TimeDelta = TimeDelta::hours(48);
/// No more promises that brought nothing are kept, the latest first.
const UNPAID_MAX: i64 = 50_000;
/// How often it is looked for donors who were silent for years.
const SILENCE_EVERY: TimeDelta = TimeDelta::days(1);

/// Lets go of everything whose time is over.
pub(super) async fn carry_out(ctx: &Context) -> Result<(), UseCaseError> {
    events(ctx).await?;
    tries(ctx).await?;
    promises(ctx).await?;
    told(ctx).await?;
    refused_comments(ctx).await?;
    silent_donors(ctx).await
}

/// What gateways said.
async fn events(ctx: &Context) -> Result<(), UseCaseError> {
    let now = ctx.now();
    let before = now - TimeDelta::days(i64::from(ctx.policy.retention.event_days));
    let purged = in_steps(ctx, move |tx| forgetting::purge_old_events(tx, before, now, ROWS)).await?;
    if purged > 0 {
        tracing::info!(purged, "the bodies of old events were taken away");
    }
    Ok(())
}

/// Promises that programs left behind.
async fn tries(ctx: &Context) -> Result<(), UseCaseError> {
    let before = ctx.now() - KEEP_TRIED;
    let tried = in_steps(ctx, move |tx| unpaid::remove_of_attacks(tx, before, ROWS)).await?;
    let many = in_steps(ctx, |tx| unpaid::remove_but(tx, UNPAID_MAX, ROWS)).await?;
    if tried > 0 || many > 0 {
        tracing::info!(tried, many, "promises that brought nothing were removed");
    }
    Ok(())
}

/// Whose promises were that brought nothing.
async fn promises(ctx: &Context) -> Result<(), UseCaseError> {
    let now = ctx.now();
    let before = now - TimeDelta::days(i64::from(ctx.policy.retention.unpaid_pledge_days));
    let purged = in_steps(ctx, move |tx| forgetting::purge_promises(tx, before, now, ROWS)).await?;
    if purged > 0 {
        tracing::info!(purged, "persons were taken from promises that brought nothing");
    }
    Ok(())
}

/// Does a step until it finds nothing more, each in a transaction of its own; returns how many rows it was.
async fn in_steps(
    ctx: &Context,
    step: impl Fn(&mut Tx<'_>) -> Result<usize, StoreError> + Copy + Send + 'static,
) -> Result<usize, UseCaseError> {
    let mut all = 0;
    loop {
        match ctx.db.write(step).await? {
            0 => return Ok(all),
            rows => all += rows,
        }
    }
}

/// Comments that are not shown.
async fn refused_comments(ctx: &Context) -> Result<(), UseCaseError> {
    let now = ctx.now();
    let before = now - TimeDelta::days(i64::from(ctx.policy.retention.refused_comment_days));
    let purged = in_steps(ctx, move |tx| comments::purge_refused(tx, before, now, ROWS)).await?;
    if purged > 0 {
        tracing::info!(purged, "comments that are not shown were taken away");
    }
    Ok(())
}

/// What other programs were told, and declarations that the law wants no longer.
async fn told(ctx: &Context) -> Result<(), UseCaseError> {
    let (now, rules) = (ctx.now(), ctx.policy.retention);
    let today = ctx.day_of(now);
    let years = Months::new(u32::from(rules.gift_aid_years) * 12);
    let before = today.checked_sub_months(years).unwrap_or(today);
    ctx.db
        .write(move |tx| {
            outgoing::remove_old(tx, now - TimeDelta::days(i64::from(rules.told_days)))?;
            gift_aid::remove_ended(tx, before)?;
            Ok::<_, StoreError>(())
        })
        .await?;
    Ok(())
}

/// Donors who gave nothing for years, if the site forgets such, and members elsewhere who are none of them.
async fn silent_donors(ctx: &Context) -> Result<(), UseCaseError> {
    let (now, years) = (ctx.now(), ctx.policy.retention.silent_donor_years);
    let Some(before) = now.checked_sub_months(Months::new(u32::from(years) * 12)).filter(|_| years > 0)
    else {
        return Ok(());
    };
    let is_due = move |tx: &mut Tx<'_>| schedules::take_if_due(tx, "silent_donors", SILENCE_EVERY, now);
    if !ctx.db.write(is_due).await? {
        return Ok(());
    }
    let mut all = 0;
    loop {
        let silent = ctx.db.read(move |conn| forgetting::silent_donors(conn, before, ROWS)).await?;
        let mut forgotten = 0;
        for donor in silent {
            forgotten += usize::from(erase::forget_silent(ctx, donor).await?);
        }
        if forgotten == 0 {
            break;
        }
        all += forgotten;
    }
    if all > 0 {
        tracing::info!(forgotten = all, "donors who were silent for years were forgotten");
    }
    let members = in_steps(ctx, move |tx| external_members::forget_silent(tx, before, now, ROWS)).await?;
    if members > 0 {
        tracing::info!(members, "who they are was taken from members elsewhere who were silent for years");
    }
    Ok(())
}
