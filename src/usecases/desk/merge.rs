//! Two donors who are one person: made one, and two again if that was a mistake. The money, the books and the receipts
//! stay as they are; only whose they are changes.

use super::notes::is_there;
use crate::domain::account::Profile;
use crate::domain::audit::{Action, Actor};
use crate::domain::donor::EmailAddress;
use crate::domain::ids::{DonorId, MergeId};
use crate::store::{StoreError, accounts, address_changes, desk, donors, erasures, sessions};
use crate::usecases::{Context, UseCaseError, audit};
use serde_json::json;

/// Suggestions shown at a time.
const SUGGESTIONS: i64 = 10;

/// Makes one donor of two: `from` is found to be `into`. Gifts that still come from the first one's address count for
/// the second, who signs in by either address.
///
/// # Errors
/// `NotFound` without one of them; `Conflict` if they are one already, or one asked to be forgotten.
pub async fn merge(ctx: &Context, by: Actor, from: DonorId, into: DonorId) -> Result<MergeId, UseCaseError> {
    let conflict = |code, message: &str| UseCaseError::Conflict { code, message: message.to_owned() };
    if from == into {
        return Err(conflict("same_donor", "this is one donor already"));
    }
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            match desk::lock(tx, from, into) {
                Err(StoreError::NotFound) => return Err(UseCaseError::NotFound("donor")),
                locked => locked?,
            }
            for donor in [from, into] {
                is_there(tx, donor)?;
                if desk::merged_into(tx, donor)?.is_some() {
                    return Err(conflict("merged", "one of them was merged into another donor before"));
                }
                if erasures::of_donor(tx, donor)?.is_some() {
                    return Err(conflict("erasure_asked", "one of them asked to be forgotten"));
                }
            }
            let id: MergeId = inner.new_id();
            desk::merge(tx, id, (from, into), inner.now())?;
            sessions::end_all(tx, from)?;
            address_changes::void_all(tx, from)?;
            let detail = json!({ "merge": id, "from": from });
            audit::record(tx, &inner, (by, Action::DonorsMerged), &into, &detail)?;
            Ok(id)
        })
        .await
}

/// Makes two donors of one again. What was the first one's is theirs again, and what came from their address since.
///
/// # Errors
/// `NotFound` if the donor was not merged.
pub async fn unmerge(ctx: &Context, by: Actor, from: DonorId) -> Result<DonorId, UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let into = desk::merged_into(tx, from)?.ok_or(UseCaseError::NotFound("merged donor"))?;
            desk::lock(tx, from, into)?;
            if !desk::unmerge(tx, from, inner.now())? {
                return Err(UseCaseError::NotFound("merged donor"));
            }
            sessions::end_all(tx, into)?;
            let detail = json!({ "from": from });
            audit::record(tx, &inner, (by, Action::DonorsUnmerged), &into, &detail)?;
            Ok(into)
        })
        .await
}

/// The donor whom a clerk names by id or by address.
///
/// # Errors
/// `Invalid` if it is neither, or nobody's.
pub async fn named(ctx: &Context, typed: &str) -> Result<DonorId, UseCaseError> {
    let unknown = || UseCaseError::invalid("into", "no_donor", "There is no such donor.");
    if let Ok(id) = typed.trim().parse::<DonorId>() {
        return Ok(id);
    }
    let email = EmailAddress::parse(typed).map_err(|_neither| {
        UseCaseError::invalid("into", "no_donor", "This is neither an address nor an id of a donor.")
    })?;
    ctx.db.read(move |conn| donors::find_by_email(conn, &email)).await?.ok_or_else(unknown)
}

/// Donors who may be the same person: written alike, with another address.
pub async fn suggestions(ctx: &Context, donor: DonorId) -> Result<Vec<Profile>, UseCaseError> {
    Ok(ctx
        .db
        .read(move |conn| {
            let ids = desk::namesakes(conn, donor, SUGGESTIONS)?;
            ids.into_iter().map(|id| accounts::get(conn, id)).collect::<Result<Vec<_>, StoreError>>()
        })
        .await?)
}
