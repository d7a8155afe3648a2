//! The languages of a site, and which of them a visitor gets.

use super::catalogue::WordsError;
use super::language::Language;
use super::own::OwnWords;
use std::path::Path;
use std::sync::Arc;

/// The languages a site offers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Words {
    offered: Arc<[Language]>,
    default: Language,
}

/// What a visitor said about the language, the strongest first.
#[derive(Debug, Clone, Copy, Default)]
pub struct Choice<'a> {
    /// In the address: `?lang=fr`.
    pub asked: Option<&'a str>,
    /// Chosen on an earlier page.
    pub kept: Option<&'a str>,
    /// The header `Accept-Language`.
    pub accepted: Option<&'a str>,
}

impl Words {
    /// Reads the messages of every language that is offered; `own` is the publisher's folder of templates, and what the
    /// office says.
    pub fn load(
        offered: &[String],
        default: &str,
        own: (Option<&Path>, &OwnWords),
    ) -> Result<Self, WordsError> {
        let english = Language::english()?;
        let open = |tag: &String| Language::open(tag, &english, own);
        let offered = offered.iter().map(open).collect::<Result<Vec<_>, _>>()?;
        let is_default = |language: &&Language| language.tag() == default;
        let default = match offered.iter().find(is_default) {
            Some(found) => found.clone(),
            None => Language::open(default, &english, own)?,
        };
        Ok(Self { offered: offered.into(), default })
    }

    /// In the order of the configuration.
    pub fn offered(&self) -> &[Language] {
        &self.offered
    }

    /// That of a visitor whose own is not offered.
    pub fn default_language(&self) -> &Language {
        &self.default
    }

    /// The offered language that comes nearest to a tag, as kept with a pledge; else the site's default.
    pub fn language(&self, tag: &str) -> &Language {
        self.nearest(tag).unwrap_or(&self.default)
    }

    /// The language for a visitor.
    pub fn choose(&self, choice: Choice<'_>) -> &Language {
        let named = [choice.asked, choice.kept].into_iter().flatten().find_map(|tag| self.nearest(tag));
        named.or_else(|| self.accepted(choice.accepted?)).unwrap_or(&self.default)
    }

    /// The same tag, else the same language of another region, the more general first.
    pub fn nearest(&self, tag: &str) -> Option<&Language> {
        let tag = tag.trim();
        let mut head = tag;
        loop {
            if let Some(found) = self.offered.iter().find(|one| one.tag().eq_ignore_ascii_case(head)) {
                return Some(found);
            }
            let Some((shorter, _)) = head.rsplit_once('-') else { break };
            head = shorter;
        }
        self.offered.iter().find(|one| primary(one.tag()).eq_ignore_ascii_case(primary(tag)))
    }

    /// The best of an `Accept-Language` header; `q=0` means that the visitor does not read it.
    fn accepted(&self, header: &str) -> Option<&Language> {
        // A header of a program may be long; nobody reads twenty languages.
        let mut ranges: Vec<(u16, &str)> = header.split(',').take(20).filter_map(range).collect();
        let refused: Vec<&str> =
            ranges.iter().filter(|(weight, _)| *weight == 0).map(|(_, tag)| *tag).collect();
        // Stable: of two with the same weight, the first one named.
        ranges.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        ranges.iter().filter(|(weight, _)| *weight > 0).find_map(|(_, tag)| {
            if *tag == "*" {
                return Some(&self.default);
            }
            self.nearest(tag).filter(|found| !refused.iter().any(|no| no.eq_ignore_ascii_case(found.tag())))
        })
    }
}

fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

/// A language range with its weight in thousandths.
fn range(text: &str) -> Option<(u16, &str)> {
    let mut parts = text.split(';').map(str::trim);
    let tag = parts.next().filter(|tag| !tag.is_empty() && tag.len() <= 35)?;
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    Some((weight.map_or(1000, thousandths), tag))
}

/// `0.8` is 800; what is no weight counts as none.
fn thousandths(text: &str) -> u16 {
    let (whole, decimals) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    if whole == "1" {
        return 1000;
    }
    let digits: String = decimals.chars().chain("000".chars()).take(3).collect();
    if whole == "0" { digits.parse().unwrap_or(0) } else { 0 }
}
