//! Webhooks at the door: what is believed, stored once and never lost.

use crate::support::app::{Engine, TestApp, settings};
use crate::support::client::Answer;
use crate::support::flow;
use crate::support::gift::Form;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use mainstay::domain::clock::Clock as _;
use mainstay::gateways::sandbox::{SandboxEvent, SandboxPayment, SandboxRefund, sign};
use reqwest::{Method, StatusCode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const SECRET: &str = "sandbox-webhook-secret-for-development";
const HEADER: &str = "Sandbox-Signature";

/// A gift that waits at the sandbox, and the payment there.
struct Waiting {
    thanks: String,
    payment: SandboxPayment,
}

async fn waiting(app: &TestApp, number: usize) -> Waiting {
    let page = app.promises(&Form::gift().by(number)).await;
    let thanks = app.client().pay(&page, "process", "never").await;
    let payment = SandboxPayment {
        id: page.rsplit_once('/').unwrap().1.to_owned(),
        attempt: app.view(&thanks).await.attempt.unwrap().id.to_string(),
        subscription: None,
        period_on: None,
        amount_minor: 2500,
        currency: "EUR".to_owned(),
        status: "succeeded".to_owned(),
        fee_minor: 98,
        refunds: Vec::new(),
        changed_at: app.clock.now(),
    };
    Waiting { thanks, payment }
}

fn event(id: &str, payment: &SandboxPayment) -> Vec<u8> {
    serde_json::to_vec(&SandboxEvent { id: id.to_owned(), payment: payment.clone(), subscription: None })
        .unwrap()
}

async fn deliver(app: &TestApp, body: &[u8], signatures: &[&str]) -> Answer {
    let mut request = app.client().request(Method::POST, "/webhooks/sandbox").body(body.to_vec());
    for signature in signatures {
        request = request.header(HEADER, *signature);
    }
    app.client().send(request).await
}

async fn deliver_signed(app: &TestApp, body: &[u8]) -> Answer {
    deliver(app, body, &[&sign(SECRET, body, app.clock.now())]).await
}

async fn stored(app: &TestApp) -> (i64, i64, i64) {
    (app.count("inbox").await, app.count("jobs").await, app.count("donations").await)
}

flow! {
    async fn a_signed_event_is_on_disk_before_it_is_acknowledged_and_counts_once(app) {
        let gift = waiting(&app, 1).await;
        let body = event("sbe_1", &gift.payment);

        let answer = deliver_signed(&app, &body).await;
        assert_eq!((answer.status, answer.body.len()), (StatusCode::OK, 0));
        assert_eq!(stored(&app).await, (1, 1, 0));
        assert_eq!(app.lines("SELECT status AS line FROM inbox").await, ["received"]);
        for _ in 0..3 {
            let again = deliver_signed(&app, &body).await;
            assert_eq!((again.status, again.body.len()), (StatusCode::OK, 0));
        }
        assert_eq!(stored(&app).await, (1, 1, 0));
        app.run_jobs().await;
        assert_eq!(deliver_signed(&app, &body).await.status, StatusCode::OK);
        // Another event about the same payment brings nothing new.
        assert_eq!(deliver_signed(&app, &event("sbe_2", &gift.payment)).await.status, StatusCode::OK);
        app.run_jobs().await;

        assert_eq!(app.client().status_of(&gift.thanks).await, "fulfilled");
        assert_eq!(app.lines("SELECT status AS line FROM inbox").await, ["processed", "processed"]);
        assert_eq!(app.count("donations").await, 1);
        assert_eq!(app.count("receipts").await, 1);
        assert_eq!(app.count("ledger_entries").await, 2);
        assert_eq!(app.letters().len(), 1);
    }
}

flow! {
    async fn an_event_that_cannot_have_its_job_is_not_acknowledged_and_not_kept(app) {
        let gift = waiting(&app, 1).await;
        let refuse: &[&str] = match app.engine {
            Engine::Sqlite => &["CREATE TRIGGER no_jobs BEFORE INSERT ON jobs WHEN NEW.kind = 'process_webhook' \
                                 BEGIN SELECT RAISE(ABORT, 'no jobs today'); END"],
            Engine::Postgres => &["ALTER TABLE jobs ADD CONSTRAINT no_jobs CHECK (kind <> 'process_webhook')"],
        };
        app.execute(refuse).unwrap();
        let answer = deliver_signed(&app, &event("sbe_1", &gift.payment)).await;
        assert!(answer.status.is_server_error(), "{}", answer.status);
        assert_eq!(app.count("inbox").await, 0, "kept without its job it would never be processed");

        let allow: &[&str] = match app.engine {
            Engine::Sqlite => &["DROP TRIGGER no_jobs"],
            Engine::Postgres => &["ALTER TABLE jobs DROP CONSTRAINT no_jobs"],
        };
        app.execute(allow).unwrap();
        assert_eq!(deliver_signed(&app, &event("sbe_1", &gift.payment)).await.status, StatusCode::OK);
        app.run_jobs().await;
        assert_eq!(app.client().status_of(&gift.thanks).await, "fulfilled");
    }
}

flow! {
    async fn an_event_that_cannot_be_stored_holds_up_none_that_came_with_it(app) {
        let gift = waiting(&app, 1).await;
        let refuse: &[&str] = match app.engine {
            Engine::Sqlite => &["CREATE TRIGGER not_this BEFORE INSERT ON inbox WHEN NEW.event_id = 'sbe_7' \
                                 BEGIN SELECT RAISE(ABORT, 'not this one'); END"],
            Engine::Postgres => &["ALTER TABLE inbox ADD CONSTRAINT not_this CHECK (event_id <> 'sbe_7')"],
        };
        app.execute(refuse).unwrap();
        let bodies: Vec<_> = (0..40).map(|n| event(&format!("sbe_{n}"), &gift.payment)).collect();

        let answers = join_all(bodies.iter().map(|body| deliver_signed(&app, body))).await;
        for (number, answer) in answers.iter().enumerate() {
            assert_eq!(answer.status.is_server_error(), number == 7, "{number}: {}", answer.status);
        }
        assert_eq!(app.count("inbox").await, 39);

        let allow: &[&str] = match app.engine {
            Engine::Sqlite => &["DROP TRIGGER not_this"],
            Engine::Postgres => &["ALTER TABLE inbox DROP CONSTRAINT not_this"],
        };
        app.execute(allow).unwrap();
        assert_eq!(deliver_signed(&app, &bodies[7]).await.status, StatusCode::OK);
        app.run_jobs().await;
        assert_eq!(app.client().status_of(&gift.thanks).await, "fulfilled");
    }
}

flow! {
    async fn nothing_changes_for_an_event_that_is_not_proven(app) {
        let gift = waiting(&app, 1).await;
        let body = event("sbe_1", &gift.payment);
        let now = app.clock.now();
        let at = |seconds| sign(SECRET, &body, now + TimeDelta::seconds(seconds));
        let good = at(0);
        let (_, hex) = good.split_once("v1=").unwrap();
        let other_time = format!("t={},v1={hex}", now.timestamp() + 1);
        let without_time = format!("v1={hex}");
        let two_times = format!("t={},{good}", now.timestamp());
        let upper_body = String::from_utf8(body.clone()).unwrap().replace("EUR", "USD").into_bytes();
        let re_encoded = {
            let value: serde_json::Value = serde_json::from_slice(&body).unwrap();
            serde_json::to_vec_pretty(&value).unwrap()
        };
        let longer = [body.as_slice(), b" "].concat();
        let shorter = &body[..body.len() - 1];
        let before = stored(&app).await;

        let (empty, wrong) = (sign("", &body, now), sign("another-secret", &body, now));
        let (stale, future) = (at(-301), at(301));
        let half = &good[..good.len() - 2];
        for (what, body, signatures) in [
            ("no header", body.as_slice(), vec![]),
            ("an empty header", &body, vec![""]),
            ("a header twice", &body, vec![good.as_str(), good.as_str()]),
            ("an empty secret", &body, vec![empty.as_str()]),
            ("another secret", &body, vec![wrong.as_str()]),
            ("stale", &body, vec![stale.as_str()]),
            ("from the future", &body, vec![future.as_str()]),
            ("a time that was not signed", &body, vec![other_time.as_str()]),
            ("no time", &body, vec![without_time.as_str()]),
            ("two times", &body, vec![two_times.as_str()]),
            ("half a signature", &body, vec![half]),
            ("no signature", &body, vec!["t=1,v1="]),
            ("a changed byte", &upper_body, vec![good.as_str()]),
            ("a byte more", &longer, vec![good.as_str()]),
            ("a byte less", shorter, vec![good.as_str()]),
            ("other JSON of the same meaning", &re_encoded, vec![good.as_str()]),
        ] {
            let answer = deliver(&app, body, &signatures).await;
            assert_eq!((answer.status, answer.body.len()), (StatusCode::BAD_REQUEST, 0), "{what}");
        }
        let cut = &body[..20];
        assert_eq!(deliver_signed(&app, cut).await.status, StatusCode::BAD_REQUEST, "signed, but no event in it");
        assert_eq!(deliver_signed(&app, b"").await.status, StatusCode::BAD_REQUEST);
        assert_eq!(deliver_signed(&app, &vec![b'x'; 1 << 20]).await.status, StatusCode::PAYLOAD_TOO_LARGE);
        let long = format!("{good},v1={}", "0".repeat(60_000));
        let padded = format!("{},v1={}", sign("another-secret", &body, now), "0".repeat(60_000));
        assert_eq!(deliver(&app, &body, &[&padded]).await.status, StatusCode::BAD_REQUEST);
        app.run_jobs().await;
        assert_eq!(stored(&app).await, before);
        assert_eq!(app.client().status_of(&gift.thanks).await, "pending");

        // An additional signature of an older secret does no harm.
        assert_eq!(deliver(&app, &body, &[&long]).await.status, StatusCode::OK);
    }
}

flow! {
    async fn a_header_of_a_megabyte_is_cut_off(app) {
        a_megabyte_of(&app, "sandbox", HEADER).await;
        assert_eq!(stored(&app).await, (0, 0, 0));
    }
}

/// Sends a webhook whose header is a megabyte long: it is cut off, and the site goes on.
pub(crate) async fn a_megabyte_of(app: &TestApp, sender: &str, header: &str) {
    let head = format!(
        "POST /webhooks/{sender} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n{header}: {}\r\n\r\n",
        "a".repeat(1 << 20)
    );
    let mut stream = TcpStream::connect(app.url.strip_prefix("http://").unwrap()).await.unwrap();
    // The server may stop reading half-way: then writing fails, and the answer may be lost with the connection.
    let _cut_off = stream.write_all(head.as_bytes()).await.is_err();
    let mut answer = Vec::new();
    let _reset = stream.read_to_end(&mut answer).await.is_err();

    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{sender}: {answer}");
    assert_eq!(app.count("inbox").await, 0, "{sender}");
    assert_eq!(app.client().get("/health/ready").await.status, StatusCode::OK, "{sender}");
}

flow! {
    settings: settings(&[("MAINSTAY_SANDBOX__ENABLED", "false")]),
    async fn gateways_that_are_off_or_unknown_or_send_none_have_no_door(app) {
        let body = b"{}";
        let signature = sign(SECRET, body, app.clock.now());
        for gateway in ["sandbox", "bank_transfer", "stripe", "paypal", "patreon", "Sandbox", "%00"] {
            let request = app
                .client()
                .request(Method::POST, &format!("/webhooks/{gateway}"))
                .header(HEADER, &signature)
                .body(body.to_vec());
            assert_eq!(app.client().send(request).await.status, StatusCode::NOT_FOUND, "{gateway}");
        }
        assert_eq!(stored(&app).await, (0, 0, 0));
    }
}

flow! {
    async fn fifty_deliveries_at_once_count_once(app) {
        let gift = waiting(&app, 1).await;
        let body = event("sbe_1", &gift.payment);

        let answers = join_all((0..50).map(|_| deliver_signed(&app, &body))).await;
        assert!(answers.iter().all(|answer| answer.status == StatusCode::OK && answer.body.is_empty()));
        assert_eq!(stored(&app).await, (1, 1, 0));

        // Fifty different events about one payment, taken in by several workers at once.
        let bodies: Vec<_> = (2..52).map(|n| event(&format!("sbe_{n}"), &gift.payment)).collect();
        join_all(bodies.iter().map(|body| deliver_signed(&app, body))).await;
        join_all((0..4).map(|_| app.run_jobs())).await;
        app.pass(TimeDelta::minutes(1)).await;

        assert_eq!(app.count("inbox").await, 51);
        assert_eq!(app.count("donations").await, 1);
        assert_eq!(app.count("receipts").await, 1);
        assert_eq!(app.count("ledger_entries").await, 2);
        assert_eq!(app.letters().len(), 1);
    }
}

flow! {
    async fn money_that_nobody_here_asked_for_is_parked_and_shown(app) {
        let mut payment = waiting(&app, 1).await.payment;
        payment.id = "sbp_from_elsewhere".to_owned();
        for attempt in ["", "att_01KV5BJH80EQ75JV2581H6HJZ9", "order-17"] {
            payment.attempt = attempt.to_owned();
            let body = event(&format!("sbe_{attempt}"), &payment);
            assert_eq!(deliver_signed(&app, &body).await.status, StatusCode::OK, "{attempt}");
        }
        app.run_jobs().await;

        assert_eq!(app.lines("SELECT status AS line FROM inbox").await, ["parked"; 3]);
        let reviews = app.reviews().await;
        assert_eq!(reviews.len(), 1, "asked once: {reviews:?}");
        assert_eq!((reviews[0].kind.as_str(), reviews[0].subject.as_str()), ("unclaimed_payment", "sbp_from_elsewhere"));
        assert_eq!(app.count("donations").await, 0);
        assert_eq!(app.count("receipts").await, 0);
    }
}

flow! {
    async fn a_signed_event_that_makes_no_sense_is_kept_and_parked(app) {
        let sound = waiting(&app, 1).await.payment;
        let refund = SandboxRefund {
            id: "sbr_1".to_owned(),
            refund: None,
            amount_minor: 100,
            status: "succeeded".to_owned(),
            at: app.clock.now(),
        };
        let broken = [
            SandboxPayment { status: "dreaming".to_owned(), ..sound.clone() },
            SandboxPayment { currency: "XXX".to_owned(), ..sound.clone() },
            SandboxPayment { amount_minor: -1, ..sound.clone() },
            SandboxPayment { id: "with space".to_owned(), ..sound.clone() },
            SandboxPayment { refunds: vec![SandboxRefund { amount_minor: 0, ..refund.clone() }], ..sound.clone() },
            SandboxPayment { refunds: vec![SandboxRefund { status: "?".to_owned(), ..refund }], ..sound.clone() },
        ];
        for (number, payment) in broken.iter().enumerate() {
            let body = event(&format!("sbe_{number}"), payment);
            assert_eq!(deliver_signed(&app, &body).await.status, StatusCode::OK);
        }
        app.run_jobs().await;

        assert_eq!(app.lines("SELECT status AS line FROM inbox").await, ["parked"; 6]);
        assert_eq!(app.number("SELECT COUNT(*) AS number FROM inbox WHERE note IS NULL").await, 0);
        assert_eq!(app.count("donations").await, 0);
    }
}

flow! {
    async fn what_was_really_paid_is_booked_and_a_person_is_asked(app) {
        let gift = waiting(&app, 1).await;
        let less = SandboxPayment { amount_minor: 100, fee_minor: 3, ..gift.payment.clone() };
        deliver_signed(&app, &event("sbe_1", &less)).await;
        app.run_jobs().await;

        let donation = app.given(&gift.thanks).await.donation;
        assert_eq!(donation.payment.money().unwrap().gross.minor(), 100);
        assert_eq!(app.review_kinds().await, ["amount_differs"]);
        assert!(app.letters()[0].subject.ends_with("for your gift of €1.00"), "{}", app.letters()[0].subject);

        let other = waiting(&app, 2).await;
        let dollars = SandboxPayment { currency: "USD".to_owned(), ..other.payment.clone() };
        deliver_signed(&app, &event("sbe_2", &dollars)).await;
        app.run_jobs().await;
        assert_eq!(app.client().status_of(&other.thanks).await, "fulfilled");
        assert_eq!(app.review_kinds().await, ["amount_differs", "amount_differs"]);
        assert_eq!(app.letters_about("of $25.00").len(), 1);
    }
}

flow! {
    async fn a_gateway_that_names_two_amounts_is_doubted(app) {
        let gift = waiting(&app, 1).await;
        for (id, minor) in [("sbe_1", 2500), ("sbe_2", 2600), ("sbe_3", 2500)] {
            deliver_signed(&app, &event(id, &SandboxPayment { amount_minor: minor, ..gift.payment.clone() })).await;
            app.run_jobs().await;
        }

        assert_eq!(app.review_kinds().await, ["amount_differs", "two_amounts"]);
        assert_eq!(app.given(&gift.thanks).await.donation.payment.money().unwrap().gross.minor(), 2600);
        assert_eq!(app.count("donations").await, 1);
    }
}

flow! {
    async fn money_is_accepted_after_every_ending(app) {
        for (number, state) in ["failed", "expired", "processing"].into_iter().enumerate() {
            let gift = waiting(&app, number).await;
            let earlier = SandboxPayment { status: state.to_owned(), ..gift.payment.clone() };
            deliver_signed(&app, &event(&format!("sbe_{state}"), &earlier)).await;
            app.run_jobs().await;
            assert_eq!(app.client().status_of(&gift.thanks).await, state);

            deliver_signed(&app, &event(&format!("sbe_after_{state}"), &gift.payment)).await;
            app.run_jobs().await;
            assert_eq!(app.client().status_of(&gift.thanks).await, "fulfilled", "{state}");

            // Old news that comes late does not undo it.
            let later: DateTime<Utc> = gift.payment.changed_at + TimeDelta::hours(1);
            let late = SandboxPayment { changed_at: later, ..earlier };
            deliver_signed(&app, &event(&format!("sbe_late_{state}"), &late)).await;
            app.run_jobs().await;
            assert_eq!(app.client().status_of(&gift.thanks).await, "fulfilled", "{state}");
        }
        let gift = waiting(&app, 9).await;
        app.clock.advance(TimeDelta::hours(25));
        app.upkeep().await;
        // Nothing was heard for long, so the gateway was asked.
        assert_eq!(app.client().status_of(&gift.thanks).await, "processing");
        deliver_signed(&app, &event("sbe_very_late", &gift.payment)).await;
        app.run_jobs().await;
        assert_eq!(app.client().status_of(&gift.thanks).await, "fulfilled");
        assert_eq!(app.letters().len(), 4);
        assert_eq!(app.review_kinds().await, [""; 0]);
    }
}
