//! Patrons in figures: what happened to recurring support, by month, and what it comes to.
//!
//! Figures are kept by the year: a month of yearly support is a twelfth, and twelfths of minor units do not add up.

use super::money::Money;
use super::pledge::Frequency;
use super::subscription::{Subscription, SubscriptionState};
use super::words;
use chrono::{DateTime, NaiveDate, Utc};
use std::fmt;
use std::str::FromStr;

words! {
    /// What happened to one pledge's recurring support.
    MoveKind {
        /// The donor became a patron for the first time.
        Joined = "joined",
        /// The donor has been a patron before.
        Returned = "returned",
        /// Another amount or frequency.
        Changed = "changed",
        /// Nothing is charged for a while.
        Paused = "paused",
        /// It is charged again.
        Resumed = "resumed",
        /// A period was not paid.
        Failing = "failing",
        /// It was paid after all.
        Recovered = "recovered",
        /// It ended.
        Left = "left",
    }
}

/// A month of the publisher's calendar.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(String);

/// A text that names no month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a month is written as 2026-11")]
pub struct MonthError;

impl Month {
    /// The month of a day.
    pub fn of(day: NaiveDate) -> Self {
        Self(day.format("%Y-%m").to_string())
    }

    /// As in `2026-11`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Month {
    type Err = MonthError;

    fn from_str(text: &str) -> Result<Self, MonthError> {
        let first = format!("{text}-01").parse::<NaiveDate>().map_err(|_no_day| MonthError)?;
        let month = Self::of(first);
        if month.0 == text { Ok(month) } else { Err(MonthError) }
    }
}

/// The rules about recurring support, from the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatronRules {
    /// Days after a missed payment on which the donor is written to, in order; the first is usually 0.
    pub letters_after_days: Vec<u16>,
    /// Days after a missed payment during which the donor stays a patron.
    pub grace_days: u16,
    /// Days before a card expires at which the donor is told.
    pub card_notice_days: u16,
    /// Days that a standing order may be late before it counts as missed.
    pub transfer_slack_days: u16,
}

/// One thing that happened to one pledge's recurring support.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// What.
    pub kind: MoveKind,
    /// The month in which it happened.
    pub month: Month,
    /// The month in which the donor first became a patron.
    pub cohort: Month,
    /// The difference it makes in a year.
    pub annual: Money,
    /// When it happened.
    pub at: DateTime<Utc>,
}

/// The sums of one month for those who joined in one month, in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words of `MoveKind`")]
pub struct MonthTotal {
    pub month: Month,
    pub cohort: Month,
    pub joined: i64,
    pub returned: i64,
    pub left: i64,
    pub failing: i64,
    pub recovered: i64,
    /// By how much a year's support grew, or shrank.
    pub annual: Money,
}

/// Whether a donor has been a patron before, by another pledge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Past {
    /// Never.
    New,
    /// At some time.
    Patron,
}

/// What happened between two pictures of a subscription; none if nothing that counts did. `before` is none when this
/// is the first that is heard of it.
pub fn what_happened(before: Option<&Subscription>, after: &Subscription, past: Past) -> Option<MoveKind> {
    use SubscriptionState::{Active, Ended, Incomplete, PastDue, Paused};
    let begun = || if past == Past::Patron { MoveKind::Returned } else { MoveKind::Joined };
    let changed = |before: &Subscription| {
        let worth = |subscription: &Subscription| -> (i64, Frequency) {
            (subscription.news.amount.minor(), subscription.news.frequency)
        };
        (worth(before) != worth(after)).then_some(MoveKind::Changed)
    };
    let known = before.filter(|before| before.started_at.is_some());
    let Some(known) = known else {
        return after.started_at.is_some().then(begun);
    };
    match (known.news.state, after.news.state) {
        (Ended { .. }, _) | (_, Incomplete) => None,
        (_, Ended { .. }) => Some(MoveKind::Left),
        (Paused { .. }, Active | PastDue { .. }) => Some(MoveKind::Resumed),
        (Active | PastDue { .. } | Incomplete, Paused { .. }) => Some(MoveKind::Paused),
        (Active | Incomplete, PastDue { .. }) => Some(MoveKind::Failing),
        (PastDue { .. }, Active) => Some(MoveKind::Recovered),
        (Active | Incomplete, Active) | (PastDue { .. }, PastDue { .. }) | (Paused { .. }, Paused { .. }) => {
            changed(known)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_reads_back_and_nothing_else_is_one() {
        let month = Month::of(NaiveDate::from_ymd_opt(2026, 3, 31).unwrap());
        assert_eq!(month.to_string(), "2026-03");
        assert_eq!("2026-03".parse(), Ok(month));
        for text in ["2026-3", "2026-13", "2026-03-01", "", "03-2026", "+2026-03"] {
            assert_eq!(text.parse::<Month>(), Err(MonthError), "{text}");
        }
    }
}
