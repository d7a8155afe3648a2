//! `POST /webhooks/stripe`, durable when it is answered, beside the database alone taking a row for each event.
//!
//! Ours checks the signature and writes two rows: the event, and the job that will process it. No job runs
//! meanwhile.

use crate::load::{CLIENTS, Load};
use crate::process::{self, Server};
use crate::raw::postgres::PgBench;
use crate::raw::sqlite::{EventRow, Raw};
use crate::rounds::{Comparison, Plan};
use hmac::{Hmac, KeyInit as _, Mac as _};
use mainstay::domain::clock::{Clock as _, SystemClock, splitmix};
use sha2::Sha256;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const SECRET: &str = "whsec_0123456789abcdefghij";

/// Turns Stripe on, at an address where nobody answers.
pub(crate) const KEYS: [(&str, &str); 3] = [
    ("MAINSTAY_STRIPE__SECRET_KEY", "sk_test_0123456789abcdefghij"),
    ("MAINSTAY_STRIPE__WEBHOOK_SECRET", SECRET),
    ("MAINSTAY_STRIPE__API_BASE", "http://127.0.0.1:9"),
];

pub(crate) fn on_sqlite(plan: &Plan) {
    let (ours, raw) = (process::folder(), process::folder());
    let site = Server::mainstay(ours.path(), &process::behind_proxy(plan, &KEYS));
    // The same program makes the tables of the other side.
    drop(Server::mainstay(raw.path(), &process::behind_proxy(plan, &[])));
    let raw = Raw::<EventRow>::open(&raw.path().join("data/mainstay.db"));
    let load = events(site.address);
    Comparison {
        name: &name("SQLite"),
        limit: "one row for each event from memory, group-committed, no HTTP",
        goal: 0.5,
    }
    .run(plan, || site.under(&load, plan.time), || raw.run(plan.time));
}

pub(crate) fn on_postgres(plan: &Plan) {
    let (folder, other) = (process::folder(), process::folder());
    let (ours, limit) = (PgBench::database("ours"), PgBench::database("limit"));
    let [key, secret, address] = KEYS;
    let database = ("MAINSTAY_DATABASE__URL", ours.url.as_str());
    let site =
        Server::mainstay(folder.path(), &process::behind_proxy(plan, &[key, secret, address, database]));
    let database = ("MAINSTAY_DATABASE__URL", limit.url.as_str());
    drop(Server::mainstay(other.path(), &process::behind_proxy(plan, &[database])));
    let load = events(site.address);
    Comparison {
        name: &name("PostgreSQL"),
        limit: "pgbench, one row for each event, prepared, no HTTP",
        goal: 0.5,
    }
    .run(plan, || site.under(&load, plan.time), || limit.events(plan.time));
}

fn name(engine: &str) -> String {
    let bytes = Event::of(0).body.len();
    format!("POST /webhooks/stripe, {engine}, {bytes} bytes, {CLIENTS} clients")
}

/// One signed event after the other, no two alike.
pub(crate) fn events(address: SocketAddr) -> Load {
    let count = AtomicU64::new(0);
    let next = move |out: &mut Vec<u8>| {
        let Event { id: _, body } = Event::of(count.fetch_add(1, Ordering::Relaxed));
        let time = SystemClock.now().timestamp();
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(format!("{time}.{body}").as_bytes());
        let code = hex::encode(mac.finalize().into_bytes());
        let head = format!(
            "POST /webhooks/stripe HTTP/1.1\r\nhost: localhost\r\nstripe-signature: t={time},v1={code}\r\n\
             content-type: application/json; charset=utf-8\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(body.as_bytes());
    };
    Load { address, next: Arc::new(next), wanted: 200 }
}

/// What Stripe sends when a donor has paid.
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) body: String,
}

impl Event {
    pub(crate) fn of(number: u64) -> Self {
        let name = format!("{:016x}{number:08x}", splitmix(number));
        Self { id: format!("evt_{name}"), body: include_str!("raw/event.json").replace("NUMBER", &name) }
    }
}
