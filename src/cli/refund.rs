//! `refund`.

use super::{Failure, Outcome, Setting};
use crate::domain::audit::Actor;
use crate::domain::donation::Donation;
use crate::domain::ids::DonationId;
use crate::domain::money::{Currency, Money};
use crate::domain::pledge::GatewayKind;
use crate::domain::receipt::{ReceiptNumber, ReceiptNumberError};
use crate::domain::refund::RefundStatus;
use crate::gateways::RefundWay;
use crate::store::{Conn, StoreError, donations, receipts};
use crate::usecases::UseCaseError;
use crate::usecases::refund::{self, RefundOrder};
use std::str::FromStr;

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The donation, don_…, or the number of its receipt, such as R2026-000001.
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
    let named: Named = options.donation.parse()?;
    let app = setting.app().await?;
    let ctx = &app.services.ctx;
    let donation = ctx.db.read(move |conn| named.find(conn)).await?;
    let donation = donation
        .ok_or_else(|| Failure::Failed(format!("there is no donation or receipt {}", options.donation)))?;
    let id = donation.id;
    let currency = donation.payment.money().map_or(ctx.policy.default_currency, |m| m.gross.currency());
    let amount = options.amount.as_deref().map(|text| parse(text, currency)).transpose()?;
    let order = RefundOrder { donation: id, amount, reason: options.reason, request_key: options.once };
    let ordered = refund::order(ctx, Actor::Command, order).await?;
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
        .giving_back(donation.gateway)
        .is_some_and(|gateway| gateway.capabilities().refunds == RefundWay::ByHand);
    match refunded.status {
        RefundStatus::Succeeded if by_hand => {
            let how = match donation.gateway {
                GatewayKind::BankTransfer => format!("send {amount} to the donor from your bank"),
                GatewayKind::Cash
                | GatewayKind::Cheque
                | GatewayKind::Import
                | GatewayKind::Stripe
                | GatewayKind::Paypal
                | GatewayKind::Sandbox => format!("hand {amount} back to the donor"),
            };
            println!("Recorded {}: now {how}. The receipt is corrected.", refunded.id);
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

/// What an operator knows a donation by.
enum Named {
    Id(DonationId),
    Receipt(ReceiptNumber),
}

impl FromStr for Named {
    type Err = Failure;
    fn from_str(text: &str) -> Result<Self, Failure> {
        let receipt = || text.parse().map(Self::Receipt);
        text.parse().map(Self::Id).or_else(|_no_id| receipt()).map_err(|_neither: ReceiptNumberError| {
            Failure::Usage(format!("“{text}” is neither the id of a donation (don_…) nor a receipt number"))
        })
    }
}

impl Named {
    fn find(&self, conn: &mut Conn) -> Result<Option<Donation>, StoreError> {
        match self {
            Self::Id(id) => donations::find(conn, *id),
            Self::Receipt(number) => match receipts::find_by_number(conn, number)? {
                Some(receipt) => donations::find(conn, receipt.donation),
                None => Ok(None),
            },
        }
    }
}
