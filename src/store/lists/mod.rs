//! Owns: the lists of the office: a page of any of them, from any place, in a time that does not depend on how many rows
//! there are. May import: the rest of the store. Must not: decide what is shown to whom.
//!
//! Each order and each filter has an index that begins with it, and a place in a list is the key of a row, not a
//! number of rows to skip. First the rows of the page are chosen from one table; then what else is shown of them is
//! looked up. A test asks both databases how they do it.

mod build;
mod columns;
mod seek;

pub use build::{Plan, plan};
pub use seek::{How, Narrow, Sought, seek};

use super::{Conn, StoreError};
use crate::domain::list::{Cursor, ListQuery, Way};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamp};

/// Between which moments: from, inclusive, to, exclusive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Between {
    /// Not before.
    pub from: Option<NaiveDateTime>,
    /// Before.
    pub to: Option<NaiveDateTime>,
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// What the list is ordered by, of this row.
    pub key: String,
    /// What it says, in the order of the columns that were asked for.
    pub cells: Vec<Option<String>>,
}

/// Some rows of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The rows, in the order of the list.
    pub rows: Vec<Row>,
    /// Where the page before ends, if there is one.
    pub back: Option<Cursor>,
    /// Where the next page begins, if there is one.
    pub on: Option<Cursor>,
}

/// Something that stands for a `$1` in a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bind {
    /// A text.
    Text(String),
    /// A number.
    Number(i64),
    /// A moment.
    Time(NaiveDateTime),
}

/// Columns that a list can have at most.
const COLUMNS_MAX: usize = 20;

macro_rules! raw_row {
    ($($cell:ident)*) => {
        #[derive(QueryableByName)]
        struct RawRow {
            #[diesel(sql_type = Text)]
            id: String,
            #[diesel(sql_type = Text)]
            key: String,
            $(#[diesel(sql_type = Nullable<Text>)] $cell: Option<String>,)*
        }

        impl RawRow {
            fn into_row(self, columns: usize) -> Row {
                let mut cells = vec![$(self.$cell,)*];
                cells.truncate(columns);
                Row { id: self.id, key: self.key, cells }
            }
        }
    };
}
raw_row!(c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 c10 c11 c12 c13 c14 c15 c16 c17 c18 c19);

/// A page of up to `rows` rows.
pub fn page(
    conn: &mut Conn,
    query: &ListQuery,
    narrow: &Narrow,
    between: Between,
    rows: usize,
) -> Result<Page, StoreError> {
    // One more than asked for tells whether there is more.
    let Some(plan) = plan(query, narrow, between, rows + 1)? else {
        return Ok(Page::default());
    };
    let raw = load(conn, &plan)?;
    let mut found: Vec<Row> = raw.into_iter().map(|row| row.into_row(query.columns.len())).collect();
    let more = found.len() > rows;
    found.truncate(rows);
    let way = query.cursor.as_ref().map_or(Way::On, |cursor| cursor.way);
    if way == Way::Back {
        found.reverse();
    }
    let at = |row: Option<&Row>, way| row.map(|row| Cursor { way, key: row.key.clone(), id: row.id.clone() });
    let (has_back, has_on) = match way {
        Way::On => (query.cursor.is_some(), more),
        Way::Back => (more, true),
    };
    Ok(Page {
        back: at(found.first().filter(|_| has_back), Way::Back),
        on: at(found.last().filter(|_| has_on), Way::On),
        rows: found,
    })
}

macro_rules! bound {
    ($plan:expr, $backend:ty) => {{
        let mut query = diesel::sql_query($plan.sql.clone()).into_boxed::<$backend>();
        for bind in &$plan.binds {
            query = match bind {
                Bind::Text(text) => query.bind::<Text, _>(text.clone()),
                Bind::Number(number) => query.bind::<BigInt, _>(*number),
                Bind::Time(time) => query.bind::<Timestamp, _>(*time),
            };
        }
        query
    }};
}

fn load(conn: &mut Conn, plan: &Plan) -> Result<Vec<RawRow>, StoreError> {
    Ok(match conn {
        Conn::Postgres(c) => bound!(plan, diesel::pg::Pg).load(c)?,
        Conn::Sqlite(c) => bound!(plan, diesel::sqlite::Sqlite).load(c)?,
    })
}
