//! One language: its messages, its numbers, its amounts and days.

use super::catalogue::{self, WordsError};
use super::own::{self, OwnWords};
use crate::domain::money::{Currency, Money};
use chrono::{Datelike as _, NaiveDate};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::types::FluentNumber;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use icu_decimal::input::Decimal;
use icu_decimal::options::DecimalFormatterOptions;
use icu_decimal::{DecimalFormatter, DecimalFormatterPreferences};
use intl_memoizer::{Memoizable, concurrent::IntlLangMemoizer};
use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use unic_langid::LanguageIdentifier;

/// The language that everything is written in first, and that stands in for what is not translated.
const ENGLISH: &str = "en";

/// Languages written from right to left.
const RIGHT_TO_LEFT: [&str; 10] = ["ar", "fa", "he", "ur", "ps", "sd", "ug", "yi", "dv", "ckb"];

/// Which way a language is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dir {
    /// From left to right.
    Ltr,
    /// From right to left.
    Rtl,
}

impl Dir {
    /// The value of the attribute `dir` in HTML.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ltr => "ltr",
            Self::Rtl => "rtl",
        }
    }
}

/// What a message is told: words, or a number that decides about the plural.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Variable<'a> {
    /// Put in as it is.
    Text(Cow<'a, str>),
    /// Written with the digits of the language.
    Number(i64),
}

impl<'a> From<&'a str> for Variable<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Variable<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Variable<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<i64> for Variable<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

/// A language to speak in. Cheap to clone.
#[derive(Clone)]
pub struct Language(Arc<Inner>);

struct Inner {
    tag: String,
    dir: Dir,
    bundle: FluentBundle<FluentResource>,
    numbers: Option<DecimalFormatter>,
    /// English, for what is not translated.
    instead: Option<Language>,
}

impl std::fmt::Debug for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Language").field(&self.0.tag).finish()
    }
}

impl PartialEq for Language {
    fn eq(&self, other: &Self) -> bool {
        self.0.tag == other.0.tag
    }
}

impl Language {
    /// English as it is in the program.
    pub fn english() -> Result<Self, WordsError> {
        Self::build(ENGLISH, catalogue::files_of(ENGLISH, None)?, None)
    }

    /// A language with the publisher's own words, and English for what is missing.
    /// The words of the office stand over those of the program, the files of the machine over both.
    pub(super) fn open(
        tag: &str,
        english: &Self,
        (own, office): (Option<&Path>, &OwnWords),
    ) -> Result<Self, WordsError> {
        let mut files = catalogue::files_of(tag, None)?;
        let written = catalogue::written_files_of(tag, own)?;
        if files.is_empty() && written.is_empty() {
            return Err(WordsError::Unknown(tag.to_owned()));
        }
        for folder in catalogue::folders(tag) {
            files.extend(own::resource(&folder, office));
        }
        files.extend(written);
        let language = Self::build(tag, files, Some(english.clone()))?;
        let missing = language.missing();
        if let Some(first) = missing.first() {
            tracing::warn!(
                language = tag,
                missing = missing.len(),
                first,
                "messages are not translated; they are shown in English"
            );
        }
        Ok(language)
    }

    fn build(tag: &str, files: Vec<FluentResource>, instead: Option<Self>) -> Result<Self, WordsError> {
        let language: LanguageIdentifier =
            tag.parse().map_err(|_malformed| WordsError::Tag(tag.to_owned()))?;
        let dir = if RIGHT_TO_LEFT.contains(&language.language.as_str()) { Dir::Rtl } else { Dir::Ltr };
        let numbers = formatter(&language);
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        // Between letters that run to the left, what is put in must keep its own direction.
        bundle.set_use_isolating(dir == Dir::Rtl);
        bundle.set_formatter(Some(write_number));
        for file in files {
            bundle.add_resource_overriding(file);
        }
        Ok(Self(Arc::new(Inner { tag: tag.to_owned(), dir, bundle, numbers, instead })))
    }

    /// The BCP 47 tag.
    pub fn tag(&self) -> &str {
        &self.0.tag
    }

    /// Which way it is written.
    pub fn dir(&self) -> Dir {
        self.0.dir
    }

    /// Its name in itself, such as `Français`.
    pub fn own_name(&self) -> String {
        self.text("language-name", &[])
    }

    /// Whether there is such a message, here or in English.
    pub fn knows(&self, key: &str) -> bool {
        self.0.bundle.has_message(key) || self.0.instead.as_ref().is_some_and(|english| english.knows(key))
    }

    /// A message. One that is missing is said in English; one that exists nowhere is its key.
    pub fn text(&self, key: &str, variables: &[(&str, Variable<'_>)]) -> String {
        let inner = &self.0;
        let pattern = inner.bundle.get_message(key).and_then(|message| message.value());
        let Some(pattern) = pattern else {
            return match &inner.instead {
                Some(english) => english.text(key, variables),
                None => {
                    tracing::error!(key, "there is no such message");
                    key.to_owned()
                }
            };
        };
        let mut told = FluentArgs::with_capacity(variables.len());
        for (name, variable) in variables {
            match variable {
                Variable::Text(text) => told.set(*name, text.as_ref()),
                Variable::Number(number) => told.set(*name, *number),
            }
        }
        let mut errors = Vec::new();
        let text = inner.bundle.format_pattern(pattern, Some(&told), &mut errors).into_owned();
        if let Some(error) = errors.first() {
            tracing::warn!(language = inner.tag, key, %error, "a message misses something");
        }
        text
    }

    /// A whole number.
    pub fn number(&self, number: i64) -> String {
        self.decimal(&Decimal::from(number))
    }

    /// An amount with all its decimals: `€25.00`, `25,00 €`.
    pub fn money(&self, money: Money) -> String {
        let places = i16::try_from(money.currency().exponent()).unwrap_or_default();
        self.amount(money, places)
    }

    /// An amount without decimals if it has none: `€25`, `25 €`.
    pub fn short_money(&self, money: Money) -> String {
        let is_whole =
            !money.major().split_once('.').is_some_and(|(_, decimals)| decimals.bytes().any(|b| b != b'0'));
        if is_whole { self.amount(money, 0) } else { self.money(money) }
    }

    /// The sign of a currency, or its code where a sign would be doubtful.
    pub fn symbol(&self, currency: Currency) -> String {
        self.text("currency-symbol", &[("code", currency.code().into())])
    }

    fn amount(&self, money: Money, places: i16) -> String {
        let exponent = i16::try_from(money.currency().exponent()).unwrap_or_default();
        let mut decimal = Decimal::from(money.minor().unsigned_abs());
        decimal.multiply_pow10(-exponent);
        decimal.trim_end();
        decimal.pad_end(-places);
        let number = self.decimal(&decimal);
        let code = money.currency().code();
        let symbol = self.symbol(money.currency());
        let sign = if money.minor() < 0 { "-" } else { "" };
        let is_code = if symbol == code { "yes" } else { "no" };
        let variables = [
            ("number", number.into()),
            ("symbol", symbol.into()),
            ("is-code", is_code.into()),
            ("sign", sign.into()),
        ];
        // An amount is one piece: no direction marks inside it.
        self.text("amount", &variables).replace(['\u{2068}', '\u{2069}'], "")
    }

    fn decimal(&self, decimal: &Decimal) -> String {
        match &self.0.numbers {
            Some(numbers) => numbers.format(decimal).to_string(),
            None => decimal.to_string(),
        }
    }

    /// `25 November 2026`, with the names and the order of the language.
    pub fn date(&self, day: NaiveDate) -> String {
        let plain = |number: i64| {
            let grouped = self.number(number);
            // A year has no thousands.
            grouped.chars().filter(|c| c.is_numeric()).collect::<String>()
        };
        let variables = [
            ("day", i64::from(day.day()).into()),
            ("month", i64::from(day.month()).into()),
            ("year", plain(i64::from(day.year())).into()),
        ];
        self.text("day", &variables).replace(['\u{2068}', '\u{2069}'], "")
    }

    /// Which messages of English are not translated.
    fn missing(&self) -> Vec<String> {
        let english = catalogue::files_of(ENGLISH, None).unwrap_or_default();
        let keys = english.iter().flat_map(FluentResource::entries).filter_map(|entry| match entry {
            fluent_syntax::ast::Entry::Message(message) => Some(message.id.name.to_owned()),
            fluent_syntax::ast::Entry::Term(_)
            | fluent_syntax::ast::Entry::Comment(_)
            | fluent_syntax::ast::Entry::GroupComment(_)
            | fluent_syntax::ast::Entry::ResourceComment(_)
            | fluent_syntax::ast::Entry::Junk { .. } => None,
        });
        keys.filter(|key| !self.0.bundle.has_message(key)).collect()
    }
}

fn formatter(language: &LanguageIdentifier) -> Option<DecimalFormatter> {
    let locale = icu_locale_core::Locale::try_from_str(&language.to_string()).ok()?;
    DecimalFormatter::try_new(DecimalFormatterPreferences::from(&locale), DecimalFormatterOptions::default())
        .ok()
}

/// Numbers inside messages, written as the language writes them.
struct Numbers(Option<DecimalFormatter>);

impl Memoizable for Numbers {
    type Args = ();
    type Error = std::convert::Infallible;

    fn construct(language: LanguageIdentifier, (): Self::Args) -> Result<Self, Self::Error> {
        Ok(Self(formatter(&language)))
    }
}

fn write_number(value: &FluentValue<'_>, memoizer: &IntlLangMemoizer) -> Option<String> {
    let FluentValue::Number(FluentNumber { value, .. }) = value else { return None };
    let decimal = Decimal::try_from_str(&value.to_string()).ok()?;
    let written = memoizer
        .with_try_get::<Numbers, _, _>((), |numbers| Some(numbers.0.as_ref()?.format(&decimal).to_string()));
    written.ok().flatten()
}
