//! Pages about one thing: what happened to it and why, the books, what the gateway really said.

mod comments;
mod deposits;
mod members;
mod parts;
mod payouts;
mod people;

pub(super) use comments::comment;
pub(super) use deposits::{DEPOSITS, deposit, held_name, tender_name};
pub(super) use members::member;
pub(super) use parts::name_of;
pub(super) use payouts::{balances, journal, payout};
pub(super) use people::{donor, letter, pledge};

use self::parts::{bodies, entries, fact, moments, money_cell, table, word_cell};
use super::door::Seat;
use super::reply::{Desk, done};
use crate::domain::access::{Permission as May, Role};
use crate::domain::account::can_be_mailed;
use crate::domain::ids::{DonationId, InboxId, JobId, ReceiptId};
use crate::domain::list::Shape;
use crate::domain::receipt::{Receipt, ReceiptNumber};
use crate::render::list_pages::{
    ActionShown, BodyShown, CellShown, Cells, FactShown, FilePage, RowShown, spelled,
};
use crate::store::gifts_by_hand::Paper;
use crate::store::{StoreError, receipts};
use crate::usecases::UseCaseError;
use crate::usecases::desk::files::{self, DonationFile};
use crate::web::error::WebError;
use crate::web::reply::id_of;
use crate::web::state::AppState;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

/// What looks at a page about one thing.
struct Looker<'a> {
    state: &'a AppState,
    seat: &'a Seat,
    query: &'a str,
}

impl Looker<'_> {
    fn may(&self, what: May) -> bool {
        self.seat.0.member.role.may(what)
    }

    fn cells(&self) -> Cells {
        Cells { zone: self.state.ctx.policy.time_zone }
    }

    fn page(&self, list: &str, page: FilePage) -> Result<HttpResponse, WebError> {
        let title = page.heading.clone();
        let place = ("admin/file.html", title.as_str(), list);
        Desk::of(self.state, &self.seat.0).page(place, done(self.query), page)
    }
}

/// The page about something, by the beginning of its id, for somebody who may see it.
pub(super) fn page_about(subject: &str, looking: Role) -> Option<String> {
    let (kind, needed) = match subject.split_once('_')?.0 {
        "don" => ("donations", May::SeeSupport),
        "bnl" => ("bank-lines", May::SeeSupport),
        "mbr" => ("external-members", May::SeeSupport),
        "pyt" => ("payouts", May::SeeSupport),
        "cmt" => ("comments", May::SeeComments),
        "dps" => ("deposits", May::SeeSupport),
        "plg" => ("pledges", May::SeeSupport),
        "dnr" => ("donors", May::SeeSupport),
        "rcp" => ("receipts", May::SeeSupport),
        "evt" => ("events", May::SeeOperations),
        "job" => ("jobs", May::SeeOperations),
        "stf" => ("staff", May::ManageStaff),
        _ => return None,
    };
    looking.may(needed).then(|| format!("/admin/{kind}/{subject}"))
}

fn linked(mut cell: CellShown, url: String) -> CellShown {
    cell.url = Some(url);
    cell
}

/// A payment.
pub(super) async fn donation(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: DonationId = id_of(&id, "donation")?;
    let file = files::donation(&state.ctx, id).await?;
    let looker = Looker { state: &state, seat: &seat, query: request.query_string() };
    let page = donation_page(&looker, &file);
    looker.page("/admin/donations", page)
}

/// Where else a gift is written down: on a statement, on a slip, in the file that it was taken over from.
fn places(cells: Cells, file: &DonationFile) -> Vec<FactShown> {
    let mut facts = Vec::new();
    facts.extend(file.line.map(|line| {
        let cell = cells.cell("", Shape::Code, Some(line.to_string()));
        fact("Bank statement", linked(cell, format!("/admin/bank-lines/{line}")))
    }));
    facts.extend(file.deposit.map(|deposit| {
        let cell = cells.cell("", Shape::Code, Some(deposit.to_string()));
        fact("Paid in", linked(cell, format!("{DEPOSITS}/{deposit}")))
    }));
    facts.extend(file.past.as_ref().map(|(import, name, line)| {
        let cell = cells.cell("", Shape::Text, Some(format!("{name}, line {line}")));
        fact("Taken over from", linked(cell, format!("/admin/imports/{import}")))
    }));
    facts
}

fn donation_page(looker: &Looker<'_>, file: &DonationFile) -> FilePage {
    let (donation, pledge, cells) = (&file.donation, &file.pledge, looker.cells());
    let money = donation.payment.money();
    let amount = money.map_or(pledge.terms.amount, |money| money.gross);
    let status = donation.payment.status().as_str();
    let mut actions = Vec::new();
    if looker.may(May::Refund)
        && donation.payment.kept().is_some_and(crate::domain::money::Money::is_positive)
    {
        actions.push(ActionShown::link("Give it back", format!("/admin/donations/{}/refund", donation.id)));
    }
    if looker.may(May::Refund)
        && donation.gateway.may_be_void()
        && donation.payment.kept().is_some_and(crate::domain::money::Money::is_positive)
    {
        actions.push(ActionShown::link("Declare it void", format!("/admin/donations/{}/void", donation.id)));
    }
    if let Some(receipt) = file.receipts.iter().find(|receipt| receipt.status.is_live()) {
        actions.push(ActionShown::link("Receipt as PDF", format!("/admin/receipts/{}/pdf", receipt.number)));
    }
    let mut facts = parts::giver(cells, pledge, file.donor.as_ref());
    facts.extend(paper_facts(cells, file.paper.as_ref()));
    facts.extend([
        fact("Campaign", cells.cell("", Shape::Text, Some(file.campaign.title.clone()))),
        fact(
            "Pledge",
            linked(
                cells.cell("", Shape::Code, Some(pledge.id.to_string())),
                format!("/admin/pledges/{}", pledge.id),
            ),
        ),
        fact("Frequency", word_cell(cells, pledge.terms.frequency.as_str())),
        fact("Gateway", word_cell(cells, donation.gateway.as_str())),
        fact("Gateway’s id", cells.cell("", Shape::Code, Some(donation.remote.as_str().to_owned()))),
    ]);
    if let Some(money) = money {
        facts.push(fact("Received", cells.time_cell("", money.at)));
        if let Some(settled) = money.settled {
            facts.push(fact("Fee", money_cell(settled.fee())));
            facts.push(fact("On the gateway’s balance", money_cell(settled.amount())));
        }
        if let Some(kept) = donation.payment.kept() {
            facts.push(fact("Left of it", money_cell(kept)));
        }
    }
    facts.extend(places(cells, file));
    facts.push(fact("Recorded", cells.time_cell("", donation.created_at)));
    facts.push(fact("Id", cells.cell("", Shape::Code, Some(donation.id.to_string()))));
    FilePage {
        list_label: "Donations",
        list_url: "/admin/donations".to_owned(),
        heading: amount.text(),
        standfirst: format!("from {}", parts::name_of(pledge, file.donor.as_ref())),
        status: status.to_owned(),
        actions,
        facts,
        tables: receipt_table(looker, &file.receipts).into_iter().collect(),
        moments: moments(looker, &file.moments),
        entries: entries(cells, &file.entries),
        bodies: if looker.may(May::SeeOperations) { bodies(cells, &file.events) } else { Vec::new() },
        person: None,
    }
}

/// What staff wrote down about a gift.
fn paper_facts(cells: Cells, paper: Option<&Paper>) -> Vec<FactShown> {
    let Some(Paper { document, note }) = paper else { return Vec::new() };
    let shown = [("Number on paper", document), ("Note", note)].into_iter().filter_map(|(label, text)| {
        let text = text.clone()?;
        Some(fact(label, cells.cell("", Shape::Text, Some(text))))
    });
    shown.collect()
}

fn receipt_table(looker: &Looker<'_>, papers: &[Receipt]) -> Option<crate::render::list_pages::TableShown> {
    let cells = looker.cells();
    let row = |receipt: &Receipt| {
        let number = receipt.number.to_string();
        let first = cells.cell("Number", Shape::Code, Some(number.clone()));
        RowShown {
            cells: vec![
                linked(first, format!("/admin/receipts/{number}")),
                cells.time_cell("Issued", receipt.issued_at),
                cells.cell("Status", Shape::Word, Some(receipt.status.as_str().to_owned())),
            ],
        }
    };
    table("receipts", "Receipts", &["Number", "Issued", "Status"], papers.iter().map(row).collect())
}

/// A receipt, by its number or its id.
pub(super) async fn receipt(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
    number: Path<String>,
) -> Result<HttpResponse, WebError> {
    let number = number_of(&state, &number).await?;
    let (receipt, file) = files::receipt(&state.ctx, number).await?;
    let looker = Looker { state: &state, seat: &seat, query: request.query_string() };
    let cells = looker.cells();
    let number = receipt.number.to_string();
    let mut actions = Vec::new();
    actions.push(ActionShown::link("PDF", format!("/admin/receipts/{number}/pdf")));
    if receipt.status.is_live() && looker.may(May::ChangeSupport) {
        if can_be_mailed(&receipt.snapshot.donor_email) {
            actions.push(ActionShown::button("Send it again", format!("/admin/receipts/{number}/resend")));
        }
        actions.push(ActionShown::button("Replace it", format!("/admin/receipts/{number}/reissue")));
    }
    let mut page = donation_page(&looker, &file);
    let gift = linked(
        cells.cell("", Shape::Code, Some(file.donation.id.to_string())),
        format!("/admin/donations/{}", file.donation.id),
    );
    page.facts.insert(0, fact("Donation", gift));
    page.facts.insert(1, fact("Issued", cells.time_cell("", receipt.issued_at)));
    let page = FilePage {
        list_label: "Receipts",
        list_url: "/admin/receipts".to_owned(),
        standfirst: format!("to {}", parts::name_of(&file.pledge, file.donor.as_ref())),
        status: receipt.status.as_str().to_owned(),
        heading: format!("Receipt {number}"),
        actions,
        bodies: Vec::new(),
        entries: Vec::new(),
        ..page
    };
    looker.page("/admin/receipts", page)
}

async fn number_of(state: &AppState, text: &str) -> Result<ReceiptNumber, WebError> {
    if let Ok(id) = text.parse::<ReceiptId>() {
        let found = state.ctx.db.read(move |conn| receipts::get(conn, id)).await;
        return match found {
            Ok(receipt) => Ok(receipt.number),
            Err(StoreError::NotFound) => Err(WebError::not_found("receipt")),
            Err(error) => Err(UseCaseError::from(error).into()),
        };
    }
    id_of(text, "receipt")
}

/// An event.
pub(super) async fn event(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: InboxId = id_of(&id, "event")?;
    let (event, subjects) = files::event(&state.ctx, id).await?;
    let looker = Looker { state: &state, seat: &seat, query: request.query_string() };
    let cells = looker.cells();
    let told = subjects.iter().filter_map(|subject| {
        let cell = cells.cell("", Shape::Code, Some(subject.clone()));
        Some(fact("Told of", linked(cell, page_about(subject, seat.0.member.role)?)))
    });
    let mut facts = vec![
        fact("Gateway", word_cell(cells, &event.gateway)),
        fact("Received", cells.time_cell("", event.received_at)),
    ];
    facts.extend(event.processed_at.map(|at| fact("Processed", cells.time_cell("", at))));
    facts.extend(told);
    facts.push(fact("Id", cells.cell("", Shape::Code, Some(id.to_string()))));
    let is_whole = !event.body.is_empty();
    let again = ActionShown::button("Process it again", format!("/admin/events/{id}/replay"));
    let page = FilePage {
        list_label: "Events",
        list_url: "/admin/events".to_owned(),
        heading: event.event_id.clone(),
        standfirst: event.note.unwrap_or_default(),
        status: event.status,
        actions: if looker.may(May::RunOperations) && is_whole { vec![again] } else { Vec::new() },
        facts,
        bodies: vec![BodyShown {
            title: "Body".to_owned(),
            when: cells.time_text(event.received_at),
            url: None,
            text: parts::body_text(&event.body),
        }],
        ..FilePage::default()
    };
    looker.page("/admin/events", page)
}

/// A job.
pub(super) async fn job(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: JobId = id_of(&id, "job")?;
    let job = files::job(&state.ctx, id).await?;
    let looker = Looker { state: &state, seat: &seat, query: request.query_string() };
    let cells = looker.cells();
    let mut facts = vec![
        fact("Made", cells.time_cell("", job.created_at)),
        fact("Due", cells.time_cell("", job.run_at)),
        fact("Taken up", cells.cell("", Shape::Count, Some(job.attempt.to_string()))),
        fact("Failures in a row", cells.cell("", Shape::Count, Some(job.failures.to_string()))),
    ];
    facts.extend(job.finished_at.map(|at| fact("Done", cells.time_cell("", at))));
    facts.push(fact("Key", cells.cell("", Shape::Code, job.unique_key.clone())));
    facts.push(fact("Id", cells.cell("", Shape::Code, Some(job.id.clone()))));
    let retry = ActionShown::button("Try it again", format!("/admin/jobs/{id}/retry"));
    let can_retry = job.status == "failed" && looker.may(May::RunOperations);
    let page = FilePage {
        list_label: "Jobs",
        list_url: "/admin/jobs".to_owned(),
        heading: spelled(&job.kind),
        standfirst: job.last_error.filter(|_| job.status != "done").unwrap_or_default(),
        status: job.status,
        actions: if can_retry { vec![retry] } else { Vec::new() },
        facts,
        bodies: vec![BodyShown {
            title: "What it is about".to_owned(),
            when: String::new(),
            url: None,
            text: parts::body_text(job.payload.as_bytes()),
        }],
        ..FilePage::default()
    };
    looker.page("/admin/jobs", page)
}
