//! Clocks that jump: forth and back by minutes and days, over leap days and the changes of summer time; and a clock that
//! is wrong by more than a signature may be. Nothing is done twice, and nothing is forgotten.

use chrono::{DateTime, TimeDelta, Utc};
use mainstay::domain::clock::Clock as _;
use mainstay::gateways::sandbox::{SIGNATURE_HEADER, SandboxEvent, sign};
use reqwest::{Method, StatusCode};

use super::site::paid;
use super::{Summary, seed, size};
use crate::support::app::{Engine, TestApp, settings};
use crate::support::client::Client;
use crate::support::gift::Form;
use crate::support::random::Random;
use crate::support::twins;

const SECRET: &str = "sandbox-webhook-secret-for-development";

/// Where histories begin: a working day, a leap day, both changes of summer time, the turn of a year.
const BEGINNINGS: [&str; 5] = [
    "2026-06-15T10:00:00Z",
    "2028-02-28T23:50:00Z",
    "2026-03-29T00:55:00Z",
    "2026-10-25T00:55:00Z",
    "2026-12-31T23:55:00Z",
];

async fn a_clock_that_jumps_doubles_and_forgets_nothing(engine: Engine) {
    let faults = ["jump forth", "jump back"];
    let mut summary = Summary::of("clock_jumps", engine, &faults);
    let unlimited = settings(&[
        ("MAINSTAY_LIMITS__PLEDGES_PER_IP_BURST", "1000000"),
        ("MAINSTAY_LIMITS__PLEDGES_PER_IP_PER_HOUR", "1000000"),
    ]);
    let app = TestApp::start_with(engine, unlimited).await;
    let client = app.client();
    let random = Random::seeded(seed());
    let mut gifts = 0;
    for history in 0..size(4, 1000) {
        let mut random = random.fork(history);
        let begin: DateTime<Utc> = BEGINNINGS[random.index(BEGINNINGS.len())].parse().unwrap();
        app.clock.advance(begin - app.clock.now());
        let mut latest = app.clock.now();
        for _ in 0..2 + random.below(3) {
            gifts += 1;
            let form = Form::gift().by(gifts).set("form_id", &format!("form-{gifts}"));
            let page = client.give(&form).await.location().to_owned();
            jump(&app, &mut random, &mut summary);
            // News that never comes at all is a matter for reconciliation, not for clocks.
            let delivery = ["now", "late", "twice", "out_of_order"][random.index(4)];
            client.pay(&page, "succeed", delivery).await;
            jump(&app, &mut random, &mut summary);
            app.upkeep().await;
            latest = latest.max(app.clock.now());
            // The page is opened again, whatever the clock says by now.
            assert_eq!(client.get(&page).await.status, StatusCode::OK);
        }
        // The clock is set right: jobs that were planned by the wrong one become due.
        app.clock.advance(latest - app.clock.now());
        for minutes in [5, 60, 300, 1440, 60] {
            app.clock.advance(TimeDelta::minutes(minutes));
            app.upkeep().await;
        }
        summary.ran(1);
        for (table, each) in [("donations", 1), ("receipts", 1), ("ledger_entries", 2)] {
            let (count, wanted) = (app.count(table).await, i64::try_from(gifts).unwrap() * each);
            if count > wanted {
                summary.doubled([format!("history {history}: {count} {table}, not {wanted}")]);
            } else if count < wanted {
                summary.lost([format!("history {history}: {count} {table}, not {wanted}")]);
            }
        }
    }
    // A history that ends in January has a statement of the year among its letters.
    let letters = app.letters_about("receipt").len();
    summary.lost((letters..gifts).map(|_| "a letter".to_owned()));
    summary.doubled((gifts..letters).map(|_| "a letter".to_owned()));
    summary.figure("gifts", gifts);
    app.check_books().await;
    app.stop().await;
    summary.finish();
}
twins!(a_clock_that_jumps_doubles_and_forgets_nothing);

fn jump(app: &TestApp, random: &mut Random, summary: &mut Summary) {
    let minutes = [10, -10, 60, -60, 1440, -1440, 1, 0][random.index(8)];
    app.clock.advance(TimeDelta::minutes(minutes));
    summary.fault("jump forth", u64::from(minutes > 0));
    summary.fault("jump back", u64::from(minutes < 0));
}

async fn a_clock_that_is_six_minutes_wrong_refuses_and_loses_nothing(engine: Engine) {
    let mut summary = Summary::of("clock_skew", engine, &["refused as stale"]);
    let app = TestApp::start(engine).await;
    let client = app.client();
    let mut waiting = Vec::new();
    let gifts = size(6, 60);
    for gift in 0..gifts {
        let page = client.give(&Form::gift().by(usize::try_from(gift).unwrap())).await.location().to_owned();
        client.pay(&page, "succeed", "never").await;
        let payment = paid(&page, app.clock.now());
        waiting.push(SandboxEvent { id: format!("sbe_{gift}"), payment, subscription: None });
        // The gateway's clock is right, ours is early or late.
        let skew = TimeDelta::minutes(if gift % 2 == 0 { 6 } else { -6 });
        let status = deliver(&app, &client, waiting.last().unwrap(), skew).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "never believed, never acknowledged");
        summary.fault("refused as stale", 1);
        app.clock.advance(TimeDelta::minutes(120 / i64::try_from(gifts).unwrap()));
    }
    assert_eq!(app.count("inbox").await, 0);
    // The gateway delivers again what was refused, once the clocks agree; and half of it never comes again.
    for event in waiting.iter().step_by(2) {
        assert_eq!(deliver(&app, &client, event, TimeDelta::zero()).await, StatusCode::OK);
    }
    app.run_jobs().await;
    for hours in [1, 4, 20] {
        app.clock.advance(TimeDelta::hours(hours));
        app.upkeep().await;
    }
    let donations = u64::try_from(app.count("donations").await).unwrap();
    summary.ran(gifts);
    summary.lost((donations..gifts).map(|_| "a donation".to_owned()));
    summary.doubled((gifts..donations).map(|_| "a donation".to_owned()));
    app.finish().await;
    summary.finish();
}
twins!(a_clock_that_is_six_minutes_wrong_refuses_and_loses_nothing);

async fn deliver(app: &TestApp, client: &Client, event: &SandboxEvent, skew: TimeDelta) -> StatusCode {
    let body = serde_json::to_vec(event).unwrap();
    let signature = sign(SECRET, &body, app.clock.now() + skew);
    let request = client.request(Method::POST, "/webhooks/sandbox").header(SIGNATURE_HEADER, signature);
    client.send(request.body(body)).await.status
}
