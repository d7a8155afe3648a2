//! A patron's whole life by keyboard on a phone without scripts: from the article, in Arabic, to every button of their
//! own pages.

use fantoccini::key::Key;

use super::{PHONE, focused};
use crate::account::visitor::last_link;
use crate::support::app::{Engine, TestApp, settings};
use crate::support::browser::{Browser, JavaScript};
use crate::support::gift::Form;

async fn site() -> TestApp {
    TestApp::start_with(Engine::Sqlite, settings(&[("MAINSTAY_SITE__LOCALES", "en,fr,de,es,pt,ru,ar")])).await
}

async fn press(browser: &Browser, key: Key) {
    focused(browser).await.send_keys(&char::from(key).to_string()).await.unwrap();
}

/// Goes on by the tab key until this has the focus.
async fn reaches(browser: &Browser, css: &str) {
    for _ in 0..80 {
        let here = format!("return document.activeElement.matches({css:?})");
        if browser.client.execute(&here, Vec::new()).await.unwrap() == true {
            return;
        }
        press(browser, Key::Tab).await;
    }
    panic!("{css} cannot be reached by keyboard on {}", browser.url().await);
}

async fn types(browser: &Browser, css: &str, text: &str) {
    reaches(browser, css).await;
    let field = focused(browser).await;
    field.clear().await.unwrap();
    // Emptying a field takes the focus away.
    reaches(browser, css).await;
    focused(browser).await.send_keys(text).await.unwrap();
}

/// Presses Enter on something, and waits for the page that says so in its address.
async fn presses(browser: &Browser, css: &str, then: &str) {
    reaches(browser, css).await;
    press(browser, Key::Enter).await;
    for _ in 0..400 {
        if browser.url().await.contains(then) {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("{css} leads to {} and not to {then}", browser.url().await);
}

async fn opens(browser: &Browser, css: &str) {
    reaches(browser, css).await;
    press(browser, Key::Enter).await;
}

async fn goes(browser: &Browser, app: &TestApp, path: &str) {
    browser.goto(&format!("{}{path}", app.url)).await;
}

async fn one(app: &TestApp, sql: &str) -> String {
    app.lines(sql).await.remove(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_becomes_a_patron_in_arabic_without_a_mouse_or_a_script() {
    let app = site().await;
    let browser = Browser::open(JavaScript::Off, PHONE.0, PHONE.1).await;
    goes(&browser, &app, "/?lang=ar").await;
    let dir = browser.client.execute("return document.documentElement.dir", Vec::new()).await.unwrap();
    assert_eq!(dir, "rtl");
    reaches(&browser, "#appeal input[name=frequency]").await;
    press(&browser, Key::Down).await;
    assert_eq!(browser.count("#appeal input[name=frequency][value=monthly]:checked").await, 1);
    presses(&browser, "#appeal button", "/donate?").await;
    assert_eq!(browser.count("input[name=frequency][value=monthly]:checked").await, 1);

    types(&browser, "#email", "ann@example.org").await;
    reaches(&browser, "input[name=gateway]").await;
    press(&browser, Key::Space).await;
    presses(&browser, "form[data-once] button.button", "/sandbox/pay/").await;
    presses(&browser, "form button.button", "/thanks/").await;
    app.run_jobs().await;
    let thanks = browser.url().await;
    browser.goto(&thanks).await;
    assert!(browser.faults_of_width().await.is_empty());

    assert_eq!(one(&app, "SELECT status || ' ' || locale AS line FROM pledges").await, "active ar");
    let letters = app.letters();
    assert_eq!(letters.len(), 2, "a welcome and a receipt: {letters:?}");
    let arabic = |text: &str| text.chars().any(|c| ('\u{600}'..'\u{700}').contains(&c));
    assert!(letters.iter().all(|letter| arabic(&letter.subject)), "{letters:?}");
    app.finish().await;
}

impl Browser {
    /// By how much the page is wider than the window, if it is.
    async fn faults_of_width(&self) -> Vec<String> {
        let wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        let wide = self.client.execute(wide, Vec::new()).await.unwrap();
        if wide == 0 { Vec::new() } else { vec![format!("{wide} too wide")] }
    }
}

/// A patron who is signed in.
async fn signed_in(app: &TestApp, browser: &Browser) {
    app.gives(&Form::gift().set("frequency", "monthly").set("amount", "12")).await;
    signs_in(app, browser).await;
    browser.wait_for_text("h1", "Welcome, Ann Reader").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_button_about_support_works_by_keyboard() {
    let app = site().await;
    let browser = Browser::open(JavaScript::Off, PHONE.0, PHONE.1).await;
    signed_in(&app, &browser).await;
    presses(&browser, ".pledge a", "/account/pledges/plg_").await;
    let page = browser.url().await;
    let support = "SELECT amount_minor || ' ' || frequency || ' ' || status AS line FROM subscriptions";

    // An amount that cannot be: the form comes back open, with what was typed.
    opens(&browser, "details:nth-of-type(1) summary").await;
    types(&browser, "#amount", "0,10").await;
    opens(&browser, "details[open] .button").await;
    browser.wait_for_text(".summary h2", "Something needs").await;
    types(&browser, "#amount", "20").await;
    reaches(&browser, "#frequency").await;
    press(&browser, Key::Down).await;
    presses(&browser, "details[open] .button", "done=changed").await;
    assert_eq!(one(&app, support).await, "2000 quarterly active");

    browser.goto(&page).await;
    opens(&browser, "details:nth-of-type(2) summary").await;
    reaches(&browser, "#until").await;
    focused(&browser).await.send_keys("08152026").await.unwrap();
    presses(&browser, "details[open] .button", "done=changed").await;
    assert_eq!(one(&app, support).await, "2000 quarterly paused");
    browser.goto(&page).await;
    presses(&browser, "form[action$='/resume'] .button", "done=changed").await;
    assert_eq!(one(&app, support).await, "2000 quarterly active");

    browser.goto(&page).await;
    opens(&browser, "details:nth-of-type(3) summary").await;
    types(&browser, "#reason", "Moving away").await;
    presses(&browser, "details[open] .button", "done=changed").await;
    let reason = "SELECT reason AS line FROM subscription_orders WHERE kind = 'cancel'";
    assert_eq!(one(&app, reason).await, "Moving away");
    browser.goto(&page).await;
    presses(&browser, "form[action$='/keep'] .button", "done=changed").await;
    assert_eq!(
        one(&app, "SELECT COALESCE(CAST(ends_at AS TEXT), 'never') AS line FROM subscriptions").await,
        "never"
    );

    // Another card, on the gateway's page.
    browser.goto(&page).await;
    presses(&browser, "form[action^='/account/mend/'] button", "/sandbox/card/").await;
    // Ended, and taken up again.
    browser.goto(&page).await;
    opens(&browser, "details:nth-of-type(3) summary").await;
    presses(&browser, "details[open] .button", "done=changed").await;
    app.pass(chrono::TimeDelta::days(100)).await;
    app.upkeep().await;
    app.run_jobs().await;
    signs_in(&app, &browser).await;
    browser.goto(&page).await;
    presses(&browser, "form[action$='/return'] .button", "/sandbox/pay/").await;
    app.finish().await;
}

async fn signs_in(app: &TestApp, browser: &Browser) {
    goes(browser, app, "/account/sign-in").await;
    types(browser, "#email", "ann@example.org").await;
    opens(browser, "main form .button").await;
    browser.wait_for_text("h1", "Please look at your mail").await;
    app.run_jobs().await;
    goes(browser, app, &last_link(app).path).await;
    presses(browser, "main form .button", "/account").await;
}

/// A level is chosen by the arrow keys; the amount of one's own shows only when it is asked for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_level_is_chosen_by_keyboard_and_an_amount_of_ones_own_too() {
    let app = site().await;
    let browser = Browser::open(JavaScript::Off, PHONE.0, PHONE.1).await;
    signed_in(&app, &browser).await;
    presses(&browser, ".pledge a", "/account/pledges/plg_").await;
    let page = browser.url().await;
    let support = "SELECT amount_minor || ' ' || frequency AS line FROM subscriptions";
    let amount_is_shown = "return document.getElementById('amount').offsetParent !== null";

    opens(&browser, "details:nth-of-type(1) summary").await;
    reaches(&browser, "input[name=amount_choice]").await;
    assert_eq!(
        browser.count("input[name=amount_choice][value=other]:checked").await,
        1,
        "€12 is no level's price"
    );
    assert_eq!(browser.client.execute(amount_is_shown, Vec::new()).await.unwrap(), true);
    press(&browser, Key::Up).await;
    assert_eq!(browser.count("input[value='tier:founder']:checked").await, 1);
    assert_eq!(browser.client.execute(amount_is_shown, Vec::new()).await.unwrap(), false);
    presses(&browser, "details[open] .button", "done=changed").await;
    assert_eq!(one(&app, support).await, "5000 monthly");

    browser.goto(&page).await;
    assert!(browser.text(".facts").await.contains("Founding patron"));
    opens(&browser, "details:nth-of-type(1) summary").await;
    reaches(&browser, "input[name=amount_choice]").await;
    press(&browser, Key::Down).await;
    types(&browser, "#amount", "7").await;
    presses(&browser, "details[open] .button", "done=changed").await;
    assert_eq!(one(&app, support).await, "700 monthly");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_button_about_the_person_works_by_keyboard() {
    let app = site().await;
    let browser = Browser::open(JavaScript::Off, PHONE.0, PHONE.1).await;
    signed_in(&app, &browser).await;

    goes(&browser, &app, "/account/settings").await;
    types(&browser, "#name", "Ada Byron").await;
    types(&browser, "#postal_address", "Quay 1").await;
    reaches(&browser, "#locale").await;
    press(&browser, Key::Down).await;
    presses(&browser, "form[action$='/details'] .button", "done=saved").await;
    let person = "SELECT name || ' ' || postal_address || ' ' || locale AS line FROM donors";
    assert_eq!(one(&app, person).await, "Ada Byron Quay 1 fr");
    goes(&browser, &app, "/account/settings?lang=en").await;
    presses(&browser, "form[action*='/visibility/'] button", "done=visibility").await;
    assert_eq!(one(&app, "SELECT CAST(hidden AS TEXT) AS line FROM pledges").await, "1");

    // Another address: asked for, dropped, asked for again.
    for dropped in [true, false] {
        goes(&browser, &app, "/account/settings").await;
        types(&browser, "#email", "ada@example.org").await;
        presses(&browser, "form[action$='/settings/address'] .button", "done=address").await;
        if dropped {
            presses(&browser, "form[action$='/address/drop'] button", "done=address-dropped").await;
        }
    }
    let waiting = "SELECT new_email AS line FROM address_changes WHERE status = 'open'";
    assert_eq!(app.lines(waiting).await, ["ada@example.org"]);

    goes(&browser, &app, "/account/history").await;
    let receipt = browser.count(".ledger-paper a[download]").await;
    assert_eq!(receipt, 1);

    goes(&browser, &app, "/account/privacy").await;
    opens(&browser, "form[action$='/export'] .button").await;
    goes(&browser, &app, "/account/privacy").await;
    presses(&browser, "form[action$='/erase'] button", "/account/privacy").await;
    goes(&browser, &app, "/account/privacy").await;
    presses(&browser, "form[action$='/erase/drop'] button", "done=erasure-dropped").await;
    presses(&browser, "form[action$='/erase'] button", "/account/privacy").await;
    goes(&browser, &app, "/account/privacy").await;
    reaches(&browser, "input[name=sure]").await;
    press(&browser, Key::Space).await;
    reaches(&browser, "form[action$='/confirm'] .button").await;
    press(&browser, Key::Enter).await;
    app.pass(chrono::TimeDelta::minutes(1)).await;
    let gone = async |app: &TestApp| {
        app.number("SELECT COUNT(*) AS number FROM erasures WHERE status <> 'asked'").await == 1
    };
    for _ in 0..2_000 {
        if gone(&app).await {
            break;
        }
        tokio::task::yield_now().await;
    }
    app.run_jobs().await;
    assert_eq!(app.number("SELECT COUNT(*) AS number FROM donors WHERE erased_at IS NULL").await, 0);
    let kinds = app.lines("SELECT kind AS line FROM account_changes").await;
    assert!(kinds.is_empty(), "forgotten with the donor: {kinds:?}");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_everywhere_works_by_keyboard() {
    let app = site().await;
    let browser = Browser::open(JavaScript::Off, PHONE.0, PHONE.1).await;
    signed_in(&app, &browser).await;
    presses(&browser, ".account-nav a[href='/account/settings']", "/account/settings").await;
    presses(&browser, "a[href='/account/sessions']", "/account/sessions").await;
    presses(&browser, "form[action$='/end-all'] .button", "/account/sign-in").await;
    assert_eq!(app.count("sessions").await, 0);
    assert_eq!(browser.count("#email").await, 1);
    app.finish().await;
}
