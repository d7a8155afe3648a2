//! `backup`.

use super::{Outcome, Setting, progress};
use crate::bootstrap;
use crate::store::copy::{self, Existing, Kept};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The file to write.
    file: PathBuf,
    /// Replace a file of this name, once the new one is whole.
    #[arg(long)]
    force: bool,
}

pub(super) async fn run(setting: &Setting, options: Options) -> Outcome {
    let database = bootstrap::database_options(&setting.config, &setting.config.database.url);
    let existing = if options.force { Existing::Replace } else { Existing::Refuse };
    let file = options.file.clone();
    let kept = progress::shown(move |progress| copy::backup(&database, &file, existing, progress)).await?;
    println!("Backed up to {}: {}.", options.file.display(), in_words(&kept));
    Ok(())
}

/// What is in a backup.
pub(super) fn in_words(kept: &Kept) -> String {
    let latest =
        kept.latest_receipt.as_ref().map(|number| format!(", the latest {number}")).unwrap_or_default();
    format!("{} donations, {} receipts{latest}, {} bytes", kept.donations, kept.receipts, kept.bytes)
}
