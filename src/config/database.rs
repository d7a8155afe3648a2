//! `[database]`: which engine, how many connections, how long to wait.

use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::merge::Layers;
use super::secret::Secret;

/// Where the site keeps its records.
#[derive(Clone, Debug)]
pub enum DatabaseUrl {
    /// A SQLite file, created when missing.
    Sqlite(PathBuf),
    /// A PostgreSQL connection URL with its password.
    Postgres(Secret<String>),
}

impl DatabaseUrl {
    /// Reads `sqlite://PATH` or `postgres://…`; the error says what is wrong, without repeating the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("sqlite://") {
            // In memory every connection would see an empty database of its own.
            if path.is_empty() || path.contains(":memory:") || path.contains('?') {
                return Err(
                    "names no file; sqlite:// is followed by the path of a file, and nothing else".to_owned()
                );
            }
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Url::parse(text).map_err(|error| format!("is not a URL: {error}"))?;
            return Ok(Self::Postgres(Secret::new(text.to_owned())));
        }
        Err("does not start with sqlite:// or postgres://".to_owned())
    }
}

/// The database.
#[derive(Clone, Debug)]
pub struct Database {
    /// Engine and place.
    pub url: DatabaseUrl,
    /// Readers beside the writer on SQLite, all connections on PostgreSQL; at least 1.
    pub pool_size: u32,
    /// How long to wait for a lock another process holds on the SQLite file.
    pub busy_timeout: Duration,
    /// How long PostgreSQL may work on one statement.
    pub statement_timeout: Duration,
    /// How long to wait for a free connection.
    pub acquire_timeout: Duration,
}

impl Database {
    pub(super) fn read(layers: &mut Layers) -> Option<Self> {
        let url = layers.parse("database.url", "\"sqlite://data/mainstay.db\"", DatabaseUrl::parse);
        let pool_size: Option<u32> = layers.number("database.pool_size", 0..=1000);
        let busy_timeout = layers.milliseconds("database.busy_timeout_ms");
        let statement_timeout = layers.milliseconds("database.statement_timeout_ms");
        let acquire_timeout = layers.milliseconds("database.acquire_timeout_ms");
        let url = url?;
        let pool_size = match (pool_size?, &url) {
            (0, DatabaseUrl::Sqlite(_)) => 4,
            (0, DatabaseUrl::Postgres(_)) => 16,
            (size, _) => size,
        };
        layers.resolve("database.pool_size", i64::from(pool_size));
        Some(Self {
            url,
            pool_size,
            busy_timeout: busy_timeout?,
            statement_timeout: statement_timeout?,
            acquire_timeout: acquire_timeout?,
        })
    }
}
