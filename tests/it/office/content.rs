//! Articles and the rest, written in the office: shown at once, never broken, never lost.

use mainstay::domain::access::Role;
use reqwest::StatusCode;

use crate::support::app::{Engine, TestApp, settings};
use crate::support::command::package_folder;
use crate::support::twins;

/// A site with a content folder of its own.
pub(crate) async fn publication(engine: Engine) -> (TestApp, tempfile::TempDir) {
    publication_with(engine, &[]).await
}

/// The same, with more articles: their names and their texts.
pub(crate) async fn publication_with(
    engine: Engine,
    articles: &[(&str, &str)],
) -> (TestApp, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    for kind in ["articles", "appeals", "campaigns", "tiers"] {
        std::fs::create_dir(folder.path().join(kind)).unwrap();
        for entry in std::fs::read_dir(package_folder().join("content").join(kind)).unwrap() {
            let file = entry.unwrap().path();
            std::fs::copy(&file, folder.path().join(kind).join(file.file_name().unwrap())).unwrap();
        }
    }
    for (name, text) in articles {
        std::fs::write(folder.path().join(format!("articles/{name}.md")), text).unwrap();
    }
    let path = folder.path().display().to_string();
    let app = TestApp::start_with(engine, settings(&[("MAINSTAY_SITE__CONTENT", &path)])).await;
    (app, folder)
}

/// The digest that a form carries.
pub(crate) fn seen(page: &str) -> String {
    let (_, after) = page.split_once("name=\"seen\" value=\"").unwrap();
    after.split_once('"').unwrap().0.to_owned()
}

const ARTICLE: &str = "---\r\ntitle: From the office\r\ndraft: true\r\n---\r\n\r\nA *first* look.\r\n";

async fn an_article_is_written_looked_at_published_and_taken_away(engine: Engine) {
    let (app, folder) = publication(engine).await;
    let mut editor = app.clerk(Role::Editor).await;
    assert_eq!(editor.get("/admin/donors/x/details").await.status, StatusCode::FORBIDDEN);
    for bad in ["Not A Name", "../etc/passwd", "", "a--b"] {
        let refused = editor.post("/admin/content/articles", &[("slug", bad), ("text", ARTICLE)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        assert!(refused.text().contains("From the office"), "what was typed stays");
    }
    let made = editor.post("/admin/content/articles", &[("slug", "office"), ("text", ARTICLE)]).await;
    assert!(made.location().ends_with("done=saved"));
    let file = folder.path().join("articles/office.md");
    assert!(!std::fs::read_to_string(&file).unwrap().contains('\r'));
    assert_eq!(app.client().get("/articles/office").await.status, StatusCode::NOT_FOUND, "a draft");
    let again = editor.post("/admin/content/articles", &[("slug", "office"), ("text", ARTICLE)]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "the name is taken");

    let path = "/admin/content/articles/office";
    let digest = seen(&editor.get(path).await.text());
    let text = ARTICLE.replace("draft: true", "draft: false").replace("first", "second");
    let preview = editor.post(&format!("{path}/preview"), &[("seen", &digest), ("text", &text)]).await;
    assert!(preview.text().contains("<em>second</em>"), "{}", preview.text());
    assert_eq!(preview.header("cache-control"), "no-store");
    assert_eq!(
        app.client().get("/articles/office").await.status,
        StatusCode::NOT_FOUND,
        "nothing is written yet"
    );
    assert!(
        editor.post(path, &[("seen", &digest), ("text", &text)]).await.location().ends_with("done=saved")
    );
    assert!(app.client().get("/articles/office").await.text().contains("<em>second</em>"), "shown at once");

    // Somebody else saved meanwhile: nobody's text is lost.
    let mine = text.replace("second", "third");
    let late = editor.post(path, &[("seen", &digest), ("text", &mine)]).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(late.text().contains("third") && late.text().contains("Somebody changed this file"));
    let newer = seen(&late.text());
    assert!(editor.post(path, &[("seen", &newer), ("text", &mine)]).await.location().ends_with("done=saved"));

    assert!(editor.post(&format!("{path}/remove"), &[]).await.location().ends_with("done=saved"));
    assert!(!file.exists());
    assert_eq!(app.client().get("/articles/office").await.status, StatusCode::NOT_FOUND);
    let log = app.lines("SELECT subject AS line FROM audit_log WHERE action = 'content.changed'").await;
    assert_eq!(log, ["articles/office.md"; 4]);
    app.finish().await;
}
twins!(an_article_is_written_looked_at_published_and_taken_away);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_shown_is_not_written_and_says_why() {
    let (app, folder) = publication(Engine::Sqlite).await;
    let mut editor = app.clerk(Role::Owner).await;
    let cases = [
        ("campaigns/press-fund", "---\ntitle: Press fund\nsummary: s\namounts:\n  EUR: [0]\n---\n", "0 EUR"),
        ("campaigns/press-fund", "---\ntitle: [\n---\n", "campaigns/press-fund.md"),
        ("appeals/special-financial-appeal", "---\ntitle: Appeal\ncampaign: nowhere\n---\nx", "nowhere"),
        ("tiers/friend", "---\nname: Friend\n", "not closed"),
        ("articles/50-years-since-the-death-of-stalin", "---\ntitle: T\n---\nx", "landing"),
    ];
    for (name, text, why) in cases {
        let before = std::fs::read_to_string(folder.path().join(format!("{name}.md"))).unwrap();
        let path = format!("/admin/content/{name}");
        let digest = seen(&editor.get(&path).await.text());
        let refused = editor.post(&path, &[("seen", &digest), ("text", text)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(refused.text().contains(why), "{name}: {}", refused.text());
        assert!(!refused.text().contains(&folder.path().display().to_string()), "not where the folder is");
        assert_eq!(std::fs::read_to_string(folder.path().join(format!("{name}.md"))).unwrap(), before);
    }
    // What something else needs is not taken away.
    for needed in ["campaigns/press-fund", "articles/50-years-since-the-death-of-stalin"] {
        let refused = editor.post(&format!("/admin/content/{needed}/remove"), &[]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{needed}");
    }
    for nothing in ["articles/no-such-file", "secrets/x", "articles/..%2f..%2fCargo"] {
        let path = format!("/admin/content/{nothing}");
        assert_eq!(editor.get(&path).await.status, StatusCode::NOT_FOUND, "{nothing}");
    }
    assert_eq!(
        app.number("SELECT COUNT(*) AS number FROM audit_log WHERE action = 'content.changed'").await,
        0
    );
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tier_and_a_campaign_changed_in_the_office_are_offered_at_once() {
    let (app, _folder) = publication(Engine::Sqlite).await;
    let mut editor = app.clerk(Role::Editor).await;
    let path = "/admin/content/tiers/friend";
    let page = editor.get(path).await.text();
    let tier =
        "---\nname: Companion\nsummary: s\nposition: 2\nprices:\n  EUR: {monthly: 11, yearly: 110}\n---\n";
    editor.post(path, &[("seen", &seen(&page)), ("text", tier)]).await.location();
    assert!(app.client().get("/patrons").await.text().contains("Companion"));
    app.finish().await;
}
