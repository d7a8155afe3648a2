//! The text of a query for a page. It is put together from constants of this program; whatever somebody typed is bound.

use super::columns::{self, Base};
use super::{Between, Bind, COLUMNS_MAX, Narrow};
use crate::domain::list::{ListKind, ListQuery, Wanted, Way};
use crate::store::StoreError;
use chrono::NaiveDateTime;
use std::fmt::Write as _;

/// A query that can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its text.
    pub sql: String,
    /// What stands for `$1`, `$2` …, in their order.
    pub binds: Vec<Bind>,
}

/// What a list is ordered by.
#[derive(Clone, Copy)]
pub(super) enum KeyType {
    Text,
    Number,
    Time,
}

/// An order in SQL.
pub(super) struct OrderBy {
    /// Of the table `b`.
    pub(super) column: &'static str,
    pub(super) kind: KeyType,
    pub(super) descending: bool,
    /// Rows without it are not in the list.
    pub(super) nullable: bool,
}

/// A query on its way. Numbers of parameters follow their order in the text: SQLite counts them so.
#[derive(Default)]
struct Draft {
    conditions: String,
    binds: Vec<Bind>,
}

impl Draft {
    fn also(&mut self, condition: &str) {
        self.conditions.push_str(if self.conditions.is_empty() { " WHERE " } else { " AND " });
        self.conditions.push_str(condition);
    }

    /// A condition with `?` where the binds stand.
    fn bound(&mut self, condition: &str, binds: impl IntoIterator<Item = Bind>) {
        let mut text = String::with_capacity(condition.len() + 8);
        let mut binds = binds.into_iter();
        for c in condition.chars() {
            match (c, if c == '?' { binds.next() } else { None }) {
                ('?', Some(bind)) => {
                    self.binds.push(bind);
                    let number = self.binds.len();
                    text.push('$');
                    text.push_str(&number.to_string());
                }
                (c, _) => text.push(c),
            }
        }
        self.also(&text);
    }

    fn among(&mut self, before: &str, ids: &[String], after: &str) {
        let marks = vec!["?"; ids.len()].join(", ");
        let condition = format!("{before}({marks}){after}");
        self.bound(&condition, ids.iter().cloned().map(Bind::Text));
    }
}

/// How a page is asked for; none if nothing can be on it.
///
/// # Errors
/// `Refused` for a filter that no query is written for: a mistake in the program.
pub fn plan(
    query: &ListQuery,
    narrow: &Narrow,
    between: Between,
    rows: usize,
) -> Result<Option<Plan>, StoreError> {
    let base = columns::base(query.kind);
    let order = columns::order(query);
    let mut draft = Draft::default();
    if !narrowed(&mut draft, query.kind, narrow) {
        return Ok(None);
    }
    for (name, value) in &query.filters {
        filtered(&mut draft, query.kind, name, value)?;
    }
    dated(&mut draft, query.kind, between);
    if order.nullable {
        draft.also(&format!("{} IS NOT NULL", order.column));
    }
    if !from_the_cursor(&mut draft, query, &base, &order) {
        return Ok(None);
    }
    let backwards = query.cursor.as_ref().is_some_and(|cursor| cursor.way == Way::Back);
    let descending = order.descending != backwards;
    let direction = if descending { "DESC" } else { "ASC" };
    let ordered = if order.column == base.id {
        format!("{} {direction}", base.id)
    } else {
        format!("{} {direction}, {} {direction}", order.column, base.id)
    };
    let mut sql = format!("SELECT CAST({} AS TEXT) AS id, CAST({} AS TEXT) AS key", base.id, order.column);
    for number in 0..COLUMNS_MAX {
        let cell = query.columns.get(number).map_or("NULL", |column| columns::cell(query.kind, column.name));
        write!(sql, ", {cell} AS c{number}").map_err(|error| StoreError::Refused(error.to_string()))?;
    }
    let (table, conditions, joins) = (base.table, &draft.conditions, base.joins);
    let chosen = if matches!(narrow, Narrow::Rows(..)) {
        // All that belong to those who were found, and only then the order: a planner that reads in the order of the list
        // until the page is full reads all of the table, when they gave long ago.
        let (id, key) = (base.id, order.column);
        format!(
            "WITH found AS MATERIALIZED (SELECT {id} AS id, {key} AS key FROM {table} b{conditions}) \
             SELECT b.* FROM {table} b WHERE {id} IN \
             (SELECT id FROM found ORDER BY key {direction}, id {direction} LIMIT {rows})"
        )
    } else {
        format!("SELECT b.* FROM {table} b{conditions} ORDER BY {ordered} LIMIT {rows}")
    };
    write!(sql, " FROM ({chosen}) b{joins} ORDER BY {ordered}")
        .map_err(|error| StoreError::Refused(error.to_string()))?;
    Ok(Some(Plan { sql, binds: draft.binds }))
}

/// False if nothing can be found.
fn narrowed(draft: &mut Draft, kind: ListKind, narrow: &Narrow) -> bool {
    match narrow {
        Narrow::Everything => true,
        Narrow::Nothing => false,
        Narrow::Amounts(amounts) => {
            let Some(column) = columns::amount(kind) else { return false };
            let Some(first) = amounts.first() else { return false };
            if amounts.iter().all(|amount| amount.minor() == first.minor()) {
                // One number is one range of the index, in the order of the list.
                draft.bound(&format!("{column} = ?"), [Bind::Number(first.minor())]);
                return true;
            }
            let each: Vec<String> = amounts
                .iter()
                .map(|amount| format!("({column} = ? AND b.currency = '{}')", amount.currency().code()))
                .collect();
            let condition = format!("({})", each.join(" OR "));
            draft.bound(&condition, amounts.iter().map(|amount| Bind::Number(amount.minor())));
            true
        }
        Narrow::Rows(what, ids) => match columns::among(kind, *what).filter(|_| !ids.is_empty()) {
            Some((before, after)) => {
                draft.among(before, ids, after);
                true
            }
            None => false,
        },
    }
}

fn filtered(draft: &mut Draft, kind: ListKind, name: &str, value: &str) -> Result<(), StoreError> {
    let Some(filter) = kind.filters().iter().find(|filter| filter.name == name) else {
        return Ok(());
    };
    match filter.wanted {
        // Our own words stand in the text, so that the planner knows how common each is.
        Wanted::Words(words) => {
            if let Some(word) = words.iter().find(|word| **word == value) {
                match columns::word_filter(kind, name, word) {
                    Some(condition) => draft.also(condition),
                    None => draft.also(&format!("b.{name} = '{word}'")),
                }
                if let Some((column, common)) = columns::common(kind, name)
                    && *word != common
                {
                    // As the index over the rest says it.
                    draft.also(&format!("{column} <> '{common}'"));
                }
            }
        }
        Wanted::Value => {
            let condition = columns::value_filter(kind, name)
                .ok_or_else(|| StoreError::Refused(format!("no query filters {kind} by {name}")))?;
            let times = condition.matches('?').count();
            draft.bound(condition, std::iter::repeat_n(Bind::Text(value.to_owned()), times));
        }
        Wanted::From | Wanted::To => {}
    }
    Ok(())
}

fn dated(draft: &mut Draft, kind: ListKind, between: Between) {
    if let Some(column) = columns::date(kind) {
        if let Some(from) = between.from {
            draft.bound(&format!("{column} >= ?"), [Bind::Time(from)]);
        }
        if let Some(to) = between.to {
            draft.bound(&format!("{column} < ?"), [Bind::Time(to)]);
        }
    }
}

/// False for a place that cannot be in this list.
fn from_the_cursor(draft: &mut Draft, query: &ListQuery, base: &Base, order: &OrderBy) -> bool {
    let Some(cursor) = &query.cursor else { return true };
    let Some(key) = key_of(order.kind, &cursor.key) else { return false };
    let backwards = cursor.way == Way::Back;
    let sign = if order.descending == backwards { ">" } else { "<" };
    if order.column == base.id {
        draft.bound(&format!("{} {sign} ?", base.id), [key]);
    } else {
        let id = Bind::Text(cursor.id.clone());
        draft.bound(&format!("({}, {}) {sign} (?, ?)", order.column, base.id), [key, id]);
    }
    true
}

fn key_of(kind: KeyType, text: &str) -> Option<Bind> {
    Some(match kind {
        KeyType::Text => Bind::Text(text.to_owned()),
        KeyType::Number => Bind::Number(text.parse().ok()?),
        KeyType::Time => Bind::Time(moment(text)?),
    })
}

/// A moment as both databases write it as text.
pub(super) fn moment(text: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").ok()
}
