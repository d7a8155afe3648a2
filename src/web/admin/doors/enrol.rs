//! Setting the second factor up, before anything else of the office is seen.

use super::{passkey, with_session};
use crate::domain::staff::Stage;
use crate::render::admin_pages::{CodesPage, EnrolPage};
use crate::render::qr;
use crate::usecases::staff::{factors, passkeys};
use crate::usecases::{FieldError, UseCaseError};
use crate::web::admin::door::Seat;
use crate::web::admin::reply::{Desk, faults};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::see_other;
use crate::web::state::AppState;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};

pub(in crate::web) async fn show(state: Data<AppState>, seat: Seat) -> Result<HttpResponse, WebError> {
    match seat.0.session.stage {
        Stage::Enrolling => form(&state, &seat, (StatusCode::OK, "/admin/sign-in/enrol"), &[]).await,
        Stage::Second => Ok(see_other("/admin/sign-in/code")),
        Stage::Full => Ok(see_other("/admin/me/authenticator")),
    }
}

/// The page with the seed, as a picture and to type.
pub(in crate::web::admin) async fn form(
    state: &AppState,
    seat: &Seat,
    (status, action): (StatusCode, &str),
    problems: &[FieldError],
) -> Result<HttpResponse, WebError> {
    let offered = factors::offer(&state.ctx, &seat.0.member).await?;
    let picture = qr::svg(&offered.url).map_err(|error| {
        tracing::error!(%error, "the picture of an authenticator cannot be drawn");
        WebError::not_found("page")
    })?;
    // Whoever is inside adds passkeys on a page of their own.
    let is_first = seat.0.session.stage == Stage::Enrolling && passkeys::are_possible(&state.ctx);
    let shown = EnrolPage {
        action: action.to_owned(),
        qr_svg: picture,
        url: offered.url,
        typed: offered.typed,
        passkey_action: is_first.then_some(passkey::FIRST),
        faults: faults(problems),
    };
    let page = ("admin/enrol.html", "Set up your second step", "/admin/me");
    Desk::of(state, &seat.0).answer(status, page, None, shown)
}

/// Takes the first code, and shows the recovery codes this once.
pub(in crate::web) async fn enter(
    state: Data<AppState>,
    seat: Seat,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    take(&state, &seat, "/admin/sign-in/enrol", &body).await
}

/// Takes a code for the seed that was offered.
pub(in crate::web::admin) async fn take(
    state: &AppState,
    seat: &Seat,
    action: &str,
    body: &[u8],
) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(body)?;
    match factors::enrol(&state.ctx, &seat.0, &fields.text("code")).await {
        Ok(enrolled) => {
            let shown = CodesPage { codes: enrolled.recovery_codes };
            let page = ("admin/recovery_codes.html", "Recovery codes", "/admin/me");
            let response = Desk::of(state, &seat.0).page(page, None, shown)?;
            Ok(with_session(state, &enrolled.session, response))
        }
        Err(UseCaseError::Invalid(problems)) => {
            form(state, seat, (StatusCode::UNPROCESSABLE_ENTITY, action), &problems).await
        }
        Err(error) => Err(error.into()),
    }
}
