//! Comments in the office and for programs: read, decided about one by one and several at once, and told of.

use std::collections::BTreeSet;

use mainstay::domain::access::{Role, Scope};
use mainstay::domain::audit::Actor;
use mainstay::domain::comment::Verdict;
use mainstay::domain::list::ListKind;
use mainstay::usecases::outgoing;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{ARTICLE, from_ann, with};
use crate::support::app::settings;
use crate::support::flow;
use crate::support::receiver::Receiver;

flow! {
    async fn an_editor_reads_what_waits_and_decides_about_several_at_once(app) {
        let first = app.says(&from_ann("First words")).await;
        let second = app.says(&with(from_ann("Second words"), "name", "<script>alert(1)</script>")).await;
        let third = app.says(&with(from_ann("Buy at https://spam.example"), "email", "bob@example.org")).await;
        let mut editor = app.clerk(Role::Editor).await;

        let front = editor.get("/admin").await.text();
        assert!(front.contains("3 comments of readers wait to be read") && front.contains("/admin/comments?status=held"), "{front}");
        let list = editor.get("/admin/comments?status=held").await.text();
        assert!(list.contains("First words") && !list.contains("<script>alert") && list.contains(&format!("name=\"{first}\"")), "{list}");
        let none = editor.post("/admin/comments/decide", &[("verdict", "approve"), ("query", "status=held")]).await;
        assert_eq!(none.location(), "/admin/comments?status=held&done=none-chosen");

        let (one, two) = (first.to_string(), second.to_string());
        let chosen = [(one.as_str(), "on"), (two.as_str(), "on"), ("verdict", "approve"), ("reason", ""), ("query", "status=held\r\nx")];
        let done = editor.post("/admin/comments/decide", &chosen).await;
        assert!(done.location().ends_with("done=decided") && !done.location().contains('\n'), "{}", done.location());
        // Shown at once by this process, without another look.
        let page = app.article().await;
        assert!(page.contains("First words") && page.contains("Second words") && page.contains("2 comments"), "{page}");
        assert_eq!(app.stand().await, ["approved ", "approved ", "held links"]);

        let path = format!("/admin/comments/{third}");
        let shown = editor.get(&path).await.text();
        for words in ["bob@example.org", "Buy at https://spam.example", "it has links", "about-our-funding"] {
            assert!(shown.contains(words), "{words}: {shown}");
        }
        assert!(editor.get(&format!("{path}/refuse")).await.text().contains("Spam"));
        let too_long = "x".repeat(301);
        let refused = editor.post(&format!("{path}/decide"), &[("verdict", "spam"), ("reason", &too_long)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains(&too_long), "what was typed stays");
        let unsaid = editor.post(&format!("{path}/decide"), &[("verdict", "maybe"), ("reason", "why")]).await;
        assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
        let spam = editor.post(&format!("{path}/decide"), &[("verdict", "spam"), ("reason", "It sells something")]).await;
        assert_eq!(spam.location(), format!("{path}?done=decided"));
        let shown = editor.get(&path).await.text();
        assert!(shown.contains("It sells something") && shown.contains("spam, held before") && shown.contains("Vera Lund"), "{shown}");
        assert!(!editor.get("/admin").await.text().contains("wait to be read"));

        let log = app.lines("SELECT detail AS line FROM audit_log WHERE action = 'comment.decided' ORDER BY number").await;
        assert_eq!(log.len(), 3);
        assert!(log.iter().all(|detail| !detail.contains("sells") && !detail.contains('@')), "{log:?}");
        let viewer = app.clerk(Role::Viewer).await;
        let looked_at = viewer.get("/admin/comments").await.text();
        assert!(looked_at.contains("First words") && !looked_at.contains("value=\"approve\""), "a viewer changes nothing");
        assert_eq!(app.clerk(Role::Finance).await.get("/admin/comments").await.status, StatusCode::FORBIDDEN);
    }
}

flow! {
    async fn comments_are_found_by_words_of_the_text_the_name_and_the_address(app) {
        let ann = app.says(&from_ann("The printers of Weaver Street")).await.to_string();
        let bob = with(with(from_ann("A lamp above the door"), "name", "Bob Öner"), "email", "bob@example.org");
        let bob = app.says(&bob).await.to_string();
        for (typed, found) in [
            ("weaver", &ann),
            ("printers street", &ann),
            ("oner", &bob),
            ("bob@example", &bob),
            (ann.as_str(), &ann),
        ] {
            assert_eq!(app.ids(ListKind::Comments, &format!("q={}", typed.replace('@', "%40").replace(' ', "+"))).await, std::slice::from_ref(found), "{typed}");
        }
        assert!(app.ids(ListKind::Comments, "q=weaver+lamp").await.is_empty());
        assert_eq!(app.ids(ListKind::Comments, "article=about-our-funding").await, [bob, ann]);
        assert!(app.ids(ListKind::Comments, "article=another").await.is_empty());
    }
}

flow! {
    settings: settings(&[("MAINSTAY_SERVER__OUTGOING_INSIDE", "true")]),
    async fn programs_decide_too_and_are_told_without_a_person(app) {
        let receiver = Receiver::start().await;
        outgoing::add(app.ctx(), Actor::Command, &receiver.url, BTreeSet::new()).await.unwrap();
        let id = app.says(&from_ann("Of interest")).await;
        let reader = app.program(Scope::Read).await;
        let listed = reader.reads("/comments?status=held").await;
        assert_eq!((&listed["items"][0]["id"], &listed["items"][0]["held_for"]), (&json!(id), &json!("new_reader")));
        let path = format!("/comments/{id}");
        let refused = reader.asks(Method::POST, &format!("{path}/approve"), None, &[]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);

        let program = app.program(Scope::Write).await;
        let approved = program.does(&format!("{path}/approve"), &json!({}), 200).await;
        assert_eq!(approved, json!({ "id": id, "status": "approved" }));
        assert!(app.client().get(ARTICLE).await.text().contains("Of interest"));
        program.does(&format!("{path}/approve"), &json!({}), 200).await;
        let rejected = program.does(&format!("{path}/reject"), &json!({ "reason": "Off topic" }), 200).await;
        assert_eq!(rejected["status"], "rejected");
        assert_eq!(program.reads(&path).await["reason"], "Off topic");
        let spam = program.does(&format!("{path}/reject"), &json!({ "spam": true }), 200).await;
        assert_eq!(spam["status"], "spam");
        let unknown = program.asks(Method::POST, &format!("{path}/reject"), Some(&json!({ "why": "x" })), &[]).await;
        assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
        let nobody = program.asks(Method::POST, "/comments/cmt_01KAX00000000000000000000A/approve", None, &[]).await;
        assert_eq!(nobody.status, StatusCode::NOT_FOUND);

        app.run_jobs().await;
        let heard = receiver.heard();
        assert_eq!(heard.len(), 1, "it was shown once");
        let told: Value = serde_json::from_str(&heard[0].body).unwrap();
        assert_eq!(told["type"], "comment.approved");
        assert_eq!(told["data"], json!({ "comment": id, "article": "about-our-funding", "thread": null }));
    }
}

flow! {
    async fn what_was_taken_away_is_nowhere_in_the_office(app) {
        let id = app.says(&from_ann("Gone soon")).await;
        app.decides(&[id], Verdict::Spam).await;
        app.clock.advance(chrono::TimeDelta::days(31));
        app.upkeep().await;
        let mut editor = app.clerk(Role::Editor).await;
        let path = format!("/admin/comments/{id}");
        assert_eq!(editor.get(&path).await.status, StatusCode::NOT_FOUND);
        let late = editor.post(&format!("{path}/decide"), &[("verdict", "approve")]).await;
        assert_eq!(late.status, StatusCode::NOT_FOUND);
        assert_eq!(app.count("comments").await, 0);
    }
}
