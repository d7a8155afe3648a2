//! The two cookies of the donor's pages: who is signed in, and which browser asked for a link.

use crate::domain::account::Secret;
use crate::web::state::AppState;
use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderValue};

const SESSION: &str = "mainstay_session";
const ASKED: &str = "mainstay_asked";

/// How long a browser remembers that it asked; the link ends long before.
const ASKED_S: i64 = 3600;

fn is_https(state: &AppState) -> bool {
    state.ctx.policy.public_url.starts_with("https://")
}

/// Over https the name itself makes the browser refuse a cookie that another host or an insecure page has set.
fn name_of(state: &AppState, name: &str) -> String {
    if is_https(state) { format!("__Host-{name}") } else { name.to_owned() }
}

fn value(request: &HttpRequest, name: &str) -> Option<String> {
    let headers = request.headers().get_all(header::COOKIE);
    let pairs = headers.filter_map(|header| header.to_str().ok()).flat_map(|header| header.split(';'));
    let found = pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(known, _)| *known == name);
    // Ours are 43 characters.
    found.map(|(_, value)| value.to_owned()).filter(|value| (40..=100).contains(&value.len()))
}

/// The cookie of a session.
pub(super) fn session(request: &HttpRequest, state: &AppState) -> Option<String> {
    value(request, &name_of(state, SESSION))
}

/// The cookie of the browser that asked for a link.
pub(super) fn asked(request: &HttpRequest, state: &AppState) -> Option<String> {
    value(request, &name_of(state, ASKED))
}

fn set(state: &AppState, name: &str, value: &str, seconds: i64) -> Option<HeaderValue> {
    let secure = if is_https(state) { "; Secure" } else { "" };
    let name = name_of(state, name);
    HeaderValue::try_from(format!(
        "{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
    ))
    .ok()
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

/// The browser and its system in words that a person knows again; no more of its name is kept.
pub(super) fn browser_name(request: &HttpRequest) -> String {
    let agent =
        request.headers().get(header::USER_AGENT).and_then(|text| text.to_str().ok()).unwrap_or_default();
    let first = |known: &[(&str, &'static str)]| {
        known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    let browser = first(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "?".to_owned(),
    }
}
