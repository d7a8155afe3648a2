//! Payouts that the bank's statement shows: which lines and payouts fit, which belong together by themselves, and what the
//! books have of it.
//!
//! By itself a line is a payout only if nothing else can be meant: the same amount, a day close to the one on which the money
//! was to arrive, the gateway's name on the line, and neither another payout nor another line that fits. The name is what
//! tells it from a gift: a donor may give the same sum on the same day, and no reference of ours may stand on it. All else is
//! proposed and waits for a person, because a line that is taken for a payout is not looked at as a gift any more.

use super::take::book_payout;
use crate::domain::audit::{Action, Actor};
use crate::domain::balance::{PayoutStatus, is_named_in};
use crate::domain::bank_line::{BankLine, Direction, Outcome};
use crate::domain::ids::{BankLineId, PayoutId};
use crate::store::payouts::Payout;
use crate::store::{Conn, Tx, bank_lines, payouts};
use crate::usecases::{Context, UseCaseError, audit};
use chrono::{Days, NaiveDate, TimeDelta};
use serde_json::json;

/// So many days before the day on which it was to arrive a line may be a payout: gateways name the day with a margin.
const DAYS_EARLY: u64 = 3;
/// And so many days after it: weekends, holidays, and banks that take their time.
const DAYS_LATE: u64 = 10;
/// By itself a line is a payout so many days from that day at most.
const DAYS_CERTAIN: u64 = 4;
/// A payout is ordered so long before it arrives, at most.
const ON_THE_WAY: TimeDelta = TimeDelta::days(40);
/// For so long a payout is looked for on statements; a person can say later what a line is.
const LOOKED_FOR: TimeDelta = TimeDelta::days(90);
/// Rows of one question.
const LOOKED_AT: i64 = 50;
/// Payouts that are looked for in one run.
const PAYOUTS_AT_ONCE: i64 = 500;

/// A payout that a line may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// The payout.
    pub payout: Payout,
    /// The day on which it was to arrive.
    pub on: NaiveDate,
    /// Whether the line names the gateway, or the payout.
    pub is_named: bool,
}

fn arrives_on(ctx: &Context, payout: &Payout) -> NaiveDate {
    payout.arrives_on.unwrap_or_else(|| ctx.day_of(payout.ordered_at))
}

fn around(day: NaiveDate, (before, after): (u64, u64)) -> (NaiveDate, NaiveDate) {
    let from = day.checked_sub_days(Days::new(before)).unwrap_or(day);
    (from, day.checked_add_days(Days::new(after)).unwrap_or(day))
}

fn is_named(line: &BankLine, payout: &Payout) -> bool {
    let said =
        format!("{} {}", line.name.as_deref().unwrap_or_default(), line.text.as_deref().unwrap_or_default());
    is_named_in(&said, payout.gateway, &payout.remote)
}

/// The payouts that an undecided line may be: those that it names first, then by day.
pub(in crate::usecases) fn payouts_for(
    conn: &mut Conn,
    ctx: &Context,
    line: &BankLine,
) -> Result<Vec<Fit>, UseCaseError> {
    if !line.is_undecided() {
        return Ok(Vec::new());
    }
    let noon = ctx.noon_of(line.booked_on);
    let ordered = (noon - ON_THE_WAY, noon + TimeDelta::days(2));
    let refused = bank_lines::refused(conn, line.id)?;
    let mut found = Vec::new();
    for payout in payouts::not_at_the_bank(conn, line.amount, ordered, LOOKED_AT)? {
        let on = arrives_on(ctx, &payout);
        let (from, to) = around(on, (DAYS_EARLY, DAYS_LATE));
        if (from..=to).contains(&line.booked_on) && !refused.contains(&payout.id.to_string()) {
            found.push(Fit { is_named: is_named(line, &payout), payout, on });
        }
    }
    found.sort_by_key(|fit| (!fit.is_named, (fit.on - line.booked_on).num_days().unsigned_abs()));
    Ok(found)
}

/// The undecided lines that may be a payout which no line shows yet.
pub(super) fn lines_for(
    conn: &mut Conn,
    ctx: &Context,
    payout: &Payout,
) -> Result<Vec<BankLine>, UseCaseError> {
    if has_failed(payout) || bank_lines::of_payout(conn, payout.id)?.is_some() {
        return Ok(Vec::new());
    }
    let days = around(arrives_on(ctx, payout), (DAYS_EARLY, DAYS_LATE));
    let mut found = Vec::new();
    for line in bank_lines::undecided(conn, payout.amount, days, LOOKED_AT)? {
        if !bank_lines::refused(conn, line.id)?.contains(&payout.id.to_string()) {
            found.push(line);
        }
    }
    Ok(found)
}

fn has_failed(payout: &Payout) -> bool {
    match payout.status {
        PayoutStatus::Failed | PayoutStatus::Cancelled => true,
        PayoutStatus::Pending | PayoutStatus::InTransit | PayoutStatus::Paid => false,
    }
}

/// The line that a payout is without anybody's word; none if something else could be meant.
fn certain(conn: &mut Conn, ctx: &Context, payout: &Payout) -> Result<Option<BankLine>, UseCaseError> {
    let lines = lines_for(conn, ctx, payout)?;
    let [line] = lines.as_slice() else { return Ok(None) };
    let (from, to) = around(arrives_on(ctx, payout), (DAYS_EARLY, DAYS_CERTAIN));
    let is_plain = line.direction == Direction::In && line.references().is_empty();
    if !is_plain || !(from..=to).contains(&line.booked_on) || !is_named(line, payout) {
        return Ok(None);
    }
    let fits = payouts_for(conn, ctx, line)?;
    Ok(Some(line.clone()).filter(|_| fits.len() == 1))
}

/// Looks for payouts on the bank's statements, and binds those that are certain. Returns how many.
///
/// # Errors
/// The database does not answer.
pub async fn find_arrivals(ctx: &Context) -> Result<usize, UseCaseError> {
    let since = ctx.now() - LOOKED_FOR;
    let inner = ctx.clone();
    let found = ctx.db.read(move |conn| {
        let mut found = Vec::new();
        for payout in payouts::expected(conn, since, PAYOUTS_AT_ONCE)? {
            if let Some(line) = certain(conn, &inner, &payout)? {
                found.push((line.id, payout.id));
            }
        }
        Ok::<_, UseCaseError>(found)
    });
    let mut count: usize = 0;
    for (line, payout) in found.await? {
        let inner = ctx.clone();
        let bound = ctx.db.write(move |tx| {
            let (line, payout) = locked(tx, line, payout)?;
            // Somebody may have said meanwhile what one of them is.
            if certain(tx, &inner, &payout)?.is_none_or(|found| found.id != line.id) {
                return Ok(false);
            }
            bind(tx, &inner, Actor::System, (&line, &payout))?;
            Ok::<_, UseCaseError>(true)
        });
        count = count.saturating_add(usize::from(bound.await?));
    }
    Ok(count)
}

/// A line and a payout of which nobody else says anything until this transaction ends; always in this order.
fn locked(tx: &mut Tx<'_>, line: BankLineId, payout: PayoutId) -> Result<(BankLine, Payout), UseCaseError> {
    let line = bank_lines::lock(tx, line)?.ok_or(UseCaseError::NotFound("line of a bank statement"))?;
    let payout = payouts::lock(tx, payout)?.ok_or(UseCaseError::NotFound("payout"))?;
    Ok((line, payout))
}

/// Says that a line of a bank statement is a payout: the books move its sum to the bank's account. Said again, it changes
/// nothing.
///
/// # Errors
/// `Conflict` if the line is something else already, if the payout is another line or did not arrive, or if amount or currency
/// differ.
pub async fn arrived(
    ctx: &Context,
    by: Actor,
    line: BankLineId,
    payout: PayoutId,
) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let (line, payout) = locked(tx, line, payout)?;
            if line.outcome == Outcome::Payout(payout.id) {
                return Ok(());
            }
            let conflict = |code, message: &str| UseCaseError::Conflict { code, message: message.to_owned() };
            if !line.is_undecided() {
                return Err(conflict("already_decided", "somebody has said meanwhile what this line is"));
            }
            if line.amount != payout.amount {
                return Err(conflict("another_amount", "that payout is not of this amount"));
            }
            if has_failed(&payout) {
                return Err(conflict("not_arrived", "the bank sent that payout back, or it was called off"));
            }
            if bank_lines::of_payout(tx, payout.id)?.is_some() {
                return Err(conflict("booked_once", "that payout is another line of a statement"));
            }
            bind(tx, &inner, by, (&line, &payout))
        })
        .await
}

fn bind(
    tx: &mut Tx<'_>,
    ctx: &Context,
    by: Actor,
    (line, payout): (&BankLine, &Payout),
) -> Result<(), UseCaseError> {
    bank_lines::decide(tx, line.id, &Outcome::Payout(payout.id), Some(ctx.now()))?;
    book_payout(tx, ctx, payout)?;
    let detail = json!({ "is": "payout", "payout": payout.id });
    audit::record(tx, ctx, (by, Action::BankLineDecided), &line.id, &detail)
}

/// A line that was a payout is none: it waits for a person again, and the money is on its way again. The line must be
/// locked.
pub(in crate::usecases) fn unbind(
    tx: &mut Tx<'_>,
    ctx: &Context,
    by: Actor,
    (line, payout): (&BankLine, PayoutId),
) -> Result<(), UseCaseError> {
    let payout = payouts::lock(tx, payout)?.ok_or(UseCaseError::NotFound("payout"))?;
    let before = if line.direction == Direction::Out { Outcome::Outgoing } else { Outcome::Open };
    bank_lines::decide(tx, line.id, &before, None)?;
    book_payout(tx, ctx, &payout)?;
    let detail = json!({ "is": "open", "payout": payout.id });
    audit::record(tx, ctx, (by, Action::BankLineDecided), &line.id, &detail)
}

/// Takes back that the bank shows a payout, once its gateway says that it did not arrive, or that it was another sum.
pub(super) fn take_back_failed(tx: &mut Tx<'_>, ctx: &Context, id: PayoutId) -> Result<(), UseCaseError> {
    let Some(line) = bank_lines::of_payout(tx, id)? else { return Ok(()) };
    let payout = payouts::find(tx, id)?.ok_or(UseCaseError::NotFound("payout"))?;
    if has_failed(&payout) || payout.amount != line.amount {
        unbind(tx, ctx, Actor::System, (&line, id))?;
    }
    Ok(())
}
