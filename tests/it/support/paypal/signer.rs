//! Who signs webhooks: a certificate of an authority of our own, and others that must not be believed.

use super::super::double::Answer;
use base64::Engine as _;
use chrono::{DateTime, SecondsFormat, Utc};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;

/// A key for tests alone; the library that makes certificates here cannot make one of this kind.
const KEY: &str = include_str!("../../fixtures/paypal/signer.key.pem");

pub(crate) const NAME: &str = "messageverificationcerts.paypal.com";

/// Which certificate a webhook points to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Certificate {
    Good,
    /// Of an authority that nobody trusts.
    OfAStranger,
    /// Good once.
    Expired,
    /// Made out to somebody else.
    ForAnother,
}

impl Certificate {
    pub(crate) const BAD: [Self; 3] = [Self::OfAStranger, Self::Expired, Self::ForAnother];

    fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::OfAStranger => "stranger",
            Self::Expired => "expired",
            Self::ForAnother => "another",
        }
    }

    /// Where it is.
    pub(crate) fn path(self) -> String {
        format!("/v1/notifications/certs/CERT-{}", self.word())
    }
}

pub(super) struct Signer {
    /// The authority, for the program to trust.
    pub(super) authority: String,
    certificates: Vec<(Certificate, String)>,
    key: RsaKeyPair,
}

fn authority(name: &str) -> (String, Issuer<'static, KeyPair>) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    let pem = params.self_signed(&key).unwrap().pem();
    (pem, Issuer::new(params, key))
}

fn leaf(name: &str, until: i32, issuer: &Issuer<'static, KeyPair>) -> String {
    let key = KeyPair::from_pem(KEY).unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(until, 1, 1);
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params.signed_by(&key, issuer).unwrap().pem()
}

impl Signer {
    pub(super) fn new() -> Self {
        let (pem, ours) = authority("An authority for tests");
        let (_, stranger) = authority("A stranger");
        let certificates = vec![
            (Certificate::Good, leaf(NAME, 2090, &ours)),
            (Certificate::OfAStranger, leaf(NAME, 2090, &stranger)),
            (Certificate::Expired, leaf(NAME, 2021, &ours)),
            (Certificate::ForAnother, leaf("messageverificationcerts.example.org", 2090, &ours)),
        ];
        let der = PrivatePkcs8KeyDer::from_pem_slice(KEY.as_bytes()).unwrap();
        let key = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap();
        Self { authority: pem, certificates, key }
    }

    /// The certificate at a path.
    pub(super) fn serve(&self, path: &str) -> Option<Answer> {
        let (_, pem) = self.certificates.iter().find(|(which, _)| which.path() == path)?;
        Some(Answer { status: 200, headers: Vec::new(), body: pem.clone().into_bytes() })
    }

    pub(super) fn signature(&self, (id, time, webhook): (&str, &str, &str), body: &[u8]) -> String {
        let mut crc = flate2::Crc::new();
        crc.update(body);
        let said = format!("{id}|{time}|{webhook}|{}", crc.sum());
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), said.as_bytes(), &mut signature).unwrap();
        base64::engine::general_purpose::STANDARD.encode(signature)
    }
}

/// A webhook request as it would be sent.
#[derive(Debug, Clone)]
pub(crate) struct Signed {
    pub(crate) url: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Signed {
    /// With another value in a header, or without it.
    pub(crate) fn with(mut self, name: &'static str, value: Option<&str>) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.extend(value.map(|value| (name, value.to_owned())));
        self
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }
}

pub(super) fn time_of(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Secs, true)
}
