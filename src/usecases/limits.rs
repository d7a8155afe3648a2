//! Rate limits of public forms, as separate buckets: by client and by e-mail address without the client.

use super::{Context, UseCaseError};
use crate::store::Tx;
use crate::store::limits::{self, Bucket};
use chrono::TimeDelta;

/// Takes a token from each bucket of a pledge. Fails closed: without the database nothing is started.
///
/// Returns the time to wait if one of them had none.
pub(super) fn take_for_pledge(
    tx: &mut Tx<'_>,
    ctx: &Context,
    client: &str,
    email: &str,
) -> Result<Option<TimeDelta>, UseCaseError> {
    let now = ctx.now();
    // The day in the key makes yesterday's rows useless for finding out who came.
    let day = now.date_naive().to_string();
    let by_client = Bucket {
        name: ctx.key.blurred("pledges by client", &[&day, client])?,
        rate: ctx.policy.pledges_per_client,
    };
    let by_email =
        Bucket { name: ctx.key.blurred("pledges by e-mail", &[email])?, rate: ctx.policy.pledges_per_email };
    Ok(limits::take(tx, &[by_client, by_email], now)?)
}
