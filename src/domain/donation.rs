//! Donations: money that arrived for a pledge, and what a gateway says about it.
//!
//! A [`Payment`] is the join of all facts ever learned about one payment: each fact can only add knowledge.
//! So repeats change nothing, and any order of the same facts ends in the same state.

use super::dispute::{DisputeNews, Disputed};
use super::ids::{AttemptId, CampaignId, DonationId, DonorId, PledgeId};
use super::money::{Money, Settlement};
use super::pledge::GatewayKind;
use super::refund::RefundNews;
use super::remote::RemoteId;
use super::subscription::SubscriptionFact;
use super::words;
use chrono::{DateTime, NaiveDate, Utc};

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
        /// The donor's bank contests it, or a part of it.
        Disputed = "disputed",
        /// Nothing is left, and a dispute took at least a part.
        Lost = "lost",
    }
}

/// One thing that a gateway says happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GatewayFact {
    /// To a payment.
    Payment(PaymentFact),
    /// To the arrangement that brings payments.
    Subscription(SubscriptionFact),
}

impl GatewayFact {
    /// The gateway's name of what it is about.
    pub fn about(&self) -> &RemoteId {
        match self {
            Self::Payment(fact) => &fact.payment,
            Self::Subscription(fact) => &fact.news.remote,
        }
    }
}

impl From<PaymentFact> for GatewayFact {
    fn from(fact: PaymentFact) -> Self {
        Self::Payment(fact)
    }
}

impl From<SubscriptionFact> for GatewayFact {
    fn from(fact: SubscriptionFact) -> Self {
        Self::Subscription(fact)
    }
}

/// One thing that a gateway says happened to a payment, in cumulative amounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentFact {
    /// The gateway's name of the payment.
    pub payment: RemoteId,
    /// The gateway's name of what our attempt opened, where that is not the payment itself.
    pub checkout: Option<RemoteId>,
    /// Our attempt that began it, or that began its subscription, as the gateway carried it along.
    pub attempt: Option<AttemptId>,
    /// The period that it is for, where a subscription brought it.
    pub renewal: Option<Renewal>,
    /// What happened.
    pub what: Happening,
}

/// Which period of which subscription a payment is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    /// The gateway's name of the subscription.
    pub subscription: RemoteId,
    /// The first day of the period, by the gateway's time in UTC.
    pub period_on: NaiveDate,
}

/// What happened to a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// It did not end yet, or ended without money.
    Waiting(Waiting),
    /// The money arrived.
    Captured(Captured),
    /// Money went back, or did not.
    Refund(RefundNews),
    /// The donor's bank contests it, or has decided.
    Dispute(DisputeNews),
    /// The card's bank thinks that the payment was a fraud. Refunded in time, it never becomes a dispute.
    FraudWarning {
        /// The gateway's word for the kind of fraud.
        kind: String,
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
    /// What came of it on the gateway's balance; none while it has not said.
    pub settled: Option<Settlement>,
    /// When the money was taken.
    pub at: DateTime<Utc>,
}

impl Captured {
    /// Money whose fee is kept in its own currency; none while the gateway has not said.
    pub fn with_fee(gross: Money, fee_minor: Option<i64>, at: DateTime<Utc>) -> Self {
        Self { gross, settled: fee_minor.map(|fee| Settlement::plain(gross, fee)), at }
    }
}

/// Everything known about one payment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Payment {
    waiting: Option<Waiting>,
    captured: Option<Captured>,
    refunded_minor: i64,
    disputed: Disputed,
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
    /// The gateway credited another amount of the same currency.
    #[error("{settled} was credited for a payment of {gross}")]
    SettledDiffers {
        /// What was credited before the fee.
        settled: Money,
        /// The payment.
        gross: Money,
    },
    /// More went back than had been paid.
    #[error("{back} was refunded, promised back or lost in disputes for a payment of {gross}")]
    OverRefunded {
        /// All refunds and lost disputes together.
        back: Money,
        /// The payment.
        gross: Money,
    },
}

impl Doubt {
    /// Stable word for the list of open questions.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::TwoAmounts { .. } => "two_amounts",
            Self::SettledDiffers { .. } => "settled_differs",
            Self::OverRefunded { .. } => "over_refunded",
        }
    }
}

impl Payment {
    /// Rebuilds what is known from its record.
    pub fn known(
        waiting: Option<Waiting>,
        captured: Option<Captured>,
        refunded_minor: i64,
        disputed: Disputed,
    ) -> Self {
        Self { waiting, captured, refunded_minor, disputed }
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
        let before = self.captured.take();
        let two = before.as_ref().filter(|before| before.gross != news.gross);
        let doubt = two.map(|before| Doubt::TwoAmounts { first: before.gross, second: news.gross });
        let joined = match before {
            Some(before) => before.join(&news),
            None => news,
        };
        let doubt = doubt.or_else(|| joined.doubt());
        self.captured = Some(joined);
        (self, doubt)
    }

    /// All refunds that went through, together, and what all disputes come to.
    ///
    /// What went back is cut at the payment, and the doubt is reported; the books keep the rest as a loss.
    pub fn went_back(mut self, refunded_minor: i64, disputed: Disputed) -> (Self, Option<Doubt>) {
        (self.refunded_minor, self.disputed) = (refunded_minor, disputed);
        let Some(gross) = self.captured.as_ref().map(|captured| captured.gross) else {
            return (self, None);
        };
        let back = refunded_minor.saturating_add(disputed.lost_minor);
        self.refunded_minor = refunded_minor.min(gross.minor());
        self.disputed.lost_minor = disputed.lost_minor.min(gross.minor().saturating_sub(self.refunded_minor));
        let doubt = (back > gross.minor())
            .then(|| Doubt::OverRefunded { back: Money::new(back, gross.currency()), gross });
        (self, doubt)
    }

    /// Where the donation stands.
    pub fn status(&self) -> DonationStatus {
        let Some(captured) = &self.captured else {
            return match self.waiting.as_ref().map(|waiting| &waiting.state) {
                Some(WaitingState::Failed(_) | WaitingState::Expired) => DonationStatus::Failed,
                Some(WaitingState::Processing) | None => DonationStatus::Processing,
            };
        };
        let lost = self.disputed.lost_minor;
        let back = self.refunded_minor.saturating_add(lost);
        if self.disputed.open_minor > 0 {
            DonationStatus::Disputed
        } else if back >= captured.gross.minor() {
            if lost > 0 { DonationStatus::Lost } else { DonationStatus::Refunded }
        } else if back > 0 {
            DonationStatus::PartlyRefunded
        } else {
            DonationStatus::Succeeded
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

    /// What its disputes come to.
    pub fn disputed(&self) -> Disputed {
        self.disputed
    }

    /// What is left for the publisher before fees: gross minus refunds and lost disputes. What is contested counts as
    /// left until that is decided.
    pub fn kept(&self) -> Option<Money> {
        let gross = self.captured.as_ref()?.gross;
        let back = self.refunded_minor.saturating_add(self.disputed.lost_minor);
        Some(Money::new(gross.minor().saturating_sub(back).max(0), gross.currency()))
    }

    /// What may still be given back when `pending_minor` is already on its way: nothing of what is contested.
    pub fn refundable(&self, pending_minor: i64) -> Option<Money> {
        let kept = self.kept()?;
        let bound = pending_minor.saturating_add(self.disputed.open_minor);
        Some(Money::new(kept.minor().saturating_sub(bound).max(0), kept.currency()))
    }
}

impl Captured {
    fn join(self, other: &Self) -> Self {
        if self.gross.currency() != other.gross.currency() {
            return self;
        }
        let larger = if self.gross.minor() >= other.gross.minor() { self.gross } else { other.gross };
        Self { gross: larger, settled: self.settled.max(other.settled), at: self.at.min(other.at) }
    }

    fn doubt(&self) -> Option<Doubt> {
        let settled = self.settled?.amount();
        let differs = settled.currency() == self.gross.currency() && settled != self.gross;
        differs.then_some(Doubt::SettledDiffers { settled, gross: self.gross })
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
    /// The first day of the period that it pays for; recurring support only. A second payment for the same period has
    /// none, and a person is asked about it.
    pub period_on: Option<NaiveDate>,
    /// The day of the publisher's calendar on which the money arrived, as figures count it.
    pub received_on: Option<NaiveDate>,
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
        Captured::with_fee(eur(minor), Some(97), at(5))
    }

    fn refunded(payment: Payment, minor: i64) -> Payment {
        payment.went_back(minor, Disputed::default()).0
    }

    fn disputed(payment: Payment, open_minor: i64, lost_minor: i64) -> Payment {
        let refunded = payment.refunded_minor();
        payment.went_back(refunded, Disputed { open_minor, lost_minor }).0
    }

    /// The whole table of states and facts, as people read it. A change here is a change of the product.
    #[test]
    fn every_state_meets_every_fact() {
        type Fact = (&'static str, fn(Payment) -> Payment);
        let facts: [Fact; 9] = [
            ("processing", |p| p.waiting(news(9, WaitingState::Processing))),
            ("failed", |p| p.waiting(news(9, WaitingState::Failed("declined".into())))),
            ("expired", |p| p.waiting(news(9, WaitingState::Expired))),
            ("captured", |p| p.captured(paid(2500)).0),
            ("refund 500", |p| refunded(p, 500)),
            ("refund 2500", |p| refunded(p, 2500)),
            ("dispute", |p| disputed(p, 2500, 0)),
            ("lost 500", |p| disputed(p, 0, 500)),
            ("lost 2500", |p| disputed(p, 0, 2500)),
        ];
        let states: [(&str, Payment); 8] = [
            ("new", Payment::default()),
            ("processing", Payment::default().waiting(news(1, WaitingState::Processing))),
            ("failed", Payment::default().waiting(news(1, WaitingState::Failed("declined".into())))),
            ("succeeded", Payment::default().captured(paid(2500)).0),
            ("partly_refunded", refunded(Payment::default().captured(paid(2500)).0, 500)),
            ("refunded", refunded(Payment::default().captured(paid(2500)).0, 2500)),
            ("disputed", disputed(Payment::default().captured(paid(2500)).0, 2500, 0)),
            ("lost", disputed(Payment::default().captured(paid(2500)).0, 0, 2500)),
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
                "new: processing, failed, failed, succeeded, processing, processing, processing, processing, processing",
                "processing: processing, failed, failed, succeeded, processing, processing, processing, processing, processing",
                "failed: processing, failed, failed, succeeded, failed, failed, failed, failed, failed",
                "succeeded: succeeded, succeeded, succeeded, succeeded, partly_refunded, refunded, disputed, partly_refunded, lost",
                "partly_refunded: partly_refunded, partly_refunded, partly_refunded, partly_refunded, partly_refunded, refunded, disputed, partly_refunded, lost",
                "refunded: refunded, refunded, refunded, refunded, partly_refunded, refunded, disputed, refunded, refunded",
                "disputed: disputed, disputed, disputed, disputed, partly_refunded, refunded, disputed, partly_refunded, lost",
                "lost: lost, lost, lost, lost, partly_refunded, refunded, disputed, partly_refunded, lost",
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
        let (payment, doubt) = payment.went_back(2501, Disputed::default());
        assert_eq!((payment.kept().unwrap(), payment.status()), (eur(0), DonationStatus::Refunded));
        assert!(matches!(doubt, Some(Doubt::OverRefunded { .. })));
        let twice = Disputed { open_minor: 0, lost_minor: 2500 };
        let (payment, doubt) = Payment::default().captured(paid(2500)).0.went_back(500, twice);
        assert_eq!((payment.kept().unwrap(), payment.disputed().lost_minor), (eur(0), 2000));
        assert!(matches!(doubt, Some(Doubt::OverRefunded { .. })));
        let less = Settlement::new(eur(2400), eur(97)).unwrap();
        let (_, doubt) = Payment::default().captured(Captured { settled: Some(less), ..paid(2500) });
        assert!(matches!(doubt, Some(Doubt::SettledDiffers { .. })));
    }

    #[test]
    fn nothing_of_what_is_contested_can_be_refunded() {
        let payment = Payment::default().captured(paid(2500)).0;
        assert_eq!(payment.refundable(300).unwrap(), eur(2200));
        let payment = disputed(payment, 1000, 0);
        assert_eq!((payment.refundable(300).unwrap(), payment.kept().unwrap()), (eur(1200), eur(2500)));
    }
}
