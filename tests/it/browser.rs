//! The whole way in a real browser: with scripts and without, by mouse and by keyboard, and readable by everybody.

mod access;
mod account;
mod day;
mod embedding;
mod hostile;
mod keyboard;
mod members;
mod office;
mod passkeys;
mod patrons;
mod proofs;
mod ways;

use fantoccini::Locator;
use fantoccini::elements::Element;

use crate::support::app::{Engine, TestApp};
use crate::support::browser::{Browser, ColorScheme, JavaScript};

/// Size of the window, in CSS pixels.
const DESK: (u32, u32) = (1200, 900);
const PHONE: (u32, u32) = (390, 800);

/// Each colour scheme and each size once, in two ways. Pages that are made of the same parts are looked at in turn in the one
/// and in the other, so that each part is seen in all four.
const TURNS: [[(ColorScheme, (u32, u32)); 2]; 2] = [
    [(ColorScheme::Light, PHONE), (ColorScheme::Dark, DESK)],
    [(ColorScheme::Light, DESK), (ColorScheme::Dark, PHONE)],
];

async fn site() -> TestApp {
    TestApp::start(Engine::Sqlite).await
}

async fn desk(javascript: JavaScript) -> Browser {
    Browser::open(javascript, DESK.0, DESK.1).await
}

async fn goes(browser: &Browser, app: &TestApp, path: &str) {
    browser.goto(&format!("{}{path}", app.url)).await;
}

/// The first line that a question to the database is answered with.
async fn one(app: &TestApp, sql: &str) -> String {
    app.lines(sql).await.remove(0)
}

/// Nothing was loaded from elsewhere, nothing was stopped by the policy, and no script failed.
async fn assert_clean(browser: &Browser, site: &str, page: &str) {
    let mut console = browser.console().await;
    // What Chromium advises about forms for passwords is no fault.
    console.retain(|line| !line.starts_with("\"DEBUG\""));
    assert!(console.is_empty(), "{page}: {console:#?}");
    let foreign: Vec<String> =
        loaded(browser).await.into_iter().filter(|url| !url.starts_with(site)).collect();
    assert!(foreign.is_empty(), "{page}: {foreign:?}");
}

/// The addresses of everything that the page shown has loaded, the page itself among them.
async fn loaded(browser: &Browser) -> Vec<String> {
    const ENTRIES: &str = "return performance.getEntries().filter(entry => entry.entryType === 'resource' || \
        entry.entryType === 'navigation').map(entry => entry.name)";
    let names = browser.client.execute(ENTRIES, Vec::new()).await.unwrap();
    serde_json::from_value(names).unwrap()
}

async fn focused(browser: &Browser) -> Element {
    browser.client.active_element().await.unwrap()
}

async fn has_focus(browser: &Browser, css: &str) -> bool {
    let focused = focused(browser).await.element_id();
    let found = browser.client.find(Locator::Css(css)).await.unwrap();
    found.element_id() == focused
}
