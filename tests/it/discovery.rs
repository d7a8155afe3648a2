//! What programs read of the publication: feeds, the map of the site, rules for robots, structured data.

use std::collections::BTreeSet;

use mainstay::domain::access::Role;
use quick_xml::events::Event;
use quick_xml::reader::Reader;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::office::content::{publication_with, seen};
use crate::support::app::{Engine, TestApp};
use crate::support::browser::{Browser, JavaScript};

const DRAFT: &str = "---\ntitle: Not yet\ndate: 2026-06-01\ndraft: true\n---\n\nSoon.\n";
const NEWS: &str =
    "---\ntitle: Ink & <paper>\ndate: 2026-06-02\nauthor: Ann Reader\n---\n\nSee [the rest](/articles).\n";

/// How many elements of this name an XML document has, which must be well formed.
pub(crate) fn elements(text: &str, name: &str) -> usize {
    let mut reader = Reader::from_str(text);
    let (mut found, mut depth) = (0, 0);
    loop {
        let event = reader.read_event().unwrap_or_else(|error| panic!("{error}: {text}"));
        if let Event::Start(tag) | Event::Empty(tag) = &event {
            assert!(tag.attributes().all(|attribute| attribute.is_ok()), "{text}");
            found += usize::from(tag.name().0 == name);
        }
        depth += i32::from(matches!(event, Event::Start(_))) - i32::from(matches!(event, Event::End(_)));
        if matches!(event, Event::Eof) {
            break;
        }
    }
    assert_eq!(depth, 0, "{text}");
    found
}

/// The data in a page for search engines.
fn data(page: &str) -> Vec<Value> {
    let parts = page.split("<script type=\"application/ld+json\">").skip(1);
    parts.map(|part| serde_json::from_str(part.split_once("</script>").unwrap().0).unwrap()).collect()
}

/// The site with one more article, and one that is a draft.
async fn site() -> (TestApp, tempfile::TempDir) {
    publication_with(Engine::Sqlite, &[("not-yet", DRAFT), ("news", NEWS)]).await
}

#[tokio::test]
async fn every_place_on_the_map_is_there_and_no_draft_is_told_of() {
    let (app, _folder) = site().await;
    let client = app.client();
    let map = client.get("/sitemap.xml").await;
    assert_eq!(map.header("content-type"), "application/xml; charset=utf-8");
    let map = map.text();
    let places: BTreeSet<&str> = map
        .split("<loc>")
        .skip(1)
        .map(|part| part.split_once('<').unwrap().0)
        .map(|url| url.strip_prefix(app.ctx().policy.public_url.as_str()).unwrap())
        .collect();
    assert!(places.len() >= 6, "{map}");
    for place in places {
        assert_eq!(client.get(place).await.status, StatusCode::OK, "{place}");
    }
    for path in ["/sitemap.xml", "/feed.xml", "/rss.xml", "/feed.json"] {
        let told = client.get(path).await.text();
        assert!(!told.contains("not-yet") && !told.contains("Not yet"), "{path}: {told}");
    }
    let robots = client.get("/robots.txt").await.text();
    assert!(robots.contains("Disallow: /admin\n") && robots.contains("/sitemap.xml"), "{robots}");
    app.finish().await;
}

#[tokio::test]
async fn feeds_tell_the_newest_first_and_are_asked_for_in_vain_until_something_changes() {
    let (app, _folder) = site().await;
    let client = app.client();
    let feed: Value = serde_json::from_str(&client.get("/feed.json").await.text()).unwrap();
    let newest = &feed["items"][0];
    assert_eq!(
        (&newest["title"], &newest["authors"][0]["name"]),
        (&"Ink & <paper>".into(), &"Ann Reader".into())
    );
    let html = newest["content_html"].as_str().unwrap();
    assert!(html.contains(&format!("href=\"{}/articles\"", app.ctx().policy.public_url)), "{html}");

    let first = client.get("/feed.xml").await;
    let tag = first.header("etag").to_owned();
    let again = client.request(reqwest::Method::GET, "/feed.xml").header("if-none-match", &tag);
    assert_eq!(client.send(again).await.status, StatusCode::NOT_MODIFIED);
    let mut editor = app.clerk(Role::Editor).await;
    let path = "/admin/content/articles/news";
    let digest = seen(&editor.get(path).await.text());
    let text = NEWS.replace("Ink", "Lead");
    assert!(
        editor.post(path, &[("seen", &digest), ("text", &text)]).await.location().ends_with("done=saved")
    );
    let again = client.request(reqwest::Method::GET, "/feed.xml").header("if-none-match", &tag);
    assert!(client.send(again).await.text().contains("Lead &amp; &lt;paper&gt;"));
    app.finish().await;
}

#[tokio::test]
async fn feeds_and_the_map_are_strict_xml_and_the_map_has_the_languages() {
    let (app, _folder) = site().await;
    let client = app.client();
    let languages = app.client().get("/sitemap.xml").await.text();
    let pages = languages.matches("hreflang=\"x-default\"").count();
    assert!(pages >= 4, "{languages}");
    assert_eq!(elements(&languages, "xhtml:link"), pages * 8, "seven languages and the one for all others");
    assert!(languages.contains("<lastmod>2026-06-02</lastmod>"), "{languages}");
    let entries = elements(&client.get("/feed.xml").await.text(), "entry");
    assert!(entries >= 1);
    assert_eq!(elements(&client.get("/rss.xml").await.text(), "item"), entries);
    assert_eq!(elements(&client.get("/comments.rss").await.text(), "channel"), 1);
    app.finish().await;
}

#[tokio::test]
async fn an_article_says_what_it_is_where_it_stands_and_how_to_give() {
    let (app, _folder) = site().await;
    let client = app.client();
    let url = app.url.as_str();
    let page = client.get("/articles/news").await.text();
    let told = data(&page);
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!((&told[0]["@type"], &told[0]["headline"]), (&"NewsArticle".into(), &"Ink & <paper>".into()));
    assert_eq!((&told[0]["datePublished"], &told[0]["commentCount"]), (&"2026-06-02".into(), &0.into()));
    assert!(page.contains(&format!("content=\"{}\"", told[0]["image"][0].as_str().unwrap())), "{page}");
    assert_eq!(told[1]["@type"], "BreadcrumbList");
    let last = &told[1]["itemListElement"][2];
    assert_eq!((&last["position"], &last["item"]), (&3.into(), &format!("{url}/articles/news").into()));

    let front = data(&client.get("/").await.text());
    assert!(front.iter().all(|data| data["@type"] != "BreadcrumbList"), "{front:?}");
    let giving = data(&client.get("/donate").await.text());
    assert_eq!((&giving[0]["@type"], &giving[0]["name"]), (&"DonateAction".into(), &"Press fund".into()));
    assert_eq!(giving[0]["target"]["urlTemplate"], format!("{url}/donate?campaign=press-fund"));
    app.finish().await;
}

#[tokio::test]
async fn a_page_in_every_language_has_an_address_in_each() {
    let (app, _folder) = site().await;
    let client = app.client();
    let page = client.get("/articles?lang=fr").await.text();
    let canonical = |path: &str| format!("<link rel=\"canonical\" href=\"{}{path}\">", app.url);
    assert!(page.contains(&canonical("/articles?lang=fr")), "{page}");
    assert!(page.contains(&format!("hreflang=\"x-default\" href=\"{}/articles\">", app.url)), "{page}");
    assert!(page.contains(&format!("hreflang=\"ar\" href=\"{}/articles?lang=ar\">", app.url)), "{page}");
    assert!(client.get("/articles").await.text().contains(&canonical("/articles")));
    let giving = client.get("/donate?lang=de").await.text();
    assert!(giving.contains(&canonical("/donate?campaign=press-fund&amp;lang=de")), "{giving}");
    // An article is written in one language, whatever stands around it.
    let article = client.get("/articles/news?lang=fr").await.text();
    assert!(article.contains(&canonical("/articles/news")), "{article}");
    assert!(!article.contains("<link rel=\"alternate\" hreflang"), "{article}");
    app.finish().await;
}

#[tokio::test]
async fn a_picture_is_drawn_once_and_has_another_address_when_it_says_something_else() {
    let (app, _folder) = site().await;
    let client = app.client();
    let address = |page: &str| {
        let (_, after) = page.split_once("property=\"og:image\" content=\"").unwrap();
        after.split_once('"').unwrap().0.to_owned()
    };
    let first = address(&client.get("/articles/news").await.text());
    let picture = client.get(&first).await;
    assert_eq!((picture.status, picture.header("content-type")), (StatusCode::OK, "image/png"));
    let decoder = png::Decoder::new(std::io::Cursor::new(&picture.body));
    let info = decoder.read_info().unwrap().info().size();
    assert_eq!(info, (1200, 630));
    assert!(picture.header("cache-control").contains("immutable"), "{:?}", picture.headers);
    assert_eq!(picture.header("cross-origin-resource-policy"), "cross-origin");
    let squeezed = client.request(Method::GET, &first).header("accept-encoding", "br, gzip");
    assert_eq!(client.send(squeezed).await.header("content-encoding"), "", "it is small already");
    let again = client.request(Method::GET, &first).header("if-none-match", picture.header("etag"));
    assert_eq!(client.send(again).await.status, StatusCode::NOT_MODIFIED);
    assert!(!client.get("/articles/news/card.png").await.header("cache-control").contains("immutable"));
    assert_eq!(client.get("/articles/not-yet/card.png").await.status, StatusCode::NOT_FOUND, "a draft");
    for path in ["/", "/articles", "/donate", "/patrons"] {
        let shown = client.get(&address(&client.get(path).await.text())).await;
        assert_eq!((shown.status, shown.header("content-type")), (StatusCode::OK, "image/png"), "{path}");
    }

    let mut editor = app.clerk(Role::Editor).await;
    let path = "/admin/content/articles/news";
    let digest = seen(&editor.get(path).await.text());
    let text = NEWS.replace("Ink", "Lead");
    editor.post(path, &[("seen", &digest), ("text", &text)]).await;
    let second = address(&client.get("/articles/news").await.text());
    assert_ne!(first, second);
    assert_ne!(client.get(&second).await.body, picture.body);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn feeds_and_maps_are_well_formed_and_structured_data_is_data() {
    let (app, _folder) = site().await;
    let browser = Browser::open(JavaScript::On, 800, 600).await;
    browser.goto(&format!("{}/articles/news", app.url)).await;
    let is_xml = "return new DOMParser().parseFromString(arguments[0], 'text/xml').querySelector('parsererror') === null";
    for path in ["/feed.xml", "/rss.xml", "/sitemap.xml"] {
        let text = app.client().get(path).await.text();
        assert_eq!(browser.client.execute(is_xml, vec![text.into()]).await.unwrap(), true, "{path}");
    }
    let about =
        "return JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent)";
    let about = browser.client.execute(about, Vec::new()).await.unwrap();
    assert_eq!(about["headline"], "Ink & <paper>");
    assert_eq!(about["@type"], "NewsArticle");
    assert!(browser.console().await.is_empty(), "the policy has nothing against it");
    app.finish().await;
}
