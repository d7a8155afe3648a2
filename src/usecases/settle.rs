//! Settling: what gateways say becomes donations, books, receipts and mails, in one transaction.
//!
//! The books take the *difference* between what is now known and what they already hold, so that repeats and
//! any order of the same facts end in the same state.

use super::{Context, UseCaseError, holds, receipts};
use crate::domain::attempt::AttemptOutcome;
use crate::domain::donation::{
    Captured, Donation, Doubt, GatewayFact, Happening, Payment, RemoteId, WaitingState,
};
use crate::domain::ids::{AttemptId, DonationId, PledgeId, RefundId};
use crate::domain::job::Job;
use crate::domain::ledger::{Booked, Entry, EntryKind};
use crate::domain::money::Money;
use crate::domain::pledge::{GatewayKind, Pledge, PledgeStatus};
use crate::domain::refund::{Refund, RefundStatus};
use crate::store::campaigns::TotalChange;
use crate::store::ledger::Booking;
use crate::store::reviews::Question;
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
                let question =
                    Question { kind: "unclaimed_payment", subject: payment.as_str(), detail: &detail };
                reviews::raise(tx, ctx.new_id(), question, ctx.now())?;
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
    holds::check(tx, pledge.id)?;
    if let Some(attempt) = news.attempt {
        let accepted = AttemptOutcome::Accepted { remote: news.payment.clone(), next_url: None };
        attempts::set_outcome(tx, attempt, &accepted, now)?;
    }
    let mut donation = match donations::find_by_remote(tx, news.gateway, &news.payment)? {
        Some(donation) => donation,
        None => {
            let donation = new_donation(ctx, &pledge, &news);
            donations::insert(tx, &donation, pledge.terms.amount.currency(), now)?;
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
    let refunds = refunds::of_donation(tx, donation.id)?;
    let went_back = Refund::total_minor(&refunds, RefundStatus::Succeeded);
    let promised = went_back.saturating_add(Refund::total_minor(&refunds, RefundStatus::Pending));
    // Staff are asked as soon as too much is on its way, not only once it is gone.
    doubts.extend(donation.payment.clone().refunded(promised).1);
    donation.payment = donation.payment.refunded(went_back).0;
    let others =
        donations::of_pledge(tx, pledge.id)?.into_iter().filter(|other| other.id != donation.id).collect();
    let known = Known { pledge, donation, others, refunds, refunded_at: refunded_at.unwrap_or(now) };
    known.raise(tx, ctx, &doubts)?;
    known.finish(tx, ctx)
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
    if let Some(money) = donation.payment.money().filter(|m| m.gross.currency() != news.amount.currency()) {
        // Minor units of two currencies must not be added up: the books stay as they are, and a person is asked.
        let detail = format!("the gateway reports {} given back of {}", news.amount, money.gross);
        let subject = donation.id.to_string();
        let question = Question { kind: "refund_currency", subject: &subject, detail: &detail };
        reviews::raise(tx, ctx.new_id(), question, now)?;
        return Ok(());
    }
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

/// All that is known about a payment after the news.
struct Known {
    pledge: Pledge,
    donation: Donation,
    /// Other payments for the same pledge.
    others: Vec<Donation>,
    refunds: Vec<Refund>,
    /// When the latest refund happened, by the gateway's clock.
    refunded_at: DateTime<Utc>,
}

impl Known {
    /// Asks a person about contradictions, and about money that is not what was promised.
    fn raise(&self, tx: &mut Tx<'_>, ctx: &Context, doubts: &[Doubt]) -> Result<(), UseCaseError> {
        let id = self.donation.id;
        let mut questions: Vec<(&str, DonationId, String)> =
            doubts.iter().map(|doubt| (doubt.kind(), id, doubt.to_string())).collect();
        if let Some(money) = self.donation.payment.money() {
            let (paid, promised) = (money.gross, self.pledge.terms.amount);
            if paid != promised {
                questions.push(("amount_differs", id, format!("{paid} arrived for a promise of {promised}")));
            }
            let paid_others = self.others.iter().filter(|other| other.payment.money().is_some());
            if let Some(other) = paid_others.map(|other| other.id).max() {
                // Asked about the later of the two, whichever is looked at.
                let detail = format!("a second payment arrived for {}", self.pledge.id);
                questions.push(("paid_twice", id.max(other), detail));
            }
        }
        for (kind, subject, detail) in questions {
            let subject = subject.to_string();
            let question = Question { kind, subject: &subject, detail: &detail };
            reviews::raise(tx, ctx.new_id(), question, ctx.now())?;
        }
        Ok(())
    }

    /// Brings donor, pledge, books, totals and receipts to what is now known.
    fn finish(mut self, tx: &mut Tx<'_>, ctx: &Context) -> Result<Donation, UseCaseError> {
        let now = ctx.now();
        let terms = &self.pledge.terms;
        if self.donation.payment.money().is_some() && self.donation.donor.is_none() {
            let donor = donors::upsert(tx, ctx.new_id(), &terms.email, terms.name.as_ref(), now)?;
            self.donation.donor = Some(donor);
        }
        donations::update(tx, &self.donation, terms.amount.currency(), now)?;
        let (status, donor) = (self.pledge_status(), self.pledge.donor.or(self.donation.donor));
        if (status, donor) != (self.pledge.status, self.pledge.donor) {
            pledges::set_status(tx, self.pledge.id, status, donor, now)?;
        }
        if let Some(money) = self.donation.payment.money() {
            self.book(tx, ctx, money)?;
            receipts::bring_up_to_date(tx, ctx, &self.pledge, &self.donation)?;
        }
        Ok(self.donation)
    }

    /// Once money arrived, the pledge is kept for good; before, the latest news counts.
    fn pledge_status(&self) -> PledgeStatus {
        let all = || self.others.iter().chain([&self.donation]).map(|donation| &donation.payment);
        if all().any(|payment| payment.money().is_some()) {
            return PledgeStatus::Fulfilled;
        }
        match all().filter_map(Payment::latest_waiting).max().map(|waiting| &waiting.state) {
            Some(WaitingState::Processing) => PledgeStatus::Pending,
            Some(WaitingState::Failed(_)) => PledgeStatus::Failed,
            Some(WaitingState::Expired) => PledgeStatus::Expired,
            None => self.pledge.status,
        }
    }

    /// Posts the difference between what should be in the books and what is.
    fn book(&self, tx: &mut Tx<'_>, ctx: &Context, money: &Captured) -> Result<(), UseCaseError> {
        let (now, currency, donation) = (ctx.now(), money.gross.currency(), &self.donation);
        let held = ledger::booked(tx, donation.id)?;
        let wanted = Booked::wanted(&donation.payment, &self.refunds);
        let entries = held.entries_to(&wanted, donation.gateway, currency)?;
        if entries.is_empty() {
            return Ok(());
        }
        let (refunds, arrivals): (Vec<Entry>, Vec<Entry>) =
            entries.into_iter().partition(|entry| entry.kind() == EntryKind::Refund);
        let booking = |happened_at| Booking { happened_at, recorded_at: now };
        ledger::append(tx, donation, &arrivals, &ctx.ids, booking(money.at))?;
        ledger::append(tx, donation, &refunds, &ctx.ids, booking(self.refunded_at))?;
        let change = TotalChange {
            campaign: donation.campaign,
            gross: Money::new(wanted.gross, currency).minus(Money::new(held.gross, currency))?,
            refunded_minor: wanted.refunded().saturating_sub(held.refunded()),
            donations: i64::from(held.gross == 0 && wanted.gross > 0),
        };
        campaigns::add_to_total(tx, change, now)?;
        Ok(())
    }
}
