//! Open questions: what staff have looked at.

use super::{Context, UseCaseError, audit, holds};
use crate::domain::audit::{Action, Actor};
use crate::domain::ids::ReviewId;
use crate::store::reviews;
use serde_json::json;

/// Marks a question as answered. What was held because of it goes on.
pub async fn resolve(ctx: &Context, by: Actor, id: ReviewId) -> Result<(), UseCaseError> {
    let (inner, now) = (ctx.clone(), ctx.now());
    let resolved = ctx.db.write(move |tx| {
        let resolved = reviews::resolve(tx, id, now)?;
        if !resolved {
            return Err(UseCaseError::NotFound("open question"));
        }
        holds::let_go(tx, id, now)?;
        audit::record(tx, &inner, (by, Action::ReviewClosed), &id, &json!({}))
    });
    resolved.await
}
