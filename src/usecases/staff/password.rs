//! Passwords: Argon2id, at most four at a time, and none that a list of common ones would find.

use crate::domain::staff::{PASSWORD_CHARACTERS_MAX, PASSWORD_CHARACTERS_MIN};
use crate::usecases::{FieldError, UseCaseError};
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use std::sync::OnceLock;
use tokio::sync::Semaphore;

/// OWASP's floor for Argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;

/// Hashes that are worked on at once in this process: each takes 19 MiB and a core.
static AT_ONCE: Semaphore = Semaphore::const_new(4);
/// What a password of nobody is held against, so that it takes as long as one of somebody.
static OF_NOBODY: OnceLock<String> = OnceLock::new();

/// Guessing takes more than 10^8 tries: beyond what the delays at the door let through in centuries.
const STRENGTH_MIN: zxcvbn::Score = zxcvbn::Score::Three;

fn argon2() -> Result<Argon2<'static>, UseCaseError> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|error| failed(&error))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn failed(error: &impl ToString) -> UseCaseError {
    UseCaseError::Internal(format!("hashing a password: {}", error.to_string()))
}

/// What is wrong with a password for somebody who has these names; nothing if it may be taken.
///
/// Any characters, no rules of composition: long enough, and not easily guessed.
pub(super) fn problem(password: &str, about: &[&str]) -> Option<FieldError> {
    let characters = password.chars().count();
    let (code, message) = if characters < PASSWORD_CHARACTERS_MIN {
        (
            "too_short",
            format!("Take at least {PASSWORD_CHARACTERS_MIN} characters; three or four words do well."),
        )
    } else if characters > PASSWORD_CHARACTERS_MAX {
        ("too_long", format!("At most {PASSWORD_CHARACTERS_MAX} characters can be taken."))
    } else if zxcvbn::zxcvbn(password, about).score() < STRENGTH_MIN {
        ("too_common", "This password is easily guessed. Take words that do not belong together.".to_owned())
    } else {
        return None;
    };
    Some(FieldError { field: "password", code, message })
}

/// The hash of a password in PHC form.
pub(super) async fn hash(password: String, salt: [u8; 16]) -> Result<String, UseCaseError> {
    let _turn = AT_ONCE.acquire().await.map_err(|error| failed(&error))?;
    tokio::task::spawn_blocking(move || hash_now(&password, salt)).await.map_err(|error| failed(&error))?
}

fn hash_now(password: &str, salt: [u8; 16]) -> Result<String, UseCaseError> {
    let hash =
        argon2()?.hash_password_with_salt(password.as_bytes(), &salt).map_err(|error| failed(&error))?;
    Ok(hash.to_string())
}

/// Whether a password has this hash. Without a hash the same work is done, for nothing.
pub(super) async fn matches(password: String, known: Option<String>) -> Result<bool, UseCaseError> {
    let _turn = AT_ONCE.acquire().await.map_err(|error| failed(&error))?;
    tokio::task::spawn_blocking(move || {
        let of_nobody = known.is_none();
        let text = match known {
            Some(known) => known,
            None => match OF_NOBODY.get() {
                Some(text) => text.clone(),
                None => {
                    let made = hash_now("nobody has this password", [0; 16])?;
                    OF_NOBODY.get_or_init(|| made).clone()
                }
            },
        };
        let parsed = PasswordHash::new(&text).map_err(|error| failed(&error))?;
        let same = argon2()?.verify_password(password.as_bytes(), &parsed).is_ok();
        Ok(same && !of_nobody)
    })
    .await
    .map_err(|error| failed(&error))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_matches_its_own_hash_only() {
        let known = hash("correct horse battery".into(), [3; 16]).await.unwrap();
        assert!(known.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{known}");
        assert!(matches("correct horse battery".into(), Some(known.clone())).await.unwrap());
        assert!(!matches("correct horse batterz".into(), Some(known)).await.unwrap());
        assert!(!matches("nobody has this password".into(), None).await.unwrap());
    }

    #[test]
    fn a_password_is_refused_for_its_length_or_for_being_guessed_and_for_nothing_else() {
        let code =
            |password: &str| problem(password, &["Aurora", "vera@aurora.example"]).map(|found| found.code);
        assert_eq!(code("short"), Some("too_short"));
        assert_eq!(code(&"ä9€x".repeat(33)), Some("too_long"));
        for guessed in ["password1234", "aaaaaaaaaaaaaa", "qwertyuiop12", "auroraaurora", "123456789012"] {
            assert_eq!(code(guessed), Some("too_common"), "{guessed}");
        }
        for good in ["lantern gravel oboe tuesday", "dämmerung über köpenick", "  7 spaces lead here  "] {
            assert_eq!(code(good), None, "{good}");
        }
    }
}
