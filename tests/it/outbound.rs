//! Links to pages elsewhere: followed, counted by article and day, and never made up.

use mainstay::domain::access::{Role, Scope};
use reqwest::{Method, StatusCode};

use crate::support::app::{Changes, TestApp, settings};
use crate::support::flow;

const PAGE: &str = "https://www.patreon.com/lantern";

fn patreon() -> Changes {
    settings(&[("MAINSTAY_PATREON__PAGE_URL", PAGE)])
}

async fn counted(app: &TestApp) -> Vec<String> {
    let sql = "SELECT place || ' ' || article || ' ' || times AS line FROM outbound_links ORDER BY article";
    app.lines(sql).await
}

flow! {
    settings: patreon(),
    async fn a_reader_who_leaves_is_counted_by_article_and_sent_on(app) {
        let client = app.client();
        let link = "/go/patreon?from=about-our-funding";
        let article = client.get("/articles/about-our-funding").await.text();
        assert!(article.contains(&format!("href=\"{link}\" rel=\"nofollow\"")), "{article}");
        assert!(client.get("/patrons").await.text().contains("href=\"/go/patreon\""));
        assert!(client.get("/robots.txt").await.text().contains("Disallow: /go/\n"));

        for _ in 0..2 {
            let left = client.get(link).await;
            let url = left.location();
            assert!(url.starts_with(&format!("{PAGE}?utm_source=")) && url.ends_with("&utm_content=about-our-funding"), "{url}");
            assert_eq!(left.header("cache-control"), "no-store");
        }
        client.get("/go/patreon").await.location();
        for made_up in ["no-such-article", "../x", "<b>", ""] {
            let url = client.get(&format!("/go/patreon?from={made_up}")).await.location().to_owned();
            assert!(!url.contains("utm_content"), "{url}");
        }
        assert_eq!(counted(&app).await, ["patreon  5", "patreon about-our-funding 2"]);

        // Nobody follows a link by looking whether it works, or by loading ahead.
        let head = client.send(client.request(Method::HEAD, link)).await;
        assert_eq!(head.status, StatusCode::SEE_OTHER);
        client.send(client.request(Method::GET, link).header("sec-purpose", "prefetch")).await.location();
        // A program without end is sent on, and counts no more than a reader might.
        for _ in 0..20 {
            client.get(link).await.location();
        }
        assert_eq!(counted(&app).await, ["patreon  5", "patreon about-our-funding 5"]);
        assert_eq!(client.get("/go/elsewhere").await.status, StatusCode::NOT_FOUND);

        let clerk = app.clerk(Role::Viewer).await;
        let report = clerk.get("/admin/reports/articles").await.text();
        assert!(report.contains("Readers who went elsewhere to give") && report.contains("about-our-funding"), "{report}");
        let program = app.program(Scope::Read).await;
        let told = program.asks(Method::GET, "/reports/articles", None, &[]).await.json();
        assert_eq!(told["outbound"][0]["times"], 5);
        assert_eq!(told["outbound"].as_array().unwrap().len(), 2);
    }
}

flow! {
    async fn without_a_page_elsewhere_no_link_leads_there(app) {
        let client = app.client();
        assert!(!client.get("/articles/about-our-funding").await.text().contains("/go/"));
        assert!(!client.get("/patrons").await.text().contains("/go/"));
        assert_eq!(client.get("/go/patreon").await.status, StatusCode::NOT_FOUND);
        assert_eq!(app.count("outbound_links").await, 0);
    }
}
