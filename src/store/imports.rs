//! Files of gifts that came before, the pieces that they are kept in until they are taken, and which line became which
//! donation.

use super::row::{Row, one, to_json, utc};
use super::schema::{donations, import_lines, import_parts, imports, pledges};
use super::{Conn, StoreError, Tx};
use crate::domain::article::Slug;
use crate::domain::bank_mapping::{DateOrder, DecimalMark};
use crate::domain::gift_import::{Import, ImportLayout, ImportOptions, ImportStatus, Report};
use crate::domain::ids::{DonationId, DonorId, ImportId, ImportLineId};
use crate::domain::money::Money;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;
use std::collections::{HashMap, HashSet};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = imports)]
struct ImportColumns {
    id: String,
    name: String,
    options: String,
    status: String,
    round: i64,
    bytes: i64,
    lines_all: i64,
    lines_done: i64,
    on_statements: bool,
    report: Option<String>,
    error: Option<String>,
    asked_by: String,
    asked_at: NaiveDateTime,
    done_at: Option<NaiveDateTime>,
}

/// What was said of a file, as it is stored.
#[derive(serde::Serialize, serde::Deserialize)]
struct StoredOptions {
    layout: Option<String>,
    date_order: Option<String>,
    decimal_mark: Option<String>,
    campaign: Option<String>,
}

impl StoredOptions {
    fn of(options: &ImportOptions) -> Self {
        Self {
            layout: options.layout.map(|layout| layout.to_string()),
            date_order: options.date_order.map(|order| order.to_string()),
            decimal_mark: options.decimal_mark.map(|mark| mark.to_string()),
            campaign: options.campaign.as_ref().map(ToString::to_string),
        }
    }

    fn into_domain(self, row: Row<'_>, on_statements: bool) -> Result<ImportOptions, StoreError> {
        let campaign: Option<Slug> = row.slug(self.campaign)?;
        Ok(ImportOptions {
            layout: self.layout.map(|word| row.word(ImportLayout::parse, &word)).transpose()?,
            date_order: self.date_order.map(|word| row.word(DateOrder::parse, &word)).transpose()?,
            decimal_mark: self.decimal_mark.map(|word| row.word(DecimalMark::parse, &word)).transpose()?,
            campaign,
            on_statements,
        })
    }
}

impl ImportColumns {
    /// With the number of its gifts that are on record.
    fn into_domain(self, booked: i64) -> Result<Import, StoreError> {
        let row = Row { table: "imports", id: &self.id };
        let options: StoredOptions = row.json(&self.options)?;
        Ok(Import {
            id: row.parse(&self.id)?,
            options: options.into_domain(row, self.on_statements)?,
            status: row.word(ImportStatus::parse, &self.status)?,
            round: self.round,
            bytes: self.bytes,
            lines_all: self.lines_all,
            lines_done: self.lines_done,
            booked,
            report: self.report.as_deref().map(|text| row.json::<Report>(text)).transpose()?,
            error: self.error,
            asked_by: self.asked_by,
            asked_at: utc(self.asked_at),
            done_at: self.done_at.map(utc),
            name: self.name,
        })
    }
}

/// Adds a file with its pieces.
pub fn insert(tx: &mut Tx<'_>, import: &Import, parts: &[Vec<u8>]) -> Result<(), StoreError> {
    let row = ImportColumns {
        id: import.id.to_string(),
        name: import.name.clone(),
        options: to_json(&StoredOptions::of(&import.options))?,
        status: import.status.as_str().to_owned(),
        round: import.round,
        bytes: import.bytes,
        lines_all: import.lines_all,
        lines_done: import.lines_done,
        on_statements: import.options.on_statements,
        report: import.report.as_ref().map(to_json).transpose()?,
        error: import.error.clone(),
        asked_by: import.asked_by.clone(),
        asked_at: import.asked_at.naive_utc(),
        done_at: import.done_at.map(|at| at.naive_utc()),
    };
    one(diesel::insert_into(imports::table).values(&row).execute(&mut **tx)?)?;
    for (number, body) in (0_i64..).zip(parts) {
        let piece =
            (import_parts::import_id.eq(&row.id), import_parts::part.eq(number), import_parts::body.eq(body));
        one(diesel::insert_into(import_parts::table).values(piece).execute(&mut **tx)?)?;
    }
    Ok(())
}

/// One of them.
pub fn find(conn: &mut Conn, id: ImportId) -> Result<Option<Import>, StoreError> {
    let row = imports::table.find(id.to_string()).select(ImportColumns::as_select());
    let Some(row): Option<ImportColumns> = row.get_result(conn).optional()? else { return Ok(None) };
    let count = booked(conn, vec![&row.id])?.into_values().sum();
    row.into_domain(count).map(Some)
}

/// The latest, those before `before` if it is given.
pub fn latest(conn: &mut Conn, before: Option<ImportId>, limit: i64) -> Result<Vec<Import>, StoreError> {
    let mut rows = imports::table.select(ImportColumns::as_select()).into_boxed();
    if let Some(before) = before {
        rows = rows.filter(imports::id.lt(before.to_string()));
    }
    let rows: Vec<ImportColumns> = rows.order(imports::id.desc()).limit(limit).load(conn)?;
    let booked = booked(conn, rows.iter().map(|row| row.id.as_str()).collect())?;
    let with_count = |row: ImportColumns| {
        let count = booked.get(&row.id).copied().unwrap_or_default();
        row.into_domain(count)
    };
    rows.into_iter().map(with_count).collect()
}

/// How many gifts of each of these files are on record; none: it is left out.
fn booked(conn: &mut Conn, ids: Vec<&str>) -> Result<HashMap<String, i64>, StoreError> {
    let counts: Vec<(String, i64)> = import_lines::table
        .filter(import_lines::import_id.eq_any(ids))
        .filter(import_lines::undone_at.is_null())
        .group_by(import_lines::import_id)
        .select((import_lines::import_id, diesel::dsl::count_star()))
        .load(conn)?;
    Ok(counts.into_iter().collect())
}

/// A piece of a file; none behind the last, and none once it was taken.
pub fn part(conn: &mut Conn, id: ImportId, part: i64) -> Result<Option<Vec<u8>>, StoreError> {
    let body = import_parts::table.find((id.to_string(), part)).select(import_parts::body);
    Ok(body.get_result(conn).optional()?)
}

/// Moves a file on that stands at `from`. False if it does not.
pub fn advance(
    tx: &mut Tx<'_>,
    id: ImportId,
    from: ImportStatus,
    to: ImportStatus,
) -> Result<bool, StoreError> {
    let there = imports::table.find(id.to_string()).filter(imports::status.eq(from.as_str()));
    let moved = (
        imports::status.eq(to.as_str()),
        imports::lines_done.eq(0_i64),
        imports::done_at.eq(None::<NaiveDateTime>),
    );
    Ok(diesel::update(there).set(moved).execute(&mut **tx)? == 1)
}

/// Begins the work that a file waits for, or begins it anew: whoever worked on it before may write no more. None if it
/// waits for something else.
pub fn begin(tx: &mut Tx<'_>, id: ImportId, status: ImportStatus) -> Result<Option<Import>, StoreError> {
    let waiting = imports::table.find(id.to_string()).filter(imports::status.eq(status.as_str()));
    let begun = (imports::round.eq(imports::round + 1), imports::lines_done.eq(0_i64));
    if diesel::update(waiting).set(begun).execute(&mut **tx)? == 0 {
        return Ok(None);
    }
    find(tx, id)
}

/// The row of a file, as long as nobody has begun anew.
macro_rules! ours {
    ($import:expr) => {
        imports::table
            .find($import.id.to_string())
            .filter(imports::round.eq($import.round))
            .filter(imports::status.eq($import.status.as_str()))
    };
}

/// Notes how many lines the work at hand is through with.
///
/// # Errors
/// `Stale` if somebody has begun anew, or it was taken away.
pub fn progress(tx: &mut Tx<'_>, import: &Import, done: i64) -> Result<(), StoreError> {
    one(diesel::update(ours!(import)).set(imports::lines_done.eq(done)).execute(&mut **tx)?)
}

/// It was looked through, and can be taken.
///
/// # Errors
/// `Stale` if somebody has begun anew, or it was taken away.
pub fn examined(tx: &mut Tx<'_>, import: &Import, report: &Report) -> Result<(), StoreError> {
    let examined = (
        imports::status.eq(ImportStatus::Examined.as_str()),
        imports::report.eq(Some(to_json(report)?)),
        imports::lines_all.eq(report.lines),
        imports::lines_done.eq(report.lines),
    );
    one(diesel::update(ours!(import)).set(examined).execute(&mut **tx)?)
}

/// The work at hand is done: the file itself goes.
///
/// # Errors
/// `Stale` if somebody has begun anew, or it was taken away.
pub fn finish(
    tx: &mut Tx<'_>,
    import: &Import,
    status: ImportStatus,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let done = (imports::status.eq(status.as_str()), imports::done_at.eq(Some(now.naive_utc())));
    one(diesel::update(ours!(import)).set(done).execute(&mut **tx)?)?;
    remove_parts(tx, &import.id.to_string())
}

/// It cannot be taken: the file itself goes. Without effect if it was overtaken.
pub fn fail(tx: &mut Tx<'_>, import: &Import, error: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    let failed = (
        imports::status.eq(ImportStatus::Failed.as_str()),
        imports::error.eq(Some(error)),
        imports::done_at.eq(Some(now.naive_utc())),
    );
    if diesel::update(ours!(import)).set(failed).execute(&mut **tx)? > 0 {
        remove_parts(tx, &import.id.to_string())?;
    }
    Ok(())
}

fn remove_parts(tx: &mut Tx<'_>, id: &str) -> Result<(), StoreError> {
    diesel::delete(import_parts::table.filter(import_parts::import_id.eq(id))).execute(&mut **tx)?;
    Ok(())
}

/// Takes a file away of which nothing was ever booked. False if something was, or is about to be.
pub fn remove(tx: &mut Tx<'_>, id: ImportId) -> Result<bool, StoreError> {
    let id = id.to_string();
    let idle =
        [ImportStatus::Waiting, ImportStatus::Examined, ImportStatus::Failed].map(ImportStatus::as_str);
    let unbooked = imports::table.find(&id).filter(imports::status.eq_any(idle));
    // Whoever would say yes at this moment waits, and finds it gone.
    if diesel::update(unbooked).set(imports::round.eq(imports::round + 1)).execute(&mut **tx)? == 0 {
        return Ok(false);
    }
    remove_parts(tx, &id)?;
    one(diesel::delete(imports::table.find(&id)).execute(&mut **tx)?)?;
    Ok(true)
}

/// Files that nobody said yes to since `unconfirmed`, and those that could not be taken and were given up before `failed`:
/// what is said of their mistakes may name a person.
pub fn forgotten(
    conn: &mut Conn,
    unconfirmed: DateTime<Utc>,
    failed: DateTime<Utc>,
) -> Result<Vec<ImportId>, StoreError> {
    let left = imports::status.eq("examined").and(imports::asked_at.lt(unconfirmed.naive_utc()));
    let given_up = imports::status.eq("failed").and(imports::asked_at.lt(failed.naive_utc()));
    let ids: Vec<String> =
        imports::table.filter(left.or(given_up)).limit(100).select(imports::id).load(conn)?;
    ids.iter().map(|id| Row { table: "imports", id }.parse(id)).collect()
}

/// A line that became a donation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportLine {
    /// Its id.
    pub id: ImportLineId,
    /// The file.
    pub import: ImportId,
    /// The line of the file, from 1.
    pub at: u64,
    /// By what it is recognised.
    pub identity: String,
    /// By what its donor is recognised.
    pub giver: Option<String>,
    /// What it became.
    pub donation: DonationId,
}

/// Adds a line.
///
/// # Errors
/// `Conflict` if the same gift is on record from another line.
pub fn insert_line(tx: &mut Tx<'_>, line: &ImportLine) -> Result<(), StoreError> {
    let inserted = diesel::insert_into(import_lines::table)
        .values((
            import_lines::id.eq(line.id.to_string()),
            import_lines::import_id.eq(line.import.to_string()),
            import_lines::at.eq(i64::try_from(line.at).unwrap_or(i64::MAX)),
            import_lines::identity.eq(&line.identity),
            import_lines::giver.eq(&line.giver),
            import_lines::donation_id.eq(line.donation.to_string()),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

/// Those of these codes whose gifts are on record.
pub fn known(conn: &mut Conn, identities: &[String]) -> Result<HashSet<String>, StoreError> {
    let live = import_lines::table.filter(import_lines::undone_at.is_null());
    let found: Vec<String> =
        live.filter(import_lines::identity.eq_any(identities)).select(import_lines::identity).load(conn)?;
    Ok(found.into_iter().collect())
}

/// Those of these names that are on record: of payments as gateways call them, and of donations as this program does.
/// What was taken over is none of them.
pub fn on_record(
    conn: &mut Conn,
    payments: &[String],
    ids: &[String],
) -> Result<HashSet<String>, StoreError> {
    let mut found: Vec<String> = donations::table
        .filter(donations::gateway.ne("import"))
        .filter(donations::remote_id.eq_any(payments))
        .filter(donations::gross_minor.is_not_null())
        .select(donations::remote_id)
        .load(conn)?;
    let by_id: Vec<String> =
        donations::table.filter(donations::id.eq_any(ids)).select(donations::id).load(conn)?;
    found.extend(by_id);
    Ok(found.into_iter().collect())
}

/// Whether somebody of this address gave so much on this day.
pub fn is_alike(conn: &mut Conn, email: &str, amount: Money, day: NaiveDate) -> Result<bool, StoreError> {
    let found: Option<String> = donations::table
        .inner_join(pledges::table)
        .filter(donations::received_on.eq(Some(day)))
        .filter(donations::gross_minor.eq(Some(amount.minor())))
        .filter(donations::currency.eq(amount.currency().code()))
        .filter(pledges::email.eq(email))
        .select(donations::id)
        .limit(1)
        .get_result(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Whom a gift of the same donor of the other place was given by.
pub fn donor_of_giver(conn: &mut Conn, giver: &str) -> Result<Option<DonorId>, StoreError> {
    let id: Option<Option<String>> = import_lines::table
        .inner_join(donations::table)
        .filter(import_lines::giver.eq(giver))
        .filter(import_lines::undone_at.is_null())
        .order(import_lines::id)
        .select(donations::donor_id)
        .limit(1)
        .get_result(conn)
        .optional()?;
    let row = |id: &str| Row { table: "donors", id }.parse(id);
    id.flatten().map(|id| row(&id)).transpose()
}

/// The next gifts of a file that are on record, and the lines that they were.
pub fn live(
    conn: &mut Conn,
    import: ImportId,
    limit: i64,
) -> Result<Vec<(ImportLineId, DonationId)>, StoreError> {
    let rows: Vec<(String, String)> = import_lines::table
        .filter(import_lines::import_id.eq(import.to_string()))
        .filter(import_lines::undone_at.is_null())
        .order(import_lines::id)
        .limit(limit)
        .select((import_lines::id, import_lines::donation_id))
        .load(conn)?;
    rows.iter()
        .map(|(id, donation)| {
            let row = Row { table: "import_lines", id };
            Ok((row.parse(id)?, row.parse(donation)?))
        })
        .collect()
}

/// Notes that a gift was declared void.
pub fn undo_line(tx: &mut Tx<'_>, line: ImportLineId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let undone = import_lines::undone_at.eq(Some(now.naive_utc()));
    one(diesel::update(import_lines::table.find(line.to_string())).set(undone).execute(&mut **tx)?)
}

/// Whether a donation that was taken over counts on yearly statements.
pub fn is_on_statements(conn: &mut Conn, donation: DonationId) -> Result<bool, StoreError> {
    let wanted: Option<bool> = import_lines::table
        .inner_join(imports::table)
        .filter(import_lines::donation_id.eq(donation.to_string()))
        .select(imports::on_statements)
        .get_result(conn)
        .optional()?;
    Ok(wanted.unwrap_or_default())
}

/// Where a donation came from: the file and its line.
pub fn of_donation(
    conn: &mut Conn,
    donation: DonationId,
) -> Result<Option<(ImportId, String, i64)>, StoreError> {
    let row: Option<(String, String, i64)> = import_lines::table
        .inner_join(imports::table)
        .filter(import_lines::donation_id.eq(donation.to_string()))
        .select((imports::id, imports::name, import_lines::at))
        .get_result(conn)
        .optional()?;
    row.map(|(id, name, at)| Ok((Row { table: "imports", id: &id }.parse(&id)?, name, at))).transpose()
}
