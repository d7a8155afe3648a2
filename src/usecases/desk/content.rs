//! Changes to the files of the publication, written down with who made them.

use crate::domain::audit::{Action, Actor};
use crate::usecases::{Context, UseCaseError, audit};
use serde_json::json;

/// Writes down that a file is about to be written or removed. `before` and `after` are digests; none for no file.
pub async fn note(
    ctx: &Context,
    by: Actor,
    file: &str,
    (before, after): (Option<String>, Option<String>),
) -> Result<(), UseCaseError> {
    let (inner, file) = (ctx.clone(), file.to_owned());
    ctx.db
        .write(move |tx| {
            let detail = json!({ "before": before, "after": after });
            audit::record(tx, &inner, (by, Action::ContentChanged), &file, &detail)
        })
        .await
}
