//! An archive of tables: each as CSV for people and as JSON for programs. The same tables are the same bytes.

use super::csv;
use std::io::{self, Cursor, Write as _};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Rows under a heading.
#[derive(Debug, Clone, Copy)]
pub struct Sheet<'a> {
    /// Name of the file, without its ending.
    pub name: &'a str,
    /// Names of the columns.
    pub columns: &'a [&'a str],
    /// Texts, in the order of the columns.
    pub rows: &'a [Vec<String>],
}

/// Packs the tables.
pub fn zip(sheets: &[Sheet<'_>]) -> io::Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for sheet in sheets {
        archive.start_file(format!("{}.csv", sheet.name), options).map_err(io::Error::other)?;
        // Spreadsheets take a file without this mark for one of another alphabet.
        archive.write_all("\u{feff}".as_bytes())?;
        let mut writer = csv::Writer::new(&mut archive, sheet.columns)?;
        for row in sheet.rows {
            writer.row(row)?;
        }
        writer.finish()?;
        archive.start_file(format!("{}.json", sheet.name), options).map_err(io::Error::other)?;
        archive.write_all(&json(sheet)?)?;
    }
    Ok(archive.finish().map_err(io::Error::other)?.into_inner())
}

fn json(sheet: &Sheet<'_>) -> io::Result<Vec<u8>> {
    let row = |row: &Vec<String>| -> serde_json::Map<String, serde_json::Value> {
        sheet.columns.iter().zip(row).map(|(name, text)| ((*name).to_owned(), text.as_str().into())).collect()
    };
    let rows: Vec<_> = sheet.rows.iter().map(row).collect();
    serde_json::to_vec_pretty(&rows).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn an_archive_holds_each_table_twice_and_no_formula() {
        let rows = [vec!["=1+1".to_owned(), "Zoë".to_owned()]];
        let sheet = Sheet { name: "you", columns: &["name", "other"], rows: &rows };

        let bytes = zip(&[sheet]).unwrap();

        assert_eq!(bytes, zip(&[sheet]).unwrap());
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut read = |name: &str| {
            let mut text = String::new();
            archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
            text
        };
        assert_eq!(read("you.csv"), "\u{feff}name,other\r\n'=1+1,Zoë\r\n");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&read("you.json")).unwrap()[0]["name"], "=1+1");
    }
}
