//! `bank import`, `bank list` and `bank mappings`.

use super::handed_in::{self, Look};
use super::table::{Table, time};
use super::{Failure, Outcome, Setting};
use crate::bank;
use crate::domain::audit::Actor;
use crate::domain::bank_line::{BankStatement, LineStatus, StatementFormat, StatementStatus};
use crate::domain::ids::{BankMappingId, BankStatementId};
use crate::jobs;
use crate::usecases::Context;
use crate::usecases::bank_statements::{self, BYTES_MAX, HandedIn};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Read a file of the bank: CAMT.053, or CSV with a mapping that was saved in the office. The same file again, or one
    /// that overlaps it, books nothing twice.
    Import(Options),
    /// List the files that were handed in, the latest first.
    List {
        /// At most so many.
        #[arg(long, default_value_t = 20)]
        limit: i64,
    },
    /// List the mappings of CSV.
    Mappings,
}

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The file.
    file: PathBuf,
    /// What the columns of a CSV mean: the name under which it was saved.
    #[arg(long, value_name = "NAME")]
    mapping: Option<String>,
}

pub(super) async fn run(setting: &Setting, command: Command) -> Outcome {
    let app = setting.app().await?;
    let ctx = &app.services.ctx;
    match command {
        Command::Import(options) => import(ctx, &options.file, options.mapping.as_deref()).await,
        Command::List { limit } => list(ctx, limit).await,
        Command::Mappings => {
            let mut table =
                Table::or("There are none: hand a CSV in in the office, and explain its columns there.");
            for saved in bank_statements::mappings(ctx).await? {
                table.row([saved.name, saved.mapping.account]);
            }
            table.print();
            Ok(())
        }
    }
}

async fn list(ctx: &Context, limit: i64) -> Outcome {
    let mut table = Table::or("Nobody has handed one in yet.");
    for file in bank_statements::latest(ctx, None, limit).await? {
        let lines = format!("{} lines, {} new", file.lines_all, file.lines_new);
        table.row([file.id.to_string(), file.status.to_string(), time(file.asked_at), lines, file.name]);
    }
    table.print();
    Ok(())
}

async fn import(ctx: &Context, path: &Path, mapping: Option<&str>) -> Outcome {
    let parts = handed_in::pieces(path, &handed_in::open(path, BYTES_MAX)?)?;
    let beginning = parts.first().map(Vec::as_slice).unwrap_or_default();
    let format = bank::recognise(beginning.get(..beginning.len().min(4096)).unwrap_or_default());
    let format = format
        .ok_or_else(|| Failure::Usage(format!("{} is neither CAMT.053 (XML) nor CSV", path.display())))?;
    let mapping = match (format, mapping) {
        (StatementFormat::Csv, Some(name)) => Some(mapping_named(ctx, name).await?),
        (StatementFormat::Csv, None) => {
            let hint = "this is CSV: name a mapping with --mapping (`mainstay bank mappings` lists them)";
            return Err(Failure::Usage(hint.to_owned()));
        }
        (StatementFormat::Camt053, _) => None,
    };
    let (name, asked_by) = (handed_in::name_of(path), handed_in::ASKED_BY.to_owned());
    let file = HandedIn { name, format, mapping, parts, asked_by };
    let file = bank_statements::hand_in(ctx, Actor::Command, file).await?;
    let done = followed(ctx, file.id).await?;
    if let Some(error) = done.error {
        return Err(Failure::Failed(format!("nothing of {} is taken in:\n{error}", path.display())));
    }
    let counts = bank_statements::of_statement(ctx, done.id, 1).await?.counts;
    let of = |status| counts.iter().find(|(known, _)| *known == status).map_or(0, |(_, count)| *count);
    println!(
        "Read {}: {} lines, {} of them new. {} booked, {} wait in the office, {} went out.",
        done.id,
        done.lines_all,
        done.lines_new,
        of(LineStatus::Booked),
        of(LineStatus::Open),
        of(LineStatus::Outgoing),
    );
    Ok(())
}

async fn mapping_named(ctx: &Context, name: &str) -> Result<BankMappingId, Failure> {
    let all = bank_statements::mappings(ctx).await?;
    let found = all.iter().find(|saved| saved.name == name.trim()).map(|saved| saved.id);
    let told = || format!("there is no mapping “{name}”; `mainstay bank mappings` lists them");
    found.ok_or_else(|| Failure::Usage(told()))
}

/// Reads the file here, unless a worker was faster, and shows how far it is.
async fn followed(ctx: &Context, id: BankStatementId) -> Result<BankStatement, Failure> {
    let inner = ctx.clone();
    let work = async move { jobs::read_statement(&inner, id).await };
    handed_in::followed(work, || async {
        let file = bank_statements::find(ctx, id).await?;
        Ok(match file.status {
            StatementStatus::Done | StatementStatus::Failed => Look::Over(file),
            StatementStatus::Unmapped | StatementStatus::Waiting | StatementStatus::Reading => {
                Look::Live(file.percent())
            }
        })
    })
    .await
}
