//! A mail server that fails at each verb, hangs, is away for a day, and a recipient that blocks: every letter arrives,
//! twice only where its yes was lost, and payments are taken in all the while.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use mainstay::domain::clock::Clock as _;
use mainstay::gateways::sandbox::{SIGNATURE_HEADER, SandboxEvent, sign};
use mainstay::store::jobs;
use reqwest::{Method, StatusCode};

use super::site::{message_id, paid};
use super::{Summary, is_full, size};
use crate::jobs::mail_server;
use crate::support::app::{Engine, TestApp, settings};
use crate::support::client::Client;
use crate::support::gift::Form;
use crate::support::smtp::{Fault, SmtpServer, UrlTls, Verb};
use crate::support::twins;

const SECRET: &str = "sandbox-webhook-secret-for-development";
const VERBS: [Verb; 7] =
    [Verb::Greeting, Verb::Ehlo, Verb::Mail, Verb::Rcpt, Verb::Data, Verb::EndOfData, Verb::Quit];

/// A site, its donors, and how quickly it took payments in.
struct Trial {
    app: TestApp,
    server: SmtpServer,
    client: Client,
    gifts: usize,
    answers: Vec<Duration>,
}

impl Trial {
    async fn start(engine: Engine) -> Self {
        let server = mail_server().await;
        let url = server.url("", "", UrlTls::Plain);
        let app = TestApp::start_with(
            engine,
            settings(&[
                ("MAINSTAY_MAIL__TRANSPORT", "smtp"),
                ("MAINSTAY_MAIL__SMTP_URL", &url),
                ("MAINSTAY_MAIL__TIMEOUT_S", "1"),
            ]),
        );
        let app = app.await;
        Self { client: app.client(), app, server, gifts: 0, answers: Vec::new() }
    }

    /// Somebody gives; the news of it comes over the network and is timed.
    async fn gives(&mut self) {
        self.gifts += 1;
        let page = self.client.give(&Form::gift().by(self.gifts)).await.location().to_owned();
        self.client.pay(&page, "succeed", "never").await;
        let payment = paid(&page, self.app.clock.now());
        let event = SandboxEvent { id: format!("sbe_{}", self.gifts), payment, subscription: None };
        let body = serde_json::to_vec(&event).unwrap();
        let signature = sign(SECRET, &body, self.app.clock.now());
        let request =
            self.client.request(Method::POST, "/webhooks/sandbox").header(SIGNATURE_HEADER, signature);
        let began = Instant::now();
        let answer = self.client.send(request.body(body)).await;
        self.answers.push(began.elapsed());
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    }

    /// Failed jobs are shown to a person, who has them tried again.
    async fn revive(&self) -> usize {
        let now = self.app.clock.now();
        self.app.ctx().db.write(move |tx| jobs::revive(tx, None, now)).await.unwrap()
    }

    async fn finish(self, mut summary: Summary, may_be_doubled: usize) {
        let mut copies: BTreeMap<String, usize> = BTreeMap::new();
        for message in self.server.messages() {
            *copies.entry(message_id(&message.raw)).or_default() += 1;
        }
        let sent = self.app.number("SELECT COUNT(*) AS number FROM receipts WHERE status = 'sent'").await;
        summary.lost((copies.len()..self.gifts).map(|_| "a letter".to_owned()));
        summary.lost(
            (usize::try_from(sent).unwrap()..self.gifts)
                .map(|_| "the note that a receipt was sent".to_owned()),
        );
        let again: usize = copies.values().map(|count| count - 1).sum();
        summary.doubled((may_be_doubled..again).map(|_| "a letter".to_owned()));
        summary.doubled((self.gifts..copies.len()).map(|_| "a letter under another name".to_owned()));
        let mut answers = self.answers;
        answers.sort();
        let late = answers[(answers.len() * 99).div_ceil(100) - 1];
        summary.figure("letters", copies.len());
        summary.figure("letters twice", again);
        summary.figure("webhook p99 in ms", late.as_millis());
        if is_full() {
            assert!(late < Duration::from_millis(500), "{late:?}");
        }
        self.app.finish().await;
        summary.finish();
    }
}

async fn a_mail_server_that_fails_at_each_verb_loses_no_letter(engine: Engine) {
    let kinds = ["refused for now", "connection ended", "refused for good", "hung", "yes lost"];
    let mut summary = Summary::of("mail_faults", engine, &kinds);
    let mut trial = Trial::start(engine).await;
    let mut lost_yes = 0;
    for _ in 0..size(1, 20) {
        for verb in VERBS {
            // What is said after the letter was taken changes nothing any more.
            for (kind, fault) in faults_at(verb) {
                trial.server.script(fault).await;
                trial.gives().await;
                trial.app.run_jobs().await;
                trial.server.recover().await;
                summary.ran(1);
                summary.fault(kind, 1);
                lost_yes += usize::from(
                    matches!(verb, Verb::EndOfData)
                        && kind != "refused for now"
                        && kind != "refused for good",
                );
                trial.app.pass(TimeDelta::hours(1)).await;
                trial.revive().await;
                trial.app.run_jobs().await;
            }
        }
        for _ in 0..size(1, 10) {
            trial.server.script(Fault::CloseAfterDataBefore250 { times: 1 }).await;
            trial.gives().await;
            trial.app.run_jobs().await;
            trial.app.pass(TimeDelta::hours(1)).await;
            summary.ran(1);
            summary.fault("yes lost", 1);
            lost_yes += 1;
        }
    }
    trial.finish(summary, lost_yes).await;
}
twins!(a_mail_server_that_fails_at_each_verb_loses_no_letter);

fn faults_at(verb: Verb) -> Vec<(&'static str, Fault)> {
    let reply = |code, text| Fault::Reply { verb, code, text, times: 1 };
    let mut faults = vec![
        ("refused for now", reply(451, "4.3.0 try later")),
        ("connection ended", reply(421, "4.3.2 closing")),
        ("refused for good", reply(550, "5.7.1 no")),
    ];
    // Hanging costs its time-out, a second each.
    if is_full() || matches!(verb, Verb::Rcpt | Verb::EndOfData) {
        faults.push(("hung", Fault::Hang { verb }));
    }
    faults
}

async fn a_day_without_mail_and_a_recipient_that_blocks_hold_nothing_up(engine: Engine) {
    const POISON: &str = "donor-1@example.org";
    let mut summary = Summary::of("mail_away", engine, &["hours away", "blocked recipient"]);
    let mut trial = Trial::start(engine).await;
    trial.server.script(Fault::HangFor { recipient: POISON }).await;
    for _ in 0..3 {
        trial.gives().await;
    }
    trial.app.run_jobs().await;
    summary.fault("blocked recipient", 1);
    let others = trial.server.messages().len();
    assert_eq!(others, 2, "one blocked recipient holds up no other");
    for _ in 0..size(1, 8) {
        trial.server.script(Fault::RefuseConnections).await;
        // Every try draws its letter anew: few are enough for each change.
        let hours = if is_full() { 1 } else { 6 };
        for _ in 0..24 / hours {
            trial.gives().await;
            trial.app.pass(TimeDelta::hours(hours)).await;
            summary.fault("hours away", hours.try_into().unwrap());
        }
        trial.server.recover().await;
        trial.app.pass(TimeDelta::minutes(15)).await;
        let waiting =
            trial.app.number("SELECT COUNT(*) AS number FROM receipts WHERE status <> 'sent'").await;
        assert_eq!(waiting, 0, "letters that have not left a quarter of an hour after the server was back");
        summary.ran(1);
    }
    trial.finish(summary, 0).await;
}
twins!(a_day_without_mail_and_a_recipient_that_blocks_hold_nothing_up);
