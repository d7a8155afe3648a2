//! Statements of banks: files are handed in, read by a job, and each of their lines is booked where it is certain whose it
//! is, or waits for a person.

mod decide;
mod platforms;
mod propose;
mod take;

pub use decide::{GiftOfLine, TakenBack, book, dismiss, gift, link, no_gift, reopen, take_back};
pub use platforms::{PaidOut, paid_out};
pub use propose::{LineFile, StatementLines, Suggestion, WaitingLine, Why, line, of_statement};
pub use take::{Identities, Named, take};

use super::handed_in;
use super::{Context, UseCaseError, audit};
use crate::domain::audit::{Action, Actor};
use crate::domain::bank::CreditorReference;
use crate::domain::bank_line::{BankStatement, StatementFormat, StatementStatus, account_number};
use crate::domain::bank_mapping::{AmountColumns, COLUMNS_MAX, Mapping, ROWS_OUT_MAX, SavedMapping};
use crate::domain::donor::clean_line;
use crate::domain::ids::{BankMappingId, BankStatementId, PledgeId};
use crate::domain::job::Job;
use crate::store::{bank_lines, bank_statements as stored, pledges};
use crate::usecases::FieldError;
use chrono::TimeDelta;
use serde_json::json;

/// Longest file, in bytes: some twenty thousand lines of XML.
pub const BYTES_MAX: usize = 32 * 1024 * 1024;
/// Letters of the name of a mapping.
const NAME_CHARACTERS_MAX: usize = 60;
/// A file whose columns nobody explains goes after so long.
const KEEP_UNMAPPED: TimeDelta = TimeDelta::days(7);
/// Who sent money that was no gift, or was sent money, is forgotten after so long.
const KEEP_STRANGERS: TimeDelta = TimeDelta::days(90);

/// A file that is handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedIn {
    /// What it is called.
    pub name: String,
    /// How it is written.
    pub format: StatementFormat,
    /// What its columns mean; none as long as nobody said so, and for XML.
    pub mapping: Option<BankMappingId>,
    /// The file, in pieces of [`handed_in::PART_BYTES`] at most.
    pub parts: Vec<Vec<u8>>,
    /// Who hands it in.
    pub asked_by: String,
}

/// Keeps a file, and orders that it is read, unless its columns have to be explained first.
///
/// # Errors
/// `Invalid` for an empty or too large file; `NotFound` without the mapping.
pub async fn hand_in(ctx: &Context, by: Actor, file: HandedIn) -> Result<BankStatement, UseCaseError> {
    let bytes = handed_in::length(&file.parts, BYTES_MAX)?;
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let ctx = &inner;
            let is_csv = file.format == StatementFormat::Csv;
            if let Some(mapping) = file.mapping.filter(|_| is_csv) {
                stored::find_mapping(tx, mapping)?.ok_or(UseCaseError::NotFound("mapping"))?;
            }
            let unmapped = is_csv && file.mapping.is_none();
            let name = handed_in::name(&file.name, "statement");
            let statement = BankStatement {
                id: ctx.new_id(),
                name,
                format: file.format,
                mapping: file.mapping.filter(|_| is_csv),
                status: if unmapped { StatementStatus::Unmapped } else { StatementStatus::Waiting },
                round: 0,
                bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
                lines_all: 0,
                lines_done: 0,
                lines_new: 0,
                error: None,
                asked_by: file.asked_by,
                asked_at: ctx.now(),
                done_at: None,
            };
            stored::insert(tx, &statement, &file.parts)?;
            if !unmapped {
                ctx.enqueue(tx, &Job::ReadBankStatement { statement: statement.id })?;
            }
            let detail = json!({ "format": statement.format.as_str(), "bytes": bytes });
            audit::record(tx, ctx, (by, Action::BankFileTaken), &statement.id, &detail)?;
            Ok(statement)
        })
        .await
}

/// Saves what the columns of a file mean, under a name, and orders that the file is read. The same name replaces what was
/// saved before.
///
/// # Errors
/// `Invalid` with every mistake; `Conflict` if the file was read before.
pub async fn understand(
    ctx: &Context,
    by: Actor,
    id: BankStatementId,
    (name, mapping): (&str, Mapping),
) -> Result<(), UseCaseError> {
    let name = check(name, &mapping).map_err(UseCaseError::Invalid)?;
    let mapping = Mapping { account: account_number(&mapping.account), ..mapping };
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let saved = stored::save_mapping(tx, inner.new_id(), (&name, &mapping), inner.now())?;
            if !stored::understand(tx, id, saved)? {
                let message = "this file has been read already".to_owned();
                return Err(UseCaseError::Conflict { code: "already_read", message });
            }
            inner.enqueue(tx, &Job::ReadBankStatement { statement: id })?;
            audit::record(tx, &inner, (by, Action::BankMappingSaved), &saved, &json!({ "statement": id }))
        })
        .await
}

/// Every mistake in a mapping, or its name as it is kept.
///
/// # Errors
/// The mistakes, by the field of the form.
pub fn check(name: &str, mapping: &Mapping) -> Result<String, Vec<FieldError>> {
    let mut mistakes = Vec::new();
    let mut wrong = |field, message: &str| {
        mistakes.push(FieldError { field, code: "invalid", message: message.to_owned() });
    };
    let cleaned = clean_line(name, NAME_CHARACTERS_MAX).ok().flatten();
    if cleaned.is_none() {
        wrong("mapping_name", "Give it a name of up to 60 letters.");
    }
    let account = account_number(&mapping.account);
    if account.is_empty() || account.len() > 40 || !account.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        wrong("account", "Type the IBAN or the number of the account.");
    }
    let is_column = |column: &usize| (1..=COLUMNS_MAX).contains(column);
    if !is_column(&mapping.date) {
        wrong("date", "Choose the column with the day.");
    }
    match mapping.amount {
        AmountColumns::Signed { column } | AmountColumns::SignedTheOtherWay { column } => {
            if !is_column(&column) {
                wrong("amount", "Choose the column with the amount, or one for each direction.");
            }
        }
        AmountColumns::Pair { credit, debit } => {
            if !is_column(&credit) || !is_column(&debit) || credit == debit {
                wrong("credit", "Choose two columns, one for what came in and one for what went out.");
            }
        }
    }
    if mapping.columns().iter().any(|column| *column > COLUMNS_MAX) {
        wrong("form", "There is no such column.");
    }
    if mapping.header_rows > ROWS_OUT_MAX || mapping.footer_rows > ROWS_OUT_MAX {
        wrong("header_rows", "At most 50 rows can be left out.");
    }
    match cleaned {
        Some(name) if mistakes.is_empty() => Ok(name),
        _ => Err(mistakes),
    }
}

/// Takes a file away, with all its lines.
///
/// # Errors
/// `Conflict` if a line of it is booked, or it is being read.
pub async fn remove(ctx: &Context, by: Actor, id: BankStatementId) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            stored::find(tx, id)?.ok_or(UseCaseError::NotFound("bank statement"))?;
            if !stored::remove(tx, id)? {
                let message = "a line of it is booked, or it is being read; it stays".to_owned();
                return Err(UseCaseError::Conflict { code: "statement_in_use", message });
            }
            audit::record(tx, &inner, (by, Action::BankFileRemoved), &id, &json!({}))
        })
        .await
}

/// One of them.
///
/// # Errors
/// `NotFound` without it.
pub async fn find(ctx: &Context, id: BankStatementId) -> Result<BankStatement, UseCaseError> {
    let found = ctx.db.read(move |conn| stored::find(conn, id)).await?;
    found.ok_or(UseCaseError::NotFound("bank statement"))
}

/// The latest, those before `before` if it is given.
pub async fn latest(
    ctx: &Context,
    before: Option<BankStatementId>,
    limit: i64,
) -> Result<Vec<BankStatement>, UseCaseError> {
    Ok(ctx.db.read(move |conn| stored::latest(conn, before, limit)).await?)
}

/// All mappings, by name.
pub async fn mappings(ctx: &Context) -> Result<Vec<SavedMapping>, UseCaseError> {
    Ok(ctx.db.read(stored::mappings).await?)
}

/// A mapping.
///
/// # Errors
/// `NotFound` without it.
pub async fn mapping(ctx: &Context, id: BankMappingId) -> Result<SavedMapping, UseCaseError> {
    let found = ctx.db.read(move |conn| stored::find_mapping(conn, id)).await?;
    found.ok_or(UseCaseError::NotFound("mapping"))
}

/// The promise that has this reference.
pub async fn promise(ctx: &Context, reference: CreditorReference) -> Result<Option<PledgeId>, UseCaseError> {
    let found = ctx.db.read(move |conn| pledges::find_by_reference(conn, &reference)).await?;
    Ok(found.map(|pledge| pledge.id))
}

/// A piece of a file that is not read yet; none behind the last.
pub async fn part(ctx: &Context, id: BankStatementId, part: i64) -> Result<Option<Vec<u8>>, UseCaseError> {
    Ok(ctx.db.read(move |conn| stored::part(conn, id, part)).await?)
}

/// Begins to read a file, or begins anew. None if there is nothing to read any more.
pub async fn begin(ctx: &Context, id: BankStatementId) -> Result<Option<BankStatement>, UseCaseError> {
    Ok(ctx.db.write(move |tx| stored::begin(tx, id)).await?)
}

/// The whole is taken in.
///
/// # Errors
/// `Stale` if somebody has begun anew.
pub async fn finish(ctx: &Context, statement: &BankStatement) -> Result<(), UseCaseError> {
    let (statement, now) = (statement.clone(), ctx.now());
    Ok(ctx.db.write(move |tx| stored::finish(tx, &statement, now)).await?)
}

/// It cannot be taken: nothing of it is here.
pub async fn fail(ctx: &Context, statement: &BankStatement, error: String) -> Result<(), UseCaseError> {
    let (statement, now) = (statement.clone(), ctx.now());
    Ok(ctx.db.write(move |tx| stored::fail(tx, &statement, &error, now)).await?)
}

/// Takes away files that nobody explained, and forgets who sent or was sent money that was no gift.
pub(super) async fn clean_up(ctx: &Context) -> Result<(), UseCaseError> {
    /// Rows of one transaction: others are not kept waiting for long.
    const ROWS: i64 = 500;
    let now = ctx.now();
    let (unmapped, failed) = (now - KEEP_UNMAPPED, now - KEEP_STRANGERS);
    let left = ctx.db.read(move |conn| stored::forgotten(conn, unmapped, failed)).await?;
    for id in left {
        ctx.db.write(move |tx| stored::remove(tx, id)).await?;
    }
    while ctx.db.write(move |tx| bank_lines::forget_strangers(tx, now - KEEP_STRANGERS, ROWS)).await? > 0 {}
    Ok(())
}
