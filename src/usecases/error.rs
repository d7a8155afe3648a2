//! What can go wrong in a use case: a closed list, mapped to HTTP and exit codes in one place each.

use crate::domain::ledger::LedgerError;
use crate::domain::money::MoneyError;
use crate::gateways::GatewayError;
use crate::store::StoreError;
use chrono::TimeDelta;

/// One field that was filled in wrongly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The name of the field, as in the form.
    pub field: &'static str,
    /// Stable word for programs.
    pub code: &'static str,
    /// Sentence for people.
    pub message: String,
}

/// An error of a use case. Nothing was changed unless it says so.
#[derive(Debug, thiserror::Error)]
pub enum UseCaseError {
    /// There is no such thing.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// Some fields cannot be accepted.
    #[error("{}", .0.iter().map(|f| format!("{}: {}", f.field, f.message)).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<FieldError>),
    /// It cannot be done in the present state.
    #[error("{message}")]
    Conflict {
        /// Stable word for programs.
        code: &'static str,
        /// Sentence for people.
        message: String,
    },
    /// A rule of the books does not hold for this: nothing is done until a person has looked.
    #[error(
        "work on {subject} is stopped, because a rule of the books does not hold for it; look at {review} with `mainstay review list`"
    )]
    Held {
        /// The donation or pledge.
        subject: String,
        /// The question to answer.
        review: String,
    },
    /// Too many of these in a short time.
    #[error("too many requests; try again in a while")]
    RateLimited {
        /// How long to wait.
        after: TimeDelta,
    },
    /// The gateway said no.
    #[error("the payment provider refused: {code}")]
    GatewayRefused {
        /// Its reason, for staff; never shown to donors.
        code: String,
    },
    /// The gateway gave no answer; what is on record says so.
    #[error("the payment provider does not answer: {0}")]
    GatewayUnavailable(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A mistake in the program, caught before it did harm.
    #[error("this should not happen: {0}")]
    Internal(String),
}

impl UseCaseError {
    /// One field that cannot be accepted.
    #[expect(clippy::needless_pass_by_value, reason = "an error or a text, as it comes")]
    pub fn invalid(field: &'static str, code: &'static str, message: impl ToString) -> Self {
        Self::Invalid(vec![FieldError { field, code, message: message.to_string() }])
    }
}

impl From<MoneyError> for UseCaseError {
    fn from(error: MoneyError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<LedgerError> for UseCaseError {
    fn from(error: LedgerError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<GatewayError> for UseCaseError {
    fn from(error: GatewayError) -> Self {
        match error {
            GatewayError::Refused { code } => Self::GatewayRefused { code },
            GatewayError::Unknown(why) => Self::GatewayUnavailable(why),
            GatewayError::Unsupported { .. } => {
                Self::Conflict { code: "unsupported_by_gateway", message: error.to_string() }
            }
        }
    }
}
