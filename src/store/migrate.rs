//! Migrations: embedded, one tree for each engine with the same names, forward only.

use super::connection::Conn;
use super::{StoreError, dialect, search};
use diesel::connection::{Connection, SimpleConnection as _, TransactionManager};
use diesel::migration::MigrationSource;
use diesel::{PgConnection, RunQueryDsl as _, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Any number, as long as every Mainstay process uses the same: processes that start together migrate in turn.
const LOCK: i64 = 7_263_541_890;

fn unavailable(error: impl std::fmt::Display) -> StoreError {
    StoreError::Unavailable(format!("migration: {error}"))
}

/// Applies what is pending, one transaction each, and returns the names.
///
/// # Errors
/// Refuses a database that a newer program has migrated further.
pub(super) fn run(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    let mut applied = migrate(conn)?;
    if search::is_to_be_filled(conn)? {
        fill_search(conn)?;
        applied.push(FILL_SEARCH.to_owned());
    }
    Ok(applied)
}

/// What SQL cannot say of a migration. It counts as one that is pending until it is done, so that a program that is
/// stopped in between does it the next time.
const FILL_SEARCH: &str = "search_words";

fn fill_search(conn: &mut Conn) -> Result<(), StoreError> {
    type Transactions = <Conn as Connection>::TransactionManager;
    dialect::begin_write(conn)?;
    dialect::take_the_time_it_takes(conn)?;
    match search::fill(conn) {
        Ok(()) => Ok(Transactions::commit_transaction(conn)?),
        Err(error) => {
            Transactions::rollback_transaction(conn)?;
            Err(error)
        }
    }
}

fn migrate(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    match conn {
        // The write lock first: of two processes that both find nothing, the second would fail at the first table.
        Conn::Sqlite(c) => {
            // A table is changed by writing it anew, which foreign keys must not notice; they are checked at the end.
            c.batch_execute("PRAGMA foreign_keys = OFF;")?;
            let applied = c.immediate_transaction(|c| {
                let applied = apply(c, SQLITE)?;
                check_foreign_keys(c)?;
                Ok(applied)
            });
            c.batch_execute("PRAGMA foreign_keys = ON;")?;
            applied
        }
        Conn::Postgres(c) => in_turn(c, |c| apply(c, POSTGRES)),
    }
}

/// Waits until no other process migrates, and keeps the others waiting.
fn in_turn<T>(
    c: &mut PgConnection,
    work: impl FnOnce(&mut PgConnection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    // A large table takes its time, and so does the process whose turn it is.
    c.batch_execute("SET statement_timeout = 0; SET lock_timeout = 0;")?;
    diesel::sql_query(format!("SELECT pg_advisory_lock({LOCK})")).execute(c)?;
    let done = work(c);
    diesel::sql_query(format!("SELECT pg_advisory_unlock({LOCK})")).execute(c)?;
    done
}

#[derive(diesel::QueryableByName)]
struct Orphan {
    #[diesel(sql_type = diesel::sql_types::Text)]
    owner: String,
}

fn check_foreign_keys(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    let orphans: Vec<Orphan> =
        diesel::sql_query("SELECT DISTINCT \"table\" AS owner FROM pragma_foreign_key_check").load(conn)?;
    if orphans.is_empty() {
        return Ok(());
    }
    let tables: Vec<String> = orphans.into_iter().map(|orphan| orphan.owner).collect();
    Err(StoreError::Refused(format!("migration: rows of {} would refer to nothing", tables.join(", "))))
}

/// The names of migrations that are not applied yet.
///
/// # Errors
/// Refuses a database that a newer program has migrated further: commands that do not migrate must not write
/// to it either.
pub(super) fn pending(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    let mut names = not_applied(conn)?;
    if names.is_empty() && search::is_to_be_filled(conn)? {
        names.push(FILL_SEARCH.to_owned());
    }
    Ok(names)
}

fn not_applied(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    match conn {
        Conn::Sqlite(c) => names_pending(c, SQLITE),
        // To look is to make the table of migrations, if it is missing: two that did so at once, one failed.
        Conn::Postgres(c) => in_turn(c, |c| names_pending(c, POSTGRES)),
    }
}

fn names_pending<C, DB>(conn: &mut C, tree: EmbeddedMigrations) -> Result<Vec<String>, StoreError>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
    EmbeddedMigrations: MigrationSource<DB>,
{
    refuse_newer(conn, &tree)?;
    Ok(names_of(&conn.pending_migrations(tree).map_err(unavailable)?))
}

fn apply<C, DB>(conn: &mut C, tree: EmbeddedMigrations) -> Result<Vec<String>, StoreError>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
    EmbeddedMigrations: MigrationSource<DB>,
{
    refuse_newer(conn, &tree)?;
    let pending = conn.pending_migrations(tree).map_err(unavailable)?;
    conn.run_migrations(&pending).map_err(unavailable)?;
    Ok(names_of(&pending))
}

fn names_of<DB: diesel::backend::Backend>(
    migrations: &[Box<dyn diesel::migration::Migration<DB>>],
) -> Vec<String> {
    migrations.iter().map(|migration| migration.name().to_string()).collect()
}

/// An older program must not write to a database that it does not know.
fn refuse_newer<C, DB>(conn: &mut C, tree: &EmbeddedMigrations) -> Result<(), StoreError>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
    EmbeddedMigrations: MigrationSource<DB>,
{
    let known = versions::<DB>(tree)?;
    let applied = conn.applied_migrations().map_err(unavailable)?;
    match applied.iter().map(ToString::to_string).find(|version| !known.contains(version)) {
        None => Ok(()),
        Some(version) => Err(StoreError::Refused(format!(
            "this database was migrated by a newer version of mainstay (migration {version}); run that version or a newer one"
        ))),
    }
}

/// How a database stands to this program, found without writing to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// No migration was ever applied: it holds nothing of ours.
    Foreign,
    /// So many of this program's migrations are not applied.
    Behind(usize),
    /// Exactly this program's.
    Level,
    /// It holds a migration that this program does not know.
    Ahead(String),
}

/// See [`Standing`]. Nothing is created, as asking for pending migrations would.
pub(super) fn standing(conn: &mut Conn) -> Result<Standing, StoreError> {
    use diesel::sql_types::Text;
    #[derive(diesel::QueryableByName)]
    struct Name {
        #[diesel(sql_type = Text)]
        name: String,
    }
    const LISTS_OF_SQLITE: &str =
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name = '__diesel_schema_migrations'";
    const LISTS_OF_POSTGRES: &str = "SELECT relname::text AS name FROM pg_class \
        WHERE relnamespace = current_schema()::regnamespace AND relname = '__diesel_schema_migrations'";
    const APPLIED: &str = "SELECT version AS name FROM __diesel_schema_migrations ORDER BY version";
    let (lists, known): (Vec<Name>, _) = match conn {
        Conn::Sqlite(c) => {
            (diesel::sql_query(LISTS_OF_SQLITE).load(c)?, versions::<diesel::sqlite::Sqlite>(&SQLITE)?)
        }
        Conn::Postgres(c) => {
            (diesel::sql_query(LISTS_OF_POSTGRES).load(c)?, versions::<diesel::pg::Pg>(&POSTGRES)?)
        }
    };
    if lists.is_empty() {
        return Ok(Standing::Foreign);
    }
    let applied: Vec<Name> = diesel::sql_query(APPLIED).load(conn)?;
    if let Some(unknown) = applied.iter().find(|applied| !known.contains(&applied.name)) {
        return Ok(Standing::Ahead(unknown.name.clone()));
    }
    Ok(match known.len() - applied.len() {
        0 => Standing::Level,
        _ if applied.is_empty() => Standing::Foreign,
        behind => Standing::Behind(behind),
    })
}

fn versions<DB: diesel::backend::Backend>(tree: &EmbeddedMigrations) -> Result<Vec<String>, StoreError>
where
    EmbeddedMigrations: MigrationSource<DB>,
{
    let migrations = tree.migrations().map_err(unavailable)?;
    Ok(migrations.iter().map(|migration| migration.name().version().to_string()).collect())
}
