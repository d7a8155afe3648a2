//! From what came in on a form or through the API to the terms of a pledge. All mistakes are reported
//! together, each beside its field; the server is the only judge of amounts.

use super::{Context, FieldError};
use crate::domain::account::can_be_mailed;
use crate::domain::appeal::SeenAppeal;
use crate::domain::article::Slug;
use crate::domain::campaign::Campaign;
use crate::domain::donor::{EmailAddress, EmailError, PersonName, TooLong, clean_line, clean_text};
use crate::domain::ids::TierId;
use crate::domain::money::{Currency, Money};
use crate::domain::pledge::{
    Frequency, GatewayKind, PledgeTerms, Source, Tribute, TributeKind, Utm, Visibility, fee_cover,
};
use crate::domain::tier::{Offer, Tier};
use crate::domain::wall::AmountShown;

/// Longest message to the publisher, in characters.
pub const MESSAGE_CHARACTERS_MAX: usize = 1_000;

/// How the amount was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AmountInput {
    /// Typed by a person, in major units.
    Typed(String),
    /// Sent by a program, in minor units.
    Minor(i64),
}

/// What came in, unchecked. Empty text is the same as none.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the form, see docs")]
pub struct PledgeRequest {
    pub campaign: String,
    pub amount: AmountInput,
    pub currency: String,
    pub frequency: String,
    pub gateway: String,
    pub tier: String,
    pub name: String,
    pub email: String,
    pub message: String,
    pub visibility: Visibility,
    /// None: the donor is not named on the page of the campaign.
    pub wall: Option<WallRequest>,
    pub fee: FeeChoice,
    pub tribute_kind: String,
    pub tribute_name: String,
    pub from: String,
    pub appeal: String,
    pub referrer: String,
    pub utm: Utm,
    pub locale: String,
}

/// How a donor wants to be named on the page of the campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WallRequest {
    /// By what name; empty: by that of the form.
    pub name: String,
    /// Whether the sum stands beside it.
    pub amount: AmountShown,
}

/// Whether the donor adds the gateway's fee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeeChoice {
    /// The amount is what is paid.
    Included,
    /// The fee comes on top.
    Covered,
}

/// The mistakes found so far.
#[derive(Default)]
struct Mistakes(Vec<FieldError>);

impl Mistakes {
    /// As they stand on the form, whatever the order in which they were found.
    fn in_order(mut self) -> Vec<FieldError> {
        self.0.sort_by_key(|mistake| FORM_ORDER.iter().position(|field| *field == mistake.field));
        self.0
    }

    fn add(&mut self, field: &'static str, code: &'static str, message: &(impl ToString + ?Sized)) {
        self.0.push(FieldError { field, code, message: capitalised(&message.to_string()) });
    }

    fn keep<T, E: ToString>(
        &mut self,
        field: &'static str,
        code: &'static str,
        result: Result<T, E>,
    ) -> Option<T> {
        result.map_err(|error| self.add(field, code, &error.to_string())).ok()
    }
}

/// The fields from the top of the form to its end.
const FORM_ORDER: [&str; 12] = [
    "campaign",
    "frequency",
    "tier",
    "currency",
    "amount",
    "name",
    "email",
    "wall_name",
    "gateway",
    "message",
    "tribute_kind",
    "tribute_name",
];

/// Messages of the domain begin in lower case, as errors do; beside a field they are sentences.
fn capitalised(message: &str) -> String {
    let mut characters = message.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

/// Addresses that stand for none belong to the house: nobody gives in the name of somebody else's donor by them.
fn mailable(email: EmailAddress) -> Result<EmailAddress, EmailError> {
    if can_be_mailed(email.as_str()) { Ok(email) } else { Err(EmailError::Malformed) }
}

/// Checks everything at once.
pub fn check(
    ctx: &Context,
    request: &PledgeRequest,
    campaign: Option<&Campaign>,
    tiers: &[Tier],
) -> Result<PledgeTerms, Vec<FieldError>> {
    let mut mistakes = Mistakes::default();
    let campaign = check_campaign(ctx, campaign, &mut mistakes);
    let gateway = check_gateway(ctx, &request.gateway, &mut mistakes);
    let currency = check_currency(ctx, &request.currency, &mut mistakes);
    let bare_amount =
        currency.and_then(|currency| check_amount(ctx, &request.amount, currency, &mut mistakes));
    let frequency = check_frequency(&request.frequency, &mut mistakes);
    let chosen = Chosen { frequency, amount: bare_amount };
    let tier = check_tier(request.tier.trim(), tiers, chosen, &mut mistakes);
    let email =
        mistakes.keep("email", "invalid_email", EmailAddress::parse(&request.email).and_then(mailable));
    let name = mistakes.keep("name", "too_long", PersonName::parse(&request.name)).flatten();
    let message =
        mistakes.keep("message", "too_long", clean_text(&request.message, MESSAGE_CHARACTERS_MAX)).flatten();
    let tribute = check_tribute(request, &mut mistakes);
    check_wall(request, &mut mistakes);
    let source = check_source(request);
    let cover = match (bare_amount, gateway) {
        (Some(amount), Some(gateway)) => check_cover(ctx, request.fee, amount, gateway, &mut mistakes),
        _ => None,
    };
    let complete = (campaign, gateway, bare_amount, cover, frequency, email);
    match (complete, mistakes.0.is_empty()) {
        (
            (Some(campaign), Some(gateway), Some(bare), Some(fee_cover), Some(frequency), Some(email)),
            true,
        ) => {
            let amount = bare.plus(fee_cover).map_err(|error| vec![internal("amount", &error)])?;
            Ok(PledgeTerms {
                campaign: campaign.id,
                amount,
                fee_cover,
                frequency,
                tier,
                starts_at: None,
                gateway,
                email,
                name,
                message,
                visibility: request.visibility,
                tribute,
                source,
                locale: if request.locale.is_empty() {
                    ctx.policy.default_locale.clone()
                } else {
                    request.locale.clone()
                },
            })
        }
        _ => Err(mistakes.in_order()),
    }
}

fn internal(field: &'static str, error: &impl ToString) -> FieldError {
    FieldError { field, code: "invalid", message: error.to_string() }
}

fn cut(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).take(40).collect()
}

fn check_campaign<'a>(
    ctx: &Context,
    campaign: Option<&'a Campaign>,
    mistakes: &mut Mistakes,
) -> Option<&'a Campaign> {
    let Some(campaign) = campaign else {
        mistakes.add(
            "campaign",
            "unknown_campaign",
            "this campaign does not exist; please go back to the article",
        );
        return None;
    };
    mistakes.keep("campaign", "campaign_closed", campaign.open_on(ctx.day_of(ctx.now()))).map(|()| campaign)
}

fn check_gateway(ctx: &Context, word: &str, mistakes: &mut Mistakes) -> Option<GatewayKind> {
    let word = word.trim();
    if word.is_empty() {
        mistakes.add("gateway", "missing", "please choose how you would like to pay");
        return None;
    }
    let on = GatewayKind::parse(word).filter(|kind| ctx.gateways.get(*kind).is_some());
    if on.is_none() {
        mistakes.add("gateway", "unknown_gateway", &format!("“{}” is not a way to pay here", cut(word)));
    }
    on
}

fn check_currency(ctx: &Context, code: &str, mistakes: &mut Mistakes) -> Option<Currency> {
    let currency = mistakes.keep("currency", "unknown_currency", Currency::parse(code))?;
    if ctx.policy.currencies.contains(&currency) {
        return Some(currency);
    }
    let taken: Vec<&str> = ctx.policy.currencies.iter().map(|currency| currency.code()).collect();
    mistakes.add("currency", "currency_not_taken", &format!("gifts are taken in {}", taken.join(", ")));
    None
}

fn check_amount(
    ctx: &Context,
    input: &AmountInput,
    currency: Currency,
    mistakes: &mut Mistakes,
) -> Option<Money> {
    let parsed = match input {
        AmountInput::Typed(text) => Money::parse_typed(text, currency),
        AmountInput::Minor(minor) => Money::positive(*minor, currency),
    };
    let amount = mistakes.keep("amount", "invalid_amount", parsed)?;
    let (minimum, maximum) = ctx.policy.amounts.of(currency);
    if amount.minor() < minimum.minor() {
        mistakes.add("amount", "amount_too_small", &format!("the smallest gift is {}", minimum.short_text()));
    } else if amount.minor() > maximum.minor() {
        let words =
            format!("the largest gift here is {}; for more, please write to us", maximum.short_text());
        mistakes.add("amount", "amount_too_large", &words);
    } else {
        return Some(amount);
    }
    None
}

fn check_frequency(word: &str, mistakes: &mut Mistakes) -> Option<Frequency> {
    let word = word.trim();
    let frequency = if word.is_empty() { Some(Frequency::Once) } else { Frequency::parse(word) };
    if frequency.is_none() {
        let offered: Vec<&str> = Frequency::ALL.iter().map(|frequency| frequency.as_str()).collect();
        let words = format!("“{}” is not offered; choose {}", cut(word), offered.join(", "));
        mistakes.add("frequency", "unknown_frequency", &words);
    }
    frequency
}

/// What the form says beside the tier.
#[derive(Clone, Copy)]
struct Chosen {
    frequency: Option<Frequency>,
    amount: Option<Money>,
}

fn check_tier(word: &str, tiers: &[Tier], chosen: Chosen, mistakes: &mut Mistakes) -> Option<TierId> {
    if word.is_empty() {
        return None;
    }
    let open = tiers.iter().filter(|tier| tier.offer == Offer::Open);
    let Some(tier) = open.into_iter().find(|tier| tier.slug.as_str() == word) else {
        mistakes.add("tier", "unknown_tier", &format!("there is no level “{}”", cut(word)));
        return None;
    };
    let (Some(frequency), Some(amount)) = (chosen.frequency, chosen.amount) else {
        return Some(tier.id);
    };
    match tier.price(frequency, amount.currency()) {
        None => {
            let message = format!("“{}” is not offered {frequency} in {}", tier.name, amount.currency());
            mistakes.add("tier", "tier_not_offered", &message);
        }
        Some(price) if amount.minor() < price.minor() => {
            let message = format!("“{}” begins at {}", tier.name, price.text());
            mistakes.add("amount", "below_tier", &message);
        }
        Some(_) => {}
    }
    Some(tier.id)
}

/// The name by which the donor is to be shown on the page of the campaign, if they asked for that.
pub(super) fn wall_name(request: &PledgeRequest) -> Result<Option<(PersonName, AmountShown)>, TooLong> {
    let Some(wanted) = &request.wall else {
        return Ok(None);
    };
    let typed = if wanted.name.trim().is_empty() { &request.name } else { &wanted.name };
    Ok(PersonName::parse(typed)?.map(|name| (name, wanted.amount)))
}

fn check_wall(request: &PledgeRequest, mistakes: &mut Mistakes) {
    if request.wall.is_some() && request.visibility == Visibility::Hidden {
        let both = "you asked to be named and to be left out of every list; please choose one of the two";
        mistakes.add("wall_name", "wall_hidden", both);
        return;
    }
    let named = mistakes.keep("wall_name", "too_long", wall_name(request));
    if request.wall.is_some() && named == Some(None) {
        mistakes.add("wall_name", "wall_name_missing", "please enter the name that is to be shown");
    }
}

fn check_tribute(request: &PledgeRequest, mistakes: &mut Mistakes) -> Option<Tribute> {
    let name = mistakes.keep("tribute_name", "too_long", PersonName::parse(&request.tribute_name))?;
    match (request.tribute_kind.trim(), name) {
        ("", None) => None,
        ("", Some(_)) => {
            mistakes.add(
                "tribute_kind",
                "missing",
                "please choose whether the gift is in honour or in memory",
            );
            None
        }
        (word, name) => match (TributeKind::parse(word), name) {
            (Some(kind), Some(name)) => Some(Tribute { kind, name }),
            (Some(_), None) => {
                mistakes.add("tribute_name", "missing", "please enter the name of the person");
                None
            }
            (None, _) => {
                mistakes.add(
                    "tribute_kind",
                    "unknown_tribute",
                    &format!("“{}” is not a kind of tribute", cut(word)),
                );
                None
            }
        },
    }
}

fn check_cover(
    ctx: &Context,
    choice: FeeChoice,
    amount: Money,
    gateway: GatewayKind,
    mistakes: &mut Mistakes,
) -> Option<Money> {
    let gateway = ctx.gateways.get(gateway)?;
    mistakes.keep("amount", "amount_not_payable", gateway.accepts(amount))?;
    match choice {
        FeeChoice::Included => Some(Money::zero(amount.currency())),
        FeeChoice::Covered => {
            let rate = gateway.capabilities().fee;
            let cover = fee_cover(amount, rate.basis_points, rate.fixed_minor);
            let total = cover.and_then(|cover| amount.plus(cover)).map(|total| gateway.round_up(total));
            mistakes.keep("amount", "invalid_amount", total.and_then(|total| total.minus(amount)))
        }
    }
}

/// Attribution is a help to the publisher, never a reason to refuse a gift: what does not fit is left out.
fn check_source(request: &PledgeRequest) -> Source {
    let tag = |text: &Option<String>| {
        let cleaned: Result<Option<String>, TooLong> = clean_line(text.as_deref().unwrap_or_default(), 80);
        cleaned.ok().flatten()
    };
    let referrer =
        url::Url::parse(request.referrer.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    Source {
        article: Slug::parse(request.from.trim()).ok(),
        appeal: SeenAppeal::parse(request.appeal.trim()),
        referrer: referrer.map(|url| url.origin().ascii_serialization()).filter(|origin| origin.len() <= 255),
        utm: Utm {
            source: tag(&request.utm.source),
            medium: tag(&request.utm.medium),
            campaign: tag(&request.utm.campaign),
            term: tag(&request.utm.term),
            content: tag(&request.utm.content),
        },
    }
}
