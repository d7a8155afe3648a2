//! Articles among others: when they appear, what they belong with, and the lists that they stand in.

use std::fmt::Write as _;

use chrono::TimeDelta;
use mainstay::domain::access::{Role, Scope};
use reqwest::StatusCode;

use crate::office::content::publication_with;
use crate::support::both;

const SOON: &str = "---\ntitle: Of tomorrow\ndate: 2026-06-15\npublish: 2026-06-15 11:30\nauthor: Ann Reader\n---\n\nText.\n";
const FIRST: &str = "---\ntitle: The first letter\ndate: 2026-05-01\nkicker: Letters\nseries: Letters from the press\nauthor: Ann Reader\n---\n\nOne.\n";
const SECOND: &str = "---\ntitle: The second letter\ndate: 2026-05-08\nkicker: Letters\nseries: Letters from the press\nauthors: [Ann Reader, \
    Анна]\nrelated: [essay]\n---\n\nTwo.[^1]\n\n[^1]: A note.\n";
const ESSAY: &str = "---\ntitle: An essay\ndate: 2026-05-02\n---\n\nLong.\n";
const ESSAY_DE: &str =
    "---\ntitle: Ein Essay\ndate: 2026-05-03\nlanguage: de\ntranslates: essay\n---\n\nLang.\n";

both! {
    async fn an_article_appears_at_its_moment_everywhere(engine) {
        // The clock stands at 11:00 in London.
        let (app, _folder) = publication_with(engine, &[("soon", SOON)]).await;
        let reader = app.client();
        let shown = async || {
            let mut places = Vec::new();
            for path in ["/articles", "/feed.xml", "/rss.xml", "/feed.json", "/sitemap.xml", "/articles/about-our-funding"] {
                if reader.get(path).await.text().contains("/articles/soon") {
                    places.push(path);
                }
            }
            (reader.get("/articles/soon").await.status, places.len())
        };
        assert_eq!(shown().await, (StatusCode::NOT_FOUND, 0));
        let program = app.program(Scope::Read).await;
        let told = program.reads("/articles").await;
        let soon = told["items"].as_array().unwrap().iter().find(|item| item["slug"] == "soon").unwrap().clone();
        assert_eq!((&soon["publish"], &soon["draft"]), (&"2026-06-15T11:30".into(), &false.into()));

        let office = app.clerk(Role::Editor).await.get("/admin/content").await.text();
        assert!(office.contains("from 15 June 2026, 11:30"), "{office}");

        app.clock.advance(TimeDelta::minutes(29));
        app.looks().await;
        assert_eq!(shown().await, (StatusCode::NOT_FOUND, 0));
        app.clock.advance(TimeDelta::minutes(1));
        app.looks().await;
        assert_eq!(shown().await, (StatusCode::OK, 6));
        assert_eq!(reader.get("/authors/ann-reader").await.status, StatusCode::OK);
        app.finish().await;
    }
}

both! {
    async fn parts_versions_and_what_belongs_together_lead_to_each_other(engine) {
        let all = [("first", FIRST), ("second", SECOND), ("essay", ESSAY), ("essay-de", ESSAY_DE)];
        let (app, _folder) = publication_with(engine, &all).await;
        let reader = app.client();
        let page = async |path: &str| {
            let answer = reader.get(path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            answer.text()
        };
        let second = page("/articles/second").await;
        let (_, series) = second.split_once("class=\"series\"").unwrap();
        let (series, _) = series.split_once("</nav>").unwrap();
        assert!(series.contains("Part 2 of 2") && series.contains("href=\"/series/letters-from-the-press\""), "{series}");
        assert!(series.find("The first letter").unwrap() < series.find("The second letter").unwrap(), "{series}");
        assert!(series.contains("<b aria-current=\"page\">The second letter</b>"), "{series}");
        assert!(second.contains("href=\"/sections/letters\"") && second.contains("href=\"/authors/ann-reader\""), "{second}");
        assert!(second.contains("<a href=\"#fn-1\">1</a>") && second.contains("<a href=\"#fnref-1\">1</a>"), "{second}");

        // One of them says that they belong together.
        for (path, other) in [("/articles/second", "/articles/essay"), ("/articles/essay", "/articles/second")] {
            let text = page(path).await;
            let (_, related) = text.split_once("id=\"related-heading\"").unwrap_or_else(|| panic!("{path}: {text}"));
            let (related, more) = related.split_once("</section>").unwrap();
            assert!(related.contains(&format!("href=\"{other}\"")), "{path}: {related}");
            assert!(!more.contains(&format!("href=\"{other}\"")), "once is enough: {more}");
        }
        for (path, other, name) in [("/articles/essay", "/articles/essay-de", "Deutsch"), ("/articles/essay-de", "/articles/essay", "English")] {
            let text = page(path).await;
            let (_, versions) = text.split_once("class=\"versions\"").unwrap_or_else(|| panic!("{path}: {text}"));
            let (versions, _) = versions.split_once("</p>").unwrap();
            assert!(versions.contains(&format!("href=\"{other}\"")) && versions.contains(name), "{path}: {versions}");
            for (tag, version) in [("en", "essay"), ("de", "essay-de")] {
                let link = format!("<link rel=\"alternate\" hreflang=\"{tag}\" href=\"{}/articles/{version}\">", app.url);
                assert!(text.contains(&link), "{path}: {text}");
            }
        }
        assert!(!page("/articles/first").await.contains("class=\"versions\""));

        let author = page("/authors/ann-reader").await;
        assert!(author.contains("Articles by Ann Reader") && author.contains("/articles/first") && author.contains("/articles/second"), "{author}");
        let (before, _) = second.split_once(">Анна</a>").unwrap_or_else(|| panic!("{second}"));
        let (_, after) = before.rsplit_once("href=\"").unwrap();
        let (place, _) = after.split_once('"').unwrap();
        assert!(place.starts_with("/authors/"), "{place}");
        assert!(page(place).await.contains("/articles/second"));
        let series = page("/series/letters-from-the-press?lang=de").await;
        assert!(series.contains("Serie") && series.find("/articles/first").unwrap() < series.find("/articles/second").unwrap(), "{series}");
        assert!(page("/sections/letters").await.contains("/articles/first"));
        assert_eq!(reader.get("/authors/nobody").await.status, StatusCode::NOT_FOUND);
        app.finish().await;
    }
}

both! {
    async fn a_long_list_is_turned_over_page_by_page(engine) {
        let texts: Vec<(String, String)> = (1..=60)
            .map(|number| {
                let mut text = String::new();
                write!(text, "---\ntitle: Note {number}\ndate: 2026-04-{:02}\n---\n\nShort.\n", 1 + number % 28).unwrap();
                (format!("note-{number}"), text)
            })
            .collect();
        let articles: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let (app, _folder) = publication_with(engine, &articles).await;
        let reader = app.client();
        let count = |page: &str| page.matches("<article dir=\"auto\">").count();
        let first = reader.get("/articles").await.text();
        assert!(first.contains("rel=\"next\" href=\"/articles?page=2\"") && !first.contains("rel=\"prev\""), "{first}");
        let second = reader.get("/articles?page=2").await.text();
        assert!(second.contains("rel=\"prev\" href=\"/articles\"") && !second.contains("rel=\"next\""), "{second}");
        assert_eq!((count(&first), count(&second)), (50, 12), "with the two of the example");
        assert!(second.contains(&format!("<link rel=\"canonical\" href=\"{}/articles?page=2\">", app.url)), "{second}");
        assert!(second.contains("href=\"?page=2&amp;lang=fr\"") || second.contains("href=\"?page=2&lang=fr\""), "{second}");
        for path in ["/articles?page=3", "/articles?page=0", "/articles?page=x"] {
            assert_eq!(reader.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        app.finish().await;
    }
}
