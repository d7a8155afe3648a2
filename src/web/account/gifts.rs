//! What was given: overview, history, receipts, yearly statements.

use super::{page, render, shown, spoken_to, visitor};
use crate::domain::ids::DonationId;
use crate::domain::pledge::PledgeStatus;
use crate::domain::receipt::ReceiptNumber;
use crate::domain::subscription::SubscriptionState;
use crate::render::account_pages::{History, Overview, Statements};
use crate::render::statement as statement_paper;
use crate::usecases::account::{overview as use_overview, statements as use_statements, support};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::{cut_off, download, receipt_paper};
use crate::web::state::AppState;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

pub(in crate::web) async fn overview(
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, WebError> {
    let who = visitor!(&request, &state);
    let spoken = spoken_to(&request, &state, &who);
    let language = spoken.language();
    let found = use_overview::first_page(&state.ctx, who.profile.id).await?;
    let mut waiting = Vec::new();
    for line in found.pledges.iter().filter(|line| line.pledge.status == PledgeStatus::Pending) {
        waiting.push(shown::pledge(&state, language, line)?);
    }
    let (mut running, mut ended, mut owed) = (Vec::new(), Vec::new(), false);
    for view in &support::all(&state.ctx, who.profile.id).await? {
        match view.subscription.news.state {
            SubscriptionState::Active | SubscriptionState::Paused { .. } => {}
            SubscriptionState::PastDue { .. } => owed = true,
            SubscriptionState::Ended { .. } => {
                ended.push(shown::support(&state, language, view)?);
                continue;
            }
            // It waits for its first payment, and is listed as that.
            SubscriptionState::Incomplete => continue,
        }
        running.push(shown::support(&state, language, view)?);
    }
    let body = Overview {
        name: who.profile.name,
        since_text: found.since.map(|since| language.date(state.ctx.day_of(since))),
        running,
        ended,
        owed,
        waiting,
        recent: found.recent.into_iter().map(|line| shown::payment(&state, language, line)).collect(),
        has_more: found.has_more,
        gift_aid: state.ctx.policy.gift_aid.is_some(),
    };
    let names = ("account/overview.html", "overview", "account-overview-title");
    Ok(page(StatusCode::OK, render(&request, &spoken, names, body)?))
}

pub(in crate::web) async fn history(
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, WebError> {
    let who = visitor!(&request, &state);
    let spoken = spoken_to(&request, &state, &who);
    let language = spoken.language();
    let fields = Fields::parse(request.query_string().as_bytes())?;
    let behind = match fields.filled("behind") {
        Some(id) => {
            let id: DonationId = id.parse().map_err(|_no_id| WebError::not_found("page"))?;
            Some(use_overview::place_of(&state.ctx, who.profile.id, id).await?)
        }
        None => None,
    };
    let (lines, next) = use_overview::history(&state.ctx, who.profile.id, behind).await?;
    let body = History {
        payments_made: lines.into_iter().map(|line| shown::payment(&state, language, line)).collect(),
        older_url: next.map(|(_, id)| format!("/account/history?behind={id}")),
        is_first: behind.is_none(),
    };
    let names = ("account/history.html", "history", "account-history-title");
    Ok(page(StatusCode::OK, render(&request, &spoken, names, body)?))
}

pub(in crate::web) async fn receipt(
    request: HttpRequest,
    state: Data<AppState>,
    number: Path<String>,
) -> Result<HttpResponse, WebError> {
    let who = visitor!(&request, &state);
    let number: ReceiptNumber = number.parse().map_err(|_no_number| WebError::not_found("receipt"))?;
    let (receipt, later) = use_overview::receipt(&state.ctx, who.profile.id, number).await?;
    receipt_paper(state.templates.words(), receipt, later).await
}

pub(in crate::web) async fn statements(
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, WebError> {
    let who = visitor!(&request, &state);
    let spoken = spoken_to(&request, &state, &who);
    let years = use_statements::years(&state.ctx, who.profile.id).await?;
    let names = ("account/statements.html", "statements", "account-statements-title");
    Ok(page(StatusCode::OK, render(&request, &spoken, names, Statements { years })?))
}

pub(in crate::web) async fn statement(
    request: HttpRequest,
    state: Data<AppState>,
    year: Path<String>,
) -> Result<HttpResponse, WebError> {
    let who = visitor!(&request, &state);
    let spoken = spoken_to(&request, &state, &who);
    let found = use_statements::of(&state.ctx, who.profile.id, year_of(&year)?).await?;
    let names = ("account/statement.html", "statements", "account-statements-title");
    Ok(page(
        StatusCode::OK,
        render(&request, &spoken, names, statement_paper::shown(&found, spoken.language()))?,
    ))
}

pub(in crate::web) async fn statement_pdf(
    request: HttpRequest,
    state: Data<AppState>,
    year: Path<String>,
) -> Result<HttpResponse, WebError> {
    let who = visitor!(&request, &state);
    let year = year_of(&year)?;
    let found = use_statements::of(&state.ctx, who.profile.id, year).await?;
    let language = spoken_to(&request, &state, &who).language().clone();
    let drawn = actix_web::web::block(move || statement_paper::pdf(&found, &language)).await;
    let bytes = drawn.map_err(|error| cut_off(&error))?.map_err(|error| cut_off(&error))?;
    Ok(download("application/pdf", &statement_paper::file_name(year)).body(bytes))
}

fn year_of(text: &str) -> Result<i32, WebError> {
    text.parse().map_err(|_no_year| WebError::not_found("statement"))
}
