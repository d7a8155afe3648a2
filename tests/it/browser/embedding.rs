//! The form on a page of another site: in a frame that grows with it, out of which a gift is made here.

use fantoccini::Locator;
use fantoccini::key::Key;

use super::{desk, focused};
use crate::support::app::{Engine, TestApp, settings};
use crate::support::browser::{Browser, ColorScheme, JavaScript};
use crate::support::command::package_folder;
use crate::support::neighbour::Neighbour;
use crate::support::until;

/// A site, and another that may show its form and use its API.
async fn side_by_side() -> (TestApp, Neighbour) {
    let neighbour = Neighbour::open().await;
    let changes = settings(&[
        ("MAINSTAY_SITE__EMBED_ORIGINS", &neighbour.origin),
        ("MAINSTAY_SERVER__CORS_ORIGINS", &neighbour.origin),
    ]);
    (TestApp::start_with(Engine::Sqlite, changes).await, neighbour)
}

/// A page of the other site with this in it.
fn page(inside: &str) -> String {
    format!(
        "<!doctype html><html lang=\"fr\"><head><meta charset=\"utf-8\"><title>Voisin</title>\
         <meta name=\"viewport\" content=\"width=device-width\"></head><body><main><h1>Voisin</h1>{inside}</main></body></html>"
    )
}

/// Looks into the frame of this number from now on.
async fn enters(browser: &Browser, number: usize) {
    let frames = until("the frames are there", async || {
        let frames = browser.client.find_all(Locator::Css("iframe")).await.unwrap();
        (frames.len() > number).then_some(frames)
    });
    frames.await[number].enter_frame().await.unwrap();
}

/// Looks at the page around again, whichever that is by now.
async fn leaves(browser: &Browser) {
    let window = browser.client.window().await.unwrap();
    browser.client.switch_to_window(window).await.unwrap();
}

/// The heights that the frames have been given.
async fn heights(browser: &Browser) -> Vec<String> {
    let told = "return [...document.querySelectorAll('iframe')].map(frame => frame.style.height)";
    serde_json::from_value(browser.client.execute(told, Vec::new()).await.unwrap()).unwrap()
}

async fn is_true(browser: &Browser, script: &str) -> bool {
    browser.client.execute(script, Vec::new()).await.unwrap() == true
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_forms_on_another_site_are_as_tall_as_they_are_and_usable_by_everybody() {
    let (app, neighbour) = side_by_side().await;
    let script = format!("<script src=\"{}/embed.js\" data-campaign=\"press-fund\"", app.url);
    let url = neighbour.shows(
        "/two",
        &page(&format!(
            "{script} data-amount=\"25\" data-accent=\"#2b6cb0\" async></script><p>Et encore :</p>\
             {script} data-language=\"ar\" data-theme=\"dark\" async></script>"
        )),
    );
    let browser = desk(JavaScript::On).await;
    browser.goto(&url).await;
    until("both frames are told their height", async || {
        let heights = heights(&browser).await;
        (heights.len() == 2 && heights.iter().all(|height| height.ends_with("px"))).then_some(())
    })
    .await;
    assert!(is_true(&browser, "return [...document.querySelectorAll('a')].every(link => link.hidden)").await);
    for (number, language) in [(0, "fr"), (1, "ar")] {
        // Nothing is measured in a frame that nobody sees; the scroll bar of the page around has made it narrower since.
        let seen = format!("document.querySelectorAll('iframe')[{number}].scrollIntoView()");
        browser.client.execute(&seen, Vec::new()).await.unwrap();
        enters(&browser, number).await;
        for way in ["Height", "Width"] {
            let fits = format!(
                "const page = document.documentElement; return page.scroll{way} <= page.client{way} + 1"
            );
            until(&format!("no scroll bar for the {way} of frame {number}"), async || {
                is_true(&browser, &fits).await.then_some(())
            })
            .await;
        }
        let speaks = format!("return document.documentElement.lang === '{language}'");
        assert!(is_true(&browser, &speaks).await, "frame {number} speaks {language}");
        for scheme in [ColorScheme::Light, ColorScheme::Dark] {
            browser.color_scheme(scheme).await;
            let faults = browser.axe_in(scheme).await;
            assert!(faults.is_empty(), "frame {number}, {scheme:?}: {faults:#?}");
        }
        leaves(&browser).await;
    }
    let named = "return [...document.querySelectorAll('iframe')].map(frame => frame.title).join()";
    let named = browser.client.execute(named, Vec::new()).await.unwrap();
    assert_eq!(named, "Formulaire de don,نموذج التبرع");
    let console: Vec<String> = browser.console().await;
    assert!(
        console.iter().all(|line| line.starts_with("\"DEBUG\"") || line.contains("favicon")),
        "{console:#?}"
    );
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gift_is_begun_on_another_site_and_made_here_by_keyboard() {
    let (app, neighbour) = side_by_side().await;
    let snippet = format!(
        "<script src=\"{}/embed.js\" data-campaign=\"press-fund\" data-language=\"en\" async></script>",
        app.url
    );
    let browser = desk(JavaScript::On).await;
    browser.goto(&neighbour.shows("/one", &page(&snippet))).await;
    enters(&browser, 0).await;
    browser.reaches("input[name=amount_choice]").await;
    browser.press(Key::Space).await;
    browser.reaches("#email").await;
    focused(&browser).await.send_keys("ann@example.org").await.unwrap();
    browser.reaches("input[name=gateway]").await;
    browser.press(Key::Space).await;
    browser.reaches("form[data-once] button.button").await;
    // The frame may be gone before the driver has answered.
    let enter = char::from(Key::Enter).to_string();
    drop(focused(&browser).await.send_keys(&enter).await);

    // The whole window went on, not the frame.
    until("the payment page", async || {
        leaves(&browser).await;
        browser.url().await.contains("/sandbox/pay/").then_some(())
    })
    .await;
    assert!(browser.url().await.starts_with(&app.url));
    browser.wait_for_text("h1", "€").await;
    let from = app.lines("SELECT source AS line FROM pledges").await.remove(0);
    assert!(
        from.contains(r#""utm_source":"localhost""#) && from.contains(r#""utm_medium":"embed""#),
        "{from}"
    );
    browser.follow("form button.button").await;
    app.run_jobs().await;
    browser.wait_for_text("h1", "Thank you.").await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_scripts_there_is_a_link_and_a_frame_works_as_well() {
    let (app, neighbour) = side_by_side().await;
    let browser = desk(JavaScript::Off).await;
    let snippet = format!(
        "<script src=\"{0}/embed.js\" data-campaign=\"press-fund\" async></script>\
         <noscript><a href=\"{0}/donate?campaign=press-fund\">Press fund</a></noscript>",
        app.url
    );
    browser.goto(&neighbour.shows("/link", &page(&snippet))).await;
    browser.follow("a").await;
    assert_eq!(browser.text("h1").await, "Press fund");

    let frame = format!(
        "<iframe title=\"Press fund\" width=\"900\" height=\"900\" src=\"{}/embed/press-fund?lang=en\"></iframe>",
        app.url
    );
    browser.goto(&neighbour.shows("/frame", &page(&frame))).await;
    enters(&browser, 0).await;
    browser.click("input[name=amount_choice][value='25.00']").await;
    browser.fill("#email", "ann@example.org").await;
    browser.click("input[name=gateway][value=bank_transfer]").await;
    let button = browser.client.find(Locator::Css("form[data-once] button.button")).await.unwrap();
    // The frame may be gone before the driver has answered.
    drop(button.click().await);
    until("the page of thanks", async || {
        leaves(&browser).await;
        browser.url().await.contains("/thanks/").then_some(())
    })
    .await;
    assert_eq!(app.count("pledges").await, 1);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_that_nobody_named_gets_a_link_in_place_of_the_form() {
    let app = super::site().await;
    let neighbour = Neighbour::open().await;
    let snippet =
        format!("<script src=\"{}/embed.js\" data-campaign=\"press-fund\" async></script>", app.url);
    let browser = desk(JavaScript::On).await;
    browser.goto(&neighbour.shows("/", &page(&snippet))).await;
    until("the link is shown", async || {
        let shown = "const link = document.querySelector('main a'); return !!link && !link.hidden";
        is_true(&browser, shown).await.then_some(())
    })
    .await;
    assert_eq!(browser.text("main a").await, "Formulaire de don");
    browser.follow("main a").await;
    assert_eq!(browser.text("h1").await, "Press fund");
    assert!(browser.url().await.contains("campaign=press-fund"));
    app.finish().await;
}

/// The form that `docs/embedding.md` writes out, on a page of another site.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_form_in_the_documents_works_as_it_is_written() {
    let (app, neighbour) = side_by_side().await;
    let text = std::fs::read_to_string(package_folder().join("docs/embedding.md")).unwrap();
    let (_, after) = text.split_once("```html\n<!doctype html>").unwrap();
    let example = format!("<!doctype html>{}", after.split_once("\n```").unwrap().0);
    let url = neighbour.shows("/own", &example.replace("https://give.example.org", &app.url));
    let browser = desk(JavaScript::On).await;
    browser.goto(&url).await;
    browser.wait_for_text("h1", "Press fund").await;
    assert_eq!(browser.axe().await, Vec::<String>::new());

    browser.click("input[name=amount][value='2500']").await;
    browser.click("input[name=gateway][value=bank_transfer]").await;
    browser.fill("[name=email]", "ann@").await;
    let unchecked = "document.querySelector('form').noValidate = true";
    browser.client.execute(unchecked, Vec::new()).await.unwrap();
    browser.click("button").await;
    browser.wait_for_text("[role=alert]", "e-mail").await;
    assert_eq!(app.count("pledges").await, 0);

    browser.fill("[name=email]", "ann@example.org").await;
    browser.click("button").await;
    browser.wait_for_text("[role=status]", "RF").await;
    assert_eq!(app.lines("SELECT email AS line FROM pledges").await, ["ann@example.org"]);
    app.finish().await;
}
