//! Tokens of the API: made, shown once, listed, ended.

use super::{setup, warnings};
use crate::domain::access::Scope;
use crate::domain::account::Secret;
use crate::domain::audit::{Action, Actor};
use crate::domain::ids::TokenId;
use crate::domain::staff::StaffNotice;
use crate::domain::token::{ApiToken, DAYS_MAX, PREFIX};
use crate::store::api_tokens;
use crate::store::limits::{self, Bucket, Rate};
use crate::usecases::{Context, UseCaseError, audit, secrets};
use chrono::TimeDelta;
use serde_json::json;

/// Uses within this time are noted once.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Requests that a token has in a minute.
pub const REQUESTS_PER_MINUTE: u32 = 600;

/// What a token is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scope: Scope,
    /// For how many days.
    pub days: u32,
}

/// Makes a token. Its text is returned this once and kept nowhere.
///
/// # Errors
/// `Invalid` for a name or a life that cannot be taken.
pub async fn create(ctx: &Context, by: Actor, wanted: Wanted) -> Result<(ApiToken, Secret), UseCaseError> {
    let name = setup::clean_name(&wanted.name).map_err(|problem| UseCaseError::Invalid(vec![problem]))?;
    if !(1..=DAYS_MAX).contains(&wanted.days) {
        let message = format!("A token lives 1 to {DAYS_MAX} days.");
        return Err(UseCaseError::invalid("days", "out_of_range", message));
    }
    let now = ctx.now();
    let token = ApiToken {
        id: ctx.new_id(),
        name,
        scope: wanted.scope,
        created_at: now,
        expires_at: now + TimeDelta::days(i64::from(wanted.days)),
        last_used_at: None,
        revoked_at: None,
    };
    let secret = Secret::new(format!("{PREFIX}{}", secrets::fresh(ctx).expose()));
    let (inner, hash, written) = (ctx.clone(), secrets::hash(secret.expose()), token.clone());
    ctx.db
        .write(move |tx| {
            api_tokens::insert(tx, &written, &hash)?;
            let detail = json!({ "scope": written.scope.as_str(), "days": wanted.days });
            let row = audit::record_row(tx, &inner, (by, Action::TokenCreated), &written.id, &detail)?;
            warnings::tell_owners(tx, &inner, (StaffNotice::TokenMade, row), None)
        })
        .await?;
    Ok((token, secret))
}

/// The token of this text; none if it is over, was ended, or was never made.
pub async fn find(ctx: &Context, text: &str) -> Result<Option<ApiToken>, UseCaseError> {
    if !text.starts_with(PREFIX) {
        return Ok(None);
    }
    let (hash, now) = (secrets::hash(text), ctx.now());
    let found = ctx.db.read(move |conn| api_tokens::find_by_token(conn, &hash)).await?;
    let Some(token) = found.filter(|token| token.is_live(now)) else {
        return Ok(None);
    };
    if token.last_used_at.is_none_or(|at| now >= at + NOTED_EVERY) {
        let id = token.id;
        ctx.db.write(move |tx| api_tokens::touch(tx, id, now)).await?;
    }
    Ok(Some(token))
}

/// Counts a request of a token.
///
/// # Errors
/// `RateLimited` if it had too many.
pub async fn count_use(ctx: &Context, id: TokenId) -> Result<(), UseCaseError> {
    let rate = Rate { burst: REQUESTS_PER_MINUTE, per_hour: REQUESTS_PER_MINUTE * 60 };
    let (bucket, now) = (Bucket { name: format!("token {id}"), rate }, ctx.now());
    let wait = ctx.db.write(move |tx| limits::take(tx, &[bucket], now)).await?;
    wait.map_or(Ok(()), |after| Err(UseCaseError::RateLimited { after }))
}

/// Every token, the newest first.
pub async fn list(ctx: &Context) -> Result<Vec<ApiToken>, UseCaseError> {
    Ok(ctx.db.read(api_tokens::all).await?)
}

/// Ends a token.
///
/// # Errors
/// `NotFound` if there is none of this id, or it was ended before.
pub async fn revoke(ctx: &Context, by: Actor, id: TokenId) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            if !api_tokens::revoke(tx, id, inner.now())? {
                return Err(UseCaseError::NotFound("token"));
            }
            audit::record(tx, &inner, (by, Action::TokenRevoked), &id, &json!({}))
        })
        .await
}
