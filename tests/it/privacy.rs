//! What is kept of people: the map of it, the time for which it is kept, and that nothing is left of who was forgotten.

mod canary;
mod periods;

use std::collections::BTreeSet;

use mainstay::domain::access::Role;
use mainstay::domain::data_map::{self, TABLES};
use mainstay::domain::retention::Retention;

use crate::support::app::{Engine, TestApp};
use crate::support::command::package_folder;
use crate::support::flow;

impl TestApp {
    /// Every column of every table, as `table.column`, by the database's own catalogue.
    async fn columns(&self) -> BTreeSet<String> {
        let query = match self.engine {
            Engine::Sqlite => {
                "SELECT m.name || '.' || c.name AS line FROM sqlite_master m JOIN pragma_table_info(m.name) c \
                 WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> '__diesel_schema_migrations'"
            }
            Engine::Postgres => {
                "SELECT table_name || '.' || column_name AS line FROM information_schema.columns \
                 WHERE table_schema = 'public' AND table_name <> '__diesel_schema_migrations'"
            }
        };
        self.lines(query).await.into_iter().collect()
    }
}

flow! {
    async fn every_column_of_the_database_is_on_the_map_and_no_other(app) {
        let known: BTreeSet<String> = TABLES
            .iter()
            .flat_map(|table| table.columns().map(|(column, _)| format!("{}.{column}", table.name)))
            .collect();

        let there = app.columns().await;

        let unsaid: Vec<&String> = there.difference(&known).collect();
        assert!(unsaid.is_empty(), "say in src/domain/data_map/tables.rs what these are: {unsaid:?}");
        let gone: Vec<&String> = known.difference(&there).collect();
        assert!(gone.is_empty(), "src/domain/data_map/tables.rs still names {gone:?}");
    }
}

#[test]
fn the_document_is_the_map() {
    const BEGINS: &str = "<!-- The map: made from src/domain/data_map, held against it by a test. -->\n\n";
    let path = package_folder().join("docs/privacy.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (head, _) = text.split_once(BEGINS).unwrap();
    let current = format!("{head}{BEGINS}{}", data_map::markdown());
    if std::env::var_os("MAINSTAY_WRITE_DOCS").is_some() {
        std::fs::write(&path, &current).unwrap();
        return;
    }
    assert!(
        text == current,
        "docs/privacy.md is not current; run `MAINSTAY_WRITE_DOCS=1 cargo test --test it -- the_document_is_the_map`"
    );
}

flow! {
    async fn the_office_shows_the_map_and_the_periods_in_force(app) {
        let looker = app.clerk(Role::Viewer).await;

        let page = looker.get("/admin/privacy").await.text();

        assert_eq!(app.ctx().policy.retention, Retention::DEFAULT, "config/default.toml says the same as the program");
        for words in ["gift_aid_declarations", "kept by law", "retention.event_days", "400 days", "postal_address"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let editor = app.clerk(Role::Editor).await;
        assert_eq!(editor.get("/admin/privacy").await.status, 403);
    }
}
