//! What opens an account at a gateway.

use std::fmt;
use std::sync::Arc;

/// A secret of a gateway's: printing it shows nothing of it.
#[derive(Clone)]
pub struct Key(Arc<str>);

impl Key {
    /// Wraps it.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The secret itself, for the place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Key {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
