//! Whether the site is under attack, as it sees it, and as a program says that watches more than one site.

use super::act::{Act, Done};
use super::donors::NoFields;
use super::door::Holder;
use super::seen::json as answer;
use super::{asked, time};
use crate::usecases::abuse::attack;
use crate::usecases::{Context, UseCaseError};
use crate::web::error::WebError;
use crate::web::state::AppState;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

pub(super) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
) -> Result<HttpResponse, WebError> {
    asked::nothing(&request)?;
    answer(&request, &stands(&state.ctx).await?)
}

/// The site is under attack, from now on for some hours.
pub(super) async fn begin(act: Act) -> Result<HttpResponse, WebError> {
    let _none: NoFields = act.body()?;
    act.once(async |ctx, by| {
        attack::begin(&ctx, by).await?;
        Ok(Done::ok(stands(&ctx).await?))
    })
    .await
}

/// It is not, or no more.
pub(super) async fn end(act: Act) -> Result<HttpResponse, WebError> {
    let _none: NoFields = act.body()?;
    act.once(async |ctx, by| {
        attack::end(&ctx, by).await?;
        Ok(Done::ok(stands(&ctx).await?))
    })
    .await
}

async fn stands(ctx: &Context) -> Result<Value, UseCaseError> {
    let until = attack::lasts_until(ctx).await?;
    Ok(json!({ "under_attack": until.is_some(), "until": until.map(time) }))
}
