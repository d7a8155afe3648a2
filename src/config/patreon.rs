//! `[patreon]`: the publication's page at Patreon.

use url::{Host, Url};

use super::merge::Layers;

/// The publication at Patreon.
#[derive(Clone, Debug)]
pub struct Patreon {
    /// Its page, with `https://`; `None`: no link leads there.
    pub page_url: Option<String>,
}

impl Patreon {
    pub(super) fn read(layers: &mut Layers) -> Option<Self> {
        const EXAMPLE: &str = "\"https://www.patreon.com/example\"";
        let page_url = layers.parse_optional("patreon.page_url", EXAMPLE, parse_page);
        Some(Self { page_url: page_url.ok()? })
    }
}

/// Readers are sent there: a slip must not send them elsewhere.
fn parse_page(text: &str) -> Result<String, String> {
    let refused = || "is no page of Patreon's: those begin with https://www.patreon.com/".to_owned();
    let url = Url::parse(text).map_err(|_no_url| refused())?;
    let is_theirs = match url.host() {
        Some(Host::Domain(host)) => host == "patreon.com" || host.ends_with(".patreon.com"),
        Some(Host::Ipv4(_) | Host::Ipv6(_)) | None => false,
    };
    let is_plain = url.username().is_empty() && url.password().is_none() && url.port().is_none();
    if url.scheme() == "https" && is_theirs && is_plain && url.path().len() > 1 {
        Ok(url.into())
    } else {
        Err(refused())
    }
}
