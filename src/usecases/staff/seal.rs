//! Sealing what must be read again but not by whoever reads the database: the seeds of authenticators.

use crate::usecases::{SiteKey, UseCaseError};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use std::sync::Arc;

/// Seals and opens texts.
#[derive(Clone)]
pub struct Sealer {
    key: Arc<LessSafeKey>,
    is_outside: bool,
}

impl Sealer {
    /// From the operator's secret, which is kept outside the database; without one, from the key of the site.
    pub fn new(site: &SiteKey, secret: Option<&str>) -> Result<Self, UseCaseError> {
        let key = site.code("sealing", &[secret.unwrap_or_default()])?;
        let key = UnboundKey::new(&CHACHA20_POLY1305, &key).map_err(|_length| failed("the key"))?;
        Ok(Self { key: Arc::new(LessSafeKey::new(key)), is_outside: secret.is_some() })
    }

    /// Whether whoever has the database lacks the key.
    pub fn is_outside(&self) -> bool {
        self.is_outside
    }

    /// Seals a text for one owner: moved to another, it does not open.
    pub(in crate::usecases) fn seal(
        &self,
        owner: &str,
        text: &str,
        random: [u8; 16],
    ) -> Result<String, UseCaseError> {
        let (nonce, _) = random.split_at(NONCE_LEN);
        let mut bytes = text.as_bytes().to_vec();
        let numbered = Nonce::try_assume_unique_for_key(nonce).map_err(|_length| failed("the nonce"))?;
        self.key
            .seal_in_place_append_tag(numbered, Aad::from(owner.as_bytes()), &mut bytes)
            .map_err(|_opaque| failed("sealing"))?;
        Ok(URL_SAFE_NO_PAD.encode([nonce, &bytes].concat()))
    }

    /// Opens what was sealed for an owner.
    pub(in crate::usecases) fn open(&self, owner: &str, sealed: &str) -> Result<String, UseCaseError> {
        let mut bytes = URL_SAFE_NO_PAD.decode(sealed).map_err(|_text| failed("the sealed text"))?;
        if bytes.len() < NONCE_LEN {
            return Err(failed("the sealed text"));
        }
        let (nonce, rest) = bytes.split_at_mut(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_length| failed("the nonce"))?;
        let open = self.key.open_in_place(nonce, Aad::from(owner.as_bytes()), rest).map_err(|_opaque| {
            UseCaseError::Internal("a sealed text does not open: was staff.sealing_key changed?".into())
        })?;
        String::from_utf8(open.to_vec()).map_err(|_bytes| failed("the sealed text"))
    }
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer(***)")
    }
}

fn failed(what: &str) -> UseCaseError {
    UseCaseError::Internal(format!("{what} cannot be used"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_text_opens_for_its_owner_with_its_key_and_unchanged_only() {
        let site = SiteKey::new(&[7; 32]);
        let with_key = Sealer::new(&site, Some("outside")).unwrap();
        let sealed = with_key.seal("stf_1", "SEED", [1; 16]).unwrap();
        assert!(!sealed.contains("SEED"));
        assert_eq!(with_key.open("stf_1", &sealed).unwrap(), "SEED");
        assert!(with_key.open("stf_2", &sealed).is_err());
        assert!(Sealer::new(&site, None).unwrap().open("stf_1", &sealed).is_err());
        assert!(
            Sealer::new(&SiteKey::new(&[8; 32]), Some("outside")).unwrap().open("stf_1", &sealed).is_err()
        );
        let mut changed = sealed.clone();
        changed.replace_range(20..21, if &sealed[20..21] == "A" { "B" } else { "A" });
        assert!(with_key.open("stf_1", &changed).is_err());
        assert!(with_key.open("stf_1", "").is_err());
    }
}
