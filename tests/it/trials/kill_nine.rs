//! The program is killed (SIGKILL) at random moments while donors give, pay, and get money back. Whatever it said yes to
//! is there afterwards, once.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use tokio::sync::watch;

use super::crowd::Crowd;
use super::site::{Site, converge};
use super::{Summary, seed, size};
use crate::support::app::Engine;
use crate::support::client::Client;
use crate::support::command::Serving;
use crate::support::random::Random;
use crate::support::twins;

/// Longest time from the start of the program to its first answer.
const READY_WITHIN: Duration = Duration::from_secs(5);

async fn what_was_acknowledged_survives_every_kill(engine: Engine) {
    let faults = ["kill -9", "request cut off", "refund command beside the server"];
    let mut summary = Summary::of("kill_nine", engine, &faults);
    let wanted = size(5, 500);
    let site = Arc::new(Site::new(engine).await);
    let random = Random::seeded(seed());
    let mut serving = site.command(&["serve"]).serve().await;
    let (address, where_it_is) = watch::channel(serving.url.clone());
    let crowd = Crowd::enter(&site, &where_it_is, &random);

    let mut moments = random.fork(0);
    let mut slowest = Duration::ZERO;
    let mut kills = 0;
    // On a fast machine five kills are over before anybody has given money back.
    while kills < wanted || (!crowd.has_used_the_command() && kills < wanted * 10) {
        kills += 1;
        tokio::time::sleep(Duration::from_millis(moments.below(500))).await;
        serving.kill().await;
        summary.ran(1);
        summary.fault("kill -9", 1);
        let (started, took) = start(&site).await;
        serving = started;
        slowest = slowest.max(took);
        address.send_replace(serving.url.clone());
    }
    let crowd = crowd.leave().await;
    let db = site.database();
    converge(&db).await;

    summary.fault("request cut off", crowd.cut_off.load(Ordering::Relaxed));
    summary.fault("refund command beside the server", crowd.commands.load(Ordering::Relaxed));
    summary.figure("5xx", crowd.unavailable.load(Ordering::Relaxed));
    summary.figure("slowest start in ms", slowest.as_millis());
    // Two letters can be under way at a time.
    crowd.judge(&db, &site, kills * 2, &mut summary).await;
    assert!(slowest < READY_WITHIN, "not ready in {READY_WITHIN:?}: {slowest:?}");
    let printed = serving.stop().await.stderr;
    assert!(!printed.contains("panicked"), "{printed}");
    summary.finish();
}
twins!(what_was_acknowledged_survives_every_kill);

/// Starts the program and waits for its first answer.
async fn start(site: &Site) -> (Serving, Duration) {
    let began = Instant::now();
    let serving = site.command(&["serve"]).serve().await;
    let ready = Client::new(&serving.url).get("/health/ready").await;
    assert_eq!(ready.status, StatusCode::OK, "{}", serving.stderr());
    (serving, began.elapsed())
}
