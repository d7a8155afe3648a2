//! Names on the pages of campaigns in the hands of staff: taken off, and put back.

use crate::domain::ids::PledgeId;
use crate::usecases::wall;
use crate::web::admin::door::Seat;
use crate::web::error::WebError;
use crate::web::reply::{id_of, see_other};
use crate::web::state::AppState;
use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

/// Takes a name off the page.
pub(in crate::web) async fn hide(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    decide(&state, &seat, &id, true).await
}

/// Puts it back.
pub(in crate::web) async fn show(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    decide(&state, &seat, &id, false).await
}

async fn decide(state: &AppState, seat: &Seat, id: &str, is_hidden: bool) -> Result<HttpResponse, WebError> {
    let id: PledgeId = id_of(id, "pledge")?;
    let changed = wall::moderate(&state.ctx, seat.0.actor(), id, is_hidden).await?;
    let done = if changed { "decided" } else { "unchanged" };
    Ok(see_other(&format!("/admin/pledges/{id}?done={done}")))
}
