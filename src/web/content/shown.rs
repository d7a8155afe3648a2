//! What a reader sees of the appeals on a page, and how often the texts of a test were shown.

use crate::domain::appeal::{SeenAppeal, Side, TestId};
use crate::domain::article::Slug;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

/// What a page is drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Face {
    /// The appeals with their first texts.
    First,
    /// The second text of the test that runs on it.
    Second,
    /// No appeal: the reader just gave.
    Quiet,
}

impl From<Side> for Face {
    fn from(side: Side) -> Self {
        match side {
            Side::First => Self::First,
            Side::Second => Self::Second,
        }
    }
}

/// The test of two texts that runs on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Test {
    pub(in crate::web) appeal: Slug,
    pub(in crate::web) id: TestId,
}

impl Test {
    /// What somebody is shown by it.
    pub(in crate::web) fn seen(&self, side: Side) -> SeenAppeal {
        SeenAppeal { appeal: self.appeal.clone(), text: Some((side, self.id.clone())) }
    }
}

/// How often the form for gifts was shown, in memory: a sum.
#[derive(Debug, Default)]
pub(in crate::web) struct FormsShown(AtomicI64);

impl FormsShown {
    /// Counts some.
    pub(in crate::web) fn add(&self, forms: i64) {
        self.0.fetch_add(forms, Ordering::Relaxed);
    }

    /// What was counted, which begins anew.
    pub(super) fn take(&self) -> i64 {
        self.0.swap(0, Ordering::Relaxed)
    }
}

/// How often the texts of tests were shown, in memory: sums only, of nobody in particular. What was not written down yet
/// is lost with a process that is killed.
#[derive(Debug, Default)]
pub(in crate::web) struct ShownTexts(Mutex<BTreeMap<SeenAppeal, i64>>);

impl ShownTexts {
    /// Counts one.
    pub(in crate::web) fn add(&self, seen: SeenAppeal) {
        self.merge([(seen, 1)].into());
    }

    /// What was counted, which begins anew.
    pub(super) fn take(&self) -> BTreeMap<SeenAppeal, i64> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts back what could not be written down.
    pub(super) fn put_back(&self, counts: BTreeMap<SeenAppeal, i64>) {
        self.merge(counts);
    }

    fn merge(&self, counts: BTreeMap<SeenAppeal, i64>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (seen, times) in counts {
            let sum = all.entry(seen).or_default();
            *sum = sum.saturating_add(times);
        }
    }
}
