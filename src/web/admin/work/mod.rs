//! What is done at the desk. Acts that need words or figures have a page of their own, on which what was typed stays if
//! it cannot be taken; the others are a button on the page of what they are about.

pub(super) mod bank_files;
pub(super) mod bank_lines;
pub(super) mod bank_mapping;
pub(super) mod by_hand;
pub(super) mod comments;
pub(super) mod defence;
pub(super) mod deposits;
pub(super) mod donors;
pub(super) mod gift_aid;
pub(super) mod gifts;
pub(super) mod imports;
pub(super) mod letters;
pub(super) mod members;
pub(super) mod operations;
pub(super) mod platforms;
pub(super) mod pledges;
pub(super) mod receipts;
pub(super) mod refunds;
pub(super) mod statements;
pub(super) mod wall;

use super::door::Seat;
use super::reply::{Desk, faults};
use crate::domain::campaign::Campaign;
use crate::domain::ids::DonationId;
use crate::domain::money::{Currency, Money};
use crate::domain::pledge::Visibility;
use crate::render::admin_pages::{ActField, ActPage, HiddenField};
use crate::usecases::{FieldError, UseCaseError};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::{see_other, status_of};
use crate::web::state::AppState;
use actix_web::HttpResponse;
use chrono::NaiveDate;

/// A form of an act.
struct Act {
    page: ActPage,
    title: &'static str,
    /// The place in the navigation that it belongs to.
    place: &'static str,
}

impl Act {
    fn shown(self, state: &AppState, seat: &Seat, problems: &[FieldError]) -> Result<HttpResponse, WebError> {
        let status = status_of(problems);
        let page = ActPage { faults: faults(problems), ..self.page };
        Desk::of(state, &seat.0).answer(status, ("admin/act.html", self.title, self.place), None, page)
    }
}

/// A fresh name for one filling of a form: two clicks on its button are one act.
fn form_key(state: &AppState) -> HiddenField {
    HiddenField { name: "request_key".to_owned(), value: hex::encode(state.ctx.ids.random()) }
}

/// The name that this filling of the form has, or a fresh one.
fn kept_key(state: &AppState, typed: &Fields) -> HiddenField {
    let known = typed.filled("request_key");
    known.map_or_else(|| form_key(state), |value| HiddenField { name: "request_key".to_owned(), value })
}

/// The currencies of the site, to choose from.
fn currency_field(state: &AppState, typed: &Fields) -> ActField {
    let policy = &state.ctx.policy;
    let choices = policy.currencies.iter().map(|c| (c.code().to_owned(), c.code().to_owned())).collect();
    let chosen = typed.filled("currency").unwrap_or_else(|| policy.default_currency.code().to_owned());
    ActField::choice("currency", "Currency", chosen, choices)
}

/// What a gift is for.
fn campaign_field(typed: &Fields, campaigns: Vec<Campaign>) -> ActField {
    let choices = campaigns.into_iter().map(|campaign| (campaign.slug.as_str().to_owned(), campaign.title));
    ActField::choice("campaign", "For", typed.text("campaign"), choices.collect())
}

/// Who may see the name of a giver.
fn visibility_field(typed: &Fields) -> ActField {
    let choices = vec![
        ("hidden".to_owned(), "Nobody outside".to_owned()),
        ("named".to_owned(), "Everybody: the supporters are listed by name".to_owned()),
    ];
    let chosen = typed.filled("visibility").unwrap_or_else(|| "hidden".to_owned());
    ActField::choice("visibility", "Who may see the name", chosen, choices)
}

fn typed_visibility(typed: &Fields) -> Visibility {
    if typed.text("visibility") == "named" { Visibility::Named } else { Visibility::Hidden }
}

/// Away to a gift that was recorded, whose receipt is mailed or to be printed.
fn recorded(donation: DonationId, is_mailed: bool) -> HttpResponse {
    let done = if is_mailed { "recorded" } else { "recorded-paper" };
    see_other(&format!("/admin/donations/{donation}?done={done}"))
}

fn wrong(field: &'static str, message: String) -> FieldError {
    FieldError { field, code: "invalid", message }
}

/// What was typed as amount and currency of money that arrived.
fn typed_money(typed: &Fields) -> Result<Money, FieldError> {
    let currency = Currency::parse(&typed.text("currency"));
    let currency = currency.map_err(|error| wrong("currency", error.to_string()))?;
    Money::parse_typed(&typed.text("amount"), currency).map_err(|error| wrong("amount", error.to_string()))
}

/// What was typed as the day on which it arrived.
fn typed_day(typed: &Fields) -> Result<NaiveDate, FieldError> {
    let day = typed.text("received_on").trim().parse();
    day.map_err(|_no_day| wrong("received_on", "Write a day, such as 2027-03-01.".to_owned()))
}

/// What a person can mend by typing something else; everything else is an error page.
fn mendable(error: UseCaseError) -> Result<Vec<FieldError>, WebError> {
    match error {
        UseCaseError::Invalid(problems) => Ok(problems),
        UseCaseError::Conflict { code, message } => Ok(vec![FieldError { field: "form", code, message }]),
        UseCaseError::GatewayRefused { code } => {
            let message = format!("The gateway refused ({code}). Nothing was changed.");
            Ok(vec![FieldError { field: "form", code: "gateway_refused", message }])
        }
        UseCaseError::NotFound(_)
        | UseCaseError::Held { .. }
        | UseCaseError::RateLimited { .. }
        | UseCaseError::GatewayUnavailable(_)
        | UseCaseError::Store(_)
        | UseCaseError::Internal(_) => Err(error.into()),
    }
}
