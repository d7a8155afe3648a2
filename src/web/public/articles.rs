//! Articles: rendered when their files change, served from memory.

use super::look::Look;
use super::moved;
use crate::web::client;
use crate::web::content::{InLanguages, Pages};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::language;
use crate::web::recall;
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
    (pages, page): (&Pages, Option<&InLanguages>),
) -> Result<HttpResponse, WebError> {
    let page = page.ok_or_else(|| WebError::not_found("article"))?;
    let templates = language::templates(request, state);
    let look = Look::of(request, state, page.test());
    let caching = if look.is_for_all() { CACHING } else { CACHING_OF_ONE };
    let mut answer = pages.drawn(page, look.face, &templates).answer(request, caching);
    if look.is_for_all() {
        recall::allow(&mut answer);
    }
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
    let pages = state.publication.pages();
    answer(&request, &state, (&pages, pages.landing.as_deref()))
}

/// A page of a list: of all articles, of a section, a series or an author.
pub(in crate::web) async fn shelf(
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, WebError> {
    let asked = Fields::parse(request.query_string().as_bytes())?.filled("page");
    let number = asked.map_or(Some(1), |text| text.trim().parse::<usize>().ok());
    let pages = state.publication.pages();
    let page = pages.around.shelves.get(request.path()).and_then(|all| all.get(number?.checked_sub(1)?));
    match page {
        Some(page) => answer(&request, &state, (&pages, Some(page.as_ref()))),
        None => moved::answer(&request, &state).ok_or_else(|| WebError::not_found("page")),
    }
}

pub(in crate::web) async fn article(
    request: HttpRequest,
    state: Data<AppState>,
    slug: Path<String>,
) -> Result<HttpResponse, WebError> {
    let pages = state.publication.pages();
    match pages.articles.get(slug.as_str()) {
        Some(page) => answer(&request, &state, (&pages, Some(page.as_ref()))),
        None => moved::answer(&request, &state).ok_or_else(|| WebError::not_found("article")),
    }
}
