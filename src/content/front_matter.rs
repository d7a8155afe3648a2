//! Front matter: the YAML between two `---` lines at the head of a content file, and most of its kinds.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::Problem;
use super::ties;
use crate::domain::article::{
    Article, ArticleDate, CampaignFile, CampaignUpdate, OwnAppeal, RateLine, Slug, TierFile,
};
use crate::domain::old_address::OldAddress;
use crate::domain::pledge::Frequency;

/// A problem and the line it stands on, when known.
pub(super) type Located = (Option<u64>, Problem);

/// A file cut into its front matter and the Markdown below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts<'a> {
    /// YAML without the `---` lines. Its first line is line 2 of the file.
    pub front_matter: &'a str,
    /// Markdown below.
    pub body: &'a str,
}

/// Cuts a file into front matter and body. A byte order mark before the first `---` is ignored.
pub fn split(text: &str) -> Result<Parts<'_>, Problem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    if first.trim_end() != "---" {
        return Err(Problem::NoFrontMatter);
    }
    let mut offset = 0;
    for line in rest.split_inclusive('\n') {
        if line.trim_end() == "---" {
            let front_matter = rest.get(..offset).unwrap_or_default();
            let body = rest.get(offset + line.len()..).unwrap_or_default();
            return Ok(Parts { front_matter, body });
        }
        offset += line.len();
    }
    Err(Problem::UnclosedFrontMatter)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ArticleKeys {
    title: String,
    slug: Option<String>,
    kicker: Option<String>,
    date: Option<String>,
    #[serde(default)]
    authors: Vec<String>,
    author: Option<String>,
    standfirst: Option<String>,
    language: Option<String>,
    #[serde(default)]
    landing: bool,
    #[serde(default)]
    draft: bool,
    publish: Option<String>,
    series: Option<String>,
    #[serde(default)]
    related: Vec<String>,
    translates: Option<String>,
    appeal: Option<String>,
    #[serde(default = "yes")]
    comments: bool,
    #[serde(default)]
    was: Vec<String>,
    imported: Option<String>,
}

/// Readers may comment unless it is said otherwise.
const fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CampaignKeys {
    title: String,
    slug: Option<String>,
    summary: String,
    goal: Option<String>,
    starts: Option<String>,
    ends: Option<String>,
    #[serde(default)]
    amounts: BTreeMap<String, Vec<String>>,
    thanks: Option<String>,
    /// Currency code to what it is worth.
    #[serde(default)]
    rates: BTreeMap<String, RateKeys>,
    #[serde(default)]
    updates: Vec<UpdateKeys>,
    /// Name to address.
    #[serde(default)]
    share: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RateKeys {
    rate: String,
    day: String,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UpdateKeys {
    day: String,
    title: String,
    text: String,
}

/// Reads an article's file. `stem` is the file's name without `.md`: its slug unless a key says otherwise.
pub(super) fn article(stem: &str, text: &str) -> Result<Article, Located> {
    let parts = split(text).map_err(|problem| (Some(1), problem))?;
    let keys: ArticleKeys = read(parts.front_matter)?;
    let at = |key: &str, problem: Problem| (line_of(parts.front_matter, key), problem);
    let mut authors = keys.authors;
    authors.extend(keys.author);
    let date = match keys.date {
        None => None,
        Some(text) => match ArticleDate::parse(&text) {
            Ok(date) => Some(date),
            Err(source) => return Err(at("date", Problem::BadDate { text, source })),
        },
    };
    let language = keys.language.unwrap_or_else(|| "en".to_owned());
    if !is_language(&language) {
        return Err(at("language", Problem::BadLanguage { text: language }));
    }
    let publish = keys.publish.map(ties::moment).transpose().map_err(|problem| at("publish", problem))?;
    let ties =
        ties::read(keys.series, keys.related, keys.translates).map_err(|(key, problem)| at(key, problem))?;
    let mut was = Vec::new();
    for text in keys.was {
        match OldAddress::parse(&text) {
            Ok(address) => was.push(address),
            Err(source) => return Err(at("was", Problem::BadOldAddress { text, source })),
        }
    }
    Ok(Article {
        slug: own_slug(stem, keys.slug, parts.front_matter)?,
        title: said("title", keys.title).map_err(|problem| at("title", problem))?,
        kicker: spoken(keys.kicker),
        date,
        authors: authors.into_iter().filter_map(|author| spoken(Some(author))).collect(),
        standfirst: spoken(keys.standfirst),
        language,
        landing: keys.landing,
        draft: keys.draft,
        publish,
        ties,
        appeal: own_appeal(keys.appeal).map_err(|problem| at("appeal", problem))?,
        comments: keys.comments,
        was,
        imported: spoken(keys.imported),
        body: parts.body.trim().to_owned(),
    })
}

/// What stands in the place of an appeal's name on an article that wants none.
pub(super) const SILENT: &str = "none";

fn own_appeal(key: Option<String>) -> Result<OwnAppeal, Problem> {
    match key {
        None => Ok(OwnAppeal::ByRules),
        Some(text) if text.trim() == SILENT => Ok(OwnAppeal::Silent),
        Some(text) => named_slug("appeal", text).map(OwnAppeal::Named),
    }
}

/// Reads a campaign's file.
pub(super) fn campaign(stem: &str, text: &str) -> Result<CampaignFile, Located> {
    let parts = split(text).map_err(|problem| (Some(1), problem))?;
    let keys: CampaignKeys = read(parts.front_matter)?;
    let at = |key: &str, problem: Problem| (line_of(parts.front_matter, key), problem);
    let starts = day("starts", keys.starts).map_err(|problem| at("starts", problem))?;
    let ends = day("ends", keys.ends).map_err(|problem| at("ends", problem))?;
    if let (Some(first), Some(last)) = (starts, ends)
        && last < first
    {
        return Err(at("ends", Problem::EndsBeforeStart));
    }
    if keys.goal.is_none() && !keys.rates.is_empty() {
        return Err(at("rates", Problem::RatesWithoutGoal));
    }
    Ok(CampaignFile {
        slug: own_slug(stem, keys.slug, parts.front_matter)?,
        title: said("title", keys.title).map_err(|problem| at("title", problem))?,
        summary: said("summary", keys.summary).map_err(|problem| at("summary", problem))?,
        goal: match keys.goal {
            Some(text) => Some(goal(text).map_err(|problem| at("goal", problem))?),
            None => None,
        },
        starts,
        ends,
        amounts: keys.amounts,
        thanks: spoken(keys.thanks),
        rates: rates(keys.rates).map_err(|problem| at("rates", problem))?,
        updates: updates(keys.updates).map_err(|problem| at("updates", problem))?,
        share: share(keys.share).map_err(|problem| at("share", problem))?,
        body: parts.body.trim().to_owned(),
    })
}

fn rates(keys: BTreeMap<String, RateKeys>) -> Result<Vec<RateLine>, Problem> {
    let line = |(currency, keys): (String, RateKeys)| -> Result<RateLine, Problem> {
        let source = said("source", keys.source)?;
        Ok(RateLine { currency, rate: keys.rate, day: known_day("rates", keys.day)?, source })
    };
    keys.into_iter().map(line).collect()
}

/// The latest first; of one day, the one that stands first in the file.
fn updates(keys: Vec<UpdateKeys>) -> Result<Vec<CampaignUpdate>, Problem> {
    let update = |keys: UpdateKeys| -> Result<CampaignUpdate, Problem> {
        let day = known_day("updates", keys.day)?;
        let title = said("title", keys.title)?;
        Ok(CampaignUpdate { day, title, body: keys.text.trim().to_owned() })
    };
    let mut updates: Vec<CampaignUpdate> = keys.into_iter().map(update).collect::<Result<_, Problem>>()?;
    updates.sort_by_key(|update| std::cmp::Reverse(update.day));
    Ok(updates)
}

/// Only addresses of other sites that are asked when somebody follows them.
fn share(links: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Problem> {
    let is_link = |address: &str| address.starts_with("https://") && address.contains("{url}");
    match links.iter().find(|(name, address)| name.trim().is_empty() || !is_link(address)) {
        Some((name, address)) => Err(Problem::BadShare { text: format!("{name}: {address}") }),
        None => Ok(links),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TierKeys {
    name: String,
    slug: Option<String>,
    summary: String,
    #[serde(default)]
    position: i32,
    places: Option<u32>,
    #[serde(default)]
    archived: bool,
    /// Currency code to frequency to amount.
    prices: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    benefits: Vec<BenefitKeys>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BenefitKeys {
    text: String,
    fair_value: Option<String>,
}

/// Reads a tier's file.
pub(super) fn tier(stem: &str, text: &str) -> Result<TierFile, Located> {
    let parts = split(text).map_err(|problem| (Some(1), problem))?;
    let keys: TierKeys = read(parts.front_matter)?;
    let at = |key: &str, problem: Problem| (line_of(parts.front_matter, key), problem);
    let mut prices = Vec::new();
    for (currency, by_frequency) in keys.prices {
        for (frequency, amount) in by_frequency {
            if !Frequency::parse(&frequency).is_some_and(Frequency::is_recurring) {
                return Err(at("prices", Problem::BadFrequency { text: frequency }));
            }
            prices.push((currency.clone(), frequency, amount));
        }
    }
    if prices.is_empty() {
        return Err(at("prices", Problem::EmptyText { key: "prices" }));
    }
    let benefit = |benefit: BenefitKeys| -> Result<_, Problem> {
        Ok((said("benefits", benefit.text)?, benefit.fair_value.map(goal).transpose()?))
    };
    let benefits: Result<Vec<_>, Problem> = keys.benefits.into_iter().map(benefit).collect();
    Ok(TierFile {
        slug: own_slug(stem, keys.slug, parts.front_matter)?,
        name: said("name", keys.name).map_err(|problem| at("name", problem))?,
        description: said("summary", keys.summary).map_err(|problem| at("summary", problem))?,
        benefits: benefits.map_err(|problem| at("benefits", problem))?,
        prices,
        places: keys.places.filter(|places| *places > 0),
        position: keys.position,
        archived: keys.archived,
    })
}

/// Reads YAML into `T`; the error names the key and the line of the file.
pub(super) fn read<T: DeserializeOwned>(front_matter: &str) -> Result<T, Located> {
    let options = serde_saphyr::options! { with_snippet: false };
    serde_saphyr::from_str_with_options(front_matter, options).map_err(|error| {
        // The reader counts from the line after the first `---`.
        let line = error.location().map(|location| location.line() + 1);
        (line, Problem::BadFrontMatter { message: plain_message(&error) })
    })
}

/// The reader's message without its own line numbers, which do not count the `---` line.
pub(super) fn plain_message(error: &serde_saphyr::Error) -> String {
    let text = error.to_string().replace('\n', " ");
    let text = text.split(" at line ").next().unwrap_or_default().trim_end().trim_end_matches('.');
    let text = text.strip_prefix("error: ").unwrap_or(text);
    match text.strip_prefix("line ").and_then(|rest| rest.split_once(": ")) {
        Some((_numbers, message)) => message.to_owned(),
        None => text.to_owned(),
    }
}

/// The line of the file on which a top-level key stands.
pub(super) fn line_of(front_matter: &str, key: &str) -> Option<u64> {
    let index = front_matter
        .lines()
        .position(|line| line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':')))?;
    u64::try_from(index + 2).ok()
}

pub(super) fn own_slug(stem: &str, key: Option<String>, front_matter: &str) -> Result<Slug, Located> {
    match key {
        Some(text) => named_slug("slug", text).map_err(|problem| (line_of(front_matter, "slug"), problem)),
        None => Slug::parse(stem).map_err(|source| {
            (None, Problem::BadSlug { text: stem.to_owned(), place: "the file name", source })
        }),
    }
}

pub(super) fn named_slug(place: &'static str, text: String) -> Result<Slug, Problem> {
    Slug::parse(&text).map_err(|source| Problem::BadSlug { text, place, source })
}

/// A text that must not be empty.
pub(super) fn said(key: &'static str, text: String) -> Result<String, Problem> {
    spoken(Some(text)).ok_or(Problem::EmptyText { key })
}

/// An optional text, trimmed and with its line breaks joined; empty counts as absent.
pub(super) fn spoken(text: Option<String>) -> Option<String> {
    let text = text?.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
}

pub(super) fn day(key: &'static str, text: Option<String>) -> Result<Option<NaiveDate>, Problem> {
    text.map(|text| known_day(key, text)).transpose()
}

/// A day that must be said.
fn known_day(key: &'static str, text: String) -> Result<NaiveDate, Problem> {
    NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").map_err(|_shape| Problem::BadDay { key, text })
}

fn goal(text: String) -> Result<(String, String), Problem> {
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        [amount, currency] => Ok(((*amount).to_owned(), (*currency).to_owned())),
        _ => Err(Problem::BadGoal { text }),
    }
}

/// Whether a text has the shape of a BCP 47 tag.
pub(super) fn is_language(text: &str) -> bool {
    let mut subtags = text.split('-');
    let primary_is_good = subtags
        .next()
        .is_some_and(|tag| (2..=3).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphabetic()));
    primary_is_good
        && subtags.all(|tag| (1..=8).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Writes a text as a double-quoted YAML scalar on one line.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                let escape = format!("\\u{:04X}", u32::from(c));
                out.push_str(&escape);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_with_any_line_end_and_byte_order_mark() {
        let parts = split("\u{feff}---\r\ntitle: A\r\n---\r\nBody\r\n").unwrap();

        assert_eq!(parts, Parts { front_matter: "title: A\r\n", body: "Body\r\n" });
        assert!(matches!(split("title: A"), Err(Problem::NoFrontMatter)));
        assert!(matches!(split("---\ntitle: A\n"), Err(Problem::UnclosedFrontMatter)));
        assert!(matches!(split(""), Err(Problem::NoFrontMatter)));
    }

    #[test]
    fn reads_every_key_of_an_article() {
        let text = "---\ntitle: 'Bread: a history'\nkicker: Review\ndate: 2003\nauthors: [Ann Lee, Bo Ek]\n\
                    standfirst: >\n  Two\n  lines.\nlanguage: pt-BR\nlanding: true\nappeal: spring\npublish: 2026-12-01 08:30\n\
                    series: Of  bread\nrelated: [salt, yeast]\ntranslates: brot\n---\n\nBody\n";

        let article = article("bread", text).unwrap();

        assert_eq!(article.slug.as_str(), "bread");
        assert_eq!(article.headline(), "Review: Bread: a history");
        assert_eq!(article.date.unwrap().iso(), "2003");
        assert_eq!(article.authors, ["Ann Lee", "Bo Ek"]);
        assert_eq!(article.standfirst.as_deref(), Some("Two lines."));
        assert_eq!(article.language, "pt-BR");
        assert!(article.landing && !article.draft);
        assert_eq!(article.publish.unwrap().to_string(), "2026-12-01 08:30:00");
        assert_eq!(article.ties.series.as_deref(), Some("Of bread"));
        assert_eq!(article.ties.related.iter().map(Slug::as_str).collect::<Vec<_>>(), ["salt", "yeast"]);
        assert_eq!(article.ties.translates.unwrap().as_str(), "brot");
        assert_eq!(article.appeal.named().unwrap().as_str(), "spring");
        assert_eq!(article.body, "Body");
    }

    #[test]
    fn an_article_names_an_appeal_wants_none_or_says_nothing() {
        let own = |key: &str| article("bread", &format!("---\ntitle: A\n{key}---\n")).unwrap().appeal;

        assert_eq!(own(""), OwnAppeal::ByRules);
        assert_eq!(own("appeal: none\n"), OwnAppeal::Silent);
        assert_eq!(own("appeal: spring\n").named().unwrap().as_str(), "spring");
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let (line, problem) = article("bread", "---\ntitle: A\nauthor: B\nfoto: x.png\n---\n").unwrap_err();

        assert_eq!(line, Some(4));
        assert!(problem.to_string().contains("foto"), "{problem}");
        assert!(!problem.to_string().contains("line"), "{problem}");
    }

    #[test]
    fn a_missing_key_and_broken_yaml_are_said_plainly() {
        let missing = article("bread", "---\ndate: 2003\n---\n").unwrap_err().1.to_string();
        assert!(missing.contains("title"), "{missing}");

        let (line, broken) = article("bread", "---\ntitle: A\nauthors: [x\n---\n").unwrap_err();
        assert!(line.is_some_and(|line| line >= 3), "{line:?} {broken}");
    }

    #[test]
    fn values_are_checked_with_their_line() {
        let line_and_text = |text: &str| {
            let (line, problem) = article("bread", text).unwrap_err();
            (line, problem.to_string())
        };

        assert_eq!(line_and_text("---\ntitle: A\ndate: May 2003\n---\n").0, Some(3));
        assert_eq!(line_and_text("---\ntitle: ' '\n---\n").0, Some(2));
        assert_eq!(line_and_text("---\ntitle: A\nlanguage: klingon!\n---\n").0, Some(3));
        assert!(line_and_text("---\ntitle: A\nappeal: No Good\n---\n").1.contains("No Good"));
        let file_name = article("No Good", "---\ntitle: A\n---\n").unwrap_err().1.to_string();
        assert!(file_name.contains("the file name"));
    }

    #[test]
    fn amounts_and_goals_stay_as_typed() {
        let text = "---\ntitle: Fund\nsummary: S.\ngoal: 20000 EUR\nstarts: 2026-01-01\nends: 2026-12-31\n\
                    amounts:\n  EUR: [10, 2.50, '100']\n  JPY: [1000]\n---\n";

        let campaign = campaign("fund", text).unwrap();

        assert_eq!(campaign.goal, Some(("20000".into(), "EUR".into())));
        assert_eq!(campaign.amounts["EUR"], ["10", "2.50", "100"]);
        assert_eq!(campaign.ends, NaiveDate::from_ymd_opt(2026, 12, 31));
    }

    #[test]
    fn what_the_page_of_a_campaign_shows_stands_in_its_file() {
        let text = "---\ntitle: Fund\nsummary: S.\ngoal: 20000 EUR\nthanks: >\n  Thank\n  you.\nrates:\n  USD:\n    \
                    rate: 0.92\n    day: 2026-06-01\n    source: European Central Bank\nupdates:\n  - day: 2026-06-02\n    \
                    title: First\n    text: One.\n  - day: 2026-06-09\n    title: Second\n    text: |\n      Two.\n\n      \
                    Three.\nshare:\n  Elsewhere: 'https://social.example/share?text={title}%20{url}'\n---\n";

        let campaign = campaign("fund", text).unwrap();

        assert_eq!(campaign.thanks.as_deref(), Some("Thank you."));
        let rate = campaign.rates.first().unwrap();
        assert_eq!((rate.currency.as_str(), rate.rate.as_str()), ("USD", "0.92"));
        assert_eq!(
            (rate.day.to_string().as_str(), rate.source.as_str()),
            ("2026-06-01", "European Central Bank")
        );
        let titles: Vec<&str> = campaign.updates.iter().map(|update| update.title.as_str()).collect();
        assert_eq!(titles, ["Second", "First"], "the latest first");
        assert_eq!(campaign.updates[0].body, "Two.\n\nThree.");
        assert_eq!(campaign.share.len(), 1);
    }

    #[test]
    fn wrong_campaigns_are_refused() {
        let problem = |keys: &str| {
            campaign("fund", &format!("---\ntitle: Fund\nsummary: S.\n{keys}\n---\n")).unwrap_err().1
        };

        assert!(matches!(problem("goal: lots"), Problem::BadGoal { .. }));
        assert!(matches!(problem("starts: 2026-02-30"), Problem::BadDay { .. }));
        assert!(matches!(problem("starts: 2026-02-01\nends: 2026-01-01"), Problem::EndsBeforeStart));
        assert!(matches!(problem("amounts: {EUR: {a: b}}"), Problem::BadFrontMatter { .. }));
        let rate = "rates: {USD: {rate: 0.9, day: 2026-06-01, source: ECB}}";
        assert!(matches!(problem(rate), Problem::RatesWithoutGoal));
        let with_goal = |keys: &str| problem(&format!("goal: 9 EUR\n{keys}"));
        let yesterday = "rates: {USD: {rate: 0.9, day: yesterday, source: ECB}}";
        assert!(matches!(with_goal(yesterday), Problem::BadDay { key: "rates", .. }));
        let nameless = "rates: {USD: {rate: 0.9, day: 2026-06-01, source: ' '}}";
        assert!(matches!(with_goal(nameless), Problem::EmptyText { key: "source" }));
        assert!(matches!(with_goal("rates: {USD: 0.9}"), Problem::BadFrontMatter { .. }));
        let update = "updates: [{day: 2026-13-01, title: A, text: B}]";
        assert!(matches!(problem(update), Problem::BadDay { key: "updates", .. }));
        assert!(matches!(problem("share: {X: 'http://x.example/{url}'}"), Problem::BadShare { .. }));
        assert!(matches!(problem("share: {X: 'https://x.example/'}"), Problem::BadShare { .. }));
    }

    #[test]
    fn quoted_text_reads_back_unchanged() {
        for text in
            ["plain", "a \"b\" \\ c: #d", "’curly’\n\tand — dash", "\u{1}\u{85}\u{2028}", "yes", "2003"]
        {
            let read: String = serde_saphyr::from_str(&quoted(text)).unwrap();
            assert_eq!(read, text);
        }
    }
}
