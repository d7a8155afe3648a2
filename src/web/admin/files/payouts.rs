//! Payouts, and the balances of gateways beside the books.

use super::parts::{fact, money_cell, table, word_cell};
use super::{DEPOSITS, Looker, held_name, linked};
use crate::domain::access::Permission as May;
use crate::domain::balance::{Contents, Movement};
use crate::domain::bank_line::BankLine;
use crate::domain::deposit::Tender;
use crate::domain::ids::{DonationId, PayoutId};
use crate::domain::ledger::Account;
use crate::domain::list::Shape;
use crate::domain::money::{Money, MoneyError};
use crate::domain::sheet::{Cell, Sheet};
use crate::render::gateway_name;
use crate::render::list_pages::{
    ActionShown, CellShown, Cells, FactShown, FilePage, RowShown, TableShown, day_text,
};
use crate::render::sheet;
use crate::usecases::UseCaseError;
use crate::usecases::balances::{self, BalanceFile, Journal, PayoutFile, Sums};
use crate::web::admin::door::Seat;
use crate::web::error::WebError;
use crate::web::reply::{download, id_of};
use crate::web::state::AppState;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

const LIST: &str = "/admin/payouts";

/// A payout.
pub(in crate::web::admin) async fn payout(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: PayoutId = id_of(&id, "payout")?;
    let file = balances::payout(&state.ctx, id).await?;
    let looker = Looker { state: &state, seat: &seat, query: request.query_string() };
    let cells = looker.cells();
    let mut actions = Vec::new();
    if looker.may(May::ExportSupport) && file.is_settled() {
        actions.push(ActionShown::link("Journal as CSV", format!("{LIST}/{id}/journal.csv")));
    }
    let page = FilePage {
        list_label: "Payouts",
        list_url: LIST.to_owned(),
        heading: file.payout.amount.text(),
        standfirst: format!("from {} to your bank", gateway_name(file.payout.gateway)),
        status: file.payout.status.as_str().to_owned(),
        actions,
        facts: facts(cells, &file),
        tables: [
            kinds(cells, &file).map_err(UseCaseError::from)?,
            lines(cells, &file),
            movements(cells, &file).map_err(UseCaseError::from)?,
        ]
        .into_iter()
        .flatten()
        .collect(),
        ..FilePage::default()
    };
    looker.page(LIST, page)
}

fn facts(cells: Cells, file: &PayoutFile) -> Vec<FactShown> {
    let payout = &file.payout;
    let text = |text: &str| cells.cell("", Shape::Text, Some(text.to_owned()));
    let mut facts = vec![fact("Ordered", cells.time_cell("", payout.ordered_at))];
    facts.extend(payout.arrives_on.map(|day| fact("Arrives", text(&day_text(day)))));
    facts.extend(file.line.as_ref().map(|line| {
        let day = text(&day_text(line.booked_on));
        fact("At the bank", linked(day, format!("/admin/bank-lines/{}", line.id)))
    }));
    facts.extend(payout.failure.as_deref().map(|why| fact("Why it failed", text(why))));
    facts.push(match (payout.contents, file.difference) {
        (_, Some(difference)) => fact("Difference", money_cell(difference)),
        (Contents::Untold, None) => fact("What it holds", text("The gateway does not say")),
        (Contents::Open | Contents::Whole, None) => {
            fact("What it holds", text("The gateway has not told all of it yet"))
        }
    });
    if let Some(carried) = file.carried {
        facts.push(fact("On the balance before", money_cell(carried.before)));
        facts.push(fact("Moved since the payout before", money_cell(carried.since_last)));
        facts.push(fact("Left on the balance", money_cell(carried.left)));
    } else {
        facts.push(fact(
            "Movements to be explained",
            cells.cell("", Shape::Count, Some(file.open.to_string())),
        ));
    }
    facts.push(fact("Gateway", word_cell(cells, payout.gateway.as_str())));
    facts.push(fact("Gateway’s id", cells.cell("", Shape::Code, Some(payout.remote.to_string()))));
    facts.push(fact("Id", cells.cell("", Shape::Code, Some(payout.id.to_string()))));
    facts
}

fn kinds(cells: Cells, file: &PayoutFile) -> Result<Option<TableShown>, MoneyError> {
    let row = |sums: &Sums| {
        Ok(RowShown {
            cells: vec![
                cells.cell("What", Shape::Word, Some(sums.kind.as_str().to_owned())),
                cells.cell("Movements", Shape::Count, Some(sums.count.to_string())),
                CellShown { label: "Amount", ..money_cell(sums.amount) },
                CellShown { label: "Fee", ..money_cell(sums.fee) },
                CellShown { label: "Net", ..money_cell(sums.net()?) },
            ],
        })
    };
    let rows = file.kinds.iter().map(row).collect::<Result<_, MoneyError>>()?;
    Ok(table("kinds", "What it holds", &["What", "Movements", "Amount", "Fee", "Net"], rows))
}

/// Lines of the bank that may be it: their pages say so.
fn lines(cells: Cells, file: &PayoutFile) -> Option<TableShown> {
    let row = |line: &BankLine| {
        let day = cells.cell("Day", Shape::Text, Some(day_text(line.booked_on)));
        let name = line.name.clone().unwrap_or_else(|| "no name".to_owned());
        RowShown {
            cells: vec![
                linked(day, format!("/admin/bank-lines/{}", line.id)),
                cells.cell("Name", Shape::Text, Some(name)),
                cells.cell("Text", Shape::Text, line.text.clone()),
                CellShown { label: "Amount", ..money_cell(line.amount) },
            ],
        }
    };
    let rows = file.lines.iter().map(row).collect();
    table("lines", "It may have arrived as", &["Day", "Name", "Text", "Amount"], rows)
}

fn movements(cells: Cells, file: &PayoutFile) -> Result<Option<TableShown>, MoneyError> {
    let row = |movement: &Movement| {
        let donation = movement.gift.map(|gift| gift.donation.to_string());
        let mut gift = cells.cell("Donation", Shape::Code, donation.clone());
        gift.url = donation.map(|id| format!("/admin/donations/{id}"));
        Ok(RowShown {
            cells: vec![
                cells.time_cell("Moved", movement.news.happened_at),
                cells.cell("What", Shape::Word, Some(movement.news.kind.as_str().to_owned())),
                CellShown { label: "Net", ..money_cell(movement.news.net()?) },
                cells.cell("Finding", Shape::Word, Some(movement.finding.as_str().to_owned())),
                gift,
            ],
        })
    };
    let rows = file.movements.iter().map(row).collect::<Result<_, MoneyError>>()?;
    let shown = table("movements", "Its movements", &["Moved", "What", "Net", "Finding", "Donation"], rows);
    let more_url = Some(format!("/admin/movements?payout={}", file.payout.id));
    Ok(shown.map(|shown| TableShown { more_url, ..shown }))
}

/// A payout as an entry of a journal.
pub(in crate::web::admin) async fn journal(
    state: Data<AppState>,
    _seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: PayoutId = id_of(&id, "payout")?;
    let journal = balances::journal(&state.ctx, id).await?;
    let bytes = sheet::csv(&rows(&journal, &state).map_err(UseCaseError::from)?);
    let bytes = bytes.map_err(|error| UseCaseError::Internal(error.to_string()))?;
    Ok(download("text/csv; charset=utf-8", &format!("journal-{}.csv", journal.payout.remote)).body(bytes))
}

fn rows(journal: &Journal, state: &AppState) -> Result<Sheet, MoneyError> {
    let payout = &journal.payout;
    let day = payout.arrives_on.unwrap_or_else(|| state.ctx.day_of(payout.ordered_at));
    let row = |line: &balances::JournalLine| {
        let (debit, credit) = if line.amount.is_positive() {
            (Cell::Amount(line.amount), Cell::Empty)
        } else {
            (Cell::Empty, Cell::Amount(line.amount.negated()?))
        };
        Ok(vec![
            Cell::Day(day),
            Cell::text(payout.remote.as_str()),
            Cell::text(line.account.to_string()),
            Cell::text(line.text.clone()),
            debit,
            credit,
            Cell::text(line.amount.currency().code()),
        ])
    };
    Ok(Sheet {
        name: "journal",
        columns: vec!["date", "journal", "account", "description", "debit", "credit", "currency"],
        rows: journal.lines.iter().map(row).collect::<Result<_, MoneyError>>()?,
    })
}

/// Every balance beside the books.
pub(in crate::web::admin) async fn balances(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
) -> Result<HttpResponse, WebError> {
    let all = balances::balances(&state.ctx).await?;
    let looker = Looker { state: &state, seat: &seat, query: request.query_string() };
    let cells = looker.cells();
    let is_even =
        all.iter().all(|file| file.difference.is_zero() && file.missing == 0 && file.differing == 0);
    let standfirst = match (all.is_empty(), is_even) {
        (true, _) => "No gateway that is on has told of a balance yet. Every hour they are asked.",
        (false, true) => "What gateways hold for you is what the books say, to the unit.",
        (false, false) => "Something on a balance is not what the books say.",
    };
    let unmoved: Vec<RowShown> = all
        .iter()
        .flat_map(|file| file.unmoved.iter().map(move |id| unmoved_row(cells, file, *id)))
        .collect();
    let in_hand = Tender::ALL.iter().map(|tender| Account::Clearing(tender.gateway()));
    let accounts = std::iter::once(Account::Payouts).chain(in_hand).collect();
    let held = balances::held_on(&state.ctx, accounts).await?;
    let held: Vec<RowShown> = held.into_iter().map(|held| held_row(cells, held)).collect();
    let page = FilePage {
        list_label: "Payouts",
        list_url: LIST.to_owned(),
        heading: "Balances".to_owned(),
        standfirst: standfirst.to_owned(),
        tables: [
            table(
                "balances",
                "Beside the books",
                &["Gateway", "At the gateway", "In the books", "Difference", "Missing", "Differs"],
                all.iter().map(|file| balance_row(cells, file)).collect(),
            ),
            table("unmoved", "In the books, and not on the balance", &["Donation", "Gateway"], unmoved),
            table("held", "Not at the bank yet", &["What", "Amount"], held),
        ]
        .into_iter()
        .flatten()
        .collect(),
        ..FilePage::default()
    };
    looker.page(LIST, page)
}

fn balance_row(cells: Cells, file: &BalanceFile) -> RowShown {
    let gateway = file.balance.gateway;
    let listed = |label, count: i64, finding| {
        let cell = cells.cell(label, Shape::Count, Some(count.to_string()));
        if count == 0 {
            cell
        } else {
            linked(cell, format!("/admin/movements?gateway={gateway}&finding={finding}"))
        }
    };
    let name = cells.cell("Gateway", Shape::Word, Some(gateway.as_str().to_owned()));
    RowShown {
        cells: vec![
            linked(name, format!("/admin/movements?gateway={gateway}")),
            CellShown { label: "At the gateway", ..money_cell(file.balance.moved) },
            CellShown { label: "In the books", ..money_cell(file.booked) },
            CellShown { label: "Difference", ..money_cell(file.difference) },
            listed("Missing", file.missing, "missing"),
            listed("Differs", file.differing, "differs"),
        ],
    }
}

/// What is not at the bank yet, as far as its statements and slips say.
fn held_row(cells: Cells, (account, amount): (Account, Money)) -> RowShown {
    let place = if account == Account::Payouts { LIST } else { DEPOSITS };
    let what = cells.cell("What", Shape::Text, Some(held_name(account)));
    RowShown {
        cells: vec![linked(what, place.to_owned()), CellShown { label: "Amount", ..money_cell(amount) }],
    }
}

fn unmoved_row(cells: Cells, file: &BalanceFile, id: DonationId) -> RowShown {
    let donation = cells.cell("Donation", Shape::Code, Some(id.to_string()));
    RowShown {
        cells: vec![
            linked(donation, format!("/admin/donations/{id}")),
            cells.cell("Gateway", Shape::Word, Some(file.balance.gateway.as_str().to_owned())),
        ],
    }
}
