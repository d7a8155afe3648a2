//! Values of the office's pages about wording: texts by language, and letters.

use super::account_pages::Faults;
use super::setting_pages::ChangeLine;
use serde::Serialize;

#[derive(Debug, Clone, Serialize)]
pub struct WordingPage {
    pub languages: Vec<LanguageLine>,
    pub letters: Vec<LetterLine>,
}

#[derive(Debug, Clone, Serialize)]
pub struct LanguageLine {
    pub tag: String,
    pub name: String,
    /// Texts that are said in words of one's own.
    pub own: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct LetterLine {
    pub name: &'static str,
    pub title: &'static str,
    pub to_donors: bool,
}

/// Texts of a language, found by a part of what they say.
#[derive(Debug, Clone, Serialize)]
pub struct TextsPage {
    pub tag: String,
    pub language_name: String,
    pub dir: &'static str,
    pub q: String,
    pub only_own: bool,
    pub texts: Vec<TextLine>,
    /// How many are found, of which the page shows the first.
    pub found: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct TextLine {
    pub id: String,
    pub text: String,
    pub is_own: bool,
    pub is_fixed: bool,
}

/// A text, with what it says in the program beside it.
#[derive(Debug, Clone, Serialize)]
pub struct TextPage {
    pub tag: String,
    pub language_name: String,
    pub dir: &'static str,
    pub id: String,
    pub english: String,
    /// What the program says in this language.
    pub original: String,
    pub text: String,
    pub is_own: bool,
    /// Whether a file of the machine says it, which wins.
    pub is_fixed: bool,
    /// Why what was written here cannot be said by this version.
    pub unfit: Option<String>,
    /// As people would read it, once for each form.
    pub examples: Vec<String>,
    pub seen: i64,
    pub history: Vec<ChangeLine>,
    pub faults: Faults,
}

/// A letter with invented values.
#[derive(Debug, Clone, Serialize)]
pub struct SamplePage {
    pub name: &'static str,
    pub to_donors: bool,
    pub tag: String,
    pub dir: &'static str,
    /// Tag and name of each language that it can be shown in.
    pub languages: Vec<(String, String)>,
    pub case: usize,
    pub cases: usize,
    pub subject: String,
    pub text: String,
    pub texts: Vec<TextLine>,
    pub me: String,
    /// Why a letter could not be sent.
    pub trouble: Option<String>,
}
