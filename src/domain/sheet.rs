//! A table of figures on its way to a spreadsheet.

use super::money::Money;
use chrono::NaiveDate;

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Words; never a formula, whatever they look like.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A number with two decimals, in hundredths: `1.25`.
    Hundredths(i64),
    /// An amount, in the major units of its currency, to the unit: `12.50`.
    Amount(Money),
    /// A day.
    Day(NaiveDate),
    /// Nothing.
    Empty,
}

impl Cell {
    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// As it stands in a CSV file, before it is made harmless.
    pub fn plain(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Whole(number) => number.to_string(),
            Self::Hundredths(number) => hundredths(*number),
            Self::Amount(money) => money.major(),
            Self::Day(day) => day.to_string(),
            Self::Empty => String::new(),
        }
    }
}

/// A number that is known in hundredths, with two decimals.
pub fn hundredths(number: i64) -> String {
    let (sign, size) = (if number < 0 { "-" } else { "" }, number.unsigned_abs());
    format!("{sign}{}.{:02}", size / 100, size % 100)
}

/// A table with a heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// What it is, in a word that can be part of a file's name.
    pub name: &'static str,
    /// The heading.
    pub columns: Vec<&'static str>,
    /// The rows, each as long as the heading.
    pub rows: Vec<Vec<Cell>>,
}
