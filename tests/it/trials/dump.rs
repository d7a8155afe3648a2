//! What is in a database, whenever and under whatever ids it was written down.

use mainstay::store::{Db, Engine};

use crate::support::sql::lines;

/// Not what a gift leaves behind: secrets, rhythms, what is spent of the limits, the link that each start without an
/// owner prints.
const LEFT_OUT: &[&str] = &[
    "__diesel_schema_migrations",
    "settings",
    "schedules",
    "rate_limits",
    "campaigns",
    "staff_links",
    "day_keys",
    "form_views",
];

/// Every row of every table, ids and times left out, sorted.
pub(super) async fn dump(db: &Db) -> Vec<String> {
    let mut all = Vec::new();
    for table in tables(db).await {
        if LEFT_OUT.contains(&table.as_str()) {
            continue;
        }
        let columns: Vec<String> = columns(db, &table)
            .await
            .into_iter()
            // How often a job was tried shows that somebody died, and is meant to.
            .filter(|column| {
                table != "jobs" || !["attempt", "failures", "last_error"].contains(&column.as_str())
            })
            .map(|column| match (table.as_str(), column.as_str()) {
                // Times and ports under a signature, which cannot be masked one by one; what stands under a secret of the day,
                // which is another one on each site.
                ("inbox", "body")
                | ("sandbox_payments", "return_url")
                | ("pledge_clients", "client" | "network" | "email") => "'…'".to_owned(),
                _ => format!("COALESCE(CAST({column} AS TEXT), '-')"),
            })
            .collect();
        // Recurring work has no key: how often it came depends on the starts.
        let housekeeping = if table == "jobs" { "WHERE unique_key IS NOT NULL" } else { "" };
        let sql = format!("SELECT {} AS line FROM {table} {housekeeping}", columns.join(" || ' | ' || "));
        all.extend(lines(db, &sql).await.iter().map(|row| format!("{table}: {}", masked(row))));
    }
    all.sort();
    all
}

async fn tables(db: &Db) -> Vec<String> {
    let sql = match db.engine() {
        Engine::Sqlite => {
            "SELECT name AS line FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        }
        Engine::Postgres => {
            "SELECT CAST(table_name AS TEXT) AS line FROM information_schema.tables WHERE table_schema = 'public'"
        }
    };
    lines(db, sql).await
}

async fn columns(db: &Db, table: &str) -> Vec<String> {
    let sql = match db.engine() {
        Engine::Sqlite => format!("SELECT name AS line FROM pragma_table_info('{table}')"),
        Engine::Postgres => format!(
            "SELECT CAST(column_name AS TEXT) AS line FROM information_schema.columns \
             WHERE table_schema = 'public' AND table_name = '{table}' ORDER BY ordinal_position"
        ),
    };
    lines(db, &sql).await
}

/// Length of an id behind its prefix.
const ULID: usize = 26;

/// Length of a hash, written down: the one that seals the log is made of ids and times.
const HASH: usize = 64;

/// `don_01J…` becomes `don_*`, and a time or a hash `*`.
fn masked(row: &str) -> String {
    let mut out = String::new();
    let mut rest = row;
    while let Some(first) = rest.chars().next() {
        let skipped = if out.ends_with('_') { ulid(rest) } else { time(rest).max(hash(rest)) };
        match skipped {
            0 => {
                out.push(first);
                rest = &rest[first.len_utf8()..];
            }
            length => {
                out.push('*');
                rest = &rest[length..];
            }
        }
    }
    out
}

fn ulid(text: &str) -> usize {
    let length = text.bytes().take_while(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()).count();
    if length == ULID { ULID } else { 0 }
}

fn hash(text: &str) -> usize {
    let is_hex = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
    if text.bytes().take_while(is_hex).count() == HASH { HASH } else { 0 }
}

/// The length of a time such as `2026-06-15 10:00:00.123` at the start of this text.
fn time(text: &str) -> usize {
    let fits = text.bytes().zip(*b"0000-00-00 00:00:00").take_while(|(byte, form)| match form {
        b'0' => byte.is_ascii_digit(),
        b' ' => matches!(byte, b' ' | b'T'),
        _ => byte == form,
    });
    if fits.count() < 19 {
        return 0;
    }
    19 + text[19..].bytes().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'Z')).count()
}

#[test]
fn ids_times_and_hashes_are_masked_and_amounts_are_not() {
    let seal = "7ee98c77484e6f0ae8915e6a14a97c87bc3601b2c26ca55b80ce080a240d9690";
    assert_eq!(masked(&format!("audit | {seal} | 2500")), "audit | * | 2500");
    let row = "don_01KV5BJH80EQ75JV2581H6HJZ9 | 2500 | 2026-06-15 10:00:00.123456 | {\"at\":\"2026-06-15T10:00:00Z\"} | 2026-06-15";
    assert_eq!(masked(row), "don_* | 2500 | * | {\"at\":\"*\"} | 2026-06-15");
}
