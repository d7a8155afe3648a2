//! Campaigns as the publisher wrote them, brought into the database.

use super::{Context, UseCaseError};
use crate::domain::campaign::Campaign;
use crate::store::{StoreError, campaigns};

/// Adds or updates these campaigns; others stay as they are.
pub async fn put(ctx: &Context, list: Vec<Campaign>) -> Result<(), UseCaseError> {
    let now = ctx.now();
    ctx.db
        .write(move |tx| {
            for campaign in &list {
                campaigns::put(tx, campaign, now)?;
            }
            Ok::<_, StoreError>(())
        })
        .await?;
    Ok(())
}
