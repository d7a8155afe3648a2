//! Recurring support: looked at, changed, paused, stopped, kept, begun again, paid another way, mended.

mod levels;

use super::{about, done, faults, page, render, see_other, shown, spoken_to, visitor};
use crate::domain::ids::PledgeId;
use crate::domain::pledge::{Frequency, GatewayKind};
use crate::domain::subscription::{OrderKind, SubscriptionState};
use crate::render::Templates;
use crate::render::account_pages::{Mend, Support, SupportOffers};
use crate::render::pages::Choice;
use crate::usecases::account::support::{self, Moved, Offers, Told};
use crate::usecases::views::PatronView;
use crate::usecases::{FieldError, UseCaseError};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::status_of;
use crate::web::sentences::About;
use crate::web::state::AppState;
use crate::words::Language;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Days, Utc};

pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let who = visitor!(&request, &state);
    let (donor, id) = (who.profile.id, pledge_id(&id)?);
    if done(&request).as_deref() == Some("agreed") {
        support::came_back(&state.ctx, donor, id).await?;
    }
    let view = support::of(&state.ctx, donor, id).await?;
    let spoken = spoken_to(&request, &state, &who);
    form(&request, (&state, &spoken), &view, None, &[]).await
}

fn pledge_id(text: &str) -> Result<PledgeId, WebError> {
    text.parse().map_err(|_no_id| WebError::not_found("support"))
}

async fn form(
    request: &HttpRequest,
    (state, spoken): (&AppState, &Templates),
    view: &PatronView,
    typed: Option<&Fields>,
    problems: &[FieldError],
) -> Result<HttpResponse, WebError> {
    let (news, now) = (&view.subscription.news, state.ctx.now());
    let language = spoken.language();
    let day = |at: DateTime<Utc>| language.date(state.ctx.day_of(at));
    let frequency = typed.map(|fields| fields.text("frequency"));
    let choice = |known: &Frequency| Choice {
        value: known.as_str().to_owned(),
        label: String::new(),
        hint: None,
        selected: frequency.as_deref().unwrap_or(news.frequency.as_str()) == known.as_str(),
    };
    let (ended_text, owed_text) = match news.state {
        SubscriptionState::Ended { at, .. } => (day(at), String::new()),
        SubscriptionState::PastDue { since } => (String::new(), day(since)),
        SubscriptionState::Incomplete | SubscriptionState::Active | SubscriptionState::Paused { .. } => {
            (String::new(), String::new())
        }
    };
    let levels = levels::of(state, language, view, typed).await?;
    let about = About {
        amount: typed.map_or_else(String::new, |fields| fields.text("amount")),
        currency: news.amount.currency(),
        limits: state.ctx.policy.amounts.of(news.amount.currency()),
        ..about(state, language, "")
    };
    let consent_url = view.pending.as_ref().and_then(|pending| pending.consent_url.clone());
    let paid_until = news.period.map(|period| period.until).filter(|until| *until > now);
    let body = Support {
        id: view.pledge.id.to_string(),
        campaign: view.campaign.title.clone(),
        amount_text: language.money(news.amount),
        currency: news.amount.currency().code().to_owned(),
        frequency: news.frequency.as_str(),
        status: view.pledge.status.as_str(),
        state: news.state.status().as_str(),
        gateway: view.subscription.gateway.as_str(),
        tier: view.tier.as_ref().map(|tier| tier.name.clone()),
        own_is_chosen: levels.iter().all(|level| !level.selected),
        levels,
        card: news.card.as_ref().map(|card| card.label.clone()),
        card_until_text: news.card.as_ref().map(|card| language.date(card.expires_on)).unwrap_or_default(),
        since_text: view.subscription.started_at.map(day),
        last_text: news.period.map(|period| day(period.from)),
        next_text: view.subscription.next_charge_at().map(day),
        ends_text: news.ends_at.map(day),
        ended_text,
        owed_text,
        paid_until_text: paid_until.map(day),
        pending: view.pending.is_some() && consent_url.is_none(),
        consent_url,
        successor: view.successor.map(|successor| successor.to_string()),
        offers: offered(state, language, view, typed),
        typed_amount: typed.and_then(|fields| fields.given("amount")).unwrap_or_else(|| news.amount.major()),
        frequencies: Frequency::RECURRING.iter().map(choice).collect(),
        tomorrow: (state.ctx.day_of(now) + Days::new(1)).to_string(),
        faults: faults(problems, &about),
    };
    let status = status_of(problems);
    let names = ("account/support.html", "overview", "account-overview-running");
    Ok(page(status, render(request, spoken, names, body)?))
}

fn offered(
    state: &AppState,
    language: &Language,
    view: &PatronView,
    typed: Option<&Fields>,
) -> SupportOffers {
    let Offers { is_asked, may_keep, may_return, ways } = support::offers(&state.ctx, view);
    let only = ways.len() == 1;
    let wanted = typed.map(|fields| fields.text("gateway"));
    let choice = |kind: &GatewayKind| Choice {
        value: kind.as_str().to_owned(),
        label: language.text(&format!("account-by-{}", kind.as_str()), &[]),
        hint: None,
        selected: only || wanted.as_deref() == Some(kind.as_str()),
    };
    SupportOffers { is_asked, may_keep, may_return, ways: ways.iter().map(choice).collect() }
}

/// One of the buttons was pressed.
pub(in crate::web) async fn act(
    request: HttpRequest,
    state: Data<AppState>,
    path: Path<(String, String)>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let who = visitor!(&request, &state);
    let (id, action) = path.into_inner();
    let (id, donor) = (pledge_id(&id)?, who.profile.id);
    let fields = Fields::parse(&body)?;
    let spoken = spoken_to(&request, &state, &who);
    let view = support::of(&state.ctx, donor, id).await?;
    if action == "return" {
        return Ok(see_other(&support::come_back(&state.ctx, donor, id).await?));
    }
    if action == "way" {
        let way = GatewayKind::parse(&fields.text("gateway"));
        let moved = support::change_way(&state.ctx, donor, id, way).await.map(|moved| match moved {
            Moved::Next(page) => page,
            Moved::Pending => format!("/account/pledges/{id}?done=pending"),
        });
        return answer(&request, (&state, &spoken), (&view, &fields), moved).await;
    }
    let what = match wish((&state, &spoken), &view, &action, &fields).await? {
        Ok(what) => what,
        Err(Wrong::Action) => return Err(WebError::not_found("page")),
        Err(Wrong::Field(problem)) => {
            return form(&request, (&state, &spoken), &view, Some(&fields), &[problem]).await;
        }
    };
    let told = support::ask(&state.ctx, donor, id, what, &fields.text("reason")).await;
    let next = told.map(|told| match told {
        Told::Done => format!("/account/pledges/{id}?done=changed"),
        Told::Agree(page) => page,
        Told::Pending => format!("/account/pledges/{id}?done=pending"),
    });
    answer(&request, (&state, &spoken), (&view, &fields), next).await
}

/// To the next page, or back to the form with what is wrong.
async fn answer(
    request: &HttpRequest,
    (state, spoken): (&AppState, &Templates),
    (view, fields): (&PatronView, &Fields),
    next: Result<String, UseCaseError>,
) -> Result<HttpResponse, WebError> {
    match next {
        Ok(page) => Ok(see_other(&page)),
        Err(UseCaseError::Invalid(problems)) => {
            form(request, (state, spoken), view, Some(fields), &problems).await
        }
        Err(UseCaseError::GatewayRefused { .. }) => {
            let message = spoken.language().text("account-support-refused", &[]);
            let problem = FieldError { field: "form", code: "gateway_refused", message };
            form(request, (state, spoken), view, None, &[problem]).await
        }
        // Something else is being confirmed; the page says so.
        Err(UseCaseError::Conflict { code: "order_pending", .. }) => {
            Ok(see_other(&format!("/account/pledges/{}?done=pending", view.pledge.id)))
        }
        Err(error) => Err(error.into()),
    }
}

/// Why a wish is none.
enum Wrong {
    /// There is no such button.
    Action,
    /// A field cannot be read.
    Field(FieldError),
}

async fn wish(
    (state, spoken): (&AppState, &Templates),
    view: &PatronView,
    action: &str,
    fields: &Fields,
) -> Result<Result<OrderKind, Wrong>, WebError> {
    Ok(match action {
        "change" => {
            let frequency =
                Frequency::parse(&fields.text("frequency")).unwrap_or(view.subscription.news.frequency);
            let amount = levels::amount(state, view, fields, frequency).await?;
            amount.map(|amount| OrderKind::Change { amount, frequency }).map_err(Wrong::Field)
        }
        "pause" => pause((state, spoken), fields).map_err(Wrong::Field),
        "resume" => Ok(OrderKind::Resume),
        "cancel" => Ok(OrderKind::Cancel),
        "keep" => Ok(OrderKind::Keep),
        _ => Err(Wrong::Action),
    })
}

/// A pause until noon of the day that was named, or until the donor goes on.
fn pause((state, spoken): (&AppState, &Templates), fields: &Fields) -> Result<OrderKind, FieldError> {
    let Some(typed) = fields.filled("until") else {
        return Ok(OrderKind::Pause { until: None });
    };
    let message = spoken.language().text("account-support-day-wrong", &[]);
    let day = typed.trim().parse();
    let day = day.map_err(|_no_day| FieldError { field: "until", code: "unknown_day", message })?;
    Ok(OrderKind::Pause { until: Some(state.ctx.noon_of(day)) })
}

/// Everything that failed, on one page. The gateway's page leads back here.
pub(in crate::web) async fn mend(
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, WebError> {
    let who = visitor!(&request, &state);
    let spoken = spoken_to(&request, &state, &who);
    let found = support::failing(&state.ctx, who.profile.id).await?;
    let failing = found
        .iter()
        .map(|view| shown::support(&state, spoken.language(), view))
        .collect::<Result<Vec<_>, _>>()?;
    let names = ("account/mend.html", "overview", "account-mend-title");
    Ok(page(StatusCode::OK, render(&request, &spoken, names, Mend { failing })?))
}

/// To the gateway's page on which another card is named.
pub(in crate::web) async fn card(
    request: HttpRequest,
    state: Data<AppState>,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let who = visitor!(&request, &state);
    Ok(see_other(&support::card_page(&state.ctx, who.profile.id, pledge_id(&id)?).await?))
}

/// Everything that is owed is tried again.
pub(in crate::web) async fn collect(
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, WebError> {
    let who = visitor!(&request, &state);
    let left = support::collect(&state.ctx, who.profile.id).await?;
    Ok(see_other(if left == 0 { "/account/mend?done=mended" } else { "/account/mend?done=still" }))
}
