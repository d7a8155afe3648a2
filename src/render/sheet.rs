//! Tables as files that a spreadsheet opens: CSV, and workbooks written row by row in constant memory.

use super::csv;
use crate::domain::sheet::{Cell, Sheet};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use std::io::{self, Seek, Write};

/// A spreadsheet takes a file without this mark for one of another alphabet.
pub const MARK: &str = "\u{feff}";
/// Rows of one sheet of a workbook, the heading among them; what is more goes on in another.
const SHEET_ROWS: u32 = 1_048_576;
/// The longest text that a cell of a workbook can hold.
const CELL_CHARS: usize = 32_000;

/// A small table as CSV.
pub fn csv(sheet: &Sheet) -> io::Result<Vec<u8>> {
    let mut out = MARK.as_bytes().to_vec();
    let mut writer = csv::Writer::new(&mut out, &sheet.columns)?;
    for row in &sheet.rows {
        writer.cells(row)?;
    }
    writer.finish()?;
    Ok(out)
}

/// A small table as a workbook.
pub fn xlsx(sheet: &Sheet) -> io::Result<Vec<u8>> {
    let mut book = Book::new(&sheet.columns)?;
    for row in &sheet.rows {
        book.row(row)?;
    }
    let mut out = io::Cursor::new(Vec::new());
    book.finish(&mut out)?;
    Ok(out.into_inner())
}

/// A workbook that is written row by row: what is written is on disk, not in memory.
pub struct Book {
    file: Workbook,
    columns: Vec<String>,
    sheets: usize,
    /// The next row of the last sheet.
    row: u32,
    days: Format,
}

impl Book {
    /// A workbook with a heading.
    pub fn new(columns: &[&str]) -> io::Result<Self> {
        let columns = columns.iter().map(|name| (*name).to_owned()).collect();
        let days = Format::new().set_num_format("yyyy-mm-dd");
        let mut book = Self { file: Workbook::new(), columns, sheets: 0, row: 0, days };
        book.next_sheet()?;
        Ok(book)
    }

    fn next_sheet(&mut self) -> io::Result<()> {
        let bold = Format::new().set_bold();
        let sheet = self.file.add_worksheet_with_constant_memory().map_err(problem)?;
        sheet.set_freeze_panes(1, 0).map_err(problem)?;
        for (column, name) in (0_u16..).zip(&self.columns) {
            sheet.write_string_with_format(0, column, name, &bold).map_err(problem)?;
        }
        (self.sheets, self.row) = (self.sheets + 1, 1);
        Ok(())
    }

    /// Writes one row.
    pub fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        if self.row >= SHEET_ROWS {
            self.next_sheet()?;
        }
        let (row, days) = (self.row, self.days.clone());
        let sheet = self.file.worksheet_from_index(self.sheets - 1).map_err(problem)?;
        for (column, cell) in (0_u16..).zip(cells) {
            put(sheet, (row, column), cell, &days).map_err(problem)?;
        }
        self.row += 1;
        Ok(())
    }

    /// Writes the whole to `out`.
    pub fn finish(mut self, out: &mut (impl Write + Seek + Send)) -> io::Result<()> {
        self.file.save_to_writer(out).map_err(problem)
    }
}

fn put(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    days: &Format,
) -> Result<(), XlsxError> {
    match cell {
        // Written as text: it is never taken for a formula.
        Cell::Text(text) if text.is_empty() => {}
        Cell::Text(text) => match text.char_indices().nth(CELL_CHARS) {
            Some((end, _)) => {
                sheet.write_string(row, column, text.get(..end).unwrap_or_default())?;
            }
            None => {
                sheet.write_string(row, column, text)?;
            }
        },
        // What is larger than a workbook can count to the unit is written as text.
        Cell::Whole(_) | Cell::Hundredths(_) | Cell::Amount(_) => {
            let plain = cell.plain();
            let digits = plain.bytes().filter(u8::is_ascii_digit).count();
            match plain.parse::<f64>() {
                Ok(number) if digits <= 15 => sheet.write_number(row, column, number)?,
                Ok(_) | Err(_) => sheet.write_string(row, column, plain)?,
            };
        }
        Cell::Day(day) => {
            let date = ExcelDateTime::parse_from_str(&day.to_string())?;
            sheet.write_datetime_with_format(row, column, &date, days)?;
        }
        Cell::Empty => {}
    }
    Ok(())
}

fn problem(error: XlsxError) -> io::Error {
    if let XlsxError::IoError(error) = error { error } else { io::Error::other(error.to_string()) }
}

/// The cells of an exported row: minor units and counts are numbers.
pub fn cells(columns: &[&str], row: &[String]) -> Vec<Cell> {
    let cell = |(column, text): (&&str, &String)| {
        let number = if column.ends_with("_minor") || *column == "line" { text.parse().ok() } else { None };
        number.map_or_else(|| Cell::text(text.as_str()), Cell::Whole)
    };
    columns.iter().zip(row).map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::{Currency, Money};
    use std::io::Read as _;

    fn table() -> Sheet {
        let euro = Currency::parse("EUR").unwrap();
        Sheet {
            name: "test",
            columns: vec!["who", "amount", "day", "note"],
            rows: vec![
                vec![
                    Cell::text("=HYPERLINK(\"http://x\")"),
                    Cell::Amount(Money::new(-1_250, euro)),
                    Cell::Day("2026-11-26".parse().unwrap()),
                    Cell::text("x".repeat(40_000)),
                ],
                vec![Cell::text("Zoë"), Cell::Whole(9_007_199_254_740_993), Cell::Empty, Cell::Empty],
            ],
        }
    }

    #[test]
    fn in_csv_amounts_are_numbers_and_texts_no_formulas() {
        let text = String::from_utf8(csv(&table()).unwrap()).unwrap();
        assert!(text.starts_with("\u{feff}who,amount,day,note\r\n\"'=HYPERLINK"), "{text}");
        assert!(text.contains(",-12.50,2026-11-26,"), "{text}");
    }

    #[test]
    fn a_workbook_holds_texts_as_texts_and_no_formula() {
        let bytes = xlsx(&table()).unwrap();
        let mut archive = zip::ZipArchive::new(io::Cursor::new(bytes)).unwrap();
        let mut sheet = String::new();
        archive.by_name("xl/worksheets/sheet1.xml").unwrap().read_to_string(&mut sheet).unwrap();
        assert!(sheet.contains("=HYPERLINK") && !sheet.contains("<f>"), "{sheet:.600}");
        assert!(sheet.contains("<v>-12.5</v>"), "{sheet:.900}");
        assert!(sheet.contains("9007199254740993"), "what does not fit a number is a text");
    }
}
