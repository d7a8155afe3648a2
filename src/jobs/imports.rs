//! Working on a file of gifts that came before: it is looked through, from disk, and if anything in it cannot be taken,
//! nothing is. Once somebody has said yes, its gifts are booked, some at a time; or declared void, some at a time.

use super::handed_in::{self, FAULTS_MAX, Failed, in_batches, joined, on_disk, shown_faults};
use super::run::JobError;
use crate::bank::Fault;
use crate::domain::gift_import::{Import, ImportLayout, ImportOptions, ImportRow, ImportStatus, Report};
use crate::domain::ids::ImportId;
use crate::imports as files;
use crate::usecases::Context;
use crate::usecases::imports::{self, Examination, Identities};
use std::fs::File;
use std::io::{self, BufReader, Seek as _};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Does what a file waits for. What an earlier try did is known, and nothing is done twice.
pub(super) async fn work(ctx: &Context, id: ImportId) -> Result<(), JobError> {
    handed_in::ended(work_on_import(ctx, id).await)
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
    let file = on_disk(|part| imports::part(ctx, id, part)).await?;
    if status == ImportStatus::Booking {
        take_in(ctx, &import, file).await?;
        return Ok(imports::finish(ctx, &import, ImportStatus::Done).await?);
    }
    match look_through(ctx, &import.options, file).await? {
        Looked::Fits(report) => Ok(imports::examined(ctx, &import, report).await?),
        Looked::Faults(faults) => Ok(imports::fail(ctx, &import, faults).await?),
    }
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
    at_work: Option<JoinHandle<io::Result<()>>>,
}

impl Reading {
    async fn begin(mut file: File, options: &ImportOptions) -> io::Result<Result<Self, Fault>> {
        file.rewind()?;
        let options = options.clone();
        let begun = tokio::task::spawn_blocking(move || files::read(BufReader::new(file), &options)).await;
        let rows = match joined(begun)? {
            Ok(rows) => rows,
            Err(fault) => return Ok(Err(fault)),
        };
        let layout = rows.layout();
        let (hand, batches) = mpsc::channel(1);
        let at_work = Some(tokio::task::spawn_blocking(move || in_batches(rows.map(Ok), &hand)));
        Ok(Ok(Self { layout, batches, at_work }))
    }

    /// The next rows; none behind the last. Whoever reads must have come to the end: else a file would end where they were
    /// cut off.
    async fn next(&mut self) -> io::Result<Option<Batch>> {
        if let Some(batch) = self.batches.recv().await {
            return Ok(Some(batch));
        }
        if let Some(at_work) = self.at_work.take() {
            joined(at_work.await)??;
        }
        Ok(None)
    }
}
