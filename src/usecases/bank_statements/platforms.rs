//! Lines by which a platform elsewhere paid out: money of many members at once, less fees, which has accounts of its own in the
//! books and is no gift of anybody.
//!
//! Nothing is booked here by itself: unlike a payout of a gateway, this one is announced nowhere, so that only a name on the line
//! speaks for it, and a donor may write that too.

use super::decide::{became, conflict, incoming, line_in};
use crate::domain::audit::{Action, Actor};
use crate::domain::balance::Held;
use crate::domain::bank_line::{BankLine, Direction, Outcome};
use crate::domain::ids::BankLineId;
use crate::domain::ledger::Apart;
use crate::domain::member::Platform;
use crate::domain::money::Money;
use crate::domain::platform_payout::{PayoutError, PlatformPayout};
use crate::store::ledger::{self, Booking};
use crate::store::{Tx, bank_lines};
use crate::usecases::{Context, UseCaseError, audit};
use serde_json::json;

/// What is told of a payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaidOut {
    /// Who paid out.
    pub platform: Platform,
    /// What was earned, from the platform's own page, in the currency of the line.
    pub gross: Option<Money>,
    /// What the platform kept of it.
    pub fee: Option<Money>,
}

/// Says that a platform paid a line out: the books have the money at the bank, as income of its own. Said again, it changes
/// nothing.
///
/// # Errors
/// `Invalid` if earnings less fee are not what arrived, or are of another currency; `Conflict` if the line is something else
/// already, if no money came in by it, or if another line is the same payout.
pub async fn paid_out(ctx: &Context, by: Actor, id: BankLineId, told: PaidOut) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let line = line_in(tx, id)?;
            let payout = PlatformPayout::told(told.platform, line.amount, (told.gross, told.fee));
            if let (Outcome::PaidOut(known), Ok(payout)) = (&line.outcome, &payout)
                && known == payout
            {
                return Ok(());
            }
            incoming(&line)?;
            if line.direction != Direction::In {
                return Err(conflict("came_back", "this is money of your own that came back"));
            }
            let payout = payout.map_err(|error| not_so(&error))?;
            if bank_lines::is_paid_out(tx, &line, payout.platform)? {
                let message = "another line of that day is a payout of this sum: the same money, as another file tells of it";
                return Err(conflict("booked_once", message));
            }
            bind(tx, &inner, by, (&line, payout))
        })
        .await
}

fn not_so(error: &PayoutError) -> UseCaseError {
    let code = match error {
        PayoutError::DoesNotAddUp { .. } => "does_not_add_up",
        PayoutError::BelowZero(_) => "below_zero",
        PayoutError::Money(_) => "another_amount",
    };
    UseCaseError::invalid("gross", code, format!("These sums cannot be: {error}."))
}

fn bind(
    tx: &mut Tx<'_>,
    ctx: &Context,
    by: Actor,
    (line, payout): (&BankLine, PlatformPayout),
) -> Result<(), UseCaseError> {
    book(tx, ctx, line, &payout.wanted(line.amount)?)?;
    let detail = json!({
        "is": "paid_out", "platform": payout.platform.as_str(), "amount_minor": line.amount.minor(),
        "fee_minor": payout.fee_minor, "currency": line.amount.currency().code(),
    });
    became(tx, ctx, by, (line, &Outcome::PaidOut(payout)), &detail)
}

/// A line that a platform had paid out was not: it waits for a person again, and an entry takes back what was booked. The line
/// must be locked.
pub(super) fn unbind(
    tx: &mut Tx<'_>,
    ctx: &Context,
    by: Actor,
    (line, payout): (&BankLine, PlatformPayout),
) -> Result<(), UseCaseError> {
    book(tx, ctx, line, &Held::default())?;
    bank_lines::decide(tx, line.id, &Outcome::Open, None)?;
    let detail = json!({ "is": "open", "platform": payout.platform.as_str() });
    audit::record(tx, ctx, (by, Action::BankLineDecided), &line.id, &detail)
}

/// Writes the difference between what the books hold because of a line and what they should.
fn book(tx: &mut Tx<'_>, ctx: &Context, line: &BankLine, wanted: &Held) -> Result<(), UseCaseError> {
    let about = Apart::BankLine(line.id);
    let entries = ledger::held(tx, about)?.to(wanted)?;
    let when = Booking { happened_at: ctx.noon_of(line.booked_on), recorded_at: ctx.now() };
    ledger::append_apart(tx, about, &entries, &ctx.ids, when)?;
    Ok(ledger::add_up(tx, entries.iter())?)
}
