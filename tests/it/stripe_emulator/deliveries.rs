//! Webhooks: signed as Stripe signs them, and delivered as the test wants it.

use super::{Caller, start, start_with};
use crate::support::stripe::{
    Auto, Complaint, Delivery, FeeOfDispute, Options, Payment, Signed, Strayed, Stripe,
};
use crate::support::until;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use chrono::TimeDelta;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// An endpoint that keeps what it is sent, and refuses as often as it is told.
#[derive(Clone, Default)]
struct Inbox(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    messages: Vec<(String, Vec<u8>)>,
    refusals: u32,
}

impl Inbox {
    /// Listens; gives its address.
    fn listen(&self) -> String {
        let inbox = self.clone();
        let server = HttpServer::new(move || {
            App::new().app_data(web::Data::new(inbox.clone())).default_service(web::to(receive))
        });
        let server = server.workers(1).bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/webhooks/stripe", server.addrs()[0]);
        tokio::spawn(server.run());
        url
    }

    fn refuse(&self, times: u32) {
        self.0.lock().unwrap().refusals = times;
    }

    fn messages(&self) -> Vec<(String, Vec<u8>)> {
        self.0.lock().unwrap().messages.clone()
    }

    /// The types of the events, in the order in which they came.
    fn kinds(&self) -> Vec<String> {
        let kind = |(_, body): &(String, Vec<u8>)| {
            serde_json::from_slice::<Value>(body).unwrap()["type"].as_str().unwrap().to_owned()
        };
        self.messages().iter().map(kind).collect()
    }
}

async fn receive(inbox: web::Data<Inbox>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let signature = request.headers().get("stripe-signature").unwrap().to_str().unwrap().to_owned();
    let mut kept = inbox.0.lock().unwrap();
    kept.messages.push((signature, body.to_vec()));
    if kept.refusals > 0 {
        kept.refusals -= 1;
        return HttpResponse::ServiceUnavailable().finish();
    }
    HttpResponse::Ok().finish()
}

async fn paid(stripe: &Stripe, caller: &Caller) -> String {
    let session = caller.open("1500", "eur").await;
    stripe.pay(&session, Payment::Card)
}

/// The codes of one scheme in a signature.
fn codes<'a>(signature: &'a str, scheme: &str) -> Vec<&'a str> {
    let parts = signature.split(',').filter_map(|part| part.split_once('='));
    parts.filter(|(name, _)| *name == scheme).map(|(_, code)| code).collect()
}

fn code(secret: &str, time: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

#[tokio::test]
async fn a_delivery_is_signed_with_every_secret_of_the_endpoint() {
    let (stripe, _clock, caller) = start();
    let inbox = Inbox::default();
    let old = stripe.endpoint_at(&inbox.listen());
    let new = stripe.roll_secrets();
    paid(&stripe, &caller).await;

    assert_eq!(stripe.deliver_all().await, 4);
    let (signature, body) = inbox.messages()[3].clone();
    let time = codes(&signature, "t")[0].to_owned();
    assert_eq!(time, crate::support::app::start_of_tests().timestamp().to_string());
    assert_eq!(codes(&signature, "v1"), [code(&new, &time, &body), code(&old, &time, &body)]);
    assert_eq!(codes(&signature, "v0").len(), 1);
    let event: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((&event["type"], &event["object"]), (&json!("checkout.session.completed"), &json!("event")));
    assert_eq!((&event["livemode"], &event["pending_webhooks"]), (&json!(false), &json!(1)));
    assert_eq!(event["data"]["object"]["payment_status"], "paid");

    stripe.end_rotation();
    let first: Delivery = stripe.acknowledged().remove(0);
    let signed: Signed = stripe.signed(&first);
    assert_eq!(codes(&signed.signature, "v1"), [code(&new, &time, &signed.body)]);
    let forged = stripe.forged(&first, |event| event["livemode"] = json!(true));
    assert_eq!(codes(&forged.signature, "v1"), [code(&new, &time, &forged.body)]);
    assert_eq!(forged.send().await, Some(200));
}

#[tokio::test]
async fn the_test_decides_what_is_delivered_when_and_how_often() {
    let (stripe, clock, caller) = start();
    let inbox = Inbox::default();
    stripe.endpoint_at(&inbox.listen());
    paid(&stripe, &caller).await;
    let [created, charged, succeeded, completed] = &stripe.pending()[..] else { panic!("four events") };

    assert_eq!(created.kind, "payment_intent.created");
    stripe.drop_event(&created.event);
    stripe.delay_event(&charged.event, crate::support::app::start_of_tests() + TimeDelta::days(3));
    assert_eq!(stripe.deliver_in_order([completed.clone(), succeeded.clone()]).await, 2);
    assert_eq!(stripe.deliver_event(&completed.event, 2).await, [Some(200), Some(200)]);
    assert!(stripe.pending().is_empty());
    clock.advance(TimeDelta::days(3));
    inbox.refuse(1);
    assert_eq!(stripe.deliver_all().await, 0);
    assert_eq!((stripe.pending()[0].attempts, stripe.deliver_all().await), (1, 1));
    let second = stripe.repeat_as_new(&completed.event);
    assert_ne!(second, completed.event);
    assert_eq!(stripe.deliver_shuffled(5, 3).await, 3);

    let session = "checkout.session.completed";
    let intent = "payment_intent.succeeded";
    let charge = "charge.succeeded";
    assert_eq!(inbox.kinds(), [session, intent, session, session, charge, charge, session, session, session]);
    let missed = caller.get("/v1/events?delivery_success=false").await.json();
    assert_eq!(
        (missed["data"].as_array().unwrap().len(), &missed["data"][0]["id"]),
        (1, &json!(created.event))
    );
    let two = caller.get("/v1/events?types[]=charge.succeeded&types[]=payment_intent.succeeded").await.json();
    assert_eq!(two["data"].as_array().unwrap().len(), 2);
    clock.advance(TimeDelta::days(28));
    assert_eq!(caller.get("/v1/events").await.json()["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_event_shows_its_object_as_it_was_and_the_call_that_it_comes_from() {
    let (stripe, _clock, caller) = start();
    let inbox = Inbox::default();
    let url = inbox.listen();
    let pairs = [
        ("url", url.as_str()),
        ("enabled_events[]", "charge.refunded"),
        ("api_version", "2026-10-28.endive"),
    ];
    caller.post("/v1/webhook_endpoints", &pairs).await;
    let intent = paid(&stripe, &caller).await;

    for key in ["r1", "r2"] {
        caller.post_once(key, "/v1/refunds", &[("payment_intent", intent.as_str()), ("amount", "500")]).await;
    }
    stripe.emit("galaxy.collapsed", json!({ "object": "galaxy", "id": "gx_1" }));
    assert_eq!(stripe.deliver_all().await, 2);
    let events: Vec<Value> =
        inbox.messages().iter().map(|(_, body)| serde_json::from_slice(body).unwrap()).collect();
    assert_eq!(events[0]["data"]["object"]["amount_refunded"], 500);
    assert_eq!(events[0]["data"]["previous_attributes"]["amount_refunded"], 0);
    assert_eq!(events[0]["request"]["idempotency_key"], "r1");
    assert_eq!(
        (&events[1]["data"]["object"]["amount_refunded"], &events[1]["api_version"]),
        (&json!(1000), &json!("2026-10-28.endive"))
    );
    let event = caller.get(&format!("/v1/events/{}", events[0]["id"].as_str().unwrap())).await.json();
    assert_eq!((&event["pending_webhooks"], &event["api_version"]), (&json!(0), &json!("2026-09-30.endive")));
    let (galaxy, kind) = stripe.events().pop().unwrap();
    assert_eq!((kind.as_str(), stripe.deliveries_of(&galaxy).len()), ("galaxy.collapsed", 0));
}

/// The ids of all balance transactions that the objects of events name.
fn transactions_named(event: &Value) -> Vec<String> {
    let object = &event["data"]["object"];
    let named = ["balance_transaction", "failure_balance_transaction"].map(|field| object[field].as_str());
    let moves = object["balance_transactions"].as_array().into_iter().flatten();
    let moves = moves.map(|moved| moved["id"].as_str());
    named.into_iter().chain(moves).flatten().map(str::to_owned).collect()
}

#[tokio::test]
async fn what_the_events_name_adds_up_to_the_balance() {
    let (stripe, _clock, caller) = start();
    stripe.endpoint_at("http://127.0.0.1:9/nobody");
    let (first, second) = (paid(&stripe, &caller).await, paid(&stripe, &caller).await);
    let later = stripe.pay(&caller.open("1620", "jpy").await, Payment::CardSettledLater);
    stripe.settle(&later);
    stripe.refund(&first, Some(300));
    let refund = stripe.refund(&first, Some(300));
    stripe.refund_fails(&refund);
    let dispute = stripe.complain(&second, Complaint::Dispute, None);
    stripe.win(&dispute, FeeOfDispute::Returned);
    stripe.complain(&later, Complaint::TakenBack, None);

    let mut named = BTreeMap::new();
    for delivery in stripe.pending() {
        let event: Value = serde_json::from_slice(&delivery.body).unwrap();
        for id in transactions_named(&event) {
            let row = caller.get(&format!("/v1/balance_transactions/{id}")).await.json();
            named.insert(id, (row["currency"].as_str().unwrap().to_owned(), row["net"].as_i64().unwrap()));
        }
    }
    let mut balances = BTreeMap::new();
    for (currency, net) in named.into_values() {
        *balances.entry(currency).or_insert(0) += net;
    }
    assert_eq!(balances, stripe.balances());
    assert_eq!(stripe.deliver_all().await, 0, "nobody listens");
}

#[tokio::test]
async fn a_live_key_makes_everything_live() {
    let (stripe, _clock, caller) = start_with(|options| options.key = "rk_live_emulated".to_owned());

    let session = caller.open("1500", "eur").await;
    assert!(session.starts_with("cs_live_"));
    stripe.pay(&session, Payment::Card);
    let events = caller.get("/v1/events").await.json();
    assert!(events["data"].as_array().unwrap().iter().all(|event| event["livemode"] == true));
}

#[tokio::test]
async fn left_alone_it_delivers_everything_but_what_goes_astray() {
    let stripe = Stripe::start(Options::now());
    let caller = Caller::of(&stripe);
    let inbox = Inbox::default();
    stripe.endpoint_at(&inbox.listen());
    inbox.refuse(3);
    let astray = Auto {
        seed: 11,
        retry_after: Duration::from_millis(5),
        twice_per_mille: 300,
        late_per_mille: 300,
        late_by: Duration::from_millis(20),
        never_per_mille: 200,
    };
    let strayed = stripe.deliver_on_its_own(astray);

    for _ in 0..10 {
        paid(&stripe, &caller).await;
    }
    let dropped = until("every delivery made or given up", async || {
        let strayed = *strayed.lock().unwrap();
        let sent = u64::try_from(inbox.messages().len()).unwrap();
        let all = 40 - strayed.never + strayed.twice + strayed.retried;
        (stripe.pending().is_empty() && sent == all).then_some(strayed.never)
    })
    .await;
    let counted: Strayed = *strayed.lock().unwrap();
    assert!(dropped > 0 && counted.twice > 0 && counted.late > 0 && counted.retried == 3, "{counted:?}");
    let mut copies = BTreeMap::new();
    for (_, body) in inbox.messages() {
        let event: Value = serde_json::from_slice(&body).unwrap();
        *copies.entry(event["id"].as_str().unwrap().to_owned()).or_insert(0_u64) += 1;
    }
    assert_eq!(u64::try_from(copies.len()).unwrap(), 40 - dropped);
    let missed = caller.get("/v1/events?delivery_success=false&limit=100").await.json();
    assert_eq!(u64::try_from(missed["data"].as_array().unwrap().len()).unwrap(), dropped);

    stripe.drop_pending();
    stripe.deliver_on_its_own(Auto::faithful());
    paid(&stripe, &caller).await;
    until("the last payment told", async || stripe.pending().is_empty().then_some(())).await;
}
