//! Passkeys: what the script of a page asks for before the browser can, and what its form brings back.

use super::{enrol, with_session};
use crate::domain::staff::Stage;
use crate::render::admin_pages::{CodesPage, PasskeyPage};
use crate::usecases::UseCaseError;
use crate::usecases::staff::passkeys;
use crate::web::admin::door::Seat;
use crate::web::admin::reply::{Desk, faults};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::see_other;
use crate::web::state::AppState;
use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Bytes, Data};
use serde::Serialize;

/// Where a new passkey is taken of whoever sets their second step up.
pub(super) const FIRST: &str = "/admin/sign-in/passkey";

/// What a browser needs to know to make a passkey.
pub(in crate::web) async fn offer(state: Data<AppState>, seat: Seat) -> Result<HttpResponse, WebError> {
    Ok(for_script(&passkeys::offer(&state.ctx, &seat.0).await?))
}

/// What a browser needs to know to have a passkey show itself.
pub(in crate::web) async fn request(state: Data<AppState>, seat: Seat) -> Result<HttpResponse, WebError> {
    Ok(for_script(&passkeys::request(&state.ctx, &seat.0).await?))
}

fn for_script(options: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(options)
}

/// Takes the first passkey of somebody half-way in.
pub(in crate::web) async fn enter(
    state: Data<AppState>,
    seat: Seat,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    if seat.0.session.stage != Stage::Enrolling {
        return Err(WebError::not_found("page"));
    }
    take(&state, &seat, &body).await
}

/// The page for one more passkey, with what was wrong with the last try.
pub(in crate::web::admin) fn form(
    state: &AppState,
    seat: &Seat,
    name: String,
    problem: Option<UseCaseError>,
) -> Result<HttpResponse, WebError> {
    let (status, problems) = match problem {
        None => (StatusCode::OK, Vec::new()),
        Some(UseCaseError::Invalid(problems)) => (StatusCode::UNPROCESSABLE_ENTITY, problems),
        Some(error) => return Err(error.into()),
    };
    let is_possible = passkeys::are_possible(&state.ctx);
    let shown = PasskeyPage { name, is_possible, faults: faults(&problems) };
    Desk::of(state, &seat.0).answer(status, ("admin/passkey.html", "Add a passkey", "/admin/me"), None, shown)
}

/// Takes a new passkey, and shows the recovery codes where there are new ones.
pub(in crate::web::admin) async fn take(
    state: &AppState,
    seat: &Seat,
    body: &[u8],
) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(body)?;
    let name = fields.text("name");
    match passkeys::add(&state.ctx, &seat.0, &name, &fields.text("passkey")).await {
        Ok(added) => {
            let response = match added.recovery_codes {
                None => see_other("/admin/me?done=passkey"),
                Some(codes) => {
                    let page = ("admin/recovery_codes.html", "Recovery codes", "/admin/me");
                    Desk::of(state, &seat.0).page(page, None, CodesPage { codes })?
                }
            };
            Ok(with_session(state, &added.session, response))
        }
        Err(UseCaseError::Invalid(problems)) if seat.0.session.stage == Stage::Enrolling => {
            let refused = (StatusCode::UNPROCESSABLE_ENTITY, "/admin/sign-in/enrol");
            enrol::form(state, seat, refused, &problems).await
        }
        Err(error) => form(state, seat, name, Some(error)),
    }
}
