//! Work for a browser: one of some thousand numbers is to be found, and each try costs a little. The challenge stands on the
//! form and nowhere else; what it is for, its end and the number are under the seal of the site, each behind its length.

use crate::domain::abuse::ProofOfWork;
use crate::store::{Tx, gift_links};
use crate::usecases::{Context, SiteKey, UseCaseError};
use chrono::{DateTime, TimeDelta, Utc};
use ring::pbkdf2;
use std::num::NonZeroU32;
use subtle::ConstantTimeEq as _;

/// A challenge is over after this time.
const LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// Rounds of PBKDF2 with SHA-256 for each try.
const ROUNDS: NonZeroU32 = NonZeroU32::MIN.saturating_add(299);

/// Numbers to be tried at least; twice as many at most. A phone needs half a second or so.
const TRIES: u64 = 1_000;

/// So many times more during an attack.
const HARDER: u64 = 8;

const ROLE: &str = "proof of work";

/// What work is done for. Work for one thing counts for nothing else.
#[derive(Debug, Clone, Copy)]
pub(in crate::usecases) struct Purpose<'a> {
    /// What is begun with it.
    pub(in crate::usecases) action: &'static str,
    /// For which campaign, by its name in addresses.
    pub(in crate::usecases) campaign: &'a str,
    /// In which currency, by its code.
    pub(in crate::usecases) currency: &'a str,
}

impl<'a> Purpose<'a> {
    /// A promise.
    pub(in crate::usecases) fn pledge(campaign: &'a str, currency: &'a str) -> Self {
        Self { action: "pledge", campaign: campaign.trim(), currency }
    }
}

/// A challenge, for the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// What comes back with the number behind it: nonce, least and most number, rounds, end, seal.
    pub text: String,
    /// What the right number leads to, in hexadecimal digits.
    pub target: String,
}

/// What is under the seal beside the purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Terms {
    nonce: String,
    least: String,
    most: String,
    rounds: String,
    /// In seconds since 1970.
    expires: String,
    number: String,
}

impl Terms {
    fn seal(&self, key: &SiteKey, purpose: Purpose<'_>) -> Result<String, UseCaseError> {
        let Purpose { action, campaign, currency } = purpose;
        let Self { nonce, least, most, rounds, expires, number } = self;
        let parts = [action, campaign, currency, nonce, least, most, rounds, expires, number];
        Ok(hex::encode(key.code(ROLE, &parts)?))
    }

    fn expires_at(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(self.expires.parse().ok()?, 0)
    }
}

/// A fresh challenge.
pub(super) fn make(ctx: &Context, purpose: Purpose<'_>) -> Result<Challenge, UseCaseError> {
    let least = if ctx.policy.abuse.is_attacked { TRIES.saturating_mul(HARDER) } else { TRIES };
    let drawn = u128::from_be_bytes(ctx.ids.random()).checked_rem(u128::from(least)).unwrap_or_default();
    let terms = Terms {
        nonce: hex::encode(ctx.ids.random()),
        least: least.to_string(),
        most: least.saturating_mul(2).to_string(),
        rounds: ROUNDS.to_string(),
        expires: (ctx.now() + LIFETIME).timestamp().to_string(),
        number: u128::from(least).saturating_add(drawn).to_string(),
    };
    let seal = terms.seal(&ctx.key, purpose)?;
    let Terms { nonce, least, most, rounds, expires, number } = &terms;
    let text = [nonce, least, most, rounds, expires, &seal].map(String::as_str).join(".");
    Ok(Challenge { text, target: derived(nonce, number) })
}

/// What a number leads to.
fn derived(nonce: &str, number: &str) -> String {
    let mut found = [0; 32];
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, ROUNDS, number.as_bytes(), nonce.as_bytes(), &mut found);
    hex::encode(found)
}

/// What a browser found, if the site asked it for this purpose, it is right, and not over: the mark under which it counts once,
/// and until when it has to be remembered.
fn checked(
    key: &SiteKey,
    purpose: Purpose<'_>,
    text: &str,
    now: DateTime<Utc>,
) -> Result<Option<(String, DateTime<Utc>)>, UseCaseError> {
    let parts: Vec<&str> = text.trim().split('.').collect();
    let Ok([nonce, least, most, rounds, expires, seal, number]) = <[&str; 7]>::try_from(parts) else {
        return Ok(None);
    };
    let [nonce, least, most, rounds, expires, number] =
        [nonce, least, most, rounds, expires, number].map(str::to_owned);
    let terms = Terms { nonce, least, most, rounds, expires, number };
    let right = terms.seal(key, purpose)?;
    if !bool::from(right.as_bytes().ct_eq(seal.as_bytes())) {
        return Ok(None);
    }
    let Some(expires_at) = terms.expires_at().filter(|end| now < *end && *end <= now + LIFETIME) else {
        return Ok(None);
    };
    Ok(Some((key.blurred("spent proof", &[&right])?, expires_at)))
}

/// Uses up what a browser found. False if it counts for nothing here.
pub(super) fn spend(
    tx: &mut Tx<'_>,
    ctx: &Context,
    purpose: Purpose<'_>,
    text: &str,
) -> Result<bool, UseCaseError> {
    if ctx.policy.abuse.proof == ProofOfWork::Never {
        return Ok(false);
    }
    match checked(&ctx.key, purpose, text, ctx.now())? {
        Some((mark, expires_at)) => Ok(gift_links::spend(tx, &mark, expires_at)?),
        None => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PURPOSE: Purpose<'static> = Purpose { action: "pledge", campaign: "press-fund", currency: "EUR" };

    fn key() -> SiteKey {
        SiteKey::new(&[7; 32])
    }

    fn now() -> DateTime<Utc> {
        "2026-06-15T10:00:00Z".parse().unwrap()
    }

    fn terms() -> Terms {
        let text = |text: &str| text.to_owned();
        Terms {
            nonce: text("00ff"),
            least: text("1000"),
            most: text("2000"),
            rounds: text("300"),
            expires: (now() + LIFETIME).timestamp().to_string(),
            number: text("1234"),
        }
    }

    fn solved(terms: &Terms, purpose: Purpose<'_>) -> String {
        let seal = terms.seal(&key(), purpose).unwrap();
        let Terms { nonce, least, most, rounds, expires, number } = terms;
        format!("{nonce}.{least}.{most}.{rounds}.{expires}.{seal}.{number}")
    }

    fn counts(text: &str, purpose: Purpose<'_>, at: DateTime<Utc>) -> bool {
        checked(&key(), purpose, text, at).unwrap().is_some()
    }

    #[test]
    fn the_right_number_counts_until_its_end() {
        let right = solved(&terms(), PURPOSE);
        assert!(counts(&right, PURPOSE, now()));
        assert!(counts(&right, PURPOSE, now() + LIFETIME - TimeDelta::seconds(1)));
        assert!(!counts(&right, PURPOSE, now() + LIFETIME));
        // A clock that was set back does not make it last.
        assert!(!counts(&right, PURPOSE, now() - TimeDelta::seconds(1)));
    }

    #[test]
    fn work_for_one_thing_counts_for_nothing_else() {
        let right = solved(&terms(), PURPOSE);
        for other in [
            Purpose { action: "comment", ..PURPOSE },
            Purpose { campaign: "roof", ..PURPOSE },
            Purpose { currency: "USD", ..PURPOSE },
        ] {
            assert!(!counts(&right, other, now()), "{other:?}");
        }
    }

    #[test]
    fn nothing_that_is_changed_added_or_left_out_counts() {
        let right = solved(&terms(), PURPOSE);
        let parts: Vec<&str> = right.split('.').collect();
        for index in 0..parts.len() {
            let mut other = parts.clone();
            let changed = format!("{}1", other[index]);
            other[index] = &changed;
            assert!(!counts(&other.join("."), PURPOSE, now()), "{index}");
            let mut fewer = parts.clone();
            fewer.remove(index);
            assert!(!counts(&fewer.join("."), PURPOSE, now()), "without {index}");
        }
        assert!(!counts(&format!("{right}.1"), PURPOSE, now()));
        assert!(!counts("", PURPOSE, now()) && !counts("......", PURPOSE, now()));
    }

    #[test]
    fn bytes_that_move_from_one_field_to_the_next_are_another_challenge() {
        let shifted = Terms { nonce: "00ff1".to_owned(), least: "000".to_owned(), ..terms() };
        let seal = |terms: &Terms| terms.seal(&key(), PURPOSE).unwrap();
        assert_ne!(seal(&terms()), seal(&shifted));
        let moved = Purpose { campaign: "press-fundE", currency: "UR", ..PURPOSE };
        assert_ne!(terms().seal(&key(), moved).unwrap(), seal(&terms()));
    }

    #[test]
    fn a_seal_of_another_site_is_none() {
        let right = solved(&terms(), PURPOSE);
        assert!(checked(&SiteKey::new(&[8; 32]), PURPOSE, &right, now()).unwrap().is_none());
    }

    #[test]
    fn the_same_work_has_the_same_mark() {
        let mark = |text: &str| checked(&key(), PURPOSE, text, now()).unwrap().unwrap().0;
        let right = solved(&terms(), PURPOSE);
        assert_eq!(mark(&right), mark(&format!(" {right}\n")));
        assert_ne!(mark(&right), mark(&solved(&Terms { number: "1235".to_owned(), ..terms() }, PURPOSE)));
    }

    #[test]
    fn what_a_number_leads_to_is_pbkdf2() {
        // The same of another program: hashlib.pbkdf2_hmac("sha256", b"00ff", b"1234", 300).hex()
        assert_eq!(derived("00ff", "1234"), EXPECTED);
    }

    const EXPECTED: &str = "3ce52266e9ba5a654039966d77c71ddc2af511cdd8ce418198f6af7389a4d66a";
}
