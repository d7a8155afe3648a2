//! Giving money back: promised under lock, asked of the gateway, booked when the gateway says so.

use super::settle::{self, News};
use super::{Context, UseCaseError, audit, deposits, holds};
use crate::domain::audit::{Action, Actor};
use crate::domain::donation::{Donation, Happening};
use crate::domain::donor::clean_line;
use crate::domain::ids::{DonationId, PledgeId, RefundId};
use crate::domain::job::Job;
use crate::domain::money::Money;
use crate::domain::refund::{Refund, RefundKind, RefundNews, RefundStatus};
use crate::gateways::{GatewayError, RefundRequest};
use crate::store::{Conn, Tx, donations, pledges, refunds};
use serde_json::json;

/// What staff ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundOrder {
    /// From which donation.
    pub donation: DonationId,
    /// How much; none for all that is left.
    pub amount: Option<Money>,
    /// Why.
    pub reason: Option<String>,
    /// What makes two clicks one order; none makes each order its own.
    pub request_key: Option<String>,
}

/// Writes an order down. Together with what is on its way, never more than was paid.
///
/// The same request key again returns the first refund.
pub async fn order(ctx: &Context, by: Actor, order: RefundOrder) -> Result<Refund, UseCaseError> {
    let inner = ctx.clone();
    ctx.db.write(move |tx| order_in(tx, &inner, by, RefundKind::Refund, &order)).await
}

/// Declares what is left of a gift void: a cheque that bounced, a gift that was typed twice. It stays on record with the
/// reason, and so does the receipt, which is void too. The same request key again returns the first.
///
/// # Errors
/// `Invalid` without a reason; `Conflict` for a gift that a gateway told of, whose money only the gateway can give back,
/// and where nothing is left.
pub async fn void(
    ctx: &Context,
    by: Actor,
    donation: DonationId,
    reason: &str,
    request_key: Option<String>,
) -> Result<Refund, UseCaseError> {
    if reason.trim().is_empty() {
        let message = "Say why: the donor reads it, and so does whoever looks at the books.".to_owned();
        return Err(UseCaseError::invalid("reason", "missing", message));
    }
    let order = RefundOrder { donation, amount: None, reason: Some(reason.to_owned()), request_key };
    let inner = ctx.clone();
    let ordered = ctx.db.write(move |tx| order_in(tx, &inner, by, RefundKind::Void, &order)).await?;
    carry_out(ctx, ordered.id).await
}

/// Writes an order down in the transaction that says why.
pub(super) fn order_within(
    tx: &mut Tx<'_>,
    ctx: &Context,
    by: Actor,
    order: &RefundOrder,
) -> Result<Refund, UseCaseError> {
    order_in(tx, ctx, by, RefundKind::Refund, order)
}

/// Declares a gift void, or a part of it, in the transaction that says why; it is to be carried out afterwards.
pub(super) fn void_in(
    tx: &mut Tx<'_>,
    ctx: &Context,
    by: Actor,
    order: &RefundOrder,
) -> Result<Refund, UseCaseError> {
    order_in(tx, ctx, by, RefundKind::Void, order)
}

fn order_in(
    tx: &mut Tx<'_>,
    ctx: &Context,
    by: Actor,
    kind: RefundKind,
    order: &RefundOrder,
) -> Result<Refund, UseCaseError> {
    let donation = donations::find(tx, order.donation)?.ok_or(UseCaseError::NotFound("donation"))?;
    // Refunds and facts of one pledge take turns.
    pledges::lock(tx, donation.pledge)?;
    holds::check(tx, donation.pledge)?;
    let donation = donations::lock(tx, donation.id)?;
    if let Some(key) = &order.request_key
        && let Some(refund) = refunds::find_by_request(tx, key)?
    {
        return same_order(refund, order);
    }
    if kind == RefundKind::Void && !donation.gateway.may_be_void() {
        let message = format!("{} came by {}: give it back instead", donation.id, donation.gateway);
        return Err(UseCaseError::Conflict { code: "not_by_hand", message });
    }
    if kind == RefundKind::Refund {
        in_time(ctx, &donation)?;
    }
    let amount = how_much(tx, &donation, order.amount)?;
    let reason = clean_line(order.reason.as_deref().unwrap_or_default(), 200)
        .map_err(|error| UseCaseError::invalid("reason", "too_long", error))?;
    let refund = Refund {
        id: ctx.new_id(),
        donation: donation.id,
        kind,
        amount,
        status: RefundStatus::Pending,
        settled: None,
        remote: None,
        reason,
        created_at: ctx.now(),
    };
    refunds::insert(tx, &refund, donation.gateway, order.request_key.as_deref())?;
    ctx.enqueue(tx, &Job::CarryOutRefund { refund: refund.id })?;
    if kind == RefundKind::Void {
        deposits::returned(tx, ctx, (donation.id, amount))?;
    }
    let detail =
        json!({ "refund": refund.id, "amount_minor": amount.minor(), "currency": amount.currency().code() });
    let action = match kind {
        RefundKind::Refund => Action::Refunded,
        RefundKind::Void => Action::GiftVoided,
    };
    audit::record(tx, ctx, (by, action), &donation.id, &detail)?;
    Ok(refund)
}

/// Some gateways give nothing back after a while: better said now than by a refund that fails.
fn in_time(ctx: &Context, donation: &Donation) -> Result<(), UseCaseError> {
    let within =
        ctx.gateways.giving_back(donation.gateway).and_then(|gateway| gateway.capabilities().refunds_within);
    let paid_at = donation.payment.money().map(|money| money.at);
    let (Some(within), Some(paid_at)) = (within, paid_at) else {
        return Ok(());
    };
    if ctx.now() <= paid_at + within {
        return Ok(());
    }
    let message = format!(
        "{} gives nothing back after {} days: send the money to the donor from your bank, and keep a note of it",
        donation.gateway,
        within.num_days()
    );
    Err(UseCaseError::Conflict { code: "refund_too_late", message })
}

/// A donation, and how much of it can be given back now.
///
/// # Errors
/// `NotFound` without it; `Conflict` if nothing can be given back.
pub async fn refundable(ctx: &Context, id: DonationId) -> Result<(Donation, Money), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .read(move |conn| {
            let donation = donations::find(conn, id)?.ok_or(UseCaseError::NotFound("donation"))?;
            in_time(&inner, &donation)?;
            let left = how_much(conn, &donation, None)?;
            Ok((donation, left))
        })
        .await
}

/// The refunds of a donation, those under way and those that failed among them.
///
/// # Errors
/// `NotFound` without the donation.
pub async fn of_donation(ctx: &Context, id: DonationId) -> Result<Vec<Refund>, UseCaseError> {
    ctx.db
        .read(move |conn| {
            donations::find(conn, id)?.ok_or(UseCaseError::NotFound("donation"))?;
            Ok(refunds::of_donation(conn, id)?)
        })
        .await
}

/// A key that was used for something else is a mistake of the asking side: nothing is refunded by it.
fn same_order(refund: Refund, order: &RefundOrder) -> Result<Refund, UseCaseError> {
    if refund.donation == order.donation && order.amount.is_none_or(|amount| amount == refund.amount) {
        return Ok(refund);
    }
    let message = format!("this key was used for {} of {}", refund.amount.text(), refund.donation);
    Err(UseCaseError::Conflict { code: "idempotency_key_reused", message })
}

fn how_much(conn: &mut Conn, donation: &Donation, wanted: Option<Money>) -> Result<Money, UseCaseError> {
    let known = refunds::of_donation(conn, donation.id)?;
    let pending = Refund::total_minor(&known, RefundStatus::Pending);
    let Some(left) = donation.payment.refundable(pending) else {
        let message = format!("no money has arrived for {}", donation.id);
        return Err(UseCaseError::Conflict { code: "nothing_to_refund", message });
    };
    let amount = wanted.unwrap_or(left);
    if amount.currency() != left.currency() {
        let words = format!("the gift was made in {}", left.currency());
        return Err(UseCaseError::invalid("amount", "wrong_currency", words));
    }
    if !amount.is_positive() || amount.minor() > left.minor() {
        let message = if left.is_positive() {
            format!("{} can be refunded, not {}", left.text(), amount.text())
        } else {
            format!(
                "nothing of {} can be refunded: it went back, is on its way back, or is contested",
                donation.id
            )
        };
        return Err(UseCaseError::Conflict { code: "refund_too_large", message });
    }
    Ok(amount)
}

/// Asks the gateway to carry out a refund. Asking again is harmless: the refund is the idempotency key.
pub async fn carry_out(ctx: &Context, id: RefundId) -> Result<Refund, UseCaseError> {
    let (refund, donation) = ctx
        .db
        .read(move |conn| {
            let refund = refunds::get(conn, id)?;
            let donation = donations::get(conn, refund.donation)?;
            holds::check(conn, donation.pledge)?;
            Ok::<_, UseCaseError>((refund, donation))
        })
        .await?;
    if refund.status != RefundStatus::Pending {
        return Ok(refund);
    }
    let gateway = ctx.gateways.giving_back(donation.gateway).ok_or(UseCaseError::NotFound("gateway"))?;
    let request = RefundRequest {
        refund: id,
        payment: donation.remote.clone(),
        amount: refund.amount,
        ordered_at: refund.created_at,
    };
    match gateway.refund(&request).await {
        Ok(answer) => {
            let inner = ctx.clone();
            ctx.db
                .write(move |tx| {
                    let news = News {
                        gateway: donation.gateway,
                        payment: donation.remote,
                        checkout: None,
                        pledge: donation.pledge,
                        attempt: None,
                        period_on: None,
                        // The answer is to our order, whatever the gateway carried along.
                        news: vec![Happening::Refund(RefundNews { ours: Some(id), ..answer })],
                    };
                    settle::settle_payment(tx, &inner, news)?;
                    Ok(refunds::get(tx, id)?)
                })
                .await
        }
        Err(error @ (GatewayError::Refused { .. } | GatewayError::Unsupported { .. })) => {
            refuse(ctx, refund, donation.pledge, &error).await
        }
        Err(GatewayError::Unknown(why)) => Err(UseCaseError::GatewayUnavailable(why)),
    }
}

/// The gateway said no: the money is free to be refunded in another way. Unless news came while it was asked: an
/// earlier call without an answer may have worked, and a gateway that has done all it can refuses the next.
async fn refuse(
    ctx: &Context,
    refund: Refund,
    pledge: PledgeId,
    error: &GatewayError,
) -> Result<Refund, UseCaseError> {
    tracing::warn!(refund.id = %refund.id, %error, "the gateway refused a refund");
    let now = ctx.now();
    ctx.db
        .write(move |tx| {
            pledges::lock(tx, pledge)?;
            let known = refunds::get(tx, refund.id)?;
            if known.status != RefundStatus::Pending || known.remote.is_some() {
                return Ok(known);
            }
            let failed = known.refused();
            refunds::update(tx, &failed, now)?;
            Ok(failed)
        })
        .await
}
