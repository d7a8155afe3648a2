//! The books: double entry, one currency per entry, append only. Corrections are new entries.

use super::dispute::{Dispute, DisputeStatus};
use super::donation::{Captured, Payment};
use super::ids::{BankLineId, DepositId, DisputeId, MovementId, RefundId};
use super::member::Platform;
use super::money::{Currency, Money, MoneyError, Settlement};
use super::pledge::GatewayKind;
use super::refund::{Refund, RefundStatus};
use super::words;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// An account of the books. Debits are positive, credits negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// Money that a gateway, or the bank, holds for the publisher: what its own balance says.
    Clearing(GatewayKind),
    /// What donors gave (income: its balance is negative).
    Donations,
    /// What was given back (reduces income).
    Refunds,
    /// What donors took back through their banks, for now or for good (reduces income).
    Disputes,
    /// What gateways kept.
    Fees,
    /// What members at a platform elsewhere gave, as it pays that out: income, and no gift of a donor.
    Earnings(Platform),
    /// What a platform elsewhere kept of it.
    PlatformFees(Platform),
    /// What went back beyond what had been paid, as when a payment is refunded and disputed.
    Losses,
    /// Between two currencies: what left one and arrived in the other. What stays is gain or loss of exchange.
    Exchange,
    /// What gateways sent to the publisher's bank.
    Payouts,
    /// What moved on a gateway's balance and looks like a gift, but is none of this site.
    Suspense,
    /// What gateways put aside, corrected, or were given by the publisher.
    Adjustments,
}

/// A text that names no account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not an account of the books")]
pub struct AccountError(String);

impl Account {
    /// Every account.
    pub fn all() -> impl Iterator<Item = Self> {
        let plain = [
            Self::Donations,
            Self::Refunds,
            Self::Disputes,
            Self::Fees,
            Self::Losses,
            Self::Exchange,
            Self::Payouts,
            Self::Suspense,
            Self::Adjustments,
        ];
        let clearing = GatewayKind::ALL.iter().map(|gateway| Self::Clearing(*gateway));
        let platforms = Platform::ALL.iter().copied();
        let elsewhere =
            platforms.flat_map(|platform| [Self::Earnings(platform), Self::PlatformFees(platform)]);
        plain.into_iter().chain(clearing).chain(elsewhere)
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clearing(gateway) => write!(f, "clearing:{gateway}"),
            Self::Donations => f.write_str("income:donations"),
            Self::Refunds => f.write_str("income:refunds"),
            Self::Disputes => f.write_str("income:disputes"),
            Self::Fees => f.write_str("expense:fees"),
            Self::Earnings(platform) => write!(f, "income:{platform}"),
            Self::PlatformFees(platform) => write!(f, "expense:fees:{platform}"),
            Self::Losses => f.write_str("expense:losses"),
            Self::Exchange => f.write_str("exchange"),
            Self::Payouts => f.write_str("payouts"),
            Self::Suspense => f.write_str("suspense"),
            Self::Adjustments => f.write_str("adjustments"),
        }
    }
}

impl FromStr for Account {
    type Err = AccountError;
    fn from_str(text: &str) -> Result<Self, AccountError> {
        Self::all().find(|account| account.to_string() == text).ok_or_else(|| AccountError(text.to_owned()))
    }
}

words! {
    /// What an entry is about.
    EntryKind {
        /// Money arrived.
        Donation = "donation",
        /// The gateway kept its part.
        Fee = "fee",
        /// Money went back, or came back again.
        Refund = "refund",
        /// A bank took money back, or returned it.
        Dispute = "dispute",
        /// A gateway moved money without a gift: a payout, a fee, anything else.
        Movement = "movement",
        /// Cash or cheques were paid in at the bank.
        Deposit = "deposit",
        /// A line of the bank shows what a platform elsewhere paid out.
        BankLine = "bank_line",
    }
}

/// What an entry is about, with the thing itself where there may be several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The payment.
    Donation,
    /// What the gateway kept of it.
    Fee,
    /// One refund.
    Refund(RefundId),
    /// One dispute.
    Dispute(DisputeId),
}

impl Subject {
    /// The word for it.
    pub fn kind(self) -> EntryKind {
        match self {
            Self::Donation => EntryKind::Donation,
            Self::Fee => EntryKind::Fee,
            Self::Refund(_) => EntryKind::Refund,
            Self::Dispute(_) => EntryKind::Dispute,
        }
    }
}

/// What an entry is about that belongs to no donation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Apart {
    /// What a gateway moved.
    Movement(MovementId),
    /// What was paid in at the bank.
    Deposit(DepositId),
    /// A line of the bank's statement, by which a platform elsewhere paid out.
    BankLine(BankLineId),
}

impl Apart {
    /// The word for it.
    pub fn kind(self) -> EntryKind {
        match self {
            Self::Movement(_) => EntryKind::Movement,
            Self::Deposit(_) => EntryKind::Deposit,
            Self::BankLine(_) => EntryKind::BankLine,
        }
    }
}

/// One line of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posting {
    /// Where.
    pub account: Account,
    /// How much: positive debits, negative credits.
    pub amount: Money,
}

/// Why an entry was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// The lines do not sum to zero, are fewer than two, or hold a zero.
    #[error("a ledger entry must have two or more lines other than zero that sum to zero")]
    Unbalanced,
    /// The sum does not fit, or currencies are mixed.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// Lines that balance: they cannot be put together otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balanced(Vec<Posting>);

impl Balanced {
    /// Checks that the lines balance.
    pub fn new(postings: Vec<Posting>) -> Result<Self, LedgerError> {
        let Some(first) = postings.first() else {
            return Err(LedgerError::Unbalanced);
        };
        let mut sum = Money::zero(first.amount.currency());
        for posting in &postings {
            sum = sum.plus(posting.amount)?;
        }
        if postings.len() < 2 || !sum.is_zero() || postings.iter().any(|p| p.amount.is_zero()) {
            return Err(LedgerError::Unbalanced);
        }
        Ok(Self(postings))
    }

    /// The lines.
    pub fn postings(&self) -> &[Posting] {
        &self.0
    }
}

/// A balanced entry about a donation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    subject: Subject,
    lines: Balanced,
}

impl Entry {
    /// Checks that the lines balance.
    pub fn balanced(subject: Subject, postings: Vec<Posting>) -> Result<Self, LedgerError> {
        Ok(Self { subject, lines: Balanced::new(postings)? })
    }

    /// What it is about.
    pub fn subject(&self) -> Subject {
        self.subject
    }

    /// Its lines.
    pub fn lines(&self) -> &Balanced {
        &self.lines
    }

    /// Its lines, one by one.
    pub fn postings(&self) -> &[Posting] {
        self.lines.postings()
    }
}

/// Where money stands in the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    subject: Subject,
    currency: Currency,
    account: Account,
}

/// What the books hold, or should hold, about one donation: a sum in minor units for each place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Booked(BTreeMap<Place, i64>);

impl Booked {
    /// What the books should hold, given all that is known. Nothing before the money arrived.
    pub fn wanted(
        gateway: GatewayKind,
        payment: &Payment,
        refunds: &[Refund],
        disputes: &[Dispute],
    ) -> Result<Self, MoneyError> {
        let mut booked = Self::default();
        let Some(money) = payment.money() else {
            return Ok(booked);
        };
        let clearing = Account::Clearing(gateway);
        booked.arrive(clearing, money)?;
        let mut left = money.gross;
        let mut refunds: Vec<&Refund> = refunds.iter().collect();
        refunds.sort_by_key(|refund| refund.id);
        for refund in refunds {
            let amount = match refund.status {
                RefundStatus::Succeeded => refund.amount,
                // A refund that came back may have cost something all the same.
                RefundStatus::Failed => Money::zero(refund.amount.currency()),
                RefundStatus::Pending => continue,
            };
            let back = Back { subject: Subject::Refund(refund.id), account: Account::Refunds, amount };
            left = booked.go_back(clearing, back, refund.settled, left)?;
        }
        let mut disputes: Vec<&Dispute> = disputes.iter().collect();
        // What is decided is counted before what is contested.
        disputes.sort_by_key(|dispute| (dispute.state.status != DisputeStatus::Lost, dispute.id));
        for dispute in disputes {
            let amount = Money::new(dispute.state.away_minor, dispute.amount.currency());
            let back = Back { subject: Subject::Dispute(dispute.id), account: Account::Disputes, amount };
            left = booked.go_back(clearing, back, dispute.state.settled, left)?;
        }
        booked.0.retain(|_, minor| *minor != 0);
        Ok(booked)
    }

    /// The payment, what it came to on the gateway's balance, and the fee.
    fn arrive(&mut self, clearing: Account, money: &Captured) -> Result<(), MoneyError> {
        let settled = money.settled.unwrap_or_else(|| Settlement::plain(money.gross, 0));
        self.post(Subject::Donation, Account::Donations, money.gross.negated()?)?;
        self.post(Subject::Donation, clearing, settled.amount())?;
        self.exchange(Subject::Donation, money.gross, settled.amount())?;
        self.post(Subject::Fee, Account::Fees, settled.fee())?;
        self.post(Subject::Fee, clearing, settled.fee().negated()?)
    }

    /// Money that goes back: out of income up to what is `left` of the payment, beyond it a loss. Returns what is left
    /// then.
    fn go_back(
        &mut self,
        clearing: Account,
        back: Back,
        settled: Option<Settlement>,
        left: Money,
    ) -> Result<Money, MoneyError> {
        let Back { subject, account, amount } = back;
        let covered = Money::new(amount.minor().min(left.minor()), amount.currency());
        let settled = settled.unwrap_or_else(|| Settlement::plain(amount, 0));
        self.post(subject, account, covered)?;
        self.post(subject, Account::Losses, amount.minus(covered)?)?;
        self.post(subject, clearing, settled.amount().negated()?)?;
        self.exchange(subject, settled.amount(), amount)?;
        self.post(subject, Account::Fees, settled.fee())?;
        self.post(subject, clearing, settled.fee().negated()?)?;
        left.minus(covered)
    }

    /// What left one currency and arrived in another. Without a difference nothing stays on the account.
    fn exchange(&mut self, subject: Subject, left: Money, arrived: Money) -> Result<(), MoneyError> {
        self.post(subject, Account::Exchange, left)?;
        self.post(subject, Account::Exchange, arrived.negated()?)
    }

    fn post(&mut self, subject: Subject, account: Account, amount: Money) -> Result<(), MoneyError> {
        let place = Place { subject, currency: amount.currency(), account };
        let sum = self.0.entry(place).or_default();
        *sum = sum.checked_add(amount.minor()).ok_or(MoneyError::TooLarge)?;
        Ok(())
    }

    /// Adds a line that the books hold.
    pub fn hold(&mut self, subject: Subject, posting: Posting) -> Result<(), MoneyError> {
        self.post(subject, posting.account, posting.amount)
    }

    /// The sum of each account in each currency, in minor units; without those at zero.
    pub fn balances(&self) -> BTreeMap<(Account, Currency), i64> {
        let mut sums = BTreeMap::new();
        for (place, minor) in &self.0 {
            let sum: &mut i64 = sums.entry((place.account, place.currency)).or_default();
            *sum = sum.saturating_add(*minor);
        }
        sums.retain(|_, minor| *minor != 0);
        sums
    }

    fn sum(&self, currency: Currency, accounts: &[Account]) -> i64 {
        let of = |place: &Place| place.currency == currency && accounts.contains(&place.account);
        let held = self.0.iter().filter(|(place, _)| of(place));
        held.fold(0, |sum: i64, (_, minor)| sum.saturating_add(*minor))
    }

    /// Money that arrived in a currency, in minor units.
    pub fn gross_minor(&self, currency: Currency) -> i64 {
        self.sum(currency, &[Account::Donations]).saturating_neg()
    }

    /// What went back of it, for now or for good, in minor units.
    pub fn back_minor(&self, currency: Currency) -> i64 {
        self.sum(currency, &[Account::Refunds, Account::Disputes])
    }

    /// The entries that lead from what the books hold (`self`) to `wanted`: one for each subject and currency.
    pub fn entries_to(&self, wanted: &Self) -> Result<Vec<Entry>, LedgerError> {
        let mut differences: BTreeMap<(Subject, Currency), Vec<Posting>> = BTreeMap::new();
        let places: std::collections::BTreeSet<Place> =
            self.0.keys().chain(wanted.0.keys()).copied().collect();
        for place in places {
            let of = |booked: &Self| booked.0.get(&place).copied().unwrap_or_default();
            let minor = of(wanted).checked_sub(of(self)).ok_or(MoneyError::TooLarge)?;
            if minor != 0 {
                let posting = Posting { account: place.account, amount: Money::new(minor, place.currency) };
                differences.entry((place.subject, place.currency)).or_default().push(posting);
            }
        }
        differences.into_iter().map(|((subject, _), postings)| Entry::balanced(subject, postings)).collect()
    }
}

/// Money that goes back.
#[derive(Clone, Copy)]
struct Back {
    subject: Subject,
    /// The account of income that it reduces.
    account: Account,
    amount: Money,
}

#[cfg(test)]
mod tests {
    use super::super::dispute::DisputeState;
    use super::super::ids::{DonationId, Id as _};
    use super::super::remote::RemoteId;
    use super::*;
    use chrono::DateTime;

    fn money(minor: i64, code: &str) -> Money {
        Money::new(minor, Currency::parse(code).unwrap())
    }

    fn line(account: Account, minor: i64, code: &str) -> Posting {
        Posting { account, amount: money(minor, code) }
    }

    #[test]
    fn an_unbalanced_entry_cannot_be_built() {
        let entry = |lines| Entry::balanced(Subject::Donation, lines);
        let bank = Account::Clearing(GatewayKind::BankTransfer);
        assert!(entry(vec![line(bank, 5, "EUR"), line(Account::Donations, -5, "EUR")]).is_ok());
        assert_eq!(entry(vec![]), Err(LedgerError::Unbalanced));
        assert_eq!(entry(vec![line(bank, 0, "EUR"), line(bank, 0, "EUR")]), Err(LedgerError::Unbalanced));
        assert_eq!(
            entry(vec![line(bank, 5, "EUR"), line(Account::Fees, -4, "EUR")]),
            Err(LedgerError::Unbalanced)
        );
        assert!(entry(vec![line(bank, 5, "EUR"), line(Account::Fees, -5, "USD")]).is_err());
        assert!(entry(vec![line(bank, i64::MAX, "EUR"), line(bank, 1, "EUR")]).is_err());
    }

    #[test]
    fn every_account_reads_back() {
        for account in [Account::Clearing(GatewayKind::Stripe), Account::Losses, Account::Exchange] {
            assert_eq!(account.to_string().parse(), Ok(account));
        }
        assert!("clearing:nobody".parse::<Account>().is_err());
    }

    fn balances(booked: &Booked) -> BTreeMap<(String, &'static str), i64> {
        let named = |((account, currency), minor): ((Account, Currency), i64)| {
            ((account.to_string(), currency.code()), minor)
        };
        booked.balances().into_iter().map(named).collect()
    }

    fn expect(lines: &[(&str, &'static str, i64)]) -> BTreeMap<(String, &'static str), i64> {
        lines.iter().map(|(account, code, minor)| (((*account).to_owned(), *code), *minor)).collect()
    }

    fn exchanged() -> Payment {
        let settled = Settlement::new(money(2300, "EUR"), money(92, "EUR")).unwrap();
        let at = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        Payment::default().captured(Captured { gross: money(2500, "USD"), settled: Some(settled), at }).0
    }

    fn dispute(number: u128, away_minor: i64, settled: Settlement) -> Dispute {
        Dispute {
            id: DisputeId::from_ulid(ulid::Ulid::from_parts(1, number)),
            donation: DonationId::from_ulid(ulid::Ulid::from_parts(1, 1)),
            remote: RemoteId::parse("du_1").unwrap(),
            amount: money(2500, "USD"),
            reason: "fraudulent".into(),
            state: DisputeState {
                moves: 1,
                status: DisputeStatus::Open,
                away_minor,
                settled: Some(settled),
                due_at: None,
            },
            opened_at: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        }
    }

    #[test]
    fn the_clearing_account_is_what_the_gateway_holds_in_its_own_currency() {
        let booked = Booked::wanted(GatewayKind::Stripe, &exchanged(), &[], &[]).unwrap();
        assert_eq!(
            balances(&booked),
            expect(&[
                ("clearing:stripe", "EUR", 2208),
                ("exchange", "EUR", -2300),
                ("exchange", "USD", 2500),
                ("expense:fees", "EUR", 92),
                ("income:donations", "USD", -2500),
            ])
        );
        assert!(booked.entries_to(&booked).unwrap().is_empty());
    }

    #[test]
    fn what_goes_back_beyond_the_payment_is_a_loss_and_the_balance_stays_true() {
        let taken = Settlement::new(money(2350, "EUR"), money(1500, "EUR")).unwrap();
        let disputes = [dispute(1, 2500, taken), dispute(2, 2500, taken)];
        let booked = Booked::wanted(GatewayKind::Stripe, &exchanged(), &[], &disputes).unwrap();
        let sums = balances(&booked);
        assert_eq!(sums[&("clearing:stripe".to_owned(), "EUR")], 2208 - 2 * (2350 + 1500));
        assert_eq!(sums[&("income:disputes".to_owned(), "USD")], 2500);
        assert_eq!(sums[&("expense:losses".to_owned(), "USD")], 2500);
    }

    #[test]
    fn a_dispute_that_is_won_leaves_only_its_costs_and_the_change_of_the_rate() {
        let away = Settlement::new(money(2350, "EUR"), money(1500, "EUR")).unwrap();
        let back = Settlement::new(money(10, "EUR"), money(0, "EUR")).unwrap();
        let open = Booked::wanted(GatewayKind::Stripe, &exchanged(), &[], &[dispute(1, 2500, away)]).unwrap();
        let won = Booked::wanted(GatewayKind::Stripe, &exchanged(), &[], &[dispute(1, 0, back)]).unwrap();
        assert_eq!(open.back_minor(Currency::parse("USD").unwrap()), 2500);
        let sums = balances(&won);
        assert_eq!(sums[&("clearing:stripe".to_owned(), "EUR")], 2208 - 10);
        assert!(!sums.contains_key(&("income:disputes".to_owned(), "USD")));
        assert!(!open.entries_to(&won).unwrap().is_empty());
    }
}
