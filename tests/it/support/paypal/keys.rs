//! `PayPal-Request-Id`s: what was done is answered again as long as they are kept. Refusals are not kept.

use super::super::double::Answer;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{HashMap, HashSet};

#[derive(Debug, Default)]
pub(super) struct Keys {
    kept: HashMap<String, Kept>,
    under_way: HashSet<String>,
}

#[derive(Debug)]
struct Kept {
    request: String,
    until: DateTime<Utc>,
    answer: Answer,
}

/// What becomes of a request with a key.
pub(super) enum Admission {
    First,
    /// Done before: this was the answer.
    Replay(Answer),
    /// The key stands for something else.
    Reused,
}

impl Keys {
    pub(super) fn admit(&mut self, key: &str, request: &str, now: DateTime<Utc>) -> Admission {
        self.kept.retain(|_, kept| kept.until > now);
        match self.kept.get(key) {
            None => Admission::First,
            Some(kept) if kept.request != request => Admission::Reused,
            Some(kept) => Admission::Replay(kept.answer.clone()),
        }
    }

    /// Whether nobody else is answered under this key just now.
    pub(super) fn begin(&mut self, key: &str) -> bool {
        self.under_way.insert(key.to_owned())
    }

    pub(super) fn end(&mut self, key: &str) {
        self.under_way.remove(key);
    }

    pub(super) fn keep(&mut self, key: &str, request: String, until: DateTime<Utc>, answer: Answer) {
        self.kept.insert(key.to_owned(), Kept { request, until, answer });
    }

    /// For how long the key of a call is kept.
    pub(super) fn lifetime(path: &str) -> TimeDelta {
        if path.starts_with("/v2/payments/") || path.starts_with("/v1/payments/") {
            TimeDelta::days(45)
        } else if path.starts_with("/v1/") {
            TimeDelta::hours(72)
        } else {
            TimeDelta::hours(6)
        }
    }
}
