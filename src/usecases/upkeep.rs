//! Housekeeping: the recurring work, and what nobody needs any more.

use super::abuse::{KEEP_CLIENTS, KEEP_DECLINES, day_of_blocks, links, pace};
use super::account::erase;
use super::staff::warnings;
use super::{Context, UseCaseError, bank_statements, exports, imports, notices, pledge, retention, sync};
use crate::domain::ids::smallest_at;
use crate::domain::job::Job;
use crate::domain::pledge::GatewayKind;
use crate::store::{
    StoreError, abuse, day_keys, gift_links, idempotency, jobs, limits, schedules, staff, staff_sessions,
};
use chrono::TimeDelta;

/// How long idempotency keys of API clients are kept.
const KEEP_IDEMPOTENCY_KEYS: TimeDelta = TimeDelta::days(3);

/// Recurring work: name, how often, what.
const SCHEDULES: &[(&str, TimeDelta, Job)] = &[
    ("expire_pledges", TimeDelta::minutes(5), Job::ExpirePledges),
    ("reconcile", TimeDelta::hours(1), Job::Reconcile),
    ("tend_patrons", TimeDelta::hours(1), Job::TendPatrons),
    ("clean_up", TimeDelta::hours(1), Job::CleanUp),
    ("examine", TimeDelta::hours(1), Job::Examine),
    ("examine_lately", TimeDelta::minutes(1), Job::ExamineLately),
    ("statements", TimeDelta::hours(6), Job::OrderStatements),
];

/// Enqueues the recurring work that is due, and the letter about open questions. Of many processes, one does.
pub async fn enqueue_due(ctx: &Context) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let charges = inner.gateways.get(GatewayKind::Sandbox).is_some();
            let optional = [
                (charges, ("charge_sandbox", TimeDelta::minutes(1), Job::ChargeSandbox)),
                (inner.patreon.is_some(), ("sync_members", TimeDelta::hours(1), Job::SyncMembers)),
            ];
            let wanted = optional.iter().filter(|(is_on, _)| *is_on).map(|(_, schedule)| schedule);
            for (name, every, job) in SCHEDULES.iter().chain(wanted) {
                if schedules::take_if_due(tx, name, *every, inner.now())? {
                    inner.enqueue(tx, job)?;
                }
            }
            notices::enqueue_if_due(tx, &inner)
        })
        .await?;
    Ok(())
}

/// Ends pledges whose time is over, and asks about attempts that a crash cut off.
pub async fn expire(ctx: &Context) -> Result<(), UseCaseError> {
    sync::sweep(ctx).await?;
    let ended = pledge::expire(ctx).await?;
    if ended > 0 {
        tracing::info!(ended, "pledges expired");
    }
    Ok(())
}

/// Removes finished jobs, full rate-limit buckets and old idempotency keys; learns how busy the site is.
pub async fn clean_up(ctx: &Context) -> Result<(), UseCaseError> {
    /// Rows of one transaction: others are not kept waiting for long.
    const ROWS: i64 = 1_000;
    let (now, keep) = (ctx.now(), ctx.policy.keep_done_jobs);
    let idle = ctx.policy.staff_sessions.idle;
    while ctx.db.write(move |tx| jobs::remove_done(tx, now - keep, ROWS)).await? > 0 {}
    ctx.db
        .write(move |tx| {
            limits::remove_full(tx, now)?;
            abuse::remove_old(tx, smallest_at(now - KEEP_CLIENTS), now - KEEP_DECLINES, now)?;
            day_keys::remove_before(tx, day_of_blocks(now))?;
            gift_links::remove_old(tx, now, now - links::KEEP)?;
            idempotency::remove_old(tx, now - KEEP_IDEMPOTENCY_KEYS)?;
            idempotency::remove_old_requests(tx, now - KEEP_IDEMPOTENCY_KEYS)?;
            staff::remove_old(tx, now)?;
            staff::remove_former_addresses(tx, now - warnings::KEEP_FORMER)?;
            staff_sessions::remove_ended(tx, now, idle)?;
            Ok::<_, StoreError>(())
        })
        .await?;
    pace::learn(ctx).await?;
    exports::clean_up(ctx).await?;
    retention::carry_out(ctx).await?;
    bank_statements::clean_up(ctx).await?;
    imports::clean_up(ctx).await?;
    erase::clean_up(ctx).await?;
    erase::leave_no_trace(ctx).await;
    Ok(())
}
