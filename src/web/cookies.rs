//! Cookies: set, read and ended in one way, and the words for the browser that holds them.

use super::state::AppState;
use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderValue};

fn is_https(state: &AppState) -> bool {
    state.ctx.policy.public_url.starts_with("https://")
}

/// Over https the name itself makes the browser refuse a cookie that another host or an insecure page has set.
pub(super) fn name_of(state: &AppState, name: &str) -> String {
    if is_https(state) { format!("__Host-{name}") } else { name.to_owned() }
}

/// The value of a cookie that we have set.
pub(super) fn value(request: &HttpRequest, name: &str) -> Option<String> {
    // Ours are 43 characters.
    word(request, name).filter(|value| (40..=100).contains(&value.len()))
}

/// The value of a cookie that holds no secret, whoever set it.
pub(super) fn word(request: &HttpRequest, name: &str) -> Option<String> {
    let headers = request.headers().get_all(header::COOKIE);
    let pairs = headers.filter_map(|header| header.to_str().ok()).flat_map(|header| header.split(';'));
    let found = pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(known, _)| *known == name);
    found.map(|(_, value)| value.to_owned())
}

/// A cookie that comes along when a link leads here from elsewhere, as from a letter.
pub(super) fn set(state: &AppState, name: &str, value: &str, seconds: i64) -> Option<HeaderValue> {
    written(state, name, (value, "Lax"), seconds)
}

/// A cookie that only our own pages send.
pub(super) fn set_strict(state: &AppState, name: &str, value: &str, seconds: i64) -> Option<HeaderValue> {
    written(state, name, (value, "Strict"), seconds)
}

fn written(
    state: &AppState,
    name: &str,
    (value, same_site): (&str, &str),
    seconds: i64,
) -> Option<HeaderValue> {
    let secure = if is_https(state) { "; Secure" } else { "" };
    let name = name_of(state, name);
    HeaderValue::try_from(format!(
        "{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite={same_site}{secure}"
    ))
    .ok()
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
