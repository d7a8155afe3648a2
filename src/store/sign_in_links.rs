//! Wishes to sign in, and the links that answer them. Of every secret only the hash is here.

use super::row::{Row, one, utc};
use super::schema::sign_in_links;
use super::{Conn, StoreError, Tx};
use crate::domain::account::{SignIn, SignInStatus};
use crate::domain::donor::EmailAddress;
use crate::domain::ids::SignInId;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

/// Those that may still become a session.
const OPEN: [&str; 2] = ["asked", "sent"];

#[derive(Queryable, Selectable)]
#[diesel(table_name = sign_in_links)]
struct SignInRow {
    id: String,
    email: String,
    browser_hash: String,
    status: String,
    code_hash: Option<String>,
    code_tries: i64,
    asked_at: NaiveDateTime,
    sent_at: Option<NaiveDateTime>,
    expires_at: NaiveDateTime,
}

impl SignInRow {
    fn into_domain(self) -> Result<SignIn, StoreError> {
        let row = Row { table: "sign_in_links", id: &self.id };
        Ok(SignIn {
            id: row.parse(&self.id)?,
            email: EmailAddress::parse(&self.email).map_err(|error| row.corrupt(error))?,
            status: row.word(SignInStatus::parse, &self.status)?,
            browser_hash: self.browser_hash,
            code_hash: self.code_hash,
            code_tries: self.code_tries,
            asked_at: utc(self.asked_at),
            sent_at: self.sent_at.map(utc),
            expires_at: utc(self.expires_at),
        })
    }
}

/// Adds a wish without a link.
pub fn insert(tx: &mut Tx<'_>, wish: &SignIn) -> Result<(), StoreError> {
    let inserted = diesel::insert_into(sign_in_links::table)
        .values((
            sign_in_links::id.eq(wish.id.to_string()),
            sign_in_links::email.eq(wish.email.as_str()),
            sign_in_links::browser_hash.eq(&wish.browser_hash),
            sign_in_links::status.eq(wish.status.as_str()),
            sign_in_links::code_tries.eq(wish.code_tries),
            sign_in_links::asked_at.eq(wish.asked_at.naive_utc()),
            sign_in_links::expires_at.eq(wish.expires_at.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

/// Ends every open wish of an address.
pub fn void_all(tx: &mut Tx<'_>, email: &EmailAddress) -> Result<usize, StoreError> {
    let open = sign_in_links::table
        .filter(sign_in_links::email.eq(email.as_str()))
        .filter(sign_in_links::status.eq_any(OPEN));
    Ok(diesel::update(open).set(sign_in_links::status.eq(SignInStatus::Void.as_str())).execute(&mut **tx)?)
}

/// The wish with this id, if there is one.
pub fn find(conn: &mut Conn, id: SignInId) -> Result<Option<SignIn>, StoreError> {
    let row = sign_in_links::table.find(id.to_string()).select(SignInRow::as_select());
    row.get_result(conn).optional()?.map(SignInRow::into_domain).transpose()
}

/// The wish whose link has this hash.
pub fn find_by_token(conn: &mut Conn, token_hash: &str) -> Result<Option<SignIn>, StoreError> {
    let row = sign_in_links::table.filter(sign_in_links::token_hash.eq(token_hash));
    row.select(SignInRow::as_select()).get_result(conn).optional()?.map(SignInRow::into_domain).transpose()
}

/// What a letter adds to a wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Hash of the link's token.
    pub token_hash: String,
    /// Hash of the code.
    pub code_hash: String,
    /// When the letter was written.
    pub sent_at: DateTime<Utc>,
    /// When the link ends.
    pub expires_at: DateTime<Utc>,
}

/// Puts the link to an open wish, in place of the one that an earlier try at its letter made.
pub fn set_link(tx: &mut Tx<'_>, id: SignInId, link: &Link) -> Result<(), StoreError> {
    let open = sign_in_links::table.find(id.to_string()).filter(sign_in_links::status.eq_any(OPEN));
    let changed = diesel::update(open)
        .set((
            sign_in_links::status.eq(SignInStatus::Sent.as_str()),
            sign_in_links::token_hash.eq(Some(&link.token_hash)),
            sign_in_links::code_hash.eq(Some(&link.code_hash)),
            sign_in_links::code_tries.eq(0),
            sign_in_links::sent_at.eq(Some(link.sent_at.naive_utc())),
            sign_in_links::expires_at.eq(link.expires_at.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(changed)
}

/// Moves a wish on, if it is still open. False if somebody else was first.
pub fn close(tx: &mut Tx<'_>, id: SignInId, to: SignInStatus) -> Result<bool, StoreError> {
    let open = sign_in_links::table.find(id.to_string()).filter(sign_in_links::status.eq_any(OPEN));
    let changed = diesel::update(open).set(sign_in_links::status.eq(to.as_str())).execute(&mut **tx)?;
    Ok(changed == 1)
}

/// Counts a wrong code and returns how many there were.
pub fn count_try(tx: &mut Tx<'_>, id: SignInId) -> Result<i64, StoreError> {
    Ok(diesel::update(sign_in_links::table.find(id.to_string()))
        .set(sign_in_links::code_tries.eq(sign_in_links::code_tries + 1))
        .returning(sign_in_links::code_tries)
        .get_result(&mut **tx)?)
}

/// Forgets wishes that ended before `before`; returns how many.
pub fn remove_ended(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<usize, StoreError> {
    let old = sign_in_links::table.filter(sign_in_links::expires_at.lt(before.naive_utc()));
    Ok(diesel::delete(old).execute(&mut **tx)?)
}

/// Forgets every wish of an address.
pub fn remove_of(tx: &mut Tx<'_>, email: &EmailAddress) -> Result<usize, StoreError> {
    let theirs = sign_in_links::table.filter(sign_in_links::email.eq(email.as_str()));
    Ok(diesel::delete(theirs).execute(&mut **tx)?)
}
