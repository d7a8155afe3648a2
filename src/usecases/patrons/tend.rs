//! Tending patrons by the hour: letters about money that is owed, the end of grace, cards that expire, standing orders
//! that are late, and questions to gateways of which nothing was heard.

use super::orders::{self, place_by_rule};
use super::{learn, standing_order};
use crate::domain::donation::GatewayFact;
use crate::domain::ids::PledgeId;
use crate::domain::job::Job;
use crate::domain::pledge::GatewayKind;
use crate::domain::remote::RemoteId;
use crate::domain::subscription::{
    EndReason, OrderKind, Subscription, SubscriptionNews, SubscriptionState, SubscriptionStatus,
};
use crate::gateways::Recurring;
use crate::store::{Tx, pledges, subscription_orders, subscriptions};
use crate::usecases::{Context, UseCaseError, settle};
use chrono::{DateTime, Days, TimeDelta, Utc};

/// Rows of one transaction: others are not kept waiting for long.
const ROWS: i64 = 200;

/// A gateway charges within this time after the end of a period; what is not heard of then is asked about.
const CHARGED_WITHIN: TimeDelta = TimeDelta::hours(2);

/// A donor who was sent to the gateway's page to agree to a change has done so by then, or will not.
const ASK_DONORS_FOR: TimeDelta = TimeDelta::hours(24);

/// And by then the gateway was asked, and has answered.
const GIVE_UP_AFTER: TimeDelta = TimeDelta::hours(48);

/// How often a gateway is asked about the same subscription.
const ASK_EVERY: TimeDelta = TimeDelta::hours(12);

/// Does all of it. Doing it again changes nothing.
pub async fn tend(ctx: &Context) -> Result<(), UseCaseError> {
    let kinds: Vec<GatewayKind> = ctx.gateways.kinds().collect();
    for kind in kinds {
        let recurring = ctx.gateways.get(kind).map(|gateway| gateway.capabilities().recurring);
        match recurring {
            Some(Recurring::Charged(_)) => ask_about_overdue(ctx, kind).await?,
            Some(Recurring::Expected) => tend_standing_orders(ctx, kind).await?,
            None => {}
        }
    }
    each(ctx, SubscriptionStatus::PastDue, tend_past_due).await?;
    each(ctx, SubscriptionStatus::Paused, |tx, ctx, subscription, _| end_pause(tx, ctx, subscription))
        .await?;
    tend_unanswered(ctx).await?;
    warn_of_cards(ctx).await
}

/// Lets a pause end on its day where the gateway does not do so by itself.
fn end_pause(tx: &mut Tx<'_>, ctx: &Context, subscription: &Subscription) -> Result<(), UseCaseError> {
    let SubscriptionState::Paused { until: Some(until) } = subscription.news.state else {
        return Ok(());
    };
    if until > ctx.now() || orders::keeper(ctx, subscription).ends_pauses {
        return Ok(());
    }
    place_by_rule(tx, ctx, subscription.pledge, OrderKind::Resume)
}

/// Changes to which donors must agree at the gateway are asked about after a while, and then given up.
async fn tend_unanswered(ctx: &Context) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let now = inner.now();
            for waiting in subscription_orders::unanswered(tx, now - ASK_DONORS_FOR, ROWS)? {
                let late = waiting.created_at < now - GIVE_UP_AFTER;
                orders::give_up(tx, &inner, &waiting, late)?;
            }
            Ok(())
        })
        .await
}

/// Does something with every subscription in a status, page by page.
async fn each(
    ctx: &Context,
    status: SubscriptionStatus,
    act: fn(&mut Tx<'_>, &Context, &Subscription, i64) -> Result<(), UseCaseError>,
) -> Result<(), UseCaseError> {
    let mut after: Option<PledgeId> = None;
    loop {
        let page = ctx.db.read(move |conn| subscriptions::in_status(conn, status, after, ROWS)).await?;
        after = page.last().map(|(last, _)| last.pledge);
        if page.is_empty() {
            return Ok(());
        }
        for (subscription, letters) in page {
            let (inner, pledge) = (ctx.clone(), subscription.pledge);
            let done = ctx.db.write(move |tx| act(tx, &inner, &subscription, letters)).await;
            match done {
                // One that cannot be dealt with must not keep the others from it.
                Ok(()) | Err(UseCaseError::Held { .. } | UseCaseError::Conflict { .. }) => {}
                Err(UseCaseError::Store(error @ crate::store::StoreError::Unavailable(_))) => {
                    return Err(error.into());
                }
                Err(error) => tracing::error!(pledge.id = %pledge, %error, "a subscription cannot be tended"),
            }
        }
    }
}

/// Writes the letter that is due, and ends support whose grace is over.
fn tend_past_due(
    tx: &mut Tx<'_>,
    ctx: &Context,
    subscription: &Subscription,
    letters: i64,
) -> Result<(), UseCaseError> {
    let SubscriptionState::PastDue { since } = subscription.news.state else {
        return Ok(());
    };
    if ctx.now() - since >= TimeDelta::days(ctx.policy.patrons.grace_days.into()) {
        let what = OrderKind::End { reason: EndReason::PaymentFailed };
        return place_by_rule(tx, ctx, subscription.pledge, what);
    }
    remind(tx, ctx, subscription, since, letters)
}

/// Orders the letter that is due about money owed since a moment; `written` were ordered before.
pub(super) fn remind(
    tx: &mut Tx<'_>,
    ctx: &Context,
    subscription: &Subscription,
    since: DateTime<Utc>,
    written: i64,
) -> Result<(), UseCaseError> {
    let days = (ctx.now() - since).num_days();
    let due = ctx.policy.patrons.letters_after_days.iter().filter(|after| i64::from(**after) <= days).count();
    let due = i64::try_from(due).unwrap_or(i64::MAX);
    if due <= written {
        return Ok(());
    }
    let pledge = subscription.pledge;
    let letter = u32::try_from(due).unwrap_or(u32::MAX);
    let since = since.timestamp();
    let job = match subscription.gateway {
        GatewayKind::BankTransfer => Job::SendTransferDue { pledge, since, letter },
        GatewayKind::Stripe
        | GatewayKind::Paypal
        | GatewayKind::Sandbox
        | GatewayKind::Cash
        | GatewayKind::Cheque
        | GatewayKind::Import => Job::SendPaymentFailed { pledge, since, letter },
    };
    ctx.enqueue(tx, &job)?;
    Ok(subscriptions::set_letters(tx, pledge, due)?)
}

async fn warn_of_cards(ctx: &Context) -> Result<(), UseCaseError> {
    let today = ctx.day_of(ctx.now());
    let until =
        today.checked_add_days(Days::new(ctx.policy.patrons.card_notice_days.into())).unwrap_or(today);
    loop {
        let inner = ctx.clone();
        let told = ctx
            .db
            .write(move |tx| {
                let told = subscriptions::take_expiring(tx, today, until, ROWS)?;
                for pledge in &told {
                    inner.enqueue(tx, &Job::SendCardExpiring { pledge: *pledge, until })?;
                }
                Ok::<_, UseCaseError>(told.len())
            })
            .await?;
        if told == 0 {
            return Ok(());
        }
    }
}

/// Asks about subscriptions whose next payment should have been heard of.
async fn ask_about_overdue(ctx: &Context, kind: GatewayKind) -> Result<(), UseCaseError> {
    loop {
        let inner = ctx.clone();
        let asked = ctx
            .db
            .write(move |tx| {
                let now = inner.now();
                let late = subscriptions::overdue(tx, kind, now - CHARGED_WITHIN, now - ASK_EVERY, ROWS)?;
                for subscription in &late {
                    let job = Job::SyncSubscription { pledge: subscription.pledge, asked: now.timestamp() };
                    inner.enqueue(tx, &job)?;
                    subscriptions::set_asked(tx, subscription.pledge, now)?;
                }
                Ok::<_, UseCaseError>(late.len())
            })
            .await?;
        if asked == 0 {
            return Ok(());
        }
    }
}

/// Asks the gateway how a subscription stands, and takes the answer in.
pub async fn sync(ctx: &Context, pledge: PledgeId) -> Result<(), UseCaseError> {
    let (kind, remote) = name_of(ctx, pledge).await?;
    let facts = ctx.gateway(kind)?.look_up_subscription(&remote).await?;
    take_in(ctx, kind, facts).await
}

/// Tries once more to charge what is owed, after the donor named another card.
pub async fn collect(ctx: &Context, pledge: PledgeId) -> Result<(), UseCaseError> {
    let (kind, remote) = name_of(ctx, pledge).await?;
    let facts = ctx.gateway(kind)?.collect(&remote).await?;
    take_in(ctx, kind, facts).await
}

async fn name_of(ctx: &Context, pledge: PledgeId) -> Result<(GatewayKind, RemoteId), UseCaseError> {
    let subscription = ctx.db.read(move |conn| subscriptions::find(conn, pledge)).await?;
    let subscription = subscription.ok_or(UseCaseError::NotFound("support"))?;
    Ok((subscription.gateway, subscription.news.remote))
}

async fn take_in(ctx: &Context, kind: GatewayKind, facts: Vec<GatewayFact>) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db.write(move |tx| settle::apply(tx, &inner, kind, &facts).map(|_settled| ())).await
}

/// Standing orders: the paused ones go on, the stopped ones end, the late ones are missed.
async fn tend_standing_orders(ctx: &Context, kind: GatewayKind) -> Result<(), UseCaseError> {
    each(ctx, SubscriptionStatus::Paused, |tx, ctx, subscription, _| {
        tend_standing_order(tx, ctx, subscription)
    })
    .await?;
    loop {
        let inner = ctx.clone();
        let tended = ctx
            .db
            .write(move |tx| {
                let now = inner.now();
                let late = subscriptions::overdue(tx, kind, now, now - ASK_EVERY, ROWS)?;
                let count = late.len();
                for subscription in late {
                    subscriptions::set_asked(tx, subscription.pledge, now)?;
                    tend_standing_order(tx, &inner, &subscription)?;
                }
                Ok::<_, UseCaseError>(count)
            })
            .await?;
        if tended == 0 {
            return Ok(());
        }
    }
}

fn tend_standing_order(
    tx: &mut Tx<'_>,
    ctx: &Context,
    subscription: &Subscription,
) -> Result<(), UseCaseError> {
    let now = ctx.now();
    if subscription.gateway != GatewayKind::BankTransfer {
        return Ok(());
    }
    let slack = TimeDelta::days(ctx.policy.patrons.transfer_slack_days.into());
    let news = subscription.news.clone();
    let due = news.period.map(|period| period.until);
    let state = match (news.state, news.ends_at, due) {
        (_, Some(ends_at), _) if ends_at <= now => {
            SubscriptionState::Ended { at: ends_at, reason: EndReason::Voluntary }
        }
        (SubscriptionState::Paused { until: Some(until) }, _, _) if until <= now => {
            let pledge = pledges::lock(tx, subscription.pledge)?;
            learn(tx, ctx, &pledge, standing_order::resumed(news, now))?;
            return Ok(());
        }
        (SubscriptionState::Active, None, Some(due)) if due + slack <= now => {
            SubscriptionState::PastDue { since: due }
        }
        _ => return Ok(()),
    };
    let pledge = pledges::lock(tx, subscription.pledge)?;
    learn(tx, ctx, &pledge, SubscriptionNews { as_of: now, state, ..news })?;
    Ok(())
}
