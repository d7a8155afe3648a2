//! Values of the office’s page about appeals.

#![expect(missing_docs, reason = "the names say it, and stand in the templates")]

use serde::Serialize;

/// Where appeals stand now, and what the texts that are tried bring.
#[derive(Debug, Clone, Serialize)]
pub struct AppealsPage {
    pub appeals: Vec<AppealShown>,
    /// Why nothing can be said: a file has a mistake.
    pub fault: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct AppealShown {
    pub slug: String,
    pub heading: String,
    pub position: String,
    pub priority: i32,
    /// On which articles it stands without being named there.
    pub rules: String,
    pub stands: Vec<StandsShown>,
    /// Why it does not stand on others, with how many there are.
    pub absent: Vec<String>,
    pub tests: Vec<TestShown>,
}

#[derive(Debug, Clone, Serialize)]
pub struct StandsShown {
    pub url: String,
    pub title: String,
    pub why: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct TestShown {
    pub id: String,
    /// Whether these are its texts now.
    pub runs: bool,
    pub since: String,
    pub texts: Vec<TextShown>,
    /// What can honestly be said.
    pub sentence: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct TextShown {
    pub name: &'static str,
    /// Its words; none of an earlier test.
    pub heading: Option<String>,
    pub shown: i64,
    pub gifts: i64,
    pub recurring: i64,
    pub rate: String,
    pub interval: String,
    /// By currency.
    pub averages: Vec<String>,
}
