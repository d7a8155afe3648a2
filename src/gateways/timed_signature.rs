//! Signatures of webhooks as the large gateways make them: HMAC-SHA256 over `time.body`, written into a header as
//! `t=<seconds>,v1=<hex>`, one `v1` for each secret in force.

use super::WebhookRejected;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

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
pub(super) fn sign(secret: &str, body: &[u8], now: DateTime<Utc>) -> String {
    let time = now.timestamp().to_string();
    let code =
        mac(secret, &time, body).map(|mac| hex::encode(mac.finalize().into_bytes())).unwrap_or_default();
    format!("t={time},v1={code}")
}

/// Believes a body if one of the codes in the header fits one of the secrets, and its time is about now.
///
/// During a change of the secret the gateway signs with both, and we know both. The comparison takes the same time
/// wherever two codes differ.
pub(super) fn verify<'a>(
    header: Option<&str>,
    body: &[u8],
    secrets: impl IntoIterator<Item = &'a str>,
    now: DateTime<Utc>,
) -> Result<(), WebhookRejected> {
    let header = header.ok_or(WebhookRejected::NoSignature)?;
    let fields: Vec<(&str, &str)> =
        header.split(',').filter_map(|field| field.trim().split_once('=')).collect();
    let times: Vec<&str> = fields.iter().filter(|(key, _)| *key == "t").map(|(_, value)| *value).collect();
    let [time] = times.as_slice() else {
        return Err(WebhookRejected::NoSignature);
    };
    let seconds: i64 = time.parse().map_err(|_not_a_time| WebhookRejected::NoSignature)?;
    let codes: Vec<Vec<u8>> = fields
        .iter()
        .filter(|(key, _)| *key == "v1")
        .filter_map(|(_, code)| hex::decode(code).ok())
        .collect();
    // An empty secret would let anybody sign: it never fits.
    let fits = secrets.into_iter().filter(|secret| !secret.is_empty()).any(|secret| {
        let fits = |code: &Vec<u8>| mac(secret, time, body).is_some_and(|mac| mac.verify_slice(code).is_ok());
        codes.iter().any(fits)
    });
    if !fits {
        return Err(WebhookRejected::Forged);
    }
    let off_s = now.timestamp().saturating_sub(seconds);
    if off_s.saturating_abs() > TOLERANCE_S { Err(WebhookRejected::Stale(off_s)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_signed_bytes_at_about_the_signed_time_are_believed() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let good = sign("secret", b"{}", now);
        let check = |header: Option<&str>, body: &[u8], secrets: &[&str], seconds: i64| {
            verify(header, body, secrets.iter().copied(), now + chrono::TimeDelta::seconds(seconds))
        };
        let believed = |header: &str, secrets: &[&str]| check(Some(header), b"{}", secrets, 0);
        assert_eq!(believed(&good, &["secret"]), Ok(()));
        assert_eq!(check(Some(&good), b"{}", &["secret"], 300), Ok(()));
        assert_eq!(check(Some(&good), b"{}", &["secret"], -300), Ok(()));
        assert_eq!(check(Some(&good), b"{}", &["secret"], 301), Err(WebhookRejected::Stale(301)));
        assert_eq!(check(Some(&good), b"{}", &["secret"], -301), Err(WebhookRejected::Stale(-301)));
        assert_eq!(check(Some(&good), b"{ }", &["secret"], 0), Err(WebhookRejected::Forged));
        assert_eq!(believed(&good, &["other"]), Err(WebhookRejected::Forged));
        assert_eq!(believed(&good, &[]), Err(WebhookRejected::Forged));
        assert_eq!(believed(&sign("", b"{}", now), &[""]), Err(WebhookRejected::Forged));
        assert_eq!(check(None, b"{}", &["secret"], 0), Err(WebhookRejected::NoSignature));
        for unreadable in ["", "t=x,v1=00", "v1=00", &format!("t=1800000000,{good}")] {
            assert_eq!(believed(unreadable, &["secret"]), Err(WebhookRejected::NoSignature), "{unreadable}");
        }
        for forged in ["t=1800000000", "t=1800000000,v1=", "t=1800000000,v1=zz", &good.replace("v1=", "v0=")]
        {
            assert_eq!(believed(forged, &["secret"]), Err(WebhookRejected::Forged), "{forged}");
        }
        let farthest = format!("t={},v1=00", i64::MIN);
        assert_eq!(believed(&farthest, &["secret"]), Err(WebhookRejected::Forged));
    }

    #[test]
    fn while_the_secret_changes_either_may_have_signed() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let (old, new) = (sign("old", b"{}", now), sign("new", b"{}", now));
        let both = format!("{old},{}", new.split_once(',').unwrap().1);
        for (header, secrets) in [
            (&both, vec!["old"]),
            (&both, vec!["new"]),
            (&old, vec!["new", "old"]),
            (&new, vec!["new", "old"]),
        ] {
            assert_eq!(verify(Some(header), b"{}", secrets, now), Ok(()), "{header}");
        }
        let third = sign("third", b"{}", now);
        assert_eq!(verify(Some(&third), b"{}", ["new", "old"], now), Err(WebhookRejected::Forged));
    }
}
