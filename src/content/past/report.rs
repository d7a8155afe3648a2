//! What taking over came to.

use super::shelf::Outcome;
use std::collections::BTreeMap;

/// What a person should look at in one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// Which text: its number or file, and its title.
    pub text: String,
    /// One sentence each.
    pub notes: Vec<String>,
}

/// Counts, and what a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Texts that were not here.
    pub new: usize,
    /// Texts that were changed there since they were taken over.
    pub changed: usize,
    /// Texts that are here as they are there.
    pub same: usize,
    /// Texts that were changed here by hand, and stay.
    pub by_hand: usize,
    /// Texts that could not be taken over.
    pub refused: usize,
    /// Of the new and changed ones, drafts.
    pub drafts: usize,
    /// Old addresses that lead to where texts are now.
    pub addresses: usize,
    /// Pictures that were copied.
    pub pictures: usize,
    /// Categories and tags, for which articles have no place.
    pub terms: usize,
    /// What was left out, and how often.
    pub left_out: BTreeMap<String, usize>,
    /// Text by text.
    pub noted: Vec<Noted>,
}

impl Report {
    pub(super) fn count(&mut self, outcome: Outcome, is_draft: bool) {
        match outcome {
            Outcome::New => self.new += 1,
            Outcome::Changed => self.changed += 1,
            Outcome::Same => self.same += 1,
            Outcome::ByHand => self.by_hand += 1,
            Outcome::Refused => self.refused += 1,
        }
        if is_draft && matches!(outcome, Outcome::New | Outcome::Changed) {
            self.drafts += 1;
        }
    }

    pub(super) fn leave_out(&mut self, what: impl Into<String>) {
        *self.left_out.entry(what.into()).or_default() += 1;
    }

    pub(super) fn note(&mut self, text: String, notes: Vec<String>) {
        if !notes.is_empty() {
            self.noted.push(Noted { text, notes });
        }
    }

    /// What it came to, one sentence each.
    pub fn sentences(&self) -> Vec<String> {
        let mut said = vec![format!(
            "{} articles are new, {} changed there, {} the same, {} changed here by hand and kept, {} refused.",
            self.new, self.changed, self.same, self.by_hand, self.refused
        )];
        if self.drafts > 0 {
            said.push(format!("{} of the new and changed ones are drafts.", self.drafts));
        }
        said.push(format!("{} old addresses lead to them.", self.addresses));
        if self.pictures > 0 {
            said.push(format!("{} pictures are new in the content folder.", self.pictures));
        }
        if self.terms > 0 {
            let terms = self.terms;
            said.push(format!(
                "{terms} categories and tags are not carried over: articles have no place for them."
            ));
        }
        said.extend(self.left_out.iter().map(|(what, count)| format!("Left out: {count} × {what}.")));
        said
    }
}
