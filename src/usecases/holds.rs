//! Holds: where a rule of the books is broken, nothing more is done until a person has looked.
//!
//! Other donations go on. What waits is tried again by its job, and goes on once the question is answered.

use super::{Context, UseCaseError};
use crate::domain::ids::{PledgeId, ReviewId};
use crate::store::{Conn, StoreError, Tx, jobs, reviews};
use chrono::{DateTime, Utc};

/// The kind of the question that holds its subject.
pub const BROKEN_INVARIANT: &str = "broken_invariant";

/// Refuses work on a pledge, its donations, refunds and receipts while one of them breaks a rule.
///
/// # Errors
/// `Held` with the question to answer.
pub fn check(conn: &mut Conn, pledge: PledgeId) -> Result<(), UseCaseError> {
    match reviews::open_about(conn, BROKEN_INVARIANT, pledge)? {
        None => Ok(()),
        Some((review, subject)) => Err(UseCaseError::Held { subject, review }),
    }
}

/// The same outside of a transaction.
pub async fn check_now(ctx: &Context, pledge: PledgeId) -> Result<(), UseCaseError> {
    ctx.db.read(move |conn| check(conn, pledge)).await
}

/// Makes due what waited for the answer to a question.
pub(super) fn let_go(tx: &mut Tx<'_>, review: ReviewId, now: DateTime<Utc>) -> Result<usize, StoreError> {
    jobs::hurry(tx, &review.to_string(), now)
}
