use super::*;
use crate::domain::subscription::OrderKind;
use orders::Call;
use serde_json::{Value, json};

const ATTEMPT_ID: &str = "att_01KB0000000000000000000000";
const T: i64 = 1_800_000_000;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn standing(changes: Value) -> Standing {
    let price = json!({
        "currency": "eur", "unit_amount": 500, "product": "prod_1",
        "recurring": {"interval": "month", "interval_count": 1},
    });
    let item = json!({
        "id": "si_1", "current_period_start": T, "current_period_end": T + 100, "quantity": 1, "price": price,
    });
    let card =
        json!({"id": "pm_1", "card": {"brand": "visa", "last4": "4242", "exp_month": 2, "exp_year": 2028}});
    let mut whole = json!({
        "id": "sub_1", "status": "active", "customer": "cus_1", "metadata": {"mainstay_attempt": ATTEMPT_ID},
        "items": {"data": [item]}, "default_payment_method": card, "latest_invoice": "in_1",
    });
    let Value::Object(changes) = changes else { panic!() };
    for (key, value) in changes {
        whole[key] = value;
    }
    Standing {
        subscription: serde_json::from_value(whole).unwrap(),
        owed_since: Some(T - 9),
        as_of: at(T + 5),
    }
}

fn state(changes: Value) -> SubscriptionState {
    standing(changes).news().unwrap().state
}

#[test]
fn a_subscription_is_what_stripe_says_of_it() {
    let news = standing(json!({})).news().unwrap();
    assert_eq!((news.remote.as_str(), news.customer.unwrap().as_str()), ("sub_1", "cus_1"));
    assert_eq!((news.as_of, news.state, news.ends_at), (at(T + 5), SubscriptionState::Active, None));
    assert_eq!((news.amount.text(), news.frequency), ("€5.00".to_owned(), Frequency::Monthly));
    assert_eq!(news.period, Some(Period { from: at(T), until: at(T + 100) }));
    let expires_on = NaiveDate::from_ymd_opt(2028, 2, 29).unwrap();
    assert_eq!(news.card, Some(Card { label: "visa 4242".to_owned(), expires_on }));
    assert_eq!(beginner_of(&standing(json!({})).subscription).unwrap().to_string(), ATTEMPT_ID);
}

#[test]
fn every_status_has_its_state() {
    let ended = |reason| SubscriptionState::Ended { at: at(T + 7), reason };
    let over = |status: &str, reason: Value, comment: Value| {
        state(json!({
            "status": status, "ended_at": T + 7, "cancellation_details": {"reason": reason, "comment": comment},
        }))
    };
    assert_eq!(state(json!({"status": "incomplete"})), SubscriptionState::Incomplete);
    assert_eq!(state(json!({"status": "trialing"})), SubscriptionState::Active);
    for status in ["past_due", "unpaid"] {
        assert_eq!(state(json!({"status": status})), SubscriptionState::PastDue { since: at(T - 9) });
    }
    assert_eq!(over("incomplete_expired", Value::Null, Value::Null), ended(EndReason::Incomplete));
    for (reason, expected) in [
        ("cancellation_requested", EndReason::Voluntary),
        ("payment_failed", EndReason::PaymentFailed),
        ("payment_disputed", EndReason::Dispute),
        ("canceled_by_retention_policy", EndReason::Voluntary),
    ] {
        assert_eq!(over("canceled", json!(reason), Value::Null), ended(expected), "{reason}");
    }
    let ours = over("canceled", json!("cancellation_requested"), json!("mainstay_end=refund"));
    assert_eq!(ours, ended(EndReason::Refund));
    assert_eq!(over("canceled", Value::Null, json!("mainstay_end=mood")), ended(EndReason::Voluntary));
    for status in ["active", "trialing"] {
        let paused =
            state(json!({"status": status, "pause_collection": {"behavior": "void", "resumes_at": T + 50}}));
        assert_eq!(paused, SubscriptionState::Paused { until: Some(at(T + 50)) });
    }
    assert_eq!(state(json!({"status": "paused"})), SubscriptionState::Paused { until: None });
    let odd = standing(json!({"status": "dreaming"})).news().unwrap_err();
    assert_eq!(odd.to_string(), "sub_1 has no readable status");
}

#[test]
fn an_end_that_is_to_come_has_its_day() {
    let ends_at = |changes| standing(changes).news().unwrap().ends_at;
    assert_eq!(ends_at(json!({"cancel_at_period_end": true})), Some(at(T + 100)));
    assert_eq!(ends_at(json!({"cancel_at": T + 60})), Some(at(T + 60)));
    assert_eq!(ends_at(json!({"status": "canceled", "cancel_at_period_end": true})), None);
    assert_eq!(standing(json!({"status": "incomplete"})).news().unwrap().period, None);
}

#[test]
fn the_card_may_be_the_customers_or_none() {
    let card =
        json!({"id": "pm_2", "card": {"brand": "amex", "last4": "0005", "exp_month": 12, "exp_year": 2030}});
    let customer = json!({"id": "cus_1", "invoice_settings": {"default_payment_method": card}});
    let label = |changes| standing(changes).news().unwrap().card.map(|card| card.label);
    let own = json!({"customer": customer});
    assert_eq!(label(own), Some("visa 4242".to_owned()));
    let theirs = json!({"customer": customer, "default_payment_method": null});
    assert_eq!(label(theirs), Some("amex 0005".to_owned()));
    assert_eq!(label(json!({"default_payment_method": {"id": "pm_3", "sepa_debit": {}}})), None);
    assert_eq!(label(json!({"default_payment_method": "pm_3"})), None);
}

#[test]
fn frequencies_are_those_that_can_be_promised() {
    for frequency in Frequency::RECURRING {
        let (unit, count) = interval(frequency).unwrap();
        let recurrence = Recurrence { interval: Some(unit.to_owned()), interval_count: Some(count) };
        assert_eq!(super::frequency(&recurrence), Some(frequency));
    }
    assert_eq!(interval(Frequency::Once), None);
    let odd = Recurrence { interval: Some("month".to_owned()), interval_count: Some(2) };
    assert_eq!(super::frequency(&odd), None);
}

#[test]
fn an_invoice_is_for_the_period_of_its_line() {
    let invoice: Invoice = serde_json::from_value(json!({
        "id": "in_1", "created": T, "period_start": T - 99_999_999, "lines": {"data": [{"period": {"start": T}}]},
        "parent": {"subscription_details": {"subscription": "sub_1", "metadata": {"mainstay_attempt": ATTEMPT_ID}}},
        "payments": {"data": [{"payment": {"payment_intent": "pi_1"}}, {"payment": {"payment_record": "pr_1"}}]},
    }))
    .unwrap();
    let renewal = renewal(&invoice).unwrap().unwrap();
    assert_eq!((renewal.subscription.as_str(), renewal.period_on), ("sub_1", at(T).date_naive()));
    assert_eq!(invoice.intents().collect::<Vec<_>>(), ["pi_1"]);
    assert!(beginner_of_invoice(&invoice).is_some());
    let other: Invoice = serde_json::from_value(json!({"id": "in_2", "parent": null})).unwrap();
    assert_eq!((super::renewal(&other).unwrap(), beginner_of_invoice(&other)), (None, None));
}

fn call(standing: &Standing, what: &OrderKind) -> Call {
    orders::call(standing, what).unwrap()
}

fn pairs(call: Call) -> Vec<String> {
    let Call::Update(form) = call else { panic!("{call:?}") };
    form.into_iter().map(|(name, value)| format!("{name}={value}")).collect()
}

fn euros(minor: i64) -> Money {
    Money::new(minor, crate::domain::money::Currency::parse("EUR").unwrap())
}

#[test]
fn another_amount_counts_from_the_next_charge_and_another_frequency_waits_for_it() {
    let amount = OrderKind::Change { amount: euros(900), frequency: Frequency::Monthly };
    let frequency = OrderKind::Change { amount: euros(500), frequency: Frequency::Yearly };
    let monthly = pairs(call(&standing(json!({})), &amount));
    assert_eq!(
        monthly,
        [
            "items[0][id]=si_1",
            "items[0][price_data][currency]=eur",
            "items[0][price_data][product]=prod_1",
            "items[0][price_data][recurring][interval]=month",
            "items[0][price_data][recurring][interval_count]=1",
            "items[0][price_data][unit_amount]=900",
            "proration_behavior=none",
        ]
    );
    let yearly = pairs(call(&standing(json!({})), &frequency));
    assert!(yearly.contains(&format!("trial_end={}", T + 100)), "{yearly:?}");
    let same = OrderKind::Change { amount: euros(500), frequency: Frequency::Monthly };
    assert_eq!(call(&standing(json!({})), &same), Call::Nothing);
}

#[test]
fn what_is_so_already_is_not_asked_for_again() {
    let paused = json!({"pause_collection": {"behavior": "void", "resumes_at": T + 50}});
    let ending = json!({"cancel_at_period_end": true});
    let until = |seconds| OrderKind::Pause { until: Some(at(seconds)) };
    let plain = || standing(json!({}));
    let expected =
        ["pause_collection[behavior]=void".to_owned(), format!("pause_collection[resumes_at]={}", T + 50)];
    assert_eq!(pairs(call(&plain(), &until(T + 50))), expected);
    assert_eq!(pairs(call(&plain(), &OrderKind::Pause { until: None })), ["pause_collection[behavior]=void"]);
    assert_eq!(call(&standing(paused.clone()), &until(T + 50)), Call::Nothing);
    assert_eq!(pairs(call(&standing(paused), &OrderKind::Resume)), ["pause_collection="]);
    assert_eq!(call(&plain(), &OrderKind::Resume), Call::Nothing);
    let stopped = standing(json!({"status": "paused"}));
    let Call::GoOn(how) = call(&stopped, &OrderKind::Resume) else { panic!("a call of its own") };
    assert_eq!(how["billing_cycle_anchor"], "unchanged");
    assert_eq!(how["proration_behavior"], "none");
    assert_eq!(pairs(call(&plain(), &OrderKind::Cancel)), ["cancel_at_period_end=true"]);
    assert_eq!(call(&standing(ending.clone()), &OrderKind::Cancel), Call::Nothing);
    assert_eq!(pairs(call(&standing(ending), &OrderKind::Keep)), ["cancel_at_period_end=false"]);
    assert_eq!(pairs(call(&standing(json!({"cancel_at": T})), &OrderKind::Keep)), ["cancel_at="]);
    assert_eq!(call(&plain(), &OrderKind::Keep), Call::Nothing);
    let end = OrderKind::End { reason: EndReason::Dispute };
    assert_eq!(call(&plain(), &end), Call::End("mainstay_end=dispute".to_owned()));
    assert_eq!(call(&standing(json!({"status": "canceled"})), &end), Call::Nothing);
}
