//! Passkeys: a second factor that a device keeps, and gives to no other site.

use super::cose::ALGORITHMS;
use super::webauthn::{self, Fault, Known, Party};
use super::{SignedIn, factors, sessions, setup, warnings};
use crate::domain::account::Secret;
use crate::domain::audit::{Action, Actor};
use crate::domain::ids::{PasskeyId, StaffId, StaffSessionId};
use crate::domain::staff::{CHALLENGE_LIFETIME, PASSKEYS_MAX, Passkey, StaffNotice, StaffSession, Stage};
use crate::store::{Tx, passkeys, staff, staff_sessions};
use crate::usecases::{Context, UseCaseError, audit, secrets};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Longest answer of a browser that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 16 * 1024;

/// What a browser needs to know to make a passkey. The names are those of its interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Creation {
    challenge: String,
    rp_id: String,
    rp_name: String,
    user_id: String,
    user_name: String,
    display_name: String,
    /// Those that the person has: a device holds one of them at most.
    exclude: Vec<String>,
    algorithms: [i64; 3],
    timeout_ms: i64,
}

/// What a browser needs to know to have a passkey show itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    challenge: String,
    rp_id: String,
    allow: Vec<String>,
    timeout_ms: i64,
}

/// A new passkey, as a browser says it: each part in base64url.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Made {
    client_data: String,
    authenticator_data: String,
}

/// A passkey that shows itself, likewise.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Shown {
    credential: String,
    client_data: String,
    authenticator_data: String,
    signature: String,
}

impl Shown {
    /// What was typed, if it is no text of a person but the answer of a passkey.
    pub(super) fn read(typed: &str) -> Option<Self> {
        let may_be = typed.starts_with('{') && typed.len() <= ANSWER_BYTES_MAX;
        if may_be { serde_json::from_str(typed).ok() } else { None }
    }

    /// Takes back the question that this answers, whatever comes of it.
    pub(super) fn take_question(
        &self,
        tx: &mut Tx<'_>,
        ctx: &Context,
        session: StaffSessionId,
    ) -> Result<bool, UseCaseError> {
        let bytes = webauthn::bytes_of(&self.client_data).and_then(|data| webauthn::challenge_in(&data));
        bytes.map_or(Ok(false), |challenge| answered(tx, ctx, session, &challenge))
    }

    /// Takes the proof; its question must have been taken back before.
    pub(super) fn take(&self, tx: &mut Tx<'_>, ctx: &Context, id: StaffId) -> Result<(), UseCaseError> {
        let theirs = passkeys::of_member(tx, id)?;
        let Some(passkey) = theirs.into_iter().find(|known| known.credential == self.credential) else {
            return Err(refused(Fault::OtherDevice));
        };
        let used = self.check(&passkey, &party(ctx)?).map_err(refused)?;
        if passkeys::note_use(tx, passkey.id, (used.counter, used.backed_up), ctx.now())? {
            Ok(())
        } else {
            Err(refused(Fault::Copied))
        }
    }

    fn check(&self, passkey: &Passkey, party: &Party) -> Result<webauthn::Used, Fault> {
        let client_data = webauthn::bytes_of(&self.client_data)?;
        let device_data = webauthn::bytes_of(&self.authenticator_data)?;
        let signature = webauthn::bytes_of(&self.signature)?;
        let public_key = webauthn::bytes_of(&passkey.public_key)?;
        let challenge = webauthn::challenge_in(&client_data)?;
        let known = Known {
            public_key: &public_key,
            counter: passkey.counter,
            backup_eligible: passkey.backup_eligible,
        };
        webauthn::shown((&client_data, &device_data, &signature), known, party, &challenge)
    }
}

/// Whether browsers have passkeys for this site: it needs a name, and TLS.
pub fn are_possible(ctx: &Context) -> bool {
    Party::of(&ctx.policy.public_url).is_some()
}

fn party(ctx: &Context) -> Result<Party, UseCaseError> {
    Party::of(&ctx.policy.public_url).ok_or(UseCaseError::NotFound("page"))
}

fn refused(fault: Fault) -> UseCaseError {
    tracing::warn!(%fault, "a passkey was refused");
    let message = "This passkey was not taken. Try once more, or use another way.".to_owned();
    UseCaseError::invalid("form", "wrong_passkey", message)
}

/// The answer to a question that was not put in this session, was answered before, or too long ago.
pub(super) fn not_asked() -> UseCaseError {
    refused(Fault::OtherQuestion)
}

/// Puts a question that is to be answered once, in this session, soon.
fn ask(tx: &mut Tx<'_>, ctx: &Context, session: StaffSessionId) -> Result<String, UseCaseError> {
    let challenge = secrets::fresh(ctx);
    let until = ctx.now() + CHALLENGE_LIFETIME;
    passkeys::ask(tx, session, &secrets::hash(challenge.expose()), until)?;
    Ok(challenge.expose().to_owned())
}

fn answered(
    tx: &mut Tx<'_>,
    ctx: &Context,
    session: StaffSessionId,
    challenge: &str,
) -> Result<bool, UseCaseError> {
    Ok(passkeys::take_question(tx, session, &secrets::hash(challenge), ctx.now())?)
}

/// Whoever makes a passkey has no second factor yet and must choose one, or is inside and has just proved it.
fn may_add(ctx: &Context, session: &StaffSession, has_factor: bool) -> Result<(), UseCaseError> {
    let may = match session.stage {
        Stage::Enrolling => !has_factor,
        Stage::Second => false,
        Stage::Full => session.is_proved(ctx.now()),
    };
    if may { Ok(()) } else { Err(UseCaseError::NotFound("page")) }
}

/// What a browser needs to know to make a passkey for whoever asks.
///
/// # Errors
/// `NotFound` where passkeys are not possible or not yet allowed, `Conflict` if somebody has too many.
pub async fn offer(ctx: &Context, who: &SignedIn) -> Result<Creation, UseCaseError> {
    let party = party(ctx)?;
    let (inner, who) = (ctx.clone(), who.clone());
    ctx.db
        .write(move |tx| {
            let (ctx, member) = (&inner, who.member);
            may_add(ctx, &who.session, staff::credentials(tx, member.id)?.has_second_factor())?;
            let known = passkeys::of_member(tx, member.id)?;
            if known.len() >= PASSKEYS_MAX {
                let message = format!("nobody has more than {PASSKEYS_MAX} passkeys; remove one first");
                return Err(UseCaseError::Conflict { code: "too_many_passkeys", message });
            }
            Ok(Creation {
                challenge: ask(tx, ctx, who.session.id)?,
                rp_id: party.id,
                rp_name: ctx.policy.organisation.name.clone(),
                user_id: URL_SAFE_NO_PAD.encode(member.id.to_string()),
                user_name: member.email.as_str().to_owned(),
                display_name: member.name,
                exclude: known.into_iter().map(|passkey| passkey.credential).collect(),
                algorithms: ALGORITHMS,
                timeout_ms: CHALLENGE_LIFETIME.num_milliseconds(),
            })
        })
        .await
}

/// What a browser needs to know to have a passkey of this person show itself.
///
/// # Errors
/// `NotFound` where passkeys are not possible, or somebody has none.
pub async fn request(ctx: &Context, who: &SignedIn) -> Result<Request, UseCaseError> {
    let party = party(ctx)?;
    let (inner, id, session) = (ctx.clone(), who.member.id, who.session.clone());
    ctx.db
        .write(move |tx| {
            let known = passkeys::of_member(tx, id)?;
            if known.is_empty() || session.stage == Stage::Enrolling {
                return Err(UseCaseError::NotFound("passkey"));
            }
            Ok(Request {
                challenge: ask(tx, &inner, session.id)?,
                rp_id: party.id,
                allow: known.into_iter().map(|passkey| passkey.credential).collect(),
                timeout_ms: CHALLENGE_LIFETIME.num_milliseconds(),
            })
        })
        .await
}

/// A passkey was added.
pub struct Added {
    /// The cookie of the session inside.
    pub session: Secret,
    /// Recovery codes, shown this once; none for whoever has some already.
    pub recovery_codes: Option<Vec<String>>,
}

/// Takes a new passkey. Whoever was on the way in is in now, with recovery codes; whoever was in has one more second
/// factor, and every other browser is signed out.
///
/// # Errors
/// `Invalid` for an answer or a name that cannot be taken, `NotFound` where none was asked for.
pub async fn add(ctx: &Context, who: &SignedIn, name: &str, answer: &str) -> Result<Added, UseCaseError> {
    let name = setup::clean_name(name).map_err(|problem| UseCaseError::Invalid(vec![problem]))?;
    let party = party(ctx)?;
    let (inner, session) = (ctx.clone(), who.session.id);
    let made: Option<Made> = Some(answer)
        .filter(|answer| answer.len() <= ANSWER_BYTES_MAX)
        .and_then(|answer| serde_json::from_str(answer).ok());
    let (client_data, device_data) = made
        .and_then(|made| {
            let client_data = webauthn::bytes_of(&made.client_data).ok()?;
            Some((client_data, webauthn::bytes_of(&made.authenticator_data).ok()?))
        })
        .ok_or_else(|| refused(Fault::Malformed))?;
    let challenge = webauthn::challenge_in(&client_data).map_err(refused)?;
    let asked = challenge.clone();
    // In a transaction of its own: a question is answered once, also by a wrong answer.
    if !ctx.db.write(move |tx| answered(tx, &inner, session, &asked)).await? {
        return Err(not_asked());
    }
    let fresh = webauthn::created((&client_data, &device_data), &party, &challenge).map_err(refused)?;
    let passkey = Passkey {
        id: ctx.new_id(),
        staff: who.member.id,
        name,
        credential: fresh.credential,
        public_key: URL_SAFE_NO_PAD.encode(fresh.public_key),
        counter: fresh.counter,
        backup_eligible: fresh.backup_eligible,
        backed_up: fresh.backed_up,
        created_at: ctx.now(),
        last_used_at: None,
    };
    keep(ctx, who, passkey).await
}

async fn keep(ctx: &Context, who: &SignedIn, passkey: Passkey) -> Result<Added, UseCaseError> {
    let (inner, who) = (ctx.clone(), who.clone());
    ctx.db
        .write(move |tx| {
            let (ctx, member, session) = (&inner, &who.member, &who.session);
            let done = (Actor::Staff(member.id), Action::PasskeyAdded);
            let detail = json!({ "browser": session.browser, "passkey": passkey.id.to_string() });
            // Written first: two of these take turns from here on.
            let row = audit::record_row(tx, ctx, done, &member.id, &detail)?;
            may_add(ctx, session, staff::credentials(tx, member.id)?.has_second_factor())?;
            let known = passkeys::of_member(tx, member.id)?;
            if known.len() >= PASSKEYS_MAX || passkeys::is_known(tx, &passkey.credential)? {
                return Err(refused(Fault::OtherDevice));
            }
            passkeys::insert(tx, &passkey)?;
            let recovery_codes = match session.stage {
                Stage::Enrolling => {
                    factors::set_up(tx, ctx, member)?;
                    Some(factors::fresh_codes(ctx, tx, member.id)?)
                }
                Stage::Second | Stage::Full => None,
            };
            warnings::tell(tx, ctx, (StaffNotice::PasskeyAdded, row), member.id)?;
            staff_sessions::end_all(tx, member.id, Some(session.id))?;
            Ok(Added { session: sessions::promote(tx, ctx, session)?, recovery_codes })
        })
        .await
}

/// The passkeys of somebody, the oldest first.
pub async fn list(ctx: &Context, id: StaffId) -> Result<Vec<Passkey>, UseCaseError> {
    Ok(ctx.db.read(move |conn| passkeys::of_member(conn, id)).await?)
}

/// Removes a passkey of whoever has proved to be there; every other browser is signed out.
///
/// # Errors
/// `NotFound` if they have none of this id, `Conflict` if nothing else would be their second factor.
pub async fn remove(ctx: &Context, who: &SignedIn, id: PasskeyId) -> Result<(), UseCaseError> {
    let (inner, member, session) = (ctx.clone(), who.member.id, who.session.clone());
    ctx.db
        .write(move |tx| {
            let ctx = &inner;
            let done = (Actor::Staff(member), Action::PasskeyRemoved);
            let detail = json!({ "browser": session.browser, "passkey": id.to_string() });
            // Written first: two of these take turns from here on.
            let row = audit::record_row(tx, ctx, done, &member, &detail)?;
            let known = staff::credentials(tx, member)?;
            let is_last = known.totp_sealed.is_none() && known.passkeys == 1;
            if is_last && passkeys::of_member(tx, member)?.iter().any(|passkey| passkey.id == id) {
                let message = "this is your only second step; add another one first".to_owned();
                return Err(UseCaseError::Conflict { code: "last_factor", message });
            }
            if !passkeys::remove(tx, member, id)? {
                return Err(UseCaseError::NotFound("passkey"));
            }
            staff_sessions::end_all(tx, member, Some(session.id))?;
            warnings::tell(tx, ctx, (StaffNotice::PasskeyRemoved, row), member)
        })
        .await
}
