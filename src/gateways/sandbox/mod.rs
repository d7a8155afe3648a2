//! The sandbox: a gateway for trying and testing that moves no real money. It keeps books of its own, has a
//! payment page of its own, and reports by signed webhooks, so that everything around it is what a real
//! gateway gets. Configuration refuses it in production.

mod book;
mod event;
mod signature;
mod subscription;

pub use book::{Book, BookError, PaymentState, SandboxPayment, SandboxRefund};
pub use event::{SandboxEvent, facts_of};
pub use signature::{SIGNATURE_HEADER, sign};
pub use subscription::{Beginning, Due, SandboxSubscription, last_of_month};

use super::{
    AmountRefused, Answered, Balance, Capabilities, CardPage, Checkout, CheckoutKind, CheckoutRequest,
    FeeRate, Gateway, GatewayError, InterpretError, Interpretation, Keeper, ListedEvent, LookUp,
    OpenedCheckout, Page, Recurring, RefundRequest, RefundWay, SubscriptionOrder, VerifiedEvent,
    WebhookHeaders, WebhookRejected,
};
use crate::domain::attempt::Attempt;
use crate::domain::donation::GatewayFact;
use crate::domain::money::Money;
use crate::domain::pledge::GatewayKind;
use crate::domain::refund::RefundNews;
use crate::domain::remote::RemoteId;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;

/// What the sandbox keeps of each payment: 2.9 % and 25 minor units.
pub const FEE: FeeRate = FeeRate { basis_points: 290, fixed_minor: 25 };

/// How long the sandbox is called again under the same key; it never forgets one.
const KEYS_KEPT: TimeDelta = TimeDelta::hours(23);

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

fn unknown(error: impl std::fmt::Display) -> GatewayError {
    GatewayError::Unknown(error.to_string())
}

/// A path on our own site.
fn page_of(payment: &SandboxPayment) -> String {
    format!("/sandbox/pay/{}", payment.id)
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
            recurring: Recurring::Charged(Keeper::OBEDIENT),
            keys_kept: KEYS_KEPT,
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

    async fn start_checkout(&self, request: &CheckoutRequest) -> Result<Checkout, GatewayError> {
        let payment = self.book.open(request).await?;
        Ok(Checkout { remote: RemoteId::parse(&payment.id).map_err(unknown)?, url: page_of(&payment) })
    }

    async fn look_up(&self, attempt: &Attempt) -> Result<LookUp, GatewayError> {
        let Some(payment) = self.book.find_by_attempt(attempt.id).await? else {
            return Ok(LookUp::default());
        };
        let remote = RemoteId::parse(&payment.id).map_err(unknown)?;
        let is_open = payment.status == PaymentState::Open.as_str();
        let checkout = OpenedCheckout { remote, url: is_open.then(|| page_of(&payment)) };
        Ok(LookUp { checkout: Some(checkout), facts: facts_of(&payment).map_err(unknown)? })
    }

    /// Its page takes one answer, and is closed with it.
    async fn close_checkout(&self, _attempt: &Attempt) -> Result<(), GatewayError> {
        Ok(())
    }

    async fn refund(&self, request: &RefundRequest) -> Result<RefundNews, GatewayError> {
        let refund = self.book.refund(request).await?;
        event::refund_of(&refund, request.amount.currency()).map_err(unknown)
    }

    async fn change_subscription(&self, order: &SubscriptionOrder) -> Result<Answered, GatewayError> {
        Ok(Answered::Done(self.book.obey(order).await?))
    }

    async fn look_up_subscription(&self, subscription: &RemoteId) -> Result<Vec<GatewayFact>, GatewayError> {
        let (kept, payments) = self.book.look_up_subscription(subscription).await?;
        let mut facts = vec![kept.fact().map_err(unknown)?.into()];
        for payment in payments {
            facts.extend(facts_of(&payment).map_err(unknown)?);
        }
        Ok(facts)
    }

    async fn card_page(&self, request: &CardPage) -> Result<String, GatewayError> {
        self.book.prepare_card_page(request).await?;
        Ok(format!("/sandbox/card/{}", request.subscription))
    }

    /// It is charged within a minute, and the news travels as all its news does.
    async fn collect(&self, subscription: &RemoteId) -> Result<Vec<GatewayFact>, GatewayError> {
        self.book.hurry(subscription).await?;
        Ok(Vec::new())
    }

    async fn verify_webhook(
        &self,
        headers: &WebhookHeaders,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<VerifiedEvent, WebhookRejected> {
        signature::verify(headers, body, &self.webhook_secret, now)?;
        let event = SandboxEvent::parse(body)?;
        Ok(VerifiedEvent { event_id: event.id })
    }

    async fn interpret(&self, body: &[u8]) -> Result<Interpretation, InterpretError> {
        let malformed = |error: WebhookRejected| InterpretError::Malformed(error.to_string());
        let event = SandboxEvent::parse(body).map_err(malformed)?;
        let mut facts = facts_of(&event.payment).map_err(malformed)?;
        if let Some(subscription) = &event.subscription {
            facts.push(subscription.fact().map_err(malformed)?.into());
        }
        Ok(Interpretation::Facts(facts))
    }

    /// Its events are jobs of its own commits: none is ever lost.
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
