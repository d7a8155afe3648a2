//! One-time links: the first owner, those who are asked to join, and those who forgot.

use super::{sessions, sign_in, warnings};
use crate::domain::access::Role;
use crate::domain::account::Secret;
use crate::domain::audit::{Action, Actor};
use crate::domain::donor::{EmailAddress, clean_line};
use crate::domain::ids::StaffId;
use crate::domain::staff::{LINK_LIFETIME, Member, StaffLink, StaffNotice, StaffStatus};
use crate::store::{StoreError, Tx, staff, staff_sessions};
use crate::usecases::{Context, FieldError, UseCaseError, audit, secrets};
use serde_json::json;

/// Longest name, in characters.
const NAME_CHARACTERS_MAX: usize = 80;

/// Where a link leads.
pub fn url(ctx: &Context, token: &Secret) -> String {
    format!("{}/admin/setup/{}", ctx.policy.public_url, token.expose())
}

/// Makes the link of the first owner; none if there is an owner. Links of before keep working until one is used or
/// its time is over: each process that starts prints its own.
pub async fn first_link(ctx: &Context) -> Result<Option<Secret>, UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            if staff::count_owners(tx)? > 0 {
                return Ok(None);
            }
            staff::remove_old(tx, inner.now())?;
            Ok(Some(make(tx, &inner, None)?))
        })
        .await
}

/// Makes a link; of somebody, only the newest works.
pub(super) fn make(tx: &mut Tx<'_>, ctx: &Context, of: Option<StaffId>) -> Result<Secret, StoreError> {
    if of.is_some() {
        staff::remove_links(tx, of)?;
    }
    let token = secrets::fresh(ctx);
    let now = ctx.now();
    let link = StaffLink { id: ctx.new_id(), staff: of, made_at: now, expires_at: now + LINK_LIFETIME };
    staff::insert_link(tx, &link, &secrets::hash(token.expose()))?;
    Ok(token)
}

/// What a link opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invitation {
    /// The account of the first owner.
    FirstOwner,
    /// The account of somebody.
    Of(Member),
}

/// What a link opens; looking changes nothing. None for one that is used, over or unknown.
pub async fn look(ctx: &Context, token: &str) -> Result<Option<Invitation>, UseCaseError> {
    let (token_hash, now) = (secrets::hash(token), ctx.now());
    Ok(ctx
        .db
        .read(move |conn| {
            let Some(link) = staff::find_link(conn, &token_hash)?.filter(|link| link.is_live(now)) else {
                return Ok(None);
            };
            match link.staff {
                None if staff::count_owners(conn)? > 0 => Ok(None),
                None => Ok(Some(Invitation::FirstOwner)),
                Some(id) => Ok::<_, StoreError>(Some(Invitation::Of(staff::get(conn, id)?))),
            }
        })
        .await?)
}

/// What is typed behind a link.
pub struct Chosen {
    /// The address; of the first owner only.
    pub email: String,
    /// A name.
    pub name: String,
    /// A password.
    pub password: String,
    /// The browser in words.
    pub browser: String,
}

/// Uses a link up: the password is taken, and whoever chose it is half-way in. Whoever has a second factor must show
/// it next; whoever has none must set one up.
///
/// # Errors
/// `NotFound` for a link that opens nothing any more, `Invalid` for what cannot be taken; then the link still works.
pub async fn choose(ctx: &Context, token: &str, chosen: Chosen) -> Result<Secret, UseCaseError> {
    let invitation = look(ctx, token).await?.ok_or(UseCaseError::NotFound("link"))?;
    let member = as_member(ctx, invitation, &chosen)?;
    let hash = sign_in::new_hash(ctx, &member, chosen.password).await?;
    let (inner, token_hash) = (ctx.clone(), secrets::hash(token));
    ctx.db
        .write(move |tx| {
            let ctx = &inner;
            let link = staff::find_link(tx, &token_hash)?.filter(|link| link.is_live(ctx.now()));
            let link = link.ok_or(UseCaseError::NotFound("link"))?;
            match link.staff {
                None => {
                    // Written first: two of these take turns from here on.
                    let done = (Actor::Command, Action::StaffInvited);
                    audit::record(tx, ctx, done, &member.id, &json!({ "role": "owner", "first": true }))?;
                    if staff::count_owners(tx)? > 0 {
                        return Err(UseCaseError::NotFound("link"));
                    }
                    staff::insert(tx, &member)?;
                }
                Some(_) => {
                    staff::update(tx, &member)?;
                    if staff::credentials(tx, member.id)?.password_hash.is_some() {
                        let done = (Actor::Staff(member.id), Action::PasswordChanged);
                        let detail = json!({ "by": "link", "browser": chosen.browser });
                        let row = audit::record_row(tx, ctx, done, &member.id, &detail)?;
                        warnings::tell(tx, ctx, (StaffNotice::PasswordChanged, row), member.id)?;
                    }
                }
            }
            staff::remove_links(tx, link.staff)?;
            let mut credentials = staff::credentials(tx, member.id)?;
            credentials.password_hash = Some(hash);
            staff::set_credentials(tx, member.id, &credentials)?;
            staff_sessions::end_all(tx, member.id, None)?;
            let stage = credentials.stage_after_password();
            Ok(sessions::open(tx, ctx, member.id, (stage, &chosen.browser))?)
        })
        .await
}

fn as_member(ctx: &Context, invitation: Invitation, chosen: &Chosen) -> Result<Member, UseCaseError> {
    let mut problems = Vec::new();
    let name = clean_name(&chosen.name).unwrap_or_else(|problem| {
        problems.push(problem);
        String::new()
    });
    let member = match invitation {
        Invitation::Of(member) => Some(Member { name, ..member }),
        Invitation::FirstOwner => match EmailAddress::parse(&chosen.email) {
            Ok(email) => Some(Member {
                id: ctx.new_id(),
                email,
                name,
                role: Role::Owner,
                status: StaffStatus::Invited,
                created_at: ctx.now(),
                passkeys: 0,
            }),
            Err(error) => {
                let message = error.to_string();
                problems.insert(0, FieldError { field: "email", code: "invalid_email", message });
                None
            }
        },
    };
    match member {
        Some(member) if problems.is_empty() => Ok(member),
        _ => Err(UseCaseError::Invalid(problems)),
    }
}

/// A name as it may be shown.
pub(super) fn clean_name(typed: &str) -> Result<String, FieldError> {
    let field = "name";
    match clean_line(typed, NAME_CHARACTERS_MAX) {
        Ok(Some(name)) => Ok(name),
        Ok(None) => Err(FieldError { field, code: "missing", message: "Write a name.".to_owned() }),
        Err(error) => Err(FieldError { field, code: "too_long", message: error.to_string() }),
    }
}
