//! The choices of recurring support on the form: how often, and at which level.

use super::Asked;
use crate::domain::money::Currency;
use crate::domain::pledge::Frequency;
use crate::render::pages::Choice;
use crate::render::price_text;
use crate::usecases::patrons::tiers::TierView;

/// How often; `?frequency=` chooses. With a tier in the address and no frequency, the tier's first one.
///
/// Once only, where there is no way to pay.
pub(super) fn frequencies(Asked { state, fields, language, .. }: Asked<'_>, has_tiers: bool) -> Vec<Choice> {
    let named = Frequency::parse(fields.text("frequency").trim());
    let by_tier = (has_tiers && fields.filled("tier").is_some()).then_some(Frequency::Monthly);
    let wanted = named.or(by_tier).unwrap_or(Frequency::Once);
    let choice = |frequency: &Frequency| Choice {
        value: frequency.as_str().to_owned(),
        label: language.text(&format!("often-{}", frequency.as_str()), &[]),
        hint: None,
        selected: *frequency == wanted,
    };
    let recurs = state.ctx.gateways.any();
    Frequency::ALL.iter().filter(|frequency| recurs || !frequency.is_recurring()).map(choice).collect()
}

/// The levels that can be had in this currency, with what each costs by period.
pub(super) fn tiers(asked: Asked<'_>, tiers: &[TierView], currency: Currency) -> Vec<Choice> {
    let language = asked.language;
    let wanted = asked.fields.text("tier");
    let choice = |view: &TierView| {
        let tier = &view.tier;
        let prices = tier.prices.iter().filter(|price| price.amount.currency() == currency);
        let prices: Vec<String> = prices.map(|price| price_text(language, price)).collect();
        (!prices.is_empty() && view.has_place()).then(|| Choice {
            value: tier.slug.to_string(),
            label: tier.name.clone(),
            hint: Some(prices.join(" · ")),
            selected: tier.slug.as_str() == wanted.trim(),
        })
    };
    tiers.iter().filter_map(choice).collect()
}
