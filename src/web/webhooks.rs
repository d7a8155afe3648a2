//! Webhooks: the raw bytes go to the use case; the sender learns nothing but yes or no.

use super::error::WebError;
use super::state::AppState;
use crate::domain::member::Sender;
use crate::gateways::WebhookHeaders;
use crate::telemetry::metrics::WEBHOOKS_TOTAL;
use crate::usecases::webhook::{self, Arrival, WebhookError};
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};

pub(super) async fn receive(
    request: HttpRequest,
    state: Data<AppState>,
    gateway: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let sender = Sender::parse(&gateway).ok_or_else(|| WebError::not_found("page"))?;
    let pairs = request.headers().iter().map(|(name, value)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    let outcome = webhook::accept(&state.ctx, sender, &WebhookHeaders::new(pairs), body.to_vec()).await;
    let word = match &outcome {
        Ok(Arrival::Stored) => "stored",
        Ok(Arrival::Repeat) => "repeat",
        Err(WebhookError::Off) => "off",
        Err(WebhookError::Unchecked(_)) => "unchecked",
        Err(WebhookError::Rejected(_)) => "rejected",
        Err(WebhookError::Store(_)) => "failed",
    };
    metrics::counter!(WEBHOOKS_TOTAL, "gateway" => sender.as_str(), "outcome" => word).increment(1);
    match outcome {
        Ok(Arrival::Stored | Arrival::Repeat) => Ok(HttpResponse::Ok().finish()),
        Err(WebhookError::Off) => Err(WebError::not_found("page")),
        Err(WebhookError::Unchecked(why)) => {
            tracing::warn!(gateway = %sender, %why, "a webhook is to be sent again");
            Err(WebError::new(StatusCode::SERVICE_UNAVAILABLE, "unchecked", ""))
        }
        Err(WebhookError::Rejected(why)) => {
            tracing::warn!(gateway = %sender, %why, "a webhook was refused");
            Err(WebError::new(StatusCode::BAD_REQUEST, "rejected", ""))
        }
        Err(WebhookError::Store(error)) => Err(error.into()),
    }
}
