//! Rate limits of public forms, as separate buckets: by client and by e-mail address without the client.

use super::{Context, UseCaseError};
use crate::store::{Tx, limits};

/// Takes a token from each bucket of a pledge. Fails closed: without the database nothing is started.
pub(super) fn take_for_pledge(
    tx: &mut Tx<'_>,
    ctx: &Context,
    client: &str,
    email: &str,
) -> Result<(), UseCaseError> {
    let now = ctx.now();
    // The day in the key makes yesterday's rows useless for finding out who came.
    let day = now.date_naive().to_string();
    let buckets = [
        (ctx.key.blurred("pledges by client", &[&day, client])?, ctx.policy.pledges_per_client),
        (ctx.key.blurred("pledges by e-mail", &[email])?, ctx.policy.pledges_per_email),
    ];
    for (bucket, rate) in buckets {
        if let Some(after) = limits::take(tx, &bucket, rate, now)? {
            return Err(UseCaseError::RateLimited { after });
        }
    }
    Ok(())
}
