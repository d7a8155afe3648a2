//! Asking a gateway what came of an attempt that it never answered.

use super::settle;
use super::{Context, UseCaseError, pledge};
use crate::domain::attempt::AttemptOutcome;
use crate::domain::ids::AttemptId;
use crate::domain::job::Job;
use crate::store::{StoreError, attempts, pledges};
use chrono::TimeDelta;

/// How long a gateway keeps idempotency keys, with a margin: within it the call may be made again.
const KEY_LIFETIME: TimeDelta = TimeDelta::hours(23);

/// After this time a call without an answer was cut off.
const ANSWER_WITHIN: TimeDelta = TimeDelta::minutes(2);

/// After this time a donor who pays has usually paid, and the gateway has usually said so.
const NEWS_WITHIN: TimeDelta = TimeDelta::minutes(30);

/// Asks the gateway. What it knows is booked; if it never heard of the attempt, the same call is made again
/// under the same key.
///
/// # Errors
/// `GatewayUnavailable` while it still gives no answer: the job tries again.
pub async fn attempt(ctx: &Context, id: AttemptId) -> Result<(), UseCaseError> {
    let (attempt, pledge) = ctx
        .db
        .read(move |conn| {
            let attempt = attempts::find(conn, id)?.ok_or(StoreError::NotFound)?;
            let pledge = pledges::get(conn, attempt.pledge)?;
            Ok::<_, StoreError>((attempt, pledge))
        })
        .await?;
    let gateway = ctx.gateways.get(attempt.gateway).ok_or(UseCaseError::NotFound("gateway"))?;
    let facts = gateway.look_up(id).await?;
    if !facts.is_empty() {
        let (inner, kind) = (ctx.clone(), attempt.gateway);
        ctx.db.write(move |tx| settle::apply(tx, &inner, kind, &facts)).await?;
        return Ok(());
    }
    let unanswered = match attempt.outcome {
        AttemptOutcome::Started | AttemptOutcome::Unknown => true,
        AttemptOutcome::Accepted { .. } | AttemptOutcome::Refused { .. } => false,
    };
    if !unanswered || !pledge.is_open() || ctx.now() - attempt.created_at > KEY_LIFETIME {
        return Ok(());
    }
    match pledge::open_checkout(ctx, &pledge, &attempt).await? {
        AttemptOutcome::Unknown => Err(UseCaseError::GatewayUnavailable("still no answer".into())),
        AttemptOutcome::Accepted { .. } | AttemptOutcome::Refused { .. } | AttemptOutcome::Started => Ok(()),
    }
}

/// Enqueues the question for attempts that a crash left without an answer, and for those of which nothing was heard
/// since the gateway took them. One that was asked about lately is not asked again.
pub async fn sweep(ctx: &Context) -> Result<usize, UseCaseError> {
    /// Questions of one sweep.
    const MOST: i64 = 500;
    let inner = ctx.clone();
    let now = ctx.now();
    let found = ctx
        .db
        .write(move |tx| {
            let begun = now - KEY_LIFETIME;
            let mut open = attempts::unanswered(tx, begun..now - ANSWER_WITHIN, MOST)?;
            open.extend(attempts::unheard(tx, begun..now - NEWS_WITHIN, MOST)?);
            for attempt in &open {
                inner.enqueue(tx, &Job::SyncAttempt { attempt: *attempt })?;
            }
            Ok::<_, StoreError>(open.len())
        })
        .await?;
    Ok(found)
}
