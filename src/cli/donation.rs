//! `donation record` and `donation void`.

use super::{Failure, Outcome, Setting};
use crate::domain::audit::Actor;
use crate::domain::bank::CreditorReference;
use crate::domain::ids::{DonationId, DonorId};
use crate::domain::money::{Currency, Money};
use crate::domain::pledge::{GatewayKind, Visibility};
use crate::usecases::bank::{self, Arrival, Match};
use crate::usecases::gifts::{self, Gift, Giver};
use crate::usecases::{Context, refund};
use chrono::NaiveDate;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Record money that came outside: a transfer by its reference, or a gift by hand.
    Record(Box<Record>),
    /// Declare a gift by hand void: a cheque that bounced, a gift typed twice.
    Void(Void),
}

#[derive(Debug, clap::Args)]
pub(super) struct Record {
    /// What the donor wrote on the transfer: RF…
    #[arg(long, required_unless_present = "by", conflicts_with = "by")]
    reference: Option<String>,
    /// How a gift came that was not promised: cash, cheque or `bank_transfer`.
    #[arg(long, value_name = "WAY", requires = "campaign", value_parser = way)]
    by: Option<GatewayKind>,
    /// The campaign that it was given for, by its name in addresses.
    #[arg(long, value_name = "SLUG", requires = "by")]
    campaign: Option<String>,
    /// Who gave, if they are on record: dnr_…
    #[arg(long, requires = "by", conflicts_with_all = ["name", "email"])]
    donor: Option<DonorId>,
    /// Who gave: as on the receipt.
    #[arg(long, requires = "by")]
    name: Option<String>,
    /// Where the receipt goes. Without an address it is printed in the office.
    #[arg(long, requires = "by")]
    email: Option<String>,
    /// The number of the cheque or of the slip.
    #[arg(long, requires = "by")]
    number: Option<String>,
    /// A word for the staff.
    #[arg(long, requires = "by")]
    note: Option<String>,
    /// The name may be shown in public; otherwise it is hidden.
    #[arg(long, requires = "by")]
    named: bool,
    /// A word of your own that makes a command given twice one gift.
    #[arg(long, requires = "by", value_name = "KEY")]
    once: Option<String>,
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
    #[arg(long, conflicts_with = "by")]
    bank_id: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Void {
    /// Which gift: don_…
    donation: DonationId,
    /// Why; the donor reads it.
    #[arg(long)]
    reason: String,
}

fn way(word: &str) -> Result<GatewayKind, String> {
    let known = GatewayKind::parse(word).filter(|kind| kind.is_by_hand());
    known.ok_or_else(|| format!("one of {}", GatewayKind::BY_HAND.map(GatewayKind::as_str).join(", ")))
}

pub(super) async fn run(setting: &Setting, command: Command) -> Outcome {
    match command {
        Command::Record(options) => match &options.reference {
            Some(reference) => arrived(setting, &options, reference).await,
            None => by_hand(setting, *options).await,
        },
        Command::Void(options) => void(setting, options).await,
    }
}

fn usage(error: &impl std::fmt::Display) -> Failure {
    Failure::Usage(error.to_string())
}

fn amount_of(ctx: &Context, options: &Record) -> Result<Money, Failure> {
    let currency = match &options.currency {
        Some(code) => Currency::parse(code).map_err(|error| usage(&error))?,
        None => ctx.policy.default_currency,
    };
    Money::parse_typed(&options.amount, currency).map_err(|error| usage(&error))
}

/// A transfer that somebody promised.
async fn arrived(setting: &Setting, options: &Record, reference: &str) -> Outcome {
    let reference: CreditorReference = reference.parse().map_err(|error| usage(&error))?;
    let app = setting.app().await?;
    let ctx = &app.services.ctx;
    let amount = amount_of(ctx, options)?;
    let received_on = options.on.unwrap_or_else(|| ctx.day_of(ctx.now()));
    let arrival = Arrival { reference, amount, received_on, bank_id: options.bank_id.clone() };
    let recorded = bank::record(ctx, Actor::Command, arrival).await?;
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

/// A gift that nobody promised.
async fn by_hand(setting: &Setting, options: Record) -> Outcome {
    let (Some(by), Some(campaign)) = (options.by, options.campaign.clone()) else {
        return Err(Failure::Usage("give --reference, or --by and --campaign".to_owned()));
    };
    let app = setting.app().await?;
    let ctx = &app.services.ctx;
    let amount = amount_of(ctx, &options)?;
    let typed = |text: Option<String>| text.unwrap_or_default();
    let from = match options.donor {
        Some(donor) => Giver::Known(donor),
        None => Giver::Typed { name: typed(options.name), email: typed(options.email) },
    };
    let gift = Gift {
        by,
        from,
        amount,
        received_on: options.on.unwrap_or_else(|| ctx.day_of(ctx.now())),
        campaign,
        visibility: if options.named { Visibility::Named } else { Visibility::Hidden },
        document: typed(options.number),
        note: typed(options.note),
        form_id: options.once,
    };
    let recorded = gifts::record(ctx, Actor::Command, gift).await?;
    let (id, amount) = (recorded.donation.id, amount.text());
    if recorded.is_repeat {
        println!("Nothing to do: {id} is this very gift.");
    } else if recorded.is_mailed {
        println!("Recorded {id}: {amount}. The receipt is on its way.");
    } else {
        println!("Recorded {id}: {amount}. There is no address: print the receipt in the office.");
    }
    Ok(())
}

async fn void(setting: &Setting, options: Void) -> Outcome {
    let app = setting.app().await?;
    let declared =
        refund::void(&app.services.ctx, Actor::Command, options.donation, &options.reason, None).await?;
    println!("{} of {} is void, and so is its receipt.", declared.amount.text(), options.donation);
    Ok(())
}
