//! `bank import`, `bank list` and `bank mappings`.

use super::table::{Table, time};
use super::{Failure, Outcome, Setting};
use crate::bank;
use crate::domain::audit::Actor;
use crate::domain::bank_line::{BankStatement, LineStatus, StatementFormat, StatementStatus};
use crate::domain::ids::{BankMappingId, BankStatementId};
use crate::jobs;
use crate::usecases::Context;
use crate::usecases::bank_statements::{self, HandedIn, PART_BYTES};
use std::fs::File;
use std::io::{IsTerminal as _, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often is looked how far a file is.
const LOOK: Duration = Duration::from_millis(200);

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
    let parts = read(path)?;
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
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let file = HandedIn { name, format, mapping, parts, asked_by: "command line".to_owned() };
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

fn read(path: &Path) -> Result<Vec<Vec<u8>>, Failure> {
    let told = |error: std::io::Error| Failure::Usage(format!("{}: {error}", path.display()));
    let file = File::open(path).map_err(told)?;
    let length = file.metadata().map_err(told)?.len();
    if usize::try_from(length).map_or(true, |length| length > bank_statements::BYTES_MAX) {
        let most = bank_statements::BYTES_MAX / 1024 / 1024;
        return Err(Failure::Usage(format!("{} is larger than {most} MiB", path.display())));
    }
    let mut parts = Vec::new();
    loop {
        let mut part = Vec::new();
        let wanted = u64::try_from(PART_BYTES).unwrap_or(1);
        (&file).take(wanted).read_to_end(&mut part).map_err(told)?;
        if part.is_empty() {
            return Ok(parts);
        }
        parts.push(part);
    }
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
    let mut reading = tokio::spawn(async move { jobs::read_statement(&inner, id).await });
    let terminal = std::io::stderr().is_terminal();
    let mut looks = tokio::time::interval(LOOK);
    let mut is_running = true;
    loop {
        tokio::select! {
            done = &mut reading, if is_running => {
                is_running = false;
                let done = done.map_err(|panic| Failure::Failed(format!("the work was cut off: {panic}")))?;
                // A worker that took it over meanwhile goes on with it.
                done.or_else(|error| if error.is_overtaken() { Ok(()) } else { Err(Failure::Failed(error.to_string())) })?;
            }
            _ = looks.tick() => {}
        }
        let file = bank_statements::find(ctx, id).await?;
        if terminal {
            eprint!("\r\u{1b}[K");
        }
        match file.status {
            StatementStatus::Done | StatementStatus::Failed => return Ok(file),
            StatementStatus::Unmapped | StatementStatus::Waiting | StatementStatus::Reading => {}
        }
        if terminal {
            eprint!("{:>3} %", file.percent());
            std::io::stderr().flush()?;
        }
    }
}
