//! Appeals: where they stand, who does not see them, and which of two texts brings more.

use chrono::TimeDelta;
use mainstay::domain::access::{Role, Scope};
use mainstay::store::exports::{Part, Span, Table};
use reqwest::{Method, StatusCode};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;

use crate::support::app::{Engine, TestApp, settings, start_of_tests};
use crate::support::client::{Answer, Client};
use crate::support::gift::Form;
use crate::support::{both, flow};

const ARTICLE: &str =
    "---\ntitle: On salt\nkicker: Theory\nlanding: true\n---\n\nFirst of all.\n\nSecond of all.\n";
const FUND: &str = "---\ntitle: Press fund\nsummary: For the press.\namounts:\n  EUR: [10, 25]\n---\n";

/// A site whose appeals are these: names and texts.
pub(crate) async fn site(engine: Engine, appeals: &[(&str, &str)]) -> (TestApp, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "articles/salt.md", ARTICLE);
    put(folder.path(), "campaigns/press-fund.md", FUND);
    for (name, text) in appeals {
        put(folder.path(), &format!("appeals/{name}.md"), text);
    }
    let path = folder.path().display().to_string();
    let app = TestApp::start_with(engine, settings(&[("MAINSTAY_SITE__CONTENT", &path)])).await;
    (app, folder)
}

fn put(folder: &Path, name: &str, text: &str) {
    let file = folder.join(name);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
}

pub(crate) const IN_ALL_PLACES: [(&str, &str); 4] = [
    ("below", "---\nheading: Below\ncampaign: press-fund\nfor: {articles: [all]}\n---\n\nPlease.\n"),
    (
        "behind",
        "---\nheading: Behind\ncampaign: press-fund\npriority: -1\nfor: {articles: [salt]}\n---\n\nNever here.\n",
    ),
    (
        "inside",
        "---\nheading: Inside\ncampaign: press-fund\nplace: after_paragraph 1\nfor: {until: 2026-06-15}\n---\n\nPlease.\n",
    ),
    (
        "line",
        "---\nheading: One line\ncampaign: press-fund\nplace: bar\nfor: {sections: [theory], languages: [en]}\n---\n\nPlease.\n",
    ),
];

/// Where a part of a page stands on it.
fn at(page: &str, part: &str) -> usize {
    page.find(part).unwrap_or_else(|| panic!("{part}: {page}"))
}

both! {
    async fn appeals_stand_in_their_places_until_their_last_day_is_over(engine) {
        let (app, _folder) = site(engine, &IN_ALL_PLACES).await;
        let page = app.client().get("/").await.text();
        let order = ["class=\"appeal-bar\"", "One line", "<p>First of all.", "id=\"appeal-inside\"", "<p>Second of all.", "id=\"appeal\""];
        let places = order.map(|part| at(&page, part));
        assert!(places.is_sorted(), "{places:?}: {page}");
        assert!(!page.contains("Behind") && !page.contains("Never here"), "one in a place: {page}");
        for mark in ["below", "inside", "line"] {
            assert!(page.contains(&format!("appeal={mark}\"")) || page.contains(&format!("name=\"appeal\" value=\"{mark}\"")), "{mark}: {page}");
        }
        assert_eq!(page.matches("<form method=\"get\"").count(), 2, "the bar asks for no amount");

        app.clock.advance(TimeDelta::days(1));
        app.looks().await;
        let page = app.client().get("/").await.text();
        assert!(!page.contains("appeal-inside") && page.contains("id=\"appeal\"") && page.contains("appeal-bar"), "{page}");
        assert!(page.contains("Second of all."));
        app.finish().await;
    }
}

async fn with_cookie(client: &Client, cookie: &str, path: &str) -> Answer {
    client.send(client.request(Method::GET, path).header("cookie", cookie)).await
}

flow! {
    async fn whoever_just_gave_is_not_asked(app) {
        let reader = app.client();
        let before = reader.get("/").await;
        assert!(before.text().contains("id=\"appeal\""));
        assert_eq!(before.header("cache-control"), "public, no-cache");
        assert!(before.headers.get("set-cookie").is_none(), "nobody is marked for reading");

        let page = app.promises(&Form::gift().by(1)).await;
        let failed = reader.pay(&page, "fail", "now").await;
        app.run_jobs().await;
        assert!(reader.get(&failed).await.headers.get("set-cookie").is_none(), "nothing was given");

        let given = app.gives(&Form::gift().by(2).set("appeal", "special-financial-appeal")).await;
        let thanks = reader.get(&given.thanks).await;
        let cookie = thanks.header("set-cookie");
        assert_eq!(cookie, "gave=1; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax");
        for path in ["/", "/articles/about-our-funding"] {
            let after = with_cookie(&reader, "gave=1", path).await;
            assert_eq!(after.status, StatusCode::OK);
            assert!(!after.text().contains("class=\"appeal\""), "{path}: {}", after.text());
            assert_eq!(after.header("cache-control"), "private, no-cache");
            assert!(after.header("vary").split(", ").any(|name| name == "cookie"));
            assert_ne!(after.header("etag"), reader.get(path).await.header("etag"));
        }
        let stale = reader.request(Method::GET, "/").header("cookie", "gave=1").header("if-none-match", before.header("etag"));
        assert_eq!(reader.send(stale).await.status, StatusCode::OK, "what was kept from before is not shown again");

        let promised = app.promises_transfer(&Form::transfer().by(3)).await;
        assert!(reader.get(&promised.thanks).await.header("set-cookie").starts_with("gave=1; "));
        app.run_jobs().await;
        app.clock.advance(TimeDelta::days(31));
        assert!(reader.get(&given.thanks).await.headers.get("set-cookie").is_none(), "a link of last month says nothing");
        let from = "SELECT source_appeal AS line FROM pledges WHERE source_appeal IS NOT NULL";
        assert_eq!(app.lines(from).await, ["special-financial-appeal"]);
    }
}

const TRIED: &str = "---\nheading: The old words\ncampaign: press-fund\nfor: {articles: [all]}\ntest:\n  heading: The new words\n  \
                     text: |\n    Other reasons.\n---\n\nOld reasons.\n";

/// What the forms of a page say of the appeal on it.
fn mark(page: &str) -> String {
    let (_, after) = page.split_once("name=\"appeal\" value=\"").unwrap_or_else(|| panic!("{page}"));
    after.split_once('"').unwrap().0.to_owned()
}

both! {
    async fn two_texts_are_tried_and_nothing_is_made_up(engine) {
        let (app, folder) = site(engine, &[("spring", TRIED)]).await;
        let reader = app.client();
        let (mut looks, mut marks) = (0, BTreeSet::new());
        while marks.len() < 2 && looks < 64 {
            let page = reader.get("/").await;
            looks += 1;
            let mark = mark(&page.text());
            let (name, _) = page.header("set-cookie").split_once(';').unwrap();
            let side = if mark.starts_with("spring.a.") { "a" } else { "b" };
            assert_eq!(name, format!("text-{}={side}", &mark["spring.a.".len()..]));
            assert_eq!(page.header("cache-control"), "private, no-cache");
            assert_eq!(page.text().contains("The old words"), side == "a");
            assert_eq!(page.text().contains("Other reasons."), side == "b");

            // The same browser sees the same text again, and is marked no more.
            let again = with_cookie(&reader, name, "/articles/salt").await;
            looks += 1;
            assert_eq!(self::mark(&again.text()), mark);
            assert!(again.headers.get("set-cookie").is_none());
            marks.insert(mark);
        }
        assert_eq!(marks.len(), 2, "both texts are shown");
        let marks: Vec<String> = marks.into_iter().collect();

        // Nobody looks by asking whether the page is there, or by loading ahead; and who gave is not counted.
        reader.send(reader.request(Method::HEAD, "/")).await;
        reader.send(reader.request(Method::GET, "/").header("sec-purpose", "prefetch")).await;
        with_cookie(&reader, "gave=1", "/").await;

        assert_eq!(app.count("appeal_texts").await, 0, "counted in memory");
        app.writes_counts().await;
        app.writes_counts().await;
        assert_eq!(app.number("SELECT CAST(SUM(shown) AS BIGINT) AS number FROM appeal_texts").await, looks);
        let counted = app.lines("SELECT seen AS line FROM appeal_texts ORDER BY seen").await;
        assert_eq!(counted, marks);
        with_cookie(&reader, &format!("text-{}=b", &marks[1]["spring.b.".len()..]), "/").await;
        app.writes_counts().await;
        assert_eq!(app.number("SELECT CAST(SUM(shown) AS BIGINT) AS number FROM appeal_texts").await, looks + 1);

        // The form hands on which text it came from.
        let form = reader.get(&format!("/donate?appeal={}", marks[1])).await.text();
        assert_eq!(mark(&form), marks[1]);
        app.gives(&Form::gift().by(1).set("appeal", &marks[1])).await;
        app.promises(&Form::gift().by(2).set("appeal", &marks[1])).await;
        app.gives(&Form::gift().by(3).set("appeal", "no appeal <b>")).await;

        let editor = app.clerk(Role::Editor).await;
        let page = editor.get("/admin/appeals").await.text();
        assert!(page.contains("Two texts are tried") && page.contains("Not yet enough: too few gifts"), "{page}");
        assert!(page.contains("by its rules") && page.contains("€25.00"), "{page}");
        assert_eq!(page.matches("data-label=\"Gifts\" class=\"number\">1<").count(), 1, "money that arrived: {page}");
        let content = editor.get("/admin/content").await.text();
        assert!(content.contains("href=\"/admin/appeals\""));

        // Without a test nobody is marked, and other words are another test.
        put(folder.path(), "appeals/spring.md", &TRIED.replace("Other reasons", "Still others"));
        app.looks().await;
        let other = mark(&reader.get("/").await.text());
        assert!(!marks.contains(&other), "{other}");
        let (plain, _) = TRIED.split_once("test:").unwrap();
        put(folder.path(), "appeals/spring.md", &format!("{plain}---\n\nOld reasons.\n"));
        app.looks().await;
        let page = reader.get("/").await;
        assert!(page.headers.get("set-cookie").is_none());
        assert_eq!((page.header("cache-control"), mark(&page.text()).as_str()), ("public, no-cache", "spring"));
        let page = editor.get("/admin/appeals").await.text();
        assert!(page.contains("Two texts were tried") && !page.contains("Two texts are tried"), "{page}");
        app.finish().await;
    }
}

flow! {
    async fn which_appeal_brought_a_gift_is_in_lists_files_and_reports(app) {
        const SECOND: &str = "spring.b.0123456789ab";
        for (number, appeal) in [(1, "spring"), (2, SECOND), (3, "winter"), (4, "")] {
            app.gives(&Form::gift().by(number).set("appeal", appeal)).await;
        }
        let program = app.program(Scope::Read).await;
        for (asked, count) in [("spring", 2), (SECOND, 1), ("spring.a.0123456789ab", 0), ("spr", 0), ("winter", 1), ("-", 1)] {
            for list in ["donations", "pledges"] {
                let found = program.reads(&format!("/{list}?appeal={asked}")).await;
                assert_eq!(found["items"].as_array().unwrap().len(), count, "{list} {asked}: {found}");
            }
        }
        let found = program.reads(&format!("/donations?appeal={SECOND}")).await;
        assert_eq!(found["items"][0]["appeal"], SECOND);

        let none = json!({ "minor": 0, "currency": "EUR" });
        let report = program.reads("/reports/articles").await;
        assert_eq!(report["appeals"], json!([
            {"appeal": "spring", "donations": 2, "gross": {"minor": 5000, "currency": "EUR"}, "refunded": none, "lost": none},
            {"appeal": "winter", "donations": 1, "gross": {"minor": 2500, "currency": "EUR"}, "refunded": none, "lost": none},
        ]));
        let clerk = app.clerk(Role::Owner).await;
        let page = clerk.get("/admin/reports/articles").await.text();
        assert!(page.contains("Appeals that were followed"), "{page}");
        let (_, rest) = page.split_once("&amp;appeal=spring").unwrap_or_else(|| panic!("{page}"));
        assert!(rest.contains("€50.00"), "{rest}");
        let list = clerk.get("/admin/donations?appeal=spring&column=appeal").await.text();
        assert!(list.contains(SECOND) && !list.contains("winter"), "{list}");
        let file = clerk.get("/admin/reports/articles.csv").await.text();
        assert!(file.contains(",winter,1,25.00,0.00,0.00,25.00"), "{file}");

        let span = Span { from: start_of_tests().naive_utc() - TimeDelta::days(1), to: start_of_tests().naive_utc() + TimeDelta::days(1) };
        for table in [Table::Donations, Table::Pledges] {
            assert_eq!(table.columns().last(), Some(&"appeal"));
            let rows = app.ctx().db.read(move |conn| table.rows_of(conn, span, Part::default())).await.unwrap();
            let told: BTreeSet<&str> = rows.iter().map(|row| row.last().unwrap().as_str()).collect();
            assert_eq!(told, BTreeSet::from(["", "spring", SECOND, "winter"]));
        }
    }
}

both! {
    async fn the_form_suggests_the_amounts_of_the_appeal_in_each_currency(engine) {
        let keys = "amounts:\n  EUR: [7]\n  USD: [9]\nfor: {articles: [all]}";
        let text = format!("---\nheading: Give\ncampaign: press-fund\n{keys}\n---\n\nPlease.\n");
        let (app, _folder) = site(engine, &[("spring", &text)]).await;
        let reader = app.client();
        let page = reader.get("/").await.text();
        assert!(page.contains("value=\"7.00\"") && page.contains("appeal=spring\">"), "{page}");
        for (query, amount) in [("currency=EUR&appeal=spring", "7.00"), ("currency=USD&appeal=spring", "9.00")] {
            let form = reader.get(&format!("/donate?{query}")).await.text();
            assert!(form.contains(&format!("name=\"amount_choice\" value=\"{amount}\"")), "{query}: {form}");
        }
        for query in ["currency=EUR", "currency=EUR&appeal=autumn"] {
            let form = reader.get(&format!("/donate?{query}")).await.text();
            assert!(form.contains("name=\"amount_choice\" value=\"25.00\""), "{query}: {form}");
        }

        let mut editor = app.clerk(Role::Editor).await;
        let wrong = text.replace("[9]", "[0]");
        let refused = editor.post("/admin/content/appeals", &[("slug", "new"), ("text", &wrong)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("appeals/new.md"), "{}", refused.text());
        app.finish().await;
    }
}

both! {
    async fn a_mistake_in_an_appeal_is_told_where_it_is_written(engine) {
        let (app, _folder) = site(engine, &IN_ALL_PLACES).await;
        let mut editor = app.clerk(Role::Editor).await;
        for (keys, told) in [
            ("place: top", "is no place of an appeal"),
            ("for: {articles: [gone]}", "the article `gone` does not exist"),
            ("for: {until: 2026-01-01, from: 2026-02-01}", "`until` is before `from`"),
            ("for: {}", "`articles: [all]`"),
            ("test: {text: Please.}", "both texts of the `test` are the same"),
        ] {
            let text = format!("---\nheading: New\ncampaign: press-fund\n{keys}\n---\n\nPlease.\n");
            let refused = editor.post("/admin/content/appeals", &[("slug", "new"), ("text", &text)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{keys}");
            assert!(refused.text().contains(told), "{keys}: {}", refused.text());
        }
        let begun = editor.get("/admin/content/appeals").await.text();
        let (_, after) = begun.split_once("<textarea").unwrap();
        let text = after.split_once('>').unwrap().1.split_once("</textarea>").unwrap().0.to_owned();
        let saved = editor.post("/admin/content/appeals", &[("slug", "new"), ("text", &text)]).await;
        assert!(saved.location().ends_with("done=saved"), "what a new file begins with can be saved");
        app.finish().await;
    }
}
