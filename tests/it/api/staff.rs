//! The API for the publisher's own programs: who gets in, what lists answer, and money back.

use super::assert_problem;
use crate::bank_statements::{Entry, camt};
use crate::support::flow;
use crate::support::gift::Form;
use mainstay::domain::access::Scope;
use mainstay::domain::audit::Actor;
use mainstay::usecases::staff::tokens::{self, REQUESTS_PER_MINUTE};
use mainstay::usecases::{Context, UseCaseError};
use mainstay::web::{Access, api_routes};
use reqwest::{Method, StatusCode};
use serde_json::json;
use std::sync::Arc;

/// A path of the table with something in its places.
fn example(path: &str) -> String {
    path.replace("{id}", "don_01KV5BJH80EQ75JV2581H6HJZ9")
        .replace("{note}", "not_01KV5BJH80EQ75JV2581H6HJZ9")
        .replace("{slug}", "no-such")
}

flow! {
    async fn a_token_opens_what_its_scope_says_and_nothing_opens_without_one(app) {
        let mut tried = 0;
        for route in api_routes() {
            let Access::Token(needed) = route.access else { continue };
            let (method, path) = (Method::from_bytes(route.method.as_bytes()).unwrap(), example(route.path));
            let nobody = app.client();
            for header in [None, Some("Bearer mst_nothing"), Some("Basic bXN0Xw=="), Some("Bearer "), Some("mst_x")] {
                let mut request = nobody.request(method.clone(), &format!("/api/v1{path}"));
                if let Some(header) = header {
                    request = request.header("authorization", header);
                }
                let answer = nobody.send(request).await;
                assert_problem(&answer, 401, "unauthorized");
                assert_eq!(answer.header("www-authenticate"), "Bearer");
            }
            for scope in Scope::ALL {
                let program = app.program(*scope).await;
                let answer = program.asks(method.clone(), &path, Some(&json!({})), &[]).await;
                if scope.may(needed) {
                    let is_in = matches!(answer.status.as_u16(), 200 | 404 | 422 | 428);
                    assert!(is_in, "{path} by {scope}: {}", answer.text());
                } else {
                    assert_problem(&answer, 403, "forbidden");
                }
                tried += 1;
            }
        }
        assert!(tried > 150, "only {tried}");
    }
}

flow! {
    async fn a_token_that_was_ended_or_is_over_opens_nothing(app) {
        let program = app.program(Scope::Read).await;
        program.reads("/donations").await;
        let known = tokens::list(app.ctx()).await.unwrap();
        tokens::revoke(app.ctx(), Actor::Command, known[0].id).await.unwrap();
        assert_problem(&program.asks(Method::GET, "/donations", None, &[]).await, 401, "unauthorized");

        let program = app.program(Scope::Read).await;
        app.clock.advance(chrono::TimeDelta::days(30));
        assert_problem(&program.asks(Method::GET, "/donations", None, &[]).await, 401, "unauthorized");
    }
}

flow! {
    async fn lists_are_read_to_their_end_by_cursor_and_each_value_is_what_it_is(app) {
        let mut given = Vec::new();
        for number in 1..=5 {
            let email = format!("reader-{number}@example.org");
            app.clock.advance(chrono::TimeDelta::seconds(1));
            given.push(app.gives(&Form::gift().set("email", &email).set("form_id", &email)).await);
        }
        let program = app.program(Scope::Read).await;
        let (mut seen, mut next) = (Vec::new(), String::new());
        loop {
            let page = program.reads(&format!("/donations?limit=2{next}")).await;
            let items = page["items"].as_array().unwrap().clone();
            assert!(items.len() <= 2);
            seen.extend(items);
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            next = format!("&cursor={}", url::form_urlencoded::byte_serialize(cursor.as_bytes()).collect::<String>());
        }
        let ids: Vec<&str> = seen.iter().map(|item| item["id"].as_str().unwrap()).collect();
        let wanted: Vec<String> = given.iter().rev().map(|gift| gift.donation.id.to_string()).collect();
        assert_eq!(ids, wanted, "the newest first, each once");

        let first = &seen[4];
        assert_eq!(first["amount"], json!({ "minor": 2500, "currency": "EUR" }));
        assert_eq!((&first["status"], &first["email"]), (&json!("succeeded"), &json!("reader-1@example.org")));
        assert_eq!(first["donor"]["name"], "Ann Reader");
        assert!(first["received"].as_str().unwrap().ends_with('Z'), "{first}");
        assert_eq!(program.reads(&format!("/donations/{}", wanted[4])).await, *first, "alone as in the list");
        let pledge = program.reads(&format!("/pledges/{}", given[0].pledge.id)).await;
        assert_eq!((&pledge["status"], &pledge["frequency"]), (&json!("fulfilled"), &json!("once")));
        let receipt = first["receipt"].as_str().unwrap();
        assert_eq!(program.reads(&format!("/receipts/{receipt}")).await["donation"], wanted[4].as_str());

        let found = program.reads("/donors?q=reader-3").await;
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
        assert_eq!(found["items"][0]["gifts"], 1);
        let all = program.reads("/donations?status=&q=&cursor=").await;
        assert_eq!(all["items"].as_array().unwrap().len(), 5, "what is left empty asks for nothing");
        assert_eq!(program.reads("/donations?status=failed").await, json!({ "items": [], "next_cursor": null }));
        for path in ["/donations/don_01KV5BJH80EQ75JV2581H6HJZ9", "/donations/Ann%20Reader", "/donors/reader-3"] {
            assert_problem(&program.asks(Method::GET, path, None, &[]).await, 404, "not_found");
        }
    }
}

flow! {
    async fn a_query_that_cannot_be_taken_is_refused_and_never_answered_with_everything(app) {
        let program = app.program(Scope::Read).await;
        for path in [
            "/donations?statsu=failed", "/donations?status=none", "/donations?limit=0", "/donations?limit=201",
            "/donations?limit=x", "/donations?cursor=x", "/donations?order=x", "/donations?from=yesterday",
            "/donors?status=succeeded", "/donations?status=failed&status=failed", "/donations?at=a~x~y", "/donations?column=fee",
            "/ledger/entries?kind=gift", "/ledger/entries?account=income", "/ledger/entries?cursor=a~x~y", "/ledger/entries?to=x",
            "/ledger/accounts?currency=EUR", "/articles?draft=true", "/exports?status=ready", "/reviews?cursor=x", "/reports/timeline?from=x", "/reports/timeline?currency=XXX1",
            "/reports/timeline?from=2026-02-01&to=2026-01-01", "/reports/articles?statsu=x",
        ] {
            assert_problem(&program.asks(Method::GET, path, None, &[]).await, 422, "invalid_query");
        }
    }
}

flow! {
    async fn what_a_program_has_already_is_not_sent_again(app) {
        app.gives(&Form::gift()).await;
        let program = app.program(Scope::Read).await;
        let first = program.asks(Method::GET, "/donations", None, &[]).await;
        let tag = first.header("etag").to_owned();
        assert_eq!(first.header("cache-control"), "private, no-cache");
        let again = program.asks(Method::GET, "/donations", None, &[("if-none-match", &tag)]).await;
        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
        app.gives(&Form::gift().set("form_id", "another")).await;
        let changed = program.asks(Method::GET, "/donations", None, &[("if-none-match", &tag)]).await;
        assert_eq!(changed.status, StatusCode::OK);
        assert_ne!(changed.header("etag"), tag);
    }
}

flow! {
    async fn money_goes_back_once_however_often_the_request_comes(app) {
        let given = app.gives(&Form::gift()).await;
        let (finance, other) = (app.program(Scope::Finance).await, app.program(Scope::Finance).await);
        let path = format!("/donations/{}/refunds", given.donation.id);
        let part = json!({ "amount": { "minor": 1000, "currency": "EUR" }, "reason": "twice by mistake" });
        let key = [("idempotency-key", "one")];

        let made = finance.asks(Method::POST, &path, Some(&part), &key).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
        assert_eq!((&made.json()["status"], &made.json()["amount"]["minor"]), (&json!("pending"), &json!(1000)));
        let again = finance.asks(Method::POST, &path, Some(&part), &key).await;
        assert_eq!((again.status, again.json()), (StatusCode::CREATED, made.json()));
        let less = json!({ "amount": { "minor": 900, "currency": "EUR" } });
        assert_problem(&finance.asks(Method::POST, &path, Some(&less), &key).await, 422, "idempotency_key_reused");
        // The keys of two programs have nothing to do with each other.
        let theirs = other.asks(Method::POST, &path, Some(&part), &key).await;
        assert_eq!(theirs.status, StatusCode::CREATED);
        assert_ne!(theirs.json()["id"], made.json()["id"]);
        let answer = finance.asks(Method::POST, &path, Some(&part), &[]).await;
        assert_problem(&answer, 409, "refund_too_large");
        for wrong in [
            json!({ "amount": { "minor": 100, "currency": "USD" } }), json!({ "amount": { "minor": 0, "currency": "EUR" } }),
            json!({ "amount": { "minor": -5, "currency": "EUR" } }), json!({ "amount": { "minor": 5, "currency": "EURO" } }),
        ] {
            assert_problem(&finance.asks(Method::POST, &path, Some(&wrong), &[]).await, 422, "invalid");
        }
        assert_problem(&finance.asks(Method::POST, &path, Some(&json!({ "amout": 5 })), &[]).await, 422, "invalid_body");
        let whole = finance.asks(Method::POST, &path, Some(&json!({ "amount": { "minor": 100.5, "currency": "EUR" } })), &[]).await;
        assert_problem(&whole, 422, "invalid_body");
        let amount = json!({ "minor": 100, "currency": "EUR" });
        let listed = finance.asks(Method::POST, &path, Some(&json!([amount])), &[]).await;
        assert_problem(&listed, 422, "invalid_body");
        for key in ["two words", "", "a\tb", &"k".repeat(256)] {
            let answer = finance.asks(Method::POST, &path, Some(&part), &[("idempotency-key", key)]).await;
            assert_problem(&answer, 400, "idempotency_key");
        }
        let twice = finance.asks(Method::GET, "/campaigns/press-fund?after=a&after=b", None, &[]).await;
        assert_problem(&twice, 400, "duplicate_field");

        app.run_jobs().await;
        let known = finance.reads(&path).await;
        let statuses: Vec<_> = known["items"].as_array().unwrap().iter().map(|refund| refund["status"].clone()).collect();
        assert_eq!(statuses, ["succeeded", "succeeded"]);
        let all = finance.asks(Method::POST, &path, Some(&json!({})), &[]).await;
        assert_eq!(all.json()["amount"]["minor"], 500, "what is left");
        app.run_jobs().await;
        assert_eq!(finance.reads(&format!("/donations/{}", given.donation.id)).await["status"], "refunded");
        let by = app.lines("SELECT DISTINCT actor_kind AS line FROM audit_log WHERE action = 'donation.refunded'").await;
        assert_eq!(by, ["token"]);
    }
}

flow! {
    async fn reports_count_what_the_books_hold(app) {
        app.gives(&Form::gift()).await;
        app.gives(&Form::gift().set("form_id", "another").set("amount", "10")).await;
        let program = app.program(Scope::Read).await;
        let summary = program.reads("/reports/summary").await;
        let once = &summary["received"][0]["this_month"]["once"];
        assert_eq!((&once["donations"], &once["gross"]), (&json!(2), &json!({ "minor": 3500, "currency": "EUR" })));
        let timeline = program.reads("/reports/timeline?currency=EUR").await;
        let steps = timeline["currencies"][0]["steps"].as_array().unwrap();
        let gross: i64 = steps.iter().map(|step| step["once"]["gross"]["minor"].as_i64().unwrap()).sum();
        assert_eq!(gross, 3500);
        let articles = program.reads("/reports/articles").await;
        assert_eq!(articles["items"][0]["sums"]["gross"]["minor"], 3500);
        assert!(program.reads("/reports/patrons").await["currencies"].is_array());
    }
}

/// When the shared limit of the token is whole again: it moves when something is fetched from it.
const WRITTEN: &str =
    "SELECT COALESCE(MAX(full_at_us), 0) AS number FROM rate_limits WHERE bucket LIKE 'token %'";

flow! {
    async fn processes_share_the_limit_of_a_token_and_seldom_write_about_it(app) {
        app.program(Scope::Read).await;
        let token = tokens::list(app.ctx()).await.unwrap()[0].id;
        let other = Context { shares: Arc::default(), ..app.ctx().clone() };
        let (mut handed_out, mut fetched, mut known) = (0, 0, 0);
        'asking: loop {
            for ctx in [app.ctx(), &other] {
                if tokens::count_use(ctx, token).await.is_err() {
                    break 'asking;
                }
                handed_out += 1;
                let now = app.number(WRITTEN).await;
                fetched += i32::from(now != known);
                known = now;
            }
        }
        // What one of them has fetched and not handed out yet is never more than a share.
        assert!((REQUESTS_PER_MINUTE - 64..=REQUESTS_PER_MINUTE).contains(&handed_out), "{handed_out}");
        assert!(fetched < 30, "{fetched} writes for {handed_out} requests");
        // A share that lay unused is not handed out on top of the next minute.
        app.clock.advance(chrono::TimeDelta::minutes(1));
        let mut after = 0;
        while tokens::count_use(&other, token).await.is_ok() {
            after += 1;
        }
        assert!(after <= REQUESTS_PER_MINUTE, "{after}");
    }
}

flow! {
    async fn a_program_that_asks_too_often_is_told_when_to_come_back(app) {
        let program = app.program(Scope::Read).await;
        let answer = program.asks(Method::GET, "/jobs?limit=1", None, &[]).await;
        assert_eq!(answer.header("ratelimit-policy"), format!("\"token\";q={REQUESTS_PER_MINUTE};w=60"));
        assert_eq!(answer.header("ratelimit"), format!("\"token\";r={};t=0", REQUESTS_PER_MINUTE - 1));
        let token = tokens::list(app.ctx()).await.unwrap()[0].id;
        let before = app.number(WRITTEN).await;
        for left in (0..REQUESTS_PER_MINUTE - 1).rev() {
            assert_eq!(tokens::count_use(app.ctx(), token).await.unwrap().left, left);
        }
        assert!(app.number(WRITTEN).await > before);
        for _ in 0..3 {
            // A try that came to nothing costs nothing, and opens nothing.
            let refused = tokens::count_use(app.ctx(), token).await.unwrap_err();
            assert!(matches!(refused, UseCaseError::RateLimited { .. }), "{refused}");
        }
        let refused = program.asks(Method::GET, "/jobs?limit=1", None, &[]).await;
        assert_problem(&refused, 429, "rate_limited");
        assert!(refused.header("retry-after").parse::<u32>().unwrap() >= 1);
        assert!(refused.header("ratelimit").starts_with("\"token\";r=0;t="));
        assert_eq!(app.program(Scope::Read).await.asks(Method::GET, "/jobs", None, &[]).await.status, StatusCode::OK);
        app.clock.advance(chrono::TimeDelta::minutes(1));
        assert_eq!(program.asks(Method::GET, "/jobs", None, &[]).await.status, StatusCode::OK);
    }
}

flow! {
    async fn every_list_answers_with_what_its_description_says(app) {
        app.gives(&Form::gift()).await;
        app.gives(&Form::gift().set("form_id", "monthly").set("frequency", "monthly")).await;
        app.reads(camt(&[Entry::new("donation")]).as_bytes(), None).await;
        let description = app.client().get("/api/v1/openapi.json").await.json();
        assert_eq!(description["openapi"], "3.1.0");
        let program = app.program(Scope::Finance).await;
        let mut rows = 0;
        for (path, methods) in description["paths"].as_object().unwrap() {
            if path.contains('{') {
                continue;
            }
            let schema = &methods["get"]["responses"]["200"]["content"]["application/json"]["schema"];
            let Some(item) = schema["properties"]["items"]["items"]["$ref"].as_str() else { continue };
            let wanted = &description["components"]["schemas"][item.rsplit('/').next().unwrap()]["required"];
            let mut wanted: Vec<&str> = wanted.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
            wanted.sort_unstable();
            for item in program.reads(path).await["items"].as_array().unwrap() {
                let mut names: Vec<&str> = item.as_object().unwrap().keys().map(String::as_str).collect();
                names.sort_unstable();
                assert_eq!(names, wanted, "{path}");
                rows += 1;
            }
        }
        assert!(rows > 10, "{rows} rows");
        let page = app.client().get("/api/docs").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains("POST /api/v1/donations/{id}/refunds"));
    }
}
