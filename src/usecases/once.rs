//! A request of a program that comes again, because its answer was lost on the way: done once, answered again.
//!
//! What makes it one is written in the transaction of the act itself, with its row of the log: there is no moment at which
//! the act is done and its name is not taken.

use super::{Context, UseCaseError};
use crate::domain::audit::Actor;
use crate::store::Tx;
use crate::store::idempotency::{self, RequestKey};

/// An answer that was given before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Its status.
    pub status: i64,
    /// Its body.
    pub body: String,
}

/// The answer that a request got when it came first; none if it was not carried out yet.
///
/// # Errors
/// `Conflict` if something else was asked under this name, or if it was carried out and its answer is not known.
pub async fn given_before(ctx: &Context, key: &RequestKey) -> Result<Option<Given>, UseCaseError> {
    let sought = key.clone();
    let Some(known) = ctx.db.read(move |conn| idempotency::find_request(conn, &sought)).await? else {
        return Ok(None);
    };
    if known.input_hash != key.input_hash {
        let message = "something else was asked with this Idempotency-Key".to_owned();
        return Err(UseCaseError::Conflict { code: "idempotency_key_reused", message });
    }
    match known.answer {
        Some((status, body)) => Ok(Some(Given { status, body })),
        None => Err(carried_out()),
    }
}

fn carried_out() -> UseCaseError {
    let message = "this request was carried out, or just is; look at what it is about before you ask again";
    UseCaseError::Conflict { code: "carried_out", message: message.to_owned() }
}

/// Takes the name of the request in the transaction of its act. A request is one act.
pub(super) fn take(tx: &mut Tx<'_>, ctx: &Context, actor: Actor) -> Result<(), UseCaseError> {
    let Some(key) = ctx.request.as_deref().filter(|key| actor == Actor::Token(key.token)) else {
        return Ok(());
    };
    if idempotency::insert_request(tx, key, ctx.now())? { Ok(()) } else { Err(carried_out()) }
}

/// Keeps what a request was answered with. What changed nothing is kept too: it is answered alike.
pub async fn keep(ctx: &Context, key: RequestKey, given: Given) -> Result<(), UseCaseError> {
    let now = ctx.now();
    ctx.db
        .write(move |tx| {
            idempotency::insert_request(tx, &key, now)?;
            idempotency::answer_request(tx, &key, given.status, &given.body)
        })
        .await
        .map_err(|error: crate::store::StoreError| error.into())
}
