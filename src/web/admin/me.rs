//! The account of whoever sits at the desk.

use super::door::Seat;
use super::doors::{enrol as enrolment, passkey};
use super::reply::{Desk, done, faults};
use crate::domain::ids::{PasskeyId, StaffSessionId};
use crate::domain::staff::Passkey;
use crate::render::admin_pages::{CodesPage, MePage, PasskeyShown, SessionShown};
use crate::render::{date_text, moment_text};
use crate::usecases::staff::{factors, members, passkeys, sessions, sign_in};
use crate::usecases::{FieldError, UseCaseError};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::{id_of, see_other};
use crate::web::state::AppState;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};

pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
) -> Result<HttpResponse, WebError> {
    let told = Told { done: done(request.query_string()), ..Told::default() };
    page(&state, &seat, StatusCode::OK, told).await
}

/// What the page shows besides the account itself.
#[derive(Default)]
struct Told<'a> {
    /// An address that was typed and cannot be taken.
    email: Option<String>,
    problems: &'a [FieldError],
    done: Option<&'static str>,
}

async fn page(
    state: &AppState,
    seat: &Seat,
    status: StatusCode,
    told: Told<'_>,
) -> Result<HttpResponse, WebError> {
    let who = &seat.0;
    let time = |at| moment_text(at, state.ctx.policy.time_zone);
    let sessions = sessions::list(&state.ctx, who.member.id).await?;
    let day = |at| date_text(state.ctx.day_of(at));
    let held = passkeys::list(&state.ctx, who.member.id).await?;
    let kept = |held: Passkey| PasskeyShown {
        id: held.id.to_string(),
        since_text: day(held.created_at),
        used_text: held.last_used_at.map(day),
        backed_up: held.backed_up,
        name: held.name,
    };
    let shown = MePage {
        email: who.member.email.as_str().to_owned(),
        role: who.member.role.as_str(),
        codes_left: factors::codes_left(&state.ctx, who.member.id).await?,
        sessions: sessions
            .into_iter()
            .map(|session| SessionShown {
                id: session.id.to_string(),
                is_this: session.id == who.session.id,
                seen_text: time(session.seen_at),
                since_text: time(session.created_at),
                browser: session.browser,
            })
            .collect(),
        has_authenticator: factors::has_authenticator(&state.ctx, who.member.id).await?,
        passkeys: held.into_iter().map(kept).collect(),
        typed_email: told.email.unwrap_or_default(),
        faults: faults(told.problems),
    };
    Desk::of(state, who).answer(status, ("admin/me.html", "My account", "/admin/me"), told.done, shown)
}

/// Changes the password; the one of before is shown with it.
pub(in crate::web) async fn change_password(
    state: Data<AppState>,
    seat: Seat,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(&body)?;
    let changed = match sign_in::prove(&state.ctx, &seat.0, &fields.text("proof")).await {
        Ok(()) => sign_in::change_password(&state.ctx, &seat.0, fields.text("password")).await,
        Err(error) => Err(error),
    };
    match changed {
        Ok(()) => Ok(see_other("/admin/me?done=password")),
        Err(UseCaseError::Invalid(problems)) => {
            let told = Told { problems: &problems, ..Told::default() };
            page(&state, &seat, StatusCode::UNPROCESSABLE_ENTITY, told).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Takes another address to sign in by.
pub(in crate::web) async fn change_address(
    state: Data<AppState>,
    seat: Seat,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(&body)?;
    if let Some(asked) = unproved_form(&state, &seat, "/admin/me/address", &fields).await? {
        return Ok(asked);
    }
    match members::change_address(&state.ctx, &seat.0, &fields.text("email")).await {
        Ok(()) => Ok(see_other("/admin/me?done=address")),
        Err(UseCaseError::Invalid(problems)) => {
            let typed = Told { email: Some(fields.text("email")), problems: &problems, done: None };
            page(&state, &seat, StatusCode::UNPROCESSABLE_ENTITY, typed).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The page for another authenticator. It is shown to whoever has just proved to be there.
pub(in crate::web) async fn offer(state: Data<AppState>, seat: Seat) -> Result<HttpResponse, WebError> {
    if let Some(asked) = unproved(&state, &seat, "/admin/me/authenticator")? {
        return Ok(asked);
    }
    enrolment::form(&state, &seat, (StatusCode::OK, "/admin/me/authenticator"), &[]).await
}

/// Takes another authenticator.
pub(in crate::web) async fn enrol(
    state: Data<AppState>,
    seat: Seat,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    if let Some(asked) = unproved(&state, &seat, "/admin/me/authenticator")? {
        return Ok(asked);
    }
    enrolment::take(&state, &seat, "/admin/me/authenticator", &body).await
}

/// The page for one more passkey. It is shown to whoever has just proved to be there.
pub(in crate::web) async fn offer_passkey(
    state: Data<AppState>,
    seat: Seat,
) -> Result<HttpResponse, WebError> {
    if let Some(asked) = unproved(&state, &seat, "/admin/me/passkeys")? {
        return Ok(asked);
    }
    passkey::form(&state, &seat, String::new(), None)
}

/// Takes one more passkey.
pub(in crate::web) async fn add_passkey(
    state: Data<AppState>,
    seat: Seat,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    if let Some(asked) = unproved(&state, &seat, "/admin/me/passkeys")? {
        return Ok(asked);
    }
    passkey::take(&state, &seat, &body).await
}

/// Removes a passkey.
pub(in crate::web) async fn remove_passkey(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let (id, fields): (PasskeyId, _) = (id_of(&id, "passkey")?, Fields::parse(&body)?);
    let action = format!("/admin/me/passkeys/{id}/remove");
    if let Some(asked) = unproved_form(&state, &seat, &action, &fields).await? {
        return Ok(asked);
    }
    passkeys::remove(&state.ctx, &seat.0, id).await?;
    Ok(see_other("/admin/me?done=passkey-removed"))
}

/// Shows other recovery codes, this once.
pub(in crate::web) async fn renew_codes(state: Data<AppState>, seat: Seat) -> Result<HttpResponse, WebError> {
    if let Some(asked) = unproved(&state, &seat, "/admin/me")? {
        return Ok(asked);
    }
    let codes = factors::renew_recovery_codes(&state.ctx, &seat.0).await?;
    let page = ("admin/recovery_codes.html", "Recovery codes", "/admin/me");
    Desk::of(&state, &seat.0).page(page, None, CodesPage { codes })
}

/// Everybody may change their own account, but only once they have proved to be there.
fn unproved(state: &AppState, seat: &Seat, to: &str) -> Result<Option<HttpResponse>, WebError> {
    if seat.0.session.is_proved(state.ctx.now()) {
        return Ok(None);
    }
    let desk = Desk::of(state, &seat.0);
    let fields = vec![("to".to_owned(), to.to_owned())];
    super::doors::proof_page(&desk, "/admin/prove", fields, None).map(Some)
}

/// The same for a form: what was typed is carried along, and the proof may come with it.
async fn unproved_form(
    state: &AppState,
    seat: &Seat,
    action: &str,
    fields: &Fields,
) -> Result<Option<HttpResponse>, WebError> {
    if seat.0.session.is_proved(state.ctx.now()) {
        return Ok(None);
    }
    let problems = match fields.filled("proof") {
        None => None,
        Some(proof) => match sign_in::prove(&state.ctx, &seat.0, &proof).await {
            Ok(()) => return Ok(None),
            Err(UseCaseError::Invalid(problems)) => Some(problems),
            Err(error) => return Err(error.into()),
        },
    };
    let desk = Desk::of(state, &seat.0);
    super::doors::proof_page(&desk, action, fields.all_but("proof"), problems).map(Some)
}

/// Signs another browser out.
pub(in crate::web) async fn end_session(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: StaffSessionId = id_of(&id, "session")?;
    sessions::end(&state.ctx, seat.0.actor(), seat.0.member.id, id).await?;
    Ok(see_other("/admin/me?done=ended"))
}

/// Signs every other browser out.
pub(in crate::web) async fn end_others(state: Data<AppState>, seat: Seat) -> Result<HttpResponse, WebError> {
    sessions::end_all(&state.ctx, seat.0.actor(), seat.0.member.id, Some(seat.0.session.id)).await?;
    Ok(see_other("/admin/me?done=others"))
}
