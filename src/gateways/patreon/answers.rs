//! What Patreon answers, as far as it is used. A field of another form than expected counts as missing: many may be null.

use super::super::tolerant::{each, lenient};
use super::{Campaign, Key, Level, Members, Webhook};
use crate::domain::donor::EmailAddress;
use crate::domain::member::{MemberNews, MemberState};
use crate::domain::money::{Currency, Money};
use crate::domain::remote::RemoteId;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// Patreon answers what it was asked for, and nothing else.
pub(super) const WANTED: &str = "include=currently_entitled_tiers,user,campaign&fields%5Bmember%5D=full_name,email,patron_status,\
last_charge_status,last_charge_date,next_charge_date,currently_entitled_amount_cents,campaign_lifetime_support_cents,\
pledge_cadence,pledge_relationship_start,is_free_trial,is_gifted&fields%5Btier%5D=title,amount_cents&fields%5Buser%5D=is_email_verified";

/// Letters of a name that are kept.
const NAME_MAX: usize = 200;

/// One thing, and what it refers to.
#[derive(Deserialize)]
pub(super) struct Document<T> {
    pub(super) data: T,
    #[serde(default, deserialize_with = "each")]
    included: Vec<Included>,
}

impl<T> Document<T> {
    pub(super) fn into_list(self) -> List<T> {
        List { data: vec![self.data], included: self.included, meta: None, all: 1 }
    }
}

/// A page of things.
pub(super) struct List<T> {
    pub(super) data: Vec<T>,
    included: Vec<Included>,
    meta: Option<Meta>,
    /// How many there were, those that could not be read among them.
    all: usize,
}

impl<'de, T: serde::de::DeserializeOwned> Deserialize<'de> for List<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Without the list itself it is no answer.
        #[derive(Deserialize)]
        struct Raw {
            data: Vec<Value>,
            #[serde(default, deserialize_with = "each")]
            included: Vec<Included>,
            #[serde(default, deserialize_with = "lenient")]
            meta: Option<Meta>,
        }
        let raw = Raw::deserialize(deserializer)?;
        let all = raw.data.len();
        let data = raw.data.into_iter().filter_map(|item| serde_json::from_value(item).ok()).collect();
        Ok(Self { data, included: raw.included, meta: raw.meta, all })
    }
}

impl<T> List<T> {
    /// Where the next page begins.
    pub(super) fn next(&self) -> Option<String> {
        let cursors = self.meta.as_ref()?.pagination.as_ref()?.cursors.as_ref()?;
        cursors.next.clone().filter(|next| !next.is_empty())
    }
}

#[derive(Deserialize)]
struct Meta {
    #[serde(default, deserialize_with = "lenient")]
    pagination: Option<Pagination>,
}

#[derive(Deserialize)]
struct Pagination {
    #[serde(default, deserialize_with = "lenient")]
    cursors: Option<Cursors>,
}

#[derive(Deserialize)]
struct Cursors {
    #[serde(default, deserialize_with = "lenient")]
    next: Option<String>,
}

/// Something that the answer refers to.
#[derive(Deserialize)]
struct Included {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default, deserialize_with = "lenient")]
    attributes: Option<IncludedAttributes>,
}

/// Of a level or of a person.
#[derive(Default, Deserialize)]
struct IncludedAttributes {
    #[serde(default, deserialize_with = "lenient")]
    is_email_verified: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    title: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    amount_cents: Option<i64>,
}

#[derive(Deserialize)]
pub(super) struct MemberObject {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    attributes: Option<MemberAttributes>,
    #[serde(default, deserialize_with = "lenient")]
    relationships: Option<Relationships>,
}

#[derive(Default, Deserialize)]
struct MemberAttributes {
    #[serde(default, deserialize_with = "lenient")]
    full_name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    email: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    patron_status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    last_charge_status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    last_charge_date: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "lenient")]
    next_charge_date: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "lenient")]
    currently_entitled_amount_cents: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    campaign_lifetime_support_cents: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    pledge_cadence: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    pledge_relationship_start: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "lenient")]
    is_free_trial: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    is_gifted: Option<bool>,
}

#[derive(Default, Deserialize)]
struct Relationships {
    #[serde(default, deserialize_with = "lenient")]
    user: Option<One>,
    #[serde(default, deserialize_with = "lenient")]
    currently_entitled_tiers: Option<Many>,
    #[serde(default, deserialize_with = "lenient")]
    campaign: Option<One>,
}

#[derive(Deserialize)]
struct One {
    #[serde(default, deserialize_with = "lenient")]
    data: Option<Named>,
}

#[derive(Deserialize)]
struct Many {
    #[serde(default, deserialize_with = "each")]
    data: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

/// What Patreon says of how somebody stands.
pub(super) struct Standing<'a> {
    /// `active_patron`, `declined_patron`, `former_patron`; none: they never paid.
    pub(super) patron: Option<&'a str>,
    /// What came of the last charge; only `Paid` is success.
    pub(super) charge: Option<&'a str>,
    pub(super) is_trial: bool,
    pub(super) is_gifted: bool,
}

impl Standing<'_> {
    /// One word for it.
    pub(super) fn state(&self) -> MemberState {
        match (self.patron, self.charge) {
            (Some("former_patron"), _) => MemberState::Former,
            (Some("active_patron" | "declined_patron"), _) if self.is_gifted => MemberState::Gifted,
            (Some("active_patron" | "declined_patron"), Some("Free Trial")) => MemberState::Trial,
            (Some("active_patron"), _) if self.is_trial => MemberState::Trial,
            (Some("declined_patron"), _) | (Some("active_patron"), Some("Declined" | "Fraud")) => {
                MemberState::Declined
            }
            (Some("active_patron"), Some("Refunded" | "Refunded by Patreon")) => MemberState::Refunded,
            (Some("active_patron"), _) => MemberState::Active,
            // A word that is not known here counts as nothing paid.
            (Some(_) | None, _) if self.is_gifted => MemberState::Gifted,
            (Some(_) | None, _) => MemberState::Free,
        }
    }
}

/// Everybody on a page who can be told apart from others, and is not of another publication of the same account.
pub(super) fn members(list: List<MemberObject>, (campaign, currency): (&str, Currency)) -> Members {
    let verified: BTreeSet<String> = list.included.iter().filter_map(verified).collect();
    let levels: Vec<Level> = list.included.into_iter().filter_map(level).collect();
    let (of_others, own): (Vec<_>, Vec<_>) =
        list.data.into_iter().partition(|object| object.campaign().is_some_and(|other| other != campaign));
    let members: Vec<MemberNews> =
        own.into_iter().filter_map(|object| object.read(&levels, &verified, currency)).collect();
    Members { unreadable: list.all - of_others.len() - members.len(), members, levels }
}

/// Patreon's name of a person who confirmed their address there.
fn verified(included: &Included) -> Option<String> {
    let said = included.attributes.as_ref()?.is_email_verified;
    (included.kind == "user" && said == Some(true)).then(|| included.id.clone())
}

fn level(included: Included) -> Option<Level> {
    if included.kind != "tier" {
        return None;
    }
    let said = included.attributes.unwrap_or_default();
    Some(Level {
        id: RemoteId::parse(&included.id).ok()?,
        title: said.title.unwrap_or_default().chars().take(NAME_MAX).collect(),
        amount_minor: said.amount_cents.unwrap_or_default().max(0),
    })
}

impl MemberObject {
    /// Patreon's name of the publication, where it says so.
    fn campaign(&self) -> Option<&str> {
        Some(self.relationships.as_ref()?.campaign.as_ref()?.data.as_ref()?.id.as_str())
    }

    fn read(self, levels: &[Level], verified: &BTreeSet<String>, currency: Currency) -> Option<MemberNews> {
        let remote = RemoteId::parse(&self.id).ok()?;
        let said = self.attributes.unwrap_or_default();
        let around = self.relationships.unwrap_or_default();
        let standing = Standing {
            patron: said.patron_status.as_deref(),
            charge: said.last_charge_status.as_deref(),
            is_trial: said.is_free_trial == Some(true),
            is_gifted: said.is_gifted == Some(true),
        };
        let state = standing.state();
        let money = |cents: Option<i64>| Money::new(cents.unwrap_or_default().max(0), currency);
        let entitled = around.currently_entitled_tiers.map(|many| many.data).unwrap_or_default();
        let person = around.user.and_then(|user| RemoteId::parse(&user.data?.id).ok());
        let email = said.email.and_then(|email| EmailAddress::parse(&email).ok());
        let is_verified = person.as_ref().is_some_and(|person| verified.contains(person.as_str()));
        Some(MemberNews {
            remote: Some(remote),
            person,
            is_email_verified: is_verified && email.is_some(),
            email,
            name: said.full_name.and_then(|name| kept_name(&name)),
            state,
            entitled: money(said.currently_entitled_amount_cents),
            months: months_between(said.pledge_cadence),
            tier: highest(&entitled, levels),
            lifetime: money(said.campaign_lifetime_support_cents),
            joined_at: said.pledge_relationship_start,
            charged_at: said.last_charge_date,
            charge: said.last_charge_status,
            next_charge_at: said.next_charge_date,
        })
    }
}

/// A name without what no name has; none if nothing is left.
pub(super) fn kept_name(typed: &str) -> Option<String> {
    let clean: String = typed.trim().chars().filter(|c| !c.is_control()).take(NAME_MAX).collect();
    Some(clean).filter(|name| !name.is_empty())
}

/// Months between two charges: Patreon knows of one and of twelve, and may learn of others.
fn months_between(cadence: Option<i64>) -> i64 {
    cadence.filter(|months| (1..=120).contains(months)).unwrap_or(1)
}

/// Of several levels, which is possible at Patreon, the highest.
fn highest(entitled: &[Named], levels: &[Level]) -> Option<RemoteId> {
    let ids = entitled.iter().filter_map(|named| RemoteId::parse(&named.id).ok());
    let amount = |id: &RemoteId| levels.iter().find(|level| level.id == *id).map(|level| level.amount_minor);
    ids.max_by_key(|id| (amount(id), id.clone()))
}

#[derive(Deserialize)]
pub(super) struct CampaignObject {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    attributes: Option<CampaignAttributes>,
}

#[derive(Default, Deserialize)]
struct CampaignAttributes {
    #[serde(default, deserialize_with = "lenient")]
    creation_name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    vanity: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    currency: Option<String>,
}

impl CampaignObject {
    /// None without a currency: no amount would mean anything.
    pub(super) fn read(self) -> Option<Campaign> {
        let said = self.attributes.unwrap_or_default();
        let title = said.vanity.or(said.creation_name);
        Some(Campaign {
            title: title.and_then(|title| kept_name(&title)).unwrap_or_else(|| self.id.clone()),
            id: RemoteId::parse(&self.id).ok()?,
            currency: Currency::parse(&said.currency?).ok()?,
        })
    }
}

#[derive(Deserialize)]
pub(super) struct WebhookObject {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    attributes: Option<WebhookAttributes>,
}

#[derive(Default, Deserialize)]
struct WebhookAttributes {
    #[serde(default, deserialize_with = "lenient")]
    uri: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    secret: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    paused: Option<bool>,
    #[serde(default, deserialize_with = "each")]
    triggers: Vec<String>,
}

impl WebhookObject {
    pub(super) fn read(self, wanted: &[&'static str]) -> Option<Webhook> {
        let said = self.attributes.unwrap_or_default();
        let is_told = |trigger: &&&'static str| said.triggers.iter().any(|told| told == **trigger);
        Some(Webhook {
            id: RemoteId::parse(&self.id).ok()?,
            url: said.uri.unwrap_or_default(),
            secret: said.secret.filter(|secret| !secret.is_empty()).map(Key::from),
            paused: said.paused == Some(true),
            missing: wanted.iter().filter(|trigger| !is_told(trigger)).copied().collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn euro() -> Currency {
        Currency::parse("EUR").unwrap()
    }

    fn read(json: &str) -> Members {
        members(serde_json::from_str::<List<MemberObject>>(json).unwrap(), ("1", euro()))
    }

    #[test]
    fn how_somebody_stands_is_one_word() {
        let state = |patron, charge, is_trial, is_gifted| {
            Standing { patron, charge, is_trial, is_gifted }.state().as_str()
        };
        let active = Some("active_patron");
        assert_eq!(state(active, Some("Paid"), false, false), "active");
        assert_eq!(state(active, None, false, false), "active");
        assert_eq!(state(active, Some("Pending"), false, false), "active");
        assert_eq!(state(active, Some("Partially Refunded"), false, false), "active");
        assert_eq!(state(active, Some("Refunded"), false, false), "refunded");
        assert_eq!(state(active, Some("Refunded by Patreon"), false, false), "refunded");
        assert_eq!(state(active, Some("Declined"), false, false), "declined");
        assert_eq!(state(active, Some("Fraud"), false, false), "declined");
        assert_eq!(state(active, Some("Paid"), true, false), "trial");
        assert_eq!(state(active, Some("Paid"), false, true), "gifted");
        assert_eq!(state(Some("declined_patron"), Some("Declined"), false, false), "declined");
        assert_eq!(state(Some("former_patron"), Some("Paid"), false, false), "former");
        assert_eq!(state(None, None, false, false), "free");
        assert_eq!(state(None, None, false, true), "gifted");
        assert_eq!(state(Some("patron_of_tomorrow"), Some("Paid"), false, false), "free");
    }

    #[test]
    fn a_member_is_read_with_the_highest_level_and_odd_fields_count_as_missing() {
        let page = r#"{"data": [
            {"id": "9e24", "type": "member", "new": 1, "attributes": {"full_name": " Pat\u0007 ", "email": "no address",
             "patron_status": "active_patron", "last_charge_status": "Paid", "last_charge_date": "yesterday",
             "currently_entitled_amount_cents": 1500, "campaign_lifetime_support_cents": "many", "pledge_cadence": null,
             "pledge_relationship_start": "2026-11-01T07:59:00.000+00:00"},
             "relationships": {"currently_entitled_tiers": {"data": [{"id": "102"}, {"id": "103"}, {"id": "7"}]},
             "user": {"data": {"id": "84036214"}}}},
            {"id": "of-another", "attributes": {}, "relationships": {"campaign": {"data": {"id": "2"}}}},
            {"id": "two words", "attributes": {}}, {"attributes": {}}, 7],
          "included": [{"id": "102", "type": "tier", "attributes": {"title": "Silver", "amount_cents": 700}},
            {"id": "103", "type": "tier", "attributes": {"title": "Gold", "amount_cents": 1500}},
            {"id": "84036214", "type": "user", "attributes": {"full_name": "Pat"}}, {"odd": true}],
          "meta": {"pagination": {"cursors": {"next": "abc"}, "total": 4}}}"#;
        assert_eq!(serde_json::from_str::<List<MemberObject>>(page).unwrap().next().unwrap(), "abc");
        let read = read(page);
        assert_eq!((read.members.len(), read.unreadable, read.levels.len()), (1, 3, 2));
        let pat = &read.members[0];
        assert_eq!(pat.name.as_deref(), Some("Pat"));
        assert_eq!(pat.tier.as_ref().unwrap().as_str(), "103");
        assert_eq!((pat.entitled.minor(), pat.lifetime.minor(), pat.months), (1500, 0, 1));
        assert!(pat.email.is_none() && pat.charged_at.is_none() && pat.joined_at.is_some());
    }

    #[test]
    fn an_address_is_confirmed_if_patreon_says_so_of_that_person() {
        let of = |email: &str, person: &str, said: &str| {
            let page = format!(
                r#"{{"data": [{{"id": "9e24", "attributes": {{"email": {email}}},
                "relationships": {{"user": {{"data": {{"id": "{person}"}}}}}}}}],
                "included": [{{"id": "84", "type": "user", "attributes": {{"is_email_verified": {said}}}}}]}}"#
            );
            read(&page).members[0].is_email_verified
        };
        let own = r#""pat@example.org""#;
        assert!(of(own, "84", "true"));
        for said in ["false", "null", r#""true""#] {
            assert!(!of(own, "84", said), "{said}");
        }
        assert!(!of(own, "85", "true"), "said of somebody else");
        assert!(!of("null", "84", "true"), "there is no address");
    }

    #[test]
    fn a_page_without_a_list_is_no_answer() {
        assert!(serde_json::from_str::<List<MemberObject>>("{}").is_err());
        assert!(serde_json::from_str::<List<MemberObject>>(r#"{"data": null}"#).is_err());
        let last = r#"{"data": [], "meta": {"pagination": {"cursors": {"next": null}}}}"#;
        assert!(serde_json::from_str::<List<MemberObject>>(last).unwrap().next().is_none());
    }
}
