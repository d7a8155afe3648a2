//! What PayPal says, and which facts that is.

use super::*;
use crate::domain::money::Currency;
use serde_json::{Value, json};

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::parse("EUR").unwrap())
}

fn amount(value: &str) -> Value {
    json!({"currency_code": "EUR", "value": value})
}

fn held(capture: Value, refunds: Value, disputes: Value) -> Held {
    Held {
        capture: serde_json::from_value(capture).unwrap(),
        refunds: serde_json::from_value(refunds).unwrap(),
        disputes: serde_json::from_value(disputes).unwrap(),
        reversal: None,
    }
}

fn paid() -> Value {
    json!({"id": "C1", "status": "COMPLETED", "amount": amount("15.00"), "create_time": "2026-11-23T11:45:00Z",
        "custom_id": "nothing of ours", "supplementary_data": {"related_ids": {"order_id": "O1"}},
        "seller_receivable_breakdown": {"gross_amount": amount("15.00"), "paypal_fee": amount("0.80"),
            "net_amount": amount("14.20")}})
}

fn first(held: &Held) -> Captured {
    let first = payment_facts(held).unwrap().remove(0).what;
    let Happening::Captured(captured) = first else { panic!("{first:?}") };
    captured
}

fn disputes(held: &Held) -> Vec<DisputeNews> {
    let facts = payment_facts(held).unwrap().into_iter();
    facts
        .filter_map(|fact| match fact.what {
            Happening::Dispute(news) => Some(news),
            Happening::Waiting(_)
            | Happening::Captured(_)
            | Happening::Refund(_)
            | Happening::FraudWarning { .. } => None,
        })
        .collect()
}

#[test]
fn a_payment_brings_what_is_left_after_the_fee() {
    let plain = held(paid(), json!([]), json!([]));
    let captured = first(&plain);
    assert_eq!((captured.gross, captured.settled), (eur(1500), Some(Settlement::plain(eur(1500), 80))));
    let fact = payment_facts(&plain).unwrap().remove(0);
    assert_eq!(fact.checkout.unwrap().as_str(), "O1");
    assert_eq!(fact.attempt, None);
}

#[test]
fn an_exchanged_payment_comes_to_what_was_credited() {
    let mut dollars = paid();
    let told = json!({"paypal_fee": amount("0.80"), "net_amount": amount("14.20"),
        "receivable_amount": {"currency_code": "USD", "value": "15.62"}});
    dollars["seller_receivable_breakdown"] = told.clone();
    let settled = first(&held(dollars.clone(), json!([]), json!([]))).settled.unwrap();
    // 0.80 at the same rate are 0.88: what stays on the balance is exactly what was credited.
    assert_eq!((settled.fee().minor(), settled.amount().minor() - settled.fee().minor()), (88, 1562));
    dollars["seller_receivable_breakdown"]["paypal_fee_in_receivable_currency"] =
        json!({"currency_code": "USD", "value": "0.90"});
    let settled = first(&held(dollars, json!([]), json!([]))).settled.unwrap();
    assert_eq!((settled.fee().minor(), settled.amount().minor()), (90, 1652));
}

#[test]
fn a_payment_without_money_waits_or_failed() {
    for (status, wanted) in [
        ("PENDING", Some(WaitingState::Processing)),
        ("DECLINED", Some(WaitingState::Failed("ECHECK".into()))),
        ("BRAND_NEW", None),
    ] {
        let capture = json!({"id": "C1", "status": status, "amount": amount("15.00"),
            "status_details": {"reason": "ECHECK"}, "create_time": "2026-11-23T11:45:00Z"});
        let facts = payment_facts(&held(capture, json!([]), json!([]))).unwrap();
        let state = facts.into_iter().next().map(|fact| {
            let Happening::Waiting(waiting) = fact.what else { panic!("{:?}", fact.what) };
            waiting.state
        });
        assert_eq!(state, wanted, "{status}");
    }
}

fn refund(id: &str, value: &str, at: &str) -> Value {
    json!({"id": id, "status": "COMPLETED", "amount": amount(value), "create_time": at,
        "seller_payable_breakdown": {"gross_amount": amount(value), "paypal_fee": amount("0.10")}})
}

fn dispute(outcome: Option<&str>, returned: &str) -> Value {
    json!({"dispute_id": "PP-D-1", "create_time": "2026-11-24T00:00:00Z", "update_time": "2026-11-25T00:00:00Z",
        "dispute_amount": amount("15.00"), "dispute_life_cycle_stage": "CHARGEBACK",
        "status": if outcome.is_some() { "RESOLVED" } else { "UNDER_REVIEW" },
        "dispute_outcome": {"outcome_code": outcome, "amount_refunded": amount(returned)}})
}

#[test]
fn a_refund_takes_the_fee_that_comes_back_into_account() {
    let refund: Refund = serde_json::from_value(refund("R1", "5.00", "2026-11-24T00:00:00Z")).unwrap();
    let news = refund_news(&refund).unwrap();
    assert_eq!(news.settled, Some(Settlement::plain(eur(500), -10)));
    assert_eq!((news.status, news.ours), (RefundStatus::Succeeded, None));
}

#[test]
fn a_dispute_takes_only_what_no_refund_tells_of() {
    let state = |outcome: Option<&str>, returned: &str, refunds: Value| {
        let news = disputes(&held(paid(), refunds, json!([dispute(outcome, returned)])));
        (news[0].state.status, news[0].state.away_minor)
    };
    assert_eq!(state(None, "0.00", json!([])), (DisputeStatus::Open, 0));
    assert_eq!(state(Some("RESOLVED_SELLER_FAVOUR"), "0.00", json!([])), (DisputeStatus::Won, 0));
    assert_eq!(state(Some("RESOLVED_WITH_PAYOUT"), "15.00", json!([])), (DisputeStatus::Won, 0));
    assert_eq!(state(Some("RESOLVED_BUYER_FAVOUR"), "15.00", json!([])), (DisputeStatus::Lost, 1500));
    let since = json!([refund("R1", "15.00", "2026-11-24T12:00:00Z")]);
    assert_eq!(state(Some("RESOLVED_BUYER_FAVOUR"), "15.00", since), (DisputeStatus::Closed, 0));
    let before = json!([refund("R1", "5.00", "2026-11-23T12:00:00Z")]);
    assert_eq!(state(Some("RESOLVED_BUYER_FAVOUR"), "10.00", before), (DisputeStatus::Lost, 1000));
}

#[test]
fn money_that_paypal_took_back_is_told_once() {
    let reversal: Refund = serde_json::from_value(
        json!({"id": "V1", "amount": amount("15.00"), "create_time": "2026-11-24T00:00:00Z"}),
    )
    .unwrap();
    let of = |refunds: Value, others: Value| {
        disputes(&Held { reversal: Some(reversal.clone()), ..held(paid(), refunds, others) })
    };
    let alone = of(json!([]), json!([]));
    assert_eq!((alone[0].remote.as_str(), alone[0].state.away_minor), ("V1", 1500));
    assert_eq!(of(json!([refund("V1", "15.00", "2026-11-24T00:00:00Z")]), json!([])).len(), 0);
    let with_dispute = of(json!([]), json!([dispute(Some("RESOLVED_BUYER_FAVOUR"), "15.00")]));
    assert_eq!((with_dispute.len(), with_dispute[0].remote.as_str()), (1, "PP-D-1"));
}
