//! Answers that say what they are, so that who has one already gets it only once.

use crate::web::error::WebError;
use crate::web::page_cache::is_known;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// JSON with an `ETag`; 304 for whoever has this very text. No cache keeps it without asking.
pub(super) fn json<T: Serialize>(request: &HttpRequest, body: &T) -> Result<HttpResponse, WebError> {
    let text = serde_json::to_string(body)
        .map_err(|error| crate::usecases::UseCaseError::Internal(error.to_string()))?;
    let tag = format!("\"{}\"", hex::encode(Sha256::digest(text.as_bytes())));
    let tag = HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"0\""));
    let is_known = is_known(request, &tag);
    let mut answer = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header((header::ETAG, tag))
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .insert_header((header::VARY, "authorization"));
    if is_known { Ok(answer.finish()) } else { Ok(answer.content_type("application/json").body(text)) }
}
