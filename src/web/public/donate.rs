//! The form: shown, checked, and led on to the gateway.

pub(in crate::web) mod link;
mod support;

use crate::domain::appeal::SeenAppeal;
use crate::domain::campaign::{Campaign, CampaignClosed};
use crate::domain::money::{Currency, Money};
use crate::domain::pledge::{GatewayKind, TributeKind, Utm, Visibility};
use crate::domain::wall::AmountShown;
use crate::render::card::site_picture;
use crate::render::discovery::{self, Channel};
use crate::render::pages::{
    CampaignHead, Choice, Currency as CurrencyChoice, DonateForm, DonatePage, DonateValues, FieldProblem,
    Hidden, ProofAsked, ProofChallenge, WallValues,
};
use crate::render::{Frame, PageMeta, gateway_words};
use crate::telemetry::metrics::PLEDGES_TOTAL;
use crate::usecases::abuse::stamp::{self, Age};
use crate::usecases::abuse::{self, PROOF_NEEDED};
use crate::usecases::patrons::tiers;
use crate::usecases::pledge::{self, Next, Origin, Proof, Sender, Started};
use crate::usecases::pledge_terms::{AmountInput, FeeChoice, PledgeRequest, WallRequest};
use crate::usecases::{FieldError, UseCaseError, views};
use crate::web::client;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::language;
use crate::web::reply::{private_page, see_other};
use crate::web::sentences::{self, About};
use crate::web::state::AppState;
use crate::words::Language;
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
    let client = client::address(&request, &state);
    let language = language::of(&request, &state);
    let asked = Asked { state: &state, fields: &fields, language, client: &client, framed: None };
    let html = render(asked, &campaign, &[]).await?;
    state.publication.forms_shown().add(1);
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
    let client = client::address(&request, &state);
    let language = language::of(&request, &state);
    let asked = Asked { state: &state, fields: &fields, language, client: &client, framed: None };
    if stamp::age(&state.ctx, &fields.text("stamp"))? == Age::TooYoung {
        metrics::counter!(PLEDGES_TOTAL, "outcome" => "too_fast").increment(1);
        return again(asked, StatusCode::UNPROCESSABLE_ENTITY, &[asked.of_form("too_fast")]).await;
    }
    if fields.text("way") == "mail" {
        return link::ask(asked, to_request(&request, asked)).await;
    }
    let sender = Sender {
        client: client.clone(),
        form_id: fields.filled("form_id").map(|id| id.chars().take(100).collect()),
        idempotency: None,
        proof: fields.filled("proof").map_or(Proof::None, Proof::Work),
    };
    match pledge::start(&state.ctx, to_request(&request, asked), sender).await {
        Ok(started) => {
            let word = if started.origin == Origin::New { "started" } else { "repeated" };
            metrics::counter!(PLEDGES_TOTAL, "outcome" => word).increment(1);
            Ok(onwards(started))
        }
        Err(error) => refused(asked, error).await,
    }
}

/// To where a gift goes on.
fn onwards(started: Started) -> HttpResponse {
    match started.next {
        Next::Redirect(url) => see_other(&url),
        Next::Instructions | Next::Status => see_other(&format!("/thanks/{}", started.token)),
    }
}

/// The form once more, with what is wrong or what else is asked; everything that was typed is in it.
async fn refused(asked: Asked<'_>, error: UseCaseError) -> Result<HttpResponse, WebError> {
    match error {
        UseCaseError::Invalid(problems) => again(asked, StatusCode::UNPROCESSABLE_ENTITY, &problems).await,
        UseCaseError::Conflict { code: PROOF_NEEDED, .. } => {
            metrics::counter!(PLEDGES_TOTAL, "outcome" => "proof_asked").increment(1);
            again(asked, StatusCode::UNPROCESSABLE_ENTITY, &[asked.of_form(PROOF_NEEDED)]).await
        }
        error @ UseCaseError::RateLimited { .. } => {
            let limited = WebError::from(error);
            let problem = FieldError { field: "form", code: limited.code, message: limited.detail.clone() };
            let mut page = again(asked, limited.status, &[problem]).await?;
            if let Some(seconds) = limited.retry_after_s {
                page.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            }
            Ok(page)
        }
        error @ (UseCaseError::NotFound(_)
        | UseCaseError::Conflict { .. }
        | UseCaseError::Held { .. }
        | UseCaseError::GatewayRefused { .. }
        | UseCaseError::GatewayUnavailable(_)
        | UseCaseError::Store(_)
        | UseCaseError::Internal(_)) => Err(error.into()),
    }
}

/// What the form was asked with.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) state: &'a AppState,
    pub(super) fields: &'a Fields,
    pub(super) language: &'a Language,
    pub(super) client: &'a str,
    pub(super) framed: Option<&'a Framed>,
}

/// The form in a frame on another site.
pub(super) struct Framed {
    pub(super) frame: Frame,
    /// Where another currency is chosen.
    pub(super) path: String,
    /// How it looks there: what a change of the currency keeps of the address.
    pub(super) kept: Vec<Hidden>,
}

impl Asked<'_> {
    /// Where the form is posted to. No cookie goes along from a frame, so the language does.
    fn action(&self) -> String {
        match self.framed {
            None => "/donate".to_owned(),
            Some(_) => format!("/donate?lang={}", self.language.tag()),
        }
    }

    /// What is wrong with the form as a whole, in the visitor's language.
    fn of_form(&self, code: &'static str) -> FieldError {
        let key = format!("error-{}", code.replace('_', "-"));
        FieldError { field: "form", code, message: self.language.text(&key, &[]) }
    }
}

async fn again(
    asked: Asked<'_>,
    status: StatusCode,
    problems: &[FieldError],
) -> Result<HttpResponse, WebError> {
    let campaign = campaign(asked.state, asked.fields).await?;
    Ok(private_page(status, render(asked, &campaign, problems).await?))
}

/// The named campaign, or that of the front page.
async fn campaign(state: &AppState, fields: &Fields) -> Result<Campaign, WebError> {
    let default = state.publication.pages().around.default_campaign.clone();
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

fn to_request(request: &HttpRequest, Asked { fields, language, .. }: Asked<'_>) -> PledgeRequest {
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
        wall: fields.ticked("on_wall").then(|| WallRequest {
            name: fields.text("wall_name"),
            amount: if fields.ticked("wall_amount") { AmountShown::Shown } else { AmountShown::Withheld },
        }),
        fee: if fields.ticked("cover_fees") { FeeChoice::Covered } else { FeeChoice::Included },
        tribute_kind: fields.text("tribute_kind"),
        tribute_name: fields.text("tribute_name"),
        from: fields.text("from"),
        appeal: fields.text("appeal"),
        referrer: referrer.to_owned(),
        utm: Utm {
            source: fields.filled("utm_source"),
            medium: fields.filled("utm_medium"),
            campaign: fields.filled("utm_campaign"),
            term: fields.filled("utm_term"),
            content: fields.filled("utm_content"),
        },
        locale: language.tag().to_owned(),
    }
}

pub(super) async fn render(
    asked: Asked<'_>,
    campaign: &Campaign,
    problems: &[FieldError],
) -> Result<String, WebError> {
    let Asked { state, fields, language, client, framed } = asked;
    let tiers = tiers::offered(&state.ctx).await?;
    let currency = chosen_currency(state, fields);
    // Whoever was refused for a while is offered the link as well: many share an address.
    let is_asked = problems.iter().any(|problem| matches!(problem.code, PROOF_NEEDED | "rate_limited"));
    let shown = abuse::form(&state.ctx, client, (campaign.slug.as_str(), currency.code()), is_asked).await?;
    let (minimum, maximum) = shown.rules.policy.amounts.of(currency);
    let sentence = |problem: &FieldError| {
        let (amount, email) = (typed_amount(fields), fields.text("email"));
        sentences::of(problem, &About { language, amount, email, currency, limits: (minimum, maximum) })
    };
    let form = DonateForm {
        action: asked.action(),
        currency_action: framed.map_or_else(|| "/donate".to_owned(), |framed| framed.path.clone()),
        kept: framed.map(|framed| framed.kept.clone()).unwrap_or_default(),
        closed_text: closed_text(state, campaign, language),
        campaign: CampaignHead {
            slug: campaign.slug.to_string(),
            title: campaign.title.clone(),
            summary: campaign.summary.clone(),
        },
        currency: currency.code().to_owned(),
        currencies: currencies(state, currency),
        suggestions: suggestions(campaign, currency, asked),
        frequencies: support::frequencies(asked, !tiers.is_empty()),
        tiers: support::tiers(asked, &tiers, currency),
        values: values(fields, !problems.is_empty()),
        gateways: gateways(asked),
        errors: problems.iter().map(|p| (p.field.to_owned(), sentence(p))).collect(),
        error_list: problems
            .iter()
            .map(|p| FieldProblem { field: p.field.to_owned(), message: sentence(p) })
            .collect(),
        minimum_text: language.short_money(minimum),
        maximum_text: Some(language.short_money(maximum)),
        tribute_kinds: tribute_kinds(asked),
        stamp: stamp::of(&state.ctx, &fields.text("stamp"))?,
        proof: shown.asks_more.then(|| ProofAsked {
            challenge: shown.challenge.map(|asked| ProofChallenge { text: asked.text, target: asked.target }),
        }),
    };
    let meta = PageMeta {
        title: campaign.title.clone(),
        description: Some(campaign.summary.clone()),
        canonical: Some(format!("{}/donate?campaign={}", state.ctx.policy.public_url, campaign.slug)),
        path: "/donate".into(),
        query: kept_query(fields, campaign),
        robots: framed.map(|_| "noindex"),
        frame: framed.map(|framed| framed.frame.clone()),
        picture: Some(site_picture(state.templates.site())),
        in_languages: framed.is_none(),
        ..PageMeta::default()
    };
    let page = DonatePage { form, structured_html: structured(asked, campaign) };
    Ok(state.templates.speaking(language).page("public/donate.html", &meta, page)?)
}

/// What programs are told of the page.
fn structured(Asked { state, language, .. }: Asked<'_>, campaign: &Campaign) -> String {
    let url = state.ctx.policy.public_url.as_str();
    let name = state.templates.site().name.as_str();
    let channel = Channel { name, url, path: "", language: language.tag(), entries: &[] };
    let address = format!("{url}/donate?campaign={}", campaign.slug);
    discovery::donation_html(&channel, (&campaign.title, &campaign.summary), &address)
}

/// Why no gift is taken today.
fn closed_text(state: &AppState, campaign: &Campaign, language: &Language) -> Option<String> {
    let today = state.ctx.day_of(state.ctx.now());
    let (key, day) = match campaign.open_on(today).err()? {
        CampaignClosed::NotStarted(first) => ("campaign-starts", first),
        CampaignClosed::Ended(last) => ("campaign-ended", last),
    };
    Some(language.text(key, &[("day", language.date(day).into())]))
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

fn suggestions(
    campaign: &Campaign,
    currency: Currency,
    Asked { state, fields, language, .. }: Asked<'_>,
) -> Vec<Choice> {
    let pages = state.publication.pages();
    let appeal = SeenAppeal::parse(fields.text("appeal").trim());
    let by_appeal = appeal.and_then(|seen| pages.around.appeal_amounts.get(seen.appeal.as_str()));
    let in_currency = |money: &Money| money.currency() == currency;
    let own: Vec<Money> = by_appeal.into_iter().flatten().copied().filter(in_currency).collect();
    let suggested = if own.is_empty() { campaign.suggestions_in(currency) } else { own };
    let wanted = typed_amount(fields);
    let same = |major: &str, minor: i64| {
        wanted.trim() == major
            || Money::parse_typed(&wanted, currency).is_ok_and(|money| money.minor() == minor)
    };
    let choice = |money: &Money| Choice {
        value: money.major(),
        label: language.short_money(*money),
        hint: None,
        selected: same(&money.major(), money.minor()),
    };
    suggested.iter().map(choice).collect()
}

/// What was typed. A link fills in the form, but ticks for nobody that they want to be named: only what was `posted` does.
fn values(fields: &Fields, posted: bool) -> DonateValues {
    let hidden = |name: &'static str| fields.filled(name).map(|value| Hidden { name, value });
    DonateValues {
        amount: typed_amount(fields),
        name: fields.text("name"),
        email: fields.text("email"),
        message: fields.text("message"),
        anonymous: fields.ticked("anonymous"),
        wall: WallValues {
            asked: posted && fields.ticked("on_wall"),
            name: fields.text("wall_name"),
            amount: posted && fields.ticked("wall_amount"),
        },
        cover_fees: fields.ticked("cover_fees"),
        tribute_kind: fields.text("tribute_kind"),
        tribute_name: fields.text("tribute_name"),
        from: fields.text("from"),
        appeal: fields.text("appeal"),
        form_id: fields.text("form_id"),
        utm: UTM_NAMES.into_iter().filter_map(hidden).collect(),
    }
}

/// What a link to the form in another language keeps.
fn kept_query(fields: &Fields, campaign: &Campaign) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("campaign", campaign.slug.as_str());
    for name in ["from", "appeal", "currency", "frequency", "tier", "amount"].into_iter().chain(UTM_NAMES) {
        if let Some(value) = fields.filled(name) {
            query.append_pair(name, &value);
        }
    }
    format!("{}&", query.finish())
}

fn gateways(Asked { state, fields, language, .. }: Asked<'_>) -> Vec<Choice> {
    let wanted = fields.text("gateway");
    let kinds: Vec<GatewayKind> = state.ctx.gateways.kinds().collect();
    let only = kinds.len() == 1;
    let choice = |kind: &GatewayKind| Choice {
        value: kind.as_str().to_owned(),
        label: gateway_words(*kind, language),
        hint: Some(language.text(&format!("gateway-{}-hint", kind.as_str()), &[])),
        selected: only || wanted == kind.as_str(),
    };
    kinds.iter().map(choice).collect()
}

fn tribute_kinds(Asked { fields, language, .. }: Asked<'_>) -> Vec<Choice> {
    let wanted = fields.text("tribute_kind");
    let key = |kind| match kind {
        TributeKind::Honour => "give-tribute-honour",
        TributeKind::Memory => "give-tribute-memory",
    };
    let choice = |kind: &TributeKind| Choice {
        value: kind.as_str().to_owned(),
        label: language.text(key(*kind), &[]),
        hint: None,
        selected: wanted == kind.as_str(),
    };
    TributeKind::ALL.iter().map(choice).collect()
}
