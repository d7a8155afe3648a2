//! What donors see: their pledges, their payments, their receipts.

use crate::domain::donation::Donation;
use crate::domain::ids::{CampaignId, DonationId, DonorId, PledgeId};
use crate::domain::pledge::Pledge;
use crate::domain::receipt::{Receipt, ReceiptNumber, ReceiptStatus};
use crate::store::donations::Place;
use crate::store::{Conn, StoreError, accounts, donations, pledges, receipts};
use crate::usecases::{Context, UseCaseError};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// Payments on one page of the history.
pub const PAGE: i64 = 50;
/// Payments on the first page.
const RECENT: i64 = 5;

/// A payment, what it was for, and its newest receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentLine {
    /// The payment.
    pub donation: Donation,
    /// Title of the campaign.
    pub campaign: String,
    /// Number and status of the newest receipt.
    pub receipt: Option<(String, ReceiptStatus)>,
}

/// A pledge and what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PledgeLine {
    /// The pledge.
    pub pledge: Pledge,
    /// Title of the campaign.
    pub campaign: String,
}

/// The first page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// Pledges, newest first.
    pub pledges: Vec<PledgeLine>,
    /// The latest payments.
    pub recent: Vec<PaymentLine>,
    /// Whether there are more.
    pub has_more: bool,
    /// When the first money arrived.
    pub since: Option<DateTime<Utc>>,
}

/// What the first page shows.
pub async fn first_page(ctx: &Context, donor: DonorId) -> Result<Overview, UseCaseError> {
    ctx.db
        .read(move |conn| {
            let pledges = pledges_in(conn, donor)?;
            let (recent, next) = payments(conn, donor, None, RECENT)?;
            let since = accounts::first_and_last(conn, donor)?.map(|(first, _)| first);
            Ok(Overview { pledges, recent, has_more: next.is_some(), since })
        })
        .await
}

/// All pledges of a donor, newest first.
pub async fn pledges(ctx: &Context, donor: DonorId) -> Result<Vec<PledgeLine>, UseCaseError> {
    Ok(ctx.db.read(move |conn| pledges_in(conn, donor)).await?)
}

fn pledges_in(conn: &mut Conn, donor: DonorId) -> Result<Vec<PledgeLine>, StoreError> {
    let all = pledges::of_donor(conn, donor)?;
    titled(conn, all)
}

fn titled(conn: &mut Conn, all: Vec<Pledge>) -> Result<Vec<PledgeLine>, StoreError> {
    let mut ids: Vec<CampaignId> = all.iter().map(|pledge| pledge.terms.campaign).collect();
    ids.sort();
    ids.dedup();
    let titles = accounts::campaign_titles(conn, &ids)?;
    let line = |pledge: Pledge| PledgeLine {
        campaign: titles.get(&pledge.terms.campaign).cloned().unwrap_or_default(),
        pledge,
    };
    Ok(all.into_iter().map(line).collect())
}

/// A page of payments, newest first, and the place behind which the next page begins.
pub async fn history(
    ctx: &Context,
    donor: DonorId,
    behind: Option<Place>,
) -> Result<(Vec<PaymentLine>, Option<Place>), UseCaseError> {
    Ok(ctx.db.read(move |conn| payments(conn, donor, behind, PAGE)).await?)
}

/// The place of one of the donor's own payments.
///
/// # Errors
/// `NotFound` for a payment of somebody else, as for none.
pub async fn place_of(ctx: &Context, donor: DonorId, id: DonationId) -> Result<Place, UseCaseError> {
    let found = ctx.db.read(move |conn| donations::find(conn, id)).await?;
    let own = found.filter(|donation| donation.donor == Some(donor));
    let at = own.and_then(|donation| donation.payment.money().map(|money| money.at));
    Ok((at.ok_or(UseCaseError::NotFound("donation"))?, id))
}

fn payments(
    conn: &mut Conn,
    donor: DonorId,
    behind: Option<Place>,
    limit: i64,
) -> Result<(Vec<PaymentLine>, Option<Place>), StoreError> {
    let mut found = donations::of_donor(conn, donor, behind, limit + 1)?;
    let is_more = i64::try_from(found.len()).unwrap_or(i64::MAX) > limit;
    if is_more {
        found.pop();
    }
    let last = found.last().and_then(|last| last.payment.money().map(|money| (money.at, last.id)));
    Ok((lines(conn, found)?, last.filter(|_| is_more)))
}

pub(super) fn lines(conn: &mut Conn, found: Vec<Donation>) -> Result<Vec<PaymentLine>, StoreError> {
    let mut campaigns: Vec<CampaignId> = found.iter().map(|donation| donation.campaign).collect();
    campaigns.sort();
    campaigns.dedup();
    let titles = accounts::campaign_titles(conn, &campaigns)?;
    let ids: Vec<DonationId> = found.iter().map(|donation| donation.id).collect();
    let numbers = newest(conn, &ids)?;
    let line = |donation: Donation| PaymentLine {
        campaign: titles.get(&donation.campaign).cloned().unwrap_or_default(),
        receipt: numbers.get(&donation.id).cloned(),
        donation,
    };
    Ok(found.into_iter().map(line).collect())
}

fn newest(
    conn: &mut Conn,
    ids: &[DonationId],
) -> Result<BTreeMap<DonationId, (String, ReceiptStatus)>, StoreError> {
    let all = accounts::newest_receipts(conn, ids)?;
    let known = |(id, (number, word)): (DonationId, (String, String))| {
        ReceiptStatus::parse(&word).map(|status| (id, (number, status)))
    };
    Ok(all.into_iter().filter_map(known).collect())
}

/// One of the donor's own receipts, and the number of the one that took its place.
///
/// # Errors
/// `NotFound` for a receipt of somebody else, as for none.
pub async fn receipt(
    ctx: &Context,
    donor: DonorId,
    number: ReceiptNumber,
) -> Result<(Receipt, Option<String>), UseCaseError> {
    ctx.db
        .read(move |conn| {
            let found = receipts::find_by_number(conn, &number)?;
            let receipt = found.ok_or(UseCaseError::NotFound("receipt"))?;
            if accounts::donor_of(conn, receipt.donation)? != Some(donor) {
                return Err(UseCaseError::NotFound("receipt"));
            }
            let all = receipts::of_donation(conn, receipt.donation)?;
            let later = all.iter().find(|other| other.replaces == Some(receipt.id));
            Ok((receipt, later.map(|later| later.number.to_string())))
        })
        .await
}

/// One of the donor's own pledges.
///
/// # Errors
/// `NotFound` for a pledge of somebody else, as for none.
pub async fn pledge(ctx: &Context, donor: DonorId, id: PledgeId) -> Result<PledgeLine, UseCaseError> {
    ctx.db
        .read(move |conn| {
            let found = pledges::find(conn, id)?.filter(|pledge| pledge.donor == Some(donor));
            let pledge = found.ok_or(UseCaseError::NotFound("pledge"))?;
            let line = titled(conn, vec![pledge])?.pop();
            line.ok_or(UseCaseError::NotFound("pledge"))
        })
        .await
}
