//! Owns: a PayPal of our own, an HTTP server on this machine that answers, keeps books, signs webhooks and misbehaves as
//! the real one does. May import: the clock of the domain. Must not: know of the program under test, which reaches it at
//! [`PayPal::url`] only.

mod billing;
mod billing_calls;
mod billing_shape;
mod calls;
mod keys;
mod page;
mod purse;
mod server;
mod shape;
mod signer;
mod world;

use self::server::Shared;
use self::signer::time_of;
use self::world::World;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use mainstay::domain::clock::splitmix;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::runtime;
use tokio::sync::oneshot;

pub(crate) use self::billing::Subscription;
pub(crate) use self::signer::{Certificate, Signed};
pub(crate) use self::world::{Call, Capture, Means, Options, Order, Refund};
pub(crate) use super::faults::Fault;

/// How long the site may take to answer a webhook.
const ANSWER: Duration = Duration::from_secs(20);

/// A running emulator; it ends when dropped.
pub(crate) struct PayPal {
    /// What the program takes for `https://api-m.paypal.com`.
    pub(crate) url: String,
    shared: Arc<Shared>,
    /// Ends the server when dropped.
    _stop: oneshot::Sender<()>,
}

impl PayPal {
    /// Starts on a free port, on a thread of its own.
    pub(crate) fn start(options: Options) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared::new(World::new(options, url.clone())));
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = Arc::clone(&shared);
        std::thread::spawn(move || {
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    () = server::serve(listener, served) => {}
                    _stopped = stopped => {}
                }
            });
            runtime.shutdown_background();
        });
        Self { url, shared, _stop: stop }
    }

    pub(crate) fn credentials(&self) -> (String, String) {
        let world = self.shared.lock();
        (world.options.client_id.clone(), world.options.client_secret.clone())
    }

    /// The certificate of the authority that signs for it.
    pub(crate) fn authority(&self) -> &str {
        &self.shared.signer.authority
    }

    /// A webhook for all events, made on the dashboard; gives its id.
    pub(crate) fn webhook_at(&self, url: &str) -> String {
        let mut world = self.shared.lock();
        let id = world.new_id("8PT");
        world.webhooks.push(world::Webhook {
            id: id.clone(),
            url: url.to_owned(),
            types: vec!["*".to_owned()],
        });
        id
    }

    /// The webhook leads somewhere else from now on.
    pub(crate) fn move_webhook(&self, id: &str, url: &str) {
        let mut world = self.shared.lock();
        let webhook = world.webhooks.iter_mut().find(|webhook| webhook.id == id).unwrap();
        url.clone_into(&mut webhook.url);
    }

    /// The webhook hears only of these from now on.
    pub(crate) fn deafen(&self, id: &str, types: &[&str]) {
        let mut world = self.shared.lock();
        let webhook = world.webhooks.iter_mut().find(|webhook| webhook.id == id).unwrap();
        webhook.types = types.iter().map(|kind| (*kind).to_owned()).collect();
    }

    /// From now on the app may not use what begins with these paths.
    pub(crate) fn forbid(&self, paths: &[&'static str]) {
        self.shared.lock().options.forbidden = paths.to_vec();
    }

    /// Every token is taken back before its end.
    pub(crate) fn revoke_tokens(&self) {
        self.shared.lock().tokens.clear();
    }

    /// Whether certificates are given to whoever asks.
    pub(crate) fn gives_certificates(&self, gives: bool) {
        self.shared.certificates.lock().unwrap_or_else(PoisonError::into_inner).1 = gives;
    }

    /// How often certificates were asked for.
    pub(crate) fn certificates_asked(&self) -> usize {
        self.shared.certificates.lock().unwrap_or_else(PoisonError::into_inner).0
    }
}

/// The payer, and PayPal itself.
impl PayPal {
    /// The payer agrees to pay an order with these means.
    pub(crate) fn approve(&self, order: &str, means: Means) {
        self.shared.lock().approve(order, means);
    }

    /// The payer agrees on the page of this address, with means that work or do not.
    pub(crate) fn agree(&self, page: &str, works: bool) {
        let (_, token) = page.rsplit_once("ba_token=").unwrap();
        self.shared.lock().agree(token, works);
    }

    /// What a payer pays with works from now on, or no more.
    pub(crate) fn means_work(&self, subscription: &str, works: bool) {
        self.shared.lock().means_work(subscription, works);
    }

    /// The payer, or somebody of the publication, does something on PayPal's own pages.
    pub(crate) fn does(&self, subscription: &str, what: &str) {
        self.shared.lock().order(subscription, what, "on PayPal's own pages".to_owned()).unwrap();
    }

    /// Charges whatever fell due.
    pub(crate) fn bill(&self) {
        self.shared.lock().bill();
    }

    /// The money of a transfer arrives.
    pub(crate) fn complete(&self, capture: &str) {
        self.shared.lock().complete(capture);
    }

    /// The money of a transfer does not arrive.
    pub(crate) fn deny(&self, capture: &str) {
        self.shared.lock().deny(capture);
    }

    /// Somebody gives back on PayPal's own pages: a part, or all that is left.
    pub(crate) fn refund(&self, capture: &str, minor: Option<i64>) -> String {
        self.shared.lock().give_back(capture, minor, None, false).unwrap()
    }

    /// PayPal takes a payment back itself.
    pub(crate) fn reverse(&self, capture: &str) -> String {
        self.shared.lock().give_back(capture, None, None, true).unwrap()
    }

    /// From now on refunds are `PENDING` at first, until [`refund_arrives`](Self::refund_arrives).
    pub(crate) fn refunds_are_slow(&self) {
        self.shared.lock().refunds_become = "PENDING";
    }

    pub(crate) fn refund_arrives(&self, refund: &str) {
        self.shared.lock().went_back(refund);
    }

    /// The payer complains. Gives the dispute.
    pub(crate) fn complain(&self, capture: &str) -> String {
        self.shared.lock().complain(capture, "CHARGEBACK")
    }

    /// The publisher sends so many cents to the bank; they are on their way until [`ends`](Self::ends).
    pub(crate) fn withdraw(&self, minor: i64) -> String {
        self.shared.lock().withdraw(minor)
    }

    /// What became of a withdrawal, in PayPal's letter.
    pub(crate) fn ends(&self, withdrawal: &str, status: &'static str) {
        let mut world = self.shared.lock();
        world.purse.0.iter_mut().find(|line| line.id == withdrawal).unwrap().status = status;
    }

    /// The fee of a payment is another one in the search than on the payment.
    pub(crate) fn misprints(&self, capture: &str, more: i64) {
        let mut world = self.shared.lock();
        world.purse.0.iter_mut().find(|line| line.id == capture).unwrap().fee += more;
    }

    /// A dispute is decided, in PayPal's word.
    pub(crate) fn decide(&self, dispute: &str, outcome: &'static str) {
        self.shared.lock().decide(dispute, outcome);
    }
}

/// What goes wrong.
impl PayPal {
    /// The next `times` calls that match go wrong: `POST /v2/checkout/orders`, `GET /v2/payments/captures/*`, `*`.
    pub(crate) fn fail(&self, pattern: &str, fault: Fault, times: u32) {
        self.shared.lock().faults.script(pattern, fault, times);
    }

    /// So many of a thousand calls go wrong, in one of these ways.
    pub(crate) fn fail_at_random(&self, seed: u64, per_mille: u64, faults: &[Fault]) {
        self.shared.lock().faults.at_random(seed, per_mille, faults);
    }

    /// Everything works again; stalled calls are let go.
    pub(crate) fn recover(&self) {
        self.shared.lock().faults.end();
        self.shared.release.send_modify(|releases| *releases += 1);
    }

    pub(crate) fn faults_fired(&self) -> BTreeMap<Fault, u64> {
        self.shared.lock().faults.fired()
    }

    /// Every call of the API so far.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.shared.lock().calls.clone()
    }

    /// The calls that were answered with success, by a part of their path.
    pub(crate) fn done(&self, method: &str, part: &str) -> Vec<Call> {
        let fits = |call: &Call| {
            call.method == method
                && call.path.contains(part)
                && call.status.is_some_and(|status| status < 300)
        };
        self.calls().into_iter().filter(fits).collect()
    }
}

/// What is true.
impl PayPal {
    pub(crate) fn captures(&self) -> Vec<Capture> {
        self.shared.lock().captures.values().cloned().collect()
    }

    pub(crate) fn refunds(&self) -> Vec<Refund> {
        self.shared.lock().refunds.values().cloned().collect()
    }

    pub(crate) fn order(&self, id: &str) -> Order {
        self.shared.lock().orders[id].clone()
    }

    /// As it is now.
    pub(crate) fn subscription(&self, id: &str) -> Subscription {
        self.shared.lock().billing.subscriptions[id].clone()
    }

    pub(crate) fn subscriptions(&self) -> Vec<Subscription> {
        self.shared.lock().billing.subscriptions.values().cloned().collect()
    }

    /// Payments of subscriptions: their order is the subscription.
    pub(crate) fn sales(&self) -> Vec<Capture> {
        self.shared.lock().billing.sales.values().cloned().collect()
    }

    pub(crate) fn plans(&self) -> usize {
        self.shared.lock().billing.plans.len()
    }

    pub(crate) fn orders(&self) -> Vec<Order> {
        self.shared.lock().orders.values().cloned().collect()
    }

    /// The payment of an order.
    pub(crate) fn capture_of(&self, order: &str) -> String {
        let world = self.shared.lock();
        world.captures.values().find(|capture| capture.order == order).unwrap().id.clone()
    }

    /// What went back of a payment, or was lost in disputes.
    pub(crate) fn gone(&self, capture: &Capture) -> i64 {
        capture.captured() - self.shared.lock().left(capture)
    }

    /// The balance of each currency in cents.
    pub(crate) fn balances(&self) -> BTreeMap<String, i64> {
        self.shared.lock().purse.balances()
    }
}

/// Webhooks under the test's control.
impl PayPal {
    /// The events that are still to be delivered, oldest first.
    pub(crate) fn pending(&self) -> Vec<world::Event> {
        self.bill();
        self.shared.lock().events.iter().filter(|event| event.pending).cloned().collect()
    }

    /// Delivers everything that is due, and what follows from it; says how many were acknowledged. What was not is tried
    /// once and stays pending.
    pub(crate) async fn deliver_all(&self) -> usize {
        let (mut tried, mut acknowledged) = (Vec::new(), 0);
        loop {
            let pending = self.pending().into_iter().map(|event| event.id);
            let due: Vec<String> = pending.filter(|id| !tried.contains(id)).collect();
            if due.is_empty() {
                return acknowledged;
            }
            acknowledged += self.deliver(&due).await;
            tried.extend(due);
        }
    }

    /// Delivers everything that is due, each `copies` times, in an order that follows from the seed.
    pub(crate) async fn deliver_shuffled(&self, seed: u64, copies: usize) -> usize {
        let pending = self.pending();
        let mut all: Vec<(u64, String)> = Vec::new();
        for event in pending {
            for _ in 0..copies {
                let place = u64::try_from(all.len()).unwrap();
                all.push((splitmix(splitmix(seed).wrapping_add(place)), event.id.clone()));
            }
        }
        all.sort();
        let ids: Vec<String> = all.into_iter().map(|(_, id)| id).collect();
        self.deliver(&ids).await
    }

    async fn deliver(&self, ids: &[String]) -> usize {
        let mut acknowledged = 0;
        for id in ids {
            if self.send(&self.signed(id)).await.is_some_and(|status| status == 200) {
                acknowledged += 1;
                let mut world = self.shared.lock();
                world
                    .events
                    .iter_mut()
                    .filter(|event| event.id == *id)
                    .for_each(|event| event.pending = false);
            }
        }
        acknowledged
    }

    /// Gives up what is pending: it is never delivered, and can only be listed.
    pub(crate) fn drop_pending(&self) -> usize {
        let mut world = self.shared.lock();
        let pending = world.events.iter_mut().filter(|event| event.pending);
        pending.map(|event| event.pending = false).count()
    }

    /// An event as it would be sent now.
    pub(crate) fn signed(&self, event: &str) -> Signed {
        let body = {
            let world = self.shared.lock();
            world.events.iter().find(|known| known.id == event).unwrap().body.clone()
        };
        self.signed_body(body)
    }

    /// Another content, signed rightly.
    pub(crate) fn forged(&self, event: &str, change: impl FnOnce(&mut Value)) -> Signed {
        let mut body: Value = serde_json::from_slice(&self.signed(event).body).unwrap();
        change(&mut body);
        self.signed_body(serde_json::to_vec(&body).unwrap())
    }

    pub(crate) fn signed_body(&self, body: Vec<u8>) -> Signed {
        let (webhook, now) = {
            let world = self.shared.lock();
            (world.webhooks[0].clone(), world.now())
        };
        self.sign((&webhook.id, &webhook.url), now, Certificate::Good, body)
    }

    /// Signs a body for a webhook at a time, pointing to a certificate.
    pub(crate) fn sign(
        &self,
        (webhook, url): (&str, &str),
        now: DateTime<Utc>,
        certificate: Certificate,
        body: Vec<u8>,
    ) -> Signed {
        let (id, time) = ("8e0d91a0-0000-11f1-8000-000000000001", time_of(now));
        let signature = self.shared.signer.signature((id, &time, webhook), &body);
        let headers = vec![
            ("paypal-auth-algo", "SHA256withRSA".to_owned()),
            ("paypal-cert-url", format!("{}{}", self.url, certificate.path())),
            ("paypal-transmission-id", id.to_owned()),
            ("paypal-transmission-time", time),
            ("paypal-transmission-sig", signature),
        ];
        Signed { url: url.to_owned(), headers, body }
    }

    async fn send(&self, signed: &Signed) -> Option<u16> {
        let client = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build_http();
        let request = hyper::Request::post(&signed.url).header("content-type", "application/json");
        let request =
            signed.headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
        let request = request.body(Full::new(Bytes::from(signed.body.clone()))).unwrap();
        let answer = tokio::time::timeout(ANSWER, client.request(request)).await.ok()?;
        answer.ok().map(|answer| answer.status().as_u16())
    }
}
