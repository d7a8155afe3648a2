//! Standing orders: no gateway charges them, so what a gateway would say of a subscription is reckoned here.

use crate::domain::ids::PledgeId;
use crate::domain::pledge::{Frequency, Pledge};
use crate::domain::remote::RemoteId;
use crate::domain::subscription::{OrderKind, Period, Subscription, SubscriptionNews, SubscriptionState};
use crate::store::{Tx, pledges, subscriptions};
use crate::usecases::{Context, UseCaseError};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

/// The period that money which arrives now pays for: the oldest unpaid one. The first arrival sets the day of the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::usecases) struct Paid {
    /// Its first day.
    pub(in crate::usecases) period_on: NaiveDate,
    period: Period,
}

/// What period an arrival pays for; none for a single gift, and for support that has ended.
pub(in crate::usecases) fn paid_by(
    tx: &mut Tx<'_>,
    pledge: &Pledge,
    at: DateTime<Utc>,
) -> Result<Option<Paid>, UseCaseError> {
    if !pledge.terms.frequency.is_recurring() {
        return Ok(None);
    }
    let known = subscriptions::find(tx, pledge.id)?;
    let period = match &known {
        Some(known) if known.news.state.is_over() => None,
        Some(known) => known.news.period.and_then(|last| next_period(known, last.until)),
        None => following(at, at, pledge.terms.frequency),
    };
    Ok(period.map(|period| Paid { period_on: period.from.date_naive(), period }))
}

/// The period that begins when the last one ends. The day of the month is that of the first payment.
fn next_period(known: &Subscription, from: DateTime<Utc>) -> Option<Period> {
    following(known.started_at.unwrap_or(from), from, known.news.frequency)
}

/// The period from `from` to the next day that falls on the anchor's.
fn following(anchor: DateTime<Utc>, from: DateTime<Utc>, frequency: Frequency) -> Option<Period> {
    let (first, time) = (anchor.date_naive(), anchor.time());
    let days = (0..=u32::MAX).map_while(|number| frequency.period(first, number));
    let until = days.map(|day| day.and_time(time).and_utc()).find(|until| *until > from)?;
    Some(Period { from, until })
}

/// Takes in that a period was paid.
pub(in crate::usecases) fn arrived(
    tx: &mut Tx<'_>,
    ctx: &Context,
    pledge: PledgeId,
    paid: Paid,
) -> Result<(), UseCaseError> {
    let pledge = pledges::get(tx, pledge)?;
    let known = subscriptions::find(tx, pledge.id)?;
    let slack = TimeDelta::days(ctx.policy.patrons.transfer_slack_days.into());
    let state = match known.as_ref().map(|known| known.news.state) {
        Some(paused @ SubscriptionState::Paused { .. }) => paused,
        Some(_) | None if paid.period.until + slack < ctx.now() => {
            SubscriptionState::PastDue { since: paid.period.until }
        }
        Some(_) | None => SubscriptionState::Active,
    };
    let news = match known {
        Some(known) => SubscriptionNews { as_of: ctx.now(), state, period: Some(paid.period), ..known.news },
        None => SubscriptionNews {
            remote: name_of(&pledge)?,
            customer: None,
            as_of: ctx.now(),
            state,
            amount: pledge.terms.amount,
            frequency: pledge.terms.frequency,
            period: Some(paid.period),
            ends_at: None,
            card: None,
        },
    };
    super::learn(tx, ctx, &pledge, news)?;
    Ok(())
}

/// A standing order is known by the reference that the donor gave to the bank.
fn name_of(pledge: &Pledge) -> Result<RemoteId, UseCaseError> {
    let reference = pledge.reference.as_ref().ok_or(UseCaseError::NotFound("payment reference"))?;
    RemoteId::parse(reference.as_str()).map_err(|error| UseCaseError::Internal(error.to_string()))
}

/// What is true of a standing order once an order about it is given.
pub(super) fn changed(known: &Subscription, what: &OrderKind, now: DateTime<Utc>) -> SubscriptionNews {
    let news = SubscriptionNews { as_of: now, ..known.news.clone() };
    match what {
        OrderKind::Change { amount, frequency } => {
            SubscriptionNews { amount: *amount, frequency: *frequency, ..news }
        }
        OrderKind::Pause { until } => {
            SubscriptionNews { state: SubscriptionState::Paused { until: *until }, ..news }
        }
        OrderKind::Resume => resumed(news, now),
        OrderKind::Cancel => {
            let ends_at = news.period.map_or(now, |period| period.until.max(now));
            SubscriptionNews { ends_at: Some(ends_at), ..news }
        }
        OrderKind::Keep => SubscriptionNews { ends_at: None, ..news },
        OrderKind::End { reason } => {
            SubscriptionNews { state: SubscriptionState::Ended { at: now, reason: *reason }, ..news }
        }
    }
}

/// Goes on after a pause: nothing is owed for the time of it.
pub(super) fn resumed(news: SubscriptionNews, now: DateTime<Utc>) -> SubscriptionNews {
    let period = news.period.map(|period| Period { from: period.from, until: period.until.max(now) });
    SubscriptionNews { as_of: now, state: SubscriptionState::Active, period, ..news }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_period_begins_where_the_last_ended_and_keeps_the_first_day_of_the_month() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let (anchor, mut from) = (at("2027-12-31T11:00:00Z"), at("2027-12-31T11:00:00Z"));
        let mut ends = Vec::new();
        for _ in 0..4 {
            let period = following(anchor, from, Frequency::Monthly).unwrap();
            assert_eq!(period.from, from);
            from = period.until;
            ends.push(from.date_naive().to_string());
        }
        assert_eq!(ends, ["2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30"]);
        let after_a_pause = following(anchor, at("2028-06-10T11:00:00Z"), Frequency::Monthly).unwrap();
        assert_eq!(after_a_pause.until, at("2028-06-30T11:00:00Z"));
    }
}
