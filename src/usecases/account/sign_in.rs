//! Signing in by an e-mailed link.
//!
//! The answer to a wish is the same for every address, and so is the work: a row and a job. Whether anybody is known
//! there is asked by the job alone. An address that never gave gets no letter at all: else the form would send letters
//! to strangers. Opening a link changes nothing, for mail scanners open every link; pressing its button does.

use crate::domain::account::{
    CODE_TRIES_MAX, LINK_LIFETIME, Profile, Secret, Session, SignIn, SignInStatus, WISH_LIFETIME, typed_code,
};
use crate::domain::donor::EmailAddress;
use crate::domain::ids::SignInId;
use crate::domain::job::Job;
use crate::store::sign_in_links::{self, Link};
use crate::store::{StoreError, Tx, accounts, sessions};
use crate::usecases::limits::{self, ForAddress};
use crate::usecases::{Context, UseCaseError, secrets};

/// Asks for a link to an address as it was typed. Returns the secret of the browser that asked, for its cookie.
///
/// # Errors
/// `Invalid` for a text that is no address; `RateLimited` for a client that asks too often.
pub async fn ask(ctx: &Context, typed: &str, client: &str) -> Result<Secret, UseCaseError> {
    let email =
        EmailAddress::parse(typed).map_err(|error| UseCaseError::invalid("email", "invalid_email", error))?;
    let browser = secrets::fresh(ctx);
    let (inner, client, browser_hash) = (ctx.clone(), client.to_owned(), secrets::hash(browser.expose()));
    ctx.db.write(move |tx| write_down(tx, &inner, &email, &client, browser_hash)).await?;
    Ok(browser)
}

fn write_down(
    tx: &mut Tx<'_>,
    ctx: &Context,
    email: &EmailAddress,
    client: &str,
    browser_hash: String,
) -> Result<(), UseCaseError> {
    let now = ctx.now();
    let status = match limits::take_for_account(tx, ctx, "sign-in", client, email.as_str())? {
        ForAddress::Free => {
            sign_in_links::void_all(tx, email)?;
            SignInStatus::Asked
        }
        // Nobody can void the links of somebody else by asking for ever more of them.
        ForAddress::Spent => SignInStatus::Muted,
    };
    let wish = SignIn {
        id: ctx.new_id(),
        email: email.clone(),
        browser_hash,
        status,
        code_hash: None,
        code_tries: 0,
        asked_at: now,
        sent_at: None,
        expires_at: now + WISH_LIFETIME,
    };
    sign_in_links::insert(tx, &wish)?;
    ctx.enqueue(tx, &Job::SendSignInLink { wish: wish.id })?;
    Ok(())
}

/// What the letter says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkLetter {
    /// To whom.
    pub profile: Profile,
    /// Where the link leads.
    pub url: String,
    /// What another browser must type.
    pub code: String,
}

/// Makes the link of a wish; none if there is nothing to send. A second call makes another link, and the first one
/// opens nothing any more: what was made is kept nowhere.
pub async fn write_link(ctx: &Context, id: SignInId) -> Result<Option<LinkLetter>, UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let now = inner.now();
            let Some(wish) = sign_in_links::find(tx, id)?.filter(|wish| wish.awaits_letter(now)) else {
                return Ok(None);
            };
            let Some(profile) = accounts::find_by_email(tx, &wish.email)? else {
                sign_in_links::close(tx, id, SignInStatus::Void)?;
                return Ok(None);
            };
            let (token, code) = (secrets::fresh(&inner), secrets::fresh_code(&inner));
            let link = Link {
                token_hash: secrets::hash(token.expose()),
                code_hash: secrets::code_hash(token.expose(), &code),
                sent_at: now,
                expires_at: now + LINK_LIFETIME,
            };
            sign_in_links::set_link(tx, id, &link)?;
            let url = format!("{}/account/sign-in/{}", inner.policy.public_url, token.expose());
            Ok(Some(LinkLetter { profile, url, code }))
        })
        .await
}

/// What a link shows before its button is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// The button alone: it is the browser that asked.
    Here,
    /// The button and a field for the code: it is another browser.
    Elsewhere,
    /// Used, run out, void, or never made.
    Closed,
}

/// Looks at a link and changes nothing.
pub async fn look(ctx: &Context, token: &str, browser: Option<&str>) -> Result<Door, UseCaseError> {
    let (token_hash, now) = (secrets::hash(token), ctx.now());
    let found = ctx.db.read(move |conn| sign_in_links::find_by_token(conn, &token_hash)).await?;
    Ok(match found.filter(|wish| wish.is_live(now)) {
        None => Door::Closed,
        Some(wish) if asked(&wish, browser) => Door::Here,
        Some(_) => Door::Elsewhere,
    })
}

fn asked(wish: &SignIn, browser: Option<&str>) -> bool {
    browser.is_some_and(|secret| secrets::matches(secret, &wish.browser_hash))
}

/// What a browser brings along with a link.
#[derive(Debug, Clone)]
pub struct Bearer {
    /// The link's token.
    pub token: String,
    /// The secret of the browser that asked, if it is this one.
    pub browser: Option<String>,
    /// The code, as it was typed.
    pub code: Option<String>,
    /// A session that the browser has already: it ends.
    pub session: Option<String>,
    /// Such as `Firefox on Linux`.
    pub name: String,
}

/// What came of pressing the button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Signed in; the secret is for the cookie.
    In(Secret),
    /// The code is missing.
    NeedsCode,
    /// The code is wrong; so many tries are left.
    WrongCode(i64),
    /// The link opens nothing any more.
    Closed,
}

/// Uses up a link.
pub async fn enter(ctx: &Context, bearer: Bearer) -> Result<Entry, UseCaseError> {
    let inner = ctx.clone();
    let entry = ctx.db.write(move |tx| enter_in(tx, &inner, &bearer)).await?;
    match &entry {
        Entry::In(_) => tracing::info!("a donor signed in"),
        Entry::WrongCode(left) => tracing::info!(left, "a wrong code was typed for a sign-in link"),
        Entry::NeedsCode | Entry::Closed => {}
    }
    Ok(entry)
}

fn enter_in(tx: &mut Tx<'_>, ctx: &Context, bearer: &Bearer) -> Result<Entry, StoreError> {
    let now = ctx.now();
    let Some(wish) = sign_in_links::find_by_token(tx, &secrets::hash(&bearer.token))? else {
        return Ok(Entry::Closed);
    };
    if !wish.is_live(now) {
        // Seen to be over: no clock that is set back revives it.
        sign_in_links::close(tx, wish.id, SignInStatus::Void)?;
        return Ok(Entry::Closed);
    }
    if !asked(&wish, bearer.browser.as_deref()) {
        let Some(typed) = bearer.code.as_deref().map(typed_code).filter(|code| !code.is_empty()) else {
            return Ok(Entry::NeedsCode);
        };
        let right = wish.code_hash.as_deref().unwrap_or_default();
        if !secrets::same(&secrets::code_hash(&bearer.token, &typed), right) {
            let left = CODE_TRIES_MAX - sign_in_links::count_try(tx, wish.id)?;
            if left <= 0 {
                sign_in_links::close(tx, wish.id, SignInStatus::Void)?;
                return Ok(Entry::Closed);
            }
            return Ok(Entry::WrongCode(left));
        }
    }
    let donor = accounts::find_by_email(tx, &wish.email)?;
    let is_first = sign_in_links::close(tx, wish.id, SignInStatus::Used)?;
    let Some(donor) = donor.filter(|_| is_first) else {
        return Ok(Entry::Closed);
    };
    // They may have signed in by an address of before.
    if donor.email == wish.email {
        accounts::prove_address(tx, donor.id, now)?;
    }
    end_known(tx, bearer.session.as_deref())?;
    let secret = secrets::fresh(ctx);
    let session = Session {
        id: ctx.new_id(),
        donor: donor.id,
        browser: bearer.name.clone(),
        created_at: now,
        seen_at: now,
        expires_at: now + ctx.policy.sessions.longest,
    };
    sessions::insert(tx, &session, &secrets::hash(secret.expose()))?;
    Ok(Entry::In(secret))
}

fn end_known(tx: &mut Tx<'_>, session: Option<&str>) -> Result<(), StoreError> {
    if let Some(secret) = session
        && let Some(known) = sessions::find_by_token(tx, &secrets::hash(secret))?
    {
        sessions::end(tx, known.donor, known.id)?;
    }
    Ok(())
}
