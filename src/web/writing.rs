//! Files of the publication as somebody writes them from outside, in the office or by a program.
//!
//! A text that cannot be shown is not written, and whoever writes over what somebody else changed meanwhile is told so.

use super::content::ContentFault;
use super::error::WebError;
use super::state::AppState;
use crate::content::draft::{self, Draft, Kind};
use crate::domain::article::Slug;
use crate::domain::audit::Actor;
use crate::usecases::FieldError;
use crate::usecases::desk::content;
use actix_web::http::StatusCode;

/// What became of a draft.
pub(super) enum Kept {
    /// It is written, and shown.
    Saved,
    /// The file is not what the writer had seen; its digest now, none if it is not there.
    Changed(Option<String>),
    /// It cannot be shown.
    Refused(FieldError),
}

/// Work on the disk, off the threads that serve.
pub(super) async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, WebError> {
    let failed = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "the content folder cannot be used");
        let detail = "The content folder cannot be read or written. Nothing was changed; the log says why.";
        WebError::new(StatusCode::SERVICE_UNAVAILABLE, "content_folder", detail)
    };
    match actix_web::web::block(work).await {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(error)) => Err(failed(&error)),
        Err(error) => Err(failed(&error)),
    }
}

/// Forms send line breaks as two characters, and programs may; files have one.
pub(super) fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// What a file says; none if it is not there.
pub(super) async fn text_of(state: &AppState, kind: Kind, slug: &Slug) -> Result<Option<String>, WebError> {
    let (folder, slug) = (state.publication.folder().to_owned(), slug.clone());
    on_disk(move || draft::read(&folder, kind, &slug)).await
}

/// Writes or removes a file, if it still is what the writer had seen (a digest; none for no file) and everything can be
/// shown with it.
pub(super) async fn keep(
    state: &AppState,
    by: Actor,
    draft: Draft,
    seen: Option<&str>,
) -> Result<Kept, WebError> {
    // Between looking and writing nobody else of this process writes.
    let _alone = state.publication.alone().await;
    let before = text_of(state, draft.kind, &draft.slug).await?.as_deref().map(draft::digest);
    if before.as_deref() != seen {
        return Ok(Kept::Changed(before));
    }
    if let Err(fault) = state.publication.with(draft.clone(), &state.ctx, &state.templates).await {
        return Ok(Kept::Refused(refusal(state, &fault)?));
    }
    let file = format!("{}/{}.md", draft.kind.folder(), draft.slug);
    let after = draft.text.as_deref().map(draft::digest);
    content::note(&state.ctx, by, &file, (before, after)).await?;
    let folder = state.publication.folder().to_owned();
    on_disk(move || draft.save(&folder)).await?;
    show_at_once(state).await;
    Ok(Kept::Saved)
}

/// Shows what changed at once here; other processes see it at their next look.
pub(super) async fn show_at_once(state: &AppState) {
    if let Err(error) = state.publication.refresh(&state.ctx, &state.templates).await {
        tracing::error!(%error, "what pages show changed but is not shown yet");
    }
}

/// What is wrong with a text, without where the folder is.
pub(super) fn refusal(state: &AppState, fault: &ContentFault) -> Result<FieldError, WebError> {
    if matches!(fault, ContentFault::Campaigns(_) | ContentFault::CutOff | ContentFault::Folder { .. }) {
        tracing::error!(error = %fault, "a text cannot be checked");
        return Err(WebError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "Please try again in a minute.",
        ));
    }
    let folder = format!("{}/", state.publication.folder().display());
    Ok(FieldError { field: "text", code: "not_shown", message: fault.to_string().replace(&folder, "") })
}
