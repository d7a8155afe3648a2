//! `review list` and `review resolve`.

use super::table::{Table, time};
use super::{Failure, Outcome, Setting};
use crate::domain::audit::Actor;
use crate::domain::ids::ReviewId;
use crate::store::reviews;
use crate::usecases::reviews as usecase;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List what a person must look at, oldest first.
    List {
        /// At most so many.
        #[arg(long, default_value_t = 100)]
        limit: i64,
    },
    /// Say that it was looked at.
    Resolve {
        /// rev_…
        id: String,
    },
}

pub(super) async fn run(setting: &Setting, command: Command) -> Outcome {
    let app = setting.app().await?;
    let ctx = &app.services.ctx;
    match command {
        Command::List { limit } => {
            let open = ctx.db.read(move |conn| reviews::open(conn, limit)).await?;
            let mut table = Table::or("Nothing to look at.");
            for review in open {
                let what = format!("{}: {}", review.subject, review.detail);
                table.row([review.id, review.kind, time(review.created_at), what]);
            }
            table.print();
        }
        Command::Resolve { id } => {
            let id: ReviewId = id.parse().map_err(|error| Failure::Usage(format!("{error}")))?;
            usecase::resolve(ctx, Actor::Command, id).await?;
            println!("{id} is settled.");
        }
    }
    Ok(())
}
