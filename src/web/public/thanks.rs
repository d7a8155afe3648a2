//! How a pledge stands, for whoever has its link; live until it is settled.

use super::look;
use crate::domain::money::Money;
use crate::domain::pledge::{GatewayKind, Pledge, PledgeStatus as Stored};
use crate::render::pages::{PledgeStatus, ThanksPage, Transfer};
use crate::render::{PageMeta, gateway_words, qr, transfer};
use crate::usecases::sync;
use crate::usecases::views::{self, PledgeView, Standing};
use crate::web::error::WebError;
use crate::web::language;
use crate::web::reply::private_page;
use crate::web::state::AppState;
use crate::words::Language;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
    token: Path<String>,
) -> Result<HttpResponse, WebError> {
    let view = views::pledge_by_token(&state.ctx, &token).await?;
    if let Err(error) = sync::on_visit(&state.ctx, &view).await {
        // The page shows what is known; the sweep asks later.
        tracing::warn!(pledge.id = %view.pledge.id, %error, "the gateway will be asked later");
    }
    let language = language::of_gift(&request, &state, &view.pledge.terms.locale);
    let page = ThanksPage {
        pledge: status(&state, &view, &token, language),
        transfer: bank_details(&state, &view, language),
        campaign_thanks: view
            .campaign
            .thanks
            .clone()
            .filter(|_| has_arrived(&view) && language.tag() == state.ctx.policy.default_locale),
        campaign_url: format!("/campaigns/{}", view.campaign.slug),
        gift_aid_url: super::gift_aid::can_declare(&state, &view)
            .then(|| format!("/thanks/{token}/gift-aid")),
    };
    let meta = PageMeta {
        title: language.text("gift-title", &[]),
        path: "/thanks".into(),
        description: Some(view.campaign.summary.clone()).filter(|summary| !summary.is_empty()),
        robots: Some("noindex"),
        ..PageMeta::default()
    };
    let html = state.templates.speaking(language).page("public/thanks.html", &meta, page)?;
    let mut answer = private_page(StatusCode::OK, html);
    if let Some(cookie) = look::gave(&state, &view) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(answer)
}

fn status(state: &AppState, view: &PledgeView, token: &str, language: &Language) -> PledgeStatus {
    let pledge = &view.pledge;
    let money = view.donation.as_ref().and_then(|donation| donation.payment.money());
    let code = token.split_once('.').map_or("", |(_, code)| code);
    PledgeStatus {
        status: view.standing().as_str(),
        amount_text: language.money(money.map_or(pledge.terms.amount, |money| money.gross)),
        campaign_title: view.campaign.title.clone(),
        name: pledge.terms.name.as_ref().map(|name| name.as_str().to_owned()),
        gateway: gateway_words(pledge.terms.gateway, language),
        created_text: language.date(state.ctx.day_of(pledge.created_at)),
        recurring_text: recurring(pledge, language),
        status_url: format!("/api/v1/pledges/{}?token={code}", pledge.id),
        live: view.is_live(),
        retry_url: retry_url(view),
        receipt_number: view.receipt.as_ref().map(|receipt| receipt.number.to_string()),
        received_text: money.map(|money| language.date(state.ctx.day_of(money.at))),
        email_masked: pledge.terms.email.masked(),
    }
}

/// Whether money arrived and stayed.
fn has_arrived(view: &PledgeView) -> bool {
    let kept = view.donation.as_ref().and_then(|donation| donation.payment.kept());
    kept.is_some_and(Money::is_positive)
}

/// What is given each time, of support that comes back.
fn recurring(pledge: &Pledge, language: &Language) -> Option<String> {
    let terms = &pledge.terms;
    let per = || language.text(&format!("per-{}", terms.frequency.as_str()), &[]);
    terms.frequency.is_recurring().then(|| {
        language
            .text("gift-recurring", &[("amount", language.money(terms.amount).into()), ("per", per().into())])
    })
}

/// Back to the gateway's page, or to the form with the same choices.
fn retry_url(view: &PledgeView) -> Option<String> {
    if let Some(url) = view.unpaid_checkout() {
        return Some(url.to_owned());
    }
    let terms = &view.pledge.terms;
    match view.standing() {
        Standing::Pledge(Stored::Failed | Stored::Expired | Stored::Cancelled) => {
            let bare = terms.amount.minus(terms.fee_cover).unwrap_or(terms.amount).major();
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.append_pair("campaign", view.campaign.slug.as_str());
            query.append_pair("amount", &bare);
            query.append_pair("currency", terms.amount.currency().code());
            if terms.frequency.is_recurring() {
                query.append_pair("frequency", terms.frequency.as_str());
            }
            query.append_pair("gateway", terms.gateway.as_str());
            if terms.frequency.is_recurring() {
                query.append_pair("frequency", terms.frequency.as_str());
            }
            if terms.fee_cover.is_positive() {
                query.append_pair("cover_fees", "true");
            }
            if let Some(article) = &terms.source.article {
                query.append_pair("from", article.as_str());
            }
            if let Some(appeal) = &terms.source.appeal {
                query.append_pair("appeal", &appeal.to_string());
            }
            Some(format!("/donate?{}", query.finish()))
        }
        Standing::Pledge(
            Stored::Pending | Stored::Active | Stored::PastDue | Stored::Paused | Stored::Fulfilled,
        )
        | Standing::Processing
        | Standing::Refunded(_) => None,
    }
}

fn bank_details(state: &AppState, view: &PledgeView, language: &Language) -> Option<Transfer> {
    let waiting = view.pledge.terms.gateway == GatewayKind::BankTransfer && view.is_live();
    let details = views::transfer(&state.ctx, &view.pledge).filter(|_| waiting)?;
    let mut shown = transfer::shown(&details, language);
    shown.qr_svg = transfer::epc_payload(&details).and_then(|payload| qr::svg(&payload).ok());
    Some(shown)
}
