//! Rows on their way out of a database and into one. The only place that puts names of tables into SQL: they come
//! from the catalogue and are quoted.

use super::catalogue::Table;
use super::value::{Kind, Raw, Tally, Value};
use super::{Conn, CopyError};
use crate::store::StoreError;
use diesel::connection::DefaultLoadingMode;
use diesel::pg::{Pg, PgRowByRowLoadingMode};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Binary, Bool, Date, Nullable, Text, Timestamp};
use diesel::sqlite::Sqlite;

/// Rows in memory before they are written.
const BATCH_ROWS: usize = 500;
/// Bytes in memory before they are written: bodies of webhooks can be large.
const BATCH_BYTES: usize = 4 << 20;
/// Rows of one statement on SQLite: its text is prepared once, and a long one is not faster.
const STATEMENT_ROWS: usize = 50;

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn names<'a>(columns: impl Iterator<Item = &'a str>) -> String {
    columns.map(quoted).collect::<Vec<_>>().join(", ")
}

fn columns_of(table: &Table) -> String {
    names(table.columns.iter().map(|column| column.name.as_str()))
}

/// Hands every row to `take`, one by one as the database sends them, in the order of the key.
pub(super) fn stream(
    conn: &mut Conn,
    table: &Table,
    mut take: impl FnMut(Vec<Value>) -> Result<(), CopyError>,
) -> Result<(), CopyError> {
    let order = if table.key.is_empty() {
        String::new()
    } else {
        format!(" ORDER BY {}", names(table.key.iter().map(String::as_str)))
    };
    let query =
        diesel::sql_query(format!("SELECT {} FROM {}{order}", columns_of(table), quoted(&table.name)));
    let moved = Moved::of(table);
    let mut read = |row: QueryResult<Raw>| {
        let row = row.map_err(|error| CopyError::reading(table, error))?;
        let kinds = table.columns.iter().map(|column| column.kind);
        let values: Result<Vec<Value>, String> =
            row.0.into_iter().zip(kinds).map(|(value, kind)| kind.understand(value)).collect();
        let values = values.map_err(|why| CopyError::Differs { table: table.name.clone(), why })?;
        take(moved.settle(values))
    };
    let begun = |error| CopyError::reading(table, error);
    match conn {
        Conn::Sqlite(c) => {
            query.load_iter::<Raw, DefaultLoadingMode>(c).map_err(begun)?.try_for_each(&mut read)
        }
        Conn::Postgres(c) => {
            query.load_iter::<Raw, PgRowByRowLoadingMode>(c).map_err(begun)?.try_for_each(&mut read)
        }
    }
}

/// What moving changes about a row: a job that a worker of the old place holds is due in the new one.
struct Moved {
    /// Places of `status` and `lease_until` in the table of jobs.
    job: Option<(usize, usize)>,
}

impl Moved {
    fn of(table: &Table) -> Self {
        let place = |name: &str| table.columns.iter().position(|column| column.name == name);
        let job = (table.name == "jobs").then(|| place("status").zip(place("lease_until"))).flatten();
        Self { job }
    }

    fn settle(&self, mut row: Vec<Value>) -> Vec<Value> {
        let Some((status, lease)) = self.job else { return row };
        if row.get(status) == Some(&Value::Text("running".into())) {
            for (place, value) in [(status, Value::Text("pending".into())), (lease, Value::Null)] {
                row.get_mut(place).into_iter().for_each(|old| *old = value.clone());
            }
        }
        row
    }
}

/// Copies all rows of a table; `step` hears how many more are written.
pub(super) fn copy(
    source: &mut Conn,
    target: &mut Conn,
    table: &Table,
    step: &dyn Fn(usize),
) -> Result<Tally, CopyError> {
    let mut tally = Tally::default();
    let mut batch = Vec::with_capacity(BATCH_ROWS);
    let mut bytes = 0;
    stream(source, table, |row| {
        tally.add(&row);
        bytes += row.iter().map(Value::weight).sum::<usize>();
        batch.push(row);
        if batch.len() == BATCH_ROWS || bytes >= BATCH_BYTES {
            bytes = 0;
            step(batch.len());
            insert(target, table, &batch)?;
            batch.clear();
        }
        Ok(())
    })?;
    step(batch.len());
    insert(target, table, &batch)?;
    Ok(tally)
}

/// Reads a table again and sums it up.
pub(super) fn tally(conn: &mut Conn, table: &Table, step: &dyn Fn(usize)) -> Result<Tally, CopyError> {
    let mut tally = Tally::default();
    stream(conn, table, |row| {
        tally.add(&row);
        step(1);
        Ok(())
    })?;
    Ok(tally)
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// How many rows a table has.
pub(super) fn count(conn: &mut Conn, table: &Table) -> Result<u64, CopyError> {
    let query = diesel::sql_query(format!("SELECT COUNT(*) AS rows FROM {}", quoted(&table.name)));
    let counted: Counted = query.get_result(conn).map_err(|error| CopyError::reading(table, error))?;
    Ok(u64::try_from(counted.rows).unwrap_or_default())
}

/// Nobody else may write to these tables until the transaction ends. On SQLite it is so already.
pub(super) fn lock(conn: &mut Conn, tables: &[Table]) -> Result<(), CopyError> {
    if let Conn::Postgres(c) = conn {
        let list = names(tables.iter().map(|table| table.name.as_str()));
        let lock = format!("LOCK TABLE {list} IN SHARE ROW EXCLUSIVE MODE");
        diesel::sql_query(lock).execute(c).map_err(StoreError::from)?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Constraint {
    #[diesel(sql_type = Text)]
    owner: String,
    #[diesel(sql_type = Text)]
    name: String,
}

const SELF_REFERENCES: &str = "SELECT t.relname::text AS owner, k.conname::text AS name FROM pg_constraint k \
    JOIN pg_class t ON t.oid = k.conrelid WHERE k.contype = 'f' AND k.conrelid = k.confrelid AND NOT k.condeferrable \
    AND k.connamespace = current_schema()::regnamespace";

/// Within a table a row may refer to one that comes later: such keys are looked at once all rows are there.
pub(super) struct Deferred(Vec<Constraint>);

impl Deferred {
    pub(super) fn until_written(conn: &mut Conn) -> Result<Self, CopyError> {
        match conn {
            Conn::Sqlite(c) => {
                diesel::sql_query("PRAGMA defer_foreign_keys = ON").execute(c).map_err(StoreError::from)?;
                Ok(Self(Vec::new()))
            }
            Conn::Postgres(c) => {
                let keys: Vec<Constraint> =
                    diesel::sql_query(SELF_REFERENCES).load(c).map_err(StoreError::from)?;
                for key in &keys {
                    alter(c, key, "DEFERRABLE INITIALLY DEFERRED")?;
                }
                Ok(Self(keys))
            }
        }
    }

    /// Looks at them now, and puts them back.
    pub(super) fn settle(self, conn: &mut Conn) -> Result<(), CopyError> {
        if let Conn::Postgres(c) = conn {
            diesel::sql_query("SET CONSTRAINTS ALL IMMEDIATE").execute(c).map_err(StoreError::from)?;
            for key in &self.0 {
                alter(c, key, "NOT DEFERRABLE")?;
            }
        }
        Ok(())
    }
}

fn alter(c: &mut PgConnection, key: &Constraint, words: &str) -> Result<(), CopyError> {
    let (owner, name) = (quoted(&key.owner), quoted(&key.name));
    let change = format!("ALTER TABLE {owner} ALTER CONSTRAINT {name} {words}");
    diesel::sql_query(change).execute(c).map_err(StoreError::from)?;
    Ok(())
}

fn insert(conn: &mut Conn, table: &Table, rows: &[Vec<Value>]) -> Result<(), CopyError> {
    if rows.is_empty() {
        return Ok(());
    }
    let written = match conn {
        Conn::Sqlite(c) => rows
            .chunks(STATEMENT_ROWS)
            .try_for_each(|rows| InsertRows { table, rows }.execute(c).map(|_rows| ())),
        Conn::Postgres(c) => insert_columns(c, table, rows),
    };
    written.map_err(|error| CopyError::writing(table, error))
}

/// Many rows in one statement, which SQLite prepares once for each table.
struct InsertRows<'a> {
    table: &'a Table,
    rows: &'a [Vec<Value>],
}

impl QueryFragment<Sqlite> for InsertRows<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("INSERT INTO ");
        out.push_identifier(&self.table.name)?;
        out.push_sql(" (");
        for (at, column) in self.table.columns.iter().enumerate() {
            out.push_sql(if at == 0 { "" } else { ", " });
            out.push_identifier(&column.name)?;
        }
        out.push_sql(") VALUES ");
        for (at, row) in self.rows.iter().enumerate() {
            out.push_sql(if at == 0 { "(" } else { ", (" });
            for (at, value) in row.iter().enumerate() {
                out.push_sql(if at == 0 { "" } else { ", " });
                value.bind(&mut out)?;
            }
            out.push_sql(")");
        }
        Ok(())
    }
}

impl QueryId for InsertRows<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<SqliteConnection> for InsertRows<'_> {}

/// One array for each column: a statement of few words for any number of rows, near the speed of `COPY`, with
/// every rule and trigger in force.
fn insert_columns(c: &mut PgConnection, table: &Table, rows: &[Vec<Value>]) -> QueryResult<()> {
    let places: Vec<String> = (1..=table.columns.len()).map(|place| format!("${place}")).collect();
    let (into, list, places) = (quoted(&table.name), columns_of(table), places.join(", "));
    let statement = format!("INSERT INTO {into} ({list}) SELECT * FROM unnest({places})");
    let mut query = diesel::sql_query(statement).into_boxed::<Pg>();
    for (place, column) in table.columns.iter().enumerate() {
        let values = rows.iter().map(|row| row.get(place));
        query = match column.kind {
            Kind::Integer => query.bind::<Array<Nullable<BigInt>>, Vec<_>>(array(values, Value::integer)),
            Kind::Boolean => query.bind::<Array<Nullable<Bool>>, Vec<_>>(array(values, Value::boolean)),
            Kind::Bytes => query.bind::<Array<Nullable<Binary>>, Vec<_>>(array(values, Value::bytes)),
            Kind::Time => query.bind::<Array<Nullable<Timestamp>>, Vec<_>>(array(values, Value::time)),
            Kind::Day => query.bind::<Array<Nullable<Date>>, Vec<_>>(array(values, Value::day)),
            Kind::Text | Kind::AsStored | Kind::Unknown => {
                query.bind::<Array<Nullable<Text>>, Vec<_>>(array(values, Value::text))
            }
        };
    }
    query.execute(c).map(|_rows| ())
}

/// The values of one column; [`Kind::understand`] has seen that each is of its kind.
fn array<'a, T>(
    values: impl Iterator<Item = Option<&'a Value>>,
    take: fn(&'a Value) -> Option<T>,
) -> Vec<Option<T>> {
    values.map(|value| value.and_then(take)).collect()
}
