//! Keys that were changed, in this process or another, become the gateway that is offered.

use super::{GATEWAY, of_office, paypal};
use crate::domain::pledge::GatewayKind;
use crate::gateways::Gateway;
use crate::store::gateway_accounts::{self, GatewayAccount};
use crate::usecases::{Context, UseCaseError};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use tokio::sync::Mutex;

/// What a process has taken up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taken {
    /// None: there were no keys.
    version: Option<String>,
    /// Whether the former secret is believed too.
    former: bool,
}

impl Taken {
    fn of(row: Option<&GatewayAccount>, now: DateTime<Utc>) -> Self {
        let former = row.and_then(|row| row.former.as_ref()).is_some_and(|(_, until)| *until > now);
        Self { version: row.map(|row| row.version.clone()), former }
    }
}

/// Takes up keys that changed since the last look; every process looks every two seconds. Keys that do not open leave the
/// gateway off, which the log and the page of the office say.
///
/// Returns whether anything changed.
///
/// # Errors
/// The database does not answer: what was offered before stays.
pub async fn take_up(ctx: &Context) -> Result<bool, UseCaseError> {
    let stripe = ctx.stripe.fixed.is_none()
        && look(ctx, (GATEWAY, &ctx.stripe.taken), |row| Ok(Arc::new(of_office(ctx, row)?))).await?;
    let paypal = ctx.paypal.configured().is_none()
        && look(ctx, (paypal::GATEWAY, &ctx.paypal.taken), |row| Ok(Arc::new(paypal::of_office(ctx, row)?)))
            .await?;
    Ok(stripe || paypal)
}

async fn look(
    ctx: &Context,
    (kind, taken): (GatewayKind, &Mutex<Option<Taken>>),
    open: impl Fn(&GatewayAccount) -> Result<Arc<dyn Gateway>, UseCaseError>,
) -> Result<bool, UseCaseError> {
    // Held to the end: of two looks at once, the later one must not be overtaken by what the earlier one read.
    let mut taken = taken.lock().await;
    let row = ctx.db.read(move |conn| gateway_accounts::find(conn, kind)).await?;
    let now = Taken::of(row.as_ref(), ctx.now());
    if taken.as_ref() == Some(&now) {
        return Ok(false);
    }
    let is_first = taken.is_none() && row.is_none();
    // Without its secret no webhook could be believed: money would come in unseen.
    let gateway = match row.filter(|row| row.secret.is_some()).map(|row| open(&row)) {
        None => None,
        Some(Ok(gateway)) => Some(gateway),
        Some(Err(error)) => {
            tracing::error!(gateway = kind.as_str(), %error, "the keys that were typed in the office cannot be used");
            None
        }
    };
    if !is_first {
        ctx.gateways.put(kind, gateway);
    }
    *taken = Some(now);
    Ok(!is_first)
}
