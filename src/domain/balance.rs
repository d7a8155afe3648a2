//! The balance that a gateway keeps for the publisher: its movements, what was paid out of it, and whether that is what
//! the books say.

use super::bank_line::bare;
use super::ids::{DisputeId, DonationId, MovementId, PayoutId, RefundId};
use super::ledger::{Account, Balanced, LedgerError, Posting};
use super::money::{Currency, Money, MoneyError};
use super::pledge::GatewayKind;
use super::remote::RemoteId;
use super::words;
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::BTreeMap;

words! {
    /// What moved on a balance.
    MovementKind {
        /// A donor's payment came, or went back because its bank took it back without a dispute.
        Payment = "payment",
        /// A refund went out, or came back.
        Refund = "refund",
        /// A dispute took money, or gave it back.
        Dispute = "dispute",
        /// The gateway kept something that belongs to no payment.
        Fee = "fee",
        /// Money went to the publisher's bank, or came back from there.
        Payout = "payout",
        /// One side of an exchange between two currencies of the balance.
        Exchange = "exchange",
        /// Anything else: reserves, corrections, money that the publisher put there.
        Adjustment = "adjustment",
    }
}

impl MovementKind {
    /// Whether it is about a gift: then what a gateway reports of the gift books it.
    pub const fn is_of_a_gift(self) -> bool {
        match self {
            Self::Payment | Self::Refund | Self::Dispute => true,
            Self::Fee | Self::Payout | Self::Exchange | Self::Adjustment => false,
        }
    }

    /// Where the books put it, if it is about no gift of this site.
    const fn account(self) -> Account {
        match self {
            Self::Payment | Self::Refund | Self::Dispute => Account::Suspense,
            Self::Fee => Account::Fees,
            Self::Payout => Account::Payouts,
            Self::Exchange => Account::Exchange,
            Self::Adjustment => Account::Adjustments,
        }
    }
}

words! {
    /// Whether a movement is what the books say.
    Finding {
        /// It is.
        Fits = "fits",
        /// The books hold another sum for the same gift, refund or dispute.
        Differs = "differs",
        /// It is about a gift, and no gift of this site.
        Missing = "missing",
        /// It is about no gift; the books have it from here.
        Apart = "apart",
    }
}

words! {
    /// How far a payout is.
    PayoutStatus {
        /// The gateway has not begun.
        Pending = "pending",
        /// It is on its way to the bank.
        InTransit = "in_transit",
        /// It arrived, as far as the gateway knows.
        Paid = "paid",
        /// The bank refused it.
        Failed = "failed",
        /// It was called off.
        Cancelled = "cancelled",
    }
}

words! {
    /// What is known of what a payout holds.
    Contents {
        /// The gateway does not say: somebody asked for a sum, and got it.
        Untold = "untold",
        /// The gateway says, and not all of it has been read.
        Open = "open",
        /// The gateway says, and all of it has been read.
        Whole = "whole",
    }
}

/// What a movement is about, in the gateway's names. Empty for what is about nothing that has one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The payment.
    pub payment: Option<RemoteId>,
    /// The refund.
    pub refund: Option<RemoteId>,
    /// The dispute.
    pub dispute: Option<RemoteId>,
    /// The payout itself.
    pub payout: Option<RemoteId>,
}

/// What a gateway says of one movement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovementNews {
    /// The gateway's name of it.
    pub remote: RemoteId,
    /// What moved.
    pub kind: MovementKind,
    /// How much came (above zero) or went.
    pub amount: Money,
    /// What the gateway took off it, in the same currency.
    pub fee: Money,
    /// What it is about.
    pub names: Names,
    /// When.
    pub happened_at: DateTime<Utc>,
}

/// What a gateway says of one payout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayoutNews {
    /// The gateway's name of it.
    pub remote: RemoteId,
    /// What went to the bank; below zero if the bank had to cover the balance.
    pub amount: Money,
    /// How far it is.
    pub status: PayoutStatus,
    /// Whether the gateway tells what it holds.
    pub is_told: bool,
    /// Why it did not arrive, in the gateway's word.
    pub failure: Option<String>,
    /// When it was ordered.
    pub ordered_at: DateTime<Utc>,
    /// The day on which it is to arrive, or did.
    pub arrives_on: Option<NaiveDate>,
}

/// What something on a balance is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gift {
    /// The donation.
    pub donation: DonationId,
    /// The part of it.
    pub part: Part,
}

/// Which part of a donation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The payment, with its fee.
    Payment,
    /// A refund.
    Refund(RefundId),
    /// A dispute.
    Dispute(DisputeId),
}

impl Part {
    /// Refund and dispute, of which one is there at most.
    pub fn columns(self) -> (Option<RefundId>, Option<DisputeId>) {
        match self {
            Self::Payment => (None, None),
            Self::Refund(id) => (Some(id), None),
            Self::Dispute(id) => (None, Some(id)),
        }
    }
}

/// A movement on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// Its id.
    pub id: MovementId,
    /// On whose balance.
    pub gateway: GatewayKind,
    /// What the gateway says of it.
    pub news: MovementNews,
    /// The payout that it went out with, or that it is.
    pub payout: Option<PayoutId>,
    /// The gift that it is about, if it is one of ours.
    pub gift: Option<Gift>,
    /// Whether it is what the books say.
    pub finding: Finding,
}

impl MovementNews {
    /// What it did to the balance.
    pub fn net(&self) -> Result<Money, MoneyError> {
        self.amount.minus(self.fee)
    }

    /// What the books hold because of this movement alone, besides what is reported of gifts: nothing for a gift of ours.
    pub fn wanted(&self, gateway: GatewayKind, is: Is) -> Result<Held, MoneyError> {
        let net = self.net()?;
        let mut held = Held::default();
        match is {
            Is::Gift => return Ok(held),
            Is::Apart => held.add(self.kind.account(), net.negated()?)?,
            // What the bank holds is on the account on which its transfers are. What the gateway took off did not arrive.
            Is::AtTheBank => {
                held.add(Account::Clearing(GatewayKind::BankTransfer), self.amount.negated()?)?;
                held.add(Account::Fees, self.fee)?;
            }
        }
        held.add(Account::Clearing(gateway), net)?;
        Ok(held)
    }
}

/// What a movement is to the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Is {
    /// About a gift of ours: booked by what is reported of the gift.
    Gift,
    /// About none.
    Apart,
    /// A payout that the bank has shown.
    AtTheBank,
}

/// Whether a text of a bank names the gateway that paid out, or the payout.
pub fn is_named_in(text: &str, gateway: GatewayKind, payout: &RemoteId) -> bool {
    let said = bare(text);
    [gateway.as_str(), payout.as_str()].into_iter().any(|name| said.contains(&bare(name)))
}

/// What the books hold because of a movement: minor units by account and currency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held(BTreeMap<(Account, Currency), i64>);

impl Held {
    /// Adds a line.
    pub fn add(&mut self, account: Account, amount: Money) -> Result<(), MoneyError> {
        let sum = self.0.entry((account, amount.currency())).or_default();
        *sum = sum.checked_add(amount.minor()).ok_or(MoneyError::TooLarge)?;
        Ok(())
    }

    /// What leads from here to `wanted`: one entry for each currency.
    pub fn to(&self, wanted: &Self) -> Result<Vec<Balanced>, LedgerError> {
        let mut differences: BTreeMap<Currency, Vec<Posting>> = BTreeMap::new();
        let places: std::collections::BTreeSet<_> = self.0.keys().chain(wanted.0.keys()).copied().collect();
        for (account, currency) in places {
            let of = |held: &Self| held.0.get(&(account, currency)).copied().unwrap_or_default();
            let minor = of(wanted).checked_sub(of(self)).ok_or(MoneyError::TooLarge)?;
            if minor != 0 {
                let posting = Posting { account, amount: Money::new(minor, currency) };
                differences.entry(currency).or_default().push(posting);
            }
        }
        differences.into_values().map(Balanced::new).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::parse("EUR").unwrap())
    }

    fn news(kind: MovementKind, amount: i64, fee: i64) -> MovementNews {
        MovementNews {
            remote: RemoteId::parse("txn_1").unwrap(),
            kind,
            amount: eur(amount),
            fee: eur(fee),
            names: Names::default(),
            happened_at: DateTime::UNIX_EPOCH,
        }
    }

    fn lines(entry: &Balanced) -> Vec<(String, i64)> {
        entry.postings().iter().map(|line| (line.account.to_string(), line.amount.minor())).collect()
    }

    #[test]
    fn what_is_about_no_gift_is_booked_once_and_leaves_again_when_its_gift_is_found() {
        let strange = news(MovementKind::Payment, 1_000, 55);
        let nothing = Held::default();
        let alone = strange.wanted(GatewayKind::Stripe, Is::Apart).unwrap();
        let first = nothing.to(&alone).unwrap();
        assert_eq!(lines(&first[0]), [("clearing:stripe".to_owned(), 945), ("suspense".to_owned(), -945)]);
        assert!(alone.to(&alone).unwrap().is_empty());
        let found = strange.wanted(GatewayKind::Stripe, Is::Gift).unwrap();
        let back = alone.to(&found).unwrap();
        assert_eq!(lines(&back[0]), [("clearing:stripe".to_owned(), -945), ("suspense".to_owned(), 945)]);
    }

    #[test]
    fn a_payout_leaves_the_balance_for_the_bank_and_a_fee_for_the_expenses() {
        for (kind, amount, fee, account) in [
            (MovementKind::Payout, -5_000, 25, "payouts"),
            (MovementKind::Fee, 0, 200, "expense:fees"),
            (MovementKind::Exchange, -700, 0, "exchange"),
            (MovementKind::Adjustment, 300, 0, "adjustments"),
        ] {
            let moved = news(kind, amount, fee);
            let booked = Held::default().to(&moved.wanted(GatewayKind::Paypal, Is::Apart).unwrap()).unwrap();
            let net = amount - fee;
            let mut expected = vec![(account.to_owned(), -net), ("clearing:paypal".to_owned(), net)];
            let mut found = lines(&booked[0]);
            expected.sort();
            found.sort();
            assert_eq!(found, expected, "{kind}");
        }
        assert!(
            Held::default()
                .to(&news(MovementKind::Fee, 5, 5).wanted(GatewayKind::Stripe, Is::Apart).unwrap())
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn a_payout_that_the_bank_shows_moves_on_to_the_bank_and_back() {
        let payout = news(MovementKind::Payout, -5_000, 25);
        let held = |is| payout.wanted(GatewayKind::Stripe, is).unwrap();
        let mut arrived = lines(&held(Is::Apart).to(&held(Is::AtTheBank)).unwrap()[0]);
        arrived.sort();
        let expected = [("clearing:bank_transfer", 5_000), ("expense:fees", 25), ("payouts", -5_025)];
        assert_eq!(arrived, expected.map(|(account, minor)| (account.to_owned(), minor)));
        let mut back = lines(&held(Is::AtTheBank).to(&held(Is::Apart)).unwrap()[0]);
        back.sort();
        assert_eq!(back.iter().map(|(_, minor)| *minor).collect::<Vec<_>>(), [-5_000, -25, 5_025]);
    }

    #[test]
    fn banks_name_a_payout_by_its_gateway_or_its_own_name() {
        let payout = RemoteId::parse("po_1JbiBD").unwrap();
        let named = |text| is_named_in(text, GatewayKind::Stripe, &payout);
        assert!(named("STRIPE PAYMENTS EUROPE") && named("ref PO-1JBI BD") && !named("Ann Reader"));
    }
}
