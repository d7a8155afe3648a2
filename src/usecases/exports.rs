//! Files that staff ask for: ordered, made piece by piece by a job, downloaded while they are kept.
//!
//! Who is forgotten is forgotten in these files too: all of them are taken away then.

use super::{Context, UseCaseError, audit, gift_aid};
use crate::domain::audit::{Action, Actor};
use crate::domain::export::{Export, ExportFormat, ExportKind, ExportStatus};
use crate::domain::figures::Period;
use crate::domain::ids::ExportId;
use crate::domain::job::Job;
use crate::store::export_files::{self, Away};
use crate::store::exports::{ExportRow, Part, Span, Table};
use crate::store::{StoreError, Tx};
use chrono::{NaiveDate, TimeDelta};
use serde_json::json;

/// How long a file is kept.
const KEPT: TimeDelta = TimeDelta::days(7);

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// What the file holds.
    pub kind: ExportKind,
    /// How it is written.
    pub format: ExportFormat,
    /// Which days.
    pub period: Period,
    /// Who asks.
    pub asked_by: String,
}

/// Orders a file; it is made by a job.
pub fn order(tx: &mut Tx<'_>, ctx: &Context, order: Order) -> Result<Export, UseCaseError> {
    let now = ctx.now();
    let export = Export {
        id: ctx.new_id(),
        kind: order.kind,
        format: order.format,
        period: order.period,
        status: ExportStatus::Waiting,
        round: 0,
        rows_done: 0,
        rows_all: 0,
        bytes: 0,
        error: None,
        asked_by: order.asked_by,
        asked_at: now,
        ready_at: None,
        expires_at: now + KEPT,
    };
    export_files::insert(tx, &export)?;
    ctx.enqueue(tx, &Job::MakeExport { export: export.id })?;
    Ok(export)
}

/// The latest that were asked for.
pub async fn latest(ctx: &Context) -> Result<Vec<Export>, UseCaseError> {
    const SHOWN: i64 = 50;
    page_before(ctx, None, SHOWN).await
}

/// Those that were asked for before one of them, the latest first.
pub async fn page_before(
    ctx: &Context,
    before: Option<ExportId>,
    limit: i64,
) -> Result<Vec<Export>, UseCaseError> {
    Ok(ctx.db.read(move |conn| export_files::latest(conn, before, limit)).await?)
}

/// One of them.
pub async fn find(ctx: &Context, id: ExportId) -> Result<Export, UseCaseError> {
    ctx.db.read(move |conn| export_files::find(conn, id)).await?.ok_or(UseCaseError::NotFound("export"))
}

/// A piece of a file that is ready; none behind the last.
pub async fn part(ctx: &Context, id: ExportId, part: i64) -> Result<Option<Vec<u8>>, UseCaseError> {
    Ok(ctx.db.read(move |conn| export_files::part(conn, id, part)).await?)
}

/// The names of the columns.
pub fn columns(kind: ExportKind) -> &'static [&'static str] {
    match table(kind) {
        Some(table) => table.columns(),
        None => &gift_aid::COLUMNS,
    }
}

fn table(kind: ExportKind) -> Option<Table> {
    match kind {
        ExportKind::Donations => Some(Table::Donations),
        ExportKind::Pledges => Some(Table::Pledges),
        ExportKind::Donors => Some(Table::Donors),
        ExportKind::Ledger => Some(Table::Ledger),
        ExportKind::GiftAid => None,
    }
}

/// Begins a file anew. None if it is not wanted any more.
pub async fn begin(ctx: &Context, id: ExportId) -> Result<Option<Export>, UseCaseError> {
    let export = find(ctx, id).await?;
    let rows = match table(export.kind) {
        Some(table) => {
            let (span, period) = narrowed(ctx, &export);
            ctx.db.read(move |conn| table.count(conn, span, period)).await?
        }
        None => 0,
    };
    Ok(ctx.db.write(move |tx| export_files::begin(tx, id, rows)).await?)
}

/// Payments count on the day on which their money arrived; all else on the day on which it was written down.
fn narrowed(ctx: &Context, export: &Export) -> (Span, Option<Period>) {
    if export.kind == ExportKind::Donations {
        let always = Span {
            from: ctx.start_of(NaiveDate::default()).naive_utc(),
            to: ctx.start_of(far()).naive_utc(),
        };
        return (always, Some(export.period));
    }
    let behind = export.period.until.succ_opt().unwrap_or(export.period.until);
    (Span { from: ctx.start_of(export.period.from).naive_utc(), to: ctx.start_of(behind).naive_utc() }, None)
}

fn far() -> NaiveDate {
    NaiveDate::from_ymd_opt(9_000, 1, 1).unwrap_or_default()
}

/// The rows behind the one that `after` names, and the name of the last; none at the end.
pub async fn page(
    ctx: &Context,
    export: &Export,
    after: String,
) -> Result<(Vec<ExportRow>, Option<String>), UseCaseError> {
    let Some(table) = table(export.kind) else {
        return gift_aid::page(ctx, export.period, after).await;
    };
    let (span, period) = narrowed(ctx, export);
    let part = Part { after, until: None };
    Ok(ctx.db.read(move |conn| table.page_of(conn, span, period, &part)).await?)
}

/// Keeps a piece, and notes how many rows are written.
///
/// # Errors
/// `Stale` if somebody has begun it anew.
pub async fn keep(
    ctx: &Context,
    export: &Export,
    part: i64,
    body: Vec<u8>,
    rows_done: i64,
) -> Result<(), UseCaseError> {
    let export = export.clone();
    ctx.db
        .write(move |tx| {
            export_files::progress(tx, &export, rows_done)?;
            export_files::add_part(tx, &export, part, &body)
        })
        .await?;
    Ok(())
}

/// Notes how many rows are written.
///
/// # Errors
/// `Stale` if somebody has begun it anew.
pub async fn progress(ctx: &Context, export: &Export, rows_done: i64) -> Result<(), UseCaseError> {
    let export = export.clone();
    Ok(ctx.db.write(move |tx| export_files::progress(tx, &export, rows_done)).await?)
}

/// The whole is there.
///
/// # Errors
/// `Stale` if somebody has begun it anew.
pub async fn finish(ctx: &Context, export: &Export) -> Result<(), UseCaseError> {
    let (export, now) = (export.clone(), ctx.now());
    Ok(ctx.db.write(move |tx| export_files::finish(tx, &export, now)).await?)
}

/// It could not be made.
pub async fn fail(ctx: &Context, id: ExportId, error: &str) -> Result<(), UseCaseError> {
    let error = error.to_owned();
    Ok(ctx.db.write(move |tx| export_files::fail(tx, id, &error)).await?)
}

/// Takes away what nobody may have any longer, and returns how many files that were.
pub async fn clean_up(ctx: &Context) -> Result<usize, UseCaseError> {
    let now = ctx.now();
    Ok(ctx.db.write(move |tx| export_files::take_away(tx, Away::Expired(now))).await?)
}

/// Takes all files away: somebody who may be in them is forgotten.
pub(super) fn forget_all(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    export_files::take_away(tx, Away::All)?;
    Ok(())
}

/// Orders a file for staff, and writes down who did.
pub async fn order_by(ctx: &Context, by: Actor, wanted: Order) -> Result<Export, UseCaseError> {
    let inner = ctx.clone();
    let Period { from, until } = wanted.period;
    let (kind, format) = (wanted.kind.as_str(), wanted.format.as_str());
    let detail = json!({ "what": kind, "from": from, "to": until, "format": format });
    ctx.db
        .write(move |tx| {
            let export = order(tx, &inner, wanted)?;
            audit::record(tx, &inner, (by, Action::Exported), &export.id, &detail)?;
            Ok(export)
        })
        .await
}

/// Writes down that rows are handed out.
pub async fn note(
    ctx: &Context,
    by: Actor,
    what: &'static str,
    detail: serde_json::Value,
) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db.write(move |tx| audit::record(tx, &inner, (by, Action::Exported), &what, &detail)).await
}
