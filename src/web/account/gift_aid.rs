//! Gift Aid on the donor's own pages: declared, looked up and ended.

use super::{page, render, see_other, spoken_to, visitor};
use crate::domain::gift_aid::{Covered, Declaration};
use crate::usecases::account::sessions::SignedIn;
use crate::usecases::gift_aid;
use crate::usecases::{FieldError, UseCaseError};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::gift_aid::{self as form, Place};
use crate::web::reply::status_of;
use crate::web::state::AppState;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};

const HERE: &str = "/account/gift-aid";
/// What can be chosen where no gift in particular is meant.
const OFFERED: [Covered; 2] = [Covered::FourYears, Covered::Future];

pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, WebError> {
    let who = visitor!(&request, &state);
    shown(&request, &state, &who, None, &[]).await
}

pub(in crate::web) async fn declare(
    request: HttpRequest,
    state: Data<AppState>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let who = visitor!(&request, &state);
    let fields = Fields::parse(&body)?;
    match gift_aid::declare(&state.ctx, None, who.profile.id, form::typed(&state, &fields, None)).await {
        Ok(()) => Ok(see_other("/account/gift-aid?done=gift-aid")),
        Err(UseCaseError::Invalid(problems)) => shown(&request, &state, &who, Some(&fields), &problems).await,
        Err(error) => Err(error.into()),
    }
}

pub(in crate::web) async fn end(
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, WebError> {
    let who = visitor!(&request, &state);
    gift_aid::end(&state.ctx, None, who.profile.id).await?;
    Ok(see_other("/account/gift-aid?done=gift-aid-ended"))
}

async fn shown(
    request: &HttpRequest,
    state: &AppState,
    who: &SignedIn,
    fields: Option<&Fields>,
    problems: &[FieldError],
) -> Result<HttpResponse, WebError> {
    let spoken = spoken_to(request, state, who);
    let language = spoken.language();
    let place = Place {
        action: HERE.to_owned(),
        back: "/account".to_owned(),
        offered: &OFFERED,
        name: who.profile.name.as_deref(),
        charity: gift_aid::charity(&state.ctx)?,
    };
    let known = gift_aid::of_donor(&state.ctx, who.profile.id).await?;
    let mut body = form::page(state, language, place, fields, problems);
    body.end_action = known.iter().any(Declaration::is_in_force).then(|| format!("{HERE}/end"));
    body.declarations = known.iter().map(|found| form::shown(state, language, found, true)).collect();
    let status = status_of(problems);
    let names = ("account/gift_aid.html", "gift-aid", "gift-aid-title");
    Ok(page(status, render(request, &spoken, names, body)?))
}
