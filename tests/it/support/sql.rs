//! The database as an operator with a console sees it.

use super::app::{Engine, TestApp};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use mainstay::domain::donation::Donation;
use mainstay::domain::ids::DonationId;
use mainstay::domain::receipt::Receipt;
use mainstay::store::reviews::{self, Review};
use mainstay::store::{Conn, Db, StoreError, donations, receipts};

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// The one number that a query answers, named `number`.
pub(crate) async fn number(db: &Db, sql: &str) -> i64 {
    let sql = sql.to_owned();
    let rows: Vec<Number> =
        db.read(move |conn| Ok::<_, StoreError>(diesel::sql_query(sql).load(conn)?)).await.unwrap();
    rows[0].number
}

/// The texts that a query answers, named `line`.
pub(crate) async fn lines(db: &Db, sql: &str) -> Vec<String> {
    try_lines(db, sql).await.unwrap()
}

pub(crate) async fn try_lines(db: &Db, sql: &str) -> Result<Vec<String>, StoreError> {
    let sql = sql.to_owned();
    let rows: Vec<Line> =
        db.read(move |conn| Ok::<_, StoreError>(diesel::sql_query(sql).load(conn)?)).await?;
    Ok(rows.into_iter().map(|row| row.line).collect())
}

impl TestApp {
    /// The one number that a query answers, named `number`.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        number(&self.ctx().db, sql).await
    }

    /// How many rows a table has.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        self.number(&format!("SELECT COUNT(*) AS number FROM {table}")).await
    }

    /// The texts that a query answers, named `line`.
    pub(crate) async fn lines(&self, sql: &str) -> Vec<String> {
        lines(&self.ctx().db, sql).await
    }

    /// The balance of an account of the books, in minor units.
    pub(crate) async fn balance(&self, account: &str) -> i64 {
        self.number(&format!(
            "SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) AS number \
             FROM ledger_postings WHERE account = '{account}'"
        ))
        .await
    }

    /// Runs statements on a connection of its own, in one transaction, as nobody but an attacker would.
    pub(crate) fn execute(&self, statements: &[&str]) -> Result<(), String> {
        let mut conn = match self.engine {
            Engine::Sqlite => {
                let path = self.database_url.strip_prefix("sqlite://").unwrap();
                let mut conn = SqliteConnection::establish(path).unwrap();
                diesel::connection::SimpleConnection::batch_execute(
                    &mut conn,
                    "PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;",
                )
                .unwrap();
                Conn::Sqlite(conn)
            }
            Engine::Postgres => Conn::Postgres(PgConnection::establish(&self.database_url).unwrap()),
        };
        conn.transaction(|conn| {
            for statement in statements {
                diesel::sql_query(*statement).execute(conn)?;
            }
            Ok::<_, diesel::result::Error>(())
        })
        .map_err(|error| error.to_string())
    }

    /// What a person is asked to look at, by kind.
    pub(crate) async fn reviews(&self) -> Vec<Review> {
        self.ctx().db.read(|conn| reviews::open(conn, 100)).await.unwrap()
    }

    /// The kinds of open questions, sorted.
    pub(crate) async fn review_kinds(&self) -> Vec<String> {
        let mut kinds: Vec<String> = self.reviews().await.into_iter().map(|review| review.kind).collect();
        kinds.sort();
        kinds
    }

    /// The donation as it is now.
    pub(crate) async fn donation(&self, id: DonationId) -> Donation {
        self.ctx().db.read(move |conn| donations::get(conn, id)).await.unwrap()
    }

    /// All receipts of a donation by their numbers.
    pub(crate) async fn receipts(&self, id: DonationId) -> Vec<Receipt> {
        let mut all = self.ctx().db.read(move |conn| receipts::of_donation(conn, id)).await.unwrap();
        all.sort_by_key(|receipt| receipt.number.number);
        all
    }
}

/// The words of `src/store/schema.rs` and of the files below it.
pub(crate) fn schema_text() -> String {
    let folder = super::command::package_folder().join("src/store");
    let below = std::fs::read_dir(folder.join("schema")).unwrap().map(|entry| entry.unwrap().path());
    let files = std::iter::once(folder.join("schema.rs")).chain(below);
    files.map(|file| std::fs::read_to_string(file).unwrap()).collect()
}
