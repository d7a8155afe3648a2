//! The emulator's own books: what every payment, refund and dispute did to the account's balance.

use super::records::{Method, Transaction};
use super::world::World;
use std::collections::BTreeMap;

/// A card costs 29 thousandths and 25 of the minor unit, a debit 35: invented.
const CARD_FEE_THOUSANDTHS: i64 = 29;
const CARD_FEE_FIXED: i64 = 25;
const DEBIT_FEE: i64 = 35;
/// What a dispute costs, by the way of paying.
const CARD_DISPUTE_FEE: i64 = 2000;
const DEBIT_DISPUTE_FEE: i64 = 750;

/// Why the balance moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Movement {
    Charge,
    Refund,
    RefundFailure,
    DisputeWithdrawn,
    /// A dispute was won; the fee may come back too.
    DisputeReinstated {
        fee: FeeOfDispute,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FeeOfDispute {
    Kept,
    Returned,
}

impl World {
    /// Books a movement of the balance for a charge and says under which id. `amount` is in the charge's currency.
    pub(super) fn book(&mut self, movement: Movement, charge: &str, source: &str, amount: i64) -> String {
        let charge = self.charges.get(charge);
        let (method, charged_in) = (charge.method, charge.currency.clone());
        let currency = self.options.settlement(&charged_in);
        let size = self.rates.convert(amount, &charged_in, &currency);
        let (kind, category, description) = words(movement, method);
        let (amount, fee) = match movement {
            Movement::Charge => (size, fee(method, size)),
            Movement::Refund => (-size, 0),
            Movement::DisputeWithdrawn => (-size, dispute_fee(method)),
            Movement::RefundFailure | Movement::DisputeReinstated { fee: FeeOfDispute::Kept } => (size, 0),
            Movement::DisputeReinstated { fee: FeeOfDispute::Returned } => (size, -dispute_fee(method)),
        };
        let rate = (charged_in != currency).then(|| self.rates.rate(&charged_in, &currency));
        let id = self.new_id("txn_3");
        self.transactions.insert(Transaction {
            id: id.clone(),
            created: self.now(),
            kind,
            category,
            description: format!("{description} {source}"),
            source: source.to_owned(),
            amount,
            fee,
            currency,
            exchange_rate: rate,
            payout: None,
        });
        id
    }

    /// The sum of all movements, by currency.
    pub(super) fn balances(&self) -> BTreeMap<String, i64> {
        let mut balances = BTreeMap::new();
        for transaction in self.transactions.rows() {
            *balances.entry(transaction.currency.clone()).or_insert(0) += transaction.net();
        }
        balances
    }
}

fn words(movement: Movement, method: Method) -> (&'static str, &'static str, &'static str) {
    match (movement, method) {
        (Movement::Charge, Method::Card) => ("charge", "charge", "Charge"),
        (Movement::Charge, Method::SepaDebit) => ("payment", "charge", "Payment"),
        (Movement::Refund, Method::Card) => ("refund", "refund", "Refund"),
        (Movement::Refund, Method::SepaDebit) => ("payment_refund", "refund", "Refund"),
        (Movement::RefundFailure, _) => ("refund_failure", "refund_failure", "Refund failure"),
        (Movement::DisputeWithdrawn, _) => ("adjustment", "dispute", "Chargeback withdrawal"),
        (Movement::DisputeReinstated { .. }, _) => ("adjustment", "dispute_reversal", "Chargeback reversal"),
    }
}

fn fee(method: Method, size: i64) -> i64 {
    match method {
        Method::Card => (size * CARD_FEE_THOUSANDTHS + 500) / 1000 + CARD_FEE_FIXED,
        Method::SepaDebit => DEBIT_FEE,
    }
}

fn dispute_fee(method: Method) -> i64 {
    match method {
        Method::Card => CARD_DISPUTE_FEE,
        Method::SepaDebit => DEBIT_DISPUTE_FEE,
    }
}
