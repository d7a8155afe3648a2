//! Settings for programs: read, and changed where no money is led elsewhere and nobody let in.

use super::assert_problem;
use crate::support::app::settings;
use crate::support::flow;
use crate::support::program::Program;
use mainstay::domain::access::Scope;
use reqwest::Method;
use serde_json::{Value, json};

async fn read(program: &Program<'_>) -> (Value, String) {
    let answer = program.asks(Method::GET, "/settings", None, &[]).await;
    (answer.json(), answer.header("etag").to_owned())
}

fn of<'a>(all: &'a Value, key: &str) -> &'a Value {
    all["items"].as_array().unwrap().iter().find(|item| item["key"] == key).unwrap()
}

flow! {
    settings: settings(&[("MAINSTAY_SITE__LOCALES", "en,fr")]),
    async fn a_program_reads_settings_and_changes_those_it_may_if_nobody_else_did(app) {
        let program = app.program(Scope::Finance).await;
        let (all, tag) = read(&program).await;
        assert_eq!(of(&all, "site.name")["value"], "Mainstay");
        assert_eq!((&of(&all, "site.name")["from"], &of(&all, "site.name")["changeable"]), (&json!("default"), &json!(true)));
        assert_eq!((&of(&all, "site.locales")["from"], &of(&all, "site.locales")["changeable"]), (&json!("machine"), &json!(false)));
        assert_eq!(of(&all, "bank_transfer.iban")["changeable"], false);

        let body = json!({ "values": { "site.name": "The Lantern", "limits.minimum.EUR": "5.00", "patrons.grace_days": 30 } });
        assert_problem(&program.asks(Method::POST, "/settings", Some(&body), &[]).await, 428, "precondition_required");
        let answer = program.asks(Method::POST, "/settings", Some(&body), &[("if-match", &tag), ("idempotency-key", "n1")]).await;
        assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({ "changed": 3 })), "{}", answer.text());
        let again = program.asks(Method::POST, "/settings", Some(&body), &[("if-match", &tag), ("idempotency-key", "n1")]).await;
        assert_eq!(again.json(), json!({ "changed": 3 }), "done once, answered again");
        assert!(app.client().get("/").await.text().contains("The Lantern</title>"));
        assert_problem(&program.asks(Method::POST, "/settings", Some(&body), &[("if-match", &tag)]).await, 412, "changed_meanwhile");
        assert_eq!(app.count("setting_changes").await, 3);

        let (all, fresh) = read(&program).await;
        assert_eq!(fresh, answer.header("etag"));
        assert_eq!((&of(&all, "site.name")["from"], &of(&all, "limits.minimum.EUR")["value"]), (&json!("office"), &json!("5.00")));
        let back = json!({ "values": { "site.name": null } });
        let answer = program.asks(Method::POST, "/settings", Some(&back), &[("if-match", &fresh)]).await;
        assert_eq!(answer.json(), json!({ "changed": 1 }), "{}", answer.text());
        assert!(app.client().get("/").await.text().contains("Mainstay</title>"));
    }
}

flow! {
    async fn what_a_program_may_not_or_cannot_set_is_refused_field_by_field(app) {
        let program = app.program(Scope::Finance).await;
        let (_, tag) = read(&program).await;
        let cases = [
            (json!({ "bank_transfer.iban": "GB33BUKB20201555555555", "staff.session_hours": 1 }), "by_person"),
            (json!({ "server.bind": "0.0.0.0:1" }), "unknown_setting"),
            (json!({ "site.nonsense": "x" }), "unknown_setting"),
            (json!({ "site.name": 7 }), "invalid"),
            (json!({ "site.name": { "a": 1 } }), "invalid"),
            (json!({ "patrons.grace_days": 2.5 }), "invalid"),
            (json!({ "site.currencies": ["EUR", "XXQ"] }), "invalid"),
            (json!({ "limits.minimum.EUR": "" }), "invalid"),
        ];
        for (values, code) in cases {
            let body = json!({ "values": values });
            let answer = program.asks(Method::POST, "/settings", Some(&body), &[("if-match", &tag)]).await;
            assert_problem(&answer, 422, "invalid");
            assert_eq!(answer.json()["fields"][0]["code"], code, "{values}: {}", answer.text());
        }
        assert_eq!(app.count("setting_changes").await, 0);
        for scope in [Scope::Read, Scope::Write] {
            let program = app.program(scope).await;
            let body = json!({ "values": { "site.name": "Mine" } });
            assert_problem(&program.asks(Method::POST, "/settings", Some(&body), &[("if-match", &tag)]).await, 403, "forbidden");
        }
    }
}
