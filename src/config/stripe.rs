//! `[stripe]`: cards and wallets.

use std::time::Duration;

use url::Url;

use super::gateway_base::{self, Purpose, Strictness};
use super::merge::Layers;
use super::read::Reported;
use super::secret::Secret;
use super::server::Mode;
use crate::domain::gateway_key;

/// Stripe's own address.
const API_BASE: &str = "https://api.stripe.com";

/// Where its payment pages and the page for another card are.
const PAGES: [&str; 2] = ["https://checkout.stripe.com", "https://billing.stripe.com"];

/// Stripe accepts so much, in hundredths of a percent, for no card.
const MOST_BASIS_POINTS: i64 = 2_000;

/// The keys of the account at Stripe.
#[derive(Clone, Debug)]
pub struct Stripe {
    /// Opens the account's interface: `sk_` or `rk_`, then `live_` or `test_`.
    pub secret_key: Secret<String>,
    /// Sign its webhooks: one, or two while the secret is being changed. Empty only for [`Purpose::StripeSetup`].
    pub webhook_secrets: Vec<Secret<String>>,
}

/// How Stripe is spoken to, wherever its keys come from.
#[derive(Clone, Debug)]
pub struct StripeTerms {
    /// The address of its interface, without a slash at the end.
    pub api_base: String,
    /// Origins of its pages.
    pub page_origins: Vec<String>,
    /// The account's name, `acct_…`.
    pub account_id: Option<String>,
    /// What it usually keeps of a payment, in hundredths of a percent.
    pub fee_basis_points: i64,
    /// What it usually keeps on top, in minor units.
    pub fee_fixed_minor: i64,
    /// How long one call may take.
    pub timeout: Duration,
}

impl Stripe {
    /// `None`: no keys in the configuration.
    pub(super) fn read(layers: &mut Layers, strictness: Strictness) -> Result<Option<Self>, Reported> {
        const KEY: &str = "\"sk_live_...\"";
        const SECRET: &str = "\"whsec_...\"";
        let secret_key =
            layers.parse_optional("stripe.secret_key", KEY, |text| parse_key(text, strictness.mode));
        let webhook_secrets = layers.parse_optional("stripe.webhook_secret", SECRET, parse_webhook_secrets);
        let (secret_key, webhook_secrets) = match (secret_key?, webhook_secrets?) {
            (None, None) => return Ok(None),
            (None, Some(_)) => {
                let what = "is empty, but webhook_secret is given: copy the secret key from Stripe's dashboard \
                            (Developers, API keys), or empty both";
                layers.reject("stripe.secret_key", what, KEY);
                return Err(Reported);
            }
            (Some(key), None) if strictness.purpose == Purpose::StripeSetup => (key, Vec::new()),
            (Some(_), None) => {
                let what = "is empty, but secret_key is given: run `mainstay stripe setup`, which creates the webhook \
                            endpoint and prints this line, or empty both";
                layers.reject("stripe.webhook_secret", what, SECRET);
                return Err(Reported);
            }
            (Some(key), Some(secrets)) => (key, secrets),
        };
        Ok(Some(Self { secret_key, webhook_secrets }))
    }
}

impl StripeTerms {
    pub(super) fn read(layers: &mut Layers, strictness: Strictness) -> Option<Self> {
        let api_base = layers
            .parse("stripe.api_base", &format!("\"{API_BASE}\""), |text| parse_api_base(text, strictness));
        let page_origins = read_page_origins(layers, api_base.as_deref());
        let account_id = layers.parse_optional("stripe.account_id", "\"acct_...\"", parse_account);
        let fee_basis_points = layers.number("stripe.fee_basis_points", 0..=MOST_BASIS_POINTS);
        let fee_fixed_minor = layers.number("stripe.fee_fixed_minor", 0..=10_000);
        let timeout = layers.number("stripe.timeout_s", 1..=120).map(Duration::from_secs);
        Some(Self {
            api_base: api_base?,
            page_origins: page_origins?,
            account_id: account_id.ok()?,
            fee_basis_points: fee_basis_points?,
            fee_fixed_minor: fee_fixed_minor?,
            timeout: timeout?,
        })
    }
}

fn parse_key(text: &str, mode: Mode) -> Result<Secret<String>, String> {
    gateway_key::stripe_key(text, mode.is_production()).map(|_mode| Secret::new(text.to_owned()))
}

fn parse_webhook_secrets(text: &str) -> Result<Vec<Secret<String>>, String> {
    let secrets: Vec<&str> = text.split(',').map(str::trim).collect();
    if secrets.len() > 2 {
        return Err(
            "holds more than two secrets; keep the one in force, and the next one while changing".to_owned()
        );
    }
    if secrets.iter().all(|secret| gateway_key::is_signing_secret(secret)) {
        Ok(secrets.into_iter().map(|secret| Secret::new(secret.to_owned())).collect())
    } else {
        Err("is no signing secret: those begin with whsec_; two are separated by a comma".to_owned())
    }
}

fn parse_api_base(text: &str, strictness: Strictness) -> Result<String, String> {
    gateway_base::parse_api_base(text, ("Stripe", &[API_BASE]), strictness)
}

/// Where Stripe's pages are: Stripe's own, those of a test double, and the publisher's own domain for them.
fn read_page_origins(layers: &mut Layers, api_base: Option<&str>) -> Option<Vec<String>> {
    const PATH: &str = "stripe.page_origins";
    let mut origins: Vec<String> = match api_base {
        Some(API_BASE) | None => PAGES.map(str::to_owned).into(),
        Some(double) => {
            Url::parse(double).ok().map(|url| url.origin().ascii_serialization()).into_iter().collect()
        }
    };
    for text in layers.list(PATH) {
        let origin = Url::parse(&text).ok().map(|url| url.origin().ascii_serialization());
        if origin.as_deref() != Some(text.as_str()) || !text.starts_with("https://") {
            layers.reject(PATH, format!("`{text}` is not an origin"), "[\"https://pay.example.org\"]");
            return None;
        }
        origins.push(text);
    }
    Some(origins)
}

fn parse_account(text: &str) -> Result<String, String> {
    match text.strip_prefix("acct_") {
        Some(rest) if !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric()) => {
            Ok(text.to_owned())
        }
        Some(_) | None => Err("is no account of Stripe's: those begin with acct_".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn webhook_secrets_are_one_or_two() {
        let count = |text| parse_webhook_secrets(text).map(|secrets| secrets.len());
        assert_eq!(count("whsec_abcdefgh"), Ok(1));
        assert_eq!(count("whsec_abcdefgh, whsec_ijklmnop"), Ok(2));
        for bad in
            ["whsec_abcdefgh,", "whsec_", "sk_live_abcdefgh", "whsec_aaaaaaaa,whsec_bbbbbbbb,whsec_cccccccc"]
        {
            assert!(count(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn other_addresses_are_for_development() {
        let read = |text, mode, allow_custom_gateways| {
            parse_api_base(text, Strictness { mode, allow_custom_gateways, purpose: Purpose::Site })
        };
        assert_eq!(read("https://api.stripe.com/", Mode::Production, false).unwrap(), API_BASE);
        let double = "http://127.0.0.1:4010";
        assert_eq!(read(double, Mode::Development, false).unwrap(), double);
        assert_eq!(read(double, Mode::Production, true).unwrap(), double);
        assert!(read(double, Mode::Production, false).unwrap_err().contains("allow_custom_gateways"));
        assert_eq!(read("http://[::1]:9/x/", Mode::Development, false).unwrap(), "http://[::1]:9/x");
        let elsewhere = "http://stripe.example.org";
        assert!(read(elsewhere, Mode::Development, false).is_ok());
        assert!(read(elsewhere, Mode::Production, true).unwrap_err().contains("not encrypted"));
        for bad in ["ftp://127.0.0.1", "stripe", "https://a@b", "https://a/?b=c", ""] {
            assert!(read(bad, Mode::Development, true).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_account_has_a_name() {
        assert_eq!(parse_account("acct_1abc"), Ok("acct_1abc".to_owned()));
        for bad in ["acct_", "1abc", "acct_1/2"] {
            assert!(parse_account(bad).is_err(), "{bad}");
        }
    }
}
