//! Gifts that go on by a link that is sent by e-mail: what was typed, until the link is over; and work of browsers that counted.

use super::dialect::on_each;
use super::row::{Row, one, utc};
use super::schema::{gift_links, spent_proofs};
use super::{Conn, StoreError, Tx};
use crate::domain::donor::EmailAddress;
use crate::domain::ids::GiftLinkId;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

/// A gift that waits for its link to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GiftLink {
    /// Its id.
    pub id: GiftLinkId,
    /// Where the link is sent.
    pub email: EmailAddress,
    /// What was typed, as JSON.
    pub typed: String,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
    /// When the link ends.
    pub expires_at: DateTime<Utc>,
}

type Columns = (String, Option<String>, Option<String>, NaiveDateTime, NaiveDateTime);

/// None once what was typed is gone.
fn into_domain((id, email, typed, asked_at, expires_at): Columns) -> Result<Option<GiftLink>, StoreError> {
    let row = Row { table: "gift_links", id: &id };
    let (Some(email), Some(typed)) = (email, typed) else {
        return Ok(None);
    };
    Ok(Some(GiftLink {
        id: row.parse(&id)?,
        email: EmailAddress::parse(&email).map_err(|error| row.corrupt(error))?,
        typed,
        asked_at: utc(asked_at),
        expires_at: utc(expires_at),
    }))
}

const COLUMNS: (
    gift_links::id,
    gift_links::email,
    gift_links::typed,
    gift_links::asked_at,
    gift_links::expires_at,
) = (gift_links::id, gift_links::email, gift_links::typed, gift_links::asked_at, gift_links::expires_at);

/// Adds a gift that has no link yet.
pub fn insert(tx: &mut Tx<'_>, link: &GiftLink, email_mark: &str) -> Result<(), StoreError> {
    let inserted = diesel::insert_into(gift_links::table)
        .values((
            gift_links::id.eq(link.id.to_string()),
            gift_links::email_mark.eq(email_mark),
            gift_links::email.eq(Some(link.email.as_str())),
            gift_links::typed.eq(Some(&link.typed)),
            gift_links::asked_at.eq(link.asked_at.naive_utc()),
            gift_links::expires_at.eq(link.expires_at.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

/// How many links an address was sent on the day of this mark.
pub fn count_for(conn: &mut Conn, email_mark: &str) -> Result<i64, StoreError> {
    Ok(gift_links::table.filter(gift_links::email_mark.eq(email_mark)).count().get_result(conn)?)
}

/// The gift with this id, as long as it waits.
pub fn find(conn: &mut Conn, id: GiftLinkId) -> Result<Option<GiftLink>, StoreError> {
    let row: Option<Columns> =
        gift_links::table.find(id.to_string()).select(COLUMNS).get_result(conn).optional()?;
    Ok(row.map(into_domain).transpose()?.flatten())
}

/// The gift whose link has this hash, as long as it waits.
pub fn find_by_token(conn: &mut Conn, token_hash: &str) -> Result<Option<GiftLink>, StoreError> {
    let rows = gift_links::table.filter(gift_links::token_hash.eq(token_hash));
    let row: Option<Columns> = rows.select(COLUMNS).get_result(conn).optional()?;
    Ok(row.map(into_domain).transpose()?.flatten())
}

/// Puts the link to a gift, in place of the one that an earlier try at its letter made.
pub fn set_link(
    tx: &mut Tx<'_>,
    id: GiftLinkId,
    token_hash: &str,
    expires_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let changed = diesel::update(gift_links::table.find(id.to_string()))
        .set((gift_links::token_hash.eq(Some(token_hash)), gift_links::expires_at.eq(expires_at.naive_utc())))
        .execute(&mut **tx)?;
    one(changed)
}

/// Empties gifts whose links are over, and forgets those that were asked for before `before`, and work that counts no more.
pub fn remove_old(tx: &mut Tx<'_>, now: DateTime<Utc>, before: DateTime<Utc>) -> Result<(), StoreError> {
    let over = gift_links::table
        .filter(gift_links::email.is_not_null())
        .filter(gift_links::expires_at.lt(now.naive_utc()));
    diesel::update(over)
        .set((
            gift_links::token_hash.eq(None::<String>),
            gift_links::email.eq(None::<String>),
            gift_links::typed.eq(None::<String>),
        ))
        .execute(&mut **tx)?;
    diesel::delete(gift_links::table.filter(gift_links::asked_at.lt(before.naive_utc())))
        .execute(&mut **tx)?;
    diesel::delete(spent_proofs::table.filter(spent_proofs::expires_at.lt(now.naive_utc())))
        .execute(&mut **tx)?;
    Ok(())
}

/// Forgets every gift of an address that waits.
pub fn remove_of(tx: &mut Tx<'_>, email: &EmailAddress) -> Result<usize, StoreError> {
    let theirs = gift_links::table.filter(gift_links::email.eq(email.as_str()));
    Ok(diesel::delete(theirs).execute(&mut **tx)?)
}

/// Uses up work that a browser did. False if it was used before.
pub fn spend(tx: &mut Tx<'_>, mark: &str, expires_at: DateTime<Utc>) -> Result<bool, StoreError> {
    let spent = on_each!(tx, |c| diesel::insert_into(spent_proofs::table)
        .values((spent_proofs::mark.eq(mark), spent_proofs::expires_at.eq(expires_at.naive_utc())))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(spent == 1)
}
