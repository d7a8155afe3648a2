//! Reconciliation: what a gateway lists is held against what is on record here, so that news that was never delivered
//! is found all the same.

use super::balances::{self, Pulled};
use super::settle::{self, Settled};
use super::{Context, UseCaseError, sync, webhook};
use crate::domain::ids::InboxId;
use crate::domain::pledge::GatewayKind;
use crate::gateways::{Gateway, ListedEvent};
use crate::store::{attempts, settings};
use chrono::{DateTime, TimeDelta, Utc};

/// How far back the first run looks: gateways list events for about a month.
const FIRST_LOOK: TimeDelta = TimeDelta::days(30);

/// Each run looks this much further back than the last one ended: events may be listed late, and clocks differ.
const OVERLAP: TimeDelta = TimeDelta::hours(2);

/// What reconciliation with one gateway found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// With whom.
    pub gateway: GatewayKind,
    /// From when on.
    pub since: DateTime<Utc>,
    /// Events that the gateway lists.
    pub events: usize,
    /// Those that had never been delivered.
    pub missed: usize,
    /// Facts about payments that were held against the books.
    pub facts: usize,
    /// Payments with our mark that no pledge of this site began: a person is asked about each.
    pub unclaimed: usize,
    /// Attempts that had no answer and were asked about.
    pub asked: usize,
    /// What was read of its balance.
    pub balance: Pulled,
}

/// Reconciles with one gateway or all, from `since` or from where the last run ended.
///
/// # Errors
/// `GatewayUnavailable` if a gateway gives no answer: what was found before is kept, and the next run begins where
/// this one did.
pub async fn run(
    ctx: &Context,
    only: Option<GatewayKind>,
    since: Option<DateTime<Utc>>,
) -> Result<Vec<Report>, UseCaseError> {
    let mut reports = Vec::new();
    for kind in ctx.gateways.kinds().filter(|kind| only.is_none_or(|only| only == *kind)) {
        let Some(gateway) = ctx.gateways.get(kind).filter(|gateway| gateway.capabilities().webhooks) else {
            continue;
        };
        reports.push(with(ctx, gateway.as_ref(), since).await?);
    }
    Ok(reports)
}

async fn with(
    ctx: &Context,
    gateway: &dyn Gateway,
    since: Option<DateTime<Utc>>,
) -> Result<Report, UseCaseError> {
    let (kind, began) = (gateway.kind(), ctx.now());
    let wanted = since;
    let since = match since {
        Some(since) => since,
        None => last_run(ctx, kind).await?.map_or(began - FIRST_LOOK, |last| last - OVERLAP),
    };
    let mut report = Report {
        gateway: kind,
        since,
        events: 0,
        missed: 0,
        facts: 0,
        unclaimed: 0,
        asked: 0,
        balance: Pulled::default(),
    };
    take_up_events(ctx, gateway, &mut report).await?;
    take_up_payments(ctx, gateway, &mut report).await?;
    ask_about_attempts(ctx, &mut report).await?;
    let name = setting_name(kind);
    ctx.db.write(move |tx| settings::set_moment(tx, &name, began)).await?;
    // The books come first: what moved is compared with what is known of each gift now.
    report.balance = balances::pull(ctx, gateway, wanted).await?;
    if report.missed > 0 {
        tracing::warn!(gateway = %kind, missed = report.missed, "events had not been delivered");
    }
    Ok(report)
}

pub(super) fn setting_name(kind: GatewayKind) -> String {
    format!("reconciled/{kind}")
}

/// When reconciliation with this gateway last ended well.
async fn last_run(ctx: &Context, kind: GatewayKind) -> Result<Option<DateTime<Utc>>, UseCaseError> {
    Ok(ctx.db.read(move |conn| settings::find_moment(conn, &setting_name(kind))).await?)
}

/// Events that are not in the inbox are put there, as if they had been delivered, and processed.
async fn take_up_events(
    ctx: &Context,
    gateway: &dyn Gateway,
    report: &mut Report,
) -> Result<(), UseCaseError> {
    let mut after = None;
    loop {
        let page = gateway.events_since(report.since, after.as_deref()).await?;
        report.events += page.items.len();
        let missed = store_missed(ctx, report.gateway, page.items).await?;
        report.missed += missed.len();
        for id in missed {
            // Its job is in the queue as well, and tries again if this fails.
            if let Err(error) = webhook::process(ctx, id).await {
                tracing::warn!(event.id = %id, %error, "a missed event waits for its job");
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}

async fn store_missed(
    ctx: &Context,
    gateway: GatewayKind,
    listed: Vec<ListedEvent>,
) -> Result<Vec<InboxId>, UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let mut missed = Vec::new();
            for event in listed {
                missed.extend(webhook::store(tx, &inner, gateway.into(), event)?);
            }
            Ok(missed)
        })
        .await
}

/// Everything that the gateway knows of our payments is held against the books: only differences change anything.
async fn take_up_payments(
    ctx: &Context,
    gateway: &dyn Gateway,
    report: &mut Report,
) -> Result<(), UseCaseError> {
    let (kind, mut after) = (report.gateway, None);
    loop {
        let page = gateway.payments_since(report.since, after.as_deref()).await?;
        report.facts += page.items.len();
        for facts in page.items.chunk_by(|a, b| a.about() == b.about()) {
            let (inner, facts) = (ctx.clone(), facts.to_vec());
            let settled = ctx.db.write(move |tx| settle::apply(tx, &inner, kind, &facts)).await?;
            report.unclaimed += usize::from(settled == Settled::Unclaimed);
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// Attempts without an answer, however old.
async fn ask_about_attempts(ctx: &Context, report: &mut Report) -> Result<(), UseCaseError> {
    /// Questions of one run.
    const MOST: i64 = 500;
    /// So many of them may stay without an answer; after that the gateway is down, and the next run asks.
    const UNANSWERED: usize = 10;
    let (kind, before) = (report.gateway, ctx.now() - sync::ANSWER_WITHIN);
    let open = ctx.db.read(move |conn| attempts::unanswered(conn, kind, before, MOST)).await?;
    let mut unanswered = 0;
    for id in open {
        report.asked += 1;
        match sync::attempt(ctx, id).await {
            Ok(()) => {}
            // Stripe answers a call that failed half-way with the same error for a day: the others must not wait for it.
            Err(UseCaseError::GatewayUnavailable(why)) if unanswered < UNANSWERED => {
                unanswered += 1;
                tracing::warn!(attempt.id = %id, why, "an attempt is still without an answer");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The hourly run.
pub async fn hourly(ctx: &Context) -> Result<(), UseCaseError> {
    for report in run(ctx, None, None).await? {
        tracing::info!(
            gateway = %report.gateway,
            events = report.events,
            missed = report.missed,
            facts = report.facts,
            unclaimed = report.unclaimed,
            asked = report.asked,
            movements = report.balance.movements,
            payouts = report.balance.payouts,
            unexplained = report.balance.open,
            "reconciled"
        );
    }
    Ok(())
}
