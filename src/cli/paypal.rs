//! `paypal setup`: creates PayPal's webhook, or checks the one that is there.

use super::gateway::{verdict, webhook_url};
use super::{Failure, Outcome, Setting};
use crate::bootstrap;
use crate::domain::pledge::GatewayKind;
use crate::gateways::paypal::{ExamineError, Mode, PayPal, Setup};

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
        let what = "paypal.client_id is empty: copy it and its secret from developer.paypal.com (Apps & Credentials). \
                    An app typed in the office has its webhook set up there, under Gateways";
        Failure::Usage(what.to_owned())
    })?;
    let url = webhook_url(setting, (GatewayKind::Paypal, "PayPal"), url)?;
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

async fn check_webhook(paypal: &PayPal, url: &str) -> Outcome {
    verdict(&paypal.check_webhook(url).await.map_err(|error| failed(&error))?)
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
