//! The lists of the office and the pages about what is in them, readable by everybody.

use chrono::TimeDelta;
use mainstay::domain::access::Role;
use mainstay::domain::audit::Actor;
use mainstay::domain::deposit::Tender;
use mainstay::usecases::deposits::{self, Slip};
use mainstay::usecases::refund::{self, RefundOrder};
use mainstay::usecases::views;
use serde_json::json;

use super::{TURNS, assert_clean, desk, site};
use crate::bank_statements::{Entry, camt};
use crate::office::clerk::{PASSWORD, fresh_code};
use crate::office::content::publication_with;
use crate::support::app::{Engine, TestApp};
use crate::support::browser::{Browser, JavaScript};
use crate::support::gift::{Form, eur};

/// A browser in which an owner is signed in.
pub(super) async fn seated(app: &TestApp) -> Browser {
    let clerk = app.clerk(Role::Owner).await;
    let browser = desk(JavaScript::On).await;
    browser.goto(&format!("{}/admin/sign-in", app.url)).await;
    browser.fill("#email", &clerk.email).await;
    browser.fill("#password", PASSWORD).await;
    browser.follow("main form .button").await;
    browser.fill("#code", &fresh_code(app, &clerk.seed)).await;
    browser.follow("main form .button").await;
    // What Chromium wishes of the form for passwords is none of these pages.
    browser.console().await;
    browser
}

/// Looks at pages in both colour schemes and sizes; none may show a fault or be wider than the window.
pub(super) async fn look_at(browser: &Browser, app: &TestApp, pages: &[(&str, String)]) {
    let shots = std::env::var_os("MAINSTAY_SHOTS");
    for ((name, path), turn) in pages.iter().zip(TURNS.into_iter().cycle()) {
        browser.goto(&format!("{}{path}", app.url)).await;
        let views = if shots.is_some() { TURNS.concat() } else { turn.to_vec() };
        for (scheme, (width, height)) in views {
            browser.color_scheme(scheme).await;
            browser.resize(width, height).await;
            if let Some(folder) = &shots {
                let file = format!("{name}-{scheme:?}-{width}.png");
                browser.screenshot(&std::path::Path::new(folder).join(file)).await;
            }
            let faults = browser.axe_in(scheme).await;
            assert!(faults.is_empty(), "{name}, {scheme:?}, {width} wide: {faults:#?}");
            let wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
            let over = browser.client.execute(wide, Vec::new()).await.unwrap();
            assert_eq!(over, 0, "{name}: wider than {width}");
        }
        assert_clean(browser, &app.url, name).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_and_pages_of_the_office_are_readable_in_light_and_dark_on_a_desk_and_a_phone() {
    let app = site().await;
    app.invents(60).await;
    let given = app.gives(&Form::gift().by(1).set("message", "For the archive")).await;
    let reason = Some("You asked".to_owned());
    let order =
        RefundOrder { donation: given.donation.id, amount: Some(eur(1000)), reason, request_key: None };
    refund::order(app.ctx(), Actor::Command, order).await.unwrap();
    let page = app.promises(&Form::gift().by(2).set("frequency", "monthly")).await;
    let patron = app.client().pay(&page, "succeed", "now").await;
    app.run_jobs().await;
    let donor = views::pledge(app.ctx(), given.pledge.id).await.unwrap().pledge.donor.unwrap();
    let event = app.lines("SELECT id AS line FROM inbox ORDER BY id LIMIT 1").await.remove(0);
    let job = app.lines("SELECT id AS line FROM jobs ORDER BY id LIMIT 1").await.remove(0);
    let pledge = app.view(&patron).await.pledge.id;

    let browser = seated(&app).await;
    let pages = [
        ("donations", "donations".to_owned()),
        ("donations-found", "donations?q=demo&order=largest&status=succeeded".to_owned()),
        ("nothing-found", "pledges?q=nobody".to_owned()),
        ("donors", "donors".to_owned()),
        ("patrons", "patrons".to_owned()),
        ("receipts", "receipts".to_owned()),
        ("jobs", "jobs".to_owned()),
        ("audit", "audit".to_owned()),
        ("wording", "wording".to_owned()),
        ("texts", "wording/texts/ar?q=letter".to_owned()),
        ("text", "wording/texts/ar/letter-dear".to_owned()),
        ("letter-sample", "wording/letters/receipt?lang=ar".to_owned()),
        ("settings", "settings".to_owned()),
        ("setting-group", "settings/transfers".to_owned()),
        ("donation", format!("donations/{}", given.donation.id)),
        ("donor", format!("donors/{donor}")),
        ("pledge", format!("pledges/{pledge}")),
        ("event", format!("events/{event}")),
        ("job", format!("jobs/{job}")),
    ];
    look_at(&browser, &app, &pages.map(|(name, path)| (name, format!("/admin/{path}")))).await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_forms_and_settings_of_the_office_are_readable_in_light_and_dark_on_a_desk_and_a_phone() {
    let app = site().await;
    app.invents(40).await;
    let given = app.gives(&Form::gift().by(1)).await;
    let page = app.promises(&Form::gift().by(2).set("frequency", "monthly")).await;
    let patron = app.client().pay(&page, "succeed", "now").await;
    app.run_jobs().await;
    let donor = app.donor_of(&given).await;
    let pledge = app.view(&patron).await.pledge.id;

    let browser = seated(&app).await;
    let of_figures = ["", "/reports", "/exports"].map(str::to_owned);
    let reports = crate::figures::pages::REPORTS.map(|report| format!("/reports/{report}"));
    let of_people =
        ["/me", "/me/passkeys", "/staff", "/tokens", "/webhooks", "/questions"].map(str::to_owned);
    let of_settings = ["/gateways", "/gateways/stripe", "/privacy"].map(str::to_owned);
    let of_content = ["/content", "/content/tiers", "/content/articles/about-our-funding"].map(str::to_owned);
    let of_work = [
        "/gifts?q=reader".to_owned(),
        "/gifts/new".to_owned(),
        "/gifts/transfer".to_owned(),
        format!("/donors/{donor}/letter"),
        format!("/donations/{}/refund", given.donation.id),
        format!("/pledges/{pledge}/order"),
        format!("/donors/{donor}/details"),
        format!("/donors/{donor}/merge"),
        format!("/donors/{donor}/erase"),
    ];
    let all = of_figures
        .into_iter()
        .chain(reports)
        .chain(of_people)
        .chain(of_settings)
        .chain(of_content)
        .chain(of_work);
    let pages: Vec<(String, String)> =
        all.map(|path| (path.replace('/', "-"), format!("/admin{path}"))).collect();
    let named: Vec<(&str, String)> = pages.iter().map(|(name, path)| (name.as_str(), path.clone())).collect();
    look_at(&browser, &app, &named).await;
    look_at(&browser, &app, &[("api", "/api/docs".to_owned())]).await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_defence_money_in_hand_and_statements_are_readable_on_a_desk_and_a_phone() {
    let app = site().await;
    let donor = app.gives(&Form::gift().by(1)).await.donation.donor.unwrap();
    let said = [("name", "Ann Reader"), ("email", "ann@example.org"), ("text", "A word.\n\nAnd another.")];
    app.client().post("/articles/about-our-funding/comments", &said).await.location();
    let comment = app.lines("SELECT id AS line FROM comments").await.remove(0);
    let cheques = [app.is_handed_a_cheque("17").await, app.is_handed_a_cheque("18").await];
    let paid_in_on = app.ctx().day_of(app.ctx().now());
    let slip = Slip { tender: Tender::Cheque, gifts: [cheques[0]].into(), paid_in_on };
    let deposit = deposits::pay_in(app.ctx(), Actor::Command, slip).await.unwrap();
    // So that a year is over.
    app.clock.advance(TimeDelta::days(230));

    let browser = seated(&app).await;
    let pages = [
        ("patrons", "/admin/patrons?moved=joined+2026-06&supports=yes".to_owned()),
        ("comments", "/admin/comments".to_owned()),
        ("comment", format!("/admin/comments/{comment}")),
        ("defence", "/admin/defence".to_owned()),
        ("embedding", "/admin/embedding".to_owned()),
        ("appeals", "/admin/appeals".to_owned()),
        ("deposits", "/admin/deposits".to_owned()),
        ("deposit", format!("/admin/deposits/{deposit}")),
        ("balances", "/admin/balances".to_owned()),
        ("gateways-paypal", "/admin/gateways/paypal".to_owned()),
        ("statements", "/admin/statements".to_owned()),
        ("donor", format!("/admin/donors/{donor}")),
    ];
    look_at(&browser, &app, &pages).await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_article_is_shown_as_it_will_look_while_it_is_typed() {
    let (app, _folder) = publication_with(Engine::Sqlite, &[]).await;
    let browser = seated(&app).await;
    browser.goto(&format!("{}/admin/content/articles/about-our-funding", app.url)).await;
    let types = async |end: &str| {
        let script = "const text = document.querySelector('#text'); text.value = arguments[0] + text.value + arguments[1]; \
            text.dispatchEvent(new Event('input', { bubbles: true }))";
        let (start, end) = end.split_once('|').unwrap();
        browser.client.execute(script, vec![json!(start), json!(end)]).await.unwrap();
    };
    types("|\n\nWith *stress* on it. <script>alert(1)</script>\n").await;
    browser.wait_for_text("[data-live-said]", "As the text above stands now.").await;
    let shown = "return document.querySelector('[data-live-text]').shadowRoot.innerHTML";
    let html = browser.client.execute(shown, Vec::new()).await.unwrap();
    let html = html.as_str().unwrap();
    assert!(html.contains("<em>stress</em>") && !html.contains("alert(1)</script>"), "{html}");
    assert_clean(&browser, &app.url, "the article").await;

    types("---\ntitle: [\n---\n|").await;
    browser.wait_for_text("[data-live-said]", "front matter").await;
    let kept = browser.client.execute(shown, Vec::new()).await.unwrap();
    assert_eq!(kept.as_str().unwrap(), html, "what was shown before stays");
    let article = app.client().get("/articles/about-our-funding").await.text();
    assert!(!article.contains("stress"), "nothing is saved");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bank_statements_are_readable_in_light_and_dark_on_a_desk_and_a_phone() {
    let app = site().await;
    app.promises_transfer(&Form::transfer()).await;
    let named = app
        .promises_transfer(&Form::transfer().by(2).set("name", "Bartholomew Featherstonehaugh-Quillington"))
        .await;
    let reference = named.pledge.reference.clone().unwrap().grouped();
    let file = camt(&[
        Entry::new(&reference).id("2026-06-12/0001"),
        Entry::new("Donation for the summer issue, with many thanks to everybody who writes it")
            .id("2026-06-12/0002"),
        Entry::new("")
            .id("2026-06-12/0003")
            .amount("1250000.00")
            .by("Stripe Payments Europe Limited", "IE29AIBK93115212345678"),
        Entry {
            sign: "DBIT",
            reversal: true,
            ..Entry::new(&reference).id("2026-06-14/0001").on("2026-06-14")
        },
        Entry { sign: "DBIT", ..Entry::new("rent").id("2026-06-14/0002").amount("800.00") },
    ]);
    let read = app.reads(file.as_bytes(), None).await.id;
    let broken = app.reads(file.replace("25.00", "25.005").as_bytes(), None).await.id;
    let csv = "Umsätze\nBuchungstag;Auftraggeber;Verwendungszweck;Betrag\n12.06.2026;Ann;\"for the lights, and for all that is to come\";25,00\n\
               13.06.2026;Landlord;rent;-800,00\nnone;;;\n";
    let unexplained = app.reads(csv.as_bytes(), None).await.id;
    let line = |id: &str| format!("SELECT id AS line FROM bank_lines WHERE bank_id = '{id}'");
    let proposed = app.lines(&line("2026-06-12/0002")).await.remove(0);
    let back = app.lines(&line("2026-06-14/0001")).await.remove(0);
    let booked = app.lines(&line("2026-06-12/0001")).await.remove(0);

    let browser = seated(&app).await;
    let pages = [
        ("bank", "bank".to_owned()),
        ("bank-read", format!("bank/{read}")),
        ("bank-broken", format!("bank/{broken}")),
        ("bank-mapping", format!("bank/{unexplained}/mapping")),
        ("bank-lines", "bank-lines".to_owned()),
        ("bank-proposed", format!("bank-lines/{proposed}")),
        ("bank-back", format!("bank-lines/{back}")),
        ("bank-booked", format!("bank-lines/{booked}")),
        ("bank-gift", format!("bank-lines/{proposed}/gift")),
        ("bank-no-gift", format!("bank-lines/{proposed}/no-gift")),
    ];
    look_at(&browser, &app, &pages.map(|(name, path)| (name, format!("/admin/{path}")))).await;
    app.finish().await;
}
