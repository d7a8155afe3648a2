//! Forms of other sites cannot post here: what a browser says about where a request comes from is believed,
//! because a page cannot make it say otherwise.

use super::error::WebError;
use super::state::AppState;
use actix_web::dev::ServiceRequest;
use actix_web::http::{Method, StatusCode, header};
use actix_web::web::Data;

/// Why a request is not answered.
pub(super) fn refusal(request: &ServiceRequest) -> Option<WebError> {
    let detail = "This form was sent from another site. Please open the page here and try again.";
    is_foreign(request).then(|| WebError::new(StatusCode::FORBIDDEN, "cross_site", detail))
}

fn is_foreign(request: &ServiceRequest) -> bool {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    // Webhooks and the API carry no cookies and have their own proofs.
    let own_proof = request.path().starts_with("/webhooks/") || request.path().starts_with("/api/");
    if safe || own_proof {
        return false;
    }
    let text = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    match text(header::ORIGIN.as_str()) {
        Some(origin) => !is_own(request, origin),
        // Every browser of the last years sends one of the two with a form: this is a program. On pages that cookies
        // open, the donor's own and the office, nothing is left to guesses.
        None => ["/account", "/admin"].iter().any(|own| request.path().starts_with(own)),
    }
}

fn is_own(request: &ServiceRequest, origin: &str) -> bool {
    let configured = request
        .app_data::<Data<AppState>>()
        .is_some_and(|state| state.ctx.policy.public_url.eq_ignore_ascii_case(origin));
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let bare = origin.split_once("://").map(|(_, rest)| rest);
    configured || (bare.is_some() && bare == host)
}
