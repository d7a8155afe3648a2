//! A member and a donor with one address that is proven on both sides: proposed to staff, or, where the publication wants it so,
//! made one person without asking. Either is taken back by one act.

use super::PATREON;
use super::people::join;
use crate::domain::audit::Actor;
use crate::domain::ids::{DonorId, MemberId};
use crate::store::reviews::{self, Question};
use crate::store::{Tx, accounts, external_members};
use crate::usecases::{Context, UseCaseError};

/// The question whether somebody is the donor who has their address.
pub(super) const SAME: &str = "patreon_same";

/// Members of one round.
const AT_ONCE: i64 = 100;

/// Looks for members who share a proven address with a donor.
///
/// # Errors
/// The database does not answer.
pub(super) async fn look(ctx: &Context) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            for (member, donor) in external_members::sharing_addresses(tx, PATREON, SAME, AT_ONCE)? {
                propose(tx, &inner, member, donor)?;
            }
            Ok(())
        })
        .await
}

fn propose(tx: &mut Tx<'_>, ctx: &Context, id: MemberId, donor: DonorId) -> Result<(), UseCaseError> {
    let Some(member) = external_members::find(tx, id)? else { return Ok(()) };
    let (profile, proven_at) = (accounts::get(tx, donor)?, accounts::address_proven_at(tx, donor)?);
    if !member.shares_proven_address(&profile.email, proven_at) {
        return Ok(());
    }
    if ctx.policy.members_joined_by_address {
        return join(tx, ctx, Actor::System, &member, donor);
    }
    let detail = "has the address of a donor, confirmed at Patreon and by a letter of ours that was opened: say on their page \
                  whether they are one person";
    let subject = id.to_string();
    let question = Question { kind: SAME, subject: &subject, detail };
    Ok(reviews::raise(tx, ctx.new_id(), question, ctx.now())?)
}
