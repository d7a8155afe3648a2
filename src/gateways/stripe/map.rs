//! From what Stripe holds to the facts that the domain understands.
//!
//! The same state at Stripe always gives the same facts, whichever event or question led to it: times are those of
//! Stripe's objects, amounts are cumulative, and lists are taken whole.
//!
//! A slow method (a direct debit, a voucher) is `processing` for days. Should its bank take the money back after it
//! had succeeded, Stripe opens a dispute that is lost at once; that is how such money leaves the books again.

use super::super::fetch::Unreadable;
use super::answers::{
    ATTEMPT, BalanceTransaction, Dispute, Expandable, Metadata, PaymentIntent, REFUND, Refund, Session,
};
use super::currencies::from_stripe;
use crate::domain::dispute::{DisputeNews, DisputeState, DisputeStatus};
use crate::domain::donation::{Captured, Happening, PaymentFact, Waiting, WaitingState};
use crate::domain::ids::AttemptId;
use crate::domain::money::{Money, Settlement};
use crate::domain::refund::{RefundNews, RefundStatus};
use crate::domain::remote::RemoteId;
use chrono::{DateTime, Utc};

/// All that Stripe holds of one payment.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) intent: PaymentIntent,
    pub(super) refunds: Vec<Refund>,
    pub(super) disputes: Vec<Dispute>,
}

/// The attempt of ours that a payment belongs to; none if something else of the same account began it.
pub(super) fn attempt_of(intent: &PaymentIntent) -> Option<AttemptId> {
    ours(intent.metadata.as_ref(), ATTEMPT)
}

/// The attempt of ours that opened a session.
pub(super) fn opener_of(session: &Session) -> Option<AttemptId> {
    let reference = session.client_reference_id.as_deref().and_then(|id| id.parse().ok());
    ours(session.metadata.as_ref(), ATTEMPT).or(reference)
}

pub(super) fn ours<T: std::str::FromStr>(metadata: Option<&Metadata>, key: &str) -> Option<T> {
    metadata?.get(key)?.parse().ok()
}

/// The facts of a payment, and of the session it was made in where that is known.
pub(super) fn payment_facts(held: &Held, session: Option<&Session>) -> Result<Vec<PaymentFact>, Unreadable> {
    let Held { intent, refunds, disputes } = held;
    let mut happenings = Vec::new();
    if intent.has_money() {
        happenings.push(Happening::Captured(captured(intent)?));
    } else {
        happenings.extend(waiting(intent)?.map(Happening::Waiting));
        happenings.extend(session.map(expired).transpose()?.flatten().map(Happening::Waiting));
    }
    for refund in refunds {
        happenings.push(Happening::Refund(refund_news(refund)?));
    }
    for dispute in disputes {
        happenings.push(Happening::Dispute(dispute_news(dispute)?));
    }
    let about = About {
        payment: name(&intent.id)?,
        checkout: session.map(|session| name(&session.id)).transpose()?,
        attempt: attempt_of(intent).or_else(|| session.and_then(opener_of)),
    };
    Ok(happenings.into_iter().map(|what| about.says(what)).collect())
}

/// The facts of a session in which nobody began to pay.
pub(super) fn session_facts(session: &Session) -> Result<Vec<PaymentFact>, Unreadable> {
    let name = name(&session.id)?;
    let about = About { payment: name.clone(), checkout: Some(name), attempt: opener_of(session) };
    Ok(expired(session)?.map(|waiting| about.says(Happening::Waiting(waiting))).into_iter().collect())
}

/// The card's bank thinks that a payment was a fraud.
pub(super) fn fraud_warning(held: &Held, kind: String) -> Result<PaymentFact, Unreadable> {
    let about = About { payment: name(&held.intent.id)?, checkout: None, attempt: attempt_of(&held.intent) };
    Ok(about.says(Happening::FraudWarning { kind }))
}

/// What a set of facts is about.
struct About {
    payment: RemoteId,
    checkout: Option<RemoteId>,
    attempt: Option<AttemptId>,
}

impl About {
    fn says(&self, what: Happening) -> PaymentFact {
        PaymentFact {
            payment: self.payment.clone(),
            checkout: self.checkout.clone(),
            attempt: self.attempt,
            renewal: None,
            what,
        }
    }
}

fn captured(intent: &PaymentIntent) -> Result<Captured, Unreadable> {
    let lacks = |field| Unreadable { object: intent.id.clone(), field };
    let units = intent.amount_received.filter(|units| *units > 0).or(intent.amount);
    let gross = money(units, intent.currency.as_deref()).filter(|gross| gross.is_positive());
    let charge = intent.charge();
    let at = charge.and_then(|charge| charge.created).or(intent.created);
    Ok(Captured {
        gross: gross.ok_or_else(|| lacks("amount_received"))?,
        settled: charge
            .and_then(|charge| charge.balance_transaction.as_ref())
            .and_then(Expandable::object)
            .and_then(|moved| settlement([moved], Side::In)),
        at: time(at).ok_or_else(|| lacks("created"))?,
    })
}

/// News of a payment without money. A status that is not known is no news.
fn waiting(intent: &PaymentIntent) -> Result<Option<Waiting>, Unreadable> {
    let charge = intent.charge();
    let failed_charge = charge.filter(|charge| charge.status.as_deref() == Some("failed"));
    let tried_at = charge.and_then(|charge| charge.created).or(intent.created);
    let (state, at) = match intent.status.as_deref() {
        Some("processing") => (WaitingState::Processing, tried_at),
        Some("requires_payment_method") => {
            let error = intent.last_payment_error.as_ref();
            let code = error.and_then(|error| error.code.clone().or_else(|| error.kind.clone()));
            match (code.or_else(|| failed_charge?.failure_code.clone()), failed_charge.is_some()) {
                (Some(code), _) => (WaitingState::Failed(code), tried_at),
                (None, true) => (WaitingState::Failed("payment_failed".to_owned()), tried_at),
                (None, false) => return Ok(None),
            }
        }
        Some("requires_action") if awaits_a_transfer(intent) => (WaitingState::Processing, tried_at),
        Some("canceled") => (WaitingState::Expired, intent.canceled_at.or(tried_at)),
        _ => return Ok(None),
    };
    let as_of = time(at).ok_or_else(|| Unreadable { object: intent.id.clone(), field: "created" })?;
    Ok(Some(Waiting { as_of, state }))
}

/// Whether the donor left with a voucher or account details and pays elsewhere, within days.
fn awaits_a_transfer(intent: &PaymentIntent) -> bool {
    let kind = intent.next_action.as_ref().and_then(|action| action.kind.as_deref());
    kind.is_some_and(|kind| {
        kind.ends_with("_display_details") || kind == "display_bank_transfer_instructions"
    })
}

fn expired(session: &Session) -> Result<Option<Waiting>, Unreadable> {
    if session.status.as_deref() != Some("expired") {
        return Ok(None);
    }
    let lacks = || Unreadable { object: session.id.clone(), field: "expires_at" };
    let as_of = time(session.expires_at).ok_or_else(lacks)?;
    Ok(Some(Waiting { as_of, state: WaitingState::Expired }))
}

/// How far a refund is, in our words. A status that is not known has not ended.
fn refund_status(refund: &Refund) -> RefundStatus {
    match refund.status.as_deref() {
        Some("succeeded") => RefundStatus::Succeeded,
        Some("failed" | "canceled") => RefundStatus::Failed,
        _ => RefundStatus::Pending,
    }
}

/// What Stripe says of a refund.
pub(super) fn refund_news(refund: &Refund) -> Result<RefundNews, Unreadable> {
    let lacks = |field| Unreadable { object: refund.id.clone(), field };
    let amount = money(refund.amount, refund.currency.as_deref()).filter(|amount| amount.is_positive());
    let status = refund_status(refund);
    let object =
        |moved: &Option<Expandable<BalanceTransaction>>| moved.as_ref().and_then(Expandable::object).cloned();
    let (left, came_back) =
        (object(&refund.balance_transaction), object(&refund.failure_balance_transaction));
    let settled = match (status, &left, &came_back) {
        // It failed, and Stripe has not put the money back yet: what it comes to is not known.
        (RefundStatus::Failed, _, None) => None,
        _ => settlement(left.iter().chain(&came_back), Side::Out),
    };
    Ok(RefundNews {
        remote: name(&refund.id)?,
        ours: ours(refund.metadata.as_ref(), REFUND),
        amount: amount.ok_or_else(|| lacks("amount"))?,
        status,
        settled,
        at: time(refund.created).ok_or_else(|| lacks("created"))?,
    })
}

/// How far a dispute is, in our words. A status that is not known may cost money: it counts as open.
fn dispute_status(status: Option<&str>) -> DisputeStatus {
    match status {
        Some("won") => DisputeStatus::Won,
        Some("lost") => DisputeStatus::Lost,
        Some("warning_closed" | "prevented") => DisputeStatus::Closed,
        Some(status) if status.starts_with("warning_") => DisputeStatus::Inquiry,
        Some(_) | None => DisputeStatus::Open,
    }
}

fn dispute_news(dispute: &Dispute) -> Result<DisputeNews, Unreadable> {
    let lacks = |field| Unreadable { object: dispute.id.clone(), field };
    let amount = money(dispute.amount, dispute.currency.as_deref()).ok_or_else(|| lacks("amount"))?;
    let moved = dispute.balance_transactions.as_deref().unwrap_or_default();
    let settled = settlement(moved, Side::Out);
    let opened_at = time(dispute.created).ok_or_else(|| lacks("created"))?;
    let due_by = dispute.evidence_details.as_ref().and_then(|details| details.due_by);
    Ok(DisputeNews {
        remote: name(&dispute.id)?,
        amount,
        reason: dispute.reason.clone().unwrap_or_else(|| "general".to_owned()),
        state: DisputeState {
            moves: u32::try_from(moved.len()).unwrap_or(u32::MAX),
            status: dispute_status(dispute.status.as_deref()),
            away_minor: away(amount, moved, settled),
            settled,
            due_at: time(due_by),
        },
        opened_at,
        at: moved.iter().filter_map(|moved| time(moved.created)).max().unwrap_or(opened_at),
    })
}

/// How much of the payment a dispute has taken away, in minor units of the payment's currency.
///
/// On a balance in another currency the rate may have changed in between, so that taking and giving back do not sum
/// up to zero: there the latest movement decides.
fn away(amount: Money, moved: &[BalanceTransaction], settled: Option<Settlement>) -> i64 {
    match settled {
        Some(settled) if settled.currency() == amount.currency() => settled.amount().minor().max(0),
        _ => {
            let latest = moved.iter().enumerate().max_by_key(|(place, moved)| (moved.created, *place));
            let is_taken = latest.is_some_and(|(_, moved)| moved.amount.is_some_and(|units| units < 0));
            if is_taken { amount.minor() } else { 0 }
        }
    }
}

/// Which direction of a movement on the balance is counted as positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    In,
    Out,
}

/// What movements on Stripe's balance come to together; none without any, or if one cannot be read or is in another
/// currency than the others.
fn settlement<'a>(moved: impl IntoIterator<Item = &'a BalanceTransaction>, side: Side) -> Option<Settlement> {
    let mut sum: Option<(Money, Money)> = None;
    for moved in moved {
        let code = moved.currency.as_deref();
        let (amount, fee) = (money(moved.amount, code)?, money(Some(moved.fee.unwrap_or_default()), code)?);
        let amount = if side == Side::Out { amount.negated().ok()? } else { amount };
        sum = Some(match sum {
            None => (amount, fee),
            Some((amounts, fees)) => (amounts.plus(amount).ok()?, fees.plus(fee).ok()?),
        });
    }
    let (amount, fee) = sum?;
    Settlement::new(amount, fee).ok()
}

pub(super) fn money(units: Option<i64>, code: Option<&str>) -> Option<Money> {
    from_stripe(units?, code?).ok()
}

pub(super) fn name(id: &str) -> Result<RemoteId, Unreadable> {
    RemoteId::parse(id).map_err(|_unfit| Unreadable { object: "an object".to_owned(), field: "id" })
}

pub(super) fn time(seconds: Option<i64>) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(seconds?, 0)
}

#[cfg(test)]
mod tests;
