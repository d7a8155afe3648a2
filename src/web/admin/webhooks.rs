//! Outgoing webhooks: who is told, and what came of each telling.

use super::door::Seat;
use super::reply::{Desk, done, faults};
use crate::domain::ids::{DeliveryId, EndpointId};
use crate::domain::outgoing::{Delivery, Endpoint, EventKind};
use crate::render::admin_pages::{DeliveryShown, EndpointPage, EndpointShown, EndpointsPage};
use crate::usecases::outgoing;
use crate::usecases::{FieldError, UseCaseError};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::{id_of, see_other};
use crate::web::state::AppState;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use std::collections::BTreeSet;

/// Tellings on the page of an endpoint.
const SHOWN: i64 = 100;

pub(in crate::web) async fn list(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
) -> Result<HttpResponse, WebError> {
    page(&state, &seat, StatusCode::OK, Told { done: done(request.query_string()), ..Told::default() }).await
}

#[derive(Default)]
struct Told {
    url: String,
    chosen: BTreeSet<EventKind>,
    problems: Vec<FieldError>,
    secret: Option<String>,
    done: Option<&'static str>,
}

async fn page(
    state: &AppState,
    seat: &Seat,
    status: StatusCode,
    told: Told,
) -> Result<HttpResponse, WebError> {
    let all = outgoing::list(&state.ctx).await?;
    let shown = EndpointsPage {
        endpoints: all.iter().map(endpoint).collect(),
        kinds: EventKind::ALL.iter().map(|kind| (kind.as_str(), told.chosen.contains(kind))).collect(),
        url: told.url,
        secret: told.secret,
        faults: faults(&told.problems),
    };
    let place = ("admin/webhooks.html", "Outgoing webhooks", "/admin/webhooks");
    Desk::of(state, &seat.0).answer(status, place, told.done, shown)
}

fn endpoint(endpoint: &Endpoint) -> EndpointShown {
    EndpointShown {
        id: endpoint.id.to_string(),
        url: endpoint.url.clone(),
        kinds: endpoint.kinds.iter().map(|kind| kind.as_str()).collect(),
    }
}

/// Adds an endpoint, and shows its secret this once.
pub(in crate::web) async fn add(
    state: Data<AppState>,
    seat: Seat,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(&body)?;
    let url = fields.text("url");
    let chosen: BTreeSet<EventKind> =
        EventKind::ALL.iter().copied().filter(|kind| fields.ticked(kind.as_str())).collect();
    match outgoing::add(&state.ctx, seat.0.actor(), &url, chosen.clone()).await {
        Ok((_, secret)) => {
            let told = Told { secret: Some(secret.expose().to_owned()), ..Told::default() };
            page(&state, &seat, StatusCode::OK, told).await
        }
        Err(UseCaseError::Invalid(problems)) => {
            let told = Told { url, chosen, problems, ..Told::default() };
            page(&state, &seat, StatusCode::UNPROCESSABLE_ENTITY, told).await
        }
        Err(error) => Err(error.into()),
    }
}

fn endpoint_of(text: &str) -> Result<EndpointId, WebError> {
    id_of(text, "outgoing webhook")
}

pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    one(&state, &seat, endpoint_of(&id)?, None, done(request.query_string())).await
}

async fn one(
    state: &AppState,
    seat: &Seat,
    id: EndpointId,
    secret: Option<String>,
    done: Option<&'static str>,
) -> Result<HttpResponse, WebError> {
    let (known, deliveries) = outgoing::log(&state.ctx, id, SHOWN).await?;
    let zone = state.ctx.policy.time_zone;
    let shown = |delivery: Delivery| DeliveryShown {
        id: delivery.id.to_string(),
        kind: delivery.kind.as_str(),
        status: delivery.status.as_str(),
        tries: delivery.tries,
        answer: match (delivery.answer, delivery.error) {
            (Some(code), _) => code.to_string(),
            (None, Some(error)) => error,
            (None, None) => String::new(),
        },
        when_text: delivery.created_at.with_timezone(&zone).format("%e %B %Y, %H:%M:%S").to_string(),
        body: delivery.body,
    };
    let page = EndpointPage {
        endpoint: endpoint(&known),
        deliveries: deliveries.into_iter().map(shown).collect(),
        secret,
    };
    let place = ("admin/webhook.html", "Outgoing webhook", "/admin/webhooks");
    Desk::of(state, &seat.0).page(place, done, page)
}

/// Gives an endpoint another secret, and shows it this once.
pub(in crate::web) async fn renew_secret(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id = endpoint_of(&id)?;
    let secret = outgoing::renew_secret(&state.ctx, seat.0.actor(), id).await?;
    one(&state, &seat, id, Some(secret.expose().to_owned()), None).await
}

/// Tells an endpoint nothing more.
pub(in crate::web) async fn remove(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    outgoing::remove(&state.ctx, seat.0.actor(), endpoint_of(&id)?).await?;
    Ok(see_other("/admin/webhooks?done=saved"))
}

/// Tells something once more.
pub(in crate::web) async fn redeliver(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: DeliveryId = id_of(&id, "delivery")?;
    let endpoint = outgoing::redeliver(&state.ctx, seat.0.actor(), id).await?;
    Ok(see_other(&format!("/admin/webhooks/{endpoint}?done=again")))
}
