//! The calls to give as they stand on an article.

use super::offers::amounts;
use super::{ContentFault, Face, Material, Test};
use crate::content::{Library, markdown};
use crate::domain::appeal::{Position, SeenAppeal, Side};
use crate::domain::article::{Appeal, Article, Slug};
use crate::domain::campaign::Campaign;
use crate::domain::money::{Currency, Money};
use crate::domain::pledge::GatewayKind;
use crate::render::gateway_words;
use crate::render::pages::{AppealBox, CurrencyChoice, Labelled};
use crate::usecases::Context;
use crate::words::Language;
use std::collections::HashMap;

/// Which appeals stand on which article today, by slug, from above to below.
pub(super) struct Standing(HashMap<Slug, Vec<(Appeal, Position)>>);

impl Standing {
    pub(super) fn of(library: &Library, ctx: &Context) -> Self {
        let today = ctx.day_of(ctx.now());
        let on = |article: &Article| {
            let appeals = library.appeals_on(article, today).into_iter();
            (article.slug.clone(), appeals.map(|(appeal, position)| (appeal.clone(), position)).collect())
        };
        Self(library.published().map(on).collect())
    }

    fn all_on(&self, article: &Slug) -> &[(Appeal, Position)] {
        self.0.get(article).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether any stand on an article, and the test that runs there: that of the first which has two texts. One at a
    /// time, so that nobody has to guess which of two brought a gift.
    pub(super) fn on(&self, article: &str) -> (bool, Option<Test>) {
        let slug = Slug::parse(article).ok();
        let all = slug.map(|slug| self.all_on(&slug)).unwrap_or_default();
        (!all.is_empty(), test_among(all))
    }

    /// The campaign of the last appeal on an article, which is the one below it, if there is any.
    pub(super) fn campaign(&self, article: &Article) -> Option<&Slug> {
        self.all_on(&article.slug).last().map(|(last, _)| &last.campaign)
    }
}

/// The amounts that appeals suggest themselves, by their names.
pub(super) fn amounts_of(
    library: &Library,
    ctx: &Context,
) -> Result<HashMap<String, Vec<Money>>, ContentFault> {
    let own = |appeal: &Appeal| Ok((appeal.slug.to_string(), own_amounts(appeal, ctx)?));
    library.appeals.values().map(own).collect()
}

fn own_amounts(appeal: &Appeal, ctx: &Context) -> Result<Vec<Money>, ContentFault> {
    amounts(&format!("appeals/{}.md", appeal.slug), &appeal.amounts, ctx)
}

fn test_among(all: &[(Appeal, Position)]) -> Option<Test> {
    all.iter().find_map(|(appeal, _)| {
        let second = appeal.second.as_ref()?;
        Some(Test { appeal: appeal.slug.clone(), id: second.test.clone() })
    })
}

/// The appeals of a page by their place.
#[derive(Default)]
pub(super) struct Boxes {
    pub(super) bar: Option<AppealBox>,
    pub(super) inside: Option<AppealBox>,
    /// After which paragraph that inside stands.
    pub(super) cut_after: Option<u32>,
    pub(super) end: Option<AppealBox>,
}

/// The appeals on an article.
pub(super) fn boxes(
    material: &Material,
    article: &Article,
    face: Face,
    language: &Language,
) -> Result<Boxes, ContentFault> {
    let side = match face {
        Face::First => Side::First,
        Face::Second => Side::Second,
        Face::Quiet => return Ok(Boxes::default()),
    };
    let mut boxes = Boxes::default();
    let all = material.standing.all_on(&article.slug);
    let test = test_among(all);
    for (appeal, position) in all {
        let test = test.as_ref().filter(|test| test.appeal == appeal.slug);
        let told = Told { appeal, side, test };
        let drawn = Some(appeal_box(told, article, material, language)?);
        match position {
            Position::Bar => boxes.bar = drawn,
            Position::AfterParagraph(number) => {
                boxes.inside = drawn;
                boxes.cut_after = Some(*number);
            }
            Position::End => boxes.end = drawn,
        }
    }
    Ok(boxes)
}

/// An appeal with the text that is told of it.
#[derive(Clone, Copy)]
struct Told<'a> {
    appeal: &'a Appeal,
    side: Side,
    /// The test that runs on the page, if it is of this appeal.
    test: Option<&'a Test>,
}

impl Told<'_> {
    /// Heading and body.
    fn text(&self) -> (&str, &str) {
        match (self.side, self.test, &self.appeal.second) {
            (Side::Second, Some(_), Some(second)) => (second.heading.as_str(), second.body.as_str()),
            _ => (self.appeal.heading.as_str(), self.appeal.body.as_str()),
        }
    }

    /// What a gift that comes from it says of it.
    fn mark(&self) -> SeenAppeal {
        match self.test {
            Some(test) => test.seen(self.side),
            None => SeenAppeal { appeal: self.appeal.slug.clone(), text: None },
        }
    }
}

fn appeal_box(
    told: Told<'_>,
    article: &Article,
    material: &Material,
    language: &Language,
) -> Result<AppealBox, ContentFault> {
    let Material { campaigns, ctx, .. } = material;
    let appeal = told.appeal;
    let own = own_amounts(appeal, ctx)?;
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
    let (heading, body) = told.text();
    Ok(AppealBox {
        heading: heading.to_owned(),
        html: markdown::to_html(body).html,
        campaign: appeal.campaign.to_string(),
        action: "/donate",
        from: article.slug.as_str().to_owned(),
        mark: told.mark().to_string(),
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
