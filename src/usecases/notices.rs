//! Letters to staff: about open questions, gathered, so that a bad day does not fill a mailbox; and about disputes, at
//! once, because they have a deadline.

use super::views::{self, PledgeView};
use super::{Context, UseCaseError};
use crate::domain::dispute::{Dispute, DisputeStatus};
use crate::domain::ids::DisputeId;
use crate::domain::job::Job;
use crate::store::reviews::{self, Review};
use crate::store::{StoreError, Tx, disputes, donations, schedules, settings};
use chrono::TimeDelta;

/// At most one letter in this time.
const GATHERED_FOR: TimeDelta = TimeDelta::minutes(10);
/// Questions that one letter spells out.
const LISTED: i64 = 20;
/// The latest question that staff were written about.
const TOLD: &str = "reviews_told";
/// The kind of the question that has a letter of its own.
pub(super) const DISPUTE: &str = "dispute";

/// Enqueues a letter if a question is open that staff were not written about. Without their addresses the log has to
/// do.
pub(super) fn enqueue_if_due(tx: &mut Tx<'_>, ctx: &Context) -> Result<(), StoreError> {
    if ctx.policy.staff.is_empty() {
        return Ok(());
    }
    let Some(newest) = reviews::newest_open(tx, DISPUTE)? else { return Ok(()) };
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

/// Enqueues the letter about a dispute as it stands now: one for each status that it reaches.
pub(super) fn dispute(tx: &mut Tx<'_>, ctx: &Context, dispute: &Dispute) -> Result<(), StoreError> {
    if ctx.policy.staff.is_empty() {
        return Ok(());
    }
    let moment = match dispute.state.status {
        DisputeStatus::Inquiry => 0,
        DisputeStatus::Closed => 1,
        DisputeStatus::Open => 2,
        DisputeStatus::Lost => 3,
        DisputeStatus::Won => 4,
    };
    ctx.enqueue(tx, &Job::SendDisputeNotice { dispute: dispute.id, moment })
}

/// A dispute, and the gift that is contested.
pub async fn disputed(ctx: &Context, id: DisputeId) -> Result<(Dispute, PledgeView), UseCaseError> {
    let read = ctx.db.read(move |conn| {
        let dispute = disputes::get(conn, id)?;
        let donation = donations::get(conn, dispute.donation)?;
        Ok::<_, StoreError>((dispute, donation))
    });
    let (dispute, donation) = read.await?;
    Ok((dispute, views::of_donation(ctx, donation).await?))
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
