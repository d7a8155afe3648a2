//! Failures at the door cost time, ever more of it; nobody is locked out for good.

use crate::domain::staff::wait_after;
use crate::store::{StoreError, Tx, staff};
use crate::usecases::{Context, UseCaseError};

/// Counts a try at something before it is looked at, so that many at once are no way around the wait.
///
/// # Errors
/// `RateLimited` while a wait is on.
pub(super) fn begin(tx: &mut Tx<'_>, ctx: &Context, subject: &str) -> Result<(), UseCaseError> {
    let now = ctx.now();
    let (failed, last) = staff::failures(tx, subject)?.unwrap_or((0, now));
    // A clock that was ahead makes nobody wait for longer than it should.
    let wait = wait_after(failed);
    let since = now.signed_duration_since(last.min(now));
    if since < wait {
        return Err(UseCaseError::RateLimited { after: wait - since });
    }
    Ok(staff::set_failures(tx, subject, failed.saturating_add(1), now)?)
}

/// It went well after all.
pub(super) fn succeeded(tx: &mut Tx<'_>, subject: &str) -> Result<(), StoreError> {
    staff::forget_failures(tx, subject)
}
