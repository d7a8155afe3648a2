//! The link to a pledge's status page: anybody who has it may see how that one pledge stands, and no more.

use super::{SiteKey, UseCaseError};
use crate::domain::ids::PledgeId;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;

/// The token of a pledge: its id and a code that only this site can make. Nothing of it is stored.
pub fn status_token(key: &SiteKey, pledge: PledgeId) -> Result<String, UseCaseError> {
    Ok(format!("{}.{}", pledge, code(key, pledge)?))
}

/// The pledge that a token opens; none for anything that this site did not make.
pub fn open_status_token(key: &SiteKey, token: &str) -> Result<Option<PledgeId>, UseCaseError> {
    let Some((id, given)) = token.split_once('.') else {
        return Ok(None);
    };
    let Ok(pledge) = id.parse::<PledgeId>() else {
        return Ok(None);
    };
    let right = code(key, pledge)?;
    Ok(bool::from(right.as_bytes().ct_eq(given.as_bytes())).then_some(pledge))
}

fn code(key: &SiteKey, pledge: PledgeId) -> Result<String, UseCaseError> {
    Ok(URL_SAFE_NO_PAD.encode(key.code("pledge status", &[&pledge.to_string()])?))
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
}
