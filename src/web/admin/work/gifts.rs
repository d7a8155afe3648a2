//! Gifts that no gateway reports: transfers that arrived for a reference.

use super::{Act, mendable};
use crate::domain::bank::CreditorReference;
use crate::domain::money::{Currency, Money};
use crate::render::admin_pages::{ActField, ActPage};
use crate::usecases::FieldError;
use crate::usecases::bank::{self, Arrival};
use crate::web::admin::door::Seat;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::see_other;
use crate::web::state::AppState;
use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data};
use chrono::NaiveDate;

pub(in crate::web) async fn show(state: Data<AppState>, seat: Seat) -> Result<HttpResponse, WebError> {
    form(&state, &Fields::default()).shown(&state, &seat, &[])
}

fn form(state: &AppState, typed: &Fields) -> Act {
    let policy = &state.ctx.policy;
    let currencies = policy.currencies.iter().map(|c| (c.code().to_owned(), c.code().to_owned())).collect();
    let today = state.ctx.day_of(state.ctx.now()).to_string();
    let currency = typed.filled("currency").unwrap_or_else(|| policy.default_currency.code().to_owned());
    let page = ActPage {
        back: "/admin/donations".to_owned(),
        action: "/admin/gifts/transfer".to_owned(),
        lead: "A transfer that arrived for a promise. The receipt is mailed at once.".to_owned(),
        fields: vec![
            ActField::text("reference", "Reference", typed.text("reference"))
                .hinted("RF…, as it stands on the statement.")
                .required(),
            ActField::text("amount", "Amount", typed.text("amount")).required(),
            ActField::choice("currency", "Currency", currency, currencies),
            ActField::date("received_on", "Arrived on", typed.filled("received_on").unwrap_or(today))
                .required(),
            ActField::text("bank_id", "The bank's own name of the line", typed.text("bank_id"))
                .hinted("Tells two equal transfers of one day apart. It can be left out."),
        ],
        submit: "Record it",
        ..ActPage::default()
    };
    Act { page, title: "Record a transfer", place: "/admin/donations" }
}

/// Records a transfer that arrived.
pub(in crate::web) async fn record(
    state: Data<AppState>,
    seat: Seat,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(&body)?;
    let arrival = match arrival(&fields) {
        Ok(arrival) => arrival,
        Err(problems) => return form(&state, &fields).shown(&state, &seat, &problems),
    };
    match bank::record(&state.ctx, seat.0.actor(), arrival).await {
        Ok(recorded) => Ok(see_other(&format!("/admin/donations/{}?done=recorded", recorded.donation.id))),
        Err(crate::usecases::UseCaseError::NotFound(_)) => {
            let message = "No promise has this reference.".to_owned();
            let problem = FieldError { field: "reference", code: "unknown_reference", message };
            form(&state, &fields).shown(&state, &seat, &[problem])
        }
        Err(error) => form(&state, &fields).shown(&state, &seat, &mendable(error)?),
    }
}

fn arrival(fields: &Fields) -> Result<Arrival, Vec<FieldError>> {
    let wrong = |field, message: String| FieldError { field, code: "invalid", message };
    let reference = fields
        .text("reference")
        .parse::<CreditorReference>()
        .map_err(|error| wrong("reference", error.to_string()));
    let currency =
        Currency::parse(&fields.text("currency")).map_err(|error| wrong("currency", error.to_string()));
    let amount = match &currency {
        Ok(currency) => Money::parse_typed(&fields.text("amount"), *currency)
            .map_err(|error| wrong("amount", error.to_string())),
        Err(problem) => Err(problem.clone()),
    };
    let day = fields.text("received_on").trim().parse::<NaiveDate>();
    let day = day.map_err(|_no_day| wrong("received_on", "Write a day, such as 2027-03-01.".to_owned()));
    match (reference, amount, day) {
        (Ok(reference), Ok(amount), Ok(received_on)) => {
            Ok(Arrival { reference, amount, received_on, bank_id: fields.filled("bank_id") })
        }
        (reference, amount, day) => {
            Err([reference.err(), amount.err(), day.err()].into_iter().flatten().collect())
        }
    }
}
