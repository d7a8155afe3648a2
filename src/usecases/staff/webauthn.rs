//! Web Authentication, as far as a second factor needs it: what a browser says that a passkey said, and whether it is
//! true. Pure: bytes in, a yes or a reason out.
//!
//! No attestation is asked for and none is read: which maker built a device decides nothing here. So there is no
//! certificate to check, and of CBOR only the map of a public key is left. Signatures are checked by ring, which is in
//! the tree anyway.

use super::cose::PublicKey;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use url::{Host, Url};

/// Bytes of the hash, the flags and the counter that begin what an authenticator says.
const HEAD_BYTES: usize = 37;
/// Longest id of a passkey, in bytes, by the standard.
const ID_BYTES_MAX: usize = 1023;

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const HAS_KEY: u8 = 0x40;

/// Why an answer is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("the answer cannot be read")]
    Malformed,
    #[error("the answer is to another question")]
    OtherQuestion,
    #[error("the answer was given on another site")]
    OtherSite,
    #[error("the device did not look at who holds it")]
    NobodyThere,
    #[error("the device contradicts itself about being copied")]
    OtherDevice,
    #[error("the signature is wrong")]
    WrongSignature,
    #[error("the counter went back: there is a copy of this passkey")]
    Copied,
    #[error("keys of this kind are not taken")]
    OtherKind,
}

/// For whom passkeys are: browsers give an answer made for one site to no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Party {
    /// The name of the host.
    pub(super) id: String,
    /// The scheme, the host and the port, as browsers write them.
    pub(super) origin: String,
}

impl Party {
    /// From the address of the site; none where browsers have no passkeys: on hosts without a name, and without TLS
    /// unless the host is this machine.
    pub(super) fn of(public_url: &str) -> Option<Self> {
        let url = Url::parse(public_url).ok()?;
        let Some(Host::Domain(host)) = url.host() else { return None };
        let is_here = host == "localhost" || host.ends_with(".localhost");
        let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_here);
        is_safe.then(|| Self { id: host.to_owned(), origin: url.origin().ascii_serialization() })
    }
}

/// What a passkey is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ceremony {
    /// To come into being.
    Create,
    /// To show itself.
    Get,
}

impl Ceremony {
    fn word(self) -> &'static str {
        match self {
            Self::Create => "webauthn.create",
            Self::Get => "webauthn.get",
        }
    }
}

/// What the browser adds to what the device says.
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: bool,
}

/// The bytes of a text that browsers hand over.
pub(super) fn bytes_of(text: &str) -> Result<Vec<u8>, Fault> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_text| Fault::Malformed)
}

/// The challenge that an answer says it is to, before anything of it is believed.
pub(super) fn challenge_in(client_data: &[u8]) -> Result<String, Fault> {
    let data: ClientData = serde_json::from_slice(client_data).map_err(|_json| Fault::Malformed)?;
    Ok(data.challenge)
}

/// Whether the browser was asked this by our own pages.
fn check_client(client_data: &[u8], ceremony: Ceremony, party: &Party, challenge: &str) -> Result<(), Fault> {
    let data: ClientData = serde_json::from_slice(client_data).map_err(|_json| Fault::Malformed)?;
    if data.kind != ceremony.word() || data.challenge != challenge {
        return Err(Fault::OtherQuestion);
    }
    if data.origin != party.origin || data.cross_origin {
        return Err(Fault::OtherSite);
    }
    Ok(())
}

/// What the device says.
struct DeviceData<'a> {
    flags: u8,
    counter: u32,
    /// What follows: a new key, extensions.
    rest: &'a [u8],
}

impl<'a> DeviceData<'a> {
    fn read(bytes: &'a [u8], party: &Party) -> Result<Self, Fault> {
        let (head, rest) = bytes.split_at_checked(HEAD_BYTES).ok_or(Fault::Malformed)?;
        let (hash, numbers) = head.split_at_checked(32).ok_or(Fault::Malformed)?;
        let (flags, counter) = numbers.split_first().ok_or(Fault::Malformed)?;
        if hash != Sha256::digest(party.id.as_bytes()).as_slice() {
            return Err(Fault::OtherSite);
        }
        let counter = <[u8; 4]>::try_from(counter).map_err(|_length| Fault::Malformed)?;
        let read = Self { flags: *flags, counter: u32::from_be_bytes(counter), rest };
        if !read.has(PRESENT) || !read.has(VERIFIED) {
            return Err(Fault::NobodyThere);
        }
        if read.has(BACKED_UP) && !read.has(BACKUP_ELIGIBLE) {
            return Err(Fault::OtherDevice);
        }
        Ok(read)
    }

    fn has(&self, flag: u8) -> bool {
        self.flags & flag == flag
    }
}

/// A passkey as it came into being.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fresh {
    /// Its id, as browsers write it.
    pub(super) credential: String,
    /// Its public key, in COSE.
    pub(super) public_key: Vec<u8>,
    /// How often it was used.
    pub(super) counter: u32,
    /// Whether it may be copied to other devices of its holder.
    pub(super) backup_eligible: bool,
    /// Whether it is.
    pub(super) backed_up: bool,
}

/// Takes a new passkey.
pub(super) fn created(
    (client_data, device_data): (&[u8], &[u8]),
    party: &Party,
    challenge: &str,
) -> Result<Fresh, Fault> {
    check_client(client_data, Ceremony::Create, party, challenge)?;
    let said = DeviceData::read(device_data, party)?;
    if !said.has(HAS_KEY) {
        return Err(Fault::Malformed);
    }
    // The maker's model, which is not looked at, then the id behind its length, then the key.
    let (_model, rest) = said.rest.split_at_checked(16).ok_or(Fault::Malformed)?;
    let (length, rest) = rest.split_at_checked(2).ok_or(Fault::Malformed)?;
    let length = length.iter().fold(0_usize, |sum, byte| sum * 256 + usize::from(*byte));
    if length == 0 || length > ID_BYTES_MAX {
        return Err(Fault::Malformed);
    }
    let (id, key) = rest.split_at_checked(length).ok_or(Fault::Malformed)?;
    let (_, bytes) = PublicKey::read(key)?;
    Ok(Fresh {
        credential: URL_SAFE_NO_PAD.encode(id),
        public_key: bytes.to_vec(),
        counter: said.counter,
        backup_eligible: said.has(BACKUP_ELIGIBLE),
        backed_up: said.has(BACKED_UP),
    })
}

/// What is known of a passkey that shows itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known<'a> {
    /// Its public key, in COSE.
    pub(super) public_key: &'a [u8],
    /// How often it was used when it was last seen.
    pub(super) counter: u32,
    /// Whether it may be copied; that never changes.
    pub(super) backup_eligible: bool,
}

/// What a passkey says of itself when it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Used {
    /// How often it was used.
    pub(super) counter: u32,
    /// Whether it is copied to other devices of its holder.
    pub(super) backed_up: bool,
}

/// Takes the proof of a known passkey.
pub(super) fn shown(
    (client_data, device_data, signature): (&[u8], &[u8], &[u8]),
    known: Known<'_>,
    party: &Party,
    challenge: &str,
) -> Result<Used, Fault> {
    check_client(client_data, Ceremony::Get, party, challenge)?;
    let said = DeviceData::read(device_data, party)?;
    if said.has(BACKUP_ELIGIBLE) != known.backup_eligible {
        return Err(Fault::OtherDevice);
    }
    let signed = [device_data, Sha256::digest(client_data).as_slice()].concat();
    let (key, _) = PublicKey::read(known.public_key)?;
    if !key.signed(&signed, signature) {
        return Err(Fault::WrongSignature);
    }
    // Devices that do not count say zero every time.
    let counts = said.counter != 0 || known.counter != 0;
    if counts && said.counter <= known.counter {
        return Err(Fault::Copied);
    }
    Ok(Used { counter: said.counter, backed_up: said.has(BACKED_UP) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    /// What Chromium said of passkeys of its own, one for each kind of key.
    const RECORDED: &str = include_str!("../../../tests/it/fixtures/passkeys.json");

    struct Recorded {
        created: [Vec<u8>; 2],
        shown: [Vec<u8>; 3],
        credential: String,
    }

    fn recorded() -> Vec<Recorded> {
        let all: Value = serde_json::from_str(RECORDED).unwrap();
        let bytes = |value: &Value| bytes_of(value.as_str().unwrap()).unwrap();
        let one = |value: &Value| {
            let (created, shown) = (&value["created"], &value["shown"]);
            Recorded {
                created: ["clientData", "authenticatorData"].map(|name| bytes(&created[name])),
                shown: ["clientData", "authenticatorData", "signature"].map(|name| bytes(&shown[name])),
                credential: shown["credential"].as_str().unwrap().to_owned(),
            }
        };
        ["es256", "eddsa", "rs256"].map(|kind| one(&all[kind])).into()
    }

    fn here() -> Party {
        Party::of("http://localhost:18431").unwrap()
    }

    fn make(recorded: &Recorded, party: &Party) -> Result<Fresh, Fault> {
        let [client, device] = &recorded.created;
        created((client, device), party, &challenge_in(client)?)
    }

    fn show(answer: &[Vec<u8>; 3], fresh: &Fresh, party: &Party) -> Result<Used, Fault> {
        let [client, device, signature] = answer;
        let known = Known {
            public_key: &fresh.public_key,
            counter: fresh.counter,
            backup_eligible: fresh.backup_eligible,
        };
        shown((client, device, signature), known, party, &challenge_in(client)?)
    }

    #[test]
    fn passkeys_of_a_real_browser_are_taken_in_all_three_kinds() {
        for recorded in recorded() {
            let fresh = make(&recorded, &here()).unwrap();
            assert_eq!((fresh.credential.as_str(), fresh.counter), (recorded.credential.as_str(), 1));
            let used = show(&recorded.shown, &fresh, &here()).unwrap();
            assert_eq!((used.counter, used.backed_up), (2, fresh.backed_up));
        }
        let copied: Vec<bool> =
            recorded().iter().map(|one| make(one, &here()).unwrap().backup_eligible).collect();
        assert_eq!(copied, [false, true, false]);
    }

    #[test]
    fn an_answer_of_which_one_bit_is_another_is_not_taken() {
        for recorded in recorded() {
            let fresh = make(&recorded, &here()).unwrap();
            for part in 0..3 {
                for place in 0..recorded.shown[part].len() {
                    let mut parts = recorded.shown.clone();
                    parts[part][place] ^= 1;
                    assert!(show(&parts, &fresh, &here()).is_err(), "part {part}, byte {place}");
                }
            }
        }
    }

    #[test]
    fn what_is_cut_off_anywhere_is_refused_without_harm() {
        for recorded in recorded() {
            let [client, device] = &recorded.created;
            let challenge = challenge_in(client).unwrap();
            for length in 0..device.len() {
                let cut = &device[..length];
                assert!(created((client, cut), &here(), &challenge).is_err(), "{length}");
            }
            for length in 0..client.len() {
                assert!(challenge_in(&client[..length]).is_err());
            }
        }
    }

    #[test]
    fn another_site_question_person_or_count_is_refused_by_name() {
        let recorded = recorded().remove(0);
        let fresh = make(&recorded, &here()).unwrap();
        let [client, device, signature] = &recorded.shown;
        for url in ["http://localhost:18432", "https://localhost:18431", "https://give.example"] {
            let other = Party::of(url).unwrap();
            assert_eq!(show(&recorded.shown, &fresh, &other), Err(Fault::OtherSite), "{url}");
            assert_eq!(make(&recorded, &other), Err(Fault::OtherSite), "{url}");
        }
        let known =
            Known { public_key: &fresh.public_key, counter: 0, backup_eligible: fresh.backup_eligible };
        let answer = shown((client, device, signature), known, &here(), "another");
        assert_eq!(answer, Err(Fault::OtherQuestion));
        let challenge = challenge_in(client).unwrap();
        let ask = |known, device: &[u8]| shown((client, device, signature), known, &here(), &challenge);
        for counter in [2, 3, u32::MAX] {
            assert_eq!(ask(Known { counter, ..known }, device), Err(Fault::Copied));
        }
        assert_eq!(ask(Known { backup_eligible: true, ..known }, device), Err(Fault::OtherDevice));
        for flag in [PRESENT, VERIFIED] {
            let mut unseen = device.clone();
            unseen[32] &= !flag;
            assert_eq!(ask(known, &unseen), Err(Fault::NobodyThere));
        }
        // The answer to one ceremony is none to the other.
        assert_eq!(created((client, device), &here(), &challenge), Err(Fault::OtherQuestion));
    }

    #[test]
    fn sites_without_a_name_or_without_tls_have_no_passkeys() {
        for url in ["http://127.0.0.1:8080", "https://[::1]", "http://give.example", "ftp://localhost", "x"] {
            assert_eq!(Party::of(url), None, "{url}");
        }
        let party = Party::of("https://give.example:443/").unwrap();
        assert_eq!((party.id.as_str(), party.origin.as_str()), ("give.example", "https://give.example"));
        assert_eq!(Party::of("http://localhost:8080").unwrap().origin, "http://localhost:8080");
    }
}
