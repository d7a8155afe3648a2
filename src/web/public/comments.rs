//! A comment of a reader: written below the article or on a page of its own, and held for a person.
//!
//! The form is the same for everybody and in every cached page, so it carries no moment: that it was filled in too fast
//! cannot be told. What a program gains by that is a row that a person looks at.

use super::own_comment;
use crate::domain::comment::{Comment, Discussion, TEXT_CHARACTERS_MAX};
use crate::domain::donor::PersonName;
use crate::render::PageMeta;
use crate::render::account_pages::Faults;
use crate::render::comment_pages::{CommentForm, CommentPage, CommentShown, SaidShown};
use crate::render::pages::FieldProblem;
use crate::usecases::comments::{self, Sender, Typed, Written};
use crate::usecases::{FieldError, UseCaseError};
use crate::web::client;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::language;
use crate::web::reply::{leave_token, private_page, see_other, status_of};
use crate::web::route::{act, form};
use crate::web::state::AppState;
use crate::web::writing::show_at_once;
use crate::words::Language;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Bytes, Data, Path, PayloadConfig, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

/// What readers say, and what they do with what they said.
pub(in crate::web) fn routes(app: &mut ServiceConfig, form_bytes: usize) {
    let within = || PayloadConfig::new(form_bytes);
    app.service(form("/articles/{slug}/comments", show, submit).app_data(within()))
        .service(form("/comments/{token}", own_comment::show, own_comment::change).app_data(within()))
        .service(form("/comments/{token}/remove", own_comment::doubt, own_comment::remove).app_data(within()))
        .service(
            form("/comments/{token}/answers", own_comment::ask_about_answers, own_comment::answers)
                .app_data(within()),
        )
        .service(act("/comments/{token}/known", own_comment::know).app_data(within()));
}

/// Fields that only a program fills in.
const TRAPS: [&str; 2] = ["website", "company"];

/// What the page is asked with.
struct Asked<'a> {
    state: &'a AppState,
    language: &'a Language,
    discussion: Discussion,
    /// Where the article is.
    back: String,
    fields: Fields,
}

impl<'a> Asked<'a> {
    /// # Errors
    /// Not found, where an article has no comments.
    fn new(request: &HttpRequest, state: &'a AppState, slug: &str, fields: Fields) -> Result<Self, WebError> {
        let pages = state.publication.pages();
        let (discussion, back) =
            pages.around.discussions.get(slug).ok_or_else(|| WebError::not_found("page"))?;
        let language = language::of(request, state);
        Ok(Self { state, language, discussion: discussion.clone(), back: back.clone(), fields })
    }
}

/// The form, to answer a comment; or that one was sent and waits.
async fn show(
    request: HttpRequest,
    state: Data<AppState>,
    slug: Path<String>,
) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(request.query_string().as_bytes())?;
    let asked = Asked::new(&request, &state, &slug, fields)?;
    if asked.fields.text("done") == "held" {
        return Ok(private_page(StatusCode::OK, held(&asked)?));
    }
    let today = state.ctx.day_of(state.ctx.now());
    if !asked.discussion.is_open(today) {
        return Ok(see_other(&format!("{}#comments", asked.back)));
    }
    page(&asked, StatusCode::OK, &[]).await
}

/// Takes a comment. With mistakes it comes back with everything that was typed.
async fn submit(
    request: HttpRequest,
    state: Data<AppState>,
    slug: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let asked = Asked::new(&request, &state, &slug, Fields::parse(&body)?)?;
    let held = format!("/articles/{slug}/comments?done=held");
    if TRAPS.iter().any(|trap| asked.fields.filled(trap).is_some()) {
        return Ok(see_other(&held));
    }
    let typed = Typed {
        name: asked.fields.text("name"),
        email: asked.fields.text("email"),
        text: asked.fields.text("text"),
        reply_to: asked.fields.text("reply_to"),
        locale: asked.language.tag().to_owned(),
        wants_answers: asked.fields.ticked("wants_answers"),
    };
    let sender = Sender {
        client: client::address(&request, &state),
        known_by: own_comment::known_by(&request, &state),
    };
    match comments::write(&state.ctx, asked.discussion.clone(), typed, sender).await {
        Ok(Written::Held) => Ok(see_other(&held)),
        Ok(Written::Shown(token)) => {
            show_at_once(&state).await;
            Ok(leave_token(&format!("/comments/{token}?done=shown")))
        }
        Err(UseCaseError::Invalid(problems)) => page(&asked, status_of(&problems), &problems).await,
        Err(error @ UseCaseError::RateLimited { .. }) => {
            let limited = WebError::from(error);
            let problem = FieldError { field: "form", code: limited.code, message: limited.detail.clone() };
            let mut page = page(&asked, limited.status, &[problem]).await?;
            if let Some(seconds) = limited.retry_after_s {
                page.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            }
            Ok(page)
        }
        Err(error) => Err(error.into()),
    }
}

async fn page(
    asked: &Asked<'_>,
    status: StatusCode,
    problems: &[FieldError],
) -> Result<HttpResponse, WebError> {
    let Asked { state, language, discussion, fields, .. } = asked;
    let reply_to = fields.text("reply_to");
    let answered = comments::answered(&state.ctx, &discussion.article, reply_to.trim()).await?;
    let said = |problem: &FieldError| sentence(problem, language);
    let form = CommentForm {
        // What is not there any more is not answered: sent again, it is a comment of its own.
        reply_to: answered.as_ref().map(|comment| comment.id.to_string()).unwrap_or_default(),
        name: fields.text("name"),
        email: fields.text("email"),
        text: fields.text("text"),
        wants_answers: fields.ticked("wants_answers"),
        faults: Faults {
            errors: problems.iter().map(|p| (p.field.to_owned(), said(p))).collect(),
            error_list: problems
                .iter()
                .map(|p| FieldProblem { field: listed(p).to_owned(), message: said(p) })
                .collect(),
        },
        ..CommentForm::of(discussion.article.as_str())
    };
    let kept = match &answered {
        Some(comment) => format!("reply_to={}&", comment.id),
        None => String::new(),
    };
    let answered = answered.map(|comment| quoted(&comment, asked));
    Ok(private_page(status, render(asked, answered, Some(form), kept)?))
}

/// Where the list of mistakes leads: a comment that is gone has no field.
fn listed(problem: &FieldError) -> &'static str {
    if problem.field == "reply_to" { "form" } else { problem.field }
}

/// The comment that is answered; its addresses are not followed from here.
fn quoted(comment: &Comment, asked: &Asked<'_>) -> CommentShown {
    let day = asked.state.ctx.day_of(comment.written_at);
    CommentShown {
        id: comment.id.to_string(),
        said: Some(SaidShown::new(comment.name.as_str(), &comment.text, false)),
        date_text: asked.language.date(day),
        date_iso: day.to_string(),
        edited_text: None,
        reply_url: None,
    }
}

fn held(asked: &Asked<'_>) -> Result<String, WebError> {
    render(asked, None, None, "done=held&".to_owned())
}

fn render(
    asked: &Asked<'_>,
    answered: Option<CommentShown>,
    form: Option<CommentForm>,
    query: String,
) -> Result<String, WebError> {
    let Asked { state, language, discussion, back, .. } = asked;
    let title = match (&form, &answered) {
        (None, _) => language.text("comments-held-title", &[]),
        (Some(_), Some(CommentShown { said: Some(said), .. })) => {
            language.text("comments-reply-to", &[("name", said.name.clone().into())])
        }
        (Some(_), _) => language.text("comments-write", &[]),
    };
    let meta = PageMeta {
        title,
        path: format!("/articles/{}/comments", discussion.article),
        robots: Some("noindex"),
        query,
        ..PageMeta::default()
    };
    let page =
        CommentPage { title: discussion.title.clone(), back: format!("{back}#comments"), answered, form };
    Ok(state.templates.speaking(language).page("public/comment.html", &meta, page)?)
}

pub(super) fn sentence(problem: &FieldError, language: &Language) -> String {
    let key = match (problem.field, problem.code) {
        ("name", "missing") => "field-comment-name-missing",
        ("email", "missing") => "field-comment-email-missing",
        ("text", "missing") => "field-comment-missing",
        ("email", "invalid_email") => "field-invalid-email",
        ("text", "same_comment") => "field-comment-same",
        ("reply_to", _) => "field-comment-gone",
        ("form", "comments_closed") => "error-comments-closed",
        ("form", "comments_paused") => "error-comments-paused",
        ("form", "rate_limited") => "error-rate-limited",
        (field, "too_long") => {
            let max = if field == "text" { TEXT_CHARACTERS_MAX } else { PersonName::CHARACTERS_MAX };
            let max = i64::try_from(max).unwrap_or_default();
            return language.text("field-too-long", &[("max", max.into())]);
        }
        _ => return problem.message.clone(),
    };
    language.text(key, &[])
}
