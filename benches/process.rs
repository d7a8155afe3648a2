//! The measured processes: Mainstay as an operator runs it, and whatever stands beside it.

use crate::load::{Connection, Load};
use crate::rounds::{Plan, Run};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// A process that does not outlive this value.
pub(crate) struct Running(Child);

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        Self(command.stdin(Stdio::null()).spawn().expect("the program starts"))
    }

    pub(crate) fn cpu(&self) -> Duration {
        cpu_of(&self.0.id().to_string())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// A server in a process of its own.
pub(crate) struct Server {
    process: Running,
    pub(crate) address: SocketAddr,
    /// Kept open: a program may not be able to print when nobody reads.
    _stdout: BufReader<ChildStdout>,
}

impl Server {
    /// Starts a program and waits until it prints its address as `http://127.0.0.1:PORT`.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut process = Running::start(command.stdout(Stdio::piped()));
        let mut stdout = BufReader::new(process.0.stdout.take().unwrap());
        let mut line = String::new();
        loop {
            line.clear();
            let read = stdout.read_line(&mut line).unwrap();
            assert!(read > 0, "the program ended before it served");
            if let Some((_, host)) = line.split_once("http://") {
                let address = host.trim().parse().expect("an address and a port");
                return Self { process, address, _stdout: stdout };
            }
        }
    }

    /// `mainstay serve` on a free port, with its files and its log in `folder`.
    pub(crate) fn mainstay(folder: &Path, settings: &[(&str, &str)]) -> Self {
        Self::start(mainstay(folder, settings).args(["serve", "--no-worker"]))
    }

    /// Sends requests for a while, and adds the processor time that each cost.
    pub(crate) fn under(&self, load: &Load, time: Duration) -> Run {
        let before = self.process.cpu();
        let run = load.run(time);
        let spent = self.process.cpu().saturating_sub(before);
        run.with_cpu(spent, time)
    }

    /// Waits until the server has done what it does on its own after the start: it examines the books.
    pub(crate) fn wait_until_idle(&self) {
        const TICK: Duration = Duration::from_millis(10);
        loop {
            let before = self.process.cpu();
            std::thread::park_timeout(Duration::from_secs(1));
            if self.process.cpu().saturating_sub(before) <= TICK {
                return;
            }
        }
    }

    /// A line of `/proc/PID/status` that counts kB, in MB.
    pub(crate) fn memory_mb(&self, name: &str) -> f64 {
        memory_of(self.process.0.id(), name).unwrap()
    }
}

/// A line of `/proc/PID/status` that counts kB, in MB; none once the process is gone.
pub(crate) fn memory_of(process: u32, name: &str) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    Some(line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0)
}

/// Processor time of all threads of a process so far, in the user's and the system's name.
pub(crate) fn cpu_of(process: &str) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // The name of the program may hold spaces; the fields are counted behind it.
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let ticks = fields.split_whitespace().skip(11).take(2).map(|field| field.parse::<u64>().unwrap());
    // Linux counts in hundredths of a second for programs, whatever the kernel's own tick.
    Duration::from_millis(ticks.sum::<u64>() * 10)
}

/// A call of the program that sees none of this machine's settings and keeps everything in `folder`.
pub(crate) fn mainstay(folder: &Path, settings: &[(&str, &str)]) -> Command {
    let log = std::fs::File::options().create(true).append(true).open(folder.join("log")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mainstay"));
    command.current_dir(folder).env_clear().stderr(log);
    command.env("MAINSTAY_SITE__CONTENT", concat!(env!("CARGO_MANIFEST_DIR"), "/content"));
    command.env("MAINSTAY_SERVER__BIND", "127.0.0.1:0");
    // As in production: the machine's form of the log.
    command.env("MAINSTAY_LOG__FORMAT", "json");
    command.envs(settings.iter().copied());
    command
}

/// What the settings of a measured server have in common.
pub(crate) fn settings(plan: &Plan) -> Vec<(&'static str, &str)> {
    vec![("MAINSTAY_LOG__LEVEL", plan.log.as_str())]
}

/// Settings of a server that believes the proxy before it where a request comes from.
pub(crate) fn behind_proxy<'a>(
    plan: &'a Plan,
    more: &[(&'static str, &'a str)],
) -> Vec<(&'static str, &'a str)> {
    let mut settings = settings(plan);
    settings.push(("MAINSTAY_SERVER__TRUSTED_PROXIES", "1"));
    settings.extend_from_slice(more);
    settings
}

/// A folder on the disk of the checkout: the folder for temporary files may be memory, where durable costs nothing.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// One answer to one request.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

/// Asks once, and keeps the named headers.
pub(crate) fn ask(address: SocketAddr, request: &str, headers: &[&'static str]) -> std::io::Result<Answer> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut connection = Connection::open(address).await?;
        let status = connection.exchange(request.as_bytes()).await?;
        let kept =
            headers.iter().filter_map(|name| Some((*name, connection.header(name)?.to_owned()))).collect();
        Ok(Answer { status, headers: kept, body: connection.body().to_owned() })
    })
}
