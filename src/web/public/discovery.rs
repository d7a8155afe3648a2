//! Feeds, the map of the site and the rules for robots: made when the files change, served from memory.

use crate::web::page_cache::CachedPage;
use crate::web::state::AppState;
use actix_web::http::header::HeaderValue;
use actix_web::web::Data;
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

fn answer(request: &HttpRequest, state: &AppState, which: fn(&Discovery) -> &CachedPage) -> HttpResponse {
    match &state.publication.pages().discovery {
        Some(discovery) => which(discovery).answer(request, CACHING),
        // Before the first article is read there is nobody to ask.
        None => HttpResponse::NotFound().finish(),
    }
}

pub(in crate::web) async fn atom(request: HttpRequest, state: Data<AppState>) -> HttpResponse {
    answer(&request, &state, |discovery| &discovery.atom)
}

pub(in crate::web) async fn rss(request: HttpRequest, state: Data<AppState>) -> HttpResponse {
    answer(&request, &state, |discovery| &discovery.rss)
}

pub(in crate::web) async fn json_feed(request: HttpRequest, state: Data<AppState>) -> HttpResponse {
    answer(&request, &state, |discovery| &discovery.json_feed)
}

pub(in crate::web) async fn sitemap(request: HttpRequest, state: Data<AppState>) -> HttpResponse {
    answer(&request, &state, |discovery| &discovery.sitemap)
}

pub(in crate::web) async fn robots(request: HttpRequest, state: Data<AppState>) -> HttpResponse {
    answer(&request, &state, |discovery| &discovery.robots)
}
