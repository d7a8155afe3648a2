//! The schema: both trees make the tables that the program expects, once, and never go back.

mod upgrades;

use std::collections::{BTreeMap, BTreeSet};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use mainstay::store::{DatabaseOptions, Db, StoreError};

use crate::support::app::Engine;
use crate::support::command::{Mainstay, package_folder};
use crate::support::postgres::{TestDatabase, create_database};
use crate::support::sql::schema_text;
use crate::support::twins;

/// An empty database that goes with this value.
struct Empty {
    url: String,
    _folder: tempfile::TempDir,
    database: Option<TestDatabase>,
}

impl Empty {
    fn of(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = (engine == Engine::Postgres).then(|| create_database(None));
        let file = format!("sqlite://{}/site.db", folder.path().display());
        let url = database.as_ref().map_or(file, |database| database.url.clone());
        Self { url, _folder: folder, database }
    }

    fn on(database: TestDatabase) -> Self {
        let url = database.url.clone();
        Self { url, _folder: tempfile::tempdir().unwrap(), database: Some(database) }
    }

    /// The database, on PostgreSQL.
    fn database(&self) -> Option<&TestDatabase> {
        self.database.as_ref()
    }

    fn open(&self) -> Db {
        let second = std::time::Duration::from_secs(5);
        let options = DatabaseOptions {
            url: self.url.clone(),
            pool_size: 1,
            busy_timeout: second,
            statement_timeout: second,
            acquire_timeout: second,
        };
        Db::open(&options).unwrap()
    }

    fn raw(&self) -> Raw {
        match self.url.strip_prefix("sqlite://") {
            Some(path) => {
                let mut connection = SqliteConnection::establish(path).unwrap();
                // A killed process may take a moment to let go of the file.
                connection.batch_execute("PRAGMA busy_timeout = 10000;").unwrap();
                Raw::Sqlite(connection)
            }
            None => Raw::Postgres(PgConnection::establish(&self.url).unwrap()),
        }
    }
}

/// The database as it is, behind the program's back.
enum Raw {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

#[derive(QueryableByName)]
struct Described {
    #[diesel(sql_type = Text)]
    owner: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
    /// 1 for the first column of the primary key, 0 outside it.
    #[diesel(sql_type = BigInt)]
    key: i64,
}

const OF_SQLITE: &str = "SELECT m.name AS owner, c.name, c.type AS kind, NOT (c.\"notnull\" OR c.pk > 0) AS nullable, \
    c.pk AS \"key\" FROM sqlite_master m JOIN pragma_table_info(m.name) c \
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> '__diesel_schema_migrations' ORDER BY c.cid";
const OF_POSTGRES: &str = "SELECT c.table_name::text AS owner, c.column_name::text AS name, c.data_type::text AS kind, \
    c.is_nullable = 'YES' AS nullable, COALESCE((SELECT k.ordinal_position FROM information_schema.key_column_usage k \
    JOIN information_schema.table_constraints t ON t.constraint_name = k.constraint_name AND t.constraint_type = 'PRIMARY KEY' \
    AND t.table_name = c.table_name WHERE k.table_name = c.table_name AND k.column_name = c.column_name), 0)::bigint AS key \
    FROM information_schema.columns c WHERE c.table_schema = 'public' AND c.table_name <> '__diesel_schema_migrations' \
    ORDER BY c.ordinal_position";

/// Every table with its columns, each as `name kind`, and those of its primary key, in order.
type Tables = BTreeMap<String, (Vec<String>, Vec<String>)>;

impl Raw {
    fn tables(&mut self) -> Tables {
        let columns: Vec<Described> = match self {
            Self::Sqlite(connection) => diesel::sql_query(OF_SQLITE).load(connection).unwrap(),
            Self::Postgres(connection) => diesel::sql_query(OF_POSTGRES).load(connection).unwrap(),
        };
        let mut tables = Tables::new();
        let mut keys: BTreeMap<String, BTreeMap<i64, String>> = BTreeMap::new();
        for column in columns {
            let null = if column.nullable { " or null" } else { "" };
            let described = format!("{} {}{null}", column.name, column.kind.to_lowercase());
            tables.entry(column.owner.clone()).or_default().0.push(described);
            if column.key > 0 {
                keys.entry(column.owner).or_default().insert(column.key, column.name);
            }
        }
        for (table, key) in keys {
            tables.entry(table).or_default().1 = key.into_values().collect();
        }
        tables
    }

    fn execute(&mut self, statements: &str) {
        match self {
            Self::Sqlite(connection) => connection.batch_execute(statements).unwrap(),
            Self::Postgres(connection) => connection.batch_execute(statements).unwrap(),
        }
    }

    /// Whatever was created, in the engine's own words.
    fn everything(&mut self) -> Vec<String> {
        #[derive(QueryableByName)]
        struct Line {
            #[diesel(sql_type = Text)]
            line: String,
        }
        let lines: Vec<Line> = match self {
            Self::Sqlite(connection) => {
                let query = "SELECT type || ' ' || name || ' ' || COALESCE(sql, '') AS line FROM sqlite_master ORDER BY 1";
                diesel::sql_query(query).load(connection).unwrap()
            }
            Self::Postgres(connection) => {
                let query = "SELECT c.relkind::text || ' ' || c.relname || ' ' || c.oid AS line FROM pg_class c \
                    WHERE c.relnamespace = 'public'::regnamespace UNION ALL \
                    SELECT 'constraint ' || conname || ' ' || oid FROM pg_constraint WHERE connamespace = 'public'::regnamespace \
                    UNION ALL SELECT 'trigger ' || tgname || ' ' || oid FROM pg_trigger WHERE NOT tgisinternal \
                    UNION ALL SELECT 'applied ' || version || ' ' || run_on FROM __diesel_schema_migrations ORDER BY 1";
                diesel::sql_query(query).load(connection).unwrap()
            }
        };
        lines.into_iter().map(|line| line.line).collect()
    }
}

/// The tables of `src/store/schema.rs`, with types in the words of `engine`.
fn expected(engine: Engine) -> Tables {
    let schema = schema_text();
    let mut tables = Tables::new();
    let mut table = None;
    for line in schema.lines().map(str::trim) {
        if let Some((name, key)) = line.strip_suffix(") {").and_then(|line| line.split_once(" (")) {
            let key = key.split(", ").map(str::to_owned).collect();
            tables.insert(name.to_owned(), (Vec::new(), key));
            table = Some(name.to_owned());
        } else if let Some((name, kind)) = line.strip_suffix(',').and_then(|line| line.split_once(" -> ")) {
            let inner = kind.strip_prefix("Nullable<").and_then(|kind| kind.strip_suffix('>'));
            let null = if inner.is_some() { " or null" } else { "" };
            let kind = kind_in(engine, inner.unwrap_or(kind));
            tables.get_mut(table.as_ref().unwrap()).unwrap().0.push(format!("{name} {kind}{null}"));
        }
    }
    tables
}

fn kind_in(engine: Engine, kind: &str) -> &'static str {
    match (engine, kind) {
        (_, "Text") | (Engine::Sqlite, "Timestamp" | "Date") => "text",
        (Engine::Sqlite, "BigInt" | "Integer" | "Bool") | (Engine::Postgres, "Integer") => "integer",
        (Engine::Sqlite, "Binary") => "blob",
        (Engine::Postgres, "BigInt") => "bigint",
        (Engine::Postgres, "Bool") => "boolean",
        (Engine::Postgres, "Timestamp") => "timestamp without time zone",
        (Engine::Postgres, "Date") => "date",
        (Engine::Postgres, "Binary") => "bytea",
        (_, other) => panic!("schema.rs has a type that this test does not know: {other}"),
    }
}

#[test]
fn both_trees_have_the_same_migrations() {
    let names = |engine: &str| -> BTreeSet<String> {
        let entries = std::fs::read_dir(package_folder().join("migrations").join(engine)).unwrap();
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    };
    assert!(!names("sqlite").is_empty());
    assert_eq!(names("sqlite"), names("postgres"));
}

async fn a_new_database_has_the_tables_of_the_schema(engine: Engine) {
    let empty = Empty::of(engine);
    empty.open().migrate().await.unwrap();

    let (made, wanted) = (empty.raw().tables(), expected(engine));

    assert!(wanted.len() >= 20, "only {} tables were read from schema.rs", wanted.len());
    assert_eq!(made.keys().collect::<Vec<_>>(), wanted.keys().collect::<Vec<_>>());
    for (table, columns) in wanted {
        assert_eq!(made[&table], columns, "{table}");
    }
}
twins!(a_new_database_has_the_tables_of_the_schema);

async fn migrating_again_changes_nothing(engine: Engine) {
    let empty = Empty::of(engine);
    let db = empty.open();
    let pending = db.pending_migrations().await.unwrap();
    assert_eq!(db.migrate().await.unwrap().len(), pending.len());
    let before = empty.raw().everything();

    let again = db.migrate().await.unwrap();

    assert!(again.is_empty(), "{again:?}");
    assert!(db.pending_migrations().await.unwrap().is_empty());
    assert_eq!(empty.raw().everything(), before);
}
twins!(migrating_again_changes_nothing);

async fn processes_that_migrate_at_once_take_turns(engine: Engine) {
    for _ in 0..3 {
        let empty = Empty::of(engine);
        let folder = tempfile::tempdir().unwrap();
        let migrate =
            || Mainstay::new(folder.path(), ["migrate"]).env("MAINSTAY_DATABASE__URL", &empty.url).run();

        let (a, b, c) = tokio::join!(migrate(), migrate(), migrate());

        for finished in [&a, &b, &c] {
            assert_eq!(finished.code, Some(0), "{finished:?}");
        }
        let applied = [a, b, c].iter().filter(|finished| finished.stdout.contains("applied: ")).count();
        assert_eq!(applied, 1);
        assert_eq!(empty.raw().tables(), expected(engine));
    }
}
twins!(processes_that_migrate_at_once_take_turns);

async fn a_database_of_a_newer_version_is_refused(engine: Engine) {
    let empty = Empty::of(engine);
    let db = empty.open();
    db.migrate().await.unwrap();
    let newer = "INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('29991231000000', '2999-12-31 00:00:00')";
    empty.raw().execute(newer);

    for refused in [db.migrate().await, db.pending_migrations().await] {
        let Err(StoreError::Refused(why)) = refused else { panic!("{refused:?}") };
        assert!(why.contains("migrated by a newer version of mainstay (migration 29991231000000)"), "{why}");
    }
    let folder = tempfile::tempdir().unwrap();
    let commands: [&[&str]; 5] =
        [&["serve"], &["worker"], &["migrate", "--check"], &["export", "donors"], &["job", "list"]];
    for command in commands {
        let url = empty.url.clone();
        let call = Mainstay::new(folder.path(), command.iter().copied()).env("MAINSTAY_DATABASE__URL", url);
        let finished = call.env("MAINSTAY_SERVER__BIND", "127.0.0.1:0").run().await;
        assert!(matches!(finished.code, Some(1 | 2)), "{command:?}: {finished:?}");
        assert_eq!(finished.stderr.lines().count(), 1, "{command:?}: {finished:?}");
        assert!(finished.stderr.contains("run that version or a newer one"), "{command:?}: {finished:?}");
    }
}
twins!(a_database_of_a_newer_version_is_refused);

#[tokio::test]
async fn every_sqlite_table_refuses_values_of_another_type() {
    let empty = Empty::of(Engine::Sqlite);
    empty.open().migrate().await.unwrap();

    let everything = empty.raw().everything();

    let own = |line: &&String| {
        line.starts_with("table ") && !line.contains("sqlite_") && !line.contains("__diesel")
    };
    let tables: Vec<&String> = everything.iter().filter(own).collect();
    assert_eq!(tables.len(), expected(Engine::Sqlite).len());
    for table in tables {
        let end = table.strip_suffix(", WITHOUT ROWID").unwrap_or(table);
        assert!(end.ends_with(") STRICT"), "{table}");
    }
}
