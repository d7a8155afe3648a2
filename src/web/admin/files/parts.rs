//! Parts that several of the pages have.

use super::Looker;
use crate::domain::access::Permission as May;
use crate::domain::account::Profile;
use crate::domain::list::Shape;
use crate::domain::money::Money;
use crate::domain::pledge::Pledge;
use crate::render::list_pages::{
    BodyShown, CellShown, Cells, EntryShown, FactShown, HeadShown, LineShown, MomentShown, RowShown,
    TableShown, name_text, spelled,
};
use crate::store::dossiers::LedgerEntry;
use crate::store::event_subjects::Told;
use crate::usecases::desk::files::{Moment, Thing};
use chrono::SecondsFormat;

/// Bytes of an event on a page.
const BODY_MAX: usize = 200_000;

pub(super) fn fact(label: &'static str, cell: CellShown) -> FactShown {
    FactShown { label, cell }
}

pub(super) fn word_cell(cells: Cells, word: &str) -> CellShown {
    CellShown { kind: "text", ..cells.cell("", Shape::Word, Some(word.to_owned())) }
}

pub(super) fn money_cell(money: Money) -> CellShown {
    CellShown { kind: "money", text: money.text(), is_number: true, ..CellShown::default() }
}

/// Who gave, by name.
pub(in crate::web::admin) fn name_of(pledge: &Pledge, donor: Option<&Profile>) -> String {
    match donor {
        Some(donor) => name_text(donor.name.as_deref().unwrap_or(donor.email.as_str())),
        None => pledge
            .terms
            .name
            .as_ref()
            .map_or_else(|| name_text(pledge.terms.email.as_str()), |name| name.as_str().to_owned()),
    }
}

/// Who gave, with the way to their page.
pub(super) fn giver(cells: Cells, pledge: &Pledge, donor: Option<&Profile>) -> Vec<FactShown> {
    let name = CellShown {
        url: donor.map(|donor| format!("/admin/donors/{}", donor.id)),
        ..cells.cell("", Shape::Text, Some(name_of(pledge, donor)))
    };
    let email = donor.map_or(&pledge.terms.email, |donor| &donor.email);
    vec![fact("Donor", name), fact("E-mail", cells.cell("", Shape::Text, Some(name_text(email.as_str()))))]
}

/// None without rows.
pub(super) fn table(
    id: &'static str,
    heading: &'static str,
    labels: &[&'static str],
    rows: Vec<RowShown>,
) -> Option<TableShown> {
    let is_number =
        |at: usize| rows.first().and_then(|row| row.cells.get(at)).is_some_and(|cell| cell.is_number);
    let heads =
        labels.iter().enumerate().map(|(at, label)| HeadShown { label, is_number: is_number(at) }).collect();
    if rows.is_empty() { None } else { Some(TableShown { id, heading, heads, rows, more_url: None }) }
}

pub(super) fn moments(looker: &Looker<'_>, moments: &[Moment]) -> Vec<MomentShown> {
    let cells = looker.cells();
    let may_see = |thing: &&Thing| match thing {
        Thing::Event(_) | Thing::Job(_) => looker.may(May::SeeOperations),
        Thing::Pledge(_) | Thing::Donation(_) | Thing::Receipt(_) | Thing::Letter(..) => true,
    };
    let shown = |moment: &Moment| MomentShown {
        day: cells.day_text(moment.at),
        time: moment.at.with_timezone(&cells.zone).format("%H:%M").to_string(),
        iso: moment.at.to_rfc3339_opts(SecondsFormat::Secs, true),
        what: moment.what.clone(),
        why: moment.why.clone(),
        amount: moment.amount.map(Money::text),
        url: moment.thing.as_ref().filter(may_see).map(url_of),
        is_trouble: moment.is_trouble,
    };
    moments.iter().map(shown).collect()
}

fn url_of(thing: &Thing) -> String {
    let (list, id) = match thing {
        Thing::Pledge(id) => ("pledges", id),
        Thing::Donation(id) => ("donations", id),
        Thing::Receipt(number) => ("receipts", number),
        Thing::Event(id) => ("events", id),
        Thing::Job(id) => ("jobs", id),
        Thing::Letter(donor, id) => return format!("/admin/donors/{donor}/letters/{id}"),
    };
    format!("/admin/{list}/{id}")
}

pub(super) fn entries(cells: Cells, entries: &[LedgerEntry]) -> Vec<EntryShown> {
    let line = |(account, money): &(String, Money)| {
        let is_debit = money.is_positive();
        let text = if is_debit { money.text() } else { money.negated().map(Money::text).unwrap_or_default() };
        LineShown {
            account: spelled(account),
            debit: is_debit.then(|| text.clone()),
            credit: (!is_debit).then_some(text),
        }
    };
    let shown = |entry: &LedgerEntry| EntryShown {
        id: entry.id.clone(),
        kind: spelled(&entry.kind),
        day: cells.day_text(entry.happened_at),
        lines: entry.lines.iter().map(line).collect(),
    };
    entries.iter().map(shown).collect()
}

pub(super) fn bodies(cells: Cells, events: &[Told]) -> Vec<BodyShown> {
    let shown = |event: &Told| BodyShown {
        title: event.event_id.clone(),
        when: cells.time_text(event.received_at),
        url: Some(format!("/admin/events/{}", event.id)),
        text: body_text(&event.body),
    };
    events.iter().map(shown).collect()
}

/// What was said, set out so that it can be read; as it came if it is not JSON.
pub(super) fn body_text(body: &[u8]) -> String {
    if body.is_empty() {
        return "What it said is no longer kept.".to_owned();
    }
    let part = body.get(..BODY_MAX).unwrap_or(body);
    let laid_out = serde_json::from_slice::<serde_json::Value>(part)
        .ok()
        .and_then(|value| serde_json::to_string_pretty(&value).ok());
    laid_out.unwrap_or_else(|| String::from_utf8_lossy(part).into_owned())
}
