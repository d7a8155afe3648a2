//! Addresses at which articles were read before: readers, links and search engines are led to where they are now.

use crate::domain::media::MediaPath;
use crate::domain::old_address::{OldAddress, query_to_keep};
use crate::web::error::WebError;
use crate::web::state::AppState;
use actix_web::http::{Method, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

/// For good, but not for ever: an address may be taken for something else one day.
const CACHING: &str = "public, max-age=3600";

/// Where WordPress has what was uploaded; pictures have the same names here.
const UPLOADS: &str = "/wp-content/uploads/";

/// Where the article is now that was read at the address of a request, or the picture; none if there was none.
///
/// The target is the place of an article of this site and nothing that the request says, but for its harmless query. No
/// article is read at an old address, so no target leads on.
pub(in crate::web) fn answer(request: &HttpRequest, state: &AppState) -> Option<HttpResponse> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return None;
    }
    let path = request.uri().path();
    if let Some(picture) = path.split_once(UPLOADS).and_then(|(_, name)| MediaPath::parse_encoded(name)) {
        return Some(for_good(picture.address()));
    }
    let pages = state.publication.pages();
    let asked = OldAddress::asked(path, request.query_string());
    let place = asked.iter().find_map(|address| pages.around.moved.get(address))?;
    let query = query_to_keep(request.query_string());
    let target = if query.is_empty() { place.clone() } else { format!("{place}?{query}") };
    Some(for_good(target))
}

fn for_good(target: String) -> HttpResponse {
    HttpResponse::MovedPermanently()
        .insert_header((header::LOCATION, target))
        .insert_header((header::CACHE_CONTROL, CACHING))
        .finish()
}

/// What no route is for.
pub(in crate::web) async fn unmatched(
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, WebError> {
    answer(&request, &state).ok_or_else(|| WebError::not_found("page"))
}
