//! The public JSON API, in exactly the contract's shapes.

mod bank;
mod books;
mod changes;
mod desk;
mod examples;
mod settings;
mod staff;

use crate::support::app::{TestApp, settings};
use crate::support::client::Answer;
use crate::support::flow;
use crate::support::gateway::Call;
use crate::support::gift::{Form, eur};
use futures_util::future::join_all;
use mainstay::domain::audit::Actor;
use mainstay::domain::bank::CreditorReference;
use mainstay::usecases::refund::{self, RefundOrder};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

fn pledge() -> Value {
    json!({
        "campaign": "press-fund", "amount": {"minor": 2500, "currency": "EUR"}, "frequency": "once",
        "gateway": "sandbox", "donor": {"email": "ann@example.org", "name": "Ann Reader"}, "message": null,
        "anonymous": false, "cover_fees": false, "tier": null, "from": "about-our-funding"
    })
}

fn with(field: &str, value: Value) -> Value {
    let mut body = pledge();
    body[field] = value;
    body
}

async fn post(app: &TestApp, body: &Value, key: Option<&str>) -> Answer {
    let Some(key) = key else { return app.client().post_json("/api/v1/pledges", body).await };
    let request = app
        .client()
        .request(Method::POST, "/api/v1/pledges")
        .header("content-type", "application/json")
        .header("idempotency-key", key)
        .body(body.to_string());
    app.client().send(request).await
}

/// Problem details with this status and code; the fields that are named in it.
fn assert_problem(answer: &Answer, status: u16, code: &str) -> Vec<(String, String)> {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let problem = answer.json();
    assert_eq!((problem["code"].as_str(), problem["status"].as_u64()), (Some(code), Some(u64::from(status))));
    assert_eq!(problem["type"], "about:blank");
    assert!(problem["title"].is_string() && problem["detail"].is_string(), "{problem}");
    assert_eq!(problem["request_id"].as_str(), Some(answer.header("x-request-id")));
    let fields = problem["fields"].as_array().cloned().unwrap_or_default();
    let pair = |field: &Value| {
        assert!(field["message"].is_string(), "{field}");
        (field["field"].as_str().unwrap().to_owned(), field["code"].as_str().unwrap().to_owned())
    };
    let mut fields: Vec<_> = fields.iter().map(pair).collect();
    fields.sort();
    fields
}

flow! {
    async fn a_pledge_that_is_paid_elsewhere_answers_with_a_redirect(app) {
        let answer = post(&app, &pledge(), None).await;

        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("cache-control"), "no-store");
        let body = answer.json();
        let keys: Vec<&String> = body.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["id", "next", "status", "status_url"]);
        let id = body["id"].as_str().unwrap();
        assert!(id.starts_with("plg_"), "{id}");
        assert_eq!(body["status"], "pending");
        let url = body["next"]["url"].as_str().unwrap();
        assert!(url.starts_with(&format!("{}/sandbox/pay/sbp_", app.url)), "{url}");
        assert_eq!(body["next"], json!({"type": "redirect", "url": url}));
        let status_url = body["status_url"].as_str().unwrap();
        assert!(status_url.starts_with(&format!("{}/api/v1/pledges/{id}?token=", app.url)), "{status_url}");
        assert_eq!(answer.header("location"), status_url);

        let status = app.client().get(status_url).await;
        assert_eq!(status.json(), json!({"id": id, "status": "pending"}));
        assert_eq!(status.header("cache-control"), "no-store");
        let thanks = app.client().pay(url, "succeed", "now").await;
        app.run_jobs().await;
        assert_eq!(app.client().get(status_url).await.json(), json!({"id": id, "status": "fulfilled"}));
        let terms = app.view(&thanks).await.pledge.terms;
        assert_eq!(terms.source.article.unwrap().as_str(), "about-our-funding");
        assert_eq!(terms.name.unwrap().as_str(), "Ann Reader");
    }
}

flow! {
    async fn a_pledge_by_transfer_answers_with_instructions(app) {
        let answer = post(&app, &with("gateway", json!("bank_transfer")), None).await;

        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        let next = &answer.json()["next"];
        let reference = next["reference"].as_str().unwrap();
        assert!(reference.parse::<CreditorReference>().is_ok(), "{reference}");
        let text = next["text"].as_str().unwrap();
        assert!(text.contains(reference) && text.contains("€25.00") && text.contains("Mainstay demo"), "{text}");
        let account = json!({"holder": "Mainstay demo", "iban": "DE02 1203 0000 0000 2020 51", "bic": "BYLADEM1001"});
        assert_eq!(
            *next,
            json!({"type": "instructions", "reference": reference, "text": text, "account": account})
        );
    }
}

flow! {
    async fn only_what_is_needed_must_be_sent(app) {
        let body = json!({
            "campaign": "press-fund", "amount": {"minor": 500, "currency": "eur"}, "gateway": "sandbox",
            "donor": {"email": "ann@example.org"}
        });
        assert_eq!(post(&app, &body, None).await.status, StatusCode::CREATED);

        let mut full = pledge();
        full["message"] = json!("Words");
        full["anonymous"] = json!(true);
        full["cover_fees"] = json!(true);
        full["tribute"] = json!({"kind": "in_honour_of", "name": "Rosa"});
        full["utm"] = json!({"source": "letter", "medium": null});
        assert_eq!(post(&app, &full, None).await.status, StatusCode::CREATED);
        assert_eq!(
            app.lines("SELECT amount_minor || ' ' || fee_cover_minor AS line FROM pledges ORDER BY amount_minor").await,
            ["500 0", "2601 101"]
        );
    }
}

flow! {
    async fn one_key_is_one_pledge(app) {
        let first = post(&app, &pledge(), Some("k1")).await;

        let body = pledge();
        let all = join_all((0..20).map(|_| post(&app, &body, Some("k1")))).await;
        for again in all {
            assert_eq!((again.status, again.json()), (StatusCode::CREATED, first.json()));
        }
        // The order of the fields is no content.
        let reordered = r#"{"gateway":"sandbox","tier":null,"donor":{"name":"Ann Reader","email":"ann@example.org"},
            "campaign":"press-fund","amount":{"currency":"EUR","minor":2500},"frequency":"once","message":null,
            "anonymous":false,"cover_fees":false,"from":"about-our-funding"}"#;
        let request = app
            .client()
            .request(Method::POST, "/api/v1/pledges")
            .header("content-type", "application/json")
            .header("idempotency-key", "k1")
            .body(reordered);
        assert_eq!(app.client().send(request).await.json(), first.json());
        for (field, value) in [("amount", json!({"minor": 2600, "currency": "EUR"})), ("message", json!("x"))] {
            assert_problem(&post(&app, &with(field, value), Some("k1")).await, 422, "idempotency_key_reused");
        }
        assert_eq!(app.count("pledges").await, 1);
        assert_eq!(app.sandbox().calls(Call::StartCheckout), 1);

        // Another key is another pledge, though the content is the same.
        let second = post(&app, &pledge(), Some("k2")).await;
        assert_ne!(second.json()["id"], first.json()["id"]);
        for bad in ["", &"k".repeat(256)] {
            assert_problem(&post(&app, &pledge(), Some(bad)).await, 400, "idempotency_key");
        }
        // A key whose first request was refused is free.
        assert_problem(&post(&app, &with("tier", json!("gold")), Some("k3")).await, 422, "invalid");
        assert_eq!(post(&app, &pledge(), Some("k3")).await.status, StatusCode::CREATED);
    }
}

flow! {
    async fn twenty_requests_at_once_under_one_new_key_are_one_pledge(app) {
        let body = pledge();
        let all = join_all((0..20).map(|_| post(&app, &body, Some("at-once")))).await;

        let first = all[0].json();
        for answer in &all {
            assert_eq!((answer.status, answer.json()), (StatusCode::CREATED, first.clone()));
        }
        assert_eq!(app.count("pledges").await, 1);
        assert_eq!(app.count("sandbox_payments").await, 1);
    }
}

flow! {
    async fn a_patron_may_come_through_the_api_at_a_tier(app) {
        let tiers = app.client().get("/api/v1/campaigns/press-fund").await.json()["tiers"].clone();
        let slugs: Vec<&str> = tiers.as_array().unwrap().iter().map(|tier| tier["slug"].as_str().unwrap()).collect();
        assert_eq!(slugs, ["reader", "friend", "founder"]);
        assert_eq!(tiers[2]["places_left"], 50);
        let monthly = json!({"frequency": "monthly", "amount": {"minor": 1000, "currency": "EUR"}});
        assert!(tiers[1]["prices"].as_array().unwrap().contains(&monthly), "{tiers}");

        let mut wanted = with("frequency", json!("monthly"));
        wanted["tier"] = json!("founder");
        let fields = assert_problem(&post(&app, &wanted, None).await, 422, "invalid");
        assert_eq!(fields, [("amount".to_owned(), "below_tier".to_owned())]);
        wanted["frequency"] = json!("weekly");
        let fields = assert_problem(&post(&app, &wanted, None).await, 422, "invalid");
        assert_eq!(fields, [("tier".to_owned(), "tier_not_offered".to_owned())]);
        wanted["tier"] = json!("friend");
        let answer = post(&app, &wanted, None).await.json();
        let page = answer["next"]["url"].as_str().unwrap().trim_start_matches(&app.url).to_owned();
        app.client().pay(&page, "succeed", "now").await;
        app.run_jobs().await;

        let status = answer["status_url"].as_str().unwrap().trim_start_matches(&app.url).to_owned();
        assert_eq!(app.client().get(&status).await.json()["status"], "active");
    }
}

flow! {
    async fn all_mistakes_come_back_together(app) {
        let body = json!({
            "campaign": "edited", "amount": {"minor": 0, "currency": "EUR"}, "frequency": "hourly",
            "gateway": "stripe", "donor": {"email": "ann", "name": "N".repeat(81)}, "message": "m".repeat(1001),
            "tier": "gold", "tribute": {"kind": "in_memory_of", "name": ""}
        });
        let fields = assert_problem(&post(&app, &body, None).await, 422, "invalid");

        let expected = [
            ("amount", "invalid_amount"),
            ("campaign", "unknown_campaign"),
            ("email", "invalid_email"),
            ("frequency", "unknown_frequency"),
            ("gateway", "unknown_gateway"),
            ("message", "too_long"),
            ("name", "too_long"),
            ("tier", "unknown_tier"),
            ("tribute_name", "missing"),
        ];
        assert_eq!(fields, expected.map(|(field, code)| (field.to_owned(), code.to_owned())));
        for (minor, currency, field, code) in [
            (99, "EUR", "amount", "amount_too_small"),
            (1_000_001, "EUR", "amount", "amount_too_large"),
            (i64::MAX, "EUR", "amount", "amount_too_large"),
            (-1, "EUR", "amount", "invalid_amount"),
            (2500, "CHF", "currency", "currency_not_taken"),
            (2500, "EURO", "currency", "unknown_currency"),
        ] {
            let answer = post(&app, &with("amount", json!({"minor": minor, "currency": currency})), None).await;
            assert_eq!(assert_problem(&answer, 422, "invalid"), [(field.to_owned(), code.to_owned())]);
        }
        assert_eq!(app.count("pledges").await, 0);
    }
}

flow! {
    async fn what_is_no_such_json_is_refused(app) {
        let mut unknown = pledge();
        unknown["amount"]["decimals"] = json!(2);
        for body in [
            with("amounts", json!(1)),
            unknown,
            with("donor", json!({"email": "a@b.example", "admin": true})),
            with("amount", json!({"minor": 25.5, "currency": "EUR"})),
            with("amount", json!({"minor": "2500", "currency": "EUR"})),
            with("anonymous", json!("yes")),
            json!([]),
            json!(null),
        ] {
            assert_problem(&post(&app, &body, None).await, 400, "malformed");
        }
        let send = async |content_type: &str, body: String| {
            let request = app.client().request(Method::POST, "/api/v1/pledges").header("content-type", content_type);
            app.client().send(request.body(body)).await
        };
        assert_problem(&send("application/json", "{".to_owned()).await, 400, "malformed");
        let twice = pledge().to_string().replacen('{', "{\"campaign\":\"press-fund\",", 1);
        assert_problem(&send("application/json", twice).await, 400, "malformed");
        assert_problem(&send("text/plain", pledge().to_string()).await, 415, "content_type");
        assert_problem(&send("application/x-www-form-urlencoded", Form::gift().body()).await, 415, "content_type");
        let large = with("message", json!("m".repeat(70_000)));
        assert_problem(&post(&app, &large, None).await, 413, "too_large");
        assert_problem(&app.client().get("/api/v1/no-such").await, 404, "not_found");
        assert_problem(&app.client().get("/api/v1/campaigns/no-such").await, 404, "not_found");
        assert_eq!(app.count("pledges").await, 0);
    }
}

flow! {
    settings: settings(&[("MAINSTAY_LIMITS__PLEDGES_PER_IP_BURST", "1")]),
    async fn the_limits_of_the_form_hold_here_too(app) {
        assert_eq!(post(&app, &pledge(), Some("a")).await.status, StatusCode::CREATED);

        let refused = post(&app, &pledge(), Some("b")).await;
        assert_problem(&refused, 429, "rate_limited");
        let wait: i64 = refused.header("retry-after").parse().unwrap();
        app.clock.advance(chrono::TimeDelta::seconds(wait));
        assert_eq!(post(&app, &pledge(), Some("b")).await.status, StatusCode::CREATED, "it was told the truth");
        assert_eq!(post(&app, &pledge(), Some("a")).await.status, StatusCode::CREATED, "a repeat takes nothing");
    }
}

flow! {
    async fn a_campaign_says_what_a_form_needs_and_how_far_it_is(app) {
        let read = async || app.client().get("/api/v1/campaigns/press-fund").await;
        let answer = read().await;
        assert_eq!(answer.status, StatusCode::OK);
        let body = answer.json();
        let eur_amounts = |minors: [i64; 4]| minors.map(|minor| json!({"minor": minor, "currency": "EUR"}));
        assert!(body["id"].as_str().unwrap().starts_with("cmp_"));
        for (field, value) in [
            ("slug", json!("press-fund")),
            ("title", json!("Press fund")),
            ("open", json!(true)),
            ("starts_on", json!(null)),
            ("ends_on", json!(null)),
            ("frequencies", json!(["once", "weekly", "monthly", "quarterly", "yearly"])),
            ("goal", json!({"minor": 2_000_000, "currency": "EUR"})),
            ("progress", json!([])),
            (
                "gateways",
                json!([
                    {"code": "sandbox", "label": "Test payment"},
                    {"code": "bank_transfer", "label": "Bank transfer"}
                ]),
            ),
        ] {
            assert_eq!(body[field], value, "{field}");
        }
        assert_eq!(
            body["currencies"][0],
            json!({
                "code": "EUR", "exponent": 2, "amounts": eur_amounts([1000, 2500, 5000, 10_000]),
                "minimum": {"minor": 100, "currency": "EUR"}, "maximum": {"minor": 1_000_000, "currency": "EUR"}
            })
        );

        app.promises(&Form::gift().by(1)).await;
        assert_eq!(read().await.json()["progress"], json!([]), "a promise is no money");
        let given = app.gives(&Form::gift().by(2)).await;
        app.gives(&Form::gift().by(3).set("currency", "USD").set("amount", "10")).await;
        let progress = |minor, currency, donations| {
            json!({"received": {"minor": minor, "currency": currency}, "donations": donations})
        };
        let sorted = |body: Value| {
            let mut list = body["progress"].as_array().unwrap().clone();
            list.sort_by_key(|entry| entry["received"]["currency"].as_str().unwrap().to_owned());
            list
        };
        assert_eq!(sorted(read().await.json()), [progress(2500, "EUR", 1), progress(1000, "USD", 1)]);
        for (amount, left) in [(Some(eur(2000)), 500), (None, 0)] {
            let order = RefundOrder { donation: given.donation.id, amount, reason: None, request_key: None };
            refund::order(app.ctx(), Actor::Command, order).await.unwrap();
            app.run_jobs().await;
            assert_eq!(sorted(read().await.json())[0], progress(left, "EUR", 1));
        }
    }
}

flow! {
    settings: settings(&[("MAINSTAY_SITE__CURRENCIES", "EUR,JPY,KWD")]),
    async fn each_currency_has_its_own_decimals(app) {
        let body = app.client().get("/api/v1/campaigns/press-fund").await.json();
        let exponents: Vec<_> = body["currencies"]
            .as_array()
            .unwrap()
            .iter()
            .map(|currency| (currency["code"].as_str().unwrap(), currency["exponent"].as_u64().unwrap()))
            .collect();
        assert_eq!(exponents, [("EUR", 2), ("JPY", 0), ("KWD", 3)]);
        assert_eq!(body["currencies"][1]["amounts"][0], json!({"minor": 1000, "currency": "JPY"}));
        assert_eq!(body["currencies"][2]["minimum"], json!({"minor": 100, "currency": "KWD"}));

        let yen = with("amount", json!({"minor": 500, "currency": "JPY"}));
        let url = post(&app, &yen, None).await.json()["next"]["url"].as_str().unwrap().to_owned();
        let page = app.client().get(&url).await.text();
        assert!(page.contains("¥500") && !page.contains("¥500.") && !page.contains("¥5."), "{page}");
    }
}

flow! {
    settings: settings(&[("MAINSTAY_SERVER__CORS_ORIGINS", "https://www.example.org,https://other.example.org")]),
    async fn pages_of_the_configured_sites_may_call_and_no_others(app) {
        let ask = async |method: Method, path: &str, origin: &str| {
            let request = app
                .client()
                .request(method, path)
                .header("origin", origin)
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "content-type,idempotency-key")
                .header("sec-fetch-site", "cross-site");
            app.client().send(request).await
        };
        let campaign = "/api/v1/campaigns/press-fund";
        for origin in ["https://www.example.org", "https://other.example.org"] {
            for (method, path, status) in [
                (Method::GET, campaign, 200),
                (Method::OPTIONS, "/api/v1/pledges", 204),
                (Method::POST, "/api/v1/pledges", 415),
                (Method::GET, "/api/v1/campaigns/none", 404),
            ] {
                let answer = ask(method.clone(), path, origin).await;
                assert_eq!(answer.status.as_u16(), status, "{method} {path}");
                assert_eq!(answer.header("access-control-allow-origin"), origin, "{method} {path}");
                assert!(answer.header("vary").to_lowercase().contains("origin"), "{method} {path}");
                assert!(answer.headers.get("access-control-allow-credentials").is_none());
            }
            let preflight = ask(Method::OPTIONS, "/api/v1/pledges", origin).await;
            assert_eq!(preflight.header("access-control-allow-headers"), "content-type, idempotency-key");
            assert_eq!(preflight.header("access-control-allow-methods"), "GET, POST");
        }
        for origin in ["https://evil.example", "null", "https://www.example.org.evil.example", "http://www.example.org"] {
            for method in [Method::GET, Method::OPTIONS] {
                let answer = ask(method, campaign, origin).await;
                assert!(answer.headers.get("access-control-allow-origin").is_none(), "{origin}");
                assert!(answer.header("vary").to_lowercase().contains("origin"));
            }
        }
        for path in ["/", "/donate"] {
            let page = ask(Method::GET, path, "https://www.example.org").await;
            assert!(page.headers.get("access-control-allow-origin").is_none(), "{path}");
        }
    }
}
