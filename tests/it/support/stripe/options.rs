//! What a test can choose when it starts the emulator.

use mainstay::domain::clock::{Clock, SystemClock};
use std::sync::Arc;

/// How the account is set up.
#[derive(Clone)]
pub(crate) struct Options {
    pub(crate) clock: Arc<dyn Clock>,
    /// The secret key; `sk_live_` or `rk_live_` makes the account's mode live.
    pub(crate) key: String,
    pub(crate) account: String,
    /// What a restricted key may not open: beginnings of paths, as in `/v1/account`.
    pub(crate) forbidden: Vec<&'static str>,
    pub(crate) default_currency: String,
    /// Currencies, besides the default one, that are kept as they come in; all others are exchanged.
    pub(crate) own_balances: Vec<String>,
    /// What events are written in, unless the endpoint has a version of its own.
    pub(crate) api_version: String,
    /// Ids and chances follow from it.
    pub(crate) seed: u64,
    pub(crate) future: Future,
    /// What `Retry-After` says when there are too many calls, in seconds; 0 for a harness that has no time to lose.
    pub(crate) retry_after_s: u32,
    /// After how many days an invoice is tried again, each counted from the last try.
    pub(crate) retries_days: Vec<i64>,
    pub(crate) after_retries: AfterRetries,
    /// How long the invoice of a renewal is a draft.
    pub(crate) draft_s: i64,
    /// Whether the balance transactions of renewals come later.
    pub(crate) settles_later: bool,
}

/// What becomes of a subscription when the last try has failed: a setting of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AfterRetries {
    Cancel,
    Unpaid,
    PastDue,
}

/// Whether the answers look like those of a Stripe to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Future {
    /// As documented today.
    Today,
    /// Every object has fields, and every word that decides nothing is one, that nobody knows yet.
    Strange,
}

impl Options {
    /// A test account in euros that also keeps dollars, at the time of the given clock.
    pub(crate) fn at(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            key: "sk_test_emulated".to_owned(),
            account: "acct_1EmulatedAccount".to_owned(),
            forbidden: Vec::new(),
            default_currency: "eur".to_owned(),
            own_balances: vec!["usd".to_owned()],
            api_version: "2026-09-30.endive".to_owned(),
            seed: 1,
            future: Future::Today,
            retry_after_s: 1,
            retries_days: vec![3, 5, 7],
            after_retries: AfterRetries::Cancel,
            draft_s: 3600,
            settles_later: false,
        }
    }

    /// The same at the computer's time, for a program in a process of its own.
    pub(crate) fn now() -> Self {
        Self::at(Arc::new(SystemClock))
    }

    pub(super) fn livemode(&self) -> bool {
        self.key.contains("_live_")
    }

    /// The currency in which a payment arrives on the balance.
    pub(super) fn settlement(&self, currency: &str) -> String {
        let kept = self.own_balances.iter().any(|own| own == currency);
        if kept { currency.to_owned() } else { self.default_currency.clone() }
    }
}
