//! Refunds: money given back, in full or in part. A refund is money of its own, not a status of the gift.

use super::ids::{DonationId, RefundId};
use super::money::{Money, Settlement};
use super::remote::RemoteId;
use super::words;
use chrono::{DateTime, Utc};
use std::cmp::Ordering;

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

words! {
    /// Why money is not there any more.
    RefundKind {
        /// It was given back.
        Refund = "refund",
        /// It never was, or is gone without anybody giving it back: a cheque that bounced, a gift typed twice.
        Void = "void",
    }
}

/// What a gateway says of a refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundNews {
    /// The gateway's name of it.
    pub remote: RemoteId,
    /// Our refund that asked for it; none if it was made at the gateway.
    pub ours: Option<RefundId>,
    /// How much.
    pub amount: Money,
    /// How far it is.
    pub status: RefundStatus,
    /// What it took from the gateway's balance; none while it has not said.
    pub settled: Option<Settlement>,
    /// When the gateway said so.
    pub at: DateTime<Utc>,
}

/// A refund on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Its id; also the idempotency key of its gateway call.
    pub id: RefundId,
    /// The donation it gives back from.
    pub donation: DonationId,
    /// Whether money is given back, or was found not to be there. Voids are only for what came by hand.
    pub kind: RefundKind,
    /// How much.
    pub amount: Money,
    /// How far it is.
    pub status: RefundStatus,
    /// What it took from the gateway's balance, once known.
    pub settled: Option<Settlement>,
    /// The gateway's name of it, once known.
    pub remote: Option<RemoteId>,
    /// Why, in the words of staff or of the gateway.
    pub reason: Option<String>,
    /// When it was asked for, or first heard of.
    pub created_at: DateTime<Utc>,
}

impl Refund {
    /// Takes what the gateway says; earlier states do not come back. Of two amounts the larger stays, whichever came
    /// first.
    #[must_use]
    pub fn learned(self, news: &RefundNews) -> Self {
        let settled = match news.status.cmp(&self.status) {
            Ordering::Less => self.settled,
            Ordering::Equal => self.settled.max(news.settled),
            // What an earlier state took is overtaken: a refund that failed gave it back.
            Ordering::Greater => news.settled,
        };
        Self {
            amount: if news.amount.minor() > self.amount.minor() { news.amount } else { self.amount },
            status: self.status.max(news.status),
            remote: self.remote.or_else(|| Some(news.remote.clone())),
            settled,
            ..self
        }
    }

    /// The gateway refused to carry it out: no money moved.
    #[must_use]
    pub fn refused(self) -> Self {
        Self { status: self.status.max(RefundStatus::Failed), ..self }
    }

    /// The sum of the refunds in one state, in minor units; they share the donation's currency.
    pub fn total_minor(refunds: &[Self], status: RefundStatus) -> i64 {
        refunds.iter().filter(|r| r.status == status).fold(0, |sum, r| sum.saturating_add(r.amount.minor()))
    }
}
