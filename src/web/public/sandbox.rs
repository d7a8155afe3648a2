//! The sandbox's payment page: on a real gateway it would be on the gateway's own site.

use crate::domain::money::{Currency, Money};
use crate::render::PageMeta;
use crate::render::date_text;
use crate::render::pages::{Choice, SandboxCard, SandboxCardPage, SandboxPage, SandboxPayment};
use crate::store::sandbox::PaymentRecord;
use crate::usecases::UseCaseError;
use crate::usecases::sandbox::billing::{self, TestCard};
use crate::usecases::sandbox::{self, Delivery, Outcome};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::{private_page, see_other};
use crate::web::state::AppState;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};

pub(in crate::web) async fn show(state: Data<AppState>, id: Path<String>) -> Result<HttpResponse, WebError> {
    let record = sandbox::payment(&state.ctx, &id).await?;
    let meta = PageMeta {
        title: "Test payment".into(),
        path: "/sandbox".into(),
        robots: Some("noindex"),
        ..PageMeta::default()
    };
    let page = SandboxPage { payment: shown(&record)? };
    Ok(private_page(StatusCode::OK, state.templates.page("public/sandbox_pay.html", &meta, page)?))
}

pub(in crate::web) async fn pay(
    state: Data<AppState>,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(&body)?;
    let (outcome, delivery) = sandbox::choices(&fields.text("outcome"), &fields.text("delivery"))?;
    let record = sandbox::pay(&state.ctx, &id, outcome, delivery).await?;
    Ok(see_other(&record.return_url))
}

/// The page on which a donor names another card.
pub(in crate::web) async fn card(state: Data<AppState>, id: Path<String>) -> Result<HttpResponse, WebError> {
    let kept = billing::subscription(&state.ctx, &id).await?;
    let meta = PageMeta {
        title: "Test card".into(),
        path: "/sandbox".into(),
        robots: Some("noindex"),
        ..PageMeta::default()
    };
    let card = SandboxCard {
        amount_text: billing::price_of(&kept)?.text(),
        frequency: kept.frequency.clone(),
        status: kept.status.clone(),
        expires_text: date_text(kept.card_expires_on),
        action: format!("/sandbox/card/{}", kept.id),
        cards: vec![
            choice("works", "A card that works", "It lasts for three years."),
            choice("declines", "A card that is declined", "Every charge from now on."),
            choice("expires_soon", "A card that expires soon", "At the end of this month."),
        ],
        return_url: if kept.return_url.is_empty() { "/".to_owned() } else { kept.return_url },
    };
    let page = SandboxCardPage { card };
    Ok(private_page(StatusCode::OK, state.templates.page("public/sandbox_card.html", &meta, page)?))
}

pub(in crate::web) async fn choose_card(
    state: Data<AppState>,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(&body)?;
    let word = fields.text("card");
    let Some(card) = TestCard::parse(&word) else {
        return Err(UseCaseError::NotFound("card").into());
    };
    let back = billing::use_card(&state.ctx, &id, card).await?;
    Ok(see_other(if back.is_empty() { "/" } else { &back }))
}

fn shown(record: &PaymentRecord) -> Result<SandboxPayment, WebError> {
    let currency = Currency::parse(&record.currency).map_err(UseCaseError::from)?;
    Ok(SandboxPayment {
        id: record.id.clone(),
        amount_text: Money::new(record.amount_minor, currency).text(),
        description: format!("A gift to {}", record.description),
        status: record.status.clone(),
        action: format!("/sandbox/pay/{}", record.id),
        cancel_url: record.return_url.clone(),
        outcomes: Outcome::ALL.iter().map(|outcome| outcome_choice(*outcome)).collect(),
        deliveries: Delivery::ALL.iter().map(|delivery| delivery_choice(*delivery)).collect(),
        paid: record.status == "succeeded",
        return_url: record.return_url.clone(),
    })
}

fn choice(value: &str, label: &str, hint: &str) -> Choice {
    Choice { value: value.into(), label: label.into(), hint: Some(hint.into()), selected: false }
}

fn outcome_choice(outcome: Outcome) -> Choice {
    let (label, hint) = match outcome {
        Outcome::Succeed => ("It succeeds", "The money arrives at once."),
        Outcome::Fail => ("It is declined", "The card or bank says no."),
        Outcome::Process => ("It stays in process", "A slow bank; open this page again to end it."),
        Outcome::Abandon => ("The donor walks away", "The gateway closes the page unpaid."),
    };
    choice(outcome.as_str(), label, hint)
}

fn delivery_choice(delivery: Delivery) -> Choice {
    let (label, hint) = match delivery {
        Delivery::Now => ("At once", "One signed webhook."),
        Delivery::Late => ("Half a minute late", "The thanks page waits for it."),
        Delivery::Twice => ("Twice", "The same event again; it counts once."),
        Delivery::OutOfOrder => ("Out of order", "Older news arrives after the newest."),
        Delivery::Never => ("Never", "Lost on the way; the gateway must be asked."),
    };
    choice(delivery.as_str(), label, hint)
}
