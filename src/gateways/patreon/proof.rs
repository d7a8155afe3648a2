//! Whether a webhook is Patreon's: an HMAC-MD5 over its raw bytes. Nothing in it says when it was sent, so one that is sent
//! again is as right as before: what it says is never believed, only whom it is about.

use super::super::{Key, WebhookHeaders, WebhookRejected};
use crate::domain::remote::RemoteId;
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

/// Whom a webhook is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The same for the same bytes: Patreon gives its events no name.
    pub event_id: String,
    /// Patreon's name of the member.
    pub member: RemoteId,
}

/// Checks the raw bytes before anything else looks at them.
pub(super) fn verify(
    secrets: &[Key],
    headers: &WebhookHeaders,
    body: &[u8],
) -> Result<Told, WebhookRejected> {
    let given = headers.only("x-patreon-signature").ok_or(WebhookRejected::NoSignature)?;
    let given = hex::decode(given.trim()).map_err(|_no_hex| WebhookRejected::NoSignature)?;
    let mut is_signed = false;
    for secret in secrets.iter().filter(|secret| !secret.expose().is_empty()) {
        let mut mac = Hmac::<Md5>::new_from_slice(secret.expose().as_bytes())
            .map_err(|_length| WebhookRejected::Forged)?;
        mac.update(body);
        // In constant time, and every secret is tried.
        is_signed |= mac.verify_slice(&given).is_ok();
    }
    if !is_signed {
        return Err(WebhookRejected::Forged);
    }
    let trigger = headers.only("x-patreon-event").unwrap_or_default();
    read(trigger, body)
}

fn read(trigger: &str, body: &[u8]) -> Result<Told, WebhookRejected> {
    let malformed = |what: &str| WebhookRejected::Malformed(what.to_owned());
    let member = member_of(body).ok_or_else(|| malformed("it names no member"))?;
    let mut hash = Sha256::new();
    hash.update(trigger.len().to_string().as_bytes());
    hash.update(trigger.as_bytes());
    hash.update(body);
    Ok(Told { event_id: hex::encode(hash.finalize()), member })
}

/// The member that a stored body names.
pub(super) fn member_of(body: &[u8]) -> Option<RemoteId> {
    #[derive(Deserialize)]
    struct Event {
        data: Named,
    }
    #[derive(Deserialize)]
    struct Named {
        id: String,
        #[serde(rename = "type")]
        kind: String,
    }
    let event: Event = serde_json::from_slice(body).ok()?;
    if event.data.kind != "member" {
        return None;
    }
    RemoteId::parse(&event.data.id).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"data": {"id": "9e24b920", "type": "member"}}"#;

    fn signed(secret: &str, body: &[u8]) -> WebhookHeaders {
        let mut mac = Hmac::<Md5>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(body);
        let signature = hex::encode(mac.finalize().into_bytes());
        WebhookHeaders::new([
            ("X-Patreon-Signature".to_owned(), signature),
            ("X-Patreon-Event".to_owned(), "members:update".to_owned()),
        ])
    }

    /// RFC 2202, test case 2.
    #[test]
    fn the_signature_is_the_one_of_the_standard() {
        let mut mac = Hmac::<Md5>::new_from_slice(b"Jefe").unwrap();
        mac.update(b"what do ya want for nothing?");
        assert_eq!(hex::encode(mac.finalize().into_bytes()), "750c783e6ab0b503eaa86e310a5db738");
    }

    #[test]
    fn only_what_is_signed_with_one_of_the_secrets_is_believed() {
        let keys = [Key::new("old"), Key::new("new")];
        for secret in ["old", "new"] {
            assert_eq!(verify(&keys, &signed(secret, BODY), BODY).unwrap().member.as_str(), "9e24b920");
        }
        assert_eq!(verify(&keys, &signed("other", BODY), BODY), Err(WebhookRejected::Forged));
        assert_eq!(verify(&[], &signed("", BODY), BODY), Err(WebhookRejected::Forged));
        assert_eq!(verify(&[Key::new("")], &signed("", BODY), BODY), Err(WebhookRejected::Forged));
        assert_eq!(verify(&keys, &WebhookHeaders::default(), BODY), Err(WebhookRejected::NoSignature));
        let longer = [BODY, b" "].concat();
        assert_eq!(verify(&keys, &signed("new", BODY), &longer), Err(WebhookRejected::Forged));
    }

    #[test]
    fn what_names_no_member_is_malformed_though_it_is_signed() {
        let keys = [Key::new("new")];
        for body in [
            &b"{}"[..],
            b"",
            br#"{"data": {"id": "1", "type": "post"}}"#,
            br#"{"data": {"id": "a b", "type": "member"}}"#,
        ] {
            assert!(matches!(verify(&keys, &signed("new", body), body), Err(WebhookRejected::Malformed(_))));
        }
    }
}
