//! A member and a donor who are one person. Staff say so: an address alone proves nothing, for here and there anybody can
//! type one. What an address proves that was confirmed in both places is decided in `same.rs`.

use super::PATREON;
use super::same::SAME;
use crate::domain::account::Profile;
use crate::domain::audit::{Action, Actor};
use crate::domain::ids::{DonorId, MemberId};
use crate::domain::member::Member;
use crate::store::external_tiers::{self, ExternalTier};
use crate::store::{Conn, StoreError, Tx, accounts, desk, donors, external_members, reviews};
use crate::usecases::{Context, UseCaseError, audit};
use serde_json::json;

/// Everything on a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberFile {
    /// What is known of them.
    pub member: Member,
    /// Their level.
    pub level: Option<ExternalTier>,
    /// The donor who they are.
    pub donor: Option<Profile>,
    /// The donor who has their address, if nobody said yet who they are.
    pub proposed: Option<Profile>,
}

/// Reads everything on a member.
///
/// # Errors
/// `NotFound` without such a member.
pub async fn file(ctx: &Context, id: MemberId) -> Result<MemberFile, UseCaseError> {
    ctx.db
        .read(move |conn| {
            let member = external_members::find(conn, id)?.ok_or(UseCaseError::NotFound("member"))?;
            let level = level_of(conn, &member)?;
            let donor = member.donor.map(|donor| accounts::get(conn, donor)).transpose()?;
            let proposed = if donor.is_none() { proposed(conn, &member)? } else { None };
            Ok(MemberFile { member, level, donor, proposed })
        })
        .await
}

/// The level that a member is at, if it is known.
pub(super) fn level_of(conn: &mut Conn, member: &Member) -> Result<Option<ExternalTier>, StoreError> {
    let named = member.news.tier.as_ref().map(|remote| external_tiers::find(conn, PATREON, remote));
    Ok(named.transpose()?.flatten())
}

fn proposed(conn: &mut Conn, member: &Member) -> Result<Option<Profile>, StoreError> {
    let Some(email) = &member.news.email else { return Ok(None) };
    let found = donors::find_by_email(conn, email)?;
    found.map(|donor| accounts::get(conn, donor)).transpose()
}

/// Says that a member is a donor. They are shown on one page, and forgotten together.
///
/// # Errors
/// `NotFound` without one of them; `Conflict` for a donor who was found to be another, or a member who is one already.
pub async fn be_one(ctx: &Context, by: Actor, id: MemberId, donor: DonorId) -> Result<(), UseCaseError> {
    let conflict = |code, message: &str| UseCaseError::Conflict { code, message: message.to_owned() };
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let member = external_members::find(tx, id)?.ok_or(UseCaseError::NotFound("member"))?;
            let profile = match accounts::get(tx, donor) {
                Err(StoreError::NotFound) => return Err(UseCaseError::NotFound("donor")),
                other => other?,
            };
            if profile.erased_at.is_some() {
                return Err(UseCaseError::NotFound("donor"));
            }
            if desk::merged_into(tx, donor)?.is_some() {
                return Err(conflict("merged", "this donor was found to be another; name that one"));
            }
            if member.donor.is_some() {
                return Err(conflict("known", "this member is a donor already"));
            }
            join(tx, &inner, by, &member, donor)
        })
        .await
}

/// Makes one person of a member and a donor, and closes the question whether they are.
pub(super) fn join(
    tx: &mut Tx<'_>,
    ctx: &Context,
    by: Actor,
    member: &Member,
    donor: DonorId,
) -> Result<(), UseCaseError> {
    let now = ctx.now();
    external_members::set_donor(tx, member.id, Some(donor), now)?;
    reviews::settle(tx, SAME, &member.id.to_string(), now)?;
    audit::record(tx, ctx, (by, Action::MemberLinked), &donor, &json!({ "member": member.id }))
}

/// Takes that back, whoever said so. Nobody is proposed for this member again.
///
/// # Errors
/// `NotFound` if nobody said so; `Conflict` for one who was forgotten.
pub async fn be_two(ctx: &Context, by: Actor, id: MemberId) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let member = external_members::find(tx, id)?.ok_or(UseCaseError::NotFound("member"))?;
            let donor = member.donor.ok_or(UseCaseError::NotFound("donor of this member"))?;
            if member.forgotten_at.is_some() {
                let message = "this donor was forgotten, and the member with them".to_owned();
                return Err(UseCaseError::Conflict { code: "forgotten", message });
            }
            external_members::set_donor(tx, id, None, inner.now())?;
            let detail = json!({ "member": id });
            audit::record(tx, &inner, (by, Action::MemberUnlinked), &donor, &detail)
        })
        .await
}
