//! Settling: what gateways say becomes donations, books, receipts and mails, in one transaction.
//!
//! The books take the *difference* between what is now known and what they already hold, so that repeats and
//! any order of the same facts end in the same state.

use super::{Context, UseCaseError, receipts};
use crate::domain::attempt::AttemptOutcome;
use crate::domain::donation::{
    Captured, Donation, Doubt, GatewayFact, Happening, Payment, RemoteId, WaitingState,
};
use crate::domain::ids::{AttemptId, PledgeId, RefundId};
use crate::domain::job::Job;
use crate::domain::ledger::{Booked, Entry, EntryKind};
use crate::domain::money::Money;
use crate::domain::pledge::{GatewayKind, Pledge, PledgeStatus};
use crate::domain::refund::{Refund, RefundStatus};
use crate::store::campaigns::TotalChange;
use crate::store::ledger::Booking;
use crate::store::{Tx, attempts, campaigns, donations, donors, ledger, pledges, refunds, reviews};
use chrono::{DateTime, Utc};

/// What came of a set of facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// They are in the books.
    Booked,
    /// They concern a payment that no pledge of ours began; a person is asked.
    Unclaimed,
}

/// Takes facts of one gateway into the books.
pub fn apply(
    tx: &mut Tx<'_>,
    ctx: &Context,
    gateway: GatewayKind,
    facts: &[GatewayFact],
) -> Result<Settled, UseCaseError> {
    let mut settled = Settled::Booked;
    let mut payments: Vec<&RemoteId> = facts.iter().map(|fact| &fact.payment).collect();
    payments.sort();
    payments.dedup();
    for payment in payments {
        let of_payment: Vec<&GatewayFact> = facts.iter().filter(|fact| fact.payment == *payment).collect();
        let attempt = of_payment.iter().find_map(|fact| fact.attempt);
        match find_pledge(tx, gateway, payment, attempt)? {
            Some(pledge) => {
                let news = of_payment.into_iter().map(|fact| fact.what.clone()).collect();
                settle_payment(tx, ctx, News { gateway, payment: payment.clone(), pledge, attempt, news })?;
            }
            None => {
                let detail = format!("{gateway} reports a payment that no pledge of this site began");
                reviews::raise(tx, ctx.new_id(), "unclaimed_payment", payment.as_str(), &detail, ctx.now())?;
                settled = Settled::Unclaimed;
            }
        }
    }
    Ok(settled)
}

/// The pledge that a payment is for: by what is on record, else by what the gateway carried along.
fn find_pledge(
    tx: &mut Tx<'_>,
    gateway: GatewayKind,
    payment: &RemoteId,
    attempt: Option<AttemptId>,
) -> Result<Option<PledgeId>, UseCaseError> {
    if let Some(donation) = donations::find_by_remote(tx, gateway, payment)? {
        return Ok(Some(donation.pledge));
    }
    let by_id = attempt.map(|id| attempts::find(tx, id)).transpose()?.flatten();
    let attempt = match by_id.filter(|attempt| attempt.gateway == gateway) {
        Some(attempt) => Some(attempt),
        None => attempts::find_by_remote(tx, gateway, payment)?,
    };
    Ok(attempt.map(|attempt| attempt.pledge))
}

/// News of one payment for one pledge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// Who says so.
    pub gateway: GatewayKind,
    /// The gateway's name of the payment.
    pub payment: RemoteId,
    /// What it is for.
    pub pledge: PledgeId,
    /// The attempt that began it, if any.
    pub attempt: Option<AttemptId>,
    /// What happened.
    pub news: Vec<Happening>,
}

/// Takes news of one payment into the books and returns the donation.
pub fn settle_payment(tx: &mut Tx<'_>, ctx: &Context, news: News) -> Result<Donation, UseCaseError> {
    let now = ctx.now();
    let pledge = pledges::lock(tx, news.pledge)?;
    if let Some(attempt) = news.attempt {
        let accepted = AttemptOutcome::Accepted { remote: news.payment.clone(), next_url: None };
        attempts::set_outcome(tx, attempt, &accepted, now)?;
    }
    let promised = pledge.terms.amount.currency();
    let mut donation = match donations::find_by_remote(tx, news.gateway, &news.payment)? {
        Some(donation) => donation,
        None => {
            let donation = new_donation(ctx, &pledge, &news);
            donations::insert(tx, &donation, promised, now)?;
            donation
        }
    };
    let mut doubts = Vec::new();
    let mut refunded_at = None;
    for happening in news.news {
        match happening {
            Happening::Waiting(waiting) => donation.payment = donation.payment.waiting(waiting),
            Happening::Captured(captured) => {
                let (payment, doubt) = donation.payment.captured(captured);
                donation.payment = payment;
                doubts.extend(doubt);
            }
            Happening::Refund { remote, ours, amount, status, at } => {
                take_refund(tx, ctx, &donation, RefundNews { remote, ours, amount, status })?;
                refunded_at = refunded_at.max(Some(at));
            }
        }
    }
    let known_refunds = refunds::of_donation(tx, donation.id)?;
    let total = Refund::total_minor(&known_refunds, RefundStatus::Succeeded);
    let (payment, doubt) = donation.payment.refunded(total);
    donation.payment = payment;
    doubts.extend(doubt);
    raise(tx, ctx, &donation, &pledge, &doubts)?;
    finish(tx, ctx, &pledge, donation, &known_refunds, refunded_at.unwrap_or(now))
}

fn new_donation(ctx: &Context, pledge: &Pledge, news: &News) -> Donation {
    Donation {
        id: ctx.new_id(),
        pledge: pledge.id,
        campaign: pledge.terms.campaign,
        donor: None,
        gateway: news.gateway,
        remote: news.payment.clone(),
        payment: Payment::default(),
        created_at: ctx.now(),
    }
}

/// What a gateway says of a refund.
struct RefundNews {
    remote: RemoteId,
    ours: Option<RefundId>,
    amount: Money,
    status: RefundStatus,
}

/// Finds the refund by our id or the gateway's and moves it on, or records one made at the gateway.
fn take_refund(
    tx: &mut Tx<'_>,
    ctx: &Context,
    donation: &Donation,
    news: RefundNews,
) -> Result<(), UseCaseError> {
    let now = ctx.now();
    let known = refunds::of_donation(tx, donation.id)?;
    let ours = known.iter().find(|refund| Some(refund.id) == news.ours);
    let same = ours.or_else(|| known.iter().find(|refund| refund.remote.as_ref() == Some(&news.remote)));
    let refund = match same {
        Some(refund) => {
            let moved = refund.clone().learned(news.status, Some(news.remote));
            if moved == *refund {
                return Ok(());
            }
            refunds::update(tx, &moved, now)?;
            moved
        }
        None => {
            let refund = Refund {
                id: ctx.new_id(),
                donation: donation.id,
                amount: news.amount,
                status: news.status,
                remote: Some(news.remote),
                reason: None,
                created_at: now,
            };
            refunds::insert(tx, &refund, donation.gateway, None)?;
            refund
        }
    };
    if refund.status == RefundStatus::Succeeded {
        ctx.enqueue(tx, &Job::SendRefundNotice { refund: refund.id })?;
    }
    Ok(())
}

/// Asks a person about contradictions, and about money that is not what was promised.
fn raise(
    tx: &mut Tx<'_>,
    ctx: &Context,
    donation: &Donation,
    pledge: &Pledge,
    doubts: &[Doubt],
) -> Result<(), UseCaseError> {
    let subject = donation.id.to_string();
    let now = ctx.now();
    for doubt in doubts {
        let kind = match doubt {
            Doubt::TwoAmounts { .. } => "two_amounts",
            Doubt::FeeCurrency { .. } => "fee_currency",
            Doubt::OverRefunded { .. } => "over_refunded",
        };
        reviews::raise(tx, ctx.new_id(), kind, &subject, &doubt.to_string(), now)?;
    }
    let promised = pledge.terms.amount;
    if let Some(paid) = donation.payment.money().map(|money| money.gross).filter(|gross| *gross != promised) {
        let detail = format!("{paid} arrived for a promise of {promised}");
        reviews::raise(tx, ctx.new_id(), "amount_differs", &subject, &detail, now)?;
    }
    if donation.payment.money().is_some() {
        let others = donations::of_pledge(tx, pledge.id)?;
        if others.iter().any(|other| other.id != donation.id && other.payment.money().is_some()) {
            let detail = format!("a second payment arrived for {}", pledge.id);
            reviews::raise(tx, ctx.new_id(), "paid_twice", &subject, &detail, now)?;
        }
    }
    Ok(())
}

/// Brings donor, pledge, books, totals and receipts to what is now known.
fn finish(
    tx: &mut Tx<'_>,
    ctx: &Context,
    pledge: &Pledge,
    mut donation: Donation,
    known_refunds: &[Refund],
    refunded_at: DateTime<Utc>,
) -> Result<Donation, UseCaseError> {
    let now = ctx.now();
    if donation.payment.money().is_some() && donation.donor.is_none() {
        let terms = &pledge.terms;
        donation.donor = Some(donors::upsert(tx, ctx.new_id(), &terms.email, terms.name.as_ref(), now)?);
    }
    donations::update(tx, &donation, pledge.terms.amount.currency(), now)?;
    let status = pledge_status(tx, pledge, &donation)?;
    let donor = pledge.donor.or(donation.donor);
    if (status, donor) != (pledge.status, pledge.donor) {
        pledges::set_status(tx, pledge.id, status, donor, now)?;
    }
    if let Some(money) = donation.payment.money().cloned() {
        book(tx, ctx, &donation, &money, known_refunds, refunded_at)?;
        receipts::bring_up_to_date(tx, ctx, pledge, &donation)?;
    }
    Ok(donation)
}

/// Once money arrived, the pledge is kept for good; before, the latest news counts.
fn pledge_status(
    tx: &mut Tx<'_>,
    pledge: &Pledge,
    donation: &Donation,
) -> Result<PledgeStatus, UseCaseError> {
    let all = donations::of_pledge(tx, pledge.id)?;
    let paid = |donation: &Donation| donation.payment.money().is_some();
    if paid(donation) || all.iter().any(paid) {
        return Ok(PledgeStatus::Fulfilled);
    }
    let latest = all.iter().filter_map(|donation| donation.payment.latest_waiting()).max();
    Ok(match (latest.map(|waiting| &waiting.state), pledge.status) {
        (Some(WaitingState::Processing), _) => PledgeStatus::Pending,
        (Some(WaitingState::Failed(_)), _) => PledgeStatus::Failed,
        (Some(WaitingState::Expired), _) => PledgeStatus::Expired,
        (None, status) => status,
    })
}

/// Posts the difference between what should be in the books and what is.
fn book(
    tx: &mut Tx<'_>,
    ctx: &Context,
    donation: &Donation,
    money: &Captured,
    known_refunds: &[Refund],
    refunded_at: DateTime<Utc>,
) -> Result<(), UseCaseError> {
    let now = ctx.now();
    let currency = money.gross.currency();
    let held = ledger::booked(tx, donation.id)?;
    let wanted = Booked::wanted(&donation.payment, known_refunds);
    let entries = held.entries_to(&wanted, donation.gateway, currency)?;
    if entries.is_empty() {
        return Ok(());
    }
    let (refunds, arrivals): (Vec<Entry>, Vec<Entry>) =
        entries.into_iter().partition(|e| e.kind() == EntryKind::Refund);
    let arrived = Booking { happened_at: money.at, recorded_at: now };
    ledger::append(tx, donation, &arrivals, &ctx.ids, arrived)?;
    ledger::append(tx, donation, &refunds, &ctx.ids, Booking { happened_at: refunded_at, recorded_at: now })?;
    let sum =
        |booked: &Booked| booked.refunds.values().fold(0_i64, |sum, amount| sum.saturating_add(*amount));
    let change = TotalChange {
        campaign: donation.campaign,
        gross: Money::new(wanted.gross, currency).minus(Money::new(held.gross, currency))?,
        refunded_minor: sum(&wanted).saturating_sub(sum(&held)),
        donations: i64::from(held.gross == 0 && wanted.gross > 0),
    };
    campaigns::add_to_total(tx, change, now)?;
    Ok(())
}
