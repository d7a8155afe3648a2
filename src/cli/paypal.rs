//! `paypal setup`: creates PayPal's webhook, or checks the one that is there.

use super::{Failure, Outcome, Setting};
use crate::bootstrap;
use crate::gateways::paypal::{ExamineError, Mode, PayPal, Setup};
use url::Url;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Create the webhook at PayPal, or put the existing one right. Needs only `paypal.client_id` and its secret.
    Setup {
        /// Change nothing; say what is wrong and exit with 1.
        #[arg(long)]
        check: bool,
        /// Where PayPal reaches the site; else `server.public_url` and /webhooks/paypal.
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
}

pub(super) async fn run(setting: &Setting, command: Command) -> Outcome {
    let Command::Setup { check, url } = command;
    let paypal = bootstrap::paypal(&setting.config)?.ok_or_else(|| {
        let what = "paypal.client_id is empty: copy it and its secret from developer.paypal.com (Apps & Credentials)";
        Failure::Usage(what.to_owned())
    })?;
    let url = webhook_url(setting, url)?;
    println!("PayPal, {}: webhook {url}", mode(&paypal));
    if check { check_webhook(&paypal, &url).await } else { set_up(&paypal, &url).await }
}

pub(super) fn mode(paypal: &PayPal) -> &'static str {
    match paypal.mode() {
        Mode::Live => "live",
        Mode::Sandbox => "test environment: no real money moves",
        Mode::Double => "not PayPal's own address",
    }
}

/// Where PayPal sends webhooks: told by the operator, else where the site is seen.
fn webhook_url(setting: &Setting, given: Option<String>) -> Result<String, Failure> {
    if let Some(given) = given {
        let url = Url::parse(&given).map_err(|error| Failure::Usage(format!("--url {given}: {error}")))?;
        return if matches!(url.scheme(), "http" | "https") && url.has_host() {
            Ok(url.into())
        } else {
            Err(Failure::Usage(format!("--url {given} does not begin with https://")))
        };
    }
    configured_url(setting).ok_or_else(|| {
        let what = "PayPal must reach the site: set server.public_url, or name the address with --url";
        Failure::Usage(what.to_owned())
    })
}

/// The address that follows from the configuration; none if only this machine can reach it.
pub(super) fn configured_url(setting: &Setting) -> Option<String> {
    setting.config.server.public_url.as_ref().map(|public| format!("{public}/webhooks/paypal"))
}

async fn check_webhook(paypal: &PayPal, url: &str) -> Outcome {
    let faults = paypal.check_webhook(url).await.map_err(|error| failed(&error))?;
    for fault in &faults {
        println!("look: {fault}");
    }
    if faults.is_empty() {
        println!("All is well.");
        return Ok(());
    }
    Err(Failure::Failed(format!("{} thing(s) to put right", faults.len())))
}

async fn set_up(paypal: &PayPal, url: &str) -> Outcome {
    let id = match paypal.set_up_webhook(url).await.map_err(|error| failed(&error))? {
        Setup::Created { id } => {
            println!("Created {id}.");
            id
        }
        Setup::Updated { id, mended } => {
            println!("put right: {id} did not subscribe to {}", mended.join(", "));
            id
        }
        Setup::AsItShouldBe { id } => {
            println!("{id} exists and hears everything it should.");
            id
        }
    };
    println!("Put this line under [paypal], if it is not there:\n\nwebhook_id = \"{id}\"\n");
    Ok(())
}

fn failed(error: &ExamineError) -> Failure {
    Failure::Failed(format!("paypal: {error}"))
}
