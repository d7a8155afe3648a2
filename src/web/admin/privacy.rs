//! What the site keeps of people, and for how long.

use super::door::Seat;
use super::reply::Desk;
use crate::render::privacy_pages::PrivacyPage;
use crate::web::error::WebError;
use crate::web::state::AppState;
use actix_web::HttpResponse;
use actix_web::web::Data;

pub(in crate::web) async fn show(state: Data<AppState>, seat: Seat) -> Result<HttpResponse, WebError> {
    let page = PrivacyPage::of(&state.ctx.policy.retention);
    Desk::of(&state, &seat.0).page(("admin/privacy.html", "Personal data", "/admin/privacy"), None, page)
}
