//! What the office changes of PayPal: the app, its webhook, and the end of both.
//!
//! PayPal is asked before anything is written, outside of every transaction; what is written is written only if nobody
//! changed it meanwhile.

use super::kept::{self, find, no_key, put, show, unchanged, version};
use super::paypal::{APP, GATEWAY, WEBHOOK, of_office, webhook_url};
use crate::domain::audit::Actor;
use crate::domain::gateway_key::{KeyMode, mark, paypal_word};
use crate::gateways::Key;
use crate::gateways::paypal::{ExamineError, Setup};
use crate::store::gateway_accounts::{self, Dependent, GatewayAccount, Sealed};
use crate::usecases::{Context, FieldError, UseCaseError};
use serde_json::json;

/// An app at PayPal as it was typed.
#[derive(Clone)]
pub struct TypedApp {
    /// Names it.
    pub client_id: String,
    /// Opens it.
    pub client_secret: Key,
    /// Whether it is one of the live PayPal or of the test environment.
    pub mode: KeyMode,
    /// Which state of the keys whoever typed it saw.
    pub seen: String,
    /// Whether it may be another app, or of the other environment, than the one before.
    pub another_app: bool,
}

/// Puts an app in force, after PayPal was asked about it. Another secret of the same app keeps the webhook; with another app
/// the webhook must be set up anew, and PayPal is off until then.
///
/// Returns what the app may not do yet and should, as PayPal's page about it calls that.
///
/// # Errors
/// `Invalid` for what is no app, one of the test environment in production, or one that PayPal does not know; `Conflict` if
/// the configuration has an app, or somebody changed it meanwhile.
pub async fn put_app(ctx: &Context, by: Actor, typed: TypedApp) -> Result<Vec<&'static str>, UseCaseError> {
    office_only(ctx)?;
    checked(ctx, &typed)?;
    let before = find(ctx, GATEWAY, &typed.seen).await?;
    let forbidden = examined(ctx, &typed).await?;
    let same = |before: &GatewayAccount| {
        before.mode == typed.mode && before.account.as_deref() == Some(typed.client_id.as_str())
    };
    let is_same = before.as_ref().is_none_or(same);
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let before = unchanged(tx, GATEWAY, &typed.seen)?;
            let dependent = gateway_accounts::dependent(tx, GATEWAY)?;
            if !is_same && !typed.another_app && dependent != Dependent::default() {
                return Err(other_app(dependent));
            }
            let text = typed.client_secret.expose();
            let key = Sealed { sealed: inner.sealer.seal(APP, text, inner.ids.random())?, mark: mark(text) };
            let kept = before.clone().filter(|_| is_same);
            let detail = json!({
                "what": "app", "mode": typed.mode.as_str(), "app": mark(&typed.client_id), "mark": &key.mark,
                "before": before.as_ref().map(|before| &before.key.mark), "webhook_kept": kept.is_some(),
            });
            let after = GatewayAccount {
                gateway: GATEWAY,
                mode: typed.mode,
                account: Some(typed.client_id.clone()),
                key,
                secret: kept.and_then(|kept| kept.secret),
                former: None,
                version: version(&inner),
                changed_at: inner.now(),
            };
            put(tx, &inner, (by, &detail), before.is_some(), &after)
        })
        .await?;
    show(ctx).await;
    Ok(forbidden)
}

/// Whether it can be an app of this site, before anybody is asked.
fn checked(ctx: &Context, typed: &TypedApp) -> Result<(), UseCaseError> {
    let mut problems = Vec::new();
    for (field, text) in
        [("client_id", typed.client_id.as_str()), ("client_secret", typed.client_secret.expose())]
    {
        if let Err(why) = paypal_word(text) {
            problems.push(FieldError { field, code: "bad_app", message: format!("This {why}.") });
        }
    }
    if ctx.paypal.production && typed.mode == KeyMode::Test {
        let message = "In production an app of the test environment is refused: nobody could really give.";
        problems.push(FieldError { field: "mode", code: "test_app", message: message.to_owned() });
    }
    if typed.mode == KeyMode::Live && !ctx.sealer.is_outside() {
        let message = "A live app is kept here only where staff.sealing_key is set, because a copy of the database would \
                       hold its secret otherwise. See “Gateways” in the manual before you set it.";
        problems.push(FieldError {
            field: "client_secret",
            code: "no_sealing_key",
            message: message.to_owned(),
        });
    }
    if problems.is_empty() { Ok(()) } else { Err(UseCaseError::Invalid(problems)) }
}

/// What PayPal does not let the app do that is to be put in force.
async fn examined(ctx: &Context, typed: &TypedApp) -> Result<Vec<&'static str>, UseCaseError> {
    let refused = |code, message: String| UseCaseError::invalid("client_secret", code, message);
    let client = ctx.paypal.client(typed.mode, (&typed.client_id, &typed.client_secret), "");
    let client = client.map_err(|error| refused("bad_app", format!("This app cannot be used: {error}.")))?;
    let client = client.with_clock(std::sync::Arc::clone(&ctx.clock));
    match client.examine(&webhook_url(ctx)).await {
        Ok(seen) => Ok(seen.forbidden),
        Err(ExamineError::NotKnown) => {
            let message = "PayPal does not know this client id with this secret. Mind whether they are of Live or of \
                           Sandbox. Nothing was changed.";
            Err(refused("unknown_app", message.to_owned()))
        }
        Err(ExamineError::Gateway(error)) => {
            Err(refused("no_answer", format!("PayPal could not be asked ({error}). Nothing was changed.")))
        }
    }
}

fn other_app(Dependent { pending, recurring }: Dependent) -> UseCaseError {
    let message = format!(
        "This is another app, or of the other environment. On the one before depend: pledges that wait for their \
         payment: {pending}; recurring pledges: {recurring}. From here on nothing of them would be heard, paid back or \
         changed. Tick “Another app” if you mean it."
    );
    UseCaseError::invalid("another_app", "another_app", message)
}

/// Sets the webhook up at PayPal: creates it, or puts the one of this address right; and believes its events from then on.
///
/// # Errors
/// `Conflict` without an app of the office, if somebody changed it meanwhile, or if PayPal knows it no more; PayPal says no,
/// or nothing.
pub async fn set_up_webhook(ctx: &Context, by: Actor, seen: &str) -> Result<(), UseCaseError> {
    office_only(ctx)?;
    let row = find(ctx, GATEWAY, seen).await?.ok_or_else(|| no_key(GATEWAY))?;
    let client = of_office(ctx, &row)?;
    let done = client.set_up_webhook(&webhook_url(ctx)).await.map_err(|error| match error {
        ExamineError::NotKnown => UseCaseError::Conflict {
            code: "unknown_app",
            message: "PayPal does not know the app any more; type it again".to_owned(),
        },
        ExamineError::Gateway(error) => error.into(),
    })?;
    let (Setup::Created { id } | Setup::Updated { id, .. } | Setup::AsItShouldBe { id }) = done;
    let (inner, seen) = (ctx.clone(), seen.to_owned());
    ctx.db
        .write(move |tx| {
            // A webhook that is not kept is found at PayPal by its address the next time.
            let before = unchanged(tx, GATEWAY, &seen)?.ok_or_else(|| no_key(GATEWAY))?;
            let sealed = inner.sealer.seal(WEBHOOK, &id, inner.ids.random())?;
            let detail = json!({
                "what": "webhook", "endpoint": &id,
                "before": before.secret.as_ref().map(|secret| &secret.mark),
            });
            let after = GatewayAccount {
                secret: Some(Sealed { sealed, mark: mark(&id) }),
                version: version(&inner),
                changed_at: inner.now(),
                ..before
            };
            put(tx, &inner, (by, &detail), true, &after)
        })
        .await?;
    show(ctx).await;
    Ok(())
}

/// Forgets the app: PayPal is off. Nothing is done at PayPal, which goes on charging what recurs.
///
/// # Errors
/// `Conflict` without an app of the office, or if somebody changed it meanwhile.
pub async fn forget_app(ctx: &Context, by: Actor, seen: &str) -> Result<(), UseCaseError> {
    office_only(ctx)?;
    kept::forget(ctx, by, GATEWAY, seen).await
}

fn office_only(ctx: &Context) -> Result<(), UseCaseError> {
    kept::unless_configured(ctx.paypal.configured().is_some(), "PayPal")
}
