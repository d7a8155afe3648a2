//! Settling: what gateways say becomes donations, books, receipts and mails, in one transaction.
//!
//! The books take the *difference* between what is now known and what they already hold, so that repeats and
//! any order of the same facts end in the same state.

mod known;

use super::abuse::{declines, fraud};
use super::{Context, UseCaseError, holds, patrons};
use crate::domain::attempt::AttemptOutcome;
use crate::domain::donation::{Donation, GatewayFact, Happening, Payment, PaymentFact};
use crate::domain::ids::{AttemptId, PledgeId};
use crate::domain::pledge::{GatewayKind, Pledge};
use crate::domain::remote::RemoteId;
use crate::domain::subscription::SubscriptionFact;
use crate::store::reviews::Question;
use crate::store::{Tx, attempts, donations, pledges, reviews};
use chrono::NaiveDate;
use known::Known;

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
    let (payment_facts, subscription_facts) = apart(facts);
    let mut settled = apply_payments(tx, ctx, gateway, &payment_facts)?;
    // After the money: who pays is known then, and whether they have been a patron before.
    for fact in subscription_facts {
        if !patrons::hear(tx, ctx, gateway, fact)? {
            unclaimed(tx, ctx, gateway, "subscription", &fact.news.remote)?;
            settled = Settled::Unclaimed;
        }
    }
    Ok(settled)
}

fn apart(facts: &[GatewayFact]) -> (Vec<&PaymentFact>, Vec<&SubscriptionFact>) {
    let (mut payments, mut subscriptions) = (Vec::new(), Vec::new());
    for fact in facts {
        match fact {
            GatewayFact::Payment(fact) => payments.push(fact),
            GatewayFact::Subscription(fact) => subscriptions.push(fact),
        }
    }
    (payments, subscriptions)
}

fn unclaimed(
    tx: &mut Tx<'_>,
    ctx: &Context,
    gateway: GatewayKind,
    what: &str,
    remote: &RemoteId,
) -> Result<(), UseCaseError> {
    let detail = format!("{gateway} reports a {what} that no pledge of this site began");
    let kind = format!("unclaimed_{what}");
    let question = Question { kind: &kind, subject: remote.as_str(), detail: &detail };
    reviews::raise(tx, ctx.new_id(), question, ctx.now())?;
    Ok(())
}

fn apply_payments(
    tx: &mut Tx<'_>,
    ctx: &Context,
    gateway: GatewayKind,
    facts: &[&PaymentFact],
) -> Result<Settled, UseCaseError> {
    let mut settled = Settled::Booked;
    let mut payments: Vec<&RemoteId> = facts.iter().map(|fact| &fact.payment).collect();
    payments.sort();
    payments.dedup();
    for payment in payments {
        let of_payment: Vec<&PaymentFact> =
            facts.iter().copied().filter(|fact| fact.payment == *payment).collect();
        let attempt = of_payment.iter().find_map(|fact| fact.attempt);
        let checkout = of_payment.iter().find_map(|fact| fact.checkout.clone());
        let renewal = of_payment.iter().find_map(|fact| fact.renewal.clone());
        match find_pledge(tx, gateway, payment, attempt)? {
            Some(pledge) => {
                let news = of_payment.into_iter().map(|fact| fact.what.clone()).collect();
                let payment = payment.clone();
                let period_on = renewal.map(|renewal| renewal.period_on);
                settle_payment(
                    tx,
                    ctx,
                    News { gateway, payment, checkout, pledge, attempt, period_on, news },
                )?;
            }
            // A try that brought nothing, of a promise that is gone: nobody need look at it.
            None if of_payment.iter().all(|fact| matches!(fact.what, Happening::Waiting(_))) => {}
            None => {
                unclaimed(tx, ctx, gateway, "payment", payment)?;
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
    /// The gateway's name of what the attempt opened, where that is not the payment itself.
    pub checkout: Option<RemoteId>,
    /// What it is for.
    pub pledge: PledgeId,
    /// The attempt that began it, if any.
    pub attempt: Option<AttemptId>,
    /// The first day of the period that it is for; recurring support only.
    pub period_on: Option<NaiveDate>,
    /// What happened.
    pub news: Vec<Happening>,
}

/// Takes news of one payment into the books and returns the donation.
pub fn settle_payment(tx: &mut Tx<'_>, ctx: &Context, news: News) -> Result<Donation, UseCaseError> {
    let now = ctx.now();
    let pledge = pledges::lock(tx, news.pledge)?;
    holds::check(tx, pledge.id)?;
    let (id, declined_at) = (pledge.id, declines::declined_at(&news.news));
    let is_warned = fraud::is_among(&news.news);
    // A renewal says nothing new about the attempt that began the subscription.
    if let Some(attempt) = news.attempt
        && news.period_on.is_none()
    {
        let remote = news.checkout.as_ref().unwrap_or(&news.payment).clone();
        attempts::set_outcome(tx, attempt, &AttemptOutcome::Accepted { remote, next_url: None }, now)?;
    }
    let donation = match donations::find_by_remote(tx, news.gateway, &news.payment)? {
        Some(donation) => donation,
        None => {
            let donation = new_donation(ctx, &pledge, &news);
            donations::insert(tx, &donation, pledge.terms.amount.currency(), now)?;
            donation
        }
    };
    let mut known = Known::read(tx, pledge, donation)?;
    for happening in news.news {
        known.hear(tx, ctx, happening)?;
    }
    known.assign(tx, ctx, news.period_on)?;
    let donation = known.finish(tx, ctx)?;
    // A card that fails a patron later is nobody's trial.
    let is_first = news.period_on.is_none() && donation.payment.money().is_none();
    if let Some(at) = declined_at.filter(|_| is_first) {
        declines::count(tx, ctx, id, at)?;
    }
    if is_warned {
        fraud::heed(tx, ctx, &donation)?;
    }
    Ok(donation)
}

fn new_donation(ctx: &Context, pledge: &Pledge, news: &News) -> Donation {
    Donation {
        id: ctx.new_id(),
        pledge: pledge.id,
        campaign: pledge.terms.campaign,
        donor: None,
        gateway: news.gateway,
        remote: news.payment.clone(),
        period_on: None,
        received_on: None,
        payment: Payment::default(),
        created_at: ctx.now(),
    }
}
