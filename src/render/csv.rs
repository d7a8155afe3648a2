//! CSV that a spreadsheet opens safely: a cell never becomes a formula.

use crate::domain::sheet::Cell;
use std::borrow::Cow;
use std::io::{self, Write};

/// Writes rows of text.
pub struct Writer<W: Write>(csv::Writer<W>);

impl<W: Write> Writer<W> {
    /// Writes the heading to `out`.
    pub fn new(out: W, columns: &[&str]) -> io::Result<Self> {
        let mut writer = written().from_writer(out);
        writer.write_record(columns).map_err(io_error)?;
        Ok(Self(writer))
    }

    /// Goes on behind rows that were written before.
    pub fn going_on(out: W) -> Self {
        Self(written().from_writer(out))
    }

    /// Writes one row.
    pub fn row(&mut self, cells: &[String]) -> io::Result<()> {
        for cell in cells {
            self.0.write_field(harmless(cell).as_bytes()).map_err(io_error)?;
        }
        self.end_row()
    }

    /// Writes one row of typed cells: numbers stay numbers.
    pub fn cells(&mut self, cells: &[Cell]) -> io::Result<()> {
        for cell in cells {
            let text = match cell {
                Cell::Text(text) => harmless(text),
                Cell::Whole(_) | Cell::Hundredths(_) | Cell::Amount(_) | Cell::Day(_) | Cell::Empty => {
                    Cow::Owned(cell.plain())
                }
            };
            self.0.write_field(text.as_bytes()).map_err(io_error)?;
        }
        self.end_row()
    }

    /// Ends the row whose cells were written one by one.
    fn end_row(&mut self) -> io::Result<()> {
        self.0.write_record(None::<&[u8]>).map_err(io_error)
    }

    /// Writes out what is buffered.
    pub fn finish(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Large pieces: a pipe takes so much at a time.
const BUFFER_BYTES: usize = 1 << 16;

/// How all of our CSV is written.
fn written() -> csv::WriterBuilder {
    let mut builder = csv::WriterBuilder::new();
    builder.terminator(csv::Terminator::CRLF).buffer_capacity(BUFFER_BYTES);
    builder
}

/// The error below, so that a closed pipe is still known as one.
fn io_error(error: csv::Error) -> io::Error {
    if error.is_io_error()
        && let csv::ErrorKind::Io(error) = error.into_kind()
    {
        return error;
    }
    io::Error::other("a row that cannot be written as CSV")
}

/// A text that a spreadsheet would run as a formula is preceded by an apostrophe. Plain numbers are not.
fn harmless(cell: &str) -> Cow<'_, str> {
    let starts =
        |c: char| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\0' | '＝' | '＋' | '－' | '＠');
    let number = cell
        .strip_prefix('-')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()));
    if cell.starts_with(starts) && !number { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_becomes_a_formula() {
        let mut out = Vec::new();
        let mut writer = Writer::new(&mut out, &["name", "minor"]).unwrap();
        writer.row(&["=HYPERLINK(\"http://x\")".into(), "-25".into()]).unwrap();
        writer.row(&["@SUM(1)\nline, two".into(), "-25+1".into()]).unwrap();
        writer.finish().unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            "name,minor\r\n\"'=HYPERLINK(\"\"http://x\"\")\",-25\r\n\"'@SUM(1)\nline, two\",'-25+1\r\n"
        );
    }
}
