//! What the columns of a CSV may mean, as a first suggestion; and how its first rows read under a mapping.

use super::Fault;
use super::decode::of_charset;
use super::rows::{line_of, next_of, reader_of};
use crate::domain::bank_line::ReadLine;
use crate::domain::bank_mapping::{
    COLUMNS_MAX, Charset, DateOrder, DecimalMark, Delimiter, Mapping, plain_amount, read_day,
};
use crate::domain::search::folded;
use std::io::{BufReader, Cursor, Read};

/// Rows that are shown of a file.
const ROWS: usize = 12;
/// Bytes of the beginning that a suggestion is made from.
pub const BYTES_MAX: usize = 64 * 1024;

/// A suggestion. Columns are counted from 1; 0 stands for none.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "as in the mapping that is made of it")]
pub struct Guess {
    pub charset: Charset,
    pub delimiter: Delimiter,
    pub header_rows: usize,
    pub date_order: DateOrder,
    pub decimal_mark: DecimalMark,
    pub date: usize,
    pub amount: usize,
    pub credit: usize,
    pub debit: usize,
    pub name: usize,
    pub other_account: usize,
    pub text: usize,
    pub bank_id: usize,
}

/// The first rows of a file, and how they read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preview {
    /// The cells of the first rows.
    pub rows: Vec<Vec<String>>,
    /// The names of its columns, where a row above the lines has them.
    pub heads: Vec<String>,
    /// What the rows come to; only with a mapping.
    pub lines: Vec<Result<ReadLine, Fault>>,
}

/// Makes a suggestion from the beginning of a file.
pub fn guess(beginning: &[u8]) -> Guess {
    let charset = charset_of(beginning);
    let delimiter = delimiter_of(beginning, charset);
    let rows = cells(beginning, charset, delimiter);
    let (at, order, date) = first_day(&rows).unwrap_or((0, DateOrder::DayMonthYear, 1));
    let heads = at.checked_sub(1).and_then(|above| rows.get(above)).cloned().unwrap_or_default();
    let first = rows.get(at).cloned().unwrap_or_default();
    let decimal_mark = mark_of(rows.iter().skip(at).flatten());
    let named = |words: &[&str]| {
        let fits = |head: &String| words.iter().any(|word| folded(head).contains(word));
        heads.iter().position(fits).map_or(0, |index| index + 1)
    };
    let (credit, debit) = (
        named(&["credit", "haben", "gutschrift", "paid in"]),
        named(&["debit", "soll", "lastschrift", "paid out"]),
    );
    let paired = credit > 0 && debit > 0 && credit != debit;
    let amount = match named(&["betrag", "amount", "montant", "importe", "umsatz", "bedrag"]) {
        0 if !paired => last_amount(&first, decimal_mark),
        found => found,
    };
    Guess {
        charset,
        delimiter,
        header_rows: at,
        date_order: order,
        decimal_mark,
        date,
        amount,
        credit: if paired { credit } else { 0 },
        debit: if paired { debit } else { 0 },
        name: named(&[
            "name",
            "auftraggeber",
            "beguenstigter",
            "payee",
            "counterparty",
            "zahlungspflichtig",
            "partner",
        ]),
        other_account: named(&["iban", "kontonummer", "counterparty account", "account number"]),
        text: named(&[
            "verwendungszweck",
            "purpose",
            "reference",
            "description",
            "communication",
            "libelle",
            "memo",
            "text",
            "details",
        ]),
        bank_id: named(&["transaction id", "bank reference", "buchungsreferenz", "referenznummer"]),
    }
}

fn charset_of(beginning: &[u8]) -> Charset {
    match std::str::from_utf8(beginning) {
        Ok(_) => Charset::Utf8,
        // The last letter may have been cut through.
        Err(error) if error.error_len().is_none() => Charset::Utf8,
        Err(_) => Charset::Windows1252,
    }
}

/// The mark that most rows have equally often.
fn delimiter_of(beginning: &[u8], charset: Charset) -> Delimiter {
    let score = |delimiter: Delimiter| {
        let rows = cells(beginning, charset, delimiter);
        let widest = rows.iter().map(Vec::len).max().unwrap_or_default();
        rows.iter()
            .filter(|row| row.len() == widest)
            .count()
            .saturating_mul(widest.saturating_sub(1).min(COLUMNS_MAX))
    };
    Delimiter::ALL.iter().copied().max_by_key(|delimiter| score(*delimiter)).unwrap_or(Delimiter::Semicolon)
}

fn cells(beginning: &[u8], charset: Charset, delimiter: Delimiter) -> Vec<Vec<String>> {
    let text = of_charset(BufReader::new(Cursor::new(beginning.to_vec())), charset);
    let mut reader = reader_of(Cursor::new(as_far_as_it_goes(text)), delimiter.byte());
    let mut rows = Vec::new();
    while rows.len() < ROWS + 10
        && let Ok(Some((_, row))) = next_of(&mut reader)
    {
        rows.push(row.iter().take(COLUMNS_MAX).map(|cell| cell.trim().chars().take(80).collect()).collect());
    }
    rows
}

/// The beginning of a file ends anywhere, perhaps within a letter.
fn as_far_as_it_goes(mut text: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    while let Ok(count) = text.read(&mut piece)
        && count > 0
        && bytes.len() < BYTES_MAX
    {
        bytes.extend_from_slice(piece.get(..count).unwrap_or_default());
    }
    bytes
}

/// The first row in which a cell is a day: its place, the order of the day, the column. Between two orders that fit it,
/// the other rows decide: one day that is no day of a month is enough.
fn first_day(rows: &[Vec<String>]) -> Option<(usize, DateOrder, usize)> {
    let orders = [DateOrder::MonthDayYear, DateOrder::DayMonthYear, DateOrder::YearMonthDay];
    for (at, row) in rows.iter().enumerate() {
        for (column, cell) in row.iter().enumerate() {
            let days = |order: DateOrder| {
                let cells = rows.iter().skip(at).filter_map(|row| row.get(column));
                cells.filter(|cell| read_day(cell, order).is_some()).count()
            };
            let fitting = orders.into_iter().filter(|order| read_day(cell, *order).is_some());
            if let Some(order) = fitting.max_by_key(|order| days(*order)) {
                return Some((at, order, column + 1));
            }
        }
    }
    None
}

fn mark_of<'a>(cells: impl Iterator<Item = &'a String>) -> DecimalMark {
    let mut commas = 0_usize;
    let mut points = 0_usize;
    for cell in cells {
        let cents = |mark: char| {
            let behind = cell.trim_end_matches('-').rsplit_once(mark).map(|(_, decimals)| decimals);
            behind.is_some_and(|decimals| {
                decimals.len() == 2 && decimals.bytes().all(|byte| byte.is_ascii_digit())
            })
        };
        commas += usize::from(cents(',') && plain_amount(cell, DecimalMark::Comma).is_some());
        points += usize::from(cents('.') && plain_amount(cell, DecimalMark::Point).is_some());
    }
    if commas > points { DecimalMark::Comma } else { DecimalMark::Point }
}

fn last_amount(row: &[String], mark: DecimalMark) -> usize {
    let is_amount = |cell: &String| cell.contains([',', '.']) && plain_amount(cell, mark).is_some();
    row.iter().rposition(is_amount).map_or(0, |index| index + 1)
}

/// The first rows of a file, and what they come to under a mapping.
pub fn preview(
    beginning: &[u8],
    (charset, delimiter): (Charset, Delimiter),
    mapping: Option<&Mapping>,
) -> Preview {
    let mut rows = cells(beginning, charset, delimiter);
    let header_rows = mapping.map_or(0, |mapping| mapping.header_rows);
    let heads = header_rows.checked_sub(1).and_then(|above| rows.get(above)).cloned().unwrap_or_default();
    rows.truncate(ROWS);
    let lines = mapping.map(|mapping| first_lines(beginning, mapping)).unwrap_or_default();
    Preview { rows, heads, lines }
}

fn first_lines(beginning: &[u8], mapping: &Mapping) -> Vec<Result<ReadLine, Fault>> {
    let text = of_charset(BufReader::new(Cursor::new(beginning.to_vec())), mapping.charset);
    let mut reader = reader_of(Cursor::new(as_far_as_it_goes(text)), mapping.delimiter.byte());
    let mut lines = Vec::new();
    let mut left_out = mapping.header_rows;
    while lines.len() < ROWS {
        match next_of(&mut reader) {
            Ok(Some(_)) if left_out > 0 => left_out -= 1,
            Ok(Some((at, row))) => lines.extend(line_of(mapping, &row, at).transpose()),
            Ok(None) => break,
            Err(fault) => {
                lines.push(Err(fault));
                break;
            }
        }
    }
    lines
}
