//! Outgoing webhooks, to look at: whom the site tells, and what came of it. No token changes settings.

use super::asked;
use super::door::Holder;
use super::seen::json as answer;
use super::time;
use crate::domain::outgoing::{Delivery, Endpoint, EventKind};
use crate::usecases::outgoing;
use crate::web::error::WebError;
use crate::web::reply::id_of;
use crate::web::state::AppState;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

/// Tellings that are shown of an endpoint.
const TELLINGS: i64 = 100;

pub(super) async fn list(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
) -> Result<HttpResponse, WebError> {
    asked::nothing(&request)?;
    let items: Vec<Value> = outgoing::list(&state.ctx).await?.iter().map(shown).collect();
    answer(&request, &asked::listed(&items, None))
}

/// One of them with its latest tellings, the newest first.
pub(super) async fn one(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let (endpoint, tellings) = outgoing::log(&state.ctx, id_of(&id, "webhook")?, TELLINGS).await?;
    let mut body = shown(&endpoint);
    if let Some(body) = body.as_object_mut() {
        body.insert("deliveries".to_owned(), tellings.iter().map(telling).collect());
    }
    answer(&request, &body)
}

fn shown(endpoint: &Endpoint) -> Value {
    let kinds: Vec<&str> = endpoint.kinds.iter().copied().map(EventKind::as_str).collect();
    json!({
        "id": endpoint.id,
        "url": endpoint.url,
        "events": kinds,
        "created": time(endpoint.created_at),
    })
}

fn telling(delivery: &Delivery) -> Value {
    json!({
        "id": delivery.id,
        "event": delivery.kind.as_str(),
        "status": delivery.status.as_str(),
        "tries": delivery.tries,
        "answer": delivery.answer,
        "created": time(delivery.created_at),
        "tried": delivery.tried_at.map(time),
    })
}
