//! Feeds, the map of the site and the rules for robots: made when the files change, served from memory.

use crate::web::content::NewsFeeds;
use crate::web::error::WebError;
use crate::web::page_cache::CachedPage;
use crate::web::public::cards;
use crate::web::recall;
use crate::web::route::page;
use crate::web::state::AppState;
use actix_web::http::header::HeaderValue;
use actix_web::web::{Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

/// Programs that follow the site ask often, and an hour late is early enough.
const CACHING: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// What programs read of the publication.
pub(in crate::web) struct Discovery {
    pub(in crate::web) atom: CachedPage,
    pub(in crate::web) rss: CachedPage,
    pub(in crate::web) json_feed: CachedPage,
    pub(in crate::web) sitemap: CachedPage,
    pub(in crate::web) robots: CachedPage,
}

/// Puts up what programs read.
pub(in crate::web) fn routes(app: &mut ServiceConfig) {
    app.service(page("/feed.xml", atom))
        .service(page("/rss.xml", rss))
        .service(page("/feed.json", json_feed))
        .service(page("/comments.rss", comments))
        .service(page("/articles/{slug}/comments.rss", comments_of))
        .service(page("/articles/{slug}/card.png", cards::article))
        .service(page("/card.png", cards::site))
        .service(page("/campaigns/{slug}/feed.xml", news_atom))
        .service(page("/campaigns/{slug}/rss.xml", news_rss))
        .service(page("/campaigns/{slug}/feed.json", news_json))
        .service(page("/sitemap.xml", sitemap))
        .service(page("/robots.txt", robots));
}

fn given(request: &HttpRequest, page: &CachedPage) -> HttpResponse {
    let mut answer = page.answer(request, CACHING);
    recall::allow(&mut answer);
    answer
}

/// Before the first article is read there is nobody to ask.
fn given_if(request: &HttpRequest, page: Option<&CachedPage>) -> HttpResponse {
    page.map_or_else(|| HttpResponse::NotFound().finish(), |page| given(request, page))
}

fn answer(request: &HttpRequest, state: &AppState, which: fn(&Discovery) -> &CachedPage) -> HttpResponse {
    given_if(request, state.publication.pages().around.discovery.as_ref().map(which))
}

async fn atom(request: HttpRequest, state: Data<AppState>) -> HttpResponse {
    answer(&request, &state, |discovery| &discovery.atom)
}

async fn rss(request: HttpRequest, state: Data<AppState>) -> HttpResponse {
    answer(&request, &state, |discovery| &discovery.rss)
}

async fn json_feed(request: HttpRequest, state: Data<AppState>) -> HttpResponse {
    answer(&request, &state, |discovery| &discovery.json_feed)
}

async fn comments(request: HttpRequest, state: Data<AppState>) -> HttpResponse {
    given_if(&request, state.publication.pages().comments.as_ref())
}

/// What readers say below one article.
async fn comments_of(
    request: HttpRequest,
    state: Data<AppState>,
    slug: Path<String>,
) -> Result<HttpResponse, WebError> {
    let pages = state.publication.pages();
    let feed = pages.comment_feeds.get(slug.as_str()).ok_or_else(|| WebError::not_found("article"))?;
    Ok(given(&request, feed))
}

/// News of one campaign.
fn news(
    request: &HttpRequest,
    state: &AppState,
    slug: &str,
    which: fn(&NewsFeeds) -> &CachedPage,
) -> Result<HttpResponse, WebError> {
    let pages = state.publication.pages();
    let feeds = pages.around.news.get(slug).ok_or_else(|| WebError::not_found("campaign"))?;
    Ok(given(request, which(feeds)))
}

async fn news_atom(
    request: HttpRequest,
    state: Data<AppState>,
    slug: Path<String>,
) -> Result<HttpResponse, WebError> {
    news(&request, &state, &slug, |feeds| &feeds.atom)
}

async fn news_rss(
    request: HttpRequest,
    state: Data<AppState>,
    slug: Path<String>,
) -> Result<HttpResponse, WebError> {
    news(&request, &state, &slug, |feeds| &feeds.rss)
}

async fn news_json(
    request: HttpRequest,
    state: Data<AppState>,
    slug: Path<String>,
) -> Result<HttpResponse, WebError> {
    news(&request, &state, &slug, |feeds| &feeds.json_feed)
}

async fn sitemap(request: HttpRequest, state: Data<AppState>) -> HttpResponse {
    answer(&request, &state, |discovery| &discovery.sitemap)
}

async fn robots(request: HttpRequest, state: Data<AppState>) -> HttpResponse {
    answer(&request, &state, |discovery| &discovery.robots)
}
