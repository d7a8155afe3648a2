//! Files that a command hands in, and the work on them.

use super::Failure;
use crate::jobs::Failed;
use crate::usecases::UseCaseError;
use crate::usecases::handed_in::PART_BYTES;
use std::fs::File;
use std::future::Future;
use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::path::Path;
use std::time::Duration;

/// Who hands a file in.
pub(super) const ASKED_BY: &str = "command line";

/// How often is looked how far a file is.
const LOOK: Duration = Duration::from_millis(200);

/// Opens a file of `most` bytes at most.
pub(super) fn open(path: &Path, most: usize) -> Result<File, Failure> {
    let told = |error: io::Error| unreadable(path, &error);
    let file = File::open(path).map_err(told)?;
    let length = file.metadata().map_err(told)?.len();
    if usize::try_from(length).map_or(true, |length| length > most) {
        return Err(Failure::Usage(format!("{} is larger than {} MiB", path.display(), most / 1024 / 1024)));
    }
    Ok(file)
}

/// The pieces that a file is handed in by.
pub(super) fn pieces(path: &Path, file: &File) -> Result<Vec<Vec<u8>>, Failure> {
    let wanted = u64::try_from(PART_BYTES).unwrap_or(1);
    let mut parts = Vec::new();
    loop {
        let mut part = Vec::new();
        let mut rest = file.take(wanted);
        rest.read_to_end(&mut part).map_err(|error| unreadable(path, &error))?;
        if part.is_empty() {
            return Ok(parts);
        }
        parts.push(part);
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::Usage(format!("{}: {error}", path.display()))
}

/// What a file is called, without its folders.
pub(super) fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// How far a file is.
pub(super) enum Look<T> {
    /// It is worked on: so many of a hundred parts are done.
    Live(i64),
    /// The work on it is over.
    Over(T),
}

/// Works on a file here, unless a worker was faster, and shows how far it is until `look` says that it is over.
pub(super) async fn followed<T, L>(
    work: impl Future<Output = Result<(), Failed>> + Send + 'static,
    look: impl Fn() -> L,
) -> Result<T, Failure>
where
    L: Future<Output = Result<Look<T>, UseCaseError>>,
{
    let mut working = tokio::spawn(work);
    let terminal = io::stderr().is_terminal();
    let mut looks = tokio::time::interval(LOOK);
    let mut is_running = true;
    loop {
        tokio::select! {
            done = &mut working, if is_running => {
                is_running = false;
                let done = done.map_err(|panic| Failure::Failed(format!("the work was cut off: {panic}")))?;
                // A worker that took it over meanwhile goes on with it.
                done.or_else(|error| if error.is_overtaken() { Ok(()) } else { Err(Failure::Failed(error.to_string())) })?;
            }
            _ = looks.tick() => {}
        }
        let found = look().await?;
        if terminal {
            eprint!("\r\u{1b}[K");
        }
        match found {
            Look::Over(file) => return Ok(file),
            Look::Live(percent) if terminal => {
                eprint!("{percent:>3} %");
                io::stderr().flush()?;
            }
            Look::Live(_) => {}
        }
    }
}
