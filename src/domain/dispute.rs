//! Disputes: money that a donor takes back through their bank, until the banks have decided.

use super::ids::{DisputeId, DonationId};
use super::money::{Money, Settlement};
use super::remote::RemoteId;
use super::words;
use chrono::{DateTime, Utc};

words! {
    /// How far a dispute is.
    DisputeStatus {
        /// The bank asks; no money has moved, and it may become a dispute.
        Inquiry = "inquiry",
        /// The bank's question is settled without money having moved.
        Closed = "closed",
        /// The money is contested; evidence may be sent until a day.
        Open = "open",
        /// Decided against the publisher: the money is gone.
        Lost = "lost",
        /// Decided for the publisher: the money is back, or was never taken.
        Won = "won",
    }
}

/// What a gateway says of a dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeNews {
    /// The gateway's name of it.
    pub remote: RemoteId,
    /// How much is contested, in the currency of the payment.
    pub amount: Money,
    /// Why, in the gateway's word.
    pub reason: String,
    /// How it stands.
    pub state: DisputeState,
    /// When the gateway heard of it.
    pub opened_at: DateTime<Utc>,
    /// When the gateway last moved money for it, else when it heard of it.
    pub at: DateTime<Utc>,
}

/// How a dispute stands. Knowledge grows in the order of the fields: the state with more movements of money is the
/// later one; of two with equally many, the one further on in the list of statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DisputeState {
    /// How often the gateway has moved money for it.
    pub moves: u32,
    /// How far it is.
    pub status: DisputeStatus,
    /// How much of the payment is taken away now, in minor units of its currency.
    pub away_minor: i64,
    /// What is taken now of the gateway's balance, and what it keeps for the trouble.
    pub settled: Option<Settlement>,
    /// Until when evidence may be sent.
    pub due_at: Option<DateTime<Utc>>,
}

/// A dispute on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// Its id.
    pub id: DisputeId,
    /// The donation that is contested.
    pub donation: DonationId,
    /// The gateway's name of it.
    pub remote: RemoteId,
    /// How much is contested.
    pub amount: Money,
    /// Why, in the gateway's word.
    pub reason: String,
    /// How it stands.
    pub state: DisputeState,
    /// When the gateway heard of it.
    pub opened_at: DateTime<Utc>,
}

impl Dispute {
    /// Takes what the gateway says; earlier states do not come back.
    #[must_use]
    pub fn learned(self, news: &DisputeNews) -> Self {
        let amount = if news.amount.minor() > self.amount.minor() { news.amount } else { self.amount };
        Self {
            amount,
            reason: self.reason.max(news.reason.clone()),
            state: self.state.max(news.state),
            opened_at: self.opened_at.min(news.opened_at),
            ..self
        }
    }
}

/// What all disputes of one payment come to, in minor units of its currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Disputed {
    /// Contested and not decided.
    pub open_minor: i64,
    /// Taken away for good.
    pub lost_minor: i64,
}

impl Disputed {
    /// Adds the disputes up.
    pub fn of(disputes: &[Dispute]) -> Self {
        let mut sum = Self::default();
        for Dispute { amount, state, .. } in disputes {
            match state.status {
                DisputeStatus::Open => sum.open_minor = sum.open_minor.saturating_add(amount.minor()),
                DisputeStatus::Lost => sum.lost_minor = sum.lost_minor.saturating_add(state.away_minor),
                DisputeStatus::Inquiry | DisputeStatus::Closed | DisputeStatus::Won => {}
            }
        }
        sum
    }
}
