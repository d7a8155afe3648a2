//! `[paypal]`: gifts from accounts at PayPal.

use std::path::Path;
use std::time::Duration;

use super::gateway_base::{Purpose, Strictness, origin_of, parse_api_base};
use super::merge::Layers;
use super::read::Reported;
use super::secret::Secret;
use crate::domain::gateway_key;

/// PayPal's own address.
const API_BASE: &str = "https://api-m.paypal.com";

/// The same, by its older name.
const OLD_BASE: &str = "https://api.paypal.com";

/// PayPal's test environment.
const SANDBOX_BASE: &str = "https://api-m.sandbox.paypal.com";
const SANDBOX_BASES: [&str; 2] = [SANDBOX_BASE, "https://api.sandbox.paypal.com"];

/// Where its pages are.
const PAGES: &str = "https://www.paypal.com";
const SANDBOX_PAGES: &str = "https://www.sandbox.paypal.com";

/// Whose certificates sign webhooks.
const CERTIFICATE_HOST: &str = "paypal.com";

/// PayPal keeps less of every payment.
const MOST_BASIS_POINTS: i64 = 2_000;

/// What opens the app at PayPal.
#[derive(Clone, Debug)]
pub struct Paypal {
    /// Names the app.
    pub client_id: String,
    /// Opens it.
    pub client_secret: Secret<String>,
    /// The webhook whose events are believed. Empty only for [`Purpose::PaypalSetup`].
    pub webhook_id: String,
}

/// Where PayPal is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaypalPlace {
    /// The address of its interface, without a slash at the end.
    pub api_base: String,
    /// Origins of its pages.
    pub page_origins: Vec<String>,
}

/// How PayPal is spoken to, wherever the app comes from.
#[derive(Clone, Debug)]
pub struct PaypalTerms {
    /// For the app of the configuration.
    pub place: PaypalPlace,
    /// For live apps that were typed in the office. A test double that is configured stands for this and the next.
    pub live: PaypalPlace,
    /// For apps of PayPal's test environment that were typed in the office.
    pub test: PaypalPlace,
    /// Hosts of the certificates of webhooks.
    pub certificate_hosts: Vec<String>,
    /// Certificates of the authorities that are trusted for these, in PEM; none: the public ones.
    pub authorities: Option<Vec<u8>>,
    /// What it usually keeps of a payment, in hundredths of a percent.
    pub fee_basis_points: i64,
    /// What it usually keeps on top, in minor units.
    pub fee_fixed_minor: i64,
    /// How long one call may take.
    pub timeout: Duration,
}

impl PaypalPlace {
    fn at(api_base: &str) -> Self {
        Self { api_base: api_base.to_owned(), page_origins: pages_of(api_base) }
    }
}

impl PaypalTerms {
    pub(super) fn read(layers: &mut Layers, strictness: Strictness) -> Option<Self> {
        let own: &[&str] = &[API_BASE, OLD_BASE];
        let api_base = layers.parse("paypal.api_base", &format!("\"{API_BASE}\""), |text| {
            parse_api_base(text, ("PayPal", own), strictness)
        });
        let certificate_hosts = read_hosts(layers, strictness);
        let authorities =
            layers.parse_optional("paypal.webhook_ca_file", "\"/etc/mainstay/ca.pem\"", |text| {
                if strictness.wants_own() {
                    return Err(
                        "names other authorities than the public ones; production refuses that unless \
                            server.allow_custom_gateways = true"
                            .to_owned(),
                    );
                }
                std::fs::read(Path::new(text)).map_err(|error| format!("cannot be read: {error}"))
            });
        let fee_basis_points = layers.number("paypal.fee_basis_points", 0..=MOST_BASIS_POINTS);
        let fee_fixed_minor = layers.number("paypal.fee_fixed_minor", 0..=10_000);
        let timeout = layers.number("paypal.timeout_s", 1..=120).map(Duration::from_secs);
        let api_base = api_base?;
        let (live, test) = typed_bases(&api_base);
        Some(Self {
            live: PaypalPlace::at(live),
            test: PaypalPlace::at(test),
            place: PaypalPlace::at(&api_base),
            certificate_hosts: certificate_hosts?,
            authorities: authorities.ok()?,
            fee_basis_points: fee_basis_points?,
            fee_fixed_minor: fee_fixed_minor?,
            timeout: timeout?,
        })
    }
}

/// Where apps are that were typed in the office: live ones, and those of the test environment.
fn typed_bases(configured: &str) -> (&str, &str) {
    if [API_BASE, OLD_BASE].contains(&configured) || SANDBOX_BASES.contains(&configured) {
        (API_BASE, SANDBOX_BASE)
    } else {
        (configured, configured)
    }
}

impl Paypal {
    /// `None`: no app in the configuration.
    pub(super) fn read(layers: &mut Layers, strictness: Strictness) -> Result<Option<Self>, Reported> {
        const ID: &str = "\"A...\"";
        const WEBHOOK: &str = "\"8PT597110X687430LKGECATA\"";
        let client_id = layers.parse_optional("paypal.client_id", ID, parse_word);
        let client_secret = layers.parse_optional("paypal.client_secret", "\"E...\"", parse_word);
        let webhook_id = layers.parse_optional("paypal.webhook_id", WEBHOOK, parse_word);
        let mut lacks = |key: &str, what: &str, example: &str| {
            layers.reject(key, what, example);
            Err(Reported)
        };
        let where_it_is = "copy it from developer.paypal.com (Apps & Credentials), or empty all three";
        match (client_id?, client_secret?, webhook_id?) {
            (None, None, None) => Ok(None),
            (None, _, _) => {
                lacks("paypal.client_id", &format!("is empty, but another key is given: {where_it_is}"), ID)
            }
            (Some(_), None, _) => {
                let what = format!("is empty, but client_id is given: {where_it_is}");
                lacks("paypal.client_secret", &what, "\"E...\"")
            }
            (Some(client_id), Some(secret), None) if strictness.purpose == Purpose::PaypalSetup => {
                Ok(Some(Self { client_id, client_secret: Secret::new(secret), webhook_id: String::new() }))
            }
            (Some(_), Some(_), None) => {
                let what = "is empty, but client_id is given: run `mainstay paypal setup`, which creates the webhook \
                            and prints this line, or empty all three";
                lacks("paypal.webhook_id", what, WEBHOOK)
            }
            (Some(client_id), Some(secret), Some(webhook_id)) => {
                Ok(Some(Self { client_id, client_secret: Secret::new(secret), webhook_id }))
            }
        }
    }
}

/// One word of letters that a header can carry.
fn parse_word(text: &str) -> Result<String, String> {
    gateway_key::paypal_word(text).map(|()| text.to_owned())
}

/// Where donors agree: PayPal's own pages, those of its test environment, or those of a test double.
fn pages_of(api_base: &str) -> Vec<String> {
    if SANDBOX_BASES.contains(&api_base) {
        vec![SANDBOX_PAGES.to_owned()]
    } else if api_base.ends_with(".paypal.com") {
        vec![PAGES.to_owned()]
    } else {
        origin_of(api_base).into_iter().collect()
    }
}

fn read_hosts(layers: &mut Layers, strictness: Strictness) -> Option<Vec<String>> {
    const PATH: &str = "paypal.webhook_cert_hosts";
    let hosts = layers.list(PATH);
    let example = format!("[\"{CERTIFICATE_HOST}\"]");
    if hosts.is_empty() {
        layers.reject(PATH, "names no host: no webhook could be believed", &example);
        return None;
    }
    for host in &hosts {
        let is_paypals = host == CERTIFICATE_HOST || host.ends_with(".paypal.com");
        if strictness.wants_own() && !is_paypals {
            let what = format!(
                "`{host}` is not PayPal's; production refuses it unless server.allow_custom_gateways = true"
            );
            layers.reject(PATH, what, &example);
            return None;
        }
        let is_host = url::Host::parse(host).is_ok_and(|parsed| parsed.to_string() == *host);
        if !is_host {
            layers.reject(PATH, format!("`{host}` is no host"), &example);
            return None;
        }
    }
    Some(hosts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_the_address() {
        assert_eq!(pages_of(API_BASE), [PAGES]);
        assert_eq!(pages_of("https://api-m.sandbox.paypal.com"), [SANDBOX_PAGES]);
        assert_eq!(pages_of("http://127.0.0.1:4010/x"), ["http://127.0.0.1:4010"]);
    }

    #[test]
    fn typed_apps_are_at_paypal_unless_a_double_is_configured() {
        for own in [API_BASE, OLD_BASE, SANDBOX_BASE] {
            assert_eq!(typed_bases(own), (API_BASE, SANDBOX_BASE));
        }
        assert_eq!(typed_bases("http://127.0.0.1:9"), ("http://127.0.0.1:9", "http://127.0.0.1:9"));
    }
}
