//! `job list` and `job retry`.

use super::table::{Table, time};
use super::{Failure, Outcome, Setting};
use crate::domain::audit::Actor;
use crate::domain::ids::JobId;
use crate::store::jobs;
use crate::usecases::operations;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List what is not done, the longest due first.
    List {
        /// At most so many.
        #[arg(long, default_value_t = 100)]
        limit: i64,
    },
    /// Try failed jobs again: one by its id, or all.
    Retry {
        /// job_…
        id: Option<String>,
        /// All that failed.
        #[arg(long, conflicts_with = "id", required_unless_present = "id")]
        all: bool,
    },
}

pub(super) async fn run(setting: &Setting, command: Command) -> Outcome {
    let app = setting.app().await?;
    let ctx = &app.services.ctx;
    match command {
        Command::List { limit } => {
            let listed = ctx.db.read(move |conn| jobs::unfinished(conn, limit)).await?;
            let mut table = Table::or("Everything is done.");
            for job in listed {
                let (due, failures) =
                    (format!("due {}", time(job.run_at)), format!("failures {}", job.failures));
                table.row([
                    job.id,
                    job.status,
                    job.kind,
                    due,
                    failures,
                    job.last_error.unwrap_or("-".into()),
                ]);
            }
            table.print();
        }
        Command::Retry { id, all: _ } => {
            let id: Option<JobId> =
                id.map(|id| id.parse()).transpose().map_err(|error| Failure::Usage(format!("{error}")))?;
            let revived = operations::retry(ctx, Actor::Command, id).await?;
            println!("{revived} job(s) will be tried again.");
        }
    }
    Ok(())
}
