//! The call to give as it stands on an article.

use super::{ContentFault, Material, amounts};
use crate::content::markdown;
use crate::domain::article::{Appeal, Article};
use crate::domain::campaign::Campaign;
use crate::domain::money::{Currency, Money};
use crate::domain::pledge::GatewayKind;
use crate::render::gateway_words;
use crate::render::pages::{AppealBox, CurrencyChoice, Labelled};
use crate::usecases::Context;
use crate::words::Language;

pub(super) fn appeal_box(
    appeal: &Appeal,
    article: &Article,
    material: &Material,
    language: &Language,
) -> Result<AppealBox, ContentFault> {
    let Material { campaigns, ctx, .. } = material;
    let own = amounts(&format!("appeals/{}.md", appeal.slug), &appeal.amounts, ctx)?;
    let is_ours = |campaign: &&Campaign| campaign.slug == appeal.campaign;
    let inherited =
        campaigns.iter().find(is_ours).map(|campaign| campaign.suggestions.clone()).unwrap_or_default();
    let suggested = if own.is_empty() { inherited } else { own };
    let choices = ctx
        .policy
        .currencies
        .iter()
        .map(|currency| currency_choice(*currency, &suggested, language))
        .collect();
    Ok(AppealBox {
        heading: appeal.heading.clone(),
        html: markdown::to_html(&appeal.body).html,
        campaign: appeal.campaign.to_string(),
        action: "/donate",
        from: article.slug.as_str().to_owned(),
        choices,
        gateways: gateway_choices(ctx, language),
        patreon_url: ctx
            .policy
            .patreon_page
            .as_ref()
            .map(|_page| format!("/go/patreon?from={}", article.slug)),
    })
}

fn currency_choice(currency: Currency, suggested: &[Money], language: &Language) -> CurrencyChoice {
    let amounts = suggested.iter().filter(|money| money.currency() == currency);
    CurrencyChoice {
        currency: currency.code().to_owned(),
        symbol: language.symbol(currency),
        amounts: amounts
            .map(|money| Labelled { value: money.major(), label: language.short_money(*money) })
            .collect(),
    }
}

fn gateway_choices(ctx: &Context, language: &Language) -> Vec<Labelled> {
    let choice = |kind: GatewayKind| Labelled {
        value: kind.as_str().to_owned(),
        label: gateway_words(kind, language),
    };
    ctx.gateways.kinds().map(choice).collect()
}
