//! What is wrong with a field, said in the visitor's language: by the code of the mistake, with what was typed and the
//! limits of the currency. English, on the form for gifts and in the API, is what the use case said.

use crate::domain::account::ADDRESS_CHARACTERS_MAX;
use crate::domain::donor::EmailAddress;
use crate::domain::money::{Currency, Money, MoneyError};
use crate::usecases::FieldError;
use crate::usecases::pledge_terms::MESSAGE_CHARACTERS_MAX;
use crate::words::Language;

/// Longest name on a form, in characters.
const NAME_CHARACTERS_MAX: usize = 80;

/// What the sentences speak about.
pub(super) struct About<'a> {
    pub(super) language: &'a Language,
    /// The amount and the e-mail address as they were typed.
    pub(super) amount: String,
    pub(super) email: String,
    pub(super) currency: Currency,
    /// The smallest and the largest amount.
    pub(super) limits: (Money, Money),
}

/// The sentence for a problem on the form for gifts: by its code, else as the use case said it.
pub(super) fn of(problem: &FieldError, about: &About<'_>) -> String {
    // The use cases speak English, with all particulars.
    if about.language.tag().split('-').next() == Some("en") {
        return problem.message.clone();
    }
    by_its_code(problem, about)
}

/// The sentence for a problem from the messages of the language, English too; one without a code of its own there, and
/// one that was said in the language before, as it was said.
pub(super) fn by_its_code(problem: &FieldError, about: &About<'_>) -> String {
    let language = about.language;
    let plain = |key: &str| language.text(key, &[]);
    match (problem.field, problem.code) {
        ("amount", "invalid_amount") => amount(about).unwrap_or_else(|| problem.message.clone()),
        ("amount", "amount_too_small") => limit(language, "field-amount-too-small", about.limits.0),
        ("amount", "amount_too_large") => limit(language, "field-amount-too-large", about.limits.1),
        ("email", "same_email") => plain("field-same-email"),
        ("email", _) if about.email.trim().is_empty() => plain("field-email-missing"),
        ("email", _) if EmailAddress::parse(&about.email).is_err() => plain("field-invalid-email"),
        ("gateway", "missing") => plain("field-gateway-missing"),
        ("tribute_kind", "missing") => plain("field-tribute-kind-missing"),
        ("tribute_name", "missing") => plain("field-tribute-name-missing"),
        (field, "too_long") => {
            let max = match field {
                "message" => MESSAGE_CHARACTERS_MAX,
                "postal_address" => ADDRESS_CHARACTERS_MAX,
                _ => NAME_CHARACTERS_MAX,
            };
            let max = i64::try_from(max).unwrap_or_default();
            language.text("field-too-long", &[("max", max.into())])
        }
        ("form", code) => by_code("error", code, problem, language),
        (_, code) => by_code("field", code, problem, language),
    }
}

fn by_code(start: &str, code: &str, problem: &FieldError, language: &Language) -> String {
    let key = format!("{start}-{}", code.replace('_', "-"));
    if language.knows(&key) { language.text(&key, &[]) } else { problem.message.clone() }
}

fn limit(language: &Language, key: &str, limit: Money) -> String {
    language.text(key, &[("limit", language.short_money(limit).into())])
}

/// Why the typed amount cannot be read; none if it can, and something else is wrong with it.
fn amount(about: &About<'_>) -> Option<String> {
    let language = about.language;
    let error = Money::parse_typed(&about.amount, about.currency).err()?;
    Some(match error {
        MoneyError::Empty => language.text("field-amount-empty", &[]),
        MoneyError::NotPositive => language.text("field-amount-not-positive", &[]),
        MoneyError::TooLarge => limit(language, "field-amount-too-large", about.limits.1),
        MoneyError::NotANumber(typed) => language.text("field-amount-no-number", &[("typed", typed.into())]),
        MoneyError::Ambiguous { typed, thousands, decimal } => {
            let told =
                [("typed", typed.into()), ("thousands", thousands.into()), ("decimal", decimal.into())];
            language.text("field-amount-ambiguous", &told)
        }
        MoneyError::TooPrecise { typed, currency, .. } => language.text(
            "field-amount-too-precise",
            &[("typed", typed.into()), ("currency", currency.code().into())],
        ),
        MoneyError::UnknownCurrency(_) | MoneyError::CurrencyMismatch { .. } => return None,
    })
}
