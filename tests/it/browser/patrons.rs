//! A patron's whole life by keyboard on a phone without scripts: from the article, in Arabic, to every button of their
//! own pages.

use fantoccini::key::Key;

use super::{PHONE, focused, goes, one};
use crate::account::visitor::last_link;
use crate::support::app::{Engine, TestApp, settings};
use crate::support::browser::{Browser, JavaScript};
use crate::support::gift::Form;

async fn site() -> TestApp {
    TestApp::start_with(Engine::Sqlite, settings(&[("MAINSTAY_SITE__LOCALES", "en,fr,de,es,pt,ru,ar")])).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_becomes_a_patron_in_arabic_without_a_mouse_or_a_script() {
    let app = site().await;
    let browser = Browser::open(JavaScript::Off, PHONE.0, PHONE.1).await;
    goes(&browser, &app, "/?lang=ar").await;
    let dir = browser.client.execute("return document.documentElement.dir", Vec::new()).await.unwrap();
    assert_eq!(dir, "rtl");
    browser.reaches("#appeal input[name=frequency]").await;
    browser.press(Key::Down).await;
    assert_eq!(browser.count("#appeal input[name=frequency][value=monthly]:checked").await, 1);
    browser.presses("#appeal button", "/donate?").await;
    assert_eq!(browser.count("input[name=frequency][value=monthly]:checked").await, 1);

    browser.types("#email", "ann@example.org").await;
    browser.reaches("input[name=gateway]").await;
    browser.press(Key::Space).await;
    browser.presses("form[data-once] button.button", "/sandbox/pay/").await;
    browser.presses("form button.button", "/thanks/").await;
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
    browser.presses(".pledge a", "/account/pledges/plg_").await;
    let page = browser.url().await;
    let support = "SELECT amount_minor || ' ' || frequency || ' ' || status AS line FROM subscriptions";

    // An amount that cannot be: the form comes back open, with what was typed.
    browser.opens("details:nth-of-type(1) summary").await;
    browser.types("#amount", "0,10").await;
    browser.opens("details[open] .button").await;
    browser.wait_for_text(".summary h2", "Something needs").await;
    browser.types("#amount", "20").await;
    browser.reaches("#frequency").await;
    browser.press(Key::Down).await;
    browser.presses("details[open] .button", "done=changed").await;
    assert_eq!(one(&app, support).await, "2000 quarterly active");

    browser.goto(&page).await;
    browser.opens("details:nth-of-type(2) summary").await;
    browser.reaches("#until").await;
    focused(&browser).await.send_keys("08152026").await.unwrap();
    browser.presses("details[open] .button", "done=changed").await;
    assert_eq!(one(&app, support).await, "2000 quarterly paused");
    browser.goto(&page).await;
    browser.presses("form[action$='/resume'] .button", "done=changed").await;
    assert_eq!(one(&app, support).await, "2000 quarterly active");

    browser.goto(&page).await;
    browser.opens("details:has(form[action$='/cancel']) summary").await;
    browser.types("#reason", "Moving away").await;
    browser.presses("details[open] .button", "done=changed").await;
    let reason = "SELECT reason AS line FROM subscription_orders WHERE kind = 'cancel'";
    assert_eq!(one(&app, reason).await, "Moving away");
    browser.goto(&page).await;
    browser.presses("form[action$='/keep'] .button", "done=changed").await;
    assert_eq!(
        one(&app, "SELECT COALESCE(CAST(ends_at AS TEXT), 'never') AS line FROM subscriptions").await,
        "never"
    );

    // Another card, on the gateway's page.
    browser.goto(&page).await;
    browser.presses("form[action^='/account/mend/'] button", "/sandbox/card/").await;
    // Ended, and taken up again.
    browser.goto(&page).await;
    browser.opens("details:has(form[action$='/cancel']) summary").await;
    browser.presses("details[open] .button", "done=changed").await;
    app.pass(chrono::TimeDelta::days(100)).await;
    app.upkeep().await;
    app.run_jobs().await;
    signs_in(&app, &browser).await;
    browser.goto(&page).await;
    browser.presses("form[action$='/return'] .button", "/sandbox/pay/").await;
    app.finish().await;
}

async fn signs_in(app: &TestApp, browser: &Browser) {
    goes(browser, app, "/account/sign-in").await;
    browser.types("#email", "ann@example.org").await;
    browser.opens("main form .button").await;
    browser.wait_for_text("h1", "Please look at your mail").await;
    app.run_jobs().await;
    goes(browser, app, &last_link(app).path).await;
    browser.presses("main form .button", "/account").await;
}

/// A level is chosen by the arrow keys; the amount of one's own shows only when it is asked for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_level_is_chosen_by_keyboard_and_an_amount_of_ones_own_too() {
    let app = site().await;
    let browser = Browser::open(JavaScript::Off, PHONE.0, PHONE.1).await;
    signed_in(&app, &browser).await;
    browser.presses(".pledge a", "/account/pledges/plg_").await;
    let page = browser.url().await;
    let support = "SELECT amount_minor || ' ' || frequency AS line FROM subscriptions";
    let amount_is_shown = "return document.getElementById('amount').offsetParent !== null";

    browser.opens("details:nth-of-type(1) summary").await;
    browser.reaches("input[name=amount_choice]").await;
    assert_eq!(
        browser.count("input[name=amount_choice][value=other]:checked").await,
        1,
        "€12 is no level's price"
    );
    assert_eq!(browser.client.execute(amount_is_shown, Vec::new()).await.unwrap(), true);
    browser.press(Key::Up).await;
    assert_eq!(browser.count("input[value='tier:founder']:checked").await, 1);
    assert_eq!(browser.client.execute(amount_is_shown, Vec::new()).await.unwrap(), false);
    browser.presses("details[open] .button", "done=changed").await;
    assert_eq!(one(&app, support).await, "5000 monthly");

    browser.goto(&page).await;
    assert!(browser.text(".facts").await.contains("Founding patron"));
    browser.opens("details:nth-of-type(1) summary").await;
    browser.reaches("input[name=amount_choice]").await;
    browser.press(Key::Down).await;
    browser.types("#amount", "7").await;
    browser.presses("details[open] .button", "done=changed").await;
    assert_eq!(one(&app, support).await, "700 monthly");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_button_about_the_person_works_by_keyboard() {
    let app = site().await;
    let browser = Browser::open(JavaScript::Off, PHONE.0, PHONE.1).await;
    signed_in(&app, &browser).await;

    goes(&browser, &app, "/account/settings").await;
    browser.types("#name", "Ada Byron").await;
    browser.types("#postal_address", "Quay 1").await;
    browser.reaches("#locale").await;
    browser.press(Key::Down).await;
    browser.presses("form[action$='/details'] .button", "done=saved").await;
    let person = "SELECT name || ' ' || postal_address || ' ' || locale AS line FROM donors";
    assert_eq!(one(&app, person).await, "Ada Byron Quay 1 fr");
    goes(&browser, &app, "/account/settings?lang=en").await;
    browser.presses("form[action*='/visibility/'] button", "done=visibility").await;
    assert_eq!(one(&app, "SELECT CAST(hidden AS TEXT) AS line FROM pledges").await, "1");

    // Another address: asked for, dropped, asked for again.
    for dropped in [true, false] {
        goes(&browser, &app, "/account/settings").await;
        browser.types("#email", "ada@example.org").await;
        browser.presses("form[action$='/settings/address'] .button", "done=address").await;
        if dropped {
            browser.presses("form[action$='/address/drop'] button", "done=address-dropped").await;
        }
    }
    let waiting = "SELECT new_email AS line FROM address_changes WHERE status = 'open'";
    assert_eq!(app.lines(waiting).await, ["ada@example.org"]);

    goes(&browser, &app, "/account/history").await;
    let receipt = browser.count(".ledger-paper a[download]").await;
    assert_eq!(receipt, 1);

    goes(&browser, &app, "/account/privacy").await;
    browser.opens("form[action$='/export'] .button").await;
    goes(&browser, &app, "/account/privacy").await;
    browser.presses("form[action$='/erase'] button", "/account/privacy").await;
    goes(&browser, &app, "/account/privacy").await;
    browser.presses("form[action$='/erase/drop'] button", "done=erasure-dropped").await;
    browser.presses("form[action$='/erase'] button", "/account/privacy").await;
    goes(&browser, &app, "/account/privacy").await;
    browser.reaches("input[name=sure]").await;
    browser.press(Key::Space).await;
    browser.reaches("form[action$='/confirm'] .button").await;
    browser.press(Key::Enter).await;
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
    browser.presses(".account-nav a[href='/account/settings']", "/account/settings").await;
    browser.presses("a[href='/account/sessions']", "/account/sessions").await;
    browser.presses("form[action$='/end-all'] .button", "/account/sign-in").await;
    assert_eq!(app.count("sessions").await, 0);
    assert_eq!(browser.count("#email").await, 1);
    app.finish().await;
}

/// PayPal's pages lead there and back, without a script: to agree to the support, to agree to more, and no more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_patron_agrees_at_paypal_gives_more_and_stops() {
    let shop = crate::paypal::shop::Shop::open(Engine::Sqlite).await;
    let browser = Browser::open(JavaScript::Off, PHONE.0, PHONE.1).await;
    goes(&browser, &shop.app, "/donate?amount=25&frequency=monthly").await;
    browser.fill("#name", "Ann Reader").await;
    browser.fill("#email", "ann@example.org").await;
    browser.click("input[name=gateway][value=paypal]").await;
    browser.follow("form[data-once] button.button").await;
    assert_eq!(browser.text("h1").await, "Agree to EUR 25.00");
    browser.follow("button[value=agree]").await;
    assert!(browser.url().await.starts_with(&format!("{}/thanks/", shop.app.url)));
    shop.hears().await;

    signs_in(&shop.app, &browser).await;
    browser.presses(".pledge a", "/account/pledges/plg_").await;
    let page = browser.url().await;
    assert!(browser.text("body").await.contains("Which card or bank account PayPal charges"));
    browser.opens("details:nth-of-type(1) summary").await;
    if browser.count("input[name=amount_choice][value=other]").await > 0 {
        browser.click("input[name=amount_choice][value=other]").await;
    }
    browser.fill("#amount", "40").await;
    browser.follow("details[open] .button").await;
    assert_eq!(browser.text("h1").await, "Agree to EUR 40.00");
    browser.goto(&page).await;
    assert!(browser.text(".standfirst").await.contains("A change of yours waits for you"));
    browser.follow(".actions a.button").await;
    browser.follow("button[value=agree]").await;
    assert!(browser.text("body").await.contains("Thank you for coming back."));
    assert!(browser.text("h1").await.contains("€40.00"), "{}", browser.text("h1").await);

    browser.opens("details:has(form[action$='/cancel']) summary").await;
    browser.follow("details[open] .button").await;
    assert!(browser.text(".standfirst").await.contains("It ends on"), "{}", browser.text("body").await);
    assert_eq!(browser.count("form[action$='/keep']").await, 0);
    assert_eq!(browser.count("form[action$='/return']").await, 1);
    assert_eq!(shop.paypal.subscriptions()[0].status, "CANCELLED");
    shop.hears().await;
    shop.close().await;
}
