use super::catalogue::{self, embedded};
use super::own::OwnWords;
use super::*;
use crate::domain::money::{Currency, Money};
use fluent_bundle::FluentResource;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey};
use std::collections::{BTreeMap, BTreeSet};

const TAGS: [&str; 7] = ["en", "fr", "de", "es", "pt", "ru", "ar"];

fn words() -> Words {
    Words::load(&TAGS.map(str::to_owned), "en", (None, &OwnWords::new())).unwrap()
}

/// The variables of a message, and the sets of plural forms that it knows.
#[derive(Default)]
struct Found {
    variables: BTreeSet<String>,
    plurals: Vec<BTreeSet<String>>,
}

impl Found {
    fn pattern(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                self.expression(expression);
            }
        }
    }

    fn expression(&mut self, expression: &Expression<&str>) {
        match expression {
            Expression::Inline(inline) => self.inline(inline),
            Expression::Select { selector, variants } => {
                self.inline(selector);
                let forms = ["zero", "one", "two", "few", "many", "other"];
                let named = variants.iter().filter_map(|variant| match variant.key {
                    VariantKey::Identifier { name } if forms.contains(&name) => Some(name.to_owned()),
                    VariantKey::Identifier { .. } | VariantKey::NumberLiteral { .. } => None,
                });
                let named: BTreeSet<String> = named.collect();
                if named.len() > 1 {
                    self.plurals.push(named);
                }
                for variant in variants {
                    self.pattern(&variant.value);
                }
            }
        }
    }

    fn inline(&mut self, inline: &InlineExpression<&str>) {
        match inline {
            InlineExpression::VariableReference { id } => {
                self.variables.insert(id.name.to_owned());
            }
            InlineExpression::Placeable { expression } => self.expression(expression),
            InlineExpression::StringLiteral { .. }
            | InlineExpression::NumberLiteral { .. }
            | InlineExpression::FunctionReference { .. }
            | InlineExpression::MessageReference { .. }
            | InlineExpression::TermReference { .. } => {}
        }
    }
}

fn messages(tag: &str) -> BTreeMap<String, Found> {
    let mut all = BTreeMap::new();
    for file in catalogue::files_of(tag, None).unwrap() {
        for entry in FluentResource::entries(&file) {
            match entry {
                Entry::Message(message) => {
                    let mut found = Found::default();
                    found.pattern(message.value.as_ref().unwrap());
                    assert!(
                        all.insert(message.id.name.to_owned(), found).is_none(),
                        "{tag}: {} twice",
                        message.id.name
                    );
                }
                Entry::Junk { content } => panic!("{tag}: {content}"),
                Entry::Term(_) | Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {}
            }
        }
    }
    all
}

#[test]
fn every_language_says_everything() {
    let english = messages("en");
    let mut wrong = Vec::new();
    for tag in TAGS {
        let own = messages(tag);
        wrong.extend(
            english.keys().filter(|key| !own.contains_key(*key)).map(|key| format!("{tag} misses {key}")),
        );
        wrong.extend(
            own.keys()
                .filter(|key| !english.contains_key(*key))
                .map(|key| format!("{tag} has {key} too much")),
        );
        for (key, found) in &own {
            // How amounts and days are written is up to each language.
            let is_free = ["amount", "currency-symbol", "currency-name"].contains(&key.as_str());
            let expected = english.get(key).map(|found| &found.variables);
            if !is_free && expected.is_some_and(|expected| *expected != found.variables) {
                wrong.push(format!("{tag} {key}: {:?} instead of {expected:?}", found.variables));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn every_plural_has_the_forms_that_its_language_has() {
    let forms = |tag| match tag {
        "en" | "de" => "one other",
        "fr" | "es" | "pt" => "one many other",
        "ru" => "one few many other",
        _ => "zero one two few many other",
    };
    for tag in TAGS {
        let expected: BTreeSet<String> = forms(tag).split(' ').map(str::to_owned).collect();
        let mut seen = 0;
        for (key, found) in messages(tag) {
            for plural in found.plurals {
                assert_eq!(plural, expected, "{tag}: {key}");
                seen += 1;
            }
        }
        assert!(seen > 0, "{tag} counts nothing");
    }
}

#[test]
fn plurals_follow_the_language() {
    let words = words();
    let left = |tag, places: i64| words.language(tag).text("patrons-left", &[("places", places.into())]);
    assert_eq!(left("en", 1), "One place left");
    assert_eq!(left("en", 1_200), "1,200 places left");
    assert_eq!(left("ru", 21), "Осталось 21 место");
    assert_eq!(left("ru", 3), "Осталось 3 места");
    assert_eq!(left("ru", 11), "Осталось 11 мест");
    let arabic: BTreeSet<String> = [0, 1, 2, 3, 11, 100].map(|places| left("ar", places)).into();
    assert_eq!(arabic.len(), 6);
    // Digits are those of the region: CLDR has Latin ones for Arabic at large.
    let egypt = Words::load(&["ar-EG".into()], "ar-EG", (None, &OwnWords::new())).unwrap();
    assert!(egypt.language("ar").text("patrons-left", &[("places", 3.into())]).contains('٣'));
}

#[test]
fn amounts_and_days_are_written_as_cldr_has_them() {
    let words = words();
    let write =
        |tag, minor, code| words.language(tag).money(Money::new(minor, Currency::parse(code).unwrap()));
    assert_eq!(write("en", 123_456_750, "EUR"), "€1,234,567.50");
    assert_eq!(write("en", 5124, "KWD"), "KWD\u{a0}5.124");
    assert_eq!(write("en", -250, "USD"), "-$2.50");
    assert_eq!(write("fr", 123_450, "EUR"), "1\u{202f}234,50\u{a0}€");
    assert_eq!(write("de", 123_450, "EUR"), "1.234,50\u{a0}€");
    assert_eq!(write("es", 123_450, "EUR"), "1234,50\u{a0}€");
    assert_eq!(write("pt", 123_450, "BRL"), "R$\u{a0}1.234,50");
    assert_eq!(write("ru", 123_450, "EUR"), "1\u{a0}234,50\u{a0}€");
    assert_eq!(write("ar", 123_450, "EUR"), "\u{200f}1,234.50\u{a0}€");
    assert_eq!(write("de", 500, "JPY"), "500\u{a0}¥");
    let short =
        |tag, minor| words.language(tag).short_money(Money::new(minor, Currency::parse("EUR").unwrap()));
    assert_eq!(short("en", 2_500), "€25");
    assert_eq!(short("en", 2_550), "€25.50");
    assert_eq!(short("fr", 2_500), "25\u{a0}€");
    let day = |tag| words.language(tag).date(chrono::NaiveDate::from_ymd_opt(2026, 3, 1).unwrap());
    let expected = [
        ("en", "1 March 2026"),
        ("fr", "1er mars 2026"),
        ("de", "1. März 2026"),
        ("es", "1 de marzo de 2026"),
        ("pt", "1 de março de 2026"),
        ("ru", "1 марта 2026 г."),
        ("ar", "1 مارس 2026"),
    ];
    for (tag, written) in expected {
        assert_eq!(day(tag), written);
    }
}

#[test]
fn amounts_in_english_are_those_of_the_books() {
    let words = words();
    for code in ["EUR", "USD", "GBP", "JPY", "KWD", "CHF", "CLF"] {
        for minor in [0, 1, 99, 100, 2_500, 2_550, 123_456, 100_000_000, -5] {
            let money = Money::new(minor, Currency::parse(code).unwrap());
            assert_eq!(words.default_language().money(money), money.text());
            assert_eq!(words.default_language().short_money(money), money.short_text());
        }
    }
}

#[test]
fn the_visitor_gets_the_best_language_that_is_offered() {
    let words = words();
    let tag = |asked, kept, accepted| words.choose(Choice { asked, kept, accepted }).tag().to_owned();
    assert_eq!(tag(None, None, None), "en");
    assert_eq!(tag(None, None, Some("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5")), "fr");
    assert_eq!(tag(None, None, Some("nl, de;q=0.3, ru;q=0.7")), "ru");
    assert_eq!(tag(None, None, Some("nl, *;q=0.1")), "en");
    assert_eq!(tag(None, None, Some("fr;q=0, nl")), "en");
    assert_eq!(tag(None, None, Some("PT-br")), "pt");
    assert_eq!(tag(None, None, Some(";;q=,,\u{202e}=")), "en");
    assert_eq!(tag(None, Some("de"), Some("fr")), "de");
    assert_eq!(tag(Some("ar"), Some("de"), Some("fr")), "ar");
    assert_eq!(tag(Some("xx"), Some("de"), Some("fr")), "de");
    let few = Words::load(&["de".into(), "pt-BR".into()], "de", (None, &OwnWords::new())).unwrap();
    assert_eq!(few.choose(Choice { accepted: Some("fr, pt-PT;q=0.5"), ..Choice::default() }).tag(), "pt-BR");
    assert_eq!(few.choose(Choice { accepted: Some("en"), ..Choice::default() }).tag(), "de");
}

#[test]
fn a_publisher_adds_a_language_and_own_words_as_files() {
    let folder = std::env::temp_dir().join("mainstay-own-words");
    for (tag, text) in
        [("nl", "language-name = Nederlands\nnav-give = Geven\n"), ("fr", "nav-give = Soutenir\n")]
    {
        std::fs::create_dir_all(folder.join("locales").join(tag)).unwrap();
        std::fs::write(folder.join("locales").join(tag).join("own.ftl"), text).unwrap();
    }
    let words = Words::load(&["nl".into(), "fr".into()], "nl", (Some(&folder), &OwnWords::new())).unwrap();
    assert_eq!(words.language("nl").text("nav-give", &[]), "Geven");
    assert_eq!(words.language("nl").text("nav-articles", &[]), "Articles", "English stands in");
    assert_eq!(words.language("fr").text("nav-give", &[]), "Soutenir");
    assert_eq!(words.language("fr").own_name(), "Français");
    std::fs::write(folder.join("locales/nl/broken.ftl"), "a = { $\n").unwrap();
    let error = Words::load(&["nl".into()], "nl", (Some(&folder), &OwnWords::new())).unwrap_err().to_string();
    assert!(error.contains("broken.ftl: line 1"), "{error}");
    std::fs::remove_file(folder.join("locales/nl/broken.ftl")).unwrap();
    assert!(matches!(
        Words::load(&["xx".into()], "xx", (None, &OwnWords::new())),
        Err(WordsError::Unknown(_))
    ));
    assert!(embedded("en").count() > 3);
}
