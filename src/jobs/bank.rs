//! Reading a bank's file: twice, from disk. First all of it is looked through, and if anything in it cannot be taken,
//! nothing is; then its lines are taken in, some at a time.

use super::run::JobError;
use crate::bank::{self, Fault, Understood};
use crate::domain::bank_line::{BankStatement, ReadLine, StatementFormat};
use crate::domain::ids::BankStatementId;
use crate::store::StoreError;
use crate::usecases::bank_statements::{self, Identities, Named};
use crate::usecases::{Context, UseCaseError};
use chrono::NaiveDate;
use std::fs::File;
use std::io::{self, BufReader, Seek as _, Write as _};
use tokio::sync::mpsc;

/// Lines of one transaction: others are not kept waiting for long.
const LINES_AT_ONCE: usize = 50;
/// Mistakes that are told; whoever has more has one mistake many times.
const FAULTS_MAX: usize = 20;

/// Reads a file. What an earlier try took in is known, and nothing is taken in twice.
pub(super) async fn read(ctx: &Context, id: BankStatementId) -> Result<(), JobError> {
    match read_statement(ctx, id).await {
        // Somebody else has begun anew, or it was taken away.
        Err(Failed::UseCase(UseCaseError::Store(StoreError::Stale) | UseCaseError::NotFound(_))) | Ok(()) => {
            Ok(())
        }
        Err(Failed::UseCase(error)) => Err(error.into()),
        Err(Failed::Disk(error)) => Err(JobError::Retry(format!("the file cannot be read: {error}"))),
    }
}

/// Why a file was not read. Mistakes in it are none of these: they are told with the file.
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
    /// Whether somebody else has begun to read the same file, and goes on with it.
    pub fn is_overtaken(&self) -> bool {
        matches!(self, Self::UseCase(UseCaseError::Store(StoreError::Stale)))
    }
}

/// Reads a file that is to be read.
pub async fn read_statement(ctx: &Context, id: BankStatementId) -> Result<(), Failed> {
    let Some(statement) = bank_statements::begin(ctx, id).await? else { return Ok(()) };
    let how = understood(ctx, &statement).await?;
    let file = on_disk(ctx, id).await?;
    let today = ctx.day_of(ctx.now());
    let (looked_at, again) = (file.try_clone()?, how.clone());
    let looked = tokio::task::spawn_blocking(move || look_through(&again, looked_at, today));
    let all = match joined(looked.await)?? {
        Ok(all) => all,
        Err(faults) => {
            bank_statements::fail(ctx, &statement, shown_faults(&faults)).await?;
            return Ok(());
        }
    };
    take_in(ctx, &statement, how, file, all).await?;
    Ok(bank_statements::finish(ctx, &statement).await?)
}

fn joined<T>(done: Result<T, tokio::task::JoinError>) -> io::Result<T> {
    done.map_err(|panic| io::Error::other(format!("the work was cut off: {panic}")))
}

/// The mistakes of a file, one a line.
fn shown_faults(faults: &[Fault]) -> String {
    let mut text: Vec<String> = faults.iter().take(FAULTS_MAX).map(ToString::to_string).collect();
    if faults.len() > FAULTS_MAX {
        text.push("and more".to_owned());
    }
    text.join("\n")
}

async fn understood(ctx: &Context, statement: &BankStatement) -> Result<Understood, UseCaseError> {
    match (statement.format, statement.mapping) {
        (StatementFormat::Camt053, _) => Ok(Understood::Camt053),
        (StatementFormat::Csv, Some(mapping)) => {
            Ok(Understood::Csv(bank_statements::mapping(ctx, mapping).await?.mapping))
        }
        (StatementFormat::Csv, None) => Err(UseCaseError::NotFound("mapping")),
    }
}

/// Lays a file on disk, without a name: it goes with this process at the latest.
async fn on_disk(ctx: &Context, id: BankStatementId) -> Result<File, Failed> {
    let mut file = tempfile::tempfile()?;
    let mut number = 0;
    while let Some(part) = bank_statements::part(ctx, id, number).await? {
        file.write_all(&part)?;
        number += 1;
    }
    file.flush()?;
    Ok(file)
}

fn lines_of(how: &Understood, mut file: File) -> io::Result<Result<bank::Lines, Fault>> {
    file.rewind()?;
    Ok(bank::read(how, BufReader::new(file)))
}

/// How many lines a file has, or what is wrong with it.
fn look_through(how: &Understood, file: File, today: NaiveDate) -> io::Result<Result<i64, Vec<Fault>>> {
    let lines = match lines_of(how, file)? {
        Ok(lines) => lines,
        Err(fault) => return Ok(Err(vec![fault])),
    };
    let mut faults = Vec::new();
    let mut count = 0_i64;
    for line in lines {
        match line {
            Ok(line) if line.booked_on > today => {
                let what = format!("{} is still to come; today is {today}", line.booked_on);
                faults.push(Fault { at: line.at, what });
            }
            Ok(_) => count = count.saturating_add(1),
            Err(fault) => faults.push(fault),
        }
        if faults.len() > FAULTS_MAX {
            break;
        }
    }
    Ok(if faults.is_empty() { Ok(count) } else { Err(faults) })
}

async fn take_in(
    ctx: &Context,
    statement: &BankStatement,
    how: Understood,
    file: File,
    all: i64,
) -> Result<(), Failed> {
    // One batch is read while the one before is taken in.
    let (hand, mut taken) = mpsc::channel(1);
    let names = Identities::new(ctx);
    let reading = tokio::task::spawn_blocking(move || hand_out(&how, file, names, &hand));
    let mut done = 0_i64;
    bank_statements::take(ctx, statement, Vec::new(), (all, done)).await?;
    while let Some(batch) = taken.recv().await {
        done = done.saturating_add(i64::try_from(batch.len()).unwrap_or_default());
        bank_statements::take(ctx, statement, batch, (all, done)).await?;
    }
    joined(reading.await)?
}

fn hand_out(
    how: &Understood,
    file: File,
    mut names: Identities,
    hand: &mpsc::Sender<Vec<Named>>,
) -> Result<(), Failed> {
    let lines = lines_of(how, file)?.map_err(io::Error::other)?;
    let mut batch = Vec::new();
    for line in lines {
        let line: ReadLine = line.map_err(io::Error::other)?;
        batch.push(names.name(line)?);
        if batch.len() >= LINES_AT_ONCE && hand.blocking_send(std::mem::take(&mut batch)).is_err() {
            // Whoever took them has failed, and says why.
            return Ok(());
        }
    }
    if !batch.is_empty() {
        let _nobody_takes_it = hand.blocking_send(batch);
    }
    Ok(())
}
