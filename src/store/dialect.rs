//! Every difference between the two engines.

use super::connection::{Conn, begin_with};
use super::{DatabaseOptions, StoreError};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

/// One body, compiled for each engine: for what the shared connection type lacks (`ON CONFLICT`).
macro_rules! on_each {
    ($conn:expr, |$c:ident| $body:expr) => {
        match &mut **$conn {
            $crate::store::Conn::Postgres($c) => $body,
            $crate::store::Conn::Sqlite($c) => $body,
        }
    };
}
pub(super) use on_each;

/// Takes SQLite's write lock at once. A plain `BEGIN` that reads and then writes fails with "database is
/// locked" as soon as a second process does the same, and waiting does not help it.
pub(super) fn begin_write(conn: &mut Conn) -> QueryResult<()> {
    begin_with(conn, "BEGIN IMMEDIATE", "BEGIN")
}

/// A snapshot. On SQLite the connection itself refuses to write.
pub(super) fn begin_read(conn: &mut Conn) -> QueryResult<()> {
    begin_with(conn, "BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
}

/// `synchronous=FULL`: with less, a committed payment can vanish when the power fails. `temp_store=MEMORY`: what a
/// savepoint would put back is kept in memory; else every pledge writes it to a temporary file first.
/// `secure_delete`: what was forgotten must not be readable in the free pages of the file.
pub(super) fn set_up_writer(conn: &mut Conn, options: &DatabaseOptions) -> Result<(), StoreError> {
    match conn {
        Conn::Sqlite(c) => {
            use_write_ahead_log(c, options)?;
            c.batch_execute(
                "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; \
                 PRAGMA secure_delete = ON;",
            )?;
        }
        Conn::Postgres(c) => c.batch_execute(&postgres_timeouts(options))?,
    }
    Ok(())
}

/// For the pool: on SQLite a reader, on PostgreSQL both.
pub(super) fn set_up_reader(conn: &mut Conn, options: &DatabaseOptions) -> QueryResult<()> {
    match conn {
        Conn::Sqlite(c) => {
            use_write_ahead_log(c, options)?;
            c.batch_execute("PRAGMA query_only = ON; PRAGMA cache_size = -1000;")
        }
        Conn::Postgres(c) => c.batch_execute(&postgres_timeouts(options)),
    }
}

/// Brings what waits in SQLite's write-ahead log into the file and empties the log, where what was forgotten still stands.
/// Without effect while somebody reads an older state: the next call does it.
pub(super) fn empty_log(conn: &mut Conn) -> Result<(), StoreError> {
    match conn {
        Conn::Sqlite(c) => Ok(c.batch_execute("PRAGMA wal_checkpoint(TRUNCATE);")?),
        Conn::Postgres(_) => Ok(()),
    }
}

/// For reading a whole site, however long it takes.
pub(super) fn set_up_source(conn: &mut Conn, options: &DatabaseOptions) -> Result<(), StoreError> {
    match conn {
        Conn::Sqlite(c) => {
            let timeout = options.busy_timeout.as_millis();
            Ok(c.batch_execute(&format!("PRAGMA busy_timeout = {timeout}; PRAGMA cache_size = -8000;"))?)
        }
        Conn::Postgres(c) => {
            c.batch_execute(&postgres_timeouts(options))?;
            Ok(c.batch_execute(NO_TIMEOUTS)?)
        }
    }
}

/// The time-outs keep one visitor from holding up the others; a whole site takes minutes.
const NO_TIMEOUTS: &str = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0;";

/// For writing a whole site. SQLite needs room for the indexes, whose pages are written in no order.
pub(super) fn set_up_target(conn: &mut Conn, options: &DatabaseOptions) -> Result<(), StoreError> {
    set_up_writer(conn, options)?;
    match conn {
        Conn::Sqlite(c) => c.batch_execute("PRAGMA cache_size = -64000;")?,
        Conn::Postgres(c) => c.batch_execute(NO_TIMEOUTS)?,
    }
    Ok(())
}

/// For a file that is thrown away whenever anything fails: nothing need be kept to take it back.
pub(super) fn set_up_draft(c: &mut SqliteConnection) -> Result<(), StoreError> {
    Ok(c.batch_execute(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON; \
         PRAGMA temp_store = MEMORY; PRAGMA cache_size = -64000;",
    )?)
}

/// After many rows were written: until PostgreSQL has counted them itself, it plans as if the tables were empty.
pub(super) fn gather_statistics(conn: &mut Conn) -> Result<(), StoreError> {
    match conn {
        Conn::Sqlite(_) => Ok(()),
        Conn::Postgres(c) => Ok(c.batch_execute("ANALYZE;")?),
    }
}

/// A new file is turned over to the log by whoever comes first. SQLite does not wait for another process that is
/// doing the same, whatever the time-out says; a transaction does wait, and afterwards the file is turned over.
fn use_write_ahead_log(c: &mut SqliteConnection, options: &DatabaseOptions) -> QueryResult<()> {
    const TRIES: u32 = 10;
    c.batch_execute(&format!("PRAGMA busy_timeout = {};", options.busy_timeout.as_millis()))?;
    for _ in 0..TRIES {
        if c.batch_execute("PRAGMA journal_mode = WAL;").is_ok() {
            return Ok(());
        }
        c.batch_execute("BEGIN IMMEDIATE; COMMIT;")?;
    }
    c.batch_execute("PRAGMA journal_mode = WAL;")
}

fn postgres_timeouts(options: &DatabaseOptions) -> String {
    let milliseconds = options.statement_timeout.as_millis();
    format!(
        "SET TIME ZONE 'UTC'; SET statement_timeout = {milliseconds}; SET lock_timeout = {milliseconds}; \
         SET idle_in_transaction_session_timeout = {};",
        milliseconds * 2
    )
}

/// Makes the rest of the transaction the only one that works on this row, and returns whether it exists.
/// SQLite has one writer at a time: there the transaction itself is the lock.
macro_rules! lock_row {
    ($tx:expr, $table:ident, $id:expr) => {{
        let rows = $table::table.filter($table::id.eq($id.to_string())).select($table::id);
        match &mut **$tx {
            $crate::store::Conn::Postgres(c) => rows.for_update().get_result::<String>(c),
            $crate::store::Conn::Sqlite(c) => rows.get_result::<String>(c),
        }
    }};
}
pub(super) use lock_row;

/// The name of the constraint behind SQLite's message, which lists columns instead.
pub(super) fn sqlite_constraint(message: &str) -> String {
    let columns = message.rsplit("failed: ").next().unwrap_or(message);
    match columns {
        "pledges.form_key" => "pledges_form_key_unique".into(),
        "pledges.reference" => "pledges_reference_unique".into(),
        "donations.gateway, donations.remote_id" => "donations_remote_unique".into(),
        "refunds.request_key" => "refunds_request_unique".into(),
        "refunds.gateway, refunds.remote_id" => "refunds_remote_unique".into(),
        "attempts.gateway, attempts.remote_id" => "attempts_remote_unique".into(),
        other => other.to_owned(),
    }
}

/// True for what our own triggers say.
pub(super) fn is_rule_of_ours(message: &str) -> bool {
    ["is append-only", "does not balance", "is already sealed", "has no receipt"]
        .iter()
        .any(|rule| message.contains(rule))
}

/// Puts tables in front of a query, in place of those of the same names, that hold only donations for which something
/// was booked since its first parameter. Unlike PostgreSQL, SQLite takes the name within for the new table unless the
/// database is named too.
pub(super) fn only_booked_since(conn: &Conn) -> &'static str {
    match conn {
        Conn::Sqlite(_) => {
            // The lines too: else SQLite goes through all lines of an account, once for each donation.
            "WITH lately (id) AS MATERIALIZED \
             (SELECT DISTINCT donation_id FROM main.ledger_entries WHERE recorded_at >= $1), \
             donations AS MATERIALIZED \
             (SELECT x.* FROM lately CROSS JOIN main.donations x ON x.id = lately.id), \
             ledger_entries AS MATERIALIZED \
             (SELECT x.* FROM lately CROSS JOIN main.ledger_entries x ON x.donation_id = lately.id), \
             ledger_postings AS MATERIALIZED \
             (SELECT x.* FROM ledger_entries CROSS JOIN main.ledger_postings x ON x.entry_id = ledger_entries.id)"
        }
        Conn::Postgres(_) => {
            "WITH lately (id) AS MATERIALIZED \
             (SELECT DISTINCT donation_id FROM ledger_entries WHERE recorded_at >= $1), \
             donations AS (SELECT x.* FROM donations x WHERE x.id IN (SELECT id FROM lately)), \
             ledger_entries AS \
             (SELECT x.* FROM ledger_entries x WHERE x.donation_id IN (SELECT id FROM lately))"
        }
    }
}

/// Lets this transaction read the whole of a large database; a page that waits is still given up.
pub(super) fn take_the_time_it_takes(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Sqlite(_) => Ok(()),
        Conn::Postgres(c) => c.batch_execute(
            "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0;",
        ),
    }
}

/// True for what either engine says of a table or a column that does not exist.
pub(super) fn is_unknown_name(message: &str) -> bool {
    let lost = message.contains("relation") || message.contains("column");
    message.contains("no such table")
        || message.contains("no such column")
        || (lost && message.contains("does not exist"))
}
