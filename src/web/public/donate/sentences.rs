//! What is wrong with a field, said in the visitor's language. The API says the same in English with a code.

use crate::domain::donor::EmailAddress;
use crate::domain::money::{Currency, Money, MoneyError};
use crate::usecases::FieldError;
use crate::usecases::pledge_terms::MESSAGE_CHARACTERS_MAX;
use crate::web::form::Fields;
use crate::words::Language;

/// Longest name on a form, in characters.
const NAME_CHARACTERS_MAX: usize = 80;

/// What the sentences speak about.
pub(super) struct About<'a> {
    pub(super) language: &'a Language,
    pub(super) fields: &'a Fields,
    pub(super) currency: Currency,
    /// The smallest and the largest amount.
    pub(super) limits: (Money, Money),
}

/// The sentence for a problem: by its code, else as the use case said it.
pub(super) fn of(problem: &FieldError, about: &About<'_>) -> String {
    let language = about.language;
    let plain = |key: &str| language.text(key, &[]);
    match (problem.field, problem.code) {
        ("amount", "invalid_amount") => amount(about).unwrap_or_else(|| problem.message.clone()),
        ("amount", "amount_too_small") => limit(language, "field-amount-too-small", about.limits.0),
        ("amount", "amount_too_large") => limit(language, "field-amount-too-large", about.limits.1),
        ("email", _) if about.fields.filled("email").is_none() => plain("field-email-missing"),
        ("email", _) if EmailAddress::parse(&about.fields.text("email")).is_err() => {
            plain("field-invalid-email")
        }
        ("gateway", "missing") => plain("field-gateway-missing"),
        ("tribute_kind", "missing") => plain("field-tribute-kind-missing"),
        ("tribute_name", "missing") => plain("field-tribute-name-missing"),
        (field, "too_long") => {
            let max = if field == "message" { MESSAGE_CHARACTERS_MAX } else { NAME_CHARACTERS_MAX };
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
    let error = Money::parse_typed(&super::typed_amount(about.fields), about.currency).err()?;
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
