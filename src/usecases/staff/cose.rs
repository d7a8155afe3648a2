//! The public key of a passkey, in the one shape that authenticators write it: a CBOR map of small numbers to numbers
//! and byte strings (COSE). Three kinds are taken; what browsers offer today is among them.

use super::webauthn::Fault;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};

/// The kinds of keys that are taken, by their numbers in the registry of COSE, the preferred first.
pub(super) const ALGORITHMS: [i64; 3] = [ES256, EDDSA, RS256];

const ES256: i64 = -7;
const EDDSA: i64 = -8;
const RS256: i64 = -257;

/// Most entries of a map: a key has five.
const ENTRIES_MAX: u64 = 16;

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PublicKey {
    /// A point of P-256, uncompressed.
    Es256([u8; 65]),
    /// Of Ed25519.
    Ed25519([u8; 32]),
    /// Modulus and exponent.
    Rs256 { n: Vec<u8>, e: Vec<u8> },
}

impl PublicKey {
    /// Reads the key at the beginning of `bytes`, and returns it with the bytes that it takes.
    ///
    /// # Errors
    /// `Malformed` for what is no key, `OtherKind` for a key of another algorithm.
    pub(super) fn read(bytes: &[u8]) -> Result<(Self, &[u8]), Fault> {
        let mut reader = Reader(bytes);
        let map = reader.map()?;
        let used = bytes.len() - reader.0.len();
        let whole = bytes.get(..used).ok_or(Fault::Malformed)?;
        let number = |label| map.iter().find(|(known, _)| *known == label).and_then(|(_, v)| v.number());
        let part = |label| map.iter().find(|(known, _)| *known == label).and_then(|(_, v)| v.bytes());
        let key = match (number(1), number(3), number(-1)) {
            (Some(2), Some(ES256), Some(1)) => {
                let (x, y) = part(-2).zip(part(-3)).ok_or(Fault::Malformed)?;
                let point: [u8; 65] = [&[4], x, y].concat().try_into().map_err(|_length| Fault::Malformed)?;
                Self::Es256(point)
            }
            (Some(1), Some(EDDSA), Some(6)) => {
                let x = part(-2).ok_or(Fault::Malformed)?;
                Self::Ed25519(x.try_into().map_err(|_length| Fault::Malformed)?)
            }
            (Some(3), Some(RS256), _) => {
                let (n, e) = part(-1).zip(part(-2)).ok_or(Fault::Malformed)?;
                Self::Rs256 { n: n.to_vec(), e: e.to_vec() }
            }
            _ => return Err(Fault::OtherKind),
        };
        Ok((key, whole))
    }

    /// Whether the holder of this key signed `message`.
    pub(super) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let checked = match self {
            Self::Es256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            Self::Ed25519(x) => UnparsedPublicKey::new(&ED25519, x).verify(message, signature),
            Self::Rs256 { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
        };
        checked.is_ok()
    }
}

enum Value<'a> {
    Number(i64),
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Bytes(_) => None,
        }
    }

    fn bytes(&self) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Number(_) => None,
        }
    }
}

/// Walks through CBOR.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Fault> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Fault::Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    /// The kind of what comes next, and its number or length.
    fn head(&mut self) -> Result<(u8, u64), Fault> {
        let first = *self.take(1)?.first().ok_or(Fault::Malformed)?;
        let more = match first & 0x1f {
            small @ 0..24 => return Ok((first >> 5, u64::from(small))),
            24 => 1,
            25 => 2,
            26 => 4,
            // Neither longer numbers nor lengths that are not known occur in a key.
            _ => return Err(Fault::Malformed),
        };
        let number = self.take(more)?.iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
        Ok((first >> 5, number))
    }

    fn value(&mut self) -> Result<Value<'a>, Fault> {
        let (kind, number) = self.head()?;
        let signed = || i64::try_from(number).map_err(|_large| Fault::Malformed);
        match kind {
            0 => Ok(Value::Number(signed()?)),
            1 => Ok(Value::Number(-1 - signed()?)),
            2 => {
                let length = usize::try_from(number).map_err(|_large| Fault::Malformed)?;
                Ok(Value::Bytes(self.take(length)?))
            }
            _ => Err(Fault::Malformed),
        }
    }

    /// A map with each label once.
    fn map(&mut self) -> Result<Vec<(i64, Value<'a>)>, Fault> {
        let (kind, count) = self.head()?;
        if kind != 5 || count > ENTRIES_MAX {
            return Err(Fault::Malformed);
        }
        let mut map: Vec<(i64, Value<'a>)> = Vec::new();
        for _ in 0..count {
            let label = self.value()?.number().ok_or(Fault::Malformed)?;
            let value = self.value()?;
            if map.iter().any(|(known, _)| *known == label) {
                return Err(Fault::Malformed);
            }
            map.push((label, value));
        }
        Ok(map)
    }
}
