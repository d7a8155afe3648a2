//! Figures as tables and charts.

use crate::domain::figures::Sums;
use crate::domain::money::{Currency, Money};
use crate::render::chart::{Chart, Form, Series};
use crate::render::figure_pages::{FigureCell, FigureHead, FigureTable};
use crate::usecases::figures::reports::{Key, Part};
use chrono::NaiveDate;

pub(super) const SUM_HEADS: [&str; 6] = ["Gifts", "Gross", "Went back", "Kept", "Fees", "Net"];

pub(super) fn money(minor: i64, currency: Currency) -> String {
    Money::new(minor, currency).text()
}

/// Without cents, for an axis.
pub(super) fn about(minor: i64, currency: Currency) -> String {
    Money::new(minor, currency).short_text()
}

pub(super) fn whole(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if number < 0 { format!("−{out}") } else { out }
}

/// A part of a whole, in tenths of a hundredth: `3.4 %`.
pub(super) fn share(part: i64, all: i64) -> String {
    if all == 0 {
        return "–".to_owned();
    }
    let tenths = (i128::from(part) * 1_000 + i128::from(all) / 2).div_euclid(i128::from(all));
    format!("{}.{} %", tenths.div_euclid(10), tenths.rem_euclid(10))
}

/// How much more or less it is than before.
pub(super) fn change(now: i64, before: i64) -> String {
    if before == 0 {
        return "nothing then".to_owned();
    }
    let difference = i128::from(now) - i128::from(before);
    let percent = (difference * 100).div_euclid(i128::from(before));
    match percent {
        0 => "as much".to_owned(),
        more if more > 0 => format!("+{more}\u{a0}%"),
        less => format!("−{}\u{a0}%", less.unsigned_abs()),
    }
}

pub(super) fn month_text(day: NaiveDate) -> String {
    day.format("%b %y").to_string()
}

pub(super) fn text(label: &'static str, text: impl Into<String>) -> FigureCell {
    FigureCell { label, text: text.into(), url: None, number: false }
}

pub(super) fn number(label: &'static str, text: impl Into<String>) -> FigureCell {
    FigureCell { label, text: text.into(), url: None, number: true }
}

pub(super) fn linked(mut cell: FigureCell, url: &str) -> FigureCell {
    cell.url = Some(url.to_owned());
    cell
}

/// The cells of sums; the number of gifts leads to their rows.
pub(super) fn sums(sums: &Sums, currency: Currency, behind: Option<&str>) -> Vec<FigureCell> {
    let gifts = number("Gifts", whole(sums.donations));
    let amount = |label, minor| number(label, money(minor, currency));
    vec![
        match behind {
            Some(url) => linked(gifts, url),
            None => gifts,
        },
        amount("Gross", sums.gross),
        amount("Went back", sums.refunded.saturating_add(sums.lost)),
        amount("Kept", sums.kept()),
        amount("Fees", sums.fees),
        amount("Net", sums.net()),
    ]
}

pub(super) fn heads(first: &[&'static str], numbers: &[&'static str]) -> Vec<FigureHead> {
    let head = |number| move |label: &&'static str| FigureHead { label, number };
    first.iter().map(head(false)).chain(numbers.iter().map(head(true))).collect()
}

pub(super) fn name(part: &Part) -> String {
    match &part.key {
        Key::Campaign(_, title) => title.clone(),
        Key::Gateway(gateway) => crate::render::gateway_label(*gateway).to_owned(),
        Key::Article(Some(slug)) => slug.to_string(),
        Key::Article(None) => "No article known".to_owned(),
    }
}

/// Parts, the largest first.
pub(super) fn parts(parts: &[Part], what: &'static str, caption: String) -> FigureTable {
    let row = |part: &Part| {
        let mut row = vec![linked(text(what, name(part)), &part.behind)];
        row.extend(sums(&part.sums, part.currency, None));
        row
    };
    FigureTable {
        caption,
        heads: heads(&[what], &SUM_HEADS),
        rows: parts.iter().map(row).collect(),
        total: false,
    }
}

/// A drawing of amounts in one currency.
pub(super) fn drawing(
    (id, title): (&str, &str),
    form: Form,
    places: &[String],
    series: &[Series],
    currency: Currency,
) -> String {
    if places.len() < 2 {
        return String::new();
    }
    let all = |series: &Series| series.values.iter().fold(0_i64, |sum, value| sum.saturating_add(*value));
    let last = |series: &Series| series.values.last().copied().unwrap_or_default();
    let told: Vec<String> = series
        .iter()
        .map(|series| match form {
            Form::Bars => format!("{}: {} in all", series.name, money(all(series), currency)),
            Form::Lines => format!("{}: {} at the end", series.name, money(last(series), currency)),
        })
        .collect();
    let (first, end) =
        (places.first().cloned().unwrap_or_default(), places.last().cloned().unwrap_or_default());
    let description = format!("{first} to {end}. {}. The figures are in the table.", told.join("; "));
    let spell = |minor| about(minor, currency);
    Chart { id, title, description: &description, form, places, series, spell: &spell }.svg()
}
