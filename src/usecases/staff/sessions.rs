//! Browsers in which staff are signed in: found by their cookie, listed, ended.

use crate::domain::account::Secret;
use crate::domain::audit::{Action, Actor};
use crate::domain::ids::{StaffId, StaffSessionId};
use crate::domain::staff::{HALF_WAY_LIFETIME, Member, StaffSession, StaffStatus, Stage};
use crate::store::{StoreError, Tx, staff, staff_sessions};
use crate::usecases::abuse::attack;
use crate::usecases::{Context, UseCaseError, audit, secrets};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

/// Visits within this time are noted once.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Who is signed in, or on the way to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// In which browser, and how far.
    pub session: StaffSession,
    /// Who.
    pub member: Member,
    /// Until when the site is under attack: every page of the office says so.
    pub attacked_until: Option<DateTime<Utc>>,
}

impl SignedIn {
    /// Who they are in the log.
    pub fn actor(&self) -> Actor {
        Actor::Staff(self.member.id)
    }
}

/// Who has this cookie; nobody if it is over, or was never given out.
pub async fn find(ctx: &Context, cookie: &str) -> Result<Option<SignedIn>, UseCaseError> {
    let (token_hash, now) = (secrets::hash(cookie), ctx.now());
    let found = ctx
        .db
        .read(move |conn| {
            let Some(session) = staff_sessions::find_by_token(conn, &token_hash)? else {
                return Ok(None);
            };
            let member = staff::get(conn, session.staff)?;
            let attacked_until = attack::until(conn, now)?;
            Ok::<_, StoreError>(Some(SignedIn { session, member, attacked_until }))
        })
        .await?;
    let Some(found) = found else {
        return Ok(None);
    };
    let session = &found.session;
    let (member, id) = (session.staff, session.id);
    if !session.is_live(now, ctx.policy.staff_sessions) || found.member.status == StaffStatus::Disabled {
        // Seen to be over: no clock that is set back revives it.
        ctx.db.write(move |tx| staff_sessions::end(tx, member, id)).await?;
        return Ok(None);
    }
    if now >= session.seen_at + NOTED_EVERY {
        ctx.db.write(move |tx| staff_sessions::touch(tx, id, now)).await?;
    }
    Ok(Some(found))
}

/// Opens a session at a stage, with a cookie of its own.
pub(super) fn open(
    tx: &mut Tx<'_>,
    ctx: &Context,
    member: StaffId,
    (stage, browser): (Stage, &str),
) -> Result<Secret, StoreError> {
    let now = ctx.now();
    let lifetime = match stage {
        Stage::Full => ctx.policy.staff_sessions.longest,
        Stage::Enrolling | Stage::Second => HALF_WAY_LIFETIME,
    };
    let session = StaffSession {
        id: ctx.new_id(),
        staff: member,
        stage,
        browser: browser.chars().take(60).collect(),
        created_at: now,
        seen_at: now,
        proved_at: now,
        expires_at: now + lifetime,
    };
    let secret = secrets::fresh(ctx);
    staff_sessions::insert(tx, &session, &secrets::hash(secret.expose()))?;
    Ok(secret)
}

/// Puts a session further inside in the place of one: the cookie of before opens nothing any more.
pub(super) fn promote(tx: &mut Tx<'_>, ctx: &Context, before: &StaffSession) -> Result<Secret, UseCaseError> {
    if !staff_sessions::end(tx, before.staff, before.id)? {
        return Err(UseCaseError::NotFound("session"));
    }
    Ok(open(tx, ctx, before.staff, (Stage::Full, &before.browser))?)
}

/// The signed-in browsers of somebody, the last visited first.
pub async fn list(ctx: &Context, member: StaffId) -> Result<Vec<StaffSession>, UseCaseError> {
    let (now, rules) = (ctx.now(), ctx.policy.staff_sessions);
    let mut all = ctx.db.read(move |conn| staff_sessions::of_member(conn, member)).await?;
    all.retain(|session| session.stage == Stage::Full && session.is_live(now, rules));
    Ok(all)
}

/// Signs this browser out.
pub async fn sign_out(ctx: &Context, who: &SignedIn) -> Result<(), UseCaseError> {
    let (member, id) = (who.member.id, who.session.id);
    ctx.db.write(move |tx| staff_sessions::end(tx, member, id)).await?;
    Ok(())
}

/// Signs one browser of somebody out.
///
/// # Errors
/// `NotFound` if they have no session of this id.
pub async fn end(ctx: &Context, by: Actor, member: StaffId, id: StaffSessionId) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            if !staff_sessions::end(tx, member, id)? {
                return Err(UseCaseError::NotFound("session"));
            }
            audit::record(
                tx,
                &inner,
                (by, Action::SessionsEnded),
                &member,
                &json!({ "session": id.to_string() }),
            )
        })
        .await
}

/// Signs every browser of somebody out, but for the one it is done in.
pub async fn end_all(
    ctx: &Context,
    by: Actor,
    member: StaffId,
    but: Option<StaffSessionId>,
) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let ended = staff_sessions::end_all(tx, member, but)?;
            audit::record(tx, &inner, (by, Action::SessionsEnded), &member, &json!({ "ended": ended }))
        })
        .await
}
