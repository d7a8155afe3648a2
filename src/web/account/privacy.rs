//! All that is known, handed out; and being forgotten.

use super::{cookies, meta, page, render, see_other, spoken_to, visitor};
use crate::domain::account::ErasureStatus;
use crate::render::account_pages::{ChangeShown, FarewellPage, Privacy};
use crate::usecases::account::sessions::SignedIn;
use crate::usecases::account::{erase, export as use_export, recent_changes};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::packed;
use crate::web::state::AppState;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};

pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, WebError> {
    let who = visitor!(&request, &state);
    shown(&request, &state, &who, false).await
}

async fn shown(
    request: &HttpRequest,
    state: &AppState,
    who: &SignedIn,
    tick_missing: bool,
) -> Result<HttpResponse, WebError> {
    let spoken = spoken_to(request, state, who);
    let erasure = erase::of_donor(&state.ctx, who.profile.id).await?;
    let changes = recent_changes(&state.ctx, who.profile.id).await?;
    let body = Privacy {
        retention_years: state.ctx.policy.retention.receipt_years,
        erasure_asked: erasure.is_some_and(|erasure| erasure.status == ErasureStatus::Asked),
        tick_missing,
        changes: changes
            .into_iter()
            .map(|change| ChangeShown {
                kind: change.kind.as_str(),
                date_text: spoken.language().date(state.ctx.day_of(change.created_at)),
            })
            .collect(),
    };
    let status = if tick_missing { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let names = ("account/privacy.html", "privacy", "account-privacy-title");
    Ok(page(status, render(request, &spoken, names, body)?))
}

/// Hands out everything. By POST: it is written down, and a letter says so.
pub(in crate::web) async fn export(
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, WebError> {
    let who = visitor!(&request, &state);
    let tables = use_export::collect(&state.ctx, who.profile.id).await?;
    packed("my-support.zip", tables).await
}

/// The first step of being forgotten.
pub(in crate::web) async fn ask(
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, WebError> {
    let who = visitor!(&request, &state);
    erase::ask(&state.ctx, who.profile.id).await?;
    Ok(see_other("/account/privacy#sure"))
}

pub(in crate::web) async fn drop_asked(
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, WebError> {
    let who = visitor!(&request, &state);
    erase::drop_asked(&state.ctx, who.profile.id).await?;
    Ok(see_other("/account/privacy?done=erasure-dropped"))
}

/// The second step.
pub(in crate::web) async fn confirm(
    request: HttpRequest,
    state: Data<AppState>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let who = visitor!(&request, &state);
    if !Fields::parse(&body)?.ticked("sure") {
        return shown(&request, &state, &who, true).await;
    }
    erase::confirm(&state.ctx, who.profile.id).await?;
    let spoken = spoken_to(&request, &state, &who);
    let html =
        spoken.page("account/farewell.html", &meta(&spoken, "account-farewell-title"), FarewellPage {})?;
    let mut response = page(StatusCode::OK, html);
    if let Some(cookie) = cookies::end_session(&state) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
