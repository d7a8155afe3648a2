//! Rate limits of public forms, as separate buckets: by client, by the network around it, and by e-mail address without either.
//! Nobody is told which of them was empty, nor for how long.

use super::abuse::{A_WHILE, network_of};
use super::{Context, UseCaseError};
use crate::store::limits::{self, Bucket};
use crate::store::{StoreError, Tx};
use chrono::{DateTime, TimeDelta, Utc};

/// Whether an address has had too many of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ForAddress {
    /// It has not.
    Free,
    /// It has.
    Spent,
}

/// Takes a token of the client and of the address for something on the donor's pages, as often as pledges are allowed.
///
/// A client without tokens is told so. An address without tokens is only noted: nobody learns by asking whether others
/// have asked for it.
pub(super) fn take_for_account(
    tx: &mut Tx<'_>,
    ctx: &Context,
    what: &'static str,
    client: &str,
    email: &str,
) -> Result<ForAddress, UseCaseError> {
    let now = ctx.now();
    let day = now.date_naive().to_string();
    let by_client = Bucket {
        name: ctx.key.blurred(what, &["client", &day, client])?,
        rate: ctx.policy.pledges_per_client,
    };
    let by_email =
        Bucket { name: ctx.key.blurred(what, &["e-mail", email])?, rate: ctx.policy.pledges_per_email };
    if limits::take(tx, &[by_client], now)?.is_some() {
        return Err(UseCaseError::RateLimited { after: A_WHILE });
    }
    Ok(if take_or_leave(tx, &by_email, now)? { ForAddress::Free } else { ForAddress::Spent })
}

/// Takes a token, if there is one; whoever has none goes on, and the try costs nothing.
pub(super) fn take_or_leave(
    tx: &mut Tx<'_>,
    bucket: &Bucket,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let is_taken = limits::take(tx, std::slice::from_ref(bucket), now)?.is_none();
    if !is_taken {
        limits::give_back(tx, bucket)?;
    }
    Ok(is_taken)
}

/// Takes a token from each bucket of a pledge, where `client` is counted too if it is given. Fails closed: without the database
/// nothing is started.
///
/// Returns the time to wait if one of them had none.
pub(super) fn take_for_pledge(
    tx: &mut Tx<'_>,
    ctx: &Context,
    client: Option<&str>,
    email: &str,
) -> Result<Option<TimeDelta>, UseCaseError> {
    let now = ctx.now();
    let by_email =
        Bucket { name: ctx.key.blurred("pledges by e-mail", &[email])?, rate: ctx.policy.pledges_per_email };
    let Some(client) = client else {
        return Ok(limits::take(tx, &[by_email], now)?);
    };
    // The day in the key makes yesterday's rows useless for finding out who came.
    let day = now.date_naive().to_string();
    let by_client = Bucket {
        name: ctx.key.blurred("pledges by client", &[&day, client])?,
        rate: ctx.policy.pledges_per_client,
    };
    let by_network = Bucket {
        name: ctx.key.blurred("pledges by network", &[&day, &network_of(client)])?,
        rate: ctx.policy.pledges_per_network,
    };
    Ok(limits::take(tx, &[by_client, by_network, by_email], now)?)
}
