//! Gifts that no gateway reports: transfers that arrived for a reference.

use super::{Act, currency_field, mendable, typed_day, typed_money, wrong};
use crate::domain::bank::CreditorReference;
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

pub(in crate::web) async fn show(state: Data<AppState>, seat: Seat) -> Result<HttpResponse, WebError> {
    form(&state, &Fields::default()).shown(&state, &seat, &[])
}

fn form(state: &AppState, typed: &Fields) -> Act {
    let today = state.ctx.day_of(state.ctx.now()).to_string();
    let page = ActPage {
        back: "/admin/donations".to_owned(),
        action: "/admin/gifts/transfer".to_owned(),
        lead: "A transfer that arrived for a promise. The receipt is mailed at once.".to_owned(),
        fields: vec![
            ActField::text("reference", "Reference", typed.text("reference"))
                .hinted("RF…, as it stands on the statement.")
                .required(),
            ActField::text("amount", "Amount", typed.text("amount")).required(),
            currency_field(state, typed),
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
    let reference = fields.text("reference").parse::<CreditorReference>();
    let reference = reference.map_err(|error| wrong("reference", error.to_string()));
    match (reference, typed_money(fields), typed_day(fields)) {
        (Ok(reference), Ok(amount), Ok(received_on)) => {
            Ok(Arrival { reference, amount, received_on, bank_id: fields.filled("bank_id") })
        }
        (reference, amount, day) => {
            Err([reference.err(), amount.err(), day.err()].into_iter().flatten().collect())
        }
    }
}
