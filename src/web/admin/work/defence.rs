//! Whether the site is under attack, as it sees it, and as staff say.

use crate::domain::access::Permission;
use crate::render::admin_pages::DefencePage;
use crate::render::moment_text;
use crate::usecases::abuse::{attack, pace};
use crate::web::admin::door::Seat;
use crate::web::admin::reply::{Desk, done};
use crate::web::error::WebError;
use crate::web::reply::see_other;
use crate::web::state::AppState;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

const PAGE: &str = "/admin/defence";

/// How it stands, and what is done about it.
pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
) -> Result<HttpResponse, WebError> {
    let policy = &state.ctx.policy;
    let page = DefencePage {
        until_text: seat.0.attacked_until.map(|until| moment_text(until, policy.time_zone)),
        may_change: seat.0.member.role.may(Permission::RunOperations),
        minimum_factor: policy.abuse.minimum_factor,
        proof: policy.abuse.proof.as_str(),
        per_minute: pace::most_in_a_minute(&state.ctx).await?,
    };
    Desk::of(&state, &seat.0).page(
        ("admin/defence.html", "Defence", PAGE),
        done(request.query_string()),
        page,
    )
}

/// The site is under attack.
pub(in crate::web) async fn begin(state: Data<AppState>, seat: Seat) -> Result<HttpResponse, WebError> {
    attack::begin(&state.ctx, seat.0.actor()).await?;
    Ok(see_other(&format!("{PAGE}?done=attack")))
}

/// It is not, or no more.
pub(in crate::web) async fn end(state: Data<AppState>, seat: Seat) -> Result<HttpResponse, WebError> {
    attack::end(&state.ctx, seat.0.actor()).await?;
    Ok(see_other(&format!("{PAGE}?done=no-attack")))
}
