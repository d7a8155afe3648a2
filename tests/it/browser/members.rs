//! A member at Patreon goes on here by keyboard without scripts, and the pages of the office about members and about the past
//! are readable by everybody.

use fantoccini::key::Key;
use mainstay::domain::gift_import::ImportOptions;
use serde_json::json;

use super::office::{look_at, seated};
use super::{PHONE, goes, one};
use crate::imports::past;
use crate::patreon::site::Site;
use crate::support::app::Engine;
use crate::support::browser::{Browser, JavaScript};
use crate::support::gift::Form;
use crate::support::patreon::{Person, pat};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_goes_on_here_by_keyboard_without_a_script() {
    let site = Site::connected(Engine::Sqlite).await;
    site.patreon.put(pat(1));
    site.reads().await;
    let id = one(&site.app, "SELECT id AS line FROM external_members").await;
    let page = site.owner.get(&format!("/admin/external-members/{id}")).await.text();
    let (_, link) = page.split_once(&format!("{}/move/", site.app.url)).unwrap();
    let token = link.split(['<', '"']).next().unwrap();

    let browser = Browser::open(JavaScript::Off, PHONE.0, PHONE.1).await;
    goes(&browser, &site.app, &format!("/move/{token}")).await;
    assert_eq!(browser.count("input[name=frequency][value=monthly]:checked").await, 1);
    browser.types("#email", "pat1@example.org").await;
    browser.reaches("input[name=gateway]").await;
    browser.press(Key::Space).await;
    browser.presses("form[data-once] button.button", "/sandbox/pay/").await;
    browser.presses("form button.button", "/thanks/").await;
    site.app.run_jobs().await;
    let support = "SELECT amount_minor || ' ' || currency || ' ' || frequency || ' ' || status AS line FROM subscriptions";
    assert_eq!(one(&site.app, support).await, "700 EUR monthly active");
    assert_eq!(site.members().await, ["Pat Patron 1 active 700 8400"], "only they can end it there");
    site.app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_and_the_past_are_readable_in_light_and_dark_on_a_desk_and_a_phone() {
    let page = ("MAINSTAY_PATREON__PAGE_URL", "https://www.patreon.com/lantern");
    let mut site = Site::open_with(Engine::Sqlite, &[page]).await;
    let browser = seated(&site.app).await;
    look_at(&browser, &site.app, &[("patreon-off", "/admin/patreon".to_owned())]).await;

    site.connects().await;
    site.app.client().get("/go/patreon?from=about-our-funding").await.location();
    site.patreon.put(Person { since: "2026-06-15T09:00:00.000+00:00", ..pat(1) });
    site.patreon.put(Person { status: Some("declined_patron"), charge: Some("Declined"), ..pat(2) });
    site.patreon.put(Person {
        name: json!("Bartholomew Featherstonehaugh-Quillington of Upper Slaughter"),
        ..pat(3)
    });
    site.patreon.put(Person { status: Some("former_patron"), entitled: 0, ..pat(4) });
    site.reads().await;
    let own = Form::gift().set("email", "pat1@example.org").set("frequency", "monthly");
    let paid = site.app.promises(&own).await;
    site.app.client().pay(&paid, "succeed", "now").await;
    site.app.run_jobs().await;
    let members = site.app.lines("SELECT id AS line FROM external_members ORDER BY person").await;
    let owned = format!("/admin/external-members/{}/donor", members[0]);
    site.owner.post(&owned, &[("into", "pat1@example.org")]).await.location();
    let seen = site.app.examines(past().as_bytes(), ImportOptions::default()).await.id;
    let done = site.app.takes_over(past().as_bytes(), ImportOptions::default()).await.id;
    let broken =
        site.app.examines(past().replace("2500", "many").as_bytes(), ImportOptions::default()).await.id;

    let pages = [
        ("patreon", "/patreon".to_owned()),
        ("members", "/external-members".to_owned()),
        ("member-who-is-a-donor", format!("/external-members/{}", members[0])),
        ("member", format!("/external-members/{}", members[2])),
        ("member-is-a-donor", format!("/external-members/{}/donor", members[2])),
        ("overview-with-members", String::new()),
        ("articles-with-members", "/reports/articles".to_owned()),
        ("fees-with-members", "/reports/fees".to_owned()),
        ("imports", "/imports".to_owned()),
        ("import-seen", format!("/imports/{seen}")),
        ("import-done", format!("/imports/{done}")),
        ("import-broken", format!("/imports/{broken}")),
    ];
    look_at(&browser, &site.app, &pages.map(|(name, path)| (name, format!("/admin{path}")))).await;
    site.app.finish().await;
}
