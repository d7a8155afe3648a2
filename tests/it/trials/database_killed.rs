//! The PostgreSQL server is killed (SIGKILL) again and again while donors give: the program answers 503 within bounds, is
//! well again by itself, and nothing that was acknowledged is lost.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::watch;

use super::crowd::{Crowd, Shared};
use super::site::{Site, converge};
use super::{Summary, seed, size};
use crate::support::app::Engine;
use crate::support::command::package_folder;
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

/// A PostgreSQL server of this trial alone.
struct Cluster {
    folder: tempfile::TempDir,
    url: String,
}

impl Cluster {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The server runs as another user.
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
        std::fs::set_permissions(folder.path(), open).unwrap();
        let url = script(folder.path(), "start");
        Self { folder, url }
    }

    fn data(&self) -> PathBuf {
        let mut entries = std::fs::read_dir(self.folder.path()).unwrap();
        entries.next().unwrap().unwrap().path().join("data")
    }

    fn kill(&self) {
        let text = std::fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        let id: i32 = text.lines().next().unwrap().parse().unwrap();
        kill_process(Pid::from_raw(id).unwrap(), Signal::KILL).unwrap();
    }

    /// The same server on the same files, as a service manager starts it again.
    fn start_again(&self) {
        let data = self.data();
        let options = std::fs::read_to_string(data.join("postmaster.opts")).unwrap();
        let (program, options) = options.trim().split_once(' ').unwrap();
        let pg_ctl = Path::new(program).with_file_name("pg_ctl");
        let port = options.rsplit('"').nth(1).unwrap();
        let owner = Command::new("stat").args(["-c", "%U"]).arg(&data).output().unwrap().stdout;
        let owner = String::from_utf8(owner).unwrap().trim().to_owned();
        let start = format!(
            "cd / && '{}' -D '{}' -l '{}' -w -t 60 -s -o '-p {port}' start >/dev/null 2>&1",
            pg_ctl.display(),
            data.display(),
            data.with_file_name("log").display(),
        );
        let began = Instant::now();
        // The last processes of the killed server may still hold its memory.
        loop {
            let started = if rustix::process::getuid().is_root() {
                Command::new("runuser").args(["-u", &owner, "--", "sh", "-c", &start]).status()
            } else {
                Command::new("sh").args(["-c", &start]).status()
            };
            if started.unwrap().success() {
                return;
            }
            assert!(began.elapsed() < Duration::from_mins(1), "PostgreSQL does not start again");
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        script(self.folder.path(), "stop");
    }
}

/// `scripts/postgres`, with a server in this folder in place of the shared one.
fn script(folder: &Path, verb: &str) -> String {
    let called =
        Command::new(package_folder().join("scripts/postgres")).arg(verb).env("TMPDIR", folder).output();
    let called = called.unwrap();
    assert!(called.status.success(), "{}", String::from_utf8_lossy(&called.stderr));
    String::from_utf8(called.stdout).unwrap().trim().to_owned()
}
