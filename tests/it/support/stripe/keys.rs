//! Idempotency keys as Stripe's API v1 keeps them: the first answer once execution began, for 24 hours.

use super::super::double::Answer;
use super::refusal::Refusal;
use std::collections::HashMap;

const KEPT_S: i64 = 24 * 3600;

#[derive(Debug, Default)]
pub(super) struct Keys {
    kept: HashMap<String, Kept>,
}

#[derive(Debug)]
struct Kept {
    /// Method, path and parameters of the first request.
    request: String,
    since: i64,
    /// `None` while the first request is being worked on.
    answer: Option<Answer>,
}

/// What becomes of a request with a key.
pub(super) enum Admission {
    /// The first of its key: to be executed, then finished.
    First,
    /// Executed before: this was the answer.
    Replay(Answer),
    Refused(Refusal),
}

impl Keys {
    pub(super) fn admit(&mut self, key: &str, request: String, now: i64) -> Admission {
        if self.kept.get(key).is_some_and(|kept| kept.since + KEPT_S <= now && kept.answer.is_some()) {
            self.kept.remove(key);
        }
        let Some(kept) = self.kept.get(key) else {
            self.kept.insert(key.to_owned(), Kept { request, since: now, answer: None });
            return Admission::First;
        };
        match &kept.answer {
            _ if kept.request != request => Admission::Refused(Refusal::key_reused(key)),
            None => Admission::Refused(Refusal::key_in_use(key)),
            Some(answer) => Admission::Replay(answer.clone()),
        }
    }

    /// Keeps the answer, or forgets the key if nothing was executed.
    pub(super) fn finish(&mut self, key: &str, answer: Option<Answer>) {
        match (self.kept.get_mut(key), answer) {
            (Some(kept), Some(answer)) => kept.answer = Some(answer),
            (Some(_), None) => {
                self.kept.remove(key);
            }
            (None, _) => {}
        }
    }
}
