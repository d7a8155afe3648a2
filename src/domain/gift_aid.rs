//! Gift Aid: what a United Kingdom taxpayer declared, and the line of HMRC's schedule that claims the tax on a gift.

use super::ids::{DeclarationId, DonorId};
use super::money::Money;
use chrono::{DateTime, NaiveDate, Utc};

/// Longest name on the schedule, in characters.
const NAME_MAX: usize = 35;
/// Longest title.
const TITLE_MAX: usize = 4;
/// Longest name or number of a house.
const HOUSE_MAX: usize = 40;
/// What stands for the postcode of a donor who lives outside the United Kingdom.
const ABROAD: &str = "X";

/// The heading of the schedule, as HMRC's own file has it.
pub const COLUMNS: [&str; 10] = [
    "Item",
    "Title",
    "First name",
    "Last name",
    "House name or number",
    "Postcode",
    "Aggregated donations",
    "Sponsored event",
    "Donation date",
    "Amount",
];

/// Who declares: as HMRC wants the home of a donor described.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taxpayer {
    /// Mr, Ms, Dr …; may be empty.
    pub title: String,
    /// First name, or its first letter.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// The name or the number of the house.
    pub house: String,
    /// The postcode; empty for donors who live outside the United Kingdom.
    pub postcode: String,
}

/// Why a taxpayer's particulars cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is missing, too long, or no such thing")]
pub struct TaxpayerError(pub &'static str);

impl Taxpayer {
    /// Checks and tidies what was typed.
    pub fn tidied(self) -> Result<Self, TaxpayerError> {
        let tidy = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let within = |text: &str, max: usize, field| {
            let text = tidy(text);
            if text.is_empty() || text.chars().count() > max { Err(TaxpayerError(field)) } else { Ok(text) }
        };
        let title = tidy(&self.title);
        if title.chars().count() > TITLE_MAX {
            return Err(TaxpayerError("title"));
        }
        // HMRC wants a space in place of the hyphen of two names.
        Ok(Self {
            title,
            first_name: within(&self.first_name, NAME_MAX, "first_name")?,
            last_name: within(&self.last_name.replace('-', " "), NAME_MAX, "last_name")?,
            house: within(&self.house, HOUSE_MAX, "house")?,
            postcode: postcode(&self.postcode)?,
        })
    }
}

/// In capitals with the space before the last three signs.
fn postcode(text: &str) -> Result<String, TaxpayerError> {
    let signs: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
    if signs.is_empty() || signs == ABROAD {
        return Ok(String::new());
    }
    let plausible = (5..=7).contains(&signs.len()) && signs.bytes().all(|sign| sign.is_ascii_alphanumeric());
    let inward = signs.get(signs.len().saturating_sub(3)..).unwrap_or_default();
    let ends = inward
        .bytes()
        .enumerate()
        .all(|(place, sign)| if place == 0 { sign.is_ascii_digit() } else { sign.is_ascii_uppercase() });
    let outward = signs.strip_suffix(inward).unwrap_or_default();
    if plausible && ends && outward.starts_with(|sign: char| sign.is_ascii_uppercase()) {
        Ok(format!("{outward} {inward}"))
    } else {
        Err(TaxpayerError("postcode"))
    }
}

/// What was declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// Its id.
    pub id: DeclarationId,
    /// Whose gifts it covers.
    pub donor: DonorId,
    /// Who declared.
    pub taxpayer: Taxpayer,
    /// The first day of gifts that it covers; up to four years back.
    pub covers_from: NaiveDate,
    /// The words that the donor agreed to.
    pub wording: String,
    /// When.
    pub declared_at: DateTime<Utc>,
    /// Gifts from this day on are covered no more.
    pub ended_on: Option<NaiveDate>,
}

/// A gift on which tax can be claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimable {
    /// Names the gift for whoever reads on.
    pub id: String,
    /// Who declared.
    pub taxpayer: Taxpayer,
    /// When the money arrived.
    pub received_on: NaiveDate,
    /// What is left of it.
    pub kept: Money,
}

impl Claimable {
    /// The line of the schedule; `Item`, the number of the line, is left to whoever counts.
    pub fn line(&self) -> Vec<String> {
        let Taxpayer { title, first_name, last_name, house, postcode } = self.taxpayer.clone();
        let postcode = if postcode.is_empty() { ABROAD.to_owned() } else { postcode };
        let (date, amount) = (self.received_on.format("%d/%m/%y").to_string(), self.kept.major());
        let nothing = String::new;
        vec![nothing(), title, first_name, last_name, house, postcode, nothing(), nothing(), date, amount]
    }
}

#[cfg(test)]
mod tests {
    use super::super::money::Currency;
    use super::*;

    fn typed(postcode: &str) -> Taxpayer {
        Taxpayer {
            title: "Dr".into(),
            first_name: " Ada ".into(),
            last_name: "King-Noel".into(),
            house: "12".into(),
            postcode: postcode.into(),
        }
    }

    #[test]
    fn a_postcode_is_written_as_hmrc_wants_it() {
        for (given, wanted) in
            [("s192bd", "S19 2BD"), ("SW1A 1AA", "SW1A 1AA"), ("m11ae", "M1 1AE"), ("x", ""), ("", "")]
        {
            assert_eq!(typed(given).tidied().unwrap().postcode, wanted, "{given}");
        }
        for wrong in ["1100-200", "12345", "ABC DEF", "S19 2B"] {
            assert_eq!(typed(wrong).tidied(), Err(TaxpayerError("postcode")), "{wrong}");
        }
    }

    #[test]
    fn a_claim_is_a_line_of_the_schedule() {
        let gift = Claimable {
            id: "don_1".into(),
            taxpayer: typed("s192bd").tidied().unwrap(),
            received_on: "2026-03-09".parse().unwrap(),
            kept: Money::new(20_000, Currency::parse("GBP").unwrap()),
        };
        assert_eq!(
            gift.line(),
            ["", "Dr", "Ada", "King Noel", "12", "S19 2BD", "", "", "09/03/26", "200.00"]
        );
        assert_eq!(gift.line().len(), COLUMNS.len());
    }

    #[test]
    fn a_name_that_does_not_fit_is_refused() {
        let long = Taxpayer { last_name: "x".repeat(36), ..typed("") };
        assert_eq!(long.tidied(), Err(TaxpayerError("last_name")));
        let none = Taxpayer { first_name: " ".into(), ..typed("") };
        assert_eq!(none.tidied(), Err(TaxpayerError("first_name")));
    }
}
