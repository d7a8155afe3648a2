//! What is asked before a gift while somebody tries stolen cards, in a real browser: the work is done by itself, and without
//! scripts a letter leads on.

use mainstay::domain::audit::Actor;
use mainstay::usecases::abuse::attack;

use super::{assert_clean, desk, goes, site};
use crate::abuse::links::links;
use crate::support::app::{Engine, TestApp, settings};
use crate::support::browser::{Browser, JavaScript};

/// Fills in what a gift needs.
async fn fills_in(browser: &Browser) {
    browser.click("input[name=amount_choice][value='25.00']").await;
    browser.fill("#email", "ann@example.org").await;
    browser.click("input[name=gateway][value=sandbox]").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_does_the_work_by_itself_and_says_so() {
    let always = settings(&[("MAINSTAY_LIMITS__PROOF_OF_WORK", "always")]);
    let app = TestApp::start_with(Engine::Sqlite, always).await;
    let browser = desk(JavaScript::On).await;
    goes(&browser, &app, "/donate").await;
    browser.wait_for_text("[data-proof-status]", "The calculation is done.").await;
    assert_eq!(browser.axe().await, [""; 0]);

    fills_in(&browser).await;
    browser.follow("form[data-once] button.button").await;
    assert!(browser.url().await.contains("/sandbox/pay/"), "{}", browser.url().await);
    assert_clean(&browser, &app.url, "the form").await;
    assert_eq!(app.count("spent_proofs").await, 1);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_presses_the_button_at_once_is_led_on_when_the_work_is_done() {
    let always = settings(&[("MAINSTAY_LIMITS__PROOF_OF_WORK", "always")]);
    let app = TestApp::start_with(Engine::Sqlite, always).await;
    let browser = desk(JavaScript::On).await;
    goes(&browser, &app, "/donate?amount=25&frequency=once").await;
    fills_in(&browser).await;
    browser.follow("form[data-once] button.button").await;
    assert!(browser.url().await.contains("/sandbox/pay/"), "{}", browser.url().await);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_without_scripts_goes_on_by_the_letter() {
    let app = site().await;
    attack::begin(app.ctx(), Actor::Command).await.unwrap();
    let browser = desk(JavaScript::Off).await;
    goes(&browser, &app, "/donate").await;
    fills_in(&browser).await;
    browser.follow("button[value=mail]").await;
    assert_eq!(browser.text("h1").await, "Look into your mailbox");

    app.run_jobs().await;
    goes(&browser, &app, &links(&app).remove(0)).await;
    assert_eq!(browser.text("h1").await, "Go on with your gift");
    browser.follow("form button.button").await;
    assert!(browser.url().await.contains("/sandbox/pay/"), "{}", browser.url().await);
    app.finish().await;
}
