//! `receipt resend` and `receipt void`.

use super::{Failure, Outcome, Setting};
use crate::domain::audit::Actor;
use crate::domain::receipt::ReceiptNumber;
use crate::usecases::receipts;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Mail a receipt once more.
    Resend {
        /// Such as R2026-000001.
        number: String,
    },
    /// Take a receipt back and issue a new one with today's legal details. Numbers are never reused.
    Void {
        /// Such as R2026-000001.
        number: String,
    },
}

pub(super) async fn run(setting: &Setting, command: Command) -> Outcome {
    let parse = |text: &str| text.parse::<ReceiptNumber>().map_err(|error| Failure::Usage(error.to_string()));
    match command {
        Command::Resend { number } => {
            let number = parse(&number)?;
            let app = setting.app().await?;
            let receipt = receipts::resend(&app.services.ctx, Actor::Command, number).await?;
            println!("Receipt {} will be mailed again.", receipt.number);
        }
        Command::Void { number } => {
            let number = parse(&number)?;
            let app = setting.app().await?;
            let (old, fresh) = receipts::reissue(&app.services.ctx, Actor::Command, number).await?;
            println!("Receipt {} is void and replaced by {}, which is on its way.", old.number, fresh.number);
        }
    }
    Ok(())
}
