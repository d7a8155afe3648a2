//! What the trials of gateways that fail have in common: time that passes, refunds that are ordered, and our books beside
//! what the gateway really did.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use mainstay::domain::audit::Actor;
use mainstay::domain::refund::RefundStatus;
use mainstay::store::refunds;
use mainstay::usecases::refund::{self, RefundOrder};

use super::Summary;
use crate::support::app::TestApp;
use crate::support::faults::Fault;
use crate::support::gift::eur;

/// Kinds of faults that end a call at once; the others cost their time-out each.
pub(super) const QUICK: [Fault; 9] = [
    Fault::DropBefore,
    Fault::DropAfter,
    Fault::ServerErrorBefore,
    Fault::ServerErrorKept,
    Fault::ServerErrorAfter,
    Fault::CutAnswer,
    Fault::TooMany,
    Fault::MalformedAnswer,
    Fault::Conflict,
];

/// Hours pass, with the recurring work of each.
pub(super) async fn hours(app: &TestApp, hours: u64) {
    for _hour in 0..hours {
        app.clock.advance(TimeDelta::hours(1));
        app.upkeep().await;
    }
}

/// Staff order refunds, two equal ones among them.
pub(super) async fn order_refunds(app: &TestApp) {
    let donations = "SELECT id AS line FROM donations WHERE gross_minor = 2500 AND refunded_minor = 0 ORDER BY id DESC LIMIT 4";
    for (number, donation) in app.lines(donations).await.into_iter().enumerate() {
        for _ in 0..=number % 2 {
            let order = RefundOrder {
                donation: donation.parse().unwrap(),
                amount: Some(eur(300)),
                reason: None,
                request_key: None,
            };
            // A hold or another refund may have been first.
            drop(refund::order(app.ctx(), Actor::Command, order).await);
        }
    }
    app.run_jobs().await;
}

/// No attempt is open any more, and none was carried out twice. `attempts` are those of the gateway's payments.
pub(super) async fn attempts_agree(
    app: &TestApp,
    attempts: impl IntoIterator<Item = String>,
    summary: &mut Summary,
) {
    let unknown = app.lines("SELECT id AS line FROM attempts WHERE outcome IN ('started', 'unknown')").await;
    summary.lost(unknown.into_iter().map(|attempt| format!("{attempt} is still unknown")));
    summary
        .doubled(twice(&counted(attempts)).map(|(ours, times)| format!("{ours} was charged {times} times")));
}

/// Our books hold the payments that the gateway made, each as its name, what was paid and what went back of it.
pub(super) async fn payments_agree(app: &TestApp, paid: &BTreeSet<String>, summary: &mut Summary) {
    let sql = "SELECT remote_id || ' ' || gross_minor || ' ' || refunded_minor AS line FROM donations WHERE gross_minor IS NOT NULL";
    let booked: BTreeSet<String> = app.lines(sql).await.into_iter().collect();
    summary.lost(paid.difference(&booked).map(|payment| format!("at the gateway: {payment}")));
    summary.doubled(booked.difference(paid).map(|payment| format!("in our books only: {payment}")));
}

/// What the gateway holds is what the books say.
pub(super) fn balances_agree(balance: i64, clearing: i64, summary: &mut Summary) {
    if clearing != balance {
        summary.lost([format!("the gateway holds {balance}, the books say {clearing}")]);
    }
}

/// Each refund of ours was carried out once. `made` are those that the gateway made.
pub(super) async fn refunds_agree(
    app: &TestApp,
    made: impl IntoIterator<Item = String>,
    summary: &mut Summary,
) {
    let made = counted(made);
    summary.doubled(twice(&made).map(|(refund, times)| format!("{refund} was made {times} times")));
    for id in app.lines("SELECT id AS line FROM refunds WHERE request_key IS NULL").await {
        let (refund, name) = (id.parse().unwrap(), id);
        let known = app.ctx().db.read(move |conn| refunds::get(conn, refund)).await.unwrap();
        match known.status {
            RefundStatus::Pending => summary.lost([format!("{name} is still on its way")]),
            RefundStatus::Failed if made.contains_key(&name) => {
                summary.lost([format!("{name} was made and is not known")]);
            }
            RefundStatus::Succeeded | RefundStatus::Failed => {}
        }
    }
}

fn counted(names: impl IntoIterator<Item = String>) -> BTreeMap<String, usize> {
    let mut all = BTreeMap::new();
    for name in names {
        *all.entry(name).or_default() += 1;
    }
    all
}

fn twice(counted: &BTreeMap<String, usize>) -> impl Iterator<Item = (&String, &usize)> {
    counted.iter().filter(|(_, times)| **times > 1)
}

pub(super) fn name_of(fault: Fault) -> &'static str {
    match fault {
        Fault::DropBefore => "dropped before",
        Fault::DropAfter => "dropped after",
        Fault::ServerErrorBefore => "500 before",
        Fault::ServerErrorKept => "500 kept",
        Fault::ServerErrorAfter => "500 after",
        Fault::CutAnswer => "answer cut",
        Fault::StallBefore => "stalled before",
        Fault::StallAfter => "stalled after",
        Fault::TooMany => "429",
        Fault::MalformedAnswer => "answer malformed",
        Fault::Conflict => "409",
    }
}
