//! `restore`.

use super::{Outcome, Setting, backup, doctor, progress};
use crate::bootstrap;
use crate::store::copy;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// A file that `mainstay backup` has written.
    file: PathBuf,
}

pub(super) async fn run(setting: &Setting, options: Options) -> Outcome {
    let database = bootstrap::database_options(&setting.config, &setting.config.database.url);
    let file = options.file.clone();
    let restored = progress::shown(move |progress| copy::restore(&file, &database, progress)).await?;
    for name in &restored.migrated {
        println!("applied: {name}");
    }
    println!("Restored from {}: {}.", options.file.display(), backup::in_words(&restored.kept));
    doctor::restored(setting, &restored.copied.findings).await
}
