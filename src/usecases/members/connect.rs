//! The account is connected in the office, by Patreon's own page of permission, and disconnected there.

use super::account::{keep, plan, told};
use super::{PATREON, return_url, webhook};
use crate::domain::audit::{Action, Actor};
use crate::domain::ids::{StaffSessionId, TierId};
use crate::domain::job::Job;
use crate::domain::remote::RemoteId;
use crate::store::{external_accounts, external_tiers, tiers};
use crate::usecases::{Context, UseCaseError, audit};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta};
use serde_json::json;
use subtle::ConstantTimeEq as _;

/// How long somebody may look at Patreon's page.
const PERMISSION_WITHIN: TimeDelta = TimeDelta::minutes(15);

/// Patreon's page on which the account's creator lets this site read the members. It leads back with a state that only
/// this browser's session can use: nobody can have an account of theirs connected here by a link.
///
/// # Errors
/// `NotFound` without an app; `Conflict` if the configuration has tokens, which win.
pub fn begin(ctx: &Context, session: StaffSessionId) -> Result<String, UseCaseError> {
    let plan = plan(ctx)?;
    if plan.tokens.is_some() {
        return Err(configured());
    }
    let until = (ctx.now() + PERMISSION_WITHIN).timestamp();
    let state = format!("{until}.{}", code(ctx, session, until)?);
    Ok(plan.client.permission_page(&return_url(ctx), &state))
}

fn code(ctx: &Context, session: StaffSessionId, until: i64) -> Result<String, UseCaseError> {
    let parts = [session.to_string(), until.to_string()];
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    Ok(URL_SAFE_NO_PAD.encode(ctx.key.code("patreon permission", &parts)?))
}

fn is_ours(ctx: &Context, session: StaffSessionId, state: &str) -> Result<bool, UseCaseError> {
    let Some((until, given)) = state.split_once('.') else { return Ok(false) };
    let Ok(until) = until.parse::<i64>() else { return Ok(false) };
    let right = code(ctx, session, until)?;
    let in_time = DateTime::from_timestamp(until, 0).is_some_and(|until| ctx.now() <= until);
    Ok(in_time && bool::from(right.as_bytes().ct_eq(given.as_bytes())))
}

fn configured() -> UseCaseError {
    let message =
        "the configuration of this machine has tokens of Patreon, and they win; take them out there first";
    UseCaseError::Conflict { code: "configured", message: message.to_owned() }
}

/// Connects the account for which a permission was given just now. Its members are read in a job.
///
/// # Errors
/// `Conflict` for a permission that this session did not ask for, or that came too late; Patreon does not know it, or does
/// not answer: then nothing is changed, and the permission can be asked for again.
pub async fn connect(
    ctx: &Context,
    by: Actor,
    session: StaffSessionId,
    (permission, state): (&str, &str),
) -> Result<(), UseCaseError> {
    let plan = plan(ctx)?;
    if plan.tokens.is_some() {
        return Err(configured());
    }
    if !is_ours(ctx, session, state)? {
        let message = "this permission was not asked for in this browser, or too long ago; begin again";
        return Err(UseCaseError::Conflict { code: "foreign_state", message: message.to_owned() });
    }
    let tokens = plan.client.tokens_for(permission, &return_url(ctx)).await.map_err(told)?;
    let inner = ctx.clone();
    let account = keep(ctx, &plan, &tokens, None, move |tx| {
        inner.enqueue(tx, &Job::SyncMembers)?;
        audit::record(tx, &inner, (by, Action::PlatformChanged), &PATREON, &json!({"what": "connected"}))
    })
    .await?;
    if let Err(error) = webhook::tend(ctx).await {
        tracing::warn!(%error, campaign = account.campaign, "the webhook at Patreon is created in the next round");
    }
    Ok(())
}

/// Forgets what opens the account. What is known of its members stays as it was last heard, and is asked for no more.
///
/// # Errors
/// `Conflict` if the configuration has tokens; `NotFound` if no account is connected.
pub async fn disconnect(ctx: &Context, by: Actor) -> Result<(), UseCaseError> {
    if plan(ctx)?.tokens.is_some() {
        return Err(configured());
    }
    if ctx.db.read(|conn| external_accounts::find(conn, PATREON)).await?.is_none() {
        return Err(UseCaseError::NotFound("account at Patreon"));
    }
    if let Err(error) = webhook::remove_own(ctx).await {
        tracing::warn!(%error, "the webhook at Patreon is left; what it sends is not believed any more");
    }
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            external_accounts::delete(tx, PATREON)?;
            audit::record(
                tx,
                &inner,
                (by, Action::PlatformChanged),
                &PATREON,
                &json!({"what": "disconnected"}),
            )
        })
        .await
}

/// Says which of our levels each of Patreon's is like; none: like none.
///
/// # Errors
/// `NotFound` for a level that is not known, here or there.
pub async fn set_like(
    ctx: &Context,
    by: Actor,
    likes: Vec<(RemoteId, Option<TierId>)>,
) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let ours = tiers::all(tx)?;
            for (remote, like) in &likes {
                if like.is_some_and(|like| ours.iter().all(|tier| tier.id != like)) {
                    return Err(UseCaseError::NotFound("tier"));
                }
                external_tiers::set_like(tx, PATREON, remote, *like)?;
            }
            let detail = json!({"what": "tiers", "count": likes.len()});
            audit::record(tx, &inner, (by, Action::PlatformChanged), &PATREON, &detail)
        })
        .await
}
