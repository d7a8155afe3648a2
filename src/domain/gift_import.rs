//! Gifts that came before: the files in which other places write them down, and what becomes of each line.

use super::appeal::SeenAppeal;
use super::article::Slug;
use super::bank_mapping::{DateOrder, DecimalMark};
use super::donor::{EmailAddress, PersonName};
use super::ids::ImportId;
use super::money::{Currency, Money, Settlement};
use super::pledge::{Frequency, Visibility};
use super::words;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

words! {
    /// Who wrote a file, and so what its columns are called.
    ImportLayout {
        /// Our own: what `mainstay export donations` writes, and what is made by hand after its pattern.
        Mainstay = "mainstay",
        /// The donations of `GiveWP`.
        Givewp = "givewp",
        /// The donations of Donorbox.
        Donorbox = "donorbox",
        /// All patrons of Liberapay, each with the sum of what they gave.
        Liberapay = "liberapay",
        /// The transactions of Ko-fi.
        Kofi = "kofi",
    }
}

impl ImportLayout {
    /// As its maker writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mainstay => "Mainstay",
            Self::Givewp => "GiveWP",
            Self::Donorbox => "Donorbox",
            Self::Liberapay => "Liberapay",
            Self::Kofi => "Ko-fi",
        }
    }
}

words! {
    /// Where a file of gifts stands.
    ImportStatus {
        /// It is looked through; nothing is booked yet.
        Waiting = "waiting",
        /// It can be taken, and somebody has to say so.
        Examined = "examined",
        /// Its gifts are being booked.
        Booking = "booking",
        /// Its gifts are here.
        Done = "done",
        /// It cannot be taken; nothing of it is here.
        Failed = "failed",
        /// Its gifts are being declared void.
        Undoing = "undoing",
        /// Its gifts were declared void.
        Undone = "undone",
    }
}

words! {
    /// Why a line of a file is not booked.
    LeftOut {
        /// The money went back.
        Refunded = "refunded",
        /// It was never paid.
        Failed = "failed",
        /// It was not settled when the file was written.
        Pending = "pending",
        /// It was a test.
        Test = "test",
        /// It is no gift that came in: a sale, money that went out, or none at all.
        NoGift = "no_gift",
        /// A line above it is the same gift.
        Repeat = "repeat",
        /// A file that was taken over before has it.
        Known = "known",
        /// It is on record by itself: its payment came through a gateway of this site, or it was exported from here.
        OnRecord = "on_record",
    }
}

impl LeftOut {
    /// Why, in words.
    pub fn why(self) -> &'static str {
        match self {
            Self::Refunded => "the money went back",
            Self::Failed => "it was never paid",
            Self::Pending => "it was not settled when the file was written",
            Self::Test => "it was a test",
            Self::NoGift => "it is no gift that came in",
            Self::Repeat => "a line above it is the same gift",
            Self::Known => "it was taken over before",
            Self::OnRecord => "it is on record already",
        }
    }
}

/// What is said of a file beside what stands in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// Who wrote it; none: the heading tells.
    pub layout: Option<ImportLayout>,
    /// The order of a day's parts; none: only days that can be read in one way are taken.
    pub date_order: Option<DateOrder>,
    /// What stands before decimals; none: only amounts that can be read in one way are taken.
    pub decimal_mark: Option<DecimalMark>,
    /// The campaign of lines that name none that is known here.
    pub campaign: Option<Slug>,
    /// Whether yearly statements count the gifts.
    pub on_statements: bool,
}

/// A file that was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Its id.
    pub id: ImportId,
    /// What the file was called.
    pub name: String,
    /// What was said of it.
    pub options: ImportOptions,
    /// Where it stands.
    pub status: ImportStatus,
    /// Counts how often work on it was begun.
    pub round: i64,
    /// Its length.
    pub bytes: i64,
    /// How many lines it has, once it was looked through.
    pub lines_all: i64,
    /// How many of them the work at hand is through with.
    pub lines_done: i64,
    /// How many gifts of it are on record.
    pub booked: i64,
    /// What was found when it was looked through.
    pub report: Option<Report>,
    /// Why it cannot be taken.
    pub error: Option<String>,
    /// Who handed it in.
    pub asked_by: String,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// When it came to an end, or was last changed after that.
    pub done_at: Option<DateTime<Utc>>,
}

impl Import {
    /// Whether something is still to happen by itself.
    pub fn is_live(&self) -> bool {
        matches!(self.status, ImportStatus::Waiting | ImportStatus::Booking | ImportStatus::Undoing)
    }

    /// How far the work at hand is, in per cent.
    pub fn percent(&self) -> i64 {
        let done = self.lines_done.clamp(0, self.lines_all.max(0));
        done.saturating_mul(100).checked_div(self.lines_all).unwrap_or_default()
    }
}

/// Lines that are named one by one in a report; of more, the number is enough.
const NAMED_MAX: usize = 200;

/// What taking a file over comes to. It says nothing of any person.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Report {
    /// The word of the layout.
    pub layout: String,
    /// Lines below the heading.
    pub lines: i64,
    /// Gifts that are booked, or would be.
    pub gifts: i64,
    /// Of these, how many are of recurring support.
    pub recurring: i64,
    /// Of these, how many have no address that a letter could go to.
    pub without_address: i64,
    /// Of these, how many look like a gift on record: same donor, day and amount. They are booked all the same.
    pub alike: i64,
    /// The days of the first and the last gift.
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// By currency, in minor units: what was given, and what of it went back.
    pub sums: Vec<(String, i64, i64)>,
    /// By reason, how many lines are left out.
    pub left_out: Vec<(String, i64)>,
    /// The first of them: line, and the word of the reason.
    pub named: Vec<(u64, String)>,
}

impl Report {
    /// Notes a line that is left out.
    pub fn leave_out(&mut self, at: u64, why: LeftOut) {
        let word = why.as_str();
        match self.left_out.iter_mut().find(|(known, _)| known == word) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => self.left_out.push((word.to_owned(), 1)),
        }
        if self.named.len() < NAMED_MAX {
            self.named.push((at, word.to_owned()));
        }
    }

    /// What it comes to, a sentence each.
    pub fn findings(&self) -> Vec<String> {
        let Self { lines, gifts, recurring, without_address, alike, .. } = self;
        let mut said = vec![format!(
            "{lines} lines, {gifts} gifts to book: {recurring} of recurring support, {without_address} without an address."
        )];
        said.extend(self.days.map(|(first, last)| format!("They came between {first} and {last}.")));
        for (code, given, back) in &self.sums {
            let Ok(currency) = Currency::parse(code) else { continue };
            let (given, back) = (Money::new(*given, currency), Money::new(*back, currency));
            said.push(format!("{given} were given, of which {back} went back."));
        }
        if *alike > 0 {
            said.push(format!(
                "{alike} of them look like a gift on record, of the same donor, day and amount: look whether they are the same."
            ));
        }
        said
    }

    /// Why lines are left out, a sentence each.
    pub fn reasons(&self) -> Vec<String> {
        /// Lines that a sentence names.
        const SHOWN: usize = 10;
        let sentence = |(word, count): &(String, i64)| {
            let why = LeftOut::parse(word).map_or_else(|| word.clone(), |reason| reason.why().to_owned());
            let named = self.named.iter().filter(|(_, named)| named == word).take(SHOWN);
            let lines: Vec<String> = named.map(|(at, _)| at.to_string()).collect();
            let more =
                if usize::try_from(*count).is_ok_and(|count| count > lines.len()) { ", …" } else { "" };
            format!("{count} left out, because {why}: line {}{more}.", lines.join(", "))
        };
        self.left_out.iter().map(sentence).collect()
    }

    /// Notes a gift, and the day on which it came. False if the sums of the file leave what can be counted.
    #[must_use]
    pub fn count(&mut self, gift: &PastGift, day: NaiveDate) -> bool {
        self.gifts = self.gifts.saturating_add(1);
        self.recurring = self.recurring.saturating_add(i64::from(gift.frequency.is_recurring()));
        self.without_address = self.without_address.saturating_add(i64::from(gift.email.is_none()));
        self.days = Some(self.days.map_or((day, day), |(first, last)| (first.min(day), last.max(day))));
        let code = gift.amount.currency().code();
        let (given, back) = (gift.amount.minor(), gift.refunded.minor());
        match self.sums.iter_mut().find(|(known, _, _)| known == code) {
            Some((_, sum, went)) => {
                *sum = sum.saturating_add(given);
                *went = went.saturating_add(back);
            }
            None => self.sums.push((code.to_owned(), given, back)),
        }
        self.sums.iter().all(|(_, sum, _)| *sum <= super::money::MINOR_MAX)
    }
}

/// When a gift came, as far as its file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// At this moment.
    Moment(DateTime<Utc>),
    /// At this time on the publisher's clocks.
    Local(NaiveDateTime),
    /// On this day of the publisher's calendar.
    Day(NaiveDate),
}

/// A gift as a file says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastGift {
    /// The line of the file where it begins, from 1.
    pub at: u64,
    /// What it is recognised by, whatever file it comes in: the name that its maker gave it, otherwise all that it says.
    pub marks: Vec<String>,
    /// Whether that is a name, which no two gifts have.
    pub is_named: bool,
    /// Who gave.
    pub name: Option<PersonName>,
    /// Their address.
    pub email: Option<EmailAddress>,
    /// What the other place calls them.
    pub giver: Option<String>,
    /// How much was given.
    pub amount: Money,
    /// What arrived of it, and what the other place or its gateway kept.
    pub settled: Settlement,
    /// What went back of it since.
    pub refunded: Money,
    /// When it came.
    pub when: When,
    /// What it was given for, in the words of the other place.
    pub campaign: Option<String>,
    /// How often it was promised.
    pub frequency: Frequency,
    /// What the other place calls the promise, if it recurs.
    pub plan: Option<String>,
    /// Whether the public may see the name: only where the file says so.
    pub visibility: Visibility,
    /// A word to the publisher.
    pub message: Option<String>,
    /// The article that led to it.
    pub article: Option<Slug>,
    /// The appeal that led to it.
    pub appeal: Option<SeenAppeal>,
    /// The gateway's own name of the payment.
    pub payment: Option<String>,
    /// The name under which this program exported it.
    pub exported_as: Option<String>,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportRow {
    /// A gift.
    Gift(Box<PastGift>),
    /// Nothing to book.
    LeftOut {
        /// The line of the file.
        at: u64,
        /// Why.
        why: LeftOut,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::MINOR_MAX;

    fn gift(minor: i64) -> PastGift {
        let amount = Money::new(minor, Currency::parse("EUR").unwrap());
        PastGift {
            at: 2,
            marks: Vec::new(),
            is_named: false,
            name: None,
            email: None,
            giver: None,
            amount,
            settled: Settlement::plain(amount, 0),
            refunded: Money::zero(amount.currency()),
            when: When::Day(NaiveDate::default()),
            campaign: None,
            frequency: Frequency::Monthly,
            plan: None,
            visibility: Visibility::Hidden,
            message: None,
            article: None,
            appeal: None,
            payment: None,
            exported_as: None,
        }
    }

    #[test]
    fn a_report_adds_up_and_refuses_what_cannot_be_counted() {
        let mut report = Report::default();
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert!(report.count(&gift(2500), day("2020-05-02")));
        assert!(report.count(&gift(1), day("2019-01-31")));
        assert_eq!(report.sums, [("EUR".to_owned(), 2501, 0)]);
        assert_eq!(report.days, Some((day("2019-01-31"), day("2020-05-02"))));
        assert_eq!((report.gifts, report.recurring, report.without_address), (2, 2, 2));
        assert!(!report.count(&gift(MINOR_MAX), day("2020-01-01")));
    }

    #[test]
    fn lines_that_are_left_out_are_all_counted_and_the_first_named() {
        let mut report = Report::default();
        for at in 2..=500 {
            report.leave_out(at, if at == 2 { LeftOut::Test } else { LeftOut::Refunded });
        }
        assert_eq!(report.left_out, [("test".to_owned(), 1), ("refunded".to_owned(), 498)]);
        assert_eq!(report.named.len(), NAMED_MAX);
        assert_eq!(report.named.first(), Some(&(2, "test".to_owned())));
    }
}
