//! What the sandbox says in a webhook, and what it means.

use super::subscription::renewal_of;
use super::{PaymentState, SandboxPayment, SandboxRefund, SandboxSubscription, WebhookRejected};
use crate::domain::donation::{Captured, GatewayFact, Happening, PaymentFact, Waiting, WaitingState};
use crate::domain::money::{Currency, Money};
use crate::domain::refund::RefundNews;
use crate::domain::remote::RemoteId;

/// A webhook's body. The payment is complete in each, so that a lost event is made good by the next.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SandboxEvent {
    /// `sbe_…`, the same for every delivery.
    pub id: String,
    /// The payment when the event was made.
    pub payment: SandboxPayment,
    /// What brought the payment, where something did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription: Option<SandboxSubscription>,
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
        PaymentState::Succeeded => {
            let gross = Money::positive(payment.amount_minor, currency).map_err(malformed)?;
            Some(Happening::Captured(Captured::with_fee(gross, Some(payment.fee_minor), payment.changed_at)))
        }
    };
    let refunds = payment.refunds.iter().map(|refund| refund_of(refund, currency).map(Happening::Refund));
    let happenings: Result<Vec<Happening>, WebhookRejected> =
        first.map(Ok).into_iter().chain(refunds).collect();
    let name = RemoteId::parse(&payment.id).map_err(malformed)?;
    // A payment that somebody else began carries no attempt of ours.
    let attempt = payment.attempt.parse().ok();
    let renewal = renewal_of(payment)?;
    let fact =
        |what| PaymentFact { payment: name.clone(), checkout: None, attempt, renewal: renewal.clone(), what };
    Ok(happenings?.into_iter().map(fact).map(GatewayFact::from).collect())
}

/// What the sandbox says of a refund.
pub(super) fn refund_of(refund: &SandboxRefund, currency: Currency) -> Result<RefundNews, WebhookRejected> {
    Ok(RefundNews {
        remote: RemoteId::parse(&refund.id).map_err(malformed)?,
        ours: refund.refund.as_deref().map(str::parse).transpose().map_err(malformed)?,
        amount: Money::positive(refund.amount_minor, currency).map_err(malformed)?,
        status: refund.status().map_err(malformed)?,
        settled: None,
        at: refund.at,
    })
}
