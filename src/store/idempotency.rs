//! Idempotency keys of API clients: which pledge a key made, and from what input; which request of a program was carried
//! out, and what it was answered.

use super::dialect::on_each;
use super::row::{Row, one};
use super::schema::{idempotency_keys as keys, request_keys};
use super::{Conn, StoreError, Tx};
use crate::domain::ids::{PledgeId, TokenId};
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

/// A request of a program, by the name that it gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    /// Whose request.
    pub token: TokenId,
    /// The program's name for it.
    pub key: String,
    /// Hash of what was asked: method, path and body.
    pub input_hash: String,
}

/// What is known of a request that was carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarriedOut {
    /// Hash of what was asked.
    pub input_hash: String,
    /// Status and body of the answer; none until it was made.
    pub answer: Option<(i64, String)>,
}

/// What is known of a request; none if it was not carried out.
pub fn find_request(conn: &mut Conn, key: &RequestKey) -> Result<Option<CarriedOut>, StoreError> {
    let found: Option<(String, Option<i64>, Option<String>)> = request_keys::table
        .find((key.token.to_string(), &key.key))
        .select((request_keys::input_hash, request_keys::status, request_keys::answer))
        .get_result(conn)
        .optional()?;
    let known = |(input_hash, status, answer): (String, Option<i64>, Option<String>)| CarriedOut {
        input_hash,
        answer: status.zip(answer),
    };
    Ok(found.map(known))
}

/// Notes in the transaction of an act that this request is it. False if one of this name was carried out before.
pub fn insert_request(tx: &mut Tx<'_>, key: &RequestKey, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let inserted = on_each!(tx, |c| diesel::insert_into(request_keys::table)
        .values((
            request_keys::token_id.eq(key.token.to_string()),
            request_keys::key.eq(&key.key),
            request_keys::input_hash.eq(&key.input_hash),
            request_keys::created_at.eq(now.naive_utc()),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(inserted == 1)
}

/// Keeps the answer of a request that was carried out.
pub fn answer_request(
    tx: &mut Tx<'_>,
    key: &RequestKey,
    status: i64,
    answer: &str,
) -> Result<(), StoreError> {
    let row = request_keys::table
        .find((key.token.to_string(), &key.key))
        .filter(request_keys::input_hash.eq(&key.input_hash));
    let told = (request_keys::status.eq(Some(status)), request_keys::answer.eq(Some(answer)));
    one(diesel::update(row).set(told).execute(&mut **tx)?)
}

/// Forgets requests older than `before`; returns how many.
pub fn remove_old_requests(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<usize, StoreError> {
    let old = request_keys::table.filter(request_keys::created_at.lt(before.naive_utc()));
    Ok(diesel::delete(old).execute(&mut **tx)?)
}
