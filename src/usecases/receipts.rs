//! Receipts: issued with the money, replaced when some of it goes back, never changed.

use super::{Context, UseCaseError, audit, holds, outgoing};
use crate::domain::account::{address_text, can_be_mailed};
use crate::domain::audit::{Action, Actor};
use crate::domain::donation::Donation;
use crate::domain::ids::ReceiptId;
use crate::domain::job::Job;
use crate::domain::money::Money;
use crate::domain::pledge::Pledge;
use crate::domain::receipt::{Acknowledgement, Receipt, ReceiptNumber, ReceiptSnapshot, ReceiptStatus};
use crate::store::{StoreError, Tx, campaigns, donations, pledges, receipts, tiers};
use chrono::Datelike as _;
use serde_json::json;

const LIVE: &[ReceiptStatus] = &[ReceiptStatus::Issued, ReceiptStatus::Sent];

/// Makes the one live receipt of a donation say what is left of it: issues, replaces or voids as needed.
/// Doing it again changes nothing.
pub(super) fn bring_up_to_date(
    tx: &mut Tx<'_>,
    ctx: &Context,
    pledge: &Pledge,
    donation: &Donation,
) -> Result<(), UseCaseError> {
    let Some(net) = donation.payment.kept() else {
        return Ok(());
    };
    // Whoever took the money wrote the receipt, if anybody did: a second one with a number of ours would be a false one.
    if donation.gateway.is_of_the_past() {
        return Ok(());
    }
    let live = receipts::find_live(tx, donation.id)?;
    match live {
        None if net.is_zero() => {}
        None => {
            issue(tx, ctx, pledge, donation, None)?;
        }
        Some(receipt) if Money::try_from(&receipt.snapshot.net)? == net => {}
        Some(receipt) if net.is_zero() => {
            receipts::set_status(tx, receipt.id, LIVE, ReceiptStatus::Voided, ctx.now())?;
        }
        Some(receipt) => {
            receipts::set_status(tx, receipt.id, LIVE, ReceiptStatus::Replaced, ctx.now())?;
            issue(tx, ctx, pledge, donation, Some(&receipt))?;
        }
    }
    Ok(())
}

/// Takes the next number of the series inside the transaction, so that a rollback leaves no gap, and freezes
/// everything that will be printed.
fn issue(
    tx: &mut Tx<'_>,
    ctx: &Context,
    pledge: &Pledge,
    donation: &Donation,
    replaced: Option<&Receipt>,
) -> Result<Receipt, UseCaseError> {
    let money =
        donation.payment.money().ok_or_else(|| UseCaseError::Internal("a receipt without money".into()))?;
    let net = donation.payment.kept().unwrap_or(money.gross);
    let now = ctx.now();
    let issued_on = ctx.day_of(now);
    let number = receipts::take_number(tx, &ctx.policy.receipt_series, issued_on.year())?;
    let terms = &pledge.terms;
    let fee_cover =
        (terms.fee_cover.is_positive() && terms.amount == money.gross).then(|| terms.fee_cover.into());
    let snapshot = ReceiptSnapshot {
        number: number.to_string(),
        issued_on,
        organisation: ctx.policy.organisation.clone(),
        donor_name: terms.name.as_ref().map(|name| name.as_str().to_owned()),
        donor_email: address_text(terms.email.as_str()).to_owned(),
        campaign: campaigns::get(tx, donation.campaign)?.title,
        received_on: ctx.day_of(money.at),
        method: donation.gateway.as_str().to_owned(),
        gross: money.gross.into(),
        refunded: money.gross.minus(net)?.into(),
        net: net.into(),
        fee_cover,
        tribute: terms.tribute.as_ref().map(|t| (t.kind.as_str().to_owned(), t.name.as_str().to_owned())),
        replaces: replaced.map(|receipt| receipt.number.to_string()),
        locale: terms.locale.clone(),
        acknowledgement: acknowledgement(tx, ctx, pledge, net)?,
    };
    let receipt = Receipt {
        id: ctx.new_id(),
        donation: donation.id,
        number,
        status: ReceiptStatus::Issued,
        snapshot,
        replaces: replaced.map(|receipt| receipt.id),
        issued_at: now,
    };
    receipts::insert(tx, &receipt)?;
    // Who has no address is handed it on paper.
    if !receipt.snapshot.donor_email.is_empty() {
        ctx.enqueue(tx, &Job::SendReceipt { receipt: receipt.id, copy: 0 })?;
    }
    outgoing::receipt_issued(tx, ctx, &receipt)?;
    Ok(receipt)
}

/// What the tax law of the United States wants said, if the publisher has switched that on: what the donor receives by
/// their level, and what is left to be deducted.
fn acknowledgement(
    tx: &mut Tx<'_>,
    ctx: &Context,
    pledge: &Pledge,
    net: Money,
) -> Result<Option<Acknowledgement>, UseCaseError> {
    let Some(ein) = &ctx.policy.ein else {
        return Ok(None);
    };
    let benefits = match pledge.terms.tier {
        Some(tier) => tiers::get(tx, tier)?.benefits,
        None => Vec::new(),
    };
    let payments_a_year = pledge.terms.frequency.per_year().unwrap_or(1);
    Ok(Some(Acknowledgement::of(ein, &benefits, payments_a_year, net)?))
}

/// Notes that a receipt was handed to the mail server.
pub async fn mark_sent(ctx: &Context, id: ReceiptId) -> Result<(), UseCaseError> {
    let now = ctx.now();
    ctx.db
        .write(move |tx| {
            receipts::set_status(tx, id, &[ReceiptStatus::Issued], ReceiptStatus::Sent, now).map(|_first| ())
        })
        .await
        .map_err(|error: StoreError| error.into())
}

/// Mails a receipt once more.
pub async fn resend(ctx: &Context, by: Actor, number: ReceiptNumber) -> Result<Receipt, UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let receipt = receipts::find_by_number(tx, &number)?.ok_or(UseCaseError::NotFound("receipt"))?;
            if !receipt.status.is_live() {
                let message = format!(
                    "receipt {number} was {}; a taken-back receipt is not sent again",
                    receipt.status
                );
                return Err(UseCaseError::Conflict { code: "receipt_not_live", message });
            }
            if !can_be_mailed(&receipt.snapshot.donor_email) {
                let message = format!("there is no address that receipt {number} could go to; print it");
                return Err(UseCaseError::Conflict { code: "no_address", message });
            }
            let donation = donations::get(tx, receipt.donation)?;
            holds::check(tx, donation.pledge)?;
            // The second in the day is as good a count as any: it only tells copies apart.
            let copy =
                u32::try_from(inner.now().timestamp().rem_euclid(i64::from(u32::MAX))).unwrap_or(1).max(1);
            inner.enqueue(tx, &Job::SendReceipt { receipt: receipt.id, copy })?;
            let done = (by, Action::ReceiptResent);
            audit::record(tx, &inner, done, &receipt.id, &json!({ "number": number.to_string() }))?;
            Ok(receipt)
        })
        .await
}

/// Takes a receipt back and issues a new one with the same money and the legal details of today.
pub async fn reissue(
    ctx: &Context,
    by: Actor,
    number: ReceiptNumber,
) -> Result<(Receipt, Receipt), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let receipt = receipts::find_by_number(tx, &number)?.ok_or(UseCaseError::NotFound("receipt"))?;
            let donation = donations::get(tx, receipt.donation)?;
            let pledge = pledges::lock(tx, donation.pledge)?;
            holds::check(tx, pledge.id)?;
            if !receipts::set_status(tx, receipt.id, LIVE, ReceiptStatus::Replaced, inner.now())? {
                let message = format!("receipt {number} was taken back before");
                return Err(UseCaseError::Conflict { code: "receipt_not_live", message });
            }
            let fresh = issue(tx, &inner, &pledge, &donation, Some(&receipt))?;
            let detail = json!({ "number": number.to_string(), "replaced_by": fresh.number.to_string() });
            audit::record(tx, &inner, (by, Action::ReceiptVoided), &receipt.id, &detail)?;
            Ok((receipt, fresh))
        })
        .await
}
