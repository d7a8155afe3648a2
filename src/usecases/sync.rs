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

/// Attempts older than this are left to the books of the gateway.
const ASKED_FOR: TimeDelta = TimeDelta::days(3);

/// When to ask about an accepted attempt of which nothing was heard: a donor who pays has usually paid by the first,
/// and the last is shortly before the pledge expires.
const ROUNDS: [TimeDelta; 3] = [TimeDelta::minutes(30), TimeDelta::hours(4), TimeDelta::hours(23)];

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

/// Enqueues the question for attempts that a crash left without an answer, and, in a few rounds, for those of which
/// nothing was heard since the gateway took them.
pub async fn sweep(ctx: &Context) -> Result<usize, UseCaseError> {
    /// Questions of one sweep.
    const MOST: i64 = 500;
    let inner = ctx.clone();
    let now = ctx.now();
    let found = ctx
        .db
        .write(move |tx| {
            let mut asked = 0;
            for attempt in attempts::unanswered(tx, now - ASKED_FOR..now - ANSWER_WITHIN, MOST)? {
                inner.enqueue(tx, &Job::SyncAttempt { attempt, round: 0 })?;
                asked += 1;
            }
            // The unique key of the job lets each attempt be asked about once in each round.
            for (after, round) in ROUNDS.iter().zip(1..) {
                for attempt in attempts::unheard(tx, now - ASKED_FOR..now - *after, MOST)? {
                    inner.enqueue(tx, &Job::SyncAttempt { attempt, round })?;
                    asked += 1;
                }
            }
            Ok::<_, StoreError>(asked)
        })
        .await?;
    Ok(found)
}
