//! `[server]`: where it listens, what it believes, how much it accepts.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::thread;
use std::time::Duration;

use url::Url;

use super::merge::Layers;
use super::read::{Reported, choose};
use super::secret::Secret;

/// Whether the site is for trying things out or for real money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Works without any setting; mail goes to files, the sandbox gateway is on.
    Development,
    /// Refuses every setting that is only good for development.
    Production,
}

impl Mode {
    /// Whether real money may be involved.
    pub fn is_production(self) -> bool {
        self == Self::Production
    }

    pub(super) fn read(layers: &mut Layers) -> Self {
        const CHOICES: [(&str, Mode); 2] =
            [("development", Mode::Development), ("production", Mode::Production)];
        let mode = layers.parse("server.mode", "\"production\"", |text| choose(text, &CHOICES));
        mode.unwrap_or(Self::Development)
    }
}

/// Who may read `/metrics`.
#[derive(Clone, Debug)]
pub enum MetricsAccess {
    /// Everybody; only in development.
    Open,
    /// Whoever sends this bearer token.
    Token(Secret<String>),
    /// Nobody: the route does not exist.
    Off,
}

/// The web server.
#[derive(Clone, Debug)]
pub struct Server {
    /// Address and port to listen on; port 0 takes any free one.
    pub bind: SocketAddr,
    /// The address visitors see, without a slash at the end; `None`: the bound address.
    pub public_url: Option<String>,
    /// How many entries of `X-Forwarded-For`, counted from the right, are believed.
    pub trusted_proxies: usize,
    /// Development or production.
    pub mode: Mode,
    /// Threads that serve the web; 0 stands for one a core, see [`Server::worker_count`].
    pub workers: usize,
    /// Who may read `/metrics`.
    pub metrics: MetricsAccess,
    /// How long running work may take to finish after a stop signal.
    pub shutdown_timeout: Duration,
    /// How long everything is still served after a stop signal, for a load balancer to turn away.
    pub drain: Duration,
    /// Largest form body, in bytes.
    pub form_bytes_max: usize,
    /// Largest webhook body, in bytes.
    pub webhook_bytes_max: usize,
    /// Largest body of a JSON API request, in bytes.
    pub api_bytes_max: usize,
    /// Origins of other sites whose pages may use the public API.
    pub cors_origins: Vec<String>,
    /// Whether production may talk to gateway addresses other than the gateway's own.
    pub allow_custom_gateways: bool,
    /// Whether outgoing webhooks may go to this machine and its network, and without TLS.
    pub outgoing_inside: bool,
}

impl Server {
    /// The address for links, such as `https://give.example.org`: the configured one, else the one really bound.
    pub fn public_url_when_bound_to(&self, bound: SocketAddr) -> String {
        if let Some(url) = &self.public_url {
            return url.clone();
        }
        // Nobody can open http://0.0.0.0/ in a browser everywhere.
        let ip = if bound.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { bound.ip() };
        format!("http://{}", SocketAddr::new(ip, bound.port()))
    }

    /// The host name visitors see, as in the addresses of mails: `give.example.org` or `127.0.0.1`.
    pub fn public_host(&self) -> String {
        let url = Url::parse(&self.public_url_when_bound_to(self.bind)).ok();
        url.as_ref().and_then(Url::host_str).unwrap_or("localhost").to_owned()
    }

    /// Threads that serve the web, at least one.
    pub fn worker_count(&self) -> usize {
        match self.workers {
            0 => thread::available_parallelism().map_or(1, std::num::NonZero::get),
            count => count,
        }
    }

    pub(super) fn read(layers: &mut Layers, mode: Mode) -> Option<Self> {
        let bind = layers.parse("server.bind", "\"127.0.0.1:8080\"", |text| {
            text.parse().map_err(|_unparsable| "is not an IP address with a port".to_owned())
        });
        let public_url = read_public_url(layers, mode);
        let trusted_proxies = layers.number("server.trusted_proxies", 0..=10);
        let workers = layers.number("server.workers", 0..=1024);
        let metrics = match (layers.secret("server.metrics_token"), mode) {
            (Some(token), _) => MetricsAccess::Token(token),
            (None, Mode::Development) => MetricsAccess::Open,
            (None, Mode::Production) => MetricsAccess::Off,
        };
        let shutdown_timeout = layers.seconds("server.shutdown_timeout_s");
        let drain = layers.number("server.drain_s", 0..=3600).map(Duration::from_secs);
        let form_bytes_max = read_body_limit(layers, "server.form_bytes_max");
        let webhook_bytes_max = read_body_limit(layers, "server.webhook_bytes_max");
        let api_bytes_max = read_body_limit(layers, "server.api_bytes_max");
        let cors_origins = read_origins(layers, "server.cors_origins");
        Some(Self {
            bind: bind?,
            public_url: public_url.ok()?,
            trusted_proxies: trusted_proxies?,
            mode,
            workers: workers?,
            metrics,
            shutdown_timeout: shutdown_timeout?,
            drain: drain?,
            form_bytes_max: form_bytes_max?,
            webhook_bytes_max: webhook_bytes_max?,
            api_bytes_max: api_bytes_max?,
            cors_origins: cors_origins?,
            allow_custom_gateways: layers.boolean("server.allow_custom_gateways"),
            outgoing_inside: layers.boolean("server.outgoing_inside"),
        })
    }
}

/// A body limit below 1 KiB would refuse every honest request, one above 64 MiB would let a few fill the memory.
fn read_body_limit(layers: &mut Layers, path: &str) -> Option<usize> {
    layers.number(path, 1024..=67_108_864)
}

fn read_public_url(layers: &mut Layers, mode: Mode) -> Result<Option<String>, Reported> {
    const EXAMPLE: &str = "\"https://give.example.org\"";
    let url = layers.parse_optional("server.public_url", EXAMPLE, |text| {
        let url = Url::parse(text).map_err(|error| format!("is not a URL: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err("does not start with https:// or http://".to_owned());
        }
        if mode.is_production() && url.scheme() != "https" {
            return Err("is not encrypted; production needs https://".to_owned());
        }
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !is_bare || !url.username().is_empty() || url.password().is_some() {
            return Err(
                "holds more than scheme, host and port; Mainstay has a host name of its own".to_owned()
            );
        }
        Ok(url.as_str().trim_end_matches('/').to_owned())
    })?;
    if url.is_none() && mode.is_production() {
        let what = "is empty; production needs the https:// address that visitors see";
        layers.reject("server.public_url", what, EXAMPLE);
        return Err(Reported);
    }
    Ok(url)
}

/// A list of origins, each as a browser writes it.
pub(super) fn read_origins(layers: &mut Layers, path: &str) -> Option<Vec<String>> {
    let list = layers.list(path);
    for text in &list {
        let origin = Url::parse(text).map(|url| url.origin().ascii_serialization());
        // A policy is a list with commas and semicolons, which may stand in the name of a host.
        if origin.as_deref() != Ok(text.as_str()) || text.contains([',', ';', '\'', '*']) {
            layers.reject(
                path,
                format!("holds “{text}”, which is no origin"),
                "[\"https://www.example.org\"]",
            );
            return None;
        }
    }
    Some(list)
}
