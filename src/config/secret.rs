//! Values that must not reach a log, a page or an error message.

use std::fmt;
use std::fs;
use std::path::Path;

use url::Url;

/// What stands in the place of a secret wherever values are printed.
pub const MASK: &str = "***";

/// A value that would hurt in a log: printing it gives `***`, and it cannot be serialised.
///
/// It has no `==` either: compare secrets in constant time, on what [`Secret::expose`] returns.
#[derive(Clone)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Every call is a place to look at in a review.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl<T> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// The URL with its password replaced, also one given as a parameter; all of it when it cannot be read as a URL.
pub(super) fn mask_url(text: &str) -> String {
    // A SQLite path is no secret, and a relative one would be misread as a host name.
    if text.is_empty() || text.starts_with("sqlite:") {
        return text.to_owned();
    }
    let Ok(mut url) = Url::parse(text) else {
        return MASK.to_owned();
    };
    if url.password().is_some() && url.set_password(Some(MASK)).is_err() {
        return MASK.to_owned();
    }
    if url.query_pairs().any(|(name, _)| is_secret_parameter(&name)) {
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        url.query_pairs_mut().clear().extend_pairs(pairs.iter().map(|(name, value)| {
            let shown = if is_secret_parameter(name) { MASK } else { value.as_str() };
            (name.as_str(), shown)
        }));
    }
    url.into()
}

/// libpq accepts its passwords as parameters too.
fn is_secret_parameter(name: &str) -> bool {
    matches!(name, "password" | "sslpassword" | "passfile")
}

/// The text of a secret file without its last line break. `strict`: refuses a file that every user may read.
pub(super) fn read_secret(path: &Path, strict: bool) -> Result<String, String> {
    let mut text = fs::read_to_string(path).map_err(|error| format!("cannot be read: {error}"))?;
    if strict && is_open_to_all(path) {
        return Err("every user of this machine can read it; run chmod o= on it".to_owned());
    }
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    if text.is_empty() { Err("is empty".to_owned()) } else { Ok(text) }
}

#[cfg(unix)]
fn is_open_to_all(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;

    const READABLE_BY_OTHERS: u32 = 0o004;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & READABLE_BY_OTHERS != 0)
}

#[cfg(not(unix))]
fn is_open_to_all(_path: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_as_stars() {
        let secret = Secret::new("hunter2".to_owned());

        assert_eq!(format!("{secret} {secret:?}"), "*** ***");
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn passwords_in_urls_are_masked_and_the_rest_stays_readable() {
        let shown = mask_url("postgres://site:hunter2@db.example.org:5433/mainstay?sslmode=require");
        assert_eq!(shown, "postgres://site:***@db.example.org:5433/mainstay?sslmode=require");

        let shown = mask_url("postgres://db.example.org/mainstay?user=site&password=hunter2");
        assert_eq!(shown, "postgres://db.example.org/mainstay?user=site&password=***");

        assert_eq!(mask_url("sqlite://data/mainstay.db"), "sqlite://data/mainstay.db");
        assert_eq!(mask_url("hunter2 not a url"), "***");
    }
}
