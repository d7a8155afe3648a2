//! Pages that are given again: the same to the byte for whoever asks the same, and never what somebody else was to see.

use reqwest::Method;
use reqwest::header::HeaderMap;

use crate::office::content::publication_with;
use crate::support::app::Engine;
use crate::support::client::{Answer, Client};
use crate::support::{flow, twins};

const ARTICLE: &str = "/articles/about-our-funding";

/// A question with headers of its own.
async fn asks(client: &Client, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = client.request(Method::GET, path);
    client.send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

/// What is the same whenever it is asked.
fn lasting(answer: &Answer) -> (u16, HeaderMap, Vec<u8>) {
    let mut headers = answer.headers.clone();
    headers.remove("x-request-id");
    headers.remove("date");
    (answer.status.as_u16(), headers, answer.body.clone())
}

flow! {
    async fn the_same_question_has_the_same_answer_under_an_id_of_its_own(app) {
        let client = app.client();
        let tag = client.get("/").await.header("etag").to_owned();
        let none = client.get("/articles/nothing-here").await;
        assert_eq!(none.status, 404);
        for (path, headers) in [
            ("/", vec![]),
            (ARTICLE, vec![("accept-encoding", "br")]),
            (ARTICLE, vec![("accept-language", "fr")]),
            ("/articles", vec![("accept-encoding", "gzip")]),
            ("/feed.xml", vec![]),
            ("/sitemap.xml", vec![]),
            ("/", vec![("if-none-match", tag.as_str())]),
        ] {
            let first = asks(&client, path, &headers).await;
            let status = if headers.iter().any(|(name, _)| *name == "if-none-match") { 304 } else { 200 };
            assert_eq!(first.status, status, "{path} {headers:?}");
            for _again in 0..2 {
                let again = asks(&client, path, &headers).await;
                assert_eq!(lasting(&again), lasting(&first), "{path} {headers:?}");
                assert_ne!(again.header("x-request-id"), first.header("x-request-id"), "{path}");
            }
        }
        assert_eq!(client.get("/articles/nothing-here").await.status, 404);
    }
}

flow! {
    async fn whoever_asks_otherwise_is_answered_otherwise(app) {
        let client = app.client();
        let ways: [&[(&str, &str)]; 8] = [
            &[],
            &[("accept-language", "fr")],
            &[("accept-language", "ar")],
            &[("accept-encoding", "br")],
            &[("accept-encoding", "gzip")],
            &[("cookie", "gave=1")],
            &[("cookie", "lang=de")],
            &[("if-none-match", "\"another\"")],
        ];
        let mut first = Vec::new();
        for way in ways {
            first.push(lasting(&asks(&client, ARTICLE, way).await));
        }
        let mut bodies: Vec<&[u8]> = first.iter().map(|(_, _, body)| body.as_slice()).collect();
        bodies.sort_unstable();
        bodies.dedup();
        assert_eq!(bodies.len(), ways.len() - 1, "all but the last are different pages, or written otherwise");
        for (way, first) in ways.iter().zip(&first).rev() {
            assert_eq!(&lasting(&asks(&client, ARTICLE, way).await), first, "{way:?}");
        }

        let chosen = client.get("/?lang=fr").await;
        assert!(chosen.header("set-cookie").starts_with("lang=fr"), "a query is a question of its own");
        assert!(client.get("/").await.headers.get("set-cookie").is_none());
        let head = client.send(client.request(Method::HEAD, ARTICLE)).await;
        assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
        let posted = client.send(client.request(Method::POST, ARTICLE)).await;
        assert_eq!(posted.status, 405);
    }
}

async fn what_changes_is_seen_by_whoever_asks_next(engine: Engine) {
    let (app, folder) =
        publication_with(engine, &[("salt", "---\ntitle: On salt\n---\n\nSalt is old.\n")]).await;
    let client = app.client();
    for path in ["/articles/salt", "/articles", "/feed.xml", "/articles/pepper"] {
        client.get(path).await;
    }
    let article = folder.path().join("articles/salt.md");
    std::fs::write(&article, "---\ntitle: On salt\ndate: 2026-06-01\n---\n\nSalt is dear.\n").unwrap();
    std::fs::copy(&article, folder.path().join("articles/pepper.md")).unwrap();
    assert!(client.get("/articles/salt").await.text().contains("Salt is old."), "nobody has looked yet");
    app.looks().await;
    assert!(client.get("/articles/salt").await.text().contains("Salt is dear."));
    assert!(client.get("/articles/pepper").await.text().contains("Salt is dear."));
    assert!(client.get("/articles").await.text().contains("/articles/pepper"));
    assert!(client.get("/feed.xml").await.text().contains("/articles/pepper"));

    std::fs::remove_file(&article).unwrap();
    app.looks().await;
    assert_eq!(client.get("/articles/salt").await.status, 404);
    app.finish().await;
}
twins!(what_changes_is_seen_by_whoever_asks_next);
