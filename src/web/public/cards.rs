//! Pictures that other places show beside a link to a page.

use crate::web::assets;
use crate::web::content::KeptPicture;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::page_cache::CachedPage;
use crate::web::reply::cut_off;
use crate::web::state::AppState;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

/// Asked for without its version, it may say something else tomorrow.
const DAILY: HeaderValue = HeaderValue::from_static("public, max-age=86400");

/// Other places show it.
const FOR_OTHERS: HeaderValue = HeaderValue::from_static("cross-origin");

pub(in crate::web) async fn site(
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, WebError> {
    answer(&request, state.publication.pages().around.cards.site()).await
}

pub(in crate::web) async fn article(
    request: HttpRequest,
    state: Data<AppState>,
    slug: Path<String>,
) -> Result<HttpResponse, WebError> {
    answer(&request, state.publication.pages().around.cards.article(&slug)).await
}

async fn answer(request: &HttpRequest, kept: Option<KeptPicture>) -> Result<HttpResponse, WebError> {
    let kept = kept.ok_or_else(|| WebError::not_found("picture"))?;
    let asked = Fields::parse(request.query_string().as_bytes())?;
    let is_this = asked.filled("v").is_some_and(|version| version == kept.version());
    let drawing = actix_web::web::block(move || kept.page().cloned()).await;
    let page: Option<CachedPage> = drawing.map_err(|error| cut_off(&error))?;
    let page = page.ok_or_else(|| cut_off(&"no picture"))?;
    let mut answer = page.answer(request, if is_this { assets::CACHING } else { DAILY });
    answer.headers_mut().insert(header::CROSS_ORIGIN_RESOURCE_POLICY, FOR_OTHERS);
    Ok(answer)
}
