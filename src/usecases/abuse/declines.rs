//! Declined payments, as gateways tell of them: whoever has too many in a short time starts no other one for an hour, and a
//! payment page on which one card after the other was tried is closed.

use super::attack;
use crate::domain::abuse::{BLOCKED_FOR, TRIES_OF_A_PAGE, WINDOW, Who};
use crate::domain::donation::{Happening, WaitingState};
use crate::domain::ids::{AttemptId, PledgeId};
use crate::domain::job::Job;
use crate::gateways::GatewayError;
use crate::store::{StoreError, Tx, abuse, attempts};
use crate::usecases::{Context, UseCaseError};
use chrono::{DateTime, Utc};

/// When a payment was declined, by the latest of these news; none if none of them tells so.
pub(in crate::usecases) fn declined_at(news: &[Happening]) -> Option<DateTime<Utc>> {
    let of = |happening: &Happening| match happening {
        Happening::Waiting(waiting) => match &waiting.state {
            WaitingState::Failed(_code) => Some(waiting.as_of),
            WaitingState::Processing | WaitingState::Expired => None,
        },
        Happening::Captured(_)
        | Happening::Refund(_)
        | Happening::Dispute(_)
        | Happening::FraudWarning { .. } => None,
    };
    news.iter().filter_map(of).max()
}

/// Counts a payment that was declined. One that is told twice counts once, and one that is told late not at all.
pub(in crate::usecases) fn count(
    tx: &mut Tx<'_>,
    ctx: &Context,
    pledge: PledgeId,
    at: DateTime<Utc>,
) -> Result<(), UseCaseError> {
    let now = ctx.now();
    let since = now - WINDOW;
    if at <= since {
        return Ok(());
    }
    let Some(marks) = abuse::client_of(tx, pledge)? else { return Ok(()) };
    if !abuse::insert_decline(tx, pledge, at, &marks)? {
        return Ok(());
    }
    for who in Who::ALL.iter().copied() {
        let of = (who, marks.of(who));
        if abuse::declines_of(tx, of, since)? >= ctx.policy.abuse.declines_of(who) {
            abuse::block(tx, of, now, now + BLOCKED_FOR)?;
        }
    }
    if abuse::declines_at(tx, pledge)? >= TRIES_OF_A_PAGE
        && let Some(attempt) = attempts::latest_of(tx, pledge)?
    {
        ctx.enqueue(tx, &Job::CloseCheckout { attempt: attempt.id })?;
    }
    attack::judge(tx, ctx)
}

/// Has the gateway close the payment page of an attempt. A gateway that closes none, or says no, has its own limit of tries.
///
/// # Errors
/// `GatewayUnavailable` while it gives no answer: the job tries again.
pub async fn close_checkout(ctx: &Context, id: AttemptId) -> Result<(), UseCaseError> {
    let attempt = ctx.db.read(move |conn| attempts::find(conn, id)?.ok_or(StoreError::NotFound)).await?;
    match ctx.gateway(attempt.gateway)?.close_checkout(&attempt).await {
        Ok(()) => Ok(()),
        Err(error @ (GatewayError::Refused { .. } | GatewayError::Unsupported { .. })) => {
            tracing::info!(attempt.id = %id, %error, "a payment page stays open");
            Ok(())
        }
        Err(GatewayError::Unknown(why)) => Err(UseCaseError::GatewayUnavailable(why)),
    }
}
