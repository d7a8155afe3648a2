//! Outgoing webhooks: what programs of the publisher are told, and how it is signed.

use super::ids::{DeliveryId, EndpointId};
use super::words;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::collections::BTreeSet;

/// Endpoints that a site has at most.
pub const ENDPOINTS_MAX: usize = 20;

words! {
    /// What programs are told of.
    EventKind {
        /// Somebody promised something.
        PledgeCreated = "pledge.created",
        /// Recurring support is in force.
        PledgeActivated = "pledge.activated",
        /// A payment of recurring support did not come.
        PledgePastDue = "pledge.past_due",
        /// Recurring support has ended.
        PledgeCancelled = "pledge.cancelled",
        /// Money arrived.
        DonationSucceeded = "donation.succeeded",
        /// Some or all of it went back.
        DonationRefunded = "donation.refunded",
        /// It is contested.
        DonationDisputed = "donation.disputed",
        /// A receipt was issued.
        ReceiptIssued = "receipt.issued",
        /// A comment of a reader is shown.
        CommentApproved = "comment.approved",
    }
}

words! {
    /// What came of a telling.
    DeliveryStatus {
        /// It is still to be told, or told again.
        Pending = "pending",
        /// The receiver said yes.
        Delivered = "delivered",
        /// It was given up.
        Failed = "failed",
    }
}

/// Somewhere that is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// Its address.
    pub url: String,
    /// Of what it is told; empty: of everything.
    pub kinds: BTreeSet<EventKind>,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

impl Endpoint {
    /// Whether it is told of this.
    pub fn wants(&self, kind: EventKind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }
}

/// One telling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id; the receiver knows a repeat by it.
    pub id: DeliveryId,
    /// Who is told.
    pub endpoint: EndpointId,
    /// Of what.
    pub kind: EventKind,
    /// JSON, byte for byte as it is sent.
    pub body: String,
    /// What came of it.
    pub status: DeliveryStatus,
    /// How often it was tried.
    pub tries: i64,
    /// What the receiver answered last, an HTTP status.
    pub answer: Option<i64>,
    /// Why there was no answer.
    pub error: Option<String>,
    /// When it happened.
    pub created_at: DateTime<Utc>,
    /// When it was last tried.
    pub tried_at: Option<DateTime<Utc>>,
}

/// The value of `webhook-signature`, by the Standard Webhooks specification: HMAC-SHA256 over id, time and body.
///
/// `secret` is the part behind `whsec_`, in base64. None for one that is not.
pub fn signature(secret: &str, id: &str, at: DateTime<Utc>, body: &str) -> Option<String> {
    let key = STANDARD.decode(secret.strip_prefix("whsec_")?).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(format!("{id}.{}.{body}", at.timestamp()).as_bytes());
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_specification() {
        // The example of the specification's own reference libraries.
        let at = DateTime::from_timestamp(1_614_265_330, 0).unwrap();
        let signed = signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            at,
            "{\"test\": 2432232314}",
        );
        assert_eq!(signed.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
        assert_eq!(signature("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg", at, ""), None);
    }
}
