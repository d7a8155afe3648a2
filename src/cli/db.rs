//! `db copy` and `db compare`.

use super::{Failure, Outcome, Setting, progress};
use crate::bootstrap;
use crate::config::DatabaseUrl;
use crate::store::DatabaseOptions;
use crate::store::copy;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Copy a whole site into an empty database and compare the two. Stop the site first.
    Copy(Ends),
    /// Compare two databases row by row.
    Compare(Ends),
}

#[derive(Debug, clap::Args)]
pub(super) struct Ends {
    /// `sqlite://PATH` or `postgres://…`; the configured database if it is left out.
    #[arg(long, value_name = "URL")]
    from: Option<String>,
    /// `sqlite://PATH` or `postgres://…`; the configured database if it is left out.
    #[arg(long, value_name = "URL", required_unless_present = "from")]
    to: Option<String>,
}

impl Ends {
    fn open(&self, setting: &Setting) -> Result<(DatabaseOptions, DatabaseOptions), Failure> {
        let end = |name: &str, url: Option<&String>| {
            let url = match url {
                Some(url) => {
                    DatabaseUrl::parse(url).map_err(|why| Failure::Usage(format!("--{name} {why}")))?
                }
                None => setting.config.database.url.clone(),
            };
            Ok::<_, Failure>(bootstrap::database_options(&setting.config, &url))
        };
        Ok((end("from", self.from.as_ref())?, end("to", self.to.as_ref())?))
    }
}

pub(super) async fn run(setting: &Setting, command: Command) -> Outcome {
    match command {
        Command::Copy(ends) => {
            let (from, to) = ends.open(setting)?;
            let copied = progress::shown(move |progress| copy::site(&from, &to, progress)).await?;
            for table in &copied.left_out {
                println!("left out: {table} is no table of mainstay");
            }
            println!(
                "Copied {} rows of {} tables; rows, contents and balances are the same on both sides.",
                copied.rows(),
                copied.tables.len()
            );
            let broken: Vec<&str> =
                copied.findings.iter().filter(|f| !f.broken.is_empty()).map(|f| f.name).collect();
            if !broken.is_empty() {
                let rules = broken.join("; ");
                return Err(Failure::Failed(format!(
                    "the copy is exact, but both sides break a rule; see `mainstay doctor`: {rules}"
                )));
            }
        }
        Command::Compare(ends) => {
            let (one, two) = ends.open(setting)?;
            let tables = progress::shown(move |progress| copy::compare(&one, &two, progress)).await?;
            let rows: u64 = tables.iter().map(|(_, rows)| rows).sum();
            println!("The same: {rows} rows of {} tables.", tables.len());
        }
    }
    Ok(())
}
