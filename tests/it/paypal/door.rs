//! The door for webhooks: what is not proven to come from our PayPal, to our webhook, changes nothing.

use super::patrons::monthly;
use super::shop::Shop;
use crate::support::both;
use crate::support::gift::Form;
use crate::support::paypal::{Certificate, Means, Signed};
use crate::webhooks::a_megabyte_of;
use chrono::TimeDelta;
use mainstay::domain::clock::Clock as _;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// One event of every type that PayPal has told so far, all of them still undelivered.
fn one_of_each(shop: &Shop) -> Vec<(&'static str, Signed)> {
    let mut kinds = BTreeSet::new();
    let first = shop.paypal.pending().into_iter().filter(|event| kinds.insert(event.kind));
    first.map(|event| (event.kind, shop.paypal.signed(&event.id))).collect()
}

async fn nothing_is_stored(shop: &Shop) {
    shop.app.run_jobs().await;
    for table in ["inbox", "donations", "refunds", "disputes", "receipts", "ledger_entries", "subscriptions"]
    {
        assert_eq!(shop.app.count(table).await, 0, "{table}");
    }
}

/// A gift with everything that can happen to it, of which the site has heard nothing.
async fn eventful(shop: &Shop) {
    let begun = shop.begins(&Form::gift()).await;
    shop.paypal.approve(&begun.order, Means::Wallet);
    let attempt = shop.app.view(&begun.thanks).await.attempt.unwrap();
    shop.gateway().look_up(&attempt).await.unwrap();
    let capture = shop.paypal.capture_of(&begun.order);
    shop.paypal.refund(&capture, Some(100));
    let dispute = shop.paypal.complain(&capture);
    shop.paypal.decide(&dispute, "RESOLVED_BUYER_FAVOUR");
    let pays = shop.signs_up(&monthly().by(2)).await;
    shop.paypal.agree(&pays.page, true);
    let sale = shop.paypal.sales().remove(0).id;
    shop.paypal.refund(&sale, Some(100));
    shop.paypal.reverse(&sale);
    shop.paypal.does(&pays.remote, "suspend");
    shop.paypal.does(&pays.remote, "cancel");
    let owes = shop.signs_up(&monthly().by(3)).await;
    shop.paypal.agree(&owes.page, false);
}

both! {
    async fn nothing_changes_for_an_event_that_is_not_proven(engine) {
        let shop = Shop::open(engine).await;
        eventful(&shop).await;
        let events = one_of_each(&shop);
        assert!(events.len() > 11, "{}", events.len());
        let now = shop.app.clock.now();
        for (kind, good) in &events {
            let body = good.body.clone();
            let signed = |webhook: &str, seconds, certificate| {
                let time = now + TimeDelta::seconds(seconds);
                shop.paypal.sign((webhook, &good.url), time, certificate, body.clone())
            };
            let bodied = |body: Vec<u8>| Signed { body, ..good.clone() };
            let re_encoded = serde_json::from_slice::<Value>(&body).unwrap();
            let re_encoded = serde_json::to_vec_pretty(&re_encoded).unwrap();
            let mut one_bit = body.clone();
            one_bit[0] ^= 1;
            let elsewhere = format!("https://evil.example{}", Certificate::Good.path());
            let later = mainstay_time(now + TimeDelta::seconds(1));
            let mut refused = vec![
                ("another webhook", signed("8PTANOTHER", 0, Certificate::Good)),
                ("no webhook", signed("", 0, Certificate::Good)),
                ("stale", signed(&shop.webhook, -75 * 3600, Certificate::Good)),
                ("from the future", signed(&shop.webhook, 301, Certificate::Good)),
                ("a later time", good.clone().with("paypal-transmission-time", Some(&later))),
                ("no time", good.clone().with("paypal-transmission-time", None)),
                ("an odd time", good.clone().with("paypal-transmission-time", Some("yesterday"))),
                ("another id", good.clone().with("paypal-transmission-id", Some("another"))),
                ("an id with a bar", good.clone().with("paypal-transmission-id", Some("a|b"))),
                ("no id", good.clone().with("paypal-transmission-id", None)),
                ("no signature", good.clone().with("paypal-transmission-sig", None)),
                ("an odd signature", good.clone().with("paypal-transmission-sig", Some("%%%"))),
                ("an empty signature", good.clone().with("paypal-transmission-sig", Some(""))),
                ("a weaker algorithm", good.clone().with("paypal-auth-algo", Some("SHA1withRSA"))),
                ("no algorithm", good.clone().with("paypal-auth-algo", Some("none"))),
                ("no certificate", good.clone().with("paypal-cert-url", None)),
                ("a certificate elsewhere", good.clone().with("paypal-cert-url", Some(&elsewhere))),
                ("a certificate on a disk", good.clone().with("paypal-cert-url", Some("file:///etc/passwd"))),
                ("a byte more", bodied([body.as_slice(), b" "].concat())),
                ("a byte less", bodied(body[..body.len() - 1].to_vec())),
                ("another bit", bodied(one_bit)),
                ("re-encoded", bodied(re_encoded)),
            ];
            refused.extend(Certificate::BAD.map(|bad| ("a bad certificate", signed(&shop.webhook, 0, bad))));
            for (what, forged) in refused {
                let answer = shop.posts(&forged).await;
                let outcome = (answer.status, answer.body.len());
                assert_eq!(outcome, (StatusCode::BAD_REQUEST, 0), "{kind}: {what}");
            }
            let mut twice = good.clone();
            twice.headers.push(("paypal-transmission-sig", good.header("paypal-transmission-sig").to_owned()));
            assert_eq!(shop.posts(&twice).await.status, StatusCode::BAD_REQUEST, "{kind}: twice");
        }
        nothing_is_stored(&shop).await;
        // Good certificates were fetched once, bad ones once each.
        assert_eq!(shop.paypal.certificates_asked(), 4);
        shop.app.finish().await;
    }
}

fn mainstay_time(time: chrono::DateTime<chrono::Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

both! {
    async fn rightly_signed_events_of_another_environment_change_nothing(engine) {
        let shop = Shop::open(engine).await;
        eventful(&shop).await;
        for event in shop.paypal.pending() {
            type Change = fn(&mut Value);
            let changes: [(&str, Change); 4] = [
                ("live", |event| event["links"][0]["href"] = json!("https://api.paypal.com/v1/x")),
                ("sandbox", |event| event["links"][0]["href"] = json!("https://api.sandbox.paypal.com/v1/x")),
                ("no id", |event| event["id"] = Value::Null),
                ("an odd id", |event| event["id"] = json!("WH 1")),
            ];
            for (what, change) in changes {
                let answer = shop.posts(&shop.paypal.forged(&event.id, change)).await;
                assert_eq!((answer.status, answer.body.len()), (StatusCode::BAD_REQUEST, 0), "{}: {what}", event.kind);
            }
        }
        let large = shop.paypal.signed_body(vec![b'x'; 1 << 20]);
        assert_eq!(shop.posts(&large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
        a_megabyte_of(&shop.app, "paypal", "paypal-transmission-sig").await;
        nothing_is_stored(&shop).await;
        shop.app.finish().await;
    }
}

both! {
    async fn a_believed_event_may_lie_about_everything_but_whom_it_is_about(engine) {
        let shop = Shop::open(engine).await;
        let begun = shop.begins(&Form::gift()).await;
        shop.paypal.approve(&begun.order, Means::ECheck);
        shop.hears().await;
        let capture = shop.paypal.capture_of(&begun.order);
        let event = json!({"id": "WH-LIE-1", "event_type": "PAYMENT.CAPTURE.COMPLETED", "resource_type": "capture",
            "resource": {"id": capture, "status": "COMPLETED", "amount": {"currency_code": "EUR", "value": "9999.00"},
                "custom_id": "of another", "create_time": "2020-01-01T00:00:00Z"}});
        let lie = shop.paypal.signed_body(event.to_string().into_bytes());
        assert_eq!(shop.posts(&lie).await.status, StatusCode::OK);
        assert_eq!(shop.posts(&lie).await.status, StatusCode::OK, "a repeat");
        shop.app.run_jobs().await;
        assert_eq!(shop.status_of(&begun).await, "processing");
        assert_eq!((shop.app.count("receipts").await, shop.app.count("ledger_entries").await), (0, 0));
        shop.app.finish().await;
    }
}

both! {
    async fn an_event_whose_certificate_cannot_be_fetched_is_asked_for_again(engine) {
        let shop = Shop::open(engine).await;
        shop.paypal.gives_certificates(false);
        let begun = shop.begins(&Form::gift()).await;
        shop.paypal.approve(&begun.order, Means::Wallet);
        let event = shop.paypal.signed(&shop.paypal.pending()[0].id);
        for _ in 0..3 {
            assert_eq!(shop.posts(&event).await.status, StatusCode::SERVICE_UNAVAILABLE);
        }
        // Not asked for again at once, whoever knocks.
        assert_eq!(shop.paypal.certificates_asked(), 1);
        nothing_is_stored(&shop).await;

        shop.paypal.gives_certificates(true);
        shop.app.clock.advance(TimeDelta::minutes(1));
        shop.hears().await;
        assert_eq!(shop.status_of(&begun).await, "fulfilled");
        // Kept for a while: PayPal's own server may be down then.
        shop.paypal.gives_certificates(false);
        let (_, given) = shop.gives(&Form::gift().by(2)).await;
        assert!(given.donation.payment.money().is_some());
        assert_eq!(shop.paypal.certificates_asked(), 2);
        shop.close().await;
    }
}

both! {
    async fn an_event_that_comes_hours_late_is_believed_once(engine) {
        let shop = Shop::open(engine).await;
        let begun = shop.begins(&Form::gift()).await;
        shop.paypal.approve(&begun.order, Means::Wallet);
        let event = shop.paypal.signed(&shop.paypal.pending()[0].id);
        shop.app.clock.advance(TimeDelta::hours(3));
        for _ in 0..5 {
            assert_eq!(shop.posts(&event).await.status, StatusCode::OK);
        }
        shop.hears().await;
        assert_eq!(shop.app.count("inbox").await, 2);
        assert_eq!(shop.status_of(&begun).await, "fulfilled");
        shop.close().await;
    }
}
