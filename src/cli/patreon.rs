//! `patreon sync` and `import patreon`.

use super::{Failure, Outcome, Setting};
use crate::domain::audit::Actor;
use crate::gateways::patreon::MemberFile;
use crate::usecases::members::{self, Import};
use std::path::PathBuf;

/// Largest file: some hundred thousand members.
const BYTES_MAX: u64 = 32 * 1024 * 1024;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Read all members at Patreon now, as every hour. A round that was cut off goes on where it stood.
    Sync,
}

#[derive(Debug, clap::Args)]
pub(super) struct ImportOptions {
    /// The file.
    file: PathBuf,
    /// Only say what would be done.
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(setting: &Setting, command: Command) -> Outcome {
    let Command::Sync = command;
    let app = setting.app().await?;
    let found = members::sync(&app.services.ctx).await?;
    println!(
        "Read {} members: {} new, {} changed, {} gone.",
        found.members, found.new, found.changed, found.gone
    );
    if found.unreadable > 0 {
        println!("{} entries could not be read; they are left out.", found.unreadable);
    }
    Ok(())
}

pub(super) async fn import(setting: &Setting, options: ImportOptions) -> Outcome {
    let path = options.file.display();
    let told = |error: std::io::Error| Failure::Usage(format!("{path}: {error}"));
    if std::fs::metadata(&options.file).map_err(told)?.len() > BYTES_MAX {
        return Err(Failure::Usage(format!("{path} is larger than {} MiB", BYTES_MAX / 1024 / 1024)));
    }
    let file = MemberFile::read(&std::fs::read(&options.file).map_err(told)?).map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(|fault| format!("{path}, {fault}")).collect();
        Failure::Failed(format!("nothing of it is taken in:\n{}", lines.join("\n")))
    })?;
    let app = setting.app().await?;
    let how = if options.dry_run { Import::Trial } else { Import::Real };
    let found = members::import(&app.services.ctx, Actor::Command, file, how).await?;
    let verb = if options.dry_run { "Would take" } else { "Took" };
    println!(
        "{verb} {} lines in: {} new members, {} changed, {} as before, {} of whom later news are here.",
        found.lines, found.new, found.changed, found.same, found.older
    );
    if options.dry_run {
        println!("Nothing was changed.");
    }
    Ok(())
}
