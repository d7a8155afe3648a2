//! What the pages about bank statements are given: the names here are the names in the templates.

#![expect(missing_docs, reason = "the names say it, and stand in the templates")]

use super::account_pages::Faults;
use super::admin_pages::{ActField, HiddenField};
use super::list_pages::{ActionShown, FactShown};
use serde::Serialize;

/// The files that were handed in, and the way to hand one in.
#[derive(Debug, Clone, Serialize)]
pub struct BankPage {
    pub may_change: bool,
    pub files: Vec<BankFileShown>,
    /// Something is still to happen by itself.
    pub live: bool,
    /// Id and name.
    pub mappings: Vec<(String, String)>,
    pub faults: Faults,
}

#[derive(Debug, Clone, Serialize)]
pub struct BankFileShown {
    pub url: String,
    pub name: String,
    pub status: &'static str,
    pub percent: i64,
    pub lines: String,
    pub new: String,
    pub asked_text: String,
}

/// One file, and its lines by what needs doing.
#[derive(Debug, Clone, Serialize)]
pub struct BankStatementPage {
    pub file: BankFileShown,
    pub id: String,
    /// One mistake a line.
    pub mistakes: Vec<String>,
    pub may_change: bool,
    pub may_remove: bool,
    pub waiting: Vec<BankLineShown>,
    /// There are more that wait than are shown.
    pub more_waiting: bool,
    pub groups: Vec<BankGroupShown>,
}

/// Lines that became the same.
#[derive(Debug, Clone, Serialize)]
pub struct BankGroupShown {
    pub status: &'static str,
    pub words: String,
    pub url: String,
}

/// A line that waits, in short.
#[derive(Debug, Clone, Serialize)]
pub struct BankLineShown {
    pub id: String,
    pub url: String,
    pub day_text: String,
    pub amount: String,
    pub name: String,
    pub text: String,
    pub direction: &'static str,
    /// The likeliest thing that it is.
    pub likeliest: Option<BankSuggestionShown>,
    pub more: usize,
}

/// What a line may be, and the button that says so.
#[derive(Debug, Clone, Serialize)]
pub struct BankSuggestionShown {
    pub what: String,
    pub url: String,
    pub why: String,
    /// Where the button leads, and what it carries.
    pub action: String,
    pub fields: Vec<HiddenField>,
    pub submit: &'static str,
    pub subject: String,
}

/// A line with all that is known about it.
#[derive(Debug, Clone, Serialize)]
pub struct BankLinePage {
    pub id: String,
    pub list_url: String,
    pub list_label: String,
    pub heading: String,
    pub status: &'static str,
    pub standfirst: String,
    pub text: String,
    pub facts: Vec<FactShown>,
    pub suggestions: Vec<BankSuggestionShown>,
    pub actions: Vec<ActionShown>,
    pub may_change: bool,
    /// It can be booked for a promise that is named by its reference.
    pub may_book: bool,
    pub faults: Faults,
    pub typed: String,
}

/// The form in which the columns of a CSV are explained.
#[derive(Debug, Clone, Serialize)]
pub struct BankMappingPage {
    pub id: String,
    pub file: String,
    /// How the file is written.
    pub fields: Vec<ActField>,
    /// What its columns mean.
    pub columns: Vec<ActField>,
    /// Rows of the file, each with its number.
    pub rows: Vec<(usize, bool, Vec<String>)>,
    /// How many columns the widest has.
    pub width: Vec<usize>,
    pub lines: Vec<BankPreviewShown>,
    pub faults: Faults,
}

/// How a row reads.
#[derive(Debug, Clone, Default, Serialize)]
pub struct BankPreviewShown {
    pub at: u64,
    pub day: String,
    pub amount: String,
    pub name: String,
    pub text: String,
    /// What is wrong with it; empty if nothing is.
    pub mistake: String,
}

/// What is in hand, and the slip that pays it in.
#[derive(Debug, Clone, Serialize)]
pub struct DepositsPage {
    pub may_change: bool,
    /// What is in hand, in words: cash, then cheques, by currency.
    pub in_hand: Vec<(String, String)>,
    /// One for each tender of which something is in hand.
    pub slips: Vec<SlipShown>,
    /// The latest that were paid in.
    pub latest: Vec<DepositShown>,
    pub faults: Faults,
}

/// The form in which gifts are paid in.
#[derive(Debug, Clone, Serialize)]
pub struct SlipShown {
    /// `cash` or `cheque`.
    pub tender: &'static str,
    pub heading: &'static str,
    pub paid_in_on: String,
    pub gifts: Vec<SlipGiftShown>,
}

#[derive(Debug, Clone, Serialize)]
pub struct SlipGiftShown {
    pub id: String,
    pub what: String,
    pub chosen: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct DepositShown {
    pub url: String,
    pub amount: String,
    pub what: String,
    pub taken_back: bool,
}
