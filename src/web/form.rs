//! Fields of a form or of a query: each name once, text only.

use super::error::WebError;
use std::collections::BTreeMap;

/// The fields of a form by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields(BTreeMap<String, String>);

impl Fields {
    /// Reads `application/x-www-form-urlencoded` bytes.
    ///
    /// A name that stands twice is refused: two readers of the same form could take two different values.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, WebError> {
        let mut fields = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(bytes) {
            if fields.insert(name.to_string(), value.into_owned()).is_some() {
                let name: String = name.chars().take(40).collect();
                return Err(WebError::bad_request(
                    "duplicate_field",
                    format!("The field “{name}” was sent twice."),
                ));
            }
        }
        Ok(Self(fields))
    }

    /// The text of a field; empty if it was not sent.
    pub(super) fn text(&self, name: &str) -> String {
        self.0.get(name).cloned().unwrap_or_default()
    }

    /// The text of a field, if the form had it at all.
    pub(super) fn given(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    /// The text of a field that says something.
    pub(super) fn filled(&self, name: &str) -> Option<String> {
        self.0.get(name).filter(|value| !value.trim().is_empty()).cloned()
    }

    /// Every field but one, by name.
    pub(super) fn all_but(&self, name: &str) -> Vec<(String, String)> {
        let others = self.0.iter().filter(|(known, _)| *known != name);
        others.map(|(known, value)| (known.clone(), value.clone())).collect()
    }

    /// Whether a tick box was ticked.
    pub(super) fn ticked(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| matches!(value.trim(), "true" | "on" | "1" | "yes"))
    }
}
