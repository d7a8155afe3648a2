//! From every older schema to the newest, with data: nothing is lost, every rule holds, and a migration that is killed
//! leaves the old schema or the new one.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use mainstay::store::checks;

use super::{Empty, Raw};
use crate::support::app::Engine;
use crate::support::command::{Mainstay, package_folder};
use crate::support::postgres::create_database;
use crate::support::{twins, until};
use crate::trials::is_full;

/// Invented people and their gifts, as the first released schema kept them.
const FOUNDATION: &str = include_str!("foundation.sql");

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl Raw {
    fn lines(&mut self, query: &str) -> Vec<String> {
        let query = diesel::sql_query(query);
        let lines: Vec<Line> = match self {
            Self::Sqlite(connection) => query.load(connection).unwrap(),
            Self::Postgres(connection) => query.load(connection).unwrap(),
        };
        lines.into_iter().map(|line| line.line).collect()
    }

    /// Applies a migration as the release that brought it did, whatever this program would do.
    fn apply(&mut self, engine: Engine, name: &str) {
        let version: String = name.split('_').next().unwrap().replace('-', "");
        let folder = match engine {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgres",
        };
        let path = package_folder().join("migrations").join(folder).join(name).join("up.sql");
        let up = std::fs::read_to_string(path).unwrap();
        let begin = if engine == Engine::Sqlite { "PRAGMA foreign_keys = OFF; BEGIN;" } else { "BEGIN;" };
        self.execute(&format!(
            "CREATE TABLE IF NOT EXISTS __diesel_schema_migrations \
             (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);\n\
             {begin}\n{up}\nINSERT INTO __diesel_schema_migrations (version) VALUES ('{version}');\nCOMMIT;"
        ));
    }

    fn fill(&mut self, engine: Engine) {
        let (yes, no, open, close) = match engine {
            Engine::Sqlite => ("1", "0", "X'", "'"),
            Engine::Postgres => ("TRUE", "FALSE", "'\\x", "'"),
        };
        let mut text = FOUNDATION.replace("{true}", yes).replace("{false}", no);
        while let Some(start) = text.find("{bytes:") {
            let end = start + text[start..].find('}').unwrap();
            let hex = text[start + "{bytes:".len()..end].to_owned();
            text.replace_range(start..=end, &format!("{open}{hex}{close}"));
        }
        self.execute(&format!("BEGIN;\n{text}\nCOMMIT;"));
    }

    /// All that a schema consists of, without what differs from one database to the next.
    fn shape(&mut self) -> String {
        let applied =
            self.lines("SELECT CAST(version AS TEXT) AS line FROM __diesel_schema_migrations ORDER BY 1");
        let parts = match self {
            Self::Sqlite(_) => {
                "SELECT type || ' ' || name || ' ' || COALESCE(sql, '') AS line FROM sqlite_master \
                 WHERE name NOT LIKE '%diesel%' ORDER BY 1"
            }
            Self::Postgres(_) => {
                "SELECT c.relkind::text || ' ' || c.relname AS line FROM pg_class c \
                 WHERE c.relnamespace = 'public'::regnamespace \
                 UNION ALL SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint \
                 WHERE connamespace = 'public'::regnamespace \
                 UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"
            }
        };
        format!("{applied:?}\n{:?}\n{}", self.tables(), self.lines(parts).join("\n"))
    }

    /// Every row of the tables of the first schema, by the columns that it had.
    fn rows(&mut self, columns: &BTreeMap<String, Vec<String>>) -> Vec<String> {
        let mut rows = Vec::new();
        for (table, names) in columns {
            let cells = names.iter().map(|name| match self {
                Self::Sqlite(_) => format!("COALESCE(QUOTE({name}), '')"),
                Self::Postgres(_) => format!("COALESCE({name}::text, 'NULL')"),
            });
            let cells = cells.collect::<Vec<_>>().join(" || '|' || ");
            let lines = self.lines(&format!("SELECT {cells} AS line FROM {table} ORDER BY 1"));
            rows.extend(lines.into_iter().map(|line| format!("{table}: {line}")));
        }
        rows
    }

    /// The names of the columns of each table.
    fn columns(&mut self) -> BTreeMap<String, Vec<String>> {
        let name = |column: &String| column.split(' ').next().unwrap().to_owned();
        let tables = self.tables().into_iter();
        tables.map(|(table, (columns, _))| (table, columns.iter().map(name).collect())).collect()
    }

    fn count(&mut self, query: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = BigInt)]
            count: i64,
        }
        let query = diesel::sql_query(query);
        let counted: Count = match self {
            Self::Sqlite(connection) => query.get_result(connection).unwrap(),
            Self::Postgres(connection) => query.get_result(connection).unwrap(),
        };
        counted.count
    }
}

/// The names of all migrations, oldest first.
fn migrations() -> Vec<String> {
    let entries = std::fs::read_dir(package_folder().join("migrations/sqlite")).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// A site that was begun with the first release, and updated as far as to the migration of this number.
fn old_site(engine: Engine, last: usize) -> Empty {
    let site = Empty::of(engine);
    let mut raw = site.raw();
    for (number, name) in migrations().iter().enumerate().take(last) {
        raw.apply(engine, name);
        if number == 0 {
            raw.fill(engine);
        }
    }
    drop(raw);
    site
}

async fn broken_rules(site: &Empty) -> Vec<String> {
    let findings = site.open().read(checks::run).await.unwrap();
    findings.iter().filter_map(|finding| Some(format!("{}: {}", finding.name, finding.in_words()?))).collect()
}

async fn every_older_schema_becomes_the_newest_with_all_that_it_held(engine: Engine) {
    let newest = Empty::of(engine);
    newest.open().migrate().await.unwrap();
    let wanted = newest.raw().shape();

    for last in 1..=migrations().len() {
        let site = old_site(engine, last);
        let first = old_site(engine, 1);
        let columns = first.raw().columns();
        let before = first.raw().rows(&columns);
        assert!(before.len() > 60, "{before:#?}");

        let folder = tempfile::tempdir().unwrap();
        let call = Mainstay::new(folder.path(), ["migrate"]).env("MAINSTAY_DATABASE__URL", &site.url);
        let finished = call.run().await;

        assert_eq!(finished.code, Some(0), "{finished:?}");
        // The words of donors are filled in behind their migration: a site that stands between the two lacks them.
        let mut errors = finished.stderr.lines().filter(|line| line.contains("ERROR"));
        assert!(
            errors.all(|line| line.contains("is found by the words of their name")),
            "the books were looked at before and after: {finished:?}"
        );
        let mut raw = site.raw();
        assert_eq!(raw.shape(), wanted, "from {last}");
        assert_eq!(raw.rows(&columns), before, "from {last}");
        assert!(broken_rules(&site).await.is_empty(), "from {last}: {:#?}", broken_rules(&site).await);
    }
}
twins!(every_older_schema_becomes_the_newest_with_all_that_it_held);

async fn what_was_broken_before_is_told_and_does_not_stop_a_migration(engine: Engine) {
    let site = old_site(engine, 1);
    site.raw().execute("UPDATE donations SET gross_minor = gross_minor + 1 WHERE gross_minor = 4000");
    let folder = tempfile::tempdir().unwrap();

    let call = Mainstay::new(folder.path(), ["migrate"]).env("MAINSTAY_DATABASE__URL", &site.url);
    let finished = call.run().await;

    assert_eq!(finished.code, Some(0), "{finished:?}");
    assert!(finished.stdout.contains("applied: "), "{finished:?}");
    for words in ["a rule of the books is broken before the migration", "money that arrived is in the ledger"]
    {
        assert!(finished.stderr.contains(words), "{words}: {finished:?}");
    }
    assert!(!broken_rules(&site).await.is_empty());
}
twins!(what_was_broken_before_is_told_and_does_not_stop_a_migration);

/// Calls by which a migration leaves something behind.
fn calls(engine: Engine) -> &'static [&'static str] {
    match engine {
        Engine::Sqlite => &["pwrite64", "fsync", "fdatasync", "ftruncate", "unlink"],
        Engine::Postgres => &["sendto", "recvfrom"],
    }
}

/// Runs `mainstay migrate` under strace, with these options.
fn migrate_under_strace(site: &Empty, options: &[String]) -> std::process::ExitStatus {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("strace");
    command.args(["-f", "-qq"]).args(options).arg(env!("CARGO_BIN_EXE_mainstay")).arg("migrate");
    command.current_dir(folder.path()).env_clear().env("MAINSTAY_DATABASE__URL", &site.url);
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    let run = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    run.expect("strace is missing; install it, or run scripts/test-setup")
}

/// Every call of a migration that can be its last: the name of the call, and which of its kind in one thread.
fn kill_points(engine: Engine, site: &Empty) -> Vec<(&'static str, usize)> {
    let log = tempfile::NamedTempFile::new().unwrap();
    let options =
        ["-o".to_owned(), log.path().display().to_string(), format!("-etrace={}", calls(engine).join(","))];
    assert!(migrate_under_strace(site, &options).success());
    let log = std::fs::read_to_string(log.path()).unwrap();
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for line in log.lines() {
        let mut words = line.split_whitespace();
        let (thread, rest) = (words.next().unwrap(), words.next().unwrap_or_default());
        *counts.entry((rest.split('(').next().unwrap(), thread)).or_default() += 1;
    }
    let most =
        |call: &str| counts.iter().filter(|((name, _), _)| *name == call).map(|(_, n)| *n).max().unwrap_or(0);
    calls(engine).iter().flat_map(|call| (1..=most(call)).map(|nth| (*call, nth))).collect()
}

/// A server that lost its client may still be busy with its last words.
async fn nobody_is_connected(site: &Empty) {
    let query = "SELECT COUNT(*) AS count FROM pg_stat_activity \
                 WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let mut raw = site.raw();
    until("the server notices", async || (raw.count(query) == 0).then_some(())).await;
}

async fn a_migration_that_is_killed_leaves_the_old_schema_or_the_new_one(engine: Engine) {
    let all = migrations().len();
    let shapes: Vec<String> = (1..=all).map(|last| old_site(engine, last).raw().shape()).collect();
    let template = old_site(engine, 1);
    let columns = template.raw().columns();
    let before = template.raw().rows(&columns);
    let fresh = || match template.database() {
        None => {
            let copy = Empty::of(engine);
            let path = |url: &str| url.strip_prefix("sqlite://").unwrap().to_owned();
            std::fs::copy(path(&template.url), path(&copy.url)).unwrap();
            copy
        }
        Some(database) => Empty::on(create_database(Some(&database.name))),
    };
    let points = kill_points(engine, &fresh());
    assert!(points.len() > 20, "{points:?}");
    let few = if is_full() { points.len() } else { 8 };
    let (mut killed, mut old) = (0, 0);

    for turn in 0..few {
        let (call, nth) = points[turn * points.len() / few];
        let site = fresh();
        let inject = format!("-einject={call}:signal=SIGKILL:when={nth}");
        let options = ["-o/dev/null".to_owned(), format!("-etrace={call}"), inject];
        let point = format!("killed at {call} {nth}");
        killed += usize::from(!migrate_under_strace(&site, &options).success());
        if engine == Engine::Postgres {
            nobody_is_connected(&site).await;
        }

        let left = site.raw().shape();
        assert!(shapes.contains(&left), "{point} left neither an old nor the new schema: {left}");
        old += usize::from(left != shapes[all - 1]);
        assert_eq!(site.raw().rows(&columns), before, "{point}");
        site.open().migrate().await.unwrap();
        assert_eq!(site.raw().shape(), shapes[all - 1], "{point}");
        assert_eq!(site.raw().rows(&columns), before, "{point}");
        assert!(broken_rules(&site).await.is_empty(), "{point}");
    }

    // How often PostgreSQL is listened to differs from run to run: the last points may not be reached.
    assert!(killed * 2 > few, "only {killed} of {few} were killed");
    assert!(old > 0, "none was killed before the end");
    println!(
        "trial migrations {engine:?}: {few} of {} points, {killed} killed, {old} left an older schema, 0 lost",
        points.len()
    );
}
twins!(a_migration_that_is_killed_leaves_the_old_schema_or_the_new_one);
