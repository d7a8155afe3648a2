//! Keys that were changed, in this process or another, become the gateway that is offered.

use super::{GATEWAY, of_office};
use crate::gateways::Gateway;
use crate::store::gateway_accounts::{self, GatewayAccount};
use crate::usecases::{Context, UseCaseError};
use chrono::{DateTime, Utc};
use std::sync::Arc;

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
    if ctx.stripe.fixed.is_some() {
        return Ok(false);
    }
    // Held to the end: of two looks at once, the later one must not be overtaken by what the earlier one read.
    let mut taken = ctx.stripe.taken.lock().await;
    let row = ctx.db.read(|conn| gateway_accounts::find(conn, GATEWAY)).await?;
    let now = Taken::of(row.as_ref(), ctx.now());
    if taken.as_ref() == Some(&now) {
        return Ok(false);
    }
    let is_first = taken.is_none() && row.is_none();
    // Without a secret no webhook could be believed: money would come in unseen.
    let gateway: Option<Arc<dyn Gateway>> =
        match row.filter(|row| row.secret.is_some()).map(|row| of_office(ctx, &row)) {
            None => None,
            Some(Ok(stripe)) => Some(Arc::new(stripe)),
            Some(Err(error)) => {
                tracing::error!(%error, "the keys of Stripe that were typed in the office cannot be used");
                None
            }
        };
    if !is_first {
        ctx.gateways.put(GATEWAY, gateway);
    }
    *taken = Some(now);
    Ok(!is_first)
}
