//! The mail server or the database is away: giving goes on as far as it can, and nothing is lost.

use crate::jobs::{mail_server, mailing};
use crate::support::app::{Engine, TestApp, settings};
use crate::support::both;
use crate::support::client::Answer;
use crate::support::gift::Form;
use crate::support::postgres;
use crate::support::smtp::Fault;
use chrono::TimeDelta;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, SqliteConnection};
use futures_util::future::join_all;
use mainstay::domain::clock::Clock as _;
use mainstay::gateways::sandbox::{SIGNATURE_HEADER, sign};
use mainstay::store::jobs;
use reqwest::{Method, StatusCode};
use std::collections::BTreeSet;

both! {
    async fn letters_follow_when_the_mail_server_is_back(engine) {
        let server = mail_server().await;
        let app = mailing(engine, &server).await;
        server.script(Fault::RefuseConnections).await;
        for number in 1..=3 {
            let given = app.gives(&Form::gift().by(number)).await;
            assert_eq!(app.client().status_of(&given.thanks).await, "fulfilled");
        }
        app.promises_transfer(&Form::transfer().by(4)).await;

        for _ in 0..24 {
            app.pass(TimeDelta::hours(1)).await;
        }
        let waiting = app.ctx().db.read(|conn| jobs::unfinished(conn, 10)).await.unwrap();
        assert_eq!(waiting.len(), 4);
        assert!(waiting.iter().all(|job| job.status == "pending" && job.failures > 5), "{waiting:#?}");
        assert_eq!(server.messages().len(), 0);
        server.recover().await;
        // One of them asks within ten minutes, and the others need not wait for their own time.
        app.pass(TimeDelta::minutes(10)).await;

        let received = server.messages();
        let to: BTreeSet<_> = received.iter().map(|message| message.to.join(",")).collect();
        assert_eq!((received.len(), to.len()), (4, 4));
        assert_eq!(app.number("SELECT COUNT(*) AS number FROM receipts WHERE status = 'sent'").await, 3);
        app.finish().await;
    }
}

both! {
    async fn letters_of_a_mail_server_that_stays_away_are_kept_for_a_person(engine) {
        let server = mail_server().await;
        let app = mailing(engine, &server).await;
        server.script(Fault::RefuseConnections).await;
        app.gives(&Form::gift()).await;
        for _ in 0..5 * 24 {
            app.pass(TimeDelta::hours(1)).await;
        }
        let left = app.ctx().db.read(|conn| jobs::unfinished(conn, 10)).await.unwrap();
        assert_eq!((left.len(), left[0].status.as_str()), (1, "failed"));

        server.recover().await;
        app.pass(TimeDelta::days(1)).await;
        assert_eq!(server.messages().len(), 0, "given up: only a person tries again");
        let now = app.clock.now();
        app.ctx().db.write(move |tx| jobs::revive(tx, None, now)).await.unwrap();
        app.run_jobs().await;
        assert_eq!(server.messages().len(), 1);
        app.finish().await;
    }
}

both! {
    async fn a_letter_whose_yes_was_lost_comes_again_as_the_same_letter(engine) {
        let server = mail_server().await;
        let app = mailing(engine, &server).await;
        server.script(Fault::CloseAfterDataBefore250 { times: 1 }).await;
        app.gives(&Form::gift()).await;
        app.pass(TimeDelta::minutes(1)).await;

        let received = server.messages();
        assert_eq!(received.len(), 2);
        let message_id = |at: usize| {
            let raw = String::from_utf8_lossy(&received[at].raw).into_owned();
            raw.lines().find(|line| line.to_ascii_lowercase().starts_with("message-id:")).unwrap().to_owned()
        };
        assert_eq!(message_id(0), message_id(1));
        app.finish().await;
    }
}

/// Makes the database unable to take a change, until the returned value is dropped.
enum Outage {
    /// Nobody may connect.
    Closed { name: String },
    /// Another process sits on the file.
    Locked { _holder: SqliteConnection },
}

impl Outage {
    fn begin(app: &TestApp) -> Self {
        match app.engine {
            Engine::Sqlite => {
                let path = app.database_url.strip_prefix("sqlite://").unwrap();
                let mut holder = SqliteConnection::establish(path).unwrap();
                holder.batch_execute("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE;").unwrap();
                Self::Locked { _holder: holder }
            }
            Engine::Postgres => {
                let name = app.database_url.rsplit_once('/').unwrap().1.to_owned();
                let mut admin = PgConnection::establish(&postgres::admin_url()).unwrap();
                admin
                    .batch_execute(&format!("ALTER DATABASE \"{name}\" WITH ALLOW_CONNECTIONS false"))
                    .unwrap();
                end_connections(&name);
                Self::Closed { name }
            }
        }
    }
}

impl Drop for Outage {
    fn drop(&mut self) {
        if let Self::Closed { name } = self {
            let mut admin = PgConnection::establish(&postgres::admin_url()).unwrap();
            admin.batch_execute(&format!("ALTER DATABASE \"{name}\" WITH ALLOW_CONNECTIONS true")).unwrap();
        }
    }
}

/// The server closes every connection to a database, as it does when it restarts.
fn end_connections(database: &str) {
    let ending =
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'");
    PgConnection::establish(&postgres::admin_url()).unwrap().batch_execute(&ending).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_the_server_closed_meanwhile_are_replaced_unseen() {
    let app = TestApp::start(Engine::Postgres).await;
    app.promises(&Form::gift().by(1)).await;

    end_connections(app.database_url.rsplit_once('/').unwrap().1);

    app.promises(&Form::gift().by(2)).await;
    assert_eq!(app.count("pledges").await, 2);
    app.finish().await;
}

fn assert_unavailable(answer: &Answer, what: &str) {
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{what}: {}", answer.text());
    assert_eq!(answer.header("retry-after"), "5", "{what}");
}

both! {
    async fn without_its_database_the_site_says_so_and_comes_back_by_itself(engine) {
        let impatient =
            [("MAINSTAY_DATABASE__ACQUIRE_TIMEOUT_MS", "200"), ("MAINSTAY_DATABASE__BUSY_TIMEOUT_MS", "200")];
        let app = TestApp::start_with(engine, settings(&impatient)).await;
        let donor = app.client();
        let page = app.promises(&Form::gift().by(1)).await;
        let thanks = donor.pay(&page, "succeed", "never").await;
        let event = format!("{{\"id\":\"sbe_1\",\"payment\":{}}}", payment(&app, &page, &thanks).await);
        let webhook = async || {
            let signature = sign("sandbox-webhook-secret-for-development", event.as_bytes(), app.clock.now());
            let request = donor.request(Method::POST, "/webhooks/sandbox").header(SIGNATURE_HEADER, signature);
            donor.send(request.body(event.clone())).await
        };

        let outage = Outage::begin(&app);
        let refused = donor.give(&Form::gift().by(2)).await;
        assert_unavailable(&refused, "the form");
        assert!(refused.text().contains("nothing was charged"), "{}", refused.text());
        assert_unavailable(&webhook().await, "a webhook is not acknowledged");
        if engine == Engine::Postgres {
            assert_unavailable(&donor.get(&thanks).await, "the thanks page");
            assert_unavailable(&donor.get("/health/ready").await, "ready");
        } else {
            assert_eq!(donor.get(&thanks).await.status, StatusCode::OK, "reading goes on");
        }
        for path in ["/", "/articles", "/health/live"] {
            assert_eq!(donor.get(path).await.status, StatusCode::OK, "{path} needs no database");
        }
        drop(outage);

        let accepted = donor.give(&Form::gift().by(2)).await;
        assert!(accepted.location().starts_with("/sandbox/pay/"));
        assert_eq!(webhook().await.status, StatusCode::OK);
        assert_eq!(donor.get("/health/ready").await.status, StatusCode::OK);
        app.run_jobs().await;
        assert_eq!(donor.status_of(&thanks).await, "fulfilled");
        assert_eq!(app.count("pledges").await, 2);
        assert_eq!(app.count("inbox").await, 1);
        app.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_somebody_keeps_locked_is_waited_for_only_so_long() {
    let impatient = [
        ("MAINSTAY_DATABASE__STATEMENT_TIMEOUT_MS", "1500"),
        ("MAINSTAY_DATABASE__ACQUIRE_TIMEOUT_MS", "200"),
        ("MAINSTAY_DATABASE__POOL_SIZE", "4"),
    ];
    let app = TestApp::start_with(Engine::Postgres, settings(&impatient)).await;
    let donor = app.client();
    app.promises(&Form::gift().by(1)).await;
    let mut holder = PgConnection::establish(&app.database_url).unwrap();
    holder.batch_execute("BEGIN; LOCK TABLE pledges IN EXCLUSIVE MODE;").unwrap();

    // More donors than there are connections: each has an answer, and nobody waits for the lock to go.
    let gives = |number| {
        let donor = &donor;
        async move { donor.give(&Form::gift().by(number)).await }
    };
    let refused = join_all((2..10).map(gives)).await;
    for answer in &refused {
        assert_unavailable(answer, "the form");
        assert!(answer.text().contains("nothing was charged"), "{}", answer.text());
    }
    for path in ["/", "/articles", "/health/live"] {
        assert_eq!(donor.get(path).await.status, StatusCode::OK, "{path} needs no database");
    }
    assert_eq!(app.count("pledges").await, 1, "reading goes on");
    drop(holder);

    let accepted = gives(2).await;
    assert!(accepted.location().starts_with("/sandbox/pay/"), "what was refused was not kept by halves");
    assert_eq!(app.count("pledges").await, 2);
    app.finish().await;
}

/// The payment as the sandbox would send it.
async fn payment(app: &TestApp, page: &str, thanks: &str) -> serde_json::Value {
    serde_json::json!({
        "id": page.rsplit_once('/').unwrap().1,
        "attempt": app.view(thanks).await.attempt.unwrap().id.to_string(),
        "amount_minor": 2500, "currency": "EUR", "status": "succeeded", "fee_minor": 98, "refunds": [],
        "changed_at": app.clock.now(),
    })
}
