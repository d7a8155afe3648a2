//! Another e-mail address, proved by a link in each of the two mailboxes.

use super::{meta, see_other, settings, visitor};
use crate::render::Templates;
use crate::render::account_pages::AddressPage;
use crate::usecases::UseCaseError;
use crate::usecases::account::address::{self, Proof};
use crate::web::client;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::language;
use crate::web::reply::token_page;
use crate::web::state::AppState;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};

pub(in crate::web) async fn ask(
    request: HttpRequest,
    state: Data<AppState>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let who = visitor!(&request, &state);
    let fields = Fields::parse(&body)?;
    let from = client::address(&request, &state);
    match address::ask(&state.ctx, who.profile.id, &fields.text("email"), &from).await {
        Ok(()) => Ok(see_other("/account/settings?done=address#address")),
        Err(UseCaseError::Invalid(problems)) => {
            settings::form(&request, &state, &who, Some(&fields), &problems).await
        }
        Err(error) => Err(error.into()),
    }
}

pub(in crate::web) async fn drop_open(
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, WebError> {
    let who = visitor!(&request, &state);
    address::drop_open(&state.ctx, who.profile.id).await?;
    Ok(see_other("/account/settings?done=address-dropped#address"))
}

/// The page behind a link: it changes nothing.
pub(in crate::web) async fn look(
    request: HttpRequest,
    state: Data<AppState>,
    token: Path<String>,
) -> Result<HttpResponse, WebError> {
    let spoken = language::templates(&request, &state);
    match address::look(&state.ctx, &token).await? {
        Some((change, side)) => {
            let action = format!("/account/address/{token}");
            let email = change.new.as_str().to_owned();
            shown(&spoken, AddressPage { state: side.as_str(), action, email })
        }
        None => shown(&spoken, bare("closed", String::new())),
    }
}

pub(in crate::web) async fn prove(
    request: HttpRequest,
    state: Data<AppState>,
    token: Path<String>,
) -> Result<HttpResponse, WebError> {
    let spoken = language::templates(&request, &state);
    let page = match address::prove(&state.ctx, &token).await? {
        Proof::Noted(other) => bare("noted", other.masked()),
        Proof::Changed(new) => bare("changed", new.as_str().to_owned()),
        Proof::Taken => bare("taken", String::new()),
        Proof::Closed => bare("closed", String::new()),
    };
    shown(&spoken, page)
}

fn bare(state: &'static str, email: String) -> AddressPage {
    AddressPage { state, action: String::new(), email }
}

fn shown(spoken: &Templates, page: AddressPage) -> Result<HttpResponse, WebError> {
    let status = match page.state {
        "closed" => StatusCode::GONE,
        "taken" => StatusCode::CONFLICT,
        _ => StatusCode::OK,
    };
    Ok(token_page(status, spoken.page("account/address.html", &meta(spoken, "account-address-title"), page)?))
}
