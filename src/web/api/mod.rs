//! The JSON API. The table below is all of it: each line names who may come, and there is no other way to add one.

pub(super) mod campaigns;
pub(super) mod docs;
pub(super) mod door;
mod lists;
mod openapi;
pub(super) mod pledges;
pub(super) mod problem;
mod refunds;
mod reports;
mod seen;

use super::error::WebError;
use super::route::{Access, Declared, Table};
use super::state::AppState;
use crate::domain::access::Permission as May;
use crate::domain::list::ListKind;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::JsonPayloadError;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::{Data, PayloadConfig, ServiceConfig};
use actix_web::{Error, HttpRequest, HttpResponse, ResponseError as _};

/// Where the paths of the table begin.
const ROOT: &str = "/api/v1";

fn table() -> Table {
    use Access::{Public, Token};
    use ListKind::{Audit, Donations, Donors, Events, Jobs, Patrons, Pledges, Receipts};
    Table::default()
        .get("/openapi.json", Public, openapi::show)
        .get("/campaigns/{slug}", Public, campaigns::show)
        .post("/pledges", Public, pledges::create)
        .get("/pledges", Token(May::SeeSupport), lists::page_of(Pledges))
        // For whoever has the code of this pledge, and for staff.
        .get("/pledges/{id}", Public, pledges::show)
        .get("/donations", Token(May::SeeSupport), lists::page_of(Donations))
        .get("/donations/{id}", Token(May::SeeSupport), lists::one_of(Donations))
        .get("/donations/{id}/refunds", Token(May::SeeSupport), refunds::list)
        .post("/donations/{id}/refunds", Token(May::Refund), refunds::create)
        .get("/donors", Token(May::SeeSupport), lists::page_of(Donors))
        .get("/donors/{id}", Token(May::SeeSupport), lists::one_of(Donors))
        .get("/patrons", Token(May::SeeSupport), lists::page_of(Patrons))
        .get("/receipts", Token(May::SeeSupport), lists::page_of(Receipts))
        .get("/receipts/{id}", Token(May::SeeSupport), lists::one_of(Receipts))
        .get("/events", Token(May::SeeOperations), lists::page_of(Events))
        .get("/jobs", Token(May::SeeOperations), lists::page_of(Jobs))
        .get("/audit", Token(May::SeeAudit), lists::page_of(Audit))
        .get("/reports/summary", Token(May::SeeFigures), reports::summary)
        .get("/reports/timeline", Token(May::SeeFigures), reports::timeline)
        .get("/reports/patrons", Token(May::SeeFigures), reports::patrons)
        .get("/reports/articles", Token(May::SeeFigures), reports::articles)
}

/// Puts the API up, in its scope.
pub(super) fn routes(scope: &mut ServiceConfig, body_bytes: usize) {
    table().put_up(scope, &PayloadConfig::new(body_bytes));
}

/// Every route of the API with who may come, for the tests that try all of them; paths begin behind `/api/v1`.
pub fn declared() -> Vec<Declared> {
    table().declared()
}

/// Money on the wire.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MoneyDto {
    pub(super) minor: i64,
    pub(super) currency: String,
}

impl From<crate::domain::money::Money> for MoneyDto {
    fn from(money: crate::domain::money::Money) -> Self {
        Self { minor: money.minor(), currency: money.currency().code().to_owned() }
    }
}

/// A body that is no JSON, or not the JSON that is wanted.
#[expect(clippy::wildcard_enum_match_arm, reason = "actix adds variants in minor versions")]
#[expect(clippy::needless_pass_by_value, reason = "the signature that actix calls")]
pub(super) fn json_error(error: JsonPayloadError, _request: &HttpRequest) -> Error {
    // Actix takes a wrong content type for a malformed request.
    let foreign = matches!(error, JsonPayloadError::ContentType);
    let status = if foreign { StatusCode::UNSUPPORTED_MEDIA_TYPE } else { error.status_code() };
    let code = match status {
        StatusCode::PAYLOAD_TOO_LARGE => "too_large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "content_type",
        _ => "malformed",
    };
    let detail = match &error {
        JsonPayloadError::Deserialize(why) => format!("The JSON cannot be taken: {why}."),
        JsonPayloadError::ContentType => "Send JSON, with the content type application/json.".to_owned(),
        _ => "The body is too large or was cut off.".to_owned(),
    };
    WebError::new(status, code, detail).into()
}

/// Pages of the configured origins may use the public API; no others, and never with cookies.
pub(super) async fn cors<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let allowed = origin.filter(|origin| {
        let state = request.app_data::<Data<AppState>>();
        state.is_some_and(|state| state.cors_origins.iter().any(|own| origin == own.as_str()))
    });
    if *request.method() == Method::OPTIONS {
        let mut answer = HttpResponse::NoContent().finish();
        allow(answer.headers_mut(), allowed.as_ref());
        return Ok(request.into_response(answer).map_into_right_body());
    }
    let mut response = next.call(request).await?.map_into_left_body();
    allow(response.headers_mut(), allowed.as_ref());
    Ok(response)
}

fn allow(headers: &mut HeaderMap, origin: Option<&HeaderValue>) {
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    let Some(origin) = origin else { return };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("content-type, idempotency-key"),
    );
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
}
