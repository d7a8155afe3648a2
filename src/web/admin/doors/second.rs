//! The second factor of somebody who has shown a password.

use super::{own_page, with_session};
use crate::domain::staff::Stage;
use crate::render::admin_pages::CodePage;
use crate::usecases::staff::{factors, passkeys, sign_in};
use crate::usecases::{FieldError, UseCaseError};
use crate::web::admin::door::Seat;
use crate::web::admin::reply::{Desk, faults};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::see_other;
use crate::web::state::AppState;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};

pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
) -> Result<HttpResponse, WebError> {
    let to = own_page(&Fields::parse(request.query_string().as_bytes())?.text("to"));
    match seat.0.session.stage {
        Stage::Second => form(&state, &seat, StatusCode::OK, to, &[]).await,
        Stage::Enrolling => Ok(see_other("/admin/sign-in/enrol")),
        Stage::Full => Ok(see_other(&to)),
    }
}

async fn form(
    state: &AppState,
    seat: &Seat,
    status: StatusCode,
    to: String,
    problems: &[FieldError],
) -> Result<HttpResponse, WebError> {
    let has_authenticator = factors::has_authenticator(&state.ctx, seat.0.member.id).await?;
    let has_passkey = seat.0.member.passkeys > 0 && passkeys::are_possible(&state.ctx);
    let shown = CodePage { to, has_authenticator, has_passkey, faults: faults(problems) };
    let page = ("admin/code.html", "Second step", "/admin/sign-in");
    Desk::of(state, &seat.0).answer(status, page, None, shown)
}

/// Takes a code of the authenticator, the answer of a passkey, or a recovery code.
pub(in crate::web) async fn enter(
    state: Data<AppState>,
    seat: Seat,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(&body)?;
    let to = own_page(&fields.text("to"));
    match sign_in::second(&state.ctx, &seat.0, &fields.text("code")).await {
        Ok(secret) => Ok(with_session(&state, &secret, see_other(&to))),
        Err(UseCaseError::Invalid(problems)) => {
            form(&state, &seat, StatusCode::UNPROCESSABLE_ENTITY, to, &problems).await
        }
        Err(error) => Err(error.into()),
    }
}
