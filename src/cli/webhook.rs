//! `webhook list` and `webhook replay`.

use super::table::{Table, time};
use super::{Failure, Outcome, Setting};
use crate::domain::audit::Actor;
use crate::domain::ids::InboxId;
use crate::store::inbox;
use crate::usecases::webhook;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List what gateways have sent, the latest first.
    List {
        /// Only those in this state.
        #[arg(long, value_parser = ["received", "processed", "ignored", "parked"])]
        status: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 100)]
        limit: i64,
    },
    /// Process a stored event again. What is in the books already changes nothing.
    Replay {
        /// evt_…
        id: String,
    },
}

pub(super) async fn run(setting: &Setting, command: Command) -> Outcome {
    let app = setting.app().await?;
    let ctx = &app.services.ctx;
    match command {
        Command::List { status, limit } => {
            let events = ctx.db.read(move |conn| inbox::list(conn, status.as_deref(), limit)).await?;
            let mut table = Table::or("No events.");
            for event in events {
                let (at, note) = (time(event.received_at), event.note.unwrap_or("-".into()));
                table.row([event.id, event.status, event.gateway, at, event.event_id, note]);
            }
            table.print();
        }
        Command::Replay { id } => {
            let id: InboxId = id.parse().map_err(|error| Failure::Usage(format!("{error}")))?;
            webhook::replay(ctx, Actor::Command, id).await?;
            println!("{id} will be processed again.");
        }
    }
    Ok(())
}
