//! Values of the office's pages about settings.

use super::account_pages::Faults;
use serde::Serialize;

#[derive(Debug, Clone, Serialize)]
pub struct SettingsPage {
    pub groups: Vec<GroupLine>,
    /// What only the operator of the machine changes.
    pub machine: Vec<MachineLine>,
}

/// Settings that are changed together.
#[derive(Debug, Clone, Serialize)]
pub struct GroupLine {
    pub title: &'static str,
    pub url: String,
    pub settings: Vec<SettingLine>,
}

#[derive(Debug, Clone, Serialize)]
pub struct SettingLine {
    pub label: String,
    /// Empty: nothing.
    pub value: String,
    /// `default`, `office`, or the place on the machine.
    pub from: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct MachineLine {
    pub key: String,
    /// Secrets are masked.
    pub value: String,
    pub from: String,
    /// Why it is not the office's.
    pub reason: &'static str,
}

/// The form of a group.
#[derive(Debug, Clone, Serialize)]
pub struct GroupPage {
    pub url: String,
    pub lead: &'static str,
    /// What else must be known before something is changed.
    pub note: Option<&'static str>,
    pub fields: Vec<SettingField>,
    /// The last change that the page shows.
    pub seen: i64,
    /// Whether something is at stake, and must be meant.
    pub must_be_meant: bool,
    /// What was to be put back when that was told.
    pub again: Option<PutBack>,
    /// The latest first.
    pub history: Vec<ChangeLine>,
    pub faults: Faults,
}

#[derive(Debug, Clone, Serialize)]
pub struct SettingField {
    pub name: &'static str,
    pub label: &'static str,
    /// `line`, `area`, `number`, `amount`, `tick`.
    pub kind: &'static str,
    /// What stands in the field.
    pub typed: String,
    /// What counts now, in words; empty: nothing.
    pub now: String,
    /// Of a number.
    pub unit: &'static str,
    pub effect: &'static str,
    /// `default`, `office`, or the place on the machine, which wins.
    pub from: String,
    /// Whether the machine says it, so that it is only shown.
    pub is_fixed: bool,
}

/// A setting that is to be what it was before a change; `number` 0: what the configuration says.
#[derive(Debug, Clone, Serialize)]
pub struct PutBack {
    pub key: String,
    pub number: i64,
    pub label: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct ChangeLine {
    pub number: i64,
    pub when: String,
    pub who: String,
    pub key: String,
    pub label: String,
    /// None: the office had not set it.
    pub before: Option<String>,
    /// None: it was taken back.
    pub value: Option<String>,
    /// Whether what was before could be put back: it is something else now.
    pub can_put_back: bool,
}
