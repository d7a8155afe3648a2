//! A gift that goes on by a link that is sent by e-mail: asked for on the form, and the pages of the link.

use super::{Asked, onwards, refused};
use crate::render::PageMeta;
use crate::render::pages::{GiftLinkPage, GiftShown};
use crate::telemetry::metrics::PLEDGES_TOTAL;
use crate::usecases::abuse::links::{self, Waiting};
use crate::usecases::pledge::Origin;
use crate::usecases::pledge_terms::PledgeRequest;
use crate::web::client;
use crate::web::error::WebError;
use crate::web::language;
use crate::web::reply::{private_page, see_other, token_page};
use crate::web::state::AppState;
use crate::words::Language;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

/// Has the link sent. With mistakes the form comes back.
pub(super) async fn ask(asked: Asked<'_>, typed: PledgeRequest) -> Result<HttpResponse, WebError> {
    match links::ask(&asked.state.ctx, typed, asked.client).await {
        Ok(()) => {
            metrics::counter!(PLEDGES_TOTAL, "outcome" => "link_asked").increment(1);
            Ok(see_other("/donate/link"))
        }
        Err(error) => refused(asked, error).await,
    }
}

/// A link is on its way.
pub(in crate::web) async fn sent(
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, WebError> {
    let html = page(&state, language::of(&request, &state), "sent", None)?;
    Ok(private_page(StatusCode::OK, html))
}

/// What the link goes on with, and the button. Nothing is changed: mail scanners open every link.
pub(in crate::web) async fn look(
    request: HttpRequest,
    state: Data<AppState>,
    token: Path<String>,
) -> Result<HttpResponse, WebError> {
    let language = language::of(&request, &state);
    let Some(waiting) = links::look(&state.ctx, &token).await? else {
        return closed(&state, language);
    };
    Ok(token_page(StatusCode::OK, page(&state, language, "open", Some((token.as_str(), waiting)))?))
}

/// Goes on.
pub(in crate::web) async fn go_on(
    request: HttpRequest,
    state: Data<AppState>,
    token: Path<String>,
) -> Result<HttpResponse, WebError> {
    let client = client::address(&request, &state);
    let Some(started) = links::go_on(&state.ctx, &token, client).await? else {
        return closed(&state, language::of(&request, &state));
    };
    let word = if started.origin == Origin::New { "started" } else { "repeated" };
    metrics::counter!(PLEDGES_TOTAL, "outcome" => word).increment(1);
    Ok(onwards(started))
}

fn closed(state: &AppState, language: &Language) -> Result<HttpResponse, WebError> {
    Ok(token_page(StatusCode::GONE, page(state, language, "closed", None)?))
}

fn page(
    state: &AppState,
    language: &Language,
    door: &'static str,
    gift: Option<(&str, Waiting)>,
) -> Result<String, WebError> {
    let title = match door {
        "sent" => "gift-link-sent-title",
        "open" => "gift-link-title",
        _ => "gift-link-closed-title",
    };
    let gift = gift.map(|(token, waiting)| GiftShown {
        action: format!("/donate/link/{token}"),
        amount_text: language.money(waiting.amount),
        campaign_title: waiting.campaign.title,
    });
    let meta = PageMeta {
        title: language.text(title, &[]),
        path: "/donate/link".into(),
        robots: Some("noindex"),
        ..PageMeta::default()
    };
    Ok(state.templates.speaking(language).page(
        "public/gift_link.html",
        &meta,
        GiftLinkPage { door, gift },
    )?)
}
