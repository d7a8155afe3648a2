//! Subscriptions at the sandbox: what is charged when, as a real gateway keeps it on its own side.

use super::{SandboxPayment, WebhookRejected};
use crate::domain::donation::Renewal;
use crate::domain::money::{Currency, Money};
use crate::domain::pledge::Frequency;
use crate::domain::remote::RemoteId;
use crate::domain::subscription::{
    Card, EndReason, OrderKind, Period, SubscriptionFact, SubscriptionNews, SubscriptionState,
    SubscriptionStatus,
};
use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, TimeDelta, Utc};

/// Days between two tries to charge what is owed, and how often it is tried.
const RETRY_DAYS: u64 = 4;
const TRIES_MAX: u32 = 4;

/// A subscription as the sandbox sends it in webhooks: the whole of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SandboxSubscription {
    /// `sbs_…`
    pub id: String,
    /// Our attempt, carried along.
    pub attempt: String,
    /// Minor units, each time.
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// A word of `Frequency`.
    pub frequency: String,
    /// A word of `SubscriptionStatus`.
    pub status: String,
    /// Since when it is past due, until when it is paused, or when it ended.
    pub status_at: Option<DateTime<Utc>>,
    /// A word of `EndReason`.
    pub end_reason: Option<String>,
    /// The charge from which periods are counted.
    pub anchor_at: DateTime<Utc>,
    /// The period that is charged next, counted from the anchor.
    pub next_period: u32,
    /// The beginning of the period that is paid.
    pub paid_from: DateTime<Utc>,
    /// It ends then.
    pub ends_at: Option<DateTime<Utc>>,
    /// Tries to charge what is owed.
    pub tries: u32,
    /// When it is tried again.
    pub retry_at: Option<DateTime<Utc>>,
    /// Whether the card works.
    pub card_works: bool,
    /// The last day of the card.
    pub card_expires_on: NaiveDate,
    /// Orders that were carried out.
    #[serde(default)]
    pub orders: Vec<String>,
    /// Where the page for another card leads back to.
    #[serde(default)]
    pub return_url: String,
    /// The last change, by the sandbox's clock.
    pub changed_at: DateTime<Utc>,
}

/// What is to be charged now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// When it was due.
    pub at: DateTime<Utc>,
    /// The first day of the period.
    pub period_on: NaiveDate,
}

/// How a subscription begins.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "see `SandboxSubscription`")]
pub struct Beginning {
    pub id: String,
    pub attempt: String,
    pub amount_minor: i64,
    pub currency: String,
    pub frequency: Frequency,
    pub starts_at: Option<DateTime<Utc>>,
}

impl SandboxSubscription {
    /// Begins: the first period is paid now, unless the first charge is for later.
    pub fn begin(beginning: Beginning, now: DateTime<Utc>) -> Self {
        let later = beginning.starts_at.filter(|starts_at| *starts_at > now);
        let in_three_years = now.date_naive() + Months::new(36);
        Self {
            id: beginning.id,
            attempt: beginning.attempt,
            amount_minor: beginning.amount_minor,
            currency: beginning.currency,
            frequency: beginning.frequency.as_str().to_owned(),
            status: SubscriptionStatus::Active.as_str().to_owned(),
            status_at: None,
            end_reason: None,
            anchor_at: later.unwrap_or(now),
            next_period: u32::from(later.is_none()),
            paid_from: now,
            ends_at: None,
            tries: 0,
            retry_at: None,
            card_works: true,
            card_expires_on: last_of_month(in_three_years),
            orders: Vec::new(),
            return_url: String::new(),
            changed_at: now,
        }
    }

    fn status(&self) -> Option<SubscriptionStatus> {
        SubscriptionStatus::parse(&self.status)
    }

    fn frequency(&self) -> Frequency {
        Frequency::parse(&self.frequency).unwrap_or(Frequency::Monthly)
    }

    /// When a period begins.
    fn begins_at(&self, number: u32) -> DateTime<Utc> {
        let day = self.frequency().period(self.anchor_at.date_naive(), number);
        day.map_or(DateTime::<Utc>::MAX_UTC, |day| day.and_time(self.anchor_at.time()).and_utc())
    }

    /// The end of what is paid.
    pub fn paid_until(&self) -> DateTime<Utc> {
        self.begins_at(self.next_period)
    }

    /// When something is to be done by itself; none if nothing is.
    pub fn next_at(&self) -> Option<DateTime<Utc>> {
        match self.status()? {
            SubscriptionStatus::Active => Some(self.ends_at.unwrap_or_else(|| self.paid_until())),
            SubscriptionStatus::PastDue => self.ends_at.or(self.retry_at),
            SubscriptionStatus::Paused => self.ends_at.or(self.status_at),
            SubscriptionStatus::Incomplete | SubscriptionStatus::Ended => None,
        }
    }

    /// Notes that something changed: never at the same moment as the change before.
    fn touch(&mut self, at: DateTime<Utc>) {
        self.changed_at = at.max(self.changed_at + TimeDelta::milliseconds(1));
    }

    /// Does what is due at `now` but needs no charge, and says what is to be charged.
    pub fn due(&mut self, now: DateTime<Utc>) -> Option<Due> {
        let at = self.next_at().filter(|at| *at <= now)?;
        if self.ends_at.is_some() {
            self.end(at, EndReason::Voluntary);
            return None;
        }
        if self.status() == Some(SubscriptionStatus::Paused) {
            self.resume(at);
            return None;
        }
        Some(Due { at, period_on: self.paid_until().date_naive() })
    }

    /// The charge went through.
    pub fn paid(&mut self, at: DateTime<Utc>) {
        self.paid_from = self.paid_until();
        self.next_period += 1;
        SubscriptionStatus::Active.as_str().clone_into(&mut self.status);
        (self.status_at, self.tries, self.retry_at) = (None, 0, None);
        self.touch(at);
    }

    /// The charge was declined: it is tried again a few times.
    pub fn declined(&mut self, at: DateTime<Utc>) {
        self.tries += 1;
        if self.tries >= TRIES_MAX {
            return self.end(at, EndReason::PaymentFailed);
        }
        if self.status() != Some(SubscriptionStatus::PastDue) {
            SubscriptionStatus::PastDue.as_str().clone_into(&mut self.status);
            self.status_at = Some(at);
        }
        self.retry_at = Some(at + Days::new(RETRY_DAYS));
        self.touch(at);
    }

    fn end(&mut self, at: DateTime<Utc>, reason: EndReason) {
        SubscriptionStatus::Ended.as_str().clone_into(&mut self.status);
        self.status_at = Some(at);
        self.end_reason = Some(reason.as_str().to_owned());
        self.touch(at);
    }

    /// Periods of the pause are not charged.
    fn resume(&mut self, at: DateTime<Utc>) {
        while self.paid_until() < at {
            self.next_period += 1;
        }
        SubscriptionStatus::Active.as_str().clone_into(&mut self.status);
        self.status_at = None;
        self.touch(at);
    }

    /// Does as it is told. The same order again changes nothing.
    pub fn obey(&mut self, order: &str, what: &OrderKind, now: DateTime<Utc>) {
        if self.orders.iter().any(|done| done == order) || self.status() == Some(SubscriptionStatus::Ended) {
            return;
        }
        self.orders.push(order.to_owned());
        match what {
            OrderKind::Change { amount, frequency } => {
                self.amount_minor = amount.minor();
                if *frequency != self.frequency() {
                    (self.anchor_at, self.next_period) = (self.paid_until(), 0);
                    frequency.as_str().clone_into(&mut self.frequency);
                }
                self.touch(now);
            }
            OrderKind::Pause { until } => {
                SubscriptionStatus::Paused.as_str().clone_into(&mut self.status);
                self.status_at = *until;
                self.touch(now);
            }
            OrderKind::Resume => self.resume(now),
            OrderKind::Cancel => {
                self.ends_at = Some(self.paid_until().max(now));
                self.touch(now);
            }
            OrderKind::Keep => {
                self.ends_at = None;
                self.touch(now);
            }
            OrderKind::End { reason } => self.end(now, *reason),
        }
    }

    /// Another card, that works or not.
    pub fn use_card(&mut self, works: bool, expires_on: NaiveDate, now: DateTime<Utc>) {
        (self.card_works, self.card_expires_on) = (works, expires_on);
        self.touch(now);
    }

    /// What it means.
    pub fn fact(&self) -> Result<SubscriptionFact, WebhookRejected> {
        let malformed = |what: &str| WebhookRejected::Malformed(format!("unknown {what}"));
        let currency = Currency::parse(&self.currency).map_err(|_unknown| malformed("currency"))?;
        let at = || self.status_at.ok_or_else(|| malformed("date"));
        let state = match self.status().ok_or_else(|| malformed("status"))? {
            SubscriptionStatus::Incomplete => SubscriptionState::Incomplete,
            SubscriptionStatus::Active => SubscriptionState::Active,
            SubscriptionStatus::PastDue => SubscriptionState::PastDue { since: at()? },
            SubscriptionStatus::Paused => SubscriptionState::Paused { until: self.status_at },
            SubscriptionStatus::Ended => {
                let reason = self.end_reason.as_deref().and_then(EndReason::parse);
                SubscriptionState::Ended { at: at()?, reason: reason.ok_or_else(|| malformed("reason"))? }
            }
        };
        Ok(SubscriptionFact {
            attempt: self.attempt.parse().ok(),
            checkout: None,
            news: SubscriptionNews {
                remote: remote(&self.id)?,
                customer: None,
                as_of: self.changed_at,
                state,
                amount: Money::positive(self.amount_minor, currency)
                    .map_err(|_not_positive| malformed("amount"))?,
                frequency: Frequency::parse(&self.frequency).ok_or_else(|| malformed("frequency"))?,
                period: Some(Period { from: self.paid_from, until: self.paid_until() }),
                ends_at: self.ends_at,
                card: Some(Card { label: "test 0000".to_owned(), expires_on: self.card_expires_on }),
            },
        })
    }
}

/// The period that a payment is for.
pub(super) fn renewal_of(payment: &SandboxPayment) -> Result<Option<Renewal>, WebhookRejected> {
    let (Some(id), Some(period_on)) = (&payment.subscription, payment.period_on) else {
        return Ok(None);
    };
    Ok(Some(Renewal { subscription: remote(id)?, period_on }))
}

fn remote(id: &str) -> Result<RemoteId, WebhookRejected> {
    RemoteId::parse(id).map_err(|error| WebhookRejected::Malformed(error.to_string()))
}

/// The last day of the month of a day.
pub fn last_of_month(day: NaiveDate) -> NaiveDate {
    let first = day.with_day(1).unwrap_or(day);
    first.checked_add_months(Months::new(1)).and_then(|next| next.pred_opt()).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn monthly(begun: &str, starts_at: Option<DateTime<Utc>>) -> SandboxSubscription {
        let beginning = Beginning {
            id: "sbs_1".into(),
            attempt: String::new(),
            amount_minor: 1_000,
            currency: "EUR".into(),
            frequency: Frequency::Monthly,
            starts_at,
        };
        SandboxSubscription::begin(beginning, at(begun))
    }

    #[test]
    fn it_is_charged_once_for_each_period_on_the_day_of_the_first() {
        let mut kept = monthly("2027-12-31T10:00:00Z", None);
        let mut days = Vec::new();
        while let Some(due) = kept.due(at("2028-04-15T00:00:00Z")) {
            days.push(due.period_on.to_string());
            kept.paid(due.at);
        }
        assert_eq!(days, ["2028-01-31", "2028-02-29", "2028-03-31"]);
    }

    #[test]
    fn a_later_start_is_not_charged_before_and_a_new_frequency_not_before_the_paid_time_is_over() {
        let mut kept = monthly("2026-01-10T10:00:00Z", Some(at("2026-02-20T10:00:00Z")));
        assert_eq!(kept.due(at("2026-02-20T09:59:59Z")), None);
        assert_eq!(kept.paid_until(), at("2026-02-20T10:00:00Z"));
        let due = kept.due(at("2026-02-20T10:00:00Z")).unwrap();
        kept.paid(due.at);
        let yearly = OrderKind::Change {
            amount: Money::new(9_000, Currency::parse("EUR").unwrap()),
            frequency: Frequency::Yearly,
        };
        kept.obey("ord_1", &yearly, at("2026-03-01T00:00:00Z"));
        assert_eq!(kept.paid_until(), at("2026-03-20T10:00:00Z"));
        let due = kept.due(at("2026-03-20T10:00:00Z")).unwrap();
        kept.paid(due.at);
        assert_eq!(kept.paid_until(), at("2027-03-20T10:00:00Z"));
    }

    #[test]
    fn what_is_owed_is_tried_four_times() {
        let mut kept = monthly("2026-01-10T10:00:00Z", None);
        let mut tries = 0;
        while let Some(due) = kept.due(at("2027-01-01T00:00:00Z")) {
            kept.declined(due.at);
            tries += 1;
        }
        assert_eq!(tries, TRIES_MAX);
        assert!(matches!(
            kept.fact().unwrap().news.state,
            SubscriptionState::Ended { reason: EndReason::PaymentFailed, .. }
        ));
    }

    #[test]
    fn a_pause_is_not_charged_and_an_order_counts_once() {
        let mut kept = monthly("2026-01-10T10:00:00Z", None);
        let pause = OrderKind::Pause { until: Some(at("2026-04-01T00:00:00Z")) };
        kept.obey("ord_1", &pause, at("2026-01-11T00:00:00Z"));
        assert_eq!(kept.due(at("2026-03-31T00:00:00Z")), None);
        assert_eq!(kept.due(at("2026-04-02T00:00:00Z")), None, "it goes on");
        assert_eq!(kept.paid_until(), at("2026-04-10T10:00:00Z"));
        kept.obey("ord_1", &pause, at("2026-04-03T00:00:00Z"));
        assert_eq!(kept.status(), Some(SubscriptionStatus::Active));
    }
}
