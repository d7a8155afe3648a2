//! Scenarios of a payment, told by signed webhooks in every order and again and again: each ends in one state.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::{join_all, try_join_all};
use futures_util::stream::{self, StreamExt as _};
use mainstay::domain::attempt::{Attempt, AttemptOutcome};
use mainstay::domain::clock::Clock as _;
use mainstay::domain::ids::InboxId;
use mainstay::domain::pledge::{GatewayKind, Pledge};
use mainstay::gateways::WebhookHeaders;
use mainstay::gateways::sandbox::{SIGNATURE_HEADER, SandboxEvent, SandboxPayment, SandboxRefund, sign};
use mainstay::store::pledges::Sameness;
use mainstay::store::{StoreError, attempts, pledges};
use mainstay::usecases::UseCaseError;
use mainstay::usecases::webhook::{self, Arrival};

use super::{Summary, seed, size};
use crate::support::app::{Engine, TestApp, start_of_tests};
use crate::support::gift::Form;
use crate::support::random::Random;
use crate::support::twins;

const SECRET: &str = "sandbox-webhook-secret-for-development";
/// Tellings that go on side by side, an event of each at a time.
const AT_ONCE: usize = 100;
/// Events of which every order is told; of more, as many orders as six events have.
const ALL_ORDERS_OF: usize = 6;
const ORDERS_OF_SIX: usize = 720;

async fn every_order_of_the_same_events_ends_in_one_state(engine: Engine) {
    let faults = ["told in another order", "repeated delivery", "second event of the same"];
    let mut summary = Summary::of("any_order", engine, &faults);
    let app = TestApp::start(engine).await;
    let begun = Template::of(&app).await;
    let random = Random::seeded(seed());
    let mut facts = 0;
    for (number, scenario) in scenarios().into_iter().enumerate() {
        let mut random = random.fork(number.try_into().unwrap());
        let told = tellings(&scenario, &mut random);
        let mut ends: BTreeMap<Vec<String>, Telling> = BTreeMap::new();
        for (batch, group) in told.chunks(AT_ONCE).enumerate() {
            let names: Vec<String> =
                (0..group.len()).map(|told| format!("t{number}x{batch}x{told}")).collect();
            let copies = begun.copies(&app, names).await;
            let states = tell(&app, &copies, &scenario, group, &mut summary).await;
            facts += group.iter().map(Vec::len).sum::<usize>();
            for (state, telling) in states.into_iter().zip(group) {
                ends.entry(state).or_insert_with(|| telling.clone());
            }
            summary.ran(u64::try_from(group.len()).unwrap());
        }
        if ends.len() != 1 {
            summary.doubled([format!("{} ends in {} ways: {ends:#?}", scenario.name, ends.len())]);
        }
        let state = ends.into_keys().next().unwrap();
        assert!(state.len() > 1, "{}: nothing is on record", scenario.name);
    }
    summary.figure("deliveries", facts);
    summary.figure("donations", app.count("donations").await);
    app.check_books().await;
    app.stop().await;
    summary.finish();
}
twins!(every_order_of_the_same_events_ends_in_one_state);

/// What a gateway has to say of one payment, an event for each state.
struct Scenario {
    name: &'static str,
    events: Vec<SandboxPayment>,
}

/// Which event comes when: its number, and which event object tells it (a gateway may make two of one thing).
type Telling = Vec<(usize, u8)>;

/// Every order once, then random ones with repeats.
fn tellings(scenario: &Scenario, random: &mut Random) -> Vec<Telling> {
    let length = scenario.events.len();
    let mut all = Vec::new();
    if length <= ALL_ORDERS_OF {
        orders(&mut (0..length).map(|event| (event, 0)).collect(), 0, &mut all);
    } else {
        for _ in 0..size(10, ORDERS_OF_SIX.try_into().unwrap()) {
            let mut order: Telling = (0..length).map(|event| (event, 0)).collect();
            random.shuffle(&mut order);
            all.push(order);
        }
    }
    // A few of all orders are enough for each change.
    let most = usize::try_from(size(12, 1 << 32)).unwrap();
    if all.len() > most {
        random.shuffle(&mut all[1..]);
        all.truncate(most);
    }
    for _ in 0..size(6, 10_000) {
        let mut telling: Telling = (0..length).map(|event| (event, 0)).collect();
        let often = random.index(length);
        // Twenty times the same is told now and then: as often as the rest it would only make the trial long.
        let most = if random.in_a_hundred(10) { 20 } else { 3 };
        telling.extend((0..random.below(most)).map(|_| (often, 0)));
        let twin = random.index(length);
        telling.extend((0..random.below(3)).map(|_| (twin, 1)));
        random.shuffle(&mut telling);
        all.push(telling);
    }
    all
}

fn orders(rest: &mut Telling, from: usize, all: &mut Vec<Telling>) {
    if from == rest.len() {
        all.push(rest.clone());
        return;
    }
    for next in from..rest.len() {
        rest.swap(from, next);
        orders(rest, from + 1, all);
        rest.swap(from, next);
    }
}

/// A gift that waits at the gateway, of which as many are made as are needed.
struct Template {
    pledge: Pledge,
    attempt: Attempt,
}

impl Template {
    async fn of(app: &TestApp) -> Self {
        let page = app.promises(&Form::gift()).await;
        let thanks = app.client().pay(&page, "abandon", "never").await;
        let view = app.view(&thanks).await;
        Self { pledge: view.pledge, attempt: view.attempt.unwrap() }
    }

    async fn copies(&self, app: &TestApp, names: Vec<String>) -> Vec<(String, Attempt)> {
        let copies: Vec<(Pledge, Attempt, String)> = names
            .into_iter()
            .map(|name| {
                let pledge = Pledge { id: app.ctx().new_id(), ..self.pledge.clone() };
                let attempt = Attempt {
                    id: app.ctx().new_id(),
                    pledge: pledge.id,
                    outcome: AttemptOutcome::Started,
                    ..self.attempt.clone()
                };
                (pledge, attempt, name)
            })
            .collect();
        let written = copies.clone();
        let insert = app.ctx().db.write(move |tx| {
            for (pledge, attempt, name) in &written {
                pledges::insert(tx, pledge, &Sameness { form_key: None, fingerprint: name.clone() })?;
                attempts::insert(tx, attempt)?;
            }
            Ok::<_, StoreError>(())
        });
        insert.await.unwrap();
        copies.into_iter().map(|(_, attempt, name)| (name, attempt)).collect()
    }
}

/// Tells a scenario in several ways side by side, and returns what is then on record of each.
async fn tell(
    app: &TestApp,
    copies: &[(String, Attempt)],
    scenario: &Scenario,
    tellings: &[Telling],
    summary: &mut Summary,
) -> Vec<Vec<String>> {
    let longest = tellings.iter().map(Vec::len).max().unwrap();
    for step in 0..longest {
        let next = tellings.iter().zip(copies).filter_map(|(telling, (name, attempt))| {
            let (event, twin) = *telling.get(step)?;
            Some(deliver(
                app,
                named(&scenario.events[event], name, attempt),
                format!("sbe_{name}_{event}_{twin}"),
            ))
        });
        let arrivals = join_all(next).await;
        let repeats = arrivals.iter().filter(|arrival| **arrival == Arrival::Repeat).count();
        summary.fault("repeated delivery", repeats.try_into().unwrap());
        let waiting = app.lines("SELECT id AS line FROM inbox WHERE status = 'received'").await;
        assert_eq!(waiting.len() + repeats, arrivals.len());
        let processing = waiting.iter().map(|id| process(app, id.parse().unwrap()));
        stream::iter(processing).buffer_unordered(8).collect::<()>().await;
    }
    for telling in tellings {
        summary.fault("told in another order", u64::from(!telling.is_sorted()));
        let twins: BTreeSet<_> = telling.iter().filter(|(_, twin)| *twin > 0).collect();
        summary.fault("second event of the same", twins.len().try_into().unwrap());
    }
    states(app, copies).await
}

/// The payment and its refunds under the names of one telling.
fn named(payment: &SandboxPayment, name: &str, attempt: &Attempt) -> SandboxPayment {
    let refunds = payment.refunds.iter().cloned();
    SandboxPayment {
        id: format!("sbp_{name}"),
        attempt: attempt.id.to_string(),
        refunds: refunds
            .map(|refund| SandboxRefund { id: format!("{}_{name}", refund.id), ..refund })
            .collect(),
        ..payment.clone()
    }
}

async fn deliver(app: &TestApp, payment: SandboxPayment, id: String) -> Arrival {
    let body = serde_json::to_vec(&SandboxEvent { id, payment, subscription: None }).unwrap();
    let signature = sign(SECRET, &body, app.clock.now());
    let headers = WebhookHeaders::new([(SIGNATURE_HEADER.to_owned(), signature)]);
    webhook::accept(app.ctx(), GatewayKind::Sandbox, &headers, body).await.unwrap()
}

/// As the job does it: once more when another transaction got in between.
async fn process(app: &TestApp, id: InboxId) {
    while let Err(error) = webhook::process(app.ctx(), id).await {
        assert!(
            matches!(error, UseCaseError::Store(StoreError::Conflict { .. } | StoreError::Stale)),
            "{error}"
        );
    }
}

/// What is on record of each telling, without its names: how it was told must not show.
async fn states(app: &TestApp, copies: &[(String, Attempt)]) -> Vec<Vec<String>> {
    let ids: Vec<String> = copies.iter().map(|(_, attempt)| format!("'{}'", attempt.pledge)).collect();
    let ids = ids.join(", ");
    let of_pledge = [
        format!("SELECT id || ' pledge ' || status AS line FROM pledges WHERE id IN ({ids})"),
        format!(
            "SELECT pledge_id || ' attempt ' || outcome AS line FROM attempts WHERE pledge_id IN ({ids})"
        ),
        format!(
            "SELECT pledge_id || ' donation ' || status || ' ' || currency || ' ' || COALESCE(gross_minor, -1) || ' ' || \
             COALESCE(fee_minor, -1) || ' ' || refunded_minor || ' ' || COALESCE(CAST(received_at AS TEXT), '') || ' ' || \
             COALESCE(waiting_state, '') || COALESCE(waiting_code, '') || COALESCE(CAST(waiting_as_of AS TEXT), '') \
             AS line FROM donations WHERE pledge_id IN ({ids})"
        ),
        of_donation(
            "d.pledge_id || ' refund ' || x.remote_id || ' ' || x.amount_minor || ' ' || x.status",
            "refunds x ON x.donation_id = d.id",
            &ids,
        ),
        of_donation(
            "d.pledge_id || ' live receipt ' || x.net_minor",
            "receipts x ON x.donation_id = d.id AND x.status IN ('issued', 'sent')",
            &ids,
        ),
        of_donation("d.pledge_id || ' asked about ' || x.kind", "reviews x ON x.subject = d.id", &ids),
        of_donation(
            "d.pledge_id || ' booked ' || p.account || ' ' || p.currency || ' ' || SUM(p.amount_minor)",
            "ledger_entries x ON x.donation_id = d.id JOIN ledger_postings p ON p.entry_id = x.id",
            &format!(
                "{ids}) GROUP BY d.pledge_id, p.account, p.currency HAVING SUM(p.amount_minor) NOT IN (0"
            ),
        ),
    ];
    let lines = try_join_all(of_pledge.iter().map(async |sql| Ok::<_, ()>(app.lines(sql).await)));
    let mut states = vec![Vec::new(); copies.len()];
    let place: BTreeMap<String, usize> =
        copies.iter().enumerate().map(|(place, (_, attempt))| (attempt.pledge.to_string(), place)).collect();
    for line in lines.await.unwrap().into_iter().flatten() {
        let (pledge, words) = line.split_once(' ').unwrap();
        let place = place[pledge];
        states[place].push(words.replace(&copies[place].0, ""));
    }
    for state in &mut states {
        state.sort();
    }
    states
}

fn of_donation(line: &str, join: &str, ids: &str) -> String {
    format!("SELECT {line} AS line FROM donations d JOIN {join} WHERE d.pledge_id IN ({ids})")
}

fn at(seconds: i64) -> DateTime<Utc> {
    start_of_tests() + TimeDelta::seconds(seconds)
}

/// €25, as its gateway has it in this state since then.
fn payment(status: &str, seconds: i64) -> SandboxPayment {
    SandboxPayment {
        id: String::new(),
        attempt: String::new(),
        subscription: None,
        period_on: None,
        amount_minor: 2500,
        currency: "EUR".to_owned(),
        status: status.to_owned(),
        fee_minor: if status == "succeeded" { 98 } else { 0 },
        refunds: Vec::new(),
        changed_at: at(seconds),
    }
}

/// The payment once it is paid, with what went back: name, amount, status.
fn paid(refunds: &[(&str, i64, &str)]) -> SandboxPayment {
    let refund = |(id, minor, status): &(&str, i64, &str)| SandboxRefund {
        id: format!("sbr_{id}"),
        refund: None,
        amount_minor: *minor,
        status: (*status).to_owned(),
        at: at(60),
    };
    SandboxPayment { refunds: refunds.iter().map(refund).collect(), ..payment("succeeded", 10) }
}

fn scenarios() -> Vec<Scenario> {
    [of_waiting(), of_refunds(), of_contradictions()].into_iter().flatten().collect()
}

fn scenario(name: &'static str, events: Vec<SandboxPayment>) -> Scenario {
    Scenario { name, events }
}

fn of_waiting() -> Vec<Scenario> {
    vec![
        scenario("paid", vec![payment("open", 0), paid(&[])]),
        scenario("paid slowly", vec![payment("open", 0), payment("processing", 5), paid(&[])]),
        scenario("failed", vec![payment("open", 0), payment("processing", 5), payment("failed", 9)]),
        scenario("expired", vec![payment("open", 0), payment("processing", 5), payment("expired", 9)]),
        scenario("paid after a failure", vec![payment("failed", 5), payment("processing", 7), paid(&[])]),
        scenario("paid after the end", vec![payment("expired", 5), paid(&[]), payment("failed", 4)]),
        scenario("failed after the money", vec![paid(&[]), payment("failed", 50), payment("processing", 40)]),
        scenario(
            "everything at one instant",
            vec![payment("processing", 5), payment("failed", 5), payment("expired", 5), payment("open", 5)],
        ),
    ]
}

fn of_refunds() -> Vec<Scenario> {
    let (done, pending, failed) = ("succeeded", "pending", "failed");
    vec![
        scenario("refunded", vec![paid(&[]), paid(&[("a", 2500, done)])]),
        scenario(
            "refunded slowly",
            vec![
                payment("processing", 5),
                paid(&[]),
                paid(&[("a", 2500, pending)]),
                paid(&[("a", 2500, done)]),
            ],
        ),
        scenario(
            "two equal refunds",
            vec![paid(&[]), paid(&[("a", 1000, done)]), paid(&[("a", 1000, done), ("b", 1000, done)])],
        ),
        scenario(
            "a refund that fails",
            vec![paid(&[]), paid(&[("a", 900, pending)]), paid(&[("a", 900, failed)])],
        ),
        scenario(
            "a refund that comes back",
            vec![
                paid(&[]),
                paid(&[("a", 900, pending)]),
                paid(&[("a", 900, done)]),
                paid(&[("a", 900, failed)]),
            ],
        ),
        scenario(
            "refunded in five parts",
            (0..=5)
                .map(|parts| paid(&["a", "b", "c", "d", "e"].map(|id| (id, 500, done))[..parts]))
                .collect(),
        ),
    ]
}

fn of_contradictions() -> Vec<Scenario> {
    let (done, pending, failed) = ("succeeded", "pending", "failed");
    vec![
        scenario(
            "less than promised",
            vec![payment("open", 0), SandboxPayment { amount_minor: 100, fee_minor: 3, ..paid(&[]) }],
        ),
        scenario(
            "another currency",
            vec![payment("processing", 1), SandboxPayment { currency: "USD".to_owned(), ..paid(&[]) }],
        ),
        scenario(
            "two amounts",
            vec![paid(&[]), SandboxPayment { amount_minor: 2600, ..paid(&[]) }, payment("processing", 3)],
        ),
        scenario(
            "two fees",
            vec![
                paid(&[]),
                SandboxPayment { fee_minor: 120, ..paid(&[]) },
                SandboxPayment { fee_minor: 0, ..paid(&[]) },
            ],
        ),
        scenario(
            "too much back",
            vec![paid(&[]), paid(&[("a", 2000, done)]), paid(&[("a", 2000, done), ("b", 2000, done)])],
        ),
        scenario(
            "a long story",
            vec![
                payment("open", 0),
                payment("processing", 2),
                payment("failed", 4),
                payment("processing", 6),
                paid(&[]),
                paid(&[("a", 500, pending)]),
                paid(&[("a", 500, done), ("b", 500, pending)]),
                paid(&[("a", 500, done), ("b", 500, failed), ("c", 700, done)]),
            ],
        ),
    ]
}
