//! What a person says a line is.

use super::platforms;
use crate::domain::audit::{Action, Actor};
use crate::domain::bank_line::{BankLine, NoGift, Outcome};
use crate::domain::donation::Donation;
use crate::domain::donor::clean_line;
use crate::domain::ids::{BankLineId, DonationId, PledgeId, RefundId};
use crate::domain::member::Platform;
use crate::domain::pledge::{GatewayKind, Visibility};
use crate::domain::refund::RefundStatus;
use crate::store::{Tx, bank_lines, donations, pledges, refunds};
use crate::usecases::balances;
use crate::usecases::bank::{self, Transfer};
use crate::usecases::deposits;
use crate::usecases::gifts::{self, Gift, Giver};
use crate::usecases::refund::{self, RefundOrder};
use crate::usecases::{Context, UseCaseError, audit};
use serde_json::{Value, json};

/// Longest reason, in characters.
const REASON_CHARACTERS_MAX: usize = 200;

pub(super) fn line_in(tx: &mut Tx<'_>, id: BankLineId) -> Result<BankLine, UseCaseError> {
    bank_lines::lock(tx, id)?.ok_or(UseCaseError::NotFound("line of a bank statement"))
}

pub(super) fn conflict(code: &'static str, message: &str) -> UseCaseError {
    UseCaseError::Conflict { code, message: message.to_owned() }
}

fn decided() -> UseCaseError {
    conflict("already_decided", "somebody has said meanwhile what this line is")
}

/// Writes down what became of a line, and by whom.
pub(super) fn became(
    tx: &mut Tx<'_>,
    ctx: &Context,
    by: Actor,
    (line, outcome): (&BankLine, &Outcome),
    detail: &Value,
) -> Result<(), UseCaseError> {
    bank_lines::decide(tx, line.id, outcome, Some(ctx.now()))?;
    audit::record(tx, ctx, (by, Action::BankLineDecided), &line.id, detail)
}

/// A line that money came in by and that nobody has decided about.
pub(super) fn incoming(line: &BankLine) -> Result<(), UseCaseError> {
    match line.outcome {
        Outcome::Open if line.amount.is_positive() => Ok(()),
        Outcome::Open | Outcome::Outgoing => Err(conflict("went_out", "no money came in by this line")),
        Outcome::Booked(_)
        | Outcome::Returned(_)
        | Outcome::Payout(_)
        | Outcome::Deposit(..)
        | Outcome::PaidOut(_)
        | Outcome::NoGift { .. } => Err(decided()),
    }
}

/// Books a line as money for a promise; the line must be locked or new.
pub(super) fn book_in(
    tx: &mut Tx<'_>,
    ctx: &Context,
    by: Actor,
    line: &BankLine,
    pledge: PledgeId,
) -> Result<Donation, UseCaseError> {
    let pledge = pledges::lock(tx, pledge)?;
    let name = bank::name_of_line(&pledge, line.bank_id.as_deref());
    let taken = match &name {
        Some(name) => donations::find_by_remote(tx, GatewayKind::BankTransfer, name)?.is_some(),
        None => true,
    };
    let payment = match name.filter(|_| !taken) {
        Some(name) => name,
        None => bank::plain_name(&format!("line/{}", line.id))?,
    };
    let transfer = Transfer { amount: line.amount, received_on: line.booked_on, payment };
    let donation = bank::book_in(tx, ctx, by, &pledge, transfer)?;
    let detail = json!({ "is": "promised", "pledge": pledge.id, "donation": donation.id });
    became(tx, ctx, by, (line, &Outcome::Booked(donation.id)), &detail)?;
    Ok(donation)
}

/// Says that a line is money for a promise. Said again, it changes nothing.
///
/// # Errors
/// `Conflict` if it is something else already, if no money came in by it, or if the promise is not of a transfer.
pub async fn book(
    ctx: &Context,
    by: Actor,
    id: BankLineId,
    pledge: PledgeId,
) -> Result<DonationId, UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let line = line_in(tx, id)?;
            if let Outcome::Booked(donation) = line.outcome
                && donations::get(tx, donation)?.pledge == pledge
            {
                return Ok(donation);
            }
            incoming(&line)?;
            let promise = pledges::find(tx, pledge)?.ok_or(UseCaseError::NotFound("pledge"))?;
            if promise.terms.gateway != GatewayKind::BankTransfer {
                return Err(conflict("not_a_transfer", "this was not promised as a bank transfer"));
            }
            Ok(book_in(tx, &inner, by, &line, pledge)?.id)
        })
        .await
}

/// Says that a line is a donation that was recorded by hand before. Nothing is booked.
///
/// # Errors
/// `Conflict` if it is something else already, or if the donation is another line's, or of another amount.
pub async fn link(
    ctx: &Context,
    by: Actor,
    id: BankLineId,
    donation: DonationId,
) -> Result<DonationId, UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let line = line_in(tx, id)?;
            if line.outcome == Outcome::Booked(donation) {
                return Ok(donation);
            }
            incoming(&line)?;
            let known = donations::find(tx, donation)?.ok_or(UseCaseError::NotFound("donation"))?;
            let is_same = known.payment.money().is_some_and(|money| money.gross == line.amount);
            if known.gateway != GatewayKind::BankTransfer || !is_same {
                return Err(conflict("another_amount", "that donation is not a transfer of this amount"));
            }
            if bank_lines::of_donation(tx, donation)?.is_some() {
                return Err(conflict("booked_once", "that donation is another line of a statement"));
            }
            let detail = json!({ "is": "recorded", "donation": donation });
            became(tx, &inner, by, (&line, &Outcome::Booked(donation)), &detail)?;
            Ok(donation)
        })
        .await
}

/// A gift that nobody promised, as it came by a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GiftOfLine {
    /// Who gave.
    pub from: Giver,
    /// The name of the campaign that it was given for.
    pub campaign: String,
    /// Whether the public may see the name.
    pub visibility: Visibility,
    /// A word for staff; may be empty.
    pub note: String,
    /// What makes two clicks one gift.
    pub form_id: Option<String>,
}

/// Says that a line is a gift that nobody promised, and records it. Said again with the same words, it changes nothing.
/// Returns the donation, and whether its receipt is mailed.
///
/// # Errors
/// As of a gift by hand; `Conflict` if the line is something else already.
pub async fn gift(
    ctx: &Context,
    by: Actor,
    id: BankLineId,
    given: GiftOfLine,
) -> Result<(DonationId, bool), UseCaseError> {
    let found = ctx.db.read(move |conn| bank_lines::find(conn, id)).await?;
    let line = found.ok_or(UseCaseError::NotFound("line of a bank statement"))?;
    let gift = Gift {
        by: GatewayKind::BankTransfer,
        from: given.from,
        amount: line.amount,
        received_on: line.booked_on,
        campaign: given.campaign,
        visibility: given.visibility,
        document: line.bank_id.unwrap_or_default().chars().take(80).collect(),
        note: given.note,
        form_id: given.form_id,
    };
    let checked = gifts::check(ctx, &gift).map_err(UseCaseError::Invalid)?;
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let line = line_in(tx, id)?;
            if let Outcome::Booked(donation) = line.outcome {
                let same =
                    gifts::recorded_before(tx, &inner, &gift)?.filter(|same| same.donation.id == donation);
                return same.map(|same| (donation, same.is_mailed)).ok_or_else(decided);
            }
            incoming(&line)?;
            let recorded = gifts::record_in(tx, &inner, by, &gift, &checked)?;
            let donation = recorded.donation.id;
            let detail = json!({ "is": "gift", "donation": donation });
            became(tx, &inner, by, (&line, &Outcome::Booked(donation)), &detail)?;
            Ok((donation, recorded.is_mailed))
        })
        .await
}

/// Says that a line is no gift.
///
/// # Errors
/// `Invalid` without a reason where one is needed; `Conflict` if it is something else already.
pub async fn no_gift(
    ctx: &Context,
    by: Actor,
    id: BankLineId,
    (kind, reason): (NoGift, &str),
) -> Result<(), UseCaseError> {
    let reason = clean_line(reason, REASON_CHARACTERS_MAX)
        .map_err(|error| UseCaseError::invalid("reason", "too_long", error))?;
    if kind == NoGift::Other && reason.is_none() {
        return Err(UseCaseError::invalid("reason", "missing", "Say what it is."));
    }
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let line = line_in(tx, id)?;
            let outcome = Outcome::NoGift { kind, reason };
            if line.outcome == outcome {
                return Ok(());
            }
            if line.outcome != Outcome::Open {
                return Err(decided());
            }
            became(tx, &inner, by, (&line, &outcome), &json!({ "is": "no_gift", "kind": kind.as_str() }))
        })
        .await
}

/// What a line took back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenBack {
    /// This donation, or a part of it: it is declared void by so much.
    Donation(DonationId),
    /// What staff have recorded by hand before.
    Refund(RefundId),
}

/// Says that a line took a transfer back: so much of the donation is void, and the donor is told. Said again, it changes
/// nothing.
///
/// # Errors
/// `Conflict` if the line is something else already, if no money went out by it, or if less is left of the donation.
pub async fn take_back(
    ctx: &Context,
    by: Actor,
    id: BankLineId,
    what: TakenBack,
) -> Result<RefundId, UseCaseError> {
    let inner = ctx.clone();
    let refund = ctx.db.write(move |tx| take_back_in(tx, &inner, by, id, what)).await?;
    refund::carry_out(ctx, refund).await?;
    Ok(refund)
}

fn take_back_in(
    tx: &mut Tx<'_>,
    ctx: &Context,
    by: Actor,
    id: BankLineId,
    what: TakenBack,
) -> Result<RefundId, UseCaseError> {
    let line = line_in(tx, id)?;
    if let Outcome::Returned(refund) = line.outcome {
        let is_same = match what {
            TakenBack::Donation(donation) => refunds::get(tx, refund)?.donation == donation,
            TakenBack::Refund(other) => refund == other,
        };
        return if is_same { Ok(refund) } else { Err(decided()) };
    }
    if !line.is_undecided() {
        return Err(decided());
    }
    if line.amount.is_positive() {
        return Err(conflict("came_in", "no money went out by this line"));
    }
    let amount = line.amount.negated()?;
    let refund = match what {
        TakenBack::Donation(donation) => {
            let reason = Some("The bank took the transfer back".to_owned());
            let order = RefundOrder { donation, amount: Some(amount), reason, request_key: None };
            refund::void_in(tx, ctx, by, &order)?
        }
        TakenBack::Refund(refund) => {
            let known = refunds::get(tx, refund).map_err(|_none| UseCaseError::NotFound("refund"))?;
            let donation = donations::get(tx, known.donation)?;
            let is_same = known.amount == amount && known.status == RefundStatus::Succeeded;
            if donation.gateway != GatewayKind::BankTransfer || !is_same {
                return Err(conflict("another_amount", "that is not a transfer of this amount"));
            }
            if bank_lines::is_refund_known(tx, refund)? {
                return Err(conflict("booked_once", "that is another line of a statement"));
            }
            known
        }
    };
    let detail = json!({ "is": "taken_back", "donation": refund.donation, "refund": refund.id });
    became(tx, ctx, by, (&line, &Outcome::Returned(refund.id)), &detail)?;
    Ok(refund.id)
}

/// Says that a line is not what it might have been: it is not proposed again.
///
/// # Errors
/// `Conflict` if it was decided what it is.
pub async fn dismiss(ctx: &Context, by: Actor, id: BankLineId, subject: String) -> Result<(), UseCaseError> {
    let has_id = ["plg_", "don_", "rfd_", "pyt_"].iter().any(|prefix| subject.starts_with(prefix));
    let known = (has_id && subject.len() <= 40) || Platform::parse(&subject).is_some();
    if !known {
        return Err(UseCaseError::NotFound("proposal"));
    }
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let line = line_in(tx, id)?;
            if !line.is_undecided() {
                return Err(decided());
            }
            bank_lines::refuse(tx, id, &subject)?;
            let detail = json!({ "is_not": subject });
            audit::record(tx, &inner, (by, Action::BankLineDecided), &id, &detail)
        })
        .await
}

/// Takes a decision back: a line that was said to be no gift or a payout, of a gateway or a platform, or one whose donation was
/// found to be none.
///
/// # Errors
/// `Conflict` for a line whose donation still counts.
pub async fn reopen(ctx: &Context, by: Actor, id: BankLineId) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let line = line_in(tx, id)?;
            match line.outcome {
                Outcome::Open | Outcome::Outgoing => return Ok(()),
                Outcome::Payout(payout) => return balances::unbind(tx, &inner, by, (&line, payout)),
                Outcome::Deposit(deposit, _) => return deposits::unbind(tx, &inner, by, (&line, deposit)),
                Outcome::PaidOut(payout) => return platforms::unbind(tx, &inner, by, (&line, payout)),
                Outcome::NoGift { .. } => {}
                Outcome::Booked(donation) => {
                    let left = donations::get(tx, donation)?.payment.kept();
                    if left.is_none_or(crate::domain::money::Money::is_positive) {
                        let message = "its donation still counts; declare that void first";
                        return Err(conflict("still_counts", message));
                    }
                }
                Outcome::Returned(_) => {
                    return Err(conflict("taken_back", "what was taken back is in the books"));
                }
            }
            bank_lines::decide(tx, id, &Outcome::Open, None)?;
            audit::record(tx, &inner, (by, Action::BankLineDecided), &id, &json!({ "is": "open" }))
        })
        .await
}
