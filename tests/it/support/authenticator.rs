//! A device that keeps a passkey, honest until it is told otherwise, and the browser in front of it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Somebody is there, was looked at, and the key stays on the device.
const HONEST: u8 = 0x05;
const HAS_KEY: u8 = 0x40;

pub(crate) struct Authenticator {
    key: EcdsaKeyPair,
    id: [u8; 32],
    /// How often it was used.
    pub(crate) counter: u32,
    /// What it says of who holds it.
    pub(crate) flags: u8,
    /// The site that the browser is on.
    pub(crate) origin: String,
    /// The name that the device was asked for.
    pub(crate) party: String,
}

impl Authenticator {
    pub(crate) fn new(origin: &str) -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).unwrap();
        let id = Sha256::digest(key.public_key().as_ref()).into();
        Self { key, id, counter: 0, flags: HONEST, origin: origin.to_owned(), party: "localhost".to_owned() }
    }

    fn client_data(&self, kind: &str, challenge: &str) -> Vec<u8> {
        let data =
            json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false });
        data.to_string().into_bytes()
    }

    fn device_data(&self, flags: u8) -> Vec<u8> {
        let party = Sha256::digest(self.party.as_bytes());
        [party.as_slice(), &[flags], &self.counter.to_be_bytes()].concat()
    }

    /// The answer to an offer: a new passkey.
    pub(crate) fn make(&self, offer: &Value) -> String {
        let (_, point) = self.key.public_key().as_ref().split_at(1);
        let (x, y) = point.split_at(32);
        // A map of five: EC2, ES256, P-256, x, y.
        let key = [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32], x, &[0x22, 0x58, 32], y].concat();
        let device =
            [self.device_data(self.flags | HAS_KEY), vec![0; 16], vec![0, 32], self.id.to_vec(), key];
        let client = self.client_data("webauthn.create", offer["challenge"].as_str().unwrap());
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({ "clientData": text(&client), "authenticatorData": text(&device.concat()) }).to_string()
    }

    /// The answer to a request: it counts up and signs.
    pub(crate) fn show(&mut self, challenge: &str) -> String {
        self.counter += 1;
        let client = self.client_data("webauthn.get", challenge);
        let device = self.device_data(self.flags);
        let signed = [device.as_slice(), Sha256::digest(&client).as_slice()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({
            "credential": text(&self.id),
            "clientData": text(&client),
            "authenticatorData": text(&device),
            "signature": text(signature.as_ref()),
        })
        .to_string()
    }
}
