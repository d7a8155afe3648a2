//! Subscriptions: how they begin, are billed, fail, change and end, and what is told of it.

use super::{Caller, Reply, start, start_with};
use crate::support::stripe::{AfterRetries, Debit, Payment, Plastic, Script, Stripe};
use chrono::{DateTime, TimeDelta, Utc};
use mainstay::domain::clock::{Clock as _, FixedClock};
use serde_json::{Value, json};

fn page_of<'a>(amount: &'a str, unit: &'a str, count: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("mode", "subscription"),
        ("line_items[0][quantity]", "1"),
        ("line_items[0][price_data][currency]", "eur"),
        ("line_items[0][price_data][unit_amount]", amount),
        ("line_items[0][price_data][product_data][name]", "Support"),
        ("line_items[0][price_data][recurring][interval]", unit),
        ("line_items[0][price_data][recurring][interval_count]", count),
        ("customer_email", "pat@example.org"),
        ("metadata[attempt]", "attempt-1"),
        ("subscription_data[metadata][attempt]", "attempt-1"),
        ("subscription_data[description]", "Support"),
        ("success_url", "https://press.example.org/thanks"),
    ]
}

async fn page(caller: &Caller, form: &[(&str, &str)]) -> String {
    let reply = caller.post("/v1/checkout/sessions", form).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()["id"].as_str().unwrap().to_owned()
}

/// Somebody who has subscribed: the subscription.
async fn subscribed(stripe: &Stripe, caller: &Caller, unit: &str, count: &str) -> String {
    let session = page(caller, &page_of("500", unit, count)).await;
    stripe.pay(&session, Payment::Card);
    stripe.subscriptions().last().unwrap().id.clone()
}

async fn read(caller: &Caller, path: &str) -> Value {
    let reply = caller.get(path).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    reply.json()
}

async fn update(caller: &Caller, subscription: &str, form: &[(&str, &str)]) -> Reply {
    caller.post(&format!("/v1/subscriptions/{subscription}"), form).await
}

/// Lets the time come, step by step, as it would.
fn until(stripe: &Stripe, clock: &FixedClock, time: DateTime<Utc>) {
    clock.advance(time - clock.now());
    stripe.events();
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The days on which the invoices of the latest subscription fell, with what became of each.
fn days(stripe: &Stripe) -> Vec<(String, &'static str)> {
    let day = |second: i64| DateTime::from_timestamp(second, 0).unwrap().date_naive().to_string();
    let latest = stripe.subscriptions().pop().unwrap();
    latest.invoices.iter().map(|invoice| (day(invoice.period.0), invoice.status)).collect()
}

fn status(stripe: &Stripe) -> &'static str {
    stripe.subscriptions().last().unwrap().status
}

fn kinds_since(stripe: &Stripe, seen: usize) -> Vec<String> {
    stripe.events().into_iter().skip(seen).map(|(_, kind)| kind).collect()
}

#[tokio::test]
async fn a_page_in_subscription_mode_makes_a_customer_a_subscription_and_a_paid_invoice() {
    let (stripe, _clock, caller) = start();
    let session = page(&caller, &page_of("500", "month", "1")).await;
    let before = read(&caller, &format!("/v1/checkout/sessions/{session}")).await;
    assert_eq!((&before["mode"], &before["subscription"]), (&json!("subscription"), &Value::Null));

    let intent = stripe.pay(&session, Payment::Card);

    let after = read(&caller, &format!("/v1/checkout/sessions/{session}?expand[]=subscription")).await;
    assert_eq!((&after["status"], &after["payment_status"]), (&json!("complete"), &json!("paid")));
    assert_eq!((&after["payment_intent"], &after["customer_creation"]), (&Value::Null, &Value::Null));
    let subscription = &after["subscription"];
    assert_eq!(
        (&subscription["status"], &subscription["metadata"]["attempt"]),
        (&json!("active"), &json!("attempt-1"))
    );
    assert_eq!(subscription.get("current_period_end"), None);
    let item = &subscription["items"]["data"][0];
    assert_eq!(item["current_period_end"], at("2026-07-15T10:00:00Z").timestamp());
    assert_eq!(item["price"]["recurring"]["interval"], "month");
    let path = format!("/v1/invoices/{}?expand[]=payments", after["invoice"].as_str().unwrap());
    let invoice = read(&caller, &path).await;
    assert_eq!(invoice["parent"]["subscription_details"]["metadata"]["attempt"], "attempt-1");
    assert_eq!(invoice["payments"]["data"][0]["payment"]["payment_intent"], json!(intent));
    let paid = read(&caller, &format!("/v1/payment_intents/{intent}")).await;
    assert_eq!((&paid["metadata"], &paid["customer"]), (&json!({}), &after["customer"]));
    let path = format!(
        "/v1/invoice_payments?payment[type]=payment_intent&payment[payment_intent]={intent}&expand[]=data.invoice"
    );
    let payments = read(&caller, &path).await;
    assert_eq!(payments["data"][0]["invoice"]["id"], invoice["id"]);
    assert_eq!(payments["data"].as_array().unwrap().len(), 1);
    let kinds = kinds_since(&stripe, 0);
    let place = |kind: &str| kinds.iter().position(|given| given == kind).unwrap();
    assert!(place("invoice.paid") < place("checkout.session.completed"), "{kinds:?}");
    assert!(place("customer.subscription.created") < place("invoice.paid"));
    assert_eq!(stripe.balances()["eur"], 500 - 40);
    assert_eq!(json!(stripe.payments()[0].invoice), invoice["id"]);
}

#[tokio::test]
async fn the_day_of_payment_is_counted_from_the_anchor() {
    for (unit, count, begun, looked, expected) in [
        (
            "month",
            "1",
            "2026-01-31T10:00:00Z",
            "2026-05-01T00:00:00Z",
            &["01-31", "02-28", "03-31", "04-30"][..],
        ),
        ("month", "3", "2026-08-31T10:00:00Z", "2027-06-01T00:00:00Z", &["08-31", "11-30", "02-28", "05-31"]),
        ("week", "1", "2026-12-21T23:30:00Z", "2027-01-13T00:00:00Z", &["12-21", "12-28", "01-04", "01-11"]),
        (
            "year",
            "1",
            "2028-02-29T10:00:00Z",
            "2032-03-01T00:00:00Z",
            &["02-29", "02-28", "02-28", "02-28", "02-29"],
        ),
    ] {
        let (stripe, clock, caller) = start();
        clock.advance(at(begun) - clock.now());
        let session = page(&caller, &page_of("500", unit, count)).await;
        stripe.subscribe(&session, Plastic::GOOD.until(12, 2040));
        until(&stripe, &clock, at(looked));
        let days: Vec<_> =
            days(&stripe).into_iter().map(|(day, status)| (day[5..].to_owned(), status)).collect();
        let expected: Vec<_> = expected.iter().map(|day| ((*day).to_owned(), "paid")).collect();
        assert_eq!(days, expected, "{unit} {count}");
    }
}

#[tokio::test]
async fn what_is_due_happens_at_its_second_however_far_the_clock_jumps() {
    let (stripe, clock, caller) = start();
    subscribed(&stripe, &caller, "month", "1").await;
    assert_eq!(stripe.next_due(), Some(at("2026-06-16T09:00:00Z")), "the end of the first 23 hours");
    let seen = stripe.events().len();
    until(&stripe, &clock, at("2026-07-15T10:59:59Z"));
    assert_eq!(kinds_since(&stripe, seen), ["customer.subscription.updated", "invoice.created"]);
    assert_eq!(days(&stripe)[1].1, "draft");
    until(&stripe, &clock, at("2028-06-14T00:00:00Z"));

    assert_eq!(days(&stripe).len(), 24);
    assert!(days(&stripe).iter().all(|(_, status)| *status == "paid"));
    let charges = read(&caller, "/v1/charges?limit=1").await;
    assert_eq!(charges["data"][0]["created"], at("2028-05-15T11:00:00Z").timestamp());
    let list = read(&caller, "/v1/balance_transactions?limit=100").await;
    let listed: i64 = list["data"].as_array().unwrap().iter().map(|row| row["net"].as_i64().unwrap()).sum();
    assert_eq!((listed, stripe.balances()["eur"]), (24 * 460, 24 * 460));
    let since = at("2028-01-01T00:00:00Z").timestamp();
    let id = stripe.subscriptions()[0].id.clone();
    let path = format!("/v1/invoices?subscription={id}&created[gte]={since}&expand[]=data.payments");
    assert_eq!(read(&caller, &path).await["data"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn a_card_that_declines_is_tried_again_by_the_schedule_and_then_the_subscription_ends() {
    let (stripe, clock, caller) = start();
    let id = subscribed(&stripe, &caller, "month", "1").await;
    stripe.card_does(&id, Script::Declines("insufficient_funds"));
    let seen = stripe.events().len();
    until(&stripe, &clock, at("2026-07-15T11:00:00Z"));

    assert_eq!(status(&stripe), "past_due");
    let told = kinds_since(&stripe, seen);
    assert!(told.contains(&"invoice.payment_failed".to_owned()), "{told:?}");
    for (day, attempts) in [("2026-07-18", 2), ("2026-07-23", 3), ("2026-07-30", 4)] {
        until(&stripe, &clock, at(&format!("{day}T10:59:59Z")));
        assert_eq!(stripe.subscriptions()[0].invoices[1].attempts, attempts - 1);
        until(&stripe, &clock, at(&format!("{day}T11:00:00Z")));
        assert_eq!(stripe.subscriptions()[0].invoices[1].attempts, attempts);
    }
    let over = read(&caller, &format!("/v1/subscriptions/{id}")).await;
    assert_eq!(
        (&over["status"], &over["cancellation_details"]["reason"]),
        (&json!("canceled"), &json!("payment_failed"))
    );
    assert_eq!(kinds_since(&stripe, seen).last().unwrap(), "customer.subscription.deleted");
    until(&stripe, &clock, at("2027-07-30T11:00:00Z"));
    assert_eq!(days(&stripe).len(), 2);
    assert_eq!(stripe.balances()["eur"], 460);
}

#[tokio::test]
async fn what_follows_on_the_last_try_is_a_setting_of_the_account() {
    for (setting, expected) in [(AfterRetries::Unpaid, "unpaid"), (AfterRetries::PastDue, "past_due")] {
        let (stripe, clock, caller) = start_with(|options| options.after_retries = setting);
        let id = subscribed(&stripe, &caller, "month", "1").await;
        stripe.card_does(&id, Script::AsksItsHolder);
        until(&stripe, &clock, at("2026-08-01T00:00:00Z"));
        assert_eq!(status(&stripe), expected);
    }
}

#[tokio::test]
async fn a_new_card_pays_what_is_owed_when_it_is_asked_to() {
    let (stripe, clock, caller) = start();
    let id = subscribed(&stripe, &caller, "month", "1").await;
    stripe.card_does(&id, Script::Declines("do_not_honor"));
    until(&stripe, &clock, at("2026-07-16T00:00:00Z"));
    let row = stripe.subscriptions().remove(0);
    let pay = format!("/v1/invoices/{}/pay", row.invoices[1].id);
    let declined = caller.post(&pay, &[]).await;
    assert_eq!((declined.status, declined.error().0.as_str()), (402, "card_declined"));

    let card = stripe.new_card(&row.customer, Plastic::OTHER);
    // It is the customer's default now; the subscription keeps the card that it has.
    let customer = read(
        &caller,
        &format!("/v1/customers/{}?expand[]=invoice_settings.default_payment_method", row.customer),
    )
    .await;
    assert_eq!(customer["invoice_settings"]["default_payment_method"]["card"]["last4"], "4444");
    assert_eq!(caller.post(&pay, &[]).await.status, 402);
    let methods =
        read(&caller, &format!("/v1/customers/{}/payment_methods?type=card&limit=1", row.customer)).await;
    assert_eq!(methods["data"][0]["id"], json!(card));
    assert_eq!(update(&caller, &id, &[("default_payment_method", &card)]).await.status, 200);
    let paid = caller.post(&pay, &[]).await;

    assert_eq!((paid.status, &paid.json()["status"]), (200, &json!("paid")));
    assert_eq!(status(&stripe), "active");
    assert_eq!(caller.post(&pay, &[]).await.status, 400);
    assert_eq!(stripe.subscriptions()[0].invoices[1].attempts, 1, "only tries of the schedule count");
    until(&stripe, &clock, at("2026-08-20T00:00:00Z"));
    assert_eq!(days(&stripe).len(), 3);
}

#[tokio::test]
async fn an_invoice_that_is_voided_is_owed_no_more() {
    let (stripe, clock, caller) = start();
    let id = subscribed(&stripe, &caller, "month", "1").await;
    stripe.card_does(&id, Script::Declines("do_not_honor"));
    until(&stripe, &clock, at("2026-07-16T00:00:00Z"));
    stripe.void_invoice(&stripe.subscriptions()[0].invoices[1].id);
    assert_eq!(stripe.events().last().unwrap().1, "invoice.voided");
    until(&stripe, &clock, at("2026-08-10T00:00:00Z"));
    assert_eq!(stripe.subscriptions()[0].invoices[1].attempts, 1);
}

#[tokio::test]
async fn a_payer_who_walks_away_from_3d_secure_leaves_an_incomplete_subscription_for_23_hours() {
    let (stripe, clock, caller) = start();
    let session = page(&caller, &page_of("500", "month", "1")).await;
    let intent = stripe.pay(&session, Payment::WalksAway);
    assert_eq!(read(&caller, &format!("/v1/payment_intents/{intent}")).await["status"], "requires_action");
    assert_eq!((status(&stripe), stripe.open_sessions().len()), ("incomplete", 1));
    let told = kinds_since(&stripe, 0);
    assert!(told.contains(&"invoice.payment_action_required".to_owned()), "{told:?}");

    clock.advance(TimeDelta::hours(23));
    assert_eq!(status(&stripe), "incomplete_expired");
    assert_eq!(days(&stripe)[0].1, "void");
    assert!(stripe.balances().is_empty());
}

#[tokio::test]
async fn a_declined_card_on_the_page_may_be_followed_by_one_that_pays() {
    let (stripe, _clock, caller) = start();
    let session = page(&caller, &page_of("500", "month", "1")).await;
    let declined = stripe.pay(&session, Payment::Declined);
    assert_eq!(status(&stripe), "incomplete");
    assert_eq!(stripe.subscribe(&session, Plastic::ASKING), declined);
    assert_eq!((status(&stripe), stripe.subscriptions().len()), ("active", 1));
}

#[tokio::test]
async fn a_debit_makes_the_subscription_active_before_the_money_is_there() {
    let (stripe, clock, caller) = start();
    let session = page(&caller, &page_of("500", "month", "1")).await;
    let intent = stripe.pay(&session, Payment::Debit);
    assert_eq!((status(&stripe), days(&stripe)[0].1), ("active", "open"));
    stripe.end_debit(&intent, Debit::Succeeds);
    assert_eq!(days(&stripe)[0].1, "paid");
    until(&stripe, &clock, at("2026-07-25T00:00:00Z"));
    assert_eq!(days(&stripe)[1].1, "paid");
}

#[tokio::test]
async fn a_pause_voids_the_invoices_until_it_is_over() {
    let (stripe, clock, caller) = start();
    let id = subscribed(&stripe, &caller, "month", "1").await;
    let resumes = at("2026-09-01T00:00:00Z").timestamp().to_string();
    let pause = [("pause_collection[behavior]", "void"), ("pause_collection[resumes_at]", resumes.as_str())];
    let paused = update(&caller, &id, &pause).await.json();
    assert_eq!(
        (&paused["status"], &paused["pause_collection"]["behavior"]),
        (&json!("active"), &json!("void"))
    );
    until(&stripe, &clock, at("2026-10-20T00:00:00Z"));

    let expected = ["paid", "void", "void", "paid", "paid"];
    assert_eq!(days(&stripe).into_iter().map(|(_, status)| status).collect::<Vec<_>>(), expected);
    assert!(!stripe.subscriptions()[0].paused);
    update(&caller, &id, &pause[..1]).await;
    assert_eq!(
        update(&caller, &id, &[("pause_collection", "")]).await.json()["pause_collection"],
        Value::Null
    );
}

fn price<'a>(item: &'a str, product: &'a str, amount: &'a str, unit: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("items[0][id]", item),
        ("items[0][price_data][currency]", "eur"),
        ("items[0][price_data][product]", product),
        ("items[0][price_data][unit_amount]", amount),
        ("items[0][price_data][recurring][interval]", unit),
        ("proration_behavior", "none"),
    ]
}

#[tokio::test]
async fn another_amount_counts_from_the_next_period_and_another_interval_at_once_unless_it_waits() {
    let (stripe, clock, caller) = start();
    let id = subscribed(&stripe, &caller, "month", "1").await;
    let shown = read(&caller, &format!("/v1/subscriptions/{id}")).await;
    let item = shown["items"]["data"][0]["id"].as_str().unwrap().to_owned();
    let product = shown["items"]["data"][0]["price"]["product"].as_str().unwrap().to_owned();
    assert_eq!(update(&caller, &id, &price(&item, &product, "900", "month")[..5]).await.status, 400);
    assert_eq!(update(&caller, &id, &price(&item, &product, "900", "month")).await.status, 200);
    assert_eq!(days(&stripe).len(), 1);
    until(&stripe, &clock, at("2026-07-20T00:00:00Z"));
    assert_eq!(stripe.subscriptions()[0].invoices[1].amount, 900);

    let end = at("2026-08-15T10:00:00Z").timestamp().to_string();
    let mut yearly = price(&item, &product, "5000", "year");
    yearly.push(("trial_end", &end));
    assert_eq!(update(&caller, &id, &yearly).await.json()["status"], "trialing");
    assert_eq!(stripe.subscriptions()[0].invoices[2].amount, 0);
    until(&stripe, &clock, at("2026-08-20T00:00:00Z"));
    let row = stripe.subscriptions().remove(0);
    assert_eq!((row.status, row.invoices[3].amount, row.invoices.len()), ("active", 5000, 4));
    assert_eq!(row.period.1, at("2027-08-15T10:00:00Z").timestamp());

    // Without a free time the new interval begins, and is charged, now.
    update(&caller, &id, &price(&item, &product, "100", "week")).await;
    let row = stripe.subscriptions().remove(0);
    assert_eq!((row.invoices[4].amount, row.invoices[4].status), (100, "paid"));
    assert_eq!(row.period.1, at("2026-08-27T00:00:00Z").timestamp());
}

#[tokio::test]
async fn a_subscription_ends_with_its_period_unless_it_is_kept_or_now() {
    let (stripe, clock, caller) = start();
    let id = subscribed(&stripe, &caller, "month", "1").await;
    let ending = update(&caller, &id, &[("cancel_at_period_end", "true")]).await.json();
    assert_eq!(ending["cancel_at"], at("2026-07-15T10:00:00Z").timestamp());
    let kept = update(&caller, &id, &[("cancel_at_period_end", "false")]).await.json();
    assert_eq!((&kept["cancel_at"], &kept["canceled_at"]), (&Value::Null, &Value::Null));
    update(&caller, &id, &[("cancel_at_period_end", "true")]).await;
    until(&stripe, &clock, at("2026-09-15T10:00:00Z"));
    let over = read(&caller, &format!("/v1/subscriptions/{id}")).await;
    assert_eq!(
        (&over["status"], &over["cancellation_details"]["reason"]),
        (&json!("canceled"), &json!("cancellation_requested"))
    );
    assert_eq!(over["ended_at"], at("2026-07-15T10:00:00Z").timestamp());
    assert_eq!(days(&stripe).len(), 1);

    let other = subscribed(&stripe, &caller, "month", "1").await;
    let path = format!("/v1/subscriptions/{other}");
    let comment = "?cancellation_details[comment]=why";
    let ended = caller.try_call("DELETE", &format!("{path}{comment}"), "", None).await.unwrap().json();
    assert_eq!(
        (&ended["status"], &ended["cancellation_details"]["comment"]),
        (&json!("canceled"), &json!("why"))
    );
    assert_eq!(caller.try_call("DELETE", &path, "", None).await.unwrap().status, 404);
    assert_eq!(update(&caller, &other, &[("cancel_at_period_end", "true")]).await.status, 400);
    let all = read(&caller, "/v1/subscriptions?status=all").await;
    let listed = read(&caller, "/v1/subscriptions").await;
    assert_eq!((all["data"].as_array().unwrap().len(), listed["data"].as_array().unwrap().len()), (2, 0));
}

#[tokio::test]
async fn a_page_may_begin_with_a_free_time() {
    let (stripe, clock, caller) = start();
    let (soon, later) = (
        at("2026-06-17T09:00:00Z").timestamp().to_string(),
        at("2026-07-01T00:00:00Z").timestamp().to_string(),
    );
    let mut form = page_of("500", "month", "1");
    form.push(("subscription_data[trial_end]", &soon));
    assert_eq!(caller.post("/v1/checkout/sessions", &form).await.error().1, "subscription_data[trial_end]");
    form.pop();
    form.push(("subscription_data[trial_end]", &later));
    let session = page(&caller, &form).await;
    assert_eq!(stripe.pay(&session, Payment::Card), "");
    assert_eq!(status(&stripe), "trialing");
    let shown = read(&caller, &format!("/v1/checkout/sessions/{session}")).await;
    assert_eq!(shown["payment_status"], "no_payment_required");
    until(&stripe, &clock, at("2026-08-02T00:00:00Z"));
    assert_eq!(days(&stripe).len(), 3);
    assert_eq!(stripe.balances()["eur"], 920);
}

#[tokio::test]
async fn cards_expire_unless_their_network_tells_of_a_new_date() {
    let (stripe, clock, caller) = start();
    let session = page(&caller, &page_of("500", "month", "1")).await;
    stripe.subscribe(&session, Plastic::GOOD.until(7, 2026));
    let id = stripe.subscriptions()[0].id.clone();
    until(&stripe, &clock, at("2026-08-16T00:00:00Z"));
    assert_eq!(status(&stripe), "past_due");
    let failed = read(&caller, "/v1/charges?limit=1").await;
    assert_eq!(failed["data"][0]["failure_code"], "expired_card");
    stripe.card_is_renewed(&id, 7, 2030);
    assert_eq!(stripe.events().last().unwrap().1, "payment_method.automatically_updated");
    until(&stripe, &clock, at("2026-08-19T00:00:00Z"));
    assert_eq!(status(&stripe), "active");
}

#[tokio::test]
async fn the_portal_changes_cards_where_its_configuration_allows_it() {
    let (stripe, _clock, caller) = start();
    subscribed(&stripe, &caller, "month", "1").await;
    let customer = stripe.subscriptions()[0].customer.clone();
    let made = caller
        .post(
            "/v1/billing_portal/configurations",
            &[("features[payment_method_update][enabled]", "true"), ("metadata[ours]", "yes")],
        )
        .await
        .json();
    let listed = read(&caller, "/v1/billing_portal/configurations?active=true").await;
    assert_eq!(listed["data"][0]["id"], made["id"]);
    let visit = [
        ("customer", customer.as_str()),
        ("configuration", made["id"].as_str().unwrap()),
        ("flow_data[type]", "payment_method_update"),
        ("flow_data[after_completion][type]", "redirect"),
        ("flow_data[after_completion][redirect][return_url]", "https://press.example.org/account"),
        ("locale", "de"),
    ];
    assert_eq!(caller.post("/v1/billing_portal/sessions", &visit[..1]).await.status, 400);
    let url =
        caller.post("/v1/billing_portal/sessions", &visit).await.json()["url"].as_str().unwrap().to_owned();
    let path = url.strip_prefix(&stripe.url).unwrap();
    assert!(caller.get(path).await.text().contains("Update your payment method"));
    let back = caller.post(path, &[("deed", "card")]).await;
    assert_eq!((back.status, back.header("location")), (303, "https://press.example.org/account"));
    assert_eq!(stripe.events().last().unwrap().1, "customer.updated");
}

#[tokio::test]
async fn parameters_that_stripe_does_not_have_are_refused() {
    let (stripe, _clock, caller) = start();
    let id = subscribed(&stripe, &caller, "month", "1").await;
    for (name, value) in [
        ("payment_intent_data[metadata][a]", "b"),
        ("customer_creation", "always"),
        ("subscription_data[coupon]", "x"),
        ("customer", "cus_1"),
        ("line_items[0][price_data][recurring][period]", "x"),
    ] {
        let mut form = page_of("500", "month", "1");
        form.push((name, value));
        assert_eq!(caller.post("/v1/checkout/sessions", &form).await.status, 400, "{name}");
    }
    assert_eq!(caller.post("/v1/checkout/sessions", &page_of("500", "month", "37")).await.status, 400);
    for (name, value) in [
        ("current_period_end", "1"),
        ("coupon", "x"),
        ("pause_collection[behavior]", "forget"),
        ("trial_end", "5"),
        ("default_payment_method", "pm_1"),
        ("items[0][id]", "si_1"),
        ("status", "active"),
    ] {
        assert_eq!(update(&caller, &id, &[(name, value)]).await.status, 400, "{name}");
    }
    for path in [
        "/v1/invoices?payment_intent=pi_1",
        "/v1/subscriptions?email=a",
        "/v1/invoice_payments?payment[payment_intent]=x",
    ] {
        assert_eq!(caller.get(path).await.status, 400, "{path}");
    }
}
