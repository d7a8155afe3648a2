//! The same work on a site with very many donations, beside a new site.

use crate::landing;
use crate::load::{CLIENTS, Load};
use crate::pledges;
use crate::process::{self, Server};
use crate::raw::postgres::PgBench;
use crate::rounds::{Comparison, Plan, Run};
use crate::settling::Books;
use crate::webhooks::{self, KEYS};
use std::net::SocketAddr;
use std::path::Path;

/// Requests for the server at an address.
type MakeLoad = fn(SocketAddr) -> Load;

pub(crate) fn on_sqlite(plan: &Plan) {
    let (full, empty) = (process::folder(), process::folder());
    let full_url = plan.large.on_sqlite(full.path());
    let empty_url = format!("sqlite://{}/site.db", empty.path().display());
    compare(plan, "SQLite", (full.path(), &full_url), (empty.path(), &empty_url));
}

pub(crate) fn on_postgres(plan: &Plan) {
    let (full, empty) = (process::folder(), process::folder());
    let (full_database, empty_database) = (plan.large.on_postgres("full"), PgBench::database("empty"));
    compare(plan, "PostgreSQL", (full.path(), &full_database.url), (empty.path(), &empty_database.url));
}

fn compare(plan: &Plan, engine: &str, full: (&Path, &str), empty: (&Path, &str)) {
    let [key, secret, address] = KEYS;
    let settings =
        |url| process::behind_proxy(plan, &[key, secret, address, ("MAINSTAY_DATABASE__URL", url)]);
    let donations = plan.large.donations();
    let (folder, full_url) = full;
    let (empty_folder, empty_url) = empty;
    {
        let start = |folder, url| {
            let server = Server::mainstay(folder, &settings(url));
            server.wait_until_idle();
            server
        };
        let sites = (start(folder, full_url), start(empty_folder, empty_url));
        let loads: [(&str, MakeLoad); 3] = [
            ("landing page, br", landing::browser),
            ("POST /api/v1/pledges", pledges::donors),
            ("POST /webhooks/stripe", webhooks::events),
        ];
        for (what, load) in loads {
            let (full, empty) = (load(sites.0.address), load(sites.1.address));
            let name = format!("{what}, {engine}, {donations} donations, {CLIENTS} clients");
            beside_empty(
                plan,
                &name,
                || sites.0.under(&full, plan.time),
                || sites.1.under(&empty, plan.time),
            );
        }
    }
    let (full, empty) = (Books::open(full_url), Books::open(empty_url));
    let name = format!("bank transfers taken into the books, {engine}, {donations} donations");
    beside_empty(plan, &name, || full.settle(), || empty.settle());
}

fn beside_empty(plan: &Plan, name: &str, full: impl FnMut() -> Run, empty: impl FnMut() -> Run) {
    Comparison { name, limit: "the same on a new site", goal: 0.9 }.run(plan, full, empty);
}
