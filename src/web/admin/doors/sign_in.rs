//! An address and a password; and the way out.

use super::{own_page, with_session};
use crate::domain::staff::Stage;
use crate::render::admin_pages::SignInPage;
use crate::usecases::staff::sessions;
use crate::usecases::staff::sign_in::{self, Typed};
use crate::usecases::{FieldError, UseCaseError};
use crate::web::admin::cookies;
use crate::web::admin::door::Seat;
use crate::web::admin::reply::{Desk, done, faults};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::see_other;
use crate::web::state::AppState;
use crate::web::{client, cookies as all_cookies};
use actix_web::http::{StatusCode, header};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};

pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, WebError> {
    let query = Fields::parse(request.query_string().as_bytes())?;
    // Whoever is inside already has nothing to do here.
    if let Some(cookie) = cookies::session(&request, &state)
        && let Some(who) = sessions::find(&state.ctx, &cookie).await?
        && who.session.stage == Stage::Full
    {
        return Ok(see_other(&own_page(&query.text("to"))));
    }
    form(&state, StatusCode::OK, (String::new(), query.text("to")), &[], done(request.query_string()))
}

fn form(
    state: &AppState,
    status: StatusCode,
    (email, to): (String, String),
    problems: &[FieldError],
    done: Option<&'static str>,
) -> Result<HttpResponse, WebError> {
    let shown = SignInPage { email, to, faults: faults(problems) };
    Desk::of_nobody(state).answer(status, ("admin/sign_in.html", "Sign in", "/admin/sign-in"), done, shown)
}

/// Takes an address and a password.
pub(in crate::web) async fn enter(
    request: HttpRequest,
    state: Data<AppState>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(&body)?;
    let typed = Typed {
        email: fields.text("email"),
        password: fields.text("password"),
        client: client::address(&request, &state),
        browser: all_cookies::browser_name(&request),
    };
    let to = fields.text("to");
    match sign_in::password(&state.ctx, typed).await {
        Ok(secret) => {
            // The page in between knows whether a factor is to be shown or to be set up.
            let to: String = url::form_urlencoded::byte_serialize(own_page(&to).as_bytes()).collect();
            Ok(with_session(&state, &secret, see_other(&format!("/admin/sign-in/code?to={to}"))))
        }
        Err(UseCaseError::Invalid(problems)) => {
            form(&state, StatusCode::UNPROCESSABLE_ENTITY, (fields.text("email"), to), &problems, None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Signs this browser out.
pub(in crate::web) async fn leave(state: Data<AppState>, seat: Seat) -> Result<HttpResponse, WebError> {
    sessions::sign_out(&state.ctx, &seat.0).await?;
    let mut response = see_other("/admin/sign-in?done=signed-out");
    if let Some(cookie) = cookies::end_session(&state) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
