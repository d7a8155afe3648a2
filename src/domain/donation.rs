//! Donations: money that arrived for a pledge, and what a gateway says about it.
//!
//! A [`Payment`] is the join of all facts ever learned about one payment: each fact can only add knowledge.
//! So repeats change nothing, and any order of the same facts ends in the same state.

use super::ids::{AttemptId, CampaignId, DonationId, DonorId, PledgeId, RefundId};
use super::money::Money;
use super::pledge::GatewayKind;
use super::refund::RefundStatus;
use super::words;
use chrono::{DateTime, Utc};
use std::fmt;

/// A name that a gateway gave to one of its own objects.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RemoteId(String);

/// A remote name that no gateway would give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a gateway's id has 1 to 255 visible ASCII characters")]
pub struct RemoteIdError;

impl RemoteId {
    /// Accepts 1 to 255 visible ASCII characters.
    pub fn parse(text: &str) -> Result<Self, RemoteIdError> {
        let visible = text.bytes().all(|b| b.is_ascii_graphic());
        if visible && (1..=255).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(RemoteIdError)
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RemoteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

words! {
    /// Where a donation stands: always derived from its [`Payment`].
    DonationStatus {
        /// Begun; the gateway has not ended it.
        Processing = "processing",
        /// The money arrived and is all there.
        Succeeded = "succeeded",
        /// No money came.
        Failed = "failed",
        /// A part was given back.
        PartlyRefunded = "partly_refunded",
        /// All was given back.
        Refunded = "refunded",
    }
}

/// One thing that a gateway says happened, in cumulative amounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayFact {
    /// The gateway's name of the payment.
    pub payment: RemoteId,
    /// Our attempt that began it, as the gateway carried it along.
    pub attempt: Option<AttemptId>,
    /// What happened.
    pub what: Happening,
}

/// What happened to a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// It did not end yet, or ended without money.
    Waiting(Waiting),
    /// The money arrived.
    Captured(Captured),
    /// Money went back, or did not.
    Refund {
        /// The gateway's name of the refund.
        remote: RemoteId,
        /// Our refund that asked for it; none if it was made at the gateway.
        ours: Option<RefundId>,
        /// How much.
        amount: Money,
        /// How far it is.
        status: RefundStatus,
        /// When the gateway said so.
        at: DateTime<Utc>,
    },
}

/// A payment that has brought no money (yet).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Waiting {
    /// The gateway's time of this news: the latest news counts.
    pub as_of: DateTime<Utc>,
    /// What the news is.
    pub state: WaitingState,
}

/// How a payment without money stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum WaitingState {
    /// The bank is working on it.
    Processing,
    /// Refused, with the gateway's code. A later try may succeed.
    Failed(String),
    /// The donor went away and the gateway closed the page.
    Expired,
}

/// Money that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    /// What the donor paid.
    pub gross: Money,
    /// What the gateway kept; none while it has not said.
    pub fee: Option<Money>,
    /// When the money was taken.
    pub at: DateTime<Utc>,
}

/// Everything known about one payment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Payment {
    waiting: Option<Waiting>,
    captured: Option<Captured>,
    refunded_minor: i64,
}

/// Two facts that cannot both be true: the state is kept sound and a person is asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// The gateway named two different amounts for one payment.
    #[error("the gateway reported {first} and {second} for the same payment")]
    TwoAmounts {
        /// Known before.
        first: Money,
        /// Reported now.
        second: Money,
    },
    /// The fee is in another currency than the payment.
    #[error("the fee {fee} is not in the currency of the payment {gross}")]
    FeeCurrency {
        /// The reported fee.
        fee: Money,
        /// The payment.
        gross: Money,
    },
    /// More was given back than had been paid.
    #[error("{refunded} was refunded or promised back for a payment of {gross}")]
    OverRefunded {
        /// All refunds together.
        refunded: Money,
        /// The payment.
        gross: Money,
    },
}

impl Doubt {
    /// Stable word for the list of open questions.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::TwoAmounts { .. } => "two_amounts",
            Self::FeeCurrency { .. } => "fee_currency",
            Self::OverRefunded { .. } => "over_refunded",
        }
    }
}

impl Payment {
    /// Rebuilds what is known from its record.
    pub fn known(waiting: Option<Waiting>, captured: Option<Captured>, refunded_minor: i64) -> Self {
        Self { waiting, captured, refunded_minor }
    }

    /// News before or without money: the latest by the gateway's time counts.
    #[must_use]
    pub fn waiting(mut self, news: Waiting) -> Self {
        self.waiting = self.waiting.max(Some(news));
        self
    }

    /// Money arrived. Accepted in every state: late money is money.
    ///
    /// Of two amounts for one payment the larger stays, whichever came first; of two currencies the first, for
    /// its books cannot change theirs. The doubt is reported.
    pub fn captured(mut self, news: Captured) -> (Self, Option<Doubt>) {
        let (news, fee_doubt) = news.with_sound_fee();
        let Some(before) = self.captured.take() else {
            self.captured = Some(news);
            return (self, fee_doubt);
        };
        let doubt = (before.gross != news.gross)
            .then_some(Doubt::TwoAmounts { first: before.gross, second: news.gross });
        self.captured = Some(before.join(&news));
        (self, doubt.or(fee_doubt))
    }

    /// All refunds that went through, together.
    ///
    /// A sum above the payment is cut at the payment, and the doubt is reported.
    pub fn refunded(mut self, total_minor: i64) -> (Self, Option<Doubt>) {
        let Some(captured) = &self.captured else {
            self.refunded_minor = total_minor;
            return (self, None);
        };
        let gross = captured.gross;
        self.refunded_minor = total_minor.min(gross.minor());
        let doubt = (total_minor > gross.minor())
            .then(|| Doubt::OverRefunded { refunded: Money::new(total_minor, gross.currency()), gross });
        (self, doubt)
    }

    /// Where the donation stands.
    pub fn status(&self) -> DonationStatus {
        match (&self.captured, self.waiting.as_ref().map(|w| &w.state)) {
            (Some(captured), _) if self.refunded_minor >= captured.gross.minor() => DonationStatus::Refunded,
            (Some(_), _) if self.refunded_minor > 0 => DonationStatus::PartlyRefunded,
            (Some(_), _) => DonationStatus::Succeeded,
            (None, Some(WaitingState::Failed(_) | WaitingState::Expired)) => DonationStatus::Failed,
            (None, Some(WaitingState::Processing) | None) => DonationStatus::Processing,
        }
    }

    /// The money, if it arrived.
    pub fn money(&self) -> Option<&Captured> {
        self.captured.as_ref()
    }

    /// The latest news without money.
    pub fn latest_waiting(&self) -> Option<&Waiting> {
        self.waiting.as_ref()
    }

    /// Given back, in minor units of the captured currency.
    pub fn refunded_minor(&self) -> i64 {
        self.refunded_minor
    }

    /// What is left for the publisher before fees: gross minus refunds.
    pub fn kept(&self) -> Option<Money> {
        let captured = self.captured.as_ref()?;
        Some(Money::new(
            captured.gross.minor().saturating_sub(self.refunded_minor).max(0),
            captured.gross.currency(),
        ))
    }

    /// What may still be given back when `pending_minor` is already on its way.
    pub fn refundable(&self, pending_minor: i64) -> Option<Money> {
        let kept = self.kept()?;
        Some(Money::new(kept.minor().saturating_sub(pending_minor).max(0), kept.currency()))
    }
}

impl Captured {
    fn with_sound_fee(self) -> (Self, Option<Doubt>) {
        match self.fee {
            Some(fee) if fee.currency() != self.gross.currency() => {
                let doubt = Doubt::FeeCurrency { fee, gross: self.gross };
                (Self { fee: None, ..self }, Some(doubt))
            }
            Some(_) | None => (self, None),
        }
    }

    fn join(self, other: &Self) -> Self {
        if self.gross.currency() != other.gross.currency() {
            return self;
        }
        let larger = if self.gross.minor() >= other.gross.minor() { self.gross } else { other.gross };
        let fee = match (self.fee, other.fee) {
            (Some(a), Some(b)) => Some(if a.minor() >= b.minor() { a } else { b }),
            (a, b) => a.or(b),
        };
        Self { gross: larger, fee, at: self.at.min(other.at) }
    }
}

/// One payment for a pledge, on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Donation {
    /// Its id.
    pub id: DonationId,
    /// The promise it keeps.
    pub pledge: PledgeId,
    /// What it was given for.
    pub campaign: CampaignId,
    /// Who gave; known once money arrived.
    pub donor: Option<DonorId>,
    /// Who moved the money.
    pub gateway: GatewayKind,
    /// The gateway's name of the payment; one payment is one donation.
    pub remote: RemoteId,
    /// Everything known about it.
    pub payment: Payment,
    /// When it was first heard of.
    pub created_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::super::money::Currency;
    use super::*;

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::parse("EUR").unwrap())
    }

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    fn news(second: i64, state: WaitingState) -> Waiting {
        Waiting { as_of: at(second), state }
    }

    fn paid(minor: i64) -> Captured {
        Captured { gross: eur(minor), fee: Some(eur(97)), at: at(5) }
    }

    /// The whole table of states and facts, as people read it. A change here is a change of the product.
    #[test]
    fn every_state_meets_every_fact() {
        type Fact = (&'static str, fn(Payment) -> Payment);
        let facts: [Fact; 6] = [
            ("processing", |p| p.waiting(news(9, WaitingState::Processing))),
            ("failed", |p| p.waiting(news(9, WaitingState::Failed("declined".into())))),
            ("expired", |p| p.waiting(news(9, WaitingState::Expired))),
            ("captured", |p| p.captured(paid(2500)).0),
            ("refund 500", |p| p.refunded(500).0),
            ("refund 2500", |p| p.refunded(2500).0),
        ];
        let states: [(&str, Payment); 6] = [
            ("new", Payment::default()),
            ("processing", Payment::default().waiting(news(1, WaitingState::Processing))),
            ("failed", Payment::default().waiting(news(1, WaitingState::Failed("declined".into())))),
            ("succeeded", Payment::default().captured(paid(2500)).0),
            ("partly_refunded", Payment::default().captured(paid(2500)).0.refunded(500).0),
            ("refunded", Payment::default().captured(paid(2500)).0.refunded(2500).0),
        ];
        let table: Vec<String> = states
            .iter()
            .map(|(name, state)| {
                let row: Vec<&str> =
                    facts.iter().map(|(_, fact)| fact(state.clone()).status().as_str()).collect();
                format!("{name}: {}", row.join(", "))
            })
            .collect();
        assert_eq!(
            table,
            [
                "new: processing, failed, failed, succeeded, processing, processing",
                "processing: processing, failed, failed, succeeded, processing, processing",
                "failed: processing, failed, failed, succeeded, failed, failed",
                "succeeded: succeeded, succeeded, succeeded, succeeded, partly_refunded, refunded",
                "partly_refunded: partly_refunded, partly_refunded, partly_refunded, partly_refunded, partly_refunded, refunded",
                "refunded: refunded, refunded, refunded, refunded, partly_refunded, refunded",
            ]
        );
    }

    #[test]
    fn stale_news_does_not_turn_the_state_back() {
        let payment = Payment::default().waiting(news(9, WaitingState::Failed("declined".into())));
        assert_eq!(payment.clone().waiting(news(1, WaitingState::Processing)), payment);
    }

    #[test]
    fn contradictions_are_kept_sound_and_reported() {
        let (payment, doubt) = Payment::default().captured(paid(2500)).0.captured(paid(2000));
        assert_eq!(payment.money().unwrap().gross, eur(2500));
        assert!(matches!(doubt, Some(Doubt::TwoAmounts { .. })));
        let (payment, doubt) = payment.refunded(2501);
        assert_eq!((payment.kept().unwrap(), payment.status()), (eur(0), DonationStatus::Refunded));
        assert!(matches!(doubt, Some(Doubt::OverRefunded { .. })));
        let yen = Money::new(9, Currency::parse("JPY").unwrap());
        let (payment, doubt) = Payment::default().captured(Captured { fee: Some(yen), ..paid(2500) });
        assert_eq!(payment.money().unwrap().fee, None);
        assert!(matches!(doubt, Some(Doubt::FeeCurrency { .. })));
    }
}
