//! Open questions: what staff have looked at.

use super::{Context, UseCaseError, holds};
use crate::domain::ids::ReviewId;
use crate::store::{StoreError, reviews};

/// Marks a question as answered. What was held because of it goes on.
pub async fn resolve(ctx: &Context, id: ReviewId) -> Result<(), UseCaseError> {
    let now = ctx.now();
    let resolved = ctx.db.write(move |tx| {
        let resolved = reviews::resolve(tx, id, now)?;
        holds::let_go(tx, id, now)?;
        Ok::<_, StoreError>(resolved)
    });
    let resolved = resolved.await?;
    if resolved { Ok(()) } else { Err(UseCaseError::NotFound("open question")) }
}
