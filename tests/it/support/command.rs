//! Runs the built program as an operator does, and reads what it prints.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long a command may run, and how long to wait for a line, before the test fails.
const WAIT: Duration = Duration::from_mins(5);

/// How often it is looked how much memory a program holds.
const LOOK: Duration = Duration::from_millis(20);

/// The most memory that a process has held so far, in kB; nothing once it is gone.
fn most_memory(status: &str) -> u64 {
    let text = std::fs::read_to_string(status).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or(0, |line| line.trim().trim_end_matches(" kB").parse().unwrap())
}

/// A call of `mainstay` that is being put together.
///
/// The program sees none of this machine's settings: of the environment only what finds programs and folders is kept.
pub(crate) struct Mainstay {
    command: Command,
    input: Vec<u8>,
    is_under: bool,
}

/// What a finished call left behind.
#[derive(Debug)]
pub(crate) struct Finished {
    /// `None` when a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Mainstay {
    /// `mainstay ARGS`, run in the folder `cwd`.
    pub(crate) fn new<I: IntoIterator<Item = A>, A: Into<OsString>>(cwd: &Path, args: I) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mainstay"));
        command.args(args.into_iter().map(Into::into)).current_dir(cwd).env_clear();
        for name in ["PATH", "HOME", "TMPDIR"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command.kill_on_drop(true).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self { command, input: Vec::new(), is_under: false }
    }

    pub(crate) fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.command.env(name, value.into());
        self
    }

    /// What the program reads from its standard input; nothing unless set.
    pub(crate) fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = input.into();
        self
    }

    /// Runs the call to its end.
    pub(crate) async fn run(self) -> Finished {
        let running = self.spawn();
        running.finish("the command").await
    }

    /// Runs the call to its end; the most memory that it was seen to hold, in kB.
    pub(crate) async fn run_watched(self) -> (Finished, u64) {
        let running = self.spawn();
        let status = format!("/proc/{}/status", running.child.id().unwrap());
        let mut looks = tokio::time::interval(LOOK);
        let mut most = 0;
        let end = running.finish("the command");
        tokio::pin!(end);
        let finished = loop {
            tokio::select! {
                finished = &mut end => break finished,
                _ = looks.tick() => most = most.max(most_memory(&status)),
            }
        };
        (finished, most)
    }

    /// The same call as the last argument of another program: `PROGRAM ARGS mainstay …`.
    pub(crate) fn under<I: IntoIterator<Item = A>, A: Into<OsString>>(
        mut self,
        program: &str,
        args: I,
    ) -> Self {
        self.is_under = true;
        let call = std::mem::replace(&mut self.command, Command::new(program));
        let call = call.as_std();
        self.command.args(args.into_iter().map(Into::into)).arg(call.get_program()).args(call.get_args());
        self.command.env_clear().envs(call.get_envs().filter_map(|(name, value)| Some((name, value?))));
        self.command.current_dir(call.get_current_dir().unwrap());
        self.command.kill_on_drop(true).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        self
    }

    /// Starts a call that serves, on a free port unless the environment says otherwise, and waits until it prints its
    /// address.
    pub(crate) async fn serve(self) -> Serving {
        match self.try_serve().await {
            Ok(serving) => serving,
            Err(ended) => panic!("the program ended before it printed its address: {ended:#?}"),
        }
    }

    /// As [`serve`](Self::serve); what is left of a program that ends before it prints its address.
    pub(crate) async fn try_serve(mut self) -> Result<Serving, Finished> {
        let is_bound = self.command.as_std().get_envs().any(|(name, _)| name == "MAINSTAY_SERVER__BIND");
        if !is_bound {
            self.command.env("MAINSTAY_SERVER__BIND", "127.0.0.1:0");
        }
        let running = self.spawn();
        let Some(line) = running.stdout.try_line("http://127.0.0.1:", &running).await else {
            return Err(running.finish("the program").await);
        };
        let start = line.find("http://").unwrap();
        let is_address = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '.');
        let host = &line[start + "http://".len()..];
        let end = host.find(|c| !is_address(c)).unwrap_or(host.len());
        Ok(Serving { url: format!("http://{}", &host[..end]), running })
    }

    fn spawn(mut self) -> Running {
        let mut child = self.command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = self.input;
        // A program that does not read its input to the end is no error.
        tokio::spawn(async move { stdin.write_all(&input).await });
        let stdout = Lines::collect(child.stdout.take().unwrap());
        let stderr = Lines::collect(child.stderr.take().unwrap());
        Running { child, stdout, stderr, is_under: self.is_under }
    }
}

/// A program that serves; it is killed when this is dropped.
pub(crate) struct Serving {
    /// Scheme, host and port, without a slash at the end.
    pub(crate) url: String,
    running: Running,
}

impl Serving {
    /// Everything printed so far on standard output.
    pub(crate) fn stdout(&self) -> String {
        self.running.stdout.text()
    }

    /// Everything printed so far on standard error.
    pub(crate) fn stderr(&self) -> String {
        self.running.stderr.text()
    }

    /// The first line of standard output that contains `text`; waits for it, and fails the test when it does not come.
    pub(crate) async fn line_with(&self, text: &str) -> String {
        self.running.stdout.wait_for_line(text, &self.running).await
    }

    /// Asks the program to stop, as a service manager does (SIGTERM).
    pub(crate) fn terminate(&self) {
        // It may have ended by itself just before.
        let _gone = kill_process(self.running.program(), Signal::TERM).is_err();
    }

    /// Asks the program to stop and waits until it has.
    pub(crate) async fn stop(self) -> Finished {
        self.terminate();
        self.running.finish("the server, after SIGTERM,").await
    }

    /// Whether the program has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.running.child.try_wait().unwrap().is_some()
    }

    /// Waits until the program has stopped by itself.
    pub(crate) async fn ends(self) -> Finished {
        self.running.finish("the server").await
    }

    /// Ends the program at once (SIGKILL), as a power cut does, and waits until it is gone.
    pub(crate) async fn kill(mut self) {
        self.running.child.kill().await.unwrap();
    }
}

struct Running {
    child: Child,
    stdout: Lines,
    stderr: Lines,
    is_under: bool,
}

impl Running {
    /// The program itself, which may be the child of what it runs under.
    fn program(&self) -> Pid {
        let id = self.child.id().unwrap();
        let children = format!("/proc/{id}/task/{id}/children");
        let id = match std::fs::read_to_string(children) {
            Ok(children) if self.is_under => children.split_whitespace().next().unwrap().parse().unwrap(),
            _ => id,
        };
        Pid::from_raw(i32::try_from(id).unwrap()).unwrap()
    }

    async fn finish(mut self, what: &str) -> Finished {
        let Ok(status) = timeout(WAIT, self.child.wait()).await else {
            panic!("{what} did not end in {WAIT:?}; {}", self.printed())
        };
        let code = ExitStatus::code(&status.unwrap());
        Finished { code, stdout: self.stdout.all().await, stderr: self.stderr.all().await }
    }

    fn printed(&self) -> String {
        format!("it printed:\n{}\nand as errors:\n{}", self.stdout.text(), self.stderr.text())
    }
}

/// The lines of one output stream, read as they come so that the program never waits for a full pipe.
struct Lines {
    lines: watch::Receiver<Vec<String>>,
    reader: JoinHandle<()>,
}

impl Lines {
    fn collect(stream: impl AsyncRead + Unpin + Send + 'static) -> Self {
        let (sender, lines) = watch::channel(Vec::new());
        let reader = tokio::spawn(async move {
            let mut stream = BufReader::new(stream);
            let mut line = Vec::new();
            while stream.read_until(b'\n', &mut line).await.is_ok_and(|bytes| bytes > 0) {
                sender.send_modify(|lines| lines.push(String::from_utf8_lossy(&line).into_owned()));
                line.clear();
            }
        });
        Self { lines, reader }
    }

    fn text(&self) -> String {
        self.lines.borrow().concat()
    }

    /// Everything, once the stream has ended.
    async fn all(self) -> String {
        timeout(WAIT, self.reader).await.unwrap().unwrap();
        self.lines.borrow().concat()
    }

    async fn wait_for_line(&self, text: &str, running: &Running) -> String {
        let line = self.try_line(text, running).await;
        line.unwrap_or_else(|| panic!("the program ended before it printed {text:?}; {}", running.printed()))
    }

    /// `None` when the program ends before it prints such a line.
    async fn try_line(&self, text: &str, running: &Running) -> Option<String> {
        let mut lines = self.lines.clone();
        let find = |lines: &Vec<String>| lines.iter().find(|line| line.contains(text)).cloned();
        match timeout(WAIT, lines.wait_for(|lines| find(lines).is_some())).await {
            Ok(Ok(lines)) => find(&lines),
            Ok(Err(_ended)) => None,
            Err(late) => panic!("no line with {text:?} in {WAIT:?} ({late}); {}", running.printed()),
        }
    }
}

/// The text of a PDF as a reader sees it, page by page, by Poppler's `pdftotext`.
pub(crate) fn pdf_text(pdf: &[u8]) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), pdf).unwrap();
    let output = std::process::Command::new("pdftotext")
        .args(["-layout", "-enc", "UTF-8"])
        .arg(file.path())
        .arg("-")
        .output()
        .expect("pdftotext is missing; install poppler-utils, or run scripts/test-setup");
    assert!(output.status.success(), "pdftotext: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The folder of the package, where `content/`, `config/` and `migrations/` are.
pub(crate) fn package_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wrong_command_says_so_and_ends_with_2() {
        let finished = Mainstay::new(&package_folder(), ["no-such-command"]).input("ignored").run().await;

        assert_eq!(finished.code, Some(2), "{finished:?}");
        assert!(!finished.stderr.is_empty());
        assert!(finished.stdout.is_empty());
    }

    #[tokio::test]
    async fn the_server_prints_its_address_and_ends_when_asked_to() {
        let folder = tempfile::tempdir().unwrap();
        let content = package_folder().join("content");

        let serving =
            Mainstay::new(folder.path(), ["serve"]).env("MAINSTAY_SITE__CONTENT", content).serve().await;
        let address = serving.url.strip_prefix("http://").unwrap().to_owned();
        tokio::net::TcpStream::connect(&address).await.unwrap();
        assert!(serving.line_with(&serving.url).await.contains(&address), "{}", serving.stderr());
        assert!(serving.stdout().contains(&address));
        let finished = serving.stop().await;

        assert!(finished.stdout.contains(&address));
        assert!(tokio::net::TcpStream::connect(&address).await.is_err());
    }

    #[tokio::test]
    async fn a_killed_server_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let content = package_folder().join("content");

        let serving =
            Mainstay::new(folder.path(), ["serve"]).env("MAINSTAY_SITE__CONTENT", content).serve().await;
        let address = serving.url.strip_prefix("http://").unwrap().to_owned();
        serving.kill().await;

        assert!(tokio::net::TcpStream::connect(&address).await.is_err());
    }

    #[test]
    fn the_text_of_a_pdf_is_read() {
        let drawing = "BT /F1 12 Tf 72 720 Td (Thank you) Tj ET";
        let pdf = format!(
            "%PDF-1.4\n\
             1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
             2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
             3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R\
             /Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n\
             4 0 obj<</Length {}>>stream\n{drawing}\nendstream endobj\n\
             trailer<</Root 1 0 R>>\n",
            drawing.len()
        );

        assert_eq!(pdf_text(pdf.as_bytes()).trim(), "Thank you");
    }
}
