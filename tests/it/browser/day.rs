//! A whole day at the office by keyboard, without a script: money taken in, money given back, two donors made one, the
//! article changed, the month handed to the bookkeeper.

use chrono::TimeDelta;
use mainstay::domain::access::Role;

use super::{desk, goes, one};
use crate::office::clerk::{Clerk, PASSWORD, fresh_code};
use crate::office::content::publication;
use crate::support::app::{Engine, TestApp};
use crate::support::browser::{Browser, JavaScript};
use crate::support::gift::{Form, Given};

impl Browser {
    /// Shows the password again, when more than ten minutes have passed.
    async fn proves(&self, then: &str) {
        assert_eq!(self.text("h1").await, "Is it you?");
        self.types("#proof", PASSWORD).await;
        self.presses("main form .button", then).await;
    }
}

async fn signs_in(browser: &Browser, app: &TestApp, clerk: &Clerk) {
    goes(browser, app, "/admin").await;
    browser.types("#email", &clerk.email).await;
    browser.types("#password", PASSWORD).await;
    browser.presses("main form .button", "/admin/sign-in/code").await;
    browser.types("#code", &fresh_code(app, &clerk.seed)).await;
    browser.presses("main form .button", "/admin").await;
    assert_eq!(browser.text("h1").await, "How support is doing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_day_at_the_office_needs_no_mouse_and_no_script() {
    let (app, _content) = publication(Engine::Sqlite).await;
    let (ann, ben) = (app.gives(&Form::gift().by(1)).await, app.gives(&Form::gift().by(2)).await);
    let promised = app.client().give(&Form::gift().by(3).set("gateway", "bank_transfer")).await;
    let reference = app.view(promised.location()).await.pledge.reference.unwrap();
    let clerk = app.clerk(Role::Owner).await;
    let browser = desk(JavaScript::Off).await;

    signs_in(&browser, &app, &clerk).await;
    takes_money_in(&browser, reference.as_str()).await;
    takes_a_cheque(&browser, &app).await;
    app.clock.advance(TimeDelta::minutes(11));
    gives_back(&browser, &app, &ann).await;
    makes_one_of_two(&browser, &app, &ann, &ben).await;
    changes_the_article(&browser, &app).await;
    hands_out_the_month(&browser, &app).await;

    browser.presses(".desk-who button", "/admin/sign-in").await;
    goes(&browser, &app, "/admin/donors").await;
    assert!(browser.url().await.contains("/admin/sign-in"), "the day is over");
    app.finish().await;
}

async fn takes_money_in(browser: &Browser, reference: &str) {
    browser.presses("nav a[href='/admin/donations']", "/admin/donations").await;
    browser.presses(".actions a[href='/admin/gifts/transfer']", "/admin/gifts/transfer").await;
    browser.types("#reference", "RF00 nothing").await;
    browser.types("#amount", "25").await;
    browser.goes_by("main form .button").await;
    assert!(browser.text(".summary").await.contains("reference"), "{}", browser.text(".summary").await);
    browser.types("#reference", reference).await;
    browser.presses("main form .button", "done=recorded").await;
    assert!(browser.text("h1").await.contains("€25.00"));
}

async fn takes_a_cheque(browser: &Browser, app: &TestApp) {
    browser.presses("nav a[href='/admin/donations']", "/admin/donations").await;
    browser.presses(".actions a[href='/admin/gifts']", "/admin/gifts").await;
    browser.presses("main a[href='/admin/gifts/new']", "/admin/gifts/new").await;
    browser.types("#name", "Clara Bell").await;
    browser.types("#amount", "40").await;
    browser.types("#document", "000417").await;
    browser.presses("main form .button", "done=recorded-paper").await;
    let cheques = "SELECT gateway || ' ' || gross_minor AS line FROM donations WHERE gateway = 'cheque'";
    assert_eq!(one(app, cheques).await, "cheque 4000");
}

async fn gives_back(browser: &Browser, app: &TestApp, given: &Given) {
    goes(browser, app, "/admin/donations").await;
    browser.types("#q", given.donation.id.to_string().as_str()).await;
    browser.presses(".finder button", "q=don_").await;
    browser.presses("tbody a", "/admin/donations/don_").await;
    browser.goes_by(".actions a[href$='/refund']").await;
    browser.proves("/refund").await;
    browser.types("#amount", "10").await;
    browser.types("#reason", "You asked").await;
    browser.presses("main form .button", "done=refund").await;
    let refunded = "SELECT amount_minor || ' ' || reason AS line FROM refunds";
    assert_eq!(one(app, refunded).await, "1000 You asked");
}

async fn makes_one_of_two(browser: &Browser, app: &TestApp, ann: &Given, ben: &Given) {
    let donor = app.donor_of(ben).await;
    goes(browser, app, &format!("/admin/donors/{donor}")).await;
    browser.presses(".actions a[href$='/merge']", "/merge").await;
    browser.types("#into", "nobody@example.org").await;
    browser.goes_by("main form .button").await;
    assert!(browser.text(".summary").await.contains("no such donor"));
    browser.types("#into", ann.pledge.terms.email.as_str()).await;
    browser.presses("main form .button", "done=merged").await;
    assert_eq!(app.donor_of(ben).await, app.donor_of(ann).await);
}

async fn changes_the_article(browser: &Browser, app: &TestApp) {
    browser.presses("nav a[href='/admin/content']", "/admin/content").await;
    browser.presses("a[href='/admin/content/articles/about-our-funding']", "/about-our-funding").await;
    browser.reaches("#text").await;
    browser.goes_to_the_end().await;
    super::focused(browser).await.send_keys("\nWritten without a mouse.\n").await.unwrap();
    browser.presses("main form .button", "done=saved").await;
    let article = app.client().get("/articles/about-our-funding").await.text();
    assert!(article.contains("Written without a mouse."), "it is shown at once");
}

async fn hands_out_the_month(browser: &Browser, app: &TestApp) {
    goes(browser, app, "/admin/exports").await;
    browser.presses("main form .button", "/admin/exports").await;
    app.run_jobs().await;
    browser.presses("a[href='/admin/exports']:not([aria-current])", "/admin/exports").await;
    browser.reaches(".ledger a[download]").await;
    assert_eq!(one(app, "SELECT status AS line FROM exports").await, "ready");
}
