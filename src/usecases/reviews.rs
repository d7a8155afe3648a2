//! Open questions: what staff have looked at.

use super::{Context, UseCaseError};
use crate::domain::ids::ReviewId;
use crate::store::reviews;

/// Marks a question as answered.
pub async fn resolve(ctx: &Context, id: ReviewId) -> Result<(), UseCaseError> {
    let now = ctx.now();
    let resolved = ctx.db.write(move |tx| reviews::resolve(tx, id, now)).await?;
    if resolved { Ok(()) } else { Err(UseCaseError::NotFound("open question")) }
}
