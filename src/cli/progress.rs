//! A bar for long work, on a terminal only.

use super::Failure;
use crate::store::copy::{CopyError, Progress};
use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

/// How often the bar moves.
const LOOK: Duration = Duration::from_millis(200);
/// Its length: one mark for so many per cent.
const PER_MARK: u64 = 4;

/// Runs blocking work to its end, and shows how far it is.
pub(super) async fn shown<T: Send + 'static>(
    work: impl FnOnce(&Progress) -> Result<T, CopyError> + Send + 'static,
) -> Result<T, Failure> {
    let progress = Progress::default();
    let theirs = progress.clone();
    let mut running = tokio::task::spawn_blocking(move || work(&theirs));
    let terminal = std::io::stderr().is_terminal();
    let mut looks = tokio::time::interval(LOOK);
    let done = loop {
        tokio::select! {
            done = &mut running => break done,
            _ = looks.tick(), if terminal => draw(&progress)?,
        }
    };
    if terminal {
        // The line is wiped: what came of it is printed next.
        eprint!("\r\u{1b}[K");
    }
    Ok(done.map_err(|panic| Failure::Failed(format!("the work was cut off: {panic}")))??)
}

fn draw(progress: &Progress) -> std::io::Result<()> {
    let percent = progress.percent();
    let marks = usize::try_from(percent / PER_MARK).unwrap_or_default();
    let length = usize::try_from(100 / PER_MARK).unwrap_or_default();
    eprint!("\r[{:<length$}] {percent:>3} %", "#".repeat(marks));
    std::io::stderr().flush()
}
