//! What the bank says, handed in and decided by programs as by the office.

use super::assert_problem;
use crate::bank_statements::{Entry, camt};
use crate::support::flow;
use crate::support::gift::Form;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mainstay::domain::access::Scope;
use reqwest::{Method, StatusCode};
use serde_json::json;

flow! {
    async fn a_program_hands_a_statement_in_and_says_what_its_lines_are(app) {
        let promised = app.promises_transfer(&Form::transfer()).await;
        let other = app.promises_transfer(&Form::transfer().by(2).set("name", "Bob Quill")).await;
        let entries = [
            Entry::new("donation").id("A1"),
            Entry::new("lights").id("A2").amount("3.00").by("POWER WORKS", "DE75512108001245126199"),
        ];
        // Larger than any other request may be.
        let file = camt(&entries).replacen("<BkToCstmrStmt>", &format!("<BkToCstmrStmt>{}", "\n".repeat(100_000)), 1);
        let body = json!({ "name": "june.xml", "file": STANDARD.encode(&file) });
        let program = app.program(Scope::Write).await;
        let key = [("idempotency-key", "june")];
        let first = program.asks(Method::POST, "/bank-statements", Some(&body), &key).await;
        assert_eq!(first.status, StatusCode::CREATED, "{}", first.text());
        let again = program.asks(Method::POST, "/bank-statements", Some(&body), &key).await;
        assert_eq!(again.json(), first.json(), "the stored answer");
        assert_eq!(app.count("bank_statements").await, 1);
        program.does("/bank-statements", &body, 201).await;
        app.run_jobs().await;
        let made = first.json();
        let read = program.reads(&format!("/bank-statements/{}", made["id"].as_str().unwrap())).await;
        assert_eq!((&read["status"], &read["asked_by"]), (&json!("done"), &json!("Newsletter")));
        assert_eq!(app.count("bank_lines").await, 2, "the same lines");

        let lines = program.reads("/bank-lines?status=open&order=largest").await["items"].clone();
        let path = |line: usize, what: &str| format!("/bank-lines/{}/{what}", lines[line]["id"].as_str().unwrap());
        let proposed = program.reads(&path(0, "proposals")).await["items"].clone();
        let subjects: Vec<_> = proposed.as_array().unwrap().iter().map(|found| found["subject"].clone()).collect();
        let (wanted, unwanted) = (promised.pledge.id.to_string(), other.pledge.id.to_string());
        assert_eq!(subjects, [json!(wanted), json!(unwanted)]);
        assert_eq!((&proposed[0]["kind"], &proposed[0]["why"]), (&json!("promise"), &json!(["name", "amount"])));
        program.does(&path(0, "dismiss"), &json!({ "subject": unwanted }), 200).await;
        assert_eq!(program.reads(&path(0, "proposals")).await["items"].as_array().unwrap().len(), 1);

        let both = json!({ "pledge": wanted, "donation": "don_1" });
        for body in [json!({}), both] {
            assert_problem(&program.asks(Method::POST, &path(0, "book"), Some(&body), &[]).await, 422, "invalid");
        }
        let booked = program.does(&path(0, "book"), &json!({ "pledge": wanted }), 200).await;
        assert!(booked["donation"].as_str().unwrap().starts_with("don_"), "{booked}");
        assert_eq!(program.does(&path(0, "book"), &json!({ "pledge": wanted }), 200).await, booked);
        app.run_jobs().await;
        assert_eq!(app.client().status_of(&promised.thanks).await, "fulfilled");
        assert_eq!(app.count("donations").await, 1);
    }
}

flow! {
    async fn what_is_no_gift_is_said_and_taken_back_and_mistakes_are_told(app) {
        let program = app.program(Scope::Write).await;
        let file = camt(&[Entry::new("lights").id("A2").amount("3.00")]);
        program.does("/bank-statements", &json!({ "file": STANDARD.encode(&file) }), 201).await;
        app.run_jobs().await;
        let line = app.line_that_is("open").await;
        let path = |what: &str| format!("/bank-lines/{line}/{what}");
        for body in [json!({ "kind": "whatever" }), json!({ "kind": "other" })] {
            assert_problem(&program.asks(Method::POST, &path("no-gift"), Some(&body), &[]).await, 422, "invalid");
        }
        program.does(&path("no-gift"), &json!({ "kind": "other", "reason": "the lights" }), 200).await;
        assert_eq!(app.became().await, "no_gift 1");
        program.does(&path("reopen"), &json!({}), 200).await;
        assert_eq!(app.became().await, "open 1");

        for body in [json!({ "file": "%%%" }), json!({ "file": STANDARD.encode("%PDF-1.4;") }), json!({ "file": "" })] {
            let refused = program.asks(Method::POST, "/bank-statements", Some(&body), &[]).await;
            assert_problem(&refused, 422, "invalid");
        }
        let file = json!({ "file": STANDARD.encode(&file) });
        let reader = app.program(Scope::Read).await;
        for (path, body) in [("/bank-statements".to_owned(), file), (path("reopen"), json!({}))] {
            assert_eq!(reader.asks(Method::POST, &path, Some(&body), &[]).await.status, StatusCode::FORBIDDEN);
        }
        let back = program.asks(Method::POST, &path("take-back"), Some(&json!({ "donation": "don_1" })), &[]).await;
        assert_eq!(back.status, StatusCode::FORBIDDEN, "money goes back with more than a word");
        let payout = json!({ "payout": "pyt_01KV5BJH80EQ75JV2581H6HJZ9" });
        assert_problem(&program.asks(Method::POST, &path("payout"), Some(&payout), &[]).await, 404, "not_found");
        app.run_jobs().await;
    }
}

flow! {
    async fn a_gift_that_nobody_promised_and_what_patreon_paid_out_are_said_by_programs(app) {
        let entries = [
            Entry::new("PAYOUT 0615").id("B1").amount("90.00").by("PATREON IRELAND LTD", "IE64IRCE92050112345678"),
            Entry::new("for the lights").id("B2").by("Rosa Quill", "DE1"),
        ];
        let program = app.program(Scope::Write).await;
        program.does("/bank-statements", &json!({ "file": STANDARD.encode(camt(&entries)) }), 201).await;
        app.run_jobs().await;
        let lines = program.reads("/bank-lines?status=open&order=largest").await["items"].clone();
        let path = |line: usize, what: &str| format!("/bank-lines/{}/{what}", lines[line]["id"].as_str().unwrap());
        let proposed = program.reads(&path(0, "proposals")).await["items"].clone();
        assert_eq!((&proposed[0]["kind"], &proposed[0]["subject"]), (&json!("paid_out"), &json!("patreon")));
        let euros = |minor: i64| json!({ "minor": minor, "currency": "EUR" });
        let paid = |fee| json!({ "platform": "patreon", "gross": euros(10_000), "fee": euros(fee) });
        assert_problem(&program.asks(Method::POST, &path(0, "paid-out"), Some(&paid(1)), &[]).await, 422, "invalid");
        program.does(&path(0, "paid-out"), &paid(1_000), 200).await;
        assert_eq!((app.balance("income:patreon").await, app.count("donations").await), (-10_000, 0));

        let given = program.does(&path(1, "gift"), &json!({ "campaign": "press-fund", "name": "Rosa Quill" }), 200).await;
        assert_eq!(given["receipt_mailed"], false, "{given}");
        app.run_jobs().await;
        let donation = given["donation"].as_str().unwrap();
        let known = program.reads(&format!("/donations/{donation}")).await;
        assert_eq!((&known["amount"], &known["status"]), (&euros(2_500), &json!("succeeded")));
        assert_eq!(app.became().await, "booked 1, no_gift 1");
    }
}
