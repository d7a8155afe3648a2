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
use std::process::Stdio;
use std::time::Instant;

/// Requests for the server at an address.
type MakeLoad = fn(SocketAddr) -> Load;

/// Donations added by one call of the program; after each of them the time is looked at.
const PART: u64 = 20_000;

pub(crate) fn on_sqlite(plan: &Plan) {
    let (full, empty) = (process::folder(), process::folder());
    let url = |folder: &Path| format!("sqlite://{}/site.db", folder.display());
    let (full_url, empty_url) = (url(full.path()), url(empty.path()));
    compare(plan, "SQLite", (full.path(), &full_url, || {}), (empty.path(), &empty_url));
}

pub(crate) fn on_postgres(plan: &Plan) {
    let (full, empty) = (process::folder(), process::folder());
    let (full_database, empty_database) = (PgBench::database("full"), PgBench::database("empty"));
    let filled = || full_database.settle_down();
    compare(
        plan,
        "PostgreSQL",
        (full.path(), &full_database.url, filled),
        (empty.path(), &empty_database.url),
    );
}

fn compare<F: FnOnce()>(plan: &Plan, engine: &str, full: (&Path, &str, F), empty: (&Path, &str)) {
    let [key, secret, address] = KEYS;
    let settings =
        |url| process::behind_proxy(plan, &[key, secret, address, ("MAINSTAY_DATABASE__URL", url)]);
    let (folder, full_url, filled) = full;
    let donations = fill(plan, folder, &settings(full_url));
    filled();
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

/// Adds invented donations, as many as are wanted or as the time allows, and gives their number.
fn fill(plan: &Plan, folder: &Path, settings: &[(&str, &str)]) -> u64 {
    // Makes the tables.
    drop(Server::mainstay(folder, settings));
    let (began, mut donations) = (Instant::now(), 0);
    while donations < plan.donations && began.elapsed() < plan.filling {
        let part = PART.min(plan.donations - donations);
        // Another seed invents other people.
        let arguments = ["demo", "fill", "--donations", &part.to_string(), "--seed", &donations.to_string()];
        let filled = process::mainstay(folder, settings).args(arguments).stdout(Stdio::null()).status();
        assert!(filled.unwrap().success(), "the log is in {}", folder.display());
        donations += part;
    }
    let rate = donations as f64 / began.elapsed().as_secs_f64();
    println!("{donations} donations made by `demo fill`, {rate:.0} /s\n");
    donations
}
