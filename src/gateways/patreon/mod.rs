//! Owns: how Patreon is spoken to: its members are read, its webhooks set up and verified. May import: what gateways may.
//! Must not: move money; Patreon keeps the pledges that are made there.

mod answers;
mod export_file;
mod proof;
mod transport;

pub use export_file::{FileFault, FileLine, MemberFile};
pub use proof::Told;

use super::manners::TransportError;
use super::{GatewayError, Key, WebhookHeaders, WebhookRejected};
use crate::domain::member::MemberNews;
use crate::domain::money::Currency;
use crate::domain::remote::RemoteId;
use answers::{CampaignObject, Document, List, MemberObject, WebhookObject};
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::time::Duration;
use transport::{Ask, Transport};

/// What is asked of Patreon when somebody connects the account: to see members with their addresses, and to be told.
const SCOPES: &str = "identity campaigns campaigns.members campaigns.members[email] w:campaigns.webhook";

/// Members on one page, the most that Patreon gives.
const PAGE_MEMBERS: u32 = 1000;

/// What Patreon is to tell of.
const TRIGGERS: [&str; 6] = [
    "members:create",
    "members:update",
    "members:delete",
    "members:pledge:create",
    "members:pledge:update",
    "members:pledge:delete",
];

/// How Patreon is spoken to.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Names the app.
    pub client_id: String,
    /// Opens it.
    pub client_secret: Key,
    /// The address of Patreon, without a slash at the end.
    pub api_base: String,
    /// How long one call may take, all tries together.
    pub timeout: Duration,
}

/// The app at Patreon. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Patreon {
    transport: Transport,
    client_id: String,
    base: String,
}

/// What opens the account of a publication for about a month, and what gets the next, once.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Opens it.
    pub access: Key,
    /// Gets the next pair; none: there is none.
    pub refresh: Option<Key>,
    /// How long the first one lasts; none: Patreon did not say.
    pub lasts: Option<TimeDelta>,
}

/// Why Patreon did not answer what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatreonError {
    /// The token opens nothing any more, or never did.
    #[error("Patreon does not know the token")]
    NotKnown,
    /// The token does not open this.
    #[error("the token may not read this: connect the account again, and allow everything that Patreon asks")]
    NotAllowed,
    /// There is no such thing at Patreon.
    #[error("Patreon knows nothing of this name")]
    Gone,
    /// Another reason, or no answer.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
}

/// The publication as Patreon knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// Patreon's name of it.
    pub id: RemoteId,
    /// What people read.
    pub title: String,
    /// What it counts in.
    pub currency: Currency,
}

/// A level of support at Patreon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// Patreon's name of it.
    pub id: RemoteId,
    /// What people read.
    pub title: String,
    /// What it costs a month, in minor units of the currency of the campaign.
    pub amount_minor: i64,
}

/// Members, and the levels that they are at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Members {
    /// Those that could be read.
    pub members: Vec<MemberNews>,
    /// Levels that were named.
    pub levels: Vec<Level>,
    /// How many could not be read.
    pub unreadable: usize,
}

/// A webhook at Patreon.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// Patreon's name of it.
    pub id: RemoteId,
    /// Where it leads.
    pub url: String,
    /// What signs it.
    pub secret: Option<Key>,
    /// Whether Patreon has stopped telling, because nobody listened.
    pub paused: bool,
    /// What it does not tell of and should.
    pub missing: Vec<&'static str>,
}

impl Patreon {
    /// Nothing is asked yet.
    ///
    /// # Errors
    /// The client cannot be made.
    pub fn new(settings: &Settings) -> Result<Self, TransportError> {
        Ok(Self {
            transport: Transport::new(settings)?,
            client_id: settings.client_id.clone(),
            base: settings.api_base.clone(),
        })
    }

    /// Names the app.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Where somebody allows this site to read the account; Patreon leads back to `back` with `state`.
    pub fn permission_page(&self, back: &str, state: &str) -> String {
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", back)
            .append_pair("scope", SCOPES)
            .append_pair("state", state)
            .finish();
        format!("{}/oauth2/authorize?{query}", self.base)
    }

    /// The tokens for a permission that was given just now.
    ///
    /// # Errors
    /// [`PatreonError::NotKnown`] for a code that was used, is too old, or was never given.
    pub async fn tokens_for(&self, code: &str, back: &str) -> Result<Tokens, PatreonError> {
        let fields = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", back)];
        self.transport.tokens(&fields).await
    }

    /// The next pair of tokens. The one that is given is void from then on, even if the answer is lost: so this is asked
    /// once, and never again by itself.
    ///
    /// # Errors
    /// [`PatreonError::NotKnown`] if it was used before.
    pub async fn next_tokens(&self, refresh: &Key) -> Result<Tokens, PatreonError> {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh.expose())];
        self.transport.tokens(&fields).await
    }

    /// The publications of the account.
    ///
    /// # Errors
    /// Of the token, or of the call.
    pub async fn campaigns(&self, token: &Key) -> Result<Vec<Campaign>, PatreonError> {
        let path = "/api/oauth2/v2/campaigns?fields%5Bcampaign%5D=creation_name,vanity,currency";
        let list: List<CampaignObject> = self.transport.call(token, &Ask::get(path)).await?;
        Ok(list.data.into_iter().filter_map(CampaignObject::read).collect())
    }

    /// A page of all who are or were members, with the levels that they are at.
    ///
    /// # Errors
    /// Of the token, or of the call.
    pub async fn members(
        &self,
        token: &Key,
        (campaign, currency): (&str, Currency),
        after: Option<&str>,
    ) -> Result<(Members, Option<String>), PatreonError> {
        let cursor = after.map(|after| format!("&page%5Bcursor%5D={}", encoded(after)));
        let path = format!(
            "/api/oauth2/v2/campaigns/{}/members?{}&page%5Bcount%5D={PAGE_MEMBERS}{}",
            encoded(campaign),
            answers::WANTED,
            cursor.unwrap_or_default()
        );
        let list: List<MemberObject> = self.transport.call(token, &Ask::get(path)).await?;
        let next = list.next();
        Ok((answers::members(list, (campaign, currency)), next))
    }

    /// A member as they are now.
    ///
    /// # Errors
    /// [`PatreonError::Gone`] if Patreon knows them no more.
    pub async fn member(
        &self,
        token: &Key,
        (campaign, currency): (&str, Currency),
        id: &RemoteId,
    ) -> Result<Members, PatreonError> {
        let path = format!("/api/oauth2/v2/members/{}?{}", encoded(id.as_str()), answers::WANTED);
        let document: Document<MemberObject> = self.transport.call(token, &Ask::get(path)).await?;
        Ok(answers::members(document.into_list(), (campaign, currency)))
    }

    /// The webhooks that this app created.
    ///
    /// # Errors
    /// Of the token, or of the call.
    pub async fn webhooks(&self, token: &Key) -> Result<Vec<Webhook>, PatreonError> {
        let path = "/api/oauth2/v2/webhooks?fields%5Bwebhook%5D=triggers,uri,paused,secret";
        let list: List<WebhookObject> = self.transport.call(token, &Ask::get(path)).await?;
        Ok(list.data.into_iter().filter_map(|object| object.read(&TRIGGERS)).collect())
    }

    /// Creates a webhook that tells of everything about members.
    ///
    /// # Errors
    /// Of the token, or of the call.
    pub async fn new_webhook(&self, token: &Key, campaign: &str, url: &str) -> Result<Webhook, PatreonError> {
        let body = json!({"data": {
            "type": "webhook",
            "attributes": {"triggers": TRIGGERS, "uri": url},
            "relationships": {"campaign": {"data": {"type": "campaign", "id": campaign}}},
        }});
        let ask = Ask::send("POST", "/api/oauth2/v2/webhooks", Some(body));
        let made: Document<WebhookObject> = self.transport.call(token, &ask).await?;
        let unreadable = || GatewayError::Unknown("unreadable answer about a new webhook".to_owned());
        Ok(made.data.read(&TRIGGERS).ok_or_else(unreadable)?)
    }

    /// Lets a webhook tell of everything again: what waited at Patreon is told then.
    ///
    /// # Errors
    /// Of the token, or of the call.
    pub async fn wake_webhook(&self, token: &Key, id: &RemoteId) -> Result<(), PatreonError> {
        let body = json!({"data": {
            "type": "webhook", "id": id.as_str(), "attributes": {"paused": false, "triggers": TRIGGERS},
        }});
        let path = format!("/api/oauth2/v2/webhooks/{}", encoded(id.as_str()));
        let _said: Value = self.transport.call(token, &Ask::send("PATCH", path, Some(body))).await?;
        Ok(())
    }

    /// Takes a webhook away.
    ///
    /// # Errors
    /// Of the token, or of the call.
    pub async fn delete_webhook(&self, token: &Key, id: &RemoteId) -> Result<(), PatreonError> {
        let path = format!("/api/oauth2/v2/webhooks/{}", encoded(id.as_str()));
        self.transport.tell(token, &Ask::send("DELETE", path, None)).await
    }
}

/// Checks a webhook's raw bytes with any of the secrets, and reads whom it is about.
///
/// # Errors
/// It is not believed.
pub fn verify(secrets: &[Key], headers: &WebhookHeaders, body: &[u8]) -> Result<Told, WebhookRejected> {
    proof::verify(secrets, headers, body)
}

/// Patreon's name of the member whom a stored event is about.
pub fn member_told_of(body: &[u8]) -> Option<RemoteId> {
    proof::member_of(body)
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
