//! One value of one row, whatever the engine: what it means, not how it is stored.

use chrono::{Datelike as _, NaiveDate, NaiveDateTime};
use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::deserialize::{FromSql, QueryableByName};
use diesel::pg::Pg;
use diesel::query_builder::AstPass;
use diesel::row::{Field as _, NamedRow, Row};
use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, SmallInt, Text, Timestamp};
use diesel::sqlite::{Sqlite, SqliteType};
use sha2::{Digest as _, Sha256};

/// What a column holds. PostgreSQL's catalogue says it; SQLite keeps times as texts and yes or no as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Between two SQLite files nothing needs to be understood.
    AsStored,
    Integer,
    Text,
    Bytes,
    Boolean,
    Time,
    Day,
    /// Of a type that none of our tables has.
    Unknown,
}

impl Kind {
    /// The kind behind a type name of PostgreSQL's catalogue.
    pub(super) fn of_postgres(name: &str) -> Self {
        match name {
            "smallint" | "integer" | "bigint" => Self::Integer,
            "text" => Self::Text,
            "bytea" => Self::Bytes,
            "boolean" => Self::Boolean,
            "timestamp without time zone" => Self::Time,
            "date" => Self::Day,
            _ => Self::Unknown,
        }
    }

    /// The meaning of a value as SQLite stores it.
    pub(super) fn understand(self, value: Value) -> Result<Value, String> {
        let understood = match (self, value) {
            (_, Value::Null) => Some(Value::Null),
            (Self::AsStored, value)
            | (Self::Integer, value @ Value::Integer(_))
            | (Self::Text, value @ Value::Text(_))
            | (Self::Bytes, value @ Value::Bytes(_))
            | (Self::Boolean, value @ Value::Boolean(_))
            | (Self::Time, value @ Value::Time(_))
            | (Self::Day, value @ Value::Day(_)) => Some(value),
            (Self::Boolean, Value::Integer(0)) => Some(Value::Boolean(false)),
            (Self::Boolean, Value::Integer(1)) => Some(Value::Boolean(true)),
            (Self::Time, Value::Text(text)) => {
                NaiveDateTime::parse_from_str(&text, "%F %T%.f").ok().map(Value::Time)
            }
            (Self::Day, Value::Text(text)) => NaiveDate::parse_from_str(&text, "%F").ok().map(Value::Day),
            _ => None,
        };
        understood.ok_or_else(|| format!("a value is no {self:?}"))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
    Boolean(bool),
    Time(NaiveDateTime),
    Day(NaiveDate),
}

impl Value {
    /// About how much memory it needs.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Text(text) => text.len() + 32,
            Self::Bytes(bytes) => bytes.len() + 32,
            Self::Null | Self::Integer(_) | Self::Boolean(_) | Self::Time(_) | Self::Day(_) => 32,
        }
    }

    pub(super) fn integer(&self) -> Option<i64> {
        if let Self::Integer(number) = self { Some(*number) } else { None }
    }

    pub(super) fn boolean(&self) -> Option<bool> {
        if let Self::Boolean(value) = self { Some(*value) } else { None }
    }

    pub(super) fn bytes(&self) -> Option<&[u8]> {
        if let Self::Bytes(bytes) = self { Some(bytes) } else { None }
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(super) fn time(&self) -> Option<NaiveDateTime> {
        if let Self::Time(time) = self { Some(*time) } else { None }
    }

    pub(super) fn day(&self) -> Option<NaiveDate> {
        if let Self::Day(day) = self { Some(*day) } else { None }
    }

    /// Adds it to a hash so that no two different rows are the same bytes.
    fn feed(&self, hash: &mut Sha256) {
        let mut sized = |mark: u8, bytes: &[u8]| {
            hash.update([mark]);
            hash.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(bytes);
        };
        match self {
            Self::Null => sized(0, &[]),
            Self::Integer(number) => sized(1, &number.to_be_bytes()),
            Self::Text(text) => sized(2, text.as_bytes()),
            Self::Bytes(bytes) => sized(3, bytes),
            Self::Boolean(value) => sized(4, &[u8::from(*value)]),
            Self::Time(time) => {
                let time = time.and_utc();
                sized(5, &time.timestamp().to_be_bytes());
                sized(5, &time.timestamp_subsec_nanos().to_be_bytes());
            }
            Self::Day(day) => sized(6, &day.num_days_from_ce().to_be_bytes()),
        }
    }
}

/// How many rows a table has, and a sum over the hashes of its rows: the same in every order and on both engines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) rows: u64,
    hash: u128,
}

impl Tally {
    pub(super) fn add(&mut self, row: &[Value]) {
        let mut hash = Sha256::new();
        for value in row {
            value.feed(&mut hash);
        }
        let whole: [u8; 32] = hash.finalize().into();
        let half = whole.first_chunk().copied().map_or(0, u128::from_be_bytes);
        self.rows += 1;
        self.hash = self.hash.wrapping_add(half);
    }
}

/// A row as it comes, each value by the type that the engine reports for it.
pub(super) struct Raw(pub(super) Vec<Value>);

fn each<'a, DB: Backend>(
    row: &impl NamedRow<'a, DB>,
    read: fn(DB::RawValue<'_>) -> diesel::deserialize::Result<Value>,
) -> diesel::deserialize::Result<Raw> {
    let mut values = Vec::with_capacity(Row::field_count(row));
    for index in 0..Row::field_count(row) {
        let field = Row::get(row, index).ok_or("a column is missing")?;
        values.push(field.value().map_or(Ok(Value::Null), read)?);
    }
    Ok(Raw(values))
}

impl QueryableByName<Sqlite> for Raw {
    fn build<'a>(row: &impl NamedRow<'a, Sqlite>) -> diesel::deserialize::Result<Self> {
        each(row, |value| match value.value_type() {
            None => Ok(Value::Null),
            Some(SqliteType::Text) => FromSql::<Text, Sqlite>::from_sql(value).map(Value::Text),
            Some(SqliteType::Binary) => FromSql::<Binary, Sqlite>::from_sql(value).map(Value::Bytes),
            Some(SqliteType::SmallInt | SqliteType::Integer | SqliteType::Long) => {
                FromSql::<BigInt, Sqlite>::from_sql(value).map(Value::Integer)
            }
            Some(other @ (SqliteType::Float | SqliteType::Double)) => {
                Err(format!("a value is of the unknown type {other:?}").into())
            }
        })
    }
}

impl QueryableByName<Pg> for Raw {
    fn build<'a>(row: &impl NamedRow<'a, Pg>) -> diesel::deserialize::Result<Self> {
        // The numbers of built-in types never change: they are part of PostgreSQL's protocol.
        each(row, |value| match value.get_oid().get() {
            16 => FromSql::<Bool, Pg>::from_sql(value).map(Value::Boolean),
            17 => FromSql::<Binary, Pg>::from_sql(value).map(Value::Bytes),
            20 => FromSql::<BigInt, Pg>::from_sql(value).map(Value::Integer),
            21 => FromSql::<SmallInt, Pg>::from_sql(value).map(|n: i16| Value::Integer(n.into())),
            23 => FromSql::<Integer, Pg>::from_sql(value).map(|n: i32| Value::Integer(n.into())),
            25 => FromSql::<Text, Pg>::from_sql(value).map(Value::Text),
            1082 => FromSql::<Date, Pg>::from_sql(value).map(Value::Day),
            1114 => FromSql::<Timestamp, Pg>::from_sql(value).map(Value::Time),
            other => Err(format!("a value is of the unknown type {other}").into()),
        })
    }
}

impl Value {
    /// Binds it as SQLite stores it. Which types are bound is no part of a statement that SQLite keeps prepared.
    pub(super) fn bind<'b>(&'b self, out: &mut AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        const NOTHING: &Option<String> = &None;
        match self {
            Self::Null => out.push_bind_param::<Nullable<Text>, Option<String>>(NOTHING),
            Self::Integer(number) => out.push_bind_param::<BigInt, i64>(number),
            Self::Text(text) => out.push_bind_param::<Text, String>(text),
            Self::Bytes(bytes) => out.push_bind_param::<Binary, Vec<u8>>(bytes),
            Self::Boolean(value) => out.push_bind_param::<Bool, bool>(value),
            Self::Time(time) => out.push_bind_param::<Timestamp, NaiveDateTime>(time),
            Self::Day(day) => out.push_bind_param::<Date, NaiveDate>(day),
        }
    }
}
