//! `[patreon]`: the publication's page at Patreon, and the app that reads its members there.

use std::time::Duration;

use url::{Host, Url};

use super::gateway_base::{Strictness, parse_api_base};
use super::merge::Layers;
use super::read::Reported;
use super::secret::Secret;

/// Patreon's own address.
const API_BASE: &str = "https://www.patreon.com";

/// The publication at Patreon.
#[derive(Clone, Debug)]
pub struct Patreon {
    /// Its page, with `https://`; `None`: no link leads there.
    pub page_url: Option<String>,
    /// Whether a member and a donor with one address, proven on both sides, are made one person without asking.
    pub join_by_address: bool,
    /// The app; `None`: members are not read.
    pub app: Option<PatreonApp>,
}

/// The app at Patreon, and how it is spoken to.
#[derive(Clone, Debug)]
pub struct PatreonApp {
    /// Names it.
    pub client_id: String,
    /// Opens it.
    pub client_secret: Secret<String>,
    /// The creator's own tokens; `None`: the account is connected in the office.
    pub tokens: Option<PatreonTokens>,
    /// Patreon's number of the publication; `None`: its only one.
    pub campaign_id: Option<String>,
    /// Signs webhooks that were created by hand.
    pub webhook_secret: Option<Secret<String>>,
    /// The address of its interface, without a slash at the end.
    pub api_base: String,
    /// How long one call may take.
    pub timeout: Duration,
}

/// A pair of tokens.
#[derive(Clone, Debug)]
pub struct PatreonTokens {
    /// Opens the account.
    pub access: Secret<String>,
    /// Gets the next pair, once; `None`: there is no next.
    pub refresh: Option<Secret<String>>,
}

impl Patreon {
    pub(super) fn read(layers: &mut Layers, strictness: Strictness) -> Option<Self> {
        const EXAMPLE: &str = "\"https://www.patreon.com/example\"";
        let page_url = layers.parse_optional("patreon.page_url", EXAMPLE, parse_page);
        let join_by_address = layers.boolean("patreon.join_by_address");
        let app = PatreonApp::read(layers, strictness);
        Some(Self { page_url: page_url.ok()?, join_by_address, app: app.ok()? })
    }
}

impl PatreonApp {
    /// `None`: off. The address is checked all the same.
    fn read(layers: &mut Layers, strictness: Strictness) -> Result<Option<Self>, Reported> {
        const WORD: &str = "\"aB3...\"";
        let mut word = |key: &str| layers.parse_optional(&format!("patreon.{key}"), WORD, parse_word);
        let (client_id, client_secret) = (word("client_id"), word("client_secret"));
        let (access, refresh) = (word("access_token"), word("refresh_token"));
        let (campaign_id, webhook_secret) = (word("campaign_id"), word("webhook_secret"));
        let api_base = layers.parse("patreon.api_base", &format!("\"{API_BASE}\""), |text| {
            parse_api_base(text, ("Patreon", &[API_BASE]), strictness)
        });
        let timeout = layers.number("patreon.timeout_s", 1..=120).map(Duration::from_secs);
        let (client_id, client_secret, access, refresh) = (client_id?, client_secret?, access?, refresh?);
        let (campaign_id, webhook_secret) = (campaign_id?, webhook_secret?);
        let others = access.is_some() || refresh.is_some() || webhook_secret.is_some();
        let where_it_is = "copy it from patreon.com/portal (Clients & API Keys), or empty all of them";
        let (client_id, client_secret) = match (client_id, client_secret) {
            (None, None) if !others => return Ok(None),
            (None, _) => {
                let what = format!("is empty, but another key is given: {where_it_is}");
                layers.reject("patreon.client_id", what, WORD);
                return Err(Reported);
            }
            (Some(_), None) => {
                let what = format!("is empty, but client_id is given: {where_it_is}");
                layers.reject("patreon.client_secret", what, WORD);
                return Err(Reported);
            }
            (Some(id), Some(secret)) => (id, secret),
        };
        let tokens = match (access, refresh) {
            (None, None) => None,
            (None, Some(_)) => {
                let what = "is empty, but refresh_token is given: the two belong together";
                layers.reject("patreon.access_token", what, WORD);
                return Err(Reported);
            }
            (Some(access), refresh) => {
                Some(PatreonTokens { access: Secret::new(access), refresh: refresh.map(Secret::new) })
            }
        };
        Ok(Some(Self {
            client_id,
            client_secret: Secret::new(client_secret),
            tokens,
            campaign_id,
            webhook_secret: webhook_secret.map(Secret::new),
            api_base: api_base.ok_or(Reported)?,
            timeout: timeout.ok_or(Reported)?,
        }))
    }
}

/// One word of letters that a header can carry.
fn parse_word(text: &str) -> Result<String, String> {
    if text.len() <= 255 && text.bytes().all(|b| b.is_ascii_graphic()) {
        Ok(text.to_owned())
    } else {
        Err("is cut off, or holds more than one word of letters and digits".to_owned())
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
