//! Owns: reading the files in which other places, and this program, write down gifts that came before: CSV, row by row, in
//! memory that does not grow with the file.
//! May import: domain, bank. Must not: decide what becomes of a gift, keep anything.

mod cells;
mod columns;
mod row;

use crate::bank::{Fault, next_of, of_charset, reader_of};
use crate::domain::bank_mapping::{Charset, Delimiter};
use crate::domain::gift_import::{ImportLayout, ImportOptions, ImportRow};
use columns::Columns;
use csv::{Reader, StringRecord};
use row::Reading;
use std::io::{self, BufRead, Read, Seek};

/// Longest cell, in characters: what any of these places allows is below.
const CELL_CHARACTERS_MAX: usize = 10_000;

/// The rows of a file, or what is wrong with them. Nothing comes behind a mistake in the form of the file itself.
pub struct Rows {
    reader: Reader<Box<dyn Read + Send>>,
    reading: Reading,
    ended: bool,
}

/// Begins to read a file from its beginning. It is looked at twice: how its letters are written is seen at its end at the
/// earliest.
///
/// # Errors
/// A [`Fault`] for a file that is no CSV, is of no layout that is known, or lacks a column that its layout must have.
pub fn read(file: impl BufRead + Seek + Send + 'static, options: &ImportOptions) -> Result<Rows, Fault> {
    let told = |error: io::Error| Fault { at: 1, what: error.to_string() };
    let mut file = file;
    let charset = charset_of(&mut file).map_err(told)?;
    file.rewind().map_err(told)?;
    let delimiter = delimiter_of(file.fill_buf().map_err(told)?);
    let text: Box<dyn Read + Send> = Box::new(of_charset(file, charset));
    let mut reader = reader_of(text, delimiter.byte());
    let (_, heading) = next_of(&mut reader)?
        .ok_or_else(|| Fault { at: 1, what: "there is nothing in the file".to_owned() })?;
    let columns = Columns::of(&heading, options.layout)?;
    let reading = Reading { columns, date_order: options.date_order, decimal_mark: options.decimal_mark };
    Ok(Rows { reader, reading, ended: false })
}

impl Rows {
    /// Who wrote the file.
    pub fn layout(&self) -> ImportLayout {
        self.reading.columns.layout
    }
}

impl Iterator for Rows {
    type Item = Result<ImportRow, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            match next_of(&mut self.reader) {
                Ok(Some((_, row))) if row.iter().all(|cell| cell.trim().is_empty()) => {}
                Ok(Some((at, row))) => return Some(self.read_row(at, &row)),
                Ok(None) => self.ended = true,
                Err(fault) => {
                    self.ended = true;
                    return Some(Err(fault));
                }
            }
        }
        None
    }
}

impl Rows {
    fn read_row(&self, at: u64, row: &StringRecord) -> Result<ImportRow, Fault> {
        if row.iter().any(|cell| cell.chars().count() > CELL_CHARACTERS_MAX) {
            let what = format!("a cell is longer than {CELL_CHARACTERS_MAX} characters");
            return Err(Fault { at, what });
        }
        self.reading.row(at, row).map_err(|what| Fault { at, what })
    }
}

/// UTF-8 if the whole file is, otherwise as older programs write in western Europe.
fn charset_of(file: &mut impl BufRead) -> io::Result<Charset> {
    let mut cut: Vec<u8> = Vec::new();
    loop {
        let piece = file.fill_buf()?;
        if piece.is_empty() {
            return Ok(if cut.is_empty() { Charset::Utf8 } else { Charset::Windows1252 });
        }
        let read = piece.len();
        let mut bytes = std::mem::take(&mut cut);
        bytes.extend_from_slice(piece);
        file.consume(read);
        match std::str::from_utf8(&bytes) {
            Ok(_) => {}
            // The last letter may have been cut through.
            Err(error) if error.error_len().is_none() => {
                cut = bytes.get(error.valid_up_to()..).unwrap_or_default().to_vec();
            }
            Err(_) => return Ok(Charset::Windows1252),
        }
    }
}

/// The mark that stands most often in the heading, which has no amounts and no sentences.
fn delimiter_of(beginning: &[u8]) -> Delimiter {
    let heading = beginning.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |delimiter: Delimiter| heading.split(|byte| *byte == delimiter.byte()).count();
    let most = Delimiter::ALL.iter().copied().max_by_key(|delimiter| count(*delimiter));
    most.filter(|delimiter| count(*delimiter) > 1).unwrap_or(Delimiter::Comma)
}

#[cfg(test)]
mod tests;
