//! Being forgotten: asked for, confirmed by a second step, then running pledges are ended, and then the person is
//! taken from the record. Amounts, days and receipts stay: the law wants them kept.

use super::{changes, support};
use crate::domain::account::{ChangeDetail, ChangeKind, Erasure, ErasureStatus, Profile};
use crate::domain::audit::{Action, Actor};
use crate::domain::ids::{DonorId, ErasureId};
use crate::domain::job::Job;
use crate::store::{
    StoreError, Tx, account_changes, accounts, address_changes, bank_lines, desk, erasures, gift_aid,
    gifts_by_hand, sessions, sign_in_links,
};
use crate::usecases::{Context, UseCaseError, audit, exports};
use chrono::{Datelike as _, TimeDelta};
use serde_json::json;

/// Receipts of one transaction.
const RECEIPTS_AT_ONCE: i64 = 500;
/// A last letter that could not be sent for so long is given up, and the address with it.
const KEEP_LAST_ADDRESS: TimeDelta = TimeDelta::days(7);

/// The wish of a donor, if there is one.
pub async fn of_donor(ctx: &Context, donor: DonorId) -> Result<Option<Erasure>, UseCaseError> {
    Ok(ctx.db.read(move |conn| erasures::of_donor(conn, donor)).await?)
}

/// The first step: nothing is forgotten yet. A letter says that it was asked for.
pub async fn ask(ctx: &Context, donor: DonorId) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            if erasures::of_donor(tx, donor)?.is_some() {
                return Ok(());
            }
            asked(tx, &inner, donor)?;
            changes::record(tx, &inner, donor, ChangeKind::ErasureAsked, ChangeDetail::default())
        })
        .await?;
    Ok(())
}

fn asked(tx: &mut Tx<'_>, ctx: &Context, donor: DonorId) -> Result<Erasure, StoreError> {
    let erasure = Erasure {
        id: ctx.new_id(),
        donor,
        status: ErasureStatus::Asked,
        email: None,
        locale: None,
        asked_at: ctx.now(),
    };
    erasures::insert(tx, &erasure)?;
    Ok(erasure)
}

/// Takes back a wish that was not confirmed.
pub async fn drop_asked(ctx: &Context, donor: DonorId) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            if erasures::drop_asked(tx, donor)? {
                changes::record(tx, &inner, donor, ChangeKind::ErasureDropped, ChangeDetail::default())?;
            }
            Ok::<_, StoreError>(())
        })
        .await?;
    Ok(())
}

/// The second step. Every browser is signed out, and the rest happens by itself.
///
/// # Errors
/// `Conflict` if the first step was not taken.
pub async fn confirm(ctx: &Context, donor: DonorId) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let Some(erasure) = erasures::of_donor(tx, donor)? else {
                let message = "the first step is missing; please begin once more".to_owned();
                return Err(UseCaseError::Conflict { code: "erasure_not_asked", message });
            };
            Ok(confirm_in(tx, &inner, &erasure)?)
        })
        .await
}

fn confirm_in(tx: &mut Tx<'_>, ctx: &Context, erasure: &Erasure) -> Result<(), StoreError> {
    if erasures::confirm(tx, erasure.id, ctx.now())? {
        sessions::end_all(tx, erasure.donor)?;
        address_changes::void_all(tx, erasure.donor)?;
        ctx.enqueue(tx, &Job::CarryOutErasure { erasure: erasure.id })?;
    }
    Ok(())
}

/// Both steps at once, by staff, for a donor who asked in another way.
pub(in crate::usecases) async fn confirm_by(
    ctx: &Context,
    by: Actor,
    donor: DonorId,
) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let profile = match accounts::get(tx, donor) {
                Err(StoreError::NotFound) => return Err(UseCaseError::NotFound("donor")),
                other => other?,
            };
            if profile.erased_at.is_some() || desk::merged_into(tx, donor)?.is_some() {
                return Err(UseCaseError::NotFound("donor"));
            }
            let erasure = match erasures::of_donor(tx, donor)? {
                Some(erasure) => erasure,
                None => asked(tx, &inner, donor)?,
            };
            confirm_in(tx, &inner, &erasure)?;
            audit::record(tx, &inner, (by, Action::DonorErased), &donor, &json!({ "erasure": erasure.id }))
        })
        .await
}

/// Forgets a donor who confirmed it. Doing it again changes nothing.
pub async fn carry_out(ctx: &Context, id: ErasureId) -> Result<(), UseCaseError> {
    let found = ctx.db.read(move |conn| erasures::find(conn, id)).await?;
    let Some(erasure) = found.filter(|erasure| erasure.status == ErasureStatus::Confirmed) else {
        return Ok(());
    };
    if !support::end_all(ctx, erasure.donor).await? {
        let why = "the gateway has not confirmed the end of what runs".to_owned();
        return Err(UseCaseError::GatewayUnavailable(why));
    }
    let inner = ctx.clone();
    ctx.db.write(move |tx| forget(tx, &inner, &erasure)).await?;
    tracing::info!(erasure.id = %id, "a donor was forgotten");
    Ok(())
}

fn forget(tx: &mut Tx<'_>, ctx: &Context, erasure: &Erasure) -> Result<(), StoreError> {
    let now = ctx.now();
    let profile = accounts::get(tx, erasure.donor)?;
    erasures::finish(tx, erasure.id, &profile.email, profile.locale.as_deref(), now)?;
    accounts::forget(tx, &profile, now)?;
    sessions::end_all(tx, profile.id)?;
    sign_in_links::remove_of(tx, &profile.email)?;
    address_changes::remove_of(tx, profile.id)?;
    account_changes::remove_of(tx, profile.id)?;
    desk::forget(tx, profile.id)?;
    // Whoever was found to be this donor is the same person.
    for (other, email) in desk::merged_from(tx, profile.id)? {
        let other = accounts::get(tx, other)?;
        accounts::forget(tx, &other, now)?;
        sign_in_links::remove_of(tx, &email)?;
        desk::forget(tx, other.id)?;
    }
    gifts_by_hand::forget(tx, profile.id)?;
    bank_lines::forget(tx, profile.id)?;
    exports::forget_all(tx)?;
    gift_aid::end(tx, profile.id, ctx.day_of(now))?;
    ctx.enqueue(tx, &Job::SendErasureDone { erasure: erasure.id })
}

/// Where the last letter goes; none once it was sent.
pub async fn letter(ctx: &Context, id: ErasureId) -> Result<Option<Erasure>, UseCaseError> {
    let found = ctx.db.read(move |conn| erasures::find(conn, id)).await?;
    Ok(found.filter(|erasure| erasure.email.is_some()))
}

/// Forgets where the last letter went.
pub async fn letter_sent(ctx: &Context, id: ErasureId) -> Result<(), UseCaseError> {
    Ok(ctx.db.write(move |tx| erasures::forget_address(tx, id)).await?)
}

/// Who asks.
pub async fn profile(ctx: &Context, donor: DonorId) -> Result<Profile, UseCaseError> {
    Ok(ctx.db.read(move |conn| accounts::get(conn, donor)).await?)
}

/// Housekeeping: sessions and links that are over, last addresses that no letter reached, and the persons on receipts
/// for which the time that the law sets is over.
pub async fn clean_up(ctx: &Context) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let now = inner.now();
            sessions::remove_ended(tx, now, inner.policy.sessions.idle)?;
            sign_in_links::remove_ended(tx, now - TimeDelta::days(1))?;
            address_changes::remove_ended(tx, now - TimeDelta::days(1))?;
            erasures::forget_addresses(tx, now - KEEP_LAST_ADDRESS)?;
            Ok::<_, StoreError>(())
        })
        .await?;
    let (now, year) = (ctx.now(), ctx.day_of(ctx.now()).year() - ctx.policy.retention_years);
    loop {
        let purged =
            ctx.db.write(move |tx| accounts::purge_receipts(tx, year, now, RECEIPTS_AT_ONCE)).await?;
        if purged == 0 {
            return Ok(());
        }
        tracing::info!(purged, "forgotten donors were taken from old receipts");
    }
}
