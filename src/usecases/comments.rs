//! Comments of readers: written, held for a person, and shown once that person said so.

pub mod letters;
pub mod own;
pub mod past;

use super::abuse::attack;
use super::pages;
use super::{Context, FieldError, UseCaseError, abuse, audit, outgoing, tokens};
use crate::domain::article::Slug;
use crate::domain::audit::{Action, Actor};
use crate::domain::comment::{
    Comment, CommentText, Discussion, REASON_CHARACTERS_MAX, Reader, TextError, Verdict,
};
use crate::domain::donor::{EmailAddress, PersonName, clean_line};
use crate::domain::ids::CommentId;
use crate::store::discussions::{self, ByArticle};
use crate::store::limits::{self, Bucket};
use crate::store::{Conn, StoreError, Tx, comments, past_comments};
use serde_json::json;
use std::collections::BTreeSet;

/// A comment as a reader typed it.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What they say.
    pub text: String,
    /// Id of the comment that they answer; empty: none.
    pub reply_to: String,
    /// The language that they were spoken to in.
    pub locale: String,
    /// Whether they want to be written to when somebody answers.
    pub wants_answers: bool,
}

/// Who sends a comment.
#[derive(Debug, Clone, Default)]
pub struct Sender {
    /// The network address.
    pub client: String,
    /// The token of an own comment that the browser holds since it opened one.
    pub known_by: Option<String>,
}

/// What came of a comment that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// It waits for a person; so does one that was sent before.
    Held,
    /// It is shown: this is the token of whoever wrote it.
    Shown(String),
}

/// What was typed, read.
struct Read {
    name: PersonName,
    email: EmailAddress,
    text: CommentText,
    reply_to: Option<CommentId>,
    locale: String,
    wants_answers: bool,
}

/// Takes a comment and holds it for a person, or shows it, if the reader is trusted. The same one again, by whoever sends
/// it, is the first one; to a browser that has proved nothing the answer is always the same, and tells it nothing about who has written here before.
///
/// # Errors
/// `Invalid` with every field that is wrong, `RateLimited`.
pub async fn write(
    ctx: &Context,
    discussion: Discussion,
    typed: Typed,
    sender: Sender,
) -> Result<Written, UseCaseError> {
    let read = read(ctx, &discussion, &typed)?;
    let inner = ctx.clone();
    ctx.db.write(move |tx| write_in(tx, &inner, discussion, read, &sender)).await
}

fn write_in(
    tx: &mut Tx<'_>,
    ctx: &Context,
    discussion: Discussion,
    read: Read,
    sender: &Sender,
) -> Result<Written, UseCaseError> {
    let (now, article) = (ctx.now(), discussion.article);
    let thread = read.reply_to.map(|answered| thread_of(tx, &article, answered)).transpose()?;
    let same_key = same_key(ctx, &article, thread, (&read.email, &read.text))?;
    if comments::is_there(tx, &same_key)? {
        return Ok(Written::Held);
    }
    if attack::until(tx, now)?.is_some() {
        let later = "comments rest for a few hours; please come back with what you wrote".to_owned();
        return Err(UseCaseError::invalid("form", "comments_paused", later));
    }
    // The day in the key makes yesterday's rows useless for finding out who came.
    let name = ctx.key.blurred("comments by client", &[&now.date_naive().to_string(), &sender.client])?;
    let bucket = Bucket { name, rate: ctx.policy.comments_per_client };
    if limits::take(tx, &[bucket], now)?.is_some() {
        return Err(UseCaseError::RateLimited { after: abuse::A_WHILE });
    }
    let reader = Reader {
        approved: comments::approved_from(tx, &read.email)?,
        is_proven: own::address_of(tx, ctx, sender.known_by.as_deref())?.as_ref() == Some(&read.email),
    };
    let comment = Comment {
        id: ctx.new_id(),
        article,
        article_title: discussion.title,
        thread,
        name: read.name,
        email: read.email,
        state: ctx.policy.comments.state_of(&read.text, reader, now),
        text: read.text,
        locale: read.locale,
        written_at: now,
        edited_at: None,
        wants_answers: read.wants_answers,
    };
    comments::insert(tx, &comment, &same_key)?;
    if !comment.state.is_shown() {
        return Ok(Written::Held);
    }
    let articles = discussions::around(tx, &comment)?;
    pages::change_below(tx, ctx, &articles)?;
    tell(tx, ctx, &comment)?;
    Ok(Written::Shown(tokens::own_comment_token(&ctx.key, comment.id)?))
}

/// Tells of a comment that everybody can read from now on: programs, and those who wait for answers.
fn tell(tx: &mut Tx<'_>, ctx: &Context, comment: &Comment) -> Result<(), UseCaseError> {
    outgoing::comment_approved(tx, ctx, comment)?;
    Ok(letters::of_answer(tx, ctx, comment)?)
}

/// How many others from the address of a comment stand approved.
fn approved_beside(conn: &mut Conn, comment: &Comment) -> Result<i64, StoreError> {
    Ok(comments::approved_from(conn, &comment.email)? - i64::from(comment.state.is_shown()))
}

/// What makes two sendings one comment.
fn same_key(
    ctx: &Context,
    article: &Slug,
    thread: Option<CommentId>,
    (email, text): (&EmailAddress, &CommentText),
) -> Result<String, UseCaseError> {
    let thread = thread.map(|thread| thread.to_string()).unwrap_or_default();
    let parts = [article.as_str(), &thread, email.as_str(), text.as_str()];
    Ok(ctx.key.blurred("same comment", &parts)?)
}

/// The thread of a comment that is answered. Threads are one level deep: who answers an answer goes on with the thread.
fn thread_of(tx: &mut Tx<'_>, article: &Slug, answered: CommentId) -> Result<CommentId, UseCaseError> {
    let shown = comments::find(tx, answered)?
        .filter(|comment| comment.article == *article && comment.state.is_shown());
    let shown = shown.ok_or_else(|| {
        let gone = "the comment that you answer is not there any more; you can send this as one of its own";
        UseCaseError::invalid("reply_to", "comment_gone", gone)
    })?;
    Ok(shown.thread.unwrap_or(shown.id))
}

fn read(ctx: &Context, discussion: &Discussion, typed: &Typed) -> Result<Read, UseCaseError> {
    let mut problems = Vec::new();
    let mut wrong = |field, code, message: String| problems.push(FieldError { field, code, message });
    if !discussion.is_open(ctx.day_of(ctx.now())) {
        wrong("form", "comments_closed", "this article takes no more comments".to_owned());
    }
    let name = match PersonName::parse(&typed.name) {
        Ok(Some(name)) => Some(name),
        Ok(None) => {
            wrong("name", "missing", "please enter a name; it is shown above your comment".to_owned());
            None
        }
        Err(error) => {
            wrong("name", "too_long", error.to_string());
            None
        }
    };
    let email = EmailAddress::parse(&typed.email);
    if email.is_err() {
        let (code, message) = if typed.email.trim().is_empty() {
            ("missing", "please enter your e-mail address; it is not published")
        } else {
            (
                "invalid_email",
                "this does not look like an e-mail address; it should read like name@example.org",
            )
        };
        wrong("email", code, message.to_owned());
    }
    let text = CommentText::parse(&typed.text);
    if let Err(error) = &text {
        wrong("text", text_code(*error), error.to_string());
    }
    let reply_to =
        Some(typed.reply_to.trim()).filter(|text| !text.is_empty()).map(str::parse::<CommentId>).transpose();
    if reply_to.is_err() {
        wrong("reply_to", "comment_gone", "there is no such comment to answer".to_owned());
    }
    match (name, email, text, reply_to) {
        (Some(name), Ok(email), Ok(text), Ok(reply_to)) if problems.is_empty() => {
            let (locale, wants_answers) = (typed.locale.clone(), typed.wants_answers);
            Ok(Read { name, email, text, reply_to, locale, wants_answers })
        }
        _ => Err(UseCaseError::Invalid(problems)),
    }
}

const fn text_code(error: TextError) -> &'static str {
    match error {
        TextError::Empty => "missing",
        TextError::TooLong => "too_long",
    }
}

/// What is shown below every article. Of `known`, what did not change since is not read again.
pub async fn shown(ctx: &Context, known: ByArticle) -> Result<ByArticle, UseCaseError> {
    Ok(ctx.db.read(move |conn: &mut Conn| discussions::shown(conn, &known)).await?)
}

/// A comment that is shown, for whoever answers it; none if it is not shown any more, or of another article.
pub async fn answered(ctx: &Context, article: &Slug, id: &str) -> Result<Option<Comment>, UseCaseError> {
    let Ok(id) = id.parse::<CommentId>() else { return Ok(None) };
    let found = ctx.db.read(move |conn: &mut Conn| comments::find(conn, id)).await?;
    Ok(found.filter(|comment| comment.article == *article && comment.state.is_shown()))
}

/// A comment with what helps to decide about it.
#[derive(Debug, Clone)]
pub struct CommentFile {
    /// The comment.
    pub comment: Comment,
    /// The first comment of its thread; none if it is the first itself, or that was taken away.
    pub answered: Option<Comment>,
    /// How many others from its address stand approved.
    pub approved_before: i64,
}

/// The file of a comment.
///
/// # Errors
/// `NotFound` once it was taken away.
pub async fn file(ctx: &Context, id: CommentId) -> Result<CommentFile, UseCaseError> {
    ctx.db
        .read(move |conn| {
            let comment = comments::find(conn, id)?.ok_or(UseCaseError::NotFound("comment"))?;
            let answered = comment.thread.map_or(Ok(None), |thread| comments::find(conn, thread))?;
            let approved_before = approved_beside(conn, &comment)?;
            Ok(CommentFile { comment, answered, approved_before })
        })
        .await
}

/// What somebody says of comments.
#[derive(Debug, Clone)]
pub struct Decision {
    /// What.
    pub verdict: Verdict,
    /// Why, for the staff; empty: nothing. A comment that is approved needs none.
    pub reason: String,
}

/// Says of comments whether they are shown; every page that shows one is rendered anew. Those that stand there already, and
/// those that were taken away meanwhile, stay as they are. Returns how many changed.
///
/// # Errors
/// `Invalid` for a reason that is too long.
pub async fn decide(
    ctx: &Context,
    actor: Actor,
    ids: Vec<CommentId>,
    decision: Decision,
) -> Result<usize, UseCaseError> {
    let reason = clean_line(&decision.reason, REASON_CHARACTERS_MAX)
        .map_err(|error| UseCaseError::invalid("reason", "too_long", error))?;
    let (inner, verdict) = (ctx.clone(), decision.verdict);
    ctx.db
        .write(move |tx| {
            let (mut changed, mut articles) = (0, BTreeSet::new());
            for id in ids {
                let Some(comment) = comments::find(tx, id)? else { continue };
                let Some(next) = comment.state.after(verdict, reason.clone(), inner.now()) else { continue };
                comments::set_state(tx, &comment, &next)?;
                let detail = json!({
                    "article": comment.article.as_str(),
                    "before": comment.state.status().as_str(),
                    "after": next.status().as_str(),
                });
                audit::record(tx, &inner, (actor, Action::CommentDecided), &id, &detail)?;
                if comment.state.is_shown() || next.is_shown() {
                    articles.extend(discussions::around(tx, &comment)?);
                }
                if next.is_shown() && !past_comments::is_of_the_past(tx, id)? {
                    tell(tx, &inner, &comment)?;
                    letters::of_approval(tx, &inner, &comment)?;
                }
                changed += 1;
            }
            if !articles.is_empty() {
                pages::change_below(tx, &inner, &articles)?;
            }
            Ok(changed)
        })
        .await
}
