//! An appeal's file: what it says, where it stands, and the second text that is tried beside the first.

use super::error::Problem;
use super::front_matter::{
    Located, day, is_language, line_of, named_slug, own_slug, read, said, split, spoken,
};
use crate::domain::appeal::{Position, Rules, TEST_ID_CHARS, TestId};
use crate::domain::article::{Appeal, SecondText, Slug};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// What stands in `articles` for all of them.
const ALL: &str = "all";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AppealKeys {
    heading: String,
    slug: Option<String>,
    campaign: String,
    #[serde(default)]
    amounts: BTreeMap<String, Vec<String>>,
    place: Option<String>,
    #[serde(default)]
    priority: i32,
    #[serde(rename = "for")]
    rules: Option<RuleKeys>,
    test: Option<TestKeys>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleKeys {
    #[serde(default)]
    articles: Vec<String>,
    #[serde(default)]
    sections: Vec<String>,
    #[serde(default)]
    languages: Vec<String>,
    from: Option<String>,
    until: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TestKeys {
    heading: Option<String>,
    text: String,
}

/// Reads an appeal's file. `stem` is the file's name without `.md`: its slug unless a key says otherwise.
pub(super) fn appeal(stem: &str, text: &str) -> Result<Appeal, Located> {
    let parts = split(text).map_err(|problem| (Some(1), problem))?;
    let keys: AppealKeys = read(parts.front_matter)?;
    let at = |key: &str, problem: Problem| (line_of(parts.front_matter, key), problem);
    let position = match keys.place {
        None => Position::End,
        Some(text) => match Position::parse(&text) {
            Some(position) => position,
            None => return Err(at("place", Problem::BadPlace { text })),
        },
    };
    let heading = said("heading", keys.heading).map_err(|problem| at("heading", problem))?;
    let body = parts.body.trim().to_owned();
    let second = match keys.test {
        Some(tried) => Some(second(tried, &heading, &body).map_err(|problem| at("test", problem))?),
        None => None,
    };
    Ok(Appeal {
        slug: own_slug(stem, keys.slug, parts.front_matter)?,
        heading,
        body,
        campaign: named_slug("campaign", keys.campaign).map_err(|problem| at("campaign", problem))?,
        amounts: keys.amounts,
        position,
        priority: keys.priority,
        rules: match keys.rules {
            Some(keys) => Some(rules(keys).map_err(|problem| at("for", problem))?),
            None => None,
        },
        second,
    })
}

fn rules(keys: RuleKeys) -> Result<Rules, Problem> {
    let is_for_all = keys.articles.iter().any(|text| text.trim() == ALL);
    let named = if is_for_all { Vec::new() } else { keys.articles };
    let articles: Result<Vec<Slug>, Problem> =
        named.into_iter().map(|text| named_slug("`for.articles`", text)).collect();
    let languages: Vec<String> = keys.languages.iter().map(|tag| tag.trim().to_owned()).collect();
    if let Some(text) = languages.iter().find(|tag| !is_language(tag)) {
        return Err(Problem::BadLanguage { text: text.clone() });
    }
    let rules = Rules {
        articles: articles?,
        sections: keys.sections.into_iter().filter_map(|section| spoken(Some(section))).collect(),
        languages,
        from: day("from", keys.from)?,
        until: day("until", keys.until)?,
    };
    if let (Some(first), Some(last)) = (rules.from, rules.until)
        && last < first
    {
        return Err(Problem::UntilBeforeFrom);
    }
    // Nobody means all articles by saying nothing.
    if rules == Rules::default() && !is_for_all { Err(Problem::NoRule) } else { Ok(rules) }
}

fn second(keys: TestKeys, heading: &str, body: &str) -> Result<SecondText, Problem> {
    let other_heading = match keys.heading {
        Some(text) => said("test.heading", text)?,
        None => heading.to_owned(),
    };
    let other_body = keys.text.trim().to_owned();
    if other_body.is_empty() {
        return Err(Problem::EmptyText { key: "test.text" });
    }
    if other_heading == heading && other_body == body {
        return Err(Problem::SameTexts);
    }
    let test = test_id([heading, body, &other_heading, &other_body]);
    // A digest in hexadecimal always is one.
    let test = test.ok_or(Problem::SameTexts)?;
    Ok(SecondText { test, heading: other_heading, body: other_body })
}

/// The name of a test of these texts.
fn test_id(texts: [&str; 4]) -> Option<TestId> {
    let digest = hex::encode(Sha256::digest(texts.join("\0").as_bytes()));
    TestId::parse(digest.get(..TEST_ID_CHARS)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_with(keys: &str) -> Result<Appeal, Located> {
        appeal("spring", &format!("---\nheading: Give\ncampaign: fund\n{keys}---\n\nPlease.\n"))
    }

    fn refused(keys: &str) -> (Option<u64>, String) {
        let (line, problem) = read_with(keys).unwrap_err();
        (line, problem.to_string())
    }

    #[test]
    fn an_appeal_that_says_no_more_stands_at_the_end_of_articles_that_name_it() {
        let plain = read_with("").unwrap();

        assert_eq!((plain.position, plain.priority), (Position::End, 0));
        assert_eq!((plain.rules, plain.second), (None, None));
    }

    #[test]
    fn every_key_is_read() {
        let full = read_with(
            "place: after_paragraph 3\npriority: 5\nfor:\n  articles: [salt]\n  sections: [' Theory ', '']\n  languages: [en, \
             pt-BR]\n  from: 2026-11-01\n  until: 2026-12-31\ntest:\n  heading: Help\n  text: |\n    Other\n    words.\n",
        )
        .unwrap();

        assert_eq!((full.position, full.priority), (Position::AfterParagraph(3), 5));
        let rules = full.rules.unwrap();
        assert_eq!(rules.articles, [Slug::parse("salt").unwrap()]);
        assert_eq!(rules.sections, ["Theory"]);
        assert_eq!(rules.languages, ["en", "pt-BR"]);
        assert_eq!(
            (rules.from.unwrap().to_string().as_str(), rules.until.unwrap().to_string().as_str()),
            ("2026-11-01", "2026-12-31")
        );
        let second = full.second.unwrap();
        assert_eq!((second.heading.as_str(), second.body.as_str()), ("Help", "Other\nwords."));
    }

    #[test]
    fn all_articles_are_said_in_so_many_words() {
        assert_eq!(read_with("for: {articles: [all]}\n").unwrap().rules, Some(Rules::default()));
        let (line, told) = refused("for: {}\n");
        assert_eq!(line, Some(4));
        assert!(told.contains("articles: [all]"), "{told}");
    }

    #[test]
    fn other_texts_are_another_test() {
        let test = |keys: &str| read_with(keys).unwrap().second.unwrap();
        let (one, two) = (test("test: {text: One.}\n"), test("test: {text: Two.}\n"));

        assert_eq!(one.heading, "Give", "its own unless another is given");
        assert_ne!(one.test, two.test);
        assert_eq!(one.test, test("priority: 3\ntest: {text: One.}\n").test);
        assert!(refused("test: {text: Please.}\n").1.contains("same"));
        assert!(refused("test: {text: ' '}\n").1.contains("test.text"));
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        for (keys, told) in [
            ("place: top\n", "after_paragraph 3"),
            ("for: {articles: [No Good]}\n", "No Good"),
            ("for: {languages: [klingon!]}\n", "klingon!"),
            ("for: {from: tomorrow}\n", "from"),
            ("for: {from: 2026-02-01, until: 2026-01-01}\n", "until"),
            ("for: {article: [a]}\n", "article"),
        ] {
            let (line, problem) = refused(keys);
            assert_eq!(line, Some(4), "{keys}");
            assert!(problem.contains(told), "{problem}");
        }
    }
}
