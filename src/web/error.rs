//! Errors as answers: the one map from what went wrong to a status and words. The body is written by
//! [`super::observe`], as a page for people and as problem details for programs.

use crate::render::RenderError;
use crate::store::StoreError;
use crate::usecases::{FieldError, UseCaseError};
use crate::words::Language;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};

/// A request that is not answered as asked.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{code}: {detail}")]
pub(super) struct WebError {
    pub(super) status: StatusCode,
    /// Stable word for programs.
    pub(super) code: &'static str,
    /// For people. Never says how the inside works.
    pub(super) detail: String,
    pub(super) fields: Vec<FieldError>,
    /// What was not found.
    pub(super) what: &'static str,
    /// When to try again, in seconds; only where waiting helps.
    pub(super) retry_after_s: Option<i64>,
    /// The methods that the address takes; only where it does not take the one of the request.
    pub(super) allow: Option<Box<str>>,
}

/// How long a visitor waits for what is back in a moment.
const MOMENT_S: i64 = 5;

impl WebError {
    pub(super) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let retry_after_s = (status == StatusCode::SERVICE_UNAVAILABLE).then_some(MOMENT_S);
        Self {
            status,
            code,
            detail: detail.into(),
            fields: Vec::new(),
            what: "page",
            retry_after_s,
            allow: None,
        }
    }

    pub(super) fn not_found(what: &'static str) -> Self {
        let detail =
            format!("There is no such {what} here. It may have moved, or the address may be misspelt.");
        Self { what, ..Self::new(StatusCode::NOT_FOUND, "not_found", detail) }
    }

    /// `allow` names the methods that the address takes, as the header of that name does.
    pub(super) fn method_not_allowed(allow: String) -> Self {
        let detail = "This address does not take that kind of request.";
        Self {
            allow: Some(allow.into()),
            ..Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
        }
    }

    pub(super) fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    fn internal() -> Self {
        let detail = "Something went wrong on our side. Nothing you sent was lost or counted twice.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", detail)
    }

    fn unavailable() -> Self {
        let detail =
            "The site is busy with itself for a moment. Please try again in a minute; nothing was charged.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
    }

    /// This process is about to stop; another one answers.
    pub(super) fn stopping() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", "This process is about to stop.")
    }
}

impl WebError {
    /// Title and sentence for the page, in the visitor's language where the error has a message of its own.
    pub(super) fn in_words(&self, language: &Language) -> (String, String) {
        let title = match self.status.as_u16() {
            status @ (400 | 403 | 404 | 409 | 413 | 422 | 429) => format!("error-title-{status}"),
            502 | 503 => "error-title-503".to_owned(),
            _ => "error-title-other".to_owned(),
        };
        let detail = format!("error-{}", self.code.replace('_', "-"));
        let told = [("what", self.what.into())];
        let detail =
            if language.knows(&detail) { language.text(&detail, &told) } else { self.detail.clone() };
        (language.text(&title, &[]), detail)
    }
}

impl From<UseCaseError> for WebError {
    fn from(error: UseCaseError) -> Self {
        match error {
            UseCaseError::NotFound(what) => Self::not_found(what),
            UseCaseError::Invalid(fields) => Self {
                fields,
                ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "Some fields need your attention.")
            },
            UseCaseError::Conflict { code: "idempotency_key_reused", message } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", message)
            }
            UseCaseError::Conflict { code, message } => Self::new(StatusCode::CONFLICT, code, message),
            UseCaseError::Held { .. } => {
                tracing::warn!(%error, "a request met work that is held");
                let detail = "This is being looked at by a person. Nothing is lost; please try again later.";
                Self::new(StatusCode::CONFLICT, "held", detail)
            }
            UseCaseError::RateLimited { after } => {
                metrics::counter!(crate::telemetry::metrics::RATE_LIMITED_TOTAL).increment(1);
                let detail = "There were many tries from here in a short time. Please wait a few minutes and try again.";
                // A second begun is a second to wait.
                let retry_after_s = Some(after.num_seconds().saturating_add(1));
                Self { retry_after_s, ..Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail) }
            }
            UseCaseError::GatewayRefused { .. } => {
                let detail = "The payment service did not accept this. Nothing was charged.";
                Self::new(StatusCode::BAD_GATEWAY, "gateway_refused", detail)
            }
            UseCaseError::GatewayUnavailable(_) => Self::unavailable(),
            UseCaseError::Store(error) => error.into(),
            UseCaseError::Internal(_) => {
                tracing::error!(%error, "a request failed");
                Self::internal()
            }
        }
    }
}

impl From<StoreError> for WebError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::not_found("page"),
            StoreError::Unavailable(_) => {
                tracing::error!(%error, "the database is not available");
                Self::unavailable()
            }
            StoreError::Conflict { .. } | StoreError::Stale => {
                tracing::warn!(%error, "two requests got in each other's way");
                Self::unavailable()
            }
            StoreError::Corrupt { .. } | StoreError::Refused(_) => {
                tracing::error!(%error, "a request failed");
                Self::internal()
            }
        }
    }
}

impl From<RenderError> for WebError {
    fn from(error: RenderError) -> Self {
        tracing::error!(%error, "a page could not be rendered");
        Self::internal()
    }
}

impl ResponseError for WebError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::new(self.status);
        if self.status == StatusCode::UNAUTHORIZED {
            answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        answer
    }
}
