//! Recurring support in the hands of staff.

use super::{Act, mendable};
use crate::domain::ids::PledgeId;
use crate::domain::money::Money;
use crate::domain::pledge::Frequency;
use crate::domain::subscription::{EndReason, OrderKind, Orderer};
use crate::render::admin_pages::{ActField, ActPage};
use crate::usecases::FieldError;
use crate::usecases::account::support;
use crate::usecases::patrons::orders::{self, OrderRequest};
use crate::usecases::views::{self, PatronView};
use crate::web::admin::door::Seat;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::{id_of, see_other};
use crate::web::state::AppState;
use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data, Path};

/// What can be asked, as the choice says it.
const ACTS: [(&str, &str); 6] = [
    ("cancel", "Cancel when the time that is paid for is over"),
    ("end", "End at once"),
    ("pause", "Pause"),
    ("resume", "Go on after a pause"),
    ("keep", "Take a cancellation back"),
    ("change", "Change amount or frequency"),
];

pub(in crate::web) async fn show(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let view = views::patron(&state.ctx, id_of(&id, "pledge")?).await?;
    form(&state, &view, &Fields::default()).shown(&state, &seat, &[])
}

fn form(state: &AppState, view: &PatronView, typed: &Fields) -> Act {
    let news = &view.subscription.news;
    // What the gateway leaves to the donor, or never takes back, is not offered.
    let offers = support::offers(&state.ctx, view);
    let mut acts = ACTS.to_vec();
    acts.retain(|(act, _)| match *act {
        "keep" => offers.may_keep,
        "change" => !offers.is_asked,
        _ => true,
    });
    let kept = |name: &str, otherwise: String| typed.filled(name).unwrap_or(otherwise);
    let choices = |all: &[(&str, &str)]| {
        all.iter().map(|(value, words)| ((*value).to_owned(), (*words).to_owned())).collect::<Vec<_>>()
    };
    let often: Vec<(String, String)> =
        Frequency::RECURRING.iter().map(|f| (f.as_str().to_owned(), f.as_str().to_owned())).collect();
    let page = ActPage {
        back: format!("/admin/pledges/{}", view.pledge.id),
        action: format!("/admin/pledges/{}/order", view.pledge.id),
        lead: format!(
            "{} {}, {}. The donor is told by a letter.",
            news.amount.text(),
            news.frequency,
            news.state.status()
        ),
        fields: vec![
            ActField::choice("what", "What", kept("what", "cancel".to_owned()), choices(&acts)),
            ActField::text("amount", "Amount of each payment", kept("amount", news.amount.major()))
                .hinted("Only for a change."),
            ActField::choice(
                "frequency",
                "How often",
                kept("frequency", news.frequency.as_str().to_owned()),
                often,
            ),
            ActField::date("until", "Pause until", typed.text("until"))
                .hinted("Empty: until somebody says so."),
            ActField::text("reason", "Reason", typed.text("reason")).hinted("For the record."),
        ],
        submit: "Do it",
        ..ActPage::default()
    };
    Act { page, title: "Change support", place: "/admin/pledges" }
}

/// Asks it of the gateway.
pub(in crate::web) async fn order(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let id: PledgeId = id_of(&id, "pledge")?;
    let fields = Fields::parse(&body)?;
    let view = views::patron(&state.ctx, id).await?;
    let what = match wish(&state, &view, &fields) {
        Ok(what) => what,
        Err(problem) => return form(&state, &view, &fields).shown(&state, &seat, &[problem]),
    };
    let request = OrderRequest { pledge: id, what, by: Orderer::Staff, reason: fields.filled("reason") };
    match orders::order_by(&state.ctx, seat.0.actor(), request).await {
        Ok(_) => Ok(see_other(&format!("/admin/pledges/{id}?done=asked"))),
        Err(error) => form(&state, &view, &fields).shown(&state, &seat, &mendable(error)?),
    }
}

fn wish(state: &AppState, view: &PatronView, fields: &Fields) -> Result<OrderKind, FieldError> {
    let wrong = |field, code, message| FieldError { field, code, message };
    match fields.text("what").as_str() {
        "cancel" => Ok(OrderKind::Cancel),
        "end" => Ok(OrderKind::End { reason: EndReason::Voluntary }),
        "resume" => Ok(OrderKind::Resume),
        "keep" => Ok(OrderKind::Keep),
        "pause" => {
            let Some(typed) = fields.filled("until") else {
                return Ok(OrderKind::Pause { until: None });
            };
            let message = || "Write a day, such as 2027-03-01.".to_owned();
            let day = typed.trim().parse().map_err(|_no_day| wrong("until", "unknown_day", message()))?;
            Ok(OrderKind::Pause { until: Some(state.ctx.noon_of(day)) })
        }
        "change" => {
            let news = &view.subscription.news;
            let amount = Money::parse_typed(&fields.text("amount"), news.amount.currency())
                .map_err(|error| wrong("amount", "invalid_amount", error.to_string()))?;
            let frequency = Frequency::parse(&fields.text("frequency")).unwrap_or(news.frequency);
            Ok(OrderKind::Change { amount, frequency })
        }
        _ => Err(wrong("what", "unknown", "Choose one of these.".to_owned())),
    }
}
