//! What the pages about gifts that came before are given: the names here are the names in the templates.

#![expect(missing_docs, reason = "the names say it, and stand in the templates")]

use super::account_pages::Faults;
use super::admin_pages::ActField;
use serde::Serialize;

/// The files that were handed in, and the way to hand one in.
#[derive(Debug, Clone, Serialize)]
pub struct ImportsPage {
    pub may_change: bool,
    pub files: Vec<ImportFileShown>,
    /// Something is still to happen by itself.
    pub live: bool,
    pub fields: Vec<ActField>,
    pub faults: Faults,
}

#[derive(Debug, Clone, Serialize)]
pub struct ImportFileShown {
    pub url: String,
    pub name: String,
    pub status: &'static str,
    pub percent: i64,
    pub booked: String,
    pub asked_text: String,
}

/// One file, and what it comes to.
#[derive(Debug, Clone, Serialize)]
pub struct ImportPage {
    pub file: ImportFileShown,
    pub id: String,
    /// One mistake a line.
    pub mistakes: Vec<String>,
    /// What was found, a sentence each.
    pub findings: Vec<String>,
    /// Why lines are left out, a sentence each.
    pub left_out: Vec<String>,
    pub may_confirm: bool,
    pub may_remove: bool,
    pub may_undo: bool,
}
