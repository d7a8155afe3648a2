//! What is true at Patreon: who is a member, which tokens open the account, and where webhooks lead.

use super::super::faults::Faults;
use super::super::random::Random;
use super::CAMPAIGN;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A member as Patreon knows them.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    /// The membership.
    pub(crate) id: String,
    /// The person; none: their account is gone.
    pub(crate) user: Option<String>,
    pub(crate) name: Value,
    pub(crate) email: Value,
    /// Whether they confirmed their address there.
    pub(crate) verified: bool,
    pub(crate) status: Option<&'static str>,
    pub(crate) charge: Option<&'static str>,
    pub(crate) entitled: i64,
    pub(crate) lifetime: i64,
    pub(crate) cadence: i64,
    pub(crate) tiers: Vec<&'static str>,
    pub(crate) since: &'static str,
    pub(crate) gifted: bool,
    pub(crate) trial: bool,
}

/// Somebody who pays seven euros a month since the first of June.
pub(crate) fn pat(number: u32) -> Person {
    Person {
        id: format!("9e24b920-27bf-41c6-a360-{number:012}"),
        user: Some((84_000_000 + number).to_string()),
        name: json!(format!("Pat Patron {number}")),
        email: json!(format!("pat{number}@example.org")),
        verified: true,
        status: Some("active_patron"),
        charge: Some("Paid"),
        entitled: 700,
        lifetime: 700,
        cadence: 1,
        tiers: vec!["102"],
        since: "2026-06-01T07:59:00.000+00:00",
        gifted: false,
        trial: false,
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Hook {
    pub(crate) id: String,
    pub(crate) url: String,
    pub(crate) secret: String,
    pub(crate) paused: bool,
    pub(crate) triggers: Vec<String>,
}

/// A call of the API.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) agent: String,
}

const TIERS: [(&str, &str, i64); 3] = [("101", "Bronze", 300), ("102", "Silver", 700), ("103", "Gold", 1500)];

pub(super) struct World {
    pub(super) people: Vec<Person>,
    pub(super) access: BTreeSet<String>,
    pub(super) refresh: BTreeSet<String>,
    pub(super) codes: BTreeSet<String>,
    pub(super) pairs: usize,
    pub(super) hooks: Vec<Hook>,
    pub(super) hooks_made: usize,
    pub(super) calls: Vec<Call>,
    pub(super) faults: Faults,
    pub(super) page_size: usize,
    pub(super) wait_seconds: u64,
    /// Lists change while they are read.
    pub(super) restless: Option<Random>,
    /// How often one did.
    pub(super) places_changed: u64,
}

impl Default for World {
    fn default() -> Self {
        Self {
            people: Vec::new(),
            access: BTreeSet::new(),
            refresh: BTreeSet::new(),
            codes: BTreeSet::new(),
            pairs: 0,
            hooks: Vec::new(),
            hooks_made: 0,
            calls: Vec::new(),
            faults: Faults::default(),
            page_size: 1000,
            wait_seconds: 1,
            restless: None,
            places_changed: 0,
        }
    }
}

impl World {
    pub(super) fn allow(&mut self) -> String {
        let code = format!("code-{}", self.codes.len() + self.pairs + 1);
        self.codes.insert(code.clone());
        code
    }

    /// What opens the account, and what gets the next pair.
    pub(super) fn new_pair(&mut self) -> (String, String) {
        self.pairs += 1;
        let pair = (format!("access-{}", self.pairs), format!("refresh-{}", self.pairs));
        self.access.insert(pair.0.clone());
        self.refresh.insert(pair.1.clone());
        pair
    }

    /// After a page was given: somebody goes to another place in the list, so that they, or whoever moves up for them, are on
    /// no page that is still to come, or on two.
    pub(super) fn change_places(&mut self) {
        let Some(random) = &mut self.restless else { return };
        if self.people.len() < 2 || !random.in_a_hundred(50) {
            return;
        }
        let person = self.people.remove(random.index(self.people.len()));
        let place = if random.in_a_hundred(50) { 0 } else { self.people.len() };
        self.people.insert(place, person);
        self.places_changed += 1;
    }

    fn object(person: &Person) -> Value {
        let tiers: Vec<Value> = person.tiers.iter().map(|id| json!({"id": id, "type": "tier"})).collect();
        let user = person.user.as_ref().map(|id| json!({"id": id, "type": "user"}));
        json!({
            "id": person.id, "type": "member",
            "attributes": {
                "full_name": person.name, "email": person.email, "patron_status": person.status,
                "last_charge_status": person.charge, "last_charge_date": person.charge.map(|_| person.since),
                "next_charge_date": null, "currently_entitled_amount_cents": person.entitled,
                "campaign_lifetime_support_cents": person.lifetime, "pledge_cadence": person.cadence,
                "pledge_relationship_start": person.since, "is_free_trial": person.trial,
                "is_gifted": person.gifted, "note": "",
            },
            "relationships": {
                "currently_entitled_tiers": {"data": tiers},
                "user": {"data": user},
                "campaign": {"data": {"id": CAMPAIGN, "type": "campaign"}},
            },
        })
    }

    fn included(people: &[Person]) -> Value {
        let user = |person: &Person| {
            let said = json!({"full_name": person.name, "is_email_verified": person.verified});
            person.user.as_ref().map(|id| json!({"id": id, "type": "user", "attributes": said}))
        };
        let tier = |(id, title, cents): &(&str, &str, i64)| json!({"id": id, "type": "tier", "attributes": {"title": title, "amount_cents": cents}});
        Value::Array(TIERS.iter().map(tier).chain(people.iter().filter_map(user)).collect())
    }

    /// One member, as webhooks and the API say it.
    pub(super) fn document(&self, id: &str) -> Value {
        let person = self.people.iter().find(|person| person.id == id);
        let gone = || json!({"id": id, "type": "member", "attributes": {}});
        let included = Self::included(person.map(std::slice::from_ref).unwrap_or_default());
        json!({"data": person.map_or_else(gone, Self::object), "included": included})
    }

    /// A page of members, from a place in the list.
    pub(super) fn page(&self, from: usize) -> Value {
        let until = (from + self.page_size).min(self.people.len());
        let people: Vec<Value> = self.people[from..until].iter().map(Self::object).collect();
        let next = (until < self.people.len()).then(|| format!("after-{until}"));
        json!({
            "data": people, "included": Self::included(&self.people[from..until]),
            "meta": {"pagination": {"cursors": {"next": next}, "total": self.people.len()}},
        })
    }

    pub(super) fn hook(hook: &Hook) -> Value {
        json!({"id": hook.id, "type": "webhook", "attributes": {
            "uri": hook.url, "secret": hook.secret, "paused": hook.paused, "triggers": hook.triggers,
        }})
    }
}
