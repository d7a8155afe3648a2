//! Owns: the database, on SQLite and PostgreSQL, from one set of queries. The only place that names diesel.
//! May import: domain. Must not: know gateways, use cases, mail or the web; decide anything.

pub mod abuse;
pub mod account_changes;
pub mod accounts;
pub mod address_changes;
pub mod api_tokens;
pub mod appeal_texts;
pub mod attempts;
pub mod audit;
pub mod bank_lines;
pub mod bank_statements;
pub mod campaigns;
pub mod checks;
pub mod comments;
mod connection;
pub mod copy;
pub mod day_keys;
pub mod deposits;
pub mod desk;
mod dialect;
pub mod discussions;
pub mod disputes;
pub mod donations;
pub mod donor_letters;
pub mod donors;
pub mod dossiers;
pub mod erasures;
mod error;
pub mod event_subjects;
pub mod export_files;
pub mod exports;
pub mod external_accounts;
pub mod external_members;
pub mod external_moves;
pub mod external_tiers;
pub mod figures;
pub mod forgetting;
pub mod form_views;
pub mod gateway_accounts;
pub mod gift_aid;
pub mod gift_links;
pub mod gifts_by_hand;
pub mod idempotency;
pub mod imports;
pub mod inbox;
mod intake;
pub mod jobs;
pub mod ledger;
pub mod ledger_entries;
pub mod limits;
pub mod lists;
pub mod migrate;
pub mod movements;
pub mod outbound_links;
pub mod outgoing;
pub mod passkeys;
pub mod past_comments;
pub mod patrons;
pub mod payouts;
pub mod platform_payouts;
pub mod pledges;
pub mod receipts;
pub mod refunds;
pub mod reports;
pub mod reviews;
mod row;
pub mod sandbox;
pub mod saved_views;
pub mod schedules;
mod schema;
pub mod search;
pub mod sessions;
pub mod setting_changes;
pub mod settings;
pub mod sign_in_links;
pub mod staff;
pub mod staff_sessions;
pub mod statements;
mod steady;
pub mod subscription_orders;
pub mod subscriptions;
pub mod successions;
pub mod tiers;
pub mod unpaid;
pub mod wall;
mod writer;

pub use connection::{Conn, Tx};
pub use error::StoreError;

use connection::{Manager, Pool};
use intake::Intake;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use writer::Writer;

/// Where the database is and how long to wait for it.
#[derive(Debug, Clone)]
pub struct DatabaseOptions {
    /// `sqlite://PATH` or `postgres://…`.
    pub url: String,
    /// Connections; 0 chooses.
    pub pool_size: u32,
    /// How long SQLite waits for another process to finish writing.
    pub busy_timeout: Duration,
    /// Longest statement on PostgreSQL.
    pub statement_timeout: Duration,
    /// How long to wait for a free connection.
    pub acquire_timeout: Duration,
}

/// The two engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded, one machine.
    Sqlite,
    /// A server, many processes.
    Postgres,
}

impl Engine {
    /// Which engine a URL names.
    pub fn of(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("sqlite://") {
            Ok(Self::Sqlite)
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Ok(Self::Postgres)
        } else {
            Err(StoreError::Unavailable("the database URL must start with sqlite:// or postgres://".into()))
        }
    }
}

/// Rings after a commit that enqueued a job. Every lane of the worker hears it.
#[derive(Debug, Clone)]
struct Bell(Arc<watch::Sender<u64>>);

impl Bell {
    fn new() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }

    fn ring(&self) {
        self.0.send_modify(|rings| *rings = rings.wrapping_add(1));
    }
}

/// The handle that the application holds. Cheap to clone.
///
/// Both closures are synchronous on purpose: they cannot await, so no network call can ever happen inside a
/// transaction.
#[derive(Clone)]
pub struct Db {
    engine: Engine,
    pool: Pool,
    /// SQLite only: all writes of this process, several to a commit.
    writer: Option<Writer>,
    intake: Option<Intake>,
    /// Rings after a commit that enqueued a job.
    work: Bell,
    options: Arc<DatabaseOptions>,
}

impl Db {
    /// Opens the database; does not migrate it.
    ///
    /// # Errors
    /// `Unavailable` with the reason when it cannot be reached or its folder cannot be written.
    pub fn open(options: &DatabaseOptions) -> Result<Self, StoreError> {
        let engine = Engine::of(&options.url)?;
        if engine == Engine::Sqlite {
            connection::prepare_file(&options.url)?;
        }
        let work = Bell::new();
        let writer = match engine {
            Engine::Sqlite => Some(Writer::start(options.clone(), work.clone())?),
            Engine::Postgres => None,
        };
        let pool = Manager::pool(options, engine)?;
        let intake = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(Intake::start(pool.clone(), work.clone())?),
        };
        Ok(Self { engine, pool, writer, intake, work, options: Arc::new(options.clone()) })
    }

    /// Which engine it is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Rings after each commit that enqueued a job: the worker need not wait for its next poll.
    pub fn work(&self) -> watch::Receiver<u64> {
        self.work.0.subscribe()
    }

    /// Runs `query` on a snapshot that cannot be written to.
    pub async fn read<T, E, F>(&self, query: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let pool = self.pool.clone();
        on_thread(move || connection::read(&pool, query)).await
    }

    /// Runs `change` in a transaction of its own and returns when it is on disk, or not at all.
    pub async fn write<T, E, F>(&self, change: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        if let Some(writer) = &self.writer {
            return writer.write(change).await;
        }
        let (pool, work) = (self.pool.clone(), self.work.clone());
        on_thread(move || connection::write(&pool, &work, change)).await
    }

    /// Applies pending migrations and returns their names.
    pub async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        self.on_own_connection(migrate::run).await
    }

    /// The names of migrations that are not applied yet.
    pub async fn pending_migrations(&self) -> Result<Vec<String>, StoreError> {
        self.on_own_connection(migrate::pending).await
    }

    /// Takes what was forgotten out of SQLite's log, too. PostgreSQL sees to its own.
    ///
    /// # Errors
    /// `Unavailable` if the database cannot be reached.
    pub async fn empty_log(&self) -> Result<(), StoreError> {
        if self.engine == Engine::Postgres {
            return Ok(());
        }
        self.on_own_connection(dialect::empty_log).await
    }

    /// Runs `work` on a connection of its own, free to change the schema.
    async fn on_own_connection<T: Send + 'static>(
        &self,
        work: fn(&mut Conn) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let (options, engine) = (Arc::clone(&self.options), self.engine);
        on_thread(move || work(&mut connection::writer(&options, engine)?)).await
    }
}

/// Runs what waits for the database where it holds up no other.
async fn on_thread<T, E, F>(work: F) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: FnOnce() -> Result<T, E> + Send + 'static,
{
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|panic| Err(StoreError::Unavailable(format!("the work was cut off: {panic}")).into()))
}
