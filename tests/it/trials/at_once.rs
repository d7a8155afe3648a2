//! Many do the same at the same instant: one form a hundred times, one event fifty times while the gateway is asked,
//! fifty refunds of one gift.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use futures_util::future::{join, join_all};
use mainstay::domain::audit::Actor;
use mainstay::domain::clock::Clock as _;
use mainstay::domain::ids::RefundId;
use mainstay::domain::refund::{Refund, RefundStatus};
use mainstay::gateways::sandbox::{SIGNATURE_HEADER, SandboxEvent, SandboxPayment, SandboxRefund, sign};
use mainstay::store::{StoreError, refunds, sandbox};
use mainstay::usecases::refund::{self, RefundOrder};
use mainstay::usecases::{UseCaseError, sync};
use reqwest::{Method, StatusCode};

use super::{Summary, seed, size};
use crate::support::app::{Changes, Engine, TestApp, settings};
use crate::support::client::{Answer, Client};
use crate::support::gateway::Call;
use crate::support::gift::{Form, Given, eur};
use crate::support::random::Random;
use crate::support::twins;

const SECRET: &str = "sandbox-webhook-secret-for-development";

fn unlimited() -> Changes {
    settings(&[
        ("MAINSTAY_LIMITS__PLEDGES_PER_IP_BURST", "1000000"),
        ("MAINSTAY_LIMITS__PLEDGES_PER_IP_PER_HOUR", "1000000"),
        ("MAINSTAY_LIMITS__PLEDGES_PER_EMAIL_PER_HOUR", "1000000"),
    ])
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap()
}

async fn one_form_posted_a_hundred_times_at_once_opens_one_payment(engine: Engine) {
    const POSTS: usize = 100;
    let mut summary = Summary::of("one_form_at_once", engine, &["repeated post"]);
    let app = TestApp::start_with(engine, unlimited()).await;
    let tabs = [app.client(), app.client()];
    for round in 0..size(3, 1000) {
        let form = Form::gift().by(usize::try_from(round).unwrap());
        // With an id in the form, and without: a page that was made before the ids, or by hand.
        let form = if round % 3 == 2 { form } else { form.set("form_id", &format!("form-{round}")) };
        let answers = join_all((0..POSTS).map(|post| tabs[post % 2].give(&form))).await;
        let pages: BTreeSet<&str> = answers.iter().map(Answer::location).collect();
        summary.ran(1);
        summary.fault("repeated post", u64::try_from(answers.len() - 1).unwrap());
        if pages.len() != 1 {
            summary.doubled([format!("round {round}: {pages:?}")]);
        }
        for (table, sql) in
            [("pledges", "pledges"), ("attempts", "attempts"), ("payments", "sandbox_payments")]
        {
            let count = app.count(sql).await;
            if count != signed(round + 1) {
                summary.doubled([format!("round {round}: {count} {table}")]);
            }
        }
    }
    summary.figure("calls to open", app.sandbox().calls(Call::StartCheckout));
    app.finish().await;
    summary.finish();
}
twins!(one_form_posted_a_hundred_times_at_once_opens_one_payment);

/// A gift that is paid at the sandbox, of which nothing was told yet.
async fn paid_in_silence(app: &TestApp, form: &Form) -> (String, SandboxPayment) {
    let page = app.promises(form).await;
    let thanks = app.client().pay(&page, "succeed", "never").await;
    let id = page.rsplit_once('/').unwrap().1.to_owned();
    (thanks, at_gateway(app, &id).await)
}

/// The payment as the sandbox has it in its books.
async fn at_gateway(app: &TestApp, id: &str) -> SandboxPayment {
    let id = id.to_owned();
    let found = app.ctx().db.read(move |conn| sandbox::find(conn, &id)).await.unwrap().unwrap();
    SandboxPayment {
        id: found.id,
        attempt: found.idempotency_key,
        subscription: None,
        period_on: None,
        amount_minor: found.amount_minor,
        currency: found.currency,
        status: found.status,
        fee_minor: found.fee_minor,
        refunds: serde_json::from_str(&found.refunds).unwrap(),
        changed_at: found.changed_at,
    }
}

async fn deliver(app: &TestApp, client: &Client, id: &str, payment: &SandboxPayment) {
    let event = SandboxEvent { id: id.to_owned(), payment: payment.clone(), subscription: None };
    let body = serde_json::to_vec(&event).unwrap();
    let signature = sign(SECRET, &body, app.clock.now());
    let request = client.request(Method::POST, "/webhooks/sandbox").header(SIGNATURE_HEADER, signature);
    let answer = client.send(request.body(body)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
}

async fn fifty_deliveries_racing_with_a_question_count_once(engine: Engine) {
    let faults =
        ["repeated delivery", "second event", "question beside them", "look at the page beside them"];
    let mut summary = Summary::of("deliveries_at_once", engine, &faults);
    let app = TestApp::start_with(engine, unlimited()).await;
    let races = size(2, 1000);
    let client = app.client();
    for race in 0..races {
        let (thanks, payment) = paid_in_silence(&app, &Form::gift().by(usize::try_from(race).unwrap())).await;
        let attempt = payment.attempt.parse().unwrap();
        let same = format!("sbe_{race}");
        let deliveries = (0..50).map(|_| deliver(&app, &client, &same, &payment));
        let others: Vec<String> = (0..4).map(|number| format!("sbe_{race}_{number}")).collect();
        let others = others.iter().map(|other| deliver(&app, &client, other, &payment));
        let questions = (0..3).map(|_| async {
            // Two settle the same payment at the same instant: one may have to be repeated, as its job does.
            while let Err(error) = sync::attempt(app.ctx(), attempt).await {
                assert!(
                    matches!(error, UseCaseError::Store(StoreError::Conflict { .. } | StoreError::Stale)),
                    "{error}"
                );
            }
        });
        let looks = (0..3).map(|_| client.get(&thanks));
        let told = join(join_all(deliveries), join_all(others));
        let asked = join(join_all(questions), join_all(looks));
        join(join(told, asked), join(app.run_jobs(), app.run_jobs())).await;
        app.pass(TimeDelta::minutes(1)).await;
        summary.ran(1);
        for (fault, times) in faults.iter().zip([49, 4, 3, 3]) {
            summary.fault(fault, times);
        }
        for (table, times) in [("donations", 1), ("receipts", 1), ("ledger_entries", 2), ("inbox", 5)] {
            let (count, wanted) = (app.count(table).await, signed(race + 1) * times);
            if count > wanted {
                summary.doubled([format!("race {race}: {count} {table}")]);
            } else if count < wanted {
                summary.lost([format!("race {race}: {count} {table}")]);
            }
        }
    }
    let letters = u64::try_from(app.letters().len()).unwrap();
    assert_eq!(letters, races, "a letter each");
    app.finish().await;
    summary.finish();
}
twins!(fifty_deliveries_racing_with_a_question_count_once);

async fn fifty_refunds_at_once_never_give_back_too_much_and_lose_none(engine: Engine) {
    let faults = ["refused as too much", "double click", "equal order", "refund at the gateway"];
    let mut summary = Summary::of("refunds_at_once", engine, &faults);
    let app = TestApp::start_with(engine, unlimited()).await;
    let random = Random::seeded(seed());
    let client = app.client();
    for round in 0..size(2, 1000) {
        // In every second round there is money enough for all.
        let gross = if round % 2 == 0 { 100_000 } else { 10_000 };
        let form = Form::gift().by(usize::try_from(round).unwrap()).set("amount", &(gross / 100).to_string());
        let given = app.gives(&form).await;
        let orders = Orders::invented(&mut random.fork(round), &given, round);
        let asked =
            join_all(orders.list.iter().map(|order| refund::order(app.ctx(), Actor::Command, order.clone())));
        let elsewhere = join_all(
            orders.at_gateway.iter().map(|(id, minor)| refund_at_gateway(&app, &client, &given, id, *minor)),
        );
        let ((answers, made), _) = join(join(asked, elsewhere), join(app.run_jobs(), app.run_jobs())).await;
        app.pass(TimeDelta::minutes(2)).await;

        summary.ran(1);
        summary.fault("refund at the gateway", made.iter().filter(|made| **made).count().try_into().unwrap());
        judge(&app, &given, &orders, &answers, &mut summary).await;
        if gross == 100_000 && answers.iter().any(Result::is_err) {
            summary.lost([format!("round {round}: refused though there was enough")]);
        }
    }
    summary.figure("refunds", app.count("refunds").await);
    app.finish().await;
    summary.finish();
}
twins!(fifty_refunds_at_once_never_give_back_too_much_and_lose_none);

/// What two members of staff order, and what is given back at the gateway meanwhile.
struct Orders {
    list: Vec<RefundOrder>,
    at_gateway: Vec<(String, i64)>,
}

impl Orders {
    fn invented(random: &mut Random, given: &Given, round: u64) -> Self {
        let mut list = Vec::new();
        while list.len() < 50 {
            let minor = 100 + i64::try_from(random.below(400)).unwrap();
            let number = list.len();
            let order = RefundOrder {
                donation: given.donation.id,
                amount: Some(eur(minor)),
                reason: Some(format!("staff {}", number % 2)),
                request_key: Some(format!("round-{round}-{number}")),
            };
            match random.below(3) {
                // A double click.
                0 => list.extend([order.clone(), order]),
                // The same again, meant so.
                1 => list.extend([
                    RefundOrder { request_key: Some(format!("again-{round}-{number}")), ..order.clone() },
                    order,
                ]),
                _ => list.push(order),
            }
        }
        let at_gateway = (0..3).map(|number| (format!("sbr_{round}_{number}"), 200)).collect();
        Self { list, at_gateway }
    }
}

/// Gives back in the gateway's own dashboard, if it lets one, and has it told.
async fn refund_at_gateway(app: &TestApp, client: &Client, given: &Given, id: &str, minor: i64) -> bool {
    let (payment, name, now) = (given.donation.remote.as_str().to_owned(), id.to_owned(), app.clock.now());
    let made = app.ctx().db.write(move |tx| {
        let mut record = sandbox::lock(tx, &payment)?;
        let mut made: Vec<SandboxRefund> = serde_json::from_str(&record.refunds).unwrap();
        let before: i64 = made.iter().map(|refund| refund.amount_minor).sum();
        if before + minor > record.amount_minor {
            return Ok::<_, StoreError>(false);
        }
        made.push(SandboxRefund {
            id: name,
            refund: None,
            amount_minor: minor,
            status: "succeeded".to_owned(),
            at: now,
        });
        record.refunds = serde_json::to_string(&made).unwrap();
        sandbox::update(tx, &record)?;
        Ok(true)
    });
    let made = made.await.unwrap();
    let payment = at_gateway(app, given.donation.remote.as_str()).await;
    deliver(app, client, &format!("sbe_{id}"), &payment).await;
    made
}

/// Holds our refunds against the gateway's.
async fn judge(
    app: &TestApp,
    given: &Given,
    orders: &Orders,
    answers: &[Result<Refund, UseCaseError>],
    summary: &mut Summary,
) {
    let donation = given.donation.id;
    let ours = app.ctx().db.read(move |conn| refunds::of_donation(conn, donation)).await.unwrap();
    let theirs = at_gateway(app, given.donation.remote.as_str()).await;
    let sum: i64 = theirs.refunds.iter().map(|refund| refund.amount_minor).sum();
    if sum > theirs.amount_minor {
        summary.doubled([format!("{donation}: {sum} of {} given back", theirs.amount_minor)]);
    }
    let there: BTreeMap<&str, i64> =
        theirs.refunds.iter().map(|made| (made.id.as_str(), made.amount_minor)).collect();
    let here: BTreeMap<&str, i64> = ours
        .iter()
        .filter(|refund| refund.status == RefundStatus::Succeeded)
        .map(|refund| (refund.remote.as_ref().unwrap().as_str(), refund.amount.minor()))
        .collect();
    summary.lost(
        there
            .iter()
            .filter(|made| here.get(*made.0) != Some(made.1))
            .map(|made| format!("{donation}: {made:?}")),
    );
    summary.doubled(
        here.iter()
            .filter(|made| there.get(*made.0) != Some(made.1))
            .map(|made| format!("{donation}: {made:?}")),
    );
    let left = ours.iter().filter(|refund| refund.status == RefundStatus::Pending);
    summary.lost(left.map(|refund| format!("{} is still pending", refund.id)));

    let mut by_key: BTreeMap<&str, RefundId> = BTreeMap::new();
    let mut amounts: BTreeSet<(RefundId, i64)> = BTreeSet::new();
    for (order, answer) in orders.list.iter().zip(answers) {
        match answer {
            Ok(refund) => {
                let key = order.request_key.as_deref().unwrap();
                match by_key.insert(key, refund.id) {
                    Some(first) if first == refund.id => summary.fault("double click", 1),
                    Some(first) => summary.doubled([format!("{key}: {first} and {}", refund.id)]),
                    None if key.starts_with("again") => summary.fault("equal order", 1),
                    None => {}
                }
                amounts.insert((refund.id, refund.amount.minor()));
            }
            Err(UseCaseError::Conflict { code: "refund_too_large", .. }) => {
                summary.fault("refused as too much", 1);
            }
            Err(error) => panic!("{error:?}"),
        }
    }
    // What was taken is on record with its amount; a key of its own is a refund of its own.
    let on_record: BTreeSet<(RefundId, i64)> =
        ours.iter().map(|refund| (refund.id, refund.amount.minor())).collect();
    summary.lost(amounts.difference(&on_record).map(|order| format!("{donation}: {order:?}")));
    if amounts.len() != by_key.len() {
        summary.lost([format!("{donation}: {} refunds for {} orders", amounts.len(), by_key.len())]);
    }
}
