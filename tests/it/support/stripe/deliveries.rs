//! Webhook deliveries under the test's control: which, in what order, how often, and how they are signed.

use super::Stripe;
use super::outbox::Delivery;
use super::server::Shared;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::Full;
use hyper::Request;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use mainstay::domain::clock::splitmix;
use serde_json::Value;
use sha2::Sha256;
use std::time::Duration;

/// How long an endpoint may take to answer.
const ANSWER: Duration = Duration::from_secs(20);

/// A webhook request as it would be sent.
#[derive(Debug, Clone)]
pub(crate) struct Signed {
    pub(crate) url: String,
    /// The `Stripe-Signature` header.
    pub(crate) signature: String,
    pub(crate) body: Vec<u8>,
}

impl Signed {
    /// Sends it; the status, or nothing if there was no answer.
    pub(crate) async fn send(&self) -> Option<u16> {
        let client = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build_http();
        let request = Request::post(&self.url)
            .header("content-type", "application/json; charset=utf-8")
            .header("user-agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
            .header("stripe-signature", &self.signature)
            .body(Full::new(Bytes::from(self.body.clone())))
            .unwrap();
        let answer = tokio::time::timeout(ANSWER, client.request(request)).await.ok()?;
        answer.ok().map(|answer| answer.status().as_u16())
    }
}

/// `t=…,v1=…` with one `v1` for each secret, and the `v0` that test mode adds.
fn signature(secrets: &[String], now: i64, body: &[u8]) -> String {
    let mut signed = format!("{now}.").into_bytes();
    signed.extend_from_slice(body);
    let code = |secret: &[u8]| {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
        mac.update(&signed);
        hex::encode(mac.finalize().into_bytes())
    };
    let codes: Vec<_> = secrets.iter().map(|secret| format!("v1={}", code(secret.as_bytes()))).collect();
    format!("t={now},{},v0={}", codes.join(","), code(b"a scheme of test mode"))
}

impl Shared {
    fn sign(&self, delivery: &Delivery, body: Vec<u8>) -> Option<Signed> {
        let world = self.lock();
        let endpoint = world.endpoints.find(&delivery.endpoint)?;
        let signature = signature(&endpoint.secrets, world.now(), &body);
        Some(Signed { url: endpoint.url.clone(), signature, body })
    }

    /// Makes a delivery and writes down how it went; the status of the answer.
    pub(super) async fn attempt(&self, delivery: &Delivery) -> Option<u16> {
        let status = match self.sign(delivery, delivery.body.clone()) {
            Some(signed) => signed.send().await,
            None => None,
        };
        let acknowledged = status.is_some_and(|status| (200..300).contains(&status));
        self.lock().outbox.attempted(delivery.id, acknowledged);
        status
    }
}

impl Stripe {
    /// What is still to be delivered and may be now, oldest first.
    pub(crate) fn pending(&self) -> Vec<Delivery> {
        let world = self.shared.lock();
        world.outbox.due(world.now()).cloned().collect()
    }

    /// Delivers everything that is due, oldest first, and what follows from it; says how many were acknowledged.
    /// What was not is tried once and stays pending.
    pub(crate) async fn deliver_all(&self) -> usize {
        let (mut tried, mut acknowledged) = (0, 0);
        loop {
            let due: Vec<_> = self.pending().into_iter().filter(|delivery| delivery.id >= tried).collect();
            let Some(last) = due.last() else {
                return acknowledged;
            };
            tried = last.id + 1;
            acknowledged += self.deliver_in_order(due).await;
        }
    }

    /// Delivers these in this order, pending or not; says how many were acknowledged.
    pub(crate) async fn deliver_in_order(&self, deliveries: impl IntoIterator<Item = Delivery>) -> usize {
        let mut acknowledged = 0;
        for delivery in deliveries {
            let status = self.shared.attempt(&delivery).await;
            acknowledged += usize::from(status.is_some_and(|status| (200..300).contains(&status)));
        }
        acknowledged
    }

    /// Delivers everything that is due, each `copies` times, in an order that follows from the seed.
    pub(crate) async fn deliver_shuffled(&self, seed: u64, copies: usize) -> usize {
        let due = self.pending();
        let all: Vec<_> =
            due.iter().flat_map(|delivery| std::iter::repeat_n(delivery, copies)).cloned().collect();
        self.deliver_in_order(shuffled(all, seed)).await
    }

    /// Delivers one event so many times, pending or not; the statuses of the answers.
    pub(crate) async fn deliver_event(&self, event: &str, times: usize) -> Vec<Option<u16>> {
        let mut statuses = Vec::new();
        for delivery in self.deliveries_of(event) {
            for _ in 0..times {
                statuses.push(self.shared.attempt(&delivery).await);
            }
        }
        statuses
    }

    /// The deliveries of an event, one for each endpoint, pending or not.
    pub(crate) fn deliveries_of(&self, event: &str) -> Vec<Delivery> {
        let world = self.shared.lock();
        world.outbox.of_event(event).into_iter().map(|id| world.outbox.get(id).clone()).collect()
    }

    /// Gives up what is pending: it is never delivered, and can only be listed.
    pub(crate) fn drop_pending(&self) -> usize {
        let pending = self.pending();
        let mut world = self.shared.lock();
        for delivery in &pending {
            world.outbox.give_up(delivery.id);
        }
        pending.len()
    }

    /// Never delivers this event.
    pub(crate) fn drop_event(&self, event: &str) {
        let mut world = self.shared.lock();
        for id in world.outbox.of_event(event) {
            world.outbox.give_up(id);
        }
    }

    /// Delivers this event no earlier than then.
    pub(crate) fn delay_event(&self, event: &str, until: DateTime<Utc>) {
        let mut world = self.shared.lock();
        for id in world.outbox.of_event(event) {
            world.outbox.delay(id, until.timestamp());
        }
    }

    /// Makes a second event of the same thing, with another id; gives that.
    pub(crate) fn repeat_as_new(&self, event: &str) -> String {
        let mut world = self.shared.lock();
        let event = world.events.get(event).clone();
        world.emit(&event.kind, event.object, event.previous)
    }

    /// A delivery as it would be sent now, for those who hand it over themselves.
    pub(crate) fn signed(&self, delivery: &Delivery) -> Signed {
        self.shared.sign(delivery, delivery.body.clone()).unwrap()
    }

    /// A delivery with another content, signed rightly.
    pub(crate) fn forged(&self, delivery: &Delivery, change: impl FnOnce(&mut Value)) -> Signed {
        let mut body = serde_json::from_slice(&delivery.body).unwrap();
        change(&mut body);
        self.shared.sign(delivery, serde_json::to_vec_pretty(&body).unwrap()).unwrap()
    }

    /// What was answered with 2xx at least once.
    pub(crate) fn acknowledged(&self) -> Vec<Delivery> {
        self.shared.lock().outbox.acknowledged()
    }
}

/// The same things in an order that follows from the seed.
pub(super) fn shuffled<T>(things: Vec<T>, seed: u64) -> Vec<T> {
    let keyed =
        |(place, thing)| (splitmix(splitmix(seed).wrapping_add(u64::try_from(place).unwrap())), thing);
    let mut keyed: Vec<_> = things.into_iter().enumerate().map(keyed).collect();
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, thing)| thing).collect()
}
