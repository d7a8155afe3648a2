//! What programs ask of recurring support. The gateway is asked at once; what it has not answered yet is pending, and is
//! asked of it until it does.

use super::MoneyDto;
use super::act::{Act, Done, Faults};
use super::exports::day;
use crate::domain::ids::PledgeId;
use crate::domain::money::{Currency, Money};
use crate::domain::pledge::Frequency;
use crate::domain::subscription::{EndReason, OrderKind, Orderer};
use crate::usecases::patrons::orders::{self, OrderRequest};
use crate::usecases::views;
use crate::usecases::{Context, UseCaseError};
use crate::web::error::WebError;
use crate::web::reply::id_of;
use crate::web::state::AppState;
use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde_json::json;

/// Another amount or frequency; what is left out stays as it is.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    amount: Option<MoneyDto>,
    frequency: Option<String>,
    reason: Option<String>,
}

/// No charge for a while.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Pause {
    until: Option<String>,
    reason: Option<String>,
}

/// The end.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Cancel {
    #[serde(default)]
    at_once: bool,
    reason: Option<String>,
}

/// Nothing but why.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Plain {
    reason: Option<String>,
}

pub(super) async fn change(
    state: Data<AppState>,
    id: Path<String>,
    act: Act,
) -> Result<HttpResponse, WebError> {
    let asked: Change = act.body()?;
    let pledge: PledgeId = id_of(&id, "pledge")?;
    let news = views::patron(&state.ctx, pledge).await?.subscription.news;
    let mut faults = Faults::default();
    let amount = match &asked.amount {
        None => Some(news.amount),
        Some(amount) => {
            let currency = faults.of("amount", "unknown_currency", Currency::parse(&amount.currency));
            currency.map(|currency| Money::new(amount.minor, currency))
        }
    };
    let frequency = match asked.frequency.as_deref() {
        None => Some(news.frequency),
        Some(word) => {
            let known = Frequency::parse(word).ok_or("choose how often the money is given");
            faults.of("frequency", "unknown_frequency", known)
        }
    };
    let (Some(amount), Some(frequency)) = (amount, frequency) else {
        return Err(faults.into_error().into());
    };
    ordered(pledge, OrderKind::Change { amount, frequency }, asked.reason, act).await
}

pub(super) async fn pause(
    state: Data<AppState>,
    id: Path<String>,
    act: Act,
) -> Result<HttpResponse, WebError> {
    let asked: Pause = act.body()?;
    let pledge = id_of(&id, "pledge")?;
    let until = until(&state.ctx, asked.until.as_deref())?;
    ordered(pledge, OrderKind::Pause { until }, asked.reason, act).await
}

fn until(ctx: &Context, typed: Option<&str>) -> Result<Option<chrono::DateTime<chrono::Utc>>, UseCaseError> {
    let day = typed.map(|text| day(text).map_err(|why| UseCaseError::invalid("until", "unknown_day", why)));
    Ok(day.transpose()?.map(|day| ctx.noon_of(day)))
}

pub(super) async fn cancel(id: Path<String>, act: Act) -> Result<HttpResponse, WebError> {
    let asked: Cancel = act.body()?;
    let end = OrderKind::End { reason: EndReason::Voluntary };
    let what = if asked.at_once { end } else { OrderKind::Cancel };
    ordered(id_of(&id, "pledge")?, what, asked.reason, act).await
}

pub(super) async fn resume(id: Path<String>, act: Act) -> Result<HttpResponse, WebError> {
    let asked: Plain = act.body()?;
    ordered(id_of(&id, "pledge")?, OrderKind::Resume, asked.reason, act).await
}

pub(super) async fn keep(id: Path<String>, act: Act) -> Result<HttpResponse, WebError> {
    let asked: Plain = act.body()?;
    ordered(id_of(&id, "pledge")?, OrderKind::Keep, asked.reason, act).await
}

async fn ordered(
    pledge: PledgeId,
    what: OrderKind,
    reason: Option<String>,
    act: Act,
) -> Result<HttpResponse, WebError> {
    let request = OrderRequest { pledge, what, by: Orderer::Staff, reason };
    act.once(async |ctx, by| {
        let done = orders::order_by(&ctx, by, request).await?;
        let news = &done.subscription.news;
        Ok(Done::ok(json!({
            "order": done.order.id,
            "pledge": done.order.pledge,
            "what": done.order.what.as_str(),
            "status": done.order.status.as_str(),
            "support": {
                "status": news.state.status().as_str(),
                "amount": MoneyDto::from(news.amount),
                "frequency": news.frequency.as_str(),
            },
        })))
    })
    .await
}
