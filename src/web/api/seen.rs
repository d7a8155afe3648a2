//! Answers that say what they are, so that who has one already gets it only once.

use crate::web::error::WebError;
use crate::web::page_cache::is_known;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// JSON with an `ETag`; 304 for whoever has this very text. No cache keeps it without asking.
pub(super) fn json<T: Serialize>(request: &HttpRequest, body: &T) -> Result<HttpResponse, WebError> {
    let text = text_of(body)?;
    Ok(answer(request, &hex::encode(Sha256::digest(text.as_bytes())), text))
}

/// JSON whose `ETag` is that of what it stands for.
pub(super) fn tagged<T: Serialize>(
    request: &HttpRequest,
    tag: &str,
    body: &T,
) -> Result<HttpResponse, WebError> {
    Ok(answer(request, tag, text_of(body)?))
}

fn text_of<T: Serialize>(body: &T) -> Result<String, WebError> {
    let text = serde_json::to_string(body);
    text.map_err(|error| crate::usecases::UseCaseError::Internal(error.to_string()).into())
}

fn answer(request: &HttpRequest, tag: &str, text: String) -> HttpResponse {
    let tag = HeaderValue::try_from(format!("\"{tag}\"")).unwrap_or(HeaderValue::from_static("\"0\""));
    let is_known = is_known(request, &tag);
    let mut answer = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header((header::ETAG, tag))
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .insert_header((header::VARY, "authorization"));
    if is_known { answer.finish() } else { answer.content_type("application/json").body(text) }
}
