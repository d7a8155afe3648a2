//! Outbound links: the reader is counted, and sent on.

use crate::domain::article::Slug;
use crate::domain::outbound::Place;
use crate::usecases::outbound_links;
use crate::web::client;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::state::AppState;
use actix_web::http::header;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use url::Url;

pub(in crate::web) async fn leave(
    request: HttpRequest,
    state: Data<AppState>,
    place: Path<String>,
) -> Result<HttpResponse, WebError> {
    let known = Place::parse(&place).and_then(|place| Some((place, page_of(&state, place)?)));
    let (place, page) = known.ok_or_else(|| WebError::not_found("page"))?;
    let article = read_before(&request, &state);
    let url = tagged(page, &state, article.as_ref());
    if client::looks(&request) {
        let from = client::address(&request, &state);
        // Who wants to give is not kept waiting at a counter that does not work.
        if let Err(error) = outbound_links::count(&state.ctx, place, article, &from).await {
            tracing::warn!(%error, "an outbound link was not counted");
        }
    }
    Ok(HttpResponse::SeeOther()
        .insert_header((header::LOCATION, url))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("x-robots-tag", "noindex, nofollow"))
        .finish())
}

fn page_of(state: &AppState, place: Place) -> Option<&str> {
    match place {
        Place::Patreon => state.ctx.policy.patreon_page.as_deref(),
    }
}

/// The article that the link names, if there is such a one: counters have no rows for what somebody makes up.
fn read_before(request: &HttpRequest, state: &AppState) -> Option<Slug> {
    let fields = Fields::parse(request.query_string().as_bytes()).ok()?;
    let slug = Slug::parse(&fields.filled("from")?).ok()?;
    state.publication.pages().articles.contains_key(slug.as_str()).then_some(slug)
}

/// The page, told where the reader came from, as its own figures may show it.
fn tagged(page: &str, state: &AppState, article: Option<&Slug>) -> String {
    let Ok(mut url) = Url::parse(page) else { return page.to_owned() };
    let here = Url::parse(&state.ctx.policy.public_url).ok();
    if let Some(host) = here.as_ref().and_then(Url::host_str) {
        url.query_pairs_mut().append_pair("utm_source", host).append_pair("utm_medium", "appeal");
    }
    if let Some(article) = article {
        url.query_pairs_mut().append_pair("utm_content", article.as_str());
    }
    url.into()
}
