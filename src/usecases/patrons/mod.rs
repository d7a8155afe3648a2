//! Patrons: recurring support, from the first payment to its end.

pub mod figures;
pub mod orders;
pub mod standing_order;
pub mod successions;
pub mod tend;
pub mod tiers;

use super::{Context, UseCaseError, holds, outgoing};
use crate::domain::attempt::AttemptOutcome;
use crate::domain::ids::{AttemptId, DonorId, PledgeId};
use crate::domain::job::Job;
use crate::domain::money::Money;
use crate::domain::patron::{Month, Move, MoveKind, Past, what_happened};
use crate::domain::pledge::{GatewayKind, Pledge};
use crate::domain::remote::RemoteId;
use crate::domain::subscription::{
    EndReason, Subscription, SubscriptionFact, SubscriptionNews, SubscriptionState,
};
use crate::store::reviews::Question;
use crate::store::{Tx, attempts, donors, patrons, pledges, reviews, subscriptions};

/// Takes news of a subscription in. Returns false if no pledge of this site began it.
pub(super) fn hear(
    tx: &mut Tx<'_>,
    ctx: &Context,
    gateway: GatewayKind,
    fact: &SubscriptionFact,
) -> Result<bool, UseCaseError> {
    let remote = &fact.news.remote;
    let known = subscriptions::find_by_remote(tx, gateway, remote)?.map(|subscription| subscription.pledge);
    let Some(pledge) = known.map_or_else(|| begun_by(tx, gateway, fact), |pledge| Ok(Some(pledge)))? else {
        return Ok(false);
    };
    let pledge = pledges::lock(tx, pledge)?;
    holds::check(tx, pledge.id)?;
    if let Some(attempt) = fact.attempt {
        accept(tx, ctx, attempt, fact.checkout.as_ref().unwrap_or(remote))?;
    }
    let subscription = learn(tx, ctx, &pledge, fact.news.clone())?;
    orders::answered(tx, ctx, &pledge, &subscription)?;
    Ok(true)
}

fn begun_by(
    tx: &mut Tx<'_>,
    gateway: GatewayKind,
    fact: &SubscriptionFact,
) -> Result<Option<PledgeId>, UseCaseError> {
    let by_id = fact.attempt.map(|id| attempts::find(tx, id)).transpose()?.flatten();
    let attempt = match (by_id.filter(|attempt| attempt.gateway == gateway), &fact.checkout) {
        (Some(attempt), _) => Some(attempt),
        (None, Some(checkout)) => attempts::find_by_remote(tx, gateway, checkout)?,
        (None, None) => None,
    };
    Ok(attempt.map(|attempt| attempt.pledge))
}

fn accept(tx: &mut Tx<'_>, ctx: &Context, attempt: AttemptId, remote: &RemoteId) -> Result<(), UseCaseError> {
    let outcome = AttemptOutcome::Accepted { remote: remote.clone(), next_url: None };
    attempts::set_outcome(tx, attempt, &outcome, ctx.now())?;
    Ok(())
}

/// Brings a subscription, its pledge and the figures to what is now known, and orders the letters that follow.
pub(super) fn learn(
    tx: &mut Tx<'_>,
    ctx: &Context,
    pledge: &Pledge,
    news: SubscriptionNews,
) -> Result<Subscription, UseCaseError> {
    let now = ctx.now();
    let before = subscriptions::find(tx, pledge.id)?;
    if !pledge.terms.frequency.is_recurring() {
        ask(tx, ctx, pledge.id, "unexpected_subscription", "the gateway keeps a subscription for one gift")?;
    }
    let after = match &before {
        Some(known) if known.news.remote != news.remote => {
            let detail = format!("the gateway keeps {} beside {}", news.remote, known.news.remote);
            ask(tx, ctx, pledge.id, "second_subscription", &detail)?;
            return Ok(known.clone());
        }
        Some(known) => known.clone().learned(news),
        None => Subscription::first(pledge.id, pledge.terms.gateway, news),
    };
    match &before {
        Some(known) if *known == after => return Ok(after),
        Some(_) => subscriptions::update(tx, &after, now)?,
        None => subscriptions::insert(tx, &after, now)?,
    }
    let status = after.news.state.pledge_status();
    if status != pledge.status {
        pledges::set_status(tx, pledge.id, status, pledge.donor, now)?;
        outgoing::support_moved(tx, ctx, pledge, status)?;
    }
    let moved = count(tx, ctx, pledge, before.as_ref(), &after)?;
    write(tx, ctx, moved, before.as_ref(), &after)?;
    if before.is_none_or(|before| !successions::goes_on(&before)) {
        successions::watch(tx, ctx, &after)?;
    }
    Ok(after)
}

/// Asks a person about a pledge.
fn ask(
    tx: &mut Tx<'_>,
    ctx: &Context,
    pledge: PledgeId,
    kind: &str,
    detail: &str,
) -> Result<(), UseCaseError> {
    let subject = pledge.to_string();
    reviews::raise(tx, ctx.new_id(), Question { kind, subject: &subject, detail }, ctx.now())?;
    Ok(())
}

/// Counts what happened, if anything that counts did.
fn count(
    tx: &mut Tx<'_>,
    ctx: &Context,
    pledge: &Pledge,
    before: Option<&Subscription>,
    after: &Subscription,
) -> Result<Option<MoveKind>, UseCaseError> {
    let Some(started_at) = after.started_at else {
        return Ok(None);
    };
    let donor = donor_of(tx, pledge)?;
    let first = donor.map(|donor| subscriptions::patron_since(tx, donor)).transpose()?.flatten();
    let past = if first.is_some_and(|first| first < started_at) { Past::Patron } else { Past::New };
    let Some(kind) = what_happened(before, after, past) else {
        return Ok(None);
    };
    let currency = after.news.amount.currency();
    let worth = Money::new(after.annual_minor(), currency);
    let counted = Money::new(patrons::counted(tx, pledge.id, currency)?, currency);
    let at = match (kind, after.news.state) {
        (MoveKind::Joined | MoveKind::Returned, _) => started_at,
        (_, SubscriptionState::Ended { at, .. }) => at,
        (_, SubscriptionState::PastDue { since }) => since,
        (_, SubscriptionState::Active | SubscriptionState::Paused { .. } | SubscriptionState::Incomplete) => {
            after.news.as_of
        }
    };
    let change = Move {
        kind,
        month: Month::of(ctx.day_of(at)),
        cohort: Month::of(ctx.day_of(first.unwrap_or(started_at).min(started_at))),
        annual: worth.minus(counted)?,
        at,
    };
    patrons::append(tx, pledge.id, &change, ctx.now())?;
    // Ended before anything else was heard of it: it came and went.
    if kind != MoveKind::Left && !after.news.state.is_in_force() {
        let left = Move { kind: MoveKind::Left, annual: Money::new(0, currency), ..change };
        patrons::append(tx, pledge.id, &left, ctx.now())?;
    }
    Ok(Some(kind))
}

/// The donor of a pledge: whom its money made one, or else whoever gave from the same address before.
fn donor_of(tx: &mut Tx<'_>, pledge: &Pledge) -> Result<Option<DonorId>, UseCaseError> {
    match pledge.donor {
        Some(donor) => Ok(Some(donor)),
        None => Ok(donors::find_by_email(tx, &pledge.terms.email)?),
    }
}

/// Orders the letters that follow from what happened.
fn write(
    tx: &mut Tx<'_>,
    ctx: &Context,
    moved: Option<MoveKind>,
    before: Option<&Subscription>,
    after: &Subscription,
) -> Result<(), UseCaseError> {
    let pledge = after.pledge;
    match moved {
        Some(MoveKind::Joined | MoveKind::Returned) if after.news.state.is_in_force() => {
            ctx.enqueue(tx, &Job::SendWelcome { pledge })?;
        }
        Some(MoveKind::Left) if !was_told(before, after) => {
            ctx.enqueue(tx, &Job::SendPledgeCancelled { pledge })?;
        }
        Some(
            MoveKind::Joined
            | MoveKind::Returned
            | MoveKind::Left
            | MoveKind::Changed
            | MoveKind::Paused
            | MoveKind::Resumed
            | MoveKind::Failing
            | MoveKind::Recovered,
        )
        | None => {}
    }
    let was_past_due = before.is_some_and(|known| is_past_due(known.news.state));
    if let SubscriptionState::PastDue { since } = after.news.state
        && !was_past_due
    {
        subscriptions::set_letters(tx, pledge, 0)?;
        tend::remind(tx, ctx, after, since, 0)?;
    }
    Ok(())
}

/// Whether the donor who stopped it had a letter about that already.
fn was_told(before: Option<&Subscription>, after: &Subscription) -> bool {
    let stopped = before.is_some_and(|known| known.news.ends_at.is_some());
    stopped && matches!(after.news.state, SubscriptionState::Ended { reason: EndReason::Voluntary, .. })
}

fn is_past_due(state: SubscriptionState) -> bool {
    matches!(state, SubscriptionState::PastDue { .. })
}
