//! The PostgreSQL server is killed (SIGKILL) again and again while donors give: the program answers 503 within bounds, is
//! well again by itself, and nothing that was acknowledged is lost.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::cluster::Cluster;
use super::crowd::{Crowd, Shared};
use super::site::{Site, converge};
use super::{Summary, seed, size};
use crate::support::app::Engine;
use crate::support::random::Random;

/// The time to wait for a connection and the time of one statement, added up, with a margin.
const ANSWERED_WITHIN: Duration = Duration::from_secs(25);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_server_that_is_killed_costs_no_gift() {
    let mut summary = Summary::of("database_killed", Engine::Postgres, &["kill -9 of the database server"]);
    let cluster = Cluster::start();
    let site = Arc::new(Site::new(Engine::Sqlite).await.on(cluster.url.clone()));
    let random = Random::seeded(seed());
    let serving = site.command(&["serve"]).serve().await;
    let (_address, where_it_is) = watch::channel(serving.url.clone());
    let crowd = Crowd::enter(&site, &where_it_is, &random);
    let mut moments = random.fork(0);
    let mut slowest = Duration::ZERO;
    for _ in 0..size(2, 200) {
        tokio::time::sleep(Duration::from_millis(moments.below(500))).await;
        cluster.kill();
        summary.ran(1);
        summary.fault("kill -9 of the database server", 1);
        tokio::time::sleep(Duration::from_millis(moments.below(300))).await;
        cluster.start_again();
        let back = Instant::now();
        well_again(&crowd.shared).await;
        slowest = slowest.max(back.elapsed());
    }
    let crowd = crowd.leave().await;
    let db = site.database();
    converge(&db).await;
    let refused = crowd.unavailable.load(Ordering::Relaxed);
    // A short outage may be over before anybody's patience is.
    summary.figure("503", refused);
    summary.figure("slowest answer in ms", crowd.slowest().as_millis());
    summary.figure("slowest recovery in ms", slowest.as_millis());
    crowd.judge(&db, &site, refused.max(10), &mut summary).await;
    assert!(crowd.slowest() < ANSWERED_WITHIN, "{:?}", crowd.slowest());
    serving.stop().await;
    drop(db);
    summary.finish();
}

async fn well_again(crowd: &Shared) {
    let before = crowd.answered.load(Ordering::Relaxed);
    let began = Instant::now();
    while crowd.answered.load(Ordering::Relaxed) == before {
        assert!(began.elapsed() < ANSWERED_WITHIN, "the site did not recover");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
