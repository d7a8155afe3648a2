//! The balances that gateways keep, beside the books: every movement is what the books say, or is said not to be, and what
//! was paid out is explained to the cent.

mod arrivals;
mod office;
mod paypal;
mod stripe;

use crate::support::app::TestApp;
use mainstay::domain::ids::PayoutId;
use mainstay::domain::money::Money;
use mainstay::usecases::balances::{self, BalanceFile, PayoutFile};
use mainstay::usecases::reconcile;

/// Each movement: what moved, what it did to the balance, and what was found.
const MOVED: &str = "SELECT kind || ' ' || CAST(amount_minor - fee_minor AS TEXT) || ' ' || currency || ' ' || finding AS line \
    FROM movements ORDER BY kind, amount_minor, finding DESC";

impl TestApp {
    /// Reconciles, and gives what movements there are then.
    async fn reconciled(&self) -> Vec<String> {
        reconcile::run(self.ctx(), None, None).await.unwrap();
        self.lines(MOVED).await
    }

    async fn payout(&self, remote: &str) -> PayoutFile {
        let sql = format!("SELECT id AS line FROM payouts WHERE remote_id = '{remote}'");
        let id: PayoutId = self.lines(&sql).await.remove(0).parse().unwrap();
        balances::payout(self.ctx(), id).await.unwrap()
    }

    async fn held_in(&self, currency: &str) -> BalanceFile {
        let all = balances::balances(self.ctx()).await.unwrap();
        all.into_iter().find(|file| file.booked.currency().code() == currency).unwrap()
    }

    /// The entry of a payout for a bookkeeper: account and minor units, whose sum is zero.
    async fn journal_of(&self, remote: &str) -> Vec<(String, i64)> {
        let id = self.payout(remote).await.payout.id;
        let lines = balances::journal(self.ctx(), id).await.unwrap().lines;
        assert_eq!(lines.iter().map(|line| line.amount.minor()).sum::<i64>(), 0, "{lines:?}");
        lines.into_iter().map(|line| (line.account.to_string(), line.amount.minor())).collect()
    }
}

fn minor(money: Option<Money>) -> Option<i64> {
    money.map(Money::minor)
}
