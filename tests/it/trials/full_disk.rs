//! The disk of the database fills up while donors give, at random moments and to the last page: writing is refused, never
//! acknowledged, reading goes on as far as it needs no server that gave up, and all is well again soon after there is room.

use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use tokio::sync::watch;

use super::cluster::Cluster;
use super::crowd::Crowd;
use super::site::{Site, converge};
use super::{Summary, is_full, seed, size};
use crate::support::app::Engine;
use crate::support::client::Client;
use crate::support::gift::Form;
use crate::support::random::Random;

/// Longest time from when there is room to the first gift.
const WELL_WITHIN: Duration = Duration::from_secs(10);
/// The same where a server may have to be started again first.
const SERVER_WELL_WITHIN: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_and_loses_nothing() {
    let disk = tempfile::tempdir().unwrap();
    // Room for all the gifts and letters of the whole trial.
    let Some(disk) = SmallDisk::mounted(disk.path(), size(96, 2_048)) else { return };
    let mut summary = Summary::of("full_disk", Engine::Sqlite, &["disk full", "refused"]);
    let site = Site::new(Engine::Sqlite).await.on(format!("sqlite://{}/site.db", disk.path.display()));
    let site = Arc::new(site);
    let random = Random::seeded(seed());
    let serving = site.command(&["serve"]).serve().await;
    let (_address, where_it_is) = watch::channel(serving.url.clone());
    let crowd = Crowd::enter(&site, &where_it_is, &random);
    let client = Client::new(&serving.url);
    let mut moments = random.fork(0);
    let mut slowest = Duration::ZERO;
    for run in 0..size(3, 200) {
        tokio::time::sleep(Duration::from_millis(moments.below(300))).await;
        let filler = disk.fill(moments.below(64) * 1024);
        summary.ran(1);
        summary.fault("disk full", 1);
        let before = crowd.shared.unavailable.load(Ordering::Relaxed);
        let patience = Instant::now() + WELL_WITHIN;
        while crowd.shared.unavailable.load(Ordering::Relaxed) == before && Instant::now() < patience {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        for page in ["/", "/articles", "/donate?campaign=press-fund", "/health/live"] {
            assert_eq!(
                client.get(page).await.status,
                StatusCode::OK,
                "{page} is read while the disk is full"
            );
        }
        std::fs::remove_file(filler).unwrap();
        let freed = Instant::now();
        let form = Form::gift().set("email", "after@example.org").set("form_id", &format!("after-{run}"));
        while client.give(&form).await.status != StatusCode::SEE_OTHER {
            assert!(freed.elapsed() < WELL_WITHIN, "not well again: {}", serving.stderr());
        }
        slowest = slowest.max(freed.elapsed());
    }
    let crowd = crowd.leave().await;
    let db = site.database();
    converge(&db).await;
    summary.fault("refused", crowd.unavailable.load(Ordering::Relaxed));
    summary.figure("cut off", crowd.cut_off.load(Ordering::Relaxed));
    summary.figure("slowest recovery in ms", slowest.as_millis());
    let refused = crowd.unavailable.load(Ordering::Relaxed);
    crowd.judge_all_but(&db, &site, (refused.max(10), "after@example.org"), &mut summary).await;
    serving.stop().await;
    drop(db);
    summary.finish();
}

/// The server of the database stops when it cannot write its log, and is started again by whoever looks after it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_of_the_database_server_refuses_and_loses_nothing() {
    let disk = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mounted(disk.path(), size(256, 1_536)) else { return };
    let mut summary = Summary::of("full_disk", Engine::Postgres, &["disk full", "refused"]);
    let cluster = Cluster::start_on(&disk.path);
    let site = Arc::new(Site::new(Engine::Sqlite).await.on(cluster.url.clone()));
    let random = Random::seeded(seed());
    let serving = site.command(&["serve"]).serve().await;
    let (_address, where_it_is) = watch::channel(serving.url.clone());
    let crowd = Crowd::enter(&site, &where_it_is, &random);
    let client = Client::new(&serving.url);
    let mut moments = random.fork(0);
    let mut slowest = Duration::ZERO;
    for run in 0..size(1, 200) {
        tokio::time::sleep(Duration::from_millis(moments.below(300))).await;
        let filler = disk.fill(moments.below(64) * 1024);
        summary.ran(1);
        summary.fault("disk full", 1);
        let before = crowd.shared.unavailable.load(Ordering::Relaxed);
        let patience = Instant::now() + SERVER_WELL_WITHIN;
        while crowd.shared.unavailable.load(Ordering::Relaxed) == before && Instant::now() < patience {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        for page in ["/", "/articles", "/health/live"] {
            assert_eq!(client.get(page).await.status, StatusCode::OK, "{page} needs no database");
        }
        std::fs::remove_file(filler).unwrap();
        let freed = Instant::now();
        let form = Form::gift().set("email", "after@example.org").set("form_id", &format!("after-{run}"));
        while client.give(&form).await.status != StatusCode::SEE_OTHER {
            assert!(freed.elapsed() < SERVER_WELL_WITHIN, "not well again: {}", serving.stderr());
            cluster.wake();
        }
        slowest = slowest.max(freed.elapsed());
    }
    let crowd = crowd.leave().await;
    let db = site.database();
    converge(&db).await;
    let refused = crowd.unavailable.load(Ordering::Relaxed);
    summary.fault("refused", refused);
    summary.figure("slowest recovery in ms", slowest.as_millis());
    crowd.judge_all_but(&db, &site, (refused.max(10), "after@example.org"), &mut summary).await;
    serving.stop().await;
    drop(db);
    summary.finish();
}

/// A disk in memory that is soon full.
struct SmallDisk {
    path: PathBuf,
}

impl SmallDisk {
    /// With room for so many megabytes; none where this user may not mount one, which is no full trial.
    fn mounted(at: &Path, megabytes: u64) -> Option<Self> {
        let mut mount = Command::new("mount");
        let room = format!("size={megabytes}m");
        mount.args(["-t", "tmpfs", "-o", &room, "tmpfs"]).arg(at);
        if mount.output().is_ok_and(|done| done.status.success()) {
            return Some(Self { path: at.to_owned() });
        }
        assert!(!is_full(), "this trial mounts a small disk, which this user may not do: run it as root");
        println!("trial full_disk: NOT RUN, this user may not mount a disk");
        None
    }

    /// Leaves so many bytes.
    fn fill(&self, left: u64) -> PathBuf {
        let path = self.path.join("filler");
        let mut file = std::fs::File::create(&path).unwrap();
        let block = vec![0_u8; 64 * 1024];
        while file.write_all(&block).is_ok() {}
        let length = file.seek(SeekFrom::End(0)).unwrap();
        file.set_len(length.saturating_sub(left)).unwrap();
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("-l").arg(&self.path).status();
        assert!(std::thread::panicking() || unmounted.is_ok_and(|status| status.success()));
    }
}
