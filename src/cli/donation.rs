//! `donation record`.

use super::{Failure, Outcome, Setting};
use crate::domain::audit::Actor;
use crate::domain::bank::CreditorReference;
use crate::domain::money::{Currency, Money};
use crate::usecases::bank::{self, Arrival, Match};
use chrono::NaiveDate;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Record a bank transfer that arrived.
    Record(Record),
}

#[derive(Debug, clap::Args)]
pub(super) struct Record {
    /// What the donor wrote on the transfer: RF…
    #[arg(long)]
    reference: String,
    /// How much arrived, such as 25.00.
    #[arg(long)]
    amount: String,
    /// In which currency; by default the site's.
    #[arg(long)]
    currency: Option<String>,
    /// The day it arrived, YYYY-MM-DD; by default today.
    #[arg(long, value_name = "DAY")]
    on: Option<NaiveDate>,
    /// The bank's own id of the line; tells two equal transfers of one day apart.
    #[arg(long)]
    bank_id: Option<String>,
}

pub(super) async fn run(setting: &Setting, command: Command) -> Outcome {
    let Command::Record(options) = command;
    let usage = |error: &dyn std::fmt::Display| Failure::Usage(error.to_string());
    let reference: CreditorReference = options.reference.parse().map_err(|error| usage(&error))?;
    let currency = match &options.currency {
        Some(code) => Currency::parse(code).map_err(|error| usage(&error))?,
        None => setting.config.site.default_currency,
    };
    let amount = Money::parse_typed(&options.amount, currency).map_err(|error| usage(&error))?;
    let app = setting.app().await?;
    let ctx = &app.services.ctx;
    let received_on = options.on.unwrap_or_else(|| ctx.day_of(ctx.now()));
    let recorded = bank::record(
        ctx,
        Actor::Command,
        Arrival { reference, amount, received_on, bank_id: options.bank_id },
    )
    .await?;
    let promised = recorded.pledge.terms.amount.text();
    let id = recorded.donation.id;
    let arrived = amount.text();
    match recorded.matched {
        Match::Exact => println!("Recorded {id}: {arrived}, as promised. The receipt is on its way."),
        Match::Short => println!(
            "Recorded {id}: {arrived}, less than the {promised} promised. The receipt is for {arrived}."
        ),
        Match::Over => println!(
            "Recorded {id}: {arrived}, more than the {promised} promised. The receipt is for {arrived}."
        ),
        Match::OtherCurrency => println!(
            "Recorded {id}: {arrived}, though {promised} was promised. The receipt is for {arrived}."
        ),
        Match::Repeat => println!(
            "Nothing to do: {id} is this very transfer. If it is another one of the same day and amount, give --bank-id."
        ),
    }
    Ok(())
}
