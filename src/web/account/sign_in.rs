//! The door: an address, a letter, a link, a button.

use super::{about, cookies, done, faults, meta, page};
use crate::domain::account::Secret;
use crate::render::Templates;
use crate::render::account_pages::{EnterPage, MailPage, SignInPage};
use crate::usecases::account::sign_in::{self, Bearer, Door, Entry};
use crate::usecases::{FieldError, UseCaseError};
use crate::web::client;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::language;
use crate::web::reply::{leave_token, token_page};
use crate::web::state::AppState;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};

pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, WebError> {
    let spoken = language::templates(&request, &state);
    form((&state, &spoken), StatusCode::OK, String::new(), &[], done(&request))
}

fn form(
    (state, spoken): (&AppState, &Templates),
    status: StatusCode,
    email: String,
    problems: &[FieldError],
    done: Option<String>,
) -> Result<HttpResponse, WebError> {
    let faults = faults(problems, &about(state, spoken.language(), &email));
    let shown = SignInPage { email, faults, done };
    Ok(page(status, spoken.page("account/sign_in.html", &meta(spoken, "account-sign-in-title"), shown)?))
}

/// Takes an address. The answer says nothing about it.
pub(in crate::web) async fn ask(
    request: HttpRequest,
    state: Data<AppState>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(&body)?;
    let typed = fields.text("email");
    let spoken = language::templates(&request, &state);
    match sign_in::ask(&state.ctx, &typed, &client::address(&request, &state)).await {
        Ok(browser) => mail_page(&state, &spoken, &browser),
        Err(UseCaseError::Invalid(problems)) => {
            form((&state, &spoken), StatusCode::UNPROCESSABLE_ENTITY, typed, &problems, None)
        }
        Err(error) => Err(error.into()),
    }
}

fn mail_page(state: &AppState, spoken: &Templates, browser: &Secret) -> Result<HttpResponse, WebError> {
    let html = spoken.page("account/mail.html", &meta(spoken, "account-mail-title"), MailPage {})?;
    let mut response = page(StatusCode::OK, html);
    if let Some(cookie) = cookies::set_asked(state, browser) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// The page behind a link, for people and for programs that open every link: it changes nothing.
pub(in crate::web) async fn look(
    request: HttpRequest,
    state: Data<AppState>,
    token: Path<String>,
) -> Result<HttpResponse, WebError> {
    let asked = cookies::asked(&request, &state);
    let spoken = language::templates(&request, &state);
    match sign_in::look(&state.ctx, &token, asked.as_deref()).await? {
        Door::Here => door(&spoken, &token, "here", (None, false)),
        Door::Elsewhere => door(&spoken, &token, "elsewhere", (None, false)),
        Door::Closed => door(&spoken, &token, "closed", (None, false)),
    }
}

fn door(
    spoken: &Templates,
    token: &str,
    door: &'static str,
    (tries_left, code_missing): (Option<i64>, bool),
) -> Result<HttpResponse, WebError> {
    let status = match (door, tries_left, code_missing) {
        ("closed", _, _) => StatusCode::GONE,
        (_, None, false) => StatusCode::OK,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    // A token that is none of ours is not repeated on the page.
    let action = if door == "closed" { String::new() } else { format!("/account/sign-in/{token}") };
    let title = if door == "closed" { "account-closed-title" } else { "account-enter-title" };
    let shown = EnterPage { door, action, tries_left, code_missing };
    Ok(token_page(status, spoken.page("account/enter.html", &meta(spoken, title), shown)?))
}

/// Uses the link up.
pub(in crate::web) async fn enter(
    request: HttpRequest,
    state: Data<AppState>,
    token: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(&body)?;
    let spoken = language::templates(&request, &state);
    let bearer = Bearer {
        token: token.to_string(),
        browser: cookies::asked(&request, &state),
        code: fields.filled("code"),
        session: cookies::session(&request, &state),
        name: cookies::browser_name(&request),
    };
    match sign_in::enter(&state.ctx, bearer).await? {
        Entry::In(secret) => {
            let mut response = leave_token("/account");
            for cookie in
                [cookies::set_session(&state, &secret), cookies::end_asked(&state)].into_iter().flatten()
            {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            Ok(response)
        }
        Entry::NeedsCode => door(&spoken, &token, "elsewhere", (None, true)),
        Entry::WrongCode(left) => door(&spoken, &token, "elsewhere", (Some(left), false)),
        Entry::Closed => door(&spoken, &token, "closed", (None, false)),
    }
}
