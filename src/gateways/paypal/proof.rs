//! Whether a webhook is PayPal's: its signature over the raw bytes, and the certificate that made it.
//!
//! Nothing in the message chooses how it is checked: the algorithm is fixed, the id of our webhook is the configured one,
//! and the certificate must lead to a trusted authority and be made out to PayPal's signer.

use super::super::{WebhookHeaders, WebhookRejected};
use super::{Authorities, Settings};
use base64::Engine as _;
use chrono::{DateTime, TimeDelta, Utc};
use flate2::Crc;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use std::time::Duration;
use webpki::{EndEntityCert, KeyUsage};

/// The only algorithm that is taken, in PayPal's word.
const ALGORITHM: &str = "SHA256withRSA";

/// PayPal sends an event again for three days, perhaps with the time of the first attempt. What is older is no
/// delivery of PayPal's; what comes twice is known by its id.
const OLDEST: TimeDelta = TimeDelta::hours(3 * 24 + 2);

/// Clocks differ.
const NEWEST: TimeDelta = TimeDelta::minutes(5);

/// To whom the certificates of the signer are made out.
const SIGNER: &str = "messageverificationcerts.paypal.com";
const SANDBOX_SIGNER: &str = "messageverificationcerts.sandbox.paypal.com";

/// More certificates than any chain has.
const LONGEST_CHAIN: usize = 6;

/// Certificates: the signer's, and those between it and an authority.
pub(super) struct Chain {
    signer: CertificateDer<'static>,
    between: Vec<CertificateDer<'static>>,
}

impl Chain {
    /// Reads certificates one below the other; none if there are none, or too many.
    pub(super) fn read(pem: &[u8]) -> Option<Self> {
        let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).take(LONGEST_CHAIN + 1).collect();
        let mut all = read.ok()?.into_iter();
        let signer = all.next()?;
        let between: Vec<_> = all.collect();
        (between.len() < LONGEST_CHAIN).then_some(Self { signer, between })
    }
}

/// What a webhook says for itself.
pub(super) struct Proof<'a> {
    id: &'a str,
    time: &'a str,
    pub(super) certificate: &'a str,
    signature: Vec<u8>,
}

impl<'a> Proof<'a> {
    /// Reads it, and refuses at once what can be refused without asking anybody.
    pub(super) fn read(headers: &'a WebhookHeaders, now: DateTime<Utc>) -> Result<Self, WebhookRejected> {
        let only = |name: &str| {
            let value = headers.only(name).filter(|value| !value.is_empty());
            value.ok_or(WebhookRejected::NoSignature)
        };
        if only("paypal-auth-algo")? != ALGORITHM {
            return Err(WebhookRejected::NoSignature);
        }
        let (id, time) = (only("paypal-transmission-id")?, only("paypal-transmission-time")?);
        // The parts are joined by bars: a bar in one of them could move the border.
        if id.contains('|') || time.contains('|') {
            return Err(WebhookRejected::NoSignature);
        }
        let signature = base64::engine::general_purpose::STANDARD.decode(only("paypal-transmission-sig")?);
        let signature = signature.map_err(|_odd| WebhookRejected::NoSignature)?;
        let sent_at = DateTime::parse_from_rfc3339(time).map_err(|_odd| WebhookRejected::NoSignature)?;
        let off = now.signed_duration_since(sent_at);
        if off > OLDEST || off < -NEWEST {
            return Err(WebhookRejected::Stale(off.num_seconds()));
        }
        Ok(Self { id, time, certificate: only("paypal-cert-url")?, signature })
    }

    /// Whether the signature fits the body, the certificate the signature, and an authority the certificate.
    pub(super) fn holds(
        &self,
        settings: &Settings,
        chain: &Chain,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<(), WebhookRejected> {
        let signer = EndEntityCert::try_from(&chain.signer).map_err(|_odd| WebhookRejected::Forged)?;
        trusted(&signer, chain, &settings.authorities, now)?;
        let names = [Some(SIGNER), settings.mode().is_sandbox().then_some(SANDBOX_SIGNER)];
        let is_made_out_to = |name: &str| {
            ServerName::try_from(name)
                .is_ok_and(|name| signer.verify_is_valid_for_subject_name(&name).is_ok())
        };
        if !names.into_iter().flatten().any(is_made_out_to) {
            return Err(WebhookRejected::Foreign("its certificate is not made out to PayPal".to_owned()));
        }
        let mut crc = Crc::new();
        crc.update(body);
        let said = format!("{}|{}|{}|{}", self.id, self.time, settings.webhook_id, crc.sum());
        signer
            .verify_signature(webpki::ring::RSA_PKCS1_2048_8192_SHA256, said.as_bytes(), &self.signature)
            .map_err(|_wrong| WebhookRejected::Forged)
    }
}

/// Whether a chain leads to an authority, each of its certificates valid now.
fn trusted(
    signer: &EndEntityCert<'_>,
    chain: &Chain,
    authorities: &Authorities,
    now: DateTime<Utc>,
) -> Result<(), WebhookRejected> {
    let seconds = u64::try_from(now.timestamp()).map_err(|_before_1970| WebhookRejected::Forged)?;
    let now = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    signer
        .verify_for_usage(
            webpki::ALL_VERIFICATION_ALGS,
            authorities.anchors(),
            &chain.between,
            now,
            KeyUsage::server_auth(),
            None,
            None,
        )
        .map(|_path| ())
        .map_err(|_untrusted| WebhookRejected::Forged)
}
