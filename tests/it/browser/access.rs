//! Every page as axe sees it, in light and dark, with nothing loaded from elsewhere.

use super::{DESK, PHONE, assert_clean, desk, site};
use crate::appeals;
use crate::support::app::{Engine, TestApp};
use crate::support::browser::{Browser, ColorScheme, JavaScript};
use crate::support::client::Answer;

/// A pledge of €25, and its thanks page; a sandbox payment ends as `outcome` says.
async fn thanks(app: &TestApp, gateway: &str, outcome: &str) -> (String, String) {
    let donor = app.client();
    let email = format!("{gateway}-{outcome}@example.org");
    let form = [
        ("campaign", "press-fund"),
        ("amount", "25"),
        ("currency", "EUR"),
        ("gateway", gateway),
        ("email", email.as_str()),
        ("name", "Ann Reader"),
    ];
    let next = absolute(app, &donor.post("/donate", &form).await);
    if gateway == "bank_transfer" || outcome.is_empty() {
        return (next.clone(), next);
    }
    let paid = donor.post(&next, &[("outcome", outcome), ("delivery", "now")]).await;
    (next, absolute(app, &paid))
}

fn absolute(app: &TestApp, answer: &Answer) -> String {
    let location = answer.location();
    if location.starts_with('/') { format!("{}{location}", app.url) } else { location.to_owned() }
}

/// Opens a page in both colour schemes and sizes; none may show a fault.
async fn look_at(browser: &Browser, app: &TestApp, page: &str, url: &str) {
    browser.goto(url).await;
    look(browser, app, page).await;
}

async fn look(browser: &Browser, app: &TestApp, page: &str) {
    for scheme in [ColorScheme::Light, ColorScheme::Dark] {
        browser.color_scheme(scheme).await;
        for (width, height) in [DESK, PHONE] {
            browser.resize(width, height).await;
            let faults = browser.axe_in(scheme).await;
            assert!(faults.is_empty(), "{page}, {scheme:?}, {width} wide: {faults:#?}");
        }
    }
    assert_clean(browser, &app.url, page).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_appeal_in_each_place_is_readable_by_everybody_and_in_nobodys_way() {
    let (app, _folder) = appeals::site(Engine::Sqlite, &appeals::IN_ALL_PLACES).await;
    let browser = desk(JavaScript::On).await;
    look_at(&browser, &app, "appeals", &app.url).await;

    let quiet = Browser::open(JavaScript::Off, PHONE.0, PHONE.1).await;
    quiet.goto(&app.url).await;
    let position = "return getComputedStyle(document.querySelector('.appeal-bar')).position";
    let position = quiet.client.execute(position, Vec::new()).await.unwrap();
    assert_eq!(position, "static", "it scrolls away with the page");
    assert_eq!(quiet.count(".appeal-bar details[open]").await, 1);
    quiet.click(".appeal-bar summary").await;
    assert_eq!(quiet.count(".appeal-bar details[open]").await, 0, "closed without a script");
    quiet.click("#appeal-inside input[name=amount_choice][value='25.00']").await;
    quiet.follow("#appeal-inside button").await;
    assert!(quiet.url().await.contains("appeal=inside"), "{}", quiet.url().await);
    assert_eq!(quiet.count("input[type=hidden][name=appeal][value=inside]").await, 2);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_for_reading_are_readable_by_everybody() {
    let app = site().await;
    let browser = desk(JavaScript::On).await;
    for (page, path) in [
        ("landing", "/"),
        ("list", "/articles"),
        ("second article", "/articles/about-our-funding"),
        ("campaign", "/campaigns/press-fund"),
        ("no mail", "/dev/mail"),
    ] {
        look_at(&browser, &app, page, &format!("{}{path}", app.url)).await;
    }
    browser.goto(&format!("{}/no-such-page", app.url)).await;
    let said = browser.console().await;
    assert!(said.iter().all(|line| line.contains("404")), "only the missing page itself: {said:?}");
    look(&browser, &app, "not found").await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_for_giving_are_usable_by_everybody() {
    let app = site().await;
    let browser = desk(JavaScript::On).await;
    look_at(&browser, &app, "form", &format!("{}/donate", app.url)).await;
    look_at(&browser, &app, "form in yen", &format!("{}/donate?currency=USD&amount=12.34", app.url)).await;

    browser.goto(&format!("{}/donate", app.url)).await;
    let wrong = "const form = document.querySelector('form[data-once]'); form.noValidate = true; \
        form.elements.amount.value = '-3'; form.elements.email.value = 'ann@'; form.requestSubmit()";
    browser.client.execute(wrong, Vec::new()).await.unwrap();
    browser.wait_for_text(".summary h2", "Something needs your attention").await;
    let said = browser.console().await;
    assert!(said.iter().all(|line| line.contains("422")), "only the refused form itself: {said:?}");
    look(&browser, &app, "form with mistakes").await;

    browser.goto(&format!("{}/donate", app.url)).await;
    let open = "document.querySelectorAll('details').forEach(part => { part.open = true })";
    browser.client.execute(open, Vec::new()).await.unwrap();
    look(&browser, &app, "form with everything open").await;

    let (payment, _) = thanks(&app, "sandbox", "").await;
    look_at(&browser, &app, "payment", &payment).await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_thanks_are_readable_by_everybody() {
    let app = site().await;
    let browser = desk(JavaScript::On).await;
    let (_, transfer) = thanks(&app, "bank_transfer", "").await;
    let (paid, fulfilled) = thanks(&app, "sandbox", "succeed").await;
    look_at(&browser, &app, "waiting", &fulfilled).await;
    let (_, failed) = thanks(&app, "sandbox", "fail").await;
    let (_, expired) = thanks(&app, "sandbox", "abandon").await;
    let (_, processing) = thanks(&app, "sandbox", "process").await;
    app.run_jobs().await;

    for (page, url, words) in [
        ("bank transfer", &transfer, "Thank you. One step is left."),
        ("fulfilled", &fulfilled, "Thank you, Ann Reader."),
        ("failed", &failed, "The payment did not go through"),
        ("expired", &expired, "This gift was not completed"),
        ("processing", &processing, "Your payment is on its way"),
        ("paid at the sandbox", &paid, "€25.00"),
    ] {
        look_at(&browser, &app, page, url).await;
        assert_eq!(browser.text("h1").await, words);
    }
    browser.goto(&transfer).await;
    assert_eq!(browser.count(".qr svg").await, 1);

    look_at(&browser, &app, "letters", &format!("{}/dev/mail", app.url)).await;
    browser.follow(".letters a").await;
    look(&browser, &app, "a letter").await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_in_arabic_are_usable_by_everybody() {
    let app = site().await;
    let browser = desk(JavaScript::On).await;
    for (page, path) in [
        ("form", "/donate?lang=ar"),
        ("form of a patron", "/donate?lang=ar&frequency=monthly"),
        ("patrons", "/patrons?lang=ar"),
        ("campaign", "/campaigns/press-fund?lang=ar"),
        ("landing", "/?lang=ar"),
    ] {
        look_at(&browser, &app, page, &format!("{}{path}", app.url)).await;
        let wide = "return document.documentElement.scrollWidth <= document.documentElement.clientWidth";
        assert_eq!(
            browser.client.execute(wide, Vec::new()).await.unwrap(),
            true,
            "{page} does not scroll aside"
        );
    }
    let (_, thanks) = thanks(&app, "bank_transfer", "").await;
    look_at(&browser, &app, "thanks", &format!("{thanks}?lang=ar")).await;
    app.finish().await;
}
