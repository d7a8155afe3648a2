//! The file of members that Patreon writes (Audience, Export CSV). Its columns are found by their names, so that every
//! generation of the file can be read: columns were added and taken away over the years.

use super::answers::{Standing, kept_name};
use crate::domain::donor::EmailAddress;
use crate::domain::member::MemberNews;
use crate::domain::money::{Currency, Money};
use crate::domain::remote::RemoteId;
use chrono::{DateTime, NaiveDateTime, Utc};
use csv::StringRecord;
use std::collections::{BTreeMap, BTreeSet};

/// Columns without which a line says too little.
const NEEDED: [&str; 13] = [
    "Name",
    "Email",
    "Patron Status",
    "Lifetime Amount",
    "Pledge Amount",
    "Charge Frequency",
    "Tier",
    "Patronage Since Date",
    "Last Charge Date",
    "Last Charge Status",
    "User ID",
    "Last Updated",
    "Currency",
];

/// Faults that are told; of more, only how many.
const FAULTS_MAX: usize = 50;

/// A file of members, all of which can be taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberFile {
    /// Its lines.
    pub lines: Vec<FileLine>,
}

/// A line of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLine {
    /// Where it stands, from 1; the head is the first.
    pub number: u64,
    /// What it says. Levels have no ids in files.
    pub news: MemberNews,
    /// What the level is called.
    pub level: Option<String>,
    /// When Patreon last changed it.
    pub as_of: DateTime<Utc>,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct FileFault {
    /// Where.
    pub line: u64,
    /// What, in words.
    pub what: String,
}

impl MemberFile {
    /// Reads a whole file.
    ///
    /// # Errors
    /// Everything that is wrong with it, by line.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<FileFault>> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            // Of two bytes that end a line the first is dropped with the blanks of its cell; else lines are miscounted.
            .terminator(csv::Terminator::Any(b'\n'))
            .from_reader(bytes);
        let mut records = reader.records();
        let head = match records.next() {
            Some(Ok(head)) => Head::read(&head).map_err(|fault| vec![fault])?,
            Some(Err(error)) => return Err(vec![unreadable(&error, 1)]),
            None => return Err(vec![fault(1, "the file is empty")]),
        };
        let (mut lines, mut faults, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
        for record in records {
            let read = match record {
                Ok(record) if record.iter().all(|cell| cell.trim().is_empty()) => continue,
                Ok(record) => head.line(&record, &mut seen),
                Err(error) => Err(unreadable(&error, 0)),
            };
            match read {
                Ok(line) => lines.push(line),
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() {
            return Ok(Self { lines });
        }
        let more = faults.len().saturating_sub(FAULTS_MAX);
        faults.truncate(FAULTS_MAX);
        if let Some(last) = faults.last_mut().filter(|_| more > 0) {
            last.what = format!("{}; and {more} more lines like these", last.what);
        }
        Err(faults)
    }
}

fn fault(line: u64, what: impl Into<String>) -> FileFault {
    FileFault { line, what: what.into() }
}

/// The reason may quote the line, so only its place is told.
fn unreadable(error: &csv::Error, line: u64) -> FileFault {
    let line = error.position().map_or(line, csv::Position::line);
    fault(line, "is not CSV in UTF-8")
}

/// Which column stands where.
struct Head(BTreeMap<String, usize>);

impl Head {
    fn read(record: &StringRecord) -> Result<Self, FileFault> {
        let named = record.iter().enumerate().map(|(place, name)| (name.trim().to_owned(), place));
        let head = Self(named.collect());
        let missing: Vec<&str> = NEEDED.into_iter().filter(|name| !head.0.contains_key(*name)).collect();
        if missing.is_empty() {
            return Ok(head);
        }
        let what = format!("is not the head of Patreon's file of members: it has no {}", missing.join(", "));
        Err(fault(1, what))
    }

    fn line(&self, record: &StringRecord, seen: &mut BTreeSet<RemoteId>) -> Result<FileLine, FileFault> {
        let number = record.position().map_or(0, csv::Position::line);
        let cells = Cells { head: self, record };
        let (news, as_of) = cells.news().map_err(|what| fault(number, what))?;
        if let Some(person) = news.person.clone()
            && !seen.insert(person)
        {
            return Err(fault(number, "the same User ID stands in another line too"));
        }
        let level = kept_name(cells.text("Tier"));
        Ok(FileLine { number, news, level, as_of })
    }
}

struct Cells<'a> {
    head: &'a Head,
    record: &'a StringRecord,
}

impl Cells<'_> {
    /// Empty where the file has no such column.
    fn text(&self, name: &str) -> &str {
        self.head.0.get(name).and_then(|place| self.record.get(*place)).unwrap_or_default().trim()
    }

    fn news(&self) -> Result<(MemberNews, DateTime<Utc>), String> {
        let person = RemoteId::parse(self.text("User ID")).map_err(|_empty| "there is no User ID")?;
        let currency = Currency::parse(self.text("Currency")).map_err(|error| error.to_string())?;
        let charge = Some(self.text("Last Charge Status")).filter(|word| !word.is_empty());
        let standing = Standing {
            patron: self.patron()?,
            charge,
            is_trial: self.text("Free Trial") == "Yes",
            is_gifted: false,
        };
        let as_of = self.time("Last Updated")?.ok_or("Last Updated is empty")?;
        let news = MemberNews {
            remote: None,
            person: Some(person),
            email: self.email()?,
            is_email_verified: false,
            name: kept_name(self.text("Name")),
            state: standing.state(),
            entitled: self.amount("Pledge Amount", currency)?,
            months: self.months()?,
            tier: None,
            lifetime: self.amount("Lifetime Amount", currency)?,
            joined_at: self.time("Patronage Since Date")?,
            charged_at: self.time("Last Charge Date")?,
            charge: charge.map(str::to_owned),
            next_charge_at: self.time("Next Charge Date")?,
        };
        Ok((news, as_of))
    }

    fn patron(&self) -> Result<Option<&'static str>, String> {
        match self.text("Patron Status") {
            "Active patron" => Ok(Some("active_patron")),
            "Declined patron" => Ok(Some("declined_patron")),
            "Former patron" => Ok(Some("former_patron")),
            "" => Ok(None),
            other => Err(format!("Patron Status is “{}”, which is not known here", short(other))),
        }
    }

    fn email(&self) -> Result<Option<EmailAddress>, String> {
        match self.text("Email") {
            "" => Ok(None),
            typed => {
                EmailAddress::parse(typed).map(Some).map_err(|_malformed| "Email is no address".to_owned())
            }
        }
    }

    fn amount(&self, name: &str, currency: Currency) -> Result<Money, String> {
        let typed = self.text(name);
        if typed.is_empty() || typed.bytes().all(|byte| matches!(byte, b'0' | b'.')) {
            return Ok(Money::zero(currency));
        }
        Money::parse_major(typed, currency).map_err(|error| format!("{name}: {error}"))
    }

    fn months(&self) -> Result<i64, String> {
        match self.text("Charge Frequency") {
            "" | "monthly" => Ok(1),
            "annual" => Ok(12),
            other => Err(format!("Charge Frequency is “{}”, neither monthly nor annual", short(other))),
        }
    }

    fn time(&self, name: &str) -> Result<Option<DateTime<Utc>>, String> {
        match self.text(name) {
            "" => Ok(None),
            typed => NaiveDateTime::parse_from_str(typed, "%Y-%m-%d %H:%M:%S%.f")
                .map(|time| Some(time.and_utc()))
                .map_err(|_no_time| format!("{name} is no time such as 2026-11-01 08:00:00")),
        }
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "Name,Email,Twitter,Discord,Patron Status,Follows You,Lifetime Amount,Pledge Amount,Charge Frequency,Tier,\
        Addressee,Street,City,State,Zip,Country,Phone,Patronage Since Date,Last Charge Date,Last Charge Status,\
        Additional Details,User ID,Last Updated,Currency,Max Posts,Access Expiration,Next Charge Date";
    const NEW: &str = "Name,Email,Discord,Patron Status,Follows You,Free Member,Free Trial,Lifetime Amount,Pledge Amount,\
        Charge Frequency,Tier,Addressee,Street,City,State,Zip,Country,Phone,Patronage Since Date,Last Charge Date,\
        Last Charge Status,Additional Details,User ID,Last Updated,Currency,Max Posts,Access Expiration,Next Charge Date,\
        Full country name,Subscription Source";

    fn faults(text: &str) -> Vec<String> {
        MemberFile::read(text.as_bytes()).unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn both_generations_of_the_file_say_the_same() {
        let old = format!(
            "\u{feff}{OLD}\r\n\"O'Brien, Sam\",sam@example.org,,,Active patron,No,78.00,3.00,annual,Bronze,,,,,,,,\
             2024-10-04 11:45:00,2026-11-21 11:45:00.125,Paid,,5000000,2026-11-21 11:45:00,EUR,,,2026-12-20 11:45:00\r\n"
        );
        let new = format!(
            "{NEW}\n\"O'Brien, Sam\",sam@example.org,,Active patron,No,No,No,78.00,3.00,annual,Bronze,,,,,,,,\
             2024-10-04 11:45:00,2026-11-21 11:45:00.125,Paid,,5000000,2026-11-21 11:45:00,EUR,,,2026-12-20 11:45:00,,web\n"
        );
        let old = MemberFile::read(old.as_bytes()).unwrap();
        assert_eq!(old, MemberFile::read(new.as_bytes()).unwrap());
        let line = &old.lines[0];
        assert_eq!((line.number, line.level.as_deref()), (2, Some("Bronze")));
        assert_eq!(line.news.name.as_deref(), Some("O'Brien, Sam"));
        assert_eq!(
            (line.news.entitled.minor(), line.news.lifetime.minor(), line.news.months),
            (300, 7800, 12)
        );
        assert_eq!(line.news.annual().unwrap().minor(), 300);
    }

    #[test]
    fn everything_that_is_wrong_is_told_by_line() {
        assert_eq!(faults(""), ["line 1: the file is empty"]);
        assert!(faults("Name,Email\nPat,x\n")[0].contains("it has no Patron Status"));
        let row = |status: &str, amount: &str, user: &str| {
            format!(
                "Pat,,,{status},No,No,No,0.00,{amount},monthly,,,,,,,,,,,,,{user},2026-11-21 11:45:00,EUR,,,,,web\n"
            )
        };
        let text = [
            NEW.to_owned() + "\n",
            row("Active patron", "3.00", "1"),
            row("Patron of old", "3.00", "2"),
            row("Active patron", "3.005", "3"),
            row("Active patron", "3.00", "1"),
            row("Active patron", "3.00", ""),
        ];
        let told = faults(&text.concat());
        assert_eq!(told.len(), 4, "{told:?}");
        assert!(told[0].starts_with("line 3: Patron Status is “Patron of old”"), "{told:?}");
        assert!(told[1].starts_with("line 4: Pledge Amount"), "{told:?}");
        assert!(told[2].starts_with("line 5: the same User ID"), "{told:?}");
        assert!(told[3].starts_with("line 6: there is no User ID"), "{told:?}");
    }
}
