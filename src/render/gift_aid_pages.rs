//! Values of the pages on which a donor declares that tax may be claimed on their gifts.

use super::account_pages::Faults;
use super::pages::Choice;
use serde::Serialize;

#[derive(Debug, Clone, Serialize)]
pub struct GiftAidPage {
    pub action: String,
    /// Where what is in force is ended; none if nothing is, or if that is done elsewhere.
    pub end_action: Option<String>,
    /// Where whoever is done goes.
    pub back: String,
    /// It was declared just now.
    pub declared_now: bool,
    pub declarations: Vec<DeclarationShown>,
    pub title: String,
    pub first_name: String,
    pub last_name: String,
    pub house: String,
    pub postcode: String,
    /// Each with its English words as a hint, where the page is in another language.
    pub covers: Vec<Choice>,
    /// What is agreed to, in English.
    pub promise: String,
    pub agreed: bool,
    pub faults: Faults,
}

/// What is on record.
#[derive(Debug, Clone, Serialize)]
pub struct DeclarationShown {
    pub date_text: String,
    /// The words, line by line; empty where they are not shown.
    pub wording: Vec<String>,
    /// None: it is in force.
    pub ended_text: Option<String>,
}
