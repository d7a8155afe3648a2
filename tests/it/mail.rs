//! Letters on their way: a real conversation with a mail server, and everything that may go wrong in it.

use chrono::{DateTime, TimeDelta};
use mail_parser::{Message, MessageParser, MimeHeaders};
use mainstay::domain::clock::Clock;
use mainstay::jobs::Worker;
use mainstay::store::jobs::{self as queue, Listed};

use crate::support::app::{Changes, Engine, TestApp};
use crate::support::command::pdf_text;
use crate::support::smtp::{Fault, Received, SmtpOptions, SmtpServer, UrlTls, Verb};
use crate::support::twins;

const USER: &str = "site@example.org";
const PASSWORD: &str = "p/ss:w@rd";

/// A site that sends through `server`, by STARTTLS and with a password.
async fn site(engine: Engine, server: &SmtpServer) -> TestApp {
    site_with(engine, server, &[]).await
}

async fn site_with(engine: Engine, server: &SmtpServer, more: &[(&'static str, &str)]) -> TestApp {
    let mut environment = vec![
        ("MAINSTAY_MAIL__TRANSPORT", "smtp".to_owned()),
        ("MAINSTAY_MAIL__SMTP_URL", server.url(USER, PASSWORD, UrlTls::Required)),
        ("MAINSTAY_MAIL__CA_FILE", server.ca_pem_path.display().to_string()),
        ("MAINSTAY_MAIL__FROM", "The Example Review <gifts@example.org>".to_owned()),
        ("MAINSTAY_MAIL__REPLY_TO", "office@example.org".to_owned()),
        // Names the sender of letters; the links go to the address that is really bound.
        ("MAINSTAY_SERVER__PUBLIC_URL", "https://give.example.org".to_owned()),
    ];
    environment.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
    TestApp::start_with(engine, Changes { environment }).await
}

async fn post_office() -> SmtpServer {
    SmtpServer::start(SmtpOptions::with_login(USER, PASSWORD)).await
}

/// Somebody gives €25 through the sandbox. The money is in the books once the jobs have run.
async fn give(app: &TestApp, email: &str) {
    let donor = app.client();
    let form = [
        ("campaign", "press-fund"),
        ("amount", "25"),
        ("currency", "EUR"),
        ("gateway", "sandbox"),
        ("email", email),
        ("name", "Ann Läser"),
    ];
    let page = donor.post("/donate", &form).await.location().to_owned();
    donor.post(&page, &[("outcome", "succeed"), ("delivery", "now")]).await.location();
}

async fn unfinished(app: &TestApp) -> Vec<Listed> {
    let left = app.ctx().db.read(|conn| queue::unfinished(conn, 100)).await.unwrap();
    left.into_iter().filter(|job| job.kind.starts_with("send_")).collect()
}

fn parsed(received: &Received) -> Message<'_> {
    MessageParser::default().parse(&received.raw).unwrap()
}

fn message_id(received: &Received) -> String {
    parsed(received).message_id().unwrap().to_owned()
}

async fn a_receipt_arrives_encrypted_signed_in_and_complete(engine: Engine) {
    let server = post_office().await;
    let app = site(engine, &server).await;

    give(&app, "ann@example.org").await;
    app.run_jobs().await;

    let received = server.wait_for(1).await;
    assert_eq!(received.len(), 1);
    assert!(received[0].tls);
    assert_eq!(received[0].login.as_deref(), Some(USER));
    assert_eq!(
        (received[0].from.as_str(), received[0].to.as_slice()),
        ("gifts@example.org", &["ann@example.org".to_owned()][..])
    );
    check_letter(&received[0], app.clock.now().timestamp(), &app.url);
    app.finish().await;
}
twins!(a_receipt_arrives_encrypted_signed_in_and_complete);

fn check_letter(received: &Received, now: i64, site: &str) {
    let letter = parsed(received);
    let sender = letter.from().unwrap().first().unwrap();
    assert_eq!((sender.name(), sender.address()), (Some("The Example Review"), Some("gifts@example.org")));
    let recipient = letter.to().unwrap().first().unwrap();
    assert_eq!((recipient.name(), recipient.address()), (Some("Ann Läser"), Some("ann@example.org")));
    assert_eq!(letter.reply_to().unwrap().first().unwrap().address(), Some("office@example.org"));
    assert_eq!(letter.subject(), Some("Thank you: receipt R2026-000001 for your gift of €25.00"));
    assert_eq!(letter.date().unwrap().to_timestamp(), now);
    assert_eq!(letter.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"));
    let id = letter.message_id().unwrap();
    assert!(id.starts_with("job_") && id.ends_with("@give.example.org"), "{id}");

    let text = letter.body_text(0).unwrap();
    let html = letter.body_html(0).unwrap().replace("&#x2f;", "/");
    let thanks = format!("{site}/thanks/");
    for words in ["€25.00", "R2026-000001", "Ann Läser", thanks.as_str()] {
        assert!(text.contains(words), "{words}: {text}");
        assert!(html.contains(words), "{words}: {html}");
    }
    assert!(!html.contains("<script") && !html.contains(" src=\"http"), "{html}");
    let files: Vec<_> = letter.attachments().collect();
    assert_eq!(files.len(), 1);
    assert!(files[0].is_content_type("application", "pdf"));
    assert_eq!(files[0].attachment_name(), Some("receipt-R2026-000001.pdf"));
    let pdf = pdf_text(files[0].contents());
    for words in ["R2026-000001", "€25.00", "Ann Läser", "15 June 2026"] {
        assert!(pdf.contains(words), "{words}: {pdf}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailbox_that_asks_to_wait_is_tried_again_later() {
    let server = post_office().await;
    let app = site(Engine::Sqlite, &server).await;
    let busy =
        Fault::Reply { verb: Verb::Rcpt, code: 452, text: "4.2.2 <ann@example.org> mailbox full", times: 2 };
    server.script(busy).await;
    give(&app, "ann@example.org").await;
    app.run_jobs().await;

    let waiting = unfinished(&app).await;
    assert_eq!(waiting.len(), 1);
    assert_eq!((waiting[0].status.as_str(), waiting[0].failures), ("pending", 1));
    let why = waiting[0].last_error.as_deref().unwrap();
    assert!(why.contains("452") && why.contains("mailbox full") && !why.contains("ann@"), "{why}");
    app.run_jobs().await;
    app.pass(TimeDelta::seconds(14)).await;
    assert_eq!(unfinished(&app).await[0].failures, 1, "it is not tried before its time");

    app.pass(TimeDelta::seconds(1)).await;
    assert_eq!(unfinished(&app).await[0].failures, 2);
    app.pass(TimeDelta::seconds(29)).await;
    assert!(server.messages().is_empty());
    app.pass(TimeDelta::seconds(1)).await;

    assert_eq!(server.wait_for(1).await.len(), 1);
    assert!(unfinished(&app).await.is_empty());
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recipient_that_does_not_exist_is_given_up_and_shown() {
    let server = post_office().await;
    let app = site(Engine::Sqlite, &server).await;
    let gone =
        Fault::Reply { verb: Verb::Rcpt, code: 550, text: "5.1.1 <ann@example.org> unknown", times: 1 };
    server.script(gone).await;
    give(&app, "ann@example.org").await;
    app.run_jobs().await;
    give(&app, "ben@example.org").await;
    app.run_jobs().await;

    let left = unfinished(&app).await;
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].status.as_str(), left[0].failures), ("failed", 1));
    let why = left[0].last_error.as_deref().unwrap();
    assert!(why.contains("550") && !why.contains("ann@"), "{why}");
    app.pass(TimeDelta::days(40)).await;
    let received = server.wait_for(1).await;
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].to, ["ben@example.org"]);

    let now = app.clock.now();
    app.ctx().db.write(move |tx| queue::revive(tx, None, now)).await.unwrap();
    app.run_jobs().await;
    assert_eq!(server.wait_for(2).await[1].to, ["ann@example.org"]);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_is_the_operators_to_mend_and_loses_no_letter() {
    let server = post_office().await;
    let wrong = server.url(USER, "guess", UrlTls::Required);
    let app = site_with(Engine::Sqlite, &server, &[("MAINSTAY_MAIL__SMTP_URL", wrong.as_str())]).await;
    give(&app, "ann@example.org").await;
    app.run_jobs().await;

    let left = unfinished(&app).await;

    assert_eq!((left[0].status.as_str(), left[0].failures), ("pending", 1), "{left:?}");
    assert!(left[0].last_error.as_deref().unwrap().contains("535"), "{left:?}");
    assert!(server.messages().is_empty());
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_cannot_be_trusted_gets_no_letter_and_no_password() {
    let server = post_office().await;
    let other = post_office().await;
    let other_ca = other.ca_pem_path.display().to_string();
    let app = site_with(Engine::Sqlite, &server, &[("MAINSTAY_MAIL__CA_FILE", other_ca.as_str())]).await;
    give(&app, "ann@example.org").await;
    app.run_jobs().await;

    let left = unfinished(&app).await;

    assert_eq!((left[0].status.as_str(), left[0].failures), ("pending", 1), "{left:?}");
    assert!(left[0].last_error.as_deref().unwrap().contains("certificate"), "{left:?}");
    assert!(server.messages().is_empty());
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_falls_silent_is_left_and_tried_again() {
    for verb in [Verb::Data, Verb::EndOfData, Verb::Rcpt] {
        let server = post_office().await;
        let app = site_with(Engine::Sqlite, &server, &[("MAINSTAY_MAIL__TIMEOUT_S", "1")]).await;
        server.script(Fault::Hang { verb }).await;
        give(&app, "ann@example.org").await;
        app.run_jobs().await;

        let left = unfinished(&app).await;
        assert_eq!((left[0].status.as_str(), left[0].failures), ("pending", 1), "{verb:?}: {left:?}");
        assert!(left[0].last_error.as_deref().unwrap().contains("did not finish within 1 s"), "{left:?}");
        assert!(server.messages().is_empty());

        server.recover().await;
        app.pass(TimeDelta::seconds(15)).await;
        assert_eq!(server.wait_for(1).await.len(), 1);
        app.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_makes_one_copy_with_the_same_name() {
    let server = post_office().await;
    let app = site(Engine::Sqlite, &server).await;
    server.script(Fault::CloseAfterDataBefore250 { times: 1 }).await;
    give(&app, "ann@example.org").await;
    app.run_jobs().await;
    app.pass(TimeDelta::seconds(15)).await;
    app.pass(TimeDelta::days(4)).await;

    let received = server.wait_for(2).await;

    assert_eq!(received.len(), 2);
    assert_eq!(message_id(&received[0]), message_id(&received[1]));
    let date = |received: &Received| parsed(received).date().unwrap().to_timestamp();
    assert_eq!(date(&received[1]) - date(&received[0]), 15, "each copy says when it left");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_without_a_mail_server_delays_letters_and_loses_none() {
    let server = post_office().await;
    let app = site(Engine::Postgres, &server).await;
    server.script(Fault::RefuseConnections).await;
    for gift in 0..5 {
        give(&app, &format!("donor-{gift}@example.org")).await;
    }
    app.run_jobs().await;
    for _hour in 0..24 {
        app.pass(TimeDelta::hours(1)).await;
    }
    let waiting = unfinished(&app).await;
    assert_eq!(
        waiting.iter().filter(|job| job.status == "pending" && job.failures > 5).count(),
        5,
        "{waiting:?}"
    );
    app.check_books().await;

    server.recover().await;
    app.pass(TimeDelta::hours(3)).await;

    let received = server.wait_for(5).await;
    assert_eq!(received.len(), 5);
    let mut names: Vec<String> = received.iter().map(message_id).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 5);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_recipient_whose_server_hangs_holds_up_no_other() {
    let server = post_office().await;
    // A minute: as long as the poisoned letter takes, the others must not wait for it.
    let app = site_with(Engine::Sqlite, &server, &[("MAINSTAY_MAIL__TIMEOUT_S", "60")]).await;
    server.script(Fault::HangFor { recipient: "poison@example.org" }).await;
    give(&app, "poison@example.org").await;
    for gift in 0..6 {
        give(&app, &format!("donor-{gift}@example.org")).await;
    }

    let worker = Worker::start(&app.services);
    let received = server.wait_for(6).await;

    assert!(received.iter().all(|letter| letter.to != ["poison@example.org"]));
    let left = unfinished(&app).await;
    let poisoned =
        left.iter().find(|job| job.status == "running").expect("the poisoned letter is still on its way");
    assert_eq!(poisoned.failures, 0);
    app.check_books().await;
    // Its letter would take the minute; the test does not wait for it.
    drop(worker);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_time_of_a_letter_is_the_sites_and_not_the_machines() {
    let server = post_office().await;
    let app = site(Engine::Sqlite, &server).await;
    app.clock.advance(TimeDelta::days(400));
    give(&app, "ann@example.org").await;
    app.run_jobs().await;

    let received = server.wait_for(1).await;

    let date = parsed(&received[0]).date().unwrap().to_timestamp();
    let expected: DateTime<chrono::Utc> = "2027-07-20T10:00:00Z".parse().unwrap();
    assert_eq!(date, expected.timestamp());
    assert!(parsed(&received[0]).subject().unwrap().contains("R2027-000001"));
    app.finish().await;
}
