//! What staff do about work that failed.

use super::{Context, UseCaseError, audit};
use crate::domain::audit::{Action, Actor};
use crate::domain::ids::JobId;
use crate::store::jobs;
use serde_json::json;

/// Gives failed jobs another try: one, or all. Returns how many.
///
/// # Errors
/// `NotFound` if the one is no failed job.
pub async fn retry(ctx: &Context, by: Actor, id: Option<JobId>) -> Result<usize, UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let revived = jobs::revive(tx, id, inner.now())?;
            if revived == 0 {
                return if id.is_some() { Err(UseCaseError::NotFound("failed job")) } else { Ok(0) };
            }
            let subject = id.map_or_else(|| "jobs".to_owned(), |id| id.to_string());
            audit::record(tx, &inner, (by, Action::JobRetried), &subject, &json!({ "jobs": revived }))?;
            Ok(revived)
        })
        .await
}
