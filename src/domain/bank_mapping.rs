//! What the columns of a bank's CSV mean: said once, saved under a name, used for every file of that bank.

use super::ids::BankMappingId;
use super::money::Currency;
use super::words;
use chrono::NaiveDate;

words! {
    /// How the letters of a file are written.
    Charset {
        /// As nearly everything is today.
        Utf8 = "utf-8",
        /// As older programs write in western Europe; Latin-1 is a part of it.
        Windows1252 = "windows-1252",
    }
}

words! {
    /// What stands between two cells.
    Delimiter {
        /// A semicolon.
        Semicolon = "semicolon",
        /// A comma.
        Comma = "comma",
        /// A tabulator.
        Tab = "tab",
        /// An upright stroke.
        Pipe = "pipe",
    }
}

impl Delimiter {
    /// As it stands in the file.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Semicolon => b';',
            Self::Comma => b',',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
        }
    }
}

words! {
    /// In what order the parts of a day are written. Points, strokes and dashes between them are all the same.
    DateOrder {
        /// 31.12.2026 or 31/12/26.
        DayMonthYear = "dmy",
        /// 12/31/2026.
        MonthDayYear = "mdy",
        /// 2026-12-31 or 20261231.
        YearMonthDay = "ymd",
    }
}

words! {
    /// What stands before the decimals of an amount.
    DecimalMark {
        /// 1.234,50
        Comma = "comma",
        /// 1,234.50
        Point = "point",
    }
}

/// Where the amount of a line stands. Columns are counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AmountColumns {
    /// In one column, with a minus for what went out.
    Signed {
        /// Which.
        column: usize,
    },
    /// In one column, with a minus for what came in.
    SignedTheOtherWay {
        /// Which.
        column: usize,
    },
    /// In two columns, of which one is filled in.
    Pair {
        /// What came in.
        credit: usize,
        /// What went out.
        debit: usize,
    },
}

/// What a file's columns mean. Columns are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The publisher's account that files of this kind are of.
    pub account: String,
    /// The currency of the account.
    pub currency: Currency,
    /// How letters are written.
    pub charset: Charset,
    /// What stands between cells.
    pub delimiter: Delimiter,
    /// Rows at the top that are no lines of the account.
    pub header_rows: usize,
    /// Rows at the bottom that are none.
    pub footer_rows: usize,
    /// The order of a day's parts.
    pub date_order: DateOrder,
    /// What stands before decimals.
    pub decimal_mark: DecimalMark,
    /// The day on which the bank booked a line.
    pub date: usize,
    /// How much.
    pub amount: AmountColumns,
    /// The other side's name.
    pub name: Option<usize>,
    /// The other side's account.
    pub other_account: Option<usize>,
    /// What was written on it; several are put together.
    pub text: Vec<usize>,
    /// The bank's own name of the line.
    pub bank_id: Option<usize>,
}

/// A mapping on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedMapping {
    /// Its id.
    pub id: BankMappingId,
    /// What staff call it.
    pub name: String,
    /// What the columns mean.
    pub mapping: Mapping,
}

/// Columns of a file that are looked at: no bank writes as many.
pub const COLUMNS_MAX: usize = 60;
/// Rows that can be left out at the top or at the bottom.
pub const ROWS_OUT_MAX: usize = 50;

impl Mapping {
    /// Every column that is named.
    pub fn columns(&self) -> Vec<usize> {
        let amounts = match self.amount {
            AmountColumns::Signed { column } | AmountColumns::SignedTheOtherWay { column } => vec![column],
            AmountColumns::Pair { credit, debit } => vec![credit, debit],
        };
        let optional = [self.name, self.other_account, self.bank_id];
        let mut all = vec![self.date];
        all.extend(amounts);
        all.extend(optional.into_iter().flatten());
        all.extend(&self.text);
        all
    }
}

/// Reads a day; none if it is not one in this order. Two digits of a year are of this century.
pub fn read_day(text: &str, order: DateOrder) -> Option<NaiveDate> {
    // Some banks write the time behind the day.
    let day = text.trim().split([' ', 'T']).next()?;
    let mut parts: Vec<&str> = day.split(['.', '/', '-']).filter(|part| !part.is_empty()).collect();
    if let [only] = parts.as_slice()
        && only.len() == 8
        && only.is_ascii()
    {
        let (one, two) = match order {
            DateOrder::YearMonthDay => (4, 6),
            DateOrder::DayMonthYear | DateOrder::MonthDayYear => (2, 4),
        };
        parts = vec![only.get(..one)?, only.get(one..two)?, only.get(two..)?];
    }
    let [first, second, third] = parts.as_slice() else { return None };
    let (year, month, day) = match order {
        DateOrder::DayMonthYear => (third, second, first),
        DateOrder::MonthDayYear => (third, first, second),
        DateOrder::YearMonthDay => (first, second, third),
    };
    let number = |text: &str, digits: &[usize]| -> Option<u32> {
        let plain = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if plain { text.parse().ok() } else { None }
    };
    let short = year.len() == 2;
    let year = number(year, &[2, 4])?;
    let year = i32::try_from(if short { 2000 + year } else { year }).ok()?;
    NaiveDate::from_ymd_opt(year, number(month, &[1, 2])?, number(day, &[1, 2])?)
}

/// An amount as a CSV writes it, as digits with a decimal point and perhaps a minus in front; none if it is no number in
/// this way of writing. Groups of thousands must be whole.
pub fn plain_amount(text: &str, mark: DecimalMark) -> Option<String> {
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let bare = bare.replace('\u{2212}', "-");
    // A sign may stand in front or behind.
    let (negative, unsigned) = match (bare.strip_prefix('-'), bare.strip_suffix('-')) {
        (Some(rest), None) | (None, Some(rest)) => (true, rest),
        (None, None) => (false, bare.strip_prefix('+').unwrap_or(&bare)),
        (Some(_), Some(_)) => return None,
    };
    let (point, groups) = match mark {
        DecimalMark::Comma => (',', ['.', '\'', '\u{2019}']),
        DecimalMark::Point => ('.', [',', '\'', '\u{2019}']),
    };
    let (whole, decimals) = unsigned.split_once(point).unwrap_or((unsigned, ""));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = whole.split(groups);
    let first = parts.next()?;
    let rest: Vec<&str> = parts.collect();
    let whole_groups = rest.iter().all(|part| part.len() == 3 && digits(part));
    let well_placed = digits(first) && whole_groups && (rest.is_empty() || first.len() <= 3);
    if !well_placed || (unsigned.contains(point) && !digits(decimals)) {
        return None;
    }
    let sign = if negative { "-" } else { "" };
    let decimals = if decimals.is_empty() { String::new() } else { format!(".{decimals}") };
    Some(format!("{sign}{first}{}{decimals}", rest.concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_in_the_order_that_was_said_and_in_no_other() {
        let day = |text, order| read_day(text, order).map(|day| day.to_string());
        for (text, order) in [
            ("31.12.2026", DateOrder::DayMonthYear),
            ("31/12/26", DateOrder::DayMonthYear),
            ("31122026", DateOrder::DayMonthYear),
            ("12/31/2026", DateOrder::MonthDayYear),
            ("2026-12-31", DateOrder::YearMonthDay),
            ("20261231", DateOrder::YearMonthDay),
            (" 2026-12-31T10:00:00 ", DateOrder::YearMonthDay),
        ] {
            assert_eq!(day(text, order).as_deref(), Some("2026-12-31"), "{text}");
        }
        for text in [
            "12/31/2026",
            "",
            "1",
            "31.12.",
            "31.12.026",
            "+1.+2.2026",
            "99.99.9999",
            "31.12.2026.1",
            "ää.bb.cccc",
        ] {
            assert_eq!(day(text, DateOrder::DayMonthYear), None, "{text}");
        }
    }

    #[test]
    fn amounts_are_read_with_the_mark_that_was_said() {
        let read = |text, mark| plain_amount(text, mark);
        for (text, mark, plain) in [
            ("1.234,50", DecimalMark::Comma, "1234.50"),
            ("-25,00", DecimalMark::Comma, "-25.00"),
            ("25,00-", DecimalMark::Comma, "-25.00"),
            ("+25", DecimalMark::Comma, "25"),
            ("1'234.5", DecimalMark::Point, "1234.5"),
            ("1,234,567.00", DecimalMark::Point, "1234567.00"),
            ("25.000", DecimalMark::Comma, "25000"),
            ("\u{2212}3", DecimalMark::Point, "-3"),
        ] {
            assert_eq!(read(text, mark).as_deref(), Some(plain), "{text}");
        }
        for text in ["", "-", "25.00", "2.5,0", "1,2,3", "1.23.456,0", "1e5", "25,", "-25-", "€25", ",5"] {
            assert_eq!(read(text, DecimalMark::Comma), None, "{text}");
        }
    }
}
