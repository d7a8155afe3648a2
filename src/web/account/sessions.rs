//! Where a donor is signed in, and how it ends.

use super::{cookies, page, render, see_other, spoken_to, visitor};
use crate::domain::ids::SessionId;
use crate::render::account_pages::{SessionShown, Sessions};
use crate::usecases::account::sessions;
use crate::web::account::shown::moment_text;
use crate::web::error::WebError;
use crate::web::state::AppState;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

pub(in crate::web) async fn list(
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, WebError> {
    let who = visitor!(&request, &state);
    let spoken = spoken_to(&request, &state, &who);
    let all = sessions::list(&state.ctx, who.profile.id).await?;
    let shown = all.into_iter().map(|session| SessionShown {
        is_this: session.id == who.session.id,
        id: session.id.to_string(),
        seen_text: moment_text(&state, spoken.language(), session.seen_at),
        since_text: moment_text(&state, spoken.language(), session.created_at),
        browser: session.browser,
    });
    let body = Sessions { sessions: shown.collect() };
    let names = ("account/sessions.html", "settings", "account-sessions-title");
    Ok(page(StatusCode::OK, render(&request, &spoken, names, body)?))
}

/// Signs another browser out.
pub(in crate::web) async fn end(
    request: HttpRequest,
    state: Data<AppState>,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let who = visitor!(&request, &state);
    let id: SessionId = id.parse().map_err(|_no_id| WebError::not_found("session"))?;
    sessions::end(&state.ctx, who.profile.id, id).await?;
    Ok(see_other("/account/sessions?done=session"))
}

/// Signs every browser out, this one too.
pub(in crate::web) async fn end_all(
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, WebError> {
    let who = visitor!(&request, &state);
    sessions::end_all(&state.ctx, who.profile.id).await?;
    Ok(signed_out(&state))
}

/// Signs this browser out. Whoever is signed out already is so once more.
pub(in crate::web) async fn sign_out(
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, WebError> {
    let who = visitor!(&request, &state);
    sessions::end(&state.ctx, who.profile.id, who.session.id).await?;
    Ok(signed_out(&state))
}

fn signed_out(state: &AppState) -> HttpResponse {
    let mut response = see_other("/account/sign-in?done=signed-out");
    if let Some(cookie) = cookies::end_session(state) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
