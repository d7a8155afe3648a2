//! From the record to what the donor's pages show.

use crate::domain::ids::PledgeId;
use crate::domain::pledge::{GatewayKind, Pledge, PledgeStatus, Visibility};
use crate::render::account_pages::{PaymentShown, PledgeShown};
use crate::usecases::account::overview::{PaymentLine, PledgeLine};
use crate::usecases::tokens;
use crate::usecases::views::PatronView;
use crate::web::error::WebError;
use crate::web::state::AppState;
use crate::words::Language;
use chrono::{DateTime, Utc};

/// A day and a time in the publisher's time zone.
pub(super) fn moment_text(state: &AppState, language: &Language, at: DateTime<Utc>) -> String {
    let local = at.with_timezone(&state.ctx.policy.time_zone);
    format!("{}, {}", language.date(local.date_naive()), local.format("%H:%M"))
}

pub(super) fn payment(state: &AppState, language: &Language, line: PaymentLine) -> PaymentShown {
    let payment = &line.donation.payment;
    let money = payment.money();
    let day = state.ctx.day_of(money.map_or(line.donation.created_at, |money| money.at));
    let gross = money.map(|money| money.gross);
    let back = gross.zip(payment.kept()).and_then(|(gross, kept)| gross.minus(kept).ok());
    let (number, status) = line.receipt.unzip();
    PaymentShown {
        date_text: language.date(day),
        date_iso: day.to_string(),
        campaign: line.campaign,
        amount_text: gross.map(|gross| language.money(gross)).unwrap_or_default(),
        status: payment.status().as_str(),
        returned_text: back.filter(|back| back.is_positive()).map(|back| language.money(back)),
        receipt_number: number,
        receipt_is_live: status.is_some_and(crate::domain::receipt::ReceiptStatus::is_live),
    }
}

pub(super) fn pledge(
    state: &AppState,
    language: &Language,
    line: &PledgeLine,
) -> Result<PledgeShown, WebError> {
    let pledge = &line.pledge;
    let terms = &pledge.terms;
    Ok(PledgeShown {
        id: pledge.id.to_string(),
        campaign: line.campaign.clone(),
        amount_text: language.money(terms.amount),
        frequency: terms.frequency.as_str(),
        status: pledge.status.as_str(),
        gateway: terms.gateway.as_str(),
        made_text: language.date(state.ctx.day_of(pledge.created_at)),
        last_text: None,
        next_text: None,
        reference: reference(pledge),
        status_url: Some(status_url(state, pledge.id)?),
        is_hidden: terms.visibility == Visibility::Hidden,
        wall_name: None,
    })
}

/// Recurring support as it is now, which its terms say only of its beginning.
pub(super) fn support(
    state: &AppState,
    language: &Language,
    view: &PatronView,
) -> Result<PledgeShown, WebError> {
    let line = PledgeLine { pledge: view.pledge.clone(), campaign: view.campaign.title.clone() };
    let news = &view.subscription.news;
    let day = |at: DateTime<Utc>| language.date(state.ctx.day_of(at));
    Ok(PledgeShown {
        amount_text: language.money(news.amount),
        frequency: news.frequency.as_str(),
        last_text: news.period.map(|period| day(period.from)),
        next_text: view.subscription.next_charge_at().map(day),
        ..pledge(state, language, &line)?
    })
}

fn reference(pledge: &Pledge) -> Option<String> {
    let is_told = pledge.terms.gateway == GatewayKind::BankTransfer && pledge.status == PledgeStatus::Pending;
    pledge.reference.as_ref().filter(|_| is_told).map(ToString::to_string)
}

fn status_url(state: &AppState, id: PledgeId) -> Result<String, WebError> {
    Ok(format!("/thanks/{}", tokens::status_token(&state.ctx.key, id)?))
}
