//! Making a file that staff asked for, in constant memory: rows are read in pages; what is written is kept in pieces
//! (CSV, each compressed by itself) or on disk (workbooks) until the whole is there.

use super::Services;
use super::run::JobError;
use crate::domain::export::{Export, ExportFormat, ExportKind};
use crate::domain::ids::ExportId;
use crate::render::{csv, sheet};
use crate::store::StoreError;
use crate::usecases::{UseCaseError, exports};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{self, Read as _, Seek as _, Write as _};

/// A piece of CSV is kept when it has so many bytes, before it is compressed.
const PIECE_BYTES: usize = 1 << 20;
/// A workbook is kept in pieces of so many bytes.
const BOOK_PIECE_BYTES: u64 = 1 << 20;
/// Rows between two notes about how far a workbook is.
const NOTED_ROWS: i64 = 20_000;

/// Makes the file. What an earlier try left of it is thrown away first.
pub(super) async fn make(services: &Services, id: ExportId) -> Result<(), JobError> {
    let ctx = &services.ctx;
    let export = match exports::begin(ctx, id).await {
        Ok(Some(export)) => export,
        // Taken away meanwhile.
        Ok(None) | Err(UseCaseError::NotFound(_)) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let made = match export.format {
        ExportFormat::Csv => Box::pin(make_csv(services, &export)).await,
        ExportFormat::Xlsx => Box::pin(make_book(services, &export)).await,
    };
    match made {
        // Somebody else has begun it anew, or it was taken away.
        Ok(()) | Err(Failed::Rows(UseCaseError::Store(StoreError::Stale))) => Ok(()),
        Err(Failed::Rows(error)) => {
            let error = JobError::from(error);
            if matches!(error, JobError::Fail(_)) {
                exports::fail(ctx, id, &error.to_string()).await?;
            }
            Err(error)
        }
        Err(Failed::Writing(error)) => Err(JobError::Retry(format!("the file cannot be written: {error}"))),
    }
}

enum Failed {
    Rows(UseCaseError),
    Writing(io::Error),
}

impl From<UseCaseError> for Failed {
    fn from(error: UseCaseError) -> Self {
        Self::Rows(error)
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Writing(error)
    }
}

/// Pages of rows, numbered where the file wants numbers.
struct Rows<'a> {
    services: &'a Services,
    export: &'a Export,
    after: Option<String>,
    done: i64,
}

impl<'a> Rows<'a> {
    fn of(services: &'a Services, export: &'a Export) -> Self {
        Self { services, export, after: Some(String::new()), done: 0 }
    }

    /// The next page; none at the end.
    async fn next(&mut self) -> Result<Option<Vec<Vec<String>>>, UseCaseError> {
        let Some(after) = self.after.take() else { return Ok(None) };
        let (mut rows, last) = exports::page(&self.services.ctx, self.export, after).await?;
        self.after = last;
        for row in &mut rows {
            self.done = self.done.saturating_add(1);
            if self.export.kind == ExportKind::GiftAid
                && let Some(item) = row.first_mut()
            {
                *item = self.done.to_string();
            }
        }
        Ok(Some(rows).filter(|rows| !rows.is_empty()))
    }
}

async fn make_csv(services: &Services, export: &Export) -> Result<(), Failed> {
    let mut rows = Rows::of(services, export);
    let mut text = sheet::MARK.as_bytes().to_vec();
    csv::Writer::new(&mut text, exports::columns(export.kind))?.finish()?;
    let mut part = 0;
    while let Some(page) = rows.next().await? {
        let mut writer = csv::Writer::going_on(&mut text);
        for row in &page {
            writer.row(row)?;
        }
        writer.finish()?;
        if text.len() >= PIECE_BYTES {
            exports::keep(&services.ctx, export, part, packed(&text)?, rows.done).await?;
            text.clear();
            part += 1;
        }
    }
    exports::keep(&services.ctx, export, part, packed(&text)?, rows.done).await?;
    exports::finish(&services.ctx, export).await?;
    Ok(())
}

fn packed(text: &[u8]) -> io::Result<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(text)?;
    packer.finish()
}

async fn make_book(services: &Services, export: &Export) -> Result<(), Failed> {
    let ctx = &services.ctx;
    let columns = exports::columns(export.kind);
    let mut book = sheet::Book::new(columns)?;
    let (mut rows, mut noted) = (Rows::of(services, export), 0);
    while let Some(page) = rows.next().await? {
        for row in &page {
            book.row(&sheet::cells(columns, row))?;
        }
        if rows.done - noted >= NOTED_ROWS {
            exports::progress(ctx, export, rows.done).await?;
            noted = rows.done;
        }
    }
    let saved = tokio::task::spawn_blocking(move || {
        let mut file = tempfile::tempfile()?;
        book.finish(&mut file)?;
        file.rewind()?;
        Ok::<_, io::Error>(file)
    });
    let mut file = saved.await.map_err(io::Error::other)??;
    for part in 0.. {
        let mut piece = Vec::new();
        (&mut file).take(BOOK_PIECE_BYTES).read_to_end(&mut piece)?;
        if piece.is_empty() && part > 0 {
            break;
        }
        exports::keep(ctx, export, part, piece, rows.done).await?;
    }
    exports::finish(ctx, export).await?;
    Ok(())
}
