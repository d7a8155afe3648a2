//! Parameters, keys, lists and pages.

use super::{Caller, encoded, session_of, start, start_with};
use crate::support::stripe::{Fault, Future, Payment};
use chrono::TimeDelta;
use serde_json::{Value, json};

/// A donation's session with one parameter changed, or put in, or taken out.
fn changed<'a>(name: &'a str, value: Option<&'a str>) -> Vec<(&'a str, &'a str)> {
    let mut pairs = session_of("1500", "eur");
    pairs.retain(|(given, _)| *given != name);
    pairs.extend(value.map(|value| (name, value)));
    pairs
}

#[tokio::test]
async fn a_parameter_that_is_unknown_missing_or_of_another_type_is_refused() {
    let (_stripe, _clock, caller) = start();
    let unit = "line_items[0][price_data][unit_amount]";
    let cases = [
        ("colour", Some("red"), "parameter_unknown", "colour"),
        ("payment_method_types[0]", Some("card"), "parameter_unknown", "payment_method_types"),
        ("payment_intent_data[colour]", Some("red"), "parameter_unknown", "payment_intent_data[colour]"),
        ("mode", None, "parameter_missing", "mode"),
        ("success_url", None, "parameter_missing", "success_url"),
        ("success_url", Some("thanks"), "url_invalid", "success_url"),
        (unit, Some("ten"), "parameter_invalid_integer", unit),
        (unit, Some("+10"), "parameter_invalid_integer", unit),
        (unit, None, "parameter_missing", unit),
        ("line_items[0][price_data][currency]", Some("EUR"), "invalid_request_error", "line_items"),
        ("adaptive_pricing[enabled]", Some("no"), "parameter_invalid_boolean", "adaptive_pricing[enabled]"),
        ("submit_type", Some("give"), "invalid_request_error", "submit_type"),
        ("locale", Some("tlh"), "invalid_request_error", "locale"),
        ("customer_email", Some("pat"), "email_invalid", "customer_email"),
        ("customer_email", Some(""), "parameter_invalid_empty", "customer_email"),
        ("expires_at", Some("1"), "invalid_request_error", "expires_at"),
        ("adaptive_pricing", Some("false"), "invalid_request_error", ""),
        ("custom_text", Some("thanks"), "parameter_invalid_object", "custom_text"),
        ("locale[0]", Some("de"), "invalid_request_error", ""),
        ("client_reference_id[a]", Some("b"), "invalid_request_error", ""),
        ("expand[0]", Some("colour"), "invalid_request_error", "expand"),
    ];

    for (name, value, word, param) in cases {
        let reply = caller.post("/v1/checkout/sessions", &changed(name, value)).await;
        assert_eq!((reply.status, reply.error()), (400, (word.to_owned(), param.to_owned())), "{name}");
    }
    for broken in ["a=%zz", "a=%ff", "a[b=1", "=1", "a=1&a=2", "a=1&a[b]=2"] {
        let reply = caller.try_call("POST", "/v1/checkout/sessions", broken, None).await.unwrap();
        assert_eq!(reply.status, 400, "{broken}");
    }
}

#[tokio::test]
async fn an_amount_must_be_one_that_stripe_can_charge() {
    let (_stripe, _clock, caller) = start();
    let too_small = [("49", "eur"), ("29", "gbp"), ("299", "sek"), ("17400", "huf"), ("49", "jpy")];
    let uneven = [("10050", "isk"), ("400001", "ugx"), ("5005", "kwd")];
    let right = [
        ("50", "eur"),
        ("17500", "huf"),
        ("50", "jpy"),
        ("500000", "ugx"),
        ("5010", "kwd"),
        ("99999999", "usd"),
    ];

    for (amount, currency) in too_small {
        let reply = caller.post("/v1/checkout/sessions", &session_of(amount, currency)).await;
        assert_eq!(reply.error().0, "amount_too_small", "{amount} {currency}");
    }
    for (amount, currency) in uneven {
        let reply = caller.post("/v1/checkout/sessions", &session_of(amount, currency)).await;
        assert_eq!(reply.error().0, "parameter_invalid_integer", "{amount} {currency}");
    }
    let reply = caller.post("/v1/checkout/sessions", &session_of("100000000", "eur")).await;
    assert_eq!(reply.error().0, "amount_too_large");
    for (amount, currency) in right {
        caller.open(amount, currency).await;
    }
}

#[tokio::test]
async fn only_the_right_key_and_a_known_version_come_in() {
    let (stripe, _clock, caller) = start();

    let stranger = Caller { authorization: "Bearer sk_test_other".to_owned(), ..Caller::of(&stripe) };
    let reply = stranger.get("/v1/account").await;
    assert_eq!((reply.status, reply.error().0), (401, "invalid_request_error".to_owned()));
    for version in [None, Some("newest".to_owned()), Some("2026-09-30".to_owned())] {
        let vague = Caller { version, ..Caller::of(&stripe) };
        assert_eq!(vague.get("/v1/account").await.status, 400);
    }
    let user = Caller { authorization: "Basic c2tfdGVzdF9lbXVsYXRlZDo=".to_owned(), ..Caller::of(&stripe) };
    assert_eq!(user.get("/v1/pay_now").await.status, 404);
    let reply = caller.get("/v1/account").await;
    assert_eq!(reply.json()["id"], "acct_1EmulatedAccount");
    assert!(reply.header("request-id").starts_with("req_"));

    let statuses: Vec<_> = stripe.calls().iter().map(|call| call.status.unwrap()).collect();
    assert_eq!(statuses, [401, 400, 400, 400, 404, 200]);
    caller.get("/v1/account?colour=red").await;
    let last = stripe.calls().pop().unwrap();
    assert_eq!(
        (last.method.as_str(), last.path.as_str(), last.parameters.as_str()),
        ("GET", "/v1/account", "colour=red")
    );
    assert_eq!((last.version.as_deref(), last.key), (Some("2026-09-30.endive"), None));
}

#[tokio::test]
async fn a_key_answers_the_same_for_a_day_and_only_to_the_same_question() {
    let (stripe, clock, caller) = start();
    let path = "/v1/checkout/sessions";
    let (fifteen, twenty) = (session_of("1500", "eur"), session_of("2000", "eur"));

    let first = caller.post_once("a", path, &fifteen).await;
    let again = caller.post_once("a", path, &fifteen).await;
    assert_eq!(first.body, again.body);
    assert_eq!((first.header("idempotent-replayed"), again.header("idempotent-replayed")), ("", "true"));
    assert_eq!(again.header("original-request"), first.header("request-id"));
    let other = caller.post_once("a", path, &twenty).await;
    assert_eq!((other.status, other.error().0), (400, "idempotency_error".to_owned()));

    clock.advance(TimeDelta::hours(24));
    let late = caller.post_once("a", path, &fifteen).await;
    assert_ne!(late.json()["id"], first.json()["id"]);
    assert_eq!(stripe.sessions_with("attempt", "attempt-1").len(), 2);
    assert!(caller.post_once(&"k".repeat(256), path, &fifteen).await.status == 400);
}

#[tokio::test]
async fn a_key_forgets_what_failed_validation_and_keeps_what_failed_in_execution() {
    let (stripe, _clock, caller) = start();
    let mut wrong = session_of("1500", "eur");
    wrong.push(("colour", "red"));

    assert_eq!(caller.post_once("a", "/v1/checkout/sessions", &wrong).await.status, 400);
    let right = caller.post_once("a", "/v1/checkout/sessions", &session_of("1500", "eur")).await;
    assert_eq!(right.status, 200, "{}", right.text());

    let intent = stripe.pay(right.json()["id"].as_str().unwrap(), Payment::Card);
    let too_much = [("payment_intent", intent.as_str()), ("amount", "1501")];
    for replayed in ["", "true"] {
        let reply = caller.post_once("b", "/v1/refunds", &too_much).await;
        assert_eq!((reply.status, reply.header("idempotent-replayed")), (400, replayed));
    }
}

#[tokio::test]
async fn a_second_request_under_a_key_conflicts_while_the_first_is_in_flight() {
    let (stripe, _clock, caller) = start();
    stripe.fail("POST /v1/checkout/sessions", Fault::StallAfter, 1);
    let mut stalled = stripe.stalled();

    let first = tokio::spawn({
        let caller = Caller::of(&stripe);
        async move { caller.post_once("a", "/v1/checkout/sessions", &session_of("1500", "eur")).await }
    });
    stalled.wait_for(|calls| *calls == 1).await.unwrap();
    let second = caller.post_once("a", "/v1/checkout/sessions", &session_of("1500", "eur")).await;
    assert_eq!((second.status, second.error().0), (409, "idempotency_key_in_use".to_owned()));

    stripe.recover();
    let first = first.await.unwrap();
    let third = caller.post_once("a", "/v1/checkout/sessions", &session_of("1500", "eur")).await;
    assert_eq!((first.status, &third.body), (200, &first.body));
}

#[tokio::test]
async fn a_list_is_read_page_by_page_in_both_directions() {
    let (stripe, clock, caller) = start();
    let mut intents = Vec::new();
    for _ in 0..7 {
        let session = caller.open("1500", "eur").await;
        intents.push(stripe.pay(&session, Payment::Card));
        clock.advance(TimeDelta::seconds(1));
    }
    let ids = |reply: &Value| -> Vec<String> {
        reply["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };

    let first = caller.get("/v1/payment_intents?limit=3").await.json();
    assert_eq!(
        (ids(&first), &first["has_more"]),
        (vec![intents[6].clone(), intents[5].clone(), intents[4].clone()], &json!(true))
    );
    let second =
        caller.get(&format!("/v1/payment_intents?limit=4&starting_after={}", intents[4])).await.json();
    assert_eq!(ids(&second), [&intents[3], &intents[2], &intents[1], &intents[0]].map(Clone::clone));
    assert_eq!(second["has_more"], false);
    let back = caller.get(&format!("/v1/payment_intents?limit=2&ending_before={}", intents[3])).await.json();
    assert_eq!((ids(&back), &back["has_more"]), (vec![intents[5].clone(), intents[4].clone()], &json!(true)));

    let since = (crate::support::app::start_of_tests() + TimeDelta::seconds(5)).timestamp();
    let query =
        format!("/v1/payment_intents?created[gte]={since}&expand[]=data.latest_charge.balance_transaction");
    let late = caller.get(&query).await.json();
    assert_eq!(ids(&late), [&intents[6], &intents[5]].map(Clone::clone));
    assert_eq!(late["data"][0]["latest_charge"]["balance_transaction"]["net"], 1500 - 69);
    let by_intent = caller.get(&format!("/v1/charges?payment_intent={}", intents[2])).await.json();
    assert_eq!(by_intent["data"][0]["payment_intent"], json!(intents[2]));
    for wrong in [
        "limit=0",
        "limit=101",
        "starting_after=pi_none",
        "colour=red",
        "created[after]=1",
        "expand[]=data.color",
    ] {
        assert_eq!(caller.get(&format!("/v1/payment_intents?{wrong}")).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn a_session_ends_with_its_time_and_its_page_says_so() {
    let (stripe, clock, caller) = start();
    let session = caller.open("1500", "eur").await;
    let declined = caller.open("1500", "eur").await;
    let intent = stripe.pay(&declined, Payment::Declined);

    clock.advance(TimeDelta::hours(24));
    let reply = caller.get(&format!("/v1/checkout/sessions/{session}")).await.json();
    assert_eq!((&reply["status"], &reply["url"]), (&json!("expired"), &Value::Null));
    let reply = caller.get(&format!("/v1/payment_intents/{intent}")).await.json();
    assert_eq!(reply["status"], "canceled");
    assert_eq!(caller.post(&format!("/v1/checkout/sessions/{session}/expire"), &[]).await.status, 400);
    assert!(caller.get(&format!("/c/pay/{session}")).await.text().contains("has ended"));

    let early = caller.open("1500", "eur").await;
    let reply = caller.post(&format!("/v1/checkout/sessions/{early}/expire"), &[]).await.json();
    assert_eq!(reply["status"], "expired");
    let by_hand = caller.open("1500", "eur").await;
    stripe.expire(&by_hand);
    assert!(stripe.open_sessions().is_empty());
    let kinds: Vec<_> = stripe.events().into_iter().map(|(_, kind)| kind).collect();
    assert_eq!(kinds.iter().filter(|kind| *kind == "checkout.session.expired").count(), 4);
}

#[tokio::test]
async fn the_hosted_page_has_buttons_that_pay_decline_and_go_back() {
    let (_stripe, _clock, caller) = start();
    let session = caller.open("1500", "eur").await;
    let path = format!("/c/pay/{session}");

    let page = caller.get(&path).await.text();
    assert!(page.contains("1500 EUR") && page.contains("value=\"pay\""), "{page}");
    let back = caller.post(&path, &[("deed", "back")]).await;
    assert_eq!((back.status, back.header("location")), (303, "https://press.example.org/give"));
    assert!(caller.post(&path, &[("deed", "decline")]).await.text().contains("declined"));
    let paid = caller.post(&path, &[("deed", "pay")]).await;
    assert_eq!(paid.header("location"), format!("https://press.example.org/thanks?s={session}"));
    assert!(caller.get(&path).await.text().contains("has ended"));
    assert_eq!(caller.get("/c/pay/cs_none").await.status, 404);
}

#[tokio::test]
async fn answers_can_look_like_those_of_a_stripe_to_come_and_lie_where_told() {
    let (stripe, _clock, caller) = start_with(|options| options.future = Future::Strange);
    let session = caller.open("1500", "eur").await;
    let intent = stripe.pay(&session, Payment::Card);
    stripe.overwrite(&intent, "/currency", json!("usd"));

    let reply = caller.get(&format!("/v1/payment_intents/{intent}?expand[]=latest_charge")).await.json();
    assert_eq!(reply["latest_charge"]["payment_method_details"]["type"], "not_yet_invented");
    assert_eq!(reply["not_yet_invented"]["object"], "not_yet_invented");
    assert_eq!((&reply["currency"], &reply["amount"]), (&json!("usd"), &json!(1500)));
}

#[tokio::test]
async fn an_endpoint_tells_its_secret_once() {
    let (_stripe, _clock, caller) = start();
    let pairs = [
        ("url", "https://press.example.org/webhooks/stripe"),
        ("enabled_events[]", "charge.refunded"),
        ("enabled_events[]", "charge.dispute.created"),
        ("api_version", "2026-09-30.endive"),
    ];

    let made = caller.post("/v1/webhook_endpoints", &pairs).await.json();
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    assert_eq!(made["enabled_events"], json!(["charge.refunded", "charge.dispute.created"]));
    let path = format!("/v1/webhook_endpoints/{}", made["id"].as_str().unwrap());
    assert_eq!(caller.get(&path).await.json()["secret"], Value::Null);
    let changed = caller.post(&path, &[("enabled_events[0]", "*"), ("disabled", "true")]).await.json();
    assert_eq!((&changed["status"], &changed["enabled_events"]), (&json!("disabled"), &json!(["*"])));
    let unknown = caller.post(&path, &[("enabled_events[0]", "gift.given")]).await;
    assert_eq!(unknown.status, 400);
    assert_eq!(caller.get("/v1/webhook_endpoints").await.json()["data"].as_array().unwrap().len(), 1);
    assert_eq!(caller.try_call("DELETE", &path, "", None).await.unwrap().json()["deleted"], true);
    assert_eq!(caller.get(&path).await.status, 404);
    assert_eq!(encoded(&[("a[]", "ä b")]), "a%5B%5D=%C3%A4+b");
}
