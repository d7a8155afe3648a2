//! Whoever comes to a route of the office is looked at here, before anything of it runs.

use super::reply::Desk;
use super::{cookies, doors};
use crate::domain::staff::{Gate, Stage, gate};
use crate::usecases::UseCaseError;
use crate::usecases::staff::{SignedIn, sessions, sign_in};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::see_other;
use crate::web::route::{Access, left_by_door};
use crate::web::state::AppState;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, HttpResponse};
use std::future::Ready;

/// Who sits at the desk: handlers of the office take it, and only [`keep`] hands it out.
#[derive(Debug, Clone)]
pub(super) struct Seat(pub(super) SignedIn);

impl FromRequest for Seat {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        left_by_door(request, "page")
    }
}

/// Lets a request through, or answers in its place.
pub(in crate::web) async fn keep(
    access: Access,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match look_at(access, &mut request).await {
        Ok(None) => Ok(next.call(request).await?.map_into_boxed_body()),
        Ok(Some(answer)) => Ok(request.into_response(answer).map_into_boxed_body()),
        // As an answer, not as an error past everything that would make a page of it.
        Err(error) => Ok(request.error_response(error)),
    }
}

/// Finds out who it is, and seats them; or the answer for whoever goes no further.
async fn look_at(access: Access, request: &mut ServiceRequest) -> Result<Option<HttpResponse>, Error> {
    let Some(state) = request.app_data::<Data<AppState>>().cloned() else {
        return Err(WebError::not_found("page").into());
    };
    let found = match cookies::session(request.request(), &state) {
        Some(cookie) => sessions::find(&state.ctx, &cookie).await.map_err(WebError::from)?,
        None => None,
    };
    let answer = match (access, &found) {
        (Access::Anybody | Access::Public, _) | (Access::HalfWay, Some(_)) => None,
        (Access::Token(_), _) | (Access::HalfWay | Access::Only(_), None) => {
            Some(to_the_door(request.request()))
        }
        (Access::Only(what), Some(who)) => match gate(who.member.role, &who.session, what, state.ctx.now()) {
            Gate::Open => None,
            Gate::NotYetIn(Stage::Enrolling) => Some(see_other("/admin/sign-in/enrol")),
            Gate::NotYetIn(Stage::Second | Stage::Full) => Some(see_other("/admin/sign-in/code")),
            Gate::Forbidden => {
                tracing::warn!(permission = what.as_str(), "access to the office was denied");
                return Err(forbidden().into());
            }
            Gate::NeedsProof => ask_for_proof(request, &state, who).await?,
        },
    };
    if let Some(who) = found {
        request.extensions_mut().insert(Seat(who));
    }
    Ok(answer)
}

fn forbidden() -> WebError {
    let detail = "Your role does not include this. An owner can change that under Staff.";
    WebError::new(StatusCode::FORBIDDEN, "forbidden", detail)
}

/// Back to the page that was asked for, once signed in.
fn to_the_door(request: &HttpRequest) -> HttpResponse {
    // A cookie that is not sent to what other sites open may well be there: asking again from here, it is sent.
    let site = request.headers().get("sec-fetch-site").and_then(|site| site.to_str().ok());
    if request.method() == Method::GET && matches!(site, Some("cross-site" | "same-site")) {
        return doors::once_more(request);
    }
    if request.method() != Method::GET || request.path() == "/admin" {
        return see_other("/admin/sign-in");
    }
    let to: String = url::form_urlencoded::byte_serialize(request.path().as_bytes()).collect();
    see_other(&format!("/admin/sign-in?to={to}"))
}

/// Before a dangerous act: a page that asks for a proof, and carries what was typed along. Nothing if the proof came
/// with the form.
async fn ask_for_proof(
    request: &mut ServiceRequest,
    state: &AppState,
    who: &SignedIn,
) -> Result<Option<HttpResponse>, Error> {
    let desk = Desk::of(state, who);
    let path = request.path().to_owned();
    if request.method() != Method::POST {
        let here = request.uri().path_and_query().map_or(path, |all| all.as_str().to_owned());
        let fields = vec![("to".to_owned(), here)];
        return Ok(Some(doors::proof_page(&desk, "/admin/prove", fields, None)?));
    }
    let body = request.extract::<Bytes>().await?;
    request.set_payload(Payload::from(body.clone()));
    let is_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|media| media.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    let fields = if is_form { Fields::parse(&body)? } else { Fields::default() };
    let problem = match fields.filled("proof") {
        None => None,
        Some(proof) => match sign_in::prove(&state.ctx, who, &proof).await {
            Ok(()) => return Ok(None),
            Err(UseCaseError::Invalid(problems)) => Some(problems),
            Err(error) => return Err(WebError::from(error).into()),
        },
    };
    Ok(Some(doors::proof_page(&desk, &path, fields.all_but("proof"), problem)?))
}
