//! Owns: how each gateway is spoken to. A gateway reports facts; it decides and stores nothing of ours.
//! May import: domain. Must not: know the store, use cases or the web.

#![warn(missing_docs)]

mod bank_transfer;
pub mod sandbox;

pub use bank_transfer::BankTransfer;

use crate::domain::donation::{GatewayFact, RemoteId};
use crate::domain::ids::{AttemptId, RefundId};
use crate::domain::money::Money;
use crate::domain::pledge::GatewayKind;
use crate::domain::refund::RefundStatus;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// What a gateway can do, asked before it is asked to do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// How a donor pays.
    pub checkout: CheckoutKind,
    /// Who moves the money of a refund.
    pub refunds: RefundWay,
    /// Whether it reports by webhook; without, its route does not exist.
    pub webhooks: bool,
    /// What a covered fee is reckoned by.
    pub fee: FeeRate,
}

/// How a donor pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckoutKind {
    /// On a page of the gateway.
    Redirect,
    /// By the donor's own doing, with a reference. No call to anybody is made.
    Instructions,
}

/// Who moves the money of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundWay {
    /// The gateway, when asked.
    Gateway,
    /// Staff, by hand; here it is only recorded.
    ByHand,
}

/// What a gateway usually keeps: a part and a fixed sum in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeeRate {
    /// Hundredths of a percent.
    pub basis_points: i64,
    /// Minor units of any currency.
    pub fixed_minor: i64,
}

/// What a gateway is told to let a donor pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutRequest {
    /// The idempotency key, and what the gateway carries along.
    pub attempt: AttemptId,
    /// How much.
    pub amount: Money,
    /// What for, as the donor reads it on the gateway's page.
    pub description: String,
    /// Where the donor comes back to, paid or not.
    pub return_url: String,
}

/// A page of the gateway where the donor pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// The gateway's name of the payment.
    pub remote: RemoteId,
    /// Its page; a path on our own site for the sandbox.
    pub url: String,
}

/// What a gateway is told to give money back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundRequest {
    /// The idempotency key: our row, never the amount, for two equal refunds are two.
    pub refund: RefundId,
    /// The gateway's name of the payment.
    pub payment: RemoteId,
    /// How much.
    pub amount: Money,
}

/// What a gateway says of a refund at once; more may follow as facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundAnswer {
    /// The gateway's name of the refund.
    pub remote: RemoteId,
    /// How far it is.
    pub status: RefundStatus,
}

/// Why a gateway did not do as it was told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// It said no, for good.
    #[error("the gateway refused: {code}")]
    Refused {
        /// Its reason.
        code: String,
    },
    /// It gave no answer that counts: the call may have worked.
    #[error("the gateway gave no answer: {0}")]
    Unknown(String),
    /// It cannot do this at all.
    #[error("{gateway} cannot {what}")]
    Unsupported {
        /// Which gateway.
        gateway: GatewayKind,
        /// What was asked.
        what: &'static str,
    },
}

/// The headers of a webhook, by lower-case name, in order; a name may stand more than once.
#[derive(Debug, Clone, Default)]
pub struct WebhookHeaders(Vec<(String, String)>);

impl WebhookHeaders {
    /// Keeps the headers as they came.
    pub fn new(headers: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect())
    }

    /// The value of a header that stands exactly once.
    pub fn only(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        match (values.next(), values.next()) {
            (Some(value), None) => Some(value),
            _ => None,
        }
    }
}

/// A webhook whose signature is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedEvent {
    /// The gateway's id of the event: the same for every delivery of it.
    pub event_id: String,
}

/// Why a webhook is not believed. The sender is told nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookRejected {
    /// The signature header is missing, repeated or unreadable.
    #[error("no readable signature")]
    NoSignature,
    /// Signed too long ago, or in the future.
    #[error("the signature is {0} seconds off")]
    Stale(i64),
    /// The signature does not fit the body.
    #[error("the signature does not fit")]
    Forged,
    /// The body is not what this gateway sends.
    #[error("the body cannot be read: {0}")]
    Malformed(String),
}

/// What a stored event means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Interpretation {
    /// Something happened to money.
    Facts(Vec<GatewayFact>),
    /// Of no concern.
    Ignore(String),
}

/// Somebody who moves money. Nothing about safety has a default body.
#[async_trait]
pub trait Gateway: Send + Sync {
    /// Which it is.
    fn kind(&self) -> GatewayKind;

    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// Opens its page for one payment. The same attempt again gives the same page.
    async fn start_checkout(&self, request: &CheckoutRequest) -> Result<Checkout, GatewayError>;

    /// What it knows about the payment that an attempt began; empty if it never heard of it.
    async fn look_up(&self, attempt: AttemptId) -> Result<Vec<GatewayFact>, GatewayError>;

    /// Gives money back. The same refund again changes nothing and gives the same answer.
    async fn refund(&self, request: &RefundRequest) -> Result<RefundAnswer, GatewayError>;

    /// Checks a webhook's raw bytes before anything else looks at them.
    fn verify_webhook(
        &self,
        headers: &WebhookHeaders,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<VerifiedEvent, WebhookRejected>;

    /// Reads a stored event, verified before.
    fn interpret(&self, body: &[u8]) -> Result<Interpretation, WebhookRejected>;
}

/// The gateways that this site offers, in the order of display.
#[derive(Clone, Default)]
pub struct Registry(Vec<Arc<dyn Gateway>>);

impl Registry {
    /// Offers these.
    pub fn new(gateways: Vec<Arc<dyn Gateway>>) -> Self {
        Self(gateways)
    }

    /// The gateway of this kind, if it is on.
    pub fn get(&self, kind: GatewayKind) -> Option<&Arc<dyn Gateway>> {
        self.0.iter().find(|gateway| gateway.kind() == kind)
    }

    /// All that are on.
    pub fn kinds(&self) -> impl Iterator<Item = GatewayKind> {
        self.0.iter().map(|gateway| gateway.kind())
    }
}
