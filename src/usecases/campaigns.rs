//! Campaigns as the publisher wrote them, brought into the database.

use super::pages::{self, Version};
use super::{Context, UseCaseError};
use crate::domain::campaign::Campaign;
use crate::store::{StoreError, campaigns};

/// Adds or updates these campaigns; others stay as they are. If one really changed, the pages of all processes are
/// rendered anew. Returns the version of what pages show now.
pub async fn put(ctx: &Context, list: Vec<Campaign>) -> Result<Version, UseCaseError> {
    let inner = ctx.clone();
    let put = ctx.db.write(move |tx| {
        let mut changed = false;
        for campaign in list {
            let known = campaigns::find_by_slug(tx, campaign.slug.as_str())?;
            if known.is_none_or(|known| known != Campaign { id: known.id, ..campaign.clone() }) {
                campaigns::put(tx, &campaign, inner.now())?;
                changed = true;
            }
        }
        if changed { pages::change(tx, &inner) } else { pages::version(tx) }
    });
    Ok(put.await.map_err(|error: StoreError| error)?)
}
