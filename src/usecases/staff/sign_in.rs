//! The door of the office: a password, then a second factor. The answer to a wrong password is the same whether
//! anybody is known there or not, and takes as long.

use super::factors::{self, Offered, Shown};
use super::{SignedIn, password, sessions, tries, warnings};
use crate::domain::account::Secret;
use crate::domain::audit::{Action, Actor};
use crate::domain::donor::EmailAddress;
use crate::domain::ids::{StaffId, StaffSessionId};
use crate::domain::staff::{Member, StaffNotice, StaffStatus, Stage};
use crate::store::limits::{self, Bucket, Rate};
use crate::store::{StoreError, staff, staff_sessions};
use crate::usecases::{Context, UseCaseError, audit};
use serde_json::json;

/// Tries of one client: somebody who forgot has enough, somebody who guesses has not.
const BY_CLIENT: Rate = Rate { burst: 20, per_hour: 20 };

/// What is typed at the door.
pub struct Typed {
    /// An address.
    pub email: String,
    /// A password.
    pub password: String,
    /// The network address that it comes from.
    pub client: String,
    /// The browser in words.
    pub browser: String,
}

/// Takes an address and a password; returns the cookie of a session half-way in.
///
/// # Errors
/// `Invalid`, always the same, if the two do not belong together; `RateLimited` after many failures.
pub async fn password(ctx: &Context, typed: Typed) -> Result<Secret, UseCaseError> {
    let email = EmailAddress::parse(&typed.email).ok();
    let subject = subject(ctx, email.as_ref().map_or("", EmailAddress::as_str))?;
    let by_client = Bucket { name: ctx.key.blurred("staff by client", &[&typed.client])?, rate: BY_CLIENT };
    let (inner, tried) = (ctx.clone(), subject.clone());
    ctx.db
        .write(move |tx| {
            if let Some(after) = limits::take(tx, &[by_client], inner.now())? {
                return Err(UseCaseError::RateLimited { after });
            }
            tries::begin(tx, &inner, &tried)
        })
        .await?;
    let known = ctx
        .db
        .read(move |conn| {
            let Some(email) = email else { return Ok(None) };
            let Some(member) = staff::find_by_email(conn, &email)? else { return Ok(None) };
            let credentials = staff::credentials(conn, member.id)?;
            Ok::<_, StoreError>(Some((member, credentials)))
        })
        .await?;
    let hash = known.as_ref().and_then(|(_, credentials)| credentials.password_hash.clone());
    let right = password::matches(typed.password, hash).await?;
    let Some((member, credentials)) =
        known.filter(|(member, _)| right && member.status != StaffStatus::Disabled)
    else {
        tracing::warn!("a sign-in to the office failed");
        return Err(wrong());
    };
    let stage = credentials.stage_after_password();
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            tries::succeeded(tx, &subject)?;
            Ok(sessions::open(tx, &inner, member.id, (stage, &typed.browser))?)
        })
        .await
}

/// Under which name failures for an address are counted, whether anybody is known there or not.
fn subject(ctx: &Context, email: &str) -> Result<String, UseCaseError> {
    Ok(ctx.key.blurred("staff password", &[email])?)
}

fn wrong() -> UseCaseError {
    let message = "This address and this password do not belong together.".to_owned();
    UseCaseError::invalid("password", "wrong_password", message)
}

/// Takes the second factor of somebody half-way in, a code or the answer of a passkey; returns the cookie of a session
/// inside.
///
/// # Errors
/// `Invalid` for a wrong one; `RateLimited` after many of them.
pub async fn second(ctx: &Context, who: &SignedIn, typed: &str) -> Result<Secret, UseCaseError> {
    if who.session.stage != Stage::Second {
        return Err(UseCaseError::NotFound("page"));
    }
    let (member, session) = (who.member.clone(), who.session.clone());
    let offered = factors::open(ctx, &session, typed).await?;
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let shown = factors::take(tx, &inner, member.id, &offered)?;
            tries::succeeded(tx, &factors::subject(&inner, member.id)?)?;
            let action = match shown {
                Shown::Factor => Action::SignedIn,
                Shown::RecoveryCode => Action::RecoveryCodeUsed,
            };
            let left = staff::recovery_codes_left(tx, member.id)?;
            let detail = json!({ "browser": session.browser, "recovery_codes_left": left });
            let row = audit::record_row(tx, &inner, (Actor::Staff(member.id), action), &member.id, &detail)?;
            if shown == Shown::RecoveryCode {
                warnings::tell(tx, &inner, (StaffNotice::RecoveryCodeUsed, row), member.id)?;
            }
            sessions::promote(tx, &inner, &session)
        })
        .await
}

/// Somebody inside proves once more that they are there: by their password, by a code, or by a passkey.
///
/// # Errors
/// `Invalid` if it is neither; `RateLimited` after many failures.
pub async fn prove(ctx: &Context, who: &SignedIn, typed: &str) -> Result<(), UseCaseError> {
    let (id, session) = (who.member.id, who.session.id);
    if who.session.stage != Stage::Full {
        return Err(UseCaseError::NotFound("page"));
    }
    let offered = factors::open(ctx, &who.session, typed).await.map_err(as_proof)?;
    let digits = typed.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let is_code = digits.len() == 6 && digits.chars().all(|c| c.is_ascii_digit());
    if is_code || matches!(offered, Offered::Passkey(_)) {
        let inner = ctx.clone();
        let taken = ctx.db.write(move |tx| factors::take(tx, &inner, id, &offered)).await;
        taken.map_err(as_proof)?;
    } else {
        let known = ctx.db.read(move |conn| staff::credentials(conn, id)).await?;
        if !password::matches(typed.to_owned(), known.password_hash).await? {
            return Err(not_proved());
        }
    }
    note_proof(ctx, id, session).await
}

fn as_proof(error: UseCaseError) -> UseCaseError {
    if matches!(error, UseCaseError::Invalid(_)) { not_proved() } else { error }
}

fn not_proved() -> UseCaseError {
    let message = "This is neither your password nor a code or a passkey that was not used yet.".to_owned();
    UseCaseError::invalid("proof", "wrong_proof", message)
}

async fn note_proof(ctx: &Context, id: StaffId, session: StaffSessionId) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            tries::succeeded(tx, &factors::subject(&inner, id)?)?;
            Ok(staff_sessions::prove(tx, session, inner.now())?)
        })
        .await
}

/// Changes the password of somebody inside, who has proved to be there; every other browser is signed out.
///
/// # Errors
/// `Invalid` if the new one may not be taken.
pub async fn change_password(ctx: &Context, who: &SignedIn, new: String) -> Result<(), UseCaseError> {
    let hash = new_hash(ctx, &who.member, new).await?;
    let (inner, id, session) = (ctx.clone(), who.member.id, who.session.clone());
    ctx.db
        .write(move |tx| {
            let mut credentials = staff::credentials(tx, id)?;
            credentials.password_hash = Some(hash);
            staff::set_credentials(tx, id, &credentials)?;
            staff_sessions::end_all(tx, id, Some(session.id))?;
            let done = (Actor::Staff(id), Action::PasswordChanged);
            let detail = json!({ "browser": session.browser });
            let row = audit::record_row(tx, &inner, done, &id, &detail)?;
            warnings::tell(tx, &inner, (StaffNotice::PasswordChanged, row), id)
        })
        .await
}

/// The hash of a password that somebody chose.
pub(super) async fn new_hash(ctx: &Context, member: &Member, new: String) -> Result<String, UseCaseError> {
    let about =
        [ctx.policy.organisation.name.as_str(), member.email.as_str(), member.name.as_str(), "mainstay"];
    if let Some(problem) = password::problem(&new, &about) {
        return Err(UseCaseError::Invalid(vec![problem]));
    }
    password::hash(new, ctx.ids.random()).await
}
