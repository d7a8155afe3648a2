//! What the sandbox says in a webhook, and what it means.

use super::{PaymentState, SandboxPayment, SandboxRefund, WebhookRejected};
use crate::domain::donation::{Captured, GatewayFact, Happening, RemoteId, Waiting, WaitingState};
use crate::domain::money::{Currency, Money};

/// A webhook's body. The payment is complete in each, so that a lost event is made good by the next.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SandboxEvent {
    /// `sbe_…`, the same for every delivery.
    pub id: String,
    /// The payment when the event was made.
    pub payment: SandboxPayment,
}

impl SandboxEvent {
    /// Reads a body.
    pub fn parse(body: &[u8]) -> Result<Self, WebhookRejected> {
        serde_json::from_slice(body).map_err(malformed)
    }
}

fn malformed(why: impl std::fmt::Display) -> WebhookRejected {
    WebhookRejected::Malformed(why.to_string())
}

/// The facts in a payment's state.
pub fn facts_of(payment: &SandboxPayment) -> Result<Vec<GatewayFact>, WebhookRejected> {
    let currency = Currency::parse(&payment.currency).map_err(malformed)?;
    let state = PaymentState::parse(&payment.status).ok_or_else(|| malformed("unknown status"))?;
    let waiting = |state| Happening::Waiting(Waiting { as_of: payment.changed_at, state });
    let first = match state {
        PaymentState::Open => None,
        PaymentState::Processing => Some(waiting(WaitingState::Processing)),
        PaymentState::Failed => Some(waiting(WaitingState::Failed("declined".into()))),
        PaymentState::Expired => Some(waiting(WaitingState::Expired)),
        PaymentState::Succeeded => Some(Happening::Captured(Captured {
            gross: Money::positive(payment.amount_minor, currency).map_err(malformed)?,
            fee: Some(Money::new(payment.fee_minor, currency)),
            at: payment.changed_at,
        })),
    };
    let refunds = payment.refunds.iter().map(|refund| refund_of(refund, currency));
    let happenings: Result<Vec<Happening>, WebhookRejected> =
        first.map(Ok).into_iter().chain(refunds).collect();
    let name = RemoteId::parse(&payment.id).map_err(malformed)?;
    // A payment that somebody else began carries no attempt of ours.
    let attempt = payment.attempt.parse().ok();
    Ok(happenings?.into_iter().map(|what| GatewayFact { payment: name.clone(), attempt, what }).collect())
}

fn refund_of(refund: &SandboxRefund, currency: Currency) -> Result<Happening, WebhookRejected> {
    Ok(Happening::Refund {
        remote: RemoteId::parse(&refund.id).map_err(malformed)?,
        ours: refund.refund.as_deref().map(str::parse).transpose().map_err(malformed)?,
        amount: Money::positive(refund.amount_minor, currency).map_err(malformed)?,
        status: refund.status().map_err(malformed)?,
        at: refund.at,
    })
}
