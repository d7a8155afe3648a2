//! The rules of the books, asked while the site runs. What breaks one is told to a person, and held.

use super::holds::BROKEN_INVARIANT;
use super::{Context, UseCaseError};
use crate::store::checks::{self, Finding, Span};
use crate::store::reviews::{self, Question};
use crate::store::{Db, StoreError};
use chrono::TimeDelta;
use std::collections::BTreeMap;

/// How far back the short examination looks: many times the pause between two, for a queue that was busy.
const LATELY: TimeDelta = TimeDelta::minutes(15);

/// What an examination found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Examined {
    /// How many rules were asked.
    pub rules: usize,
    /// How many donations, pledges and others break one.
    pub broken: usize,
    /// How many of these nobody knew of.
    pub news: u64,
}

/// Asks every rule about everything: half a minute for a million donations.
pub async fn everything(ctx: &Context) -> Result<Examined, UseCaseError> {
    examine(ctx, Span::All).await
}

/// Asks about the donations for which something was booked lately: milliseconds.
pub async fn lately(ctx: &Context) -> Result<Examined, UseCaseError> {
    examine(ctx, Span::BookedSince(ctx.now() - LATELY)).await
}

async fn examine(ctx: &Context, span: Span) -> Result<Examined, UseCaseError> {
    let findings = ctx.db.read(move |conn| checks::run_on(conn, span)).await?;
    let rules = findings.len();
    let broken = by_subject(&findings);
    let count = broken.len();
    if broken.is_empty() && span != Span::All {
        return Ok(Examined { rules, broken: 0, news: 0 });
    }
    let inner = ctx.clone();
    let news = ctx.db.write(move |tx| {
        let mut news = 0;
        for (subject, detail) in &broken {
            let question = Question { kind: BROKEN_INVARIANT, subject, detail };
            if reviews::raise_anew(tx, inner.new_id(), question, inner.now())? {
                tracing::error!(
                    subject,
                    rules = detail,
                    "a rule of the books is broken: work on this stops; see `mainstay review list`"
                );
                news += 1;
            }
        }
        if span == Span::All {
            let still: Vec<&str> = broken.keys().map(String::as_str).collect();
            reviews::note_mended(tx, BROKEN_INVARIANT, &still)?;
        }
        Ok::<_, StoreError>(news)
    });
    Ok(Examined { rules, broken: count, news: news.await? })
}

/// What breaks a rule, with all the rules that it breaks.
fn by_subject(findings: &[Finding]) -> BTreeMap<String, String> {
    let mut broken: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for finding in findings {
        for subject in &finding.broken {
            broken.entry(subject.clone()).or_default().push(finding.name);
        }
    }
    let words = |names: Vec<&str>| format!("does not hold: {}", names.join("; "));
    broken.into_iter().map(|(subject, names)| (subject, words(names))).collect()
}

/// The findings of every rule that can be asked on this schema, which may be older than the program: for the look
/// before and after a migration. Nothing is raised.
pub async fn askable(db: &Db) -> Result<Vec<Finding>, StoreError> {
    let mut findings = Vec::new();
    for number in 0..checks::count() {
        findings.extend(db.read(move |conn| checks::run_one(conn, number)).await?);
    }
    Ok(findings)
}

/// What broke between two looks, in words. What broke a rule before is no news under another one.
pub fn broken_since(before: &[Finding], after: &[Finding]) -> Vec<String> {
    let known = |id: &String| before.iter().any(|old| old.broken.contains(id));
    let newly = |finding: &Finding| {
        let broken = finding.broken.iter().filter(|id| !known(id)).cloned().collect();
        let words = Finding { name: finding.name, broken }.in_words()?;
        Some(format!("{}: {words}", finding.name))
    };
    after.iter().filter_map(newly).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(name: &'static str, broken: &[&str]) -> Finding {
        Finding { name, broken: broken.iter().map(|id| (*id).to_owned()).collect() }
    }

    #[test]
    fn one_question_names_all_the_rules_that_something_breaks() {
        let found =
            by_subject(&[finding("a", &["don_1"]), finding("b", &["don_1", "don_2"]), finding("c", &[])]);
        assert_eq!(found.len(), 2);
        assert_eq!(found["don_1"], "does not hold: a; b");
        assert_eq!(found["don_2"], "does not hold: b");
    }

    #[test]
    fn only_what_broke_in_between_is_told() {
        let (before, after) =
            ([finding("a", &["1"])], [finding("a", &["1", "2"]), finding("b", &["1", "3"])]);
        assert_eq!(broken_since(&before, &after), ["a: broken by 2", "b: broken by 3"]);
        assert!(broken_since(&after, &after).is_empty());
    }
}
