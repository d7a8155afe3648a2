//! Making personal data harmless before it is logged.

use sha2::{Digest, Sha256};

/// `ann@example.org` as `a…@example.org`: enough to recognise a case, too little to write to. A text that is no
/// address becomes `…`.
pub fn mask_email(email: &str) -> String {
    match email.rsplit_once('@') {
        Some((local, domain)) => {
            let first: String = local.chars().take(1).filter(|c| !c.is_control()).collect();
            let domain: String = domain.chars().filter(|c| !c.is_control()).collect();
            format!("{first}…@{domain}")
        }
        None => "…".to_owned(),
    }
}

/// Eight hexadecimal digits that stay the same for the same text, to follow a person through a log.
///
/// It has no key: whoever guesses an address can confirm the guess. So it is for logs, not for storing.
pub fn fingerprint(text: &str) -> String {
    let [first, second, third, fourth, ..] = <[u8; 32]>::from(Sha256::digest(text.as_bytes()));
    format!("{:08x}", u32::from_be_bytes([first, second, third, fourth]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_its_first_letter_and_its_domain() {
        assert_eq!(mask_email("ann@example.org"), "a…@example.org");
        assert_eq!(mask_email("ärzte@example.org"), "ä…@example.org");
        assert_eq!(mask_email("\"a@b\"@example.org"), "\"…@example.org");
        assert_eq!(mask_email("@example.org"), "…@example.org");
        assert_eq!(mask_email("ann"), "…");
        assert_eq!(mask_email("a@exa\nmple.org"), "a…@example.org");
    }

    #[test]
    fn a_fingerprint_is_short_and_stable() {
        assert_eq!(fingerprint("abc"), "ba7816bf");
        assert_ne!(fingerprint("ann@example.org"), fingerprint("bob@example.org"));
    }
}
