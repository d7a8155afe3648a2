//! The yearly statements of very many donors: ordered in memory that does not grow with them, and once each, whenever
//! the run is cut off.

use crate::process;
use crate::raw::postgres::PgBench;
use crate::rounds::{Plan, Series, print_figure};
use crate::settling::Books;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// Few and many.
const DONORS: [u32; 2] = [10_000, 100_000];
/// How often the memory of the run is looked at.
const LOOK: Duration = Duration::from_millis(2);

pub(crate) fn run(_plan: &Plan) {
    for donors in DONORS {
        let folder = process::folder();
        let path = folder.path().join("site.db");
        let url = format!("sqlite://{}", path.display());
        let site = Site { engine: "SQLite", folder: folder.path(), url: &url, donors };
        let execute = |sql: &str| rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        site.measure(&execute);
    }
    for donors in DONORS {
        let folder = process::folder();
        let database = PgBench::database(&format!("statements{donors}"));
        let site = Site { engine: "PostgreSQL", folder: folder.path(), url: &database.url, donors };
        site.measure(&|sql| database.execute(sql));
    }
}

struct Site<'a> {
    engine: &'static str,
    folder: &'a Path,
    url: &'a str,
    donors: u32,
}

impl Site<'_> {
    fn measure(&self, execute: &dyn Fn(&str)) {
        let books = Books::open(self.url);
        let campaign = "(SELECT MIN(id) FROM campaigns)";
        for statement in fill(self.donors, campaign) {
            execute(&statement);
        }
        let began = Instant::now();
        let peak_mb = self.whole_run(2025);
        let took = began.elapsed();
        let name = |what: &str| format!("statement run, {}, {} donors: {what}", self.engine, self.donors);
        print_figure(
            &name("donors in a second"),
            &Series::of([f64::from(self.donors) / took.as_secs_f64()]),
            "/s",
            0,
        );
        print_figure(&name("highest memory"), &Series::of([peak_mb]), "MB", 1);

        // Killed half-way, and run again.
        let mut cut = self.start(2024);
        std::thread::park_timeout(took / 2);
        cut.kill().unwrap();
        cut.wait().unwrap();
        let done = count(&books, 2024);
        self.whole_run(2024);
        assert_eq!(count(&books, 2024), i64::from(self.donors), "each has one");
        print_figure(&name("ordered when it was killed"), &Series::of([done as f64]), "", 0);
    }

    fn start(&self, year: i32) -> Child {
        let settings = [("MAINSTAY_DATABASE__URL", self.url), ("MAINSTAY_LOG__LEVEL", "warn")];
        let mut command = process::mainstay(self.folder, &settings);
        command.args(["statement", "run", "--year", &year.to_string()]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap()
    }

    /// Runs to the end; the highest memory that was seen, in MB.
    fn whole_run(&self, year: i32) -> f64 {
        let mut child = self.start(year);
        let mut peak: f64 = 0.0;
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                assert!(status.success());
                return peak;
            }
            peak = peak.max(process::memory_of(child.id(), "VmHWM").unwrap_or_default());
            std::thread::park_timeout(LOOK);
        }
    }
}

/// Statements of a year that were ordered.
fn count(books: &Books, year: i32) -> i64 {
    let known = mainstay::usecases::account::statements::count(books.ctx(), year);
    books.block_on(known).unwrap().1
}

/// Donors who gave once in each of two years, as rows.
fn fill(donors: u32, campaign: &str) -> Vec<String> {
    let numbers = format!(
        "WITH RECURSIVE numbers (n, name) AS (SELECT 1, '0000000001' UNION ALL \
         SELECT n + 1, SUBSTR(CAST(10000000001 + n AS TEXT), 2) FROM numbers WHERE n < {donors})"
    );
    let at = |year: i32| format!("'{year}-06-15 10:00:00'");
    let mut statements = vec![format!(
        "{numbers} INSERT INTO donors (id, email, name, created_at, updated_at) \
         SELECT 'dnr_01KAX00000000000' || name, 'donor' || n || '@example.org', 'Donor', {}, {} FROM numbers",
        at(2024),
        at(2024)
    )];
    // Donors without a word would be those of a site that is older than the search, and is to be migrated first.
    statements.push(format!(
        "{numbers} INSERT INTO search_terms (term, donor_id) \
         SELECT 'donor', 'dnr_01KAX00000000000' || name FROM numbers"
    ));
    for year in [2024, 2025] {
        let (made, id) = (at(year), format!("01KAX000000{year}0"));
        statements.push(format!(
            "{numbers} INSERT INTO pledges (id, campaign_id, donor_id, amount_minor, currency, fee_cover_minor, frequency, \
             gateway, email, hidden, source, locale, status, fingerprint, created_at, expires_at, updated_at) \
             SELECT 'plg_{id}' || name, {campaign}, 'dnr_01KAX00000000000' || name, 2500, 'EUR', 0, 'once', \
             'bank_transfer', 'donor' || n || '@example.org', (1 = 0), '{{}}', 'en', 'fulfilled', \
             'f{year}' || name, {made}, {made}, {made} FROM numbers"
        ));
        statements.push(format!(
            "{numbers} INSERT INTO donations (id, pledge_id, campaign_id, donor_id, gateway, remote_id, status, currency, \
             gross_minor, fee_minor, refunded_minor, received_at, received_on, created_at, updated_at) \
             SELECT 'don_{id}' || name, 'plg_{id}' || name, {campaign}, 'dnr_01KAX00000000000' || name, 'bank_transfer', \
             'line{year}' || name, 'succeeded', 'EUR', 2500, 0, 0, {made}, '{year}-06-15', {made}, {made} FROM numbers"
        ));
    }
    statements
}
