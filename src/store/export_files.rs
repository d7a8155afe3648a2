//! Files that staff asked for, and the pieces that they are kept in.

use super::row::{Row, one, utc};
use super::schema::{export_parts, exports};
use super::{Conn, StoreError, Tx};
use crate::domain::export::{Export, ExportFormat, ExportKind, ExportStatus};
use crate::domain::figures::Period;
use crate::domain::ids::ExportId;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = exports)]
struct ExportRow {
    id: String,
    what: String,
    format: String,
    from_on: NaiveDate,
    until_on: NaiveDate,
    status: String,
    round: i64,
    rows_done: i64,
    rows_all: i64,
    bytes: i64,
    error: Option<String>,
    asked_by: String,
    asked_at: NaiveDateTime,
    ready_at: Option<NaiveDateTime>,
    expires_at: NaiveDateTime,
}

impl ExportRow {
    fn into_domain(self) -> Result<Export, StoreError> {
        let row = Row { table: "exports", id: &self.id };
        Ok(Export {
            id: row.parse(&self.id)?,
            kind: row.word(ExportKind::parse, &self.what)?,
            format: row.word(ExportFormat::parse, &self.format)?,
            period: Period { from: self.from_on, until: self.until_on },
            status: row.word(ExportStatus::parse, &self.status)?,
            round: self.round,
            rows_done: self.rows_done,
            rows_all: self.rows_all,
            bytes: self.bytes,
            error: self.error,
            asked_by: self.asked_by,
            asked_at: utc(self.asked_at),
            ready_at: self.ready_at.map(utc),
            expires_at: utc(self.expires_at),
        })
    }
}

/// Adds what was asked for.
pub fn insert(tx: &mut Tx<'_>, export: &Export) -> Result<(), StoreError> {
    let row = ExportRow {
        id: export.id.to_string(),
        what: export.kind.as_str().to_owned(),
        format: export.format.as_str().to_owned(),
        from_on: export.period.from,
        until_on: export.period.until,
        status: export.status.as_str().to_owned(),
        round: export.round,
        rows_done: export.rows_done,
        rows_all: export.rows_all,
        bytes: export.bytes,
        error: export.error.clone(),
        asked_by: export.asked_by.clone(),
        asked_at: export.asked_at.naive_utc(),
        ready_at: export.ready_at.map(|at| at.naive_utc()),
        expires_at: export.expires_at.naive_utc(),
    };
    one(diesel::insert_into(exports::table).values(&row).execute(&mut **tx)?)
}

/// What was asked for, by its id.
pub fn find(conn: &mut Conn, id: ExportId) -> Result<Option<Export>, StoreError> {
    let row = exports::table.find(id.to_string()).select(ExportRow::as_select());
    row.get_result(conn).optional()?.map(ExportRow::into_domain).transpose()
}

/// What was asked for, the latest first.
///
/// With `before`, those that were asked for before that one.
pub fn latest(conn: &mut Conn, before: Option<ExportId>, limit: i64) -> Result<Vec<Export>, StoreError> {
    let mut rows = exports::table.select(ExportRow::as_select()).into_boxed();
    if let Some(before) = before {
        rows = rows.filter(exports::id.lt(before.to_string()));
    }
    let rows = rows.order(exports::id.desc()).limit(limit).load(conn)?;
    rows.into_iter().map(ExportRow::into_domain).collect()
}

/// Begins a file, or begins it anew: what was written of it before is gone, and whoever wrote that may write no more.
/// None if it is not wanted any more.
pub fn begin(tx: &mut Tx<'_>, id: ExportId, rows_all: i64) -> Result<Option<Export>, StoreError> {
    let wanted =
        exports::table.find(id.to_string()).filter(exports::status.eq_any(["waiting", "making", "failed"]));
    let begun = diesel::update(wanted)
        .set((
            exports::status.eq("making"),
            exports::round.eq(exports::round + 1),
            exports::rows_done.eq(0_i64),
            exports::rows_all.eq(rows_all),
            exports::bytes.eq(0_i64),
            exports::error.eq(None::<String>),
        ))
        .execute(&mut **tx)?;
    if begun == 0 {
        return Ok(None);
    }
    remove_parts(tx, id)?;
    find(tx, id)
}

fn remove_parts(tx: &mut Tx<'_>, id: ExportId) -> Result<usize, StoreError> {
    let parts = export_parts::table.filter(export_parts::export_id.eq(id.to_string()));
    Ok(diesel::delete(parts).execute(&mut **tx)?)
}

/// Notes how many rows are written.
///
/// # Errors
/// `Stale` if somebody has begun it anew, or it was taken away.
pub fn progress(tx: &mut Tx<'_>, export: &Export, rows_done: i64) -> Result<(), StoreError> {
    let ours = exports::table
        .find(export.id.to_string())
        .filter(exports::round.eq(export.round))
        .filter(exports::status.eq("making"));
    one(diesel::update(ours).set(exports::rows_done.eq(rows_done)).execute(&mut **tx)?)
}

/// Adds a piece.
///
/// # Errors
/// `Stale` if somebody has begun it anew, or it was taken away.
pub fn add_part(tx: &mut Tx<'_>, export: &Export, part: i64, body: &[u8]) -> Result<(), StoreError> {
    let ours = exports::table
        .find(export.id.to_string())
        .filter(exports::round.eq(export.round))
        .filter(exports::status.eq("making"));
    let bytes = i64::try_from(body.len()).unwrap_or(i64::MAX);
    one(diesel::update(ours).set(exports::bytes.eq(exports::bytes + bytes)).execute(&mut **tx)?)?;
    let inserted = diesel::insert_into(export_parts::table)
        .values((
            export_parts::export_id.eq(export.id.to_string()),
            export_parts::part.eq(part),
            export_parts::body.eq(body),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

/// The whole is there.
///
/// # Errors
/// `Stale` if somebody has begun it anew, or it was taken away.
pub fn finish(tx: &mut Tx<'_>, export: &Export, now: DateTime<Utc>) -> Result<(), StoreError> {
    let ours = exports::table
        .find(export.id.to_string())
        .filter(exports::round.eq(export.round))
        .filter(exports::status.eq("making"));
    let done = (exports::status.eq("ready"), exports::ready_at.eq(Some(now.naive_utc())));
    one(diesel::update(ours).set(done).execute(&mut **tx)?)
}

/// It could not be made. What is left of it goes.
pub fn fail(tx: &mut Tx<'_>, id: ExportId, error: &str) -> Result<(), StoreError> {
    let open = exports::table.find(id.to_string()).filter(exports::status.eq_any(["waiting", "making"]));
    let failed = (exports::status.eq("failed"), exports::error.eq(Some(error)), exports::bytes.eq(0_i64));
    if diesel::update(open).set(failed).execute(&mut **tx)? > 0 {
        remove_parts(tx, id)?;
    }
    Ok(())
}

/// A piece of a file that is ready; none behind the last.
pub fn part(conn: &mut Conn, id: ExportId, part: i64) -> Result<Option<Vec<u8>>, StoreError> {
    let body = export_parts::table
        .inner_join(exports::table)
        .filter(exports::status.eq("ready"))
        .filter(export_parts::export_id.eq(id.to_string()))
        .filter(export_parts::part.eq(part))
        .select(export_parts::body);
    Ok(body.get_result(conn).optional()?)
}

/// Which files are taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Away {
    /// Those whose time is over.
    Expired(DateTime<Utc>),
    /// All that there are, ready or not.
    All,
}

/// Takes files away, and returns how many.
pub fn take_away(tx: &mut Tx<'_>, which: Away) -> Result<usize, StoreError> {
    let there = exports::table.filter(exports::status.ne("expired")).select(exports::id);
    let ids: Vec<String> = match which {
        Away::Expired(now) => there.filter(exports::expires_at.le(now.naive_utc())).load(&mut **tx)?,
        Away::All => there.load(&mut **tx)?,
    };
    diesel::delete(export_parts::table.filter(export_parts::export_id.eq_any(&ids))).execute(&mut **tx)?;
    let gone = (exports::status.eq("expired"), exports::error.eq(None::<String>), exports::bytes.eq(0_i64));
    Ok(diesel::update(exports::table.filter(exports::id.eq_any(&ids))).set(gone).execute(&mut **tx)?)
}
