//! A site with very many donations: made once, on SQLite, or taken from an earlier run; copied for each bench that asks
//! for one.

use crate::process;
use crate::raw::postgres::PgBench;
use crate::settling::Books;
use mainstay::usecases::demo;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How large it is to be, and what has been made of it.
pub(crate) struct Large {
    /// Donations that are wanted.
    pub(crate) wanted: u64,
    /// How long making them may take: then it has as many as it has.
    pub(crate) within: Duration,
    /// A site that is there already, filled by `mainstay demo fill`: it is copied, and nothing is made.
    pub(crate) site: Option<PathBuf>,
    pub(crate) made: OnceLock<Made>,
    pub(crate) on_postgres: OnceLock<PgBench>,
}

/// A site that nobody has open.
pub(crate) struct Made {
    folder: TempDir,
    donations: u64,
}

impl Large {
    /// How many donations it has.
    pub(crate) fn donations(&self) -> u64 {
        self.made().donations
    }

    /// A copy on SQLite in `folder`, and its URL.
    pub(crate) fn on_sqlite(&self, folder: &Path) -> String {
        let file = folder.join("site.db");
        std::fs::copy(self.made().file(), &file).unwrap();
        url(&file)
    }

    /// A copy on PostgreSQL.
    pub(crate) fn on_postgres(&self, name: &str) -> PgBench {
        let pattern = self.on_postgres.get_or_init(|| {
            let made = self.made();
            let database = PgBench::database("large");
            let began = Instant::now();
            let ends = ["db", "copy", "--from", &url(&made.file()), "--to", &database.url];
            let copied =
                process::mainstay(made.folder.path(), &[]).args(ends).stdout(Stdio::null()).status().unwrap();
            assert!(copied.success(), "`db copy` failed; the log is in {}", made.folder.path().display());
            println!("copied to PostgreSQL and compared in {:.0} s\n", began.elapsed().as_secs_f64());
            database
        });
        let copy = pattern.copy(name);
        copy.settle_down();
        copy
    }

    fn made(&self) -> &Made {
        self.made.get_or_init(|| self.site.as_deref().map_or_else(|| self.fill(), taken))
    }

    fn fill(&self) -> Made {
        let folder = process::folder();
        let books = Books::open(&url(&folder.path().join("site.db")));
        let (began, mut donations) = (Instant::now(), 0);
        while donations < self.wanted && began.elapsed() < self.within {
            donations += books.block_on(demo::fill(books.ctx(), 1, donations..self.wanted)).unwrap();
        }
        let rate = donations as f64 / began.elapsed().as_secs_f64();
        drop(books);
        println!("{donations} donations made on SQLite, {rate:.0} /s\n");
        Made { folder, donations }
    }
}

/// A copy of a site made before, brought up to the tables of today.
fn taken(site: &Path) -> Made {
    let folder = process::folder();
    let file = folder.path().join("site.db");
    std::fs::copy(site, &file).unwrap();
    let settings = [("MAINSTAY_DATABASE__URL", url(&file))];
    let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
    let migrated =
        process::mainstay(folder.path(), &settings).arg("migrate").stdout(Stdio::null()).status().unwrap();
    assert!(migrated.success(), "`migrate` failed on a copy of {}", site.display());
    let books = rusqlite::Connection::open(&file).unwrap();
    let counted: i64 = books.query_row("SELECT count(*) FROM donations", [], |row| row.get(0)).unwrap();
    let donations = u64::try_from(counted).unwrap();
    println!("{donations} donations in {}\n", site.display());
    Made { folder, donations }
}

impl Made {
    fn file(&self) -> PathBuf {
        self.folder.path().join("site.db")
    }
}

fn url(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}
