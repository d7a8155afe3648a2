use super::*;
use serde_json::{Value, json};

const ATTEMPT_ID: &str = "att_01KB0000000000000000000000";
const REFUND_ID: &str = "rfd_01KB0000000000000000000000";
const T: i64 = 1_800_000_000;

fn intent(status: &str, changes: Value) -> PaymentIntent {
    let mut whole = json!({
        "id": "pi_1", "object": "payment_intent", "status": status, "amount": 1500, "amount_received": 0,
        "currency": "eur", "created": T, "metadata": {"mainstay_attempt": ATTEMPT_ID},
    });
    merge(&mut whole, changes);
    serde_json::from_value(whole).unwrap()
}

fn merge(whole: &mut Value, changes: Value) {
    let Value::Object(changes) = changes else { panic!() };
    for (key, value) in changes {
        whole[key] = value;
    }
}

fn held(intent: PaymentIntent) -> Held {
    Held { intent, refunds: vec![], disputes: vec![] }
}

fn paid() -> PaymentIntent {
    let moved = json!({"id": "txn_1", "amount": 1500, "fee": 48, "net": 1452, "currency": "eur"});
    let charge =
        json!({"id": "ch_1", "status": "succeeded", "created": T + 60, "balance_transaction": moved});
    intent("succeeded", json!({"amount_received": 1500, "latest_charge": charge}))
}

fn what(held: &Held) -> Vec<Happening> {
    payment_facts(held, None).unwrap().into_iter().map(|fact| fact.what).collect()
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn money_of(minor: i64, code: &str) -> Money {
    Money::new(minor, crate::domain::money::Currency::parse(code).unwrap())
}

fn settled(amount: i64, fee: i64, code: &str) -> Settlement {
    Settlement::plain(money_of(amount, code), fee)
}

fn news(state: WaitingState, seconds: i64) -> Vec<Happening> {
    vec![Happening::Waiting(Waiting { as_of: at(seconds), state })]
}

#[test]
fn money_that_arrived_is_booked_with_what_stripe_credited() {
    let fact = payment_facts(&held(paid()), None).unwrap().remove(0);
    assert_eq!((fact.payment.as_str(), fact.checkout), ("pi_1", None));
    assert_eq!(fact.attempt.unwrap().to_string(), ATTEMPT_ID);
    let captured =
        Captured { gross: money_of(1500, "EUR"), settled: Some(settled(1500, 48, "EUR")), at: at(T + 60) };
    assert_eq!(fact.what, Happening::Captured(captured));
}

#[test]
fn the_fee_may_follow_later_and_be_in_another_currency() {
    let by_name = json!({"id": "ch_1", "created": T, "balance_transaction": "txn_1"});
    let without = intent("succeeded", json!({"amount_received": 1500, "latest_charge": by_name}));
    assert!(matches!(&what(&held(without))[0], Happening::Captured(money) if money.settled.is_none()));

    let moved = json!({"amount": 1620, "fee": 77, "currency": "usd", "exchange_rate": 1.08});
    let charge = json!({"created": T, "balance_transaction": moved});
    let exchanged = intent("succeeded", json!({"amount_received": 1500, "latest_charge": charge}));
    let happenings = what(&held(exchanged));
    let Happening::Captured(money) = &happenings[0] else { panic!() };
    assert_eq!((money.gross, money.settled), (money_of(1500, "EUR"), Some(settled(1620, 77, "USD"))));
}

#[test]
fn special_currencies_become_true_minor_units() {
    for (units, code, minor) in [(50_000, "isk", 500), (1_000, "mga", 100_000), (5_120, "kwd", 5_120)] {
        let changes = json!({"amount_received": units, "currency": code});
        let happenings = what(&held(intent("succeeded", changes)));
        let Happening::Captured(money) = &happenings[0] else { panic!() };
        assert_eq!(money.gross.minor(), minor, "{code}");
    }
}

#[test]
fn payments_without_money_are_news_only_when_something_is_known() {
    let declined = json!({"code": "card_declined", "decline_code": "stolen_card", "type": "card_error"});
    let failed =
        json!({"id": "ch_1", "status": "failed", "created": T + 30, "failure_code": "debit_refused"});
    let pending = json!({"id": "ch_1", "status": "pending", "created": T + 30});
    let waiting = |status, changes| what(&held(intent(status, changes)));

    assert_eq!(waiting("requires_payment_method", json!({})), []);
    assert_eq!(waiting("requires_confirmation", json!({})), []);
    assert_eq!(waiting("a_new_status", json!({})), []);
    let three_d_secure = json!({"next_action": {"type": "redirect_to_url"}});
    assert_eq!(waiting("requires_action", three_d_secure), []);
    let voucher = json!({"next_action": {"type": "multibanco_display_details"}});
    assert_eq!(waiting("requires_action", voucher), news(WaitingState::Processing, T));
    assert_eq!(
        waiting("requires_payment_method", json!({"last_payment_error": declined, "latest_charge": failed})),
        news(WaitingState::Failed("card_declined".into()), T + 30)
    );
    assert_eq!(
        waiting("requires_payment_method", json!({"latest_charge": failed})),
        news(WaitingState::Failed("debit_refused".into()), T + 30)
    );
    assert_eq!(
        waiting("processing", json!({"latest_charge": pending})),
        news(WaitingState::Processing, T + 30)
    );
    assert_eq!(waiting("canceled", json!({"canceled_at": T + 99})), news(WaitingState::Expired, T + 99));
}

#[test]
fn a_slow_payment_that_fails_is_later_news_than_its_processing() {
    let charge = |status: &str| json!({"id": "ch_1", "status": status, "created": T + 30});
    let processing = what(&held(intent("processing", json!({"latest_charge": charge("pending")}))));
    let failed = what(&held(intent("requires_payment_method", json!({"latest_charge": charge("failed")}))));
    let [Happening::Waiting(processing), Happening::Waiting(failed)] = [&processing[0], &failed[0]] else {
        panic!()
    };
    assert!(failed > processing);
}

fn session(changes: Value) -> Session {
    let mut whole = json!({
        "id": "cs_1", "status": "expired", "client_reference_id": ATTEMPT_ID, "expires_at": T + 3600,
        "metadata": {"mainstay_attempt": ATTEMPT_ID},
    });
    merge(&mut whole, changes);
    serde_json::from_value(whole).unwrap()
}

#[test]
fn a_page_that_nobody_used_ends_when_it_closes() {
    let facts = session_facts(&session(json!({"metadata": null}))).unwrap();
    assert_eq!(facts.len(), 1);
    assert_eq!((facts[0].payment.as_str(), facts[0].checkout.as_ref().unwrap().as_str()), ("cs_1", "cs_1"));
    assert_eq!(facts[0].attempt.unwrap().to_string(), ATTEMPT_ID, "by the reference");
    assert_eq!(facts[0].what, news(WaitingState::Expired, T + 3600)[0]);
    for status in ["open", "complete", "brand_new"] {
        assert_eq!(session_facts(&session(json!({"status": status}))).unwrap(), []);
    }
    assert_eq!(opener_of(&session(json!({"metadata": {}, "client_reference_id": "order 7"}))), None);
}

#[test]
fn a_page_that_closed_after_a_failed_try_ends_that_payment() {
    let failed = intent("requires_payment_method", json!({"last_payment_error": {"code": "card_declined"}}));
    let facts = payment_facts(&held(failed), Some(&session(json!({})))).unwrap();
    assert!(facts.iter().all(|fact| fact.payment.as_str() == "pi_1"));
    let whats: Vec<Happening> = facts.into_iter().map(|fact| fact.what).collect();
    let both = [news(WaitingState::Failed("card_declined".into()), T), news(WaitingState::Expired, T + 3600)];
    assert_eq!(whats, both.concat());
    let paid = payment_facts(&held(paid()), Some(&session(json!({})))).unwrap();
    assert!(matches!(paid.as_slice(), [PaymentFact { what: Happening::Captured(_), .. }]));
}

fn refund(changes: Value) -> RefundNews {
    let mut whole = json!({
        "id": "re_1", "object": "refund", "status": "succeeded", "amount": 500, "currency": "eur", "created": T,
        "metadata": {}, "balance_transaction": {"amount": -500, "fee": 0, "currency": "eur"},
    });
    merge(&mut whole, changes);
    refund_news(&serde_json::from_value(whole).unwrap()).unwrap()
}

#[test]
fn refunds_are_ours_by_their_metadata_and_cost_what_left_the_balance() {
    let dashboard = refund(json!({}));
    assert_eq!((dashboard.ours, dashboard.status), (None, RefundStatus::Succeeded));
    assert_eq!((dashboard.amount, dashboard.settled), (money_of(500, "EUR"), Some(settled(500, 0, "EUR"))));
    let ours = refund(json!({"metadata": {"mainstay_refund": REFUND_ID}}));
    assert_eq!(ours.ours.unwrap().to_string(), REFUND_ID);
    assert_eq!(refund(json!({"metadata": {"mainstay_refund": "x"}})).ours, None);
    for (status, ours) in [
        ("pending", RefundStatus::Pending),
        ("requires_action", RefundStatus::Pending),
        ("brand_new", RefundStatus::Pending),
        ("failed", RefundStatus::Failed),
        ("canceled", RefundStatus::Failed),
    ] {
        assert_eq!(refund(json!({"status": status})).status, ours, "{status}");
    }
}

#[test]
fn a_refund_that_failed_came_back_at_the_rate_of_that_day() {
    let back = |amount| json!({"amount": amount, "fee": 0, "currency": "eur"});
    let failed =
        |back: Value| refund(json!({"status": "failed", "failure_balance_transaction": back})).settled;
    assert_eq!(failed(back(500)), Some(settled(0, 0, "EUR")));
    assert_eq!(failed(back(490)), Some(settled(10, 0, "EUR")));
    assert_eq!(failed(Value::Null), None);
    assert_eq!(failed(json!({"amount": 500, "fee": 0, "currency": "usd"})), None, "two currencies");
}

fn dispute(status: &str, moved: &Value) -> DisputeNews {
    let whole = json!({
        "id": "du_1", "object": "dispute", "status": status, "amount": 1500, "currency": "eur", "created": T,
        "reason": "fraudulent", "evidence_details": {"due_by": T + 86_400}, "balance_transactions": moved,
    });
    dispute_news(&serde_json::from_value(whole).unwrap()).unwrap()
}

fn moved(amount: i64, fee: i64, code: &str, created: i64) -> Value {
    json!({"amount": amount, "fee": fee, "currency": code, "created": created})
}

#[test]
fn disputes_take_away_what_their_movements_come_to() {
    let taken = moved(-1500, 2000, "eur", T);
    let opened = dispute("needs_response", &json!([taken]));
    assert_eq!((opened.amount, opened.reason.as_str()), (money_of(1500, "EUR"), "fraudulent"));
    assert_eq!((opened.state.moves, opened.state.away_minor), (1, 1500));
    assert_eq!((opened.state.status, opened.state.due_at), (DisputeStatus::Open, Some(at(T + 86_400))));
    assert_eq!(opened.state.settled, Some(settled(1500, 2000, "EUR")));

    let won = dispute("won", &json!([taken, moved(1500, -2000, "eur", T + 9)])).state;
    assert_eq!((won.moves, won.away_minor, won.settled), (2, 0, Some(settled(0, 0, "EUR"))));
    let fee_kept = dispute("won", &json!([taken, moved(1500, 0, "eur", T + 9)])).state;
    assert_eq!((fee_kept.away_minor, fee_kept.settled), (0, Some(settled(0, 2000, "EUR"))));
    let partly = dispute("won", &json!([taken, moved(500, 0, "eur", T + 9)])).state;
    assert_eq!(partly.away_minor, 1000);
}

#[test]
fn on_a_balance_in_another_currency_the_latest_movement_decides_what_is_away() {
    let (taken, back) = (moved(-1620, 2000, "usd", T), moved(1580, 0, "usd", T + 9));
    assert_eq!(dispute("lost", &json!([taken])).state.away_minor, 1500);
    let won = dispute("won", &json!([back, taken])).state;
    assert_eq!((won.away_minor, won.settled), (0, Some(settled(40, 2000, "USD"))));
    assert_eq!(dispute("needs_response", &json!([])).state.away_minor, 0);
}

#[test]
fn every_status_of_a_dispute_has_a_meaning() {
    for (status, ours) in [
        ("warning_needs_response", DisputeStatus::Inquiry),
        ("warning_under_review", DisputeStatus::Inquiry),
        ("warning_closed", DisputeStatus::Closed),
        ("prevented", DisputeStatus::Closed),
        ("needs_response", DisputeStatus::Open),
        ("under_review", DisputeStatus::Open),
        ("brand_new", DisputeStatus::Open),
        ("won", DisputeStatus::Won),
        ("lost", DisputeStatus::Lost),
    ] {
        let state = dispute(status, &Value::Null).state;
        assert_eq!((state.status, state.moves, state.settled), (ours, 0, None), "{status}");
    }
}

fn recorded(name: &str) -> Value {
    let path = format!("{}/tests/it/fixtures/stripe/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let event: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    event["data"]["object"].clone()
}

fn read<T: serde::de::DeserializeOwned>(name: &str) -> T {
    serde_json::from_value(recorded(name)).unwrap()
}

#[test]
fn recorded_objects_become_facts() {
    assert_eq!(what(&held(read("payment_intent.created"))), []);
    assert!(matches!(
        what(&held(read("payment_intent.processing"))).as_slice(),
        [Happening::Waiting(Waiting { state: WaitingState::Processing, .. })]
    ));
    let declined = what(&held(read("payment_intent.payment_failed")));
    let [Happening::Waiting(Waiting { state: WaitingState::Failed(code), .. })] = declined.as_slice() else {
        panic!("{declined:?}")
    };
    assert_eq!(code, "card_declined");
    let paid = what(&held(read("payment_intent.succeeded")));
    assert!(matches!(paid.as_slice(), [Happening::Captured(money)] if money.gross == money_of(1500, "EUR")));
    assert_eq!(session_facts(&read("checkout.session.expired")).unwrap().len(), 1);
    assert_eq!(session_facts(&read("checkout.session.completed")).unwrap(), []);
    assert_eq!(refund_news(&read("refund.failed")).unwrap().status, RefundStatus::Failed);
    assert_eq!(refund_news(&read("refund.updated")).unwrap().amount, money_of(500, "EUR"));
    let taken = dispute_news(&read("charge.dispute.funds_withdrawn")).unwrap().state;
    assert_eq!((taken.away_minor, taken.settled), (1500, Some(settled(1500, 2000, "EUR"))));
    assert_eq!(dispute_news(&read("charge.dispute.closed")).unwrap().state.status, DisputeStatus::Won);
}

#[test]
fn what_money_cannot_be_read_from_is_said_and_not_guessed() {
    for changes in [
        json!({"amount_received": 0, "amount": null}),
        json!({"amount_received": 1500, "currency": "zzz"}),
        json!({"amount_received": 1500, "currency": null}),
        json!({"amount_received": 1500, "created": null}),
    ] {
        assert!(payment_facts(&held(intent("succeeded", changes.clone())), None).is_err(), "{changes}");
    }
    let nameless: Refund = serde_json::from_value(json!({"id": "re_1"})).unwrap();
    assert_eq!(refund_news(&nameless).unwrap_err().to_string(), "re_1 has no readable amount");
}
