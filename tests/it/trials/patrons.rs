//! Years of patrons' lives in minutes: cards fail and are mended, support is paused, changed, stopped and taken up again,
//! money goes back, banks take it back, the gateway's news is lost, late, repeated and overtaken, and workers die with jobs
//! in their hands. What counts is held against the gateway's own books: no period missed, none counted twice.

use super::{Summary, seed, size};
use crate::support::app::{Engine, TestApp, settings};
use crate::support::gift::{Form, eur};
use crate::support::random::Random;
use crate::support::twins;
use chrono::{Duration, TimeDelta};
use mainstay::domain::audit::Actor;
use mainstay::domain::dispute::{DisputeNews, DisputeState, DisputeStatus};
use mainstay::domain::donation::{Donation, GatewayFact, Happening, PaymentFact};
use mainstay::domain::ids::{JobId, PledgeId};
use mainstay::domain::patron::Month;
use mainstay::domain::pledge::{Frequency, GatewayKind};
use mainstay::domain::remote::RemoteId;
use mainstay::domain::subscription::{OrderKind, Orderer};
use mainstay::store::donations;
use mainstay::usecases::patrons::orders::{self, OrderRequest};
use mainstay::usecases::patrons::{figures, tend};
use mainstay::usecases::refund::{self, RefundOrder};
use mainstay::usecases::sandbox::billing::{self, TestCard};
use mainstay::usecases::{UseCaseError, settle, views};
use std::collections::BTreeSet;

const FAULTS: [&str; 9] = [
    "card declines",
    "card mended",
    "ordered",
    "refund",
    "dispute",
    "event lost",
    "event late",
    "event repeated",
    "worker died",
];

/// Of patrons, how many have something happen on one day; in a thousand.
const EVENTFUL: u64 = 12;

async fn no_period_is_missed_or_counted_twice_in_years_of_patrons_lives(engine: Engine) {
    let mut summary = Summary::of("patrons", engine, &FAULTS);
    let unlimited = settings(&[
        ("MAINSTAY_LIMITS__PLEDGES_PER_IP_BURST", "1000000"),
        ("MAINSTAY_LIMITS__PLEDGES_PER_IP_PER_HOUR", "1000000"),
    ]);
    let app = TestApp::start_with(engine, unlimited).await;
    let mut random = Random::seeded(seed());
    let mut patrons = Vec::new();
    let (wanted, days) = (size(15, 1_000), size(180, 730));
    for number in 0..wanted {
        let frequency = random.pick(&["monthly", "monthly", "monthly", "weekly", "quarterly", "yearly"]);
        let form = Form::gift()
            .by(usize::try_from(number).unwrap())
            .set("amount", &random.amount(40).to_string())
            .set("frequency", frequency);
        let page = app.promises(&form).await;
        let thanks = app.client().pay(&page, "succeed", random.pick(&["now", "twice", "out_of_order"])).await;
        patrons.push(app.view(&thanks).await.pledge.id);
        if number % 20 == 19 {
            app.run_jobs().await;
        }
    }
    for _ in 0..days {
        // Within a day, so that months have their true lengths and hours do not stand still.
        app.clock.advance(TimeDelta::hours(23) + TimeDelta::minutes(random.amount(110)));
        for pledge in &patrons {
            if random.below(1_000) < EVENTFUL {
                something_happens(&app, *pledge, &mut random, &mut summary).await;
            }
        }
        a_day_of_work(&app, &mut random, &mut summary).await;
    }
    quiet_weeks(&app).await;
    summary.ran(wanted * days);
    compare(&app, &patrons, &mut summary).await;
    app.check_books().await;
    app.stop().await;
    summary.finish();
}
twins!(no_period_is_missed_or_counted_twice_in_years_of_patrons_lives);

async fn something_happens(app: &TestApp, pledge: PledgeId, random: &mut Random, summary: &mut Summary) {
    // One that never became a patron because its news is still on its way has nothing to happen to.
    let Ok(view) = views::patron(app.ctx(), pledge).await else { return };
    let remote = view.subscription.news.remote.as_str().to_owned();
    match random.below(10) {
        0 | 1 => {
            let card = random.pick(&[TestCard::Declines, TestCard::ExpiresSoon]);
            billing::use_card(app.ctx(), &remote, card).await.unwrap();
            summary.fault("card declines", 1);
        }
        2 => {
            billing::use_card(app.ctx(), &remote, TestCard::Works).await.unwrap();
            tend::collect(app.ctx(), pledge).await.unwrap();
            summary.fault("card mended", 1);
        }
        3 => {
            if let Some(latest) = latest_payment(app, pledge).await {
                let amount = random.in_a_hundred(50).then(|| eur(100));
                let order = RefundOrder { donation: latest.id, amount, reason: None, request_key: None };
                let given_back = refund::order(app.ctx(), Actor::Command, order).await;
                summary.fault("refund", u64::from(given_back.is_ok()));
            }
        }
        4 => {
            if let Some(latest) = latest_payment(app, pledge).await.filter(|_| random.in_a_hundred(30)) {
                dispute(app, &latest).await;
                summary.fault("dispute", 1);
            }
        }
        _ => {
            let until = app.ctx().now() + Duration::days(random.amount(90));
            let what = match random.below(6) {
                0 | 1 => OrderKind::Change {
                    amount: eur(random.amount(40) * 100),
                    frequency: random.pick(&Frequency::RECURRING),
                },
                2 => OrderKind::Pause { until: Some(until) },
                3 => OrderKind::Resume,
                4 => OrderKind::Keep,
                _ => OrderKind::Cancel,
            };
            let request = OrderRequest { pledge, what, by: Orderer::Donor, reason: None };
            match orders::order(app.ctx(), request).await {
                Ok(_) => summary.fault("ordered", 1),
                Err(UseCaseError::Conflict { .. } | UseCaseError::Invalid(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
}

async fn latest_payment(app: &TestApp, pledge: PledgeId) -> Option<Donation> {
    let mut all = app.ctx().db.read(move |conn| donations::of_pledge(conn, pledge)).await.unwrap();
    all.retain(|donation| donation.payment.kept().is_some_and(|kept| kept.minor() > 100));
    all.pop()
}

async fn dispute(app: &TestApp, donation: &Donation) {
    let gross = donation.payment.kept().unwrap();
    let news = DisputeNews {
        remote: RemoteId::parse(&format!("sbd_{}", donation.id)).unwrap(),
        amount: gross,
        reason: "general".into(),
        state: DisputeState {
            moves: 1,
            status: DisputeStatus::Lost,
            away_minor: gross.minor(),
            settled: None,
            due_at: None,
        },
        opened_at: app.ctx().now(),
        at: app.ctx().now(),
    };
    let (payment, ctx) = (donation.remote.clone(), app.ctx().clone());
    let open =
        DisputeNews { state: DisputeState { status: DisputeStatus::Open, ..news.state }, ..news.clone() };
    let facts = [open, news].map(|news| {
        let what = Happening::Dispute(news);
        let payment = payment.clone();
        GatewayFact::Payment(PaymentFact { payment, checkout: None, attempt: None, renewal: None, what })
    });
    app.ctx().db.write(move |tx| settle::apply(tx, &ctx, GatewayKind::Sandbox, &facts)).await.unwrap();
}

/// The gateway charges; its news has a bad day; workers die; the rest is done.
async fn a_day_of_work(app: &TestApp, random: &mut Random, summary: &mut Summary) {
    billing::charge_due(app.ctx()).await.unwrap();
    let waiting = app
        .lines("SELECT id AS line FROM jobs WHERE status = 'pending' AND kind = 'deliver_sandbox_event' ORDER BY id")
        .await;
    for id in waiting {
        let (name, statement) = match random.below(40) {
            0 => ("event lost", format!("DELETE FROM jobs WHERE id = '{id}'")),
            1 => ("event late", format!("UPDATE jobs SET run_at = {} WHERE id = '{id}'", days_later(app))),
            2 => ("event repeated", repeated(app, &id)),
            3 => ("worker died", died(app, &id)),
            _ => continue,
        };
        app.execute(&[&statement]).unwrap();
        summary.fault(name, 1);
    }
    tend::tend(app.ctx()).await.unwrap();
    app.run_jobs().await;
}

fn days_later(app: &TestApp) -> String {
    format!("'{}'", (app.ctx().now() + TimeDelta::days(3)).format("%Y-%m-%d %H:%M:%S%.6f"))
}

/// The same event under another job, whatever became of the first, and however often it is repeated.
fn repeated(app: &TestApp, id: &str) -> String {
    let again: JobId = app.ctx().new_id();
    format!(
        "INSERT INTO jobs (id, kind, payload, unique_key, status, run_at, attempt, failures, created_at) \
         SELECT '{again}', kind, payload, unique_key || '/{again}', status, run_at, attempt, failures, created_at \
         FROM jobs WHERE id = '{id}'"
    )
}

/// Claimed by a worker that is gone: the lease is over.
fn died(app: &TestApp, id: &str) -> String {
    let past = (app.ctx().now() - TimeDelta::minutes(1)).format("%Y-%m-%d %H:%M:%S%.6f");
    format!("UPDATE jobs SET status = 'running', lease_until = '{past}' WHERE id = '{id}'")
}

/// Everything that is late arrives, and the gateway is asked about what never does.
async fn quiet_weeks(app: &TestApp) {
    for _ in 0..10 {
        app.clock.advance(TimeDelta::hours(13));
        tend::tend(app.ctx()).await.unwrap();
        app.run_jobs().await;
    }
}

/// Holds what is on record against the gateway's own books.
async fn compare(app: &TestApp, patrons: &[PledgeId], summary: &mut Summary) {
    let set = |lines: Vec<String>| lines.into_iter().collect::<BTreeSet<String>>();
    let theirs = app
        .lines(
            "SELECT subscription_id || ' ' || CAST(period_on AS TEXT) || ' ' || amount_minor AS line \
             FROM sandbox_payments WHERE status = 'succeeded' AND subscription_id IS NOT NULL",
        )
        .await;
    let ours = app
        .lines(
            "SELECT s.remote_id || ' ' || CAST(d.period_on AS TEXT) || ' ' || d.gross_minor AS line FROM donations d \
             JOIN subscriptions s ON s.pledge_id = d.pledge_id WHERE d.gross_minor IS NOT NULL",
        )
        .await;
    summary.figure("payments", theirs.len());
    let (their_set, our_set) = (set(theirs.clone()), set(ours.clone()));
    summary.lost(their_set.difference(&our_set).cloned());
    summary.doubled(our_set.difference(&their_set).cloned());
    summary.doubled((our_set.len()..ours.len()).map(|_| "a payment".to_owned()));
    let receipts = app.number("SELECT COUNT(DISTINCT donation_id) AS number FROM receipts").await;
    assert_eq!(usize::try_from(receipts).unwrap(), ours.len(), "a receipt for each payment");
    let worth = app
        .number(
            "SELECT CAST(COALESCE(SUM(amount_minor * CASE frequency WHEN 'weekly' THEN 52 WHEN 'monthly' THEN 12 \
             WHEN 'quarterly' THEN 4 ELSE 1 END), 0) AS BIGINT) AS number FROM subscriptions \
             WHERE status IN ('active', 'past_due')",
        )
        .await;
    let months = figures::by_month(app.ctx(), "2040-01".parse::<Month>().unwrap()).await.unwrap();
    let counted = months.values().next().and_then(|months| months.last()).unwrap();
    assert_eq!(counted.recurring.minor(), worth.div_euclid(12), "the figures are those of a recount");
    let in_force = app.number("SELECT COUNT(*) AS number FROM subscriptions WHERE status <> 'ended'").await;
    assert_eq!(counted.patrons, in_force);
    summary.figure("patrons left", in_force);
    letters_once(app, patrons.len(), summary);
}

fn letters_once(app: &TestApp, patrons: usize, summary: &mut Summary) {
    let letters = app.letters();
    let ids: BTreeSet<&String> = letters
        .iter()
        .flat_map(|letter| &letter.headers)
        .filter(|(name, _)| name.eq_ignore_ascii_case("message-id"))
        .map(|(_, id)| id)
        .collect();
    summary.doubled((ids.len()..letters.len()).map(|_| "a letter".to_owned()));
    let welcomes = letters.iter().filter(|letter| letter.subject.starts_with("Welcome")).count();
    assert_eq!(welcomes, patrons, "each patron is welcomed once");
    summary.figure("letters", letters.len());
}
