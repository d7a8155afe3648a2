//! What a program asks by the query of an address. What cannot be taken is refused, never passed over: a misspelt filter
//! must not answer with everything.

use crate::domain::list::{Cursor, Way};
use crate::web::error::WebError;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;

/// Items of a page, unless `limit` says otherwise.
pub(super) const LIMIT: usize = 50;
/// Items of a page at most.
pub(super) const LIMIT_MAX: usize = 200;

/// The fields that are filled in, each once. A field that was left empty asks for nothing.
pub(super) fn pairs(text: &str) -> Result<Vec<(String, String)>, WebError> {
    let mut filled: Vec<(String, String)> = Vec::new();
    for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
        if value.trim().is_empty() {
            continue;
        }
        if filled.iter().any(|(known, _)| *known == name) {
            return Err(refused(&format!("“{name}” is asked for twice.")));
        }
        filled.push((name.into_owned(), value.trim().to_owned()));
    }
    Ok(filled)
}

/// Which page of a list.
pub(super) struct Paging {
    pub(super) limit: usize,
    pub(super) after: Option<Cursor>,
}

/// Reads the page that is asked for; every other field is handed to `take`, which says whether it knows it.
pub(super) fn page(
    request: &HttpRequest,
    mut take: impl FnMut(&str, &str) -> bool,
) -> Result<Paging, WebError> {
    let mut paging = Paging { limit: LIMIT, after: None };
    for (name, value) in pairs(request.query_string())? {
        let is_taken = match name.as_str() {
            "limit" => {
                paging.limit = limit_of(&value)?;
                true
            }
            "cursor" => {
                paging.after = Cursor::parse(&value).filter(|cursor| cursor.way == Way::On);
                paging.after.is_some()
            }
            name => take(name, &value),
        };
        if !is_taken {
            return Err(not_taken(&name, &value));
        }
    }
    Ok(paging)
}

/// For lists that are answered whole.
pub(super) fn nothing(request: &HttpRequest) -> Result<(), WebError> {
    match pairs(request.query_string())?.first() {
        None => Ok(()),
        Some((name, value)) => Err(not_taken(name, value)),
    }
}

pub(super) fn limit_of(text: &str) -> Result<usize, WebError> {
    let limit = text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
    limit.ok_or_else(|| refused(&format!("“limit” takes 1 to {LIMIT_MAX}.")))
}

/// A field that is not known, or takes no such value.
pub(super) fn not_taken(name: &str, value: &str) -> WebError {
    refused(&format!("“{name}={value}” is nothing that can be asked for here."))
}

/// A query that cannot be taken.
fn refused(detail: &str) -> WebError {
    WebError::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_query", detail)
}
