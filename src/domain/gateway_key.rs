//! What keys of gateways look like: the same rules for the configuration and for what is typed in the office.

use super::words;

words! {
    /// What a key moves.
    KeyMode {
        /// Real money.
        Live = "live",
        /// None.
        Test = "test",
    }
}

/// Shortest key whose end is shown: of a shorter one, four letters would be too many.
const MARKED_FROM: usize = 16;

/// The mode of a secret key of Stripe's; the error says what is wrong with it, and nothing of it.
///
/// # Errors
/// It is no such key, or one of the test mode at a site in production.
pub fn stripe_key(text: &str, production: bool) -> Result<KeyMode, String> {
    let key = ["sk_", "rk_"].iter().find_map(|prefix| text.strip_prefix(prefix));
    let (mode, rest) = match key.map(|key| (key.strip_prefix("live_"), key.strip_prefix("test_"))) {
        Some((Some(rest), _)) => (KeyMode::Live, rest),
        Some((None, Some(rest))) => (KeyMode::Test, rest),
        Some((None, None)) | None => {
            let hint = if text.starts_with("pk_") { "; pk_ is the publishable key" } else { "" };
            return Err(format!("is no secret key: those begin with sk_ or rk_, then live_ or test_{hint}"));
        }
    };
    if rest.is_empty() || !rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Err("is cut off, or holds more than letters, digits and _".to_owned());
    }
    if production && mode == KeyMode::Test {
        return Err("is a key of the test mode; in production nobody could really give".to_owned());
    }
    Ok(mode)
}

/// Whether this can be what signs Stripe's webhooks.
pub fn is_signing_secret(text: &str) -> bool {
    let rest = text.strip_prefix("whsec_");
    rest.is_some_and(|rest| {
        rest.len() >= 8 && rest.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',')
    })
}

/// Whether this can name or open an app at PayPal: one word that a header can carry.
///
/// # Errors
/// It cannot; nothing of it is in the error.
pub fn paypal_word(text: &str) -> Result<(), String> {
    let fits = |byte: u8| byte.is_ascii_graphic() && byte != b'|' && byte != b':';
    if (1..=255).contains(&text.len()) && text.bytes().all(fits) {
        Ok(())
    } else {
        Err("is cut off, or holds more than one word of letters and digits".to_owned())
    }
}

/// The last four letters of a secret, by which people tell it from others; nothing of a short one.
pub fn mark(secret: &str) -> String {
    let letters = secret.chars().count();
    if letters < MARKED_FROM { String::new() } else { secret.chars().skip(letters - 4).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_secret_keys_and_live_in_production() {
        for key in ["sk_live_51abc", "rk_live_51abc"] {
            assert_eq!(stripe_key(key, true), Ok(KeyMode::Live));
        }
        assert_eq!(stripe_key("sk_test_51abc", false), Ok(KeyMode::Test));
        assert!(stripe_key("rk_test_51abc", true).unwrap_err().contains("test mode"));
        assert!(stripe_key("pk_live_51abc", false).unwrap_err().contains("publishable"));
        for bad in
            ["sk_live_", "sk_51abc", "live_51abc", "sk_live_51 abc", "sk_live_51\u{e9}", "whsec_abcdefgh"]
        {
            assert!(stripe_key(bad, false).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_signing_secret_is_one_whole_word() {
        assert!(is_signing_secret("whsec_abcdefgh"));
        for bad in ["whsec_", "whsec_short", "sk_live_abcdefgh", "whsec_abcd efgh", "whsec_aaaaaaaa,whsec_b"]
        {
            assert!(!is_signing_secret(bad), "{bad}");
        }
    }

    #[test]
    fn what_opens_an_app_is_one_word() {
        assert!(paypal_word("AbC-_123").is_ok());
        for bad in ["", "two words", "\u{e4}", "a|b", "a:b", &"x".repeat(256)] {
            assert!(paypal_word(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_the_end_of_a_long_secret_is_a_mark() {
        assert_eq!(mark("sk_live_51abcdefghXYZ9"), "XYZ9");
        assert_eq!(mark("sk_live_51abc"), "");
    }
}
