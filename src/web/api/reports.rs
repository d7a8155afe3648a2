//! Figures for programs: sums by currency, never by person. Periods and filters are those of the reports in the office.

use super::MoneyDto;
use super::asked::{self, not_taken};
use super::door::Holder;
use super::seen::json as answer;
use crate::domain::figures::{Period, Sums};
use crate::domain::member::Platform;
use crate::domain::money::{Currency, Money};
use crate::domain::outbound::DAYS;
use crate::domain::patron::Month;
use crate::store::reports::By;
use crate::store::reports::donors::DonorYear;
use crate::usecases::figures::appeals::{self, Brought};
use crate::usecases::figures::dashboard::{self, Split};
use crate::usecases::figures::members::{Together, together};
use crate::usecases::figures::reports::{self, Ask, GiftSizes, Key, Part, Parts};
use crate::usecases::members::{self, PaidOutMonth};
use crate::usecases::outbound_links::{self, Way};
use crate::usecases::patrons::figures::{self, MonthFigures};
use crate::web::error::WebError;
use crate::web::report_query::{Query, titles};
use crate::web::state::AppState;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How support is doing: this month until today beside others, and what waits for a person.
pub(super) async fn summary(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
) -> Result<HttpResponse, WebError> {
    let found = dashboard::dashboard(&state.ctx).await?;
    let paid_out = members::paid_out(&state.ctx, Period::month_of(found.today)).await?;
    let received = found.received.iter().map(|received| {
        let split = |split: &Split| {
            json!({
                "period": period(split.period),
                "once": sums(split.once, received.currency),
                "recurring": sums(split.recurring, received.currency),
            })
        };
        json!({
            "currency": received.currency.code(),
            "this_month": split(&received.so_far),
            "same_days_last_month": split(&received.same_days),
            "last_month": split(&received.month_before),
            "same_days_last_year": split(&received.year_before),
        })
    });
    let body = json!({
        "today": found.today,
        "received": received.collect::<Vec<_>>(),
        "recurring": found.support.iter().map(|support| month(&support.now)).collect::<Vec<_>>(),
        "external": [{
            "platform": Platform::Patreon.as_str(),
            "recurring": found.elsewhere.iter().map(|support| month(&support.now)).collect::<Vec<_>>(),
            "paid_out": paid_out.iter().map(arrived).collect::<Vec<_>>(),
        }],
        "together": together(&found.support, &found.elsewhere, &found.twice).iter().map(both).collect::<Vec<_>>(),
    });
    answer(&request, &body)
}

/// Recurring support here and elsewhere; who is known to give in both places is counted here, and once.
fn both(of: &Together) -> Value {
    json!({
        "recurring": MoneyDto::from(of.recurring()),
        "here": MoneyDto::from(of.here),
        "external": MoneyDto::from(of.there),
        "in_both": MoneyDto::from(of.twice),
        "supporters": of.supporters,
        "supporters_in_both": of.both,
    })
}

/// The period and the filter. Unlike a page, which opens whatever its address says, this refuses what it cannot take.
async fn ask(request: &HttpRequest, state: &AppState) -> Result<Ask, WebError> {
    let query = Query::of(request);
    let ask = query.ask(state.ctx.day_of(state.ctx.now()), &titles(state).await?);
    match query.left_out(&ask) {
        None => Ok(ask),
        Some((name, value)) => Err(not_taken(name, value)),
    }
}

/// What arrived, by day or, for longer times, by month.
pub(super) async fn timeline(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
) -> Result<HttpResponse, WebError> {
    let ask = ask(&request, &state).await?;
    let found = reports::timeline(&state.ctx, ask.clone()).await?;
    let curves = found.curves.iter().map(|curve| {
        let steps = curve.steps.iter().map(|step| {
            json!({
                "on": step.on,
                "once": sums(step.once, curve.currency),
                "recurring": sums(step.recurring, curve.currency),
            })
        });
        json!({ "currency": curve.currency.code(), "steps": steps.collect::<Vec<_>>() })
    });
    let grain = found.grain.as_str();
    let curves: Vec<Value> = curves.collect();
    answer(&request, &json!({ "period": period(ask.period), "grain": grain, "currencies": curves }))
}

/// Recurring support of every month, and how many of those who joined stayed.
pub(super) async fn patrons(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
) -> Result<HttpResponse, WebError> {
    let until = Month::of(state.ctx.day_of(state.ctx.now()));
    let own = by_currency(&figures::by_month(&state.ctx, until.clone()).await?);
    // Members elsewhere stand apart: of their money only what was paid out is in the books.
    let members = by_currency(&members::by_month(&state.ctx, until.clone()).await?);
    let ever = Period { from: NaiveDate::default(), until: state.ctx.day_of(state.ctx.now()) };
    let paid_out: Vec<Value> = members::paid_out(&state.ctx, ever).await?.iter().map(arrived).collect();
    let external =
        json!([{ "platform": Platform::Patreon.as_str(), "currencies": members, "paid_out": paid_out }]);
    let cohorts = figures::cohorts(&state.ctx, until).await?;
    let retention = cohorts.iter().map(|cohort| {
        let staying = cohort
            .staying
            .iter()
            .map(|(month, count)| json!({ "month": month.to_string(), "patrons": count }));
        json!({ "joined_in": cohort.joined_in.to_string(), "staying": staying.collect::<Vec<_>>() })
    });
    let retention = retention.collect::<Vec<_>>();
    answer(&request, &json!({ "currencies": own, "external": external, "retention": retention }))
}

fn by_currency(figures: &BTreeMap<Currency, Vec<MonthFigures>>) -> Vec<Value> {
    let shown = figures.iter().map(|(currency, months)| {
        let months: Vec<Value> = months.iter().map(month).collect();
        json!({ "currency": currency.code(), "months": months })
    });
    shown.collect()
}

/// What articles led to.
pub(super) async fn articles(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
) -> Result<HttpResponse, WebError> {
    let ask = ask(&request, &state).await?;
    let found = reports::parts(&state.ctx, ask.clone(), By::Article).await?;
    let items = parts(&found, "article");
    let followed = appeals::brought(&state.ctx, ask.clone()).await?;
    let followed: Vec<Value> = followed.iter().map(appeal).collect();
    let elsewhere = outbound_links::within(&state.ctx, ask.period).await?;
    let way = |way: &Way| {
        json!({
            "article": way.article.as_ref().map(ToString::to_string),
            "to": way.place.as_str(),
            "times": way.times,
            "estimated_joined_hundredths": way.joined_hundredths,
        })
    };
    let outbound: Vec<Value> = elsewhere.ways.iter().map(way).collect();
    // How the members who joined there were assigned to what is in `outbound`, so that nobody takes it for knowledge.
    let estimate = json!({
        "platform": Platform::Patreon.as_str(),
        "joined": elsewhere.joined,
        "unexplained": elsewhere.unexplained,
        "days": DAYS,
    });
    let period = period(ask.period);
    let told = json!({
        "period": period, "items": items, "appeals": followed, "outbound": outbound, "estimate": estimate,
    });
    answer(&request, &told)
}

/// What came of an appeal: the same money once more, and without fees, which are not told apart by appeal.
fn appeal(of: &Brought) -> Value {
    let money = |minor| MoneyDto::from(Money::new(minor, of.currency));
    json!({
        "appeal": of.appeal.as_str(),
        "donations": of.sums.donations,
        "gross": money(of.sums.gross),
        "refunded": money(of.sums.refunded),
        "lost": money(of.sums.lost),
    })
}

/// What campaigns received.
pub(super) async fn campaigns(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
) -> Result<HttpResponse, WebError> {
    let ask = ask(&request, &state).await?;
    let found = reports::parts(&state.ctx, ask.clone(), By::Campaign).await?;
    answer(&request, &json!({ "period": period(ask.period), "items": parts(&found, "campaign") }))
}

/// What came by each way of payment, and what it kept.
pub(super) async fn gateways(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
) -> Result<HttpResponse, WebError> {
    let ask = ask(&request, &state).await?;
    let found = reports::parts(&state.ctx, ask.clone(), By::Gateway).await?;
    answer(&request, &json!({ "period": period(ask.period), "items": parts(&found, "gateway") }))
}

/// The parts, each with what tells it from the others under `name`.
fn parts(found: &Parts, name: &'static str) -> Vec<Value> {
    let part = |part: &Part| {
        let word = match &part.key {
            Key::Campaign(id, _) => found.campaigns.slug(*id).map(ToString::to_string),
            Key::Gateway(gateway) => Some(gateway.to_string()),
            Key::Article(slug) => slug.as_ref().map(ToString::to_string),
        };
        json!({ name: word, "sums": sums(part.sums, part.currency) })
    };
    found.parts.iter().map(part).collect()
}

/// How large gifts are, by currency and rhythm.
pub(super) async fn gifts(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
) -> Result<HttpResponse, WebError> {
    let ask = ask(&request, &state).await?;
    let found = reports::gifts(&state.ctx, ask.clone()).await?;
    let item = |of: &GiftSizes| {
        let money = |minor| MoneyDto::from(Money::new(minor, of.currency));
        json!({
            "frequency": of.rhythm.as_str(),
            "donations": of.sizes.count,
            "total": money(of.sizes.total),
            "average": money(of.average()),
            "median": money(of.sizes.median),
            "lower_quarter": money(of.sizes.lower_quarter),
            "upper_quarter": money(of.sizes.upper_quarter),
            "smallest": money(of.sizes.smallest),
            "largest": money(of.sizes.largest),
        })
    };
    let items: Vec<Value> = found.sizes.iter().map(item).collect();
    answer(&request, &json!({ "period": period(ask.period), "items": items }))
}

/// How many gave in each year, and how many of them gave again in the next.
pub(super) async fn donors(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
) -> Result<HttpResponse, WebError> {
    asked::nothing(&request)?;
    let item = |of: &DonorYear| json!({ "year": of.year, "donors": of.donors, "new": of.new, "again_a_year_later": of.again });
    let items: Vec<Value> = reports::retention(&state.ctx).await?.years.iter().map(item).collect();
    answer(&request, &json!({ "items": items }))
}

fn period(period: Period) -> Value {
    json!({ "from": period.from, "to": period.until })
}

fn sums(sums: Sums, currency: Currency) -> Value {
    let money = |minor| MoneyDto::from(Money::new(minor, currency));
    json!({
        "donations": sums.donations,
        "gross": money(sums.gross),
        "fees": money(sums.fees),
        "refunded": money(sums.refunded),
        "lost": money(sums.lost),
    })
}

/// What a platform paid out in one month and currency, from the books.
fn arrived(of: &PaidOutMonth) -> Value {
    json!({
        "month": of.month.to_string(),
        "payouts": of.payouts,
        "arrived": MoneyDto::from(of.arrived),
        "gross": MoneyDto::from(of.gross),
        "fees": MoneyDto::from(of.fees),
        "fees_untold": of.untold,
    })
}

fn month(figures: &MonthFigures) -> Value {
    json!({
        "month": figures.month.to_string(),
        "recurring": MoneyDto::from(figures.recurring),
        "joined": figures.joined,
        "returned": figures.returned,
        "left": figures.left,
        "failing": figures.failing,
        "recovered": figures.recovered,
        "patrons": figures.patrons,
    })
}
