//! What a program asks by the query of an address. What cannot be taken is refused, never passed over: a misspelt filter
//! must not answer with everything.

use crate::domain::list::{Cursor, Way};
use crate::web::error::WebError;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use serde_json::{Value, json};
use std::str::FromStr;

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

impl Paging {
    /// How many rows to read: one more than are answered shows that there are more.
    pub(super) fn wanted(&self) -> i64 {
        i64::try_from(self.limit).unwrap_or(1).saturating_add(1)
    }

    /// The item behind which the page begins, of a list that has no order but that of ids.
    pub(super) fn before<I: FromStr>(&self) -> Result<Option<I>, WebError> {
        let read = |cursor: &Cursor| cursor.id.parse().map_err(|_no_id| not_taken("cursor", &cursor.id));
        self.after.as_ref().map(read).transpose()
    }

    /// The page of what was read, as it is answered; `place` is what stands in the cursor behind an item: the key of the
    /// order, if that is not the id, and the id.
    pub(super) fn answer<T>(
        &self,
        found: &[T],
        place: impl Fn(&T) -> (String, String),
        item: impl Fn(&T) -> Value,
    ) -> Value {
        let shown = found.get(..self.limit);
        let next = shown.and_then(<[T]>::last).filter(|_| found.len() > self.limit).map(|last| {
            let (key, id) = place(last);
            Cursor { way: Way::On, key, id }.text()
        });
        let items: Vec<Value> = shown.unwrap_or(found).iter().map(item).collect();
        listed(&items, next.as_deref())
    }
}

/// A list as it is answered; without `next`, what is behind is nothing.
pub(super) fn listed(items: &[Value], next: Option<&str>) -> Value {
    json!({ "items": items, "next_cursor": next })
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
