//! What donors, staff and rules ask of a subscription: written down first, then the gateway is told, then its answer is
//! written down. Nobody is told that something is done before the gateway said so.

use super::{learn, standing_order, tiers};
use crate::domain::audit::{Action, Actor};
use crate::domain::ids::{OrderId, PledgeId};
use crate::domain::job::Job;
use crate::domain::money::Money;
use crate::domain::pledge::{Frequency, Pledge};
use crate::domain::subscription::{
    Order, OrderKind, OrderRefused, OrderStatus, Orderer, Subscription, SubscriptionFact,
};
use crate::gateways::{Answered, Assent, GatewayError, Keeper, Recurring, SubscriptionOrder};
use crate::store::{Tx, pledges, subscription_orders, subscriptions, successions};
use crate::usecases::{Context, UseCaseError, audit, holds};
use chrono::TimeDelta;
use serde_json::json;

/// When the job takes over an order whose own request never came to its end.
const TAKE_OVER_AFTER: TimeDelta = TimeDelta::minutes(1);

/// The longest pause.
const PAUSE_DAYS_MAX: i64 = 366;

/// A page of the gateway on which a donor agrees is good for so long; whoever asks later is led to another.
const PAGE_HOLDS: TimeDelta = TimeDelta::hours(1);

/// The donor asked for something else instead.
const WITHDRAWN: &str = "withdrawn";

/// The donor never agreed at the gateway.
const NOT_AGREED: &str = "not_agreed";

/// What is asked, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRequest {
    /// Which promise.
    pub pledge: PledgeId,
    /// What.
    pub what: OrderKind,
    /// By whom.
    pub by: Orderer,
    /// Why, in the donor's own words.
    pub reason: Option<String>,
}

/// An order, and how the subscription stands now. A pending order was not answered by the gateway yet; it is asked
/// again until it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered {
    /// The order.
    pub order: Order,
    /// What it is about.
    pub subscription: Subscription,
}

/// Asks something of a subscription. The same again while it is not done is the same order.
///
/// # Errors
/// `Conflict` if it makes no sense now, or while something else is being asked; `Invalid` for an amount, frequency or
/// date that cannot be; `GatewayRefused` if the gateway will not.
pub async fn order(ctx: &Context, request: OrderRequest) -> Result<Ordered, UseCaseError> {
    let inner = ctx.clone();
    let id = ctx.db.write(move |tx| place(tx, &inner, request)).await?;
    carried_out(ctx, id).await
}

/// The same, asked by staff; it is written down with who did.
///
/// # Errors
/// As [`order`].
pub async fn order_by(ctx: &Context, by: Actor, request: OrderRequest) -> Result<Ordered, UseCaseError> {
    let inner = ctx.clone();
    let id = ctx
        .db
        .write(move |tx| {
            let (pledge, what) = (request.pledge, request.what.as_str());
            let id = place(tx, &inner, request)?;
            let detail = json!({ "order": id, "what": what });
            audit::record(tx, &inner, (by, Action::PledgeChanged), &pledge, &detail)?;
            Ok::<_, UseCaseError>(id)
        })
        .await?;
    carried_out(ctx, id).await
}

/// Asks the gateway at once, and says how things stand then.
async fn carried_out(ctx: &Context, id: OrderId) -> Result<Ordered, UseCaseError> {
    match carry_out(ctx, id).await {
        // It is written down: the job goes on asking.
        Ok(()) | Err(UseCaseError::GatewayUnavailable(_)) => {}
        Err(error) => return Err(error),
    }
    ctx.db
        .read(move |conn| {
            let order = subscription_orders::get(conn, id)?;
            let subscription =
                subscriptions::find(conn, order.pledge)?.ok_or(UseCaseError::NotFound("support"))?;
            Ok(Ordered { order, subscription })
        })
        .await
}

/// Writes an order down. Standing orders are changed at once: their bank hears it from the donor.
pub(super) fn place(tx: &mut Tx<'_>, ctx: &Context, request: OrderRequest) -> Result<OrderId, UseCaseError> {
    let pledge = pledges::lock(tx, request.pledge)?;
    holds::check(tx, pledge.id)?;
    let subscription = subscriptions::find(tx, pledge.id)?.ok_or(UseCaseError::NotFound("support"))?;
    let pending = subscription_orders::find_pending(tx, pledge.id)?;
    let is_same = |known: &&Order| {
        let page_holds = known.consent_url.is_none() || ctx.now() < known.created_at + PAGE_HOLDS;
        known.what == request.what && page_holds
    };
    if let Some(same) = pending.as_ref().filter(is_same) {
        return Ok(same.id);
    }
    if let Some(waiting) = pending.as_ref().filter(|pending| pending.consent_url.is_some()) {
        // Nothing has happened yet, and the page at the gateway changes nothing unless the donor agrees there.
        subscription_orders::end(tx, waiting.id, Some(WITHDRAWN), ctx.now())?;
    } else if pending.is_some() {
        let message = "an earlier change is still being confirmed; try again in a minute".to_owned();
        return Err(UseCaseError::Conflict { code: "order_pending", message });
    }
    allows(ctx, &subscription, &request)
        .map_err(|refused| UseCaseError::Conflict { code: refused.code(), message: refused.to_string() })?;
    if goes_on_by(&request.what) && !successions::in_force(tx, pledge.id)?.is_empty() {
        let (code, message) =
            ("support_succeeded", "another support goes on in its place; stop that one first");
        return Err(UseCaseError::Conflict { code, message: message.to_owned() });
    }
    check(ctx, &pledge, &subscription, &request.what)?;
    let order = Order {
        id: ctx.new_id(),
        pledge: pledge.id,
        what: request.what,
        status: OrderStatus::Pending,
        code: None,
        by: request.by,
        reason: request.reason,
        created_at: ctx.now(),
        consent_url: None,
    };
    subscription_orders::insert(tx, &order)?;
    let gateway = ctx.gateway(pledge.terms.gateway)?;
    match gateway.capabilities().recurring {
        Recurring::Charged(_) => {
            ctx.enqueue_after(tx, &Job::CarryOutOrder { order: order.id }, TAKE_OVER_AFTER)?;
        }
        Recurring::Expected => {
            let news = standing_order::changed(&subscription, &order.what, ctx.now());
            let fact = SubscriptionFact { attempt: None, checkout: None, news };
            conclude(tx, ctx, &order, fact)?;
        } // It began none.
    }
    Ok(order.id)
}

/// Whether an order lets support be charged again that was not to be.
const fn goes_on_by(what: &OrderKind) -> bool {
    match what {
        OrderKind::Resume | OrderKind::Keep => true,
        OrderKind::Change { .. } | OrderKind::Pause { .. } | OrderKind::Cancel | OrderKind::End { .. } => {
            false
        }
    }
}

/// Gives an order by a rule of this site, unless it makes no sense any more or another is under way.
pub(in crate::usecases) fn place_by_rule(
    tx: &mut Tx<'_>,
    ctx: &Context,
    pledge: PledgeId,
    what: OrderKind,
) -> Result<(), UseCaseError> {
    let Some(subscription) = subscriptions::find(tx, pledge)? else {
        return Ok(());
    };
    let pending = subscription_orders::find_pending(tx, pledge)?;
    if subscription.allows(&what).is_err() || pending.is_some_and(|pending| pending.consent_url.is_none()) {
        return Ok(());
    }
    place(tx, ctx, OrderRequest { pledge, what, by: Orderer::Rule, reason: None })?;
    Ok(())
}

/// What the gateway of a subscription does by itself. A standing order is kept by us, who do all of it.
pub fn keeper(ctx: &Context, subscription: &Subscription) -> Keeper {
    let recurring = ctx.gateways.get(subscription.gateway).map(|gateway| gateway.capabilities().recurring);
    match recurring {
        Some(Recurring::Charged(keeper)) => keeper,
        Some(Recurring::Expected) | None => Keeper::OBEDIENT,
    }
}

/// Whether an order makes sense now, and whether its gateway would take it from whoever gives it.
fn allows(ctx: &Context, subscription: &Subscription, request: &OrderRequest) -> Result<(), OrderRefused> {
    subscription.allows(&request.what)?;
    let keeper = keeper(ctx, subscription);
    match request.what {
        OrderKind::Keep if !keeper.takes_back => Err(OrderRefused::Final),
        OrderKind::Change { .. } if keeper.change == Assent::Asked && request.by != Orderer::Donor => {
            Err(OrderRefused::DonorsOwn)
        }
        OrderKind::Change { .. }
        | OrderKind::Pause { .. }
        | OrderKind::Resume
        | OrderKind::Cancel
        | OrderKind::Keep
        | OrderKind::End { .. } => Ok(()),
    }
}

/// The picture of a subscription may be the answer to a change that waited for the donor. It is done then, and the donor is
/// told; one that waits for a support that has ended will not be.
pub(super) fn answered(
    tx: &mut Tx<'_>,
    ctx: &Context,
    pledge: &Pledge,
    now: &Subscription,
) -> Result<(), UseCaseError> {
    let pending = subscription_orders::find_pending(tx, pledge.id)?;
    let Some(waiting) = pending.filter(|pending| pending.consent_url.is_some()) else {
        return Ok(());
    };
    let news = &now.news;
    let is_so = matches!(&waiting.what, OrderKind::Change { amount, frequency }
        if (*amount, *frequency) == (news.amount, news.frequency));
    if is_so {
        subscription_orders::end(tx, waiting.id, None, ctx.now())?;
        tiers::bring_up_to_date(tx, pledge, now)?;
        ctx.enqueue(tx, &Job::SendPledgeChanged { order: waiting.id })?;
    } else if news.state.is_over() {
        subscription_orders::end(tx, waiting.id, Some(OrderRefused::Over.code()), ctx.now())?;
    }
    Ok(())
}

/// Asks the gateway about a change to which no donor has agreed for long, or gives it up: then nothing was changed.
pub(super) fn give_up(
    tx: &mut Tx<'_>,
    ctx: &Context,
    waiting: &Order,
    late: bool,
) -> Result<(), UseCaseError> {
    if late {
        subscription_orders::end(tx, waiting.id, Some(NOT_AGREED), ctx.now())?;
    } else {
        let (pledge, asked) = (waiting.pledge, waiting.created_at.timestamp());
        ctx.enqueue(tx, &Job::SyncSubscription { pledge, asked })?;
    }
    Ok(())
}

/// Whether amounts, periods and dates can be what is asked.
fn check(
    ctx: &Context,
    pledge: &Pledge,
    subscription: &Subscription,
    what: &OrderKind,
) -> Result<(), UseCaseError> {
    let invalid = |field, code, message: String| Err(UseCaseError::invalid(field, code, message));
    match what {
        OrderKind::Change { amount, frequency } => {
            check_change(ctx, pledge, subscription, *amount, *frequency)
        }
        OrderKind::Pause { until: Some(until) } => {
            let now = ctx.now();
            if *until <= now {
                return invalid("until", "past_day", "The pause must end on a day to come".to_owned());
            }
            if *until > now + TimeDelta::days(PAUSE_DAYS_MAX) {
                return invalid("until", "pause_too_long", "A pause lasts a year at most".to_owned());
            }
            Ok(())
        }
        OrderKind::Pause { until: None }
        | OrderKind::Resume
        | OrderKind::Cancel
        | OrderKind::Keep
        | OrderKind::End { .. } => Ok(()),
    }
}

fn check_change(
    ctx: &Context,
    pledge: &Pledge,
    subscription: &Subscription,
    amount: Money,
    frequency: Frequency,
) -> Result<(), UseCaseError> {
    let invalid = |field, code, message: String| Err(UseCaseError::invalid(field, code, message));
    let currency = subscription.news.amount.currency();
    if amount.currency() != currency {
        return invalid("currency", "other_currency", format!("This support is in {currency}"));
    }
    if !frequency.is_recurring() {
        return invalid("frequency", "unknown_frequency", "Choose how often the money is given".to_owned());
    }
    let (minimum, maximum) = ctx.policy.amounts.of(currency);
    if amount.minor() < minimum.minor() || amount.minor() > maximum.minor() {
        let message = format!("The amount must be from {} to {}", minimum.text(), maximum.text());
        let is_small = amount.minor() < minimum.minor();
        return invalid("amount", if is_small { "amount_too_small" } else { "amount_too_large" }, message);
    }
    let gateway = ctx.gateway(pledge.terms.gateway)?;
    if let Err(refused) = gateway.accepts(amount) {
        return invalid("amount", "amount_not_payable", refused.to_string());
    }
    if (amount, frequency) == (subscription.news.amount, subscription.news.frequency) {
        return invalid("amount", "nothing_to_change", "This is what you give already".to_owned());
    }
    Ok(())
}

/// Tells the gateway, and writes its answer down. Doing it again changes nothing.
///
/// # Errors
/// `GatewayUnavailable` while it gives no answer that counts: the job tries again. `GatewayRefused` if it will not.
pub async fn carry_out(ctx: &Context, id: OrderId) -> Result<(), UseCaseError> {
    let (order, subscription, locale) = ctx
        .db
        .read(move |conn| {
            let order = subscription_orders::get(conn, id)?;
            let subscription = subscriptions::find(conn, order.pledge)?;
            let locale = pledges::get(conn, order.pledge)?.terms.locale;
            Ok::<_, UseCaseError>((order, subscription.ok_or(UseCaseError::NotFound("support"))?, locale))
        })
        .await?;
    match order.status {
        OrderStatus::Done => return Ok(()),
        OrderStatus::Refused => {
            return Err(UseCaseError::GatewayRefused { code: order.code.unwrap_or_default() });
        }
        // It waits for the donor.
        OrderStatus::Pending if order.consent_url.is_some() => return Ok(()),
        OrderStatus::Pending => {}
    }
    let gateway = ctx.gateway(subscription.gateway)?;
    let told = SubscriptionOrder {
        order: id,
        subscription: subscription.news.remote,
        what: order.what.clone(),
        ordered_at: order.created_at,
        return_url: format!("{}/account/pledges/{}?done=agreed", ctx.policy.public_url, order.pledge),
        locale,
    };
    let refusal = match gateway.change_subscription(&told).await {
        Ok(Answered::AskDonor { url }) => {
            let now = ctx.now();
            ctx.db.write(move |tx| subscription_orders::await_consent(tx, id, &url, now)).await?;
            return Ok(());
        }
        Ok(Answered::Done(fact)) => {
            let inner = ctx.clone();
            return ctx.db.write(move |tx| conclude(tx, &inner, &order, fact)).await;
        }
        Err(GatewayError::Refused { code }) => code,
        Err(GatewayError::Unsupported { what, .. }) => what.to_owned(),
        Err(GatewayError::Unknown(why)) => return Err(UseCaseError::GatewayUnavailable(why)),
    };
    let (now, code) = (ctx.now(), refusal.clone());
    ctx.db.write(move |tx| subscription_orders::end(tx, id, Some(&code), now)).await?;
    Err(UseCaseError::GatewayRefused { code: refusal })
}

/// It is done: what the gateway says now is taken in, and the donor is told.
fn conclude(
    tx: &mut Tx<'_>,
    ctx: &Context,
    order: &Order,
    fact: SubscriptionFact,
) -> Result<(), UseCaseError> {
    let pledge = pledges::lock(tx, order.pledge)?;
    if !subscription_orders::end(tx, order.id, None, ctx.now())? {
        return Ok(());
    }
    let subscription = learn(tx, ctx, &pledge, fact.news)?;
    // While this was being asked, no other could be.
    super::successions::watch(tx, ctx, &subscription)?;
    match order.what {
        OrderKind::Change { .. } => {
            tiers::bring_up_to_date(tx, &pledge, &subscription)?;
            ctx.enqueue(tx, &Job::SendPledgeChanged { order: order.id })?;
        }
        OrderKind::Pause { .. } | OrderKind::Resume | OrderKind::Cancel | OrderKind::Keep => {
            ctx.enqueue(tx, &Job::SendPledgeChanged { order: order.id })?;
        }
        // The end itself has its letter.
        OrderKind::End { .. } => {}
    }
    Ok(())
}
