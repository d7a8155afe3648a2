//! Pages that are drawn at each visit and mostly say what they said: compressed when that changes, and not sent to who
//! has them.

use super::page_cache::CachedPage;
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

/// The latest of each page, by its path and its language.
#[derive(Default)]
pub(super) struct Drawn(RwLock<HashMap<(String, String), CachedPage>>);

impl Drawn {
    /// The page to answer with: that of an earlier visit if it says the same.
    pub(super) fn page(&self, path: &str, tag: &str, html: String) -> CachedPage {
        let key = (path.to_owned(), tag.to_owned());
        let fresh = CachedPage::new(html, "text/html; charset=utf-8");
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(kept) = kept.filter(|kept| kept.digest() == fresh.digest()) {
            return kept;
        }
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(key, fresh.clone());
        fresh
    }
}
