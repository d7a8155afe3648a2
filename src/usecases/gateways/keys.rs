//! What the office changes: the key, what signs webhooks, and the end of both.
//!
//! Stripe is asked before anything is written, outside of every transaction; what is written is written only if nobody
//! changed it meanwhile.

use super::kept::{self, find, no_key, put, show, unchanged, version};
use super::{FORMER_FOR, GATEWAY, KEY, SECRET, of_office, webhook_url};
use crate::domain::audit::Actor;
use crate::domain::gateway_key::{KeyMode, is_signing_secret, mark, stripe_key};
use crate::gateways::stripe::{Examination, ExamineError, Key, NewEndpoint, Stripe};
use crate::store::gateway_accounts::{self, Dependent, GatewayAccount, Sealed};
use crate::usecases::{Context, FieldError, UseCaseError};
use serde_json::json;

/// A key as it was typed.
#[derive(Clone)]
pub struct Typed {
    /// The key.
    pub key: Key,
    /// Which state of the keys whoever typed it saw.
    pub seen: String,
    /// Whether it may be of another account, or of the other mode, than the one before.
    pub another_account: bool,
}

/// Puts a key in force, after Stripe was asked about it. A key of the same account keeps the webhook; with another the
/// webhook must be created anew, and Stripe is off until then.
///
/// # Errors
/// `Invalid` for what is no key, a key of the test mode in production, or one that Stripe does not know or that may not
/// read what it must; `Conflict` if the configuration has keys, or somebody changed them meanwhile.
pub async fn put_key(ctx: &Context, by: Actor, typed: Typed) -> Result<(), UseCaseError> {
    office_only(ctx)?;
    let refused = |code, message: String| UseCaseError::invalid("secret_key", code, message);
    let mode = stripe_key(typed.key.expose(), ctx.stripe.production)
        .map_err(|why| refused("bad_key", format!("This {why}.")))?;
    if mode == KeyMode::Live && !ctx.sealer.is_outside() {
        let message = "A live key is kept here only where staff.sealing_key is set, because a copy of the database would \
                       hold the key otherwise. See “Gateways” in the manual before you set it.";
        return Err(refused("no_sealing_key", message.to_owned()));
    }
    let before = find(ctx, GATEWAY, &typed.seen).await?;
    let client = ctx.stripe.client(typed.key.clone(), Vec::new());
    let client = client.map_err(|error| refused("bad_key", format!("This key cannot be used: {error}.")))?;
    let account = examined(ctx, &client).await?.account.map(|account| account.id);
    let is_same = before.as_ref().is_none_or(|before| is_same(before, mode, account.as_deref()));
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let before = unchanged(tx, GATEWAY, &typed.seen)?;
            let dependent = gateway_accounts::dependent(tx, GATEWAY)?;
            if !is_same && !typed.another_account && dependent != Dependent::default() {
                return Err(other_account(dependent));
            }
            let text = typed.key.expose();
            let key = Sealed { sealed: inner.sealer.seal(KEY, text, inner.ids.random())?, mark: mark(text) };
            let kept = before.clone().filter(|_| is_same);
            let detail = json!({
                "what": "key", "mode": mode.as_str(), "account": &account, "mark": &key.mark,
                "before": before.as_ref().map(|before| &before.key.mark), "webhook_kept": kept.is_some(),
            });
            let after = GatewayAccount {
                gateway: GATEWAY,
                mode,
                account,
                key,
                secret: kept.as_ref().and_then(|kept| kept.secret.clone()),
                former: kept.and_then(|kept| kept.former),
                version: version(&inner),
                changed_at: inner.now(),
            };
            put(tx, &inner, (by, &detail), before.is_some(), &after)
        })
        .await?;
    show(ctx).await;
    Ok(())
}

/// What Stripe says of a key that is to be put in force.
async fn examined(ctx: &Context, client: &Stripe) -> Result<Examination, UseCaseError> {
    let refused = |code, message: String| Err(UseCaseError::invalid("secret_key", code, message));
    match client.examine(&webhook_url(ctx), &ctx.policy.currencies).await {
        Ok(seen) if seen.forbidden.is_empty() => Ok(seen),
        Ok(seen) => {
            let what = seen.forbidden.join(", ");
            refused("key_too_narrow", format!("This key may not read {what}. Let it in Stripe's dashboard."))
        }
        Err(ExamineError::NotAKey) => {
            refused("unknown_key", "Stripe does not know this key. Nothing was changed.".to_owned())
        }
        Err(ExamineError::Gateway(error)) => {
            refused("no_answer", format!("Stripe could not be asked ({error}). Nothing was changed."))
        }
    }
}

/// Whether a key is of the account of the one before. An account that is not known counts as the same, in its mode.
fn is_same(before: &GatewayAccount, mode: KeyMode, account: Option<&str>) -> bool {
    let differs = before.account.as_deref().zip(account).is_some_and(|(before, now)| before != now);
    before.mode == mode && !differs
}

fn other_account(Dependent { pending, recurring }: Dependent) -> UseCaseError {
    let message = format!(
        "This key is of another account or of the other mode. On the one before depend: pledges that wait for their \
         payment: {pending}; recurring pledges: {recurring}. From here on nothing of them would be heard, paid back or \
         changed. Tick “Another account” if you mean it."
    );
    let problem = FieldError { field: "another_account", code: "another_account", message };
    UseCaseError::Invalid(vec![problem])
}

/// A webhook that was created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWebhook {
    /// Stripe's name of it.
    pub id: String,
    /// Why webhooks that were there before could not be deleted at Stripe.
    pub left: Option<String>,
}

/// Creates the webhook at Stripe and keeps what signs it; what signed before is believed for a while. Webhooks that were
/// there before are deleted, because nobody knows their secret.
///
/// # Errors
/// `Conflict` without a key of the office, or if somebody changed it meanwhile; Stripe says no, or nothing.
pub async fn new_webhook(ctx: &Context, by: Actor, seen: &str) -> Result<NewWebhook, UseCaseError> {
    office_only(ctx)?;
    let row = find(ctx, GATEWAY, seen).await?.ok_or_else(|| no_key(GATEWAY))?;
    let client = of_office(ctx, &row)?;
    let url = webhook_url(ctx);
    let NewEndpoint { id, secret } = client.new_endpoint(&url).await?;
    if let Err(error) = keep_secret(ctx, by, (seen, Some(&id)), secret).await {
        // It would send what nobody believes.
        if let Err(error) = client.delete_endpoint(&id).await {
            tracing::warn!(%error, endpoint = id, "a webhook at Stripe of which the secret was not kept is left");
        }
        return Err(error);
    }
    let left = client.keep_only(&url, &id).await.err().map(|error| error.to_string());
    Ok(NewWebhook { id, left })
}

/// Keeps what signs webhooks, as Stripe's dashboard showed it after it was rolled there.
///
/// # Errors
/// `Invalid` for what is none; `Conflict` without a key of the office, or if somebody changed it meanwhile.
pub async fn put_webhook_secret(
    ctx: &Context,
    by: Actor,
    seen: &str,
    secret: Key,
) -> Result<(), UseCaseError> {
    office_only(ctx)?;
    if !is_signing_secret(secret.expose()) {
        let message = "This is no signing secret: those begin with whsec_.";
        return Err(UseCaseError::invalid("webhook_secret", "bad_secret", message));
    }
    keep_secret(ctx, by, (seen, None), secret).await
}

async fn keep_secret(
    ctx: &Context,
    by: Actor,
    (seen, endpoint): (&str, Option<&str>),
    secret: Key,
) -> Result<(), UseCaseError> {
    let (inner, seen, endpoint) = (ctx.clone(), seen.to_owned(), endpoint.map(str::to_owned));
    ctx.db
        .write(move |tx| {
            let before = unchanged(tx, GATEWAY, &seen)?.ok_or_else(|| no_key(GATEWAY))?;
            let (text, now) = (secret.expose(), inner.now());
            let sealed = inner.sealer.seal(SECRET, text, inner.ids.random())?;
            let former = before.secret.as_ref().map(|secret| (secret.sealed.clone(), now + FORMER_FOR));
            let detail = json!({
                "what": "webhook", "endpoint": endpoint, "mark": mark(text),
                "before": before.secret.as_ref().map(|secret| &secret.mark),
            });
            let after = GatewayAccount {
                secret: Some(Sealed { sealed, mark: mark(text) }),
                former,
                version: version(&inner),
                changed_at: now,
                ..before
            };
            put(tx, &inner, (by, &detail), true, &after)
        })
        .await?;
    show(ctx).await;
    Ok(())
}

/// Forgets the keys: Stripe is off. Nothing is done at Stripe, which goes on charging what recurs.
///
/// # Errors
/// `Conflict` without keys of the office, or if somebody changed them meanwhile.
pub async fn forget_keys(ctx: &Context, by: Actor, seen: &str) -> Result<(), UseCaseError> {
    office_only(ctx)?;
    kept::forget(ctx, by, GATEWAY, seen).await
}

fn office_only(ctx: &Context) -> Result<(), UseCaseError> {
    kept::unless_configured(ctx.stripe.fixed.is_some(), "Stripe")
}
