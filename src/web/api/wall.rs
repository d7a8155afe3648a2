//! Names on the pages of campaigns: taken off, and put back.

use super::act::{Act, Done};
use super::donors::NoFields;
use crate::domain::ids::PledgeId;
use crate::usecases::wall;
use crate::web::error::WebError;
use crate::web::reply::id_of;
use actix_web::HttpResponse;
use actix_web::web::Path;
use serde_json::json;

/// Takes the name that was asked for with a pledge off the page.
pub(super) async fn hide(id: Path<String>, act: Act) -> Result<HttpResponse, WebError> {
    decide(&id, act, true).await
}

/// Puts it back.
pub(super) async fn show(id: Path<String>, act: Act) -> Result<HttpResponse, WebError> {
    decide(&id, act, false).await
}

async fn decide(id: &str, act: Act, is_hidden: bool) -> Result<HttpResponse, WebError> {
    let _none: NoFields = act.body()?;
    let id: PledgeId = id_of(id, "pledge")?;
    act.once(async |ctx, by| {
        wall::moderate(&ctx, by, id, is_hidden).await?;
        Ok(Done::ok(json!({ "pledge": id, "hidden": is_hidden })))
    })
    .await
}
