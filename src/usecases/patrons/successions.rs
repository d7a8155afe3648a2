//! One support in the place of another: the older one is stopped first, and again whenever it goes on beside the newer.

use super::ask;
use super::orders::{self, OrderRequest};
use crate::domain::ids::PledgeId;
use crate::domain::job::Job;
use crate::domain::subscription::{EndReason, OrderKind, Orderer, Subscription, SubscriptionState};
use crate::store::{Tx, subscriptions, successions};
use crate::usecases::{Context, UseCaseError};

/// How support is stopped so that nothing more is ever charged. What is owed is not collected any more: the paid time is
/// over, and whoever goes on elsewhere begins anew there.
pub(in crate::usecases) fn stopping(subscription: &Subscription) -> OrderKind {
    match subscription.news.state {
        SubscriptionState::PastDue { .. } | SubscriptionState::Incomplete => {
            OrderKind::End { reason: EndReason::Voluntary }
        }
        SubscriptionState::Active | SubscriptionState::Paused { .. } | SubscriptionState::Ended { .. } => {
            OrderKind::Cancel
        }
    }
}

/// Whether more will be charged, as far as is known.
pub(in crate::usecases) fn goes_on(subscription: &Subscription) -> bool {
    subscription.news.state.is_in_force() && subscription.news.ends_at.is_none()
}

/// Sees to it that of a support and what took its place only the newer goes on. `now` is what has begun to go on, the one
/// or the other.
pub(super) fn watch(tx: &mut Tx<'_>, ctx: &Context, now: &Subscription) -> Result<(), UseCaseError> {
    if !goes_on(now) {
        return Ok(());
    }
    let seen = ctx.now().timestamp();
    if !successions::in_force(tx, now.pledge)?.is_empty() {
        ctx.enqueue(tx, &Job::StopSucceeded { pledge: now.pledge, seen })?;
    }
    let Some(older) = successions::predecessor(tx, now.pledge)? else {
        return Ok(());
    };
    if goes_on(&older) {
        ctx.enqueue(tx, &Job::StopSucceeded { pledge: older.pledge, seen })?;
    }
    let twins = successions::in_force(tx, older.pledge)?;
    if let Some(twin) = twins.iter().find(|twin| twin.pledge != now.pledge) {
        let detail = format!("{} was begun in the same place, and both go on", twin.pledge);
        ask(tx, ctx, now.pledge, "second_successor", &detail)?;
    }
    Ok(())
}

/// Stops a support if it still goes on beside what was begun in its place.
///
/// # Errors
/// As [`orders::order`]: the job tries again, and what never succeeds is seen among the failed jobs.
pub async fn stop(ctx: &Context, pledge: PledgeId) -> Result<(), UseCaseError> {
    let found = ctx.db.read(move |conn| {
        let known = subscriptions::find(conn, pledge)?;
        let is_succeeded = !successions::in_force(conn, pledge)?.is_empty();
        Ok::<_, UseCaseError>(known.filter(|known| is_succeeded && goes_on(known)))
    });
    let Some(subscription) = found.await? else {
        return Ok(());
    };
    let what = stopping(&subscription);
    orders::order(ctx, OrderRequest { pledge, what, by: Orderer::Rule, reason: None }).await?;
    Ok(())
}
