//! `POST /api/v1/pledges` by bank transfer, durable when it is answered, beside the database alone.
//!
//! Every request comes from another donor: another e-mail address, another network address (as a proxy in front
//! reports it). No job runs meanwhile, so that both sides do the same work.

use crate::load::{CLIENTS, Load};
use crate::process::{self, Server};
use crate::raw::postgres::PgBench;
use crate::raw::sqlite::{PledgeRows, Raw};
use crate::rounds::{Comparison, Plan};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// The campaign of the example content.
pub(crate) const CAMPAIGN: &str = "press-fund";

pub(crate) fn on_sqlite(plan: &Plan) {
    let (ours, raw) = (process::folder(), process::folder());
    let site = Server::mainstay(ours.path(), &process::behind_proxy(plan, &[]));
    // The same program makes the tables of the other side.
    drop(Server::mainstay(raw.path(), &process::behind_proxy(plan, &[])));
    let raw = Raw::<PledgeRows>::open(&raw.path().join("data/mainstay.db"));
    let load = donors(site.address);
    Comparison {
        name: &format!("POST /api/v1/pledges, SQLite, {CLIENTS} clients"),
        limit: "same rows and statements from memory, group-committed, no HTTP",
        goal: 0.5,
    }
    .run(plan, || site.under(&load, plan.time), || raw.run(plan.time));
}

pub(crate) fn on_postgres(plan: &Plan) {
    let (folder, other) = (process::folder(), process::folder());
    let (ours, limit) = (PgBench::database("ours"), PgBench::database("limit"));
    let site = Server::mainstay(
        folder.path(),
        &process::behind_proxy(plan, &[("MAINSTAY_DATABASE__URL", &ours.url)]),
    );
    drop(Server::mainstay(
        other.path(),
        &process::behind_proxy(plan, &[("MAINSTAY_DATABASE__URL", &limit.url)]),
    ));
    let load = donors(site.address);
    Comparison {
        name: &format!("POST /api/v1/pledges, PostgreSQL, {CLIENTS} clients"),
        limit: "pgbench with the same rows and statements, prepared, no HTTP",
        goal: 0.7,
    }
    .run(plan, || site.under(&load, plan.time), || limit.pledges(plan.time));
}

/// One donor after the other, no two alike and no two in one network.
pub(crate) fn donors(address: SocketAddr) -> Load {
    let count = AtomicU32::new(0);
    let next = move |out: &mut Vec<u8>| {
        let number = count.fetch_add(1, Ordering::Relaxed);
        let [_, a, b, c] = number.to_be_bytes();
        let body = format!(
            r#"{{"campaign":"{CAMPAIGN}","amount":{{"minor":2500,"currency":"EUR"}},"gateway":"bank_transfer","donor":{{"email":"donor{number}@example.org","name":"Ann Reader"}}}}"#
        );
        let head = format!(
            "POST /api/v1/pledges HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: {c}.{b}.{a}.1\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(body.as_bytes());
    };
    Load { address, next: Arc::new(next), wanted: 201 }
}
