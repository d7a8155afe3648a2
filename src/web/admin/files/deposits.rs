//! Cash or cheques that were paid in at the bank.

use super::parts::{fact, money_cell, table};
use super::{Looker, linked};
use crate::domain::access::Permission as May;
use crate::domain::bank_line::BankLine;
use crate::domain::deposit::{DepositGift, Tender};
use crate::domain::ids::DepositId;
use crate::domain::ledger::Account;
use crate::domain::list::Shape;
use crate::domain::money::Money;
use crate::render::list_pages::{
    ActionShown, CellShown, Cells, FactShown, FilePage, RowShown, TableShown, day_text,
};
use crate::usecases::deposits::{self, DepositFile, Gift};
use crate::web::admin::door::Seat;
use crate::web::error::WebError;
use crate::web::reply::id_of;
use crate::web::state::AppState;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

/// The page of them all.
pub(in crate::web::admin) const DEPOSITS: &str = "/admin/deposits";

/// What was paid in, in words.
pub(in crate::web::admin) const fn tender_name(tender: Tender) -> &'static str {
    match tender {
        Tender::Cash => "Cash",
        Tender::Cheque => "Cheques",
    }
}

/// Where money is that is not at the bank yet.
pub(in crate::web::admin) fn held_name(account: Account) -> String {
    let tender = Tender::ALL.iter().find(|tender| account == Account::Clearing(tender.gateway()));
    tender.map_or_else(
        || "Paid out by gateways".to_owned(),
        |tender| format!("{} in hand", tender_name(*tender)),
    )
}

/// A deposit.
pub(in crate::web::admin) async fn deposit(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: DepositId = id_of(&id, "deposit")?;
    let file = deposits::file(&state.ctx, id).await?;
    let looker = Looker { state: &state, seat: &seat, query: request.query_string() };
    let (cells, deposit) = (looker.cells(), &file.deposit);
    let page = FilePage {
        list_label: "Cash and cheques",
        list_url: DEPOSITS.to_owned(),
        heading: deposit.amount.text(),
        standfirst: format!("{}, paid in on {}", tender_name(deposit.tender), day_text(deposit.paid_in_on)),
        status: if deposit.taken_back_at.is_some() { "taken_back" } else { "paid_in" }.to_owned(),
        actions: if looker.may(May::ChangeSupport) { actions(&file) } else { Vec::new() },
        facts: facts(cells, &file),
        tables: gifts(cells, &file).into_iter().collect(),
        ..FilePage::default()
    };
    looker.page("/admin/donations", page)
}

fn actions(file: &DepositFile) -> Vec<ActionShown> {
    if file.deposit.taken_back_at.is_some() {
        return Vec::new();
    }
    let at = format!("{DEPOSITS}/{}", file.deposit.id);
    let line = |line: &BankLine| {
        let name = line.name.clone().or_else(|| line.text.clone()).unwrap_or_else(|| "no name".to_owned());
        let label = format!("The bank shows it on {}: {name}", day_text(line.booked_on));
        ActionShown::button(&label, format!("{at}/line/{}", line.id))
    };
    let mut all: Vec<ActionShown> = file.lines.iter().map(line).collect();
    all.push(ActionShown::button("Take it back", format!("{at}/take-back")));
    all
}

fn facts(cells: Cells, file: &DepositFile) -> Vec<FactShown> {
    let mut facts = Vec::new();
    facts.extend(file.line.as_ref().map(|line| {
        let day = cells.cell("", Shape::Text, Some(day_text(line.booked_on)));
        fact("At the bank", linked(day, format!("/admin/bank-lines/{}", line.id)))
    }));
    facts.push(fact("Recorded", cells.time_cell("", file.deposit.recorded_at)));
    facts.extend(file.deposit.taken_back_at.map(|at| fact("Taken back", cells.time_cell("", at))));
    facts.push(fact("Id", cells.cell("", Shape::Code, Some(file.deposit.id.to_string()))));
    facts
}

fn gifts(cells: Cells, file: &DepositFile) -> Option<TableShown> {
    let currency = file.deposit.amount.currency();
    let row = |(gift, part): &(Gift, DepositGift)| {
        let name = cells.cell("Gift", Shape::Text, Some(super::name_of(&gift.pledge, None)));
        let back = Money::new(part.returned_minor, currency);
        RowShown {
            cells: vec![
                linked(name, format!("/admin/donations/{}", gift.donation.id)),
                CellShown { label: "Paid in", ..money_cell(gift.amount) },
                CellShown { label: "The bank gave back", ..money_cell(back) },
            ],
        }
    };
    let rows = file.gifts.iter().map(row).collect();
    table("gifts", "Its gifts", &["Gift", "Paid in", "The bank gave back"], rows)
}
