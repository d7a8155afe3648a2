//! What articles have to do with one another, and from when they are for the public.

use super::error::{ContentError, Problem};
use super::front_matter::{named_slug, spoken};
use super::{Files, Items};
use crate::domain::article::{Article, Slug, Ties};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use std::collections::HashMap;

/// How a moment may be written.
const MOMENTS: [&str; 2] = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];

/// Reads the keys that name others. A mistake is told with its key.
pub(super) fn read(
    series: Option<String>,
    related: Vec<String>,
    translates: Option<String>,
) -> Result<Ties, (&'static str, Problem)> {
    let slug = |key: &'static str, text: String| named_slug(key, text).map_err(|problem| (key, problem));
    let related: Result<Vec<Slug>, _> = related.into_iter().map(|text| slug("related", text)).collect();
    Ok(Ties {
        series: spoken(series),
        related: related?,
        translates: translates.map(|text| slug("translates", text)).transpose()?,
    })
}

/// Reads a moment: a day is its beginning.
pub(super) fn moment(text: String) -> Result<NaiveDateTime, Problem> {
    let typed = text.trim();
    let day = NaiveDate::parse_from_str(typed, "%Y-%m-%d").ok().map(|day| day.and_time(NaiveTime::MIN));
    let exact = || MOMENTS.iter().find_map(|form| NaiveDateTime::parse_from_str(typed, form).ok());
    day.or_else(exact).ok_or(Problem::BadMoment { text })
}

/// Every name leads to an article, and each article is there once in a language.
pub(super) fn check(files: &Files<'_>, articles: &Items<Article>, errors: &mut Vec<ContentError>) {
    let mut versions: HashMap<(&Slug, &str), &Slug> = HashMap::new();
    for (file, article) in articles.found.values() {
        let mut wrong = |key: &str, problem: Problem| errors.push(files.located(file, key, problem));
        let named = article.ties.related.iter().map(|slug| ("related", slug));
        for (key, slug) in named.chain(article.ties.translates.iter().map(|slug| ("translates", slug))) {
            if *slug == article.slug {
                wrong(key, Problem::TiedToItself { key });
            } else if !articles.knows(slug) {
                wrong(key, Problem::NoSuchTie { key, slug: slug.to_string() });
            }
        }
        if article.landing && article.publish.is_some() {
            wrong("publish", Problem::LandingWaits);
        }
        let Some(slug) = article.ties.translates.as_ref().filter(|slug| **slug != article.slug) else {
            continue;
        };
        let Some((_file, original)) = articles.found.get(slug) else { continue };
        let other = versions.insert((slug, article.language.as_str()), &article.slug);
        if original.ties.translates.is_some() {
            wrong("translates", Problem::TranslationOfOne { slug: slug.to_string() });
        } else if original.language == article.language {
            wrong("translates", Problem::TwiceInLanguage { slug: slug.to_string() });
        } else if let Some(other) = other {
            wrong("translates", Problem::TwiceInLanguage { slug: other.to_string() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::load;
    use super::*;

    #[test]
    fn a_moment_is_a_day_or_a_time_of_it() {
        let read = |text: &str| moment(text.to_owned()).map(|at| at.to_string());

        assert_eq!(read("2026-12-01").unwrap(), "2026-12-01 00:00:00");
        assert_eq!(read(" 2026-12-01 08:30 ").unwrap(), "2026-12-01 08:30:00");
        assert_eq!(read("2026-12-01T08:30").unwrap(), "2026-12-01 08:30:00");
        for bad in ["", "tomorrow", "2026-02-30", "2026-12-01 25:00", "08:30"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ties_that_cannot_be_are_told_where_they_are_written() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("articles")).unwrap();
        let write = |name: &str, keys: &str| {
            let text = format!("---\ntitle: A\n{keys}---\n");
            std::fs::write(folder.path().join(format!("articles/{name}.md")), text).unwrap();
        };
        let told = || load(folder.path()).map_or_else(|errors| errors.to_string(), |_library| String::new());
        write("home", "landing: true\n");
        write("brot", "language: de\ntranslates: home\nseries: Of bread\nrelated: [home]\n");
        assert_eq!(told(), "");

        for (keys, fault) in [
            ("related: [nowhere]\n", "`nowhere` does not exist"),
            ("related: [other]\n", "names the article itself"),
            ("language: fr\ntranslates: brot\n", "is a translation itself"),
            ("translates: home\n", "the same article in this language"),
            ("language: de\ntranslates: home\n", "the same article in this language"),
            ("translates: nowhere\n", "correct `translates:`"),
            ("publish: soon\n", "is no moment"),
        ] {
            write("other", keys);
            assert!(told().contains(fault), "{keys}: {}", told());
        }
        write("other", "");
        write("home", "landing: true\npublish: 2030-01-01\n");
        assert!(told().contains("cannot wait"), "{}", told());
    }

    #[test]
    fn what_is_to_appear_later_is_held_back_until_then() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("articles")).unwrap();
        for (name, keys) in [
            ("home", "landing: true"),
            ("soon", "publish: 2026-12-01"),
            ("later", "publish: 2026-12-02 08:00"),
        ] {
            let text = format!("---\ntitle: A\n{keys}\n---\n");
            std::fs::write(folder.path().join(format!("articles/{name}.md")), text).unwrap();
        }
        let at = |text: &str| {
            let mut library = load(folder.path()).unwrap();
            library.hold_back(moment(text.to_owned()).unwrap());
            (library.published().count(), library.due.map(|due| due.to_string()))
        };
        assert_eq!(at("2026-11-30 23:59"), (1, Some("2026-12-01 00:00:00".to_owned())));
        assert_eq!(at("2026-12-01"), (2, Some("2026-12-02 08:00:00".to_owned())));
        assert_eq!(at("2026-12-02 08:00"), (3, None));
    }
}
