//! Reports as tables for spreadsheets: amounts in major units, to the unit, each beside its currency.

use super::appeals::Brought;
use super::reports::{Gifts, Key, Part, Parts, Retention, Timeline};
use crate::domain::figures::{Rhythm, Sums};
use crate::domain::member::Platform;
use crate::domain::money::{Currency, Money};
use crate::domain::outbound::Place;
use crate::domain::sheet::{Cell, Sheet};
use crate::store::reports::donors::Lapsed;
use crate::usecases::members::PaidOutMonth;
use crate::usecases::outbound_links::{Elsewhere, Way};
use crate::usecases::patrons::figures::MonthFigures;

const SUMS: [&str; 7] = ["gifts", "gross", "refunded", "lost", "kept", "fees", "net"];

fn sums(sums: &Sums, currency: Currency) -> Vec<Cell> {
    let amount = |minor| Cell::Amount(Money::new(minor, currency));
    vec![
        Cell::Whole(sums.donations),
        amount(sums.gross),
        amount(sums.refunded),
        amount(sums.lost),
        amount(sums.kept()),
        amount(sums.fees),
        amount(sums.net()),
    ]
}

fn code(currency: Currency) -> Cell {
    Cell::text(currency.code())
}

/// Each step, gifts and recurring support apart.
pub fn timeline(report: &Timeline) -> Sheet {
    let mut rows = Vec::new();
    for curve in &report.curves {
        for step in &curve.steps {
            for (rhythm, of) in [(Rhythm::Once, step.once), (Rhythm::Recurring, step.recurring)] {
                if !of.is_nothing() {
                    let mut row = vec![Cell::Day(step.on), code(curve.currency), Cell::text(rhythm.as_str())];
                    row.extend(sums(&of, curve.currency));
                    rows.push(row);
                }
            }
        }
    }
    let columns = ["from", "currency", "frequency"].into_iter().chain(SUMS).collect();
    Sheet { name: "timeline", columns, rows }
}

/// Each part.
pub fn parts(report: &Parts, name: &'static str) -> Sheet {
    let row = |part: &Part| {
        let what = match &part.key {
            Key::Campaign(_, title) => title.clone(),
            Key::Gateway(gateway) => gateway.as_str().to_owned(),
            Key::Article(article) => article.as_ref().map(ToString::to_string).unwrap_or_default(),
        };
        let mut row = vec![Cell::Text(what), code(part.currency)];
        row.extend(sums(&part.sums, part.currency));
        row
    };
    let columns = ["what", "currency"].into_iter().chain(SUMS).collect();
    Sheet { name, columns, rows: report.parts.iter().map(row).collect() }
}

/// Each article, and below them, in rows and columns of their own, the readers who left from it to give elsewhere, and what came
/// of each appeal, which is the same money once more. No row has both money and an estimate.
pub fn articles(report: &Parts, elsewhere: &Elsewhere, appeals: &[Brought]) -> Sheet {
    const APPEALS: [&str; 6] =
        ["appeal", "appeal_gifts", "appeal_gross", "appeal_refunded", "appeal_lost", "appeal_kept"];
    let way = |way: &Way| {
        let article = way.article.as_ref().map(ToString::to_string).unwrap_or_default();
        let joined = Cell::Hundredths(way.joined_hundredths);
        [Cell::Text(article), Cell::Empty, Cell::text(way.place.as_str()), Cell::Whole(way.times), joined]
    };
    let unexplained = (elsewhere.unexplained > 0).then(|| {
        let joined = Cell::Hundredths(elsewhere.unexplained.saturating_mul(100));
        let place = Cell::text(Place::Patreon.as_str());
        [Cell::text("(nobody had left)"), Cell::Empty, place, Cell::Empty, joined]
    });
    let rows = elsewhere.ways.iter().map(way).chain(unexplained);
    let sheet = beside(parts(report, "articles"), &["left_for", "times", "joined_there_estimated"], rows);
    let appeal = |of: &Brought| {
        let amount = |minor| Cell::Amount(Money::new(minor, of.currency));
        let Sums { donations, gross, refunded, lost, .. } = of.sums;
        let name = Cell::text(of.appeal.as_str());
        let (gifts, kept) = (Cell::Whole(donations), amount(of.sums.kept()));
        [Cell::Empty, code(of.currency), name, gifts, amount(gross), amount(refunded), amount(lost), kept]
    };
    beside(sheet, &APPEALS, appeals.iter().map(appeal))
}

/// Each way of payment, and below them, apart in the same manner, recurring support that is not in the books, and what was paid
/// out of it by month, which is.
pub fn fees(report: &Parts, members: &[MonthFigures], paid_out: &[PaidOutMonth]) -> Sheet {
    const COLUMNS: [&str; 7] = [
        "members",
        "members_in_a_month",
        "paid_out_in",
        "paid_out",
        "paid_out_before_fees",
        "paid_out_fees",
        "paid_out_fees_untold",
    ];
    let way = || Cell::text(Platform::Patreon.as_str());
    let none = || Cell::Empty;
    let standing = members.iter().map(|of| {
        let (count, recurring) = (Cell::Whole(of.patrons), Cell::Amount(of.recurring));
        [way(), code(of.recurring.currency()), count, recurring, none(), none(), none(), none(), none()]
    });
    let arrived = paid_out.iter().map(|of| {
        let month = Cell::Text(of.month.to_string());
        let (sum, gross, fees) = (Cell::Amount(of.arrived), Cell::Amount(of.gross), Cell::Amount(of.fees));
        let untold = Cell::Whole(of.untold);
        [way(), code(of.arrived.currency()), none(), none(), month, sum, gross, fees, untold]
    });
    beside(parts(report, "fees"), &COLUMNS, standing.chain(arrived))
}

/// A table with further columns, which only further rows fill: after the first two columns, of those that the table has,
/// they leave all empty.
fn beside<const CELLS: usize>(
    mut sheet: Sheet,
    columns: &[&'static str],
    rows: impl Iterator<Item = [Cell; CELLS]>,
) -> Sheet {
    const NAMED: usize = 2;
    for row in &mut sheet.rows {
        row.extend(columns.iter().map(|_| Cell::Empty));
    }
    let between = sheet.columns.len().saturating_sub(NAMED);
    for cells in rows {
        let mut row = cells.to_vec();
        let own = row.split_off(NAMED.min(CELLS));
        row.extend(std::iter::repeat_n(Cell::Empty, between));
        row.extend(own);
        sheet.rows.push(row);
    }
    sheet.columns.extend(columns);
    sheet
}

/// Average, median and spread.
pub fn gifts(report: &Gifts) -> Sheet {
    let columns = vec![
        "currency",
        "frequency",
        "gifts",
        "total",
        "average",
        "smallest",
        "lower_quarter",
        "median",
        "upper_quarter",
        "largest",
    ];
    let row = |of: &super::reports::GiftSizes| {
        let amount = |minor| Cell::Amount(Money::new(minor, of.currency));
        vec![
            code(of.currency),
            Cell::text(of.rhythm.as_str()),
            Cell::Whole(of.sizes.count),
            amount(of.sizes.total),
            amount(of.average()),
            amount(of.sizes.smallest),
            amount(of.sizes.lower_quarter),
            amount(of.sizes.median),
            amount(of.sizes.upper_quarter),
            amount(of.sizes.largest),
        ]
    };
    Sheet { name: "gifts", columns, rows: report.sizes.iter().map(row).collect() }
}

/// How many of those who joined in a month were there at the end of each month since.
pub fn retention(report: &Retention) -> Sheet {
    let mut rows = Vec::new();
    for cohort in &report.cohorts {
        for (month, staying) in &cohort.staying {
            rows.push(vec![
                Cell::text(cohort.joined_in.as_str()),
                Cell::text(month.as_str()),
                Cell::Whole(*staying),
            ]);
        }
    }
    Sheet { name: "retention", columns: vec!["joined_in", "month", "patrons"], rows }
}

/// The heading of the list of donors who give no more.
pub const LAPSED: [&str; 7] = ["donor_id", "name", "email", "currency", "kept", "gifts", "last_gift"];

/// One of them.
pub fn lapsed(lapsed: &Lapsed) -> Vec<Cell> {
    vec![
        Cell::Text(lapsed.donor.to_string()),
        Cell::Text(lapsed.name.clone().unwrap_or_default()),
        Cell::Text(lapsed.email.clone()),
        code(lapsed.kept.currency()),
        Cell::Amount(lapsed.kept),
        Cell::Whole(lapsed.gifts),
        Cell::Day(lapsed.last_on),
    ]
}
