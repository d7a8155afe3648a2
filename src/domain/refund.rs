//! Refunds: money given back, in full or in part. A refund is money of its own, not a status of the gift.

use super::donation::RemoteId;
use super::ids::{DonationId, RefundId};
use super::money::Money;
use super::words;
use chrono::{DateTime, Utc};

words! {
    /// How far a refund is. Knowledge only grows in this order: a success may still come back from the bank.
    RefundStatus {
        /// Asked for; the gateway has not ended it.
        Pending = "pending",
        /// The money left.
        Succeeded = "succeeded",
        /// The money did not leave, or came back.
        Failed = "failed",
    }
}

/// A refund on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Its id; also the idempotency key of its gateway call.
    pub id: RefundId,
    /// The donation it gives back from.
    pub donation: DonationId,
    /// How much.
    pub amount: Money,
    /// How far it is.
    pub status: RefundStatus,
    /// The gateway's name of it, once known.
    pub remote: Option<RemoteId>,
    /// Why, in the words of staff or of the gateway.
    pub reason: Option<String>,
    /// When it was asked for, or first heard of.
    pub created_at: DateTime<Utc>,
}

impl Refund {
    /// Takes what the gateway says; earlier states do not come back.
    #[must_use]
    pub fn learned(self, status: RefundStatus, remote: Option<RemoteId>) -> Self {
        Self { status: self.status.max(status), remote: self.remote.or(remote), ..self }
    }

    /// The sum of the refunds in one state, in minor units; they share the donation's currency.
    pub fn total_minor(refunds: &[Self], status: RefundStatus) -> i64 {
        refunds.iter().filter(|r| r.status == status).fold(0, |sum, r| sum.saturating_add(r.amount.minor()))
    }
}
