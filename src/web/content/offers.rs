//! Campaigns and tiers as their files say them, read into what the database keeps.

use super::{ContentFault, stories};
use crate::content::Library;
use crate::domain::article::{CampaignFile, TierFile};
use crate::domain::campaign::Campaign;
use crate::domain::ids::{CampaignId, TierId};
use crate::domain::money::{Currency, Money};
use crate::domain::pledge::Frequency;
use crate::domain::tier::{Benefit, FairValue, Offer, Price, Tier};
use crate::usecases::Context;
use std::collections::BTreeMap;

pub(super) fn campaigns_of(library: &Library, ctx: &Context) -> Result<Vec<Campaign>, ContentFault> {
    library.campaigns.values().map(|file| campaign_of(file, ctx)).collect()
}

pub(super) fn tiers_of(library: &Library, ctx: &Context) -> Result<Vec<Tier>, ContentFault> {
    library.tiers.values().map(|file| tier_of(file, ctx)).collect()
}

fn tier_of(file: &TierFile, ctx: &Context) -> Result<Tier, ContentFault> {
    let name = format!("tiers/{}.md", file.slug);
    let price = |(currency, frequency, amount): &(String, String, String)| {
        let frequency = Frequency::parse(frequency);
        let amount = money(&name, amount, currency)?;
        Ok(frequency.map(|frequency| Price { frequency, amount }))
    };
    let prices: Result<Vec<Option<Price>>, ContentFault> = file.prices.iter().map(price).collect();
    let mut prices: Vec<Price> = prices?.into_iter().flatten().collect();
    prices.sort_by_key(|price| (price.amount.currency().code(), price.frequency));
    let benefit = |(text, value): &(String, Option<(String, String)>)| {
        let value = value.as_ref().map(|(amount, currency)| money(&name, amount, currency)).transpose()?;
        let fair_value = value
            .map(|value| FairValue { minor: value.minor(), currency: value.currency().code().to_owned() });
        Ok(Benefit { text: text.clone(), fair_value })
    };
    Ok(Tier {
        id: ctx.new_id::<TierId>(),
        slug: file.slug.clone(),
        name: file.name.clone(),
        description: file.description.clone(),
        benefits: file.benefits.iter().map(benefit).collect::<Result<_, ContentFault>>()?,
        prices,
        places: file.places,
        position: file.position,
        offer: if file.archived { Offer::Archived } else { Offer::Open },
    })
}

fn campaign_of(file: &CampaignFile, ctx: &Context) -> Result<Campaign, ContentFault> {
    let name = format!("campaigns/{}.md", file.slug);
    let goal = file.goal.as_ref().map(|(amount, currency)| money(&name, amount, currency)).transpose()?;
    Ok(Campaign {
        id: ctx.new_id::<CampaignId>(),
        slug: file.slug.clone(),
        title: file.title.clone(),
        summary: file.summary.clone(),
        goal,
        starts_on: file.starts,
        ends_on: file.ends,
        suggestions: amounts(&name, &file.amounts, ctx)?,
        thanks: file.thanks.clone(),
        rates: stories::rates(&name, &file.rates, goal)?,
    })
}

fn money(file: &str, amount: &str, currency: &str) -> Result<Money, ContentFault> {
    let fault = |error: crate::domain::money::MoneyError| ContentFault::Amount {
        file: file.to_owned(),
        why: format!("“{amount} {currency}”: {error}"),
    };
    let currency = Currency::parse(currency).map_err(fault)?;
    let money = Money::parse_major(amount, currency).map_err(fault)?;
    Money::positive(money.minor(), currency).map_err(fault)
}

/// Suggested amounts, ascending, in the currencies that the site takes, the default first.
pub(super) fn amounts(
    file: &str,
    by_code: &BTreeMap<String, Vec<String>>,
    ctx: &Context,
) -> Result<Vec<Money>, ContentFault> {
    let mut all = Vec::new();
    for (code, list) in by_code {
        for amount in list {
            all.push(money(file, amount, code)?);
        }
    }
    all.sort_by_key(|money| money.minor());
    let currencies = &ctx.policy.currencies;
    let in_order =
        currencies.iter().flat_map(|currency| all.iter().filter(|money| money.currency() == *currency));
    Ok(in_order.copied().collect())
}
