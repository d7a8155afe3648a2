//! What a person must look at: money that does not fit, facts that contradict each other.

use super::dialect::on_each;
use super::row::utc;
use super::schema::reviews;
use super::{Conn, StoreError, Tx};
use crate::domain::ids::ReviewId;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

/// An open question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Its id.
    pub id: String,
    /// What is doubtful.
    pub kind: String,
    /// About what: an id, or a gateway's name of a payment.
    pub subject: String,
    /// In words.
    pub detail: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

/// A question to be raised.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// What is doubtful.
    pub kind: &'a str,
    /// About what: an id, or a gateway's name of a payment.
    pub subject: &'a str,
    /// In words.
    pub detail: &'a str,
}

/// Raises a question once; the same kind about the same subject again changes nothing.
pub fn raise(
    tx: &mut Tx<'_>,
    id: ReviewId,
    question: Question<'_>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Question { kind, subject, detail } = question;
    let raised = on_each!(tx, |c| diesel::insert_into(reviews::table)
        .values((
            reviews::id.eq(id.to_string()),
            reviews::kind.eq(kind),
            reviews::subject.eq(subject),
            reviews::detail.eq(detail),
            reviews::created_at.eq(now.naive_utc()),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    if raised == 1 {
        tracing::warn!(kind, subject, detail, "a person must look at this");
    }
    Ok(())
}

/// Closes a question that answered itself. Without effect if it was never raised.
pub fn settle(tx: &mut Tx<'_>, kind: &str, subject: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    let open = reviews::table
        .filter(reviews::kind.eq(kind))
        .filter(reviews::subject.eq(subject))
        .filter(reviews::resolved_at.is_null());
    diesel::update(open).set(reviews::resolved_at.eq(Some(now.naive_utc()))).execute(&mut **tx)?;
    Ok(())
}

/// Open questions, oldest first.
pub fn open(conn: &mut Conn, limit: i64) -> Result<Vec<Review>, StoreError> {
    type Columns = (String, String, String, String, NaiveDateTime);
    let rows: Vec<Columns> = reviews::table
        .filter(reviews::resolved_at.is_null())
        .order(reviews::id)
        .limit(limit)
        .select((reviews::id, reviews::kind, reviews::subject, reviews::detail, reviews::created_at))
        .load(conn)?;
    let review = |(id, kind, subject, detail, created_at): Columns| Review {
        id,
        kind,
        subject,
        detail,
        created_at: utc(created_at),
    };
    Ok(rows.into_iter().map(review).collect())
}

/// Marks a question as answered. False if it was before, or was never raised.
pub fn resolve(tx: &mut Tx<'_>, id: ReviewId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let open = reviews::table.find(id.to_string()).filter(reviews::resolved_at.is_null());
    let changed =
        diesel::update(open).set(reviews::resolved_at.eq(Some(now.naive_utc()))).execute(&mut **tx)?;
    Ok(changed == 1)
}
