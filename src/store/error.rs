//! What can go wrong between the program and its database.

use super::dialect;
use diesel::result::{DatabaseErrorKind, Error};

/// An error of the store. Nothing was changed when one is returned from a write.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A uniqueness rule was in the way: somebody else was first.
    #[error("the database already holds such a row ({constraint})")]
    Conflict {
        /// Name of the constraint, the same on both engines.
        constraint: String,
    },
    /// There is no such row.
    #[error("no such row")]
    NotFound,
    /// The row changed in between; the late change is not applied.
    #[error("the row was changed by somebody else")]
    Stale,
    /// A row holds what the program never writes.
    #[error("{table} {id} makes no sense: {why}")]
    Corrupt {
        /// Which table.
        table: &'static str,
        /// Which row.
        id: String,
        /// What is wrong with it.
        why: String,
    },
    /// A rule of the database refused the change: a mistake in the program.
    #[error("the database refused the change: {0}")]
    Refused(String),
    /// The database is gone, full, locked or slow. Trying again later may help.
    #[error("the database is not available: {0}")]
    Unavailable(String),
}

impl StoreError {
    /// A row that holds what the program never writes.
    pub fn corrupt(table: &'static str, id: &str, why: impl std::fmt::Display) -> Self {
        Self::Corrupt { table, id: id.to_owned(), why: why.to_string() }
    }

    /// The database cannot be reached or used, and why, in one line: PostgreSQL's client library answers in several.
    pub(super) fn unavailable(why: impl std::fmt::Display) -> Self {
        let why = why.to_string();
        Self::Unavailable(why.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// True if this is the named uniqueness rule.
    pub fn is_conflict_on(&self, name: &str) -> bool {
        matches!(self, Self::Conflict { constraint } if constraint == name)
    }
}

impl From<Error> for StoreError {
    #[expect(clippy::wildcard_enum_match_arm, reason = "diesel adds variants in minor versions")]
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::NotFound,
            Error::DatabaseError(kind, information) => {
                let message = information.message().to_owned();
                match kind {
                    DatabaseErrorKind::UniqueViolation => Self::Conflict {
                        constraint: information
                            .constraint_name()
                            .map_or_else(|| dialect::sqlite_constraint(&message), str::to_owned),
                    },
                    DatabaseErrorKind::ForeignKeyViolation
                    | DatabaseErrorKind::NotNullViolation
                    | DatabaseErrorKind::CheckViolation
                    | DatabaseErrorKind::RestrictViolation
                    | DatabaseErrorKind::ExclusionViolation => Self::Refused(message),
                    // Full disks, I/O errors, locks and lost servers all arrive here.
                    _ if dialect::is_rule_of_ours(&message) => Self::Refused(message),
                    _ => Self::unavailable(message),
                }
            }
            other => Self::unavailable(other),
        }
    }
}
