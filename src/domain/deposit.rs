//! Cash and cheques that were paid in at the bank: one slip for several gifts, and what the books have of it.

use super::balance::Held;
use super::bank_line::NoGift;
use super::ids::{DepositId, DonationId};
use super::ledger::Account;
use super::money::{Currency, Money, MoneyError};
use super::pledge::GatewayKind;
use super::words;
use chrono::{DateTime, NaiveDate, Utc};

words! {
    /// What is paid in.
    Tender {
        /// Notes and coins.
        Cash = "cash",
        /// Cheques.
        Cheque = "cheque",
    }
}

impl Tender {
    /// As what its gifts were recorded.
    pub const fn gateway(self) -> GatewayKind {
        match self {
            Self::Cash => GatewayKind::Cash,
            Self::Cheque => GatewayKind::Cheque,
        }
    }

    /// What a line of the bank is that shows it.
    pub const fn no_gift(self) -> NoGift {
        match self {
            Self::Cash => NoGift::CashPaidIn,
            Self::Cheque => NoGift::ChequesPaidIn,
        }
    }

    /// What a line of this kind shows.
    pub const fn shown_by(kind: NoGift) -> Option<Self> {
        match kind {
            NoGift::CashPaidIn => Some(Self::Cash),
            NoGift::ChequesPaidIn => Some(Self::Cheque),
            NoGift::OwnTransfer | NoGift::Payout | NoGift::Other => None,
        }
    }
}

/// A deposit on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deposit {
    /// Its id.
    pub id: DepositId,
    /// What was paid in.
    pub tender: Tender,
    /// What the slip says.
    pub amount: Money,
    /// When it was paid in.
    pub paid_in_on: NaiveDate,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
    /// When somebody said that it was not paid in after all.
    pub taken_back_at: Option<DateTime<Utc>>,
}

/// A gift in a deposit, in minor units of the deposit's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DepositGift {
    /// The gift.
    pub donation: DonationId,
    /// What was paid in of it.
    pub amount_minor: i64,
    /// What the bank gave back of that, such as a cheque that bounced.
    pub returned_minor: i64,
}

/// The sum of a slip.
///
/// # Errors
/// It is too large, or currencies are mixed.
pub fn sum(currency: Currency, gifts: impl IntoIterator<Item = Money>) -> Result<Money, MoneyError> {
    gifts.into_iter().try_fold(Money::zero(currency), Money::plus)
}

impl Deposit {
    /// What the books hold of it: what was paid in is at the bank and not in hand, but for what the bank gave back.
    ///
    /// # Errors
    /// The sum is too large.
    pub fn wanted(&self, gifts: &[DepositGift]) -> Result<Held, MoneyError> {
        let mut held = Held::default();
        if self.taken_back_at.is_some() {
            return Ok(held);
        }
        let currency = self.amount.currency();
        let left =
            |gift: &DepositGift| Money::new(gift.amount_minor.saturating_sub(gift.returned_minor), currency);
        let at_the_bank = sum(currency, gifts.iter().map(left))?;
        held.add(Account::Clearing(GatewayKind::BankTransfer), at_the_bank)?;
        held.add(Account::Clearing(self.tender.gateway()), at_the_bank.negated()?)?;
        Ok(held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_paid_in_is_at_the_bank_but_for_what_came_back() {
        let eur = Currency::parse("EUR").unwrap();
        let gift = |amount_minor, returned_minor| DepositGift {
            donation: "don_01M89TQ22RNJR1Z53APG0MVPP0".parse().unwrap(),
            amount_minor,
            returned_minor,
        };
        let deposit = Deposit {
            id: "dps_01M89TQ22RNJR1Z53APG0MVPP0".parse().unwrap(),
            tender: Tender::Cheque,
            amount: Money::new(3_500, eur),
            paid_in_on: NaiveDate::from_ymd_opt(2026, 6, 15).unwrap(),
            recorded_at: DateTime::UNIX_EPOCH,
            taken_back_at: None,
        };
        let booked = |deposit: &Deposit, gifts: &[DepositGift]| {
            let entries = Held::default().to(&deposit.wanted(gifts).unwrap()).unwrap();
            let lines = entries.iter().flat_map(|entry| entry.postings().to_vec());
            lines.map(|line| (line.account.to_string(), line.amount.minor())).collect::<Vec<_>>()
        };
        let all = booked(&deposit, &[gift(2_500, 0), gift(1_000, 0)]);
        assert_eq!(all.iter().map(|(_, minor)| *minor).sum::<i64>(), 0);
        assert!(all.contains(&("clearing:cheque".to_owned(), -3_500)), "{all:?}");
        let bounced = booked(&deposit, &[gift(2_500, 0), gift(1_000, 1_000)]);
        assert!(bounced.contains(&("clearing:bank_transfer".to_owned(), 2_500)), "{bounced:?}");
        let back = Deposit { taken_back_at: Some(DateTime::UNIX_EPOCH), ..deposit };
        assert!(booked(&back, &[gift(2_500, 0)]).is_empty());
    }

    #[test]
    fn each_tender_has_its_kind_of_line() {
        for tender in Tender::ALL {
            assert_eq!(Tender::shown_by(tender.no_gift()), Some(*tender));
        }
    }
}
