//! The books: double entry, one currency per entry, append only. Corrections are new entries.

use super::donation::Payment;
use super::ids::RefundId;
use super::money::{Currency, Money, MoneyError};
use super::pledge::GatewayKind;
use super::refund::{Refund, RefundStatus};
use super::words;
use std::collections::BTreeMap;
use std::fmt;

/// An account of the books. Debits are positive, credits negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// Money that a gateway, or the bank, holds for the publisher.
    Clearing(GatewayKind),
    /// What donors gave (income: its balance is negative).
    Donations,
    /// What was given back (reduces income).
    Refunds,
    /// What gateways kept.
    Fees,
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clearing(gateway) => write!(f, "clearing:{gateway}"),
            Self::Donations => f.write_str("income:donations"),
            Self::Refunds => f.write_str("income:refunds"),
            Self::Fees => f.write_str("expense:fees"),
        }
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

/// A balanced entry: it cannot be built otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    kind: EntryKind,
    subject: Option<RefundId>,
    postings: Vec<Posting>,
}

impl Entry {
    /// Checks that the lines balance.
    pub fn balanced(
        kind: EntryKind,
        subject: Option<RefundId>,
        postings: Vec<Posting>,
    ) -> Result<Self, LedgerError> {
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
        Ok(Self { kind, subject, postings })
    }

    /// Moves `amount` from the credited to the debited account; a negative amount moves back.
    fn transfer(
        kind: EntryKind,
        subject: Option<RefundId>,
        debit: Account,
        credit: Account,
        amount: Money,
    ) -> Result<Self, LedgerError> {
        let postings =
            vec![Posting { account: debit, amount }, Posting { account: credit, amount: amount.negated()? }];
        Self::balanced(kind, subject, postings)
    }

    /// What it is about.
    pub fn kind(&self) -> EntryKind {
        self.kind
    }

    /// The refund it is about, for entries of that kind.
    pub fn subject(&self) -> Option<RefundId> {
        self.subject
    }

    /// Its lines.
    pub fn postings(&self) -> &[Posting] {
        &self.postings
    }
}

/// What the books hold, or should hold, about one donation, in minor units of its currency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Booked {
    /// Money that arrived.
    pub gross: i64,
    /// What the gateway kept.
    pub fee: i64,
    /// What went back, by refund.
    pub refunds: BTreeMap<RefundId, i64>,
}

impl Booked {
    /// What the books should hold, given all that is known. Nothing before the money arrived.
    pub fn wanted(payment: &Payment, refunds: &[Refund]) -> Self {
        let Some(money) = payment.money() else {
            return Self::default();
        };
        // Refunds above the payment are in doubt: the books take them only up to the payment.
        let mut left = money.gross.minor();
        let mut booked = BTreeMap::new();
        let mut sorted: Vec<&Refund> =
            refunds.iter().filter(|r| r.status == RefundStatus::Succeeded).collect();
        sorted.sort_by_key(|r| r.id);
        for refund in sorted {
            let amount = refund.amount.minor().min(left);
            left = left.saturating_sub(amount);
            booked.insert(refund.id, amount);
        }
        Self { gross: money.gross.minor(), fee: money.fee.map_or(0, Money::minor), refunds: booked }
    }

    /// All refunds together.
    pub fn refunded(&self) -> i64 {
        self.refunds.values().fold(0, |sum, amount| sum.saturating_add(*amount))
    }

    /// The entries that lead from what the books hold (`self`) to `wanted`.
    pub fn entries_to(
        &self,
        wanted: &Self,
        gateway: GatewayKind,
        currency: Currency,
    ) -> Result<Vec<Entry>, LedgerError> {
        let clearing = Account::Clearing(gateway);
        let difference = |want: i64, have: i64| Money::new(want, currency).minus(Money::new(have, currency));
        let mut entries = Vec::new();
        let gross = difference(wanted.gross, self.gross)?;
        if !gross.is_zero() {
            entries.push(Entry::transfer(EntryKind::Donation, None, clearing, Account::Donations, gross)?);
        }
        let fee = difference(wanted.fee, self.fee)?;
        if !fee.is_zero() {
            entries.push(Entry::transfer(EntryKind::Fee, None, Account::Fees, clearing, fee)?);
        }
        let mut refunds: Vec<RefundId> = self.refunds.keys().chain(wanted.refunds.keys()).copied().collect();
        refunds.sort();
        refunds.dedup();
        for id in refunds {
            let of = |booked: &Self| booked.refunds.get(&id).copied().unwrap_or_default();
            let amount = difference(of(wanted), of(self))?;
            if !amount.is_zero() {
                entries.push(Entry::transfer(
                    EntryKind::Refund,
                    Some(id),
                    Account::Refunds,
                    clearing,
                    amount,
                )?);
            }
        }
        Ok(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(account: Account, minor: i64, code: &str) -> Posting {
        Posting { account, amount: Money::new(minor, Currency::parse(code).unwrap()) }
    }

    #[test]
    fn an_unbalanced_entry_cannot_be_built() {
        let entry = |lines| Entry::balanced(EntryKind::Donation, None, lines);
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
    fn only_the_difference_is_posted() {
        let eur = Currency::parse("EUR").unwrap();
        let wanted = Booked { gross: 2500, fee: 97, refunds: BTreeMap::new() };
        let entries = Booked::default().entries_to(&wanted, GatewayKind::Sandbox, eur).unwrap();
        assert_eq!(
            entries.iter().map(Entry::kind).collect::<Vec<_>>(),
            [EntryKind::Donation, EntryKind::Fee]
        );
        assert!(wanted.entries_to(&wanted, GatewayKind::Sandbox, eur).unwrap().is_empty());
    }
}
