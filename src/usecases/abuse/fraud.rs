//! Warnings of fraud by the banks of cards. A small gift is given back at once, before it becomes a dispute, which costs a fee of
//! its own; of a larger one a person decides. Whose it was is tagged, and nobody is thanked for it.

use crate::domain::audit::{Action, Actor};
use crate::domain::donation::{Donation, Happening};
use crate::domain::ids::{DonationId, DonorId};
use crate::domain::refund::RefundStatus;
use crate::store::{Tx, accounts, desk, refunds};
use crate::usecases::refund::{self, RefundOrder};
use crate::usecases::{Context, UseCaseError, audit};
use serde_json::json;

/// What staff read beside the name of a donor whose card's bank warned.
const TAG: &str = "fraud warning";

const REASON: &str = "the card's bank warned of fraud";

/// However often a bank warns, a gift is given back once.
fn request_key(donation: DonationId) -> String {
    format!("fraud_warning/{donation}")
}

/// Whether these news hold a warning.
pub(in crate::usecases) fn is_among(news: &[Happening]) -> bool {
    news.iter().any(|happening| matches!(happening, Happening::FraudWarning { .. }))
}

/// Does what follows from a warning, after all else that is known of the gift was booked.
pub(in crate::usecases) fn heed(
    tx: &mut Tx<'_>,
    ctx: &Context,
    donation: &Donation,
) -> Result<(), UseCaseError> {
    if let Some(donor) = donation.donor {
        tag(tx, ctx, donor)?;
    }
    let paid = donation.payment.money().map(|money| money.gross);
    if !paid.is_some_and(|paid| ctx.policy.watched.is_given_back(paid)) {
        return Ok(());
    }
    let order = RefundOrder {
        donation: donation.id,
        amount: None,
        reason: Some(REASON.to_owned()),
        request_key: Some(request_key(donation.id)),
    };
    match refund::order_within(tx, ctx, Actor::System, &order) {
        // It went back by now, is contested, or the gateway gives back nothing more: the question about it stays for a person.
        Ok(_) | Err(UseCaseError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

fn tag(tx: &mut Tx<'_>, ctx: &Context, donor: DonorId) -> Result<(), UseCaseError> {
    let mut tags = desk::tags(tx, donor)?;
    if tags.iter().any(|tag| tag == TAG) || accounts::get(tx, donor)?.erased_at.is_some() {
        return Ok(());
    }
    tags.push(TAG.to_owned());
    desk::set_tags(tx, donor, &tags)?;
    audit::record(tx, ctx, (Actor::System, Action::DonorNoted), &donor, &json!({ "tags": tags.len() }))
}

/// Whether a gift is given back for a warning, or was: no letter thanks for it.
///
/// # Errors
/// The database does not answer.
pub async fn is_given_back(ctx: &Context, donation: DonationId) -> Result<bool, UseCaseError> {
    let key = request_key(donation);
    let ordered = ctx.db.read(move |conn| refunds::find_by_request(conn, &key)).await?;
    Ok(ordered.is_some_and(|refund| refund.status != RefundStatus::Failed))
}
