//! The certificates that sign PayPal's webhooks: fetched from where the webhook says, if that is PayPal's, and kept for a
//! while.
//!
//! An address from outside is never trusted with more than it must be: its host is compared with those that are
//! configured, redirects are not followed, an answer is short, and few are fetched at the same time.

use super::super::WebhookRejected;
use super::super::manners::{self, TransportError};
use super::Authorities;
use super::proof::Chain;
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Client;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use url::{Host, Url};

/// So many are kept, the latest ones: PayPal has two or three in use.
const KEPT: usize = 16;

/// For so long a certificate is not fetched again.
const KEPT_FOR: TimeDelta = TimeDelta::hours(12);

/// For so long one that could not be fetched is not tried again.
const TRIED_AGAIN_AFTER: TimeDelta = TimeDelta::seconds(30);

/// Fetched at the same time; whoever comes on top is asked to come again.
const AT_ONCE: usize = 2;

const WITHIN: Duration = Duration::from_secs(5);

/// A chain of certificates has a few kibibytes.
const BYTES_MAX: usize = 64 * 1024;

const URL_CHARS_MAX: usize = 512;

pub(super) struct Certificates {
    http: Client,
    hosts: Vec<String>,
    kept: Mutex<Vec<Kept>>,
    fetching: Semaphore,
}

#[derive(Clone)]
struct Kept {
    url: String,
    /// None: it could not be fetched.
    chain: Option<Arc<Chain>>,
    until: DateTime<Utc>,
}

impl Certificates {
    pub(super) fn new(hosts: &[String], authorities: &Authorities) -> Result<Self, TransportError> {
        let http = manners::client(authorities.client()?).build()?;
        let hosts = hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
        Ok(Self { http, hosts, kept: Mutex::default(), fetching: Semaphore::new(AT_ONCE) })
    }

    /// The chain at this address.
    ///
    /// # Errors
    /// The address is not PayPal's; or it could not be fetched now.
    pub(super) async fn at(&self, address: &str, now: DateTime<Utc>) -> Result<Arc<Chain>, WebhookRejected> {
        let url = self.allowed(address)?;
        let unchecked = WebhookRejected::Unchecked("the certificate could not be fetched");
        if let Some(kept) = self.find(url.as_str(), now) {
            return kept.chain.ok_or(unchecked);
        }
        let Ok(_turn) = self.fetching.try_acquire() else {
            return Err(WebhookRejected::Unchecked("other certificates are being fetched"));
        };
        let chain = match timeout(WITHIN, self.fetch(&url)).await {
            Ok(chain) => chain.map(Arc::new),
            Err(_elapsed) => None,
        };
        let lasts = if chain.is_some() { KEPT_FOR } else { TRIED_AGAIN_AFTER };
        self.keep(Kept { url: url.to_string(), chain: chain.clone(), until: now + lasts });
        chain.ok_or(unchecked)
    }

    /// Encrypted, and of a host that is named, or below it. In the clear only to this machine, where it is named: for a
    /// test double.
    fn allowed(&self, address: &str) -> Result<Url, WebhookRejected> {
        let foreign = |why: &str| WebhookRejected::Foreign(format!("the address of its certificate {why}"));
        if address.len() > URL_CHARS_MAX {
            return Err(foreign("is too long"));
        }
        let url = Url::parse(address).map_err(|_malformed| foreign("is none"))?;
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(foreign("holds more than it should"));
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        let is_named = self.hosts.iter().any(|named| {
            let below = host.strip_suffix(named.as_str()).is_some_and(|rest| rest.ends_with('.'));
            host == *named || (below && matches!(url.host(), Some(Host::Domain(_))))
        });
        if !is_named {
            return Err(foreign("is not PayPal's"));
        }
        let is_default_port = url.port().is_none();
        match url.scheme() {
            "https" if is_default_port || is_this_machine(&url) => Ok(url),
            "http" if is_this_machine(&url) => Ok(url),
            _ => Err(foreign("is not encrypted, or of another port")),
        }
    }

    async fn fetch(&self, url: &Url) -> Option<Chain> {
        let failed = |why: &str| {
            tracing::warn!(host = url.host_str(), why, "a certificate of PayPal's could not be fetched");
        };
        let answer = match self.http.get(url.clone()).send().await {
            Ok(answer) if answer.status().is_success() => answer,
            Ok(answer) => {
                failed(answer.status().as_str());
                return None;
            }
            Err(error) => {
                failed(manners::what_broke(&error));
                return None;
            }
        };
        let Ok(body) = manners::whole_body(answer, BYTES_MAX).await else {
            failed("the answer is cut off or too long");
            return None;
        };
        let chain = Chain::read(&body);
        if chain.is_none() {
            failed("the answer is no certificate");
        }
        chain
    }

    fn find(&self, url: &str, now: DateTime<Utc>) -> Option<Kept> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|kept| kept.url == url && now < kept.until).cloned()
    }

    /// What could not be fetched never drives out what was.
    fn keep(&self, fresh: Kept) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|old| old.url != fresh.url);
        if kept.len() >= KEPT {
            let place = kept.iter().position(|old| old.chain.is_none()).unwrap_or_default();
            if fresh.chain.is_none() && kept.iter().all(|old| old.chain.is_some()) {
                return;
            }
            kept.remove(place);
        }
        kept.push(fresh);
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificates(hosts: &[&str]) -> Certificates {
        let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        Certificates::new(&hosts, &Authorities::public()).unwrap()
    }

    #[test]
    fn certificates_are_fetched_from_paypal_only() {
        let of_paypal = certificates(&["paypal.com"]);
        for address in [
            "https://api.paypal.com/v1/notifications/certs/CERT-360caa42",
            "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1",
            "https://paypal.com/x",
            "https://API.PAYPAL.COM:443/x",
        ] {
            assert!(of_paypal.allowed(address).is_ok(), "{address}");
        }
        for address in [
            "http://api.paypal.com/x",
            "https://api.paypal.com:8443/x",
            "https://paypal.com.evil.example/x",
            "https://evilpaypal.com/x",
            "https://evil.example/paypal.com",
            "https://api.paypal.com@evil.example/x",
            "https://evil.example#api.paypal.com",
            "https://api.paypal.com/x#y",
            "https://user:pw@api.paypal.com/x",
            "https://127.0.0.1/x",
            "http://localhost/x",
            "https://[::ffff:127.0.0.1]/x",
            "https://169.254.169.254/latest/meta-data",
            "https://2130706433/x",
            "ftp://api.paypal.com/x",
            "file:///etc/passwd",
            "//api.paypal.com/x",
            "",
        ] {
            let refused = of_paypal.allowed(address);
            assert!(matches!(refused, Err(WebhookRejected::Foreign(_))), "{address}");
        }
        assert!(of_paypal.allowed(&format!("https://api.paypal.com/{}", "x".repeat(600))).is_err());
        let of_double = certificates(&["127.0.0.1"]);
        assert!(of_double.allowed("http://127.0.0.1:4010/certs/1").is_ok());
        for address in ["http://10.0.0.1/x", "https://1.127.0.0.1/x", "https://api.paypal.com/x"] {
            assert!(of_double.allowed(address).is_err(), "{address}");
        }
    }

    #[test]
    fn what_is_kept_is_bounded_in_number_and_time() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let certificates = certificates(&["paypal.com"]);
        for number in 0..100 {
            certificates.keep(Kept {
                url: format!("u{number}"),
                chain: None,
                until: now + TRIED_AGAIN_AFTER,
            });
        }
        assert_eq!(certificates.kept.lock().unwrap().len(), KEPT);
        assert!(certificates.find("u99", now).is_some());
        assert!(certificates.find("u99", now + TRIED_AGAIN_AFTER).is_none());
        assert!(certificates.find("u0", now).is_none());
    }
}
