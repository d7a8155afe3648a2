//! The id of a request: shown on error pages, in the log and in a header, so that they can be brought together.

use crate::domain::clock::splitmix;
use actix_web::http::header::{HeaderName, HeaderValue};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// The header that it stands in.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Sixteen hexadecimal characters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct RequestId(u64);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl RequestId {
    pub(super) fn to_header(self) -> HeaderValue {
        let mut text = [0; 16];
        let written = hex::encode_to_slice(self.0.to_be_bytes(), &mut text).ok();
        let value = written.and_then(|()| HeaderValue::from_bytes(&text).ok());
        value.unwrap_or(HeaderValue::from_static("none"))
    }
}

/// Makes the ids of one process: no two alike, from a random beginning, without asking the system each time.
/// They guard nothing, so it does not matter that one could be worked out from another.
#[derive(Debug)]
pub struct RequestIds(AtomicU64);

impl RequestIds {
    /// Ids that begin anywhere.
    pub fn starting_at(random: [u8; 16]) -> Self {
        let [_, _, _, _, _, _, _, _, low @ ..] = random;
        Self(AtomicU64::new(u64::from_be_bytes(low)))
    }

    pub(super) fn next(&self) -> RequestId {
        RequestId(splitmix(self.0.fetch_add(1, Ordering::Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_sixteen_characters_and_do_not_repeat() {
        let ids = RequestIds::starting_at([7; 16]);

        assert_eq!(RequestId(0xab).to_header(), "00000000000000ab");
        let many: std::collections::HashSet<String> = (0..1000).map(|_| ids.next().to_string()).collect();

        assert_eq!(many.len(), 1000);
        assert!(many.iter().all(|id| id.len() == 16));
    }
}
