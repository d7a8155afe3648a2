//! What programs read of the publication: feeds, the map of the site, rules for robots, structured data.

use std::collections::BTreeSet;

use mainstay::domain::access::Role;
use reqwest::StatusCode;
use serde_json::Value;

use crate::office::content::{publication_with, seen};
use crate::support::app::{Engine, TestApp};
use crate::support::browser::{Browser, JavaScript};

const DRAFT: &str = "---\ntitle: Not yet\ndate: 2026-06-01\ndraft: true\n---\n\nSoon.\n";
const NEWS: &str =
    "---\ntitle: Ink & <paper>\ndate: 2026-06-02\nauthor: Ann Reader\n---\n\nSee [the rest](/articles).\n";

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
