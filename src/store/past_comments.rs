//! Which comments of other places were taken over.

use super::row::{Row, one};
use super::schema::{comments, past_comments};
use super::{Conn, StoreError, Tx};
use crate::domain::article::Slug;
use crate::domain::ids::CommentId;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use std::collections::HashSet;

/// Those of these that were taken over before.
pub fn known(conn: &mut Conn, sources: &[String]) -> Result<HashSet<String>, StoreError> {
    let rows = past_comments::table.filter(past_comments::source.eq_any(sources));
    let found: Vec<String> = rows.select(past_comments::source).load(conn)?;
    Ok(found.into_iter().collect())
}

/// Notes that a comment was taken over.
pub fn insert(
    tx: &mut Tx<'_>,
    source: &str,
    comment: CommentId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let inserted = diesel::insert_into(past_comments::table)
        .values((
            past_comments::source.eq(source),
            past_comments::comment_id.eq(comment.to_string()),
            past_comments::taken_at.eq(now.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

/// Whether a comment was written elsewhere, and taken over.
pub fn is_of_the_past(conn: &mut Conn, comment: CommentId) -> Result<bool, StoreError> {
    let rows = past_comments::table.filter(past_comments::comment_id.eq(comment.to_string()));
    let count: i64 = rows.count().get_result(conn)?;
    Ok(count > 0)
}

/// The first comment of the thread below an article in which one of the other place stands; none once it is gone.
pub fn thread_of(conn: &mut Conn, source: &str, article: &Slug) -> Result<Option<CommentId>, StoreError> {
    let taken = past_comments::table.find(source).select(past_comments::comment_id);
    let Some(id) = taken.get_result::<String>(conn).optional()? else {
        return Ok(None);
    };
    let there = comments::table.find(&id).filter(comments::article.eq(article.as_str()));
    let thread: Option<Option<String>> = there.select(comments::thread_id).get_result(conn).optional()?;
    let first = thread.map(|thread| thread.unwrap_or_else(|| id.clone()));
    first.map(|first| Row { table: "comments", id: &id }.parse(&first)).transpose()
}
