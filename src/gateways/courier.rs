//! The way out for webhooks of this site: to addresses of the open internet only, to the one that was looked at, and no
//! further.

use super::addresses::is_public;
use reqwest::{Client, Url, redirect, retry};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::lookup_host;
use tokio::time::timeout;

/// How long a receiver may take for everything together.
const WITHIN: Duration = Duration::from_secs(5);

/// Why nothing was handed over. Says nothing about what is inside our network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CourierError {
    /// The address is none that is delivered to.
    #[error("{0}")]
    Address(&'static str),
    /// There was no answer.
    #[error("{0}")]
    NoAnswer(&'static str),
}

/// Hands webhooks over.
#[derive(Debug, Clone, Copy)]
pub struct Courier {
    inside: bool,
}

/// What is handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// To where.
    pub url: String,
    /// JSON.
    pub body: String,
    /// Headers of ours.
    pub headers: [(&'static str, String); 3],
}

impl Courier {
    /// `inside`: also to this machine and its network, and without TLS; for trying things out.
    pub fn new(inside: bool) -> Self {
        Self { inside }
    }

    /// Whether an address may be delivered to, as far as its text says.
    pub fn check(self, url: &str) -> Result<Url, CourierError> {
        let url = Url::parse(url).map_err(|_malformed| CourierError::Address("this is no address"))?;
        let is_https = url.scheme() == "https";
        if !(is_https || self.inside && url.scheme() == "http") {
            return Err(CourierError::Address("only https is delivered to"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(CourierError::Address("an address with a password is not delivered to"));
        }
        if url.host_str().is_none() {
            return Err(CourierError::Address("this address names no host"));
        }
        Ok(url)
    }

    /// Hands a parcel over, and returns the status that the receiver answers with. What else it says is not read.
    pub async fn deliver(self, parcel: &Parcel) -> Result<u16, CourierError> {
        let url = self.check(&parcel.url)?;
        match timeout(WITHIN, self.hand_over(url, parcel)).await {
            Ok(answer) => answer,
            Err(_elapsed) => Err(CourierError::NoAnswer("no answer within 5 seconds")),
        }
    }

    async fn hand_over(self, url: Url, parcel: &Parcel) -> Result<u16, CourierError> {
        let addresses = self.look_up(&url).await?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let failed = |_why| CourierError::NoAnswer("the request cannot be made");
        let tls =
            super::tls::client().map_err(|_why| CourierError::NoAnswer("the request cannot be made"))?;
        // Looked up once: between a look and a second one, a name can come to mean another address.
        let client = Client::builder()
            .user_agent(concat!("mainstay/", env!("CARGO_PKG_VERSION")))
            .tls_backend_preconfigured(tls)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .retry(retry::never())
            .resolve_to_addrs(&host, &addresses)
            .build()
            .map_err(failed)?;
        let mut request =
            client.post(url).header("content-type", "application/json").body(parcel.body.clone());
        for (name, value) in &parcel.headers {
            request = request.header(*name, value);
        }
        let answer = request.send().await.map_err(|_why| CourierError::NoAnswer("no connection"))?;
        Ok(answer.status().as_u16())
    }

    async fn look_up(self, url: &Url) -> Result<Vec<SocketAddr>, CourierError> {
        let port = url.port_or_known_default().unwrap_or(443);
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let unknown = CourierError::NoAnswer("the host is not known");
        let found: Vec<SocketAddr> =
            lookup_host((host, port)).await.map_err(|_why| unknown.clone())?.collect();
        if found.is_empty() {
            return Err(unknown);
        }
        // One inside among several is enough to turn back.
        if !self.inside && found.iter().any(|address| !is_public(address.ip())) {
            return Err(CourierError::Address("this host is not on the open internet"));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_is_handed_over_inside_or_in_the_clear() {
        let courier = Courier::new(false);
        let parcel = |url: &str| Parcel {
            url: url.to_owned(),
            body: "{}".into(),
            headers: [("a", String::new()), ("b", String::new()), ("c", String::new())],
        };
        for url in [
            "http://example.org/",
            "ftp://example.org/",
            "file:///etc/passwd",
            "https://user:pw@example.org/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://localhost/",
            "https://169.254.169.254/latest/meta-data",
            "https://0x7f000001/",
            "https://2130706433/",
            "https://[::ffff:10.0.0.1]/",
            "https://10.1.2.3:8443/x",
            "",
        ] {
            let refused = courier.deliver(&parcel(url)).await.unwrap_err();
            assert!(matches!(refused, CourierError::Address(_)), "{url}: {refused}");
        }
    }
}
