//! Signatures of the sandbox's webhooks, made as the large gateways make theirs.

use super::super::timed_signature;
use super::{WebhookHeaders, WebhookRejected};
use chrono::{DateTime, Utc};

/// The header: `t=<seconds>,v1=<hex>`.
pub const SIGNATURE_HEADER: &str = "sandbox-signature";

/// The value of the header for a body sent now.
pub fn sign(secret: &str, body: &[u8], now: DateTime<Utc>) -> String {
    timed_signature::sign(secret, body, now)
}

pub(super) fn verify(
    headers: &WebhookHeaders,
    body: &[u8],
    secret: &str,
    now: DateTime<Utc>,
) -> Result<(), WebhookRejected> {
    timed_signature::verify(headers.only(SIGNATURE_HEADER), body, [secret], now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_must_stand_exactly_once() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let good = sign("secret", b"{}", now);
        let check = |values: &[&str]| {
            let pairs = values.iter().map(|value| ("Sandbox-Signature".to_owned(), (*value).to_owned()));
            verify(&WebhookHeaders::new(pairs), b"{}", "secret", now)
        };
        assert_eq!(check(&[&good]), Ok(()));
        assert_eq!(check(&[]), Err(WebhookRejected::NoSignature));
        assert_eq!(check(&[&good, &good]), Err(WebhookRejected::NoSignature));
    }
}
