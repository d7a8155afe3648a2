use super::super::orders::{self, Call};
use super::*;
use crate::domain::subscription::OrderKind;
use serde_json::{Value, json};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A monthly subscription of €5, begun on 31 January 2027 and paid last on 28 February, as PayPal shows it.
fn standing(as_of: &str, changes: &Value) -> Standing {
    let mut shown = json!({
        "id": "I-1", "status": "ACTIVE", "custom_id": "att_01KB0000000000000000000000",
        "start_time": "2027-01-31T15:09:18Z", "create_time": "2027-01-31T15:08:00Z",
        "status_update_time": "2027-02-20T08:00:00Z",
        "subscriber": {"payer_id": "PAYER1"},
        "plan": {"billing_cycles": [{"tenure_type": "REGULAR",
            "frequency": {"interval_unit": "MONTH", "interval_count": 1},
            "pricing_scheme": {"fixed_price": {"currency_code": "EUR", "value": "5.00"}}}]},
        "billing_info": {
            "outstanding_balance": {"currency_code": "EUR", "value": "0.00"},
            "failed_payments_count": 0,
            "last_payment": {"time": "2027-02-28T10:12:00Z"},
            "next_billing_time": "2027-03-31T10:00:00Z",
        },
    });
    for (key, value) in changes.as_object().unwrap() {
        match shown.get_mut(key).and_then(Value::as_object_mut).zip(value.as_object()) {
            Some((known, more)) => known.extend(more.clone()),
            None => shown[key] = value.clone(),
        }
    }
    Standing { subscription: serde_json::from_value(shown).unwrap(), as_of: at(as_of) }
}

fn state(as_of: &str, changes: &Value) -> (SubscriptionState, Option<DateTime<Utc>>) {
    let news = standing(as_of, changes).news().unwrap().unwrap();
    (news.state, news.ends_at)
}

fn days(period: Option<Period>) -> Option<(String, String)> {
    period.map(|period| (period.from.date_naive().to_string(), period.until.date_naive().to_string()))
}

#[test]
fn a_subscription_that_is_paid_is_active_and_keeps_the_day_of_its_beginning() {
    let news = standing("2027-03-10T00:00:00Z", &json!({})).news().unwrap().unwrap();
    assert_eq!(
        (news.state, news.amount.minor(), news.frequency),
        (SubscriptionState::Active, 500, Frequency::Monthly)
    );
    assert_eq!(days(news.period), Some(("2027-02-28".into(), "2027-03-31".into())));
    let first = json!({"billing_info": {"last_payment": {"time": "2027-01-31T15:09:30Z"},
        "next_billing_time": "2027-02-28T10:00:00Z"}});
    let period = standing("2027-02-01T00:00:00Z", &first).news().unwrap().unwrap().period.unwrap();
    assert_eq!(period.from, at("2027-01-31T15:09:18Z"));
}

#[test]
fn nobody_is_a_patron_before_they_agreed_and_paid() {
    for status in ["APPROVAL_PENDING", "APPROVED"] {
        assert_eq!(standing("2027-02-01T00:00:00Z", &json!({"status": status})).news(), Ok(None));
    }
    let unpaid = json!({"billing_info": {"last_payment": null}});
    assert_eq!(state("2027-02-01T00:00:00Z", &unpaid).0, SubscriptionState::Incomplete);
    let to_begin =
        json!({"billing_info": {"last_payment": null, "next_billing_time": "2027-01-31T15:09:18Z"}});
    let news = standing("2027-01-31T15:08:30Z", &to_begin).news().unwrap().unwrap();
    assert_eq!(
        (news.state, news.period.map(|period| period.until)),
        (SubscriptionState::Active, Some(at("2027-01-31T15:09:18Z")))
    );
}

#[test]
fn money_is_owed_since_the_first_day_that_the_last_payment_does_not_reach() {
    let since = SubscriptionState::PastDue { since: at("2027-03-31T15:09:18Z") };
    for (as_of, failures, next) in [
        ("2027-03-31T16:00:00Z", 1, "2027-04-30T10:00:00Z"),
        ("2027-04-05T16:00:00Z", 2, "2027-04-30T10:00:00Z"),
        ("2027-05-01T16:00:00Z", 2, "2027-05-31T10:00:00Z"),
    ] {
        let owes = json!({"billing_info": {"failed_payments_count": failures, "next_billing_time": next,
            "outstanding_balance": {"currency_code": "EUR", "value": "5.00"}}});
        assert_eq!(state(as_of, &owes).0, since, "{as_of}");
    }
    let given_up = json!({"status": "SUSPENDED", "billing_info": {"failed_payments_count": 3, "next_billing_time": null}});
    assert_eq!(state("2027-04-12T00:00:00Z", &given_up).0, since);
}

#[test]
fn what_paypal_has_no_field_for_is_read_from_its_note() {
    let of = |note: Note| {
        state("2027-03-10T00:00:00Z", &json!({"status": "SUSPENDED", "status_change_note": note.to_string()}))
            .0
    };
    let until = Some(at("2027-06-01T12:00:00Z"));
    for until in [None, until] {
        assert_eq!(of(Note::Paused { until }), SubscriptionState::Paused { until });
    }
    assert_eq!(
        state("2027-03-10T00:00:00Z", &json!({"status": "SUSPENDED", "status_change_note": "why not"})).0,
        SubscriptionState::Paused { until: None }
    );
    for reason in [EndReason::Dispute, EndReason::PaymentFailed] {
        let ended = json!({"status": "CANCELLED", "status_change_note": Note::Ended { reason }.to_string()});
        let at = at("2027-02-20T08:00:00Z");
        assert_eq!(state("2027-03-10T00:00:00Z", &ended), (SubscriptionState::Ended { at, reason }, None));
    }
}

#[test]
fn what_is_paid_for_is_kept_when_it_is_cancelled() {
    let cancelled = |more: Value| {
        let mut all = json!({"status": "CANCELLED", "billing_info": {"next_billing_time": null}});
        all["billing_info"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let until = at("2027-03-31T15:09:18Z");
    assert_eq!(
        state("2027-03-10T00:00:00Z", &cancelled(json!({}))),
        (SubscriptionState::Active, Some(until))
    );
    let ended = |at, reason| (SubscriptionState::Ended { at, reason }, None);
    assert_eq!(state("2027-04-10T00:00:00Z", &cancelled(json!({}))), ended(until, EndReason::Voluntary));
    let changed_at = at("2027-02-20T08:00:00Z");
    let owes = cancelled(json!({"failed_payments_count": 1}));
    assert_eq!(state("2027-03-10T00:00:00Z", &owes), ended(changed_at, EndReason::Voluntary));
    let unpaid = cancelled(json!({"last_payment": null}));
    assert_eq!(state("2027-03-10T00:00:00Z", &unpaid), ended(changed_at, EndReason::Incomplete));
}

#[test]
fn a_payment_is_for_the_period_in_which_it_came_wherever_the_days_were_moved() {
    let on =
        |standing: &Standing, time: &str| standing.renewal(Some(at(time))).unwrap().period_on.to_string();
    let regular = standing("2027-05-10T00:00:00Z", &json!({}));
    assert_eq!(on(&regular, "2027-01-31T15:10:00Z"), "2027-01-31");
    assert_eq!(on(&regular, "2027-03-05T10:10:00Z"), "2027-02-28");
    assert_eq!(on(&regular, "2027-03-31T10:10:00Z"), "2027-03-31");
    let moved = standing(
        "2027-05-10T00:00:00Z",
        &json!({"billing_info": {"next_billing_time": "2027-06-12T10:00:00Z"}}),
    );
    assert_eq!(on(&moved, "2027-05-12T10:10:00Z"), "2027-05-12");
    assert_eq!(on(&moved, "2027-05-11T10:10:00Z"), "2027-04-12");
    assert!(regular.renewal(None).is_err());
}

#[test]
fn an_order_that_is_carried_out_is_not_asked_for_again() {
    let amount = |minor| Money::new(minor, crate::domain::money::Currency::parse("EUR").unwrap());
    let change = |minor| OrderKind::Change { amount: amount(minor), frequency: Frequency::Monthly };
    let end = OrderKind::End { reason: EndReason::Refund };
    let call = |status: &str, what: &OrderKind| {
        orders::call(&standing("2027-03-10T00:00:00Z", &json!({"status": status})), what)
    };
    assert_eq!(call("ACTIVE", &change(500)), Ok(Call::Nothing));
    assert_eq!(call("ACTIVE", &change(900)), Ok(Call::Ask(amount(900), Frequency::Monthly)));
    for (status, what) in [
        ("SUSPENDED", OrderKind::Pause { until: None }),
        ("ACTIVE", OrderKind::Resume),
        ("CANCELLED", OrderKind::Cancel),
        ("EXPIRED", end.clone()),
    ] {
        assert_eq!(call(status, &what), Ok(Call::Nothing), "{status}");
    }
    assert!(matches!(call("SUSPENDED", &end), Ok(Call::Now(_, Note::Ended { reason: EndReason::Refund }))));
    assert!(matches!(call("ACTIVE", &OrderKind::Cancel), Ok(Call::Now(_, Note::Stopped))));
    assert!(call("CANCELLED", &OrderKind::Resume).is_err() && call("ACTIVE", &OrderKind::Keep).is_err());
}

#[test]
fn a_status_that_is_not_known_is_not_guessed() {
    assert!(standing("2027-03-10T00:00:00Z", &json!({"status": "BRAND_NEW"})).news().is_err());
}
