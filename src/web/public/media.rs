//! Pictures of the content folder.

use crate::content;
use crate::domain::media::MediaPath;
use crate::web::error::WebError;
use crate::web::state::AppState;
use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Data, Path, block};

/// A picture is seldom replaced, and then the old one may be seen for an hour.
const CACHING: &str = "public, max-age=3600";

pub(in crate::web) async fn picture(
    state: Data<AppState>,
    path: Path<String>,
) -> Result<HttpResponse, WebError> {
    let gone = || WebError::not_found("file");
    let picture = MediaPath::parse(&path).ok_or_else(gone)?;
    let file = content::media_file(state.publication.folder(), &picture);
    let bytes = block(move || std::fs::read(file)).await.map_err(|_cut_off| gone())?;
    // Whatever keeps it from being read: there is no picture for whoever asks.
    let bytes = bytes.map_err(|_unreadable| gone())?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, picture.media_type()))
        .insert_header((header::CACHE_CONTROL, CACHING))
        .body(bytes))
}
