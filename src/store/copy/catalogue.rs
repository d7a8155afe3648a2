//! The tables of a database as its own catalogue lists them, so that a new table or column is never forgotten.

use super::value::Kind;
use super::{Conn, CopyError};
use crate::store::StoreError;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use std::collections::{BTreeMap, BTreeSet};

/// A table of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) name: String,
    /// In the order of the catalogue.
    pub(super) columns: Vec<Column>,
    /// Columns of the primary key.
    pub(super) key: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
}

#[derive(QueryableByName)]
struct Described {
    #[diesel(sql_type = Text)]
    owner: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    /// Place in the primary key, from 1; 0 outside it.
    #[diesel(sql_type = BigInt)]
    key: i64,
}

#[derive(QueryableByName)]
struct Reference {
    #[diesel(sql_type = Text)]
    child: String,
    #[diesel(sql_type = Text)]
    parent: String,
    /// Only looked at when the transaction ends.
    #[diesel(sql_type = Bool)]
    deferred: bool,
}

const SQLITE_COLUMNS: &str = "SELECT m.name AS owner, c.name, c.type AS kind, c.pk AS \"key\" \
    FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite^_%' ESCAPE '^' \
    AND m.name <> '__diesel_schema_migrations' ORDER BY m.name, c.cid";
const POSTGRES_COLUMNS: &str = "SELECT t.relname::text AS owner, a.attname::text AS name, \
    format_type(a.atttypid, NULL) AS kind, \
    COALESCE(array_position(string_to_array(i.indkey::text, ' '), a.attnum::text), 0)::bigint AS \"key\" \
    FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped \
    LEFT JOIN pg_index i ON i.indrelid = t.oid AND i.indisprimary \
    WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind IN ('r', 'p') \
    AND t.relname <> '__diesel_schema_migrations' ORDER BY t.relname, a.attnum";

/// SQLite's list of foreign keys leaves out that one is deferred: the words of the table say it.
const SQLITE_REFERENCES: &str = "SELECT m.name AS child, f.\"table\" AS parent, \
    replace(replace(replace(lower(m.sql), '\"', ''), char(10), ''), ' ', '') LIKE \
    '%references' || f.\"table\" || COALESCE('(' || f.\"to\" || ')', '') || 'deferrable%' AS deferred \
    FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'";
const POSTGRES_REFERENCES: &str = "SELECT c.relname::text AS child, p.relname::text AS parent, k.condeferrable AS deferred \
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid \
    WHERE k.contype = 'f' AND k.connamespace = current_schema()::regnamespace";

/// Every table, by name.
pub(super) fn tables(conn: &mut Conn) -> Result<BTreeMap<String, Table>, CopyError> {
    let rows: Vec<Described> = match conn {
        Conn::Sqlite(c) => diesel::sql_query(SQLITE_COLUMNS).load(c),
        Conn::Postgres(c) => diesel::sql_query(POSTGRES_COLUMNS).load(c),
    }
    .map_err(StoreError::from)?;
    let is_postgres = matches!(conn, Conn::Postgres(_));
    let mut tables = BTreeMap::new();
    let mut keys: BTreeMap<String, BTreeMap<i64, String>> = BTreeMap::new();
    for row in rows {
        let kind = if is_postgres { Kind::of_postgres(&row.kind) } else { Kind::AsStored };
        let table = tables.entry(row.owner.clone());
        let table =
            table.or_insert_with(|| Table { name: row.owner.clone(), columns: Vec::new(), key: Vec::new() });
        table.columns.push(Column { name: row.name.clone(), kind });
        if row.key > 0 {
            keys.entry(row.owner).or_default().insert(row.key, row.name);
        }
    }
    for (name, key) in keys {
        if let Some(table) = tables.get_mut(&name) {
            table.key = key.into_values().collect();
        }
    }
    Ok(tables)
}

/// The names of the tables in the order in which rows can be written.
///
/// A table comes after those that it refers to. A deferred key turns this round: it is there so that rows are
/// written before what they refer to, as the lines of the books before the entry that seals them.
pub(super) fn in_order(conn: &mut Conn, names: BTreeSet<String>) -> Result<Vec<String>, CopyError> {
    let references: Vec<Reference> = match conn {
        Conn::Sqlite(c) => diesel::sql_query(SQLITE_REFERENCES).load(c),
        Conn::Postgres(c) => diesel::sql_query(POSTGRES_REFERENCES).load(c),
    }
    .map_err(StoreError::from)?;
    let before_after = |r: Reference| if r.deferred { (r.child, r.parent) } else { (r.parent, r.child) };
    let mut edges: Vec<(String, String)> = references.into_iter().map(before_after).collect();
    // A table that refers to itself is no question of order between tables.
    edges.retain(|(before, after)| before != after && names.contains(before) && names.contains(after));
    let mut left = names;
    let mut order = Vec::new();
    while !left.is_empty() {
        let ready: Vec<String> =
            left.iter().filter(|name| edges.iter().all(|(_, after)| after != *name)).cloned().collect();
        if ready.is_empty() {
            let table = left.into_iter().next().unwrap_or_default();
            return Err(CopyError::Differs {
                table,
                why: "it and others refer to each other in a circle".into(),
            });
        }
        edges.retain(|(before, _)| !ready.contains(before));
        left.retain(|name| !ready.contains(name));
        order.extend(ready);
    }
    Ok(order)
}

/// The tables that both databases have, in the order of writing, with what their columns mean.
pub(super) struct Plan {
    pub(super) tables: Vec<Table>,
    /// Tables of the source that the program does not know.
    pub(super) left_out: Vec<String>,
}

impl Plan {
    pub(super) fn between(source: &mut Conn, target: &mut Conn) -> Result<Self, CopyError> {
        let mut theirs = tables(source)?;
        let mut ours = tables(target)?;
        let order = in_order(target, ours.keys().cloned().collect())?;
        let mut planned = Vec::new();
        for name in order {
            let (Some(own), Some(other)) = (ours.remove(&name), theirs.remove(&name)) else {
                return Err(CopyError::Differs {
                    table: name,
                    why: "only one of the databases has it".into(),
                });
            };
            planned.push(joined(own, &other)?);
        }
        Ok(Self { tables: planned, left_out: theirs.into_keys().collect() })
    }
}

fn joined(own: Table, other: &Table) -> Result<Table, CopyError> {
    let differs = |why: &str| CopyError::Differs { table: own.name.clone(), why: why.to_owned() };
    if own.columns.len() != other.columns.len() || own.key != other.key {
        return Err(differs("its columns or its key are not the same in both databases"));
    }
    let mut columns = Vec::new();
    for column in &own.columns {
        let twin = other.columns.iter().find(|twin| twin.name == column.name);
        let twin =
            twin.ok_or_else(|| differs(&format!("only one of the databases has its {}", column.name)))?;
        let kind = match (column.kind, twin.kind) {
            (Kind::Unknown, _) | (_, Kind::Unknown) => {
                return Err(differs(&format!("its {} is of a type that is not known here", column.name)));
            }
            (Kind::AsStored, kind) | (kind, Kind::AsStored) => kind,
            (one, two) if one == two => one,
            _ => return Err(differs(&format!("its {} is not of one type", column.name))),
        };
        columns.push(Column { name: column.name.clone(), kind });
    }
    Ok(Table { columns, ..own })
}
