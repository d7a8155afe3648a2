//! Owns: which of two texts of an appeal brings more gifts, as far as that can be said.
//! May import: what `usecases` may. Must not: know anything of single readers; touch money, which is only added up here.
//!
//! A text is counted each time that it is shown, and a gift once for its promise. Both are sums: nothing says who looked,
//! and nothing joins a reader to a gift but the form itself, which says which text stood on the page.

pub mod compare;

use super::{Context, UseCaseError};
use crate::domain::appeal::{SeenAppeal, Side, TestId};
use crate::domain::article::Slug;
use crate::domain::money::Money;
use crate::store::StoreError;
use crate::store::appeal_texts::{self, Tried};
use chrono::NaiveDate;
use compare::{Arm, Comparison};
use std::collections::BTreeMap;

/// Adds pages on which texts were shown since that was last written down.
///
/// # Errors
/// The database does not answer; nothing was added then.
pub async fn count(ctx: &Context, counts: BTreeMap<SeenAppeal, i64>) -> Result<(), UseCaseError> {
    if counts.is_empty() {
        return Ok(());
    }
    let today = ctx.day_of(ctx.now());
    ctx.db
        .write(move |tx| {
            for (seen, times) in &counts {
                appeal_texts::add(tx, seen, *times, today)?;
            }
            Ok::<_, UseCaseError>(())
        })
        .await
}

/// What one of two texts brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Pages on which it was shown.
    pub shown: i64,
    /// Gifts that came from it and arrived.
    pub gifts: i64,
    /// Those of them that recur.
    pub recurring: i64,
    /// How many gifts in each currency, and their sum.
    pub sums: Vec<(i64, Money)>,
}

impl Outcome {
    /// What counts when it is compared with another.
    pub fn arm(&self) -> Arm {
        Arm { shown: self.shown, gifts: self.gifts }
    }
}

/// A test of two texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestResult {
    /// Of which appeal.
    pub appeal: Slug,
    /// Which test: other texts are another one.
    pub test: TestId,
    /// The first day on which one of them was shown.
    pub first_on: NaiveDate,
    /// The last one so far.
    pub last_on: NaiveDate,
    /// What the text of the file brought.
    pub first: Outcome,
    /// What the other one brought.
    pub second: Outcome,
}

impl TestResult {
    fn begun_by(tried: &Tried) -> Self {
        Self {
            appeal: tried.appeal.clone(),
            test: tried.test.clone(),
            first_on: tried.first_on,
            last_on: tried.last_on,
            first: Outcome::default(),
            second: Outcome::default(),
        }
    }

    fn side(&mut self, side: Side) -> &mut Outcome {
        match side {
            Side::First => &mut self.first,
            Side::Second => &mut self.second,
        }
    }

    /// What can be said of the two.
    pub fn comparison(&self) -> Comparison {
        compare::compare(self.first.arm(), self.second.arm())
    }
}

/// Every test that there was, by appeal, the latest first.
///
/// # Errors
/// The database does not answer.
pub async fn results(ctx: &Context) -> Result<Vec<TestResult>, UseCaseError> {
    let read =
        ctx.db.read(|conn| Ok::<_, StoreError>((appeal_texts::all(conn)?, appeal_texts::brought(conn)?)));
    let (tried, brought) = read.await?;
    let mut results: Vec<TestResult> = Vec::new();
    for text in tried {
        let known = |result: &TestResult| result.appeal == text.appeal && result.test == text.test;
        let at = results.iter().position(known).unwrap_or(results.len());
        if at == results.len() {
            results.push(TestResult::begun_by(&text));
        }
        if let Some(result) = results.get_mut(at) {
            result.first_on = result.first_on.min(text.first_on);
            result.last_on = result.last_on.max(text.last_on);
            result.side(text.side).shown = text.shown;
        }
    }
    for one in brought {
        let Some((side, test)) = one.seen.text else { continue };
        let same = |result: &&mut TestResult| result.appeal == one.seen.appeal && result.test == test;
        if let Some(result) = results.iter_mut().find(same) {
            let outcome = result.side(side);
            outcome.gifts += one.gifts;
            outcome.recurring += one.recurring;
            outcome.sums.push((one.gifts, one.sum));
        }
    }
    Ok(results)
}
