//! Every feed held against the rules of its kind: RFC 4287 for Atom, RSS 2.0, and JSON Feed 1.1.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::{DateTime, FixedOffset};
use mainstay::domain::audit::Actor;
use mainstay::domain::comment::Verdict;
use mainstay::domain::ids::CommentId;
use mainstay::usecases::comments::{self, Decision};
use quick_xml::events::Event;
use quick_xml::reader::Reader;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::office::content::publication_with;
use crate::support::app::TestApp;
use crate::support::both;

const FIRST: &str = "---\ntitle: Ink & <paper>\ndate: 2026-06-02\nauthors: [Ann Reader, Ben]\n---\n\nSee [the rest](/articles).\n";
const SECOND: &str = "---\ntitle: Lead\ndate: 2026-05\nlanguage: de\n---\n\nKurz.\n";
const NEWS: &str = "---\ntitle: Press & fund\nsummary: It prints.\nupdates:\n  - day: 2026-06-02\n    title: It is <here>\n    \
    text: It *stands* in [the hall](/articles).\n  - day: 2026-05-02\n    title: Ordered\n    text: A press.\n  - day: 2026-05-02\n    \
    title: Paid & ordered\n    text: Two of one day.\n---\n\nWhat it is for.\n";
const QUIET: &str = "---\ntitle: Press & fund\nsummary: It prints.\n---\n\nWhat it is for.\n";
const PAGE: &str = "/campaigns/press-fund";

/// An element of a document that is well formed.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    text: String,
    children: Vec<Element>,
}

impl Element {
    fn of(text: &str) -> Self {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        let mut open = vec![Self::default()];
        loop {
            let event = reader.read_event().unwrap_or_else(|error| panic!("{error}: {text}"));
            let innermost = open.last_mut().unwrap();
            match event {
                Event::Start(start) => {
                    let name = start.name();
                    let name: &str = name.as_ref();
                    let attributes = start
                        .attributes()
                        .map(|attribute| {
                            let attribute = attribute.unwrap();
                            let key: &str = attribute.key.as_ref();
                            (key.to_owned(), attribute.value.to_string())
                        })
                        .collect();
                    open.push(Self { name: name.to_owned(), attributes, ..Self::default() });
                }
                Event::End(_) => {
                    let done = open.pop().unwrap();
                    open.last_mut().unwrap().children.push(done);
                }
                Event::Text(letters) => innermost.text.push_str(&letters.xml10_content()),
                Event::CData(letters) => innermost.text.push_str(&letters.xml10_content()),
                Event::GeneralRef(name) => {
                    let known: &str = &name;
                    let letter = match known {
                        "amp" => '&',
                        "lt" => '<',
                        "gt" => '>',
                        "quot" => '"',
                        "apos" => '\'',
                        _ => name.resolve_char_ref().unwrap().unwrap(),
                    };
                    innermost.text.push(letter);
                }
                Event::Eof => break,
                Event::Empty(_) | Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
        assert_eq!(open.len(), 1, "{text}");
        let mut document = open.remove(0);
        assert_eq!(document.children.len(), 1, "one root: {text}");
        document.children.remove(0)
    }

    fn all(&self, name: &str) -> Vec<&Self> {
        self.children.iter().filter(|child| child.name == name).collect()
    }

    /// The one element of this name; there must be no other, and it must say something.
    fn one(&self, name: &str) -> &Self {
        let [one] = self.all(name)[..] else { panic!("not one {name}: {self:#?}") };
        assert!(!one.text.trim().is_empty(), "an empty {name}: {self:#?}");
        one
    }

    fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).unwrap_or_else(|| panic!("no {name}: {self:#?}"))
    }
}

/// An address that stands for itself.
fn whole(address: &str) -> &str {
    let url = url::Url::parse(address).unwrap_or_else(|error| panic!("{address}: {error}"));
    assert!(matches!(url.scheme(), "http" | "https") && url.has_host(), "{address}");
    address
}

fn rfc3339(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn rfc822(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc2822(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Each is told once, and nothing older before what is newer.
fn in_order(entries: &[(String, DateTime<FixedOffset>)]) {
    let names: BTreeSet<&str> = entries.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names.len(), entries.len(), "a name twice: {entries:?}");
    assert!(entries.is_sorted_by(|(_, first), (_, second)| first >= second), "{entries:?}");
}

/// No address in the text is one that means something here only.
fn stands_alone(html: &str) {
    for attribute in ["href=\"", "src=\""] {
        for part in html.split(attribute).skip(1) {
            whole(part.split_once('"').unwrap().0);
        }
    }
}

/// Titles of an Atom feed that keeps the rules of RFC 4287.
fn atom(text: &str, address: &str) -> Vec<String> {
    let feed = Element::of(text);
    assert_eq!((feed.name.as_str(), feed.attribute("xmlns")), ("feed", "http://www.w3.org/2005/Atom"));
    whole(&feed.one("id").text);
    feed.one("title");
    let updated = rfc3339(&feed.one("updated").text);
    let own: Vec<&Element> =
        feed.all("link").into_iter().filter(|link| link.attribute("rel") == "self").collect();
    assert_eq!(own.len(), 1, "{text}");
    assert_eq!(whole(own[0].attribute("href")), address);
    let mut entries = Vec::new();
    let mut titles = Vec::new();
    for entry in feed.all("entry") {
        whole(&entry.one("id").text);
        let day = rfc3339(&entry.one("updated").text);
        rfc3339(&entry.one("published").text);
        assert!(day <= updated, "{text}");
        let authors = entry.all("author");
        assert!(!authors.is_empty() || !feed.all("author").is_empty(), "{text}");
        for author in authors {
            author.one("name");
        }
        let links = entry.all("link");
        let alternate: Vec<&&Element> =
            links.iter().filter(|link| link.attribute("rel") == "alternate").collect();
        assert_eq!(alternate.len(), 1, "{text}");
        whole(alternate[0].attribute("href"));
        let content = entry.one("content");
        assert_eq!(content.attribute("type"), "html");
        stands_alone(&content.text);
        entries.push((entry.one("id").text.clone(), day));
        titles.push(entry.one("title").text.clone());
    }
    in_order(&entries);
    titles
}

/// Titles of a feed that keeps the rules of RSS 2.0.
fn rss(text: &str, address: &str) -> Vec<String> {
    let root = Element::of(text);
    assert_eq!((root.name.as_str(), root.attribute("version")), ("rss", "2.0"));
    let [channel] = root.all("channel")[..] else { panic!("not one channel: {text}") };
    channel.one("title");
    channel.one("description");
    whole(&channel.one("link").text);
    let own = channel.all("atom:link");
    assert_eq!((own.len(), own[0].attribute("rel")), (1, "self"), "{text}");
    assert_eq!(whole(own[0].attribute("href")), address);
    let mut entries = Vec::new();
    let mut titles = Vec::new();
    for item in channel.all("item") {
        whole(&item.one("link").text);
        let guid = item.one("guid");
        if guid.attributes.get("isPermaLink").is_none_or(|is| is == "true") {
            whole(&guid.text);
        }
        item.one("description");
        if let [content] = item.all("content:encoded")[..] {
            stands_alone(&content.text);
        }
        entries.push((guid.text.clone(), rfc822(&item.one("pubDate").text)));
        titles.push(item.one("title").text.clone());
    }
    in_order(&entries);
    titles
}

/// Titles of a feed that keeps the rules of JSON Feed 1.1.
fn json_feed(text: &str, address: &str) -> Vec<String> {
    let feed: Value = serde_json::from_str(text).unwrap();
    let said = |value: &Value| {
        value.as_str().filter(|text| !text.is_empty()).unwrap_or_else(|| panic!("{text}")).to_owned()
    };
    assert_eq!(feed["version"], "https://jsonfeed.org/version/1.1");
    said(&feed["title"]);
    said(&feed["language"]);
    whole(&said(&feed["home_page_url"]));
    assert_eq!(whole(&said(&feed["feed_url"])), address);
    let mut entries = Vec::new();
    let mut titles = Vec::new();
    for item in feed["items"].as_array().unwrap() {
        whole(&said(&item["url"]));
        stands_alone(&said(&item["content_html"]));
        for author in item["authors"].as_array().unwrap() {
            said(&author["name"]);
        }
        entries.push((said(&item["id"]), rfc3339(&said(&item["date_published"]))));
        titles.push(said(&item["title"]));
    }
    in_order(&entries);
    titles
}

/// What a feed tells of, which is of this kind and not sent to who has it.
async fn told(app: &TestApp, path: &str, rules: fn(&str, &str) -> Vec<String>, kind: &str) -> Vec<String> {
    let client = app.client();
    let answer = client.get(path).await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, kind), "{path}");
    let again = client.request(Method::GET, path).header("if-none-match", answer.header("etag"));
    assert_eq!(client.send(again).await.status, StatusCode::NOT_MODIFIED, "{path}");
    rules(&answer.text(), &format!("{}{path}", app.ctx().policy.public_url))
}

/// The titles that all three feeds below an address tell.
async fn told_alike(app: &TestApp, place: &str) -> Vec<String> {
    let atom = told(app, &format!("{place}/feed.xml"), atom, "application/atom+xml; charset=utf-8").await;
    let rss = told(app, &format!("{place}/rss.xml"), rss, "application/rss+xml; charset=utf-8").await;
    let json = told(app, &format!("{place}/feed.json"), json_feed, "application/feed+json").await;
    assert_eq!((&atom, &atom), (&rss, &json));
    atom
}

fn write_news(folder: &Path, text: &str) {
    std::fs::write(folder.join("campaigns/press-fund.md"), text).unwrap();
}

both! {
    async fn every_feed_keeps_the_rules_of_its_kind(engine) {
        let (app, _folder) = publication_with(engine, &[("ink", FIRST), ("lead", SECOND)]).await;
        let titles = told_alike(&app, "").await;
        assert_eq!(titles[..2], ["Ink & <paper>", "Lead"]);

        let form = [("name", "Ann <b>"), ("email", "ann@example.org"), ("text", "I & you.\n\n<Two>."), ("reply_to", "")];
        let sent = app.client().post("/articles/ink/comments", &form).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        let id: CommentId = app.lines("SELECT id AS line FROM comments").await.remove(0).parse().unwrap();
        let decision = Decision { verdict: Verdict::Approve, reason: String::new() };
        comments::decide(app.ctx(), Actor::Command, vec![id], decision).await.unwrap();
        app.looks().await;
        for path in ["/comments.rss", "/articles/ink/comments.rss"] {
            let titles = told(&app, path, rss, "application/rss+xml; charset=utf-8").await;
            assert_eq!(titles, ["Ink & <paper>"], "{path}");
        }
        let none = told(&app, "/articles/lead/comments.rss", rss, "application/rss+xml; charset=utf-8").await;
        assert!(none.is_empty());
        app.finish().await;
    }
}

both! {
    async fn the_news_of_a_campaign_can_be_followed(engine) {
        let (app, folder) = publication_with(engine, &[]).await;
        write_news(folder.path(), QUIET);
        app.looks().await;
        assert!(told_alike(&app, PAGE).await.is_empty(), "nothing has happened yet");
        let page = app.client().get(PAGE).await.text();
        assert!(page.contains("type=\"application/atom+xml\" title=\"News: Press &amp; fund\" href=\"/campaigns/press-fund/feed.xml\""), "{page}");
        assert!(!page.contains("Follow as a feed"), "there is nothing to follow it from: {page}");

        write_news(folder.path(), NEWS);
        app.looks().await;
        assert_eq!(told_alike(&app, PAGE).await, ["It is <here>", "Ordered", "Paid & ordered"]);
        let page = app.client().get(PAGE).await.text();
        assert!(page.contains("Follow as a feed") && page.contains("href=\"/campaigns/press-fund/feed.json\""), "{page}");
        let feed: Value = app.client().get(&format!("{PAGE}/feed.json")).await.json();
        let address = |number: usize| feed["items"][number]["url"].as_str().unwrap().to_owned();
        let (_, place) = address(1).split_once('#').map(|(page, place)| (page.to_owned(), place.to_owned())).unwrap();
        assert!(page.contains(&format!("id=\"{place}\"")), "{place}: {page}");
        assert!(feed["items"][0]["content_html"].as_str().unwrap().contains("<em>stands</em>"));

        // What is told of before keeps its name.
        let older = (address(1), address(2));
        write_news(folder.path(), &NEWS.replace("updates:\n", "updates:\n  - day: 2026-06-09\n    title: Newer\n    text: Yes.\n"));
        app.looks().await;
        let feed: Value = app.client().get(&format!("{PAGE}/feed.json")).await.json();
        assert_eq!((feed["items"][2]["url"].as_str(), feed["items"][3]["url"].as_str()), (Some(older.0.as_str()), Some(older.1.as_str())));
        assert_eq!(app.client().get("/campaigns/no-such/feed.xml").await.status, StatusCode::NOT_FOUND);
        app.finish().await;
    }
}
