//! The donor's own pages: by keyboard on a phone without scripts, in Arabic, and readable by everybody.

use super::{DESK, PHONE, TURNS, assert_clean, desk};
use crate::account::visitor::last_link;
use crate::support::app::{Engine, TestApp, settings};
use crate::support::browser::{Browser, JavaScript};
use crate::support::gift::Form;

async fn site() -> TestApp {
    let all = settings(&[
        ("MAINSTAY_SITE__LOCALES", "en,fr,de,es,pt,ru,ar"),
        ("MAINSTAY_GIFT_AID__REFERENCE", "AB12345"),
    ]);
    let app = TestApp::start_with(Engine::Sqlite, all).await;
    app.gives(&Form::gift().set("frequency", "monthly").set("amount", "12")).await;
    app.gives(&Form::gift()).await;
    app
}

/// Signs in by mouse.
async fn signs_in(browser: &Browser, app: &TestApp, query: &str) {
    browser.goto(&format!("{}/account/sign-in{query}", app.url)).await;
    browser.fill("#email", "ann@example.org").await;
    browser.follow("main form .button").await;
    app.run_jobs().await;
    let link = last_link(app);
    browser.goto(&format!("{}{}", app.url, link.path)).await;
    browser.follow("main form .button").await;
    assert!(browser.url().await.ends_with("/account"), "{}", browser.url().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_patron_stops_by_keyboard_on_a_phone_without_scripts() {
    let app = site().await;
    let browser = Browser::open(JavaScript::Off, PHONE.0, PHONE.1).await;
    browser.goto(&format!("{}/account", app.url)).await;
    browser.types("#email", "ann@example.org").await;
    browser.opens("main form .button").await;
    browser.wait_for_text("h1", "Please look at your mail").await;
    app.run_jobs().await;
    browser.goto(&format!("{}{}", app.url, last_link(&app).path)).await;
    browser.opens("main form .button").await;
    browser.wait_for_text("h1", "Welcome, Ann Reader").await;

    browser.opens(".pledge a").await;
    browser.wait_for_text("h1", "€12.00 every month").await;
    browser.opens("details:last-of-type summary").await;
    browser.opens("details:last-of-type .button").await;
    browser.wait_for_text(".note-done", "Done. A letter confirms it.").await;

    assert!(browser.text(".standfirst").await.starts_with("It ends on"));
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_donor_s_pages_are_usable_by_everybody() {
    let app = site().await;
    let thanks = app.gives(&Form::gift().set("currency", "GBP")).await.thanks;
    let (_, token) = thanks.rsplit_once('/').unwrap();
    let gift_aid = format!("/thanks/{token}/gift-aid");
    let browser = desk(JavaScript::On).await;
    for (query, turn) in ["", "?lang=ar"].into_iter().zip(TURNS) {
        app.clock.advance(chrono::TimeDelta::seconds(1));
        signs_in(&browser, &app, query).await;
        let pledge = app.lines("SELECT id AS line FROM pledges WHERE frequency = 'monthly'").await.remove(0);
        let support = format!("/account/pledges/{pledge}");
        for path in [
            "/account",
            "/account/history",
            "/account/statements",
            "/account/settings",
            "/account/sessions",
            "/account/privacy",
            "/account/gift-aid",
            gift_aid.as_str(),
            "/account/mend",
            "/account/sign-in",
            support.as_str(),
        ] {
            browser.goto(&format!("{}{path}", app.url)).await;
            // What is folded is looked at, too.
            let unfold = "document.querySelectorAll('details').forEach(part => { part.open = true; })";
            browser.client.execute(unfold, Vec::new()).await.unwrap();
            let dir =
                browser.client.execute("return document.documentElement.dir", Vec::new()).await.unwrap();
            assert_eq!(dir, if query.is_empty() { "ltr" } else { "rtl" }, "{path}");
            for (scheme, (width, height)) in turn {
                browser.color_scheme(scheme).await;
                browser.resize(width, height).await;
                let faults = browser.axe_in(scheme).await;
                assert!(faults.is_empty(), "{path}{query}, {scheme:?}, {width} wide: {faults:#?}");
                let wide =
                    "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
                let over = browser.client.execute(wide, Vec::new()).await.unwrap();
                assert_eq!(over, 0, "{path}{query}: {width}");
                if let Some(folder) = std::env::var_os("MAINSTAY_SHOTS") {
                    let name = path.replace(token, "of").trim_start_matches('/').replace('/', "-");
                    let name = format!("{name}-{width}-{scheme:?}{}.png", query.replace('?', ""));
                    // The whole page, not its first screen.
                    browser.resize(width, 2_400).await;
                    browser.screenshot(&std::path::Path::new(&folder).join(name)).await;
                }
            }
            assert_clean(&browser, &app.url, path).await;
        }
        browser.resize(DESK.0, DESK.1).await;
    }
    app.finish().await;
}
