//! What a person must look at: money that does not fit, facts that contradict each other.

use super::dialect::on_each;
use super::row::utc;
use super::schema::{donations, reviews};
use super::{Conn, StoreError, Tx};
use crate::domain::ids::{PledgeId, ReviewId};
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

/// What stands in front of an answered question whose matter was found in order since.
const MENDED: &str = "mended: ";

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
    open_after(conn, "", limit)
}

/// Open questions behind the one of this id, oldest first.
pub fn open_after(conn: &mut Conn, after: &str, limit: i64) -> Result<Vec<Review>, StoreError> {
    type Columns = (String, String, String, String, NaiveDateTime);
    let rows: Vec<Columns> = reviews::table
        .filter(reviews::resolved_at.is_null())
        .filter(reviews::id.gt(after))
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

/// Raises a question that may come up again. One that was answered is asked anew, under a new id, if the words differ
/// or if the matter was in order in between; the same words about the same subject change nothing else.
///
/// Returns whether it is newly open.
pub fn raise_anew(
    tx: &mut Tx<'_>,
    id: ReviewId,
    question: Question<'_>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let Question { kind, subject, detail } = question;
    let name = id.to_string();
    let row = (
        reviews::id.eq(&name),
        reviews::detail.eq(detail),
        reviews::created_at.eq(now.naive_utc()),
        reviews::resolved_at.eq(None::<NaiveDateTime>),
    );
    let raised = on_each!(tx, |c| diesel::insert_into(reviews::table)
        .values((reviews::kind.eq(kind), reviews::subject.eq(subject), row))
        .on_conflict_do_nothing()
        .execute(c))?;
    if raised == 1 {
        return Ok(true);
    }
    let same = reviews::table.filter(reviews::kind.eq(kind)).filter(reviews::subject.eq(subject));
    let in_other_words = same.filter(reviews::detail.ne(detail));
    let asked_anew = diesel::update(in_other_words.filter(reviews::resolved_at.is_not_null()))
        .set(row)
        .execute(&mut **tx)?;
    if asked_anew == 0 {
        diesel::update(in_other_words).set(reviews::detail.eq(detail)).execute(&mut **tx)?;
    }
    Ok(asked_anew == 1)
}

/// Notes of the answered questions of a kind that their matter is in order, except for the subjects that are `still`
/// not: these were answered as they are.
pub fn note_mended(tx: &mut Tx<'_>, kind: &str, still: &[&str]) -> Result<(), StoreError> {
    let answered: Vec<(String, String, String)> = reviews::table
        .filter(reviews::kind.eq(kind))
        .filter(reviews::resolved_at.is_not_null())
        .filter(reviews::detail.not_like(format!("{MENDED}%")))
        .select((reviews::id, reviews::subject, reviews::detail))
        .load(&mut **tx)?;
    for (id, _, detail) in answered.iter().filter(|(_, subject, _)| !still.contains(&subject.as_str())) {
        let mended = format!("{MENDED}{detail}");
        diesel::update(reviews::table.find(id)).set(reviews::detail.eq(mended)).execute(&mut **tx)?;
    }
    Ok(())
}

/// Id and subject of an open question of a kind about a pledge, or about a donation for it.
pub fn open_about(
    conn: &mut Conn,
    kind: &str,
    pledge: PledgeId,
) -> Result<Option<(String, String)>, StoreError> {
    let pledge = pledge.to_string();
    let of_pledge = donations::table.filter(donations::pledge_id.eq(&pledge)).select(donations::id);
    let open = reviews::table
        .filter(reviews::kind.eq(kind))
        .filter(reviews::resolved_at.is_null())
        .filter(reviews::subject.eq(&pledge).or(reviews::subject.eq_any(of_pledge)))
        .select((reviews::id, reviews::subject))
        .limit(1);
    Ok(open.get_result(conn).optional()?)
}

/// The open question that was raised last, those of the kind `except` left out.
pub fn newest_open(conn: &mut Conn, except: &str) -> Result<Option<ReviewId>, StoreError> {
    let newest: Option<String> = reviews::table
        .filter(reviews::resolved_at.is_null())
        .filter(reviews::kind.ne(except))
        .order(reviews::id.desc())
        .select(reviews::id)
        .limit(1)
        .get_result(conn)
        .optional()?;
    let parse = |id: String| super::row::Row { table: "reviews", id: &id }.parse(&id);
    newest.map(parse).transpose()
}

/// How many questions are open.
pub fn count_open(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(reviews::table.filter(reviews::resolved_at.is_null()).count().get_result(conn)?)
}
