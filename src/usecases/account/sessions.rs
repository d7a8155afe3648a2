//! Signed-in browsers: found by their cookie, listed, ended.

use super::changes;
use crate::domain::account::{ChangeDetail, ChangeKind, Profile, Session};
use crate::domain::ids::{DonorId, SessionId};
use crate::store::{StoreError, accounts, sessions};
use crate::usecases::{Context, UseCaseError, secrets};
use chrono::TimeDelta;

/// Visits within this time are noted once.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// In which browser.
    pub session: Session,
    /// Who.
    pub profile: Profile,
}

/// Who is signed in with this cookie; nobody if it is over, or was never given out.
pub async fn find(ctx: &Context, cookie: &str) -> Result<Option<SignedIn>, UseCaseError> {
    let token_hash = secrets::hash(cookie);
    let found = ctx
        .db
        .read(move |conn| {
            let Some(session) = sessions::find_by_token(conn, &token_hash)? else {
                return Ok(None);
            };
            let profile = accounts::get(conn, session.donor)?;
            Ok::<_, StoreError>(Some(SignedIn { session, profile }))
        })
        .await?;
    let Some(found) = found else {
        return Ok(None);
    };
    let (now, session) = (ctx.now(), &found.session);
    let (donor, id) = (session.donor, session.id);
    if !session.is_live(now, ctx.policy.sessions) || found.profile.erased_at.is_some() {
        // Seen to be over: no clock that is set back revives it.
        ctx.db.write(move |tx| sessions::end(tx, donor, id)).await?;
        return Ok(None);
    }
    if now >= session.seen_at + NOTED_EVERY {
        ctx.db.write(move |tx| sessions::touch(tx, id, now)).await?;
    }
    Ok(Some(found))
}

/// The signed-in browsers of a donor, the last visited first.
pub async fn list(ctx: &Context, donor: DonorId) -> Result<Vec<Session>, UseCaseError> {
    let (now, rules) = (ctx.now(), ctx.policy.sessions);
    let mut all = ctx.db.read(move |conn| sessions::of_donor(conn, donor)).await?;
    all.retain(|session| session.is_live(now, rules));
    Ok(all)
}

/// Signs one browser out.
///
/// # Errors
/// `NotFound` if the donor has no session of this id.
pub async fn end(ctx: &Context, donor: DonorId, id: SessionId) -> Result<(), UseCaseError> {
    if ctx.db.write(move |tx| sessions::end(tx, donor, id)).await? {
        Ok(())
    } else {
        Err(UseCaseError::NotFound("session"))
    }
}

/// Signs every browser out; a letter says so.
pub async fn end_all(ctx: &Context, donor: DonorId) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            sessions::end_all(tx, donor)?;
            changes::record(tx, &inner, donor, ChangeKind::SignedOut, ChangeDetail::default())
        })
        .await?;
    Ok(())
}
