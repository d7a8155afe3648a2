//! The levels on the form that changes support: which there are, and what the chosen one costs.

use crate::domain::money::Money;
use crate::domain::pledge::Frequency;
use crate::domain::tier::Price;
use crate::render::account_pages::LevelChoice;
use crate::render::price_text;
use crate::usecases::patrons::tiers::{self, TierView};
use crate::usecases::views::PatronView;
use crate::usecases::{FieldError, UseCaseError};
use crate::web::form::Fields;
use crate::web::state::AppState;
use crate::words::Language;

/// Stands before the name of a level, so that no level is taken for the own amount.
const LEVEL: &str = "tier:";

/// The levels that this support can have: those with a price in its currency, and with a free place unless it has one.
pub(super) async fn of(
    state: &AppState,
    language: &Language,
    view: &PatronView,
    typed: Option<&Fields>,
) -> Result<Vec<LevelChoice>, UseCaseError> {
    let news = &view.subscription.news;
    let chosen = typed.map(|fields| fields.text("amount_choice"));
    let choice = |offer: &TierView| {
        let tier = &offer.tier;
        let (price, others) = prices(offer, view)?;
        let value = format!("{LEVEL}{}", tier.slug);
        // Who gives more than a level costs has chosen an amount.
        let is_present = (price.frequency, price.amount) == (news.frequency, news.amount);
        let others: Vec<String> = others.iter().map(|price| price_text(language, price)).collect();
        Some(LevelChoice {
            selected: chosen.as_ref().map_or(is_present && is_own(offer, view), |chosen| *chosen == value),
            value,
            name: tier.name.clone(),
            price_text: price_text(language, &price),
            others_text: (!others.is_empty()).then(|| others.join(" · ")),
        })
    };
    let offered = tiers::offered(&state.ctx).await?;
    Ok(offered.iter().filter(|offer| has_place(offer, view)).filter_map(choice).collect())
}

fn is_own(offer: &TierView, view: &PatronView) -> bool {
    view.tier.as_ref().is_some_and(|own| own.id == offer.tier.id)
}

fn has_place(offer: &TierView, view: &PatronView) -> bool {
    offer.has_place() || is_own(offer, view)
}

/// What a level costs in the currency of a support: in its present period, or else in the level's first; then the others.
fn prices(offer: &TierView, view: &PatronView) -> Option<(Price, Vec<Price>)> {
    let news = &view.subscription.news;
    let taken = |price: &&Price| price.amount.currency() == news.amount.currency();
    let mut all: Vec<Price> = offer.tier.prices.iter().filter(taken).copied().collect();
    let first = all.iter().position(|price| price.frequency == news.frequency).unwrap_or_default();
    (first < all.len()).then(|| (all.remove(first), all))
}

/// What will be paid in each period: the price of the level that was chosen, or the amount that was typed.
pub(super) async fn amount(
    state: &AppState,
    view: &PatronView,
    fields: &Fields,
    frequency: Frequency,
) -> Result<Result<Money, FieldError>, UseCaseError> {
    let currency = view.subscription.news.amount.currency();
    let choice = fields.text("amount_choice");
    let Some(slug) = choice.strip_prefix(LEVEL) else {
        let typed = Money::parse_typed(&fields.text("amount"), currency);
        return Ok(typed.map_err(|error| wrong("amount", "invalid_amount", &error.to_string())));
    };
    let offered = tiers::offered(&state.ctx).await?;
    let Some(offer) = offered.iter().find(|offer| offer.tier.slug.as_str() == slug) else {
        return Ok(Err(wrong("tier", "unknown_tier", "this level does not exist any more")));
    };
    if !has_place(offer, view) {
        return Ok(Err(wrong("tier", "tier_full", "all places of this level are taken")));
    }
    let price = offer.tier.price(frequency, currency);
    let missing = || wrong("tier", "tier_not_offered", "this level is not offered at this interval");
    Ok(price.ok_or_else(missing))
}

fn wrong(field: &'static str, code: &'static str, message: &str) -> FieldError {
    FieldError { field, code, message: message.to_owned() }
}
