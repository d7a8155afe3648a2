//! Idempotency keys of API clients: which pledge a key made, and from what input.

use super::dialect::on_each;
use super::row::Row;
use super::schema::idempotency_keys as keys;
use super::{Conn, StoreError, Tx};
use crate::domain::ids::PledgeId;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

/// A key as its client sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Which route.
    pub scope: &'static str,
    /// The client's key.
    pub key: String,
    /// Hash of what was sent with it.
    pub input_hash: String,
}

/// What a key is already used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Used {
    /// The same input made this pledge.
    SameInput(PledgeId),
    /// Another input was sent with it.
    OtherInput,
}

/// Whether the key is used, and for what.
pub fn find(conn: &mut Conn, key: &Key) -> Result<Option<Used>, StoreError> {
    let found: Option<(String, String)> = keys::table
        .find((key.scope, &key.key))
        .select((keys::input_hash, keys::pledge_id))
        .get_result(conn)
        .optional()?;
    let Some((hash, pledge)) = found else {
        return Ok(None);
    };
    if hash != key.input_hash {
        return Ok(Some(Used::OtherInput));
    }
    let row = Row { table: "idempotency_keys", id: &key.key };
    Ok(Some(Used::SameInput(row.parse(&pledge)?)))
}

/// Remembers the key. False if somebody else was first.
pub fn insert(tx: &mut Tx<'_>, key: &Key, pledge: PledgeId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let inserted = on_each!(tx, |c| diesel::insert_into(keys::table)
        .values((
            keys::scope.eq(key.scope),
            keys::key.eq(&key.key),
            keys::input_hash.eq(&key.input_hash),
            keys::pledge_id.eq(pledge.to_string()),
            keys::created_at.eq(now.naive_utc()),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(inserted == 1)
}

/// Forgets keys older than `before`; returns how many.
pub fn remove_old(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<usize, StoreError> {
    Ok(diesel::delete(keys::table.filter(keys::created_at.lt(before.naive_utc()))).execute(&mut **tx)?)
}
