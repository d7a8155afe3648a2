//! Members at platforms elsewhere, as figures: beside what is in the books, and never in a sum of it.

use super::shown::{change, heads, linked, number, text, whole};
use crate::domain::member::Platform;
use crate::domain::money::{Currency, Money};
use crate::domain::patron::Month;
use crate::render::figure_pages::{FigureCell, FigureSection, FigureTable, Headline};
use crate::store::external_members::Twice;
use crate::usecases::figures::dashboard::Support;
use crate::usecases::figures::members::Together;
use crate::usecases::members::PaidOutMonth;
use crate::usecases::patrons::figures::MonthFigures;
use chrono::NaiveDate;

/// Where all of them are.
const LIST: &str = "/admin/external-members";

/// What they support the publication with now.
pub(super) fn headline(support: &Support, twice: &[Twice]) -> Headline {
    let now = &support.now;
    let currency = now.recurring.currency();
    let before = support.before.as_ref().map_or_else(
        || "nothing".to_owned(),
        |then| {
            let text = then.recurring.text();
            format!("{text} · {}", change(now.recurring.minor(), then.recurring.minor()))
        },
    );
    let mut notes = vec![
        number("A month ago", before),
        linked(number("Members", whole(now.patrons)), LIST),
        number("Joined · returned", format!("{} · {}", now.joined, now.returned)),
        number("Left", whole(now.left)),
        number("Missed · recovered", format!("{} · {}", now.failing, now.recovered)),
    ];
    let both = twice.iter().find(|twice| twice.annual.currency() == currency);
    notes.extend(both.map(|both| number("Patrons here, too", whole(both.members))));
    Headline {
        name: format!("Members at Patreon a month, {currency}"),
        text: now.recurring.text(),
        url: Some(LIST.to_owned()),
        notes,
    }
}

/// Both together.
pub(super) fn together(of: &Together) -> Headline {
    let mut notes = vec![number("Here", of.here.text()), number("At Patreon", of.there.text())];
    if of.both > 0 {
        let less = Money::new(of.twice.minor().saturating_neg(), of.twice.currency());
        notes.push(number("In both places, counted once", format!("{} · {}", whole(of.both), less.text())));
    }
    notes.push(number("Patrons and members", whole(of.supporters)));
    Headline {
        name: format!("Here and at Patreon a month, {}", of.here.currency()),
        text: of.recurring().text(),
        url: None,
        notes,
    }
}

/// A line for them below the ways of payment, in a table of its own: what is above is in the books.
pub(super) fn line(standing: &[MonthFigures], today: NaiveDate) -> Option<FigureSection> {
    let when = match standing.first() {
        Some(of) if of.month != Month::of(today) => format!("stood at the end of {}", of.month),
        Some(_) | None => "stands now".to_owned(),
    };
    let row = |of: &MonthFigures| -> Vec<FigureCell> {
        let all = linked(number("Members", whole(of.patrons)), LIST);
        vec![text("Way", Platform::Patreon.label()), all, number("In a month", of.recurring.text())]
    };
    (!standing.is_empty()).then(|| FigureSection {
        id: "elsewhere".to_owned(),
        title: "Recurring support elsewhere".to_owned(),
        text: format!("As it {when}. Patreon pays this out, less fees; it is in no sum of the ways above."),
        table: FigureTable {
            caption: "Members at platforms elsewhere".to_owned(),
            heads: heads(&["Way"], &["Members", "In a month"]),
            rows: standing.iter().map(row).collect(),
            total: false,
        },
        ..FigureSection::default()
    })
}

/// What arrived of it, from the books, beside what the members stood for: never in one sum with either of them.
pub(in crate::web::admin) fn paid_out(months: &[PaidOutMonth]) -> Option<FigureSection> {
    let row = |of: &PaidOutMonth| -> Vec<FigureCell> {
        let fees = match (of.untold, of.payouts) {
            (0, _) => of.fees.text(),
            (untold, all) if untold == all => "not told".to_owned(),
            (untold, _) => format!("{} · {} not told", of.fees.text(), whole(untold)),
        };
        vec![
            text("Month", of.month.to_string()),
            text("Currency", of.arrived.currency().code()),
            number("Payouts", whole(of.payouts)),
            number("Arrived", of.arrived.text()),
            number("Fees", fees),
            number("Before fees", of.gross.text()),
            number("Members, a month", of.members.map_or_else(|| "–".to_owned(), Money::text)),
        ]
    };
    (!months.is_empty()).then(|| FigureSection {
        id: "paid-out".to_owned(),
        title: "Paid out by Patreon".to_owned(),
        text: "What arrived at the bank, from the books, beside what the members in that currency stood for in the month: not the same \
               money, and in no sum with it. Fees are as somebody typed them with the line of the bank."
            .to_owned(),
        table: FigureTable {
            caption: "Paid out by Patreon, by month and currency".to_owned(),
            heads: heads(
                &["Month", "Currency"],
                &["Payouts", "Arrived", "Fees", "Before fees", "Members, a month"],
            ),
            rows: months.iter().map(row).collect(),
            total: false,
        },
        ..FigureSection::default()
    })
}

/// How they came and went by month. What they stand for is not in the books, so it stands in a table of its own.
pub(super) fn months(currency: Currency, months: &[MonthFigures], most: usize) -> FigureSection {
    let row = |month: &MonthFigures| {
        vec![
            text("Month", month.month.to_string()),
            number("Members", whole(month.patrons)),
            number("In a month", month.recurring.text()),
            number("Joined", whole(month.joined + month.returned)),
            number("Left", whole(month.left)),
            number("Missed", whole(month.failing)),
        ]
    };
    FigureSection {
        id: format!("members-{}", currency.code().to_lowercase()),
        title: format!("Members at Patreon, {currency}"),
        text:
            "Counted as patrons are, and apart from them: Patreon pays this out, less fees, and only that is in the books."
                .to_owned(),
        table: FigureTable {
            caption: format!("Members at Patreon by month, {currency}"),
            heads: heads(&["Month"], &["Members", "In a month", "Joined", "Left", "Missed"]),
            rows: months.iter().rev().take(most).map(row).collect(),
            total: false,
        },
        ..FigureSection::default()
    }
}
