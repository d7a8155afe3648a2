//! Markdown files of other programs: the front matter that is understood is kept, the rest is named in a note.

use std::collections::BTreeMap;

use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Draft, ImportError, recognise};
use crate::content::{front_matter, markdown};
use crate::domain::article::ArticleDate;

/// Keys of the usual site generators.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Keys {
    title: Option<String>,
    kicker: Option<String>,
    slug: Option<String>,
    date: Option<String>,
    author: Option<OneOrMany>,
    authors: Option<OneOrMany>,
    description: Option<String>,
    standfirst: Option<String>,
    summary: Option<String>,
    language: Option<String>,
    lang: Option<String>,
    draft: Option<bool>,
    published: Option<bool>,
    permalink: Option<String>,
    url: Option<String>,
    aliases: Option<OneOrMany>,
    redirect_from: Option<OneOrMany>,
}

const KNOWN: [&str; 17] = [
    "title",
    "kicker",
    "slug",
    "date",
    "author",
    "authors",
    "description",
    "standfirst",
    "summary",
    "language",
    "lang",
    "draft",
    "published",
    "permalink",
    "url",
    "aliases",
    "redirect_from",
];

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn into_names(self) -> Vec<String> {
        match self {
            Self::One(name) => vec![name],
            Self::Many(names) => names,
        }
    }
}

/// Reads Markdown with or without front matter.
pub(super) fn read(text: &str, file_name: &str) -> Result<Draft, ImportError> {
    let refused = |message: String| ImportError::BadFrontMatter { file: file_name.to_owned(), message };
    let text = text.trim_start();
    let (keys, unknown, body) = if let Some(rest) = text.strip_prefix("+++\n") {
        let (toml, body) =
            rest.split_once("\n+++").ok_or_else(|| refused("it is not closed by `+++`".to_owned()))?;
        let json = json_of(toml).map_err(refused)?;
        let keys = yaml::<Keys>(&json).map_err(refused)?;
        (keys, unknown_keys(&json).map_err(refused)?, body)
    } else if text.starts_with("---\n") {
        let parts = front_matter::split(text).map_err(|problem| refused(problem.to_string()))?;
        let keys = yaml::<Option<Keys>>(parts.front_matter).map_err(refused)?.unwrap_or_default();
        let unknown = unknown_keys(parts.front_matter).map_err(refused)?;
        (keys, unknown, parts.body)
    } else {
        (Keys::default(), Vec::new(), text)
    };
    Ok(draft_of(keys, &unknown, body))
}

/// TOML as JSON, which YAML takes as it is; days and times become texts.
fn json_of(text: &str) -> Result<String, String> {
    fn plain(value: toml::Value) -> serde_json::Value {
        match value {
            toml::Value::String(text) => text.into(),
            toml::Value::Integer(number) => number.into(),
            toml::Value::Float(number) => number.to_string().into(),
            toml::Value::Boolean(truth) => truth.into(),
            toml::Value::Datetime(time) => time.to_string().into(),
            toml::Value::Array(list) => list.into_iter().map(plain).collect(),
            toml::Value::Table(table) => {
                let fields = table.into_iter().map(|(key, value)| (key, plain(value)));
                serde_json::Value::Object(fields.collect())
            }
        }
    }
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
    Ok(plain(toml::Value::Table(table)).to_string())
}

fn yaml<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    let options = serde_saphyr::options! { with_snippet: false };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| front_matter::plain_message(&error))
}

#[expect(clippy::zero_sized_map_values, reason = "YAML maps are read as maps; only the keys are wanted")]
fn unknown_keys(front_matter: &str) -> Result<Vec<String>, String> {
    let all: Option<BTreeMap<String, IgnoredAny>> = yaml(front_matter)?;
    let known = |key: &String| KNOWN.contains(&key.as_str());
    Ok(all.unwrap_or_default().into_keys().filter(|key| !known(key)).collect())
}

fn draft_of(keys: Keys, unknown: &[String], body: &str) -> Draft {
    let mut draft = Draft::default();
    if !unknown.is_empty() {
        draft.notes.push(format!("these keys of the front matter were not kept: {}", unknown.join(", ")));
    }
    let (heading, rest) = take_first_heading(body);
    let headline = if let Some(title) = keys.title.filter(|title| !title.trim().is_empty()) {
        // The same headline again as the first heading would be printed twice.
        let is_same = heading.is_some_and(|heading| heading.eq_ignore_ascii_case(title.trim()));
        draft.body = if is_same { rest } else { body.to_owned() };
        title
    } else {
        draft.body = rest;
        heading.unwrap_or_default()
    };
    if let Some((kicker, title)) = recognise::kicker(&headline).filter(|_| keys.kicker.is_none()) {
        draft.kicker = Some(kicker.to_owned());
        title.clone_into(&mut draft.title);
    } else {
        draft.kicker = keys.kicker;
        draft.title = headline;
    }
    if let Some(text) = keys.date {
        draft.date = date_of(&text);
        if draft.date.is_none() {
            draft.notes.push(format!("the date `{text}` was not understood; write it as 2003-03-05"));
        }
    }
    draft.authors = keys.authors.or(keys.author).map(OneOrMany::into_names).unwrap_or_default();
    draft.slug = keys.slug;
    draft.is_hidden = keys.draft == Some(true) || keys.published == Some(false);
    // A pattern, such as `/:year/:title/`, is no address.
    let own = keys.permalink.into_iter().chain(keys.url).filter(|address| !address.contains(':'));
    let older = [keys.aliases, keys.redirect_from].into_iter().flatten().flat_map(OneOrMany::into_names);
    draft.was = own.chain(older).collect();
    draft.standfirst = keys.standfirst.or(keys.description).or(keys.summary);
    draft.language = keys.language.or(keys.lang);
    draft
}

/// A date with a time keeps only the day.
fn date_of(text: &str) -> Option<ArticleDate> {
    let text = text.trim();
    ArticleDate::parse(text)
        .ok()
        .or_else(|| recognise::date(text))
        .or_else(|| ArticleDate::parse(text.get(..10)?).ok())
}

/// The first heading of level one as plain text, and the Markdown without it.
pub(super) fn take_first_heading(body: &str) -> (Option<String>, String) {
    let mut found = None;
    for (event, range) in Parser::new_ext(body, markdown::options()).into_offset_iter() {
        if let Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) = event {
            found = Some(range);
        } else if matches!(event, Event::End(TagEnd::Heading(_))) && found.is_some() {
            break;
        }
    }
    let Some(range) = found else {
        return (None, body.to_owned());
    };
    let heading = markdown::to_text(body.get(range.clone()).unwrap_or_default());
    let before = body.get(..range.start).unwrap_or_default().trim();
    let after = body.get(range.end..).unwrap_or_default().trim();
    let rest = if before.is_empty() { after.to_owned() } else { format!("{before}\n\n{after}") };
    (Some(heading).filter(|heading| !heading.is_empty()), rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(text: &str) -> Draft {
        read(text, "a.md").unwrap()
    }

    #[test]
    fn understood_keys_are_kept_and_others_named() {
        let draft = draft(
            "---\ntitle: 'Review: Bread'\ndate: 2003-03-05T10:00:00Z\nauthor: Ann Lee\ndescription: On bread.\n\
             slug: bread\nlang: de\nlayout: post\ntags: [a, b]\n---\n\n# Oven\n\nText *with* marks.\n",
        );

        assert_eq!((draft.kicker.as_deref(), draft.title.as_str()), (Some("Review"), "Bread"));
        assert_eq!(draft.date.unwrap().iso(), "2003-03-05");
        assert_eq!(draft.authors, ["Ann Lee"]);
        assert_eq!(draft.standfirst.as_deref(), Some("On bread."));
        assert_eq!((draft.slug.as_deref(), draft.language.as_deref()), (Some("bread"), Some("de")));
        assert_eq!(draft.notes, ["these keys of the front matter were not kept: layout, tags"]);
        assert!(draft.body.contains("# Oven"));
    }

    #[test]
    fn without_a_title_the_first_heading_is_it() {
        for text in
            ["# On *bread*\n\nText.", "On *bread*\n===\n\nText.", "---\ndate: 2003\n---\n# On bread\n\nText."]
        {
            let draft = draft(text);
            assert_eq!((draft.title.as_str(), draft.body.as_str()), ("On bread", "Text."), "{text}");
        }
        assert_eq!(draft("```\n# code\n```\n\nText.").title, "");
        assert_eq!(draft("---\ntitle: On Bread\n---\n# On bread\n\nText.").body, "Text.");
        assert_eq!(draft("---\n---\n# On bread").title, "On bread");
    }

    #[test]
    fn drafts_and_old_addresses_are_kept_and_toml_is_read() {
        let hugo = draft(
            "+++\ntitle = 'Bread'\ndate = 2003-03-05T10:00:00Z\ndraft = true\nweight = 3\n\
             aliases = ['/old/bread/', '/older']\n+++\n\nText.\n",
        );
        assert_eq!((hugo.title.as_str(), hugo.is_hidden, hugo.body.trim()), ("Bread", true, "Text."));
        assert_eq!(hugo.date.unwrap().iso(), "2003-03-05");
        assert_eq!(hugo.was, ["/old/bread/", "/older"]);
        assert_eq!(hugo.notes, ["these keys of the front matter were not kept: weight"]);

        let jekyll = draft(
            "---\ntitle: Salt\npublished: false\npermalink: /:year/:title/\nredirect_from: /s.html\n---\nText.\n",
        );
        assert!(jekyll.is_hidden);
        assert_eq!(jekyll.was, ["/s.html"]);
        assert_eq!(draft("---\ntitle: A\npermalink: /a/b/\n---\n").was, ["/a/b/"]);
    }

    #[test]
    fn several_authors_and_odd_dates() {
        let draft = draft("---\ntitle: A\nauthors: [Ann, Bo]\ndate: last spring\n---\n");

        assert_eq!(draft.authors, ["Ann", "Bo"]);
        assert!(draft.date.is_none() && draft.notes[0].contains("last spring"));
    }

    #[test]
    fn unreadable_front_matter_is_refused() {
        for text in
            ["---\ntitle: [a\n---\n", "---\ntitle: a\n", "+++\ntitle = 'a'\n", "+++\ntitle = a\n+++\n"]
        {
            assert!(matches!(read(text, "a.md"), Err(ImportError::BadFrontMatter { .. })), "{text}");
        }
    }
}
