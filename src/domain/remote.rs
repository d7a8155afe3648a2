//! Names that gateways give to their own objects.

use std::fmt;

/// A name that a gateway gave to one of its own objects.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RemoteId(String);

/// A remote name that no gateway would give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a gateway's id has 1 to 255 visible ASCII characters")]
pub struct RemoteIdError;

impl RemoteId {
    /// Accepts 1 to 255 visible ASCII characters.
    pub fn parse(text: &str) -> Result<Self, RemoteIdError> {
        let visible = text.bytes().all(|b| b.is_ascii_graphic());
        if visible && (1..=255).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(RemoteIdError)
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RemoteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
