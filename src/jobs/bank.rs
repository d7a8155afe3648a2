//! Reading a bank's file: twice, from disk. First all of it is looked through, and if anything in it cannot be taken,
//! nothing is; then its lines are taken in, some at a time.

use super::handed_in::{self, FAULTS_MAX, Failed, in_batches, joined, on_disk, shown_faults};
use super::run::JobError;
use crate::bank::{self, Fault, Understood};
use crate::domain::bank_line::{BankStatement, StatementFormat};
use crate::domain::ids::BankStatementId;
use crate::usecases::balances;
use crate::usecases::bank_statements::{self, Identities, Named};
use crate::usecases::{Context, UseCaseError};
use chrono::NaiveDate;
use std::fs::File;
use std::io::{self, BufReader, Seek as _};
use tokio::sync::mpsc;

/// Reads a file. What an earlier try took in is known, and nothing is taken in twice.
pub(super) async fn read(ctx: &Context, id: BankStatementId) -> Result<(), JobError> {
    handed_in::ended(read_statement(ctx, id).await)
}

/// Reads a file that is to be read.
pub async fn read_statement(ctx: &Context, id: BankStatementId) -> Result<(), Failed> {
    let Some(statement) = bank_statements::begin(ctx, id).await? else { return Ok(()) };
    let how = understood(ctx, &statement).await?;
    let file = on_disk(|part| bank_statements::part(ctx, id, part)).await?;
    let today = ctx.day_of(ctx.now());
    let (looked_at, again) = (file.try_clone()?, how.clone());
    let looked = tokio::task::spawn_blocking(move || look_through(&again, looked_at, today));
    let all = match joined(looked.await)?? {
        Ok(all) => all,
        Err(faults) => {
            bank_statements::fail(ctx, &statement, shown_faults(faults)).await?;
            return Ok(());
        }
    };
    take_in(ctx, &statement, how, file, all).await?;
    bank_statements::finish(ctx, &statement).await?;
    // If this is cut off, the next look at the gateways makes up for it.
    balances::find_arrivals(ctx).await?;
    Ok(())
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
    let recognised = lines.map(|line| Ok(names.name(line.map_err(io::Error::other)?)?));
    in_batches(recognised, hand)
}
