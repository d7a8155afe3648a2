//! All that is known about one payment, and what has to follow from it.

use super::super::patrons::orders::place_by_rule;
use super::super::{Context, UseCaseError, figures, notices, outgoing, receipts, wall};
use crate::domain::dispute::{Dispute, DisputeNews, DisputeStatus, Disputed};
use crate::domain::donation::{Captured, Donation, Doubt, Happening, Payment, WaitingState};
use crate::domain::job::Job;
use crate::domain::ledger::{Booked, Entry, Subject};
use crate::domain::money::Money;
use crate::domain::pledge::{Pledge, PledgeStatus};
use crate::domain::refund::{Refund, RefundKind, RefundNews, RefundStatus};
use crate::domain::subscription::{EndReason, OrderKind, Subscription, SubscriptionState};
use crate::store::campaigns::TotalChange;
use crate::store::ledger::Booking;
use crate::store::reviews::Question;
use crate::store::{
    Tx, campaigns, disputes, donations, donors, ledger, pledges, refunds, reviews, subscription_orders,
    subscriptions,
};
use chrono::{DateTime, NaiveDate, Utc};

/// One payment with everything about it, while news of it is taken in.
pub(super) struct Known {
    pledge: Pledge,
    /// As it was before this news.
    before: Donation,
    donation: Donation,
    /// Other payments for the same pledge.
    others: Vec<Donation>,
    refunds: Vec<Refund>,
    disputes: Vec<Dispute>,
    /// What brings a recurring pledge its money, if anything is known of it.
    subscription: Option<Subscription>,
    /// When money last went back, by the gateway's clock.
    went_back_at: Option<DateTime<Utc>>,
    doubts: Vec<Doubt>,
}

impl Known {
    pub(super) fn read(tx: &mut Tx<'_>, pledge: Pledge, donation: Donation) -> Result<Self, UseCaseError> {
        let mut others = donations::of_pledge(tx, pledge.id)?;
        others.retain(|other| other.id != donation.id);
        let refunds = refunds::of_donation(tx, donation.id)?;
        let disputes = disputes::of_donation(tx, donation.id)?;
        let subscription =
            if pledge.terms.frequency.is_recurring() { subscriptions::find(tx, pledge.id)? } else { None };
        let (went_back_at, doubts, before) = (None, Vec::new(), donation.clone());
        Ok(Self { pledge, before, donation, others, refunds, disputes, subscription, went_back_at, doubts })
    }

    /// Counts money as that of a period. A period is paid once: a second payment for it is money that nobody asked for.
    pub(super) fn assign(
        &mut self,
        tx: &mut Tx<'_>,
        ctx: &Context,
        period_on: Option<NaiveDate>,
    ) -> Result<(), UseCaseError> {
        let Some(period_on) = period_on.filter(|_| self.donation.payment.money().is_some()) else {
            return Ok(());
        };
        if self.donation.period_on.is_some() {
            return Ok(());
        }
        if self.others.iter().any(|other| other.period_on == Some(period_on)) {
            let detail = format!("the period from {period_on} of {} was paid before", self.pledge.id);
            return self.ask(tx, ctx, "paid_twice", &detail);
        }
        self.donation.period_on = Some(period_on);
        if let Some(SubscriptionState::Ended { at, .. }) = self.subscription.as_ref().map(|s| s.news.state)
            && self.donation.payment.money().is_some_and(|money| money.at > at)
        {
            self.ask(tx, ctx, "paid_after_end", "money arrived for support that had ended")?;
        }
        Ok(())
    }

    /// Takes one piece of news in.
    pub(super) fn hear(
        &mut self,
        tx: &mut Tx<'_>,
        ctx: &Context,
        happening: Happening,
    ) -> Result<(), UseCaseError> {
        match happening {
            Happening::Waiting(waiting) => {
                self.donation.payment = std::mem::take(&mut self.donation.payment).waiting(waiting);
            }
            Happening::Captured(captured) => {
                let (payment, doubt) = std::mem::take(&mut self.donation.payment).captured(captured);
                self.donation.payment = payment;
                self.doubts.extend(doubt);
            }
            Happening::Refund(news) => {
                if self.same_currency(tx, ctx, "refund_currency", news.amount)? {
                    self.went_back_at = self.went_back_at.max(Some(news.at));
                    self.take_refund(tx, ctx, &news)?;
                }
            }
            Happening::Dispute(news) => {
                if self.same_currency(tx, ctx, "dispute_currency", news.amount)? {
                    self.went_back_at = self.went_back_at.max(Some(news.at));
                    self.take_dispute(tx, ctx, &news)?;
                }
            }
            Happening::FraudWarning { kind } => {
                let detail = format!(
                    "the card's bank warns of fraud ({kind}); refunded in time, it does not become a dispute"
                );
                self.ask(tx, ctx, "fraud_warning", &detail)?;
            }
        }
        Ok(())
    }

    /// Minor units of two currencies must not be added up: the books stay as they are, and a person is asked.
    fn same_currency(
        &self,
        tx: &mut Tx<'_>,
        ctx: &Context,
        kind: &str,
        amount: Money,
    ) -> Result<bool, UseCaseError> {
        let paid = self.donation.payment.money().map(|money| money.gross);
        let Some(gross) = paid.filter(|gross| gross.currency() != amount.currency()) else {
            return Ok(true);
        };
        self.ask(tx, ctx, kind, &format!("the gateway reports {amount} taken back of {gross}"))?;
        Ok(false)
    }

    /// Finds the refund by our id or the gateway's and moves it on, or records one made at the gateway.
    fn take_refund(&mut self, tx: &mut Tx<'_>, ctx: &Context, news: &RefundNews) -> Result<(), UseCaseError> {
        let by_our_id = self.refunds.iter().position(|refund| Some(refund.id) == news.ours);
        let by_name = || self.refunds.iter().position(|refund| refund.remote.as_ref() == Some(&news.remote));
        let known = by_our_id.or_else(by_name).and_then(|index| self.refunds.get_mut(index));
        let (refund, differs) = match known {
            Some(known) => {
                let moved = known.clone().learned(news);
                if moved == *known {
                    return Ok(());
                }
                refunds::update(tx, &moved, ctx.now())?;
                let differs = (news.amount != known.amount).then_some((known.amount, news.amount));
                *known = moved.clone();
                (moved, differs)
            }
            None => {
                let refund = Refund {
                    id: ctx.new_id(),
                    donation: self.donation.id,
                    kind: RefundKind::Refund,
                    amount: news.amount,
                    status: news.status,
                    settled: news.settled,
                    remote: Some(news.remote.clone()),
                    reason: None,
                    created_at: ctx.now(),
                };
                refunds::insert(tx, &refund, self.donation.gateway, None)?;
                self.refunds.push(refund.clone());
                (refund, None)
            }
        };
        if let Some((first, second)) = differs {
            let detail = format!("{} was reported as {first} and as {second}", refund.id);
            self.ask(tx, ctx, "refund_amounts", &detail)?;
        }
        // Of what is over nobody is told, unless staff gave money back just now.
        let is_told = !self.donation.gateway.is_of_the_past()
            || (refund.kind == RefundKind::Refund && news.ours.is_some());
        if refund.status == RefundStatus::Succeeded && is_told {
            ctx.enqueue(tx, &Job::SendRefundNotice { refund: refund.id })?;
        }
        Ok(())
    }

    /// Moves a dispute on, or records a new one. Staff are told of it until it is decided.
    fn take_dispute(
        &mut self,
        tx: &mut Tx<'_>,
        ctx: &Context,
        news: &DisputeNews,
    ) -> Result<(), UseCaseError> {
        let now = ctx.now();
        let dispute = match self.disputes.iter_mut().find(|dispute| dispute.remote == news.remote) {
            Some(known) => {
                let moved = known.clone().learned(news);
                if moved == *known {
                    return Ok(());
                }
                disputes::update(tx, &moved, self.donation.gateway, now)?;
                *known = moved.clone();
                moved
            }
            None => {
                let dispute = Dispute {
                    id: ctx.new_id(),
                    donation: self.donation.id,
                    remote: news.remote.clone(),
                    amount: news.amount,
                    reason: news.reason.clone(),
                    state: news.state,
                    opened_at: news.opened_at,
                };
                disputes::insert(tx, &dispute, self.donation.gateway, now)?;
                self.disputes.push(dispute.clone());
                dispute
            }
        };
        let subject = dispute.id.to_string();
        match dispute.state.status {
            DisputeStatus::Inquiry | DisputeStatus::Open => {
                if dispute.state.status == DisputeStatus::Open && self.subscription.is_some() {
                    // Who takes money back must not be charged again.
                    let what = OrderKind::End { reason: EndReason::Dispute };
                    place_by_rule(tx, ctx, self.pledge.id, what)?;
                }
                let question =
                    Question { kind: notices::DISPUTE, subject: &subject, detail: &describe(&dispute) };
                reviews::raise(tx, ctx.new_id(), question, now)?;
            }
            DisputeStatus::Closed | DisputeStatus::Lost | DisputeStatus::Won => {
                reviews::settle(tx, notices::DISPUTE, &subject, now)?;
            }
        }
        notices::dispute(tx, ctx, &dispute)?;
        Ok(())
    }

    fn ask(&self, tx: &mut Tx<'_>, ctx: &Context, kind: &str, detail: &str) -> Result<(), UseCaseError> {
        let subject = self.donation.id.to_string();
        reviews::raise(tx, ctx.new_id(), Question { kind, subject: &subject, detail }, ctx.now())?;
        Ok(())
    }

    /// Brings donor, pledge, books, totals and receipts to what is now known.
    pub(super) fn finish(mut self, tx: &mut Tx<'_>, ctx: &Context) -> Result<Donation, UseCaseError> {
        let now = ctx.now();
        self.sum_up();
        self.raise(tx, ctx)?;
        let terms = &self.pledge.terms;
        self.donation.received_on = self.donation.payment.money().map(|money| ctx.day_of(money.at));
        if self.donation.payment.money().is_some() && self.donation.donor.is_none() {
            let (id, name) = (ctx.new_id(), terms.name.as_ref());
            let gave_at = self.donation.payment.money().map(|money| money.at);
            let donor = match gave_at.filter(|_| self.donation.gateway.is_of_the_past()) {
                Some(at) => donors::from_before(tx, (id, at), &terms.email, name, now)?,
                None => donors::upsert(tx, id, &terms.email, name, now)?,
            };
            self.donation.donor = Some(donor);
        }
        outgoing::money_moved(tx, ctx, &self.before, &self.donation)?;
        donations::update(tx, &self.donation, terms.amount.currency(), now)?;
        let (status, donor) = (self.pledge_status(), self.pledge.donor.or(self.donation.donor));
        if (status, donor) != (self.pledge.status, self.pledge.donor) {
            pledges::set_status(tx, self.pledge.id, status, donor, now)?;
        }
        if let Some(money) = self.donation.payment.money() {
            let payments = self.others.iter().chain([&self.donation]).map(|payment| &payment.payment);
            wall::follow(tx, ctx, &self.pledge, payments)?;
            self.book(tx, ctx, money)?;
            receipts::bring_up_to_date(tx, ctx, &self.pledge, &self.donation)?;
        }
        Ok(self.donation)
    }

    /// Adds up what went back.
    fn sum_up(&mut self) {
        let went_back = Refund::total_minor(&self.refunds, RefundStatus::Succeeded);
        let promised = went_back.saturating_add(Refund::total_minor(&self.refunds, RefundStatus::Pending));
        let disputed = Disputed::of(&self.disputes);
        let payment = std::mem::take(&mut self.donation.payment);
        // Staff are asked as soon as too much is on its way, not only once it is gone.
        self.doubts.extend(payment.clone().went_back(promised, disputed).1);
        self.donation.payment = payment.went_back(went_back, disputed).0;
    }

    /// Asks a person about contradictions, and about money that is not what was promised.
    fn raise(&self, tx: &mut Tx<'_>, ctx: &Context) -> Result<(), UseCaseError> {
        for doubt in &self.doubts {
            self.ask(tx, ctx, doubt.kind(), &doubt.to_string())?;
        }
        // Nobody is asked about what is over: it is as it was written down.
        if self.donation.gateway.is_of_the_past() {
            return Ok(());
        }
        if let Some(money) = self.donation.payment.money() {
            let (paid, promised) = (money.gross, self.pledge.terms.amount);
            let is_expected = paid == promised || self.is_arrears(money);
            if !is_expected && !self.was_asked_for(tx, paid)? {
                let detail = format!("{paid} arrived for a promise of {promised}");
                self.ask(tx, ctx, "amount_differs", &detail)?;
            }
            if ctx.policy.watched.is_large(paid) && !self.donation.gateway.is_by_hand() {
                let detail =
                    format!("{paid} is a large gift: see whose it is before you thank for it, or spend it");
                self.ask(tx, ctx, "large_gift", &detail)?;
            }
            let is_once = !self.pledge.terms.frequency.is_recurring();
            let paid_others = self.others.iter().filter(|other| is_once && other.payment.money().is_some());
            if let Some(other) = paid_others.map(|other| other.id).max() {
                // Asked about the later of the two, whichever is looked at.
                let detail = format!("a second payment arrived for {}", self.pledge.id);
                let subject = self.donation.id.max(other).to_string();
                let question = Question { kind: "paid_twice", subject: &subject, detail: &detail };
                reviews::raise(tx, ctx.new_id(), question, ctx.now())?;
            }
        }
        Ok(())
    }

    /// Whether recurring support paid several periods at once, as a gateway charges what is owed: no more than went by.
    fn is_arrears(&self, money: &Captured) -> bool {
        let Some(subscription) = self.subscription.as_ref().filter(|it| !it.gateway.is_by_hand()) else {
            return false;
        };
        let (paid, each) = (money.gross, subscription.news.amount);
        let price = each.minor().max(1);
        let is_whole = paid.currency() == each.currency() && paid.minor() % price == 0;
        let Some(started_at) = subscription.started_at.filter(|_| is_whole && paid.minor() > each.minor())
        else {
            return false;
        };
        let (first, day) = (started_at.date_naive(), money.at.date_naive());
        let due =
            |number: &u32| subscription.news.frequency.period(first, *number).is_some_and(|due| due <= day);
        let begun = i64::try_from((0..=u32::MAX).take_while(due).count()).unwrap_or(i64::MAX);
        let earlier =
            self.others.iter().filter_map(|other| other.payment.money()).filter(|it| it.at < money.at);
        let covered: i64 = earlier.map(|it| it.gross.minor() / price).sum();
        paid.minor() / price <= begun.saturating_sub(covered)
    }

    /// Whether recurring support was changed to this amount at some time.
    fn was_asked_for(&self, tx: &mut Tx<'_>, paid: Money) -> Result<bool, UseCaseError> {
        let Some(subscription) = &self.subscription else {
            return Ok(false);
        };
        let changes = subscription_orders::of_pledge(tx, self.pledge.id)?.into_iter();
        let mut amounts = changes.filter_map(|order| match order.what {
            OrderKind::Change { amount, .. } => Some(amount),
            OrderKind::Pause { .. }
            | OrderKind::Resume
            | OrderKind::Cancel
            | OrderKind::Keep
            | OrderKind::End { .. } => None,
        });
        Ok(subscription.news.amount == paid || amounts.any(|amount| amount == paid))
    }

    /// Once money arrived, the pledge is kept for good; before, the latest news counts. Recurring pledges are what their
    /// subscription is.
    fn pledge_status(&self) -> PledgeStatus {
        if let Some(subscription) = &self.subscription {
            return subscription.news.state.pledge_status();
        }
        let all = || self.others.iter().chain([&self.donation]).map(|donation| &donation.payment);
        if all().any(|payment| payment.money().is_some()) {
            let recurring = self.pledge.terms.frequency.is_recurring();
            return if recurring { self.pledge.status } else { PledgeStatus::Fulfilled };
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
        let wanted = Booked::wanted(donation.gateway, &donation.payment, &self.refunds, &self.disputes)?;
        figures::count(tx, &self.pledge, (&self.before, &held), (donation, &wanted), now)?;
        let entries = held.entries_to(&wanted)?;
        if entries.is_empty() {
            return Ok(());
        }
        let (back, arrivals): (Vec<Entry>, Vec<Entry>) =
            entries.into_iter().partition(|entry| match entry.subject() {
                Subject::Refund(_) | Subject::Dispute(_) => true,
                Subject::Donation | Subject::Fee => false,
            });
        let booking = |happened_at| Booking { happened_at, recorded_at: now };
        ledger::append(tx, donation, &arrivals, &ctx.ids, booking(money.at))?;
        ledger::append(tx, donation, &back, &ctx.ids, booking(self.went_back_at.unwrap_or(now)))?;
        ledger::add_up(tx, arrivals.iter().chain(&back).map(Entry::lines))?;
        let gross = wanted.gross_minor(currency).saturating_sub(held.gross_minor(currency));
        let change = TotalChange {
            campaign: donation.campaign,
            gross: Money::new(gross, currency),
            back_minor: wanted.back_minor(currency).saturating_sub(held.back_minor(currency)),
            donations: i64::from(held.gross_minor(currency) == 0 && wanted.gross_minor(currency) > 0),
        };
        if !change.is_nothing() {
            campaigns::add_to_total(tx, change, now)?;
        }
        Ok(())
    }
}

fn describe(dispute: &Dispute) -> String {
    let Dispute { donation, amount, reason, state, .. } = dispute;
    let until = state.due_at.map(|due| format!("; answer before {}", due.format("%Y-%m-%d %H:%M UTC")));
    let what = match state.status {
        DisputeStatus::Inquiry | DisputeStatus::Closed => "asks about",
        DisputeStatus::Open | DisputeStatus::Lost | DisputeStatus::Won => "takes back",
    };
    format!("the donor's bank {what} {amount} of {donation} ({reason}){}", until.unwrap_or_default())
}
