//! Letters about comments. None is sent before a person has approved the comment, or a trusted reader has written it: the form
//! sends no letters to addresses that anybody may type.

use crate::domain::comment::{Comment, ReaderTold};
use crate::domain::ids::CommentId;
use crate::domain::job::Job;
use crate::store::{StoreError, Tx, comments};
use crate::usecases::{Context, UseCaseError, tokens};

/// A person approved a comment: whoever wrote it gets the link to it, once; not again, if it was hidden in between.
pub(super) fn of_approval(tx: &mut Tx<'_>, ctx: &Context, comment: &Comment) -> Result<(), StoreError> {
    ctx.enqueue(tx, &Job::SendReaderNotice(ReaderTold::Shown { comment: comment.id }))
}

/// An answer is shown now: those who wait for it are told, once.
pub(super) fn of_answer(tx: &mut Tx<'_>, ctx: &Context, answer: &Comment) -> Result<(), StoreError> {
    for follower in comments::followers(tx, answer)? {
        ctx.enqueue(tx, &Job::SendReaderNotice(ReaderTold::Answered { answer: answer.id, to: follower }))?;
    }
    Ok(())
}

/// What the letter to whoever wrote a comment is about.
#[derive(Debug, Clone)]
pub struct ShownLetter {
    /// The comment.
    pub comment: Comment,
    /// Where it is read.
    pub url: String,
    /// Where it is changed and taken away.
    pub own_url: String,
}

/// The letter about a comment; none if it is not shown any more.
pub async fn shown(ctx: &Context, id: CommentId) -> Result<Option<ShownLetter>, UseCaseError> {
    let found = ctx.db.read(move |conn| comments::find(conn, id)).await?;
    found.filter(|comment| comment.state.is_shown()).map(|comment| of(ctx, comment)).transpose()
}

fn of(ctx: &Context, comment: Comment) -> Result<ShownLetter, UseCaseError> {
    let site = &ctx.policy.public_url;
    Ok(ShownLetter {
        url: format!("{site}/articles/{}#{}", comment.article, comment.id),
        own_url: format!("{site}/comments/{}", tokens::own_comment_token(&ctx.key, comment.id)?),
        comment,
    })
}

/// What the letter about an answer is about.
#[derive(Debug, Clone)]
pub struct AnswerLetter {
    /// The answer, and where it is read.
    pub answer: Comment,
    /// Where it is read.
    pub url: String,
    /// The comment of whoever is written to.
    pub to: ShownLetter,
}

/// The letter about an answer; none if either is not shown any more, or nobody wants it any more.
pub async fn answered(
    ctx: &Context,
    answer: CommentId,
    to: CommentId,
) -> Result<Option<AnswerLetter>, UseCaseError> {
    let pair = ctx
        .db
        .read(move |conn| Ok::<_, StoreError>(comments::find(conn, answer)?.zip(comments::find(conn, to)?)));
    let Some((answer, to)) = pair.await? else {
        return Ok(None);
    };
    if !answer.state.is_shown() || !to.state.is_shown() || !to.wants_answers {
        return Ok(None);
    }
    let url = of(ctx, answer.clone())?.url;
    Ok(Some(AnswerLetter { answer, url, to: of(ctx, to)? }))
}
