//! Addresses at which an article was read before: on the site that the publication comes from, or here under another name.

use percent_encoding::percent_decode_str;
use std::fmt;

/// Longest, in bytes.
pub const BYTES_MAX: usize = 1_000;
/// Longest query that is handed on, in bytes.
const QUERY_BYTES_MAX: usize = 1_000;

/// An address on this site: a path, told apart by what it decodes to, and the number of a post where that was the address.
///
/// It never names a host, so that whoever asks for it can be led to a page of this site only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OldAddress {
    path: String,
    number: Option<u64>,
}

/// Why a text is no old address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OldAddressError {
    /// It names a host, or no path.
    #[error("an old address is a path of this site and begins with one `/`, such as /2019/05/bread/")]
    NotLocal,
    /// Signs that no path has.
    #[error("an old address has no spaces, backslashes, `#`, or parts `.` and `..`")]
    BadCharacter,
    /// A query that is not looked at.
    #[error("of a query only the number of a post is looked at, such as /?p=12")]
    Query,
    /// More than [`BYTES_MAX`].
    #[error("an old address has at most {BYTES_MAX} bytes")]
    TooLong,
    /// The front page itself.
    #[error("`/` is the front page, and leads nowhere else")]
    FrontPage,
}

impl OldAddress {
    /// Reads an address as it is written in an article's file.
    pub fn parse(text: &str) -> Result<Self, OldAddressError> {
        if text.len() > BYTES_MAX {
            return Err(OldAddressError::TooLong);
        }
        if !text.starts_with('/') || text.starts_with("//") {
            return Err(OldAddressError::NotLocal);
        }
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let path = canonical(path).ok_or(OldAddressError::BadCharacter)?;
        let number = match query {
            "" => None,
            query if query.contains('&') => return Err(OldAddressError::Query),
            query => Some(number_in(query).ok_or(OldAddressError::Query)?),
        };
        if path == "/" && number.is_none() {
            return Err(OldAddressError::FrontPage);
        }
        Ok(Self { path, number })
    }

    /// What a request may mean, the nearest first: the number in its query, its path, and its path without the parts
    /// that blogs put behind the address of a post.
    pub fn asked(path: &str, query: &str) -> Vec<Self> {
        let Some(mut path) = canonical(path).filter(|path| path.len() <= BYTES_MAX) else {
            return Vec::new();
        };
        let mut meant = Vec::new();
        if let Some(number) = number_in(query) {
            let base = path.strip_suffix("/index.php").unwrap_or(&path);
            let base = if base.is_empty() { "/" } else { base };
            meant.push(Self { path: base.to_owned(), number: Some(number) });
        }
        while path != "/" {
            meant.push(Self { path: path.clone(), number: None });
            match path.rsplit_once('/') {
                Some((shorter, last)) if !shorter.is_empty() && is_behind_a_post(last) => {
                    path = shorter.to_owned();
                }
                Some(_) | None => break,
            }
        }
        meant
    }
}

impl fmt::Display for OldAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            Some(number) => write!(formatter, "{}/?p={number}", self.path.trim_end_matches('/')),
            None => formatter.write_str(&self.path),
        }
    }
}

/// What of a query goes along to where the article is now: all but what named the post, or a view of it.
pub fn query_to_keep(query: &str) -> String {
    const DROPPED: [&str; 9] =
        ["p", "page_id", "attachment_id", "name", "preview", "replytocom", "amp", "feed", "cpage"];
    let is_kept = |pair: &&str| {
        let key = pair.split('=').next().unwrap_or_default();
        !key.is_empty() && !DROPPED.contains(&key)
    };
    let kept = query.split('&').filter(is_kept).collect::<Vec<_>>().join("&");
    let is_harmless = kept.len() <= QUERY_BYTES_MAX && kept.bytes().all(|byte| byte.is_ascii_graphic());
    if is_harmless { kept } else { String::new() }
}

/// A path as it is compared: decoded, without a slash at its end. None if it has what no path of a page has.
fn canonical(path: &str) -> Option<String> {
    let decoded = percent_decode_str(path).decode_utf8().ok()?;
    let is_bad = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '\\' | '#' | '?');
    if !decoded.starts_with('/') || decoded.starts_with("//") || decoded.contains(is_bad) {
        return None;
    }
    if decoded.split('/').any(|part| matches!(part, "." | "..")) {
        return None;
    }
    let trimmed = decoded.trim_end_matches('/');
    Some(if trimmed.is_empty() { "/".to_owned() } else { trimmed.to_owned() })
}

/// The number of a post or a page that a query names.
fn number_in(query: &str) -> Option<u64> {
    query.split('&').find_map(|pair| {
        let digits = pair.strip_prefix("p=").or_else(|| pair.strip_prefix("page_id="))?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
    })
}

/// The parts by which blogs name a page, a feed or another look of a post.
fn is_behind_a_post(part: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    matches!(part, "amp" | "feed" | "embed" | "trackback" | "index.html" | "index.php")
        || (part.len() <= 3 && is_number(part))
        || part.strip_prefix("comment-page-").is_some_and(is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> OldAddress {
        OldAddress::parse(text).unwrap()
    }

    #[test]
    fn equal_addresses_are_told_as_equal_however_they_are_written() {
        assert_eq!(parsed("/2019/05/bread/"), parsed("/2019/05/bread"));
        assert_eq!(parsed("/%D0%BC%D0%B8%D1%80"), parsed("/%d0%bc%d0%b8%d1%80/"));
        assert_eq!(parsed("/мир").to_string(), "/мир");
        assert_eq!(parsed("/?page_id=12"), parsed("/?p=12"));
        assert_eq!(parsed("/?p=12").to_string(), "/?p=12");
        assert_eq!(parsed("/blog?p=12").to_string(), "/blog/?p=12");
        assert_eq!(parsed(&parsed("/blog/?p=12").to_string()), parsed("/blog/?p=12"));
    }

    #[test]
    fn what_leads_elsewhere_or_nowhere_is_refused() {
        for (text, why) in [
            ("https://evil.example/", OldAddressError::NotLocal),
            ("//evil.example", OldAddressError::NotLocal),
            ("bread", OldAddressError::NotLocal),
            ("", OldAddressError::NotLocal),
            ("/", OldAddressError::FrontPage),
            ("/%2Fevil.example", OldAddressError::BadCharacter),
            ("/a\\b", OldAddressError::BadCharacter),
            ("/a%0d%0aSet-Cookie:x", OldAddressError::BadCharacter),
            ("/a/../b", OldAddressError::BadCharacter),
            ("/%ff", OldAddressError::BadCharacter),
            ("/a b", OldAddressError::BadCharacter),
            ("/a?q=1", OldAddressError::Query),
            ("/?p=12&q=1", OldAddressError::Query),
            ("/?p=", OldAddressError::Query),
        ] {
            assert_eq!(OldAddress::parse(text), Err(why), "{text}");
        }
        assert_eq!(OldAddress::parse(&format!("/{}", "a".repeat(1_000))), Err(OldAddressError::TooLong));
    }

    #[test]
    fn a_request_may_mean_the_post_behind_its_pages_and_feeds() {
        let asked = |path: &str, query: &str| {
            OldAddress::asked(path, query).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(asked("/2019/05/bread/amp/", ""), ["/2019/05/bread/amp", "/2019/05/bread"]);
        assert_eq!(
            asked("/bread/comment-page-2/feed", ""),
            ["/bread/comment-page-2/feed", "/bread/comment-page-2", "/bread"]
        );
        assert_eq!(asked("/", "utm_source=x&p=12"), ["/?p=12"]);
        assert_eq!(asked("/index.php", "p=12"), ["/?p=12", "/index.php"]);
        assert_eq!(asked("/", ""), [""; 0]);
        assert_eq!(asked("//evil.example", ""), [""; 0]);
        assert_eq!(asked("/2019", ""), ["/2019"]);
    }

    #[test]
    fn a_query_goes_along_without_what_named_the_post() {
        assert_eq!(query_to_keep("p=12&utm_source=a%20b&replytocom=3&lang=de"), "utm_source=a%20b&lang=de");
        assert_eq!(query_to_keep(""), "");
        assert_eq!(query_to_keep("a=\u{e9}"), "");
        assert_eq!(query_to_keep(&format!("a={}", "x".repeat(1_000))), "");
    }
}
