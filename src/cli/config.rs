//! `config check` and `config show`.

use super::{Outcome, Setting};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Say whether everything is right; every mistake is listed.
    Check,
    /// Print the values in force, secrets as ***.
    Show,
}

#[expect(clippy::unnecessary_wraps, reason = "all commands end alike")]
pub(super) fn run(setting: &Setting, command: &Command) -> Outcome {
    match command {
        // Mistakes have ended the program before.
        Command::Check => println!("The configuration is right."),
        Command::Show => print!("{}", setting.config.effective()),
    }
    Ok(())
}
