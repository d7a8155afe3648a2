//! Signatures of the sandbox's webhooks: HMAC-SHA256 over `time.body`, as the large gateways do.

use super::{WebhookHeaders, WebhookRejected};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The header: `t=<seconds>,v1=<hex>`.
pub const SIGNATURE_HEADER: &str = "sandbox-signature";

/// How far a signature's time may be off, either way, in seconds.
const TOLERANCE_S: i64 = 300;

fn mac(secret: &str, time: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    Some(mac)
}

/// The value of the header for a body sent now.
pub fn sign(secret: &str, body: &[u8], now: DateTime<Utc>) -> String {
    let time = now.timestamp().to_string();
    let code =
        mac(secret, &time, body).map(|mac| hex::encode(mac.finalize().into_bytes())).unwrap_or_default();
    format!("t={time},v1={code}")
}

pub(super) fn verify(
    headers: &WebhookHeaders,
    body: &[u8],
    secret: &str,
    now: DateTime<Utc>,
) -> Result<(), WebhookRejected> {
    let header = headers.only(SIGNATURE_HEADER).ok_or(WebhookRejected::NoSignature)?;
    let fields: Vec<(&str, &str)> =
        header.split(',').filter_map(|field| field.trim().split_once('=')).collect();
    let times: Vec<&str> = fields.iter().filter(|(key, _)| *key == "t").map(|(_, value)| *value).collect();
    let [time] = times.as_slice() else {
        return Err(WebhookRejected::NoSignature);
    };
    let seconds: i64 = time.parse().map_err(|_not_a_time| WebhookRejected::NoSignature)?;
    let fits = |code: &str| {
        let bytes = hex::decode(code).ok()?;
        mac(secret, time, body)?.verify_slice(&bytes).ok()
    };
    // An empty secret would let anybody sign: it never fits.
    if secret.is_empty() || !fields.iter().any(|(key, value)| *key == "v1" && fits(value).is_some()) {
        return Err(WebhookRejected::Forged);
    }
    let off_s = now.timestamp().saturating_sub(seconds);
    if off_s.abs() > TOLERANCE_S { Err(WebhookRejected::Stale(off_s)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&str]) -> WebhookHeaders {
        WebhookHeaders::new(values.iter().map(|value| ("Sandbox-Signature".to_owned(), (*value).to_owned())))
    }

    #[test]
    fn only_the_signed_bytes_at_about_the_signed_time_are_believed() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let good = sign("secret", b"{}", now);
        let check = |header: &[&str], body: &[u8], secret: &str, seconds: i64| {
            verify(&headers(header), body, secret, now + chrono::TimeDelta::seconds(seconds))
        };
        assert_eq!(check(&[&good], b"{}", "secret", 0), Ok(()));
        assert_eq!(check(&[&good], b"{}", "secret", 300), Ok(()));
        assert_eq!(check(&[&good], b"{}", "secret", -300), Ok(()));
        assert_eq!(check(&[&good], b"{}", "secret", 301), Err(WebhookRejected::Stale(301)));
        assert_eq!(check(&[&good], b"{}", "secret", -301), Err(WebhookRejected::Stale(-301)));
        assert_eq!(check(&[&good], b"{ }", "secret", 0), Err(WebhookRejected::Forged));
        assert_eq!(check(&[&good], b"{}", "other", 0), Err(WebhookRejected::Forged));
        assert_eq!(check(&[&sign("", b"{}", now)], b"{}", "", 0), Err(WebhookRejected::Forged));
        assert_eq!(check(&[], b"{}", "secret", 0), Err(WebhookRejected::NoSignature));
        assert_eq!(check(&[&good, &good], b"{}", "secret", 0), Err(WebhookRejected::NoSignature));
        assert_eq!(check(&["t=x,v1=00"], b"{}", "secret", 0), Err(WebhookRejected::NoSignature));
        assert_eq!(check(&["t=1800000000,v1=zz"], b"{}", "secret", 0), Err(WebhookRejected::Forged));
        let old_secret_too = good.replace("v1=", "v1=00,v1=");
        assert_eq!(check(&[&old_secret_too], b"{}", "secret", 0), Ok(()));
    }
}
