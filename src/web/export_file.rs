//! A file of rows on its way out, a piece after the other.

use super::error::WebError;
use super::reply::{download, in_parts};
use super::state::AppState;
use crate::domain::export::{ExportFormat, ExportStatus};
use crate::domain::ids::ExportId;
use crate::usecases::{UseCaseError, exports};
use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data};
use flate2::read::MultiGzDecoder;
use std::io::Read as _;

/// A file that is ready.
///
/// # Errors
/// 404 if it is not there, not ready yet, or was taken away.
pub(super) async fn of(state: Data<AppState>, id: ExportId) -> Result<HttpResponse, WebError> {
    let export = exports::find(&state.ctx, id).await?;
    if export.status != ExportStatus::Ready {
        return Err(WebError::not_found("export"));
    }
    let (name, format) = (export.file_name(), export.format);
    let parts = in_parts(0_i64, move |part| {
        let state = state.clone();
        async move {
            let bytes = piece(&state, (id, part), format).await?;
            Ok(bytes.map(|bytes| (Bytes::from(bytes), Some(part + 1))))
        }
    });
    Ok(download(format.media_type(), &name).streaming(parts))
}

/// Each piece is made readable by itself.
async fn piece(
    state: &AppState,
    (id, part): (ExportId, i64),
    format: ExportFormat,
) -> Result<Option<Vec<u8>>, UseCaseError> {
    let Some(kept) = exports::part(&state.ctx, id, part).await? else { return Ok(None) };
    match format {
        ExportFormat::Xlsx => Ok(Some(kept)),
        ExportFormat::Csv => {
            let mut text = Vec::new();
            let read = MultiGzDecoder::new(kept.as_slice()).read_to_end(&mut text);
            read.map_err(|error| UseCaseError::Internal(error.to_string()))?;
            Ok(Some(text))
        }
    }
}
