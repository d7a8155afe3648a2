//! A site on disk: a folder with the content, and a database.

use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use mainstay::mail::stored::{self, StoredMessage};
use serde_json::Value;

use crate::support::app::Engine;
use crate::support::command::{Finished, Mainstay, Serving, package_folder};
use crate::support::postgres::{TestDatabase, create_database};
use crate::support::until;

pub(super) struct Site {
    pub(super) engine: Engine,
    pub(super) database_url: String,
    folder: tempfile::TempDir,
    _database: Option<TestDatabase>,
}

impl Site {
    /// A site whose database is still empty.
    pub(super) fn on(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(&package_folder().join("content"), &folder.path().join("content"));
        let database = (engine == Engine::Postgres).then(|| create_database(None));
        let file = format!("sqlite://{}/data/site.db", folder.path().display());
        let database_url = database.as_ref().map_or(file, |database| database.url.clone());
        Self { engine, database_url, folder, _database: database }
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// `mainstay ARGS` for this site.
    pub(super) fn call(&self, arguments: &[&str]) -> Mainstay {
        Mainstay::new(self.folder(), arguments)
            .env("MAINSTAY_DATABASE__URL", &self.database_url)
            .env("MAINSTAY_LIMITS__PLEDGES_PER_IP_BURST", "1000")
            .env("MAINSTAY_LIMITS__PLEDGES_PER_EMAIL_PER_HOUR", "1000")
            .env("MAINSTAY_JOBS__POLL_MS", "100")
    }

    pub(super) async fn serve(&self) -> Serving {
        self.call(&["serve"]).serve().await
    }

    /// Runs a command that must succeed, and returns what it printed.
    pub(super) async fn runs(&self, arguments: &[&str]) -> String {
        let finished = self.call(arguments).run().await;
        assert_eq!(finished.code, Some(0), "{arguments:?}: {finished:?}");
        finished.stdout
    }

    /// Runs a command that must end with `code` and one sentence, and returns the sentence.
    pub(super) async fn refuses(&self, code: i32, arguments: &[&str]) -> String {
        sentence(code, &self.call(arguments).run().await)
    }

    /// The rows of an export.
    pub(super) async fn exported(&self, what: &str) -> Vec<Value> {
        let lines = self.runs(&["export", what, "--format", "jsonl"]).await;
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub(super) fn mail_folder(&self) -> PathBuf {
        self.folder().join("data/mail")
    }

    /// The letters with these words in the subject.
    pub(super) fn letters_about(&self, words: &str) -> Vec<StoredMessage> {
        let folder = self.mail_folder();
        let listed = stored::list(&folder).unwrap_or_default();
        let letters = listed.iter().map(|letter| stored::read(&folder, &letter.id).unwrap());
        letters.filter(|letter| letter.subject.contains(words)).collect()
    }

    /// Waits until so many letters with these words in the subject were sent.
    pub(super) async fn sends(&self, count: usize, words: &str) -> Vec<StoredMessage> {
        until(&format!("{count} letters about {words:?}"), async || {
            Some(self.letters_about(words)).filter(|letters| letters.len() >= count)
        })
        .await
    }

    /// Changes the database behind the program's back.
    pub(super) fn execute(&self, statements: &str) -> QueryResult<()> {
        match self.database_url.strip_prefix("sqlite://") {
            Some(path) => SqliteConnection::establish(path).unwrap().batch_execute(statements),
            None => PgConnection::establish(&self.database_url).unwrap().batch_execute(statements),
        }
    }

    /// The number that a query answers in the column `count`.
    pub(super) fn count(&self, query: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = BigInt)]
            count: i64,
        }
        let query = diesel::sql_query(query);
        let counted: Count = match self.database_url.strip_prefix("sqlite://") {
            Some(path) => query.get_result(&mut SqliteConnection::establish(path).unwrap()).unwrap(),
            None => query.get_result(&mut PgConnection::establish(&self.database_url).unwrap()).unwrap(),
        };
        counted.count
    }
}

/// The one sentence with which a call was refused.
pub(super) fn sentence(code: i32, finished: &Finished) -> String {
    assert_eq!(finished.code, Some(code), "{finished:?}");
    let lines: Vec<&str> = finished.stderr.lines().filter(|line| line.starts_with("mainstay: ")).collect();
    assert_eq!(lines.len(), 1, "{finished:?}");
    assert!(!finished.stderr.contains("panicked"), "{finished:?}");
    assert!(finished.stderr.trim_end().ends_with(lines[0]), "the sentence comes last: {finished:?}");
    lines[0].trim_start_matches("mainstay: ").to_owned()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
