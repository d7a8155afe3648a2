//! Files of banks, the pieces that they are kept in until they are read, and what the columns of CSV mean.

use super::row::{Row, one, to_json, utc};
use super::schema::{
    bank_line_refusals, bank_lines, bank_mappings, bank_statement_parts, bank_statements, ledger_entries,
};
use super::{Conn, StoreError, Tx};
use crate::domain::bank_line::{BankStatement, StatementFormat, StatementStatus};
use crate::domain::bank_mapping::{
    AmountColumns, Charset, DateOrder, DecimalMark, Delimiter, Mapping, SavedMapping,
};
use crate::domain::ids::{BankMappingId, BankStatementId};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = bank_statements)]
struct StatementRow {
    id: String,
    name: String,
    format: String,
    mapping_id: Option<String>,
    status: String,
    round: i64,
    bytes: i64,
    lines_all: i64,
    lines_done: i64,
    lines_new: i64,
    error: Option<String>,
    asked_by: String,
    asked_at: NaiveDateTime,
    done_at: Option<NaiveDateTime>,
}

impl StatementRow {
    fn into_domain(self) -> Result<BankStatement, StoreError> {
        let row = Row { table: "bank_statements", id: &self.id };
        Ok(BankStatement {
            id: row.parse(&self.id)?,
            format: row.word(StatementFormat::parse, &self.format)?,
            mapping: row.parse_option(self.mapping_id.as_deref())?,
            status: row.word(StatementStatus::parse, &self.status)?,
            round: self.round,
            bytes: self.bytes,
            lines_all: self.lines_all,
            lines_done: self.lines_done,
            lines_new: self.lines_new,
            error: self.error,
            asked_by: self.asked_by,
            asked_at: utc(self.asked_at),
            done_at: self.done_at.map(utc),
            name: self.name,
        })
    }
}

/// Adds a file with its pieces.
pub fn insert(tx: &mut Tx<'_>, statement: &BankStatement, parts: &[Vec<u8>]) -> Result<(), StoreError> {
    let row = StatementRow {
        id: statement.id.to_string(),
        name: statement.name.clone(),
        format: statement.format.as_str().to_owned(),
        mapping_id: statement.mapping.map(|id| id.to_string()),
        status: statement.status.as_str().to_owned(),
        round: statement.round,
        bytes: statement.bytes,
        lines_all: statement.lines_all,
        lines_done: statement.lines_done,
        lines_new: statement.lines_new,
        error: statement.error.clone(),
        asked_by: statement.asked_by.clone(),
        asked_at: statement.asked_at.naive_utc(),
        done_at: statement.done_at.map(|at| at.naive_utc()),
    };
    one(diesel::insert_into(bank_statements::table).values(&row).execute(&mut **tx)?)?;
    for (number, body) in (0_i64..).zip(parts) {
        let piece = (
            bank_statement_parts::statement_id.eq(&row.id),
            bank_statement_parts::part.eq(number),
            bank_statement_parts::body.eq(body),
        );
        one(diesel::insert_into(bank_statement_parts::table).values(piece).execute(&mut **tx)?)?;
    }
    Ok(())
}

/// One of them.
pub fn find(conn: &mut Conn, id: BankStatementId) -> Result<Option<BankStatement>, StoreError> {
    let row = bank_statements::table.find(id.to_string()).select(StatementRow::as_select());
    row.get_result(conn).optional()?.map(StatementRow::into_domain).transpose()
}

/// The latest, those before `before` if it is given.
pub fn latest(
    conn: &mut Conn,
    before: Option<BankStatementId>,
    limit: i64,
) -> Result<Vec<BankStatement>, StoreError> {
    let mut rows = bank_statements::table.select(StatementRow::as_select()).into_boxed();
    if let Some(before) = before {
        rows = rows.filter(bank_statements::id.lt(before.to_string()));
    }
    let rows = rows.order(bank_statements::id.desc()).limit(limit).load(conn)?;
    rows.into_iter().map(StatementRow::into_domain).collect()
}

/// A piece of a file; none behind the last, and none once it was read.
pub fn part(conn: &mut Conn, id: BankStatementId, part: i64) -> Result<Option<Vec<u8>>, StoreError> {
    let body = bank_statement_parts::table.find((id.to_string(), part)).select(bank_statement_parts::body);
    Ok(body.get_result(conn).optional()?)
}

/// Says what the columns of a file mean that nobody had said yet; it is to be read now. False if it was said before.
pub fn understand(tx: &mut Tx<'_>, id: BankStatementId, mapping: BankMappingId) -> Result<bool, StoreError> {
    let unmapped = bank_statements::table.find(id.to_string()).filter(bank_statements::status.eq("unmapped"));
    let understood =
        (bank_statements::status.eq("waiting"), bank_statements::mapping_id.eq(Some(mapping.to_string())));
    Ok(diesel::update(unmapped).set(understood).execute(&mut **tx)? == 1)
}

/// Begins to read a file, or begins anew: whoever read it before may write no more. None if there is nothing to read.
pub fn begin(tx: &mut Tx<'_>, id: BankStatementId) -> Result<Option<BankStatement>, StoreError> {
    let open = bank_statements::table
        .find(id.to_string())
        .filter(bank_statements::status.eq_any(["waiting", "reading"]));
    let begun = (
        bank_statements::status.eq("reading"),
        bank_statements::round.eq(bank_statements::round + 1),
        bank_statements::lines_done.eq(0_i64),
    );
    if diesel::update(open).set(begun).execute(&mut **tx)? == 0 {
        return Ok(None);
    }
    find(tx, id)
}

/// Notes how many lines there are and how many of them were taken in.
///
/// # Errors
/// `Stale` if somebody has begun anew, or it was taken away.
pub fn progress(tx: &mut Tx<'_>, statement: &BankStatement, all: i64, done: i64) -> Result<(), StoreError> {
    let ours = bank_statements::table
        .find(statement.id.to_string())
        .filter(bank_statements::round.eq(statement.round))
        .filter(bank_statements::status.eq("reading"));
    let counts = (bank_statements::lines_all.eq(all), bank_statements::lines_done.eq(done));
    one(diesel::update(ours).set(counts).execute(&mut **tx)?)
}

/// The whole is taken in: the file itself goes.
///
/// # Errors
/// `Stale` if somebody has begun anew, or it was taken away.
pub fn finish(tx: &mut Tx<'_>, statement: &BankStatement, now: DateTime<Utc>) -> Result<(), StoreError> {
    let id = statement.id.to_string();
    let new: i64 =
        bank_lines::table.filter(bank_lines::statement_id.eq(&id)).count().get_result(&mut **tx)?;
    let ours = bank_statements::table
        .find(&id)
        .filter(bank_statements::round.eq(statement.round))
        .filter(bank_statements::status.eq("reading"));
    let done = (
        bank_statements::status.eq("done"),
        bank_statements::lines_new.eq(new),
        bank_statements::done_at.eq(Some(now.naive_utc())),
    );
    one(diesel::update(ours).set(done).execute(&mut **tx)?)?;
    remove_parts(tx, &id)
}

/// It cannot be taken: the file itself goes. Without effect if it was overtaken.
pub fn fail(
    tx: &mut Tx<'_>,
    statement: &BankStatement,
    error: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let id = statement.id.to_string();
    let ours = bank_statements::table
        .find(&id)
        .filter(bank_statements::round.eq(statement.round))
        .filter(bank_statements::status.eq("reading"));
    let failed = (
        bank_statements::status.eq("failed"),
        bank_statements::error.eq(Some(error)),
        bank_statements::done_at.eq(Some(now.naive_utc())),
    );
    if diesel::update(ours).set(failed).execute(&mut **tx)? > 0 {
        remove_parts(tx, &id)?;
    }
    Ok(())
}

fn remove_parts(tx: &mut Tx<'_>, id: &str) -> Result<(), StoreError> {
    let parts = bank_statement_parts::table.filter(bank_statement_parts::statement_id.eq(id));
    diesel::delete(parts).execute(&mut **tx)?;
    Ok(())
}

/// Takes a file away with all its lines, as if it had never come. False if one of them is booked, a payout or a deposit, or it is being read.
pub fn remove(tx: &mut Tx<'_>, id: BankStatementId) -> Result<bool, StoreError> {
    let id = id.to_string();
    let lines = bank_lines::table.filter(bank_lines::statement_id.eq(&id));
    // The books keep what was booked of a line, even if it was taken back.
    let in_books = ledger_entries::table
        .filter(ledger_entries::bank_line_id.is_not_null())
        .select(ledger_entries::bank_line_id.assume_not_null());
    let in_use = bank_lines::status
        .eq_any(["booked", "returned"])
        .or(bank_lines::payout_id.is_not_null())
        .or(bank_lines::deposit_id.is_not_null())
        .or(bank_lines::id.eq_any(in_books));
    let booked = lines.filter(in_use).limit(1);
    let booked: Option<String> = booked.select(bank_lines::id).get_result(&mut **tx).optional()?;
    let reading: Option<String> = bank_statements::table
        .find(&id)
        .filter(bank_statements::status.eq("reading"))
        .select(bank_statements::id)
        .get_result(&mut **tx)
        .optional()?;
    if booked.or(reading).is_some() {
        return Ok(false);
    }
    let refused =
        bank_line_refusals::table.filter(bank_line_refusals::line_id.eq_any(lines.select(bank_lines::id)));
    diesel::delete(refused).execute(&mut **tx)?;
    diesel::delete(lines).execute(&mut **tx)?;
    remove_parts(tx, &id)?;
    diesel::delete(bank_statements::table.find(&id)).execute(&mut **tx)?;
    Ok(true)
}

/// Files whose columns nobody explained since `unmapped`, and those that could not be taken and were given up before
/// `failed`: what is said of their mistakes may name a person.
pub fn forgotten(
    conn: &mut Conn,
    unmapped: DateTime<Utc>,
    failed: DateTime<Utc>,
) -> Result<Vec<BankStatementId>, StoreError> {
    let left = bank_statements::status.eq("unmapped").and(bank_statements::asked_at.lt(unmapped.naive_utc()));
    let given_up = bank_statements::status.eq("failed").and(bank_statements::asked_at.lt(failed.naive_utc()));
    let ids: Vec<String> =
        bank_statements::table.filter(left.or(given_up)).limit(100).select(bank_statements::id).load(conn)?;
    ids.iter().map(|id| Row { table: "bank_statements", id }.parse(id)).collect()
}

/// A mapping as it is stored.
#[derive(serde::Serialize, serde::Deserialize)]
struct StoredMapping {
    account: String,
    currency: String,
    charset: String,
    delimiter: String,
    header_rows: usize,
    footer_rows: usize,
    date_order: String,
    decimal_mark: String,
    date: usize,
    amount: AmountColumns,
    name: Option<usize>,
    other_account: Option<usize>,
    text: Vec<usize>,
    bank_id: Option<usize>,
}

impl StoredMapping {
    fn of(mapping: &Mapping) -> Self {
        Self {
            account: mapping.account.clone(),
            currency: mapping.currency.code().to_owned(),
            charset: mapping.charset.as_str().to_owned(),
            delimiter: mapping.delimiter.as_str().to_owned(),
            header_rows: mapping.header_rows,
            footer_rows: mapping.footer_rows,
            date_order: mapping.date_order.as_str().to_owned(),
            decimal_mark: mapping.decimal_mark.as_str().to_owned(),
            date: mapping.date,
            amount: mapping.amount,
            name: mapping.name,
            other_account: mapping.other_account,
            text: mapping.text.clone(),
            bank_id: mapping.bank_id,
        }
    }

    fn into_domain(self, row: Row<'_>) -> Result<Mapping, StoreError> {
        Ok(Mapping {
            currency: row.currency(&self.currency)?,
            charset: row.word(Charset::parse, &self.charset)?,
            delimiter: row.word(Delimiter::parse, &self.delimiter)?,
            date_order: row.word(DateOrder::parse, &self.date_order)?,
            decimal_mark: row.word(DecimalMark::parse, &self.decimal_mark)?,
            account: self.account,
            header_rows: self.header_rows,
            footer_rows: self.footer_rows,
            date: self.date,
            amount: self.amount,
            name: self.name,
            other_account: self.other_account,
            text: self.text,
            bank_id: self.bank_id,
        })
    }
}

type MappingColumns = (String, String, String);

fn saved((id, name, body): MappingColumns) -> Result<SavedMapping, StoreError> {
    let row = Row { table: "bank_mappings", id: &id };
    let mapping: StoredMapping = row.json(&body)?;
    Ok(SavedMapping { id: row.parse(&id)?, mapping: mapping.into_domain(row)?, name })
}

/// Saves a mapping; one of the same name is replaced. Returns its id.
pub fn save_mapping(
    tx: &mut Tx<'_>,
    fresh: BankMappingId,
    (name, mapping): (&str, &Mapping),
    now: DateTime<Utc>,
) -> Result<BankMappingId, StoreError> {
    let body = to_json(&StoredMapping::of(mapping))?;
    let content = (bank_mappings::body.eq(&body), bank_mappings::changed_at.eq(now.naive_utc()));
    let known = bank_mappings::table.filter(bank_mappings::name.eq(name));
    if diesel::update(known).set(content).execute(&mut **tx)? == 0 {
        let row = (bank_mappings::id.eq(fresh.to_string()), bank_mappings::name.eq(name), content);
        one(diesel::insert_into(bank_mappings::table).values(row).execute(&mut **tx)?)?;
        return Ok(fresh);
    }
    let id: String = known.select(bank_mappings::id).get_result(&mut **tx)?;
    Row { table: "bank_mappings", id: &id }.parse(&id)
}

/// All mappings, by name.
pub fn mappings(conn: &mut Conn) -> Result<Vec<SavedMapping>, StoreError> {
    let columns = (bank_mappings::id, bank_mappings::name, bank_mappings::body);
    let rows: Vec<MappingColumns> =
        bank_mappings::table.order(bank_mappings::name).select(columns).load(conn)?;
    rows.into_iter().map(saved).collect()
}

/// A mapping.
pub fn find_mapping(conn: &mut Conn, id: BankMappingId) -> Result<Option<SavedMapping>, StoreError> {
    let columns = (bank_mappings::id, bank_mappings::name, bank_mappings::body);
    let row: Option<MappingColumns> =
        bank_mappings::table.find(id.to_string()).select(columns).get_result(conn).optional()?;
    row.map(saved).transpose()
}
