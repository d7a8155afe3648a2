//! Whole sites on the move: from one engine to the other, into backups and out of them.

mod backups;
mod moves;
mod refusals;
mod rich;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::support::app::Engine;
use crate::support::command::{Finished, Mainstay, package_folder};
use crate::support::postgres::{TestDatabase, create_database};

fn other(engine: Engine) -> Engine {
    match engine {
        Engine::Sqlite => Engine::Postgres,
        Engine::Postgres => Engine::Sqlite,
    }
}

/// A database that goes with this value, and a folder for files.
struct Place {
    url: String,
    folder: tempfile::TempDir,
    _database: Option<TestDatabase>,
}

/// Every table, each with its rows in the engine's own words, sorted.
type Dump = BTreeMap<String, Vec<String>>;

impl Place {
    /// An empty one; on SQLite not even a file.
    fn empty(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = (engine == Engine::Postgres).then(|| create_database(None));
        let file = format!("sqlite://{}/site.db", folder.path().display());
        let url = database.as_ref().map_or(file, |database| database.url.clone());
        Self { url, folder, _database: database }
    }

    /// One with the tables, and with `donations` invented gifts.
    async fn with_gifts(engine: Engine, donations: usize) -> Self {
        let place = Self::empty(engine);
        place.runs(&["migrate"]).await;
        if donations > 0 {
            place.runs(&["demo", "fill", "--donations", &donations.to_string()]).await;
        }
        place
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn call(&self, arguments: &[&str]) -> Mainstay {
        Mainstay::new(self.folder.path(), arguments)
            .env("MAINSTAY_DATABASE__URL", &self.url)
            .env("MAINSTAY_SITE__CONTENT", package_folder().join("content"))
    }

    /// Runs a command that must succeed, silently but for its answer.
    async fn runs(&self, arguments: &[&str]) -> String {
        let finished = self.call(arguments).run().await;
        assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{arguments:?}: {finished:?}");
        finished.stdout
    }

    /// Runs a command that must end with 1 and one sentence, and returns the sentence.
    async fn refuses(&self, arguments: &[&str]) -> String {
        sentence(&self.call(arguments).run().await)
    }

    /// Changes the database behind the program's back.
    fn execute(&self, statements: &str) {
        match self.connect() {
            Raw::Sqlite(mut connection) => connection.batch_execute(statements).unwrap(),
            Raw::Postgres(mut connection) => connection.batch_execute(statements).unwrap(),
        }
    }

    fn connect(&self) -> Raw {
        Raw::open(&self.url)
    }

    fn dump(&self) -> Dump {
        self.connect().dump()
    }

    fn is_empty(&self) -> bool {
        self.dump().values().all(Vec::is_empty)
    }
}

fn sentence(finished: &Finished) -> String {
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(1), ""), "{finished:?}");
    let lines: Vec<&str> = finished.stderr.lines().collect();
    assert_eq!(lines.len(), 1, "{finished:?}");
    lines[0].strip_prefix("mainstay: ").unwrap().to_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The database as it is, behind the program's back.
enum Raw {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Raw {
    fn open(url: &str) -> Self {
        match url.strip_prefix("sqlite://") {
            Some(path) => Self::Sqlite(SqliteConnection::establish(path).unwrap()),
            None => Self::Postgres(PgConnection::establish(url).unwrap()),
        }
    }

    /// The texts that a query answers, named `line`.
    fn lines(&mut self, query: &str) -> Vec<String> {
        #[derive(QueryableByName)]
        struct Line {
            #[diesel(sql_type = Text)]
            line: String,
        }
        let query = diesel::sql_query(query);
        let lines: Vec<Line> = match self {
            Self::Sqlite(connection) => query.load(connection).unwrap(),
            Self::Postgres(connection) => query.load(connection).unwrap(),
        };
        lines.into_iter().map(|line| line.line).collect()
    }

    fn tables(&mut self) -> Vec<String> {
        self.lines(match self {
            Self::Sqlite(_) => {
                "SELECT name AS line FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
                 AND name <> '__diesel_schema_migrations' ORDER BY name"
            }
            Self::Postgres(_) => {
                "SELECT table_name::text AS line FROM information_schema.tables WHERE table_schema = 'public' \
                 AND table_name <> '__diesel_schema_migrations' ORDER BY table_name COLLATE \"C\""
            }
        })
    }

    fn dump(&mut self) -> Dump {
        let tables = self.tables();
        tables.into_iter().map(|table| (table.clone(), self.dump_of(&table))).collect()
    }

    fn dump_of(&mut self, table: &str) -> Vec<String> {
        let whole_row = match self {
            Self::Postgres(_) => "t::text".to_owned(),
            Self::Sqlite(_) => {
                let columns =
                    format!("SELECT 'quote(\"' || name || '\")' AS line FROM pragma_table_info('{table}')");
                self.lines(&columns).join(" || ',' || ")
            }
        };
        let mut lines = self.lines(&format!("SELECT {whole_row} AS line FROM \"{table}\" t"));
        lines.sort();
        lines
    }
}
