//! The pages at the door of the office.

pub(super) mod enrol;
pub(super) mod passkey;
pub(super) mod second;
pub(super) mod setup;
pub(super) mod sign_in;

use super::cookies;
use super::door::Seat;
use super::reply::{Desk, faults};
use crate::domain::account::Secret;
use crate::render::admin_pages::{HiddenField, ProofPage};
use crate::usecases::staff::sign_in as use_sign_in;
use crate::usecases::{FieldError, UseCaseError};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::see_other;
use crate::web::state::AppState;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};

/// Asks for a proof before a dangerous act; `fields` is what was typed so far.
pub(super) fn proof_page(
    desk: &Desk<'_>,
    action: &str,
    fields: Vec<(String, String)>,
    problems: Option<Vec<FieldError>>,
) -> Result<HttpResponse, WebError> {
    let status = if problems.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let shown = ProofPage {
        action: action.to_owned(),
        has_passkey: desk.has_passkey(),
        fields: fields.into_iter().map(|(name, value)| HiddenField { name, value }).collect(),
        faults: faults(&problems.unwrap_or_default()),
    };
    desk.answer(status, ("admin/prove.html", "Is it you?", "/admin/prove"), None, shown)
}

/// Takes a proof for a page, and goes on there.
pub(in crate::web) async fn prove(
    state: Data<AppState>,
    seat: Seat,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(&body)?;
    let to = own_page(&fields.text("to"));
    match use_sign_in::prove(&state.ctx, &seat.0, &fields.text("proof")).await {
        Ok(()) => Ok(see_other(&to)),
        Err(UseCaseError::Invalid(problems)) => {
            let desk = Desk::of(&state, &seat.0);
            proof_page(&desk, "/admin/prove", vec![("to".to_owned(), to)], Some(problems))
        }
        Err(error) => Err(error.into()),
    }
}

/// A page of the office that somebody wants to go on to; its front page for anything else.
fn own_page(wanted: &str) -> String {
    let plain = |c: char| c.is_ascii_graphic() && c != '\\';
    let inside = wanted == "/admin" || wanted.starts_with("/admin/") || wanted.starts_with("/admin?");
    let is_own = inside && !wanted.contains("//") && wanted.chars().all(plain);
    if is_own { wanted.to_owned() } else { "/admin".to_owned() }
}

/// A link on another site led here: the browser keeps the cookie back until the site itself asks.
pub(super) fn once_more(request: &HttpRequest) -> HttpResponse {
    let here = request.uri().path_and_query().map_or("/admin", |all| all.as_str());
    let here = own_page(here);
    let escaped = here.replace('&', "&amp;").replace('"', "&quot;");
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFRESH, format!("0; url={here}")))
        .body(format!(
            "<!doctype html><html lang=\"en\"><title>One moment</title><p><a href=\"{escaped}\">Go on to the office</a></p></html>"
        ))
}

/// Goes on with another cookie.
fn with_session(state: &AppState, secret: &Secret, mut response: HttpResponse) -> HttpResponse {
    if let Some(cookie) = cookies::set_session(state, secret) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_out_of_the_office() {
        for own in ["/admin", "/admin/donations?status=failed&from=2026-01-01", "/admin?x=1"] {
            assert_eq!(own_page(own), own);
        }
        for foreign in [
            "",
            "/",
            "//evil.example",
            "/administrator",
            "https://evil.example/admin",
            "/admin//evil.example",
            "/admin/\\evil.example",
            "/admin/\r\nset-cookie: a=b",
            "javascript:alert(1)",
            "/admin/ x",
        ] {
            assert_eq!(own_page(foreign), "/admin", "{foreign}");
        }
    }
}
