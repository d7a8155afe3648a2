//! What donors changed, and the letter that confirms it to the address on record when it is sent.

use crate::domain::account::{AccountChange, ChangeDetail, ChangeKind, Profile};
use crate::domain::ids::{AccountChangeId, DonorId};
use crate::domain::job::Job;
use crate::store::{StoreError, Tx, account_changes, accounts};
use crate::usecases::{Context, UseCaseError};

/// Writes a change down and orders its letter.
pub(in crate::usecases) fn record(
    tx: &mut Tx<'_>,
    ctx: &Context,
    donor: DonorId,
    kind: ChangeKind,
    detail: ChangeDetail,
) -> Result<(), StoreError> {
    let change = AccountChange { id: ctx.new_id(), donor, kind, detail, created_at: ctx.now() };
    account_changes::insert(tx, &change)?;
    if change.detail.old_email.is_some() {
        ctx.enqueue(tx, &Job::SendAddressFarewell { change: change.id })?;
    }
    ctx.enqueue(tx, &Job::SendAccountNotice { change: change.id })
}

/// A change and its donor as they are now; none once the donor is forgotten.
pub async fn letter(
    ctx: &Context,
    id: AccountChangeId,
) -> Result<Option<(AccountChange, Profile)>, UseCaseError> {
    ctx.db
        .read(move |conn| {
            let Some(change) = account_changes::find(conn, id)? else {
                return Ok(None);
            };
            let profile = accounts::get(conn, change.donor)?;
            Ok(profile.erased_at.is_none().then_some((change, profile)))
        })
        .await
}

/// The latest changes of a donor.
pub async fn recent(ctx: &Context, donor: DonorId) -> Result<Vec<AccountChange>, UseCaseError> {
    Ok(ctx.db.read(move |conn| account_changes::of_donor(conn, donor, 10)).await?)
}
