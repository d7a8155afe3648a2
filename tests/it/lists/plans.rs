//! How the databases answer the queries of lists: by an index each, from the place on, without sorting or reading what is
//! not shown.

use diesel::connection::InstrumentationEvent;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};
use mainstay::domain::figures::Period;
use mainstay::domain::list::{Cursor, ListKind, ListQuery, Wanted, Way};
use mainstay::store::exports::{Part, Span, Table};
use mainstay::store::lists::{self, Between, Bind, Narrow, Plan};
use mainstay::store::{Conn, StoreError};

use std::sync::{Arc, Mutex};

use super::query;
use crate::support::app::{Engine, TestApp};
use crate::support::flow;

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Integer)]
    id: i32,
    #[diesel(sql_type = Integer)]
    parent: i32,
    #[diesel(sql_type = Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

/// The text of a plan with what is bound in its place.
fn spelled_out(plan: &Plan) -> String {
    let mut sql = plan.sql.clone();
    for (number, bind) in plan.binds.iter().enumerate().rev() {
        let value = match bind {
            Bind::Text(text) => format!("'{}'", text.replace('\'', "''")),
            Bind::Number(number) => number.to_string(),
            Bind::Time(time) => format!("'{time}'"),
        };
        sql = sql.replace(&format!("${}", number + 1), &value);
    }
    sql
}

/// What SQLite does to choose the rows of a page: each step within the inner query.
fn on_sqlite(conn: &mut Conn, sql: &str) -> Vec<String> {
    let explain = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}"));
    let steps: Vec<Step> = explain.load(conn).unwrap();
    let inner =
        steps.iter().find(|step| step.detail.contains("CO-ROUTINE") || step.detail.contains("MATERIALIZE"));
    let inner = inner.unwrap_or_else(|| panic!("{sql}")).id;
    steps.iter().filter(|step| step.parent == inner).map(|step| step.detail.clone()).collect()
}

fn on_postgres(conn: &mut Conn, sql: &str) -> Vec<String> {
    // So few rows are read faster as a whole: here it matters what the planner could do with many.
    for setting in ["enable_seqscan", "enable_sort", "enable_bitmapscan"] {
        diesel::sql_query(format!("SET LOCAL {setting} = off")).execute(conn).unwrap();
    }
    let explain = diesel::sql_query(format!("EXPLAIN (COSTS OFF) {sql}"));
    let lines: Vec<Line> = explain.load(conn).unwrap();
    let lines: Vec<String> = lines.into_iter().map(|line| line.line).collect();
    let limit = lines.iter().position(|line| line.contains("Limit")).unwrap_or_else(|| panic!("{lines:?}"));
    let depth = |line: &str| line.len() - line.trim_start().len();
    let below = depth(&lines[limit]);
    lines[limit + 1..].iter().take_while(|line| depth(line) > below).cloned().collect()
}

async fn steps(app: &TestApp, query: ListQuery) -> Vec<String> {
    let engine = app.engine;
    let ask = move |conn: &mut Conn| {
        let between = Between::default();
        let plan = lists::plan(&query, &Narrow::Everything, between, 51)?.unwrap();
        let sql = spelled_out(&plan);
        Ok::<_, StoreError>(match engine {
            Engine::Sqlite => on_sqlite(conn, &sql),
            Engine::Postgres => on_postgres(conn, &sql),
        })
    };
    app.ctx().db.read(ask).await.unwrap()
}

/// The log is kept in the order of its numbers: to read it in that order is to follow its key.
fn is_its_own_index(kind: ListKind, steps: &[String]) -> bool {
    kind == ListKind::Audit && steps == ["SCAN b"]
}

fn reads_by_index_in_order(steps: &[String]) -> bool {
    // Rows of one moment may be put in order: PostgreSQL says `Incremental Sort`.
    let sorts = |step: &&String| {
        step.contains("TEMP B-TREE FOR ORDER BY") || step.trim_start().trim_start_matches("->  ") == "Sort"
    };
    let reads_all = |step: &&String| {
        (step.starts_with("SCAN") && !step.contains("USING") && !step.contains("CONSTANT"))
            || step.contains("Seq Scan on")
    };
    !steps.iter().any(|step| sorts(&step) || reads_all(&step))
}

flow! {
    async fn every_order_follows_an_index_from_any_place(app) {
        app.invents(20).await;
        for kind in ListKind::ALL {
            for order in kind.orders() {
                let first = query(*kind, &format!("order={}", order.name));
                let found = steps(&app, first.clone()).await;
                let follows = reads_by_index_in_order(&found) || is_its_own_index(*kind, &found);
            assert!(follows, "{kind} {}: {found:#?}", order.name);
                for way in [Way::On, Way::Back] {
                    let keys = ["5", "don_5", "2026-05-05 05:05:05"];
                    for key in keys {
                        let cursor = Cursor { way, key: key.to_owned(), id: "x".to_owned() };
                        let deep = ListQuery { cursor: Some(cursor), ..first.clone() };
                        let between = Between::default();
                        if lists::plan(&deep, &Narrow::Everything, between, 51).unwrap().is_none() {
                            continue;
                        }
                        let found = steps(&app, deep).await;
                        assert!(reads_by_index_in_order(&found), "{kind} {} {way:?} {key}: {found:#?}", order.name);
                        let seeks = found.iter().any(|step| step.contains("SEARCH") || step.contains("Index Cond"));
                        assert!(seeks, "{kind} {} {way:?}: {found:#?}", order.name);
                    }
                }
            }
        }
    }
}

flow! {
    async fn every_filter_has_an_index_in_the_usual_order(app) {
        app.invents(20).await;
        for kind in ListKind::ALL {
            for filter in kind.filters() {
                let values: Vec<&str> = match filter.wanted {
                    Wanted::Words(words) => words.to_vec(),
                    Wanted::Value => vec!["value"],
                    Wanted::From | Wanted::To => continue,
                };
                for value in values {
                    let found = steps(&app, query(*kind, &format!("{}={value}", filter.name))).await;
                    let few = matches!(
                        filter.name,
                        "donor" | "pledge" | "tag" | "tier" | "subject" | "moved" | "cohort" | "call"
                    );
                    // What one donor, one tag or one month has is put in order after it was read.
                    assert!(few || reads_by_index_in_order(&found), "{kind} {}={value}: {found:#?}", filter.name);
                    let all = found.iter().any(|step| step.contains("Seq Scan on") || step == "SCAN b");
                    assert!(!all, "{kind} {}={value}: {found:#?}", filter.name);
                }
            }
        }
    }
}

/// A page of a thousand rows must not cost more because there are a million.
#[tokio::test]
async fn every_page_of_an_export_follows_the_ids_on_sqlite() {
    let app = TestApp::start(Engine::Sqlite).await;
    app.invents(20).await;
    let days = Period { from: "2026-01-01".parse().unwrap(), until: "2026-12-31".parse().unwrap() };
    let moment = |text: &str| text.parse().unwrap();
    let span = Span { from: moment("2000-01-01T00:00:00"), to: moment("2100-01-01T00:00:00") };
    let open = Part::default();
    let marked_off = Part { after: String::new(), until: Some("zzz".to_owned()) };
    for (table, received, part) in [
        (Table::Donations, None, &open),
        (Table::Donations, None, &marked_off),
        (Table::Donations, Some(days), &open),
        (Table::Pledges, None, &open),
        (Table::Pledges, None, &marked_off),
        (Table::Donors, None, &marked_off),
        (Table::Ledger, None, &open),
        (Table::Ledger, None, &marked_off),
    ] {
        let part = part.clone();
        let ask = move |conn: &mut Conn| {
            let asked = Arc::new(Mutex::new(Vec::new()));
            let heard = Arc::clone(&asked);
            conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
                if let InstrumentationEvent::StartQuery { query, .. } = event {
                    let text = query.to_string();
                    heard.lock().unwrap().push(text.split(" -- binds").next().unwrap().to_owned());
                }
            });
            table.page_of(conn, span, received, &part)?;
            conn.set_instrumentation(|_event: InstrumentationEvent<'_>| {});
            // The first question chooses the rows; what belongs to them is asked for by their ids.
            let first = asked.lock().unwrap()[0].clone();
            let steps: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {first}")).load(conn)?;
            Ok::<_, StoreError>(steps)
        };
        let steps = app.ctx().db.read(ask).await.unwrap();
        let details: Vec<&str> = steps.iter().map(|step| step.detail.as_str()).collect();
        assert!(details[0].contains("(id>?"), "{table:?}: {details:#?}");
        assert!(!details.iter().any(|step| step.contains("TEMP B-TREE")), "{table:?}: {details:#?}");
    }
    app.finish().await;
}
