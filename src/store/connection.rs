//! Connections of both engines behind one type, and what a read and a write are on each.

use super::dialect;
use super::{Bell, DatabaseOptions, Engine, StoreError};
use diesel::connection::{AnsiTransactionManager, Connection as _, TransactionManager};
use diesel::prelude::*;
use diesel::r2d2::{ManageConnection, R2D2Connection as _};
use std::ops::{Deref, DerefMut};

/// A connection to either engine.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// PostgreSQL.
    Postgres(PgConnection),
    /// SQLite.
    Sqlite(SqliteConnection),
}

type Transactions = <Conn as Connection>::TransactionManager;

/// Proof that a write transaction is open: only [`super::Db::write`] makes one.
pub struct Tx<'a> {
    conn: &'a mut Conn,
    enqueued: bool,
}

impl<'a> Tx<'a> {
    pub(super) fn new(conn: &'a mut Conn) -> Self {
        Self { conn, enqueued: false }
    }

    /// Remembers to ring the worker once this is committed.
    pub(super) fn ring_after_commit(&mut self) {
        self.enqueued = true;
    }

    pub(super) fn rings(&self) -> bool {
        self.enqueued
    }
}

impl Deref for Tx<'_> {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        self.conn
    }
}

impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut Conn {
        self.conn
    }
}

/// Opens connections for the pool.
#[derive(Debug)]
pub(super) struct Manager {
    options: DatabaseOptions,
    engine: Engine,
}

pub(super) type Pool = diesel::r2d2::Pool<Manager>;

impl Manager {
    pub(super) fn pool(options: &DatabaseOptions, engine: Engine) -> Result<Pool, StoreError> {
        let size = match (options.pool_size, engine) {
            (0, Engine::Sqlite) => 4,
            (0, Engine::Postgres) => 16,
            (size, _) => size,
        };
        diesel::r2d2::Pool::builder()
            .max_size(size)
            // None in reserve: a thread of the pool would still be connecting when a short command ends, and die of
            // a signal with the cryptography that PostgreSQL's client takes down at the exit.
            .min_idle(Some(0))
            // The first words of a transaction are the test, see `begin`.
            .test_on_check_out(false)
            .connection_timeout(options.acquire_timeout)
            .error_handler(Box::new(LogPoolErrors))
            .build(Self { options: options.clone(), engine })
            .map_err(StoreError::unavailable)
    }
}

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Conn, Self::Error> {
        let mut conn = establish(&self.options, self.engine).map_err(diesel::r2d2::Error::ConnectionError)?;
        dialect::set_up_reader(&mut conn, &self.options).map_err(diesel::r2d2::Error::QueryError)?;
        Ok(conn)
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), Self::Error> {
        conn.ping().map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        // A panic may have left a transaction open: such a connection is not used again.
        std::thread::panicking() || conn.is_broken()
    }
}

/// The pool's own errors are logged; whoever waits for a connection gets an error of its own.
#[derive(Debug)]
struct LogPoolErrors;

impl<E: std::error::Error> diesel::r2d2::HandleError<E> for LogPoolErrors {
    fn handle_error(&self, error: E) {
        tracing::warn!(%error, "a database connection could not be opened");
    }
}

/// A connection of the pool with a transaction begun on it.
///
/// One that broke while nobody used it is thrown away and the next one tried: nothing was said on it yet. To ask
/// each one first whether it is sound would cost every transaction a trip to the server and back.
fn begin(
    pool: &Pool,
    words: fn(&mut Conn) -> QueryResult<()>,
) -> Result<diesel::r2d2::PooledConnection<Manager>, StoreError> {
    let mut broken = 0;
    loop {
        let mut conn = pool.get().map_err(StoreError::unavailable)?;
        match words(&mut conn) {
            Ok(()) => return Ok(conn),
            Err(_stale) if conn.is_broken() && broken < pool.max_size() => broken += 1,
            Err(error) => return Err(error.into()),
        }
    }
}

pub(super) fn establish(options: &DatabaseOptions, engine: Engine) -> ConnectionResult<Conn> {
    match engine {
        Engine::Sqlite => SqliteConnection::establish(sqlite_path(&options.url)).map(Conn::Sqlite),
        Engine::Postgres => PgConnection::establish(&options.url).map(Conn::Postgres),
    }
}

/// A connection outside the pool that may write.
pub(super) fn writer(options: &DatabaseOptions, engine: Engine) -> Result<Conn, StoreError> {
    let mut conn = establish(options, engine).map_err(StoreError::unavailable)?;
    dialect::set_up_writer(&mut conn, options)?;
    Ok(conn)
}

pub(super) fn sqlite_path(url: &str) -> &str {
    url.strip_prefix("sqlite://").unwrap_or(url)
}

/// Creates an SQLite file and its folder, so that the first start needs nothing. The file holds people's names and
/// money: only the owner may read it, and SQLite gives its journal the same rights.
pub(super) fn prepare_file(url: &str) -> Result<(), StoreError> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let path = std::path::Path::new(sqlite_path(url));
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| {
            StoreError::Unavailable(format!("cannot create the folder {}: {error}", folder.display()))
        })?;
    }
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_new) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(StoreError::Unavailable(format!("cannot create {}: {error}", path.display()))),
    }
}

/// A snapshot that cannot be written to.
pub(super) fn read<T, E: From<StoreError>>(
    pool: &Pool,
    query: impl FnOnce(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    let mut conn = begin(pool, dialect::begin_read)?;
    let result = query(&mut conn);
    // Nothing was written: how the snapshot ends does not matter to the result.
    Transactions::rollback_transaction(&mut *conn).map_err(StoreError::from)?;
    result
}

/// A transaction of its own, durable when this returns `Ok`.
pub(super) fn write<T, E: From<StoreError>>(
    pool: &Pool,
    work: &Bell,
    change: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let mut conn = begin(pool, dialect::begin_write)?;
    let mut tx = Tx::new(&mut conn);
    let result = change(&mut tx);
    let rings = tx.rings();
    match result {
        Ok(value) => {
            Transactions::commit_transaction(&mut *conn).map_err(StoreError::from)?;
            if rings {
                work.ring();
            }
            Ok(value)
        }
        Err(error) => {
            Transactions::rollback_transaction(&mut *conn).map_err(StoreError::from)?;
            Err(error)
        }
    }
}

/// Begins a transaction with the given words.
pub(super) fn begin_with(conn: &mut Conn, sqlite: &str, postgres: &str) -> QueryResult<()> {
    match conn {
        Conn::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, sqlite),
        Conn::Postgres(c) => AnsiTransactionManager::begin_transaction_sql(c, postgres),
    }
}
