//! Figures: what each payment adds to the sums of its day, and what is asked of those sums.
//!
//! What was refunded or lost counts on the day of the gift that it is taken from. So the sums of a day are the sums of
//! its rows, and a figure leads to exactly the rows that it is made of.

use super::article::Slug;
use super::donation::Donation;
use super::ids::CampaignId;
use super::ledger::{Account, Booked};
use super::money::Currency;
use super::pledge::{GatewayKind, PledgeTerms};
use super::words;
use chrono::{Datelike as _, Days, Months, NaiveDate};
use std::collections::BTreeMap;

words! {
    /// How money comes: by itself, or again and again.
    Rhythm {
        /// A gift.
        Once = "once",
        /// A payment of recurring support.
        Recurring = "recurring",
    }
}

words! {
    /// How long the time is that a sum is kept for.
    Grain {
        /// A day of the publisher's calendar.
        Day = "day",
        /// A month of it.
        Month = "month",
    }
}

impl Grain {
    /// The first day of the time in which `day` lies.
    pub fn first(self, day: NaiveDate) -> NaiveDate {
        match self {
            Self::Day => day,
            Self::Month => day.with_day(1).unwrap_or(day),
        }
    }
}

/// Which sum: everything that figures are told apart by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    /// The day on which the money arrived, in the publisher's time zone.
    pub day: NaiveDate,
    /// The currency of all its amounts.
    pub currency: Currency,
    /// By which gateway.
    pub gateway: GatewayKind,
    /// For what.
    pub campaign: CampaignId,
    /// The article that led to it.
    pub article: Option<Slug>,
    /// A gift, or recurring support.
    pub rhythm: Rhythm,
}

/// Sums, in minor units of one currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    /// Payments that brought money.
    pub donations: i64,
    /// What arrived.
    pub gross: i64,
    /// What gateways kept, for payments, refunds and disputes.
    pub fees: i64,
    /// What was given back.
    pub refunded: i64,
    /// What disputes took for good.
    pub lost: i64,
}

impl Sums {
    /// What is left before fees.
    pub fn kept(&self) -> i64 {
        self.gross.saturating_sub(self.refunded).saturating_sub(self.lost)
    }

    /// What is left after fees.
    pub fn net(&self) -> i64 {
        self.kept().saturating_sub(self.fees)
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            donations: self.donations.saturating_add(other.donations),
            gross: self.gross.saturating_add(other.gross),
            fees: self.fees.saturating_add(other.fees),
            refunded: self.refunded.saturating_add(other.refunded),
            lost: self.lost.saturating_add(other.lost),
        }
    }

    fn negated(self) -> Self {
        Self {
            donations: self.donations.saturating_neg(),
            gross: self.gross.saturating_neg(),
            fees: self.fees.saturating_neg(),
            refunded: self.refunded.saturating_neg(),
            lost: self.lost.saturating_neg(),
        }
    }

    /// True if nothing is counted.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// What one payment adds to the sums: to one for its own currency, and to another where its fee was taken in another
/// currency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Share(BTreeMap<Slot, Sums>);

impl Share {
    /// What a payment counts for, given what the books hold about it. Nothing before its money arrived.
    pub fn of(donation: &Donation, terms: &PledgeTerms, booked: &Booked) -> Self {
        let mut share = Self::default();
        let (Some(money), Some(day)) = (donation.payment.money(), donation.received_on) else {
            return share;
        };
        let rhythm = if terms.frequency.is_recurring() { Rhythm::Recurring } else { Rhythm::Once };
        let slot = |currency| Slot {
            day,
            currency,
            gateway: donation.gateway,
            campaign: donation.campaign,
            article: terms.source.article.clone(),
            rhythm,
        };
        let gross = Sums {
            donations: 1,
            gross: money.gross.minor(),
            fees: 0,
            refunded: donation.payment.refunded_minor(),
            lost: donation.payment.disputed().lost_minor,
        };
        share.0.insert(slot(money.gross.currency()), gross);
        for ((account, currency), fees) in booked.balances() {
            if account == Account::Fees {
                share.add(slot(currency), Sums { fees, ..Sums::default() });
            }
        }
        share
    }

    fn add(&mut self, slot: Slot, sums: Sums) {
        let known = self.0.entry(slot).or_default();
        *known = known.plus(sums);
    }

    /// What has to be added to the sums to lead from `self` to `after`, in the order of the slots: whoever changes
    /// several takes them in the same order as everybody else.
    pub fn to(self, after: Self) -> Vec<(Slot, Sums)> {
        let mut change = after;
        for (slot, sums) in self.0 {
            change.add(slot, sums.negated());
        }
        change.0.into_iter().filter(|(_, sums)| !sums.is_nothing()).collect()
    }
}

/// Days of the publisher's calendar, the first and the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first.
    pub from: NaiveDate,
    /// The last; not before the first.
    pub until: NaiveDate,
}

impl Period {
    /// The month of a day, as a whole.
    pub fn month_of(day: NaiveDate) -> Self {
        let from = Grain::Month.first(day);
        let next = from.checked_add_months(Months::new(1)).unwrap_or(from);
        Self { from, until: next.pred_opt().unwrap_or(from) }
    }

    /// The year of a day, as a whole.
    pub fn year_of(day: NaiveDate) -> Self {
        let from = NaiveDate::from_ymd_opt(day.year(), 1, 1).unwrap_or(day);
        let until = NaiveDate::from_ymd_opt(day.year(), 12, 31).unwrap_or(day);
        Self { from, until }
    }

    /// The twelve months that end with the month of a day.
    pub fn twelve_months(day: NaiveDate) -> Self {
        let month = Self::month_of(day);
        Self {
            from: month.from.checked_sub_months(Months::new(11)).unwrap_or(month.from),
            until: month.until,
        }
    }

    /// The same days so many months earlier: a month as a whole stays one, and the 31st becomes the last of a shorter
    /// month.
    #[must_use]
    pub fn months_before(self, months: u32) -> Self {
        let is_whole = self == Self::month_of(self.from);
        let back = |day: NaiveDate| day.checked_sub_months(Months::new(months)).unwrap_or(day);
        if is_whole {
            Self::month_of(back(self.from))
        } else {
            Self { from: back(self.from), until: back(self.until) }
        }
    }

    /// Whether it is made of months as wholes: their sums answer for it then.
    pub fn is_whole_months(self) -> bool {
        self.from == Grain::Month.first(self.from) && self.until == Self::month_of(self.until).until
    }

    /// How many days it has.
    pub fn days(self) -> i64 {
        (self.until - self.from).num_days().saturating_add(1)
    }

    /// Every day or every month of it, by its first day.
    pub fn steps(self, grain: Grain) -> Vec<NaiveDate> {
        let next = |day: &NaiveDate| match grain {
            Grain::Day => day.checked_add_days(Days::new(1)),
            Grain::Month => day.checked_add_months(Months::new(1)),
        };
        std::iter::successors(Some(grain.first(self.from)), next)
            .take_while(|day| *day <= self.until)
            .collect()
    }
}

/// Which gifts and payments: none of a field is all of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// For this campaign.
    pub campaign: Option<CampaignId>,
    /// By this gateway.
    pub gateway: Option<GatewayKind>,
    /// In this currency.
    pub currency: Option<Currency>,
    /// From this article.
    pub article: Option<Slug>,
    /// Gifts, or recurring support.
    pub rhythm: Option<Rhythm>,
}

#[cfg(test)]
mod tests {
    use super::super::donation::{Captured, Payment};
    use super::super::donor::EmailAddress;
    use super::super::ids::{DonationId, Id as _, PledgeId};
    use super::super::ledger::{Posting, Subject};
    use super::super::money::Money;
    use super::super::pledge::{Frequency, Source, Visibility};
    use super::super::remote::RemoteId;
    use super::*;
    use chrono::DateTime;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn euro() -> Currency {
        Currency::parse("EUR").unwrap()
    }

    fn terms() -> PledgeTerms {
        PledgeTerms {
            campaign: CampaignId::from_ulid(ulid::Ulid::from_parts(1, 1)),
            amount: Money::new(2_500, euro()),
            fee_cover: Money::zero(euro()),
            frequency: Frequency::Monthly,
            tier: None,
            starts_at: None,
            gateway: GatewayKind::Sandbox,
            email: EmailAddress::parse("a@example.org").unwrap(),
            name: None,
            message: None,
            visibility: Visibility::Named,
            tribute: None,
            source: Source { article: Some(Slug::parse("news").unwrap()), ..Source::default() },
            locale: "en".into(),
        }
    }

    fn donation(received_on: Option<NaiveDate>) -> Donation {
        let money = Captured::with_fee(Money::new(2_500, euro()), None, DateTime::UNIX_EPOCH);
        Donation {
            id: DonationId::from_ulid(ulid::Ulid::from_parts(1, 2)),
            pledge: PledgeId::from_ulid(ulid::Ulid::from_parts(1, 3)),
            campaign: terms().campaign,
            donor: None,
            gateway: GatewayKind::Sandbox,
            remote: RemoteId::parse("pay_1").unwrap(),
            period_on: None,
            received_on,
            payment: received_on.map_or_else(Payment::default, |_| Payment::default().captured(money).0),
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn money_that_did_not_arrive_counts_for_nothing() {
        assert_eq!(Share::of(&donation(None), &terms(), &Booked::default()), Share::default());
    }

    #[test]
    fn a_payment_that_turns_out_to_be_of_the_day_before_moves_there() {
        let share = |on: &str| Share::of(&donation(Some(day(on))), &terms(), &Booked::default());
        assert_eq!(share("2026-03-02").to(share("2026-03-02")), []);
        let moved = share("2026-03-02").to(share("2026-03-01"));
        let by_day: Vec<(String, i64, i64)> =
            moved.iter().map(|(slot, sums)| (slot.day.to_string(), sums.donations, sums.gross)).collect();
        assert_eq!(by_day, [("2026-03-01".to_owned(), 1, 2_500), ("2026-03-02".to_owned(), -1, -2_500)]);
    }

    #[test]
    fn a_fee_counts_in_the_currency_in_which_it_was_taken() {
        let mut booked = Booked::default();
        for (code, minor) in [("USD", 90), ("EUR", 15)] {
            let amount = Money::new(minor, Currency::parse(code).unwrap());
            booked.hold(Subject::Fee, Posting { account: Account::Fees, amount }).unwrap();
        }
        let share = Share::default().to(Share::of(&donation(Some(day("2026-03-01"))), &terms(), &booked));
        let by_currency: Vec<(&str, i64, i64, i64)> =
            share.iter().map(|(slot, s)| (slot.currency.code(), s.donations, s.gross, s.fees)).collect();
        assert_eq!(by_currency, [("EUR", 1, 2_500, 15), ("USD", 0, 0, 90)]);
        assert!(share.iter().all(|(slot, _)| slot.rhythm == Rhythm::Recurring));
    }

    #[test]
    fn months_are_compared_as_wholes_and_days_with_the_same_days() {
        let february = Period::month_of(day("2028-02-10"));
        assert_eq!(
            (february.from, february.until, february.days()),
            (day("2028-02-01"), day("2028-02-29"), 29)
        );
        assert_eq!(february.months_before(1).until, day("2028-01-31"));
        let until_31 = Period { from: day("2026-03-01"), until: day("2026-03-30") };
        assert_eq!(until_31.months_before(1).until, day("2026-02-28"));
        assert_eq!(Period::twelve_months(day("2026-03-30")).steps(Grain::Month).len(), 12);
        assert_eq!(february.steps(Grain::Day).len(), 29);
    }
}
