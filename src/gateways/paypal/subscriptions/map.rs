//! From what PayPal holds of a subscription to the news that the domain understands.
//!
//! PayPal tells when it charges next, when it was paid last, and how much is owed; the periods themselves are counted here.
//! They begin on the days on which PayPal charges: those that follow from the first, or, where the days were moved since,
//! those before the next.

use super::super::super::fetch::Unreadable;
use super::super::answers::Amount;
use super::super::currencies;
use super::super::map::{name, time};
use super::answers::{BillingInfo, Interval, Plan, Subscription};
use super::orders::Note;
use crate::domain::donation::Renewal;
use crate::domain::ids::AttemptId;
use crate::domain::money::Money;
use crate::domain::pledge::Frequency;
use crate::domain::subscription::{EndReason, Period, SubscriptionNews, SubscriptionState};
use chrono::{DateTime, Days, Months, NaiveDate, Utc};

/// A subscription as it was read.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    pub(super) subscription: Subscription,
    /// When it was asked for.
    pub(super) as_of: DateTime<Utc>,
}

/// The attempt of ours that began a subscription.
pub(super) fn beginner_of(subscription: &Subscription) -> Option<AttemptId> {
    subscription.custom_id.as_deref()?.parse().ok()
}

/// What is asked for each period, and how often, as far as a plan says so.
pub(super) fn terms_of(plan: Option<&Plan>) -> (Option<Money>, Option<Frequency>) {
    let regular = plan.and_then(Plan::regular);
    let price = regular.and_then(|cycle| cycle.pricing_scheme.as_ref()?.fixed_price.as_ref());
    let often = regular.and_then(|cycle| cycle.frequency.as_ref());
    (price.and_then(currencies::money).filter(|price| price.is_positive()), often.and_then(frequency))
}

fn frequency(often: &Interval) -> Option<Frequency> {
    match (often.interval_unit.as_str(), often.interval_count.unwrap_or(1)) {
        ("WEEK", 1) | ("DAY", 7) => Some(Frequency::Weekly),
        ("MONTH", 1) => Some(Frequency::Monthly),
        ("MONTH", 3) => Some(Frequency::Quarterly),
        ("MONTH", 12) | ("YEAR", 1) => Some(Frequency::Yearly),
        _ => None,
    }
}

/// A frequency as PayPal counts it; none for one gift.
pub(super) fn interval(frequency: Frequency) -> Option<(&'static str, u32)> {
    match frequency {
        Frequency::Once => None,
        Frequency::Weekly => Some(("WEEK", 1)),
        Frequency::Monthly => Some(("MONTH", 1)),
        Frequency::Quarterly => Some(("MONTH", 3)),
        Frequency::Yearly => Some(("YEAR", 1)),
    }
}

/// The day one period earlier.
fn before(day: NaiveDate, frequency: Frequency) -> Option<NaiveDate> {
    match frequency {
        Frequency::Once => None,
        Frequency::Weekly => day.checked_sub_days(Days::new(7)),
        Frequency::Monthly => day.checked_sub_months(Months::new(1)),
        Frequency::Quarterly => day.checked_sub_months(Months::new(3)),
        Frequency::Yearly => day.checked_sub_months(Months::new(12)),
    }
}

impl Standing {
    fn lacks(&self, field: &'static str) -> Unreadable {
        Unreadable { object: self.subscription.id.clone(), field }
    }

    fn billing(&self) -> Option<&BillingInfo> {
        self.subscription.billing_info.as_ref()
    }

    /// What is owed, if PayPal says so and it is anything.
    pub(super) fn outstanding(&self) -> Option<&Amount> {
        let owed = self.billing()?.outstanding_balance.as_ref()?;
        currencies::money(owed).filter(|owed| owed.is_positive()).map(|_some| owed)
    }

    /// Payments that failed one after the other.
    pub(super) fn failures(&self) -> u32 {
        self.billing().and_then(|billing| billing.failed_payments_count).unwrap_or_default()
    }

    /// When a payment failed last.
    pub(super) fn failed_at(&self) -> Option<DateTime<Utc>> {
        time(self.billing()?.last_failed_payment.as_ref()?.time.as_deref())
    }

    fn paid_at(&self) -> Option<DateTime<Utc>> {
        time(self.billing()?.last_payment.as_ref()?.time.as_deref())
    }

    fn starts_at(&self) -> Option<DateTime<Utc>> {
        time(self.subscription.start_time.as_deref())
    }

    fn next_at(&self) -> Option<DateTime<Utc>> {
        time(self.billing()?.next_billing_time.as_deref())
    }

    pub(super) fn amount(&self) -> Option<Money> {
        terms_of(self.subscription.plan.as_ref()).0
    }

    pub(super) fn frequency(&self) -> Option<Frequency> {
        terms_of(self.subscription.plan.as_ref()).1
    }

    /// Nothing is charged before a day to come, as when the donor came back before the last support was over.
    fn is_to_begin(&self) -> bool {
        self.paid_at().is_none() && self.starts_at().is_some_and(|start| start > self.as_of)
    }

    /// Nobody agreed to it yet; so there is nothing to tell.
    pub(super) fn waits_for_donor(&self) -> bool {
        matches!(self.subscription.status.as_deref(), Some("APPROVAL_PENDING" | "APPROVED"))
    }

    /// The first days of the period that a day is in, and of the next.
    fn days_around(&self, day: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
        let (often, first) = (self.frequency()?, self.starts_at()?.date_naive());
        let due = |number: u32| often.period(first, number);
        let next = self.next_at().map(|next| next.date_naive());
        let as_begun =
            next.is_none_or(|next| (0..=u32::MAX).map_while(due).find(|due| *due >= next) == Some(next));
        if as_begun {
            let after = (1..=u32::MAX).find(|number| due(*number).is_none_or(|due| due > day))?;
            return Some((due(after.checked_sub(1)?)?, due(after)?));
        }
        let mut until = next?;
        let mut from = before(until, often)?;
        while from > day {
            (from, until) = (before(from, often)?, from);
        }
        Some((from, until))
    }

    /// The moment of a charge on a day.
    fn on(&self, day: NaiveDate) -> Option<DateTime<Utc>> {
        // The time of the first charge, so that a day has one moment whatever PayPal says of the next.
        let known = [self.starts_at(), self.next_at()].into_iter().flatten();
        let same = known.clone().find(|at| at.date_naive() == day);
        same.or_else(|| known.map(|at| day.and_time(at.time()).and_utc()).next())
    }

    /// The period in which something happened.
    fn period_at(&self, at: DateTime<Utc>) -> Option<Period> {
        let (from, until) = self.days_around(at.date_naive())?;
        Some(Period { from: self.on(from)?, until: self.on(until)? })
    }

    /// Which period a payment is for: the one in which it came.
    pub(super) fn renewal(&self, at: Option<DateTime<Utc>>) -> Result<Renewal, Unreadable> {
        let at = at.ok_or_else(|| self.lacks("payment with a time"))?;
        let day = at.date_naive();
        let period_on = self.days_around(day).map_or(day, |(from, _)| from);
        Ok(Renewal { subscription: name(&self.subscription.id)?, period_on })
    }

    /// The whole of what PayPal says; none as long as the donor has not agreed to it.
    pub(super) fn news(&self) -> Result<Option<SubscriptionNews>, Unreadable> {
        if self.waits_for_donor() {
            return Ok(None);
        }
        let (state, ends_at) = self.state()?;
        let payer = self.subscription.subscriber.as_ref().and_then(|payer| payer.payer_id.as_deref());
        Ok(Some(SubscriptionNews {
            remote: name(&self.subscription.id)?,
            customer: payer.map(name).transpose()?,
            as_of: self.as_of,
            state,
            amount: self.amount().ok_or_else(|| self.lacks("amount"))?,
            frequency: self.frequency().ok_or_else(|| self.lacks("interval"))?,
            period: self.period(),
            ends_at,
            card: None,
        }))
    }

    /// Where it stands, and when it ends if what is paid for is not over.
    fn state(&self) -> Result<(SubscriptionState, Option<DateTime<Utc>>), Unreadable> {
        let note = self.subscription.status_change_note.as_deref().and_then(Note::read);
        let begun = self.paid_at().is_some() || self.is_to_begin();
        let owes = self.failures() > 0 || self.outstanding().is_some();
        let changed_at = || time(self.subscription.status_update_time.as_deref()).unwrap_or(self.as_of);
        let ended = |at, reason| (SubscriptionState::Ended { at, reason }, None);
        Ok(match (self.subscription.status.as_deref(), note) {
            (Some("ACTIVE" | "SUSPENDED"), _) if !begun => (SubscriptionState::Incomplete, None),
            (Some("ACTIVE"), _) if owes => (self.past_due(), None),
            (Some("ACTIVE"), _) => (SubscriptionState::Active, None),
            (Some("SUSPENDED"), Some(Note::Paused { until })) => (SubscriptionState::Paused { until }, None),
            // Suspended by PayPal itself, after too many failures.
            (Some("SUSPENDED"), _) if self.failures() > 0 => (self.past_due(), None),
            (Some("SUSPENDED"), _) => (SubscriptionState::Paused { until: None }, None),
            (Some("CANCELLED" | "EXPIRED"), Some(Note::Ended { reason })) => ended(changed_at(), reason),
            (Some("CANCELLED" | "EXPIRED"), _) if !begun && self.starts_at() <= Some(changed_at()) => {
                ended(changed_at(), EndReason::Incomplete)
            }
            (Some("CANCELLED" | "EXPIRED"), _) => {
                // Nothing more is charged, and what is paid for is kept.
                let paid = self.paid_at().filter(|_| !owes).and_then(|at| self.period_at(at));
                match paid.map(|paid| paid.until) {
                    Some(until) if until > self.as_of => (SubscriptionState::Active, Some(until)),
                    until => ended(until.unwrap_or_else(changed_at), EndReason::Voluntary),
                }
            }
            _ => return Err(self.lacks("status")),
        })
    }

    /// Owed since the first day that the last payment does not reach.
    fn past_due(&self) -> SubscriptionState {
        let unpaid = self.paid_at().and_then(|at| self.period_at(at)).map(|paid| paid.until);
        let since = unpaid.or_else(|| self.starts_at()).unwrap_or(self.as_of);
        SubscriptionState::PastDue { since: since.min(self.as_of) }
    }

    /// The period that is running; none before the first payment. What is to begin is free until then.
    fn period(&self) -> Option<Period> {
        if self.is_to_begin() {
            let from = time(self.subscription.create_time.as_deref()).unwrap_or(self.as_of);
            return Some(Period { from, until: self.starts_at()? });
        }
        let paid_at = self.paid_at()?;
        match self.next_at() {
            Some(next) => {
                let (from, _) = self.days_around(next.date_naive().pred_opt()?)?;
                Some(Period { from: self.on(from)?, until: next })
            }
            None => self.period_at(paid_at),
        }
    }
}

#[cfg(test)]
mod tests;
