//! What the commands that set up a gateway's webhook have in common.

use super::{Failure, Outcome, Setting};
use crate::domain::pledge::GatewayKind;
use std::fmt::Display;
use url::Url;

/// Where a gateway sends webhooks: told by the operator, else where the site is seen.
pub(super) fn webhook_url(
    setting: &Setting,
    (gateway, name): (GatewayKind, &str),
    given: Option<String>,
) -> Result<String, Failure> {
    if let Some(given) = given {
        let url = Url::parse(&given).map_err(|error| Failure::Usage(format!("--url {given}: {error}")))?;
        return if matches!(url.scheme(), "http" | "https") && url.has_host() {
            Ok(url.into())
        } else {
            Err(Failure::Usage(format!("--url {given} does not begin with https://")))
        };
    }
    configured_url(setting, gateway).ok_or_else(|| {
        let what = "must reach the site: set server.public_url, or name the address with --url";
        Failure::Usage(format!("{name} {what}"))
    })
}

/// The address that follows from the configuration; none if only this machine can reach it.
pub(super) fn configured_url(setting: &Setting, gateway: GatewayKind) -> Option<String> {
    let public = setting.config.server.public_url.as_ref();
    public.map(|public| format!("{public}/webhooks/{}", gateway.as_str()))
}

/// Says what is to be looked at.
pub(super) fn print_faults(faults: &[impl Display]) {
    for fault in faults {
        println!("look: {fault}");
    }
}

/// Says what is wrong with a webhook; that is a failure.
pub(super) fn verdict(faults: &[impl Display]) -> Outcome {
    print_faults(faults);
    if faults.is_empty() {
        println!("All is well.");
        return Ok(());
    }
    Err(Failure::Failed(format!("{} thing(s) to put right", faults.len())))
}
