//! Passkeys in a real browser, with a device that it pretends to have.

use chrono::TimeDelta;
use mainstay::domain::access::Role;
use mainstay::domain::audit::Actor;
use mainstay::usecases::staff::{members, setup};
use serde_json::{Value, json};

use super::{DESK, PHONE, assert_clean, desk};
use crate::office::clerk::PASSWORD;
use crate::support::app::{Changes, Engine, TestApp};
use crate::support::browser::{Browser, ColorScheme, JavaScript};

const PASSKEY: &str = "form[data-passkey] button";

/// A device like a phone: it asks for a finger, and is shown one.
async fn plug_in(browser: &Browser) -> String {
    browser.devtools("WebAuthn.enable", json!({ "enableUI": false })).await;
    let options = json!({ "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal",
        "hasUserVerification": true, "isUserVerified": true, "automaticPresenceSimulation": true });
    let added = browser.devtools("WebAuthn.addVirtualAuthenticator", json!({ "options": options })).await;
    added["authenticatorId"].as_str().unwrap().to_owned()
}

async fn to_the_second_step(browser: &Browser, site: &str) {
    browser.client.delete_all_cookies().await.unwrap();
    browser.goto(&format!("{site}/admin/sign-in")).await;
    browser.fill("#email", "vera@x.example").await;
    browser.fill("#password", PASSWORD).await;
    browser.follow("main form .button").await;
    browser.wait_for_text("h1", "Second step").await;
    // What Chromium wishes of the form for passwords is none of these pages.
    browser.console().await;
}

/// Readable in light and dark, on a desk and a phone.
async fn look_at(browser: &Browser, name: &str) {
    for scheme in [ColorScheme::Light, ColorScheme::Dark] {
        browser.color_scheme(scheme).await;
        for (width, height) in [DESK, PHONE] {
            browser.resize(width, height).await;
            if let Some(folder) = std::env::var_os("MAINSTAY_SHOTS") {
                let file = format!("{name}-{scheme:?}-{width}.png");
                browser.screenshot(&std::path::Path::new(&folder).join(file)).await;
            }
            let faults = browser.axe_in(scheme).await;
            assert!(faults.is_empty(), "{name}, {scheme:?}, {width} wide: {faults:#?}");
        }
    }
    browser.resize(DESK.0, DESK.1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_is_set_up_signs_in_proves_and_a_copy_of_it_does_not() {
    let app =
        TestApp::start_with_public_url(Engine::Sqlite, Changes::default(), "http://localhost:{port}").await;
    let site = app.ctx().policy.public_url.clone();
    let (_, link) = members::invite(app.ctx(), Actor::Command, "vera@x.example", Role::Owner).await.unwrap();
    let browser = desk(JavaScript::On).await;
    let device = plug_in(&browser).await;
    let of_device = |more: Value| {
        let mut all = json!({ "authenticatorId": device });
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };

    browser.goto(&setup::url(app.ctx(), &link)).await;
    browser.fill("#name", "Vera").await;
    browser.fill("#password", PASSWORD).await;
    browser.follow("main form .button").await;
    browser.wait_for_text("h1", "Set up your second step").await;
    browser.console().await;
    look_at(&browser, "passkey-enrol").await;
    browser.fill("#name", "phone").await;
    browser.follow(PASSKEY).await;
    browser.wait_for_text("h1", "Recovery codes").await;
    assert_clean(&browser, &site, "enrolment").await;

    to_the_second_step(&browser, &site).await;
    look_at(&browser, "passkey-code").await;
    browser.follow(PASSKEY).await;
    browser.goto(&format!("{site}/admin/me")).await;
    browser.wait_for_text("main", "phone").await;
    look_at(&browser, "passkey-me").await;
    browser.console().await;
    browser.goto(&format!("{site}/admin/me/passkeys")).await;
    browser.wait_for_text("h1", "Add a passkey").await;
    look_at(&browser, "passkey-add").await;
    assert_clean(&browser, &site, "one more passkey").await;

    app.clock.advance(TimeDelta::minutes(11));
    browser.goto(&format!("{site}/admin/staff")).await;
    browser.wait_for_text("h1", "Is it you?").await;
    look_at(&browser, "passkey-prove").await;
    browser.follow(PASSKEY).await;
    browser.wait_for_text("h1", "Staff").await;

    // The finger is not the right one: nothing is sent, and the page says so.
    to_the_second_step(&browser, &site).await;
    browser.devtools("WebAuthn.setUserVerified", of_device(json!({ "isUserVerified": false }))).await;
    browser.click(PASSKEY).await;
    browser.wait_for_text("[data-passkey-problem]", "did not answer").await;
    browser.devtools("WebAuthn.setUserVerified", of_device(json!({ "isUserVerified": true }))).await;

    // A copy of the device from before it was used.
    let held = browser.devtools("WebAuthn.getCredentials", of_device(json!({}))).await;
    let mut copy = held["credentials"][0].clone();
    assert!(copy["signCount"].as_u64().unwrap() > 2, "{copy}");
    copy["signCount"] = json!(1);
    browser.devtools("WebAuthn.clearCredentials", of_device(json!({}))).await;
    browser.devtools("WebAuthn.addCredential", of_device(json!({ "credential": copy }))).await;
    browser.follow(PASSKEY).await;
    browser.wait_for_text("main", "This passkey was not taken").await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_scripts_the_page_offers_the_authenticator() {
    let app =
        TestApp::start_with_public_url(Engine::Sqlite, Changes::default(), "http://localhost:{port}").await;
    let (_, link) = members::invite(app.ctx(), Actor::Command, "vera@x.example", Role::Owner).await.unwrap();
    let browser = desk(JavaScript::Off).await;
    browser.goto(&setup::url(app.ctx(), &link)).await;
    browser.fill("#name", "Vera").await;
    browser.fill("#password", PASSWORD).await;
    browser.follow("main form .button").await;
    let shown = browser.text("main").await;
    assert!(shown.contains("Or type it") && !shown.contains("passkey"), "{shown}");
    app.finish().await;
}
