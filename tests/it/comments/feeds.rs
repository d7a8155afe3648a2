//! What readers say, as programs follow it.

use mainstay::domain::comment::Verdict;
use reqwest::{Method, StatusCode};

use super::{ARTICLE, from_ann, many, with};
use crate::discovery::elements;
use crate::support::flow;

const OF_ARTICLE: &str = "/articles/about-our-funding/comments.rss";

flow! {
    settings: many(),
    async fn programs_are_told_of_what_is_shown_and_of_no_address(app) {
        let reader = app.client();
        let page = app.article().await;
        assert!(page.contains(&format!("href=\"{OF_ARTICLE}\"")), "{page}");
        let first = app.says(&from_ann("Ink & <paper>\n\nTwo.")).await;
        let ben = with(with(from_ann("I agree."), "name", "Ben"), "email", "ben@example.org");
        let second = app.says(&ben).await;
        app.looks().await;
        assert!(!reader.get("/comments.rss").await.text().contains("<item>"), "nobody has read them yet");
        app.decides(&[first, second], Verdict::Approve).await;

        for path in ["/comments.rss", OF_ARTICLE] {
            let feed = reader.get(path).await;
            assert_eq!(feed.header("content-type"), "application/rss+xml; charset=utf-8");
            let text = feed.text();
            assert_eq!(elements(&text, "item"), 2, "{path}");
            let (ann, ben) = (text.find("Ann Reader").unwrap(), text.find("Ben").unwrap());
            assert!(ben < ann, "the newest first: {text}");
            assert!(text.contains("&lt;p&gt;Ink &amp;amp; &amp;lt;paper&amp;gt;&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;"), "{text}");
            assert!(text.contains(&format!("{}{ARTICLE}#{first}", app.url)), "{text}");
            assert!(!text.contains("@example.org"), "{text}");
            let again = reader.request(Method::GET, path).header("if-none-match", feed.header("etag"));
            assert_eq!(reader.send(again).await.status, StatusCode::NOT_MODIFIED, "{path}");
        }
        app.decides(&[first], Verdict::Reject).await;
        let text = reader.get(OF_ARTICLE).await.text();
        assert!(!text.contains("Ann Reader") && text.contains("I agree."), "{text}");
        assert_eq!(reader.get("/articles/no-such/comments.rss").await.status, StatusCode::NOT_FOUND);
    }
}
