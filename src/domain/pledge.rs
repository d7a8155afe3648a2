//! Pledges: what a donor promised on the form.

use super::appeal::SeenAppeal;
use super::article::Slug;
use super::bank::CreditorReference;
use super::donor::{EmailAddress, PersonName};
use super::ids::{CampaignId, DonorId, PledgeId, TierId};
use super::money::Money;
use super::words;
use chrono::{DateTime, Days, Months, NaiveDate, Utc};

words! {
    /// How often a pledge is to be fulfilled.
    Frequency {
        /// One gift.
        Once = "once",
        /// Every seven days.
        Weekly = "weekly",
        /// Every month.
        Monthly = "monthly",
        /// Every three months.
        Quarterly = "quarterly",
        /// Every year.
        Yearly = "yearly",
    }
}

impl Frequency {
    /// Those that make a donor a patron.
    pub const RECURRING: [Self; 4] = [Self::Weekly, Self::Monthly, Self::Quarterly, Self::Yearly];

    /// Whether money is promised for every period anew.
    pub fn is_recurring(self) -> bool {
        self.per_year().is_some()
    }

    /// Periods in a year, a year of weeks taken as 52; none for one gift.
    pub fn per_year(self) -> Option<i64> {
        match self {
            Self::Once => None,
            Self::Weekly => Some(52),
            Self::Monthly => Some(12),
            Self::Quarterly => Some(4),
            Self::Yearly => Some(1),
        }
    }

    /// The first day of period `number`, counted from 0 at the anchor. The day of the month is always that of the
    /// anchor, or the last of a shorter month; one gift has only its anchor. None beyond the calendar.
    ///
    /// Counted from the anchor each time: a step from 28 February would lose the 31st for good.
    pub fn period(self, anchor: NaiveDate, number: u32) -> Option<NaiveDate> {
        let months = |each: u32| anchor.checked_add_months(Months::new(number.checked_mul(each)?));
        match self {
            Self::Once => Some(anchor),
            Self::Weekly => anchor.checked_add_days(Days::new(u64::from(number).checked_mul(7)?)),
            Self::Monthly => months(1),
            Self::Quarterly => months(3),
            Self::Yearly => months(12),
        }
    }
}

words! {
    /// Where a pledge stands.
    PledgeStatus {
        /// Promised; no money yet.
        Pending = "pending",
        /// In force: every period so far was paid.
        Active = "active",
        /// In force, though the latest period is not paid; the gateway tries again.
        PastDue = "past_due",
        /// In force, and nothing is charged for a while.
        Paused = "paused",
        /// The money of the one gift arrived.
        Fulfilled = "fulfilled",
        /// The donor stepped back before paying, or recurring support ended.
        Cancelled = "cancelled",
        /// The time to pay is over. Money that still arrives is accepted.
        Expired = "expired",
        /// The gateway refused the payment. Money that still arrives is accepted.
        Failed = "failed",
    }
}

words! {
    /// Who moves the money.
    GatewayKind {
        /// Cards, wallets and local methods on Stripe's pages.
        Stripe = "stripe",
        /// The donor's account at PayPal, on PayPal's pages.
        Paypal = "paypal",
        /// The built-in test gateway; no real money.
        Sandbox = "sandbox",
        /// The donor's own transfer to the publisher's bank account.
        BankTransfer = "bank_transfer",
        /// Notes and coins that were handed over.
        Cash = "cash",
        /// Cheques that were handed over or came by post.
        Cheque = "cheque",
        /// Gifts that came before this site, taken over from where they were written down.
        Import = "import",
    }
}

impl GatewayKind {
    /// The ways on which no machine tells of money: staff write it down, and staff give it back.
    pub const BY_HAND: [Self; 3] = [Self::Cash, Self::Cheque, Self::BankTransfer];

    /// Whether staff write down what comes by it.
    pub fn is_by_hand(self) -> bool {
        Self::BY_HAND.contains(&self)
    }

    /// Whether what is on record by it may be declared void: no machine would contradict.
    pub fn may_be_void(self) -> bool {
        self.is_by_hand() || self == Self::Import
    }

    /// Whether it brings what is over: no receipt is written for it, nobody is told of it, and nobody is asked about it.
    pub fn is_of_the_past(self) -> bool {
        self == Self::Import
    }
}

words! {
    /// Why a gift is given in somebody's name.
    TributeKind {
        /// For a living person or an occasion.
        Honour = "in_honour_of",
        /// For somebody who died.
        Memory = "in_memory_of",
    }
}

/// A gift in somebody's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tribute {
    /// In honour or in memory.
    pub kind: TributeKind,
    /// Of whom.
    pub name: PersonName,
}

/// Whether the public may see the donor's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// The name may be shown.
    Named,
    /// The name is hidden in public; staff see it.
    Hidden,
}

/// Where a gift came from, for "which article brought support".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// The article whose appeal was followed.
    pub article: Option<Slug>,
    /// The appeal on it, and which of its texts.
    pub appeal: Option<SeenAppeal>,
    /// Origin of the referring page, without path or query.
    pub referrer: Option<String>,
    /// Campaign tags of the address: source, medium, campaign, term, content.
    pub utm: Utm,
}

/// The five campaign tags, each at most 80 characters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the tags")]
pub struct Utm {
    pub source: Option<String>,
    pub medium: Option<String>,
    pub campaign: Option<String>,
    pub term: Option<String>,
    pub content: Option<String>,
}

/// The promise itself: everything that the donor decided. Nothing here changes afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PledgeTerms {
    /// What for.
    pub campaign: CampaignId,
    /// How much, the covered fee included.
    pub amount: Money,
    /// The part of `amount` that was added to cover the gateway's fee; zero if not covered.
    pub fee_cover: Money,
    /// How often.
    pub frequency: Frequency,
    /// The level of support that was chosen, or that the amount reaches.
    pub tier: Option<TierId>,
    /// The first money is not due before this moment: the donor has paid for the time until then.
    pub starts_at: Option<DateTime<Utc>>,
    /// By which way.
    pub gateway: GatewayKind,
    /// Where the receipt goes.
    pub email: EmailAddress,
    /// By whom.
    pub name: Option<PersonName>,
    /// A word to the publisher.
    pub message: Option<String>,
    /// Whether the name may be shown.
    pub visibility: Visibility,
    /// In whose name.
    pub tribute: Option<Tribute>,
    /// What brought the donor here.
    pub source: Source,
    /// Language of pages and mails, a BCP 47 tag.
    pub locale: String,
}

/// A promise on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pledge {
    /// Its id.
    pub id: PledgeId,
    /// What was promised.
    pub terms: PledgeTerms,
    /// Where it stands.
    pub status: PledgeStatus,
    /// Who kept it; known once money arrived.
    pub donor: Option<DonorId>,
    /// What the donor writes on the transfer; bank transfers only.
    pub reference: Option<CreditorReference>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Until when the money is expected.
    pub expires_at: DateTime<Utc>,
}

impl Pledge {
    /// True while something may still happen that the donor is waiting for.
    pub fn is_open(&self) -> bool {
        match self.status {
            PledgeStatus::Pending => true,
            PledgeStatus::Active
            | PledgeStatus::PastDue
            | PledgeStatus::Paused
            | PledgeStatus::Fulfilled
            | PledgeStatus::Cancelled
            | PledgeStatus::Expired
            | PledgeStatus::Failed => false,
        }
    }
}

/// What a donor adds so that about `amount` is left after a fee of `basis_points` and a fixed part.
///
/// Solves `gross − gross·rate − fixed = amount` in whole minor units, rounded up in the publisher's favour
/// by at most one unit.
pub fn fee_cover(
    amount: Money,
    basis_points: i64,
    fixed_minor: i64,
) -> Result<Money, super::money::MoneyError> {
    let keep = i128::from(10_000 - basis_points.clamp(0, 9_000));
    let wanted = (i128::from(amount.minor()) + i128::from(fixed_minor)) * 10_000;
    let gross = (wanted + keep - 1).div_euclid(keep);
    let gross = i64::try_from(gross).map_err(|_overflow| super::money::MoneyError::TooLarge)?;
    Money::new(gross, amount.currency()).minus(amount)
}

#[cfg(test)]
mod tests {
    use super::super::money::Currency;
    use super::*;

    #[test]
    fn periods_keep_the_day_of_the_anchor() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let days = |frequency: Frequency, anchor, count| -> Vec<String> {
            (0..count).map(|n| frequency.period(day(anchor), n).unwrap().to_string()).collect()
        };
        assert_eq!(
            days(Frequency::Monthly, "2027-12-31", 5),
            ["2027-12-31", "2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30"]
        );
        assert_eq!(
            days(Frequency::Yearly, "2028-02-29", 5),
            ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]
        );
        assert_eq!(days(Frequency::Quarterly, "2026-11-30", 3), ["2026-11-30", "2027-02-28", "2027-05-30"]);
        assert_eq!(days(Frequency::Weekly, "2026-12-29", 2), ["2026-12-29", "2027-01-05"]);
        assert_eq!(Frequency::Yearly.period(day("2026-01-01"), u32::MAX), None);
        assert!(!Frequency::Once.is_recurring() && Frequency::RECURRING.iter().all(|f| f.is_recurring()));
    }

    #[test]
    fn a_covered_fee_leaves_the_amount() {
        let eur = Currency::parse("EUR").unwrap();
        for minor in [1, 99, 500, 2_500, 10_000, 123_457, 9_999_999] {
            let amount = Money::new(minor, eur);
            let gross = amount.plus(fee_cover(amount, 290, 25).unwrap()).unwrap();
            let fee = gross.fraction(290).unwrap().plus(Money::new(25, eur)).unwrap();
            let left = gross.minus(fee).unwrap().minor();
            assert!((minor..=minor + 1).contains(&left), "{minor}: {left}");
        }
    }
}
