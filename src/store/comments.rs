//! Comments of readers.

use super::dialect::on_each;
use super::row::{Row, one, utc};
use super::schema::comments;
use super::{Conn, StoreError, Tx};
use crate::domain::article::Slug;
use crate::domain::comment::{Comment, CommentState, CommentStatus, CommentText, HeldFor, Refusal};
use crate::domain::donor::{EmailAddress, PersonName};
use crate::domain::ids::CommentId;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use std::collections::{BTreeSet, HashSet};

#[derive(Queryable, Selectable)]
#[diesel(table_name = comments)]
struct CommentRow {
    id: String,
    article: String,
    article_title: String,
    thread_id: Option<String>,
    name: Option<String>,
    email: Option<String>,
    body: Option<String>,
    locale: String,
    status: String,
    held_for: Option<String>,
    reason: Option<String>,
    written_at: NaiveDateTime,
    decided_at: Option<NaiveDateTime>,
    edited_at: Option<NaiveDateTime>,
    wants_answers: bool,
}

impl CommentRow {
    /// None for one that was taken away.
    fn into_domain(self) -> Result<Option<Comment>, StoreError> {
        let row = Row { table: "comments", id: &self.id };
        let status = row.word(CommentStatus::parse, &self.status)?;
        let at = || self.decided_at.map(utc).ok_or_else(|| row.corrupt("it was decided at no time"));
        let refused = |as_what| {
            Ok::<_, StoreError>(CommentState::Refused { as_what, reason: self.reason.clone(), at: at()? })
        };
        let state = match status {
            CommentStatus::Held => CommentState::Held {
                why: row.word(HeldFor::parse, self.held_for.as_deref().unwrap_or_default())?,
            },
            CommentStatus::Approved => CommentState::Approved { at: at()? },
            CommentStatus::Rejected => refused(Refusal::Rejected)?,
            CommentStatus::Spam => refused(Refusal::Spam)?,
            CommentStatus::Removed => return Ok(None),
        };
        let name = PersonName::parse(self.name.as_deref().unwrap_or_default());
        let email = EmailAddress::parse(self.email.as_deref().unwrap_or_default());
        let text = CommentText::parse(self.body.as_deref().unwrap_or_default());
        Ok(Some(Comment {
            id: row.parse(&self.id)?,
            article: Slug::parse(&self.article).map_err(|error| row.corrupt(error))?,
            article_title: self.article_title,
            thread: row.parse_option(self.thread_id.as_deref())?,
            name: name.map_err(|error| row.corrupt(error))?.ok_or_else(|| row.corrupt("it has no name"))?,
            email: email.map_err(|error| row.corrupt(error))?,
            text: text.map_err(|error| row.corrupt(error))?,
            locale: self.locale,
            written_at: utc(self.written_at),
            edited_at: self.edited_at.map(utc),
            wants_answers: self.wants_answers,
            state,
        }))
    }
}

/// The columns of a state: its word, why it is held, what was noted, when it was decided.
type StateColumns<'a> = (&'static str, Option<&'static str>, Option<&'a str>, Option<NaiveDateTime>);

fn columns_of(state: &CommentState) -> StateColumns<'_> {
    let word = state.status().as_str();
    match state {
        CommentState::Held { why } => (word, Some(why.as_str()), None, None),
        CommentState::Approved { at } => (word, None, None, Some(at.naive_utc())),
        CommentState::Refused { reason, at, .. } => (word, None, reason.as_deref(), Some(at.naive_utc())),
    }
}

/// Adds a comment, unless one with this key is there; says whether it did.
pub fn insert(tx: &mut Tx<'_>, comment: &Comment, same_key: &str) -> Result<bool, StoreError> {
    let (status, held_for, reason, decided_at) = columns_of(&comment.state);
    let row = (
        comments::id.eq(comment.id.to_string()),
        comments::article.eq(comment.article.as_str()),
        comments::article_title.eq(&comment.article_title),
        comments::thread_id.eq(comment.thread.map(|thread| thread.to_string())),
        comments::name.eq(comment.name.as_str()),
        comments::email.eq(comment.email.as_str()),
        comments::body.eq(comment.text.as_str()),
        comments::locale.eq(&comment.locale),
        comments::status.eq(status),
        comments::held_for.eq(held_for),
        comments::reason.eq(reason),
        comments::same_key.eq(same_key),
        comments::written_at.eq(comment.written_at.naive_utc()),
        comments::decided_at.eq(decided_at),
        comments::edited_at.eq(comment.edited_at.map(|at| at.naive_utc())),
        comments::wants_answers.eq(comment.wants_answers),
    );
    let inserted = on_each!(tx, |c| diesel::insert_into(comments::table)
        .values(row)
        .on_conflict(comments::same_key)
        .do_nothing()
        .execute(c))?;
    Ok(inserted == 1)
}

/// Whether a comment with this key is there.
pub fn is_there(conn: &mut Conn, same_key: &str) -> Result<bool, StoreError> {
    let known: i64 = comments::table.filter(comments::same_key.eq(same_key)).count().get_result(conn)?;
    Ok(known > 0)
}

/// The comment with this id; none once it was taken away.
pub fn find(conn: &mut Conn, id: CommentId) -> Result<Option<Comment>, StoreError> {
    let row = comments::table.find(id.to_string()).select(CommentRow::as_select());
    row.get_result(conn).optional()?.map_or(Ok(None), CommentRow::into_domain)
}

/// How many comments from this address stand approved.
pub fn approved_from(conn: &mut Conn, email: &EmailAddress) -> Result<i64, StoreError> {
    let rows = comments::table
        .filter(comments::email.eq(email.as_str()))
        .filter(comments::status.eq(CommentStatus::Approved.as_str()));
    Ok(rows.count().get_result(conn)?)
}

/// What was written from this address, the oldest first.
pub fn from_address(conn: &mut Conn, email: &EmailAddress) -> Result<Vec<Comment>, StoreError> {
    let rows = comments::table
        .filter(comments::email.eq(email.as_str()))
        .order(comments::id)
        .select(CommentRow::as_select());
    rows.load(conn)?.into_iter().filter_map(|row: CommentRow| row.into_domain().transpose()).collect()
}

/// Brings a comment from one state to another.
///
/// # Errors
/// `Stale` if it does not stand there any more.
pub fn set_state(tx: &mut Tx<'_>, before: &Comment, state: &CommentState) -> Result<(), StoreError> {
    let (status, held_for, reason, decided_at) = columns_of(state);
    let there = comments::table
        .find(before.id.to_string())
        .filter(comments::status.eq(before.state.status().as_str()));
    let changed = diesel::update(there)
        .set((
            comments::status.eq(status),
            comments::held_for.eq(held_for),
            comments::reason.eq(reason),
            comments::decided_at.eq(decided_at),
        ))
        .execute(&mut **tx)?;
    one(changed)
}

/// Writes a comment anew, in the state that it has now.
///
/// # Errors
/// `Stale` if it does not stand where `before` says any more.
pub fn set_text(
    tx: &mut Tx<'_>,
    before: &Comment,
    comment: &Comment,
    same_key: &str,
) -> Result<(), StoreError> {
    let there = comments::table
        .find(before.id.to_string())
        .filter(comments::status.eq(before.state.status().as_str()));
    let changed = diesel::update(there)
        .set((
            comments::body.eq(comment.text.as_str()),
            comments::same_key.eq(same_key),
            comments::edited_at.eq(comment.edited_at.map(|at| at.naive_utc())),
        ))
        .execute(&mut **tx)?;
    one(changed)?;
    set_state(tx, before, &comment.state)
}

/// Whether the reader wants to be written to when somebody answers.
pub fn set_wants_answers(tx: &mut Tx<'_>, id: CommentId, wanted: bool) -> Result<(), StoreError> {
    let comment = comments::table.find(id.to_string());
    diesel::update(comment).set(comments::wants_answers.eq(wanted)).execute(&mut **tx)?;
    Ok(())
}

/// Those in the thread of an answer who want to be written to, each address once, by its latest comment there.
pub fn followers(conn: &mut Conn, answer: &Comment) -> Result<Vec<CommentId>, StoreError> {
    let Some(thread) = answer.thread.map(|thread| thread.to_string()) else {
        return Ok(Vec::new());
    };
    let rows = comments::table
        .filter(comments::thread_id.eq(&thread).or(comments::id.eq(&thread)))
        .filter(comments::status.eq(CommentStatus::Approved.as_str()))
        .filter(comments::wants_answers.eq(true))
        .filter(comments::email.ne(answer.email.as_str()))
        .order(comments::id.desc())
        .select((comments::id, comments::email));
    let mut known = HashSet::new();
    let rows: Vec<(String, Option<String>)> = rows.load(conn)?;
    let latest = rows.into_iter().filter(|(_, email)| known.insert(email.clone()));
    latest.map(|(id, _)| Row { table: "comments", id: &id }.parse(&id)).collect()
}

/// Takes away everything that was written from an address; returns below which articles that stood.
pub fn forget(
    tx: &mut Tx<'_>,
    email: &EmailAddress,
    now: DateTime<Utc>,
) -> Result<BTreeSet<Slug>, StoreError> {
    let written = comments::table.filter(comments::email.eq(email.as_str()));
    let rows: Vec<(String, String)> = written.select((comments::id, comments::article)).load(&mut **tx)?;
    let (mut ids, mut articles) = (Vec::new(), BTreeSet::new());
    for (id, article) in rows {
        articles.insert(
            Slug::parse(&article).map_err(|error| Row { table: "comments", id: &id }.corrupt(error))?,
        );
        ids.push(id);
    }
    take_away(tx, &ids, now)?;
    Ok(articles)
}

/// Takes away up to `limit` comments of which it was decided before `before` that they are not shown; returns how many.
pub fn purge_refused(
    tx: &mut Tx<'_>,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<usize, StoreError> {
    let refused = [CommentStatus::Rejected, CommentStatus::Spam].map(CommentStatus::as_str);
    let ids: Vec<String> = comments::table
        .filter(comments::status.eq_any(refused))
        .filter(comments::decided_at.lt(before.naive_utc()))
        .limit(limit)
        .select(comments::id)
        .load(&mut **tx)?;
    take_away(tx, &ids, now)?;
    Ok(ids.len())
}

/// Takes a comment away.
pub fn remove(tx: &mut Tx<'_>, id: CommentId, now: DateTime<Utc>) -> Result<(), StoreError> {
    take_away(tx, &[id.to_string()], now)
}

/// Of a comment that others answer its place is left, and nothing of what it said.
fn take_away(tx: &mut Tx<'_>, ids: &[String], now: DateTime<Utc>) -> Result<(), StoreError> {
    for id in ids {
        let answers: i64 =
            comments::table.filter(comments::thread_id.eq(id)).count().get_result(&mut **tx)?;
        if answers == 0 {
            diesel::delete(comments::table.find(id)).execute(&mut **tx)?;
            continue;
        }
        let nothing = None::<&str>;
        diesel::update(comments::table.find(id))
            .set((
                comments::status.eq(CommentStatus::Removed.as_str()),
                comments::name.eq(nothing),
                comments::email.eq(nothing),
                comments::body.eq(nothing),
                comments::held_for.eq(nothing),
                comments::reason.eq(nothing),
                comments::same_key.eq(nothing),
                comments::wants_answers.eq(false),
                comments::decided_at.eq(Some(now.naive_utc())),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}
