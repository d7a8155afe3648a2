//! Events, and the webhook deliveries that follow from them; who sends them, and when, is up to the test.

use super::records::{Endpoint, Event};
use super::shape::Shape;
use super::world::World;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One event on its way to one endpoint.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) id: u64,
    pub(crate) event: String,
    /// The type of the event.
    pub(crate) kind: String,
    pub(super) endpoint: String,
    pub(crate) body: Vec<u8>,
    /// Not to be sent earlier: seconds since 1970.
    pub(super) not_before: i64,
    pub(crate) acknowledged: bool,
    pub(crate) attempts: u32,
}

/// Every delivery there ever was, and which are still to be made.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    rows: BTreeMap<u64, Delivery>,
    open: BTreeSet<u64>,
    by_event: HashMap<String, Vec<u64>>,
    next: u64,
}

impl Outbox {
    fn push(&mut self, event: &Event, endpoint: &Endpoint, body: Vec<u8>, now: i64) {
        let id = self.next;
        self.next += 1;
        self.open.insert(id);
        self.by_event.entry(event.id.clone()).or_default().push(id);
        let delivery = Delivery {
            id,
            event: event.id.clone(),
            kind: event.kind.clone(),
            endpoint: endpoint.id.clone(),
            body,
            not_before: now,
            acknowledged: false,
            attempts: 0,
        };
        self.rows.insert(id, delivery);
    }

    pub(super) fn get(&self, id: u64) -> &Delivery {
        self.rows.get(&id).unwrap_or_else(|| panic!("no delivery {id}"))
    }

    /// What is still to be delivered and may be now, oldest first.
    pub(super) fn due(&self, now: i64) -> impl Iterator<Item = &Delivery> {
        let open = self.open.iter().filter_map(|id| self.rows.get(id));
        open.filter(move |delivery| delivery.not_before <= now)
    }

    pub(super) fn of_event(&self, event: &str) -> Vec<u64> {
        self.by_event.get(event).cloned().unwrap_or_default()
    }

    /// How many endpoints have not acknowledged the event.
    pub(super) fn missing(&self, event: &str) -> usize {
        let ids = self.by_event.get(event).into_iter().flatten();
        ids.filter(|id| self.rows.get(id).is_some_and(|delivery| !delivery.acknowledged)).count()
    }

    /// Writes down how an attempt ended.
    pub(super) fn attempted(&mut self, id: u64, acknowledged: bool) {
        if let Some(delivery) = self.rows.get_mut(&id) {
            delivery.attempts += 1;
            delivery.acknowledged |= acknowledged;
        }
        if acknowledged {
            self.open.remove(&id);
        }
    }

    /// Gives a delivery up: it is never made.
    pub(super) fn give_up(&mut self, id: u64) {
        self.open.remove(&id);
    }

    pub(super) fn delay(&mut self, id: u64, until: i64) {
        if let Some(delivery) = self.rows.get_mut(&id) {
            delivery.not_before = until;
        }
    }

    pub(super) fn acknowledged(&self) -> Vec<Delivery> {
        self.rows.values().filter(|delivery| delivery.acknowledged).cloned().collect()
    }
}

impl World {
    /// Tells of an object as it is now.
    pub(super) fn tell(&mut self, kind: &str, id: &str) -> String {
        self.tell_change(kind, id, None)
    }

    /// Tells of an object as it is now, and of what was different before.
    pub(super) fn tell_change(&mut self, kind: &str, id: &str, previous: Option<Value>) -> String {
        let object = self.show(id).unwrap_or_else(|| panic!("no object {id}"));
        self.emit(kind, object, previous)
    }

    /// Makes an event of any kind and queues its deliveries; gives its id.
    pub(super) fn emit(&mut self, kind: &str, object: Value, previous: Option<Value>) -> String {
        let event = Event {
            id: self.new_id("evt_1"),
            created: self.now(),
            kind: kind.to_owned(),
            object,
            previous,
            origin: self.origin.clone(),
        };
        let wanting: Vec<_> =
            self.endpoints.rows().iter().filter(|endpoint| endpoint.wants(kind)).cloned().collect();
        let mut body = event.shown(self);
        body["pending_webhooks"] = json!(wanting.len());
        for endpoint in wanting {
            if let Some(version) = &endpoint.api_version {
                body["api_version"] = json!(version);
            }
            let body = serde_json::to_vec_pretty(&body).unwrap();
            self.outbox.push(&event, &endpoint, body, event.created);
        }
        let id = event.id.clone();
        self.events.insert(event);
        self.news.notify_one();
        id
    }
}
