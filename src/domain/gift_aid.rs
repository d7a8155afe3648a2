//! Gift Aid: what a United Kingdom taxpayer declared, and the line of HMRC's schedule that claims the tax on a gift.

use super::ids::{DeclarationId, DonorId, PledgeId};
use super::money::Money;
use super::words;
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
#[error("{0} is missing, too long, or not written as it is in the United Kingdom")]
pub struct TaxpayerError(pub &'static str);

impl TaxpayerError {
    /// What is wrong, whichever field it is.
    pub const fn what(self) -> &'static str {
        "is missing, too long, or not written as it is in the United Kingdom"
    }
}

impl Taxpayer {
    /// Checks and tidies what was typed.
    ///
    /// # Errors
    /// Every field that cannot stand on HMRC's schedule.
    pub fn tidied(self) -> Result<Self, Vec<TaxpayerError>> {
        let mut wrong = Vec::new();
        let mut within = |text: &str, (min, max): (usize, usize), field| {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            if !(min..=max).contains(&text.chars().count()) || text.chars().any(char::is_control) {
                wrong.push(TaxpayerError(field));
            }
            text
        };
        let title = within(&self.title, (0, TITLE_MAX), "title");
        let first_name = within(&self.first_name, (1, NAME_MAX), "first_name");
        // HMRC wants a space in place of the hyphen of two names.
        let last_name = within(&self.last_name.replace('-', " "), (1, NAME_MAX), "last_name");
        let house = within(&self.house, (1, HOUSE_MAX), "house");
        let postcode = postcode(&self.postcode).unwrap_or_else(|error| {
            wrong.push(error);
            String::new()
        });
        if wrong.is_empty() { Ok(Self { title, first_name, last_name, house, postcode }) } else { Err(wrong) }
    }

    /// Name and home in one line.
    pub fn line(&self) -> String {
        let name = [self.title.as_str(), self.first_name.as_str(), self.last_name.as_str()];
        let name: Vec<&str> = name.into_iter().filter(|part| !part.is_empty()).collect();
        let home =
            if self.postcode.is_empty() { "outside the United Kingdom" } else { self.postcode.as_str() };
        format!("{}, {}, {home}", name.join(" "), self.house)
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

words! {
    /// Which gifts a donor wants covered.
    Covered {
        /// The gift that they come from, with all its payments.
        This = "this",
        /// That gift, and those from today on.
        ThisAndFuture = "this_and_future",
        /// Those from today on.
        Future = "future",
        /// Those of the four years before, and those from today on.
        FourYears = "four_years",
    }
}

impl Covered {
    /// Whether it covers one gift, which must be known then.
    pub const fn names_a_gift(self) -> bool {
        match self {
            Self::This | Self::ThisAndFuture => true,
            Self::Future | Self::FourYears => false,
        }
    }

    /// Whether it covers gifts that are still to come.
    pub const fn goes_on(self) -> bool {
        match self {
            Self::This => false,
            Self::ThisAndFuture | Self::Future | Self::FourYears => true,
        }
    }

    /// Which gifts, as the declaration says it.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::This => "this gift, with all its payments",
            Self::ThisAndFuture => "this gift and every gift that I make from today on",
            Self::Future => "every gift that I make from today on",
            Self::FourYears => "every gift of the past four years and every gift that I make from today on",
        }
    }
}

words! {
    /// In which way a declaration was given.
    DeclaredBy {
        /// By the donor, on a page of this site.
        Online = "online",
        /// On paper, or by letter.
        Written = "written",
        /// By word of mouth; the donor is sent a record of it.
        Oral = "oral",
    }
}

/// The charity that claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charity {
    /// Its name, as HMRC knows it.
    pub name: String,
    /// HMRC's reference of it.
    pub reference: String,
}

/// What every donor promises about their tax. The law is English, and so are these words.
pub const PROMISE: &str = "I am a UK taxpayer. I understand that if the Income Tax and Capital Gains Tax that I pay in a \
    tax year come to less than the Gift Aid that charities claim on all my gifts of that year, it is for me to pay the \
    difference.";

/// What a donor agrees to, whole, as it is kept: HMRC may ask to see it.
pub fn wording(
    charity: &Charity,
    covered: Covered,
    taxpayer: &Taxpayer,
    (way, day): (DeclaredBy, NaiveDate),
) -> String {
    format!(
        "I want {} to treat {} as Gift Aid donations. {PROMISE}\n{}\nDeclared on {} ({way})",
        charity.name,
        covered.sentence(),
        taxpayer.line(),
        day.format("%-d %B %Y")
    )
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
    /// The one gift that it covers; none for all of the time.
    pub pledge: Option<PledgeId>,
    /// The first day of gifts that it covers; up to four years back.
    pub covers_from: NaiveDate,
    /// In which way it was given.
    pub way: DeclaredBy,
    /// The words that the donor agreed to.
    pub wording: String,
    /// When.
    pub declared_at: DateTime<Utc>,
    /// Gifts from this day on are covered no more.
    pub ended_on: Option<NaiveDate>,
}

impl Declaration {
    /// Whether it still covers gifts.
    pub fn is_in_force(&self) -> bool {
        self.ended_on.is_none()
    }
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
            assert_eq!(typed(wrong).tidied(), Err(vec![TaxpayerError("postcode")]), "{wrong}");
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
        assert_eq!(long.tidied(), Err(vec![TaxpayerError("last_name")]));
        let none = Taxpayer { first_name: " ".into(), house: String::new(), ..typed("1") };
        let wrong = ["first_name", "house", "postcode"].map(TaxpayerError);
        assert_eq!(none.tidied(), Err(wrong.to_vec()), "all at once");
    }

    #[test]
    fn the_words_hold_what_hmrc_wants_to_see() {
        let charity = Charity { name: "The Example Review".into(), reference: "AB12345".into() };
        let day = "2026-03-09".parse().unwrap();
        let who = typed("s192bd").tidied().unwrap();

        let words = wording(&charity, Covered::FourYears, &who, (DeclaredBy::Oral, day));

        let facts = ["The Example Review", "past four years", "UK taxpayer", "pay the difference"];
        for fact in facts.iter().chain(&["Dr Ada King Noel, 12, S19 2BD", "9 March 2026", "oral", "Gift Aid"])
        {
            assert!(words.contains(fact), "{fact}: {words}");
        }
    }
}
