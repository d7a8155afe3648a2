//! How Patreon stands, for the office, doctor and the command line.

use super::{PATREON, return_url, webhook_url};
use crate::domain::audit::{Action, Actor};
use crate::domain::gateway_key::mark;
use crate::domain::job::Job;
use crate::domain::member::{MemberState, Sender};
use crate::domain::money::Currency;
use crate::domain::patron::Month;
use crate::domain::tier::Tier;
use crate::store::external_accounts::{self, ExternalAccount};
use crate::store::external_tiers::{self, ExternalTier};
use crate::store::{StoreError, external_members, external_moves, inbox, tiers};
use crate::usecases::patrons::figures::{MonthFigures, folded};
use crate::usecases::{Context, UseCaseError, audit};
use chrono::{DateTime, Utc};
use serde_json::json;
use std::collections::BTreeMap;

/// How Patreon stands.
#[derive(Debug, Clone)]
pub struct PatreonState {
    /// The last letters of what names the app; none: there is none.
    pub client_mark: Option<String>,
    /// Whether the configuration has tokens, which win.
    pub is_configured: bool,
    /// The account, if one is connected.
    pub account: Option<ExternalAccount>,
    /// How many members there are in each state.
    pub counts: Vec<(MemberState, i64)>,
    /// The levels there.
    pub levels: Vec<ExternalTier>,
    /// Our own.
    pub tiers: Vec<Tier>,
    /// The last webhook that came.
    pub webhook_at: Option<DateTime<Utc>>,
    /// Where webhooks come in.
    pub webhook_url: String,
    /// Where Patreon leads back to.
    pub return_url: String,
    /// Whether what opens an account can be kept.
    pub keeps_tokens: bool,
}

/// Reads how Patreon stands. Asks nobody outside.
///
/// # Errors
/// The database does not answer.
pub async fn state(ctx: &Context) -> Result<PatreonState, UseCaseError> {
    let read = ctx.db.read(|conn| {
        let account = external_accounts::find(conn, PATREON)?;
        let counts = external_members::count_by_state(conn, PATREON)?;
        let levels = external_tiers::list(conn, PATREON)?;
        let heard = inbox::last_heard(conn, Sender::Platform(PATREON))?;
        Ok::<_, StoreError>((account, counts, levels, tiers::all(conn)?, heard))
    });
    let (account, counts, levels, tiers, webhook_at) = read.await?;
    let plan = ctx.patreon.as_ref();
    Ok(PatreonState {
        client_mark: plan.map(|plan| mark(plan.client.client_id())),
        is_configured: plan.is_some_and(|plan| plan.tokens.is_some()),
        account,
        counts,
        levels,
        tiers,
        webhook_at,
        webhook_url: webhook_url(ctx),
        return_url: return_url(ctx),
        keeps_tokens: ctx.sealer.is_outside() || plan.is_none_or(|plan| !plan.production),
    })
}

/// Has the members read now, in a job.
///
/// # Errors
/// `NotFound` if no account is connected.
pub async fn order_sync(ctx: &Context, by: Actor) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let account = external_accounts::find(tx, PATREON)?;
            account.ok_or(UseCaseError::NotFound("account at Patreon"))?;
            inner.enqueue(tx, &Job::SyncMembers)?;
            audit::record(tx, &inner, (by, Action::PlatformChanged), &PATREON, &json!({"what": "read"}))
        })
        .await
}

/// The members of every month in figures, by currency, beside those of the own patrons.
///
/// # Errors
/// The database does not answer.
pub async fn by_month(
    ctx: &Context,
    until: Month,
) -> Result<BTreeMap<Currency, Vec<MonthFigures>>, UseCaseError> {
    Ok(folded(ctx.db.read(move |conn| external_moves::months(conn, PATREON, &until)).await?))
}
