//! Articles: rendered when their files change, served from memory.

use super::look::Look;
use super::moved;
use crate::web::client;
use crate::web::content::InLanguages;
use crate::web::error::WebError;
use crate::web::language;
use crate::web::state::AppState;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

/// A change is seen at the next visit; until then the browser asks with its entity tag.
const CACHING: HeaderValue = HeaderValue::from_static("public, no-cache");

/// The same where cookies decide what is seen: for this browser only.
const CACHING_OF_ONE: HeaderValue = HeaderValue::from_static("private, no-cache");

fn answer(
    request: &HttpRequest,
    state: &AppState,
    page: Option<&InLanguages>,
) -> Result<HttpResponse, WebError> {
    let page = page.ok_or_else(|| WebError::not_found("article"))?;
    let templates = language::templates(request, state);
    let look = Look::of(request, state, page.test());
    let caching = if look.is_for_all() { CACHING } else { CACHING_OF_ONE };
    let mut answer = page.page(look.face, &templates).answer(request, caching);
    if let Some(cookie) = look.cookie {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    if let Some(seen) = look.seen.filter(|_| client::looks(request)) {
        state.publication.shown_texts().add(seen);
    }
    Ok(answer)
}

pub(in crate::web) async fn landing(
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, WebError> {
    // `/?p=12` was the address of a post.
    if !request.query_string().is_empty()
        && let Some(moved) = moved::answer(&request, &state)
    {
        return Ok(moved);
    }
    answer(&request, &state, state.publication.pages().landing.as_ref())
}

pub(in crate::web) async fn list(
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, WebError> {
    answer(&request, &state, state.publication.pages().list.as_ref())
}

pub(in crate::web) async fn article(
    request: HttpRequest,
    state: Data<AppState>,
    slug: Path<String>,
) -> Result<HttpResponse, WebError> {
    let pages = state.publication.pages();
    match pages.articles.get(slug.as_str()) {
        Some(page) => answer(&request, &state, Some(page)),
        None => moved::answer(&request, &state).ok_or_else(|| WebError::not_found("article")),
    }
}
