//! Bank transfers that arrived, as staff read them from the statement.

use super::patrons::standing_order;
use super::settle::{self, News};
use super::{Context, UseCaseError, audit};
use crate::domain::audit::{Action, Actor};
use crate::domain::bank::CreditorReference;
use crate::domain::donation::{Captured, Donation, Happening};
use crate::domain::money::{MINOR_MAX, Money};
use crate::domain::pledge::{GatewayKind, Pledge};
use crate::domain::remote::RemoteId;
use crate::store::{Tx, donations, pledges};
use chrono::NaiveDate;
use serde_json::json;

/// A line of the bank statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// What the donor wrote on the transfer.
    pub reference: CreditorReference,
    /// How much arrived.
    pub amount: Money,
    /// The day it arrived, in the publisher's time zone.
    pub received_on: NaiveDate,
    /// The bank's own name of the line; tells two equal transfers of one day apart.
    pub bank_id: Option<String>,
}

/// How an arrival relates to the promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// The amount that was promised.
    Exact,
    /// Less than was promised.
    Short,
    /// More than was promised.
    Over,
    /// In another currency than was promised.
    OtherCurrency,
    /// This line was recorded before: nothing changed.
    Repeat,
}

/// What was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The donation.
    pub donation: Donation,
    /// The promise.
    pub pledge: Pledge,
    /// How they relate.
    pub matched: Match,
}

/// Records a transfer that arrived. The same line again changes nothing; another line for the same pledge is
/// another donation. Money is booked as it truly is: short and over are accepted and shown to staff.
pub async fn record(ctx: &Context, by: Actor, arrival: Arrival) -> Result<Recorded, UseCaseError> {
    let today = ctx.day_of(ctx.now());
    if arrival.received_on > today {
        let message = format!("{} is still to come; today is {today}", arrival.received_on);
        return Err(UseCaseError::invalid("received_on", "future_day", message));
    }
    if !arrival.amount.is_positive() {
        let message = "the amount must be more than zero".to_owned();
        return Err(UseCaseError::invalid("amount", "invalid_amount", message));
    }
    if arrival.amount.minor() > MINOR_MAX {
        let message = "no such amount can have arrived".to_owned();
        return Err(UseCaseError::invalid("amount", "invalid_amount", message));
    }
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let pledge = pledges::find_by_reference(tx, &arrival.reference)?
                .ok_or(UseCaseError::NotFound("payment reference"))?;
            let pledge = pledges::lock(tx, pledge.id)?;
            let payment = line_name(&arrival)?;
            if let Some(donation) = donations::find_by_remote(tx, GatewayKind::BankTransfer, &payment)? {
                return Ok(Recorded { donation, pledge, matched: Match::Repeat });
            }
            let transfer = Transfer { amount: arrival.amount, received_on: arrival.received_on, payment };
            let donation = book_in(tx, &inner, by, &pledge, transfer)?;
            let matched = compare(arrival.amount, pledge.terms.amount);
            Ok(Recorded { donation, pledge: pledges::get(tx, pledge.id)?, matched })
        })
        .await
}

/// A transfer that arrived for a promise.
pub(super) struct Transfer {
    /// How much arrived.
    pub(super) amount: Money,
    /// The day it arrived, in the publisher's time zone.
    pub(super) received_on: NaiveDate,
    /// Our name of it.
    pub(super) payment: RemoteId,
}

/// Books a transfer for a promise that is locked.
pub(super) fn book_in(
    tx: &mut Tx<'_>,
    ctx: &Context,
    by: Actor,
    pledge: &Pledge,
    transfer: Transfer,
) -> Result<Donation, UseCaseError> {
    let Transfer { amount, received_on, payment } = transfer;
    let at = ctx.noon_of(received_on).min(ctx.now());
    let paid = standing_order::paid_by(tx, pledge, at)?;
    let news = News {
        gateway: GatewayKind::BankTransfer,
        payment,
        checkout: None,
        pledge: pledge.id,
        attempt: None,
        period_on: paid.map(|paid| paid.period_on),
        news: vec![Happening::Captured(Captured::with_fee(amount, Some(0), at))],
    };
    let donation = settle::settle_payment(tx, ctx, news)?;
    if let Some(paid) = paid {
        standing_order::arrived(tx, ctx, pledge.id, paid)?;
    }
    let detail = json!({
        "pledge": pledge.id,
        "amount_minor": amount.minor(),
        "currency": amount.currency().code(),
    });
    audit::record(tx, ctx, (by, Action::GiftRecorded), &donation.id, &detail)?;
    Ok(donation)
}

/// The name that a transfer for this promise has, or would have, if it is recorded under the bank's own name of its line;
/// none if there is no such name, or it cannot be one of ours.
pub(super) fn name_of_line(pledge: &Pledge, bank_id: Option<&str>) -> Option<RemoteId> {
    let reference = pledge.reference.as_ref()?;
    RemoteId::parse(&format!("{reference}/{}", bank_id?)).ok()
}

/// A name of our own making.
pub(super) fn plain_name(name: &str) -> Result<RemoteId, UseCaseError> {
    RemoteId::parse(name).map_err(|error| UseCaseError::Internal(error.to_string()))
}

/// One name for one line of the statement.
fn line_name(arrival: &Arrival) -> Result<RemoteId, UseCaseError> {
    let name = match &arrival.bank_id {
        Some(id) => format!("{}/{id}", arrival.reference),
        None => format!("{}/{}/{}", arrival.reference, arrival.received_on, arrival.amount.minor()),
    };
    RemoteId::parse(&name).map_err(|error| UseCaseError::invalid("bank_id", "invalid", error))
}

fn compare(arrived: Money, promised: Money) -> Match {
    if arrived.currency() != promised.currency() {
        return Match::OtherCurrency;
    }
    match arrived.minor().cmp(&promised.minor()) {
        std::cmp::Ordering::Equal => Match::Exact,
        std::cmp::Ordering::Less => Match::Short,
        std::cmp::Ordering::Greater => Match::Over,
    }
}
