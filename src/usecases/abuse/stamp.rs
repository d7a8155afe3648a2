//! The stamp of a form: when it was first shown, under the seal of the site. Who fills a form in faster than anybody reads it is
//! a program. A form without a stamp, with an old one or with one of another site is taken as one without: programs of other
//! sites, and pages that lay open overnight, have done nothing wrong.

use crate::usecases::{Context, SiteKey, UseCaseError};
use chrono::{DateTime, TimeDelta, Utc};
use subtle::ConstantTimeEq as _;

/// A stamp says nothing any more after this time.
const LIFETIME: TimeDelta = TimeDelta::hours(2);

const ROLE: &str = "form stamp";

/// What a stamp says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// Nothing: there is none that counts.
    Unknown,
    /// The form came back faster than a person can fill it in.
    TooYoung,
    /// A person can have filled it in.
    Fine,
}

/// The stamp of a form that is shown now; of one that is shown once more, the stamp that it had.
pub fn of(ctx: &Context, had: &str) -> Result<String, UseCaseError> {
    match age(ctx, had)? {
        Age::TooYoung | Age::Fine => Ok(had.trim().to_owned()),
        Age::Unknown => stamped(&ctx.key, &ctx.now().timestamp().to_string()),
    }
}

/// How old the form was when it came back.
pub fn age(ctx: &Context, stamp: &str) -> Result<Age, UseCaseError> {
    age_at(&ctx.key, stamp, ctx.now(), ctx.policy.abuse.form_age_min)
}

fn stamped(key: &SiteKey, shown_at: &str) -> Result<String, UseCaseError> {
    Ok(format!("{shown_at}.{}", hex::encode(key.code(ROLE, &[shown_at])?)))
}

fn age_at(key: &SiteKey, stamp: &str, now: DateTime<Utc>, least: TimeDelta) -> Result<Age, UseCaseError> {
    let stamp = stamp.trim();
    let Some((shown_at, _seal)) = stamp.split_once('.') else {
        return Ok(Age::Unknown);
    };
    let right = stamped(key, shown_at)?;
    let shown_at = shown_at.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    let Some(shown_at) = shown_at.filter(|_| bool::from(right.as_bytes().ct_eq(stamp.as_bytes()))) else {
        return Ok(Age::Unknown);
    };
    let age = now - shown_at;
    Ok(if age < TimeDelta::zero() || age > LIFETIME {
        Age::Unknown
    } else if age < least {
        Age::TooYoung
    } else {
        Age::Fine
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_tells_how_old_a_form_is_and_nobody_can_make_one() {
        let key = SiteKey::new(&[7; 32]);
        let shown: DateTime<Utc> = "2026-06-15T10:00:00Z".parse().unwrap();
        let stamp = stamped(&key, &shown.timestamp().to_string()).unwrap();
        let least = TimeDelta::seconds(3);
        let age = |stamp: &str, seconds: i64| {
            age_at(&key, stamp, shown + TimeDelta::seconds(seconds), least).unwrap()
        };
        for (seconds, expected) in [
            (-1, Age::Unknown),
            (0, Age::TooYoung),
            (2, Age::TooYoung),
            (3, Age::Fine),
            (7_200, Age::Fine),
            (7_201, Age::Unknown),
        ] {
            assert_eq!(age(&stamp, seconds), expected, "{seconds}");
        }
        let foreign = stamped(&SiteKey::new(&[8; 32]), &shown.timestamp().to_string()).unwrap();
        let earlier = stamp.replace(&shown.timestamp().to_string(), "1");
        for bad in [foreign, earlier, format!("{stamp}0"), String::new(), ".".into(), "x.y".into()] {
            assert_eq!(age(&bad, 60), Age::Unknown, "{bad}");
        }
        assert_eq!(age_at(&key, &stamp, shown, TimeDelta::zero()).unwrap(), Age::Fine);
    }
}
