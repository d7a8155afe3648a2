//! The rules alone, without a database: the order in which things become known does not matter.

use std::collections::BTreeMap;

use mainstay::domain::donation::DonationStatus;
use mainstay::domain::ledger::Booked;
use mainstay::domain::pledge::GatewayKind;

use super::first_seed;
use super::histories::{History, Random, post, told_in_order};

const HISTORIES: u64 = 10_000;
const ORDERS: u64 = 6;

#[test]
fn what_is_known_of_a_payment_does_not_depend_on_the_order_or_on_repeats() {
    let mut statuses: BTreeMap<&str, u64> = BTreeMap::new();
    for seed in first_seed()..first_seed() + HISTORIES {
        let history = History::invented(seed);
        let told_once = told_in_order(history.promised, &history.facts);
        *statuses.entry(told_once.payment.status().as_str()).or_default() += 1;

        let mut random = Random::seeded(seed);
        for order in 0..ORDERS {
            let facts = history.retold(&mut random);
            assert_eq!(
                told_in_order(history.promised, &facts),
                told_once,
                "seed {seed}, order {order}: {facts:#?}"
            );
        }
    }

    // A generator that never refunds would prove little.
    for status in DonationStatus::ALL {
        let seen = statuses.get(status.as_str()).copied().unwrap_or_default();
        assert!(seen >= HISTORIES / 50, "{status}: {seen} of {HISTORIES}");
    }
}

#[test]
fn booking_step_by_step_leads_to_the_balances_of_booking_once() {
    for seed in first_seed()..first_seed() + HISTORIES {
        let history = History::invented(seed);
        let facts = history.retold(&mut Random::seeded(seed));
        let step_by_step = told_in_order(history.promised, &facts);

        let mut balances = BTreeMap::new();
        let currency = history.promised.currency();
        let entries =
            Booked::default().entries_to(&step_by_step.booked, GatewayKind::Sandbox, currency).unwrap();
        for entry in &entries {
            post(&mut balances, entry);
        }
        balances.retain(|_, minor| *minor != 0);

        assert_eq!(step_by_step.balances, balances, "seed {seed}: {facts:#?}");
        assert_eq!(balances.values().sum::<i64>(), 0, "seed {seed}");
        let gross = step_by_step.payment.money().map_or(0, |money| money.gross.minor());
        let income = -balances.get("income:donations").copied().unwrap_or_default();
        let refunded = balances.get("income:refunds").copied().unwrap_or_default();
        assert_eq!(income, gross, "seed {seed}");
        assert!((0..=gross).contains(&refunded), "seed {seed}: {refunded} of {gross}");
        assert_eq!(
            step_by_step.payment.kept().map_or(0, mainstay::domain::money::Money::minor),
            gross - refunded
        );
    }
}
