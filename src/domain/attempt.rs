//! Attempts: one call to a gateway that may move money. Its outcome may be unknown, and then stays so
//! until the gateway ends it.

use super::ids::{AttemptId, PledgeId};
use super::pledge::GatewayKind;
use super::remote::RemoteId;
use chrono::{DateTime, Utc};

/// One call on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Its id; also the idempotency key of the call.
    pub id: AttemptId,
    /// The pledge it is to fulfil.
    pub pledge: PledgeId,
    /// Who is called.
    pub gateway: GatewayKind,
    /// What came of it.
    pub outcome: AttemptOutcome,
    /// Whether the card's bank is to ask its holder (3-D Secure), wherever the card can do it: while cards are tried.
    pub wants_authentication: bool,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// Written down, the call is on its way or was cut off by a crash.
    Started,
    /// The gateway took it.
    Accepted {
        /// The gateway's name of it.
        remote: RemoteId,
        /// Where the donor goes on; none where there is nowhere to go.
        next_url: Option<String>,
    },
    /// The gateway said no; nothing was moved.
    Refused {
        /// The gateway's reason.
        code: String,
    },
    /// No answer: it may have happened. Only the gateway can tell.
    Unknown,
}

impl AttemptOutcome {
    /// The word used in the database and in logs.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Accepted { .. } => "accepted",
            Self::Refused { .. } => "refused",
            Self::Unknown => "unknown",
        }
    }
}
