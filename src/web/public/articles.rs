//! Articles: rendered when their files change, served from memory.

use crate::web::content::InLanguages;
use crate::web::error::WebError;
use crate::web::language;
use crate::web::state::AppState;
use actix_web::http::header::HeaderValue;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

/// A change is seen at the next visit; until then the browser asks with its entity tag.
const CACHING: HeaderValue = HeaderValue::from_static("public, no-cache");

fn answer(
    request: &HttpRequest,
    state: &AppState,
    page: Option<&InLanguages>,
) -> Result<HttpResponse, WebError> {
    let templates = language::templates(request, state);
    page.map(|page| page.page(&templates).answer(request, CACHING))
        .ok_or_else(|| WebError::not_found("article"))
}

pub(in crate::web) async fn landing(
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, WebError> {
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
    answer(&request, &state, state.publication.pages().articles.get(slug.as_str()))
}
