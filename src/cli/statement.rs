//! `statement run`: mails the statements of a year to those who have none yet.

use super::{Failure, Outcome, Setting};
use crate::domain::audit::Actor;
use crate::usecases::account::statements;
use std::io::{IsTerminal as _, Write as _};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Order the letters of a year that is over. A run that was cut off goes on; nobody gets a second letter.
    Run {
        /// Such as 2026.
        #[arg(long)]
        year: i32,
        /// Only say how many letters there would be.
        #[arg(long)]
        dry_run: bool,
    },
}

pub(super) async fn run(setting: &Setting, command: Command) -> Outcome {
    let Command::Run { year, dry_run } = command;
    let app = setting.app().await?;
    let ctx = &app.services.ctx;
    let (donors, known) = statements::count(ctx, year).await?;
    if dry_run {
        let left = donors.saturating_sub(known).max(0);
        println!(
            "{donors} donors have a statement for {year}; {known} were ordered before; {left} would be ordered."
        );
        return Ok(());
    }
    statements::begin(ctx, Actor::Command, year).await?;
    let terminal = std::io::stderr().is_terminal();
    while let Some(progress) = statements::step(ctx, year).await? {
        if terminal {
            eprint!("\r{} of {donors} donors, {} letters", progress.looked_at, progress.ordered);
            std::io::stderr().flush().map_err(Failure::from)?;
        }
        if progress.finished_at.is_some() {
            if terminal {
                eprint!("\r\u{1b}[K");
            }
            println!(
                "{} donors, {} letters ordered; the worker sends them.",
                progress.looked_at, progress.ordered
            );
            return Ok(());
        }
    }
    println!("The statements for {year} are ordered.");
    Ok(())
}
