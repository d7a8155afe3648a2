//! How PayPal stands, and trying it out. Its keys are the configuration's alone.

use super::report::{Finding, Verdict};
use crate::domain::gateway_key::mark;
use crate::domain::pledge::GatewayKind;
use crate::gateways::paypal::{ExamineError, Mode, WebhookFault};
use crate::store::gateway_accounts::{self, Dependent};
use crate::usecases::{Context, UseCaseError, reconcile};
use chrono::{DateTime, Utc};

const GATEWAY: GatewayKind = GatewayKind::Paypal;

/// How PayPal stands.
#[derive(Debug, Clone)]
pub struct PaypalState {
    /// Which PayPal; none: it is off.
    pub mode: Option<Mode>,
    /// The last letters of what names the app.
    pub client_mark: String,
    /// What waits for it.
    pub dependent: Dependent,
    /// The last webhook that came.
    pub webhook_at: Option<DateTime<Utc>>,
    /// When PayPal last answered the hourly questions to their end.
    pub answered_at: Option<DateTime<Utc>>,
    /// Where webhooks come in.
    pub url: String,
}

fn webhook_url(ctx: &Context) -> String {
    format!("{}/webhooks/paypal", ctx.policy.public_url)
}

/// Reads how PayPal stands. Asks nobody outside.
///
/// # Errors
/// The database does not answer.
pub async fn paypal_state(ctx: &Context) -> Result<PaypalState, UseCaseError> {
    let round = reconcile::setting_name(GATEWAY);
    let read = ctx.db.read(move |conn| {
        let heard = gateway_accounts::heard(conn, GATEWAY, &round)?;
        Ok::<_, crate::store::StoreError>((heard, gateway_accounts::dependent(conn, GATEWAY)?))
    });
    let (heard, dependent) = read.await?;
    let paypal = ctx.paypal.as_ref();
    Ok(PaypalState {
        mode: paypal.map(|paypal| paypal.mode()),
        client_mark: paypal.map(|paypal| mark(paypal.client_id())).unwrap_or_default(),
        dependent,
        webhook_at: heard.webhook,
        answered_at: heard.answered,
        url: webhook_url(ctx),
    })
}

/// Asks PayPal itself. Changes nothing there and here.
///
/// # Errors
/// `NotFound` while it is off.
pub async fn try_paypal(ctx: &Context) -> Result<Vec<Finding>, UseCaseError> {
    let paypal = ctx.paypal.as_ref().ok_or(UseCaseError::NotFound("app at PayPal"))?;
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
    let set_up = "Run `mainstay paypal setup` on the machine.";
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
                "The webhook of this address is {id}, not the configured one: what it sends is refused."
            );
            Finding::new(Verdict::Bad, what, "Write its id into the configuration (paypal.webhook_id).")
        }
    }
}
