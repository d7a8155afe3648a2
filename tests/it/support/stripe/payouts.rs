//! What leaves the balance for the bank account, and what moves on it without a payment.

use super::Stripe;
use super::records::{Payout, Transaction};
use super::world::World;

/// Whether Stripe pays by itself what there is, or somebody asked for a sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Payday {
    Automatic,
    OnDemand(i64),
}

impl Stripe {
    /// Pays out; gives the payout.
    pub(crate) fn pay_out(&self, currency: &str, payday: Payday) -> String {
        self.shared.lock().pay_out(currency, payday)
    }

    /// The payout reached the bank.
    pub(crate) fn payout_arrives(&self, payout: &str) {
        self.shared.lock().payouts.get_mut(payout).status = "paid";
    }

    /// The bank sends the payout back.
    pub(crate) fn payout_fails(&self, payout: &str) {
        let mut world = self.shared.lock();
        let row = world.payouts.get_mut(payout);
        (row.status, row.failure) = ("failed", Some("account_closed"));
        let (amount, currency) = (row.amount, row.currency.clone());
        world.move_alone(("payout_failure", "payout_reversal", payout), amount, &currency);
    }

    /// Stripe does not list the first movement that a payout holds.
    pub(crate) fn forgets_of(&self, payout: &str) {
        let mut world = self.shared.lock();
        let held = |row: &&mut Transaction| row.payout.as_deref() == Some(payout);
        world.transactions.rows_mut().find(held).unwrap().payout = None;
    }

    /// Stripe charges the account for something of its own.
    pub(crate) fn charge_account(&self, amount: i64, currency: &str) {
        self.shared.lock().move_alone(("stripe_fee", "fee", ""), -amount, currency);
    }

    /// Another shop of the same account takes a payment.
    pub(crate) fn sell_elsewhere(&self, amount: i64, currency: &str) {
        let mut world = self.shared.lock();
        let charge = world.new_id("ch_3");
        world.move_alone(("charge", "charge", &charge), amount, currency);
    }
}

impl World {
    fn pay_out(&mut self, currency: &str, payday: Payday) -> String {
        let id = self.new_id("po_1");
        let open = |row: &&mut Transaction| row.currency == currency && row.payout.is_none();
        let amount = match payday {
            Payday::OnDemand(amount) => amount,
            Payday::Automatic => self.transactions.rows_mut().filter(open).fold(0, |sum, row| {
                row.payout = Some(id.clone());
                sum + row.net()
            }),
        };
        let automatic = payday == Payday::Automatic;
        let payout = Payout {
            id: id.clone(),
            created: self.now(),
            amount,
            currency: currency.to_owned(),
            status: "in_transit",
            automatic,
            failure: None,
        };
        self.payouts.insert(payout);
        let line = self.move_alone(("payout", "payout", &id), -amount, currency);
        if automatic {
            self.transactions.get_mut(&line).payout = Some(id.clone());
        }
        id
    }

    fn move_alone(
        &mut self,
        (kind, category, source): (&'static str, &'static str, &str),
        amount: i64,
        currency: &str,
    ) -> String {
        let id = self.new_id("txn_1");
        self.transactions.insert(Transaction {
            id: id.clone(),
            created: self.now(),
            kind,
            category,
            description: "Something of the account".to_owned(),
            source: source.to_owned(),
            amount,
            fee: 0,
            currency: currency.to_owned(),
            exchange_rate: None,
            payout: None,
        });
        id
    }
}
