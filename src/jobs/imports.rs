//! Working on a file of gifts that came before: it is looked through, from disk, and if anything in it cannot be taken,
//! nothing is. Once somebody has said yes, its gifts are booked, some at a time; or declared void, some at a time.

use super::bank::Failed;
use super::run::JobError;
use crate::bank::Fault;
use crate::domain::gift_import::{Import, ImportLayout, ImportOptions, ImportRow, ImportStatus, Report};
use crate::domain::ids::ImportId;
use crate::imports::{self as files, Rows};
use crate::store::StoreError;
use crate::usecases::imports::{self, Examination, Identities};
use crate::usecases::{Context, UseCaseError};
use std::fs::File;
use std::io::{self, BufReader, Seek as _, Write as _};
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinHandle};

/// Lines that are booked in one transaction: others are not kept waiting for long.
const LINES_AT_ONCE: usize = 50;
/// Mistakes that are told; whoever has more has one mistake many times.
const FAULTS_MAX: usize = 20;

/// Does what a file waits for. What an earlier try did is known, and nothing is done twice.
pub(super) async fn work(ctx: &Context, id: ImportId) -> Result<(), JobError> {
    match work_on_import(ctx, id).await {
        // Somebody else has begun anew, or it was taken away.
        Err(Failed::UseCase(UseCaseError::Store(StoreError::Stale) | UseCaseError::NotFound(_))) | Ok(()) => {
            Ok(())
        }
        Err(Failed::UseCase(error)) => Err(error.into()),
        Err(Failed::Disk(error)) => Err(JobError::Retry(format!("the file cannot be read: {error}"))),
    }
}

/// Does what a file waits for.
pub async fn work_on_import(ctx: &Context, id: ImportId) -> Result<(), Failed> {
    let status = imports::find(ctx, id).await?.status;
    match status {
        ImportStatus::Waiting | ImportStatus::Booking | ImportStatus::Undoing => {}
        ImportStatus::Examined | ImportStatus::Done | ImportStatus::Failed | ImportStatus::Undone => {
            return Ok(());
        }
    }
    let Some(import) = imports::begin(ctx, id, status).await? else { return Ok(()) };
    if status == ImportStatus::Undoing {
        let mut done = 0_i64;
        loop {
            match imports::undo_some(ctx, &import, done).await? {
                0 => return Ok(imports::finish(ctx, &import, ImportStatus::Undone).await?),
                count => done = done.saturating_add(count),
            }
        }
    }
    let file = on_disk(ctx, id).await?;
    if status == ImportStatus::Booking {
        take_in(ctx, &import, file).await?;
        return Ok(imports::finish(ctx, &import, ImportStatus::Done).await?);
    }
    match look_through(ctx, &import.options, file).await? {
        Looked::Fits(report) => Ok(imports::examined(ctx, &import, report).await?),
        Looked::Faults(faults) => Ok(imports::fail(ctx, &import, faults).await?),
    }
}

/// Lays a file on disk, without a name: it goes with this process at the latest.
async fn on_disk(ctx: &Context, id: ImportId) -> Result<File, Failed> {
    let mut file = tempfile::tempfile()?;
    let mut number = 0;
    while let Some(part) = imports::part(ctx, id, number).await? {
        file.write_all(&part)?;
        number += 1;
    }
    file.flush()?;
    Ok(file)
}

/// What a look through a file came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looked {
    /// It can be taken, and this is what it comes to.
    Fits(Report),
    /// It cannot: the mistakes, one a line.
    Faults(String),
}

/// Looks a file through, from its beginning. Nothing is written down.
///
/// # Errors
/// An error if disk or database cannot be read.
pub async fn look_through(ctx: &Context, options: &ImportOptions, file: File) -> Result<Looked, Failed> {
    let mut reading = match Reading::begin(file, options).await? {
        Ok(reading) => reading,
        Err(fault) => return Ok(Looked::Faults(shown_faults(vec![fault]))),
    };
    let mut examination = Examination::begin(ctx, options, reading.layout).await?;
    let mut faults: Vec<Fault> = Vec::new();
    while let Some(batch) = reading.next().await? {
        let mut rows = Vec::new();
        for row in batch {
            match row {
                Ok(row) => rows.push(row),
                Err(fault) => faults.push(fault),
            }
        }
        let found = examination.look_at(ctx, rows).await?;
        faults.extend(found.into_iter().map(|(at, what)| Fault { at, what }));
        if faults.len() > FAULTS_MAX {
            break;
        }
    }
    if !faults.is_empty() {
        return Ok(Looked::Faults(shown_faults(faults)));
    }
    let report = examination.report();
    if report.lines == 0 {
        return Ok(Looked::Faults("there is no line below the heading".to_owned()));
    }
    Ok(Looked::Fits(report))
}

/// The mistakes of a file, one a line, in the order of its lines. What they repeat of the file may hold any byte, and not
/// every database keeps each of them.
fn shown_faults(mut faults: Vec<Fault>) -> String {
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

async fn take_in(ctx: &Context, import: &Import, file: File) -> Result<(), Failed> {
    let mut reading = Reading::begin(file, &import.options).await?.map_err(io::Error::other)?;
    let mut names = Identities::new(ctx, reading.layout);
    let mut done = 0_i64;
    while let Some(batch) = reading.next().await? {
        done = done.saturating_add(i64::try_from(batch.len()).unwrap_or_default());
        let mut gifts = Vec::new();
        for row in batch {
            match row.map_err(io::Error::other)? {
                ImportRow::Gift(gift) => gifts.extend(names.name(*gift)?),
                ImportRow::LeftOut { .. } => {}
            }
        }
        imports::book(ctx, import, gifts, done).await?;
    }
    Ok(())
}

type Batch = Vec<Result<ImportRow, Fault>>;

/// A file that is read beside what is done with it: one batch is read while the one before is worked on.
struct Reading {
    layout: ImportLayout,
    batches: mpsc::Receiver<Batch>,
    at_work: Option<JoinHandle<()>>,
}

impl Reading {
    async fn begin(mut file: File, options: &ImportOptions) -> io::Result<Result<Self, Fault>> {
        file.rewind()?;
        let options = options.clone();
        let begun = tokio::task::spawn_blocking(move || files::read(BufReader::new(file), &options)).await;
        let rows = match begun.map_err(|panic| cut_off(&panic))? {
            Ok(rows) => rows,
            Err(fault) => return Ok(Err(fault)),
        };
        let layout = rows.layout();
        let (hand, batches) = mpsc::channel(1);
        let at_work = Some(tokio::task::spawn_blocking(move || hand_out(rows, &hand)));
        Ok(Ok(Self { layout, batches, at_work }))
    }

    /// The next rows; none behind the last. Whoever reads must have come to the end: else a file would end where they were
    /// cut off.
    async fn next(&mut self) -> io::Result<Option<Batch>> {
        if let Some(batch) = self.batches.recv().await {
            return Ok(Some(batch));
        }
        if let Some(at_work) = self.at_work.take() {
            at_work.await.map_err(|panic| cut_off(&panic))?;
        }
        Ok(None)
    }
}

fn cut_off(panic: &JoinError) -> io::Error {
    io::Error::other(format!("the work was cut off: {panic}"))
}

fn hand_out(rows: Rows, hand: &mpsc::Sender<Batch>) {
    let mut batch = Vec::new();
    for row in rows {
        batch.push(row);
        if batch.len() >= LINES_AT_ONCE && hand.blocking_send(std::mem::take(&mut batch)).is_err() {
            // Whoever took them has enough, or has failed and says why.
            return;
        }
    }
    if !batch.is_empty() {
        let _nobody_takes_it = hand.blocking_send(batch);
    }
}
