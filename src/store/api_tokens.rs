//! Tokens of the API. The token's text is not here, only its hash.

use super::row::{Row, one, utc};
use super::schema::api_tokens;
use super::{Conn, StoreError, Tx};
use crate::domain::access::Scope;
use crate::domain::ids::TokenId;
use crate::domain::token::ApiToken;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

#[derive(Queryable, Selectable)]
#[diesel(table_name = api_tokens)]
struct TokenRow {
    id: String,
    name: String,
    scope: String,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
    last_used_at: Option<NaiveDateTime>,
    revoked_at: Option<NaiveDateTime>,
}

impl TokenRow {
    fn into_domain(self) -> Result<ApiToken, StoreError> {
        let row = Row { table: "api_tokens", id: &self.id };
        Ok(ApiToken {
            id: row.parse(&self.id)?,
            scope: row.word(Scope::parse, &self.scope)?,
            created_at: utc(self.created_at),
            expires_at: utc(self.expires_at),
            last_used_at: self.last_used_at.map(utc),
            revoked_at: self.revoked_at.map(utc),
            name: self.name,
        })
    }
}

/// Adds a token.
pub fn insert(tx: &mut Tx<'_>, token: &ApiToken, token_hash: &str) -> Result<(), StoreError> {
    let inserted = diesel::insert_into(api_tokens::table)
        .values((
            api_tokens::id.eq(token.id.to_string()),
            api_tokens::name.eq(&token.name),
            api_tokens::scope.eq(token.scope.as_str()),
            api_tokens::token_hash.eq(token_hash),
            api_tokens::created_at.eq(token.created_at.naive_utc()),
            api_tokens::expires_at.eq(token.expires_at.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

/// The token whose text has this hash.
pub fn find_by_token(conn: &mut Conn, token_hash: &str) -> Result<Option<ApiToken>, StoreError> {
    let row = api_tokens::table.filter(api_tokens::token_hash.eq(token_hash)).select(TokenRow::as_select());
    row.get_result(conn).optional()?.map(TokenRow::into_domain).transpose()
}

/// Every token, the newest first.
pub fn all(conn: &mut Conn) -> Result<Vec<ApiToken>, StoreError> {
    let rows = api_tokens::table
        .order((api_tokens::created_at.desc(), api_tokens::id.desc()))
        .select(TokenRow::as_select());
    rows.load(conn)?.into_iter().map(TokenRow::into_domain).collect()
}

/// Notes that a token was used. Time never goes back.
pub fn touch(tx: &mut Tx<'_>, id: TokenId, at: DateTime<Utc>) -> Result<(), StoreError> {
    let earlier = api_tokens::table
        .find(id.to_string())
        .filter(api_tokens::last_used_at.is_null().or(api_tokens::last_used_at.lt(at.naive_utc())));
    diesel::update(earlier).set(api_tokens::last_used_at.eq(at.naive_utc())).execute(&mut **tx)?;
    Ok(())
}

/// Ends a token. False if there is none of this id, or it was ended before.
pub fn revoke(tx: &mut Tx<'_>, id: TokenId, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let live = api_tokens::table.find(id.to_string()).filter(api_tokens::revoked_at.is_null());
    Ok(diesel::update(live).set(api_tokens::revoked_at.eq(at.naive_utc())).execute(&mut **tx)? == 1)
}
