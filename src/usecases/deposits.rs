//! Cash and cheques that are paid in at the bank: gifts stand on an account of their own until a slip takes several of them
//! there at once.
//!
//! What the bank gives back of a deposit, such as a cheque that bounced, comes by the gift that is declared void. A gift
//! that is given back by staff later leaves what is in hand, from which it is paid.

use crate::domain::audit::{Action, Actor};
use crate::domain::bank_line::{BankLine, Direction, Outcome};
use crate::domain::deposit::{self, Deposit, DepositGift, Tender};
use crate::domain::donation::Donation;
use crate::domain::ids::{BankLineId, DepositId, DonationId};
use crate::domain::ledger::Apart;
use crate::domain::money::Money;
use crate::domain::pledge::Pledge;
use crate::domain::refund::RefundStatus;
use crate::store::gifts_by_hand::{self, Paper};
use crate::store::ledger::{self, Booking};
use crate::store::{Conn, Tx, bank_lines, deposits, donations, pledges, refunds};
use crate::usecases::{Context, UseCaseError, audit};
use chrono::{Days, NaiveDate};
use serde_json::json;
use std::collections::BTreeSet;

/// Gifts of one slip.
pub const GIFTS_MAX: usize = 200;
/// Gifts in hand that are shown.
const SHOWN: i64 = 500;
/// Deposits that are shown.
const LATEST: i64 = 50;
/// A bank shows a deposit so many days after it was paid in, at most; or one before, by its own calendar.
const DAYS_LATE: u64 = 10;
/// Lines of one question.
const LOOKED_AT: i64 = 20;

/// A gift in hand, or one in a deposit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gift {
    /// It.
    pub donation: Donation,
    /// Who promised it, as it was written down.
    pub pledge: Pledge,
    /// The number of the cheque, or a note.
    pub paper: Paper,
    /// What is left of it, or what was paid in.
    pub amount: Money,
}

/// What is in hand, and what was paid in last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InHand {
    /// Gifts that were not paid in, the oldest first.
    pub gifts: Vec<Gift>,
    /// The latest deposits.
    pub latest: Vec<Deposit>,
}

/// What is in hand, and what was paid in last.
///
/// # Errors
/// The database does not answer.
pub async fn in_hand(ctx: &Context) -> Result<InHand, UseCaseError> {
    ctx.db
        .read(|conn| {
            let mut gifts = Vec::new();
            for id in deposits::in_hand(conn, SHOWN)? {
                let donation = donations::get(conn, id)?;
                if let Some(amount) = donation.payment.kept() {
                    gifts.push(gift(conn, donation, amount)?);
                }
            }
            Ok(InHand { gifts, latest: deposits::latest(conn, LATEST)? })
        })
        .await
}

/// The one that was written down last first, those before `before` if it is given.
///
/// # Errors
/// The database does not answer.
pub async fn page_before(
    ctx: &Context,
    before: Option<DepositId>,
    limit: i64,
) -> Result<Vec<Deposit>, UseCaseError> {
    Ok(ctx.db.read(move |conn| deposits::page_before(conn, before, limit)).await?)
}

fn gift(conn: &mut Conn, donation: Donation, amount: Money) -> Result<Gift, UseCaseError> {
    let pledge = pledges::get(conn, donation.pledge)?;
    let paper = gifts_by_hand::find(conn, donation.id)?.unwrap_or_default();
    Ok(Gift { donation, pledge, paper, amount })
}

/// Everything on a deposit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepositFile {
    /// It.
    pub deposit: Deposit,
    /// Its gifts, each with what was paid in; none once it was taken back.
    pub gifts: Vec<(Gift, DepositGift)>,
    /// The line of the bank that shows it.
    pub line: Option<BankLine>,
    /// Lines that may be it, while none is.
    pub lines: Vec<BankLine>,
}

/// Everything on a deposit.
///
/// # Errors
/// `NotFound` without it.
pub async fn file(ctx: &Context, id: DepositId) -> Result<DepositFile, UseCaseError> {
    ctx.db
        .read(move |conn| {
            let deposit = deposits::find(conn, id)?.ok_or(UseCaseError::NotFound("deposit"))?;
            let mut gifts = Vec::new();
            for part in deposits::gifts(conn, id)? {
                let donation = donations::get(conn, part.donation)?;
                let amount = Money::new(part.amount_minor, deposit.amount.currency());
                gifts.push((gift(conn, donation, amount)?, part));
            }
            let line = bank_lines::of_deposit(conn, id)?;
            let lines = if line.is_none() { lines_for(conn, &deposit)? } else { Vec::new() };
            Ok(DepositFile { deposit, gifts, line, lines })
        })
        .await
}

fn lines_for(conn: &mut Conn, deposit: &Deposit) -> Result<Vec<BankLine>, UseCaseError> {
    if deposit.taken_back_at.is_some() {
        return Ok(Vec::new());
    }
    let day = deposit.paid_in_on;
    let from = day.checked_sub_days(Days::new(1)).unwrap_or(day);
    let to = day.checked_add_days(Days::new(DAYS_LATE)).unwrap_or(day);
    Ok(bank_lines::undecided(conn, deposit.amount, (from, to), LOOKED_AT)?)
}

/// A slip as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// What is paid in.
    pub tender: Tender,
    /// Which gifts.
    pub gifts: BTreeSet<DonationId>,
    /// When.
    pub paid_in_on: NaiveDate,
}

fn conflict(code: &'static str, message: impl Into<String>) -> UseCaseError {
    UseCaseError::Conflict { code, message: message.into() }
}

/// Writes down that gifts were paid in at the bank together: what is left of each moves from what is in hand to the bank.
///
/// # Errors
/// `Invalid` without gifts, with too many, for a day to come, or for gifts of several currencies; `Conflict` for a gift that is
/// of another kind, of which nothing is left, that is being given back, or that was paid in before.
pub async fn pay_in(ctx: &Context, by: Actor, slip: Slip) -> Result<DepositId, UseCaseError> {
    if slip.gifts.is_empty() || slip.gifts.len() > GIFTS_MAX {
        let message = format!("Tick the gifts that were paid in: one at least, {GIFTS_MAX} at most.");
        return Err(UseCaseError::invalid("gifts", "gifts", message));
    }
    if slip.paid_in_on > ctx.day_of(ctx.now()) {
        return Err(UseCaseError::invalid("paid_in_on", "to_come", "That day is still to come."));
    }
    let inner = ctx.clone();
    ctx.db.write(move |tx| pay_in_now(tx, &inner, by, &slip)).await
}

fn pay_in_now(tx: &mut Tx<'_>, ctx: &Context, by: Actor, slip: &Slip) -> Result<DepositId, UseCaseError> {
    let mut amounts = Vec::new();
    // In the order of their ids: two slips take turns.
    for id in &slip.gifts {
        amounts.push((*id, left_of(tx, *id, slip.tender)?));
    }
    let Some((_, first)) = amounts.first() else {
        return Err(UseCaseError::invalid("gifts", "gifts", "Tick the gifts that were paid in."));
    };
    let currency = first.currency();
    if amounts.iter().any(|(_, amount)| amount.currency() != currency) {
        let message = "One slip is of one currency: pay the others in with another.";
        return Err(UseCaseError::invalid("gifts", "currencies", message));
    }
    let gifts: Vec<DepositGift> = amounts
        .iter()
        .map(|(donation, amount)| DepositGift {
            donation: *donation,
            amount_minor: amount.minor(),
            returned_minor: 0,
        })
        .collect();
    let deposit = Deposit {
        id: ctx.new_id(),
        tender: slip.tender,
        amount: deposit::sum(currency, amounts.iter().map(|(_, amount)| *amount))?,
        paid_in_on: slip.paid_in_on,
        recorded_at: ctx.now(),
        taken_back_at: None,
    };
    deposits::insert(tx, &deposit, &gifts)?;
    book(tx, ctx, &deposit)?;
    let named: Vec<DonationId> = slip.gifts.iter().copied().collect();
    let detail = json!({
        "tender": deposit.tender.as_str(), "amount_minor": deposit.amount.minor(), "currency": currency.code(),
        "on": deposit.paid_in_on, "gifts": named,
    });
    audit::record(tx, ctx, (by, Action::PaidIn), &deposit.id, &detail)?;
    Ok(deposit.id)
}

/// What is left of a gift that can be paid in. It is locked: nobody gives it back meanwhile.
fn left_of(tx: &mut Tx<'_>, id: DonationId, tender: Tender) -> Result<Money, UseCaseError> {
    donations::find(tx, id)?.ok_or(UseCaseError::NotFound("donation"))?;
    let donation = donations::lock(tx, id)?;
    if donation.gateway != tender.gateway() {
        return Err(conflict(
            "another_tender",
            format!("{id} did not come as {tender}: cash and cheques have slips of their own"),
        ));
    }
    if deposits::of_donation(tx, id)?.is_some() {
        return Err(conflict("paid_in_once", format!("{id} was paid in before")));
    }
    if refunds::of_donation(tx, id)?.iter().any(|refund| refund.status == RefundStatus::Pending) {
        return Err(conflict("given_back", format!("{id} is being given back at this moment; try again")));
    }
    let left = donation.payment.kept().filter(|left| left.is_positive());
    left.ok_or_else(|| conflict("nothing_left", format!("nothing is left of {id}")))
}

/// Writes the difference between what the books hold of a deposit and what they should.
fn book(tx: &mut Tx<'_>, ctx: &Context, deposit: &Deposit) -> Result<(), UseCaseError> {
    let gifts = deposits::gifts(tx, deposit.id)?;
    let about = Apart::Deposit(deposit.id);
    let entries = ledger::held(tx, about)?.to(&deposit.wanted(&gifts)?)?;
    let when = Booking { happened_at: ctx.noon_of(deposit.paid_in_on), recorded_at: ctx.now() };
    ledger::append_apart(tx, about, &entries, &ctx.ids, when)?;
    Ok(ledger::add_up(tx, entries.iter())?)
}

/// Says that a line of a bank statement shows a deposit. Said again, it changes nothing.
///
/// # Errors
/// `Conflict` if either is something else already, if the amount differs, or if the deposit was taken back.
pub async fn shown_by(ctx: &Context, by: Actor, id: DepositId, line: BankLineId) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let line =
                bank_lines::lock(tx, line)?.ok_or(UseCaseError::NotFound("line of a bank statement"))?;
            let deposit = deposits::lock(tx, id)?.ok_or(UseCaseError::NotFound("deposit"))?;
            let outcome = Outcome::Deposit(id, deposit.tender);
            if line.outcome == outcome {
                return Ok(());
            }
            if !line.is_undecided() {
                return Err(conflict("already_decided", "somebody has said meanwhile what this line is"));
            }
            if deposit.taken_back_at.is_some() || bank_lines::of_deposit(tx, id)?.is_some() {
                return Err(conflict("shown_once", "that deposit was taken back, or another line shows it"));
            }
            if line.amount != deposit.amount {
                return Err(conflict("another_amount", "that line is not of this amount"));
            }
            bank_lines::decide(tx, line.id, &outcome, Some(inner.now()))?;
            let detail = json!({ "is": "deposit", "deposit": id });
            audit::record(tx, &inner, (by, Action::BankLineDecided), &line.id, &detail)
        })
        .await
}

/// A line that showed a deposit does not: it waits for a person again. The line must be locked.
pub(super) fn unbind(
    tx: &mut Tx<'_>,
    ctx: &Context,
    by: Actor,
    (line, deposit): (&BankLine, DepositId),
) -> Result<(), UseCaseError> {
    let before = if line.direction == Direction::Out { Outcome::Outgoing } else { Outcome::Open };
    bank_lines::decide(tx, line.id, &before, None)?;
    let detail = json!({ "is": "open", "deposit": deposit });
    audit::record(tx, ctx, (by, Action::BankLineDecided), &line.id, &detail)
}

/// Takes a deposit back: nothing was paid in, and its gifts are in hand again. A line of the bank that showed it waits for a
/// person again. Said again, it changes nothing.
///
/// # Errors
/// `Conflict` if the bank gave something of it back: then it was paid in.
pub async fn take_back(ctx: &Context, by: Actor, id: DepositId) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            // Line before deposit: so they are locked everywhere.
            let line = match bank_lines::of_deposit(tx, id)? {
                Some(line) => bank_lines::lock(tx, line.id)?,
                None => None,
            };
            let deposit = deposits::lock(tx, id)?.ok_or(UseCaseError::NotFound("deposit"))?;
            if deposit.taken_back_at.is_some() {
                return Ok(());
            }
            if deposits::gifts(tx, id)?.iter().any(|gift| gift.returned_minor > 0) {
                let message = "the bank gave a gift of it back, so that it was paid in; it stays";
                return Err(conflict("returned", message));
            }
            if let Some(line) = line.filter(|line| line.outcome == Outcome::Deposit(id, deposit.tender)) {
                unbind(tx, &inner, by, (&line, id))?;
            }
            let now = inner.now();
            deposits::take_back(tx, id, now)?;
            book(tx, &inner, &Deposit { taken_back_at: Some(now), ..deposit })?;
            audit::record(tx, &inner, (by, Action::DepositTakenBack), &id, &json!({}))
        })
        .await
}

/// So much of a gift is void. If it was paid in, the bank gave that much back: it is not there any more, and not in hand
/// either. The gift must be locked.
pub(super) fn returned(
    tx: &mut Tx<'_>,
    ctx: &Context,
    (donation, amount): (DonationId, Money),
) -> Result<(), UseCaseError> {
    let Some(id) = deposits::of_donation(tx, donation)? else { return Ok(()) };
    let deposit = deposits::lock(tx, id)?.ok_or(UseCaseError::NotFound("deposit"))?;
    let gifts = deposits::gifts(tx, id)?;
    let Some(gift) = gifts.into_iter().find(|gift| gift.donation == donation) else { return Ok(()) };
    let returned_minor = gift.returned_minor.saturating_add(amount.minor()).min(gift.amount_minor);
    deposits::set_returned(tx, &DepositGift { returned_minor, ..gift })?;
    book(tx, ctx, &deposit)
}
