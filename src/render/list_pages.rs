//! What the lists of the office and the pages about one thing are given: the names here are the names in the templates.

#![expect(missing_docs, reason = "the names say it, and stand in the templates")]

use super::admin_pages::HiddenField;
use crate::domain::account;
use crate::domain::list::Shape;
use crate::domain::money::{Currency, Money};
use crate::domain::receipt::ReceiptNumber;
use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use serde::Serialize;

/// A list.
#[derive(Debug, Clone, Serialize)]
pub struct ListPage {
    /// Its word in addresses.
    pub list: &'static str,
    pub url: String,
    pub search: String,
    /// As what the search was understood, and whether there is more.
    pub understood: Option<String>,
    pub is_narrowed: bool,
    pub filters: Vec<FilterShown>,
    pub orders: Vec<ChoiceShown>,
    pub columns: Vec<ChoiceShown>,
    pub heads: Vec<HeadShown>,
    pub rows: Vec<RowShown>,
    /// Ids of the rows, where several can be decided at once.
    pub picks: Vec<String>,
    pub back_url: Option<String>,
    pub on_url: Option<String>,
    pub first_url: Option<String>,
    pub file_url: Option<String>,
    pub views: Vec<ViewShown>,
    /// The query of this view.
    pub query: String,
    pub actions: Vec<ActionShown>,
}

#[derive(Debug, Clone, Serialize)]
pub struct FilterShown {
    pub name: &'static str,
    pub label: &'static str,
    /// `choice`, `text` or `date`.
    pub kind: &'static str,
    pub value: String,
    pub choices: Vec<ChoiceShown>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ChoiceShown {
    pub value: &'static str,
    pub label: String,
    pub chosen: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct HeadShown {
    pub label: &'static str,
    pub is_number: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct RowShown {
    pub cells: Vec<CellShown>,
}

/// A cell: its words, and where they lead.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CellShown {
    pub label: &'static str,
    /// `text`, `state`, `code`, `money`, `time`, `count` or `empty`.
    pub kind: &'static str,
    pub text: String,
    /// The word behind a state; the moment behind a time.
    pub value: String,
    pub url: Option<String>,
    pub is_number: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct ViewShown {
    pub id: String,
    pub name: String,
    pub url: String,
    pub current: bool,
}

/// Something that can be done from here: a link, or a button if it is done at once.
#[derive(Debug, Clone, Serialize)]
pub struct ActionShown {
    pub label: String,
    pub url: String,
    pub is_button: bool,
    pub fields: Vec<HiddenField>,
}

impl ActionShown {
    /// A page on which it is done.
    pub fn link(label: &str, url: String) -> Self {
        Self { label: label.to_owned(), url, is_button: false, fields: Vec::new() }
    }

    /// A button that does it.
    pub fn button(label: &str, url: String) -> Self {
        Self { is_button: true, ..Self::link(label, url) }
    }
}

/// A page about one thing.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FilePage {
    /// The list that it is in.
    pub list_label: &'static str,
    pub list_url: String,
    pub heading: String,
    pub standfirst: String,
    /// Status of it: a word.
    pub status: String,
    pub actions: Vec<ActionShown>,
    pub facts: Vec<FactShown>,
    pub tables: Vec<TableShown>,
    pub moments: Vec<MomentShown>,
    pub entries: Vec<EntryShown>,
    pub bodies: Vec<BodyShown>,
    /// Only on a donor's page.
    pub person: Option<PersonShown>,
}

#[derive(Debug, Clone, Serialize)]
pub struct FactShown {
    pub label: &'static str,
    pub cell: CellShown,
}

#[derive(Debug, Clone, Serialize)]
pub struct TableShown {
    pub id: &'static str,
    pub heading: &'static str,
    pub heads: Vec<HeadShown>,
    pub rows: Vec<RowShown>,
    pub more_url: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct MomentShown {
    pub day: String,
    pub time: String,
    pub iso: String,
    pub what: String,
    pub why: Option<String>,
    pub amount: Option<String>,
    pub url: Option<String>,
    pub is_trouble: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct EntryShown {
    pub id: String,
    pub kind: String,
    pub day: String,
    pub lines: Vec<LineShown>,
}

#[derive(Debug, Clone, Serialize)]
pub struct LineShown {
    pub account: String,
    pub debit: Option<String>,
    pub credit: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct BodyShown {
    pub title: String,
    pub when: String,
    pub url: Option<String>,
    pub text: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct PersonShown {
    pub id: String,
    pub may_change: bool,
    pub tags: String,
    pub notes: Vec<NoteShown>,
}

#[derive(Debug, Clone, Serialize)]
pub struct NoteShown {
    pub id: String,
    pub by: String,
    pub when: String,
    pub text: String,
}

/// One of our words as people read it.
pub fn spelled(word: &str) -> String {
    word.replace(['_', '.'], " ")
}

/// `3 May 2026`.
pub fn day_text(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

/// Turns texts of the store into what people, and programs, read.
#[derive(Debug, Clone, Copy)]
pub struct Cells {
    /// The publisher's.
    pub zone: Tz,
}

impl Cells {
    /// `3 May 2026, 14:05`.
    pub fn time_text(self, at: DateTime<Utc>) -> String {
        at.with_timezone(&self.zone).format("%-d %b %Y, %H:%M").to_string()
    }

    /// `3 May 2026`.
    pub fn day_text(self, at: DateTime<Utc>) -> String {
        day_text(at.with_timezone(&self.zone).date_naive())
    }

    /// A cell of a column.
    pub fn cell(self, label: &'static str, shape: Shape, text: Option<String>) -> CellShown {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return CellShown { label, kind: "empty", is_number: is_number(shape), ..CellShown::default() };
        };
        let plain = CellShown {
            label,
            kind: "text",
            text: text.clone(),
            is_number: is_number(shape),
            ..CellShown::default()
        };
        match shape {
            Shape::Text => plain,
            Shape::Count => CellShown { kind: "count", ..plain },
            Shape::Code => CellShown { kind: "code", ..plain },
            Shape::Receipt => CellShown { kind: "code", text: receipt_text(&text), ..plain },
            Shape::Word => {
                CellShown { kind: "state", text: spelled(&text), value: text.replace('.', "_"), ..plain }
            }
            Shape::Money => {
                CellShown { kind: "money", text: money(&text).map_or(text, Money::text), ..plain }
            }
            Shape::Time => match moment(&text) {
                Some(at) => self.time_cell(label, at),
                None => plain,
            },
            Shape::Person => {
                let (id, name) = text.split_once(' ').unwrap_or(("-", &text));
                let url = (id != "-").then(|| format!("/admin/donors/{id}"));
                CellShown { text: name_text(name), url, ..plain }
            }
        }
    }

    /// A cell of a moment.
    pub fn time_cell(self, label: &'static str, at: DateTime<Utc>) -> CellShown {
        let value = at.to_rfc3339_opts(SecondsFormat::Secs, true);
        CellShown { label, kind: "time", text: self.time_text(at), value, ..CellShown::default() }
    }
}

/// Whether cells of this shape stand to the right.
pub fn is_number(shape: Shape) -> bool {
    matches!(shape, Shape::Money | Shape::Count)
}

/// A name, unless its owner was forgotten.
pub fn name_text(name: &str) -> String {
    if account::is_erased(name) {
        "forgotten donor".to_owned()
    } else if account::is_no_address(name) {
        "no address".to_owned()
    } else {
        name.to_owned()
    }
}

/// An amount as a cell holds it.
pub fn money(text: &str) -> Option<Money> {
    let (minor, currency) = text.split_once(' ')?;
    Some(Money::new(minor.parse().ok()?, Currency::parse(currency).ok()?))
}

/// A moment as a cell holds it.
pub fn moment(text: &str) -> Option<DateTime<Utc>> {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").ok().map(|at| at.and_utc())
}

/// The number of a receipt as people write it.
pub fn receipt_text(text: &str) -> String {
    text.parse().map_or_else(|_other| text.to_owned(), |number: ReceiptNumber| number.to_string())
}

/// The names of the columns of a file: an amount has its currency beside it, a person their id.
pub fn file_columns(name: &str, shape: Shape) -> Vec<String> {
    match shape {
        Shape::Money => vec![name.to_owned(), format!("{name}_currency")],
        Shape::Person => vec![name.to_owned(), format!("{name}_id")],
        Shape::Text | Shape::Word | Shape::Code | Shape::Time | Shape::Count | Shape::Receipt => {
            vec![name.to_owned()]
        }
    }
}

/// What a cell says in a file.
pub fn file_cells(shape: Shape, text: Option<String>) -> Vec<String> {
    let text = text.unwrap_or_default();
    match shape {
        Shape::Money => match money(&text) {
            Some(money) => vec![money.major(), money.currency().code().to_owned()],
            None => vec![text, String::new()],
        },
        Shape::Person => {
            let (id, name) = text.split_once(' ').unwrap_or(("-", &text));
            let id = if id == "-" { "" } else { id };
            vec![name_text(name), id.to_owned()]
        }
        Shape::Time => {
            vec![moment(&text).map_or(text, |at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true))]
        }
        Shape::Receipt => vec![receipt_text(&text)],
        Shape::Text | Shape::Word | Shape::Code | Shape::Count => vec![text],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_read_by_people_on_a_page_and_by_programs_in_a_file() {
        let cells = Cells { zone: chrono_tz::Europe::Berlin };
        let shown = |shape, text: &str| cells.cell("x", shape, Some(text.to_owned()));
        assert_eq!(
            shown(Shape::Money, "2550 EUR").text,
            Money::new(2550, Currency::parse("EUR").unwrap()).text()
        );
        assert_eq!(shown(Shape::Time, "2026-05-03 12:05:09.5").text, "3 May 2026, 14:05");
        assert_eq!(shown(Shape::Person, "dnr_1 Ann Reader").url.as_deref(), Some("/admin/donors/dnr_1"));
        assert_eq!(shown(Shape::Person, "- Ann Reader").url, None);
        assert_eq!(shown(Shape::Word, "past_due").text, "past due");
        assert_eq!(cells.cell("x", Shape::Text, None).kind, "empty");

        assert_eq!(file_columns("amount", Shape::Money), ["amount", "amount_currency"]);
        assert_eq!(file_cells(Shape::Money, Some("2550 EUR".into())), ["25.50", "EUR"]);
        assert_eq!(file_cells(Shape::Person, Some("- =Ann".into())), ["=Ann", ""]);
        assert_eq!(file_cells(Shape::Time, Some("2026-05-03 12:05:09".into())), ["2026-05-03T12:05:09Z"]);
    }
}
