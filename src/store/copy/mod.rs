//! Owns: moving a whole site: from one database into another of either engine, into a backup file and out of it.
//! May import: the rest of the store. Must not: know single tables, except where a move changes what a row means.
//!
//! The source is read in one snapshot. The target is written in one transaction, and read again and compared before
//! that is committed: a copy is there as a whole and exact, or not at all.

mod backup;
mod catalogue;
mod file;
mod rows;
mod value;

pub use backup::{Existing, Kept, Restored, backup, restore};

use super::checks::{self, Finding};
use super::connection::{self, Conn};
use super::migrate::{self, Standing};
use super::{DatabaseOptions, Engine, StoreError, dialect, ledger};
use catalogue::{Plan, Table};
use diesel::connection::{Connection, TransactionManager};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use value::Tally;

type Transactions = <Conn as Connection>::TransactionManager;

/// Why a site could not be moved. The target holds nothing of it.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// One of the databases.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such SQLite file.
    #[error("there is no database {0}")]
    NoSuchFile(PathBuf),
    /// The source was never migrated.
    #[error("the source holds no site of mainstay")]
    NoSite,
    /// The source is older than the program.
    #[error(
        "the source needs {0} migration(s) first: stop the site, make a copy of its database, and run `mainstay migrate` on it"
    )]
    SourceBehind(usize),
    /// One of the databases, or the backup, is newer than the program.
    #[error(
        "{what} was written by a newer version of mainstay (migration {migration}); use that version or a newer one"
    )]
    Ahead {
        /// Which.
        what: &'static str,
        /// The migration that this program does not know.
        migration: String,
    },
    /// The target holds rows.
    #[error(
        "the target is not empty: {table} has rows; only an empty database is written to. Name a new one: an SQLite file that does not exist yet, or a fresh PostgreSQL database"
    )]
    NotEmpty {
        /// The first table that does.
        table: String,
    },
    /// What was written is not what was read, or cannot be.
    #[error("{table} cannot be copied exactly: {why}; nothing was written")]
    Differs {
        /// Which table.
        table: String,
        /// What is wrong.
        why: String,
    },
    /// A row could not be read or written.
    #[error("{doing} {table}: {error}")]
    Row {
        /// reading or writing.
        doing: &'static str,
        /// Which table.
        table: String,
        /// Why.
        error: StoreError,
    },
    /// The file is none of ours.
    #[error("{0} is no backup of mainstay; give it a file that `mainstay backup` has written")]
    NoBackup(PathBuf),
    /// The file is broken.
    #[error("{file} is damaged ({why}); take another backup")]
    Damaged {
        /// Which.
        file: PathBuf,
        /// What the database engine says of it.
        why: String,
    },
    /// A database that a program works on, not a backup of it.
    #[error(
        "{0} is in use or was not closed: a -wal or -journal file lies beside it; make a backup of it with `mainstay backup`"
    )]
    InUse(PathBuf),
    /// A backup of this name is there.
    #[error("{0} exists already; choose another name, or replace it with --force")]
    Exists(PathBuf),
    /// Two at once.
    #[error("another backup is being written to {0}")]
    Busy(PathBuf),
    /// The file system.
    #[error("{doing} {file}: {error}")]
    File {
        /// What was tried.
        doing: &'static str,
        /// With which file.
        file: PathBuf,
        /// Why not.
        error: std::io::Error,
    },
}

impl CopyError {
    fn reading(table: &Table, error: impl Into<StoreError>) -> Self {
        Self::Row { doing: "reading", table: table.name.clone(), error: error.into() }
    }

    fn writing(table: &Table, error: impl Into<StoreError>) -> Self {
        Self::Row { doing: "writing", table: table.name.clone(), error: error.into() }
    }
}

/// How far a copy is; can be read while it goes on.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    done: Arc<AtomicU64>,
    total: Arc<AtomicU64>,
    /// A file whose size shows it.
    growing: Arc<OnceLock<PathBuf>>,
}

impl Progress {
    fn plan(&self, steps: u64) {
        self.total.store(steps, Ordering::Relaxed);
    }

    fn step(&self, steps: usize) {
        self.done.fetch_add(u64::try_from(steps).unwrap_or_default(), Ordering::Relaxed);
    }

    /// Per cent, 0 to 100.
    pub fn percent(&self) -> u64 {
        let written = self.growing.get().and_then(|file| std::fs::metadata(file).ok()).map(|m| m.len());
        let done = written.unwrap_or_else(|| self.done.load(Ordering::Relaxed));
        (done.saturating_mul(100) / self.total.load(Ordering::Relaxed).max(1)).min(100)
    }
}

/// What was moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Each table and its rows.
    pub tables: Vec<(String, u64)>,
    /// Tables of the source that the program does not know, and so left where they were.
    pub left_out: Vec<String>,
    /// Every invariant, evaluated in the target. What breaks one was broken in the source.
    pub findings: Vec<Finding>,
}

impl Copied {
    /// All rows.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|(_, rows)| rows).sum()
    }
}

/// Copies a whole site into an empty database, which is migrated first if need be.
///
/// Jobs that are running become due again, for their worker stays behind.
pub fn site(from: &DatabaseOptions, to: &DatabaseOptions, progress: &Progress) -> Result<Copied, CopyError> {
    let mut source = open_source(from)?;
    require_level(&mut source)?;
    let mut target = open_target(to)?;
    transfer(&mut source, &mut target, progress)
}

/// Whether two databases hold the same site; says which table differs.
///
/// # Errors
/// [`CopyError::Differs`] with the first table that does.
pub fn compare(
    one: &DatabaseOptions,
    two: &DatabaseOptions,
    progress: &Progress,
) -> Result<Vec<(String, u64)>, CopyError> {
    let mut one = open_source(one)?;
    let mut two = open_source(two)?;
    require_level(&mut one)?;
    require_level(&mut two)?;
    let plan = Plan::between(&mut one, &mut two)?;
    in_snapshot(&mut one, |one| {
        in_snapshot(&mut two, |two| {
            progress.plan(2 * total(one, &plan)?);
            let step = |rows| progress.step(rows);
            let mut tables = Vec::new();
            for table in &plan.tables {
                let tally = rows::tally(one, table, &step)?;
                must_equal(table, tally, rows::tally(two, table, &step)?)?;
                tables.push((table.name.clone(), tally.rows));
            }
            same_balances(one, two)?;
            Ok(tables)
        })
    })
}

/// A connection to a database that is only read, with all the time it needs.
fn open_source(options: &DatabaseOptions) -> Result<Conn, CopyError> {
    let engine = Engine::of(&options.url)?;
    if engine == Engine::Sqlite {
        let path = PathBuf::from(connection::sqlite_path(&options.url));
        if !path.is_file() {
            return Err(CopyError::NoSuchFile(path));
        }
    }
    let mut conn = connection::establish(options, engine).map_err(StoreError::unavailable)?;
    dialect::set_up_source(&mut conn, options)?;
    Ok(conn)
}

/// A connection to an empty database that has the tables of this program.
fn open_target(options: &DatabaseOptions) -> Result<Conn, CopyError> {
    let engine = Engine::of(&options.url)?;
    if engine == Engine::Sqlite {
        connection::prepare_file(&options.url)?;
    }
    let mut conn = connection::establish(options, engine).map_err(StoreError::unavailable)?;
    dialect::set_up_target(&mut conn, options)?;
    // Before anything is changed: it may be somebody's older site.
    match migrate::standing(&mut conn)? {
        Standing::Ahead(migration) => return Err(CopyError::Ahead { what: "the target", migration }),
        Standing::Foreign => {}
        Standing::Behind(_) | Standing::Level => refuse_rows(&mut conn)?,
    }
    migrate::run(&mut conn)?;
    Ok(conn)
}

fn require_level(source: &mut Conn) -> Result<(), CopyError> {
    match migrate::standing(source)? {
        Standing::Level => Ok(()),
        Standing::Foreign => Err(CopyError::NoSite),
        Standing::Behind(count) => Err(CopyError::SourceBehind(count)),
        Standing::Ahead(migration) => Err(CopyError::Ahead { what: "the source", migration }),
    }
}

fn refuse_rows(conn: &mut Conn) -> Result<(), CopyError> {
    for (name, table) in catalogue::tables(conn)? {
        if rows::count(conn, &table)? > 0 {
            return Err(CopyError::NotEmpty { table: name });
        }
    }
    Ok(())
}

fn in_snapshot<T>(
    conn: &mut Conn,
    work: impl FnOnce(&mut Conn) -> Result<T, CopyError>,
) -> Result<T, CopyError> {
    dialect::begin_read(conn).map_err(StoreError::from)?;
    let result = work(conn);
    Transactions::rollback_transaction(conn).map_err(StoreError::from)?;
    result
}

fn total(conn: &mut Conn, plan: &Plan) -> Result<u64, CopyError> {
    plan.tables.iter().try_fold(0, |sum, table| Ok(sum + rows::count(conn, table)?))
}

/// The copy itself, between two databases of the same tables.
fn transfer(source: &mut Conn, target: &mut Conn, progress: &Progress) -> Result<Copied, CopyError> {
    let plan = Plan::between(source, target)?;
    in_snapshot(source, |source| {
        dialect::begin_write(target).map_err(StoreError::from)?;
        match write_all(source, target, &plan, progress) {
            Ok(copied) => {
                Transactions::commit_transaction(target).map_err(StoreError::from)?;
                Ok(copied)
            }
            Err(error) => {
                // The first error says more than that it could not be taken back, which losing the connection does, too.
                drop(Transactions::rollback_transaction(target));
                Err(error)
            }
        }
    })
}

fn write_all(
    source: &mut Conn,
    target: &mut Conn,
    plan: &Plan,
    progress: &Progress,
) -> Result<Copied, CopyError> {
    rows::lock(target, &plan.tables)?;
    refuse_rows(target)?;
    // Each row is written once and read again once.
    progress.plan(2 * total(source, plan)?);
    let step = |rows| progress.step(rows);
    let deferred = rows::Deferred::until_written(target)?;
    let mut read: Vec<Tally> = Vec::new();
    for table in &plan.tables {
        read.push(rows::copy(source, target, table, &step)?);
    }
    deferred.settle(target)?;
    for (table, tally) in plan.tables.iter().zip(&read) {
        must_equal(table, *tally, rows::tally(target, table, &step)?)?;
    }
    same_balances(source, target)?;
    dialect::gather_statistics(target)?;
    let findings = checks::run(target)?;
    let tables = plan.tables.iter().zip(&read).map(|(table, tally)| (table.name.clone(), tally.rows));
    Ok(Copied { tables: tables.collect(), left_out: plan.left_out.clone(), findings })
}

fn must_equal(table: &Table, source: Tally, target: Tally) -> Result<(), CopyError> {
    let why = match (source == target, source.rows == target.rows) {
        (true, _) => return Ok(()),
        (false, true) => "the rows are as many, but not the same".to_owned(),
        (false, false) => format!("{} rows on one side, {} on the other", source.rows, target.rows),
    };
    Err(CopyError::Differs { table: table.name.clone(), why })
}

fn same_balances(source: &mut Conn, target: &mut Conn) -> Result<(), CopyError> {
    let (mut one, mut two) = (ledger::recounted(source)?, ledger::recounted(target)?);
    // The engines sort texts each in its own way.
    one.sort();
    two.sort();
    match one.iter().zip(&two).find(|(one, two)| one != two) {
        None if one.len() == two.len() => Ok(()),
        other => {
            let account = other.map_or("an account", |((account, _, _), _)| account);
            let why = format!("the balance of {account} is not the same on both sides");
            Err(CopyError::Differs { table: "ledger_postings".into(), why })
        }
    }
}
