//! What programs change: the same acts as those of the office, once each, with who did it.

use super::assert_problem;
use crate::office::content::publication;
use crate::support::app::{Engine, TestApp};
use crate::support::gift::{Form, Given};
use crate::support::{flow, twins};
use mainstay::domain::access::Scope;
use mainstay::domain::ids::DonorId;
use mainstay::store::StoreError;
use mainstay::store::reviews::{self, Question};
use mainstay::usecases::views;
use reqwest::{Method, StatusCode};
use serde_json::json;

impl TestApp {
    /// What programs did, as the log says it.
    async fn done_by_programs(&self) -> Vec<String> {
        self.lines("SELECT action AS line FROM audit_log WHERE actor_kind = 'token' ORDER BY number").await
    }

    async fn giver(&self, given: &Given) -> DonorId {
        views::pledge(self.ctx(), given.pledge.id).await.unwrap().pledge.donor.unwrap()
    }
}

flow! {
    async fn a_transfer_is_recorded_once_however_often_the_request_comes(app) {
        let promised = app.promises_transfer(&Form::transfer()).await;
        let program = app.program(Scope::Write).await;
        let reference = promised.pledge.reference.clone().unwrap().to_string();
        let body = json!({
            "reference": reference, "amount": { "minor": 2500.0, "currency": "EUR" }, "received_on": "2026-06-15",
            "bank_id": "0017",
        });
        let key = [("idempotency-key", "line-17")];
        let first = program.asks(Method::POST, "/donations", Some(&body), &key).await;
        assert_eq!(first.status, StatusCode::CREATED, "{}", first.text());
        let made = first.json();
        assert_eq!((&made["matched"], &made["status"]), (&json!("exact"), &json!("succeeded")));
        assert_eq!(made["amount"], json!({ "minor": 2500, "currency": "EUR" }));
        let again = program.asks(Method::POST, "/donations", Some(&body), &key).await;
        assert_eq!((again.status, again.json()), (StatusCode::CREATED, made.clone()), "the stored answer");
        let mut other = body.clone();
        other["bank_id"] = json!("0018");
        assert_problem(&program.asks(Method::POST, "/donations", Some(&other), &key).await, 422, "idempotency_key_reused");
        // Under another name it is asked anew; the line is the same, and so is the donation.
        let repeated = program.does("/donations", &body, 201).await;
        assert_eq!((&repeated["id"], &repeated["matched"]), (&made["id"], &json!("repeat")));
        app.run_jobs().await;
        let known = program.reads(&format!("/donations/{}", made["id"].as_str().unwrap())).await;
        assert_eq!((&known["status"], &known["reference"]), (&json!("succeeded"), &json!(reference)));
        assert_eq!(app.done_by_programs().await, ["gift.recorded"]);

        let wrong = json!({ "reference": "RF00NO", "amount": { "minor": 1, "currency": "AAA" }, "received_on": "tomorrow" });
        let fields = assert_problem(&program.asks(Method::POST, "/donations", Some(&wrong), &[]).await, 422, "invalid");
        assert_eq!(fields.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["amount", "received_on", "reference"]);
        for (field, value) in [("received_on", json!("2026-06-16")), ("amount", json!({ "minor": 0, "currency": "EUR" })), ("amount", json!({ "minor": i64::MAX, "currency": "EUR" }))] {
            let mut wrong = body.clone();
            wrong[field] = value;
            assert_problem(&program.asks(Method::POST, "/donations", Some(&wrong), &[]).await, 422, "invalid");
        }
        assert_eq!(app.count("donations").await, 1);
    }
}

flow! {
    async fn an_act_whose_answer_was_never_kept_is_not_done_again(app) {
        let given = app.gives(&Form::gift()).await;
        let program = app.program(Scope::Write).await;
        let path = format!("/donors/{}/notes", app.giver(&given).await);
        let (note, key) = (json!({ "text": "Met at the fair" }), [("idempotency-key", "n")]);
        assert_eq!(program.asks(Method::POST, &path, Some(&note), &key).await.status, StatusCode::CREATED);
        // As a process leaves it that dies between the act and its answer.
        app.execute(&["UPDATE request_keys SET status = NULL, answer = NULL"]).unwrap();
        assert_problem(&program.asks(Method::POST, &path, Some(&note), &key).await, 409, "carried_out");
        assert_eq!(app.count("donor_notes").await, 1);
        app.pass(chrono::TimeDelta::days(8)).await;
        app.upkeep().await;
        assert_eq!(app.count("request_keys").await, 0, "names are kept for a while only");
    }
}

flow! {
    async fn the_same_request_many_times_at_once_is_one_act(app) {
        let given = app.gives(&Form::gift()).await;
        let program = app.program(Scope::Write).await;
        let path = format!("/donors/{}/notes", app.giver(&given).await);
        let (note, key) = (json!({ "text": "Met at the fair" }), [("idempotency-key", "n")]);
        let all = (0..12).map(|_| program.asks(Method::POST, &path, Some(&note), &key));
        let answers = futures_util::future::join_all(all).await;
        assert!(answers.iter().all(|answer| matches!(answer.status.as_u16(), 201 | 409)));
        assert!(answers.iter().any(|answer| answer.status == StatusCode::CREATED));
        assert_eq!(app.count("donor_notes").await, 1);
    }
}

flow! {
    async fn recurring_support_is_changed_paused_resumed_and_cancelled(app) {
        let given = app.gives(&Form::gift().set("frequency", "monthly")).await;
        let program = app.program(Scope::Write).await;
        let path = |what: &str| format!("/pledges/{}/{what}", given.pledge.id);
        let more = json!({ "amount": { "minor": 3000, "currency": "EUR" }, "reason": "asked on the phone" });
        let changed = program.does(&path("change"), &more, 200).await;
        assert_eq!((&changed["what"], &changed["status"]), (&json!("change"), &json!("done")));
        assert_eq!(changed["support"], json!({
            "status": "active", "amount": { "minor": 3000, "currency": "EUR" }, "frequency": "monthly",
        }));
        assert_problem(&program.asks(Method::POST, &path("change"), Some(&more), &[]).await, 422, "invalid");
        let paused = program.does(&path("pause"), &json!({ "until": "2026-09-01" }), 200).await;
        assert_eq!(paused["support"]["status"], "paused");
        assert_problem(&program.asks(Method::POST, &path("pause"), Some(&json!({})), &[]).await, 409, "support_paused");
        let wrong = program.asks(Method::POST, &path("pause"), Some(&json!({ "until": "soon" })), &[]).await;
        assert_eq!(assert_problem(&wrong, 422, "invalid"), [("until".to_owned(), "unknown_day".to_owned())]);
        // Without a body nothing more is said.
        let resumed = program.asks(Method::POST, &path("resume"), None, &[]).await;
        assert_eq!(resumed.json()["support"]["status"], "active", "{}", resumed.text());
        program.does(&path("cancel"), &json!({ "reason": "moved away" }), 200).await;
        program.does(&path("keep"), &json!({}), 200).await;
        let ended = program.does(&path("cancel"), &json!({ "at_once": true }), 200).await;
        assert_eq!(ended["support"]["status"], "ended");
        app.run_jobs().await;
        assert_eq!(program.reads(&format!("/pledges/{}", given.pledge.id)).await["status"], "cancelled");
        assert_eq!(app.done_by_programs().await, ["pledge.changed"; 6]);
        let once = app.gives(&Form::gift().by(2)).await;
        let nothing = program.asks(Method::POST, &format!("/pledges/{}/cancel", once.pledge.id), None, &[]).await;
        assert_problem(&nothing, 404, "not_found");
    }
}

flow! {
    async fn donors_are_noted_tagged_merged_and_made_two_again(app) {
        let (one, two) = (app.gives(&Form::gift().by(1)).await, app.gives(&Form::gift().by(2)).await);
        let (from, into) = (app.giver(&one).await, app.giver(&two).await);
        let program = app.program(Scope::Write).await;
        let notes = format!("/donors/{from}/notes");
        let made = program.does(&notes, &json!({ "text": "Met at the fair" }), 201).await;
        let known = program.reads(&notes).await;
        assert_eq!(known["items"][0]["text"], "Met at the fair");
        assert_eq!(known["items"][0]["by"]["name"], "Newsletter");
        let blank = program.asks(Method::POST, &notes, Some(&json!({ "text": "  " })), &[]).await;
        assert_eq!(assert_problem(&blank, 422, "invalid"), [("text".to_owned(), "missing".to_owned())]);
        let note = format!("{notes}/{}", made["id"].as_str().unwrap());
        assert_eq!(program.asks(Method::DELETE, &note, None, &[]).await.status, StatusCode::OK);
        assert_problem(&program.asks(Method::DELETE, &note, None, &[]).await, 404, "not_found");

        let tags = format!("/donors/{from}/tags");
        let put = program.asks(Method::PUT, &tags, Some(&json!({ "tags": ["Print", "fair"] })), &[]).await;
        assert_eq!(put.json()["tags"], json!(["fair", "print"]));
        let comma = program.asks(Method::PUT, &tags, Some(&json!({ "tags": ["a,b"] })), &[]).await;
        assert_problem(&comma, 422, "invalid");
        assert_eq!(program.reads("/donors?tag=print").await["items"][0]["id"], json!(from));

        let merge = format!("/donors/{from}/merge");
        program.does(&merge, &json!({ "into": into }), 200).await;
        assert_eq!(app.giver(&one).await, into);
        assert_problem(&program.asks(Method::POST, &merge, Some(&json!({ "into": into })), &[]).await, 409, "merged");
        assert_problem(&program.asks(Method::POST, &merge, Some(&json!({ "into": "x" })), &[]).await, 422, "invalid");
        program.does(&format!("/donors/{from}/unmerge"), &json!({}), 200).await;
        assert_eq!(app.giver(&one).await, from);
        let done = app.done_by_programs().await;
        assert_eq!(done, ["donor.noted", "donor.noted", "donor.noted", "donor.merged", "donor.unmerged"]);
        let log = app.lines("SELECT detail AS line FROM audit_log").await.join("\n");
        assert!(!log.contains("fair"), "{log}");
    }
}

flow! {
    async fn receipts_events_jobs_and_questions_are_taken_up_once_more(app) {
        let given = app.gives(&Form::gift()).await;
        let program = app.program(Scope::Write).await;
        let number = program.reads(&format!("/donations/{}", given.donation.id)).await["receipt"].clone();
        let number = number.as_str().unwrap();
        let letters = app.letters_about("receipt").len();
        let key = [("idempotency-key", "again")];
        for _ in 0..2 {
            let sent = program.asks(Method::POST, &format!("/receipts/{number}/resend"), None, &key).await;
            assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.text());
        }
        app.run_jobs().await;
        assert_eq!(app.letters_about("receipt").len(), letters + 1);
        let id = program.reads(&format!("/receipts/{number}")).await["id"].clone();
        let fresh = program.does(&format!("/receipts/{}/reissue", id.as_str().unwrap()), &json!({}), 201).await;
        assert_eq!(fresh["replaces"], number);
        let twice = program.asks(Method::POST, &format!("/receipts/{number}/reissue"), None, &[]).await;
        assert_problem(&twice, 409, "receipt_not_live");
        app.run_jobs().await;

        let event = program.reads("/events").await["items"][0]["id"].clone();
        program.does(&format!("/events/{}/replay", event.as_str().unwrap()), &json!({}), 202).await;
        app.run_jobs().await;
        app.execute(&["UPDATE jobs SET status = 'failed', finished_at = NULL WHERE id = (SELECT MIN(id) FROM jobs)"]).unwrap();
        let job = program.reads("/jobs?status=failed").await["items"][0]["id"].clone();
        let retry = format!("/jobs/{}/retry", job.as_str().unwrap());
        program.does(&retry, &json!({}), 202).await;
        assert_problem(&program.asks(Method::POST, &retry, None, &[]).await, 404, "not_found");
        app.run_jobs().await;

        let (ids, now) = (app.ctx().clone(), app.ctx().now());
        let question = Question { kind: "late_money", subject: "don_x", detail: "look at it" };
        let raised: Result<(), StoreError> =
            app.ctx().db.write(move |tx| reviews::raise(tx, ids.new_id(), question, now)).await;
        raised.unwrap();
        let open = program.reads("/reviews").await["items"][0].clone();
        assert_eq!((&open["kind"], &open["subject"]), (&json!("late_money"), &json!("don_x")));
        program.does(&format!("/reviews/{}/close", open["id"].as_str().unwrap()), &json!({}), 200).await;
        assert_eq!(program.reads("/reviews").await["items"], json!([]));
        assert_eq!(
            app.done_by_programs().await,
            ["receipt.resent", "receipt.voided", "event.replayed", "job.retried", "review.closed"]
        );
    }
}

async fn files_of_the_publication_are_written_over_only_by_who_saw_them(engine: Engine) {
    let (app, folder) = publication(engine).await;
    let program = app.program(Scope::Write).await;
    let path = "/articles/from-outside";
    let body = json!({ "text": "---\ntitle: From outside\n---\n\nText.\n" });
    let put = async |more: &[(&str, &str)], body: &serde_json::Value| {
        program.asks(Method::PUT, path, Some(body), more).await
    };
    assert_problem(&put(&[], &body).await, 428, "precondition_required");
    assert_problem(&put(&[("if-match", "\"x\"")], &body).await, 412, "changed_meanwhile");
    let made = put(&[("if-none-match", "*")], &body).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text());
    assert_problem(&put(&[("if-none-match", "*")], &body).await, 412, "changed_meanwhile");
    assert_eq!(app.client().get("/articles/from-outside").await.status, StatusCode::OK, "shown at once");

    let read = program.asks(Method::GET, path, None, &[]).await;
    let tag = read.header("etag").to_owned();
    assert_eq!((tag.as_str(), &read.json()["text"]), (made.header("etag"), &body["text"]));
    let known = program.asks(Method::GET, path, None, &[("if-none-match", &tag)]).await;
    assert_eq!(known.status, StatusCode::NOT_MODIFIED);
    let wrong = put(&[("if-match", &tag)], &json!({ "text": "no front matter" })).await;
    assert_eq!(assert_problem(&wrong, 422, "invalid"), [("text".to_owned(), "not_shown".to_owned())]);
    // Somebody else writes in between.
    std::fs::write(folder.path().join("articles/from-outside.md"), "---\ntitle: Theirs\n---\n\nText.\n")
        .unwrap();
    assert_problem(&put(&[("if-match", &tag)], &body).await, 412, "changed_meanwhile");
    let now = program.asks(Method::GET, path, None, &[]).await.header("etag").to_owned();
    assert_eq!(put(&[("if-match", &now)], &body).await.status, StatusCode::OK);

    for path in ["/campaigns/press-fund", "/tiers/friend"] {
        let read = program.asks(Method::GET, path, None, &[]).await;
        let body =
            json!({ "text": read.json()["text"].as_str().unwrap().replace("summary: ", "summary: Now: ") });
        let put = program.asks(Method::PUT, path, Some(&body), &[("if-match", read.header("etag"))]).await;
        assert_eq!(put.status, StatusCode::UNPROCESSABLE_ENTITY, "a colon needs quotes: {}", put.text());
        let body =
            json!({ "text": read.json()["text"].as_str().unwrap().replace("summary: ", "summary: Now ") });
        let put = program.asks(Method::PUT, path, Some(&body), &[("if-match", read.header("etag"))]).await;
        assert_eq!(put.status, StatusCode::OK, "{}", put.text());
    }
    assert!(program.reads("/campaigns").await["items"][0]["summary"].as_str().unwrap().starts_with("Now "));
    assert!(program.reads("/tiers").await["items"].to_string().contains("Now "));
    assert_eq!(program.reads("/articles").await["items"].as_array().unwrap().len(), 3);
    let public = app.client().get("/api/v1/campaigns/press-fund").await.json();
    assert!(public["frequencies"].is_array() && public["text"].is_null(), "what forms need: {public}");
    let reader = app.program(Scope::Read).await;
    assert_problem(&reader.asks(Method::PUT, path, Some(&body), &[]).await, 403, "forbidden");
    assert_eq!(app.done_by_programs().await, ["content.changed"; 4]);
    app.finish().await;
}
twins!(files_of_the_publication_are_written_over_only_by_who_saw_them);
