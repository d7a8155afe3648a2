//! One way to write down what was done by whom, in the transaction that does it.

use super::{Context, UseCaseError, once};
use crate::domain::audit::{Action, Actor};
use crate::store::Tx;
use crate::store::audit::{self, Entry};
use serde_json::Value;

/// Writes down that `actor` did something to `subject`. `detail` holds ids, fields and figures: never a name, an
/// address or a text of a donor, because this log is kept when they are forgotten.
///
/// # Errors
/// Of the database; nothing is done that is not written down.
pub fn record(
    tx: &mut Tx<'_>,
    ctx: &Context,
    (actor, action): (Actor, Action),
    subject: &impl ToString,
    detail: &Value,
) -> Result<(), UseCaseError> {
    record_row(tx, ctx, (actor, action), subject, detail).map(|_number| ())
}

/// The same, for a letter that says what the row says: returns its number.
pub(in crate::usecases) fn record_row(
    tx: &mut Tx<'_>,
    ctx: &Context,
    (actor, action): (Actor, Action),
    subject: &impl ToString,
    detail: &Value,
) -> Result<i64, UseCaseError> {
    once::take(tx, ctx, actor)?;
    let entry =
        Entry { actor, action, subject: subject.to_string(), detail: detail.to_string(), at: ctx.now() };
    let number = audit::append(tx, entry)?;
    tracing::info!(actor = actor.kind(), action = action.as_str(), "done and written down");
    Ok(number)
}
