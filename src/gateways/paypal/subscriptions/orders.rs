//! What PayPal is told when somebody asks something of a subscription.
//!
//! PayPal keeps a note with every change of status. Ours say what PayPal has no field for: how long a pause lasts, and why
//! we ended something. They are read back from there, so that they are known wherever the subscription is.

use super::super::super::GatewayError;
use super::api::Command;
use super::map::Standing;
use crate::domain::money::Money;
use crate::domain::pledge::Frequency;
use crate::domain::subscription::{EndReason, OrderKind};
use chrono::{DateTime, SecondsFormat, Utc};
use std::fmt;

const PAUSED: &str = "Paused";
const PAUSED_UNTIL: &str = "Paused until ";
const ENDED: &str = "Ended: ";

/// What a note of ours says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Note {
    /// Nothing is charged for a while.
    Paused { until: Option<DateTime<Utc>> },
    /// It goes on.
    Resumed,
    /// The donor stopped it.
    Stopped,
    /// It is over at once.
    Ended { reason: EndReason },
}

impl Note {
    /// What a note says, if it is one of ours that says something of its own.
    pub(super) fn read(text: &str) -> Option<Self> {
        if let Some(reason) = text.strip_prefix(ENDED) {
            return EndReason::parse(reason).map(|reason| Self::Ended { reason });
        }
        match text.strip_prefix(PAUSED_UNTIL) {
            Some(until) => {
                let until = DateTime::parse_from_rfc3339(until).ok()?.to_utc();
                Some(Self::Paused { until: Some(until) })
            }
            None => (text == PAUSED).then_some(Self::Paused { until: None }),
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Paused { until: None } => f.write_str(PAUSED),
            Self::Paused { until: Some(until) } => {
                write!(f, "{PAUSED_UNTIL}{}", until.to_rfc3339_opts(SecondsFormat::Secs, true))
            }
            Self::Resumed => f.write_str("Resumed"),
            Self::Stopped => f.write_str("Stopped"),
            Self::Ended { reason } => write!(f, "{ENDED}{reason}"),
        }
    }
}

/// What to call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    /// It is as it should be.
    Nothing,
    /// Do this now.
    Now(Command, Note),
    /// Ask the donor for these terms.
    Ask(Money, Frequency),
}

/// How to bring a subscription to what is asked. Asked again, there is nothing to do.
pub(super) fn call(standing: &Standing, what: &OrderKind) -> Result<Call, GatewayError> {
    let status = standing.subscription.status.as_deref();
    if matches!(status, Some("CANCELLED" | "EXPIRED")) {
        return match what {
            OrderKind::Cancel | OrderKind::End { .. } => Ok(Call::Nothing),
            OrderKind::Change { .. } | OrderKind::Pause { .. } | OrderKind::Resume | OrderKind::Keep => {
                Err(refused("SUBSCRIPTION_STATUS_INVALID"))
            }
        };
    }
    Ok(match what {
        OrderKind::Change { amount, frequency } => {
            if standing.amount() == Some(*amount) && standing.frequency() == Some(*frequency) {
                Call::Nothing
            } else {
                Call::Ask(*amount, *frequency)
            }
        }
        OrderKind::Pause { .. } if status == Some("SUSPENDED") => Call::Nothing,
        OrderKind::Pause { until } => Call::Now(Command::Suspend, Note::Paused { until: *until }),
        OrderKind::Resume if status == Some("ACTIVE") => Call::Nothing,
        OrderKind::Resume => Call::Now(Command::Activate, Note::Resumed),
        OrderKind::Cancel => Call::Now(Command::Cancel, Note::Stopped),
        OrderKind::Keep => return Err(refused("AN_END_IS_FINAL")),
        OrderKind::End { reason } => Call::Now(Command::Cancel, Note::Ended { reason: *reason }),
    })
}

fn refused(code: &str) -> GatewayError {
    GatewayError::Refused { code: code.to_owned() }
}
