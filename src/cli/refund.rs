//! `refund`.

use super::{Failure, Outcome, Setting};
use crate::domain::ids::DonationId;
use crate::domain::money::{Currency, Money};
use crate::domain::refund::RefundStatus;
use crate::gateways::RefundWay;
use crate::store::donations;
use crate::usecases::UseCaseError;
use crate::usecases::refund::{self, RefundOrder};

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The donation: don_…
    donation: String,
    /// How much; by default all that is left.
    #[arg(long)]
    amount: Option<String>,
    /// Why; the donor reads it.
    #[arg(long)]
    reason: Option<String>,
    /// Makes a repeated command one refund: the same key gives the same refund.
    #[arg(long, value_name = "KEY")]
    once: Option<String>,
}

pub(super) async fn run(setting: &Setting, options: Options) -> Outcome {
    let id: DonationId = options.donation.parse().map_err(|error| Failure::Usage(format!("{error}")))?;
    let app = setting.app().await?;
    let ctx = &app.services.ctx;
    let found = ctx.db.read(move |conn| donations::find(conn, id)).await?;
    let donation = found.ok_or_else(|| Failure::Failed(format!("there is no donation {id}")))?;
    let currency =
        donation.payment.money().map_or(setting.config.site.default_currency, |m| m.gross.currency());
    let amount = options.amount.as_deref().map(|text| parse(text, currency)).transpose()?;
    let order = RefundOrder { donation: id, amount, reason: options.reason, request_key: options.once };
    let ordered = refund::order(ctx, order).await?;
    let amount = ordered.amount.text();
    let refunded = match refund::carry_out(ctx, ordered.id).await {
        Ok(refunded) => refunded,
        Err(UseCaseError::GatewayUnavailable(why)) => {
            println!(
                "{} of {amount} is on record; the gateway does not answer ({why}) and is asked again.",
                ordered.id
            );
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let by_hand = ctx
        .gateways
        .get(donation.gateway)
        .is_some_and(|gateway| gateway.capabilities().refunds == RefundWay::ByHand);
    match refunded.status {
        RefundStatus::Succeeded if by_hand => {
            println!(
                "Recorded {}: now send {amount} to the donor from your bank. The receipt is corrected.",
                refunded.id
            );
        }
        RefundStatus::Succeeded => println!("Refunded {amount} ({}). The receipt is corrected.", refunded.id),
        RefundStatus::Pending => println!("{} of {amount} is on its way.", refunded.id),
        RefundStatus::Failed => {
            return Err(Failure::Failed(format!("the gateway refused to refund {amount}")));
        }
    }
    Ok(())
}

fn parse(text: &str, currency: Currency) -> Result<Money, Failure> {
    Money::parse_typed(text, currency).map_err(|error| Failure::Usage(error.to_string()))
}
