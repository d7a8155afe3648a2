//! The link by which a member at a platform elsewhere goes on here.

use crate::usecases::members;
use crate::web::error::WebError;
use crate::web::reply::see_other;
use crate::web::state::AppState;
use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue};
use actix_web::web::{Data, Path};

/// Leads to the form, filled in.
pub(in crate::web) async fn go_on(
    state: Data<AppState>,
    token: Path<String>,
) -> Result<HttpResponse, WebError> {
    let form = members::destination(&state.ctx, &token).await?;
    let mut answer = see_other(&form.ok_or_else(|| WebError::not_found("page"))?);
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let robots = HeaderName::from_static("x-robots-tag");
    answer.headers_mut().insert(robots, HeaderValue::from_static("noindex"));
    Ok(answer)
}
