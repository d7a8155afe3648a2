//! Members at platforms elsewhere: the link by which one goes on here. They themselves are a list like the others.

use super::asked;
use super::door::Holder;
use super::seen::json as answer;
use crate::usecases::members;
use crate::web::error::WebError;
use crate::web::reply::id_of;
use crate::web::state::AppState;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

/// The link, to be sent to the member. It opens nothing, and is the same each time.
pub(super) async fn move_link(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    asked::nothing(&request)?;
    let file = members::file(&state.ctx, id_of(&id, "member")?).await?;
    let url = members::move_link(&state.ctx, file.member.id)?;
    answer(&request, &json!({ "id": file.member.id, "url": url }))
}
