//! The rules alone, without a database: the order in which things become known does not matter.

use std::collections::BTreeMap;

use mainstay::domain::donation::DonationStatus;
use mainstay::domain::ledger::Booked;

use super::first_seed;
use super::histories::{History, Random, post, told_in_order};

const HISTORIES: u64 = 10_000;
/// Of those told again and again, each in so many orders.
const RETOLD: u64 = 2_500;
const ORDERS: u64 = 6;

#[test]
fn what_is_known_of_a_payment_does_not_depend_on_the_order_or_on_repeats() {
    let mut statuses: BTreeMap<&str, u64> = BTreeMap::new();
    for seed in first_seed()..first_seed() + RETOLD {
        let history = History::invented(seed);
        let told_once = told_in_order(&history.facts);
        *statuses.entry(told_once.payment.status().as_str()).or_default() += 1;

        let mut random = Random::seeded(seed);
        for order in 0..ORDERS {
            let facts = history.retold(&mut random);
            assert_eq!(told_in_order(&facts), told_once, "seed {seed}, order {order}: {facts:#?}");
        }
    }

    // A generator that never refunds would prove little.
    for status in DonationStatus::ALL {
        let seen = statuses.get(status.as_str()).copied().unwrap_or_default();
        assert!(seen >= RETOLD / 50, "{status}: {seen} of {RETOLD}");
    }
}

#[test]
fn booking_step_by_step_leads_to_the_balances_of_booking_once() {
    for seed in first_seed()..first_seed() + HISTORIES {
        let history = History::invented(seed);
        let facts = history.retold(&mut Random::seeded(seed));
        let step_by_step = told_in_order(&facts);

        let mut balances = BTreeMap::new();
        let entries = Booked::default().entries_to(&step_by_step.booked).unwrap();
        for entry in &entries {
            post(&mut balances, entry);
        }
        balances.retain(|_, minor| *minor != 0);

        assert_eq!(step_by_step.balances, balances, "seed {seed}: {facts:#?}");
        let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
        for ((_, currency), minor) in &balances {
            *sums.entry(currency).or_default() += minor;
        }
        assert!(sums.values().all(|sum| *sum == 0), "seed {seed}: {sums:?}");
        let currency = history.promised.currency().code().to_owned();
        let of = |account: &str| {
            balances.get(&(account.to_owned(), currency.clone())).copied().unwrap_or_default()
        };
        let gross = step_by_step.payment.money().map_or(0, |money| money.gross.minor());
        assert_eq!(-of("income:donations"), gross, "seed {seed}");
        let back = of("income:refunds") + of("income:disputes");
        assert!((0..=gross).contains(&back), "seed {seed}: {back} of {gross}");
        let kept = step_by_step.payment.kept().map_or(0, mainstay::domain::money::Money::minor);
        assert!(kept >= gross - back, "seed {seed}: what is contested still counts");
        let lost = step_by_step.payment.disputed().lost_minor.min(gross);
        assert_eq!(kept, gross - of("income:refunds") - lost, "seed {seed}");
    }
}
