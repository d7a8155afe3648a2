//! The levels of recurring support, and the way to each.

use crate::domain::tier::Price;
use crate::render::PageMeta;
use crate::render::card::site_picture;
use crate::render::pages::{PatronsPage, TierCard, TierPrice};
use crate::render::price_text;
use crate::usecases::patrons::tiers::{self, TierView};
use crate::web::error::WebError;
use crate::web::language;
use crate::web::state::AppState;
use crate::words::Language;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, WebError> {
    let templates = language::templates(&request, &state);
    let language = templates.language();
    let default = state.ctx.policy.default_currency;
    let offered = tiers::offered(&state.ctx).await?;
    let cards = offered.iter().map(|view| {
        // In the currency of the site; a level that has no price in it shows those that it has.
        let own: Vec<&Price> = view.tier.prices.iter().filter(|p| p.amount.currency() == default).collect();
        let prices = if own.is_empty() { view.tier.prices.iter().collect() } else { own };
        card(view, &prices, language)
    });
    let page = PatronsPage {
        tiers: cards.collect(),
        patreon_url: state.ctx.policy.patreon_page.as_ref().map(|_page| "/go/patreon"),
    };
    let meta = PageMeta {
        title: language.text("patrons-title", &[]),
        description: Some(language.text("patrons-intro", &[])),
        canonical: Some(format!("{}/patrons", state.ctx.policy.public_url)),
        path: "/patrons".into(),
        picture: Some(site_picture(templates.site())),
        in_languages: true,
        ..PageMeta::default()
    };
    let html = templates.page("public/patrons.html", &meta, page)?;
    // Places are taken at any time.
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(html))
}

fn card(view: &TierView, prices: &[&Price], language: &Language) -> TierCard {
    let tier = &view.tier;
    let places_text = view.places_left.map(|left| match left {
        0 => language.text("patrons-full", &[]),
        left => language.text("patrons-left", &[("places", i64::from(left).into())]),
    });
    TierCard {
        slug: tier.slug.to_string(),
        name: tier.name.clone(),
        description: tier.description.clone(),
        benefits: tier.benefits.iter().map(|benefit| benefit.text.clone()).collect(),
        places_text,
        full: !view.has_place(),
        prices: prices.iter().map(|price| way(tier.slug.as_str(), price, language)).collect(),
    }
}

fn way(slug: &str, price: &Price, language: &Language) -> TierPrice {
    let frequency = price.frequency.as_str();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("tier", slug);
    query.append_pair("frequency", frequency);
    query.append_pair("currency", price.amount.currency().code());
    query.append_pair("amount", &price.amount.major());
    TierPrice { text: price_text(language, price), url: format!("/donate?{}", query.finish()) }
}
