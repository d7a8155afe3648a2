//! Asking a gateway what came of an attempt that it never answered, or of which nothing was heard.

use super::settle;
use super::views::PledgeView;
use super::{Context, UseCaseError, pledge};
use crate::domain::attempt::{Attempt, AttemptOutcome};
use crate::domain::ids::AttemptId;
use crate::domain::job::Job;
use crate::domain::pledge::Pledge;
use crate::gateways::LookUp;
use crate::store::attempts::Round;
use crate::store::{StoreError, attempts, pledges};
use chrono::TimeDelta;

/// Attempts older than this are left to reconciliation with the books of the gateway.
const ASKED_FOR: TimeDelta = TimeDelta::days(3);

/// After this time a call without an answer was cut off.
pub(super) const ANSWER_WITHIN: TimeDelta = TimeDelta::minutes(2);

/// Nobody has paid before this.
const ANSWERED_AFTER: TimeDelta = TimeDelta::seconds(10);

/// A donor who pays has usually paid by then; before, silence means nothing.
const PAID_WITHIN: TimeDelta = TimeDelta::minutes(30);

/// When to ask. After the first time a call without an answer was cut off; the next to last is shortly before the
/// pledge expires; after the last a call that never arrived cannot arrive any more.
const ROUNDS: [TimeDelta; 5] =
    [ANSWER_WITHIN, PAID_WITHIN, TimeDelta::hours(4), TimeDelta::hours(23), TimeDelta::hours(25)];

/// Questions that donors' visits cause are counted from here: one in a minute.
const VISITS: u32 = 1_000;

/// For how long after the call a visit causes a question.
const VISITS_FOR: TimeDelta = TimeDelta::hours(1);

/// A donor is back and nothing was heard yet: perhaps the webhook is late, or none is set up. Asks at most once in a
/// minute, however often the page is loaded.
pub async fn on_visit(ctx: &Context, view: &PledgeView) -> Result<(), UseCaseError> {
    let Some(attempt) = view.attempt.as_ref().filter(|_| view.is_unheard()) else {
        return Ok(());
    };
    let age = ctx.now() - attempt.created_at;
    if !(ANSWERED_AFTER..VISITS_FOR).contains(&age) {
        return Ok(());
    }
    let round = VISITS.saturating_add(u32::try_from(age.num_minutes()).unwrap_or_default());
    let (inner, job) = (ctx.clone(), Job::SyncAttempt { attempt: attempt.id, round });
    ctx.db.write(move |tx| Ok(inner.enqueue(tx, &job)?)).await
}

/// Asks the gateway. What it knows is booked; if it never heard of the attempt, the same call is made again
/// under the same key, and once the key is too old for that, the attempt is over.
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
    let gateway = ctx.gateway(attempt.gateway)?;
    let found = gateway.look_up(&attempt).await?;
    if found.checkout.is_some() || !found.facts.is_empty() {
        return take_up(ctx, attempt, found).await;
    }
    match attempt.outcome {
        AttemptOutcome::Accepted { .. } | AttemptOutcome::Refused { .. } => Ok(()),
        AttemptOutcome::Started | AttemptOutcome::Unknown => {
            call_again(ctx, attempt, pledge, gateway.capabilities().keys_kept).await
        }
    }
}

/// Writes down what the gateway knows.
async fn take_up(ctx: &Context, attempt: Attempt, found: LookUp) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            if let Some(checkout) = found.checkout {
                let outcome = AttemptOutcome::Accepted { remote: checkout.remote, next_url: checkout.url };
                attempts::set_outcome(tx, attempt.id, &outcome, inner.now())?;
            }
            settle::apply(tx, &inner, attempt.gateway, &found.facts)?;
            Ok(())
        })
        .await
}

/// The gateway does not know the attempt: within the time for which it keeps keys the call may be made again.
async fn call_again(
    ctx: &Context,
    attempt: Attempt,
    pledge: Pledge,
    keys_kept: TimeDelta,
) -> Result<(), UseCaseError> {
    if ctx.now() - attempt.created_at > keys_kept {
        return give_up(ctx, attempt).await;
    }
    if !pledge.is_open() {
        return Ok(());
    }
    match pledge::open_checkout(ctx, &pledge, &attempt).await? {
        AttemptOutcome::Unknown => Err(UseCaseError::GatewayUnavailable("still no answer".into())),
        AttemptOutcome::Accepted { .. } | AttemptOutcome::Refused { .. } | AttemptOutcome::Started => Ok(()),
    }
}

/// The gateway does not know it, and has forgotten its key: it never arrived, or nobody can pay what it opened, for
/// its page was never shown. Money that is heard of all the same is accepted.
async fn give_up(ctx: &Context, attempt: Attempt) -> Result<(), UseCaseError> {
    let now = ctx.now();
    ctx.db
        .write(move |tx| {
            let never = AttemptOutcome::Refused { code: "never_arrived".into() };
            if attempts::set_outcome(tx, attempt.id, &never, now)? {
                pledge::fail(tx, attempt.pledge, now)?;
            }
            Ok(())
        })
        .await
}

/// Enqueues the questions that are due, each once in its round.
pub async fn sweep(ctx: &Context) -> Result<(), UseCaseError> {
    /// Questions of one round and sweep.
    const MOST: i64 = 500;
    let inner = ctx.clone();
    let now = ctx.now();
    ctx.db
        .write(move |tx| {
            for (after, number) in ROUNDS.into_iter().zip(0..) {
                let (from, before) = (now - ASKED_FOR, now - after);
                let silent_before = if after < PAID_WITHIN { from } else { before };
                let round = Round { number, from, unanswered_before: before, silent_before };
                for attempt in attempts::unheard(tx, round, MOST)? {
                    inner.enqueue(tx, &Job::SyncAttempt { attempt, round: number })?;
                }
            }
            Ok(())
        })
        .await
}
