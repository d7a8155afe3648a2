//! From what PayPal holds to the facts that the domain understands.
//!
//! The same state at PayPal always gives the same facts, whichever event or question led to it. A payment has the name of
//! its capture, which is the transaction in PayPal's own pages; the order is what the attempt opened.

use super::super::fetch::Unreadable;
use super::answers::{Amount, Capture, Dispute, Order, Payable, Receivable, Refund};
use super::currencies;
use crate::domain::dispute::{DisputeNews, DisputeState, DisputeStatus};
use crate::domain::donation::{Captured, Happening, PaymentFact, Waiting, WaitingState};
use crate::domain::ids::AttemptId;
use crate::domain::money::{Money, Settlement};
use crate::domain::refund::{RefundNews, RefundStatus};
use crate::domain::remote::RemoteId;
use chrono::{DateTime, Utc};

/// All that PayPal holds of one payment.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) capture: Capture,
    pub(super) refunds: Vec<Refund>,
    pub(super) disputes: Vec<Dispute>,
    /// Money that PayPal itself took back.
    pub(super) reversal: Option<Refund>,
}

/// The attempt of ours that a payment belongs to; none if something else of the same account began it.
pub(super) fn attempt_of(capture: &Capture) -> Option<AttemptId> {
    capture.custom_id.as_deref()?.parse().ok()
}

/// The attempt of ours that opened an order.
pub(super) fn opener_of(order: &Order) -> Option<AttemptId> {
    order.purchase_units.iter().find_map(|unit| unit.custom_id.as_deref()?.parse().ok())
}

/// Whether the money of a payment arrived, whatever became of it.
pub(super) fn has_money(capture: &Capture) -> bool {
    match capture.status.as_deref() {
        Some("COMPLETED" | "PARTIALLY_REFUNDED" | "REFUNDED") => true,
        Some("PENDING" | "DECLINED" | "DENIED" | "FAILED") => false,
        // A word that is not known: money that came to the account is money.
        Some(_) | None => {
            let told = capture.seller_receivable_breakdown.as_ref();
            told.is_some_and(|it| it.net_amount.is_some() || it.paypal_fee.is_some())
        }
    }
}

/// The facts of a payment.
pub(super) fn payment_facts(held: &Held) -> Result<Vec<PaymentFact>, Unreadable> {
    let capture = &held.capture;
    let mut happenings = Vec::new();
    if has_money(capture) {
        let captured = captured(capture)?;
        for refund in &held.refunds {
            happenings.push(Happening::Refund(refund_news(refund)?));
        }
        for dispute in &held.disputes {
            happenings.push(Happening::Dispute(dispute_news(dispute, &captured, &held.refunds)?));
        }
        happenings.extend(reversed(held, &captured)?.map(Happening::Dispute));
        happenings.insert(0, Happening::Captured(captured));
    } else {
        happenings.extend(waiting(capture)?.map(Happening::Waiting));
    }
    let (payment, attempt) = (name(&capture.id)?, attempt_of(capture));
    let checkout = capture.order().map(name).transpose()?;
    Ok(happenings
        .into_iter()
        .map(|what| PaymentFact {
            payment: payment.clone(),
            checkout: checkout.clone(),
            attempt,
            renewal: None,
            what,
        })
        .collect())
}

/// PayPal would not take the money of an order, for good. There is no payment then: the order gives its name.
pub(super) fn refused_fact(order: &Order, code: String) -> Result<PaymentFact, Unreadable> {
    let at = time(order.update_time.as_deref()).or_else(|| time(order.create_time.as_deref()));
    let as_of = at.ok_or_else(|| Unreadable { object: order.id.clone(), field: "create_time" })?;
    let order_name = name(&order.id)?;
    Ok(PaymentFact {
        payment: order_name.clone(),
        checkout: Some(order_name),
        attempt: opener_of(order),
        renewal: None,
        what: Happening::Waiting(Waiting { as_of, state: WaitingState::Failed(code) }),
    })
}

fn captured(capture: &Capture) -> Result<Captured, Unreadable> {
    let lacks = |field| Unreadable { object: capture.id.clone(), field };
    let gross = money(capture.amount.as_ref()).filter(|gross| gross.is_positive());
    let gross = gross.ok_or_else(|| lacks("amount"))?;
    let settled = capture.seller_receivable_breakdown.as_ref().and_then(|told| brought(gross, told));
    let at = time(capture.create_time.as_deref()).ok_or_else(|| lacks("create_time"))?;
    Ok(Captured { gross, settled, at })
}

/// What a payment came to on the balance, and the fee in it; none while PayPal has not said.
fn brought(gross: Money, told: &Receivable) -> Option<Settlement> {
    let Some(credited) = money(told.credited.as_ref()) else {
        let fee = money(told.paypal_fee.as_ref())?;
        return (fee.currency() == gross.currency()).then(|| Settlement::plain(gross, fee.minor()));
    };
    if credited.currency() == gross.currency() {
        return Settlement::new(gross, gross.minus(credited).ok()?).ok();
    }
    // The fee in the currency of the balance: told, or at the rate at which the rest was exchanged.
    let fee = match money(told.paypal_fee_in_receivable_currency.as_ref()) {
        Some(fee) => fee,
        None => {
            let fee = money(told.paypal_fee.as_ref())?;
            let net = money(told.net_amount.as_ref()).or_else(|| gross.minus(fee).ok())?;
            Money::new(share(credited.minor(), fee.minor(), net.minor())?, credited.currency())
        }
    };
    Settlement::new(credited.plus(fee).ok()?, fee).ok()
}

/// `whole × part ÷ of`, to the nearest unit.
fn share(whole: i64, part: i64, of: i64) -> Option<i64> {
    let (whole, part, of) = (i128::from(whole), i128::from(part), i128::from(of));
    let doubled = whole.checked_mul(part)?.checked_mul(2)?.checked_add(of)?;
    doubled.checked_div_euclid(of.checked_mul(2)?).and_then(|share| i64::try_from(share).ok())
}

/// News of a payment without money. A status that is not known is no news.
fn waiting(capture: &Capture) -> Result<Option<Waiting>, Unreadable> {
    let reason = || capture.status_details.as_ref().and_then(|details| details.reason.clone());
    let state = match capture.status.as_deref() {
        Some("PENDING") => WaitingState::Processing,
        Some(status @ ("DECLINED" | "DENIED" | "FAILED")) => {
            WaitingState::Failed(reason().unwrap_or_else(|| status.to_owned()))
        }
        Some(_) | None => return Ok(None),
    };
    let at = time(capture.update_time.as_deref()).or_else(|| time(capture.create_time.as_deref()));
    let as_of = at.ok_or_else(|| Unreadable { object: capture.id.clone(), field: "create_time" })?;
    Ok(Some(Waiting { as_of, state }))
}

/// What PayPal says of a refund. A status that is not known has not ended.
pub(super) fn refund_news(refund: &Refund) -> Result<RefundNews, Unreadable> {
    let lacks = |field| Unreadable { object: refund.id.clone(), field };
    let amount = money(refund.amount.as_ref()).filter(|amount| amount.is_positive());
    let amount = amount.ok_or_else(|| lacks("amount"))?;
    let status = match refund.status.as_deref() {
        Some("COMPLETED") => RefundStatus::Succeeded,
        Some("FAILED" | "CANCELLED") => RefundStatus::Failed,
        Some(_) | None => RefundStatus::Pending,
    };
    let ours = [&refund.custom_id, &refund.invoice_id].into_iter().find_map(|id| id.as_deref()?.parse().ok());
    let settled = match status {
        RefundStatus::Succeeded => {
            refund.seller_payable_breakdown.as_ref().and_then(|told| took(amount, told))
        }
        RefundStatus::Pending | RefundStatus::Failed => None,
    };
    let at = time(refund.create_time.as_deref()).ok_or_else(|| lacks("create_time"))?;
    Ok(RefundNews { remote: name(&refund.id)?, ours, amount, status, settled, at })
}

/// What a refund took from the balance. A part of the fee that PayPal gives back is a fee below zero.
fn took(amount: Money, told: &Payable) -> Option<Settlement> {
    if let Some(debited) = money(told.net_amount_in_receivable_currency.as_ref())
        && debited.currency() != amount.currency()
    {
        return Settlement::new(debited, Money::zero(debited.currency())).ok();
    }
    let gross = money(told.gross_amount.as_ref()).unwrap_or(amount);
    let given_back = money(told.paypal_fee.as_ref()).unwrap_or_else(|| Money::zero(gross.currency()));
    Settlement::new(gross, given_back.negated().ok()?).ok()
}

/// How far a dispute is, in our words. A status that is not known may cost money: it counts as open.
fn dispute_status(dispute: &Dispute) -> DisputeStatus {
    let is_inquiry = dispute.stage.as_deref() == Some("INQUIRY");
    if dispute.status.as_deref() != Some("RESOLVED") {
        return if is_inquiry { DisputeStatus::Inquiry } else { DisputeStatus::Open };
    }
    let outcome = dispute.outcome.as_ref().and_then(|outcome| outcome.outcome_code.as_deref());
    match outcome {
        Some("RESOLVED_BUYER_FAVOUR" | "ACCEPTED") => DisputeStatus::Lost,
        Some(_) | None if is_inquiry => DisputeStatus::Closed,
        // Also where PayPal pays the donor out of its own pocket.
        Some(_) | None => DisputeStatus::Won,
    }
}

/// What PayPal says of a dispute. While it is open, PayPal only withholds the money: it has not left the balance.
///
/// What was given back by refunds since the dispute began is told by them: only the rest is lost by the dispute itself.
fn dispute_news(
    dispute: &Dispute,
    captured: &Captured,
    refunds: &[Refund],
) -> Result<DisputeNews, Unreadable> {
    let lacks = |field| Unreadable { object: dispute.id.clone(), field };
    let gross = captured.gross;
    let in_currency = |amount: &Money| amount.currency() == gross.currency();
    let amount = money(dispute.amount.as_ref()).filter(in_currency).unwrap_or(gross);
    let opened_at = time(dispute.create_time.as_deref()).ok_or_else(|| lacks("create_time"))?;
    let status = dispute_status(dispute);
    let away = match status {
        DisputeStatus::Lost => {
            let outcome = dispute.outcome.as_ref();
            let returned =
                money(outcome.and_then(|outcome| outcome.amount_refunded.as_ref())).filter(in_currency);
            let returned = returned.unwrap_or(amount).minor().min(gross.minor());
            returned.saturating_sub(given_back_since(refunds, opened_at)?).max(0)
        }
        DisputeStatus::Inquiry | DisputeStatus::Closed | DisputeStatus::Open | DisputeStatus::Won => 0,
    };
    let decided = u32::try_from(dispute.adjudications.len()).unwrap_or(u32::MAX);
    let (moves, status) = match status {
        DisputeStatus::Inquiry | DisputeStatus::Open => (0, status),
        // By refunds alone: nothing is lost that is not told as given back.
        DisputeStatus::Lost if away == 0 => (decided.max(1).saturating_add(1), DisputeStatus::Closed),
        DisputeStatus::Closed | DisputeStatus::Won | DisputeStatus::Lost => (decided.max(1), status),
    };
    Ok(DisputeNews {
        remote: name(&dispute.id)?,
        amount,
        reason: dispute.reason.clone().unwrap_or_else(|| "OTHER".to_owned()),
        state: DisputeState {
            moves,
            status,
            away_minor: away,
            settled: taken(captured, away),
            due_at: time(dispute.seller_response_due_date.as_deref()),
        },
        opened_at,
        at: time(dispute.update_time.as_deref()).filter(|_| moves > 0).unwrap_or(opened_at),
    })
}

fn given_back_since(refunds: &[Refund], since: DateTime<Utc>) -> Result<i64, Unreadable> {
    let mut sum: i64 = 0;
    for refund in refunds {
        let news = refund_news(refund)?;
        if news.at >= since && news.status == RefundStatus::Succeeded {
            sum = sum.saturating_add(news.amount.minor());
        }
    }
    Ok(sum)
}

/// What so much of a payment takes from the balance: on one in another currency, at the rate at which it came.
fn taken(captured: &Captured, away: i64) -> Option<Settlement> {
    let brought = captured.settled.filter(|_| away > 0)?.amount();
    let out = share(brought.minor(), away, captured.gross.minor())?;
    Settlement::new(Money::new(out, brought.currency()), Money::zero(brought.currency())).ok()
}

/// Money that PayPal took back without a dispute that tells of it, such as a debit that the donor's bank returned.
fn reversed(held: &Held, captured: &Captured) -> Result<Option<DisputeNews>, Unreadable> {
    let told = |reversal: &&Refund| {
        held.disputes.is_empty() && held.refunds.iter().all(|refund| refund.id != reversal.id)
    };
    let Some(reversal) = held.reversal.as_ref().filter(told) else {
        return Ok(None);
    };
    let lacks = |field| Unreadable { object: reversal.id.clone(), field };
    let amount = money(reversal.amount.as_ref()).ok_or_else(|| lacks("amount"))?;
    let at = time(reversal.create_time.as_deref()).unwrap_or(captured.at);
    let away_minor = amount.minor().saturating_abs();
    Ok(Some(DisputeNews {
        remote: name(&reversal.id)?,
        amount: Money::new(away_minor, amount.currency()),
        reason: "REVERSED".to_owned(),
        state: DisputeState {
            moves: 1,
            status: DisputeStatus::Lost,
            away_minor,
            settled: taken(captured, away_minor),
            due_at: None,
        },
        opened_at: at,
        at,
    }))
}

fn money(amount: Option<&Amount>) -> Option<Money> {
    currencies::money(amount?)
}

pub(super) fn name(id: &str) -> Result<RemoteId, Unreadable> {
    RemoteId::parse(id).map_err(|_unfit| Unreadable { object: "an object".to_owned(), field: "id" })
}

pub(super) fn time(text: Option<&str>) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text?).ok().map(|time| time.to_utc())
}

#[cfg(test)]
mod tests;
