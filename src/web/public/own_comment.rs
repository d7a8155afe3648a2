//! A reader's own comment, for whoever has the link that was mailed: read, written anew, taken away.

use crate::domain::comment::Comment;
use crate::render::PageMeta;
use crate::render::comment_pages::{OwnComment, SaidShown};
use crate::usecases::comments::own::{self, Extent};
use crate::usecases::{FieldError, UseCaseError};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::{faults, leave_token, see_other, status_of, token_page};
use crate::web::state::AppState;
use crate::web::writing::show_at_once;
use crate::web::{cookies, language};
use crate::words::Language;
use actix_web::http::header;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};

/// What proves a reader's address to the form below articles.
const COOKIE: &str = "mainstay-reader";
/// One year, in seconds.
const KNOWN_S: i64 = 365 * 24 * 60 * 60;

/// The own comment that the browser was told to remember.
pub(super) fn known_by(request: &HttpRequest, state: &AppState) -> Option<String> {
    cookies::value(request, &cookies::name_of(state, COOKIE))
}

fn url(token: &str) -> String {
    format!("/comments/{token}")
}

/// The comment, with what can be done about it.
pub(super) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
    token: Path<String>,
) -> Result<HttpResponse, WebError> {
    let comment = own::look(&state.ctx, &token).await?;
    let fields = Fields::parse(request.query_string().as_bytes())?;
    let asked = Asked::new(&request, &state, &token, &comment);
    asked.page(&comment, comment.text.as_str(), &[], &fields.text("done"))
}

/// Writes it anew.
pub(super) async fn change(
    request: HttpRequest,
    state: Data<AppState>,
    token: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let typed = Fields::parse(&body)?.text("text");
    match own::change(&state.ctx, &token, &typed).await {
        Ok(_changed) => {
            show_at_once(&state).await;
            Ok(leave_token(&format!("{}?done=changed", url(&token))))
        }
        Err(UseCaseError::Invalid(problems)) => {
            let comment = own::look(&state.ctx, &token).await?;
            Asked::new(&request, &state, &token, &comment).page(&comment, &typed, &problems, "")
        }
        Err(error) => Err(error.into()),
    }
}

/// Asks again before it is taken away: that cannot be undone.
pub(super) async fn doubt(
    request: HttpRequest,
    state: Data<AppState>,
    token: Path<String>,
) -> Result<HttpResponse, WebError> {
    let comment = own::look(&state.ctx, &token).await?;
    let asked = Asked::new(&request, &state, &token, &comment);
    asked.page(&comment, comment.text.as_str(), &[], "remove")
}

/// Takes it away, or everything from its address.
pub(super) async fn remove(
    state: Data<AppState>,
    token: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let extent = if Fields::parse(&body)?.ticked("all") { Extent::All } else { Extent::This };
    let comment = own::look(&state.ctx, &token).await?;
    own::remove(&state.ctx, &token, extent).await?;
    show_at_once(&state).await;
    let pages = state.publication.pages();
    let back =
        pages.around.discussions.get(comment.article.as_str()).map(|(_, back)| format!("{back}#comments"));
    Ok(leave_token(&back.unwrap_or_else(|| "/".to_owned())))
}

/// Begins or ends letters about answers. Mail programs that end them send a form of their own, which says nothing of the
/// kind: that is a no.
pub(super) async fn answers(
    state: Data<AppState>,
    token: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let wanted = Fields::parse(&body)?.ticked("wanted");
    own::set_wants_answers(&state.ctx, &token, wanted).await?;
    let done = if wanted { "answers" } else { "no-answers" };
    Ok(leave_token(&format!("{}?done={done}", url(&token))))
}

/// The address of a letter's last line, opened by a person.
pub(super) async fn ask_about_answers(token: Path<String>) -> HttpResponse {
    leave_token(&format!("{}#answers", url(&token)))
}

/// Has the browser remember who writes here.
pub(super) async fn know(state: Data<AppState>, token: Path<String>) -> Result<HttpResponse, WebError> {
    own::look(&state.ctx, &token).await?;
    let mut answer = see_other(&format!("{}?done=known", url(&token)));
    if let Some(cookie) = cookies::set_strict(&state, COOKIE, &token, KNOWN_S) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(answer)
}

struct Asked<'a> {
    state: &'a AppState,
    language: &'a Language,
    token: &'a str,
}

impl<'a> Asked<'a> {
    fn new(request: &HttpRequest, state: &'a AppState, token: &'a str, comment: &Comment) -> Self {
        Self { state, language: language::of_gift(request, state, &comment.locale), token }
    }

    fn page(
        &self,
        comment: &Comment,
        typed: &str,
        problems: &[FieldError],
        done: &str,
    ) -> Result<HttpResponse, WebError> {
        let Self { state, language, token } = self;
        let meta = PageMeta {
            title: language.text("comments-own-title", &[]),
            path: url(token),
            robots: Some("noindex"),
            ..PageMeta::default()
        };
        let article = comment.article.as_str();
        let day = |at| language.date(state.ctx.day_of(at));
        let page = OwnComment {
            url: url(token),
            article: comment.article_title.clone(),
            article_url: format!("/articles/{article}#{}", comment.id),
            status: comment.state.status().as_str(),
            said: SaidShown::new(comment.name.as_str(), &comment.text, false),
            written_text: day(comment.written_at),
            edited_text: comment.edited_at.map(day),
            can_be_changed: comment.state.can_be_changed(),
            text: typed.to_owned(),
            wants_answers: comment.wants_answers,
            can_be_known: state.ctx.policy.comments.trusted_after > 0,
            done: done.to_owned(),
            faults: faults(problems, |problem| super::comments::sentence(problem, language)),
        };
        let html = state.templates.speaking(language).page("public/own_comment.html", &meta, page)?;
        Ok(token_page(status_of(problems), html))
    }
}
