//! `stripe setup`: creates Stripe's webhook endpoint, or checks the one that is there.

use super::gateway::{print_faults, verdict, webhook_url};
use super::{Failure, Outcome, Setting};
use crate::bootstrap;
use crate::domain::pledge::GatewayKind;
use crate::gateways::GatewayError;
use crate::gateways::stripe::{EndpointFault, Setup, Stripe};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Create the webhook endpoint at Stripe, or put the existing one right. Needs only `stripe.secret_key`.
    Setup {
        /// Change nothing; say what is wrong and exit with 1.
        #[arg(long)]
        check: bool,
        /// Where Stripe reaches the site; else `server.public_url` and /webhooks/stripe.
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
}

pub(super) async fn run(setting: &Setting, command: Command) -> Outcome {
    let Command::Setup { check, url } = command;
    let stripe = bootstrap::stripe(&setting.config)?.ok_or_else(|| {
        let what = "stripe.secret_key is empty: copy it from Stripe's dashboard (Developers, API keys). A key typed in the office \
                    has its webhook created there, under Gateways";
        Failure::Usage(what.to_owned())
    })?;
    let url = webhook_url(setting, (GatewayKind::Stripe, "Stripe"), url)?;
    let mode = if stripe.is_live() { "live" } else { "test" };
    println!("Stripe, {mode} mode: webhook endpoint {url}");
    if check { check_endpoint(&stripe, &url).await } else { set_up(&stripe, &url).await }
}

async fn check_endpoint(stripe: &Stripe, url: &str) -> Outcome {
    verdict(&stripe.check_endpoint(url).await.map_err(|error| failed(&error))?)
}

async fn set_up(stripe: &Stripe, url: &str) -> Outcome {
    match stripe.set_up_endpoint(url).await.map_err(|error| failed(&error))? {
        Setup::Created { id, secret } => {
            println!("Created {id}. Stripe shows its secret this once; put this line under [stripe]:\n");
            println!("webhook_secret = \"{secret}\"\n");
        }
        Setup::Updated { id, mended, left } => {
            for fault in mended {
                println!("put right: {}", words(&fault));
            }
            print_faults(&left);
            print_about_secret(&id);
        }
        Setup::AsItShouldBe { id, left } => {
            println!("{id} exists and hears everything it should.");
            print_faults(&left);
            print_about_secret(&id);
        }
    }
    Ok(())
}

fn print_about_secret(id: &str) {
    println!(
        "Its secret cannot be read again here. If it is lost, roll it in Stripe's dashboard (Developers, Webhooks, {id},\n\
         Roll secret) and write the old and the new one, with a comma between, into stripe.webhook_secret until the old\n\
         one has expired."
    );
}

/// What was wrong, without the advice to run what just ran.
fn words(fault: &EndpointFault) -> String {
    match fault {
        EndpointFault::Disabled(id) => format!("{id} was disabled"),
        EndpointFault::Deaf { id, missing } => format!("{id} did not subscribe to {}", missing.join(", ")),
        EndpointFault::Missing(_) | EndpointFault::Version { .. } | EndpointFault::Mode(_) => {
            fault.to_string()
        }
    }
}

fn failed(error: &GatewayError) -> Failure {
    Failure::Failed(format!("stripe: {error}"))
}
