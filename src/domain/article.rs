//! Articles, appeals and campaign files as the publisher writes them: plain values without any reading or
//! rendering. `content` reads them from disk, `web` shows them.

use std::collections::BTreeMap;
use std::fmt;

use super::old_address::OldAddress;
use chrono::{NaiveDate, NaiveDateTime};

use super::appeal::{Position, Rules, TestId};

/// Longest slug, in characters.
pub const SLUG_CHARS_MAX: usize = 80;

/// The part of a page's address that names it: lower-case `a`-`z`, digits and single hyphens, 1 to 80 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

/// Why a text is not a slug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SlugError {
    /// Nothing was given.
    #[error("a slug cannot be empty")]
    Empty,
    /// More than [`SLUG_CHARS_MAX`] characters.
    #[error("a slug has at most {SLUG_CHARS_MAX} characters; shorten it")]
    TooLong,
    /// Something else than `a`-`z`, `0`-`9` and hyphens between them.
    #[error("a slug has only a-z, 0-9 and single hyphens between them, such as spring-appeal-2026")]
    BadCharacter,
}

impl Slug {
    /// Checks a slug written by a person; nothing is corrected silently.
    pub fn parse(text: &str) -> Result<Self, SlugError> {
        if text.is_empty() {
            return Err(SlugError::Empty);
        }
        if text.chars().count() > SLUG_CHARS_MAX {
            return Err(SlugError::TooLong);
        }
        let allowed = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !allowed || text.starts_with('-') || text.ends_with('-') || text.contains("--") {
            return Err(SlugError::BadCharacter);
        }
        Ok(Self(text.to_owned()))
    }

    /// Makes a slug from a headline: accents are dropped, other signs become hyphens, long titles are cut between
    /// words. `None` when nothing is left, as for a title in Cyrillic or Chinese: ask the person for one.
    pub fn from_title(title: &str) -> Option<Self> {
        let mut slug = String::new();
        for word in words_in_latin(title) {
            let with_hyphen = slug.len() + word.len() + usize::from(!slug.is_empty());
            if with_hyphen > SLUG_CHARS_MAX {
                if slug.is_empty() {
                    slug.extend(word.chars().take(SLUG_CHARS_MAX));
                }
                break;
            }
            if !slug.is_empty() {
                slug.push('-');
            }
            slug.push_str(&word);
        }
        Self::parse(&slug).ok()
    }

    /// The slug as it stands in the address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Splits a title into lower-case ASCII words. Apostrophes do not split a word ("workers’" is one word).
fn words_in_latin(title: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for character in title.chars().flat_map(char::to_lowercase) {
        if matches!(character, '\'' | '’' | '‘' | '\u{300}'..='\u{36f}') {
            continue;
        }
        let spelled = latin_spelling(character);
        if spelled.is_empty() {
            words.push(String::new());
        } else if let Some(word) = words.last_mut() {
            word.push_str(spelled.as_str());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The ASCII spelling of a lower-case letter or digit of the European Latin alphabets; empty for all else.
fn latin_spelling(character: char) -> String {
    if character.is_ascii_alphanumeric() {
        return character.to_string();
    }
    let spelled = match character {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' | 'ǎ' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì' | 'í' | 'î' | 'ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'þ' => "th",
        'ù' | 'ú' | 'û' | 'ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => "",
    };
    spelled.to_owned()
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// When an article was published, as exactly as the publisher knows it: a year, a month or a day.
///
/// Orders by time; the vaguer date comes first, so "2003" sorts before "2003-03".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArticleDate {
    /// Calendar year, 1 to 9999.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: Option<u32>,
    /// Day of the month; only with a month.
    pub day: Option<u32>,
}

/// Why a text is not an article's date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ArticleDateError {
    /// Not one of the three shapes.
    #[error("a date is written as 2003, 2003-03 or 2003-03-05")]
    Shape,
    /// The right shape, but no such day.
    #[error("this day does not exist in the calendar; check month and day")]
    NoSuchDay,
}

impl ArticleDate {
    /// Reads "2003", "2003-03" or "2003-03-05".
    pub fn parse(text: &str) -> Result<Self, ArticleDateError> {
        let mut parts = text.trim().split('-');
        let year = parts.next().and_then(|part| number_of(part, 4)).ok_or(ArticleDateError::Shape)?;
        let year = i32::try_from(year).map_err(|_number| ArticleDateError::Shape)?;
        let month = match parts.next() {
            Some(part) => Some(number_of(part, 2).ok_or(ArticleDateError::Shape)?),
            None => None,
        };
        let day = match parts.next() {
            Some(part) => Some(number_of(part, 2).ok_or(ArticleDateError::Shape)?),
            None => None,
        };
        if parts.next().is_some() {
            return Err(ArticleDateError::Shape);
        }
        Self { year, month, day }.checked()
    }

    /// The date if it exists in the calendar.
    pub fn checked(self) -> Result<Self, ArticleDateError> {
        let day_exists =
            NaiveDate::from_ymd_opt(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1)).is_some();
        let day_has_month = self.day.is_none() || self.month.is_some();
        if day_exists && day_has_month && (1..=9999).contains(&self.year) {
            Ok(self)
        } else {
            Err(ArticleDateError::NoSuchDay)
        }
    }

    /// "2003", "2003-03" or "2003-03-05", as HTML's `<time datetime>` takes it.
    pub fn iso(&self) -> String {
        match (self.month, self.day) {
            (Some(month), Some(day)) => format!("{:04}-{month:02}-{day:02}", self.year),
            (Some(month), None) => format!("{:04}-{month:02}", self.year),
            (None, _) => format!("{:04}", self.year),
        }
    }

    /// English text: "2003", "March 2003" or "5 March 2003".
    pub fn text(&self) -> String {
        let Some(month_name) = self.month_name() else {
            return self.year.to_string();
        };
        match self.day {
            Some(day) => format!("{day} {month_name} {}", self.year),
            None => format!("{month_name} {}", self.year),
        }
    }

    /// The last day that it may mean: of a year its last one.
    pub fn last_day(&self) -> Option<NaiveDate> {
        let (year, month) = (self.year, self.month.unwrap_or(12));
        match self.day {
            Some(day) => NaiveDate::from_ymd_opt(year, month, day),
            None => (28..=31).rev().find_map(|day| NaiveDate::from_ymd_opt(year, month, day)),
        }
    }

    fn month_name(&self) -> Option<&'static str> {
        let index = usize::try_from(self.month?.checked_sub(1)?).ok()?;
        MONTHS.get(index).copied()
    }

    /// The number (1 to 12) of an English month written in full or as its first three letters.
    pub fn month_number(name: &str) -> Option<u32> {
        let name = name.trim_end_matches('.').to_lowercase();
        let index = MONTHS.iter().position(|month| {
            let month = month.to_lowercase();
            name == month || (name.len() >= 3 && name.len() <= 4 && month.starts_with(&name))
        })?;
        u32::try_from(index + 1).ok()
    }
}

/// Reads exactly `digits` ASCII digits.
fn number_of(text: &str, digits: usize) -> Option<u32> {
    (text.len() == digits && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// A published page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// Names the page: `/articles/{slug}`.
    pub slug: Slug,
    /// Headline without the kicker.
    pub title: String,
    /// Word or two set above or before the headline ("Theory").
    pub kicker: Option<String>,
    /// Date of publication.
    pub date: Option<ArticleDate>,
    /// Names of the authors in the order to print them.
    pub authors: Vec<String>,
    /// Introduction set apart from the body; plain text.
    pub standfirst: Option<String>,
    /// BCP 47 tag such as `en` or `pt-BR`.
    pub language: String,
    /// Whether this is the page at `/`.
    pub landing: bool,
    /// Whether it is kept from the public.
    pub draft: bool,
    /// From when it is for the public, by the publisher's clocks; none: at once.
    pub publish: Option<NaiveDateTime>,
    /// What it has to do with others.
    pub ties: Ties,
    /// What it says itself about the appeals on it.
    pub appeal: OwnAppeal,
    /// Whether readers may comment on it, where the site has comments.
    pub comments: bool,
    /// Where it was read before: these addresses lead to it.
    pub was: Vec<OldAddress>,
    /// What an import noted in its file: which text of the other place it is, and how it was written.
    pub imported: Option<String>,
    /// Markdown.
    pub body: String,
}

impl Article {
    /// The complete headline, kicker first: "Theory: 50 years since the death of Stalin".
    pub fn headline(&self) -> String {
        match &self.kicker {
            Some(kicker) => format!("{kicker}: {}", self.title),
            None => self.title.clone(),
        }
    }
}

/// What an article has to do with others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ties {
    /// The series that it is a part of.
    pub series: Option<String>,
    /// Articles that belong with it, in the order in which they are named.
    pub related: Vec<Slug>,
    /// The article that it is a translation of.
    pub translates: Option<Slug>,
}

/// What an article says itself about the appeals on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum OwnAppeal {
    /// Nothing: the rules of the appeals decide.
    #[default]
    ByRules,
    /// It wants none.
    Silent,
    /// This one stands on it; of other places the rules decide.
    Named(Slug),
}

impl OwnAppeal {
    /// The appeal that is named.
    pub fn named(&self) -> Option<&Slug> {
        match self {
            Self::Named(slug) => Some(slug),
            Self::ByRules | Self::Silent => None,
        }
    }
}

/// The call to give that is shown on articles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appeal {
    /// Names the appeal in an article's front matter.
    pub slug: Slug,
    /// Heading above the form.
    pub heading: String,
    /// Markdown.
    pub body: String,
    /// The campaign that gifts from this appeal go to.
    pub campaign: Slug,
    /// ISO currency code to suggested amounts in major units as typed (`EUR` to `10`, `25`). Unchecked here; empty
    /// means the campaign's amounts.
    pub amounts: BTreeMap<String, Vec<String>>,
    /// Where it wants to stand.
    pub position: Position,
    /// Of two that want one place on an article, the higher one has it.
    pub priority: i32,
    /// On which articles it stands without being named; none: on those only that name it.
    pub rules: Option<Rules>,
    /// A second text that is tried beside the first.
    pub second: Option<SecondText>,
}

/// A second text of an appeal. Half of the readers see it, and the gifts of both halves are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondText {
    /// Names this test of both texts.
    pub test: TestId,
    /// Heading above the form.
    pub heading: String,
    /// Markdown.
    pub body: String,
}

/// A tier as its file describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierFile {
    /// Its name in addresses.
    pub slug: Slug,
    /// Its name for readers.
    pub name: String,
    /// One or two sentences for readers.
    pub description: String,
    /// What a patron receives, and what that would cost in a shop as amount and currency, both as written.
    pub benefits: Vec<(String, Option<(String, String)>)>,
    /// Currency code, frequency, amount, all as written.
    pub prices: Vec<(String, String, String)>,
    /// How many patrons it takes.
    pub places: Option<u32>,
    /// Its place in the list.
    pub position: i32,
    /// Whether nobody new may choose it.
    pub archived: bool,
}

/// What is being raised for, as its file describes it. The store keeps what was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignFile {
    /// Names the campaign: `/campaigns/{slug}`.
    pub slug: Slug,
    /// Name shown to donors.
    pub title: String,
    /// One or two sentences of plain text.
    pub summary: String,
    /// Goal as major amount and ISO currency code, both as typed and unchecked here.
    pub goal: Option<(String, String)>,
    /// First day, in the site's time zone.
    pub starts: Option<NaiveDate>,
    /// Last day, in the site's time zone.
    pub ends: Option<NaiveDate>,
    /// ISO currency code to suggested amounts in major units as typed; unchecked here.
    pub amounts: BTreeMap<String, Vec<String>>,
    /// What donors are told once their gift arrived, plain text.
    pub thanks: Option<String>,
    /// What other currencies are worth in that of the goal.
    pub rates: Vec<RateLine>,
    /// What happened since, the latest first.
    pub updates: Vec<CampaignUpdate>,
    /// Other places where it may be told of: their names, and addresses with `{url}` and perhaps `{title}` in them.
    pub share: BTreeMap<String, String>,
    /// Markdown.
    pub body: String,
}

/// A rate as typed in a campaign's file; currency and number are unchecked here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateLine {
    /// ISO code of the currency of which it speaks.
    pub currency: String,
    /// What one unit of it is worth in the currency of the goal.
    pub rate: String,
    /// The day of which it is.
    pub day: NaiveDate,
    /// Who says so.
    pub source: String,
}

/// News of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignUpdate {
    /// Of which day.
    pub day: NaiveDate,
    /// Its heading.
    pub title: String,
    /// Markdown.
    pub body: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_checked_and_never_corrected() {
        assert_eq!(Slug::parse("press-fund").unwrap().as_str(), "press-fund");
        assert_eq!(Slug::parse(""), Err(SlugError::Empty));
        assert_eq!(Slug::parse(&"a".repeat(81)), Err(SlugError::TooLong));
        for bad in ["Press", "press fund", "-press", "press-", "a--b", "../etc", "é"] {
            assert_eq!(Slug::parse(bad), Err(SlugError::BadCharacter), "{bad}");
        }
    }

    #[test]
    fn titles_become_slugs() {
        let slug = |title: &str| Slug::from_title(title).map(|slug| slug.to_string());

        assert_eq!(slug("50 years: the workers’ state?").as_deref(), Some("50-years-the-workers-state"));
        assert_eq!(slug("Für Élise & Łódź").as_deref(), Some("fur-elise-lodz"));
        assert_eq!(slug("Привет"), None);
        assert_eq!(slug(" … "), None);

        let long = slug(&"wordy ".repeat(40)).unwrap();
        assert!(long.len() <= SLUG_CHARS_MAX && long.ends_with("wordy"));
        assert_eq!(slug(&"x".repeat(200)).unwrap().len(), SLUG_CHARS_MAX);
    }

    #[test]
    fn dates_keep_their_exactness() {
        let shown = |text: &str| ArticleDate::parse(text).map(|date| (date.iso(), date.text()));

        assert_eq!(shown("2003"), Ok(("2003".into(), "2003".into())));
        assert_eq!(shown("2003-03"), Ok(("2003-03".into(), "March 2003".into())));
        assert_eq!(shown("2003-03-05"), Ok(("2003-03-05".into(), "5 March 2003".into())));
        assert_eq!(shown("2003-02-30"), Err(ArticleDateError::NoSuchDay));
        assert_eq!(shown("2003-13"), Err(ArticleDateError::NoSuchDay));
        for bad in ["", "March 2003", "2003-3", "03-2003", "2003-03-05T10:00", "2003-03-05-01", "+003"] {
            assert_eq!(shown(bad), Err(ArticleDateError::Shape), "{bad}");
        }
    }

    #[test]
    fn dates_order_by_time() {
        let date = |text| ArticleDate::parse(text).unwrap();

        assert!(date("2003") < date("2003-03"));
        assert!(date("2003-03") < date("2003-03-05"));
        assert!(date("2002-12-31") < date("2003"));
    }

    #[test]
    fn months_are_known_in_full_and_short() {
        assert_eq!(ArticleDate::month_number("march"), Some(3));
        assert_eq!(ArticleDate::month_number("Mar."), Some(3));
        assert_eq!(ArticleDate::month_number("Sept"), Some(9));
        assert_eq!(ArticleDate::month_number("ma"), None);
        assert_eq!(ArticleDate::month_number("Marching"), None);
    }
}
