//! What opens the account at Patreon, and how it is kept open: each pair of tokens is used up by asking for the next.

use super::{DISCONNECTED, PATREON};
use crate::domain::money::Currency;
use crate::domain::remote::RemoteId;
use crate::gateways::patreon::{Campaign, Members, Patreon, PatreonError, Tokens};
use crate::gateways::{GatewayError, Key};
use crate::store::external_accounts::{self, ExternalAccount, SealedTokens};
use crate::store::reviews::{self, Question};
use crate::store::{StoreError, Tx};
use crate::usecases::{Context, UseCaseError};
use chrono::TimeDelta;
use std::future::Future;
use std::sync::Arc;

/// Whose the sealed texts are: moved to another place, they do not open.
const ACCESS: &str = "platform:patreon:access";
const REFRESH: &str = "platform:patreon:refresh";
pub(super) const WEBHOOK: &str = "platform:patreon:webhook";

/// The next pair is asked for so long before the end of the one in use: a site that is down for a day loses nothing.
const RENEW_BEFORE: TimeDelta = TimeDelta::days(3);

/// A process that asks for the next pair has it after so long, or never will.
const RENEWAL_TAKES: TimeDelta = TimeDelta::minutes(3);

/// What the configuration says of Patreon.
#[derive(Debug, Clone)]
pub struct PatreonPlan {
    /// The app.
    pub client: Patreon,
    /// Tokens to begin with; none: the account is connected in the office.
    pub tokens: Option<Tokens>,
    /// Patreon's number of the publication; none: its only one.
    pub campaign: Option<String>,
    /// What signs webhooks that were created by hand.
    pub secret: Option<Key>,
    /// Whether what opens real accounts must be sealed by a key that is not in the database.
    pub production: bool,
}

/// The app, if there is one.
///
/// # Errors
/// `NotFound` if the configuration has none.
pub(super) fn plan(ctx: &Context) -> Result<Arc<PatreonPlan>, UseCaseError> {
    ctx.patreon.clone().ok_or(UseCaseError::NotFound("app at Patreon"))
}

/// The account as it is connected; with tokens of the configuration it is connected by asking.
///
/// # Errors
/// Patreon or the database does not answer; the tokens open nothing.
pub(super) async fn find(ctx: &Context) -> Result<Option<ExternalAccount>, UseCaseError> {
    let plan = plan(ctx)?;
    let row = ctx.db.read(|conn| external_accounts::find(conn, PATREON)).await?;
    let Some(tokens) = &plan.tokens else { return Ok(row) };
    let seed = ctx.key.blurred("patreon tokens", &[tokens.access.expose()])?;
    if row.as_ref().is_some_and(|row| row.tokens.seed.as_ref() == Some(&seed)) {
        return Ok(row);
    }
    keep(ctx, &plan, tokens, Some(seed), |_tx| Ok(())).await.map(Some)
}

/// Keeps the account that these tokens open. `also` happens in the same transaction.
pub(super) async fn keep(
    ctx: &Context,
    plan: &PatreonPlan,
    tokens: &Tokens,
    seed: Option<String>,
    also: impl FnOnce(&mut Tx<'_>) -> Result<(), UseCaseError> + Send + 'static,
) -> Result<ExternalAccount, UseCaseError> {
    if plan.production && !ctx.sealer.is_outside() {
        let message = "Tokens of Patreon are kept here only where staff.sealing_key is set, because a copy of the database \
                       would hold them otherwise.";
        return Err(UseCaseError::Conflict { code: "no_sealing_key", message: message.to_owned() });
    }
    let campaign = chosen(plan, plan.client.campaigns(&tokens.access).await.map_err(told)?)?;
    let (inner, tokens) = (ctx.clone(), sealed(ctx, tokens, seed)?);
    let kept = ctx.db.write(move |tx| {
        let now = inner.now();
        let before = external_accounts::find(tx, PATREON)?;
        // With another account the members begin anew, and what signed for the one before is void.
        let same = before.filter(|before| before.campaign == campaign.id.as_str());
        let account = ExternalAccount {
            platform: PATREON,
            campaign: campaign.id.as_str().to_owned(),
            title: campaign.title,
            currency: campaign.currency,
            tokens,
            webhook: same.as_ref().and_then(|same| same.webhook.clone()),
            version: version(&inner),
            connected_at: same.as_ref().map_or(now, |same| same.connected_at),
            round: None,
            synced_at: same.and_then(|same| same.synced_at),
            trouble: None,
        };
        external_accounts::put(tx, &account)?;
        reviews::settle(tx, DISCONNECTED, PATREON.as_str(), now)?;
        also(tx)?;
        Ok::<_, UseCaseError>(account)
    });
    kept.await
}

/// The publication that is meant.
fn chosen(plan: &PatreonPlan, campaigns: Vec<Campaign>) -> Result<Campaign, UseCaseError> {
    let conflict = |code, message: String| UseCaseError::Conflict { code, message };
    if let Some(wanted) = &plan.campaign {
        let found = campaigns.into_iter().find(|campaign| campaign.id.as_str() == wanted);
        let message = format!("this account at Patreon has no publication with the number {wanted}");
        return found.ok_or_else(|| conflict("no_campaign", message));
    }
    let mut all = campaigns.into_iter();
    match (all.next(), all.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => {
            let message = "this account at Patreon has no publication: sign in there as its creator";
            Err(conflict("no_campaign", message.to_owned()))
        }
        (Some(_), Some(_)) => {
            let message = "this account at Patreon has several publications: write the number of one into the configuration \
                           (patreon.campaign_id)";
            Err(conflict("several_campaigns", message.to_owned()))
        }
    }
}

pub(super) fn version(ctx: &Context) -> String {
    hex::encode(ctx.ids.random())
}

fn sealed(ctx: &Context, tokens: &Tokens, seed: Option<String>) -> Result<SealedTokens, UseCaseError> {
    let seal = |owner, key: &Key| ctx.sealer.seal(owner, key.expose(), ctx.ids.random());
    Ok(SealedTokens {
        access: seal(ACCESS, &tokens.access)?,
        refresh: tokens.refresh.as_ref().map(|key| seal(REFRESH, key)).transpose()?,
        expires_at: tokens.lasts.map(|lasts| ctx.now() + lasts),
        seed,
    })
}

/// What an answer that did not come means for whoever asked.
pub(super) fn told(error: PatreonError) -> UseCaseError {
    match error {
        PatreonError::Gateway(error) => error.into(),
        PatreonError::NotKnown | PatreonError::NotAllowed | PatreonError::Gone => {
            UseCaseError::GatewayRefused { code: error.to_string() }
        }
    }
}

/// What is asked with: the app, the token, and of which publication.
#[derive(Debug, Clone)]
pub(super) struct Open {
    pub(super) client: Patreon,
    pub(super) token: Key,
    pub(super) campaign: String,
    pub(super) currency: Currency,
}

/// Asks Patreon with the tokens in force; if they are not known any more, once more with the next pair.
///
/// # Errors
/// `Conflict` while no account is connected; Patreon's own.
pub(super) async fn asked<T, F>(
    ctx: &Context,
    ask: impl Fn(Open) -> F + Send + Sync,
) -> Result<T, UseCaseError>
where
    T: Send,
    F: Future<Output = Result<T, PatreonError>> + Send,
{
    let plan = plan(ctx)?;
    let account = find(ctx).await?.ok_or_else(|| {
        let message = "no account at Patreon is connected; an owner does that in the office, under Patreon";
        UseCaseError::Conflict { code: "not_connected", message: message.to_owned() }
    })?;
    if let Some(why) = account.trouble {
        return Err(UseCaseError::Conflict { code: "disconnected", message: why });
    }
    let ends_soon = account.tokens.expires_at.is_some_and(|end| end - RENEW_BEFORE <= ctx.now());
    let account = match &account.tokens.refresh {
        Some(_) if ends_soon => renewed(ctx, &plan, &account).await?,
        Some(_) | None => account,
    };
    match ask(open(ctx, &plan, &account)?).await {
        Err(PatreonError::NotKnown) => {}
        other => return other.map_err(told),
    }
    tracing::info!("Patreon does not know the token any more; the next one is asked for");
    let account = renewed(ctx, &plan, &account).await?;
    match ask(open(ctx, &plan, &account)?).await {
        Err(PatreonError::NotKnown) => {
            Err(troubled(ctx, "Patreon gave a token that it does not know").await?)
        }
        other => other.map_err(told),
    }
}

/// What Patreon says of one member; none if it knows nobody of this name any more.
pub(super) async fn member(ctx: &Context, remote: &RemoteId) -> Result<Option<Members>, UseCaseError> {
    asked(ctx, |open| {
        let remote = remote.clone();
        async move {
            let of = (open.campaign.as_str(), open.currency);
            match open.client.member(&open.token, of, &remote).await {
                Err(PatreonError::Gone) => Ok(None),
                other => other.map(Some),
            }
        }
    })
    .await
}

fn open(ctx: &Context, plan: &PatreonPlan, account: &ExternalAccount) -> Result<Open, UseCaseError> {
    Ok(Open {
        client: plan.client.clone(),
        token: Key::new(&ctx.sealer.open(ACCESS, &account.tokens.access)?),
        campaign: account.campaign.clone(),
        currency: account.currency,
    })
}

/// The account with the next pair of tokens. Of many processes one asks, for a pair is given once.
async fn renewed(
    ctx: &Context,
    plan: &PatreonPlan,
    account: &ExternalAccount,
) -> Result<ExternalAccount, UseCaseError> {
    let Some(refresh) = &account.tokens.refresh else {
        return Err(troubled(
            ctx,
            "Patreon does not know the token any more, and there is none to get another",
        )
        .await?);
    };
    let refresh = Key::new(&ctx.sealer.open(REFRESH, refresh)?);
    let (seen, now) = (account.version.clone(), ctx.now());
    let claim = seen.clone();
    let taken = ctx
        .db
        .write(move |tx| external_accounts::take_renewal(tx, (PATREON, &claim), now, now - RENEWAL_TAKES))
        .await?;
    if !taken {
        let current = ctx.db.read(|conn| external_accounts::find(conn, PATREON)).await?;
        let busy = || UseCaseError::GatewayUnavailable("another process asks for the next token".to_owned());
        return current.filter(|current| current.version != seen).ok_or_else(busy);
    }
    match plan.client.next_tokens(&refresh).await {
        Ok(tokens) => write_next(ctx, account, &tokens).await,
        Err(PatreonError::NotKnown) => {
            let why =
                "Patreon does not know the tokens any more, or gave the next ones and they never arrived";
            Err(troubled(ctx, why).await?)
        }
        Err(error) => {
            ctx.db.write(|tx| external_accounts::end_renewal(tx, PATREON)).await?;
            Err(told(error))
        }
    }
}

async fn write_next(
    ctx: &Context,
    account: &ExternalAccount,
    tokens: &Tokens,
) -> Result<ExternalAccount, UseCaseError> {
    /// The pair is given once: a database that is busy for a moment must not lose it.
    const TRIES: usize = 3;
    let (tokens, version) = (sealed(ctx, tokens, account.tokens.seed.clone())?, version(ctx));
    for last in [false; TRIES - 1].into_iter().chain([true]) {
        let (seen, pair, next) = (account.version.clone(), tokens.clone(), version.clone());
        let write = move |tx: &mut Tx<'_>| external_accounts::set_tokens(tx, (PATREON, &seen), &pair, &next);
        match ctx.db.write(write).await {
            Ok(true) => return Ok(ExternalAccount { tokens, version, ..account.clone() }),
            Ok(false) => break,
            Err(StoreError::Unavailable(why)) if !last => {
                tracing::warn!(why, "the next tokens of Patreon are written once more");
            }
            Err(error) => return Err(error.into()),
        }
    }
    let current = ctx.db.read(|conn| external_accounts::find(conn, PATREON)).await?;
    current.ok_or_else(|| GatewayError::Unknown("the account was disconnected meanwhile".to_owned()).into())
}

/// Notes that the account must be connected again, and asks a person to; gives the error for whoever wanted something.
async fn troubled(ctx: &Context, why: &str) -> Result<UseCaseError, UseCaseError> {
    let message = format!("{why}. Connect the account again in the office, under Patreon.");
    let (inner, detail) = (ctx.clone(), message.clone());
    ctx.db
        .write(move |tx| {
            external_accounts::set_trouble(tx, PATREON, &detail)?;
            let question = Question { kind: DISCONNECTED, subject: PATREON.as_str(), detail: &detail };
            reviews::raise_anew(tx, inner.new_id(), question, inner.now())?;
            Ok::<_, StoreError>(())
        })
        .await?;
    Ok(UseCaseError::Conflict { code: "disconnected", message })
}
