//! Texts that attack, in every field that a stranger, a donor, a gateway or a colleague fills: on no page and in no letter do
//! they run as a script or a template, even in a browser that the content security policy does not protect.

use std::collections::BTreeSet;
use std::path::Path;

use mainstay::domain::access::Role;
use mainstay::domain::audit::Actor;
use mainstay::domain::comment::Verdict;
use mainstay::domain::deposit::Tender;
use mainstay::domain::dispute::{DisputeNews, DisputeState, DisputeStatus};
use mainstay::domain::donation::{GatewayFact, Happening, PaymentFact};
use mainstay::domain::gift_import::ImportOptions;
use mainstay::domain::list::ListKind;
use mainstay::domain::pledge::{GatewayKind, Visibility};
use mainstay::domain::remote::RemoteId;
use mainstay::usecases::comments::{self, Decision};
use mainstay::usecases::deposits::{self, Slip};
use mainstay::usecases::gifts::{self, Gift, Giver};
use mainstay::usecases::imports::{self, HandedIn};
use mainstay::usecases::refund::{self, RefundOrder};
use mainstay::usecases::settle;
use mainstay::usecases::staff::{members, setup};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{DESK, assert_clean};
use crate::account::visitor::Visitor;
use crate::bank_statements::{Entry, camt};
use crate::imports::past;
use crate::office::clerk::{Clerk, Desk, PASSWORD};
use crate::office::content::publication_with;
use crate::office::letters;
use crate::support::app::{Engine, TestApp};
use crate::support::browser::{Browser, JavaScript};
use crate::support::client::Answer;
use crate::support::gift::{Form, Given, eur};
use crate::support::walk::Walk;

/// Short, for names: closes an attribute and a tag, and has a handler and a template.
const NAME: &str = "\"><svg onload=alert(1)>{{7919*1237}}";
/// Everything else.
const TEXT: &str = "'\"><img src=x onerror=alert(2)></textarea></title><script>alert(3)</script>\
    <a href=javascript:alert(4)>x</a>{{7919*1237}}{%if 1%}${7919*1237}#{7919*1237}<%=7919*1237%>{ $x }%s[[x]]\u{202e}\u{200b}";
/// What a template would make of it.
const EVALUATED: &str = "9795803";

/// Everybody writes what attacks wherever they can write. The last is the page of a reader's own comment.
async fn attacked() -> (TestApp, tempfile::TempDir, Clerk, Given, String) {
    let article = format!(
        "---\ntitle: {}\nauthor: {}\n---\n\n{TEXT}\n\n[x](javascript:alert(5))\n",
        quoted(NAME),
        quoted(NAME)
    );
    let (app, folder) = publication_with(Engine::Sqlite, &[("hostile", &article)]).await;
    let form = Form::gift()
        .set("email", "\"<svg/onload=alert(6)>\"@example.org")
        .set("name", NAME)
        .set("message", TEXT)
        .set("tribute_kind", "in_honour_of")
        .set("tribute_name", NAME)
        .set("utm_source", NAME)
        .set("on_wall", "true")
        .set("wall_name", NAME)
        .set("wall_amount", "true");
    let refused = app.client().give(&form).await;
    assert_eq!(refused.status, 422, "an address with a tag is none: {}", refused.text());
    let form = form.set("email", "ann@example.org");
    app.promises_transfer(&form.clone().set("gateway", "bank_transfer")).await;
    app.gives(&form.clone().set("frequency", "monthly")).await;
    let given = app.gives(&form).await;
    money_goes_back(&app, &given).await;
    let clerk = the_office_writes(&app, &given).await;
    files_say_it(&app, folder.path()).await;
    let own = a_reader_says_it(&app).await;
    (app, folder, clerk, given, own)
}

/// Appeals and campaigns; statements of banks, files of other places, and members of one.
async fn files_say_it(app: &TestApp, folder: &Path) {
    let name = quoted(NAME);
    let appeal =
        format!("---\nheading: {name}\ncampaign: press-fund\nfor: {{articles: [hostile]}}\n---\n\n{TEXT}\n");
    let update = format!("  - day: 2026-06-01\n    title: {name}\n    text: {}\n", quoted(TEXT));
    let campaign = format!(
        "---\ntitle: {name}\nsummary: {name}\nthanks: {}\nupdates:\n{update}---\n\n{TEXT}\n",
        quoted(TEXT)
    );
    std::fs::write(folder.join("appeals/hostile.md"), appeal).unwrap();
    std::fs::write(folder.join("campaigns/hostile.md"), campaign).unwrap();
    app.looks().await;
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let line = Entry::new(&escaped(TEXT)).by(&escaped(NAME), "DE75512108001245126199");
    app.reads(camt(&[line]).as_bytes(), None).await;
    let file = past().replace("Ann Reader", &format!("\"{}\"", NAME.replace('"', "\"\"")));
    let handed = HandedIn {
        name: NAME.to_owned(),
        options: ImportOptions::default(),
        parts: vec![file.into_bytes()],
        asked_by: NAME.to_owned(),
    };
    imports::hand_in(app.ctx(), Actor::Command, handed).await.unwrap();
    let at = "'2026-06-10 10:00:00'";
    let member = format!(
        "INSERT INTO external_members VALUES ('mbr_01M89TQ22RNJR1Z53APG0MVPP0', 'patreon', 'm-1', '1', 'm@example.org', \
         '{NAME}', 'free', 0, 'EUR', 1, 0, NULL, 0, NULL, NULL, NULL, NULL, 'platform', {at}, NULL, NULL, {at}, {at}, TRUE, NULL)"
    );
    app.execute(&[&member]).unwrap();
    let cheque = app.lines("SELECT id AS line FROM donations WHERE gateway = 'cheque'").await.remove(0);
    let paid_in_on = app.ctx().day_of(app.ctx().now());
    let slip = Slip { tender: Tender::Cheque, gifts: [cheque.parse().unwrap()].into(), paid_in_on };
    deposits::pay_in(app.ctx(), Actor::Command, slip).await.unwrap();
    app.run_jobs().await;
}

/// A comment that is shown, and an answer to it that waits. Returns the path of the page on which the reader changes it.
async fn a_reader_says_it(app: &TestApp) -> String {
    let path = "/articles/hostile/comments";
    let said = [("name", NAME), ("email", "reader@example.org"), ("text", TEXT), ("reply_to", "")];
    app.client().post(path, &said).await.location();
    let shown = app.lines("SELECT id AS line FROM comments").await.remove(0);
    let decision = Decision { verdict: Verdict::Approve, reason: TEXT.to_owned() };
    comments::decide(app.ctx(), Actor::Command, vec![shown.parse().unwrap()], decision).await.unwrap();
    app.looks().await;
    let text = format!("No. {TEXT}");
    let answer = [
        ("name", NAME),
        ("email", "other@example.org"),
        ("text", text.as_str()),
        ("reply_to", shown.as_str()),
    ];
    app.client().post(path, &answer).await.location();
    app.run_jobs().await;
    let letters = app.letters();
    let letter = letters.iter().find(|letter| letter.text.contains("/comments/cmt_")).unwrap();
    let (_, link) = letter.text.split_once("/comments/cmt_").unwrap();
    format!("/comments/cmt_{}", link.split(|c: char| c.is_whitespace() || c == '>').next().unwrap())
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

async fn money_goes_back(app: &TestApp, given: &Given) {
    let order = RefundOrder {
        donation: given.donation.id,
        amount: Some(eur(300)),
        reason: Some(TEXT.to_owned()),
        request_key: None,
    };
    refund::order(app.ctx(), Actor::Command, order).await.unwrap();
    app.run_jobs().await;
    let now = app.ctx().now();
    let state =
        DisputeState { moves: 1, status: DisputeStatus::Open, away_minor: 2200, settled: None, due_at: None };
    let news = DisputeNews {
        remote: RemoteId::parse("dp_hostile").unwrap(),
        amount: eur(2200),
        reason: NAME.into(),
        state,
        opened_at: now,
        at: now,
    };
    let payment = given.donation.remote.clone();
    let fact =
        PaymentFact { payment, checkout: None, attempt: None, renewal: None, what: Happening::Dispute(news) };
    let ctx = app.ctx().clone();
    let facts = [GatewayFact::Payment(fact)];
    app.ctx().db.write(move |tx| settle::apply(tx, &ctx, GatewayKind::Sandbox, &facts)).await.unwrap();
    app.run_jobs().await;
}

async fn the_office_writes(app: &TestApp, given: &Given) -> Clerk {
    let mut clerk = app.clerk(Role::Owner).await;
    let (_, link) =
        members::invite(app.ctx(), Actor::Command, "kim@office.example", Role::Viewer).await.unwrap();
    let colleague = [("name", NAME), ("password", PASSWORD)];
    Desk::new(app).post(&setup::url(app.ctx(), &link), &colleague).await.location();
    let donor = app.donor_of(given).await;
    let view = "q=%22%3E%3Csvg%20onload%3Dalert(7)%3E";
    for (path, fields) in [
        (format!("/admin/donors/{donor}/notes"), &[("note", TEXT)][..]),
        (format!("/admin/donors/{donor}/tags"), &[("tags", NAME)]),
        ("/admin/tokens".to_owned(), &[("name", NAME), ("scope", "read"), ("days", "9")]),
        ("/admin/views".to_owned(), &[("list", "donors"), ("name", NAME), ("query", view)]),
    ] {
        let answer = clerk.post(&path, fields).await;
        assert!(answer.status.is_success() || answer.status.is_redirection(), "{path}: {}", answer.text());
    }
    let letter = format!("/admin/donors/{donor}/letter");
    let fields = letters::seen(&mut clerk, &letter, TEXT).await;
    clerk.post(&letter, &letters::pairs(&fields)).await.location();
    let cheque = Gift {
        by: GatewayKind::Cheque,
        from: Giver::Typed { name: NAME.to_owned(), email: String::new() },
        amount: eur(1000),
        received_on: app.ctx().day_of(app.ctx().now()),
        campaign: "press-fund".to_owned(),
        visibility: Visibility::Named,
        document: NAME.to_owned(),
        note: TEXT.to_owned(),
        form_id: None,
    };
    gifts::record(app.ctx(), Actor::Command, cheque).await.unwrap();
    app.run_jobs().await;
    let text = TEXT.replace('\'', "''");
    app.execute(&[
        &format!("UPDATE jobs SET last_error = '{text}'"),
        &format!("UPDATE inbox SET note = '{text}'"),
        &format!("UPDATE staff_sessions SET browser = '{text}'"),
        &format!("UPDATE sessions SET browser = '{text}'"),
        &format!("UPDATE reviews SET detail = '{text}'"),
    ])
    .unwrap();
    clerk
}

/// A browser in which an owner and a donor are signed in.
async fn browser(app: &TestApp, cookies: &str) -> Browser {
    let browser = Browser::open(JavaScript::On, DESK.0, DESK.1).await;
    browser.goto(&format!("{}/", app.url)).await;
    for cookie in cookies.split("; ") {
        let (name, value) = cookie.split_once('=').unwrap();
        let cookie = json!({ "name": name, "value": value, "url": app.url });
        browser.devtools("Network.setCookie", cookie).await;
    }
    browser
}

/// Opens a page that nothing protects, and fails if anything on it ran.
async fn assert_harmless(browser: &Browser, url: &str) {
    browser.goto(url).await;
    assert_eq!(ran(browser).await, json!([]), "{url}");
    let looked = browser.client.execute(LOOK, vec![json!(EVALUATED)]).await.unwrap();
    assert_eq!(looked, json!({ "evaluated": false, "links": [] }), "{url}");
}

/// What ran on the page.
async fn ran(browser: &Browser) -> Value {
    browser.client.execute("return [...window.ran].sort()", Vec::new()).await.unwrap()
}

const LOOK: &str = "const told = [...document.querySelectorAll('[href], [src], [action], [formaction]')].flatMap(part => \
    ['href', 'src', 'action', 'formaction'].map(name => part.getAttribute(name) || '')); \
    return { evaluated: document.documentElement.outerHTML.includes(arguments[0]), \
    links: told.filter(link => /^\\s*(javascript|vbscript|data:text)/i.test(link)) }";

/// What is asked in the address comes back on the page.
fn reflected() -> Vec<String> {
    let text = url::form_urlencoded::byte_serialize(TEXT.as_bytes()).collect::<String>();
    let public = ["campaign", "amount", "currency", "tier", "from", "utm_source", "email", "lang", "gateway"];
    let donate = public.map(|name| format!("/donate?{name}={text}"));
    let lists = ListKind::ALL
        .iter()
        .map(|list| format!("/admin/{list}?q={text}&status={text}&order={text}&from={text}&moved={text}"));
    let others = [
        format!("/admin/reports/timeline?from={text}&to={text}&campaign={text}"),
        format!("/admin/gifts?q={text}"),
        format!("/admin/gifts/new?name={text}&email={text}&donor={text}"),
        format!("/account/sign-in?email={text}&done={text}"),
        format!("/campaigns/press-fund?after={text}&lang={text}"),
        format!("/embed/press-fund?accent={text}&lang={text}&amount={text}"),
        format!("/articles/hostile?done={text}&reply={text}"),
        format!("/admin/sign-in?email={text}&next={text}"),
        format!("/{text}"),
        format!("/articles/{text}"),
        format!("/admin/donors/{text}"),
    ];
    donate.into_iter().chain(lists).chain(others).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_text_of_anybody_runs_on_any_page_or_in_any_letter() {
    let (app, folder, clerk, given, own_comment) = attacked().await;
    let mut donor = Visitor::at(&app);
    donor.signs_in(&app, "ann@example.org").await;
    let cookies = format!("{}; {}", donor.cookies(), clerk.desk.cookie);
    let thanks = given.thanks.trim_start_matches(&app.url);
    let public =
        ["/", "/articles/hostile", "/donate", "/patrons", "/campaigns/press-fund", "/campaigns/hostile"];
    let start = [&public[..], &[thanks, own_comment.as_str(), "/account", "/admin", "/api/docs"]].concat();
    let seen = Walk::new(app.client(), &app.url, &cookies).from(&start).await;
    for path in public.iter().copied().chain([own_comment.as_str()]) {
        assert_eq!(seen[path].status, StatusCode::OK, "{path}");
    }
    let is_page = |answer: &Answer| {
        answer.status == StatusCode::OK && answer.header("content-type").starts_with("text/html")
    };
    let pages: BTreeSet<String> =
        seen.iter().filter(|(_, answer)| is_page(answer)).map(|(path, _)| path.clone()).collect();
    let attacked = seen.values().filter(|answer| answer.text().contains("svg onload=alert(1)")).count();
    assert!(pages.len() > 100 && attacked > 20, "{attacked} of {} pages", pages.len());

    let browser = browser(&app, &cookies).await;
    let whole = |path: String| format!("{}{path}", app.url);
    let pages: Vec<String> = pages.into_iter().map(whole).collect();
    let reflected: Vec<String> = reflected().into_iter().map(whole).collect();
    for url in &pages {
        browser.goto(url).await;
        assert_clean(&browser, &app.url, url).await;
    }
    for url in &reflected {
        browser.goto(url).await;
        let console = browser.console().await;
        assert!(!console.iter().any(|line| line.contains("Content Security Policy")), "{url}: {console:#?}");
    }
    let hook = "window.ran = []; window.alert = number => window.ran.push(number)";
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": hook })).await;
    browser.devtools("Page.setBypassCSP", json!({ "enabled": true })).await;
    // The attack is one: it runs where nothing stands in its way.
    let open = show(&browser, folder.path(), &format!("<!doctype html><body>{NAME}{TEXT}")).await;
    browser.goto(&open).await;
    assert_eq!(ran(&browser).await, json!([1, 2, 3]));
    for url in pages.iter().chain(&reflected) {
        assert_harmless(&browser, url).await;
    }
    let letters = app.letters();
    assert!(letters.len() > 5, "{}", letters.len());
    for letter in letters {
        let url = show(&browser, folder.path(), &letter.html).await;
        assert_harmless(&browser, &url).await;
    }
    app.finish().await;
}

/// Puts a page where the browser can open it, outside of the site.
async fn show(browser: &Browser, folder: &Path, html: &str) -> String {
    let file = folder.join("shown.html");
    std::fs::write(&file, html).unwrap();
    browser.goto("about:blank").await;
    format!("file://{}", file.display())
}
