//! What the office keeps of gateways: read as whoever changes it saw it, and written with its line in the log.

use super::take_up;
use crate::domain::audit::{Action, Actor};
use crate::domain::pledge::GatewayKind;
use crate::store::Tx;
use crate::store::gateway_accounts::{self, Dependent, GatewayAccount};
use crate::usecases::{Context, UseCaseError, audit};
use serde_json::{Value, json};

/// The keys as whoever changes them saw them.
pub(super) async fn find(
    ctx: &Context,
    gateway: GatewayKind,
    seen: &str,
) -> Result<Option<GatewayAccount>, UseCaseError> {
    let row = ctx.db.read(move |conn| gateway_accounts::find(conn, gateway)).await?;
    as_seen(row, seen)
}

/// The same, where they are written: of two people at once the second is told.
pub(super) fn unchanged(
    tx: &mut Tx<'_>,
    gateway: GatewayKind,
    seen: &str,
) -> Result<Option<GatewayAccount>, UseCaseError> {
    as_seen(gateway_accounts::find(tx, gateway)?, seen)
}

fn as_seen(row: Option<GatewayAccount>, seen: &str) -> Result<Option<GatewayAccount>, UseCaseError> {
    if row.as_ref().map_or("", |row| &row.version) == seen {
        return Ok(row);
    }
    let message = "somebody changed the keys meanwhile; look at them as they are now".to_owned();
    Err(UseCaseError::Conflict { code: "changed_meanwhile", message })
}

/// Writes keys, and that somebody changed them.
pub(super) fn put(
    tx: &mut Tx<'_>,
    ctx: &Context,
    (by, detail): (Actor, &Value),
    is_there: bool,
    after: &GatewayAccount,
) -> Result<(), UseCaseError> {
    if is_there {
        gateway_accounts::update(tx, after)?;
    } else {
        gateway_accounts::insert(tx, after)?;
    }
    audit::record(tx, ctx, (by, Action::GatewayChanged), &after.gateway, detail)
}

/// Forgets the keys of a gateway, which is off from then on. Nothing is done at the gateway.
pub(super) async fn forget(
    ctx: &Context,
    by: Actor,
    gateway: GatewayKind,
    seen: &str,
) -> Result<(), UseCaseError> {
    let (inner, seen) = (ctx.clone(), seen.to_owned());
    ctx.db
        .write(move |tx| {
            let before = unchanged(tx, gateway, &seen)?.ok_or_else(|| no_key(gateway))?;
            let Dependent { pending, recurring } = gateway_accounts::dependent(tx, gateway)?;
            let detail = json!({
                "what": "forgotten", "before": before.key.mark, "mode": before.mode.as_str(),
                "pending": pending, "recurring": recurring,
            });
            gateway_accounts::delete(tx, gateway)?;
            audit::record(tx, &inner, (by, Action::GatewayChanged), &gateway, &detail)
        })
        .await?;
    show(ctx).await;
    Ok(())
}

/// Takes up what was written at once. It is written: if the database went away since, the next look takes it up.
pub(super) async fn show(ctx: &Context) {
    if let Err(error) = take_up(ctx).await {
        tracing::warn!(%error, "changed keys are taken up at the next look");
    }
}

/// A name that was never used.
pub(super) fn version(ctx: &Context) -> String {
    hex::encode(ctx.ids.random())
}

/// What is said where there is nothing to change.
pub(super) fn no_key(gateway: GatewayKind) -> UseCaseError {
    let message = if gateway == GatewayKind::Paypal {
        "there is no app at PayPal yet; type it first"
    } else {
        "there is no key of Stripe yet; type it first"
    };
    UseCaseError::Conflict { code: "no_key", message: message.to_owned() }
}

/// Where the configuration has keys, those of the office would rest unseen.
pub(super) fn unless_configured(is_configured: bool, whose: &str) -> Result<(), UseCaseError> {
    if !is_configured {
        return Ok(());
    }
    let message = format!(
        "the configuration of this machine has keys of {whose}, and they win; take them out there first"
    );
    Err(UseCaseError::Conflict { code: "configured", message })
}
