//! The sandbox's books, seen from the sandbox: whoever runs it provides a place to keep them.

use super::{CardPage, CheckoutRequest, GatewayError, RefundRequest, SandboxSubscription, SubscriptionOrder};
use crate::domain::ids::AttemptId;
use crate::domain::refund::RefundStatus;
use crate::domain::remote::RemoteId;
use crate::domain::subscription::SubscriptionFact;
use crate::domain::words;
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};

words! {
    /// Where a payment at the sandbox stands.
    PaymentState {
        /// The donor is on the payment page.
        Open = "open",
        /// Sent; a slow bank is working on it.
        Processing = "processing",
        /// Paid.
        Succeeded = "succeeded",
        /// Declined.
        Failed = "failed",
        /// The donor went away.
        Expired = "expired",
    }
}

/// A payment as the sandbox sends it in webhooks: the whole of it, in cumulative amounts.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SandboxPayment {
    /// `sbp_…`
    pub id: String,
    /// Our attempt, carried along: that of the subscription for its renewals.
    pub attempt: String,
    /// The subscription that brought it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription: Option<String>,
    /// The first day of the period that it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period_on: Option<NaiveDate>,
    /// Minor units.
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// A word of [`PaymentState`].
    pub status: String,
    /// What the sandbox kept, minor units.
    pub fee_minor: i64,
    /// Money given back.
    pub refunds: Vec<SandboxRefund>,
    /// The last change, by the sandbox's clock.
    pub changed_at: DateTime<Utc>,
}

/// A refund at the sandbox.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SandboxRefund {
    /// The sandbox's name of it.
    pub id: String,
    /// Our refund; none if it was made on the sandbox's own page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund: Option<String>,
    /// Minor units.
    pub amount_minor: i64,
    /// `pending`, `succeeded` or `failed`.
    pub status: String,
    /// When it was made.
    pub at: DateTime<Utc>,
}

impl SandboxRefund {
    /// How far it is.
    pub fn status(&self) -> Result<RefundStatus, GatewayError> {
        RefundStatus::parse(&self.status)
            .ok_or_else(|| GatewayError::Unknown(format!("refund status “{}”", self.status)))
    }
}

/// Why the books did not do as they were told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BookError {
    /// The sandbox says no.
    #[error("{0}")]
    Refused(String),
    /// The books cannot be reached.
    #[error("{0}")]
    Unavailable(String),
}

/// Where the sandbox keeps its payments.
#[async_trait]
pub trait Book: Send + Sync {
    /// Opens a payment; the same attempt again gives the same payment.
    async fn open(&self, request: &CheckoutRequest) -> Result<SandboxPayment, BookError>;

    /// The payment that an attempt opened.
    async fn find_by_attempt(&self, attempt: AttemptId) -> Result<Option<SandboxPayment>, BookError>;

    /// Does with a subscription as it is told; the same order again changes nothing.
    async fn obey(&self, order: &SubscriptionOrder) -> Result<SubscriptionFact, BookError>;

    /// A subscription, and its latest payments.
    async fn look_up_subscription(
        &self,
        subscription: &RemoteId,
    ) -> Result<(SandboxSubscription, Vec<SandboxPayment>), BookError>;

    /// Names where the donor goes after choosing another card.
    async fn prepare_card_page(&self, request: &CardPage) -> Result<(), BookError>;

    /// What is owed is charged at the next look.
    async fn hurry(&self, subscription: &RemoteId) -> Result<(), BookError>;

    /// Gives money back; the same refund again gives the same answer.
    async fn refund(&self, request: &RefundRequest) -> Result<SandboxRefund, BookError>;
}
