//! Days, amounts and words as other places write them. What can be read in two ways is refused until somebody says which.

use crate::domain::bank_mapping::{DateOrder, DecimalMark, plain_amount, read_day};
use crate::domain::gift_import::When;
use crate::domain::money::{Currency, Money, MoneyError};
use crate::domain::pledge::Frequency;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

/// Characters of a cell that a sentence about it repeats.
const SHOWN: usize = 24;

/// The beginning of a cell, for a sentence about it.
pub(super) fn shown(cell: &str) -> String {
    cell.chars().filter(|c| !c.is_control()).take(SHOWN).collect()
}

/// Reads an amount of zero or more; nothing is zero.
pub(super) fn amount(cell: &str, currency: Currency, mark: Option<DecimalMark>) -> Result<Money, String> {
    if !cell.chars().any(|c| ('1'..='9').contains(&c)) && cell.chars().all(|c| "0.,' ".contains(c)) {
        return Ok(Money::zero(currency));
    }
    let Some(mark) = mark else {
        return Money::parse_typed(cell, currency).map_err(|error| {
            if !matches!(error, MoneyError::Ambiguous { .. }) {
                return error.to_string();
            }
            let cell = shown(cell);
            format!("“{cell}” can be read in two ways; say with --decimals whether a point or a comma stands before decimals")
        });
    };
    let bare = bare_number(cell, currency);
    let plain = plain_amount(bare, mark).ok_or_else(|| format!("“{}” is not an amount", shown(cell)))?;
    let amount = Money::parse_major(&plain, currency).map_err(|error| error.to_string())?;
    if amount.minor() < 0 { Err("the amount is less than zero".to_owned()) } else { Ok(amount) }
}

/// An amount without its currency.
fn bare_number(cell: &str, currency: Currency) -> &str {
    let mut rest = cell;
    for mark in [Some(currency.code()), currency.symbol()].into_iter().flatten() {
        rest = rest.strip_prefix(mark).or_else(|| rest.strip_suffix(mark)).unwrap_or(rest).trim();
    }
    rest
}

/// Reads minor units of zero or more; nothing is zero.
pub(super) fn minor(cell: &str) -> Result<i64, String> {
    let is_plain = cell.bytes().all(|byte| byte.is_ascii_digit());
    if cell.is_empty() {
        return Ok(0);
    }
    let read = if is_plain { cell.parse().ok() } else { None };
    read.ok_or_else(|| format!("“{}” is not a number of minor units", shown(cell)))
}

/// Reads when a gift came; `time` where it stands apart from the day. Times without a zone are of Greenwich if `utc`, else
/// of the publisher.
pub(super) fn when(cell: &str, time: &str, order: Option<DateOrder>, utc: bool) -> Result<When, String> {
    if let Some(moment) = moment(cell) {
        return Ok(When::Moment(moment));
    }
    let (day, behind) = day_and_time(cell, order)?;
    let time = if time.is_empty() { behind.as_str() } else { time };
    if time.is_empty() {
        return Ok(When::Day(day));
    }
    let time = read_time(time).ok_or_else(|| format!("“{}” is no time of day", shown(time)))?;
    let local: NaiveDateTime = day.and_time(time);
    Ok(if utc { When::Moment(local.and_utc()) } else { When::Local(local) })
}

/// A time that says its zone.
fn moment(cell: &str) -> Option<DateTime<Utc>> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(cell) {
        return Some(moment.to_utc());
    }
    let zoned = cell.strip_suffix("UTC").map(|rest| format!("{}+0000", rest.trim_end()));
    let text = zoned.as_deref().unwrap_or(cell);
    let formats = ["%Y-%m-%d %H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M%z", "%Y-%m-%d %H:%M %z"];
    formats.iter().find_map(|format| DateTime::parse_from_str(text, format).ok()).map(|at| at.to_utc())
}

/// The day at the beginning of a cell, and what stands behind it.
fn day_and_time(cell: &str, order: Option<DateOrder>) -> Result<(NaiveDate, String), String> {
    const WRITTEN_OUT: [&str; 6] =
        ["%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y", "%d. %B %Y", "%A, %B %d, %Y"];
    let no_day = || format!("“{}” is no day", shown(cell));
    for format in WRITTEN_OUT {
        if let Ok((day, rest)) = NaiveDate::parse_and_remainder(cell, format) {
            return Ok((day, rest.trim_start_matches([',', ' ']).trim_start_matches("at ").to_owned()));
        }
    }
    let (numbers, rest) = cell.split_once([' ', 'T', ',']).unwrap_or((cell, ""));
    let rest = rest.trim_start_matches([',', ' ']).to_owned();
    if let Some(order) = order {
        return Ok((read_day(numbers, order).ok_or_else(no_day)?, rest));
    }
    let begins_with_year = numbers.bytes().take_while(u8::is_ascii_digit).count() == 4;
    if begins_with_year {
        return Ok((read_day(numbers, DateOrder::YearMonthDay).ok_or_else(no_day)?, rest));
    }
    let read = |order| read_day(numbers, order);
    match (read(DateOrder::DayMonthYear), read(DateOrder::MonthDayYear)) {
        (Some(one), Some(other)) if one != other => Err(format!(
            "“{}” can be read as two days; say with --dates whether the day (dmy) or the month (mdy) comes first",
            shown(cell)
        )),
        (Some(day), _) | (None, Some(day)) => Ok((day, rest)),
        (None, None) => Err(no_day()),
    }
}

fn read_time(text: &str) -> Option<NaiveTime> {
    let formats = ["%H:%M:%S%.f", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "%I:%M%p"];
    formats.iter().find_map(|format| NaiveTime::parse_from_str(text.trim(), format).ok())
}

/// How often, in the words of any of these places; none for one gift.
pub(super) fn frequency(cell: &str) -> Result<Option<Frequency>, String> {
    match cell.to_lowercase().replace(['-', '_', ' '], "").as_str() {
        "" | "once" | "onetime" | "single" => Ok(None),
        "weekly" | "week" => Ok(Some(Frequency::Weekly)),
        "monthly" | "month" => Ok(Some(Frequency::Monthly)),
        "quarterly" | "quarter" => Ok(Some(Frequency::Quarterly)),
        "yearly" | "year" | "annual" | "annually" => Ok(Some(Frequency::Yearly)),
        _ => Err(format!("“{}” is not how often support comes", shown(cell))),
    }
}

/// Yes or no; none where it says nothing.
pub(super) fn yes(cell: &str) -> Result<Option<bool>, String> {
    match cell.to_lowercase().as_str() {
        "" => Ok(None),
        "yes" | "true" | "1" | "y" => Ok(Some(true)),
        "no" | "false" | "0" | "n" => Ok(Some(false)),
        _ => Err(format!("“{}” is neither yes nor no", shown(cell))),
    }
}

/// What our own export put before a text that a spreadsheet would run is taken away again.
pub(super) fn as_written(cell: &str) -> &str {
    let guarded =
        |c: char| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\0' | '＝' | '＋' | '－' | '＠');
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(guarded)).unwrap_or(cell)
}
