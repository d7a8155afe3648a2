//! Donors, and the two texts that name a person: an e-mail address and a name.

use super::ids::DonorId;
use chrono::{DateTime, Utc};
use std::fmt;
use unicode_normalization::UnicodeNormalization as _;

/// A person or organisation whose money arrived. Promises alone make no donor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Donor {
    /// Their id.
    pub id: DonorId,
    /// Where receipts go; one donor per address.
    pub email: EmailAddress,
    /// The name given last; none if never given.
    pub name: Option<PersonName>,
    /// When the first money arrived.
    pub created_at: DateTime<Utc>,
}

/// An e-mail address in the one form used everywhere: trimmed, lower case, domain in punycode.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailAddress(String);

/// A text that cannot be mailed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// Nothing was typed.
    #[error("please enter your e-mail address; the receipt goes there")]
    Empty,
    /// No address by its shape.
    #[error("this does not look like an e-mail address; it should read like name@example.org")]
    Malformed,
}

impl EmailAddress {
    /// Longest address that mail servers must accept, in bytes (RFC 5321, 4.5.3.1.3).
    const BYTES_MAX: usize = 254;

    /// Parses what a person typed.
    pub fn parse(typed: &str) -> Result<Self, EmailError> {
        let trimmed: String = typed.trim().nfc().collect();
        if trimmed.is_empty() {
            return Err(EmailError::Empty);
        }
        let (local, domain) = trimmed.rsplit_once('@').ok_or(EmailError::Malformed)?;
        let allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
        let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
        if local.is_empty() || local.len() > 64 || dots || !local.chars().all(allowed) {
            return Err(EmailError::Malformed);
        }
        let host = url::Host::parse(domain).map_err(|_malformed| EmailError::Malformed)?;
        let url::Host::Domain(domain) = host else {
            return Err(EmailError::Malformed);
        };
        let labels = |l: &str| !l.is_empty() && l.len() <= 63 && !l.starts_with('-') && !l.ends_with('-');
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        if !domain.contains('.') || !domain.chars().all(plain) || !domain.split('.').all(labels) {
            return Err(EmailError::Malformed);
        }
        let address = format!("{}@{domain}", local.to_ascii_lowercase());
        if address.len() > Self::BYTES_MAX { Err(EmailError::Malformed) } else { Ok(Self(address)) }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for EmailAddress {
    /// Masked, so that no log shows an address by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl EmailAddress {
    /// `a…@example.org`: enough to recognise one's own address.
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.split_once('@').unwrap_or_default();
        format!("{}…@{domain}", local.chars().next().unwrap_or_default())
    }
}

/// Text of a person, cleaned so that it cannot disturb a page, a mail or a spreadsheet.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PersonName(String);

/// A text that is too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("please keep this to {max} characters; it has {given}")]
pub struct TooLong {
    max: usize,
    given: usize,
}

impl PersonName {
    /// Longest name, in characters.
    pub const CHARACTERS_MAX: usize = 80;

    /// Cleans what a person typed; nothing left is no name.
    pub fn parse(typed: &str) -> Result<Option<Self>, TooLong> {
        Ok(clean_line(typed, Self::CHARACTERS_MAX)?.map(Self))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(…)")
    }
}

/// One line of a person's text: NFC, no control, direction or invisible characters, spaces collapsed.
pub fn clean_line(typed: &str, characters_max: usize) -> Result<Option<String>, TooLong> {
    let cleaned: String =
        typed.nfc().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| visible(*c)).collect();
    let line = cleaned.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    within(line, characters_max)
}

/// Several lines of a person's text: as [`clean_line`], with line ends kept, at most two in a row.
pub fn clean_text(typed: &str, characters_max: usize) -> Result<Option<String>, TooLong> {
    let mut out = String::new();
    let mut blank_lines = 0;
    for line in typed.replace("\r\n", "\n").replace('\r', "\n").split('\n') {
        let line = clean_line(line, usize::MAX)?.unwrap_or_default();
        blank_lines = if line.is_empty() { blank_lines + 1 } else { 0 };
        if blank_lines <= 1 {
            out.push_str(&line);
            out.push('\n');
        }
    }
    within(out.trim().to_owned(), characters_max)
}

fn within(text: String, max: usize) -> Result<Option<String>, TooLong> {
    let given = text.chars().count();
    if given > max {
        return Err(TooLong { max, given });
    }
    Ok((!text.is_empty()).then_some(text))
}

/// False for characters that show nothing or turn the direction of others (Unicode TR 36).
fn visible(c: char) -> bool {
    !(c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form_of_an_address_is_used_everywhere() {
        let parse = |typed| EmailAddress::parse(typed).map(|e| e.as_str().to_owned());
        assert_eq!(parse("  Ann@Example.ORG "), Ok("ann@example.org".to_owned()));
        assert_eq!(parse("ann+press@bücher.example"), Ok("ann+press@xn--bcher-kva.example".to_owned()));
        for bad in [
            "ann",
            "ann@",
            "@example.org",
            "a b@example.org",
            "ann@example",
            "ann@127.0.0.1",
            "ann@[::1]",
            "ann@exa mple.org",
            "ann@-x.org",
            "a..b@example.org",
            "ann@example.org\r\nBcc: x@y.z",
            "ann@x@y.org ",
        ] {
            assert_eq!(parse(bad), Err(EmailError::Malformed), "{bad}");
        }
        assert_eq!(format!("{:?}", EmailAddress::parse("ann@example.org").unwrap()), "a…@example.org");
    }

    #[test]
    fn hostile_text_loses_what_cannot_be_seen() {
        let name = PersonName::parse(" Zoë\u{202e}\u{200b}  de\tla\r\nCruz\0 ").unwrap().unwrap();
        assert_eq!(name.as_str(), "Zoë de la Cruz");
        assert_eq!(PersonName::parse("\u{200b}\u{feff} "), Ok(None));
        assert!(PersonName::parse(&"x".repeat(81)).is_err());
        assert_eq!(clean_text("a\r\n\r\n\r\n\r\nb\u{0}", 9).unwrap().unwrap(), "a\n\nb");
    }
}
