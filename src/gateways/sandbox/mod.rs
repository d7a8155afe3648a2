//! The sandbox: a gateway for trying and testing that moves no real money. It keeps books of its own, has a
//! payment page of its own, and reports by signed webhooks, so that everything around it is what a real
//! gateway gets. Configuration refuses it in production.

mod book;
mod event;
mod signature;

pub use book::{Book, BookError, PaymentState, SandboxPayment, SandboxRefund};
pub use event::{SandboxEvent, facts_of};
pub use signature::{SIGNATURE_HEADER, sign};

use super::{
    Capabilities, Checkout, CheckoutKind, CheckoutRequest, FeeRate, Gateway, GatewayError, Interpretation,
    RefundAnswer, RefundRequest, RefundWay, VerifiedEvent, WebhookHeaders, WebhookRejected,
};
use crate::domain::donation::{GatewayFact, RemoteId};
use crate::domain::ids::AttemptId;
use crate::domain::pledge::GatewayKind;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// What the sandbox keeps of each payment: 2.9 % and 25 minor units.
pub const FEE: FeeRate = FeeRate { basis_points: 290, fixed_minor: 25 };

/// The sandbox gateway.
#[derive(Clone)]
pub struct Sandbox {
    book: Arc<dyn Book>,
    webhook_secret: Arc<str>,
}

impl Sandbox {
    /// A sandbox with these books, whose webhooks are signed with `webhook_secret`.
    pub fn new(book: Arc<dyn Book>, webhook_secret: &str) -> Self {
        Self { book, webhook_secret: webhook_secret.into() }
    }
}

impl From<BookError> for GatewayError {
    fn from(error: BookError) -> Self {
        match error {
            BookError::Refused(code) => Self::Refused { code },
            BookError::Unavailable(why) => Self::Unknown(why),
        }
    }
}

#[async_trait]
impl Gateway for Sandbox {
    fn kind(&self) -> GatewayKind {
        GatewayKind::Sandbox
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            checkout: CheckoutKind::Redirect,
            refunds: RefundWay::Gateway,
            webhooks: true,
            fee: FEE,
        }
    }

    async fn start_checkout(&self, request: &CheckoutRequest) -> Result<Checkout, GatewayError> {
        let payment = self.book.open(request).await?;
        let remote =
            RemoteId::parse(&payment.id).map_err(|error| GatewayError::Unknown(error.to_string()))?;
        Ok(Checkout { remote, url: format!("/sandbox/pay/{}", payment.id) })
    }

    async fn look_up(&self, attempt: AttemptId) -> Result<Vec<GatewayFact>, GatewayError> {
        match self.book.find_by_attempt(attempt).await? {
            Some(payment) => facts_of(&payment).map_err(|error| GatewayError::Unknown(error.to_string())),
            None => Ok(Vec::new()),
        }
    }

    async fn refund(&self, request: &RefundRequest) -> Result<RefundAnswer, GatewayError> {
        let refund = self.book.refund(request).await?;
        let remote = RemoteId::parse(&refund.id).map_err(|error| GatewayError::Unknown(error.to_string()))?;
        Ok(RefundAnswer { remote, status: refund.status()? })
    }

    fn verify_webhook(
        &self,
        headers: &WebhookHeaders,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<VerifiedEvent, WebhookRejected> {
        signature::verify(headers, body, &self.webhook_secret, now)?;
        let event = SandboxEvent::parse(body)?;
        Ok(VerifiedEvent { event_id: event.id })
    }

    fn interpret(&self, body: &[u8]) -> Result<Interpretation, WebhookRejected> {
        let event = SandboxEvent::parse(body)?;
        facts_of(&event.payment).map(Interpretation::Facts)
    }
}
