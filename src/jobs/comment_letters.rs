//! The letters about comments. They go to readers, who may never have given anything.

use super::Services;
use super::letters::addressed;
use super::run::{self, JobError};
use crate::domain::comment::{Comment, ReaderTold};
use crate::domain::ids::CommentId;
use crate::mail::Address;
use crate::render::letters::{CommentAnsweredLetter, CommentShownLetter, paragraphs};
use crate::usecases::comments::letters;

fn reader(comment: &Comment) -> Address {
    Address { name: Some(comment.name.as_str().to_owned()), email: comment.email.as_str().to_owned() }
}

/// The letter, if it is still true and wanted.
pub(super) async fn notice(services: &Services, told: ReaderTold, message_id: &str) -> Result<(), JobError> {
    match told {
        ReaderTold::Shown { comment } => shown(services, comment, message_id).await,
        ReaderTold::Answered { answer, to } => answered(services, answer, to, message_id).await,
    }
}

async fn shown(services: &Services, id: CommentId, message_id: &str) -> Result<(), JobError> {
    let Some(found) = letters::shown(&services.ctx, id).await? else {
        return Ok(());
    };
    let comment = &found.comment;
    let letter = CommentShownLetter {
        name: comment.name.as_str().to_owned(),
        article: comment.article_title.clone(),
        url: found.url.clone(),
        own_url: found.own_url.clone(),
        wants_answers: comment.wants_answers,
    };
    let letter = letter.render(&services.templates.speaking_tag(&comment.locale))?;
    run::send(services, addressed(reader(comment), letter, message_id)).await
}

/// Mail programs offer to stop these letters with one click.
async fn answered(
    services: &Services,
    answer: CommentId,
    to: CommentId,
    message_id: &str,
) -> Result<(), JobError> {
    let Some(found) = letters::answered(&services.ctx, answer, to).await? else {
        return Ok(());
    };
    let (answer, told) = (&found.answer, &found.to.comment);
    let stop_url = format!("{}/answers", found.to.own_url);
    let letter = CommentAnsweredLetter {
        name: told.name.as_str().to_owned(),
        by: answer.name.as_str().to_owned(),
        article: answer.article_title.clone(),
        paragraphs: paragraphs(answer.text.as_str()),
        url: found.url.clone(),
        stop_url: stop_url.clone(),
    };
    let letter = letter.render(&services.templates.speaking_tag(&told.locale))?;
    let mut mail = addressed(reader(told), letter, message_id);
    mail.headers = vec![
        ("List-Unsubscribe".to_owned(), format!("<{stop_url}>")),
        ("List-Unsubscribe-Post".to_owned(), "List-Unsubscribe=One-Click".to_owned()),
    ];
    run::send(services, mail).await
}
