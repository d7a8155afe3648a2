//! CSV of a bank, understood by a mapping; one row in memory at a time.

use super::Fault;
use super::entry::cleaned;
use crate::domain::bank_line::{Direction, FIELD_CHARACTERS_MAX, ReadLine, account_number, read_amount};
use crate::domain::bank_mapping::{AmountColumns, Mapping, plain_amount, read_day};
use crate::domain::donor::clean_line;
use crate::domain::money::Money;
use crate::xml::shortened;
use csv::{Reader, ReaderBuilder, StringRecord};
use std::collections::VecDeque;
use std::io::Read;

/// The lines of a file.
pub(super) struct Rows<R> {
    mapping: Mapping,
    reader: Reader<R>,
    /// Rows that are the last ones, as far as is known.
    held: VecDeque<(u64, StringRecord)>,
    left_out: usize,
    any: bool,
    ended: bool,
}

impl<R: Read> Rows<R> {
    pub(super) fn new(mapping: Mapping, text: R) -> Self {
        let left_out = mapping.header_rows;
        let reader = reader_of(text, mapping.delimiter.byte());
        Self { mapping, reader, held: VecDeque::new(), left_out, any: false, ended: false }
    }

    /// The next row that is neither at the top nor at the bottom, and its line.
    fn next_row(&mut self) -> Result<Option<(u64, StringRecord)>, Fault> {
        while self.held.len() <= self.mapping.footer_rows {
            let Some(row) = next_of(&mut self.reader)? else { return Ok(None) };
            if self.left_out > 0 {
                self.left_out -= 1;
            } else {
                self.held.push_back(row);
            }
        }
        Ok(self.held.pop_front())
    }
}

/// A reader of rows, however many cells each has.
pub fn reader_of<R: Read>(text: R, delimiter: u8) -> Reader<R> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text)
}

/// A row and the line at which it begins; none behind the last.
///
/// # Errors
/// A [`Fault`] for what is no CSV.
pub fn next_of<R: Read>(reader: &mut Reader<R>) -> Result<Option<(u64, StringRecord)>, Fault> {
    let mut row = StringRecord::new();
    let begins = reader.position().line();
    match reader.read_record(&mut row) {
        Ok(true) => {
            let at = row.position().map_or(begins, csv::Position::line);
            Ok(Some((at, row)))
        }
        Ok(false) => Ok(None),
        Err(error) => Err(Fault::new(begins, words_of(&error))),
    }
}

fn words_of(error: &csv::Error) -> String {
    if let csv::ErrorKind::Io(error) = error.kind() {
        return error.to_string();
    }
    format!("this is no CSV: {error}")
}

/// What a row says; none for one that has neither a day nor an amount, as banks write between months.
pub(super) fn line_of(mapping: &Mapping, row: &StringRecord, at: u64) -> Result<Option<ReadLine>, Fault> {
    let fault = |what: String| Fault::new(at, what);
    let cell =
        |column: usize| column.checked_sub(1).and_then(|index| row.get(index)).unwrap_or_default().trim();
    if row.iter().any(|cell| cell.chars().count() > FIELD_CHARACTERS_MAX) {
        return Err(fault(format!("a field is longer than {FIELD_CHARACTERS_MAX} characters")));
    }
    let amounts = match mapping.amount {
        AmountColumns::Signed { column } | AmountColumns::SignedTheOtherWay { column } => [cell(column), ""],
        AmountColumns::Pair { credit, debit } => [cell(credit), cell(debit)],
    };
    if cell(mapping.date).is_empty() && amounts.iter().all(|text| text.is_empty()) {
        return Ok(None);
    }
    let booked_on = read_day(cell(mapping.date), mapping.date_order).ok_or_else(|| {
        fault(format!("“{}” is no day in the order that was chosen", shortened(cell(mapping.date))))
    })?;
    let amount = amount_of(mapping, amounts).map_err(fault)?;
    if amount.is_zero() {
        return Ok(None);
    }
    let optional = |column: Option<usize>| column.map(cell).unwrap_or_default();
    let text: Vec<&str> =
        mapping.text.iter().map(|column| cell(*column)).filter(|text| !text.is_empty()).collect();
    Ok(Some(ReadLine {
        account: account_number(&mapping.account),
        booked_on,
        amount,
        direction: if amount.is_positive() { Direction::In } else { Direction::Out },
        bank_id: clean_line(optional(mapping.bank_id), 120).map_err(|error| fault(error.to_string()))?,
        part: None,
        name: cleaned(optional(mapping.name)),
        other_account: cleaned(&account_number(optional(mapping.other_account))),
        text: cleaned(&text.join(" ")).unwrap_or_default(),
        sheet: 1,
        at,
    }))
}

fn amount_of(mapping: &Mapping, [first, second]: [&str; 2]) -> Result<Money, String> {
    let read = |text: &str| {
        let plain = plain_amount(text, mapping.decimal_mark);
        let plain = plain.ok_or_else(|| {
            format!("“{}” is no amount in the way of writing that was chosen", shortened(text))
        })?;
        read_amount(&plain, mapping.currency).map_err(|error| error.to_string())
    };
    let out = |amount: Money| amount.negated().map_err(|error| error.to_string());
    match mapping.amount {
        AmountColumns::Signed { .. } => read(first),
        AmountColumns::SignedTheOtherWay { .. } => read(first).and_then(out),
        AmountColumns::Pair { .. } => {
            let or_none =
                |text: &str| if text.is_empty() { Ok(Money::zero(mapping.currency)) } else { read(text) };
            let (credit, debit) = (or_none(first)?, or_none(second)?);
            match (credit.is_zero(), debit.is_zero()) {
                (false, false) => Err("money came in and went out in one row".to_owned()),
                (false, true) => Ok(credit),
                // Some banks write a minus before what went out, some do not.
                (true, _) if debit.is_positive() => out(debit),
                (true, _) => Ok(debit),
            }
        }
    }
}

impl<R: Read> Iterator for Rows<R> {
    type Item = Result<ReadLine, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            let line = match self.next_row() {
                Ok(Some((at, row))) => {
                    self.any = true;
                    line_of(&self.mapping, &row, at)
                }
                Ok(None) => {
                    self.ended = true;
                    if self.any {
                        return None;
                    }
                    Err(Fault::new(1, "there is no line of an account in it"))
                }
                Err(fault) => {
                    self.ended = true;
                    Err(fault)
                }
            };
            match line {
                Ok(None) => {}
                Ok(Some(line)) => return Some(Ok(line)),
                Err(fault) => return Some(Err(fault)),
            }
        }
        None
    }
}
