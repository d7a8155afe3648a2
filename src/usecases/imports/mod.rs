//! Gifts that came before this site: a file is handed in and looked through, somebody says yes, its gifts are booked, and
//! all of them can be taken back.
//!
//! They are gifts like any other on every list and in every sum. But what is over is no news: nobody is mailed, no program
//! is told, and no receipt is numbered, for whoever took the money gave one, if anybody did.

mod book;
mod examine;
mod undo;

pub use book::book;
pub use examine::{Campaigns, Examination, Identities, Named};
pub use undo::undo_some;

use super::handed_in;
use super::{Context, UseCaseError, audit};
use crate::domain::audit::{Action, Actor};
use crate::domain::gift_import::{Import, ImportOptions, ImportStatus, Report};
use crate::domain::ids::ImportId;
use crate::domain::job::Job;
use crate::store::imports as stored;
use chrono::TimeDelta;
use serde_json::json;

/// Longest file, in bytes: some hundred thousand lines.
pub const BYTES_MAX: usize = 64 * 1024 * 1024;
/// A file that nobody says yes to goes after so long.
const KEEP_UNCONFIRMED: TimeDelta = TimeDelta::days(7);
/// What is said of the mistakes of a file goes after so long.
const KEEP_FAILED: TimeDelta = TimeDelta::days(90);

/// A file that is handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedIn {
    /// What it is called.
    pub name: String,
    /// What is said of it.
    pub options: ImportOptions,
    /// The file, in pieces of [`handed_in::PART_BYTES`] at most.
    pub parts: Vec<Vec<u8>>,
    /// Who hands it in.
    pub asked_by: String,
}

/// Keeps a file, and orders that it is looked through. Nothing is booked before somebody confirms it.
///
/// # Errors
/// `Invalid` for an empty or too large file, or a campaign that there is none of.
pub async fn hand_in(ctx: &Context, by: Actor, file: HandedIn) -> Result<Import, UseCaseError> {
    let bytes = handed_in::length(&file.parts, BYTES_MAX)?;
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            examine::fallback(tx, &file.options)?;
            let import = Import {
                id: inner.new_id(),
                name: handed_in::name(&file.name, "gifts.csv"),
                options: file.options,
                status: ImportStatus::Waiting,
                round: 0,
                bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
                lines_all: 0,
                lines_done: 0,
                booked: 0,
                report: None,
                error: None,
                asked_by: file.asked_by,
                asked_at: inner.now(),
                done_at: None,
            };
            stored::insert(tx, &import, &file.parts)?;
            inner.enqueue(tx, &Job::ExamineImport { import: import.id })?;
            audit::record(tx, &inner, (by, Action::ImportTaken), &import.id, &json!({ "bytes": bytes }))?;
            Ok(import)
        })
        .await
}

/// Says yes to a file that was looked through: its gifts are booked.
///
/// # Errors
/// `NotFound` without it; `Conflict` if it does not wait for that.
pub async fn confirm(ctx: &Context, by: Actor, id: ImportId) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let import = stored::find(tx, id)?.ok_or(UseCaseError::NotFound("import"))?;
            if !stored::advance(tx, id, ImportStatus::Examined, ImportStatus::Booking)? {
                return Err(not_now(&import));
            }
            inner.enqueue(tx, &Job::BookImport { import: id })?;
            let gifts = import.report.map(|report| report.gifts);
            audit::record(tx, &inner, (by, Action::ImportConfirmed), &id, &json!({ "gifts": gifts }))
        })
        .await
}

/// Takes all gifts of a file back: each is declared void, and the file may come again.
///
/// # Errors
/// `NotFound` without it; `Conflict` if its gifts are not on record.
pub async fn undo(ctx: &Context, by: Actor, id: ImportId) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let import = stored::find(tx, id)?.ok_or(UseCaseError::NotFound("import"))?;
            if !stored::advance(tx, id, ImportStatus::Done, ImportStatus::Undoing)? {
                return Err(not_now(&import));
            }
            inner.enqueue(tx, &Job::UndoImport { import: id })?;
            audit::record(tx, &inner, (by, Action::ImportUndone), &id, &json!({ "gifts": import.booked }))
        })
        .await
}

fn not_now(import: &Import) -> UseCaseError {
    let message = match import.status {
        ImportStatus::Waiting => "it is being looked through; wait a moment",
        ImportStatus::Examined => "nothing of it is booked yet",
        ImportStatus::Booking => "its gifts are being booked; wait until that is done",
        ImportStatus::Done => "its gifts are booked already",
        ImportStatus::Failed => "it could not be taken; hand it in again once its mistakes are mended",
        ImportStatus::Undoing | ImportStatus::Undone => "its gifts were declared void; hand it in again",
    };
    UseCaseError::Conflict { code: "import_not_ready", message: message.to_owned() }
}

/// Takes a file away of which nothing is booked.
///
/// # Errors
/// `NotFound` without it; `Conflict` if something of it is booked, or about to be.
pub async fn remove(ctx: &Context, by: Actor, id: ImportId) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            stored::find(tx, id)?.ok_or(UseCaseError::NotFound("import"))?;
            if !stored::remove(tx, id)? {
                let message = "its gifts are booked; undo it instead".to_owned();
                return Err(UseCaseError::Conflict { code: "import_in_use", message });
            }
            audit::record(tx, &inner, (by, Action::ImportRemoved), &id, &json!({}))
        })
        .await
}

/// One of them.
///
/// # Errors
/// `NotFound` without it.
pub async fn find(ctx: &Context, id: ImportId) -> Result<Import, UseCaseError> {
    let found = ctx.db.read(move |conn| stored::find(conn, id)).await?;
    found.ok_or(UseCaseError::NotFound("import"))
}

/// The latest.
pub async fn latest(ctx: &Context, limit: i64) -> Result<Vec<Import>, UseCaseError> {
    page_before(ctx, None, limit).await
}

/// Those that were handed in before one of them, the latest first.
pub async fn page_before(
    ctx: &Context,
    before: Option<ImportId>,
    limit: i64,
) -> Result<Vec<Import>, UseCaseError> {
    Ok(ctx.db.read(move |conn| stored::latest(conn, before, limit)).await?)
}

/// A piece of a file; none behind the last.
pub async fn part(ctx: &Context, id: ImportId, part: i64) -> Result<Option<Vec<u8>>, UseCaseError> {
    Ok(ctx.db.read(move |conn| stored::part(conn, id, part)).await?)
}

/// Begins the work that a file waits for, or begins it anew. None if it does not wait for this.
pub async fn begin(
    ctx: &Context,
    id: ImportId,
    status: ImportStatus,
) -> Result<Option<Import>, UseCaseError> {
    Ok(ctx.db.write(move |tx| stored::begin(tx, id, status)).await?)
}

/// A file can be taken.
///
/// # Errors
/// `Stale` if somebody has begun anew.
pub async fn examined(ctx: &Context, import: &Import, report: Report) -> Result<(), UseCaseError> {
    let import = import.clone();
    Ok(ctx.db.write(move |tx| stored::examined(tx, &import, &report)).await?)
}

/// The work at hand is done, and this is where the file stands now.
///
/// # Errors
/// `Stale` if somebody has begun anew.
pub async fn finish(ctx: &Context, import: &Import, status: ImportStatus) -> Result<(), UseCaseError> {
    let (import, now) = (import.clone(), ctx.now());
    Ok(ctx.db.write(move |tx| stored::finish(tx, &import, status, now)).await?)
}

/// It cannot be taken: nothing of it is here.
pub async fn fail(ctx: &Context, import: &Import, error: String) -> Result<(), UseCaseError> {
    let (import, now) = (import.clone(), ctx.now());
    Ok(ctx.db.write(move |tx| stored::fail(tx, &import, &error, now)).await?)
}

/// Takes away files that nobody said yes to, and what is said of mistakes of long ago.
pub(super) async fn clean_up(ctx: &Context) -> Result<(), UseCaseError> {
    let now = ctx.now();
    let (unconfirmed, failed) = (now - KEEP_UNCONFIRMED, now - KEEP_FAILED);
    let left = ctx.db.read(move |conn| stored::forgotten(conn, unconfirmed, failed)).await?;
    for id in left {
        ctx.db.write(move |tx| stored::remove(tx, id)).await?;
    }
    Ok(())
}
