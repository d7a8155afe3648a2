//! Three processes on one database, of which one after the other is killed (SIGKILL) while donors go on with those that
//! live: the work of the dead is taken over once, and nothing that was acknowledged is lost or done twice.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::watch;

use super::crowd::Crowd;
use super::site::{Site, converge};
use super::{Summary, seed, size};
use crate::support::app::Engine;
use crate::support::random::Random;

const PROCESSES: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_share_a_database_lose_and_double_nothing() {
    let faults = ["kill -9 of one of three", "donors led to another"];
    let mut summary = Summary::of("several", Engine::Postgres, &faults);
    // Each process has connections of its own, of which the server has not so many.
    let site = Site::new(Engine::Postgres).await.with(&[("MAINSTAY_DATABASE__POOL_SIZE", "4")]);
    let site = Arc::new(site);
    let random = Random::seeded(seed());
    let mut running = Vec::new();
    for _ in 0..PROCESSES {
        running.push(site.command(&["serve"]).serve().await);
    }
    let (address, where_it_is) = watch::channel(running[0].url.clone());
    let crowd = Crowd::enter(&site, &where_it_is, &random);

    let mut moments = random.fork(0);
    let wanted = size(3, 1_000);
    for kill in 0..wanted {
        tokio::time::sleep(Duration::from_millis(moments.below(300))).await;
        let victim = running.remove(moments.index(running.len()));
        // Half of the time the donors are there when it happens.
        if kill.is_multiple_of(2) {
            address.send_replace(victim.url.clone());
            tokio::time::sleep(Duration::from_millis(moments.below(100))).await;
        }
        victim.kill().await;
        summary.ran(1);
        summary.fault("kill -9 of one of three", 1);
        address.send_replace(running[moments.index(running.len())].url.clone());
        summary.fault("donors led to another", 1);
        running.push(site.command(&["serve"]).serve().await);
    }
    let crowd = crowd.leave().await;
    let db = site.database();
    converge(&db).await;

    summary.figure("requests cut off", crowd.cut_off.load(Ordering::Relaxed));
    summary.figure("5xx", crowd.unavailable.load(Ordering::Relaxed));
    // Two letters can be under way at a time.
    crowd.judge(&db, &site, wanted * 2, &mut summary).await;
    for process in running {
        let printed = process.stop().await.stderr;
        assert!(!printed.contains("panicked"), "{printed}");
    }
    summary.finish();
}
