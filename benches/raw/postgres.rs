//! PostgreSQL by its own pgbench.

use crate::load::CLIENTS;
use crate::pledges::CAMPAIGN;
use crate::rounds::Run;
use crate::webhooks::Event;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _};
use mainstay::domain::clock::{Clock as _, SystemClock};
use std::process::Command;
use std::time::Duration;

/// What pgbench does for a pledge, and for an event.
const PLEDGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/raw/pledge.sql");
const EVENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/raw/event.sql");

/// A database of its own on the server that the environment names; dropped with this value.
pub(crate) struct PgBench {
    admin_url: String,
    name: String,
    pub(crate) url: String,
}

impl PgBench {
    /// Makes an empty database.
    pub(crate) fn database(side: &str) -> Self {
        Self::create(side, "")
    }

    /// Another database with the same in it; nobody may be using this one.
    pub(crate) fn copy(&self, side: &str) -> Self {
        Self::create(side, &format!(" TEMPLATE \"{}\"", self.name))
    }

    fn create(side: &str, like: &str) -> Self {
        let admin_url = std::env::var_os("MAINSTAY_TEST_POSTGRES").and_then(|url| url.into_string().ok());
        let admin_url =
            admin_url.expect("MAINSTAY_TEST_POSTGRES names a PostgreSQL server; scripts/bench sets it");
        let name = format!("mainstay_bench_{}_{side}", std::process::id());
        let (server, _) = admin_url.rsplit_once('/').unwrap();
        let url = format!("{server}/{name}");
        execute(&admin_url, &format!("CREATE DATABASE \"{name}\"{like}"));
        Self { admin_url, name, url }
    }

    /// Pledges for a while.
    pub(crate) fn pledges(&self, time: Duration) -> Run {
        let now = SystemClock.now().timestamp_micros().to_string();
        let values = [("campaign", self.campaign()), ("slug", CAMPAIGN.to_owned()), ("now", now)];
        self.run(PLEDGE, &values, time)
    }

    /// Events for a while, a row each; the bodies are alike.
    pub(crate) fn events(&self, time: Duration) -> Run {
        self.run(EVENT, &[("body", Event::of(0).body)], time)
    }

    /// Rows as they are needed.
    pub(crate) fn execute(&self, sql: &str) {
        execute(&self.url, sql);
    }

    /// Lets the server count its rows, as it does by itself within a minute or so.
    pub(crate) fn settle_down(&self) {
        execute(&self.url, "ANALYZE");
        execute(&self.url, "CHECKPOINT");
    }

    fn run(&self, script: &str, values: &[(&str, String)], time: Duration) -> Run {
        let mut command = Command::new("pgbench");
        command.args(["--no-vacuum", "--protocol=prepared", "--jobs=2"]);
        command.args(["--client", &CLIENTS.to_string(), "--time", &time.as_secs().to_string()]);
        for (name, value) in values {
            command.arg("--define").arg(format!("{name}={value}"));
        }
        let output = command.args(["--file", script, &self.url]).output();
        let output = output.expect("pgbench is in PATH; scripts/bench looks for it");
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let rate =
            printed.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
        Run::of_rate(rate.unwrap_or_else(|| panic!("pgbench gave no rate: {printed}")))
    }

    fn campaign(&self) -> String {
        #[derive(QueryableByName)]
        struct Named {
            #[diesel(sql_type = diesel::sql_types::Text)]
            id: String,
        }
        let mut conn = PgConnection::establish(&self.url).unwrap();
        let named: Named =
            diesel::sql_query("SELECT id FROM campaigns LIMIT 1").get_result(&mut conn).unwrap();
        named.id
    }
}

impl Drop for PgBench {
    fn drop(&mut self) {
        execute(&self.admin_url, &format!("DROP DATABASE \"{}\" WITH (FORCE)", self.name));
    }
}

/// Runs one statement outside a transaction.
fn execute(url: &str, statement: &str) {
    PgConnection::establish(url).unwrap().batch_execute(statement).unwrap();
}
