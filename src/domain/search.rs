//! The words by which a donor is found, and what somebody may have meant who typed something into a search field.

use super::money::{Currency, Money};
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization as _;

/// Letters of one word that count.
const TERM_MAX: usize = 80;
/// Words of one donor that count.
const TERMS_MAX: usize = 32;
/// Words of one search that count.
pub const WORDS_MAX: usize = 6;

/// Small letters without accents: what people type who do not know how somebody writes themselves.
pub fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfkd().flat_map(char::to_lowercase) {
        match c {
            '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{20d0}'..='\u{20ff}' => {}
            'ß' => out.push_str("ss"),
            'ø' => out.push('o'),
            'ł' => out.push('l'),
            'đ' | 'ð' => out.push('d'),
            'þ' => out.push_str("th"),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'ı' => out.push('i'),
            c => out.push(c),
        }
    }
    out
}

fn pieces(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|c: char| !c.is_alphanumeric()).filter(|piece| !piece.is_empty())
}

fn shortened(term: &str) -> String {
    term.chars().take(TERM_MAX).collect()
}

/// Whether a text names this person: their whole address, or all words of their name in a row. Of the address and the name
/// an empty one is never named.
pub fn names_somebody(text: &str, email: &str, name: Option<&str>) -> bool {
    let (text, email, name) = (folded(text), folded(email), folded(name.unwrap_or_default()));
    let said: Vec<&str> = pieces(&text).collect();
    let name: Vec<&str> = pieces(&name).collect();
    let is_named = !name.is_empty() && said.windows(name.len()).any(|run| run == name);
    is_named || (!email.is_empty() && text.contains(&email))
}

/// The words by which a donor is found: each word of the name, the whole address, the words in front of its `@`, and
/// the domain with and without what stands before its dots. A search finds a donor by the beginning of any of them.
pub fn terms(email: &str, name: Option<&str>) -> BTreeSet<String> {
    let mut terms = BTreeSet::new();
    let email = folded(email);
    terms.insert(shortened(&email));
    let (local, domain) = email.rsplit_once('@').unwrap_or((&email, ""));
    let name = folded(name.unwrap_or_default());
    let words = pieces(&name).chain(pieces(local)).take(TERMS_MAX);
    terms.extend(words.map(shortened));
    let mut rest = domain;
    while rest.contains('.') {
        terms.insert(shortened(rest));
        rest = rest.split_once('.').map_or("", |(_, after)| after);
    }
    terms.remove("");
    terms
}

/// The words of a search, each the beginning of a word of whoever is sought. What has a dot or an `@` in it is taken
/// for a part of an address and left whole.
pub fn words(typed: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in folded(typed).split_whitespace() {
        if part.contains(['.', '@']) {
            let whole = part.trim_matches(|c: char| !c.is_alphanumeric());
            found.push(shortened(whole));
        } else {
            found.extend(pieces(part).map(shortened));
        }
    }
    found.retain(|word| !word.is_empty());
    found.sort();
    found.dedup();
    found.truncate(WORDS_MAX);
    found
}

/// The first text behind all that begin with `start`, by bytes; none if there is no such text.
pub fn end_of(start: &str) -> Option<String> {
    let mut kept: Vec<char> = start.chars().collect();
    while let Some(last) = kept.pop() {
        let next = u32::from(last).checked_add(1).and_then(|code| match code {
            // No text has these.
            0xd800..=0xdfff => char::from_u32(0xe000),
            code => char::from_u32(code),
        });
        if let Some(next) = next {
            kept.push(next);
            return Some(kept.into_iter().collect());
        }
    }
    None
}

/// The amounts that somebody may have meant, in the currencies of the site. Nothing for what is no amount.
pub fn amounts(typed: &str, currencies: &[Currency]) -> Vec<Money> {
    let typed = typed.trim();
    if !typed.contains(|c: char| c.is_ascii_digit()) {
        return Vec::new();
    }
    currencies.iter().filter_map(|currency| Money::parse_typed(typed, *currency).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(email: &str, name: Option<&str>) -> Vec<String> {
        terms(email, name).into_iter().collect()
    }

    #[test]
    fn a_donor_is_found_by_each_word_of_the_name_and_each_part_of_the_address() {
        assert_eq!(
            of("Zoe.O-Brien@post.example.org", Some("Zoë Ø’Brien-Łukasz")),
            [
                "brien",
                "example.org",
                "lukasz",
                "o",
                "post.example.org",
                "zoe",
                "zoe.o-brien@post.example.org"
            ]
        );
        assert_eq!(of("x@localhost", None), ["x", "x@localhost"]);
    }

    #[test]
    fn what_is_typed_becomes_beginnings_of_those_words() {
        assert_eq!(words("  Ø'Brien ZOË "), ["brien", "o", "zoe"]);
        assert_eq!(words("zoe.o-brien@po"), ["zoe.o-brien@po"]);
        assert_eq!(words("<example.org>"), ["example.org"]);
        assert_eq!(words(" -- "), Vec::<String>::new());
        assert_eq!(words("a b c d e f g h").len(), WORDS_MAX);
    }

    #[test]
    fn a_range_of_texts_ends_behind_the_last_that_begins_so() {
        assert_eq!(end_of("ann").as_deref(), Some("ano"));
        assert_eq!(end_of("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(end_of("\u{d7ff}").as_deref(), Some("\u{e000}"));
        assert_eq!(end_of(""), None);
    }

    #[test]
    fn an_amount_is_read_in_every_currency_of_the_site() {
        let (eur, jpy) = (Currency::parse("EUR").unwrap(), Currency::parse("JPY").unwrap());
        let minor = |typed: &str| amounts(typed, &[eur, jpy]).iter().map(|m| m.minor()).collect::<Vec<_>>();
        assert_eq!(minor("25"), [2500, 25]);
        assert_eq!(minor("25,50"), [2550]);
        assert_eq!(minor("smith"), Vec::<i64>::new());
    }
}
