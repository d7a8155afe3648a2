//! The door for webhooks: what is not proven to come from our Stripe, just now, in our mode, changes nothing.

use super::shop::Shop;
use crate::support::both;
use crate::support::gift::Form;
use crate::support::stripe::{Complaint, Payment, Signed};
use crate::webhooks::a_megabyte_of;
use chrono::TimeDelta;
use mainstay::domain::clock::Clock as _;
use mainstay::gateways::sandbox::sign;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What is done to an event before it is signed.
type Change = fn(&mut Value);

/// One event of every type that Stripe has told so far, all of them still undelivered.
fn one_of_each(shop: &Shop) -> Vec<(String, Signed)> {
    let mut kinds = BTreeSet::new();
    let first = shop.stripe.pending().into_iter().filter(|delivery| kinds.insert(delivery.kind.clone()));
    first.map(|delivery| (delivery.kind.clone(), shop.stripe.signed(&delivery))).collect()
}

async fn nothing_is_stored(shop: &Shop) {
    shop.app.run_jobs().await;
    for table in ["inbox", "donations", "refunds", "disputes", "receipts", "ledger_entries"] {
        assert_eq!(shop.app.count(table).await, 0, "{table}");
    }
}

/// A gift with everything that can happen to it, of which the site has heard nothing.
async fn eventful(shop: &Shop) {
    let begun = shop.begins(&Form::gift()).await;
    let lost = shop.begins(&Form::gift().by(1)).await;
    shop.stripe.pay(&begun.session, Payment::Declined);
    let intent = shop.stripe.pay(&begun.session, Payment::Card);
    let refund = shop.stripe.refund(&intent, Some(100));
    shop.stripe.refund_fails(&refund);
    shop.stripe.warn(&intent);
    let dispute = shop.stripe.complain(&intent, Complaint::Dispute, None);
    shop.stripe.lose(&dispute);
    shop.stripe.expire(&lost.session);
}

both! {
    async fn nothing_changes_for_an_event_that_is_not_proven(engine) {
        let shop = Shop::open(engine).await;
        eventful(&shop).await;
        let events = one_of_each(&shop);
        assert!(events.len() > 12, "{}", events.len());
        let now = shop.app.clock.now();
        for (kind, Signed { body, signature, .. }) in &events {
            let signed = |secret: &str, seconds| sign(secret, body, now + TimeDelta::seconds(seconds));
            let refused = |what: &'static str, body: Vec<u8>, signatures: Vec<String>| {
                let shop = &shop;
                async move {
                    let signatures: Vec<&str> = signatures.iter().map(String::as_str).collect();
                    let answer = shop.posts(&body, &signatures).await;
                    assert_eq!((answer.status, answer.body.len()), (StatusCode::BAD_REQUEST, 0), "{kind}: {what}");
                }
            };
            let re_encoded = serde_json::from_slice::<Value>(body).unwrap().to_string().into_bytes();
            let altered = String::from_utf8(body.clone()).unwrap().replacen("eur", "usd", 1).replacen("evt_", "evt-", 1);
            let mut one_bit = body.clone();
            one_bit[0] ^= 1;
            let code = signature.split(',').find(|field| field.starts_with("v1=")).unwrap();
            for (what, signature) in [
                ("an empty secret", signed("", 0)),
                ("another secret", signed("whsec_of_another_endpoint", 0)),
                ("the secret key", signed(&shop.stripe.key(), 0)),
                ("stale", signed(&shop.secret, -301)),
                ("from the future", signed(&shop.secret, 301)),
                ("a later time", format!("t={},{code}", now.timestamp() + 1)),
                ("no time", code.to_owned()),
                ("two times", format!("t={},{signature}", now.timestamp())),
                ("only the scheme of test mode", signature.replace(code, "").replace("v0=", "v1=")),
                ("an empty header", String::new()),
            ] {
                refused(what, body.clone(), vec![signature]).await;
            }
            refused("no header", body.clone(), vec![]).await;
            refused("a header twice", body.clone(), vec![signature.clone(), signature.clone()]).await;
            refused("a byte more", [body.as_slice(), b" "].concat(), vec![signature.clone()]).await;
            refused("a byte less", body[..body.len() - 1].to_vec(), vec![signature.clone()]).await;
            refused("another bit", one_bit, vec![signature.clone()]).await;
            refused("re-encoded", re_encoded, vec![signature.clone()]).await;
            refused("altered", altered.into_bytes(), vec![signature.clone()]).await;
        }
        nothing_is_stored(&shop).await;
        shop.app.finish().await;
    }
}

both! {
    async fn rightly_signed_events_of_another_mode_or_account_change_nothing(engine) {
        let shop = Shop::open(engine).await;
        eventful(&shop).await;
        for delivery in shop.stripe.pending() {
            let kind = delivery.kind.clone();
            let changes: [(&str, Change); 6] = [
                ("live mode", |event| event["livemode"] = json!(true)),
                ("no mode", |event| event["livemode"] = Value::Null),
                ("another account", |event| event["account"] = json!("acct_another")),
                ("no event", |event| event["object"] = json!("v2.core.event")),
                ("no id", |event| event["id"] = Value::Null),
                ("an odd id", |event| event["id"] = json!("evt 1")),
            ];
            for (what, change) in changes {
                let answer = shop.posts_signed(&shop.stripe.forged(&delivery, change)).await;
                assert_eq!((answer.status, answer.body.len()), (StatusCode::BAD_REQUEST, 0), "{kind}: {what}");
            }
        }
        let body = vec![b'x'; 1 << 20];
        let signature = sign(&shop.secret, &body, shop.app.clock.now());
        assert_eq!(shop.posts(&body, &[&signature]).await.status, StatusCode::PAYLOAD_TOO_LARGE);
        a_megabyte_of(&shop.app, "stripe", "stripe-signature").await;
        nothing_is_stored(&shop).await;
        shop.app.finish().await;
    }
}

both! {
    async fn a_believed_event_may_lie_about_everything_but_whom_it_is_about(engine) {
        let shop = Shop::open(engine).await;
        let begun = shop.begins(&Form::gift()).await;
        shop.stripe.pay(&begun.session, Payment::Declined);
        for delivery in shop.stripe.pending() {
            // Whoever got hold of the secret still has no money.
            let forged = shop.stripe.forged(&delivery, |event| {
                event["type"] = json!("payment_intent.succeeded");
                let object = &mut event["data"]["object"];
                object["status"] = json!("succeeded");
                object["payment_status"] = json!("paid");
                object["amount_received"] = json!(2500);
                object["amount"] = json!(2500);
            });
            assert_eq!(shop.posts_signed(&forged).await.status, StatusCode::OK);
        }
        shop.app.run_jobs().await;

        assert_eq!(shop.status_of(&begun).await, "failed");
        assert_eq!((shop.app.count("receipts").await, shop.app.count("ledger_entries").await), (0, 0));
        shop.app.finish().await;
    }
}

both! {
    async fn while_the_secret_is_changed_no_event_is_lost(engine) {
        let shop = Shop::open(engine).await;
        let (_, first) = shop.gives(&Form::gift().by(1)).await;
        shop.stripe.roll_secrets();
        let (_, second) = shop.gives(&Form::gift().by(2)).await;
        assert_ne!(first.donation.id, second.donation.id);
        // The site was never told the new one.
        shop.stripe.end_rotation();
        let begun = shop.begins(&Form::gift().by(3)).await;
        shop.stripe.pay(&begun.session, Payment::Card);
        assert_eq!(shop.stripe.deliver_all().await, 0);

        // What was not believed is found by asking.
        shop.app.clock.advance(TimeDelta::hours(1));
        shop.app.upkeep().await;
        assert_eq!(shop.status_of(&begun).await, "fulfilled");
        shop.close().await;
    }
}

both! {
    async fn events_that_name_our_account_are_believed(engine) {
        let account = "acct_1EmulatedAccount";
        let shop = Shop::open_with(engine, |_as_usual| {}, &[("MAINSTAY_STRIPE__ACCOUNT_ID", account)]).await;
        let begun = shop.begins(&Form::gift()).await;
        shop.stripe.pay(&begun.session, Payment::Card);
        for delivery in shop.stripe.pending() {
            let named = shop.stripe.forged(&delivery, |event| event["account"] = json!("acct_1EmulatedAccount"));
            assert_eq!(shop.posts_signed(&named).await.status, StatusCode::OK);
        }
        shop.app.run_jobs().await;
        assert_eq!(shop.status_of(&begun).await, "fulfilled");
        shop.close().await;
    }
}
