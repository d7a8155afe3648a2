//! Money that people move: transfers to the publisher's account, cash, cheques. Staff record that it arrived and that it
//! was given back. No call to anybody is made.

use super::{
    AmountRefused, Answered, Balance, Capabilities, CardPage, Checkout, CheckoutKind, CheckoutRequest,
    FeeRate, Gateway, GatewayError, InterpretError, Interpretation, ListedEvent, LookUp, Page, Recurring,
    RefundRequest, RefundWay, SubscriptionOrder, VerifiedEvent, WebhookHeaders, WebhookRejected,
};
use crate::domain::attempt::Attempt;
use crate::domain::donation::GatewayFact;
use crate::domain::money::Money;
use crate::domain::pledge::GatewayKind;
use crate::domain::refund::{RefundNews, RefundStatus};
use crate::domain::remote::RemoteId;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

/// The hands of the house as a gateway.
#[derive(Debug, Clone, Copy)]
pub struct ByHand(GatewayKind, CheckoutKind);

impl ByHand {
    /// The publisher's bank account, offered to donors with a reference.
    pub const BANK_TRANSFER: Self = Self(GatewayKind::BankTransfer, CheckoutKind::Instructions);
    /// Notes and coins. No donor can choose them on a form.
    pub const CASH: Self = Self(GatewayKind::Cash, CheckoutKind::Never);
    /// What came before this site. Nobody can choose it; what is given back of it, staff give back.
    pub const IMPORT: Self = Self(GatewayKind::Import, CheckoutKind::Never);
    /// Cheques. No donor can choose them on a form.
    pub const CHEQUE: Self = Self(GatewayKind::Cheque, CheckoutKind::Never);
}

#[async_trait]
impl Gateway for ByHand {
    fn kind(&self) -> GatewayKind {
        self.0
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            checkout: self.1,
            refunds: RefundWay::ByHand,
            webhooks: false,
            fee: FeeRate { basis_points: 0, fixed_minor: 0 },
            recurring: Recurring::Expected,
            keys_kept: TimeDelta::zero(),
            refunds_within: None,
        }
    }

    fn page_origins(&self) -> Vec<String> {
        Vec::new()
    }

    fn accepts(&self, _amount: Money) -> Result<(), AmountRefused> {
        Ok(())
    }

    fn round_up(&self, amount: Money) -> Money {
        amount
    }

    async fn start_checkout(&self, _request: &CheckoutRequest) -> Result<Checkout, GatewayError> {
        Err(GatewayError::Unsupported { gateway: self.kind(), what: "open a payment page" })
    }

    async fn look_up(&self, _attempt: &Attempt) -> Result<LookUp, GatewayError> {
        // Nobody can be asked: what arrives is recorded by staff.
        Ok(LookUp::default())
    }

    async fn close_checkout(&self, _attempt: &Attempt) -> Result<(), GatewayError> {
        Err(GatewayError::Unsupported { gateway: self.kind(), what: "close a payment page" })
    }

    async fn refund(&self, request: &RefundRequest) -> Result<RefundNews, GatewayError> {
        // Staff hand the money back; recording it is all there is to do.
        let remote = RemoteId::parse(&request.refund.to_string())
            .map_err(|error| GatewayError::Refused { code: error.to_string() })?;
        Ok(RefundNews {
            remote,
            ours: Some(request.refund),
            amount: request.amount,
            status: RefundStatus::Succeeded,
            settled: None,
            at: request.ordered_at,
        })
    }

    // What is asked of a standing order is written down by the use cases: the bank itself hears it from the donor.

    async fn change_subscription(&self, _order: &SubscriptionOrder) -> Result<Answered, GatewayError> {
        Err(GatewayError::Unsupported { gateway: self.kind(), what: "change a standing order" })
    }

    async fn look_up_subscription(&self, _subscription: &RemoteId) -> Result<Vec<GatewayFact>, GatewayError> {
        Ok(Vec::new())
    }

    async fn card_page(&self, _request: &CardPage) -> Result<String, GatewayError> {
        Err(GatewayError::Unsupported { gateway: self.kind(), what: "charge a card" })
    }

    async fn collect(&self, _subscription: &RemoteId) -> Result<Vec<GatewayFact>, GatewayError> {
        Err(GatewayError::Unsupported { gateway: self.kind(), what: "charge anybody" })
    }

    async fn verify_webhook(
        &self,
        _headers: &WebhookHeaders,
        _body: &[u8],
        _now: DateTime<Utc>,
    ) -> Result<VerifiedEvent, WebhookRejected> {
        Err(WebhookRejected::Forged)
    }

    async fn interpret(&self, _body: &[u8]) -> Result<Interpretation, InterpretError> {
        Ok(Interpretation::Ignore("no machine tells of what is moved by hand".into()))
    }

    async fn events_since(
        &self,
        _since: DateTime<Utc>,
        _after: Option<&str>,
    ) -> Result<Page<ListedEvent>, GatewayError> {
        Ok(Page::empty())
    }

    async fn payments_since(
        &self,
        _since: DateTime<Utc>,
        _after: Option<&str>,
    ) -> Result<Page<GatewayFact>, GatewayError> {
        Ok(Page::empty())
    }

    fn balance(&self) -> Option<&dyn Balance> {
        None
    }
}
