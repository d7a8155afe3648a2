//! Recurring support in the donor's own hands: changed, paused, stopped, kept, begun again, paid another way, mended.

use crate::domain::account::REASON_CHARACTERS_MAX;
use crate::domain::attempt::Attempt;
use crate::domain::donor::clean_text;
use crate::domain::ids::{DonorId, PledgeId};
use crate::domain::money::Money;
use crate::domain::pledge::{GatewayKind, Pledge};
use crate::domain::subscription::{
    EndReason, OrderKind, OrderStatus, Orderer, Subscription, SubscriptionState,
};
use crate::gateways::{Assent, CardPage, CheckoutKind};
use crate::store::pledges::Sameness;
use crate::store::{self, Tx, attempts, pledges, subscriptions};
use crate::usecases::patrons::orders::{self, OrderRequest, Ordered};
use crate::usecases::patrons::{successions, tend, tiers};
use crate::usecases::pledge::{self, Next};
use crate::usecases::views::{self, PatronView};
use crate::usecases::{Context, UseCaseError, tokens};
use chrono::{DateTime, Utc};

/// How one of the donor's own supports stands.
///
/// # Errors
/// `NotFound` for that of somebody else, as for none.
pub async fn of(ctx: &Context, donor: DonorId, id: PledgeId) -> Result<PatronView, UseCaseError> {
    ctx.db
        .read(move |conn| {
            let own = pledges::find(conn, id)?.is_some_and(|pledge| pledge.donor == Some(donor));
            if own { views::patron_in(conn, id) } else { Err(UseCaseError::NotFound("support")) }
        })
        .await
}

/// All supports of a donor, the newest first.
pub async fn all(ctx: &Context, donor: DonorId) -> Result<Vec<PatronView>, UseCaseError> {
    ctx.db
        .read(move |conn| {
            let known = subscriptions::of_donor(conn, donor)?;
            known.iter().map(|subscription| views::patron_in(conn, subscription.pledge)).collect()
        })
        .await
}

/// What came of a wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The gateway has confirmed it, now or before.
    Done,
    /// It is being confirmed with the gateway.
    Pending,
    /// The donor must agree to it on this page of the gateway.
    Agree(String),
}

/// Asks something of one of the donor's own supports. What is so already stays so: a second click does no harm.
///
/// # Errors
/// `NotFound` for a support of somebody else; else as [`orders::order`].
pub async fn ask(
    ctx: &Context,
    donor: DonorId,
    id: PledgeId,
    what: OrderKind,
    reason: &str,
) -> Result<Told, UseCaseError> {
    let view = of(ctx, donor, id).await?;
    if is_so(&view.subscription, &what) {
        return Ok(Told::Done);
    }
    // What is too long is cut: nobody is kept because of too many words.
    let short: String = reason.chars().take(REASON_CHARACTERS_MAX).collect();
    let reason = clean_text(&short, REASON_CHARACTERS_MAX).ok().flatten();
    let request = OrderRequest { pledge: id, what, by: Orderer::Donor, reason };
    Ok(told(&orders::order(ctx, request).await?))
}

fn told(ordered: &Ordered) -> Told {
    match (ordered.order.status, &ordered.order.consent_url) {
        (OrderStatus::Pending, Some(page)) => Told::Agree(page.clone()),
        (OrderStatus::Pending, None) => Told::Pending,
        (OrderStatus::Done | OrderStatus::Refused, _) => Told::Done,
    }
}

fn is_so(subscription: &Subscription, what: &OrderKind) -> bool {
    let news = &subscription.news;
    let is_paused = matches!(news.state, SubscriptionState::Paused { .. });
    match what {
        OrderKind::Change { amount, frequency } => news.amount == *amount && news.frequency == *frequency,
        OrderKind::Pause { .. } => is_paused,
        OrderKind::Resume => !is_paused && news.state.is_in_force(),
        OrderKind::Cancel => news.ends_at.is_some() || news.state.is_over(),
        OrderKind::Keep => news.ends_at.is_none() && news.state.is_in_force(),
        OrderKind::End { .. } => news.state.is_over(),
    }
}

/// Ends at once whatever of a donor still runs. True once the gateways have confirmed that nothing does.
pub(super) async fn end_all(ctx: &Context, donor: DonorId) -> Result<bool, UseCaseError> {
    let mut is_over = true;
    for view in all(ctx, donor).await? {
        if view.subscription.news.state.is_over() {
            continue;
        }
        let what = OrderKind::End { reason: EndReason::Erased };
        is_over &= ask(ctx, donor, view.pledge.id, what, "").await? == Told::Done;
    }
    Ok(is_over)
}

/// A donor is back from the gateway's page on which they were to agree to a change: the gateway is asked whether they did.
/// What it does not say yet is heard of later.
///
/// # Errors
/// `NotFound` for a support of somebody else.
pub async fn came_back(ctx: &Context, donor: DonorId, id: PledgeId) -> Result<(), UseCaseError> {
    let view = of(ctx, donor, id).await?;
    if view.pending.is_none_or(|pending| pending.consent_url.is_none()) {
        return Ok(());
    }
    match tend::sync(ctx, id).await {
        Err(error @ (UseCaseError::GatewayRefused { .. } | UseCaseError::GatewayUnavailable(_))) => {
            tracing::info!(pledge.id = %id, %error, "whether the donor agreed is not known yet");
            Ok(())
        }
        asked => asked,
    }
}

/// What can be offered to the donor of a support.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offers {
    /// The gateway asks them before an amount is changed.
    pub is_asked: bool,
    /// An end can be taken back.
    pub may_keep: bool,
    /// It can be begun again: it has ended, or it ends and the gateway does not take that back.
    pub may_return: bool,
    /// Other ways by which it can be paid.
    pub ways: Vec<GatewayKind>,
}

/// What can be offered, as far as its gateway goes. Where something else goes on in its place, nothing brings it back.
pub fn offers(ctx: &Context, view: &PatronView) -> Offers {
    let (keeper, news) = (orders::keeper(ctx, &view.subscription), &view.subscription.news);
    let is_free = view.successor.is_none();
    Offers {
        is_asked: keeper.change == Assent::Asked,
        may_keep: is_free && keeper.takes_back,
        may_return: is_free && (news.state.is_over() || (news.ends_at.is_some() && !keeper.takes_back)),
        ways: if is_free { ways(ctx, &view.subscription) } else { Vec::new() },
    }
}

/// The other gateways that would keep this support.
fn ways(ctx: &Context, subscription: &Subscription) -> Vec<GatewayKind> {
    if subscription.news.state == SubscriptionState::Incomplete {
        return Vec::new();
    }
    let starts_at = paid_until(ctx, subscription);
    let keeps = |kind: &GatewayKind| {
        let Some(gateway) = ctx.gateways.get(*kind).filter(|_| *kind != subscription.gateway) else {
            return false;
        };
        let is_in_time = match gateway.capabilities().checkout {
            CheckoutKind::Redirect => true,
            // Its promise would be forgotten before the first transfer is due.
            CheckoutKind::Instructions => {
                starts_at.is_none_or(|at| at < ctx.now() + ctx.policy.lifetime(*kind))
            }
            CheckoutKind::Never => false,
        };
        is_in_time && gateway.accepts(subscription.news.amount).is_ok()
    };
    ctx.gateways.kinds().filter(keeps).collect()
}

/// Until when a support is paid for; none if that time is over.
fn paid_until(ctx: &Context, subscription: &Subscription) -> Option<DateTime<Utc>> {
    subscription.news.period.map(|period| period.until).filter(|until| *until > ctx.now())
}

/// Begins an ended support again as a new pledge with the terms that it had last. While the old one is still paid for,
/// the new one is not charged. Returns where the donor goes next.
///
/// # Errors
/// `NotFound` for a support of somebody else; `Conflict` if it has not ended.
pub async fn come_back(ctx: &Context, donor: DonorId, id: PledgeId) -> Result<String, UseCaseError> {
    let view = of(ctx, donor, id).await?;
    if !offers(ctx, &view).may_return {
        let message = "this support has not ended; it can be kept".to_owned();
        return Err(UseCaseError::Conflict { code: "support_not_ended", message });
    }
    let way = view.subscription.gateway;
    begin_again(ctx, donor, view, way).await
}

/// What came of the wish to pay another way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    /// The old way is stopped; the donor goes here next.
    Next(String),
    /// That it is stopped is being confirmed: nothing new is begun before.
    Pending,
}

/// Lets a support be paid another way from the end of the paid time on: the old way is stopped, and once that is confirmed
/// a new pledge is begun by the new one.
///
/// # Errors
/// `NotFound` for a support of somebody else; `Invalid` for a way that cannot keep it; else as [`ask`]: the old way goes on
/// then.
pub async fn change_way(
    ctx: &Context,
    donor: DonorId,
    id: PledgeId,
    way: Option<GatewayKind>,
) -> Result<Moved, UseCaseError> {
    let view = of(ctx, donor, id).await?;
    let Some(way) = way.filter(|way| offers(ctx, &view).ways.contains(way)) else {
        let message = "Choose one of the other ways to pay".to_owned();
        return Err(UseCaseError::invalid("gateway", "unknown_gateway", message));
    };
    if successions::goes_on(&view.subscription) {
        let what = successions::stopping(&view.subscription);
        match ask(ctx, donor, id, what, "").await? {
            Told::Done => {}
            Told::Pending | Told::Agree(_) => return Ok(Moved::Pending),
        }
    }
    let stopped = of(ctx, donor, id).await?;
    if successions::goes_on(&stopped.subscription) {
        return Ok(Moved::Pending);
    }
    begin_again(ctx, donor, stopped, way).await.map(Moved::Next)
}

async fn begin_again(
    ctx: &Context,
    donor: DonorId,
    view: PatronView,
    way: GatewayKind,
) -> Result<String, UseCaseError> {
    let inner = ctx.clone();
    let (pledge, attempt) = ctx.db.write(move |tx| succeed(tx, &inner, (donor, &view), way)).await?;
    let token = tokens::status_token(&ctx.key, pledge.id)?;
    Ok(match pledge::next_step(ctx, &pledge, attempt).await? {
        Next::Redirect(url) => url,
        Next::Instructions | Next::Status => format!("/thanks/{token}"),
    })
}

/// Writes the pledge down that takes the place of another. The same wish again on the same day is the same pledge.
fn succeed(
    tx: &mut Tx<'_>,
    ctx: &Context,
    (donor, view): (DonorId, &PatronView),
    way: GatewayKind,
) -> Result<(Pledge, Option<Attempt>), UseCaseError> {
    let (now, old) = (ctx.now(), pledges::lock(tx, view.pledge.id)?);
    let (id, day) = (old.id.to_string(), ctx.day_of(now).to_string());
    let same = Sameness {
        form_key: Some(ctx.key.blurred("come back", &[&id, &day, way.as_str()])?),
        fingerprint: ctx.key.blurred("come back", &[&id, way.as_str()])?,
    };
    if let Some(known) = pledges::find_same(tx, &same, now)? {
        let attempt = attempts::latest_of(tx, known.id)?;
        return Ok((known, attempt));
    }
    let news = &view.subscription.news;
    let mut terms = old.terms;
    terms.gateway = way;
    terms.amount = news.amount;
    // The covered fee was worked out for the old amount.
    terms.fee_cover = Money::zero(news.amount.currency());
    terms.frequency = news.frequency;
    terms.tier = tiers::reached(tx, news.frequency, news.amount)?;
    terms.starts_at = paid_until(ctx, &view.subscription);
    let (pledge, attempt) = pledge::insert(tx, ctx, terms, Some(donor), &same)?;
    store::successions::insert(tx, pledge.id, old.id, now)?;
    Ok((pledge, attempt))
}

/// The gateway's page on which the donor names another card for one of their own supports.
pub async fn card_page(ctx: &Context, donor: DonorId, id: PledgeId) -> Result<String, UseCaseError> {
    let view = of(ctx, donor, id).await?;
    let gateway = ctx.gateway(view.subscription.gateway)?;
    let page = CardPage {
        subscription: view.subscription.news.remote,
        customer: view.subscription.news.customer,
        return_url: format!("{}/account/mend", ctx.policy.public_url),
        locale: view.pledge.terms.locale,
    };
    Ok(gateway.card_page(&page).await?)
}

/// The supports whose latest payment failed.
pub async fn failing(ctx: &Context, donor: DonorId) -> Result<Vec<PatronView>, UseCaseError> {
    let mut found = all(ctx, donor).await?;
    found.retain(|view| matches!(view.subscription.news.state, SubscriptionState::PastDue { .. }));
    Ok(found)
}

/// Lets everything that a donor owes be tried again, now. Returns how many are still owed.
pub async fn collect(ctx: &Context, donor: DonorId) -> Result<usize, UseCaseError> {
    for view in failing(ctx, donor).await? {
        let pledge = view.pledge.id;
        match tend::collect(ctx, pledge).await {
            Ok(()) => {}
            // One that fails keeps no other from being tried.
            Err(error @ (UseCaseError::GatewayRefused { .. } | UseCaseError::GatewayUnavailable(_))) => {
                tracing::info!(pledge.id = %pledge, %error, "what is owed could not be collected yet");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(failing(ctx, donor).await?.len())
}

/// Whether a donor has something that still runs.
pub async fn runs(ctx: &Context, donor: DonorId) -> Result<bool, UseCaseError> {
    let known = ctx.db.read(move |conn| subscriptions::of_donor(conn, donor)).await?;
    Ok(known.iter().any(|subscription| subscription.news.state.is_in_force()))
}
