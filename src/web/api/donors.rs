//! What programs do about donors: notes, tags, and two who are one.

use super::act::{Act, Done};
use super::asked;
use super::door::Holder;
use super::seen::json as answer;
use super::time;
use crate::domain::audit::Author;
use crate::domain::ids::{DonorId, NoteId};
use crate::store::desk::Note;
use crate::usecases::desk::{files, merge, notes};
use crate::usecases::{FieldError, UseCaseError};
use crate::web::error::WebError;
use crate::web::reply::id_of;
use crate::web::state::AppState;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NewNote {
    text: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NewTags {
    tags: Vec<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NewMerge {
    into: String,
}

/// The notes on a donor, the newest first.
pub(super) async fn notes(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    asked::nothing(&request)?;
    let file = files::donor(&state.ctx, id_of(&id, "donor")?).await?;
    let item = |(note, name): &(Note, String)| {
        let (kind, by) = match note.by {
            Author::Staff(id) => ("staff", id.to_string()),
            Author::Token(id) => ("token", id.to_string()),
        };
        json!({
            "id": note.id,
            "text": note.text,
            "by": { "kind": kind, "id": by, "name": name },
            "written": time(note.created_at),
        })
    };
    let items: Vec<Value> = file.notes.iter().map(item).collect();
    answer(&request, &asked::listed(&items, None))
}

pub(super) async fn add_note(id: Path<String>, act: Act) -> Result<HttpResponse, WebError> {
    let NewNote { text } = act.body()?;
    let donor: DonorId = id_of(&id, "donor")?;
    let author = Author::Token(act.holder.token.id);
    act.once(async |ctx, _by| {
        let note = notes::add(&ctx, author, donor, &text).await.map_err(as_text)?;
        // Not what it says: answers are kept for a while, and donors may ask to be forgotten.
        Ok(Done::made(json!({ "id": note.id, "donor": donor, "written": time(note.created_at) })))
    })
    .await
}

/// The field is called otherwise here than on the page.
fn as_text(error: UseCaseError) -> UseCaseError {
    let UseCaseError::Invalid(problems) = error else { return error };
    UseCaseError::Invalid(
        problems.into_iter().map(|problem| FieldError { field: "text", ..problem }).collect(),
    )
}

pub(super) async fn remove_note(path: Path<(String, String)>, act: Act) -> Result<HttpResponse, WebError> {
    let (donor, note) = path.into_inner();
    let (donor, note): (DonorId, NoteId) = (id_of(&donor, "donor")?, id_of(&note, "note")?);
    act.once(async |ctx, by| {
        notes::remove(&ctx, by, donor, note).await?;
        Ok(Done::ok(json!({ "id": note })))
    })
    .await
}

pub(super) async fn set_tags(id: Path<String>, act: Act) -> Result<HttpResponse, WebError> {
    let NewTags { tags } = act.body()?;
    let donor: DonorId = id_of(&id, "donor")?;
    if tags.iter().any(|tag| tag.contains(',')) {
        return Err(UseCaseError::invalid("tags", "invalid", "a tag has no comma").into());
    }
    act.once(async |ctx, by| {
        let tags = notes::set_tags(&ctx, by, donor, &tags.join(",")).await?;
        Ok(Done::ok(json!({ "id": donor, "tags": tags })))
    })
    .await
}

/// Finds a donor to be another one, who is answered.
pub(super) async fn merge(id: Path<String>, act: Act) -> Result<HttpResponse, WebError> {
    let NewMerge { into } = act.body()?;
    let from: DonorId = id_of(&id, "donor")?;
    let into: DonorId = into.parse().map_err(|error| UseCaseError::invalid("into", "no_donor", error))?;
    act.once(async |ctx, by| {
        let merge = merge::merge(&ctx, by, from, into).await?;
        Ok(Done::ok(json!({ "id": from, "into": into, "merge": merge })))
    })
    .await
}

/// Makes two donors of one again.
pub(super) async fn unmerge(id: Path<String>, act: Act) -> Result<HttpResponse, WebError> {
    let _none: NoFields = act.body()?;
    let from: DonorId = id_of(&id, "donor")?;
    act.once(async |ctx, by| {
        let into = merge::unmerge(&ctx, by, from).await?;
        Ok(Done::ok(json!({ "id": from, "into": into })))
    })
    .await
}

/// A body that says nothing.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoFields {}
