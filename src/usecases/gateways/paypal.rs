//! How PayPal stands, and trying it out.

use super::KeySource;
use super::report::{Finding, Verdict};
use super::take_up::Taken;
use crate::domain::gateway_key::{KeyMode, mark};
use crate::domain::pledge::GatewayKind;
use crate::gateways::paypal::{ExamineError, Mode, PayPal, Settings, WebhookFault};
use crate::gateways::{Key, TransportError};
use crate::store::gateway_accounts::{self, Dependent, GatewayAccount};
use crate::usecases::{Context, UseCaseError, reconcile};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use tokio::sync::Mutex;

pub(super) const GATEWAY: GatewayKind = GatewayKind::Paypal;

/// Whose the sealed texts are: moved to another place, they do not open.
pub(super) const APP: &str = "gateway:paypal:key";
pub(super) const WEBHOOK: &str = "gateway:paypal:webhook";

/// What the configuration says of PayPal, and which app of the office this process has taken up.
pub struct PaypalPlan {
    /// How live apps are spoken to; without one.
    live: Settings,
    /// How apps of the test environment are.
    test: Settings,
    /// The app of the configuration.
    fixed: Option<PayPal>,
    pub(super) production: bool,
    pub(super) taken: Mutex<Option<Taken>>,
}

impl PaypalPlan {
    /// With the app of the configuration, if it has one. Of the frames the first is for live apps.
    pub fn new((live, test): (Settings, Settings), fixed: Option<PayPal>, production: bool) -> Self {
        Self { live, test, fixed, production, taken: Mutex::default() }
    }

    /// The app of the configuration.
    pub fn configured(&self) -> Option<&PayPal> {
        self.fixed.as_ref()
    }

    fn frame(&self, mode: KeyMode) -> &Settings {
        match mode {
            KeyMode::Live => &self.live,
            KeyMode::Test => &self.test,
        }
    }

    pub(super) fn client(
        &self,
        mode: KeyMode,
        (client_id, client_secret): (&str, &Key),
        webhook_id: &str,
    ) -> Result<PayPal, TransportError> {
        PayPal::new(Settings {
            client_id: client_id.to_owned(),
            client_secret: client_secret.clone(),
            webhook_id: webhook_id.to_owned(),
            ..self.frame(mode).clone()
        })
    }
}

/// How PayPal stands.
#[derive(Debug, Clone)]
pub struct PaypalState {
    /// Whose app counts.
    pub source: KeySource,
    /// Whether donors are offered it.
    pub is_on: bool,
    /// Which PayPal; none: there is no app.
    pub mode: Option<Mode>,
    /// The last letters of what names the app.
    pub client_mark: String,
    /// The last letters of the webhook that is believed; none if none is.
    pub webhook_mark: Option<String>,
    /// Why the app of the office cannot be used.
    pub trouble: Option<String>,
    /// What waits for it.
    pub dependent: Dependent,
    /// The last webhook that came.
    pub webhook_at: Option<DateTime<Utc>>,
    /// When PayPal last answered the hourly questions to their end.
    pub answered_at: Option<DateTime<Utc>>,
    /// Where webhooks come in.
    pub url: String,
    /// Which state of the keys this is; empty for none. Whoever changes them says which they saw.
    pub version: String,
    /// Whether live apps can be kept: only sealed by a key that is not in the database.
    pub keeps_live: bool,
    /// Whether apps of the test environment can be: not in production.
    pub keeps_test: bool,
}

pub(super) fn webhook_url(ctx: &Context) -> String {
    format!("{}/webhooks/paypal", ctx.policy.public_url)
}

/// PayPal by the app that counts, whether its webhook is set up or not; none if there is no app.
///
/// # Errors
/// The app of the office does not open, or is not for this site.
pub async fn paypal_client(ctx: &Context) -> Result<Option<PayPal>, UseCaseError> {
    if let Some(client) = ctx.paypal.configured() {
        return Ok(Some(client.clone()));
    }
    let row = ctx.db.read(|conn| gateway_accounts::find(conn, GATEWAY)).await?;
    row.map(|row| of_office(ctx, &row)).transpose()
}

/// PayPal by the app of the office.
pub(super) fn of_office(ctx: &Context, row: &GatewayAccount) -> Result<PayPal, UseCaseError> {
    if ctx.paypal.production && row.mode == KeyMode::Test {
        let message =
            "the app typed in the office is one of the test environment; production refuses it".to_owned();
        return Err(UseCaseError::Conflict { code: "test_key", message });
    }
    let secret = Key::new(&ctx.sealer.open(APP, &row.key.sealed)?);
    let webhook = match &row.secret {
        Some(webhook) => Key::new(&ctx.sealer.open(WEBHOOK, &webhook.sealed)?),
        None => Key::new(""),
    };
    let app = (row.account.as_deref().unwrap_or_default(), &secret);
    let client = ctx.paypal.client(row.mode, app, webhook.expose());
    let client = client.map_err(|error| UseCaseError::Internal(error.to_string()))?;
    Ok(client.with_clock(Arc::clone(&ctx.clock)))
}

/// Reads how PayPal stands. Asks nobody outside.
///
/// # Errors
/// The database does not answer.
pub async fn paypal_state(ctx: &Context) -> Result<PaypalState, UseCaseError> {
    let round = reconcile::setting_name(GATEWAY);
    let read = ctx.db.read(move |conn| {
        let row = gateway_accounts::find(conn, GATEWAY)?;
        let heard = gateway_accounts::heard(conn, GATEWAY, &round)?;
        Ok::<_, crate::store::StoreError>((row, heard, gateway_accounts::dependent(conn, GATEWAY)?))
    });
    let (row, heard, dependent) = read.await?;
    let common = PaypalState {
        source: KeySource::Nowhere,
        is_on: ctx.gateways.get(GATEWAY).is_some(),
        mode: None,
        client_mark: String::new(),
        webhook_mark: None,
        trouble: None,
        dependent,
        webhook_at: heard.webhook,
        answered_at: heard.answered,
        url: webhook_url(ctx),
        version: row.as_ref().map(|row| row.version.clone()).unwrap_or_default(),
        keeps_live: ctx.sealer.is_outside(),
        keeps_test: !ctx.paypal.production,
    };
    Ok(match (ctx.paypal.configured(), row) {
        (Some(paypal), _) => PaypalState {
            source: KeySource::Configuration,
            mode: Some(paypal.mode()),
            client_mark: mark(paypal.client_id()),
            webhook_mark: Some(mark(paypal.webhook_id())),
            ..common
        },
        (None, Some(row)) => PaypalState {
            source: KeySource::Office,
            mode: Some(ctx.paypal.frame(row.mode).mode()),
            client_mark: mark(row.account.as_deref().unwrap_or_default()),
            trouble: of_office(ctx, &row).err().map(|error| error.to_string()),
            webhook_mark: row.secret.map(|webhook| webhook.mark),
            ..common
        },
        (None, None) => common,
    })
}

/// Asks PayPal itself. Changes nothing there and here.
///
/// # Errors
/// `NotFound` without an app; the one of the office does not open.
pub async fn try_paypal(ctx: &Context) -> Result<Vec<Finding>, UseCaseError> {
    let paypal = paypal_client(ctx).await?.ok_or(UseCaseError::NotFound("app at PayPal"))?;
    let mut found = vec![match paypal.mode() {
        Mode::Live => Finding::new(Verdict::Good, "The app is one of the live PayPal.", ""),
        Mode::Sandbox => Finding::new(
            Verdict::Look,
            "The app is one of PayPal's test environment: no real money moves.",
            "Good for trying things out. Use a live app before you ask anybody to give.",
        ),
        Mode::Double => Finding::new(Verdict::Look, "The address is not PayPal's own.", ""),
    }];
    let seen = match paypal.examine(&webhook_url(ctx)).await {
        Ok(seen) => seen,
        Err(error) => {
            found.push(unanswered(&error));
            return Ok(found);
        }
    };
    found.push(Finding::new(Verdict::Good, "PayPal knows the client id and the secret.", ""));
    for name in seen.forbidden {
        let to_do = "Switch it on at developer.paypal.com (Apps & Credentials, the app, Features); it takes PayPal up to nine hours.";
        found.push(Finding::new(Verdict::Look, format!("The app may not use “{name}”."), to_do));
    }
    if seen.webhook.is_empty() {
        let what = format!("The webhook to {} is there and hears everything.", webhook_url(ctx));
        found.push(Finding::new(Verdict::Good, what, ""));
    }
    found.extend(seen.webhook.iter().map(of_webhook));
    Ok(found)
}

fn unanswered(error: &ExamineError) -> Finding {
    match error {
        ExamineError::NotKnown => {
            let to_do = "Copy both again from developer.paypal.com (Apps & Credentials); mind whether they are of Live or of Sandbox.";
            Finding::new(Verdict::Bad, "PayPal does not know the client id and the secret.", to_do)
        }
        ExamineError::Gateway(error) => {
            let to_do = "Try again in a minute; paypal-status.com says whether PayPal itself has trouble.";
            Finding::new(Verdict::Bad, format!("PayPal did not answer: {error}."), to_do)
        }
    }
}

fn of_webhook(fault: &WebhookFault) -> Finding {
    let set_up = "Set the webhook up below; with an app of the configuration, run `mainstay paypal setup`.";
    match fault {
        WebhookFault::Missing(url) => {
            let what = format!("PayPal has no webhook to {url}: payments would be known only after an hour.");
            Finding::new(Verdict::Bad, what, set_up)
        }
        WebhookFault::Deaf { id, missing } => {
            let what = format!("The webhook {id} does not hear of {}.", missing.join(", "));
            Finding::new(Verdict::Bad, what, set_up)
        }
        WebhookFault::Another { id } => {
            let what = format!(
                "The webhook of this address is {id}, not the one that is believed: what it sends is refused."
            );
            let to_do = "Set the webhook up below; with an app of the configuration, write its id there (paypal.webhook_id).";
            Finding::new(Verdict::Bad, what, to_do)
        }
    }
}
