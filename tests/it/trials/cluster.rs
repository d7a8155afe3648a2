//! A PostgreSQL server of a trial's own, which may be killed, and put on a disk of the trial's choice.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::support::command::package_folder;

pub(super) struct Cluster {
    folder: PathBuf,
    pub(super) url: String,
    /// Deleted once the server has stopped.
    _own: Option<TempDir>,
}

impl Cluster {
    pub(super) fn start() -> Self {
        let own = tempfile::tempdir().unwrap();
        Self::started(own.path().to_owned(), Some(own))
    }

    /// With its files in this folder.
    pub(super) fn start_on(disk: &Path) -> Self {
        Self::started(disk.to_owned(), None)
    }

    fn started(folder: PathBuf, own: Option<TempDir>) -> Self {
        // The server runs as another user.
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
        std::fs::set_permissions(&folder, open).unwrap();
        let url = script(&folder, "start");
        Self { folder, url, _own: own }
    }

    fn data(&self) -> PathBuf {
        let entries = std::fs::read_dir(&self.folder).unwrap();
        let mut folders = entries.map(|entry| entry.unwrap().path().join("data"));
        folders.find(|data| data.is_dir()).unwrap()
    }

    pub(super) fn kill(&self) {
        let text = std::fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        let id: i32 = text.lines().next().unwrap().parse().unwrap();
        kill_process(Pid::from_raw(id).unwrap(), Signal::KILL).unwrap();
    }

    /// Starts it unless it runs, as a service manager does that looks after it.
    pub(super) fn wake(&self) {
        let data = self.data();
        if !self
            .owner_runs(&format!("'{}' -D '{}' status", self.pg_ctl().display(), data.display()))
            .success()
        {
            self.start_again();
        }
    }

    /// The same server on the same files, as a service manager starts it again.
    pub(super) fn start_again(&self) {
        let data = self.data();
        let options = std::fs::read_to_string(data.join("postmaster.opts")).unwrap();
        let port = options.trim().rsplit('"').nth(1).unwrap();
        let start = format!(
            "'{}' -D '{}' -l '{}' -w -t 60 -s -o '-p {port}' start",
            self.pg_ctl().display(),
            data.display(),
            data.with_file_name("log").display(),
        );
        let began = Instant::now();
        // The last processes of the killed server may still hold its memory.
        while !self.owner_runs(&start).success() {
            assert!(began.elapsed() < Duration::from_mins(1), "PostgreSQL does not start again");
        }
    }

    fn pg_ctl(&self) -> PathBuf {
        let options = std::fs::read_to_string(self.data().join("postmaster.opts")).unwrap();
        let (program, _) = options.trim().split_once(' ').unwrap();
        Path::new(program).with_file_name("pg_ctl")
    }

    /// Runs something of the server's as the user who owns its files.
    fn owner_runs(&self, command: &str) -> ExitStatus {
        let command = format!("cd / && {command} >/dev/null 2>&1");
        if !rustix::process::getuid().is_root() {
            return Command::new("sh").args(["-c", &command]).status().unwrap();
        }
        let owner = Command::new("stat").args(["-c", "%U"]).arg(self.data()).output().unwrap().stdout;
        let owner = String::from_utf8(owner).unwrap().trim().to_owned();
        Command::new("runuser").args(["-u", &owner, "--", "sh", "-c", &command]).status().unwrap()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        script(&self.folder, "stop");
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
