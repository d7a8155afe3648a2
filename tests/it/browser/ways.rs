//! Ways from the article to the thanks page.

use fantoccini::key::Key;
use mainstay::jobs::Worker;
use mainstay::store::{StoreError, exports};

use super::{PHONE, assert_clean, desk, focused, has_focus, site};
use crate::stripe::shop::Shop;
use crate::support::app::{Engine, TestApp};
use crate::support::browser::{Browser, JavaScript};

/// From the article to the payment page of the sandbox.
async fn to_the_payment_page(browser: &Browser, app: &TestApp) {
    browser.goto(&app.url).await;
    assert_eq!(browser.text("h1").await, "50 years since the death of Stalin");
    browser.click("#appeal input[name=amount_choice][value='25.00']").await;
    browser.follow("#appeal button").await;
    assert!(browser.url().await.contains("/donate?"), "{}", browser.url().await);
    assert_eq!(browser.count("input[name=amount_choice][value='25.00']:checked").await, 1);

    browser.fill("#name", "Ann Reader").await;
    browser.fill("#email", "ann@example.org").await;
    browser.click("input[name=gateway][value=sandbox]").await;
    browser.follow("form[data-once] button.button").await;
    assert!(browser.url().await.contains("/sandbox/pay/"), "{}", browser.url().await);
    assert_eq!(browser.text("h1").await, "€25.00");
}

/// The number of pledges on record.
async fn pledges(app: &TestApp) -> usize {
    let all = exports::Span {
        from: "2000-01-01T00:00:00".parse().unwrap(),
        to: "2100-01-01T00:00:00".parse().unwrap(),
    };
    let every = exports::Part::default();
    let rows = app.ctx().db.read(move |conn| exports::Table::Pledges.rows_of(conn, all, every));
    Result::<_, StoreError>::unwrap(rows.await).len()
}

async fn letter_with_its_receipt(browser: &Browser, app: &TestApp) {
    browser.goto(&format!("{}/dev/mail", app.url)).await;
    browser.follow(".letters a").await;
    assert_eq!(browser.text("h1").await, "Thank you: receipt R2026-000001 for your gift of €25.00");
    let link = browser.client.find(fantoccini::Locator::Css("a.attachment")).await.unwrap();
    let address = link.prop("href").await.unwrap().unwrap();
    let pdf = app.client().get(&address).await;
    assert_eq!((pdf.status.as_u16(), pdf.header("content-type")), (200, "application/pdf"));
    let text = crate::support::command::pdf_text(&pdf.body);
    assert!(text.contains("R2026-000001") && text.contains("€25.00"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_gives_and_the_thanks_page_turns_by_itself() {
    let app = site().await;
    let browser = desk(JavaScript::On).await;
    to_the_payment_page(&browser, &app).await;
    browser.follow("form button.button").await;
    assert_eq!(browser.text("h1").await, "Waiting for your payment");

    let worker = Worker::start(&app.services);
    browser.wait_for_text("h1", "Thank you, Ann Reader.").await;

    assert!(browser.text(".facts").await.contains("No. R2026-000001"));
    assert_clean(&browser, &app.url, "thanks").await;
    worker.stop().await;
    app.run_jobs().await;
    letter_with_its_receipt(&browser, &app).await;
    assert_clean(&browser, &app.url, "a letter").await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_without_scripts_gives_and_sees_the_page_turn() {
    let app = site().await;
    let browser = desk(JavaScript::Off).await;
    to_the_payment_page(&browser, &app).await;
    browser.follow("form button.button").await;
    assert_eq!(browser.text("h1").await, "Waiting for your payment");

    app.run_jobs().await;
    // The page asks the browser to load it again after ten seconds.
    browser.wait_for_text("h1", "Thank you, Ann Reader.").await;

    assert!(browser.text(".facts").await.contains("No. R2026-000001"));
    letter_with_its_receipt(&browser, &app).await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_with_mistakes_leads_to_each_of_them() {
    let app = site().await;
    let browser = desk(JavaScript::On).await;
    browser.goto(&format!("{}/donate", app.url)).await;
    // What the browser itself would ask for is switched off: the server's answer is looked at.
    let unchecked = "document.querySelector('form[data-once]').noValidate = true";
    browser.client.execute(unchecked, Vec::new()).await.unwrap();
    browser.click("input[name=amount_choice][value=other]").await;
    browser.fill("#amount", "0,10").await;
    browser.fill("#email", "ann@").await;
    browser.fill("#name", "Ann Reader").await;

    browser.follow("form[data-once] button.button").await;

    assert!(has_focus(&browser, ".summary[data-focus]").await, "the summary is read first");
    let mut reached = Vec::new();
    for link in 1..=browser.count(".summary li").await {
        let css = format!(".summary li:nth-child({link}) a");
        browser.click(&css).await;
        reached.push(focused(&browser).await.attr("id").await.unwrap().unwrap());
    }
    reached.sort_unstable();
    assert_eq!(reached, ["amount", "email", "gateway"]);
    assert_eq!(
        browser
            .client
            .find(fantoccini::Locator::Css("#name"))
            .await
            .unwrap()
            .prop("value")
            .await
            .unwrap()
            .unwrap(),
        "Ann Reader"
    );
    let described = browser.client.find(fantoccini::Locator::Css("#email")).await.unwrap();
    assert!(described.attr("aria-describedby").await.unwrap().unwrap().contains("email-problem"));
    assert_eq!(pledges(&app).await, 0);
    let answered = browser.console().await;
    assert!(answered.iter().all(|line| line.contains("422")), "only the refused form itself: {answered:?}");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_double_click_is_one_gift() {
    for javascript in [JavaScript::On, JavaScript::Off] {
        let app = site().await;
        let browser = desk(javascript).await;
        browser.goto(&format!("{}/donate?campaign=press-fund&amount=25", app.url)).await;
        browser.fill("#email", "ann@example.org").await;
        browser.click("input[name=gateway][value=sandbox]").await;

        browser.double_click("form[data-once] button.button").await;
        browser.wait_for_text("h1", "€25.00").await;
        browser.client.back().await.unwrap();
        browser.wait_for_text("h1", "Press fund").await;
        browser.follow("form[data-once] button.button").await;
        browser.wait_for_text("h1", "€25.00").await;

        assert_eq!(pledges(&app).await, 1, "{javascript:?}");
        app.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gift_needs_no_mouse() {
    let app = site().await;
    let browser = desk(JavaScript::On).await;
    browser.goto(&app.url).await;

    browser.press(Key::Tab).await;
    assert_eq!(focused(&browser).await.text().await.unwrap(), "Skip to the text");
    browser.reaches("#appeal input[name=amount_choice]").await;
    browser.press(Key::Right).await;
    assert_eq!(browser.count("#appeal input[value='25.00']:checked").await, 1);
    browser.reaches("#appeal button").await;
    browser.press(Key::Enter).await;
    browser.wait_for_text("h1", "Press fund").await;

    browser.reaches("#email").await;
    focused(&browser).await.send_keys("ann@example.org").await.unwrap();
    browser.reaches("input[name=gateway]").await;
    browser.press(Key::Space).await;
    browser.reaches("form[data-once] button.button").await;
    browser.press(Key::Enter).await;
    browser.wait_for_text("h1", "€25.00").await;

    browser.reaches("form button.button").await;
    browser.press(Key::Enter).await;
    browser.wait_for_text("h1", "Waiting for your payment").await;
    app.run_jobs().await;
    browser.wait_for_text("h1", "Thank you.").await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_shows_every_page_without_scrolling_sideways() {
    let app = site().await;
    let browser = Browser::open(JavaScript::On, PHONE.0, PHONE.1).await;
    for width in [PHONE.0, 320] {
        browser.resize(width, PHONE.1).await;
        for path in ["/", "/articles", "/articles/about-our-funding", "/donate", "/no-such-page", "/dev/mail"]
        {
            browser.goto(&format!("{}{path}", app.url)).await;
            let wider = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
            let wider = browser.client.execute(wider, Vec::new()).await.unwrap();
            assert_eq!(wider, 0, "{path} at {width}");
        }
    }
    app.finish().await;
}

/// Browsers hold the whole way of a form against the page's policy: Stripe's page is on another site.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_leads_to_the_gateways_own_page() {
    let shop = Shop::open(Engine::Sqlite).await;
    let browser = desk(JavaScript::Off).await;
    browser.goto(&format!("{}/donate?amount=25", shop.app.url)).await;
    browser.fill("#email", "ann@example.org").await;
    browser.click("input[name=gateway][value=stripe]").await;
    browser.follow("form[data-once] button.button").await;

    let url = browser.url().await;
    assert!(!url.starts_with(&shop.app.url), "{url}");
    assert!(browser.text("body").await.contains("25"), "Stripe's page");
    shop.app.stop().await;
}

/// A donor agrees on PayPal's page and comes back, without a script.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_donor_agrees_at_paypal_and_is_thanked_here() {
    let shop = crate::paypal::shop::Shop::open(Engine::Sqlite).await;
    let browser = desk(JavaScript::Off).await;
    browser.goto(&format!("{}/donate?amount=25", shop.app.url)).await;
    browser.fill("#email", "ann@example.org").await;
    browser.click("input[name=gateway][value=paypal]").await;
    browser.follow("form[data-once] button.button").await;
    assert_eq!(browser.text("h1").await, "Pay EUR 25.00");

    shop.app.clock.advance(chrono::TimeDelta::minutes(1));
    browser.follow("button[value=pay]").await;
    let url = browser.url().await;
    assert!(url.starts_with(&format!("{}/thanks/", shop.app.url)), "{url}");
    shop.app.run_jobs().await;
    browser.goto(&url).await;
    assert!(browser.text("body").await.contains("€25.00"));
    assert_eq!(shop.paypal.captures().len(), 1);
    assert_eq!((shop.app.count("donations").await, shop.app.count("receipts").await), (1, 1));
    shop.hears().await;
    shop.close().await;
}
