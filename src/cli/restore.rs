//! `restore`.

use super::{Failure, Outcome, Setting, backup, doctor, progress};
use crate::bootstrap;
use crate::domain::audit::{Action, Actor};
use crate::domain::ids::DonorId;
use crate::store::copy;
use crate::usecases::UseCaseError;
use crate::usecases::desk::donors;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// A file that `mainstay backup` has written.
    file: PathBuf,
    /// Who was forgotten since that backup, to be forgotten again: the office's log as CSV, or ids of donors, one in a line.
    #[arg(long, value_name = "FILE")]
    forgotten: Option<PathBuf>,
}

pub(super) async fn run(setting: &Setting, options: Options) -> Outcome {
    // Read first: a site that is restored without it would have to be thrown away.
    let forgotten = options.forgotten.as_deref().map(forgotten_in).transpose()?;
    let database = bootstrap::database_options(&setting.config, &setting.config.database.url);
    let file = options.file.clone();
    let restored = progress::shown(move |progress| copy::restore(&file, &database, progress)).await?;
    for name in &restored.migrated {
        println!("applied: {name}");
    }
    println!("Restored from {}: {}.", options.file.display(), backup::in_words(&restored.kept));
    if let Some(donors) = forgotten {
        forget_again(setting, donors).await?;
    }
    doctor::restored(setting, &restored.copied.findings).await
}

/// The donors that a list names: of a log, those who were forgotten; of a file with one column, all.
fn forgotten_in(file: &Path) -> Result<BTreeSet<DonorId>, Failure> {
    let unread = |error: csv::Error| Failure::Usage(format!("{} cannot be read: {error}", file.display()));
    let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(file);
    let mut donors = BTreeSet::new();
    for row in reader.map_err(unread)?.into_records() {
        let row = row.map_err(unread)?;
        if row.len() == 1 || row.iter().any(|cell| cell == Action::DonorErased.as_str()) {
            let id = |cell: &str| cell.trim_start_matches('\u{feff}').trim().parse::<DonorId>().ok();
            donors.extend(row.iter().filter_map(id));
        }
    }
    Ok(donors)
}

/// Confirms their wish once more; it is carried out as soon as jobs run.
async fn forget_again(setting: &Setting, forgotten: BTreeSet<DonorId>) -> Outcome {
    let app = setting.app().await?;
    let named = forgotten.len();
    let mut again = 0_usize;
    for donor in forgotten {
        match donors::forget(&app.services.ctx, Actor::Command, donor).await {
            Ok(()) => again = again.saturating_add(1),
            // They came after the backup, or were forgotten before it.
            Err(UseCaseError::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    println!(
        "{again} of {named} donors on the list are in the backup; they are forgotten again as soon as the site runs."
    );
    Ok(())
}
