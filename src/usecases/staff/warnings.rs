//! Letters to staff about what was done to their accounts: whoever did it may not be who they seem.

use crate::domain::access::Role;
use crate::domain::audit::AuditRow;
use crate::domain::donor::EmailAddress;
use crate::domain::ids::{FormerAddressId, StaffId};
use crate::domain::job::Job;
use crate::domain::staff::{Member, StaffNotice, StaffStatus, StaffTold};
use crate::store::{StoreError, Tx, audit, staff};
use crate::usecases::{Context, UseCaseError};
use chrono::TimeDelta;

/// How long an address of before is kept: longer than its letter is tried.
pub const KEEP_FORMER: TimeDelta = TimeDelta::days(30);

/// Orders a letter about what row `row` of the log says.
pub(super) fn tell(
    tx: &mut Tx<'_>,
    ctx: &Context,
    (notice, row): (StaffNotice, i64),
    to: StaffId,
) -> Result<(), UseCaseError> {
    Ok(ctx.enqueue(tx, &Job::SendStaffNotice(StaffTold { notice, row, to, former: None }))?)
}

/// Orders a letter to an address that somebody had until now.
pub(super) fn tell_former(
    tx: &mut Tx<'_>,
    ctx: &Context,
    (notice, row): (StaffNotice, i64),
    member: &Member,
) -> Result<(), UseCaseError> {
    let former: FormerAddressId = ctx.new_id();
    staff::insert_former_address(tx, former, (member.id, &member.email), ctx.now())?;
    let told = StaffTold { notice, row, to: member.id, former: Some(former) };
    Ok(ctx.enqueue(tx, &Job::SendStaffNotice(told))?)
}

/// Orders a letter to every owner who may sign in, `but` for one whom it is about.
pub(in crate::usecases) fn tell_owners(
    tx: &mut Tx<'_>,
    ctx: &Context,
    about: (StaffNotice, i64),
    but: Option<StaffId>,
) -> Result<(), UseCaseError> {
    let is_owner = |member: &Member| member.role == Role::Owner && member.status == StaffStatus::Active;
    for owner in staff::all(tx)?.iter().filter(|member| is_owner(member) && Some(member.id) != but) {
        tell(tx, ctx, about, owner.id)?;
    }
    Ok(())
}

/// What a letter needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Where it goes.
    pub email: EmailAddress,
    /// To whom.
    pub to: Member,
    /// When, by whom, to what.
    pub row: AuditRow,
    /// Who did it, if it was somebody of the staff.
    pub by: Option<Member>,
    /// To whom it was done, if that is somebody of the staff.
    pub about: Option<Member>,
}

/// What a letter needs to know; none if the address that it was for is forgotten.
pub async fn letter(ctx: &Context, told: StaffTold) -> Result<Option<Facts>, UseCaseError> {
    let facts = ctx.db.read(move |conn| {
        let to = staff::get(conn, told.to)?;
        let email = match told.former {
            None => Some(to.email.clone()),
            Some(former) => staff::former_address(conn, former)?,
        };
        let Some(email) = email else { return Ok(None) };
        let row = audit::get(conn, told.row)?;
        let mut somebody = |id: Option<&str>| {
            let id = id.and_then(|id| id.parse::<StaffId>().ok());
            id.map(|id| staff::get(conn, id)).transpose()
        };
        let (by, about) = (somebody(row.actor_id.as_deref())?, somebody(Some(&row.subject))?);
        Ok::<_, StoreError>(Some(Facts { email, to, row, by, about }))
    });
    Ok(facts.await?)
}
