//! Links that open one thing: a pledge's status page, a reader's own comment. Anybody who has one may do what it opens, and
//! no more. Nothing of them is stored.

use super::{SiteKey, UseCaseError};
use crate::domain::ids::{CommentId, PledgeId};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt::Display;
use std::str::FromStr;
use subtle::ConstantTimeEq as _;

const PLEDGE_STATUS: &str = "pledge status";
const OWN_COMMENT: &str = "own comment";

/// The token of a pledge: its id and a code that only this site can make.
pub fn status_token(key: &SiteKey, pledge: PledgeId) -> Result<String, UseCaseError> {
    token(key, PLEDGE_STATUS, pledge)
}

/// The pledge that a token opens; none for anything that this site did not make.
pub fn open_status_token(key: &SiteKey, token: &str) -> Result<Option<PledgeId>, UseCaseError> {
    opened(key, PLEDGE_STATUS, token)
}

/// The token of whoever wrote a comment.
pub fn own_comment_token(key: &SiteKey, comment: CommentId) -> Result<String, UseCaseError> {
    token(key, OWN_COMMENT, comment)
}

/// The comment that a token opens; none for anything that this site did not make.
pub fn open_own_comment_token(key: &SiteKey, token: &str) -> Result<Option<CommentId>, UseCaseError> {
    opened(key, OWN_COMMENT, token)
}

fn token(key: &SiteKey, role: &str, id: impl Display) -> Result<String, UseCaseError> {
    let id = id.to_string();
    Ok(format!("{id}.{}", code(key, role, &id)?))
}

fn opened<I: FromStr + Display>(key: &SiteKey, role: &str, token: &str) -> Result<Option<I>, UseCaseError> {
    let Some((id, given)) = token.split_once('.') else {
        return Ok(None);
    };
    let Ok(id) = id.parse::<I>() else {
        return Ok(None);
    };
    let right = code(key, role, &id.to_string())?;
    Ok(bool::from(right.as_bytes().ct_eq(given.as_bytes())).then_some(id))
}

fn code(key: &SiteKey, role: &str, id: &str) -> Result<String, UseCaseError> {
    Ok(URL_SAFE_NO_PAD.encode(key.code(role, &[id])?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Id as _;

    #[test]
    fn a_token_opens_its_own_pledge_only() {
        let key = SiteKey::new(&[7; 32]);
        let pledge = |n| PledgeId::from_ulid(ulid::Ulid::from_parts(1_700_000_000_000, n));
        let token = status_token(&key, pledge(1)).unwrap();
        assert_eq!(open_status_token(&key, &token).unwrap(), Some(pledge(1)));
        let other = token.replace(&pledge(1).to_string(), &pledge(2).to_string());
        let foreign = status_token(&SiteKey::new(&[8; 32]), pledge(1)).unwrap();
        let short = token.get(..token.len() - 1).unwrap().to_owned();
        for bad in
            [other, foreign, short, format!("{token}a"), String::new(), ".".into(), pledge(1).to_string()]
        {
            assert_eq!(open_status_token(&key, &bad).unwrap(), None, "{bad}");
        }
    }
    #[test]
    fn a_token_of_one_kind_opens_nothing_of_another() {
        let key = SiteKey::new(&[7; 32]);
        let at = ulid::Ulid::from_parts(1_700_000_000_000, 1);
        let (comment, pledge) = (CommentId::from_ulid(at), PledgeId::from_ulid(at));
        let own = own_comment_token(&key, comment).unwrap();
        assert_eq!(open_own_comment_token(&key, &own).unwrap(), Some(comment));
        assert_eq!(open_status_token(&key, &own).unwrap(), None);
        let swapped = own.replace(&comment.to_string(), &pledge.to_string());
        assert_eq!(open_status_token(&key, &swapped).unwrap(), None);
    }
}
