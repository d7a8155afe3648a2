//! `migrate`.

use super::{Outcome, Setting};
use crate::bootstrap;

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Only list what is pending.
    #[arg(long)]
    check: bool,
}

pub(super) async fn run(setting: &Setting, options: &Options) -> Outcome {
    let db = bootstrap::open_database(&setting.config)?;
    let (names, word) = if options.check {
        (db.pending_migrations().await?, "pending")
    } else {
        (bootstrap::migrate(&db).await?, "applied")
    };
    for name in &names {
        println!("{word}: {name}");
    }
    if names.is_empty() {
        println!("The database is up to date.");
    }
    Ok(())
}
