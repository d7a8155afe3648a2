//! Comments that were written elsewhere, taken over with the articles that they are about. They keep their days and their order.
//! What is over is no news: nobody is written to, now or when one that waits is approved, and no program is told.

use crate::domain::account::no_address;
use crate::domain::article::Slug;
use crate::domain::audit::{Action, Actor};
use crate::domain::comment::{Comment, CommentState, HeldFor};
use crate::domain::donor::EmailAddress;
use crate::domain::ids::{CommentId, DonorId, Id as _};
use crate::domain::past_comment::PastComment;
use crate::store::{Tx, comments, discussions, past_comments};
use crate::usecases::{Context, UseCaseError, audit, pages};
use serde_json::json;
use std::collections::{BTreeSet, HashSet};
use ulid::Ulid;

/// Comments in one transaction.
const BATCH: usize = 200;

/// What came of comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Taken {
    /// They are shown from now on.
    pub shown: usize,
    /// They wait for a person.
    pub held: usize,
    /// They were taken over before.
    pub known: usize,
}

impl Taken {
    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            shown: self.shown + other.shown,
            held: self.held + other.held,
            known: self.known + other.known,
        }
    }
}

/// Takes the comments on an article over: each once, by what it is at the other place. One that was taken away here does not
/// come back. Cut off, the same again goes on where it was.
///
/// # Errors
/// Of the database.
pub async fn take_over(
    ctx: &Context,
    actor: Actor,
    (article, title): (Slug, String),
    said: Vec<PastComment>,
) -> Result<Taken, UseCaseError> {
    let mut taken = Taken::default();
    for batch in batches(said) {
        let (inner, article, title) = (ctx.clone(), article.clone(), title.clone());
        let done =
            ctx.db.write(move |tx| take_batch(tx, &inner, actor, (&article, title.as_str()), batch)).await?;
        taken = taken.and(done);
    }
    Ok(taken)
}

/// What would come of comments. Nothing is changed.
///
/// # Errors
/// Of the database.
pub async fn look(ctx: &Context, said: Vec<PastComment>) -> Result<Taken, UseCaseError> {
    let mut taken = Taken::default();
    for batch in batches(said) {
        let sources = sources(&batch);
        let known = ctx.db.read(move |conn| past_comments::known(conn, &sources)).await?;
        for comment in &batch {
            count(&mut taken, comment, &known);
        }
    }
    Ok(taken)
}

/// The first of each thread before all others, in parts for a transaction each.
fn batches(mut said: Vec<PastComment>) -> Vec<Vec<PastComment>> {
    said.sort_by_key(|comment| comment.thread.is_some());
    said.chunks(BATCH).map(<[PastComment]>::to_vec).collect()
}

fn sources(batch: &[PastComment]) -> Vec<String> {
    batch.iter().map(|comment| comment.source.clone()).collect()
}

fn count(taken: &mut Taken, comment: &PastComment, known: &HashSet<String>) {
    match (known.contains(&comment.source), comment.is_approved) {
        (true, _) => taken.known += 1,
        (false, true) => taken.shown += 1,
        (false, false) => taken.held += 1,
    }
}

fn take_batch(
    tx: &mut Tx<'_>,
    ctx: &Context,
    actor: Actor,
    (article, title): (&Slug, &str),
    batch: Vec<PastComment>,
) -> Result<Taken, UseCaseError> {
    let known = past_comments::known(tx, &sources(&batch))?;
    let (mut taken, mut articles) = (Taken::default(), BTreeSet::new());
    for past in batch {
        count(&mut taken, &past, &known);
        if !known.contains(&past.source) {
            let comment = take_one(tx, ctx, (article, title), past)?;
            if comment.state.is_shown() {
                articles.extend(discussions::around(tx, &comment)?);
            }
        }
    }
    if !articles.is_empty() {
        pages::change_below(tx, ctx, &articles)?;
    }
    if taken.shown + taken.held > 0 {
        let detail = json!({ "shown": taken.shown, "held": taken.held });
        audit::record(tx, ctx, (actor, Action::CommentsTakenOver), article, &detail)?;
    }
    Ok(taken)
}

fn take_one(
    tx: &mut Tx<'_>,
    ctx: &Context,
    (article, title): (&Slug, &str),
    past: PastComment,
) -> Result<Comment, UseCaseError> {
    let now = ctx.now();
    let thread = past.thread.as_deref().map(|source| past_comments::thread_of(tx, source, article));
    let email = past.email.map_or_else(|| nobodys(ctx), Ok)?;
    let state = if past.is_approved {
        CommentState::Approved { at: now }
    } else {
        CommentState::Held { why: HeldFor::of(&past.text, comments::approved_from(tx, &email)?) }
    };
    let id = id_of(ctx, past.written_at.timestamp_millis());
    let comment = Comment {
        id,
        article: article.clone(),
        article_title: title.to_owned(),
        thread: thread.transpose()?.flatten(),
        name: past.name,
        email,
        text: past.text,
        locale: ctx.policy.default_locale.clone(),
        written_at: past.written_at,
        edited_at: None,
        wants_answers: false,
        state,
    };
    let same_key = ctx.key.blurred("past comment", &[&past.source])?;
    if !comments::insert(tx, &comment, &same_key)? {
        let twice = format!("the comment {} is here without being noted", past.source);
        return Err(UseCaseError::Internal(twice));
    }
    past_comments::insert(tx, &past.source, id, now)?;
    Ok(comment)
}

/// Comments are read in the order of their ids, which begin with a time: here that of writing.
fn id_of(ctx: &Context, milliseconds: i64) -> CommentId {
    let moment = u64::try_from(milliseconds).unwrap_or_default();
    CommentId::from_ulid(Ulid::from_parts(moment, u128::from_be_bytes(ctx.ids.random())))
}

/// An address for whoever left none: nothing is ever sent there.
fn nobodys(ctx: &Context) -> Result<EmailAddress, UseCaseError> {
    let id: DonorId = ctx.new_id();
    no_address(id).ok_or_else(|| UseCaseError::Internal("no address can be made that stands for none".into()))
}
