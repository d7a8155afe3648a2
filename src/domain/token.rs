//! Tokens with which programs of the publisher use the API.

use super::access::Scope;
use super::ids::TokenId;
use chrono::{DateTime, Utc};

/// What every token begins with, so that scanners for lost secrets know it.
pub const PREFIX: &str = "mst_";
/// Longest name, in characters.
pub const NAME_CHARACTERS_MAX: usize = 80;
/// Longest life, in days.
pub const DAYS_MAX: u32 = 730;

/// A token, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Its id.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scope: Scope,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was ended before its time.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl ApiToken {
    /// True while it opens something. A clock that was set back revives nothing.
    pub fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.created_at <= now && now < self.expires_at
    }
}
