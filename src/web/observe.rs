//! Around every request: an id, a line in the log, the metrics, the security headers, and the body of errors.

use super::api::problem;
use super::error::WebError;
use super::state::AppState;
use crate::render::PageMeta;
use crate::render::pages::{ErrorPage, Failure};
use crate::telemetry::metrics::{HTTP_REQUEST_SECONDS, HTTP_REQUESTS_TOTAL};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage as _, HttpResponse, HttpResponseBuilder};
use std::time::Instant;

/// The id of a request: random, shown on error pages and in the log.
#[derive(Clone)]
pub(super) struct RequestId(String);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Nothing from elsewhere, nothing inline, never in a frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
    connect-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

pub(super) async fn observe(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let id = RequestId(new_id(&request));
    request.extensions_mut().insert(id.clone());
    let mut response = next.call(request).await?.map_into_boxed_body();
    let failure = response.response().error().map(|error| {
        error.as_error::<WebError>().cloned().unwrap_or_else(|| foreign(error, response.status()))
    });
    if let Some(failure) = failure {
        let body = error_body(&response, &failure, &id);
        let said = std::mem::replace(response.headers_mut(), HeaderMap::new());
        response = response.into_response(body);
        keep_headers(response.headers_mut(), said);
    }
    let secure = response.request().app_data::<Data<AppState>>().is_some_and(|state| state.secure);
    protect(response.headers_mut(), secure);
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    record(&response, &id, started);
    Ok(response)
}

fn new_id(request: &ServiceRequest) -> String {
    let state = request.app_data::<Data<AppState>>();
    let random = state.map(|state| u128::from_be_bytes(state.ctx.ids.random())).unwrap_or_default();
    format!("{random:032x}").chars().take(16).collect()
}

/// Errors that actix itself makes: bodies that are too large or cut off, paths that cannot be read.
fn foreign(error: &Error, status: StatusCode) -> WebError {
    if status.is_server_error() {
        tracing::error!(%error, "a request failed");
        return WebError::new(status, "internal_error", "Something went wrong on our side.");
    }
    let (code, detail) = match status {
        StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "What was sent is larger than this page takes."),
        StatusCode::NOT_FOUND => ("not_found", "There is no such page here."),
        _ => ("bad_request", "What was sent cannot be read."),
    };
    WebError::new(status, code, detail)
}

fn error_body(response: &ServiceResponse, failure: &WebError, id: &RequestId) -> HttpResponse {
    let request = response.request();
    let mut builder = HttpResponseBuilder::new(failure.status);
    builder.insert_header((header::CACHE_CONTROL, "no-store"));
    if failure.status == StatusCode::SERVICE_UNAVAILABLE {
        builder.insert_header((header::RETRY_AFTER, "5"));
    }
    let path = request.path();
    if path.starts_with("/webhooks/") {
        return builder.finish();
    }
    if path.starts_with("/api/") {
        return problem::write(&mut builder, failure, &id.0);
    }
    let page = PageMeta {
        title: failure.title().to_owned(),
        path: path.to_owned(),
        robots: Some("noindex"),
        ..PageMeta::default()
    };
    let shown = Failure {
        status: failure.status.as_u16(),
        title: failure.title().to_owned(),
        detail: failure.detail.clone(),
        request_id: failure.status.is_server_error().then(|| id.0.clone()),
        home_url: "/",
    };
    let html = request
        .app_data::<Data<AppState>>()
        .and_then(|state| state.templates.page("public/error.html", &page, ErrorPage { error: shown }).ok());
    match html {
        Some(html) => builder.content_type("text/html; charset=utf-8").body(html),
        None => builder.content_type("text/plain; charset=utf-8").body(failure.detail.clone()),
    }
}

/// What inner layers said besides the body still holds: without the leave of CORS a page of another site could
/// not read which of its fields is wrong.
fn keep_headers(headers: &mut HeaderMap, said: HeaderMap) {
    for (name, value) in said {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH && !headers.contains_key(&name) {
            headers.insert(name, value);
        }
    }
}

fn protect(headers: &mut HeaderMap, secure: bool) {
    let policies: [(HeaderName, &'static str); 6] = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), payment=()",
        ),
    ];
    for (name, value) in policies {
        // A handler that needs another policy has set its own.
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if secure {
        let value = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
}

/// The matched pattern, never the path: paths carry tokens.
fn record(response: &ServiceResponse, id: &RequestId, started: Instant) {
    let request = response.request();
    let route = request.match_pattern().unwrap_or_else(|| "other".to_owned());
    let (method, status) = (request.method().as_str().to_owned(), response.status().as_u16());
    let seconds = started.elapsed().as_secs_f64();
    metrics::counter!(HTTP_REQUESTS_TOTAL, "route" => route.clone(), "status" => status.to_string())
        .increment(1);
    metrics::histogram!(HTTP_REQUEST_SECONDS, "route" => route.clone()).record(seconds);
    tracing::info!(request.id = id.0, method, route, status, duration_s = seconds, "request");
}
