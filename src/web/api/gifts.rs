//! Money that no gateway reports: a transfer that arrived for a promise.

use super::MoneyDto;
use super::act::{Act, Done, Faults};
use super::exports::day;
use crate::domain::bank::CreditorReference;
use crate::domain::money::{Currency, MINOR_MAX, Money};
use crate::usecases::UseCaseError;
use crate::usecases::bank::{self, Arrival, Match};
use crate::web::error::WebError;
use actix_web::HttpResponse;
use serde_json::json;

/// A line of the bank statement.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NewDonation {
    reference: String,
    amount: MoneyDto,
    received_on: String,
    bank_id: Option<String>,
}

/// Records a transfer. The same line again is the same donation, whatever the request is called.
pub(super) async fn record(act: Act) -> Result<HttpResponse, WebError> {
    let arrival = arrival(act.body()?)?;
    act.once(async |ctx, by| {
        let recorded = bank::record(&ctx, by, arrival).await.map_err(|error| {
            if matches!(error, UseCaseError::NotFound(_)) {
                UseCaseError::invalid("reference", "unknown_reference", "no promise has this reference")
            } else {
                error
            }
        })?;
        let arrived = recorded.donation.payment.money().map(|money| MoneyDto::from(money.gross));
        Ok(Done::made(json!({
            "id": recorded.donation.id,
            "pledge": recorded.pledge.id,
            "amount": arrived,
            "status": recorded.donation.payment.status().as_str(),
            "matched": match recorded.matched {
                Match::Exact => "exact",
                Match::Short => "short",
                Match::Over => "over",
                Match::OtherCurrency => "other_currency",
                Match::Repeat => "repeat",
            },
        })))
    })
    .await
}

fn arrival(new: NewDonation) -> Result<Arrival, UseCaseError> {
    let mut faults = Faults::default();
    let reference = faults.of("reference", "invalid", new.reference.parse::<CreditorReference>());
    let currency = faults.of("amount", "unknown_currency", Currency::parse(&new.amount.currency));
    let received_on = faults.of("received_on", "unknown_day", day(&new.received_on));
    let minor = Some(new.amount.minor).filter(|minor| (1..=MINOR_MAX).contains(minor));
    let minor = faults.of("amount", "invalid_amount", minor.ok_or("no such amount can have arrived"));
    let amount = currency.zip(minor).map(|(currency, minor)| Money::new(minor, currency));
    match (reference, amount, received_on) {
        (Some(reference), Some(amount), Some(received_on)) => {
            Ok(Arrival { reference, amount, received_on, bank_id: new.bank_id.filter(|id| !id.is_empty()) })
        }
        _ => Err(faults.into_error()),
    }
}
