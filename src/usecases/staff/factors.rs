//! The second factor: codes of an authenticator, and recovery codes for the day it is lost.

use super::sessions::{self, SignedIn};
use super::{passkeys, tries, warnings};
use crate::domain::account::Secret;
use crate::domain::audit::{Action, Actor};
use crate::domain::ids::StaffId;
use crate::domain::staff::{
    Credentials, Member, RECOVERY_CODES, StaffNotice, StaffSession, StaffStatus, Stage,
};
use crate::store::{Tx, staff, staff_sessions};
use crate::usecases::{Context, UseCaseError, audit, secrets};
use serde_json::json;
use totp_rs::Builder;

/// Letters of a recovery code: 80 bits in 16 of them, in four groups.
const RECOVERY_LETTERS: usize = 16;

/// What somebody is shown to set their authenticator up.
#[derive(Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The address that the QR code holds.
    pub url: String,
    /// The same seed to type, in groups of four.
    pub typed: String,
}

/// A second factor was set up.
pub struct Enrolled {
    /// The cookie of the session inside.
    pub session: Secret,
    /// The recovery codes, shown this once.
    pub recovery_codes: Vec<String>,
}

/// Makes a seed, or shows again the one that waits to be proved.
pub async fn offer(ctx: &Context, member: &Member) -> Result<Enrolment, UseCaseError> {
    let (id, inner) = (member.id, ctx.clone());
    let seed = ctx
        .db
        .write(move |tx| {
            let known = staff::credentials(tx, id)?;
            if let Some(sealed) = &known.totp_offered {
                return inner.sealer.open(&id.to_string(), sealed);
            }
            // 160 bits, as RFC 4226 recommends.
            let random = [inner.ids.random(), inner.ids.random()].concat();
            let seed = totp_rs::Secret::from(random.get(..20).unwrap_or_default().to_vec()).to_base32();
            let sealed = inner.sealer.seal(&id.to_string(), &seed, inner.ids.random())?;
            staff::set_credentials(tx, id, &Credentials { totp_offered: Some(sealed), ..known })?;
            Ok(seed)
        })
        .await?;
    let site = ctx.policy.organisation.name.replace(':', " ");
    let totp = Builder::new()
        .with_secret(secret_of(&seed)?)
        .with_issuer(Some(site))
        .with_account_name(member.email.as_str())
        .build()
        .map_err(|error| internal(&error))?;
    Ok(Enrolment { url: totp.to_url().map_err(|error| internal(&error))?, typed: in_groups(&seed, " ") })
}

/// A text in groups of four, which people can copy without losing their place.
fn in_groups(text: &str, between: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join(between)
}

fn secret_of(seed: &str) -> Result<totp_rs::Secret, UseCaseError> {
    totp_rs::Secret::try_from_base32(seed).map_err(|error| internal(&error))
}

/// Takes the seed that was offered once its code is shown, and hands out recovery codes. Whoever was on the way in is
/// in now; whoever was in has another factor, and every other browser is signed out.
///
/// # Errors
/// `Invalid` for a wrong code, `RateLimited` after many of them, `Conflict` if no seed was offered.
pub async fn enrol(ctx: &Context, who: &SignedIn, code: &str) -> Result<Enrolled, UseCaseError> {
    let inner = ctx.clone();
    let (session, member, code) = (who.session.clone(), who.member.clone(), code.to_owned());
    let (counted, member_id) = (ctx.clone(), member.id);
    ctx.db.write(move |tx| begin(tx, &counted, member_id)).await?;
    ctx.db
        .write(move |tx| {
            let ctx = &inner;
            let known = staff::credentials(tx, member.id)?;
            // A session at the second factor has one: it must show that, not set up another.
            if session.stage == Stage::Second
                || (session.stage == Stage::Enrolling && known.has_second_factor())
            {
                return Err(UseCaseError::NotFound("page"));
            }
            let Some(offered) = known.totp_offered.clone() else {
                let message = "no code was offered; open the page anew".to_owned();
                return Err(UseCaseError::Conflict { code: "nothing_offered", message });
            };
            let seed = ctx.sealer.open(&member.id.to_string(), &offered)?;
            let Some(step) = step_of(ctx, &seed, &code, 0)? else { return Err(wrong_code()) };
            let taken =
                Credentials { totp_sealed: Some(offered), totp_offered: None, totp_last_step: step, ..known };
            staff::set_credentials(tx, member.id, &taken)?;
            let codes = fresh_codes(ctx, tx, member.id)?;
            match session.stage {
                Stage::Enrolling => set_up(tx, ctx, &member)?,
                Stage::Second | Stage::Full => {
                    let done = (Actor::Staff(member.id), Action::SecondFactorChanged);
                    let detail = json!({ "browser": session.browser });
                    let row = audit::record_row(tx, ctx, done, &member.id, &detail)?;
                    warnings::tell(tx, ctx, (StaffNotice::AuthenticatorChanged, row), member.id)?;
                }
            }
            tries::succeeded(tx, &subject(ctx, member.id)?)?;
            staff_sessions::end_all(tx, member.id, Some(session.id))?;
            let secret = sessions::promote(tx, ctx, &session)?;
            Ok(Enrolled { session: secret, recovery_codes: codes })
        })
        .await
}

/// Somebody has all that it takes to come in: the owners are told.
pub(super) fn set_up(tx: &mut Tx<'_>, ctx: &Context, member: &Member) -> Result<(), UseCaseError> {
    staff::update(tx, &Member { status: StaffStatus::Active, ..member.clone() })?;
    let done = (Actor::Staff(member.id), Action::StaffSetUp);
    let row = audit::record_row(tx, ctx, done, &member.id, &json!({}))?;
    warnings::tell_owners(tx, ctx, (StaffNotice::MemberJoined, row), Some(member.id))
}

/// Hands out other recovery codes; those of before are void.
pub async fn renew_recovery_codes(ctx: &Context, who: &SignedIn) -> Result<Vec<String>, UseCaseError> {
    let (inner, id, browser) = (ctx.clone(), who.member.id, who.session.browser.clone());
    ctx.db
        .write(move |tx| {
            let codes = fresh_codes(&inner, tx, id)?;
            let done = (Actor::Staff(id), Action::SecondFactorChanged);
            let detail = json!({ "browser": browser, "recovery_codes": codes.len() });
            let row = audit::record_row(tx, &inner, done, &id, &detail)?;
            warnings::tell(tx, &inner, (StaffNotice::RecoveryCodesRenewed, row), id)?;
            Ok(codes)
        })
        .await
}

pub(super) fn fresh_codes(ctx: &Context, tx: &mut Tx<'_>, id: StaffId) -> Result<Vec<String>, UseCaseError> {
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| recovery_code(ctx.ids.random())).collect();
    let hashes: Vec<String> = codes.iter().map(|code| recovery_hash(id, code)).collect();
    staff::replace_recovery_codes(tx, id, &hashes)?;
    Ok(codes)
}

/// A recovery code from random bytes.
fn recovery_code(random: [u8; 16]) -> String {
    const LETTERS: &[u8; 32] = b"23456789abcdefghjklmnpqrstuvwxyz";
    let letter = |byte: &u8| LETTERS.get(usize::from(*byte % 32)).copied().map_or('2', char::from);
    in_groups(&random.iter().map(letter).collect::<String>(), "-")
}

fn recovery_hash(id: StaffId, code: &str) -> String {
    secrets::hash(&format!("{id}:{}", plain(code)))
}

/// What was typed, without the marks that people put between groups.
fn plain(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Which factor was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// A code of the authenticator, or a passkey.
    Factor,
    /// A recovery code.
    RecoveryCode,
}

/// What somebody shows as their second factor, before it is looked at.
pub(super) enum Offered {
    /// A code of the authenticator, or a recovery code.
    Typed(String),
    /// The answer of a passkey.
    Passkey(passkeys::Shown),
}

/// Counts a try at somebody's second factor, and takes back what a passkey was asked: it is answered once, also by a
/// wrong answer.
///
/// # Errors
/// `RateLimited` while a wait is on; `Invalid` for the answer to a question that was not asked here.
pub(super) async fn open(
    ctx: &Context,
    session: &StaffSession,
    typed: &str,
) -> Result<Offered, UseCaseError> {
    let (inner, id, session) = (ctx.clone(), session.staff, session.id);
    let offered =
        passkeys::Shown::read(typed).map_or_else(|| Offered::Typed(typed.to_owned()), Offered::Passkey);
    let (offered, is_asked) = ctx
        .db
        .write(move |tx| {
            begin(tx, &inner, id)?;
            let is_asked = match &offered {
                Offered::Typed(_) => true,
                Offered::Passkey(shown) => shown.take_question(tx, &inner, session)?,
            };
            Ok::<_, UseCaseError>((offered, is_asked))
        })
        .await?;
    if is_asked { Ok(offered) } else { Err(passkeys::not_asked()) }
}

/// Takes a code of the authenticator or a recovery code, each of which is good once, or the proof of a passkey.
///
/// # Errors
/// `Invalid` if it is none of them.
pub(super) fn take(
    tx: &mut Tx<'_>,
    ctx: &Context,
    id: StaffId,
    offered: &Offered,
) -> Result<Shown, UseCaseError> {
    let typed = match offered {
        Offered::Passkey(shown) => return shown.take(tx, ctx, id).map(|()| Shown::Factor),
        Offered::Typed(typed) => typed,
    };
    let known = staff::credentials(tx, id)?;
    let text = plain(typed);
    if text.len() == RECOVERY_LETTERS
        && staff::use_recovery_code(tx, id, &recovery_hash(id, &text), ctx.now())?
    {
        return Ok(Shown::RecoveryCode);
    }
    let Some(sealed) = known.totp_sealed else { return Err(wrong_code()) };
    let seed = ctx.sealer.open(&id.to_string(), &sealed)?;
    match step_of(ctx, &seed, typed, known.totp_last_step)? {
        Some(step) if staff::take_step(tx, id, step)? => Ok(Shown::Factor),
        Some(_) | None => Err(wrong_code()),
    }
}

/// Counts a try at somebody's second factor before it is looked at.
fn begin(tx: &mut Tx<'_>, ctx: &Context, id: StaffId) -> Result<(), UseCaseError> {
    tries::begin(tx, ctx, &subject(ctx, id)?)
}

/// Under which name failures at somebody's second factor are counted.
pub(super) fn subject(ctx: &Context, id: StaffId) -> Result<String, UseCaseError> {
    Ok(ctx.key.blurred("staff second factor", &[&id.to_string()])?)
}

/// The half minute whose code this is: now, the one before or the next, unless it was taken before.
fn step_of(ctx: &Context, seed: &str, typed: &str, last_step: i64) -> Result<Option<i64>, UseCaseError> {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let totp = Builder::new().with_secret(secret_of(seed)?).build().map_err(|error| internal(&error))?;
    let now = u64::try_from(ctx.now().timestamp()).map_err(|error| internal(&error))?;
    let step = totp.check(&digits, now).map(i64::try_from).transpose().map_err(|error| internal(&error))?;
    Ok(step.filter(|step| *step > last_step))
}

fn wrong_code() -> UseCaseError {
    let message = "This code is not right, or was used before. Wait for the next one.".to_owned();
    UseCaseError::invalid("code", "wrong_code", message)
}

fn internal(error: &impl ToString) -> UseCaseError {
    UseCaseError::Internal(format!("second factor: {}", error.to_string()))
}

/// Whether somebody has an authenticator, and not only passkeys.
pub async fn has_authenticator(ctx: &Context, id: StaffId) -> Result<bool, UseCaseError> {
    Ok(ctx.db.read(move |conn| staff::credentials(conn, id)).await?.totp_sealed.is_some())
}

/// Recovery codes that somebody has left.
pub async fn codes_left(ctx: &Context, id: StaffId) -> Result<i64, UseCaseError> {
    Ok(ctx.db.read(move |conn| staff::recovery_codes_left(conn, id)).await?)
}
