//! `export`: streams rows to standard output in constant memory.

use super::{Failure, Outcome, Setting};
use crate::bootstrap::App;
use crate::render::csv::Writer;
use crate::store::StoreError;
use crate::store::exports::{Span, Table};
use chrono::{NaiveDate, NaiveTime, TimeDelta};
use std::collections::VecDeque;
use std::io::{BufWriter, ErrorKind};

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum What {
    Donations,
    Pledges,
    Donors,
    Ledger,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    Csv,
    Jsonl,
}

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Which rows.
    what: What,
    /// First day, YYYY-MM-DD, in UTC.
    #[arg(long, value_name = "DAY")]
    from: Option<NaiveDate>,
    /// Last day, YYYY-MM-DD, in UTC.
    #[arg(long, value_name = "DAY")]
    to: Option<NaiveDate>,
    /// How they are written.
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
}

/// Writes rows one after another.
enum Sink<W: std::io::Write> {
    Csv(Box<Writer<W>>),
    Jsonl(W, &'static [&'static str]),
}

impl<W: std::io::Write> Sink<W> {
    fn row(&mut self, cells: &[String]) -> std::io::Result<()> {
        match self {
            Self::Csv(writer) => writer.row(cells),
            Self::Jsonl(out, columns) => {
                let object: serde_json::Map<String, serde_json::Value> = columns
                    .iter()
                    .zip(cells)
                    .map(|(column, cell)| ((*column).to_owned(), value(column, cell)))
                    .collect();
                serde_json::to_writer(&mut *out, &object)?;
                out.write_all(b"\n")
            }
        }
    }

    fn finish(self) -> std::io::Result<()> {
        match self {
            Self::Csv(writer) => writer.finish(),
            Self::Jsonl(mut out, _) => out.flush(),
        }
    }
}

/// Counts and minor units are numbers; an empty cell is null.
fn value(column: &str, cell: &str) -> serde_json::Value {
    if cell.is_empty() {
        return serde_json::Value::Null;
    }
    let number = if column.ends_with("_minor") || column == "line" { cell.parse::<i64>().ok() } else { None };
    number.map_or_else(|| cell.into(), Into::into)
}

pub(super) async fn run(setting: &Setting, options: &Options) -> Outcome {
    let table = match options.what {
        What::Donations => Table::Donations,
        What::Pledges => Table::Pledges,
        What::Donors => Table::Donors,
        What::Ledger => Table::Ledger,
    };
    let app = setting.app().await?;
    let from = options.from.unwrap_or(NaiveDate::MIN).max(first_day());
    let to = options.to.map_or(last_day(), |day| day.min(last_day()) + TimeDelta::days(1));
    if from > to {
        return Err(Failure::Usage("--from is after --to".into()));
    }
    let span = Span { from: from.and_time(NaiveTime::MIN), to: to.and_time(NaiveTime::MIN) };
    match stream(&app, table, span, options.format).await {
        // The reader has seen enough (`| head`): that is no failure.
        Err(Failed::Write(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(Failed::Write(error)) => Err(error.into()),
        Err(Failed::Read(error)) => Err(error.into()),
        Err(Failed::Ended(error)) => Err(Failure::Failed(error.to_string())),
        Ok(()) => Ok(()),
    }
}

/// What stopped an export.
enum Failed {
    Read(StoreError),
    Ended(tokio::task::JoinError),
    Write(std::io::Error),
}

/// Parts that are read at the same time.
const AT_ONCE: usize = 2;
/// What waits to be written, of lines of JSON.
const BUFFER_BYTES: usize = 1 << 16;

async fn stream(app: &App, table: Table, span: Span, format: Format) -> Result<(), Failed> {
    let out = BufWriter::with_capacity(BUFFER_BYTES, std::io::stdout().lock());
    let mut sink = match format {
        Format::Csv => Sink::Csv(Box::new(Writer::new(out, table.columns()).map_err(Failed::Write)?)),
        Format::Jsonl => Sink::Jsonl(out, table.columns()),
    };
    // While one part is written the next ones are read: the database and this program work side by side. Rows that come
    // behind the last mark while that is read are of another export.
    let db = &app.services.ctx.db;
    let (mut coming, mut after) = (VecDeque::new(), Some(String::new()));
    loop {
        while coming.len() < AT_ONCE
            && let Some(from) = after.take()
        {
            let part = db.read(move |conn| table.part_after(conn, from)).await.map_err(Failed::Read)?;
            after.clone_from(&part.until);
            let db = db.clone();
            let rows = async move { db.read(move |conn| table.rows_of(conn, span, part)).await };
            coming.push_back(tokio::spawn(rows));
        }
        let Some(next) = coming.pop_front() else { return sink.finish().map_err(Failed::Write) };
        for row in &next.await.map_err(Failed::Ended)?.map_err(Failed::Read)? {
            sink.row(row).map_err(Failed::Write)?;
        }
    }
}

/// Both databases hold every day between these.
fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or(NaiveDate::MIN)
}

fn last_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(9_999, 12, 30).unwrap_or(NaiveDate::MAX)
}
