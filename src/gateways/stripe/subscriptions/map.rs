//! From what Stripe holds of a subscription to the news that the domain understands.

use super::super::super::fetch::Unreadable;
use super::super::answers::{ATTEMPT, Expandable};
use super::super::map::{money, name, ours, time};
use super::answers::{Invoice, Item, PaymentMethod, Recurrence, Subscription};
use super::orders;
use crate::domain::donation::Renewal;
use crate::domain::ids::AttemptId;
use crate::domain::money::Money;
use crate::domain::pledge::Frequency;
use crate::domain::subscription::{Card, EndReason, Period, SubscriptionNews, SubscriptionState};
use chrono::{DateTime, Months, NaiveDate, Utc};

/// A subscription as it was read.
#[derive(Debug, Clone)]
pub(in super::super) struct Standing {
    pub(super) subscription: Subscription,
    /// Since when money is owed, if it is.
    pub(super) owed_since: Option<i64>,
    /// When it was asked for.
    pub(super) as_of: DateTime<Utc>,
}

/// The attempt of ours that began a subscription.
pub(super) fn beginner_of(subscription: &Subscription) -> Option<AttemptId> {
    ours(subscription.metadata.as_ref(), ATTEMPT)
}

/// The attempt of ours that began the subscription of an invoice, as the invoice remembers it.
pub(super) fn beginner_of_invoice(invoice: &Invoice) -> Option<AttemptId> {
    ours(invoice.details()?.metadata.as_ref(), ATTEMPT)
}

/// Which period of which subscription an invoice is for.
pub(super) fn renewal(invoice: &Invoice) -> Result<Option<Renewal>, Unreadable> {
    let Some(subscription) = invoice.subscription() else {
        return Ok(None);
    };
    let start = time(invoice.period_start()).ok_or_else(|| lacks(&invoice.id, "period"))?;
    Ok(Some(Renewal { subscription: name(subscription)?, period_on: start.date_naive() }))
}

fn lacks(object: &str, field: &'static str) -> Unreadable {
    Unreadable { object: object.to_owned(), field }
}

impl Standing {
    pub(super) fn news(&self) -> Result<SubscriptionNews, Unreadable> {
        let subscription = &self.subscription;
        let lacks = |field| lacks(&subscription.id, field);
        let state = self.state()?;
        let period = self.period();
        let ended = state.is_over();
        let ends_with_period = subscription.cancel_at_period_end == Some(true);
        let ends_at = time(subscription.cancel_at)
            .or_else(|| period.filter(|_| ends_with_period).map(|period| period.until));
        Ok(SubscriptionNews {
            remote: name(&subscription.id)?,
            customer: subscription.customer_id().map(name).transpose()?,
            as_of: self.as_of,
            state,
            amount: self.amount().ok_or_else(|| lacks("amount"))?,
            frequency: self.frequency().ok_or_else(|| lacks("interval"))?,
            period,
            ends_at: ends_at.filter(|_| !ended),
            card: subscription.charged().and_then(Expandable::object).and_then(card),
        })
    }

    fn state(&self) -> Result<SubscriptionState, Unreadable> {
        let subscription = &self.subscription;
        let ended = |reason| SubscriptionState::Ended {
            at: time(subscription.ended_at.or(subscription.canceled_at)).unwrap_or(self.as_of),
            reason,
        };
        let pause = subscription.pause_collection.as_ref();
        Ok(match subscription.status.as_deref() {
            Some("incomplete") => SubscriptionState::Incomplete,
            Some("incomplete_expired") => ended(EndReason::Incomplete),
            Some("trialing" | "active") => match pause {
                Some(pause) => SubscriptionState::Paused { until: time(pause.resumes_at) },
                None => SubscriptionState::Active,
            },
            Some("paused") => SubscriptionState::Paused { until: None },
            Some("past_due" | "unpaid") => SubscriptionState::PastDue {
                since: time(self.owed_since)
                    .or_else(|| self.period().map(|period| period.from))
                    .unwrap_or(self.as_of),
            },
            Some("canceled") => ended(self.end_reason()),
            _ => return Err(lacks(&subscription.id, "status")),
        })
    }

    /// Why it ended: in our own word, if we ended it.
    fn end_reason(&self) -> EndReason {
        let details = self.subscription.cancellation_details.as_ref();
        let comment = details.and_then(|details| details.comment.as_deref());
        let told = comment.and_then(orders::reason_in);
        told.unwrap_or_else(|| match details.and_then(|details| details.reason.as_deref()) {
            Some("payment_failed") => EndReason::PaymentFailed,
            Some("payment_disputed") => EndReason::Dispute,
            _ => EndReason::Voluntary,
        })
    }

    /// The period that is running; none before the first payment.
    pub(super) fn period(&self) -> Option<Period> {
        let begun = !matches!(self.subscription.status.as_deref(), Some("incomplete" | "incomplete_expired"));
        let item = self.subscription.item().filter(|_| begun)?;
        Some(Period { from: time(item.current_period_start)?, until: time(item.current_period_end)? })
    }

    /// What is asked for each period, all items together.
    pub(super) fn amount(&self) -> Option<Money> {
        let mut sum: Option<Money> = None;
        for item in &self.subscription.items.as_ref()?.data {
            let amount = amount_of(item)?;
            sum = Some(match sum {
                None => amount,
                Some(sum) => sum.plus(amount).ok()?,
            });
        }
        sum.filter(|sum| sum.is_positive())
    }

    pub(super) fn frequency(&self) -> Option<Frequency> {
        frequency(self.subscription.item()?.price.as_ref()?.recurring.as_ref()?)
    }
}

fn amount_of(item: &Item) -> Option<Money> {
    let price = item.price.as_ref()?;
    let units = price.unit_amount?.checked_mul(item.quantity.unwrap_or(1))?;
    money(Some(units), price.currency.as_deref())
}

fn frequency(recurrence: &Recurrence) -> Option<Frequency> {
    match (recurrence.interval.as_deref()?, recurrence.interval_count.unwrap_or(1)) {
        ("week", 1) | ("day", 7) => Some(Frequency::Weekly),
        ("month", 1) => Some(Frequency::Monthly),
        ("month", 3) => Some(Frequency::Quarterly),
        ("month", 12) | ("year", 1) => Some(Frequency::Yearly),
        _ => None,
    }
}

/// A frequency as Stripe counts it; none for one gift.
pub(in super::super) fn interval(frequency: Frequency) -> Option<(&'static str, u32)> {
    match frequency {
        Frequency::Once => None,
        Frequency::Weekly => Some(("week", 1)),
        Frequency::Monthly => Some(("month", 1)),
        Frequency::Quarterly => Some(("month", 3)),
        Frequency::Yearly => Some(("year", 1)),
    }
}

fn card(method: &PaymentMethod) -> Option<Card> {
    let card = method.card.as_ref()?;
    let first = NaiveDate::from_ymd_opt(card.exp_year?, card.exp_month?, 1)?;
    let expires_on = first.checked_add_months(Months::new(1))?.pred_opt()?;
    let brand = card.brand.as_deref().unwrap_or("card");
    Some(Card { label: format!("{brand} {}", card.last4.as_deref()?), expires_on })
}

#[cfg(test)]
mod tests;
