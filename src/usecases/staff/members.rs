//! Who belongs to the staff.

use super::{SignedIn, setup, warnings};
use crate::domain::access::Role;
use crate::domain::account::Secret;
use crate::domain::audit::{Action, Actor};
use crate::domain::donor::EmailAddress;
use crate::domain::ids::StaffId;
use crate::domain::staff::{Credentials, Member, StaffNotice, StaffStatus};
use crate::store::{StoreError, Tx, audit as log, passkeys, staff, staff_sessions};
use crate::usecases::{Context, UseCaseError, audit};
use serde_json::json;

/// Everybody, in the order of their addresses.
pub async fn list(ctx: &Context) -> Result<Vec<Member>, UseCaseError> {
    Ok(ctx.db.read(staff::all).await?)
}

/// Somebody by their id.
///
/// # Errors
/// `NotFound`.
pub async fn get(ctx: &Context, id: StaffId) -> Result<Member, UseCaseError> {
    match ctx.db.read(move |conn| staff::get(conn, id)).await {
        Ok(member) => Ok(member),
        Err(StoreError::NotFound) => Err(UseCaseError::NotFound("member of staff")),
        Err(error) => Err(error.into()),
    }
}

/// Asks somebody to join, and makes the link for it.
///
/// # Errors
/// `Invalid` for an address that is none, or that is taken.
pub async fn invite(
    ctx: &Context,
    by: Actor,
    email: &str,
    role: Role,
) -> Result<(Member, Secret), UseCaseError> {
    let email =
        EmailAddress::parse(email).map_err(|error| UseCaseError::invalid("email", "invalid_email", error))?;
    let member = Member {
        id: ctx.new_id(),
        name: email.as_str().split('@').next().unwrap_or_default().to_owned(),
        email,
        role,
        status: StaffStatus::Invited,
        created_at: ctx.now(),
        passkeys: 0,
    };
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let done = (by, Action::StaffInvited);
            audit::record(tx, &inner, done, &member.id, &json!({ "role": role.as_str() }))?;
            if staff::find_by_email(tx, &member.email)?.is_some() {
                return Err(UseCaseError::invalid(
                    "email",
                    "taken",
                    "somebody of the staff has this address already",
                ));
            }
            staff::insert(tx, &member)?;
            let link = setup::make(tx, &inner, Some(member.id))?;
            Ok((member, link))
        })
        .await
}

/// What a new link lets somebody choose anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anew {
    /// The password; the second factor stays and must be shown.
    Password,
    /// The password and the second factor. Only whoever runs the site gives this: it is all that proves somebody.
    Everything,
}

/// Makes a new link for somebody who forgot.
///
/// # Errors
/// `NotFound` if nobody has this address, `Conflict` for somebody who may not sign in.
pub async fn reset(
    ctx: &Context,
    by: Actor,
    email: &str,
    what: Anew,
) -> Result<(Member, Secret), UseCaseError> {
    let email =
        EmailAddress::parse(email).map_err(|error| UseCaseError::invalid("email", "invalid_email", error))?;
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let member =
                staff::find_by_email(tx, &email)?.ok_or(UseCaseError::NotFound("member of staff"))?;
            if member.status == StaffStatus::Disabled {
                let message = "this account is disabled; enable it first".to_owned();
                return Err(UseCaseError::Conflict { code: "disabled", message });
            }
            let everything = what == Anew::Everything;
            let done = (by, Action::StaffReset);
            let detail = json!({ "second_factor": everything });
            let row = audit::record_row(tx, &inner, done, &member.id, &detail)?;
            let notice = if everything { StaffNotice::FactorsForgotten } else { StaffNotice::LinkMade };
            warnings::tell(tx, &inner, (notice, row), member.id)?;
            if everything {
                forget_factors(tx, &member)?;
            }
            let link = setup::make(tx, &inner, Some(member.id))?;
            Ok((member, link))
        })
        .await
}

/// Somebody without a second factor is not in: invited once more.
fn forget_factors(tx: &mut Tx<'_>, member: &Member) -> Result<(), UseCaseError> {
    staff::update(tx, &Member { status: StaffStatus::Invited, ..member.clone() })?;
    staff::set_credentials(tx, member.id, &Credentials::default())?;
    staff::replace_recovery_codes(tx, member.id, &[])?;
    passkeys::remove_all(tx, member.id)?;
    staff_sessions::end_all(tx, member.id, None)?;
    Ok(())
}

/// Gives whoever is inside, and has proved to be there, another address to sign in by. Every other browser is signed
/// out, one-time links are void, and both addresses are told.
///
/// # Errors
/// `Invalid` for an address that is none, or that is taken.
pub async fn change_address(ctx: &Context, who: &SignedIn, email: &str) -> Result<(), UseCaseError> {
    let invalid = |code, message: String| UseCaseError::invalid("email", code, message);
    let email = EmailAddress::parse(email).map_err(|error| invalid("invalid_email", error.to_string()))?;
    let (inner, member, session) = (ctx.clone(), who.member.clone(), who.session.clone());
    if email == member.email {
        return Err(invalid("same", "This is the address that you have.".to_owned()));
    }
    ctx.db
        .write(move |tx| {
            let ctx = &inner;
            let done = (Actor::Staff(member.id), Action::StaffAddressChanged);
            let detail = json!({ "browser": session.browser });
            let row = audit::record_row(tx, ctx, done, &member.id, &detail)?;
            if staff::find_by_email(tx, &email)?.is_some() {
                let message = "Somebody of the staff has this address already.".to_owned();
                return Err(UseCaseError::invalid("email", "taken", message));
            }
            staff::set_email(tx, member.id, &email)?;
            staff_sessions::end_all(tx, member.id, Some(session.id))?;
            staff::remove_links(tx, Some(member.id))?;
            let told = (StaffNotice::AddressChanged, row);
            warnings::tell(tx, ctx, told, member.id)?;
            warnings::tell_former(tx, ctx, told, &member)
        })
        .await
}

/// Gives somebody another role. They are signed out everywhere.
///
/// # Errors
/// `Conflict` if nobody would be owner any more.
pub async fn set_role(ctx: &Context, by: Actor, id: StaffId, role: Role) -> Result<Member, UseCaseError> {
    change(ctx, by, id, move |member| {
        let detail = json!({ "from": member.role.as_str(), "to": role.as_str() });
        (Member { role, ..member }, Action::StaffRoleChanged, detail)
    })
    .await
}

/// Lets somebody sign in no more. They are signed out everywhere.
///
/// # Errors
/// `Conflict` if nobody would be owner any more.
pub async fn disable(ctx: &Context, by: Actor, id: StaffId) -> Result<Member, UseCaseError> {
    change(ctx, by, id, |member| {
        (Member { status: StaffStatus::Disabled, ..member }, Action::StaffDisabled, json!({}))
    })
    .await
}

/// Lets somebody sign in again.
pub async fn enable(ctx: &Context, by: Actor, id: StaffId) -> Result<Member, UseCaseError> {
    let known = ctx.db.read(move |conn| staff::credentials(conn, id)).await?;
    let whole = known.password_hash.is_some() && known.has_second_factor();
    let status = if whole { StaffStatus::Active } else { StaffStatus::Invited };
    change(ctx, by, id, move |member| (Member { status, ..member }, Action::StaffEnabled, json!({}))).await
}

async fn change(
    ctx: &Context,
    by: Actor,
    id: StaffId,
    how: impl FnOnce(Member) -> (Member, Action, serde_json::Value) + Send + 'static,
) -> Result<Member, UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            // Two owners who end each other take turns here, and the second is refused.
            log::hold(tx)?;
            let before = match staff::get(tx, id) {
                Err(StoreError::NotFound) => return Err(UseCaseError::NotFound("member of staff")),
                other => other?,
            };
            let (after, action, detail) = how(before.clone());
            if after == before {
                return Ok(after);
            }
            staff::update(tx, &after)?;
            if staff::count_owners(tx)? == 0 && before.role == Role::Owner {
                let message = "somebody must stay owner; make another owner first".to_owned();
                return Err(UseCaseError::Conflict { code: "last_owner", message });
            }
            staff_sessions::end_all(tx, id, None)?;
            staff::remove_links(tx, Some(id))?;
            audit::record(tx, &inner, (by, action), &id, &detail)?;
            Ok(after)
        })
        .await
}
