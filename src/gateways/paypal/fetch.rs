//! Why what belongs to a payment is not there.

use super::super::{GatewayError, InterpretError};
use super::map;

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

impl From<map::Unreadable> for FetchError {
    fn from(error: map::Unreadable) -> Self {
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
            // What an event is about may be known a moment later only.
            FetchError::Gateway(GatewayError::Refused { code }) => Self::Gateway(GatewayError::Unknown(code)),
            FetchError::Gateway(error) => Self::Gateway(error),
            FetchError::Unreadable(why) => Self::Malformed(why),
        }
    }
}
