//! Addresses of gateways' interfaces: their own, or in development those of a test double.

use url::{Host, Url};

use super::server::Mode;

/// What the settings are read for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// Running the site: everything must be there.
    #[default]
    Site,
    /// Creating Stripe's webhook endpoint, which gives the secret that is then still missing.
    StripeSetup,
    /// Creating PayPal's webhook, whose id is then still missing.
    PaypalSetup,
}

/// What decides which addresses are allowed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strictness {
    pub(super) mode: Mode,
    pub(super) allow_custom_gateways: bool,
    pub(super) purpose: Purpose,
}

impl Strictness {
    /// Whether only what is the gateway's own is allowed.
    pub(super) fn wants_own(self) -> bool {
        self.mode.is_production() && !self.allow_custom_gateways
    }
}

/// Reads an address, which is one of `own` of this gateway where nothing else is allowed.
pub(super) fn parse_api_base(
    text: &str,
    (whose, own): (&str, &[&str]),
    strictness: Strictness,
) -> Result<String, String> {
    let base = text.trim_end_matches('/');
    if own.contains(&base) {
        return Ok(base.to_owned());
    }
    if strictness.wants_own() {
        return Err(format!(
            "is not {whose}'s own address; production refuses it unless server.allow_custom_gateways = true"
        ));
    }
    let url = Url::parse(base).map_err(|error| format!("is not a URL: {error}"))?;
    let this_machine = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => return Err("names no host".to_owned()),
    };
    let is_bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    match url.scheme() {
        _ if !is_bare || url.password().is_some() => {
            Err("holds more than scheme, host, port and path".to_owned())
        }
        "https" => Ok(base.to_owned()),
        "http" if this_machine || !strictness.mode.is_production() => Ok(base.to_owned()),
        // A live key must not travel in the clear.
        "http" => Err("is not encrypted; production allows http:// to this machine only".to_owned()),
        _ => Err("does not start with https://".to_owned()),
    }
}

/// The origin of an address.
pub(super) fn origin_of(address: &str) -> Option<String> {
    Url::parse(address).ok().map(|url| url.origin().ascii_serialization())
}
