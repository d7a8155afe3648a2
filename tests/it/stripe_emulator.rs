//! The emulator of Stripe keeps the rules of the real one: what the program's tests lean on.

mod books;
mod calls;
mod deliveries;
mod faults;
mod library;
mod recurring;

use crate::support::app::start_of_tests;
use crate::support::stripe::{Options, Stripe};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use mainstay::domain::clock::FixedClock;
use serde_json::Value;
use std::sync::Arc;
use url::form_urlencoded;

/// Somebody who speaks to the emulator without any library of Stripe's.
struct Caller {
    url: String,
    authorization: String,
    version: Option<String>,
}

/// What came back.
struct Reply {
    status: u16,
    headers: hyper::HeaderMap,
    body: Vec<u8>,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The `type` or the `code` of the error, and the parameter that it is about.
    fn error(&self) -> (String, String) {
        let error = &self.json()["error"];
        let word = error["code"].as_str().or(error["type"].as_str()).unwrap_or_default();
        (word.to_owned(), error["param"].as_str().unwrap_or_default().to_owned())
    }
}

impl Caller {
    fn of(stripe: &Stripe) -> Self {
        let authorization = format!("Bearer {}", stripe.key());
        Self { url: stripe.url.clone(), authorization, version: Some("2026-09-30.endive".to_owned()) }
    }

    /// Makes a call; nothing if the connection ended before the answer was whole.
    async fn try_call(&self, method: &str, path: &str, body: &str, key: Option<&str>) -> Option<Reply> {
        let client = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build_http();
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header("authorization", &self.authorization)
            .header("content-type", "application/x-www-form-urlencoded");
        if let Some(version) = &self.version {
            request = request.header("stripe-version", version);
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let answer =
            client.request(request.body(Full::new(Bytes::from(body.to_owned()))).unwrap()).await.ok()?;
        let (head, body) = answer.into_parts();
        let body = body.collect().await.ok()?.to_bytes().to_vec();
        Some(Reply { status: head.status.as_u16(), headers: head.headers, body })
    }

    async fn get(&self, path: &str) -> Reply {
        self.try_call("GET", path, "", None).await.unwrap()
    }

    async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Reply {
        self.try_call("POST", path, &encoded(pairs), None).await.unwrap()
    }

    async fn post_once(&self, key: &str, path: &str, pairs: &[(&str, &str)]) -> Reply {
        self.try_call("POST", path, &encoded(pairs), Some(key)).await.unwrap()
    }

    /// Opens a session over an amount; gives its id.
    async fn open(&self, amount: &str, currency: &str) -> String {
        let reply = self.post("/v1/checkout/sessions", &session_of(amount, currency)).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()["id"].as_str().unwrap().to_owned()
    }
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// What a donation asks for.
fn session_of<'a>(amount: &'a str, currency: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("mode", "payment"),
        ("submit_type", "donate"),
        ("line_items[0][quantity]", "1"),
        ("line_items[0][price_data][currency]", currency),
        ("line_items[0][price_data][unit_amount]", amount),
        ("line_items[0][price_data][product_data][name]", "A gift"),
        ("customer_email", "pat@example.org"),
        ("client_reference_id", "attempt-1"),
        ("metadata[attempt]", "attempt-1"),
        ("payment_intent_data[metadata][attempt]", "attempt-1"),
        ("success_url", "https://press.example.org/thanks?s={CHECKOUT_SESSION_ID}"),
        ("cancel_url", "https://press.example.org/give"),
        ("adaptive_pricing[enabled]", "false"),
        ("locale", "de"),
    ]
}

/// The emulator at a time that stands still, and somebody who calls it.
fn start() -> (Stripe, FixedClock, Caller) {
    start_with(|_options| {})
}

fn start_with(change: impl FnOnce(&mut Options)) -> (Stripe, FixedClock, Caller) {
    let clock = FixedClock::at(start_of_tests());
    let mut options = Options::at(Arc::new(clock.clone()));
    change(&mut options);
    let stripe = Stripe::start(options);
    let caller = Caller::of(&stripe);
    (stripe, clock, caller)
}
