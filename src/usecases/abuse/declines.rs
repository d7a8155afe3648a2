//! Declined payments, as gateways tell of them: whoever has too many in a short time starts no other one for an hour.

use super::attack;
use crate::domain::abuse::{BLOCKED_FOR, WINDOW, Who};
use crate::domain::donation::{Happening, WaitingState};
use crate::domain::ids::PledgeId;
use crate::store::{Tx, abuse};
use crate::usecases::{Context, UseCaseError};
use chrono::{DateTime, Utc};

/// When a payment was declined, by the latest of these news; none if none of them tells so.
pub(in crate::usecases) fn declined_at(news: &[Happening]) -> Option<DateTime<Utc>> {
    let of = |happening: &Happening| match happening {
        Happening::Waiting(waiting) => match &waiting.state {
            WaitingState::Failed(_code) => Some(waiting.as_of),
            WaitingState::Processing | WaitingState::Expired => None,
        },
        Happening::Captured(_)
        | Happening::Refund(_)
        | Happening::Dispute(_)
        | Happening::FraudWarning { .. } => None,
    };
    news.iter().filter_map(of).max()
}

/// Counts a payment that was declined. One that is told twice counts once, and one that is told late not at all.
pub(in crate::usecases) fn count(
    tx: &mut Tx<'_>,
    ctx: &Context,
    pledge: PledgeId,
    at: DateTime<Utc>,
) -> Result<(), UseCaseError> {
    let now = ctx.now();
    let since = now - WINDOW;
    if at <= since {
        return Ok(());
    }
    let Some(marks) = abuse::client_of(tx, pledge)? else { return Ok(()) };
    if !abuse::insert_decline(tx, pledge, at, &marks)? {
        return Ok(());
    }
    for who in Who::ALL.iter().copied() {
        let of = (who, marks.of(who));
        if abuse::declines_of(tx, of, since)? >= ctx.policy.abuse.declines_of(who) {
            abuse::block(tx, of, now, now + BLOCKED_FOR)?;
        }
    }
    attack::judge(tx, ctx)
}
