//! `GET /api/v1/campaigns/{slug}`: what a form needs, and what the page of the campaign says.

use super::{MoneyDto, door, files, time};
use crate::content::draft::Kind;
use crate::domain::access::Permission;
use crate::domain::campaign::{Campaign, CampaignTotal, Converted, Progress};
use crate::domain::pledge::Frequency;
use crate::domain::tier::Price;
use crate::domain::wall::{AmountShown, WallEntry};
use crate::render::gateway_label;
use crate::usecases::patrons::tiers::{self, TierView};
use crate::usecases::views;
use crate::usecases::wall::{self, WallPage};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::state::AppState;
use actix_web::http::header;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;

#[derive(serde::Serialize)]
struct CampaignDto {
    id: String,
    slug: String,
    title: String,
    summary: String,
    open: bool,
    starts_on: Option<NaiveDate>,
    ends_on: Option<NaiveDate>,
    frequencies: Vec<&'static str>,
    currencies: Vec<CurrencyDto>,
    gateways: Vec<GatewayDto>,
    tiers: Vec<TierDto>,
    goal: Option<MoneyDto>,
    progress: Vec<ProgressDto>,
    /// What arrived and stayed, in the currency of the goal, with what was converted.
    raised: Option<MoneyDto>,
    /// How much of the goal that is, in whole percent.
    percent: Option<i64>,
    gifts: i64,
    converted: Vec<ConvertedDto>,
    /// Money that is not in `raised`: nobody said what it is worth there.
    beside: Vec<MoneyDto>,
    thanks: Option<String>,
    /// Its page.
    url: String,
    supporters: SupportersDto,
}

#[derive(serde::Serialize)]
struct ConvertedDto {
    received: MoneyDto,
    worth: MoneyDto,
    rate: String,
    day: NaiveDate,
    source: String,
}

/// Those who asked to be named.
#[derive(serde::Serialize)]
struct SupportersDto {
    items: Vec<SupporterDto>,
    /// The value of `after` for those behind these.
    next: Option<String>,
}

#[derive(serde::Serialize)]
struct SupporterDto {
    name: String,
    /// Only where they asked for it.
    amount: Option<MoneyDto>,
    since: Option<String>,
}

#[derive(serde::Serialize)]
struct CurrencyDto {
    code: &'static str,
    exponent: u32,
    amounts: Vec<MoneyDto>,
    minimum: MoneyDto,
    maximum: MoneyDto,
}

#[derive(serde::Serialize)]
struct TierDto {
    slug: String,
    name: String,
    description: String,
    benefits: Vec<String>,
    prices: Vec<PriceDto>,
    places_left: Option<u32>,
}

#[derive(serde::Serialize)]
struct PriceDto {
    frequency: &'static str,
    amount: MoneyDto,
}

#[derive(serde::Serialize)]
struct GatewayDto {
    code: &'static str,
    label: &'static str,
}

/// Money that arrived and stayed, by currency.
#[derive(serde::Serialize)]
struct ProgressDto {
    received: MoneyDto,
    donations: i64,
}

/// What a form needs, for everybody; the file itself, for a token of staff.
pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
    slug: Path<String>,
) -> Result<HttpResponse, WebError> {
    let asked = Fields::parse(request.query_string().as_bytes())?;
    if request.headers().contains_key(header::AUTHORIZATION) {
        let holder = door::admit(&request, &state, Permission::SeeFigures).await?;
        let mut answer = files::one(&request, &state, Kind::Campaign, &slug).await?;
        holder.tell(answer.headers_mut());
        return Ok(answer);
    }
    let (campaign, totals) = views::campaign(&state.ctx, &slug).await?;
    let names = wall::page(&state.ctx, campaign.id, asked.filled("after").as_deref()).await?;
    let tiers = tiers::offered(&state.ctx).await?;
    let dto = dto(&state, &campaign, &totals, (tiers, names));
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-cache")).json(dto))
}

fn tier(view: TierView) -> TierDto {
    let price = |price: &Price| PriceDto { frequency: price.frequency.as_str(), amount: price.amount.into() };
    TierDto {
        slug: view.tier.slug.to_string(),
        name: view.tier.name,
        description: view.tier.description,
        benefits: view.tier.benefits.into_iter().map(|benefit| benefit.text).collect(),
        prices: view.tier.prices.iter().map(price).collect(),
        places_left: view.places_left,
    }
}

fn converted(part: &Converted) -> ConvertedDto {
    ConvertedDto {
        received: part.net.into(),
        worth: part.worth.into(),
        rate: part.rate.text(),
        day: part.rate.day(),
        source: part.rate.source().to_owned(),
    }
}

fn supporters(names: WallPage) -> SupportersDto {
    let supporter = |entry: WallEntry| SupporterDto {
        name: entry.name.as_str().to_owned(),
        amount: (entry.amount == AmountShown::Shown).then(|| entry.kept.into()),
        since: entry.shown_since.map(time),
    };
    SupportersDto { items: names.entries.into_iter().map(supporter).collect(), next: names.next }
}

fn dto(
    state: &AppState,
    campaign: &Campaign,
    totals: &[CampaignTotal],
    (tiers, names): (Vec<TierView>, WallPage),
) -> CampaignDto {
    let reached = Progress::of(campaign, totals);
    let policy = &state.ctx.policy;
    let currency = |currency: &crate::domain::money::Currency| {
        let (minimum, maximum) = policy.amounts.of(*currency);
        CurrencyDto {
            code: currency.code(),
            exponent: currency.exponent(),
            amounts: campaign.suggestions_in(*currency).into_iter().map(MoneyDto::from).collect(),
            minimum: minimum.into(),
            maximum: maximum.into(),
        }
    };
    let progress =
        |total: &CampaignTotal| ProgressDto { received: total.net().into(), donations: total.donations };
    CampaignDto {
        id: campaign.id.to_string(),
        slug: campaign.slug.to_string(),
        title: campaign.title.clone(),
        summary: campaign.summary.clone(),
        open: campaign.open_on(state.ctx.day_of(state.ctx.now())).is_ok(),
        starts_on: campaign.starts_on,
        ends_on: campaign.ends_on,
        frequencies: Frequency::ALL.iter().map(|frequency| frequency.as_str()).collect(),
        currencies: policy.currencies.iter().map(currency).collect(),
        gateways: state
            .ctx
            .gateways
            .kinds()
            .map(|k| GatewayDto { code: k.as_str(), label: gateway_label(k) })
            .collect(),
        tiers: tiers.into_iter().map(tier).collect(),
        goal: campaign.goal.map(MoneyDto::from),
        progress: totals.iter().map(progress).collect(),
        raised: reached.raised.map(MoneyDto::from),
        percent: reached.percent(),
        gifts: reached.gifts,
        converted: reached.converted.iter().map(converted).collect(),
        beside: reached.beside.into_iter().map(MoneyDto::from).collect(),
        thanks: campaign.thanks.clone(),
        url: format!("{}/campaigns/{}", policy.public_url, campaign.slug),
        supporters: supporters(names),
    }
}
