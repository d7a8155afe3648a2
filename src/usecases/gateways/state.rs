//! How Stripe stands, for the office.

use super::{GATEWAY, of_office, webhook_url};
use crate::domain::gateway_key::{KeyMode, mark, stripe_key};
use crate::store::gateway_accounts::{self, Dependent, GatewayAccount};
use crate::usecases::{Context, UseCaseError, reconcile};
use chrono::{DateTime, Utc};

/// Where keys come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySource {
    /// There are none.
    Nowhere,
    /// Of the configuration, which wins.
    Configuration,
    /// Typed in the office.
    Office,
}

/// How Stripe stands.
#[derive(Debug, Clone)]
pub struct StripeState {
    /// Whose keys count.
    pub source: KeySource,
    /// Whether donors are offered it.
    pub is_on: bool,
    /// What the key moves.
    pub mode: Option<KeyMode>,
    /// The last letters of the key.
    pub key_mark: String,
    /// The gateway's name of the account.
    pub account: Option<String>,
    /// The last letters of what signs webhooks; none if nothing does.
    pub secret_mark: Option<String>,
    /// Until when the secret before is believed.
    pub former_until: Option<DateTime<Utc>>,
    /// Why the keys of the office cannot be used.
    pub trouble: Option<String>,
    /// What a change would touch.
    pub dependent: Dependent,
    /// The last webhook that came.
    pub webhook_at: Option<DateTime<Utc>>,
    /// When Stripe last answered the hourly questions to their end.
    pub answered_at: Option<DateTime<Utc>>,
    /// Where webhooks come in.
    pub url: String,
    /// Which state of the keys this is; empty for none. Whoever changes them says which they saw.
    pub version: String,
    /// Whether live keys can be kept: only sealed by a key that is not in the database.
    pub keeps_live: bool,
}

/// Reads how Stripe stands. Asks nobody outside.
pub async fn state(ctx: &Context) -> Result<StripeState, UseCaseError> {
    let round = reconcile::setting_name(GATEWAY);
    let read = ctx.db.read(move |conn| {
        let row = gateway_accounts::find(conn, GATEWAY)?;
        let heard = gateway_accounts::heard(conn, GATEWAY, &round)?;
        Ok::<_, crate::store::StoreError>((row, heard, gateway_accounts::dependent(conn, GATEWAY)?))
    });
    let (row, heard, dependent) = read.await?;
    let common = StripeState {
        source: KeySource::Nowhere,
        is_on: ctx.gateways.get(GATEWAY).is_some(),
        mode: None,
        key_mark: String::new(),
        account: None,
        secret_mark: None,
        former_until: None,
        trouble: None,
        dependent,
        webhook_at: heard.webhook,
        answered_at: heard.answered,
        url: webhook_url(ctx),
        version: row.as_ref().map(|row| row.version.clone()).unwrap_or_default(),
        keeps_live: ctx.sealer.is_outside(),
    };
    Ok(match (&ctx.stripe.fixed, row) {
        (Some((key, secrets)), _) => StripeState {
            source: KeySource::Configuration,
            mode: stripe_key(key.expose(), false).ok(),
            key_mark: mark(key.expose()),
            secret_mark: secrets.first().map(|secret| mark(secret.expose())),
            ..common
        },
        (None, Some(row)) => typed(ctx, row, common),
        (None, None) => common,
    })
}

fn typed(ctx: &Context, row: GatewayAccount, common: StripeState) -> StripeState {
    let now = ctx.now();
    let former_until = row.former.as_ref().map(|(_, until)| *until).filter(|until| *until > now);
    StripeState {
        source: KeySource::Office,
        trouble: of_office(ctx, &row).err().map(|error| error.to_string()),
        mode: Some(row.mode),
        key_mark: row.key.mark,
        account: row.account,
        secret_mark: row.secret.map(|secret| secret.mark),
        former_until,
        ..common
    }
}
