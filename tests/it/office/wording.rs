//! Wording: texts of pages and letters in words of the publisher's own, and every letter as it leaves.

use mainstay::domain::access::Role;
use mainstay::words::own;
use reqwest::StatusCode;

use super::clerk::Clerk;
use super::settings::{elsewhere, looks, seen};
use crate::support::app::{TestApp, settings};
use crate::support::flow;
use crate::support::gift::Form;

const DEAR: &str = "/admin/wording/texts/en/letter-dear";
const NAV: &str = "/admin/wording/texts/fr/nav-give";

async fn writes(clerk: &mut Clerk, path: &str, text: &str) -> Result<(), String> {
    let seen = seen(&clerk.get(path).await.text());
    posts(clerk, path, &[("seen", &seen), ("text", text)]).await
}

async fn posts(clerk: &mut Clerk, path: &str, fields: &[(&str, &str)]) -> Result<(), String> {
    let answer = clerk.post(path, fields).await;
    if answer.status == StatusCode::SEE_OTHER {
        return Ok(());
    }
    Err(answer.text())
}

async fn front_page(app: &TestApp, language: &str) -> String {
    app.client().get(&format!("/?lang={language}")).await.text()
}

flow! {
    async fn words_of_ones_own_are_said_at_once_on_pages_and_in_letters_of_every_process(app) {
        let (_, other) = elsewhere(&app, &[]).await.unwrap();
        let mut editor = app.clerk(Role::Editor).await;
        let before = front_page(&app, "fr").await;
        let page = editor.get(NAV).await.text();
        assert!(page.contains("<textarea id=\"text\"") && page.contains("lang=\"fr\" dir=\"ltr\""), "{page}");
        let original = own::originals("fr", None).unwrap().into_iter().find(|text| text.id == "nav-give").unwrap().text;
        assert!(page.contains(&original) && before.contains(&original), "{page}");

        writes(&mut editor, NAV, "Tendre la main").await.unwrap();
        writes(&mut editor, DEAR, "My very dear { $name },").await.unwrap();

        assert!(front_page(&app, "fr").await.contains("Tendre la main"));
        assert!(!front_page(&app, "de").await.contains("Tendre la main"));
        app.gives(&Form::gift()).await;
        let letter = &app.letters_about("receipt")[0];
        assert!(letter.text.contains("My very dear Ann Reader,") && letter.html.contains("My very dear Ann Reader,"));
        assert!(looks(&other).await);
        let french = other.now().templates.speaking_tag("fr");
        assert_eq!(french.language().text("nav-give", &[]), "Tendre la main");
        let log = app.lines("SELECT subject AS line FROM audit_log WHERE action = 'content.changed' ORDER BY number").await;
        assert_eq!(log, ["words/fr/nav-give", "words/en/letter-dear"]);

        let list = editor.get("/admin/wording/texts/fr?own=yes").await.text();
        assert!(list.contains("nav-give") && !list.contains("letter-dear"), "{list}");
        assert!(editor.get("/admin/wording").await.text().contains("1 in your words"));
        let seen = seen(&editor.get(NAV).await.text());
        posts(&mut editor, NAV, &[("seen", &seen), ("text", "whatever"), ("undo", "yes")]).await.unwrap();
        assert!(front_page(&app, "fr").await.contains(&original));
        let page = editor.get(NAV).await.text();
        assert!(page.contains("Tendre la main") && page.contains("Vera Lund"), "it stays in the history: {page}");
    }
}

flow! {
    async fn what_cannot_be_said_is_told_and_not_saved(app) {
        let mut editor = app.clerk(Role::Editor).await;
        let cases = [
            ("Dear friend,", "leaves { $name } out"),
            ("Dear { $name } and { $wife },", "names { $wife }"),
            ("Dear <b>{ $name }</b>,", "markup"),
            ("Dear { $name", "line 1"),
            ("", "says nothing"),
        ];
        for (text, why) in cases {
            let page = writes(&mut editor, DEAR, text).await.unwrap_err();
            assert!(page.contains(why) && page.contains("id=\"text-problem\""), "{text}: {page}");
        }
        assert_eq!(app.count("setting_changes").await, 0);
        let look = [("seen", "0"), ("text", "Hail { $name }!"), ("look", "yes")];
        let answer = editor.post(DEAR, &look).await;
        assert!(answer.status == StatusCode::OK && answer.text().contains("Hail Ann Reader!"), "{}", answer.text());
        assert_eq!(app.count("setting_changes").await, 0, "it was only looked at");
        for nothing in ["/admin/wording/texts/xx", "/admin/wording/texts/en/no-such", "/admin/wording/letters/nothing"] {
            assert_eq!(editor.get(nothing).await.status, StatusCode::NOT_FOUND, "{nothing}");
        }

        let stale = seen(&editor.get(DEAR).await.text());
        let mut other = app.clerk(Role::Editor).await;
        writes(&mut other, DEAR, "Good { $name },").await.unwrap();
        let page = posts(&mut editor, DEAR, &[("seen", &stale), ("text", "Best { $name },")]).await.unwrap_err();
        assert!(page.contains("meanwhile") && page.contains("Best { $name },") && page.contains("Good { $name },"), "{page}");
        writes(&mut editor, "/admin/wording/texts/fr/letter-dear", "Cher { $name },").await.unwrap();
    }
}

flow! {
    async fn every_letter_is_shown_in_every_language_with_the_words_that_count_and_sent_to_whoever_asks(app) {
        let mut editor = app.clerk(Role::Editor).await;
        writes(&mut editor, "/admin/wording/texts/ar/letter-dear", "أهلا { $name }!").await.unwrap();
        for kind in mainstay::render::letter_samples::KINDS {
            for case in 0..mainstay::render::letter_samples::cases(kind) {
                let path = format!("/admin/wording/letters/{}", kind.name);
                let page = editor.get(&format!("{path}?lang=ar&case={case}")).await;
                assert_eq!(page.status, StatusCode::OK, "{path} {case}: {}", page.text());
                let html = editor.get(&format!("{path}/html?lang=ar&case={case}")).await;
                assert!(html.header("content-security-policy").contains("sandbox"));
                let dir = if kind.to_donors { "dir=\"rtl\"" } else { "dir=\"ltr\"" };
                assert!(html.text().contains(dir), "{path} {case}");
            }
        }
        let page = editor.get("/admin/wording/letters/receipt?lang=ar").await.text();
        assert!(page.contains("أهلا Rosa Quill!") || page.contains("أهلا \u{2068}Rosa Quill\u{2069}!"), "{page}");
        assert!(page.contains("/admin/wording/texts/ar/letter-dear"), "its texts are there to be changed");
        assert_eq!(editor.get("/admin/wording/letters/receipt?case=99").await.status, StatusCode::NOT_FOUND);
        let sent = editor.post("/admin/wording/letters/receipt/send", &[("lang", "fr"), ("case", "0")]).await;
        assert_eq!(sent.location(), "/admin/wording/letters/receipt?lang=fr&case=0&done=sample");
        let letters = app.letters_about("[Sample]");
        assert_eq!(letters.len(), 1);
        assert!(letters[0].to.contains(&editor.email) && letters[0].text.contains("Rosa Quill"), "{letters:?}");
    }
}

/// A folder of the machine with one text in French.
fn machine_s_words() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("locales/fr")).unwrap();
    std::fs::write(folder.path().join("locales/fr/own.ftl"), "nav-give = De la machine\n").unwrap();
    folder
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_of_the_machine_win_and_words_that_fit_no_more_are_passed_over_and_told() {
    let folder = machine_s_words();
    let changes = settings(&[("MAINSTAY_SITE__TEMPLATES", folder.path().to_str().unwrap())]);
    let app = TestApp::start_with(crate::support::app::Engine::Sqlite, changes).await;
    let mut editor = app.clerk(Role::Editor).await;
    let page = editor.get(NAV).await.text();
    assert!(page.contains("A file of the machine says this") && page.contains("readonly"), "{page}");
    let page = posts(&mut editor, NAV, &[("seen", "0"), ("text", "Donner")]).await.unwrap_err();
    assert!(page.contains("which wins"), "{page}");
    assert!(front_page(&app, "fr").await.contains("De la machine"));

    // As a version before could have taken it.
    let wanted = mainstay::usecases::settings::Wanted {
        key: mainstay::usecases::settings::word_key("en", "letter-dear"),
        value: Some("Dear { $nickname },".into()),
        is_personal: false,
    };
    let looked = mainstay::usecases::settings::Looked { seen: 0, based_on: 0 };
    let by = mainstay::domain::audit::Actor::Command;
    mainstay::usecases::settings::change(app.ctx(), by, looked, vec![wanted]).await.unwrap();
    let (later, state) = elsewhere(&app, &[]).await.unwrap();
    assert!(later.unfit_words().await.unwrap()[0].contains("letter-dear: it names { $nickname }"));
    assert_eq!(state.now().templates.language().text("letter-dear", &[("name", "Ann".into())]), "Dear Ann,");
    let page = editor.get(DEAR).await.text();
    assert!(page.contains("cannot be said by this version"), "{page}");
    app.finish().await;
}
