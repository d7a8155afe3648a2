//! What is fetched from a gateway when an event, or a question, led to it; and why it may not be there.

use super::{GatewayError, InterpretError, Interpretation};
use crate::domain::donation::GatewayFact;
use crate::domain::remote::RemoteId;

/// Something without which a payment cannot be understood is missing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{object} has no readable {field}")]
pub(super) struct Unreadable {
    pub(super) object: String,
    pub(super) field: &'static str,
}

/// Something on a list. What cannot be understood must not keep the rest of the list from being read.
pub(super) fn readable<T>(item: Result<T, Unreadable>) -> Option<T> {
    item.inspect_err(|why| tracing::error!(%why, "something at a gateway cannot be understood")).ok()
}

/// Why something could not be fetched.
#[derive(Debug)]
pub(super) enum FetchError {
    Gateway(GatewayError),
    /// It came, and cannot be understood: asking again gives the same.
    Unreadable(String),
}

impl From<GatewayError> for FetchError {
    fn from(error: GatewayError) -> Self {
        Self::Gateway(error)
    }
}

impl From<Unreadable> for FetchError {
    fn from(error: Unreadable) -> Self {
        Self::Unreadable(error.to_string())
    }
}

impl From<FetchError> for GatewayError {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Gateway(error) => error,
            FetchError::Unreadable(why) => Self::Unknown(why),
        }
    }
}

impl From<FetchError> for InterpretError {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Gateway(error) => Self::Gateway(error),
            FetchError::Unreadable(why) => Self::Malformed(why),
        }
    }
}

/// A gateway's name of something, as we keep it.
pub(super) fn remote(id: &str) -> Result<RemoteId, GatewayError> {
    RemoteId::parse(id).map_err(|error| GatewayError::Unknown(error.to_string()))
}

/// What was found out about something, if it is ours.
pub(super) fn ours(id: &str, facts: Option<Vec<GatewayFact>>) -> Interpretation {
    facts.map_or_else(|| not_ours(id), Interpretation::Facts)
}

/// Something that others of the same account began.
pub(super) fn not_ours(id: &str) -> Interpretation {
    Interpretation::Ignore(format!("{id} was not begun by this site"))
}
