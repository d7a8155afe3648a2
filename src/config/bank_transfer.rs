//! `[bank_transfer]`: the account that takes transfers.

use crate::domain::bank::{grouped_by_four, remainder_97};

use super::merge::Layers;
use super::read::Reported;
use super::server::Mode;

/// The invented account of default.toml, without spaces.
const DEMO_IBAN: &str = "DE02120300000000202051";
const IBAN_EXAMPLE: &str = "\"GB33 BUKB 2020 1555 5555 55\"";

/// The keys that the invented account is made of.
pub(super) const ACCOUNT: [&str; 3] =
    ["bank_transfer.account_holder", "bank_transfer.iban", "bank_transfer.bic"];

/// The account that takes transfers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankTransfer {
    /// Name of the account's owner, as the bank knows it.
    pub account_holder: String,
    /// International account number, without spaces, its checksum verified.
    pub iban: String,
    /// The bank's code, when transfers need it.
    pub bic: Option<String>,
    /// Sentence below the account.
    pub instructions: String,
    /// Days after which an unpaid pledge expires.
    pub expires_days: u32,
}

impl BankTransfer {
    /// The account number in groups of four, as people read it.
    pub fn iban_grouped(&self) -> String {
        grouped_by_four(&self.iban)
    }

    /// `None`: off.
    pub(super) fn read(layers: &mut Layers, mode: Mode) -> Result<Option<Self>, Reported> {
        // The invented account is all or nothing: mixed with real values it would send gifts astray.
        if mode.is_production() || ACCOUNT.iter().any(|path| layers.is_set(path)) {
            for path in ACCOUNT {
                layers.clear_default(path);
            }
        }
        let account_holder = layers.text("bank_transfer.account_holder");
        let iban = layers.parse_optional("bank_transfer.iban", IBAN_EXAMPLE, |text| parse_iban(text, mode));
        let bic = layers.parse_optional("bank_transfer.bic", "\"BUKBGB22\"", parse_bic);
        let expires_days = layers.number("bank_transfer.expires_days", 1..=3650);
        let (iban, bic, expires_days) = (iban?, bic?, expires_days.ok_or(Reported)?);
        match (account_holder.is_empty(), iban) {
            (true, None) if bic.is_none() => Ok(None),
            (false, Some(iban)) => Ok(Some(Self {
                account_holder,
                iban,
                bic,
                instructions: layers.text("bank_transfer.instructions"),
                expires_days,
            })),
            (holder_is_missing, iban) => {
                let half = "is empty, but another part of the account is given; fill in both account_holder and iban, \
                            or empty both and bic";
                if holder_is_missing {
                    layers.reject("bank_transfer.account_holder", half, "\"Example Press CIO\"");
                }
                if iban.is_none() {
                    layers.reject("bank_transfer.iban", half, IBAN_EXAMPLE);
                }
                Err(Reported)
            }
        }
    }
}

fn parse_iban(text: &str, mode: Mode) -> Result<String, String> {
    let compact: String =
        text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    let is_plain = compact.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let (Some((head, rest)), true) = (compact.split_at_checked(4), is_plain) else {
        return Err("is not an IBAN: two letters, two digits, then letters and digits".to_owned());
    };
    let country = head.bytes().take(2).all(|byte| byte.is_ascii_uppercase());
    let check_digits = head.bytes().skip(2).all(|byte| byte.is_ascii_digit());
    // The shortest is Norway's, the longest the standard allows has 34.
    if !country || !check_digits || !(15..=34).contains(&compact.len()) {
        return Err("is not an IBAN: two letters, two digits, then letters and digits".to_owned());
    }
    if remainder_97(&format!("{rest}{head}")) != 1 {
        return Err("has a typing mistake: its check digits do not agree".to_owned());
    }
    if mode.is_production() && compact == DEMO_IBAN {
        return Err("is the invented account of the demonstration; gifts sent there would be lost".to_owned());
    }
    Ok(compact)
}

fn parse_bic(text: &str) -> Result<String, String> {
    let compact: String =
        text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    let bank_and_country = compact.bytes().take(6).all(|byte| byte.is_ascii_uppercase());
    if bank_and_country
        && matches!(compact.len(), 8 | 11)
        && compact.bytes().all(|b| b.is_ascii_alphanumeric())
    {
        Ok(compact)
    } else {
        Err("is not a BIC: six letters, then two or five letters or digits".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ibans_with_and_without_spaces_and_their_mistakes() {
        let read = |text| parse_iban(text, Mode::Development);
        assert_eq!(read("gb33 bukb 2020 1555 5555 55").unwrap(), "GB33BUKB20201555555555");
        assert_eq!(read("NO9386011117947").unwrap(), "NO9386011117947");
        assert_eq!(read("DE02 1203 0000 0000 2020 51").unwrap(), DEMO_IBAN);
        for bad in [
            "",
            "DE",
            "DE02 1203 0000 0000 2020 15",
            "1202120300000000202051",
            "GB33-BUKB-2020",
            "ÄÖ33BUKB20201555555555",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn bics_of_both_lengths() {
        assert_eq!(parse_bic("bylademm").unwrap(), "BYLADEMM");
        assert_eq!(parse_bic("BYLADEM1001").unwrap(), "BYLADEM1001");
        for bad in ["BYLA", "BYLADEM10", "1YLADEMM", "BYLADEM1001X"] {
            assert!(parse_bic(bad).is_err(), "{bad}");
        }
    }
}
