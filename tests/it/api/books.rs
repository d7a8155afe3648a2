//! What programs read of the books, and the files that they order.

use super::assert_problem;
use crate::support::app::settings;
use crate::support::flow;
use crate::support::gift::{Form, eur};
use crate::support::receiver::Receiver;
use chrono::TimeDelta;
use mainstay::domain::access::Scope;
use mainstay::domain::audit::Actor;
use mainstay::usecases::outgoing;
use mainstay::usecases::refund::{self, RefundOrder};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeSet;

flow! {
    async fn the_books_are_read_to_their_end_and_narrowed_by_what_is_asked(app) {
        let mut given = Vec::new();
        for number in 1..=4 {
            // Two of them in the same moment.
            app.clock.advance(chrono::TimeDelta::hours(24 * (number % 2)));
            given.push(app.gives(&Form::gift().by(usize::try_from(number).unwrap())).await);
        }
        let order = RefundOrder { donation: given[0].donation.id, amount: Some(eur(500)), reason: None, request_key: None };
        refund::order(app.ctx(), Actor::Command, order).await.unwrap();
        app.run_jobs().await;
        let program = app.program(Scope::Read).await;
        let count = app.count("ledger_entries").await;
        let (mut seen, mut next): (Vec<Value>, String) = (Vec::new(), String::new());
        loop {
            let page = program.reads(&format!("/ledger/entries?limit=2{next}")).await;
            seen.extend(page["items"].as_array().unwrap().clone());
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            next = format!("&cursor={}", url::form_urlencoded::byte_serialize(cursor.as_bytes()).collect::<String>());
        }
        let ids: BTreeSet<&str> = seen.iter().map(|entry| entry["id"].as_str().unwrap()).collect();
        assert_eq!((ids.len(), i64::try_from(seen.len()).unwrap()), (seen.len(), count), "each once");
        let times: Vec<&str> = seen.iter().map(|entry| entry["recorded"].as_str().unwrap()).collect();
        assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");
        for entry in &seen {
            let lines = entry["lines"].as_array().unwrap();
            let sum: i64 = lines.iter().map(|line| line["amount"]["minor"].as_i64().unwrap()).sum();
            assert!(lines.len() >= 2 && sum == 0, "{entry}");
        }
        let number = async |query: &str| {
            program.reads(&format!("/ledger/entries?{query}")).await["items"].as_array().unwrap().len()
        };
        assert_eq!(number("kind=refund").await, 1);
        assert_eq!(number("account=income:refunds").await, 1);
        assert_eq!(number("account=income:donations").await, 4);
        assert_eq!(number("kind=donation&from=2026-06-17").await, 2);
        assert_eq!(number("kind=donation&to=2026-06-16").await, 2);
        assert_eq!(number("kind=donation&to=2026-06-15&from=").await, 0);
        assert_eq!(number(&format!("donation={}", given[1].donation.id)).await, number("kind=donation&to=2026-06-16").await);

        let accounts = program.reads("/ledger/accounts").await["items"].clone();
        let of = |name: &str| accounts.as_array().unwrap().iter().find(|one| one["account"] == name).cloned().unwrap();
        assert_eq!(of("income:donations")["balance"], json!({ "minor": -10_000, "currency": "EUR" }));
        assert_eq!(of("income:refunds")["balance"]["minor"], 500);
        let recounted = app.ctx().db.read(mainstay::store::ledger::recounted).await.unwrap();
        assert_eq!(app.ctx().db.read(mainstay::store::ledger::balances).await.unwrap(), recounted, "kept as it is");
    }
}

flow! {
    async fn a_file_is_ordered_once_watched_and_fetched(app) {
        app.gives(&Form::gift()).await;
        let (program, key) = (app.program(Scope::Read).await, [("idempotency-key", "june")]);
        let wanted = json!({ "what": "donations", "from": "2026-06-01", "to": "2026-06-30" });
        let first = program.asks(Method::POST, "/exports", Some(&wanted), &key).await;
        assert_eq!(first.status, StatusCode::CREATED, "{}", first.text());
        let made = first.json();
        assert_eq!((&made["status"], &made["format"], &made["asked_by"]), (&json!("waiting"), &json!("csv"), &json!("Newsletter")));
        assert_eq!(program.asks(Method::POST, "/exports", Some(&wanted), &key).await.json(), made);
        let path = format!("/exports/{}", made["id"].as_str().unwrap());
        assert_problem(&program.asks(Method::GET, &format!("{path}/file"), None, &[]).await, 404, "not_found");
        app.run_jobs().await;
        let ready = program.reads(&path).await;
        assert_eq!((&ready["status"], &ready["percent"], &ready["rows"]), (&json!("ready"), &json!(100), &json!(1)));
        let file = app.client().request(Method::GET, ready["file"].as_str().unwrap());
        let file = app.client().send(file.header("authorization", format!("Bearer {}", program.token))).await;
        assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
        assert!(file.text().contains("2500") || file.text().contains("25.00"), "{}", file.text());

        app.clock.advance(TimeDelta::seconds(1));
        program.does("/exports", &json!({ "what": "ledger", "from": "2026-06-01", "to": "2026-06-01", "format": "xlsx" }), 201).await;
        let page = program.reads("/exports?limit=1").await;
        assert_eq!(page["items"][0]["what"], "ledger");
        let behind = program.reads(&format!("/exports?limit=1&cursor={}", page["next_cursor"].as_str().unwrap())).await;
        assert_eq!((&behind["items"][0]["id"], &behind["next_cursor"]), (&made["id"], &Value::Null));
        let wrong = json!({ "what": "secrets", "from": "June", "to": "2026-06-01", "format": "pdf" });
        let fields = assert_problem(&program.asks(Method::POST, "/exports", Some(&wrong), &[]).await, 422, "invalid");
        assert_eq!(fields.len(), 3, "{fields:?}");
        let lines = app.lines("SELECT action AS line FROM audit_log WHERE actor_kind = 'token'").await;
        assert_eq!(lines, ["export.made"; 2]);
        app.run_jobs().await;
    }
}

flow! {
    settings: settings(&[("MAINSTAY_SERVER__OUTGOING_INSIDE", "true")]),
    async fn whom_the_site_tells_can_be_seen_and_not_changed(app) {
        let receiver = Receiver::start().await;
        let (endpoint, secret) =
            outgoing::add(app.ctx(), Actor::Command, &receiver.url, BTreeSet::new()).await.unwrap();
        app.gives(&Form::gift()).await;
        app.run_jobs().await;
        let program = app.program(Scope::Finance).await;
        let listed = program.reads("/webhook-endpoints").await;
        assert_eq!(listed["items"][0]["id"], json!(endpoint.id));
        let one = program.reads(&format!("/webhook-endpoints/{}", endpoint.id)).await;
        let told = one["deliveries"].as_array().unwrap();
        assert!(told.len() >= 3 && told.iter().all(|telling| telling["status"] == "delivered"), "{one}");
        assert!(!one.to_string().contains(secret.expose()));
        let change = program.asks(Method::POST, "/webhook-endpoints", Some(&json!({})), &[]).await;
        assert_problem(&change, 405, "method_not_allowed");
    }
}
