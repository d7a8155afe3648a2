//! Letters to staff about open questions: gathered, so that a bad day does not fill a mailbox.

use super::{Context, UseCaseError};
use crate::domain::job::Job;
use crate::store::reviews::{self, Review};
use crate::store::{StoreError, Tx, schedules, settings};
use chrono::TimeDelta;

/// At most one letter in this time.
const GATHERED_FOR: TimeDelta = TimeDelta::minutes(10);
/// Questions that one letter spells out.
const LISTED: i64 = 20;
/// The latest question that staff were written about.
const TOLD: &str = "reviews_told";

/// Enqueues a letter if a question is open that staff were not written about. Without their addresses the log has to
/// do.
pub(super) fn enqueue_if_due(tx: &mut Tx<'_>, ctx: &Context) -> Result<(), StoreError> {
    if ctx.policy.staff.is_empty() {
        return Ok(());
    }
    let Some(newest) = reviews::newest_open(tx)? else { return Ok(()) };
    let name = newest.to_string();
    // Ids sort by time.
    if settings::find(tx, TOLD)?.is_some_and(|told| told >= name) {
        return Ok(());
    }
    if schedules::take_if_due(tx, "review_notice", GATHERED_FOR, ctx.now())? {
        settings::set(tx, TOLD, &name)?;
        ctx.enqueue(tx, &Job::SendReviewNotice { newest })?;
    }
    Ok(())
}

/// What a letter to staff lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenQuestions {
    /// The first of them, oldest first.
    pub listed: Vec<Review>,
    /// How many more there are.
    pub more: i64,
}

/// The questions that are open now; none if all were answered meanwhile.
pub async fn open_questions(ctx: &Context) -> Result<Option<OpenQuestions>, UseCaseError> {
    let (listed, count) = ctx
        .db
        .read(|conn| Ok::<_, StoreError>((reviews::open(conn, LISTED)?, reviews::count_open(conn)?)))
        .await?;
    if listed.is_empty() {
        return Ok(None);
    }
    let more = count.saturating_sub(i64::try_from(listed.len()).unwrap_or(count));
    Ok(Some(OpenQuestions { listed, more }))
}
