//! Taking a file back.

use crate::domain::donation::{Donation, Happening};
use crate::domain::gift_import::Import;
use crate::domain::money::Money;
use crate::domain::refund::{Refund, RefundKind, RefundNews, RefundStatus};
use crate::domain::remote::RemoteId;
use crate::store::{Tx, donations, imports, pledges, refunds};
use crate::usecases::settle::{self, News};
use crate::usecases::{Context, UseCaseError};

/// Gifts of one transaction: others are not kept waiting for long.
const GIFTS_AT_ONCE: i64 = 50;

/// Declares the next gifts of a file void, and notes how many the work is through with. Answers how many there were; none
/// when all are.
///
/// # Errors
/// `Stale` if somebody has begun anew.
pub async fn undo_some(ctx: &Context, import: &Import, done: i64) -> Result<i64, UseCaseError> {
    let (inner, import) = (ctx.clone(), import.clone());
    ctx.db
        .write(move |tx| {
            let next = imports::live(tx, import.id, GIFTS_AT_ONCE)?;
            let count = i64::try_from(next.len()).unwrap_or_default();
            for (line, donation) in next {
                let donation = donations::get(tx, donation)?;
                pledges::lock(tx, donation.pledge)?;
                let donation = donations::lock(tx, donation.id)?;
                let on_its_way =
                    Refund::total_minor(&refunds::of_donation(tx, donation.id)?, RefundStatus::Pending);
                let left = donation.payment.refundable(on_its_way).filter(|left| left.is_positive());
                if let Some(left) = left {
                    declare_void(tx, &inner, &donation, left)?;
                }
                imports::undo_line(tx, line, inner.now())?;
            }
            imports::progress(tx, &import, done.saturating_add(count))?;
            Ok(count)
        })
        .await
}

/// Declares what is left of a gift void. Nobody is written to: nobody was when it was booked.
fn declare_void(
    tx: &mut Tx<'_>,
    ctx: &Context,
    donation: &Donation,
    left: Money,
) -> Result<(), UseCaseError> {
    let refund = Refund {
        id: ctx.new_id(),
        donation: donation.id,
        kind: RefundKind::Void,
        amount: left,
        status: RefundStatus::Pending,
        settled: None,
        remote: None,
        reason: None,
        created_at: ctx.now(),
    };
    refunds::insert(tx, &refund, donation.gateway, None)?;
    let remote =
        RemoteId::parse(&refund.id.to_string()).map_err(|error| UseCaseError::Internal(error.to_string()))?;
    let news = RefundNews {
        remote,
        ours: Some(refund.id),
        amount: left,
        status: RefundStatus::Succeeded,
        settled: None,
        at: ctx.now(),
    };
    let news = News {
        gateway: donation.gateway,
        payment: donation.remote.clone(),
        checkout: None,
        pledge: donation.pledge,
        attempt: None,
        period_on: None,
        news: vec![Happening::Refund(news)],
    };
    settle::settle_payment(tx, ctx, news)?;
    Ok(())
}
