//! What payments, refunds and disputes do to the balance, and which events tell of it.

use super::{Caller, start, start_with};
use crate::support::stripe::{Complaint, Debit, FeeOfDispute, Payment, Stripe};
use serde_json::{Value, json};

/// The types of the events since the first `seen`.
fn kinds_since(stripe: &Stripe, seen: usize) -> Vec<String> {
    stripe.events().into_iter().skip(seen).map(|(_, kind)| kind).collect()
}

async fn paid(stripe: &Stripe, caller: &Caller, amount: &str, currency: &str) -> String {
    let session = caller.open(amount, currency).await;
    stripe.pay(&session, Payment::Card)
}

/// The sum of what the API's list of balance transactions says, by currency.
async fn listed_balance(caller: &Caller, currency: &str) -> i64 {
    let list = caller.get(&format!("/v1/balance_transactions?limit=100&currency={currency}")).await.json();
    list["data"].as_array().unwrap().iter().map(|row| row["net"].as_i64().unwrap()).sum()
}

#[tokio::test]
async fn a_card_that_is_declined_can_be_followed_by_one_that_pays() {
    let (stripe, _clock, caller) = start();
    let session = caller.open("1500", "eur").await;

    let declined = stripe.pay(&session, Payment::Declined);
    let reply = caller.get(&format!("/v1/payment_intents/{declined}")).await.json();
    assert_eq!(reply["status"], "requires_payment_method");
    assert_eq!(reply["last_payment_error"]["code"], "card_declined");
    let paid = stripe.pay(&session, Payment::Card);
    assert_eq!(paid, declined);

    let reply = caller
        .get(&format!(
            "/v1/checkout/sessions/{session}?expand[]=payment_intent.latest_charge&expand[]=line_items"
        ))
        .await
        .json();
    assert_eq!((&reply["status"], &reply["payment_status"]), (&json!("complete"), &json!("paid")));
    assert_eq!(reply["payment_intent"]["latest_charge"]["status"], "succeeded");
    assert_eq!(reply["payment_intent"]["metadata"]["attempt"], "attempt-1");
    assert_eq!(reply["line_items"]["data"][0]["amount_total"], 1500);
    let charges = caller.get(&format!("/v1/charges?payment_intent={paid}")).await.json();
    assert_eq!(charges["data"].as_array().unwrap().len(), 2);
    let expected = [
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ];
    assert_eq!(kinds_since(&stripe, 0), expected);
}

#[tokio::test]
async fn a_debit_is_processing_until_the_bank_answers_and_can_be_taken_back_weeks_later() {
    let (stripe, _clock, caller) = start();
    let (first, second) = (caller.open("1500", "eur").await, caller.open("1500", "eur").await);

    let good = stripe.pay(&first, Payment::Debit);
    let bad = stripe.pay(&second, Payment::Debit);
    let session = caller.get(&format!("/v1/checkout/sessions/{first}")).await.json();
    assert_eq!((&session["status"], &session["payment_status"]), (&json!("complete"), &json!("unpaid")));
    let seen = stripe.events().len();
    stripe.end_debit(&good, Debit::Succeeds);
    stripe.end_debit(&bad, Debit::Fails);
    let dispute = stripe.complain(&good, Complaint::TakenBack, None);

    let expected = [
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.async_payment_succeeded",
        "charge.failed",
        "payment_intent.payment_failed",
        "checkout.session.async_payment_failed",
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.closed",
    ];
    assert_eq!(kinds_since(&stripe, seen), expected);
    let reply = caller.get(&format!("/v1/disputes/{dispute}?expand[]=charge")).await.json();
    assert_eq!((&reply["status"], &reply["charge"]["disputed"]), (&json!("lost"), &json!(true)));
    assert_eq!(reply["balance_transactions"][0]["net"], -1500 - 750);
    assert_eq!(stripe.balances()["eur"], 1500 - 35 - 1500 - 750);
    let [good, bad] = &stripe.payments()[..] else { panic!("two payments") };
    assert_eq!((good.captured, good.disputed, good.status), (1500, 1500, "succeeded"));
    assert_eq!((bad.captured, bad.status), (0, "requires_payment_method"));
}

#[tokio::test]
async fn a_payment_in_another_currency_is_exchanged_unless_the_account_keeps_it() {
    let (stripe, _clock, caller) = start_with(|options| options.own_balances = vec!["usd".to_owned()]);

    let dollars = paid(&stripe, &caller, "2000", "usd").await;
    let yen = paid(&stripe, &caller, "1620", "jpy").await;
    let path =
        |intent: &str| format!("/v1/payment_intents/{intent}?expand[]=latest_charge.balance_transaction");
    let kept = caller.get(&path(&dollars)).await.json()["latest_charge"]["balance_transaction"].clone();
    assert_eq!(
        (&kept["currency"], &kept["amount"], &kept["exchange_rate"]),
        (&json!("usd"), &json!(2000), &Value::Null)
    );
    let exchanged = caller.get(&path(&yen)).await.json()["latest_charge"]["balance_transaction"].clone();
    assert_eq!((&exchanged["currency"], &exchanged["amount"]), (&json!("eur"), &json!(1000)));
    assert_eq!(exchanged["exchange_rate"].to_string(), "0.006172");

    stripe.set_rate("jpy", 1_800_000);
    stripe.refund(&yen, None);
    assert_eq!(stripe.balances()["eur"], 1000 - 54 - 900);
    assert_eq!(listed_balance(&caller, "eur").await, stripe.balances()["eur"]);
    let balance = caller.get("/v1/balance").await.json();
    assert_eq!(
        balance["available"][1],
        json!({ "amount": 1917, "currency": "usd", "source_types": { "card": 1917 } })
    );
}

#[tokio::test]
async fn equal_refunds_are_two_and_one_that_fails_brings_the_money_back() {
    let (stripe, _clock, caller) = start();
    let intent = paid(&stripe, &caller, "1500", "eur").await;
    let seen = stripe.events().len();

    let five = [
        ("payment_intent", intent.as_str()),
        ("amount", "500"),
        ("metadata[refund]", "r1"),
        ("reason", "requested_by_customer"),
    ];
    let first = caller.post_once("r1", "/v1/refunds", &five).await.json();
    let second = caller.post_once("r2", "/v1/refunds", &five).await.json();
    assert_ne!(first["id"], second["id"]);
    let third = stripe.refund(&intent, None);
    assert_eq!(caller.post("/v1/refunds", &five[..2]).await.error().0, "charge_already_refunded");
    stripe.refund_fails(&third);

    let expected = ["refund.created", "charge.refunded"].repeat(3);
    assert_eq!(kinds_since(&stripe, seen)[..6], expected);
    assert_eq!(kinds_since(&stripe, seen)[6..], ["refund.updated", "charge.refund.updated", "refund.failed"]);
    let failed =
        caller.get(&format!("/v1/refunds/{third}?expand[]=failure_balance_transaction")).await.json();
    assert_eq!(
        (&failed["status"], &failed["failure_balance_transaction"]["amount"]),
        (&json!("failed"), &json!(500))
    );
    let list = caller.get(&format!("/v1/refunds?payment_intent={intent}")).await.json();
    assert_eq!(list["data"].as_array().unwrap().len(), 3);
    let payment = &stripe.payments()[0];
    assert_eq!((payment.refunded, payment.refunds.len()), (1000, 3));
    assert_eq!((payment.net["eur"], payment.fees["eur"]), (1500 - 69 - 1000, 69));
    assert_eq!((payment.refunds[0].amount, payment.refunds[0].status), (500, "succeeded"));
    assert_eq!(payment.refunds[0].metadata["refund"], "r1");
    assert_eq!(json!(payment.refunds[0].id), first["id"]);
}

#[tokio::test]
async fn a_refund_names_one_thing_that_was_paid() {
    let (stripe, _clock, caller) = start();
    let intent = paid(&stripe, &caller, "1500", "eur").await;
    let unpaid = stripe.pay(&caller.open("1500", "eur").await, Payment::Declined);
    let charge = caller.get(&format!("/v1/payment_intents/{intent}")).await.json()["latest_charge"].clone();
    let charge = charge.as_str().unwrap();

    for wrong in [
        &[("amount", "1")][..],
        &[("payment_intent", &intent), ("charge", charge)],
        &[("payment_intent", "pi_none")],
        &[("charge", "ch_none")],
        &[("payment_intent", &unpaid)],
        &[("charge", charge), ("amount", "0")],
        &[("charge", charge), ("amount", "1501")],
        &[("charge", charge), ("reason", "mood")],
    ] {
        assert_eq!(caller.post("/v1/refunds", wrong).await.status, 400, "{wrong:?}");
    }
    assert_eq!(caller.post("/v1/refunds", &[("charge", charge)]).await.status, 200);
}

#[tokio::test]
async fn a_slow_refund_is_pending_and_costs_nothing_until_it_arrives() {
    let (stripe, _clock, caller) = start();
    let intent = paid(&stripe, &caller, "1500", "eur").await;

    stripe.refunds_are_slow();
    let (first, second) = (stripe.refund(&intent, Some(500)), stripe.refund(&intent, Some(500)));
    stripe.refunds_are_quick();
    assert_eq!(stripe.balances()["eur"], 1500 - 69);
    stripe.refund_succeeds(&first);
    stripe.refund_fails(&second);
    assert_eq!(stripe.balances()["eur"], 1500 - 69 - 500);
    assert_eq!(stripe.payments()[0].refunded, 500);
}

#[tokio::test]
async fn a_dispute_takes_the_money_and_its_fee_and_a_win_brings_it_back() {
    let (stripe, _clock, caller) = start();
    let won = paid(&stripe, &caller, "1500", "eur").await;
    let lost = paid(&stripe, &caller, "1500", "eur").await;
    let asked = paid(&stripe, &caller, "1500", "eur").await;
    let escalated = paid(&stripe, &caller, "1500", "eur").await;
    let before = stripe.balances()["eur"];
    let seen = stripe.events().len();

    stripe.refund(&won, Some(500));
    let dispute = stripe.complain(&won, Complaint::Dispute, None);
    assert_eq!(
        caller.post("/v1/refunds", &[("payment_intent", won.as_str())]).await.error().0,
        "charge_disputed"
    );
    assert_eq!(stripe.balances()["eur"], before - 500 - 1000 - 2000);
    stripe.win(&dispute, FeeOfDispute::Returned);
    assert_eq!(stripe.balances()["eur"], before - 500);
    let dispute = stripe.complain(&lost, Complaint::Dispute, Some(700));
    stripe.contest(&dispute);
    stripe.lose(&dispute);
    let inquiry = stripe.complain(&asked, Complaint::Inquiry, None);
    stripe.close_inquiry(&inquiry);
    let inquiry = stripe.complain(&escalated, Complaint::Inquiry, None);
    stripe.escalate(&inquiry);
    stripe.win(&inquiry, FeeOfDispute::Kept);
    let warning = stripe.warn(&asked);

    assert_eq!(stripe.balances()["eur"], before - 500 - 700 - 2000 - 2000);
    assert_eq!(listed_balance(&caller, "eur").await, stripe.balances()["eur"]);
    let nets: i64 = stripe.payments().iter().map(|payment| payment.net["eur"]).sum();
    assert_eq!(nets, stripe.balances()["eur"]);
    let statuses: Vec<_> = stripe
        .payments()
        .iter()
        .flat_map(|payment| payment.disputes.clone())
        .inspect(|dispute| assert!(dispute.id.starts_with("du_")))
        .map(|dispute| (dispute.status, dispute.amount))
        .collect();
    assert_eq!(statuses, [("won", 1000), ("lost", 700), ("warning_closed", 1500), ("won", 1500)]);
    let kinds = kinds_since(&stripe, seen);
    let count = |kind: &str| kinds.iter().filter(|given| *given == kind).count();
    assert_eq!((count("charge.dispute.created"), count("charge.dispute.closed")), (4, 4));
    assert_eq!((count("charge.dispute.funds_withdrawn"), count("charge.dispute.funds_reinstated")), (3, 2));
    assert_eq!((count("charge.dispute.updated"), count("radar.early_fraud_warning.created")), (5, 1));
    let reply = caller.get(&format!("/v1/radar/early_fraud_warnings/{warning}?expand[]=charge")).await.json();
    assert_eq!(reply["charge"]["payment_intent"], json!(asked));
    let disputes = caller.get(&format!("/v1/disputes?payment_intent={won}")).await.json();
    assert_eq!(disputes["data"][0]["balance_transactions"].as_array().unwrap().len(), 2);
    assert_eq!(
        caller.get(&format!("/v1/radar/early_fraud_warnings?payment_intent={asked}")).await.json()["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn the_balance_transaction_may_come_after_the_payment() {
    let (stripe, _clock, caller) = start();
    let session = caller.open("1500", "eur").await;

    let intent = stripe.pay(&session, Payment::CardSettledLater);
    let path = format!("/v1/payment_intents/{intent}?expand[]=latest_charge.balance_transaction");
    assert_eq!(caller.get(&path).await.json()["latest_charge"]["balance_transaction"], Value::Null);
    assert!(stripe.balances().is_empty());
    stripe.settle(&intent);
    assert_eq!(caller.get(&path).await.json()["latest_charge"]["balance_transaction"]["net"], 1431);
    assert_eq!(kinds_since(&stripe, 0).last().unwrap(), "charge.updated");
    let event = caller.get("/v1/events?limit=1&type=charge.updated").await.json();
    assert_eq!(event["data"][0]["data"]["previous_attributes"], json!({ "balance_transaction": null }));
}

#[tokio::test]
async fn another_process_can_play_the_payer_and_read_the_books() {
    let (_stripe, _clock, caller) = start();
    let session = caller.open("1500", "eur").await;

    let page = format!("/emulator/pay/{session}");
    assert_eq!(caller.post(&page, &[("outcome", "declined")]).await.status, 200);
    let intent = caller.post(&page, &[("outcome", "paid")]).await.json()["id"].clone();
    assert_eq!(caller.post(&page, &[("outcome", "paid")]).await.status, 404);
    let intent = intent.as_str().unwrap();
    let refund =
        caller.post(&format!("/emulator/refund/{intent}"), &[("amount", "100")]).await.json()["id"].clone();
    caller.post(&format!("/emulator/refund_fails/{}", refund.as_str().unwrap()), &[]).await;
    let dispute =
        caller.post(&format!("/emulator/complain/{intent}"), &[("outcome", "dispute")]).await.json()["id"]
            .clone();
    caller.post(&format!("/emulator/win/{}", dispute.as_str().unwrap()), &[]).await;

    let books = caller.get("/emulator/books").await.json();
    let payment = &books["payments"][0];
    assert_eq!((&payment["intent"], &payment["session"]), (&json!(intent), &json!(session)));
    assert_eq!(
        (&payment["captured"], &payment["refunded"], &payment["disputed"]),
        (&json!(1500), &json!(0), &json!(0))
    );
    assert_eq!(books["balances"]["eur"], 1500 - 69 - 2000);
}
