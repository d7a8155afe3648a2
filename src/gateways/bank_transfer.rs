//! Bank transfer: the donor moves the money; staff record that it arrived. No call to anybody is made.

use super::{
    Capabilities, Checkout, CheckoutKind, CheckoutRequest, FeeRate, Gateway, GatewayError, Interpretation,
    RefundAnswer, RefundRequest, RefundWay, VerifiedEvent, WebhookHeaders, WebhookRejected,
};
use crate::domain::donation::{GatewayFact, RemoteId};
use crate::domain::ids::AttemptId;
use crate::domain::pledge::GatewayKind;
use crate::domain::refund::RefundStatus;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// The publisher's bank account as a gateway.
#[derive(Debug, Clone, Copy)]
pub struct BankTransfer;

#[async_trait]
impl Gateway for BankTransfer {
    fn kind(&self) -> GatewayKind {
        GatewayKind::BankTransfer
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            checkout: CheckoutKind::Instructions,
            refunds: RefundWay::ByHand,
            webhooks: false,
            fee: FeeRate { basis_points: 0, fixed_minor: 0 },
        }
    }

    async fn start_checkout(&self, _request: &CheckoutRequest) -> Result<Checkout, GatewayError> {
        Err(GatewayError::Unsupported { gateway: self.kind(), what: "open a payment page" })
    }

    async fn look_up(&self, _attempt: AttemptId) -> Result<Vec<GatewayFact>, GatewayError> {
        // A bank answers no questions: what arrives is recorded by staff.
        Ok(Vec::new())
    }

    async fn refund(&self, request: &RefundRequest) -> Result<RefundAnswer, GatewayError> {
        // Staff send the money by hand; recording it is all there is to do.
        let remote = RemoteId::parse(&request.refund.to_string())
            .map_err(|error| GatewayError::Refused { code: error.to_string() })?;
        Ok(RefundAnswer { remote, status: RefundStatus::Succeeded })
    }

    fn verify_webhook(
        &self,
        _headers: &WebhookHeaders,
        _body: &[u8],
        _now: DateTime<Utc>,
    ) -> Result<VerifiedEvent, WebhookRejected> {
        Err(WebhookRejected::Forged)
    }

    fn interpret(&self, _body: &[u8]) -> Result<Interpretation, WebhookRejected> {
        Ok(Interpretation::Ignore("a bank sends no webhooks".into()))
    }
}
