//! Gateways as the office sets them up: keys are typed, tried, sealed, and taken up by every process of the site.
//!
//! The configuration wins: where it has keys, those of the office rest. Of Stripe and PayPal only the keys belong to the
//! office; how they are spoken to is the configuration's.

mod app;
mod kept;
mod keys;
mod paypal;
mod report;
mod state;
mod take_up;

pub use crate::gateways::paypal::Mode as PaypalMode;
pub use app::{TypedApp, forget_app, put_app, set_up_webhook};
pub use keys::{NewWebhook, Typed, forget_keys, new_webhook, put_key, put_webhook_secret};
pub use paypal::{PaypalPlan, PaypalState, paypal_client, paypal_state, try_paypal};
pub use report::{Finding, Verdict, try_out};
pub use state::{KeySource, StripeState, state};
pub use take_up::take_up;

use super::{Context, UseCaseError};
use crate::domain::gateway_key::KeyMode;
use crate::gateways::stripe::{Key, Settings, Stripe};
use crate::store::gateway_accounts::GatewayAccount;
use async_trait::async_trait;
use chrono::TimeDelta;
use take_up::Taken;
use tokio::sync::Mutex;

/// How long the secret before the last is believed: Stripe tries a webhook again for three days.
pub const FORMER_FOR: TimeDelta = TimeDelta::days(3);

/// Whose the sealed texts are: moved to another place, they do not open.
const KEY: &str = "gateway:stripe:key";
const SECRET: &str = "gateway:stripe:webhook";

/// What the configuration says of Stripe, and which keys of the office this process has taken up.
#[derive(Debug)]
pub struct StripePlan {
    /// How it is spoken to; without keys.
    frame: Settings,
    /// The keys of the configuration.
    fixed: Option<(Key, Vec<Key>)>,
    production: bool,
    taken: Mutex<Option<Taken>>,
}

impl StripePlan {
    /// With the keys of the configuration, if it has some.
    pub fn new(frame: Settings, fixed: Option<(Key, Vec<Key>)>, production: bool) -> Self {
        Self { frame, fixed, production, taken: Mutex::default() }
    }

    /// The gateway by the keys of the configuration.
    ///
    /// # Errors
    /// The client cannot be made.
    pub fn configured(&self) -> Option<Result<Stripe, crate::gateways::stripe::TransportError>> {
        let (key, secrets) = self.fixed.clone()?;
        Some(self.client(key, secrets))
    }

    fn client(&self, key: Key, secrets: Vec<Key>) -> Result<Stripe, crate::gateways::stripe::TransportError> {
        Stripe::new(Settings { secret_key: key, webhook_secrets: secrets, ..self.frame.clone() })
    }
}

/// The way on which letters leave, for whoever tries it out.
#[async_trait]
pub trait LetterWay: Send + Sync {
    /// Talks to the mail server as far as a letter is not needed.
    ///
    /// # Errors
    /// What went wrong, for the person who asked.
    async fn greet(&self) -> Result<(), String>;

    /// Sends a letter that says that letters arrive.
    ///
    /// # Errors
    /// What went wrong, for the person who asked.
    async fn letter(&self, to: &str) -> Result<(), String>;

    /// Sends a letter with invented values, to be looked at: subject, text, HTML.
    ///
    /// # Errors
    /// What went wrong, for the person who asked.
    async fn sample(&self, to: &str, parts: (String, String, String)) -> Result<(), String>;
}

/// Where Stripe's webhooks come in.
pub fn webhook_url(ctx: &Context) -> String {
    format!("{}/webhooks/stripe", ctx.policy.public_url)
}

/// Stripe by the keys that count, whether its webhooks are set up or not; none if no keys are there.
///
/// # Errors
/// The keys of the office do not open, or are not for this site.
pub async fn stripe(ctx: &Context) -> Result<Option<Stripe>, UseCaseError> {
    if let Some(client) = ctx.stripe.configured() {
        return client.map(Some).map_err(|error| UseCaseError::Internal(error.to_string()));
    }
    let row = ctx.db.read(|conn| crate::store::gateway_accounts::find(conn, GATEWAY)).await?;
    row.map(|row| of_office(ctx, &row)).transpose()
}

const GATEWAY: crate::domain::pledge::GatewayKind = crate::domain::pledge::GatewayKind::Stripe;

/// Stripe by the keys of the office.
fn of_office(ctx: &Context, row: &GatewayAccount) -> Result<Stripe, UseCaseError> {
    if ctx.stripe.production && row.mode == KeyMode::Test {
        let message = "the key typed in the office is one of the test mode; production refuses it".to_owned();
        return Err(UseCaseError::Conflict { code: "test_key", message });
    }
    let key = Key::new(&ctx.sealer.open(KEY, &row.key.sealed)?);
    let now = ctx.now();
    let former = row.former.as_ref().filter(|(_, until)| *until > now).map(|(sealed, _)| sealed);
    let secrets = row.secret.iter().map(|secret| &secret.sealed).chain(former);
    let secrets: Result<Vec<Key>, UseCaseError> =
        secrets.map(|sealed| Ok(Key::new(&ctx.sealer.open(SECRET, sealed)?))).collect();
    let client =
        ctx.stripe.client(key, secrets?).map_err(|error| UseCaseError::Internal(error.to_string()))?;
    Ok(client.with_clock(std::sync::Arc::clone(&ctx.clock)))
}
