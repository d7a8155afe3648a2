//! `demo fill`.

use super::{Failure, Outcome, Setting};
use crate::usecases::demo;
use std::io::{IsTerminal as _, Write as _};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Add invented donors, pledges and donations through the real use cases. Sends no mail.
    Fill {
        /// How many donations.
        #[arg(long)]
        donations: u64,
        /// The same seed invents the same people.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

pub(super) async fn run(setting: &Setting, command: Command) -> Outcome {
    let Command::Fill { donations, seed } = command;
    if setting.config.server.mode.is_production() {
        return Err(Failure::Usage("invented donations do not belong into production books".into()));
    }
    let app = setting.app().await?;
    let terminal = std::io::stderr().is_terminal();
    let mut done = 0;
    while done < donations {
        done += demo::fill(&app.services.ctx, seed, done..donations).await?;
        if terminal {
            eprint!("\r{done} of {donations}");
            std::io::stderr().flush()?;
        }
    }
    if terminal {
        eprintln!();
    }
    println!("Added {done} donations.");
    Ok(())
}
