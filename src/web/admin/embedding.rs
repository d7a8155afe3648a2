//! What to put on other sites, so that they show the form of a campaign.

use super::door::Seat;
use super::reply::Desk;
use crate::domain::access::Permission;
use crate::domain::campaign::Campaign;
use crate::render::embedding::{EmbeddingPage, FormToCopy, snippet};
use crate::store::campaigns;
use crate::web::error::WebError;
use crate::web::state::AppState;
use actix_web::HttpResponse;
use actix_web::web::Data;

pub(in crate::web) async fn show(state: Data<AppState>, seat: Seat) -> Result<HttpResponse, WebError> {
    let ctx = &state.ctx;
    let today = ctx.day_of(ctx.now());
    let form = |campaign: &Campaign| FormToCopy {
        slug: campaign.slug.to_string(),
        title: campaign.title.clone(),
        snippet: snippet(&ctx.policy.public_url, campaign.slug.as_str(), &campaign.title),
        look_url: format!("/embed/{}", campaign.slug),
        is_open: campaign.open_on(today).is_ok(),
    };
    let all = ctx.db.read(campaigns::all).await?;
    let may_set = seat.0.member.role.may(Permission::ManageSettings);
    let page = EmbeddingPage {
        origins: ctx.policy.embed_origins.clone(),
        forms: all.iter().map(form).collect(),
        settings_url: may_set.then_some("/admin/settings/publication"),
    };
    Desk::of(&state, &seat.0).page(("admin/embedding.html", "Embedding", "/admin/embedding"), None, page)
}
