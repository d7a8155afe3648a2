//! Pictures of the content folder, and smaller ones of them.

use crate::content;
use crate::domain::media::MediaPath;
use crate::domain::picture::Rendition;
use crate::web::assets;
use crate::web::error::WebError;
use crate::web::state::AppState;
use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{Data, Path, block};
use std::path::PathBuf;

/// A picture is seldom replaced, and then the old one may be seen for an hour.
const CACHING: HeaderValue = HeaderValue::from_static("public, max-age=3600");

pub(in crate::web) async fn picture(
    state: Data<AppState>,
    path: Path<String>,
) -> Result<HttpResponse, WebError> {
    let picture = MediaPath::parse(&path).ok_or_else(gone)?;
    let file = content::media_file(state.publication.folder(), &picture);
    answer(file, picture.media_type(), CACHING).await
}

/// A smaller one, whose address changes with the picture.
pub(in crate::web) async fn smaller(
    state: Data<AppState>,
    name: Path<String>,
) -> Result<HttpResponse, WebError> {
    let rendition = Rendition::parse(&name).ok_or_else(gone)?;
    answer(state.publication.picture_file(&rendition), "image/webp", assets::CACHING).await
}

async fn answer(
    file: PathBuf,
    media_type: &'static str,
    caching: HeaderValue,
) -> Result<HttpResponse, WebError> {
    let bytes = block(move || std::fs::read(file)).await.map_err(|_cut_off| gone())?;
    // Whatever keeps it from being read: there is no picture for whoever asks.
    let bytes = bytes.map_err(|_unreadable| gone())?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CACHE_CONTROL, caching))
        .body(bytes))
}

fn gone() -> WebError {
    WebError::not_found("file")
}
