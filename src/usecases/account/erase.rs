//! Being forgotten: asked for, confirmed by a second step, then running pledges are ended, and then the person is
//! taken from the record. Amounts, days and receipts stay: the law wants them kept.

use super::{changes, support};
use crate::domain::account::{ChangeDetail, ChangeKind, Erasure, ErasureStatus, Profile, can_be_mailed};
use crate::domain::audit::{Action, Actor};
use crate::domain::donor::EmailAddress;
use crate::domain::ids::{DonorId, ErasureId};
use crate::domain::job::Job;
use crate::store::{
    Conn, StoreError, Tx, account_changes, accounts, address_changes, bank_lines, comments, desk, erasures,
    forgetting, gift_aid, gift_links, gifts_by_hand, sessions, sign_in_links,
};
use crate::usecases::{Context, UseCaseError, audit, exports, pages};
use chrono::{Datelike as _, TimeDelta};
use serde_json::json;
use std::collections::BTreeSet;

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

/// A donor who was neither forgotten nor found to be another one.
///
/// # Errors
/// `NotFound` for everybody else.
pub(in crate::usecases) fn living(conn: &mut Conn, donor: DonorId) -> Result<Profile, UseCaseError> {
    let gone = || UseCaseError::NotFound("donor");
    let profile = match accounts::get(conn, donor) {
        Err(StoreError::NotFound) => return Err(gone()),
        other => other?,
    };
    let is_another = desk::merged_into(conn, donor)?.is_some();
    if profile.erased_at.is_some() || is_another { Err(gone()) } else { Ok(profile) }
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
            living(tx, donor)?;
            let erasure = match erasures::of_donor(tx, donor)? {
                Some(erasure) => erasure,
                None => asked(tx, &inner, donor)?,
            };
            confirm_in(tx, &inner, &erasure)?;
            audit::record(tx, &inner, (by, Action::DonorErased), &donor, &json!({ "erasure": erasure.id }))
        })
        .await
}

/// The addresses of a donor who is about to be forgotten, for whoever keeps letters to them.
pub async fn addresses(ctx: &Context, id: ErasureId) -> Result<BTreeSet<EmailAddress>, UseCaseError> {
    ctx.db
        .read(move |conn| match erasures::find(conn, id)? {
            Some(erasure) if erasure.status == ErasureStatus::Confirmed => {
                Ok(Person::of(conn, erasure.donor)?.addresses)
            }
            Some(_) | None => Ok(BTreeSet::new()),
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
    let named = events_naming(ctx, erasure.donor).await?;
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            forgetting::purge_events(tx, &named, inner.now())?;
            forget(tx, &inner, &erasure, Farewell::Letter)
        })
        .await?;
    tracing::info!(erasure.id = %id, "a donor was forgotten");
    leave_no_trace(ctx).await;
    Ok(())
}

/// What was forgotten still stands in the log of the database until that is emptied. It is only a matter of time, and of
/// the next call: no reason to fail.
pub(in crate::usecases) async fn leave_no_trace(ctx: &Context) {
    if let Err(error) = ctx.db.empty_log().await {
        tracing::warn!(%error, "the log of the database could not be emptied yet");
    }
}

/// The events of gateways whose bodies hold an address of a donor, whatever they told of.
async fn events_naming(ctx: &Context, donor: DonorId) -> Result<Vec<String>, UseCaseError> {
    /// Bodies of one query.
    const EVENTS: i64 = 1_000;
    let person = ctx.db.read(move |conn| Person::of(conn, donor)).await?;
    let mut found = Vec::new();
    for address in person.addresses.into_iter().filter(|address| can_be_mailed(address.as_str())) {
        let mut after = Some(String::new());
        while let Some(behind) = after {
            let text = address.as_str().to_lowercase();
            let look = move |conn: &mut Conn| forgetting::events_naming(conn, &text, &behind, EVENTS);
            let (some, last) = ctx.db.read(look).await?;
            found.extend(some);
            after = last;
        }
    }
    Ok(found)
}

/// Everything that is one person: the donor, whoever was found to be them, and their addresses.
struct Person {
    profiles: Vec<Profile>,
    addresses: BTreeSet<EmailAddress>,
}

impl Person {
    fn of(conn: &mut Conn, donor: DonorId) -> Result<Self, StoreError> {
        let mut profiles = vec![accounts::get(conn, donor)?];
        for (other, _) in desk::merged_from(conn, donor)? {
            profiles.push(accounts::get(conn, other)?);
        }
        let ids: Vec<DonorId> = profiles.iter().map(|profile| profile.id).collect();
        let addresses = forgetting::addresses_of(conn, &ids)?;
        Ok(Self { profiles, addresses })
    }

    /// By what they are known in what programs were told.
    fn told_as(&self) -> BTreeSet<String> {
        let ids = self.profiles.iter().map(|profile| profile.id.to_string());
        ids.chain(self.addresses.iter().map(|address| address.as_str().to_owned())).collect()
    }
}

/// Whether a last letter is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Farewell {
    /// To who asked to be forgotten.
    Letter,
    /// To who did not: they were silent for years.
    None,
}

fn forget(tx: &mut Tx<'_>, ctx: &Context, erasure: &Erasure, farewell: Farewell) -> Result<(), StoreError> {
    let (now, donor) = (ctx.now(), erasure.donor);
    let person = Person::of(tx, donor)?;
    let profile = accounts::get(tx, donor)?;
    let last_letter = match farewell {
        Farewell::Letter => (Some(&profile.email), profile.locale.as_deref()),
        Farewell::None => (None, None),
    };
    erasures::finish(tx, erasure.id, last_letter, now)?;
    forgetting::forget_answers(tx, &person.told_as())?;
    for who in &person.profiles {
        forgetting::forget_views(tx, who.name.as_deref(), &person.addresses)?;
        forgetting::forget(tx, who, now)?;
        sessions::end_all(tx, who.id)?;
        address_changes::remove_of(tx, who.id)?;
        account_changes::remove_of(tx, who.id)?;
        desk::forget(tx, who.id)?;
        gift_aid::end(tx, who.id, gift_aid::Which::All, (ctx.day_of(now), ctx.day_of(now)))?;
    }
    let mut silenced = BTreeSet::new();
    for address in &person.addresses {
        forgetting::forget_promises(tx, address, donor, now)?;
        sign_in_links::remove_of(tx, address)?;
        gift_links::remove_of(tx, address)?;
        silenced.extend(comments::forget(tx, address, now)?);
    }
    if !silenced.is_empty() {
        pages::change_below(tx, ctx, &silenced)?;
    }
    gifts_by_hand::forget(tx, donor)?;
    bank_lines::forget(tx, donor)?;
    forgetting::purge_events_about(tx, donor, now)?;
    exports::forget_all(tx)?;
    match farewell {
        Farewell::Letter => ctx.enqueue(tx, &Job::SendErasureDone { erasure: erasure.id }),
        Farewell::None => Ok(()),
    }
}

/// Forgets a donor who was silent for as long as the site keeps donors, unless something of theirs still runs. Says whether it did.
pub(in crate::usecases) async fn forget_silent(ctx: &Context, donor: DonorId) -> Result<bool, UseCaseError> {
    if support::runs(ctx, donor).await? {
        return Ok(false);
    }
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            if accounts::get(tx, donor)?.erased_at.is_some() || erasures::of_donor(tx, donor)?.is_some() {
                return Ok(false);
            }
            let erasure = asked(tx, &inner, donor)?;
            erasures::confirm(tx, erasure.id, inner.now())?;
            forget(tx, &inner, &erasure, Farewell::None)?;
            let row = (Actor::System, Action::DonorErased);
            audit::record(tx, &inner, row, &donor, &json!({ "erasure": erasure.id, "silent": true }))?;
            Ok(true)
        })
        .await
}

/// Where the last letter goes; none once it was sent.
pub async fn letter(ctx: &Context, id: ErasureId) -> Result<Option<Erasure>, UseCaseError> {
    let found = ctx.db.read(move |conn| erasures::find(conn, id)).await?;
    Ok(found.filter(|erasure| erasure.email.is_some()))
}

/// Forgets where the last letter went.
pub async fn letter_sent(ctx: &Context, id: ErasureId) -> Result<(), UseCaseError> {
    ctx.db.write(move |tx| erasures::forget_address(tx, id)).await?;
    leave_no_trace(ctx).await;
    Ok(())
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
    let (now, year) = (ctx.now(), ctx.day_of(ctx.now()).year() - ctx.policy.retention.receipt_years);
    loop {
        let purged =
            ctx.db.write(move |tx| forgetting::purge_receipts(tx, year, now, RECEIPTS_AT_ONCE)).await?;
        if purged == 0 {
            return Ok(());
        }
        tracing::info!(purged, "forgotten donors were taken from old receipts");
    }
}
