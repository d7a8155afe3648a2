//! Which language a visitor is answered in: asked for in the address, chosen before, or told by the browser.

use super::state::AppState;
use crate::render::Templates;
use crate::words::{Choice, Language};
use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderMap, HeaderValue};

/// The name in the address, and of the cookie.
const NAME: &str = "lang";

/// One year, in seconds.
const KEPT_S: u32 = 365 * 24 * 60 * 60;

/// What a page in the visitor's language depends on.
const DEPENDS_ON: [&str; 2] = ["accept-language", "cookie"];

/// The visitor's language.
pub(super) fn of<'a>(request: &HttpRequest, state: &'a AppState) -> &'a Language {
    let asked = asked(request);
    let kept = kept(request);
    let accepted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    state.templates.words().choose(Choice { asked: asked.as_deref(), kept: kept.as_deref(), accepted })
}

/// The language of a page that belongs to a gift: that of the visitor if one was chosen, else that of the gift.
pub(super) fn of_gift<'a>(request: &HttpRequest, state: &'a AppState, locale: &str) -> &'a Language {
    let words = state.templates.words();
    let named = asked(request).into_iter().chain(kept(request)).find_map(|tag| words.nearest(&tag));
    named.unwrap_or_else(|| words.language(locale))
}

/// The templates in the visitor's language.
pub(super) fn templates(request: &HttpRequest, state: &AppState) -> Templates {
    state.templates.speaking(of(request, state))
}

/// The language that the address asks for.
fn asked(request: &HttpRequest) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(request.query_string().as_bytes());
    pairs.find(|(name, _)| name == NAME).map(|(_, value)| value.into_owned())
}

/// The language chosen before. Read by hand: a cookie of another program on this host that is written oddly must
/// not take this one with it.
fn kept(request: &HttpRequest) -> Option<String> {
    let lines = request.headers().get_all(header::COOKIE).filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == NAME).map(|(_, value)| value.to_owned())
}

/// The cookie that keeps a language asked for in the address; none if it is not offered.
pub(super) fn cookie(request: &HttpRequest, state: &AppState) -> Option<HeaderValue> {
    let language = state.templates.words().nearest(&asked(request)?)?;
    let secure = if state.secure { "; Secure" } else { "" };
    let tag = language.tag();
    HeaderValue::from_str(&format!("{NAME}={tag}; Path=/; Max-Age={KEPT_S}; SameSite=Lax{secure}")).ok()
}

/// Whether what stands at this path is written in the visitor's language, and may have it remembered: in a frame on
/// another site nothing is.
pub(super) fn matters(path: &str) -> bool {
    let programs =
        ["/static/", "/api/", "/webhooks/", "/health/", "/metrics", "/dev/", "/sandbox/", "/embed"];
    !programs.iter().any(|start| path.starts_with(start)) && !path.ends_with("/card.png")
}

/// Tells caches what the answer depends on, in one line with what was said of it already.
pub(super) fn vary(headers: &mut HeaderMap) {
    let said = headers.get_all(header::VARY).filter_map(|value| value.to_str().ok());
    let mut names: Vec<String> =
        said.flat_map(|line| line.split(',')).map(|name| name.trim().to_ascii_lowercase()).collect();
    for name in DEPENDS_ON {
        if !names.iter().any(|said| said == name) {
            names.push(name.to_owned());
        }
    }
    if let Ok(value) = HeaderValue::try_from(names.join(", ")) {
        headers.insert(header::VARY, value);
    }
}
