//! From there to here: a link by which a member goes on with the same amount and level, and the question to staff when
//! somebody supports the publication in both places.

use super::people::level_of;
use super::{DOUBLE, PATREON};
use crate::domain::ids::MemberId;
use crate::domain::member::Member;
use crate::store::reviews::{self, Question};
use crate::store::{StoreError, external_members, tiers};
use crate::usecases::{Context, SiteKey, UseCaseError};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;

/// Where the form is; what it is filled in with follows.
const FORM: &str = "/donate?";

/// Questions of one round.
const QUESTIONS: i64 = 100;

/// The link for a member, to be sent to them. It says how much they support the publication with, and opens nothing.
///
/// # Errors
/// The key of the site cannot be used.
pub fn move_link(ctx: &Context, member: MemberId) -> Result<String, UseCaseError> {
    Ok(format!("{}/move/{member}.{}", ctx.policy.public_url, code(&ctx.key, member)?))
}

fn code(key: &SiteKey, member: MemberId) -> Result<String, UseCaseError> {
    Ok(URL_SAFE_NO_PAD.encode(key.code("move link", &[&member.to_string()])?))
}

/// The form of this site, filled in as a link says; none for a link that this site did not make, and for members who are
/// not there any more. Who they are does not stand in it: an address bar is no place for that.
///
/// # Errors
/// The database does not answer.
pub async fn destination(ctx: &Context, token: &str) -> Result<Option<String>, UseCaseError> {
    let Some((id, given)) = token.split_once('.') else { return Ok(None) };
    let Ok(id) = id.parse::<MemberId>() else { return Ok(None) };
    if !bool::from(code(&ctx.key, id)?.as_bytes().ct_eq(given.as_bytes())) {
        return Ok(None);
    }
    let read = ctx.db.read(move |conn| {
        let member = external_members::find(conn, id)?.filter(|member| member.forgotten_at.is_none());
        let level = member.as_ref().map(|member| level_of(conn, member)).transpose()?.flatten();
        let tier = level.and_then(|level| level.tier).map(|like| tiers::get(conn, like)).transpose()?;
        Ok::<_, StoreError>((member, tier.map(|tier| tier.slug.to_string())))
    });
    let (member, tier) = read.await?;
    let Some(member) = member else { return Ok(None) };
    Ok(Some(filled_in(ctx, &member, tier)))
}

fn filled_in(ctx: &Context, member: &Member, tier: Option<String>) -> String {
    let (amount, yearly) = (member.news.entitled, member.news.months == 12);
    let mut query = url::form_urlencoded::Serializer::for_suffix(FORM.to_owned(), FORM.len());
    query.append_pair("frequency", if yearly { "yearly" } else { "monthly" });
    if amount.is_positive() && ctx.policy.currencies.contains(&amount.currency()) {
        query.append_pair("amount", &amount.major()).append_pair("currency", amount.currency().code());
    }
    if let Some(tier) = tier {
        query.append_pair("tier", &tier);
    }
    query.finish()
}

/// Asks staff about members who are donors and support the publication here too: the other side is to be ended there. Who
/// ended it is asked about no more.
///
/// # Errors
/// The database does not answer.
pub(super) async fn ask_about_doubles(ctx: &Context) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let now = inner.now();
            for id in external_members::supporting_twice(tx, PATREON, QUESTIONS)? {
                let detail = "supports the publication here now, and at Patreon as before: ask them to end the membership there";
                let subject = id.to_string();
                let question = Question { kind: DOUBLE, subject: &subject, detail };
                reviews::raise(tx, inner.new_id(), question, now)?;
            }
            for subject in external_members::asked_in_vain(tx, DOUBLE, QUESTIONS)? {
                reviews::settle(tx, DOUBLE, &subject, now)?;
            }
            Ok(())
        })
        .await
}
