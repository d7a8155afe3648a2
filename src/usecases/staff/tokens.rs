//! Tokens of the API: made, shown once, listed, ended.

use super::{setup, warnings};
use crate::domain::access::Scope;
use crate::domain::account::Secret;
use crate::domain::audit::{Action, Actor};
use crate::domain::ids::TokenId;
use crate::domain::staff::StaffNotice;
use crate::domain::token::{ApiToken, DAYS_MAX, PREFIX};
use crate::store::api_tokens;
use crate::store::limits::{self, Bucket, Rate, Taken};
use crate::usecases::{Context, UseCaseError, audit, secrets};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

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

/// The rate of every token.
const RATE: Rate = Rate { burst: REQUESTS_PER_MINUTE, per_hour: REQUESTS_PER_MINUTE * 60 };

/// Requests that a process fetches at most at a time, to hand them out without asking the database for each.
const SHARE_MAX: u32 = 64;

/// A share that is older is not handed out any more: what is left of it has grown again in the meantime.
const SHARE_LIVES: TimeDelta = TimeDelta::minutes(1);

/// What this process has fetched for each token and not handed out yet. What is fetched is taken from the limit that all
/// processes share, so that together they never hand out more; a process that is asked often fetches ever more at a time,
/// so that what lies unused elsewhere is never much.
#[derive(Debug, Default)]
pub struct Shares(Mutex<HashMap<TokenId, Share>>);

#[derive(Debug, Clone, Copy)]
struct Share {
    left: u32,
    fetched: Taken,
    at: DateTime<Utc>,
}

/// What a token may still ask, as far as this process knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Requests that are left.
    pub left: u32,
    /// How long until all of them are there again.
    pub whole_in: TimeDelta,
}

impl Shares {
    fn known(&self) -> MutexGuard<'_, HashMap<TokenId, Share>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands a request out of what is here; or says how many to fetch.
    fn hand_out(&self, id: TokenId, now: DateTime<Utc>) -> Result<Allowance, u32> {
        let mut known = self.known();
        let Some(share) = known.get_mut(&id).filter(|share| now < share.at + SHARE_LIVES) else {
            return Err(1);
        };
        if share.left == 0 {
            return Err(share.fetched.tokens.saturating_mul(2).min(SHARE_MAX));
        }
        share.left -= 1;
        Ok(share.allowance(now))
    }

    /// Keeps what was fetched, but for the one that is handed out.
    fn put(&self, id: TokenId, fetched: Taken, now: DateTime<Utc>) -> Allowance {
        let mut known = self.known();
        // Another request may have fetched as well.
        let before =
            known.get(&id).filter(|share| now < share.at + SHARE_LIVES).map_or(0, |share| share.left);
        let left = before.saturating_add(fetched.tokens.saturating_sub(1));
        let share = Share { left, fetched, at: now };
        known.insert(id, share);
        share.allowance(now)
    }
}

impl Share {
    fn allowance(&self, now: DateTime<Utc>) -> Allowance {
        let whole_in = TimeDelta::microseconds(self.fetched.full_at_us - now.timestamp_micros());
        Allowance {
            left: self.left.saturating_add(self.fetched.left_in(RATE, now)),
            whole_in: whole_in.max(TimeDelta::zero()),
        }
    }
}

/// Counts a request of a token, and says how many are left.
///
/// # Errors
/// `RateLimited` if it had too many.
pub async fn count_use(ctx: &Context, id: TokenId) -> Result<Allowance, UseCaseError> {
    let now = ctx.now();
    let most = match ctx.shares.hand_out(id, now) {
        Ok(allowance) => return Ok(allowance),
        Err(most) => most,
    };
    let bucket = Bucket { name: format!("token {id}"), rate: RATE };
    let fetched = ctx.db.write(move |tx| {
        let taken = limits::take_some(tx, &bucket, most, now)?;
        taken.map_err(|after| UseCaseError::RateLimited { after })
    });
    Ok(ctx.shares.put(id, fetched.await?, now))
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
