//! Programs of the publisher come with a token; whoever has none, or one that may less, goes no further than this.

use crate::domain::access::Permission;
use crate::domain::audit::Actor;
use crate::domain::token::ApiToken;
use crate::usecases::staff::tokens::{self, Allowance};
use crate::web::error::WebError;
use crate::web::route::left_by_door;
use crate::web::state::AppState;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest};
use std::future::Ready;

/// Whoever holds a token: handlers for staff take it, and only [`keep`] hands it out.
#[derive(Debug, Clone)]
pub(super) struct Holder {
    pub(super) token: ApiToken,
    allowance: Allowance,
}

impl Holder {
    /// Who it is in the log.
    pub(super) fn actor(&self) -> Actor {
        Actor::Token(self.token.id)
    }

    /// Says how many requests are left, in the form of the draft for such headers.
    pub(super) fn tell(&self, headers: &mut HeaderMap) {
        say_left(headers, self.allowance.left, self.allowance.whole_in.num_seconds());
    }
}

impl FromRequest for Holder {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        left_by_door(request, "resource")
    }
}

/// Lets a request through, or says why not.
pub(in crate::web) async fn keep(
    what: Permission,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let holder = match request.app_data::<Data<AppState>>() {
        Some(state) => admit(request.request(), state, what).await,
        None => Err(WebError::not_found("resource")),
    };
    let holder = match holder {
        Ok(holder) => holder,
        // As an answer, not as an error past everything that would write it down.
        Err(error) => {
            let wait = error.retry_after_s.filter(|_| error.status == StatusCode::TOO_MANY_REQUESTS);
            let mut answer = request.error_response(error);
            if let Some(wait) = wait {
                say_left(answer.headers_mut(), 0, wait);
            }
            return Ok(answer);
        }
    };
    // What only looks is not written down; what acts is, by the act.
    let is_act = request.method() != Method::GET && request.method() != Method::HEAD;
    if is_act {
        tracing::info!(token = %holder.token.id, permission = what.as_str(), "a token was used to act");
    }
    request.extensions_mut().insert(holder.clone());
    let mut answer = next.call(request).await?.map_into_boxed_body();
    holder.tell(answer.headers_mut());
    Ok(answer)
}

/// Whose token it is, if it may.
///
/// # Errors
/// 401 without a token that is in force, 403 if it may not, 429 after too many requests.
pub(super) async fn admit(
    request: &HttpRequest,
    state: &AppState,
    what: Permission,
) -> Result<Holder, WebError> {
    let token = match bearer(request) {
        Some(text) => tokens::find(&state.ctx, text).await?,
        None => None,
    };
    let token = token.ok_or_else(|| {
        let detail = "Send a token that is in force: “Authorization: Bearer mst_…”.";
        WebError::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
    })?;
    if !token.scope.may(what) {
        tracing::warn!(token = %token.id, permission = what.as_str(), "a token was refused");
        let detail = format!("A token with the scope “{}” may not do this.", token.scope);
        return Err(WebError::new(StatusCode::FORBIDDEN, "forbidden", detail));
    }
    let allowance = tokens::count_use(&state.ctx, token.id).await?;
    Ok(Holder { token, allowance })
}

fn bearer(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, text) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| text.trim())
}

/// How many requests a token has, how many of them are left, and in how many seconds all are there again.
fn say_left(headers: &mut HeaderMap, left: u32, whole_in_s: i64) {
    let policy = format!("\"token\";q={};w=60", tokens::REQUESTS_PER_MINUTE);
    let now = format!("\"token\";r={left};t={whole_in_s}");
    for (name, value) in [("ratelimit-policy", policy), ("ratelimit", now)] {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}
