//! The two cookies of the donor's pages: who is signed in, and which browser asked for a link.

use crate::domain::account::Secret;
use crate::web::cookies::{name_of, set, value};
use crate::web::state::AppState;
use actix_web::HttpRequest;
use actix_web::http::header::HeaderValue;

pub(super) use crate::web::cookies::browser_name;

const SESSION: &str = "mainstay_session";
const ASKED: &str = "mainstay_asked";

/// How long a browser remembers that it asked; the link ends long before.
const ASKED_S: i64 = 3600;

/// The cookie of a session.
pub(super) fn session(request: &HttpRequest, state: &AppState) -> Option<String> {
    value(request, &name_of(state, SESSION))
}

/// The cookie of the browser that asked for a link.
pub(super) fn asked(request: &HttpRequest, state: &AppState) -> Option<String> {
    value(request, &name_of(state, ASKED))
}

/// Signs in.
pub(super) fn set_session(state: &AppState, secret: &Secret) -> Option<HeaderValue> {
    set(state, SESSION, secret.expose(), state.ctx.policy.sessions.longest.num_seconds())
}

/// Signs out.
pub(super) fn end_session(state: &AppState) -> Option<HeaderValue> {
    set(state, SESSION, "", 0)
}

/// Remembers that this browser asked.
pub(super) fn set_asked(state: &AppState, secret: &Secret) -> Option<HeaderValue> {
    set(state, ASKED, secret.expose(), ASKED_S)
}

/// Forgets that this browser asked.
pub(super) fn end_asked(state: &AppState) -> Option<HeaderValue> {
    set(state, ASKED, "", 0)
}
