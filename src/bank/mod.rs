//! Owns: reading the files in which banks give statements: CAMT.053 and CSV; line by line, in memory that does not grow
//! with the file.
//! May import: domain, xml. Must not: decide what becomes of a line, keep anything.

mod camt;
mod decode;
mod entry;
mod guess;
mod rows;

pub use decode::{Utf8, of_charset};
pub use guess::{BYTES_MAX as BEGINNING_BYTES, Guess, Preview, guess, preview};
pub use rows::{next_of, reader_of};

use crate::domain::bank_line::{ReadLine, StatementFormat};
use crate::domain::bank_mapping::Mapping;
use crate::xml::Malformed;
use std::fmt;
use std::io::BufRead;

/// What cannot be taken, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line of the file, from 1.
    pub at: u64,
    /// What is wrong, in words.
    pub what: String,
}

impl Fault {
    fn new(at: u64, what: impl fmt::Display) -> Self {
        Self { at, what: what.to_string() }
    }
}

impl From<Malformed> for Fault {
    fn from(Malformed { line, what }: Malformed) -> Self {
        Self { at: line, what }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.at, self.what)
    }
}

impl std::error::Error for Fault {}

/// Lines of a file, or what is wrong with them. Nothing comes behind a mistake in the form of the file itself.
pub type Lines = Box<dyn Iterator<Item = Result<ReadLine, Fault>> + Send>;

/// How a file is to be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Understood {
    /// As XML of ISO 20022.
    Camt053,
    /// As CSV, with this mapping.
    Csv(Mapping),
}

/// Begins to read a file.
///
/// # Errors
/// A [`Fault`] for a file whose letters are written in a way that is not known.
pub fn read(how: &Understood, file: impl BufRead + Send + 'static) -> Result<Lines, Fault> {
    match how {
        Understood::Camt053 => {
            let text = decode::of_xml(file)?;
            Ok(Box::new(camt::Camt::new(std::io::BufReader::new(text))))
        }
        Understood::Csv(mapping) => {
            let text = decode::of_charset(file, mapping.charset);
            Ok(Box::new(rows::Rows::new(mapping.clone(), text)))
        }
    }
}

/// What a file is, by how it begins; none if it is neither of the two.
pub fn recognise(beginning: &[u8]) -> Option<StatementFormat> {
    let visible: Vec<u8> = beginning.iter().copied().filter(|byte| *byte != 0 && byte.is_ascii()).collect();
    let text = String::from_utf8_lossy(&visible);
    let text = text.trim_start();
    if text.starts_with('<') {
        return Some(StatementFormat::Camt053);
    }
    let foreign = ["%PDF", "PK\u{3}\u{4}", "{\\rtf", ":20:", "{1:"].iter().any(|mark| text.starts_with(mark));
    let separated = text.contains([';', ',', '\t', '|']);
    (!beginning.contains(&0) && !foreign && separated).then_some(StatementFormat::Csv)
}
