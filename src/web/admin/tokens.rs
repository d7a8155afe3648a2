//! Tokens of the API.

use super::door::Seat;
use super::reply::{Desk, done, faults};
use crate::domain::access::Scope;
use crate::domain::ids::TokenId;
use crate::domain::token::ApiToken;
use crate::render::admin_pages::{TokenShown, TokensPage};
use crate::render::date_text;
use crate::usecases::staff::tokens::{self, Wanted};
use crate::usecases::{FieldError, UseCaseError};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::{id_of, see_other};
use crate::web::state::AppState;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};

pub(in crate::web) async fn list(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
) -> Result<HttpResponse, WebError> {
    let shown = Told { done: done(request.query_string()), ..Told::default() };
    page(&state, &seat, StatusCode::OK, shown, &[]).await
}

#[derive(Default)]
struct Told {
    done: Option<&'static str>,
    name: String,
    fresh: Option<String>,
}

async fn page(
    state: &AppState,
    seat: &Seat,
    status: StatusCode,
    told: Told,
    problems: &[FieldError],
) -> Result<HttpResponse, WebError> {
    let (all, now) = (tokens::list(&state.ctx).await?, state.ctx.now());
    let day = |at| date_text(state.ctx.day_of(at));
    let shown = |token: ApiToken| TokenShown {
        id: token.id.to_string(),
        scope: token.scope.as_str(),
        is_live: token.is_live(now),
        made_text: day(token.created_at),
        ends_text: day(token.revoked_at.unwrap_or(token.expires_at)),
        used_text: token.last_used_at.map(day),
        name: token.name,
    };
    let page = TokensPage {
        tokens: all.into_iter().map(shown).collect(),
        scopes: Scope::ALL.iter().map(|scope| scope.as_str()).collect(),
        name: told.name,
        fresh: told.fresh,
        faults: faults(problems),
    };
    let place = ("admin/tokens.html", "Tokens", "/admin/tokens");
    Desk::of(state, &seat.0).answer(status, place, told.done, page)
}

/// Makes a token and shows its text, this once.
pub(in crate::web) async fn create(
    state: Data<AppState>,
    seat: Seat,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(&body)?;
    let scope = Scope::parse(&fields.text("scope"))
        .ok_or_else(|| WebError::bad_request("unknown_scope", "There is no such scope."))?;
    let name = fields.text("name");
    let wanted = Wanted { name: name.clone(), scope, days: fields.text("days").trim().parse().unwrap_or(0) };
    match tokens::create(&state.ctx, seat.0.actor(), wanted).await {
        Ok((_, secret)) => {
            let told = Told { fresh: Some(secret.expose().to_owned()), ..Told::default() };
            page(&state, &seat, StatusCode::OK, told, &[]).await
        }
        Err(UseCaseError::Invalid(problems)) => {
            let told = Told { name, ..Told::default() };
            page(&state, &seat, StatusCode::UNPROCESSABLE_ENTITY, told, &problems).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Ends a token.
pub(in crate::web) async fn revoke(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: TokenId = id_of(&id, "token")?;
    tokens::revoke(&state.ctx, seat.0.actor(), id).await?;
    Ok(see_other("/admin/tokens?done=revoked"))
}
