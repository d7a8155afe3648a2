//! All donations of a large site as CSV, beside the database's own way of writing the same columns.

use crate::process;
use crate::rounds::{Comparison, Plan, Run, Series, print_ceiling};
use rusqlite::types::ValueRef;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// The columns of `mainstay export donations`, as they stand in the database.
const ROWS: &str = "SELECT d.id, p.id, c.slug, d.donor_id, p.email, p.name, d.gateway, d.remote_id, d.status, \
    d.currency, d.gross_minor, d.fee_minor, d.refunded_minor, d.lost_minor, d.settled_minor, d.settled_currency, \
    d.received_at, r.number, p.source_article, d.created_at FROM donations d JOIN pledges p ON p.id = d.pledge_id \
    JOIN campaigns c ON c.id = p.campaign_id LEFT JOIN receipts r ON r.donation_id = d.id \
    AND r.status IN ('issued', 'sent') ORDER BY d.id";
/// Resident memory that the export may take, however many rows there are, in MB.
const MEMORY: f64 = 60.0;

pub(crate) fn on_sqlite(plan: &Plan) {
    let folder = process::folder();
    let url = plan.large.on_sqlite(folder.path());
    let file = folder.path().join("site.db");
    compare(
        plan,
        "SQLite",
        (folder.path(), &url),
        "the same columns by one query, through a CSV writer",
        || raw_on_sqlite(&file),
    );
}

pub(crate) fn on_postgres(plan: &Plan) {
    let folder = process::folder();
    let database = plan.large.on_postgres("exported");
    compare(plan, "PostgreSQL", (folder.path(), &database.url), "psql \\copy of the same columns", || {
        let mut psql = Command::new("psql");
        psql.arg(&database.url).arg("--command").arg(format!("\\copy ({ROWS}) TO STDOUT WITH (FORMAT csv)"));
        read(&mut psql).0
    });
}

fn compare(plan: &Plan, engine: &str, site: (&Path, &str), limit: &str, raw: impl FnMut() -> Run) {
    let (folder, url) = site;
    let name = format!("export of all donations, {engine}, {} rows", plan.large.donations());
    let mut peaks = Vec::new();
    let ours = || {
        let settings = [("MAINSTAY_DATABASE__URL", url)];
        let (run, peak) = read(process::mainstay(folder, &settings).args(["export", "donations"]));
        peaks.push(peak);
        run
    };
    Comparison { name: &name, limit, goal: 0.5 }.run(plan, ours, raw);
    print_ceiling(&format!("{name}: highest memory, resident"), &Series::of(peaks), "MB", MEMORY);
}

/// Reads all that a program prints: lines in a second, and the most memory it was seen to have in MB.
fn read(command: &mut Command) -> (Run, f64) {
    let began = Instant::now();
    let mut program = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::with_capacity(1 << 16, program.stdout.take().unwrap());
    let (mut rows, mut peak, mut line) = (0_u32, 0.0_f64, Vec::new());
    while output.read_until(b'\n', &mut line).unwrap() > 0 {
        rows += 1;
        if rows.is_multiple_of(1_000) {
            peak = peak.max(process::memory_of(program.id(), "VmHWM").unwrap_or(0.0));
        }
        line.clear();
    }
    assert!(program.wait().unwrap().success(), "the program that writes rows failed");
    (Run::of_rate(f64::from(rows) / began.elapsed().as_secs_f64()), peak)
}

fn raw_on_sqlite(file: &Path) -> Run {
    let began = Instant::now();
    let conn = rusqlite::Connection::open(file).unwrap();
    let mut statement = conn.prepare(ROWS).unwrap();
    let columns = statement.column_count();
    let mut rows = statement.query([]).unwrap();
    let mut out = csv::Writer::from_writer(std::io::sink());
    let mut written = 0_u32;
    while let Some(row) = rows.next().unwrap() {
        for column in 0..columns {
            match row.get_ref(column).unwrap() {
                ValueRef::Text(text) => out.write_field(text).unwrap(),
                ValueRef::Integer(number) => out.write_field(number.to_string()).unwrap(),
                ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => out.write_field("").unwrap(),
            }
        }
        out.write_record(None::<&[u8]>).unwrap();
        written += 1;
    }
    Run::of_rate(f64::from(written) / began.elapsed().as_secs_f64())
}
