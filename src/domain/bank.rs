//! Bank transfers: the account, and the creditor reference of ISO 11649 by which a gift is recognised.

use super::money::Money;
use chrono::TimeDelta;
use std::fmt;
use std::str::FromStr;

/// The account that donors transfer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankAccount {
    /// In whose name.
    pub holder: String,
    /// Without spaces.
    pub iban: String,
    /// The bank; not needed inside the SEPA area.
    pub bic: Option<String>,
    /// Further words for the donor.
    pub instructions: Option<String>,
    /// How long a promised transfer is waited for.
    pub expires_after: TimeDelta,
}

/// Everything that a donor needs to transfer a gift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Where to.
    pub account: BankAccount,
    /// What to write on it.
    pub reference: CreditorReference,
    /// How much.
    pub amount: Money,
}

/// A structured creditor reference: `RF`, two check digits, and our own part.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CreditorReference(String);

/// A text that is no creditor reference, or has a typing mistake in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a valid payment reference; it starts with RF and its check digits must agree")]
pub struct ReferenceError(String);

impl CreditorReference {
    /// Letters and digits that are not mistaken for one another in handwriting or on a bad print. Without M and X,
    /// because the check digits do not see 2M written as M2, nor 3X as X3.
    const ALPHABET: &[u8; 28] = b"23456789ABCDEFGHJKNPQRSTUVWY";
    /// Length of our own part. 28^10 references; the database refuses the rare repetition.
    const BODY_CHARACTERS: usize = 10;

    /// A reference drawn from random bytes.
    pub fn from_random(random: [u8; 16]) -> Self {
        let mut number = u128::from_be_bytes(random);
        let mut body = String::with_capacity(Self::BODY_CHARACTERS);
        for _ in 0..Self::BODY_CHARACTERS {
            let digit = usize::try_from(number % 28).unwrap_or_default();
            body.push(Self::ALPHABET.get(digit).copied().map_or('2', char::from));
            number /= 28;
        }
        let check = 98 - remainder_97(&format!("{body}RF00"));
        Self(format!("RF{check:02}{body}"))
    }

    /// The references of ours in what somebody wrote, each once, however it came: spaces and other marks within, lower
    /// case, letters and digits in front and behind. What has a typing mistake in it is none.
    pub fn all_in(text: &str) -> Vec<Self> {
        let compact: Vec<char> =
            text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
        let mut found: Vec<Self> = Vec::new();
        for window in
            compact.windows(4 + Self::BODY_CHARACTERS).filter(|window| window.starts_with(&['R', 'F']))
        {
            // In the check digits a letter can only be a digit that was misread.
            let digits = |(at, c): (usize, &char)| match c {
                'O' if at == 2 || at == 3 => '0',
                'I' | 'L' if at == 2 || at == 3 => '1',
                c => *c,
            };
            let candidate: String = window.iter().enumerate().map(digits).collect();
            let ours = candidate.bytes().skip(4).all(|byte| Self::ALPHABET.contains(&byte));
            if let Ok(reference) = candidate.parse::<Self>()
                && ours
                && !found.contains(&reference)
            {
                found.push(reference);
            }
        }
        found
    }

    /// The reference without spaces.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// In groups of four, as people write it.
    pub fn grouped(&self) -> String {
        grouped_by_four(&self.0)
    }
}

impl fmt::Display for CreditorReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for CreditorReference {
    type Err = ReferenceError;

    /// Accepts spaces and lower case, as banks and people send it back.
    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let compact: String =
            text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
        let alphanumeric = compact.bytes().all(|b| b.is_ascii_alphanumeric());
        let well_formed = alphanumeric && compact.starts_with("RF") && (5..=25).contains(&compact.len());
        let (head, body) = compact.split_at_checked(4).unwrap_or_default();
        let has_digits = head.bytes().skip(2).all(|b| b.is_ascii_digit());
        if well_formed && has_digits && remainder_97(&format!("{body}{head}")) == 1 {
            Ok(Self(compact))
        } else {
            Err(ReferenceError(text.chars().take(40).collect()))
        }
    }
}

/// Puts a space after each fourth character: account numbers and references as people read them.
pub fn grouped_by_four(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// The remainder by 97 of a text whose letters count from A = 10 (ISO 7064, as in an IBAN).
pub fn remainder_97(text: &str) -> u32 {
    text.chars().filter_map(|c| c.to_digit(36)).fold(0, |rest, digit| {
        let shift = if digit > 9 { 100 } else { 10 };
        (rest * shift + digit) % 97
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_reference_and_its_typing_mistakes() {
        // The example of the standard.
        assert!("RF18 5390 0754 7034".parse::<CreditorReference>().is_ok());
        for bad in [
            "RF18 5390 0754 7043",
            "RF19 5390 0754 7034",
            "",
            "RF",
            "RF18",
            "DE18 5390 0754 7034",
            "RF18 5390 0754 703!",
        ] {
            assert!(bad.parse::<CreditorReference>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_reference_is_found_however_it_was_mangled_and_not_with_a_mistake() {
        let reference = CreditorReference::from_random([7; 16]);
        let whole = reference.as_str();
        let (head, body) = whole.split_at(4);
        for text in [
            whole.to_owned(),
            reference.grouped().to_lowercase(),
            format!("SVWZ+Spende Press Fund {} Danke", reference.grouped()),
            format!("XX{whole}YY"),
            format!("{head}-{body}/."),
            format!("{}\n{}", &whole[..9], &whole[9..]),
            whole.chars().flat_map(|c| [c, ' ']).collect(),
            format!("{whole} and again {whole}"),
            format!("RF{whole}"),
        ] {
            assert_eq!(CreditorReference::all_in(&text), std::slice::from_ref(&reference), "{text}");
        }
        let other = CreditorReference::from_random([8; 16]);
        assert_eq!(CreditorReference::all_in(&format!("{whole}, {other}")), [reference.clone(), other]);
        let mut swapped: Vec<char> = whole.chars().collect();
        swapped.swap(6, 7);
        let swapped: String = swapped.into_iter().collect();
        for text in ["", "RF", "RF18 5390 0754 7034", &whole[..13], swapped.as_str()] {
            assert!(swapped == *whole || CreditorReference::all_in(text).is_empty(), "{text}");
        }
        assert_eq!(CreditorReference::all_in(&"RF".repeat(200_000)), []);
    }

    #[test]
    fn every_reference_that_is_drawn_reads_back() {
        for n in 0..500_u64 {
            let random = [super::super::clock::splitmix(n).to_be_bytes(), n.to_be_bytes()].concat();
            let reference = CreditorReference::from_random(random.try_into().unwrap());
            assert_eq!(reference.grouped().to_lowercase().parse(), Ok(reference.clone()));
            assert_eq!(reference.as_str().len(), 14);
        }
    }
}
