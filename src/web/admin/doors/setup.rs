//! The page behind a one-time link. Looking changes nothing.

use super::with_session;
use crate::render::admin_pages::SetupPage;
use crate::usecases::staff::setup::{self, Chosen, Invitation};
use crate::usecases::{FieldError, UseCaseError};
use crate::web::admin::reply::{Desk, faults};
use crate::web::cookies;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::see_other;
use crate::web::state::AppState;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};

const NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");

pub(in crate::web) async fn look(
    state: Data<AppState>,
    token: Path<String>,
) -> Result<HttpResponse, WebError> {
    page(&state, &token, (String::new(), None), &[]).await
}

async fn page(
    state: &AppState,
    token: &str,
    (email, name): (String, Option<String>),
    problems: &[FieldError],
) -> Result<HttpResponse, WebError> {
    let invitation = setup::look(&state.ctx, token).await?;
    let shown = match invitation {
        None => SetupPage::closed(),
        Some(Invitation::FirstOwner) => SetupPage {
            door: "first",
            action: format!("/admin/setup/{token}"),
            email,
            name: name.unwrap_or_default(),
            role: "owner",
            faults: faults(problems),
        },
        Some(Invitation::Of(member)) => SetupPage {
            door: "invited",
            action: format!("/admin/setup/{token}"),
            email: member.email.as_str().to_owned(),
            name: name.unwrap_or(member.name),
            role: member.role.as_str(),
            faults: faults(problems),
        },
    };
    let status = match (shown.door, problems) {
        ("closed", _) => StatusCode::GONE,
        (_, []) => StatusCode::OK,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let place = ("admin/setup.html", "Your account", "/admin/setup");
    let mut response = Desk::of_nobody(state).answer(status, place, None, shown)?;
    response.headers_mut().insert(header::REFERRER_POLICY, NO_REFERRER);
    Ok(response)
}

/// Takes a name and a password, and goes on to the second factor.
pub(in crate::web) async fn choose(
    request: HttpRequest,
    state: Data<AppState>,
    token: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(&body)?;
    let chosen = Chosen {
        email: fields.text("email"),
        name: fields.text("name"),
        password: fields.text("password"),
        browser: cookies::browser_name(&request),
    };
    match setup::choose(&state.ctx, &token, chosen).await {
        Ok(secret) => Ok(with_session(&state, &secret, see_other("/admin/sign-in/enrol"))),
        Err(UseCaseError::Invalid(problems)) => {
            page(&state, &token, (fields.text("email"), Some(fields.text("name"))), &problems).await
        }
        Err(UseCaseError::NotFound(_)) => page(&state, &token, (String::new(), None), &[]).await,
        Err(error) => Err(error.into()),
    }
}
