//! What somebody may have meant who typed something into the search field of a list: tried from the most particular
//! to the least, by questions with an index each.

use crate::domain::bank::CreditorReference;
use crate::domain::donor::EmailAddress;
use crate::domain::ids::CommentId;
use crate::domain::list::ListKind;
use crate::domain::money::{Currency, Money};
use crate::domain::pledge::GatewayKind;
use crate::domain::receipt::ReceiptNumber;
use crate::domain::search;
use crate::store::schema::{
    attempts, bank_lines, campaign_totals, comments, disputes, donations, donors, external_members, inbox,
    jobs, ledger_entries, movements, payouts, pledges, receipts, refunds, subscription_orders, subscriptions,
};
use crate::store::search::{self as terms, FOUND_MAX};
use crate::store::{Conn, StoreError};
use diesel::prelude::*;

/// Of what the ids are that were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Of donations.
    Donations,
    /// Of pledges.
    Pledges,
    /// Of donors.
    Donors,
    /// Of receipts.
    Receipts,
    /// Of events.
    Events,
    /// Of jobs.
    Jobs,
    /// Of lines of bank statements.
    BankLines,
    /// Of members at platforms elsewhere.
    Members,
    /// Of payouts.
    Payouts,
    /// Of movements on balances.
    Movements,
    /// Of comments of readers.
    Comments,
    /// They are addresses that pledges were made with.
    Addresses,
    /// They are what rows of the log are about.
    Subjects,
}

/// Which rows a search leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Narrow {
    /// All.
    Everything,
    /// None.
    Nothing,
    /// Those of one of these amounts.
    Amounts(Vec<Money>),
    /// Those that belong to these.
    Rows(What, Vec<String>),
}

/// As what a search was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Nothing was sought.
    Nothing,
    /// As an id of ours.
    Id,
    /// As the reference of a bank transfer.
    Reference,
    /// As the number of a receipt.
    Receipt,
    /// As an id of a gateway.
    Remote,
    /// As an amount.
    Amount,
    /// As words of a name or an address.
    Words,
}

/// What was made of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    /// Which rows it leaves.
    pub narrow: Narrow,
    /// As what it was understood.
    pub how: How,
    /// More donors have such a name than are shown.
    pub more: bool,
}

impl Sought {
    fn of(how: How, what: What, ids: Vec<String>) -> Self {
        Self { narrow: Narrow::Rows(what, ids), how, more: false }
    }
}

/// Finds out what is sought.
pub fn seek(conn: &mut Conn, kind: ListKind, typed: &str) -> Result<Sought, StoreError> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(Sought { narrow: Narrow::Everything, how: How::Nothing, more: false });
    }
    if kind == ListKind::Audit {
        return Ok(Sought::of(How::Id, What::Subjects, vec![typed.to_owned()]));
    }
    if kind == ListKind::Comments {
        return comments_for(conn, typed);
    }
    if let Some((what, ids)) = by_our_id(conn, typed)? {
        return Ok(Sought::of(How::Id, what, ids));
    }
    if let Some(pledge) = by_reference(conn, typed)? {
        return Ok(Sought::of(How::Reference, What::Pledges, vec![pledge]));
    }
    if let Some(receipt) = by_receipt(conn, typed)? {
        return Ok(Sought::of(How::Receipt, What::Receipts, vec![receipt]));
    }
    let has_space = typed.contains(char::is_whitespace);
    if !has_space && let Some((what, ids)) = by_remote_id(conn, kind, typed)? {
        return Ok(Sought::of(How::Remote, what, ids));
    }
    if matches!(kind, ListKind::Events | ListKind::Jobs) {
        return Ok(Sought { narrow: Narrow::Nothing, how: How::Remote, more: false });
    }
    let mut amounts = search::amounts(typed, &currencies(conn)?);
    if matches!(kind, ListKind::BankLines | ListKind::Payouts | ListKind::Movements) {
        // Whoever types 25 means what went out, too.
        let out: Vec<Money> = amounts.iter().filter_map(|amount| amount.negated().ok()).collect();
        amounts.extend(out);
    }
    if !amounts.is_empty() && kind != ListKind::Donors {
        return Ok(Sought { narrow: Narrow::Amounts(amounts), how: How::Amount, more: false });
    }
    if matches!(kind, ListKind::Payouts | ListKind::Movements) {
        return Ok(Sought { narrow: Narrow::Nothing, how: How::Remote, more: false });
    }
    by_words(conn, kind, typed)
}

fn by_words(conn: &mut Conn, kind: ListKind, typed: &str) -> Result<Sought, StoreError> {
    // Also what was promised from there and never paid.
    if kind == ListKind::Pledges
        && let Ok(address) = EmailAddress::parse(typed)
    {
        return Ok(Sought::of(How::Words, What::Addresses, vec![address.as_str().to_owned()]));
    }
    if kind == ListKind::BankLines {
        return Ok(Sought::of(How::Words, What::BankLines, lines_with(conn, typed)?));
    }
    if kind == ListKind::Members {
        return Ok(Sought::of(How::Words, What::Members, members_with(conn, typed)?));
    }
    let found = terms::find(conn, &search::words(typed))?;
    let mut donors = found.donors;
    if kind != ListKind::Donors {
        donors = with_those_they_are(conn, donors)?;
    }
    Ok(Sought { more: found.more, ..Sought::of(How::Words, What::Donors, donors) })
}

/// Lines of bank statements with this in the name, the text or the account, the latest of them. No index holds words of
/// strangers: the latest lines are read, which is as many as a publisher has in years.
fn lines_with(conn: &mut Conn, typed: &str) -> Result<Vec<String>, StoreError> {
    const LOOKED_AT: i64 = 20_000;
    type Said = (String, Option<String>, Option<String>, Option<String>);
    let rows: Vec<Said> = bank_lines::table
        .order((bank_lines::happened_at.desc(), bank_lines::id.desc()))
        .limit(LOOKED_AT)
        .select((bank_lines::id, bank_lines::other_name, bank_lines::words, bank_lines::other_account))
        .load(conn)?;
    let words = search::words(typed);
    let fits = |(_, name, text, account): &Said| {
        let said = [name, text, account].map(|text| text.as_deref().unwrap_or_default()).join(" ");
        let said = search::folded(&said);
        !words.is_empty() && words.iter().all(|word| said.contains(word.as_str()))
    };
    Ok(rows.into_iter().filter(fits).take(FOUND_MAX).map(|(id, ..)| id).collect())
}

/// Members with this in name or address, the latest of them: few beside donors, and in no index of words.
fn members_with(conn: &mut Conn, typed: &str) -> Result<Vec<String>, StoreError> {
    const LOOKED_AT: i64 = 20_000;
    let rows: Vec<(String, Option<String>, Option<String>)> = external_members::table
        .order(external_members::id.desc())
        .limit(LOOKED_AT)
        .select((external_members::id, external_members::name, external_members::email))
        .load(conn)?;
    let words = search::words(typed);
    let fits = |(_, name, email): &(String, Option<String>, Option<String>)| {
        let said = [name, email].map(|text| text.as_deref().unwrap_or_default()).join(" ");
        let said = search::folded(&said);
        !words.is_empty() && words.iter().all(|word| said.contains(word.as_str()))
    };
    Ok(rows.into_iter().filter(fits).take(FOUND_MAX).map(|(id, ..)| id).collect())
}

/// A comment by its id, or the latest of those with these words in name, address or text.
fn comments_for(conn: &mut Conn, typed: &str) -> Result<Sought, StoreError> {
    const LOOKED_AT: i64 = 20_000;
    type Said = (String, Option<String>, Option<String>, Option<String>);
    if typed.parse::<CommentId>().is_ok() {
        return Ok(Sought::of(How::Id, What::Comments, vec![typed.to_owned()]));
    }
    let rows: Vec<Said> = comments::table
        .order(comments::id.desc())
        .limit(LOOKED_AT)
        .select((comments::id, comments::name, comments::email, comments::body))
        .load(conn)?;
    let words = search::words(typed);
    let fits = |(_, name, email, body): &Said| {
        let said = [name, email, body].map(|text| text.as_deref().unwrap_or_default()).join(" ");
        let said = search::folded(&said);
        !words.is_empty() && words.iter().all(|word| said.contains(word.as_str()))
    };
    let found = rows.into_iter().filter(fits).take(FOUND_MAX).map(|(id, ..)| id);
    Ok(Sought::of(How::Words, What::Comments, found.collect()))
}

/// With the donors that those who were merged are now: what they gave is listed there.
fn with_those_they_are(conn: &mut Conn, mut ids: Vec<String>) -> Result<Vec<String>, StoreError> {
    let merged: Vec<Option<String>> = donors::table
        .filter(donors::id.eq_any(&ids))
        .filter(donors::merged_into.is_not_null())
        .select(donors::merged_into)
        .load(conn)?;
    ids.extend(merged.into_iter().flatten());
    ids.sort();
    ids.dedup();
    Ok(ids)
}

/// The currencies in which this site received anything.
fn currencies(conn: &mut Conn) -> Result<Vec<Currency>, StoreError> {
    let codes: Vec<String> =
        campaign_totals::table.select(campaign_totals::currency).distinct().load(conn)?;
    Ok(codes.iter().filter_map(|code| Currency::parse(code).ok()).collect())
}

/// The row of something that has a row of its own.
macro_rules! of_row {
    ($conn:expr, $table:ident, $id:expr, $column:ident, $what:expr) => {{
        let row = $table::table.find($id).select($table::$column);
        row.get_result::<String>($conn).optional()?.map(|id| ($what, vec![id]))
    }};
}

fn by_our_id(conn: &mut Conn, typed: &str) -> Result<Option<(What, Vec<String>)>, StoreError> {
    let Some((prefix, _)) = typed.split_once('_') else { return Ok(None) };
    let one = |what| Some((what, vec![typed.to_owned()]));
    Ok(match prefix {
        "don" => one(What::Donations),
        "plg" => one(What::Pledges),
        "dnr" => one(What::Donors),
        "rcp" => one(What::Receipts),
        "evt" if ulid_like(typed) => one(What::Events),
        "job" => one(What::Jobs),
        "bnl" => one(What::BankLines),
        "mbr" => one(What::Members),
        "att" => of_row!(conn, attempts, typed, pledge_id, What::Pledges),
        "ord" => of_row!(conn, subscription_orders, typed, pledge_id, What::Pledges),
        "rfd" => of_row!(conn, refunds, typed, donation_id, What::Donations),
        "dsp" => of_row!(conn, disputes, typed, donation_id, What::Donations),
        "ent" => {
            let row = ledger_entries::table.find(typed);
            let about = row.select((ledger_entries::donation_id, ledger_entries::movement_id));
            let found: Option<(Option<String>, Option<String>)> = about.get_result(conn).optional()?;
            found.and_then(|(donation, movement)| {
                let donation = donation.map(|id| (What::Donations, vec![id]));
                donation.or_else(|| movement.map(|id| (What::Movements, vec![id])))
            })
        }
        "pyt" => one(What::Payouts),
        "mov" => one(What::Movements),
        _ => None,
    })
}

/// Stripe's events have the same prefix as ours, and a longer rest.
fn ulid_like(id: &str) -> bool {
    id.parse::<crate::domain::ids::InboxId>().is_ok()
}

fn by_reference(conn: &mut Conn, typed: &str) -> Result<Option<String>, StoreError> {
    let Ok(reference) = typed.parse::<CreditorReference>() else { return Ok(None) };
    let row = pledges::table.filter(pledges::reference.eq(reference.as_str())).select(pledges::id);
    Ok(row.get_result(conn).optional()?)
}

fn by_receipt(conn: &mut Conn, typed: &str) -> Result<Option<String>, StoreError> {
    let Ok(number) = typed.parse::<ReceiptNumber>() else { return Ok(None) };
    let row = receipts::table
        .filter(receipts::series.eq(&number.series))
        .filter(receipts::year.eq(number.year))
        .filter(receipts::number.eq(number.number))
        .select(receipts::id);
    Ok(row.get_result(conn).optional()?)
}

/// Rows of a table with this id at one of the gateways.
macro_rules! at_a_gateway {
    ($conn:expr, $table:ident, $remote:ident, $id:expr, $column:ident) => {{
        let gateways = GatewayKind::ALL.iter().map(|kind| kind.as_str());
        let rows = $table::table
            .filter($table::gateway.eq_any(gateways.collect::<Vec<_>>()))
            .filter($table::$remote.eq($id))
            .limit(20)
            .select($table::$column);
        rows.load::<String>($conn)?
    }};
}

fn by_remote_id(
    conn: &mut Conn,
    kind: ListKind,
    typed: &str,
) -> Result<Option<(What, Vec<String>)>, StoreError> {
    let found = |what, ids: Vec<String>| if ids.is_empty() { None } else { Some((what, ids)) };
    if kind == ListKind::Jobs {
        let row = jobs::table.filter(jobs::unique_key.eq(typed)).select(jobs::id);
        return Ok(found(What::Jobs, row.load(conn)?));
    }
    if kind == ListKind::Members {
        let named = external_members::remote.eq(typed).or(external_members::person.eq(typed));
        let rows = external_members::table.filter(named.assume_not_null()).select(external_members::id);
        return Ok(found(What::Members, rows.load(conn)?));
    }
    if kind == ListKind::Payouts {
        let payouts = found(What::Payouts, at_a_gateway!(conn, payouts, remote_id, typed, id));
        if payouts.is_some() {
            return Ok(payouts);
        }
    }
    if kind == ListKind::Movements {
        let movements = found(What::Movements, at_a_gateway!(conn, movements, remote_id, typed, id));
        if movements.is_some() {
            return Ok(movements);
        }
    }
    if kind == ListKind::Events {
        let events = found(What::Events, at_a_gateway!(conn, inbox, event_id, typed, id));
        if events.is_some() {
            return Ok(events);
        }
    }
    let payments = at_a_gateway!(conn, donations, remote_id, typed, id);
    if !payments.is_empty() {
        return Ok(found(What::Donations, payments));
    }
    let given_back = at_a_gateway!(conn, refunds, remote_id, typed, donation_id);
    if !given_back.is_empty() {
        return Ok(found(What::Donations, given_back));
    }
    let contested = at_a_gateway!(conn, disputes, remote_id, typed, donation_id);
    if !contested.is_empty() {
        return Ok(found(What::Donations, contested));
    }
    let begun = at_a_gateway!(conn, attempts, remote_id, typed, pledge_id);
    if !begun.is_empty() {
        return Ok(found(What::Pledges, begun));
    }
    Ok(found(What::Pledges, at_a_gateway!(conn, subscriptions, remote_id, typed, pledge_id)))
}

const _: () = assert!(FOUND_MAX < 30_000, "SQLite takes some thirty thousand parameters");
