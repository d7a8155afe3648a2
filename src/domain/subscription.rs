//! Subscriptions: the standing arrangement at a gateway that keeps a recurring pledge.
//!
//! What a gateway says of one is a whole picture with the time at which it was true: the latest picture counts, and the
//! end is final. So repeats change nothing, and any order of the same news ends in the same state.

use super::ids::{AttemptId, OrderId, PledgeId};
use super::money::Money;
use super::pledge::{Frequency, GatewayKind, PledgeStatus};
use super::remote::RemoteId;
use super::words;
use chrono::{DateTime, NaiveDate, Utc};

words! {
    /// Why recurring support ended.
    EndReason {
        /// The donor wished it.
        Voluntary = "voluntary",
        /// The money did not come, for longer than is waited.
        PaymentFailed = "payment_failed",
        /// Its money was given back.
        Refund = "refund",
        /// The donor's bank took its money back.
        Dispute = "dispute",
        /// The first payment was never made.
        Incomplete = "incomplete",
        /// The donor's data were erased.
        Erased = "erased",
    }
}

words! {
    /// The word for where a subscription stands.
    SubscriptionStatus {
        /// Begun; the first payment is not made.
        Incomplete = "incomplete",
        /// Paid so far.
        Active = "active",
        /// The latest period is not paid.
        PastDue = "past_due",
        /// Nothing is charged for a while.
        Paused = "paused",
        /// Over for good.
        Ended = "ended",
    }
}

/// Where a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubscriptionState {
    /// Begun; the first payment is not made.
    Incomplete,
    /// Paid so far.
    Active,
    /// The latest period is not paid; the gateway, or the donor, tries again.
    PastDue {
        /// When the payment was due.
        since: DateTime<Utc>,
    },
    /// Nothing is charged for a while.
    Paused {
        /// When it goes on by itself; none: when somebody says so.
        until: Option<DateTime<Utc>>,
    },
    /// Over for good.
    Ended {
        /// When.
        at: DateTime<Utc>,
        /// Why.
        reason: EndReason,
    },
}

impl SubscriptionState {
    /// In one word.
    pub fn status(self) -> SubscriptionStatus {
        match self {
            Self::Incomplete => SubscriptionStatus::Incomplete,
            Self::Active => SubscriptionStatus::Active,
            Self::PastDue { .. } => SubscriptionStatus::PastDue,
            Self::Paused { .. } => SubscriptionStatus::Paused,
            Self::Ended { .. } => SubscriptionStatus::Ended,
        }
    }

    /// Whether it makes its donor a patron.
    pub fn is_in_force(self) -> bool {
        match self {
            Self::Active | Self::PastDue { .. } | Self::Paused { .. } => true,
            Self::Incomplete | Self::Ended { .. } => false,
        }
    }

    /// Whether it has ended, for whatever reason: nothing more is charged, and nothing can be asked of it.
    pub fn is_over(self) -> bool {
        match self {
            Self::Ended { .. } => true,
            Self::Incomplete | Self::Active | Self::PastDue { .. } | Self::Paused { .. } => false,
        }
    }

    /// What its pledge is then.
    pub fn pledge_status(self) -> PledgeStatus {
        match self {
            Self::Incomplete => PledgeStatus::Pending,
            Self::Active => PledgeStatus::Active,
            Self::PastDue { .. } => PledgeStatus::PastDue,
            Self::Paused { .. } => PledgeStatus::Paused,
            Self::Ended { reason: EndReason::Incomplete, .. } => PledgeStatus::Expired,
            Self::Ended { .. } => PledgeStatus::Cancelled,
        }
    }
}

/// The time that is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Its beginning.
    pub from: DateTime<Utc>,
    /// Its end: the next charge.
    pub until: DateTime<Utc>,
}

/// The card that is charged, as far as a donor needs to know it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Brand and last four digits, as in `visa 4242`.
    pub label: String,
    /// The last day on which it can be charged.
    pub expires_on: NaiveDate,
}

/// The whole of what a gateway says of a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionNews {
    /// The gateway's name of it.
    pub remote: RemoteId,
    /// The gateway's name of whom it charges.
    pub customer: Option<RemoteId>,
    /// When this was true.
    pub as_of: DateTime<Utc>,
    /// Where it stands.
    pub state: SubscriptionState,
    /// What is asked for the next period.
    pub amount: Money,
    /// How often.
    pub frequency: Frequency,
    /// What is paid for; none before the first payment.
    pub period: Option<Period>,
    /// It will end then: somebody stopped it, and the time until then is paid.
    pub ends_at: Option<DateTime<Utc>>,
    /// The card that is charged, if it is one.
    pub card: Option<Card>,
}

/// News of a subscription, and what tells us whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionFact {
    /// Our attempt that began it, as the gateway carried it along.
    pub attempt: Option<AttemptId>,
    /// The gateway's name of what our attempt opened.
    pub checkout: Option<RemoteId>,
    /// What it says.
    pub news: SubscriptionNews,
}

/// A subscription on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The promise that it keeps.
    pub pledge: PledgeId,
    /// Who keeps it.
    pub gateway: GatewayKind,
    /// The latest picture of it.
    pub news: SubscriptionNews,
    /// When it first was in force.
    pub started_at: Option<DateTime<Utc>>,
}

impl Subscription {
    /// The first that is heard of it.
    pub fn first(pledge: PledgeId, gateway: GatewayKind, news: SubscriptionNews) -> Self {
        let started_at = None;
        Self { pledge, gateway, news, started_at }.with_start()
    }

    /// Takes in another picture.
    ///
    /// The end is final. Else the later picture counts; of two of the same moment, the one that was heard last.
    #[must_use]
    pub fn learned(mut self, news: SubscriptionNews) -> Self {
        let over = |state: SubscriptionState| state.status() == SubscriptionStatus::Ended;
        let newer = match (over(self.news.state), over(news.state)) {
            (true, false) => false,
            (false, true) => true,
            // What was paid once cannot be waiting for its first payment.
            (false, false) if self.news.state.is_in_force() && !news.state.is_in_force() => false,
            (false, false) if !self.news.state.is_in_force() && news.state.is_in_force() => true,
            (true, true) | (false, false) => news.as_of >= self.news.as_of,
        };
        let (mut latest, other) = if newer { (news, self.news) } else { (self.news, news) };
        // What one picture leaves out, another may show.
        latest.customer = latest.customer.or(other.customer);
        latest.card = latest.card.or(other.card);
        latest.period = latest.period.or(other.period);
        self.news = latest;
        self.with_start()
    }

    fn with_start(mut self) -> Self {
        if self.started_at.is_none() && self.news.state.is_in_force() {
            self.started_at = Some(self.news.period.map_or(self.news.as_of, |period| period.from));
        }
        self
    }

    /// What it is worth in a year, in minor units: 0 unless it is being charged.
    pub fn annual_minor(&self) -> i64 {
        match self.news.state {
            SubscriptionState::Active | SubscriptionState::PastDue { .. } => {
                let periods = self.news.frequency.per_year().unwrap_or_default();
                self.news.amount.minor().saturating_mul(periods)
            }
            SubscriptionState::Incomplete
            | SubscriptionState::Paused { .. }
            | SubscriptionState::Ended { .. } => 0,
        }
    }

    /// When the next money is due; none if none is.
    pub fn next_charge_at(&self) -> Option<DateTime<Utc>> {
        match self.news.state {
            SubscriptionState::Active | SubscriptionState::PastDue { .. } if self.news.ends_at.is_none() => {
                self.news.period.map(|period| period.until)
            }
            SubscriptionState::Paused { until } => until,
            SubscriptionState::Active
            | SubscriptionState::PastDue { .. }
            | SubscriptionState::Incomplete
            | SubscriptionState::Ended { .. } => None,
        }
    }

    /// Whether an order can be carried out now.
    pub fn allows(&self, what: &OrderKind) -> Result<(), OrderRefused> {
        let (state, is_ending) = (self.news.state, self.news.ends_at.is_some());
        match (state, what) {
            (SubscriptionState::Ended { .. }, _) => Err(OrderRefused::Over),
            (SubscriptionState::Incomplete, OrderKind::End { .. }) => Ok(()),
            (SubscriptionState::Incomplete, _) => Err(OrderRefused::NotBegun),
            (_, OrderKind::End { .. }) => Ok(()),
            (_, OrderKind::Keep) if is_ending => Ok(()),
            (_, OrderKind::Keep) => Err(OrderRefused::NotEnding),
            (_, _) if is_ending => Err(OrderRefused::Ending),
            (SubscriptionState::Paused { .. }, OrderKind::Pause { .. }) => Err(OrderRefused::Paused),
            (SubscriptionState::Active | SubscriptionState::PastDue { .. }, OrderKind::Resume) => {
                Err(OrderRefused::NotPaused)
            }
            (SubscriptionState::PastDue { .. }, OrderKind::Pause { .. }) => Err(OrderRefused::PastDue),
            (
                _,
                OrderKind::Change { .. } | OrderKind::Pause { .. } | OrderKind::Resume | OrderKind::Cancel,
            ) => Ok(()),
        }
    }
}

/// What somebody asks of a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderKind {
    /// Another amount or frequency, from the next charge on; nothing is charged or given back for the time that is paid.
    Change {
        /// For each period.
        amount: Money,
        /// How often.
        frequency: Frequency,
    },
    /// Charge nothing for a while.
    Pause {
        /// Go on by itself then; none: until somebody says so.
        until: Option<DateTime<Utc>>,
    },
    /// Go on.
    Resume,
    /// End when the time that is paid for is over.
    Cancel,
    /// Take the end back.
    Keep,
    /// End at once.
    End {
        /// Why.
        reason: EndReason,
    },
}

impl OrderKind {
    /// The word for it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Change { .. } => "change",
            Self::Pause { .. } => "pause",
            Self::Resume => "resume",
            Self::Cancel => "cancel",
            Self::Keep => "keep",
            Self::End { .. } => "end",
        }
    }
}

words! {
    /// How far an order is.
    OrderStatus {
        /// The gateway has not confirmed it.
        Pending = "pending",
        /// The gateway did it.
        Done = "done",
        /// The gateway refused.
        Refused = "refused",
    }
}

words! {
    /// Who gave an order.
    Orderer {
        /// The donor.
        Donor = "donor",
        /// Somebody of the publisher.
        Staff = "staff",
        /// A rule of this site: the money did not come for too long.
        Rule = "rule",
    }
}

/// An order on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Its id; also the idempotency key of its gateway call.
    pub id: OrderId,
    /// Which promise.
    pub pledge: PledgeId,
    /// What is asked.
    pub what: OrderKind,
    /// How far it is.
    pub status: OrderStatus,
    /// The gateway's word for why not.
    pub code: Option<String>,
    /// By whom.
    pub by: Orderer,
    /// Why, in the donor's own words.
    pub reason: Option<String>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// The gateway's page on which the donor must agree to it, as long as it waits for that.
    pub consent_url: Option<String>,
}

/// Why an order makes no sense now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OrderRefused {
    /// It has ended.
    #[error("this support has ended")]
    Over,
    /// The first payment was not made.
    #[error("this support has not begun; the first payment is still to be made")]
    NotBegun,
    /// Somebody stopped it.
    #[error("this support was stopped and ends with the paid time; keep it first")]
    Ending,
    /// Nobody stopped it.
    #[error("this support was not stopped")]
    NotEnding,
    /// It is paused.
    #[error("this support is paused already")]
    Paused,
    /// It is not.
    #[error("this support is not paused")]
    NotPaused,
    /// Money is owed.
    #[error("the latest payment failed; mend the card or stop the support")]
    PastDue,
    /// The gateway does not take an end back.
    #[error("at this gateway an end is final; the donor can begin again")]
    Final,
    /// The gateway asks the donor, who must do it themselves.
    #[error(
        "this gateway changes an amount only if the donor agrees: they can change it in their account here"
    )]
    DonorsOwn,
}

impl OrderRefused {
    /// Stable word for the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Over => "support_ended",
            Self::NotBegun => "support_not_begun",
            Self::Ending => "support_ending",
            Self::NotEnding => "support_not_ending",
            Self::Paused => "support_paused",
            Self::NotPaused => "support_not_paused",
            Self::PastDue => "support_past_due",
            Self::Final => "support_end_final",
            Self::DonorsOwn => "support_donors_own",
        }
    }
}

#[cfg(test)]
mod tests;
