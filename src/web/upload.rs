//! A form with a file in it.

use super::error::WebError;
use super::form::Fields;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, Payload};
use futures_util::StreamExt as _;
use futures_util::stream;
use std::convert::Infallible;

/// Fields and marks around the file that are allowed on top of it, in bytes.
const AROUND_BYTES: usize = 64 * 1024;

/// A file as it was handed in, and the fields beside it.
#[derive(Debug, Default)]
pub(super) struct Upload {
    /// What the file was called where it came from.
    pub(super) name: String,
    /// The file, in pieces; none if none was chosen.
    pub(super) pieces: Vec<Vec<u8>>,
    /// The other fields.
    pub(super) fields: Fields,
}

impl Upload {
    /// The beginning of the file, in so many bytes at most.
    pub(super) fn beginning(&self, bytes: usize) -> &[u8] {
        let first = self.pieces.first().map(Vec::as_slice).unwrap_or_default();
        first.get(..first.len().min(bytes)).unwrap_or_default()
    }
}

/// Reads `multipart/form-data` with one file of up to `bytes_max` bytes, in pieces of `piece_bytes`.
///
/// # Errors
/// For a larger one, with 413, and for what is no such form.
pub(super) async fn read(
    request: &HttpRequest,
    payload: Payload,
    (bytes_max, piece_bytes): (usize, usize),
) -> Result<Upload, WebError> {
    let media = request.headers().get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(media).map_err(|error| malformed(&error))?;
    let body = whole(payload, bytes_max.saturating_add(AROUND_BYTES)).await?;
    let body = stream::iter(body.into_iter().map(Ok::<Bytes, Infallible>));
    let mut form = multer::Multipart::new(body, boundary);
    let (mut upload, mut typed) = (Upload::default(), Vec::new());
    while let Some(mut field) = form.next_field().await.map_err(|error| malformed(&error))? {
        let name = field.name().unwrap_or_default().to_owned();
        let Some(file_name) = field.file_name().map(str::to_owned) else {
            let text = field.text().await.map_err(|error| malformed(&error))?;
            typed.push((name, text));
            continue;
        };
        if !upload.pieces.is_empty() {
            return Err(WebError::bad_request("duplicate_field", "One file at a time.".to_owned()));
        }
        upload.name = file_name;
        let mut piece = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(|error| malformed(&error))? {
            for part in chunk.chunks(piece_bytes) {
                if piece.len().saturating_add(part.len()) > piece_bytes {
                    upload.pieces.push(std::mem::take(&mut piece));
                }
                piece.extend_from_slice(part);
            }
        }
        if !piece.is_empty() {
            upload.pieces.push(piece);
        }
    }
    let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&typed).finish();
    upload.fields = Fields::parse(text.as_bytes())?;
    Ok(upload)
}

async fn whole(mut payload: Payload, bytes_max: usize) -> Result<Vec<Bytes>, WebError> {
    let (mut pieces, mut length) = (Vec::new(), 0_usize);
    while let Some(piece) = payload.next().await {
        let piece = piece.map_err(|error| malformed(&error))?;
        length = length.saturating_add(piece.len());
        if length > bytes_max {
            let detail = "The file is larger than what is taken here.";
            return Err(WebError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail));
        }
        pieces.push(piece);
    }
    Ok(pieces)
}

fn malformed(error: &dyn std::fmt::Display) -> WebError {
    WebError::bad_request("malformed", format!("The form cannot be read: {error}."))
}
