//! `config check`, `config show` and `config unset`.

use super::{Failure, Outcome, Setting};
use crate::config::office;
use crate::domain::audit::Actor;
use crate::usecases::settings::{self, Looked, Wanted};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Say whether everything is right; every mistake is listed.
    Check,
    /// Print the values in force, secrets as ***, each that is no default with where it comes from.
    Show,
    /// Take back what the office set, so that the configuration counts again.
    Unset {
        /// Section and key, such as `site.name`.
        key: String,
    },
}

pub(super) async fn run(setting: &Setting, command: &Command) -> Outcome {
    match command {
        // Mistakes of file and environment have ended the program before.
        Command::Check => {
            setting.with_office().await?;
            println!("The configuration is right.");
        }
        Command::Show => match setting.with_office().await? {
            Some(config) => print!("{}", config.effective()),
            None => {
                println!("# The database cannot be asked: what the office set is not among these values.");
                print!("{}", setting.config.effective());
            }
        },
        Command::Unset { key } => unset(setting, key).await?,
    }
    Ok(())
}

/// Works where what the office set keeps the program from starting.
async fn unset(setting: &Setting, key: &str) -> Outcome {
    let Some(known) = office::find(key) else {
        let why = office::machine_s(key).map_or_else(
            || "there is no such setting".to_owned(),
            |why| format!("the office cannot set it, because {why}"),
        );
        return Err(Failure::Usage(format!("{key}: {why}")));
    };
    let alone = Setting { config: setting.config.clone().without_office() };
    let app = alone.app().await?;
    let ctx = &app.services.ctx;
    let edition = settings::edition(ctx).await?;
    let wanted = Wanted { key: known.path.clone(), value: None, is_personal: known.is_personal };
    let looked = Looked { seen: edition, based_on: edition };
    let done = settings::change(ctx, Actor::Command, looked, vec![wanted]).await?;
    if done == 0 {
        println!("The office did not set {key}; nothing was changed.");
    } else {
        println!("{key} is what the configuration says again, in every process within two seconds.");
    }
    Ok(())
}
