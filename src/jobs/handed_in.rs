//! What the work on every file that somebody handed in has in common: it lies on disk while it is read, one batch of it is
//! read while the one before is worked on, and what is wrong with it is told by line.

use super::run::JobError;
use crate::bank::Fault;
use crate::store::StoreError;
use crate::usecases::UseCaseError;
use std::fs::File;
use std::future::Future;
use std::io::{self, Write as _};
use tokio::sync::mpsc;
use tokio::task::JoinError;

/// Lines of one transaction: others are not kept waiting for long.
const LINES_AT_ONCE: usize = 50;
/// Mistakes that are told; whoever has more has one mistake many times.
pub(super) const FAULTS_MAX: usize = 20;

/// Why the work on a file came to no end. Mistakes in it are none of these: they are told with the file.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// Of the database.
    #[error(transparent)]
    UseCase(#[from] UseCaseError),
    /// Of the disk on which it lies while it is read.
    #[error(transparent)]
    Disk(#[from] io::Error),
}

impl Failed {
    /// Whether somebody else has begun to work on the same file, and goes on with it.
    pub fn is_overtaken(&self) -> bool {
        matches!(self, Self::UseCase(UseCaseError::Store(StoreError::Stale)))
    }
}

/// What the end of the work on a file means for its job.
pub(super) fn ended(work: Result<(), Failed>) -> Result<(), JobError> {
    match work {
        // Somebody else has begun anew, or it was taken away.
        Err(Failed::UseCase(UseCaseError::Store(StoreError::Stale) | UseCaseError::NotFound(_))) | Ok(()) => {
            Ok(())
        }
        Err(Failed::UseCase(error)) => Err(error.into()),
        Err(Failed::Disk(error)) => Err(JobError::Retry(format!("the file cannot be read: {error}"))),
    }
}

/// Lays a file on disk, without a name: it goes with this process at the latest. `part` gives its pieces by number, and
/// none behind the last.
pub(super) async fn on_disk<P>(part: impl Fn(i64) -> P) -> Result<File, Failed>
where
    P: Future<Output = Result<Option<Vec<u8>>, UseCaseError>>,
{
    let mut file = tempfile::tempfile()?;
    let mut number = 0;
    while let Some(part) = part(number).await? {
        file.write_all(&part)?;
        number += 1;
    }
    file.flush()?;
    Ok(file)
}

/// The mistakes of a file, one a line, in the order of its lines. What they repeat of the file may hold any byte, and not
/// every database keeps each of them.
pub(super) fn shown_faults(mut faults: Vec<Fault>) -> String {
    faults.sort_by_key(|fault| fault.at);
    let mut text: Vec<String> = faults.iter().take(FAULTS_MAX).map(printable).collect();
    if faults.len() > FAULTS_MAX {
        text.push("and more".to_owned());
    }
    text.join("\n")
}

fn printable(fault: &Fault) -> String {
    fault.to_string().chars().filter(|c| !c.is_control()).collect()
}

/// Hands out what is read, in batches, to whoever works on them beside it. The first error ends it.
pub(super) fn in_batches<T, E>(
    items: impl Iterator<Item = Result<T, E>>,
    hand: &mpsc::Sender<Vec<T>>,
) -> Result<(), E> {
    let mut batch = Vec::new();
    for item in items {
        batch.push(item?);
        if batch.len() >= LINES_AT_ONCE && hand.blocking_send(std::mem::take(&mut batch)).is_err() {
            // Whoever took them has enough, or has failed and says why.
            return Ok(());
        }
    }
    if !batch.is_empty() {
        let _nobody_takes_it = hand.blocking_send(batch);
    }
    Ok(())
}

/// What a thread of its own came to.
pub(super) fn joined<T>(done: Result<T, JoinError>) -> io::Result<T> {
    done.map_err(|panic| io::Error::other(format!("the work was cut off: {panic}")))
}
