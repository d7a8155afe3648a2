//! The cookie of the office. It is sent to no page that another site opened.

use crate::domain::account::Secret;
use crate::web::cookies;
use crate::web::state::AppState;
use actix_web::HttpRequest;
use actix_web::http::header::HeaderValue;

const SESSION: &str = "mainstay_staff";

/// The cookie of a session.
pub(super) fn session(request: &HttpRequest, state: &AppState) -> Option<String> {
    cookies::value(request, &cookies::name_of(state, SESSION))
}

/// Signs in, as far as the session goes. It ends with the browser, or by the rules of the office.
pub(super) fn set_session(state: &AppState, secret: &Secret) -> Option<HeaderValue> {
    let seconds = state.ctx.policy.staff_sessions.longest.num_seconds();
    cookies::set_strict(state, SESSION, secret.expose(), seconds)
}

/// Signs out.
pub(super) fn end_session(state: &AppState) -> Option<HeaderValue> {
    cookies::set_strict(state, SESSION, "", 0)
}
