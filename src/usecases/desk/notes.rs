//! Notes and tags: what staff keep about a donor for one another. Donors see them in the export of their data.

use crate::domain::audit::{Action, Actor};
use crate::domain::donor::{clean_line, clean_text};
use crate::domain::ids::{DonorId, NoteId, StaffId};
use crate::store::desk::{self, Note};
use crate::store::{Conn, accounts};
use crate::usecases::{Context, UseCaseError, audit};
use serde_json::json;
use std::collections::BTreeSet;

/// Longest note, in characters.
const NOTE_CHARACTERS_MAX: usize = 4_000;
/// Longest tag, in characters.
const TAG_CHARACTERS_MAX: usize = 40;
/// Most tags of one donor.
const TAGS_MAX: usize = 20;

/// Writes a note on a donor.
///
/// # Errors
/// `NotFound` without the donor, `Invalid` for an empty or very long text.
pub async fn add(ctx: &Context, by: StaffId, donor: DonorId, typed: &str) -> Result<Note, UseCaseError> {
    let text = clean_text(typed, NOTE_CHARACTERS_MAX)
        .map_err(|error| UseCaseError::invalid("note", "too_long", error.to_string()))?
        .ok_or_else(|| UseCaseError::invalid("note", "missing", "Write something.".to_owned()))?;
    let note = Note { id: ctx.new_id(), donor, by, text, created_at: ctx.now() };
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            is_there(tx, donor)?;
            desk::insert_note(tx, &note)?;
            let detail = json!({ "note": note.id });
            audit::record(tx, &inner, (Actor::Staff(by), Action::DonorNoted), &donor, &detail)?;
            Ok(note)
        })
        .await
}

/// Removes a note.
///
/// # Errors
/// `NotFound` if the donor has no note of this id.
pub async fn remove(ctx: &Context, by: Actor, donor: DonorId, id: NoteId) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            if !desk::remove_note(tx, donor, id)? {
                return Err(UseCaseError::NotFound("note"));
            }
            let detail = json!({ "note": id, "removed": true });
            audit::record(tx, &inner, (by, Action::DonorNoted), &donor, &detail)
        })
        .await
}

/// Gives a donor the tags that were typed, with commas between them, and no others. Returns them.
///
/// # Errors
/// `NotFound` without the donor, `Invalid` for too many or very long ones.
pub async fn set_tags(
    ctx: &Context,
    by: Actor,
    donor: DonorId,
    typed: &str,
) -> Result<Vec<String>, UseCaseError> {
    let tags = tags_of(typed)?;
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            is_there(tx, donor)?;
            if desk::tags(tx, donor)? != tags {
                desk::set_tags(tx, donor, &tags)?;
                let detail = json!({ "tags": tags.len() });
                audit::record(tx, &inner, (by, Action::DonorNoted), &donor, &detail)?;
            }
            Ok(tags)
        })
        .await
}

fn tags_of(typed: &str) -> Result<Vec<String>, UseCaseError> {
    let mut tags = BTreeSet::new();
    for part in typed.split(',') {
        let tag = clean_line(part, TAG_CHARACTERS_MAX)
            .map_err(|error| UseCaseError::invalid("tags", "too_long", format!("a tag {error}")))?;
        tags.extend(tag.map(|tag| tag.to_lowercase()));
    }
    if tags.len() > TAGS_MAX {
        return Err(UseCaseError::invalid(
            "tags",
            "too_many",
            format!("A donor has at most {TAGS_MAX} tags."),
        ));
    }
    Ok(tags.into_iter().collect())
}

/// Whether the donor is there and not forgotten.
pub(super) fn is_there(conn: &mut Conn, donor: DonorId) -> Result<(), UseCaseError> {
    match accounts::get(conn, donor) {
        Ok(profile) if profile.erased_at.is_none() => Ok(()),
        Ok(_) | Err(crate::store::StoreError::NotFound) => Err(UseCaseError::NotFound("donor")),
        Err(error) => Err(error.into()),
    }
}
