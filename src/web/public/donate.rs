//! The form: shown, checked, and led on to the gateway.

use super::{private_page, see_other};
use crate::domain::campaign::Campaign;
use crate::domain::money::Currency;
use crate::domain::pledge::{GatewayKind, TributeKind, Utm, Visibility};
use crate::render::pages::{
    CampaignHead, Choice, Currency as CurrencyChoice, DonateForm, DonatePage, DonateValues, FieldProblem,
    Hidden,
};
use crate::render::{PageMeta, gateway_label};
use crate::telemetry::metrics::PLEDGES_TOTAL;
use crate::usecases::pledge::{self, Next, Origin, Sender};
use crate::usecases::pledge_terms::{AmountInput, FeeChoice, PledgeRequest};
use crate::usecases::{FieldError, UseCaseError, views};
use crate::web::client;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::state::AppState;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};

/// Fields that only a program fills in.
const TRAPS: [&str; 2] = ["website", "company"];

const UTM_NAMES: [&str; 5] = ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"];

/// The form with nothing wrong in it, preselected by the query.
pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(request.query_string().as_bytes())?;
    let campaign = campaign(&state, &fields).await?;
    let html = render(&state, &campaign, &fields, &[])?;
    Ok(private_page(StatusCode::OK, html))
}

/// Takes the form. With mistakes it comes back with everything that was typed.
pub(in crate::web) async fn submit(
    request: HttpRequest,
    state: Data<AppState>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(&body)?;
    if TRAPS.iter().any(|trap| fields.filled(trap).is_some()) {
        metrics::counter!(PLEDGES_TOTAL, "outcome" => "trapped").increment(1);
        return Ok(see_other("/"));
    }
    let sender = Sender {
        client: client::address(&request, &state),
        form_id: fields.filled("form_id").map(|id| id.chars().take(100).collect()),
        idempotency: None,
    };
    match pledge::start(&state.ctx, to_request(&request, &fields), sender).await {
        Ok(started) => {
            let word = if started.origin == Origin::New { "started" } else { "repeated" };
            metrics::counter!(PLEDGES_TOTAL, "outcome" => word).increment(1);
            Ok(match started.next {
                Next::Redirect(url) => see_other(&url),
                Next::Instructions | Next::Status => see_other(&format!("/thanks/{}", started.token)),
            })
        }
        Err(UseCaseError::Invalid(problems)) => {
            again(&state, &fields, StatusCode::UNPROCESSABLE_ENTITY, &problems).await
        }
        Err(error @ UseCaseError::RateLimited { .. }) => {
            let limited = WebError::from(error);
            let problem = FieldError { field: "form", code: limited.code, message: limited.detail.clone() };
            let mut page = again(&state, &fields, limited.status, &[problem]).await?;
            if let Some(seconds) = limited.retry_after_s {
                page.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            }
            Ok(page)
        }
        Err(error) => Err(error.into()),
    }
}

async fn again(
    state: &AppState,
    fields: &Fields,
    status: StatusCode,
    problems: &[FieldError],
) -> Result<HttpResponse, WebError> {
    let campaign = campaign(state, fields).await?;
    Ok(private_page(status, render(state, &campaign, fields, problems)?))
}

/// The named campaign, or that of the front page.
async fn campaign(state: &AppState, fields: &Fields) -> Result<Campaign, WebError> {
    let default = state.publication.pages().default_campaign.clone();
    let slug = fields.filled("campaign").or_else(|| default.clone()).unwrap_or_default();
    match views::campaign(&state.ctx, slug.trim()).await {
        Ok((campaign, _)) => Ok(campaign),
        // An edited form names no campaign: it comes back on that of the front page, with the mistake said.
        Err(UseCaseError::NotFound(_)) if fields.filled("gateway").is_some() => {
            Ok(views::campaign(&state.ctx, &default.unwrap_or_default()).await?.0)
        }
        Err(error) => Err(error.into()),
    }
}

/// The amount that was chosen or typed.
fn typed_amount(fields: &Fields) -> String {
    let chosen = fields.filled("amount_choice").filter(|choice| choice != "other");
    chosen.or_else(|| fields.filled("amount")).unwrap_or_default()
}

fn to_request(request: &HttpRequest, fields: &Fields) -> PledgeRequest {
    let referrer =
        request.headers().get(header::REFERER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let ticked = |name, yes, no| if fields.ticked(name) { yes } else { no };
    PledgeRequest {
        campaign: fields.text("campaign"),
        amount: AmountInput::Typed(typed_amount(fields)),
        currency: fields.text("currency"),
        frequency: fields.text("frequency"),
        gateway: fields.text("gateway"),
        tier: fields.text("tier"),
        name: fields.text("name"),
        email: fields.text("email"),
        message: fields.text("message"),
        visibility: ticked("anonymous", Visibility::Hidden, Visibility::Named),
        fee: if fields.ticked("cover_fees") { FeeChoice::Covered } else { FeeChoice::Included },
        tribute_kind: fields.text("tribute_kind"),
        tribute_name: fields.text("tribute_name"),
        from: fields.text("from"),
        referrer: referrer.to_owned(),
        utm: Utm {
            source: fields.filled("utm_source"),
            medium: fields.filled("utm_medium"),
            campaign: fields.filled("utm_campaign"),
            term: fields.filled("utm_term"),
            content: fields.filled("utm_content"),
        },
    }
}

fn render(
    state: &AppState,
    campaign: &Campaign,
    fields: &Fields,
    problems: &[FieldError],
) -> Result<String, WebError> {
    let currency = chosen_currency(state, fields);
    let (minimum, maximum) = state.ctx.policy.amounts.of(currency);
    let form = DonateForm {
        action: "/donate",
        campaign: CampaignHead {
            slug: campaign.slug.to_string(),
            title: campaign.title.clone(),
            summary: campaign.summary.clone(),
        },
        currency: currency.code().to_owned(),
        currencies: currencies(state, currency),
        suggestions: suggestions(campaign, currency, fields),
        values: values(fields),
        gateways: gateways(state, fields),
        errors: problems.iter().map(|p| (p.field.to_owned(), p.message.clone())).collect(),
        error_list: problems
            .iter()
            .map(|p| FieldProblem { field: p.field.to_owned(), message: p.message.clone() })
            .collect(),
        minimum_text: minimum.short_text(),
        maximum_text: Some(maximum.short_text()),
        tribute_kinds: tribute_kinds(fields),
    };
    let meta = PageMeta {
        title: campaign.title.clone(),
        description: Some(campaign.summary.clone()),
        canonical: Some(format!("{}/donate?campaign={}", state.ctx.policy.public_url, campaign.slug)),
        path: "/donate".into(),
        ..PageMeta::default()
    };
    Ok(state.templates.page("public/donate.html", &meta, DonatePage { form })?)
}

fn chosen_currency(state: &AppState, fields: &Fields) -> Currency {
    let taken = &state.ctx.policy.currencies;
    let wanted = Currency::parse(&fields.text("currency")).ok().filter(|currency| taken.contains(currency));
    wanted.unwrap_or(state.ctx.policy.default_currency)
}

fn currencies(state: &AppState, selected: Currency) -> Vec<CurrencyChoice> {
    let choice = |currency: &Currency| CurrencyChoice {
        code: currency.code().to_owned(),
        label: match currency.symbol() {
            Some(symbol) => format!("{symbol} {}", currency.code()),
            None => currency.code().to_owned(),
        },
        selected: *currency == selected,
    };
    state.ctx.policy.currencies.iter().map(choice).collect()
}

fn suggestions(campaign: &Campaign, currency: Currency, fields: &Fields) -> Vec<Choice> {
    let wanted = typed_amount(fields);
    let same = |major: &str, minor: i64| {
        wanted.trim() == major
            || crate::domain::money::Money::parse_typed(&wanted, currency)
                .is_ok_and(|money| money.minor() == minor)
    };
    let choice = |money: &crate::domain::money::Money| Choice {
        value: money.major(),
        label: money.short_text(),
        hint: None,
        selected: same(&money.major(), money.minor()),
    };
    campaign.suggestions_in(currency).iter().map(choice).collect()
}

fn values(fields: &Fields) -> DonateValues {
    let hidden = |name: &'static str| fields.filled(name).map(|value| Hidden { name, value });
    DonateValues {
        amount: typed_amount(fields),
        name: fields.text("name"),
        email: fields.text("email"),
        message: fields.text("message"),
        anonymous: fields.ticked("anonymous"),
        cover_fees: fields.ticked("cover_fees"),
        tribute_kind: fields.text("tribute_kind"),
        tribute_name: fields.text("tribute_name"),
        from: fields.text("from"),
        form_id: fields.text("form_id"),
        utm: UTM_NAMES.into_iter().filter_map(hidden).collect(),
    }
}

fn gateways(state: &AppState, fields: &Fields) -> Vec<Choice> {
    let wanted = fields.text("gateway");
    let kinds: Vec<GatewayKind> = state.ctx.gateways.kinds().collect();
    let only = kinds.len() == 1;
    let hint = |kind| match kind {
        GatewayKind::Stripe => "Card, Apple Pay, Google Pay and local ways to pay, on Stripe’s secure page.",
        GatewayKind::Sandbox => "For trying the site: you are shown a payment page, and no money moves.",
        GatewayKind::BankTransfer => "You get the account details and a reference, here and by e-mail.",
    };
    let choice = |kind: &GatewayKind| Choice {
        value: kind.as_str().to_owned(),
        label: gateway_label(*kind).to_owned(),
        hint: Some(hint(*kind).to_owned()),
        selected: only || wanted == kind.as_str(),
    };
    kinds.iter().map(choice).collect()
}

fn tribute_kinds(fields: &Fields) -> Vec<Choice> {
    let wanted = fields.text("tribute_kind");
    let label = |kind| match kind {
        TributeKind::Honour => "In honour of",
        TributeKind::Memory => "In memory of",
    };
    let choice = |kind: &TributeKind| Choice {
        value: kind.as_str().to_owned(),
        label: label(*kind).to_owned(),
        hint: None,
        selected: wanted == kind.as_str(),
    };
    TributeKind::ALL.iter().map(choice).collect()
}
