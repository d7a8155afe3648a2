//! Invented histories of one payment: everything a gateway may come to say about it, in any order, any number of times.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use mainstay::domain::dispute::{Dispute, DisputeNews, DisputeState, DisputeStatus, Disputed};
use mainstay::domain::donation::{Captured, Happening, Payment, Waiting, WaitingState};
use mainstay::domain::ids::{DisputeId, DonationId, Id, RefundId};
use mainstay::domain::ledger::{Booked, Entry};
use mainstay::domain::money::{Currency, Money, Settlement};
use mainstay::domain::pledge::GatewayKind;
use mainstay::domain::refund::{Refund, RefundNews, RefundStatus};
use mainstay::domain::remote::RemoteId;
use ulid::Ulid;

use crate::support::app::start_of_tests;
pub(super) use crate::support::random::Random;

/// One thing that a gateway says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fact {
    Waiting(Waiting),
    Captured(Captured),
    Refund {
        number: u32,
        amount: Money,
        status: RefundStatus,
        settled: Option<Settlement>,
        at: DateTime<Utc>,
    },
    Dispute {
        number: u32,
        amount: Money,
        state: DisputeState,
        at: DateTime<Utc>,
    },
}

impl Fact {
    /// As the gateway would say it of the payment `payment`.
    pub(super) fn of(&self, payment: &str) -> Happening {
        match self {
            Self::Waiting(waiting) => Happening::Waiting(waiting.clone()),
            Self::Captured(captured) => Happening::Captured(captured.clone()),
            Self::Refund { number, .. } => {
                let remote = RemoteId::parse(&format!("{payment}/refund-{number}")).unwrap();
                Happening::Refund(self.as_refund(remote).unwrap())
            }
            Self::Dispute { number, .. } => {
                let remote = RemoteId::parse(&format!("{payment}/dispute-{number}")).unwrap();
                Happening::Dispute(self.as_dispute(remote).unwrap())
            }
        }
    }

    fn as_refund(&self, remote: RemoteId) -> Option<RefundNews> {
        let Self::Refund { amount, status, settled, at, .. } = self else {
            return None;
        };
        let (amount, status, settled, at) = (*amount, *status, *settled, *at);
        Some(RefundNews { remote, ours: None, amount, status, settled, at })
    }

    fn as_dispute(&self, remote: RemoteId) -> Option<DisputeNews> {
        let Self::Dispute { amount, state, at, .. } = self else {
            return None;
        };
        let (amount, state, at) = (*amount, *state, *at);
        Some(DisputeNews { remote, amount, reason: "fraudulent".into(), state, opened_at: at, at })
    }
}

/// Everything that there is to say about one payment.
#[derive(Debug, Clone)]
pub(super) struct History {
    pub(super) seed: u64,
    pub(super) promised: Money,
    /// Each once.
    pub(super) facts: Vec<Fact>,
}

impl History {
    pub(super) fn invented(seed: u64) -> Self {
        let mut random = Random::seeded(seed);
        let currency = Currency::parse(random.pick(&["EUR", "JPY", "KWD"])).unwrap();
        let most = random.pick(&[3, 100, 10_000, 1_000_000]);
        let promised = Money::new(random.amount(most), currency);
        let mut facts = Vec::new();
        for _ in 0..random.below(5) {
            facts.push(Fact::Waiting(waiting(&mut random)));
        }
        if random.in_a_hundred(85) {
            for _ in 0..=random.below(3) {
                facts.push(Fact::Captured(captured(&mut random, promised)));
            }
        }
        for number in 0..u32::try_from(random.below(4)).unwrap() {
            refund(&mut random, promised, number, &mut facts);
        }
        for number in 0..u32::try_from(random.below(8).saturating_sub(5)).unwrap() {
            dispute(&mut random, promised, number, &mut facts);
        }
        if facts.is_empty() {
            facts.push(Fact::Waiting(waiting(&mut random)));
        }
        Self { seed, promised, facts }
    }

    /// The facts in a new order, some of them again and again: up to 20 times.
    pub(super) fn retold(&self, random: &mut Random) -> Vec<Fact> {
        let mut told = self.facts.clone();
        for fact in &self.facts {
            if random.in_a_hundred(30) {
                told.extend((0..random.amount(19)).map(|_| fact.clone()));
            }
        }
        random.shuffle(&mut told);
        told
    }
}

fn moment(random: &mut Random) -> DateTime<Utc> {
    // Few seconds: news of the same instant must not depend on the order either.
    start_of_tests() + TimeDelta::seconds(random.amount(6))
}

fn waiting(random: &mut Random) -> Waiting {
    let states = [
        WaitingState::Processing,
        WaitingState::Failed("declined".into()),
        WaitingState::Failed("insufficient_funds".into()),
        WaitingState::Expired,
    ];
    Waiting { as_of: moment(random), state: random.pick(&states) }
}

/// Mostly the promised amount; the fee comes late, or is corrected.
fn captured(random: &mut Random, promised: Money) -> Captured {
    let minor = if random.in_a_hundred(90) { promised.minor() } else { random.amount(promised.minor() * 2) };
    let gross = Money::new(minor, promised.currency());
    let settled = match random.below(20) {
        0..8 => None,
        8..11 => Some(exchanged(random, minor)),
        _ => Some(Settlement::plain(gross, random.amount(minor + 1) - 1)),
    };
    Captured { gross, settled, at: moment(random) }
}

/// What a movement comes to on a balance in another currency.
fn exchanged(random: &mut Random, minor: i64) -> Settlement {
    let amount = Money::new(random.amount(minor.max(1) * 2), Currency::parse("CHF").unwrap());
    Settlement::plain(amount, random.amount(9) - 1)
}

/// What is heard of one refund: some of its states, in whatever order they will be told.
fn refund(random: &mut Random, promised: Money, number: u32, facts: &mut Vec<Fact>) {
    let most = if random.in_a_hundred(10) { promised.minor() * 2 } else { (promised.minor() / 2).max(1) };
    let most = if random.in_a_hundred(10) { promised.minor() } else { most };
    let amount = Money::new(random.amount(most), promised.currency());
    let heard = random.amount(7);
    for (bit, status) in RefundStatus::ALL.iter().enumerate() {
        if heard >> bit & 1 == 1 {
            let settled = random.in_a_hundred(30).then(|| exchanged(random, amount.minor()));
            facts.push(Fact::Refund { number, amount, status: *status, settled, at: moment(random) });
        }
    }
}

/// What is heard of one dispute: some of its states, in whatever order they will be told.
fn dispute(random: &mut Random, promised: Money, number: u32, facts: &mut Vec<Fact>) {
    let minor = if random.in_a_hundred(70) { promised.minor() } else { random.amount(promised.minor()) };
    let amount = Money::new(minor, promised.currency());
    let away = random.in_a_hundred(40).then(|| exchanged(random, minor));
    let state = |moves, status, away_minor, settled| DisputeState {
        moves,
        status,
        away_minor,
        settled,
        due_at: None,
    };
    let taken = away.or(Some(Settlement::plain(amount, 20)));
    let states = [
        state(0, DisputeStatus::Inquiry, 0, None),
        state(1, DisputeStatus::Open, minor, taken),
        state(1, DisputeStatus::Lost, minor, taken),
        state(
            2,
            DisputeStatus::Won,
            0,
            taken.map(|taken| Settlement::plain(Money::zero(taken.currency()), 0)),
        ),
    ];
    let last = 1 + random.index(states.len());
    let heard = random.amount(15);
    for (bit, state) in states.into_iter().take(last).enumerate() {
        if heard >> bit & 1 == 1 {
            facts.push(Fact::Dispute { number, amount, state, at: moment(random) });
        }
    }
}

/// What the rules of the domain make of facts, told one after the other, with the books kept at each step.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) payment: Payment,
    pub(super) refunds: BTreeMap<u32, (Money, RefundStatus, Option<Settlement>)>,
    pub(super) disputes: BTreeMap<u32, (Money, DisputeState)>,
    pub(super) booked: Booked,
    /// By account and currency; without those at zero.
    pub(super) balances: BTreeMap<(String, String), i64>,
}

pub(super) fn told_in_order(facts: &[Fact]) -> Outcome {
    let mut outcome = Outcome::default();
    for fact in facts {
        outcome.hear(fact);
        let (refunds, disputes) = (outcome.refunds_of_the_domain(), outcome.disputes_of_the_domain());
        let wanted = Booked::wanted(GatewayKind::Sandbox, &outcome.payment, &refunds, &disputes).unwrap();
        for entry in outcome.booked.entries_to(&wanted).unwrap() {
            post(&mut outcome.balances, &entry);
        }
        outcome.booked = wanted;
    }
    outcome.balances.retain(|_, minor| *minor != 0);
    outcome
}

/// Adds an entry to balances, after looking that it balances itself.
pub(super) fn post(balances: &mut BTreeMap<(String, String), i64>, entry: &Entry) {
    let lines = entry.postings();
    assert!(lines.len() >= 2, "{entry:?}");
    assert_eq!(lines.iter().map(|line| line.amount.minor()).sum::<i64>(), 0, "{entry:?}");
    for line in lines {
        let place = (line.account.to_string(), line.amount.currency().code().to_owned());
        *balances.entry(place).or_default() += line.amount.minor();
    }
}

impl Outcome {
    fn hear(&mut self, fact: &Fact) {
        let payment = std::mem::take(&mut self.payment);
        let payment = match fact {
            Fact::Waiting(waiting) => payment.waiting(waiting.clone()),
            Fact::Captured(captured) => payment.captured(captured.clone()).0,
            Fact::Refund { number, amount, status, settled, .. } => {
                let known = self.refunds.entry(*number).or_insert((*amount, *status, *settled));
                // The same rule in other words: the latest state with the largest of what was said of it.
                let heard = if *status < known.1 { known.2 } else { *settled };
                known.2 = if *status == known.1 { known.2.max(*settled) } else { heard };
                known.1 = known.1.max(*status);
                payment
            }
            Fact::Dispute { number, amount, state, .. } => {
                let known = self.disputes.entry(*number).or_insert((*amount, *state));
                known.1 = known.1.max(*state);
                payment
            }
        };
        let total = Refund::total_minor(&self.refunds_of_the_domain(), RefundStatus::Succeeded);
        self.payment = payment.went_back(total, Disputed::of(&self.disputes_of_the_domain())).0;
    }

    fn disputes_of_the_domain(&self) -> Vec<Dispute> {
        let dispute = |(number, (amount, state)): (&u32, &(Money, DisputeState))| Dispute {
            id: DisputeId::from_ulid(Ulid::from_parts(1, u128::from(*number))),
            donation: DonationId::from_ulid(Ulid::from_parts(1, 1)),
            remote: RemoteId::parse(&format!("dispute-{number}")).unwrap(),
            amount: *amount,
            reason: "fraudulent".into(),
            state: *state,
            opened_at: start_of_tests(),
        };
        self.disputes.iter().map(dispute).collect()
    }

    fn refunds_of_the_domain(&self) -> Vec<Refund> {
        let refund = |(number, known): (&u32, &(Money, RefundStatus, Option<Settlement>))| Refund {
            id: RefundId::from_ulid(Ulid::from_parts(1, u128::from(*number))),
            donation: DonationId::from_ulid(Ulid::from_parts(1, 1)),
            kind: mainstay::domain::refund::RefundKind::Refund,
            amount: known.0,
            status: known.1,
            settled: known.2,
            remote: None,
            reason: None,
            created_at: start_of_tests(),
        };
        self.refunds.iter().map(refund).collect()
    }
}
