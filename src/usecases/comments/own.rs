//! A reader's own comment: whoever has the link that was mailed sees it, changes it and takes it away. The link also proves
//! that the address is the reader's.

use super::{approved_beside, same_key, tell, text_code};
use crate::domain::comment::{Comment, CommentText, Reader};
use crate::domain::donor::EmailAddress;
use crate::domain::ids::CommentId;
use crate::store::{StoreError, Tx, comments, discussions};
use crate::usecases::{Context, UseCaseError, pages, tokens};

const GONE: UseCaseError = UseCaseError::NotFound("comment");

fn opened(ctx: &Context, token: &str) -> Result<CommentId, UseCaseError> {
    tokens::open_own_comment_token(&ctx.key, token)?.ok_or(GONE)
}

/// The address that a browser has proved; none if it has none, or what it wrote there was taken away.
pub(super) fn address_of(
    tx: &mut Tx<'_>,
    ctx: &Context,
    token: Option<&str>,
) -> Result<Option<EmailAddress>, UseCaseError> {
    let id = token.map_or(Ok(None), |token| tokens::open_own_comment_token(&ctx.key, token))?;
    let comment = id.map_or(Ok(None), |id| comments::find(tx, id))?;
    Ok(comment.map(|comment| comment.email))
}

/// The comment that a link opens.
///
/// # Errors
/// `NotFound` for a link that this site did not make, and once the comment was taken away.
pub async fn look(ctx: &Context, token: &str) -> Result<Comment, UseCaseError> {
    let id = opened(ctx, token)?;
    ctx.db.read(move |conn| comments::find(conn, id)).await?.ok_or(GONE)
}

/// Writes a comment anew. It is read by a person again, unless the reader is trusted; the same words change nothing.
///
/// # Errors
/// `Invalid` for a text that is none, and where the same words stand there already; `Conflict` for a comment that was
/// refused; `NotFound` as for [`look`].
pub async fn change(ctx: &Context, token: &str, typed: &str) -> Result<Comment, UseCaseError> {
    let id = opened(ctx, token)?;
    let text =
        CommentText::parse(typed).map_err(|error| UseCaseError::invalid("text", text_code(error), error))?;
    let inner = ctx.clone();
    ctx.db.write(move |tx| change_in(tx, &inner, id, text)).await
}

fn change_in(
    tx: &mut Tx<'_>,
    ctx: &Context,
    id: CommentId,
    text: CommentText,
) -> Result<Comment, UseCaseError> {
    let before = comments::find(tx, id)?.ok_or(GONE)?;
    if before.text == text {
        return Ok(before);
    }
    if !before.state.can_be_changed() {
        let message = "this comment is not shown, and cannot be changed".to_owned();
        return Err(UseCaseError::Conflict { code: "comment_refused", message });
    }
    let same_key = same_key(ctx, &before.article, before.thread, (&before.email, &text))?;
    if comments::is_there(tx, &same_key)? {
        let twice = "you have written just this there before";
        return Err(UseCaseError::invalid("text", "same_comment", twice));
    }
    let now = ctx.now();
    // The link is the proof of the address. The comment itself does not vouch for its own change.
    let approved = approved_beside(tx, &before)?;
    let state = ctx.policy.comments.state_of(&text, Reader { approved, is_proven: true }, now);
    let after = Comment { text, state, edited_at: Some(now), ..before.clone() };
    comments::set_text(tx, &before, &after, &same_key)?;
    if before.state.is_shown() || after.state.is_shown() {
        let articles = discussions::around(tx, &before)?;
        pages::change_below(tx, ctx, &articles)?;
    }
    if after.state.is_shown() && !before.state.is_shown() {
        tell(tx, ctx, &after)?;
    }
    Ok(after)
}

/// How much is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The comment.
    This,
    /// Everything that was written from its address.
    All,
}

/// Takes comments away, at once and for good.
///
/// # Errors
/// `NotFound` as for [`look`].
pub async fn remove(ctx: &Context, token: &str, extent: Extent) -> Result<(), UseCaseError> {
    let id = opened(ctx, token)?;
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let comment = comments::find(tx, id)?.ok_or(GONE)?;
            let articles = match extent {
                Extent::This => {
                    comments::remove(tx, id, inner.now())?;
                    discussions::around(tx, &comment)?
                }
                Extent::All => comments::forget(tx, &comment.email, inner.now())?,
            };
            Ok(pages::change_below(tx, &inner, &articles)?)
        })
        .await
}

/// Whether whoever wrote a comment wants letters about answers. Of one that is gone nobody is written to anyway.
///
/// # Errors
/// `NotFound` for a link that this site did not make.
pub async fn set_wants_answers(ctx: &Context, token: &str, wanted: bool) -> Result<(), UseCaseError> {
    let id = opened(ctx, token)?;
    Ok(ctx
        .db
        .write(move |tx| {
            if comments::find(tx, id)?.is_some() {
                comments::set_wants_answers(tx, id, wanted)?;
            }
            Ok::<_, StoreError>(())
        })
        .await?)
}
