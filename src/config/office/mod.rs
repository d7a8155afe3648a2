//! Which settings belong to the office, which changes them while the site runs, and which to the operator of the machine.
//!
//! `table.rs` is the whole decision: a test holds it against `default.toml`. What decides how the program starts, what
//! it trusts and what it can reach stays with the machine; what the publication says, takes and promises is the office's.

mod owner;
mod table;

use super::kind::{Kind, from_text};
use crate::domain::money::Currency;
use owner::{Owner, Trust};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use table::TABLE;
use toml::Value;

/// Settings that are shown, and changed, together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Name, languages, currencies.
    Publication,
    /// What readers write below articles.
    Comments,
    /// What receipts say about who receives.
    Organisation,
    /// Smallest and largest gift.
    Amounts,
    /// The account for transfers.
    Transfers,
    /// Who is written to, and where answers go.
    Letters,
    /// Recurring support.
    Patrons,
    /// How long people stay signed in, and how long data is kept.
    Access,
}

impl Group {
    /// All of them, in the order to show them.
    pub const ALL: [Self; 8] = [
        Self::Publication,
        Self::Comments,
        Self::Organisation,
        Self::Amounts,
        Self::Transfers,
        Self::Letters,
        Self::Patrons,
        Self::Access,
    ];

    /// Its word in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Publication => "publication",
            Self::Comments => "comments",
            Self::Organisation => "organisation",
            Self::Amounts => "amounts",
            Self::Transfers => "transfers",
            Self::Letters => "letters",
            Self::Patrons => "patrons",
            Self::Access => "access",
        }
    }

    /// The group of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.as_str() == word)
    }
}

/// How a value is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A line of text.
    Line,
    /// A sentence or two.
    Prose,
    /// A list of short words, with commas.
    Words,
    /// A list, an item a line.
    Lines,
    /// A whole number of these.
    Number(&'static str),
    /// Yes or no.
    Switch,
    /// An amount; empty: none of its own.
    Amount,
}

/// A setting of the office.
#[derive(Clone, Debug)]
pub struct OfficeSetting {
    /// Section and key, as in the configuration.
    pub path: String,
    /// What it is shown with.
    pub group: Group,
    /// What it is called.
    pub label: String,
    /// What a change changes, for whom.
    pub effect: &'static str,
    /// How it is typed.
    pub shape: Shape,
    /// Whether programs may change it: it neither leads money elsewhere nor decides who gets in or is told.
    pub by_programs: bool,
    /// Whether the log must not repeat it, because it may name a person.
    pub is_personal: bool,
}

/// Every setting of the office, in the order to show them; those by currency for each currency there is.
pub fn all() -> &'static [OfficeSetting] {
    static ALL: LazyLock<Vec<OfficeSetting>> = LazyLock::new(|| TABLE.iter().flat_map(expanded).collect());
    &ALL
}

/// The setting of this path, if it is the office's.
pub fn find(path: &str) -> Option<&'static OfficeSetting> {
    static BY_PATH: LazyLock<BTreeMap<&'static str, &'static OfficeSetting>> =
        LazyLock::new(|| all().iter().map(|setting| (setting.path.as_str(), setting)).collect());
    BY_PATH.get(path).copied()
}

/// Why a setting is not the office's; none if it is, or if there is no such setting.
pub fn machine_s(path: &str) -> Option<&'static str> {
    let is_it = |known: &str| {
        known == path || known.strip_suffix('*').is_some_and(|section| path.starts_with(section))
    };
    TABLE.iter().find(|(known, _)| is_it(known)).and_then(|(_, owner)| match owner {
        Owner::Machine(reason) => Some(*reason),
        Owner::Office(..) => None,
    })
}

fn expanded((path, owner): &(&'static str, Owner)) -> Vec<OfficeSetting> {
    let Owner::Office(group, shape, trust, (label, effect)) = *owner else {
        return Vec::new();
    };
    let setting = |path: String, label: String| OfficeSetting {
        path,
        group,
        label,
        effect,
        shape,
        by_programs: trust == Trust::Programs,
        is_personal: trust == Trust::Personal,
    };
    match path.strip_suffix('*') {
        Some(section) => Currency::all()
            .map(|currency| {
                setting(format!("{section}{}", currency.code()), format!("{label} {}", currency.code()))
            })
            .collect(),
        None => vec![setting((*path).to_owned(), label.to_owned())],
    }
}

impl OfficeSetting {
    /// The key within its section.
    pub fn key(&self) -> &str {
        self.path.rsplit_once('.').map_or(self.path.as_str(), |(_, key)| key)
    }

    /// What was typed, as a value; none: it has none of its own.
    ///
    /// # Errors
    /// What is wrong with it, if it is not of the right kind. Whether it can be is seen with all the others.
    pub fn read(&self, typed: &str) -> Result<Option<serde_json::Value>, String> {
        let trimmed = typed.trim();
        let value = match self.shape {
            Shape::Amount if trimmed.is_empty() => return Ok(None),
            Shape::Line | Shape::Amount | Shape::Prose => {
                Value::String(trimmed.split_whitespace().collect::<Vec<_>>().join(" "))
            }
            Shape::Words => from_text(Kind::List, &trimmed.replace('\n', ","))?,
            Shape::Lines => {
                let items = typed.lines().map(str::trim).filter(|item| !item.is_empty());
                Value::Array(items.map(Value::from).collect())
            }
            Shape::Number(_) => {
                from_text(Kind::Integer, trimmed).map_err(|_other| "is not a whole number".to_owned())?
            }
            Shape::Switch => Value::Boolean(matches!(trimmed, "on" | "true" | "yes" | "1")),
        };
        Ok(Some(to_json(&value)))
    }

    /// A value as it is typed.
    pub fn typed(&self, value: &serde_json::Value) -> String {
        let items = value.as_array().map(|items| items.iter().filter_map(serde_json::Value::as_str));
        let items = items.map(Iterator::collect::<Vec<_>>).unwrap_or_default();
        match self.shape {
            Shape::Words => items.join(", "),
            Shape::Lines => items.join("\n"),
            Shape::Line | Shape::Prose | Shape::Amount => value.as_str().unwrap_or_default().to_owned(),
            Shape::Number(_) => value.as_i64().unwrap_or_default().to_string(),
            Shape::Switch => if value.as_bool() == Some(true) { "on" } else { "" }.to_owned(),
        }
    }

    /// A value as people read it.
    pub fn shown(&self, value: &serde_json::Value) -> String {
        match self.shape {
            Shape::Number(unit) => format!("{} {unit}", self.typed(value)),
            Shape::Switch => if value.as_bool() == Some(true) { "yes" } else { "no" }.to_owned(),
            Shape::Lines => self.typed(value).replace('\n', ", "),
            Shape::Line | Shape::Prose | Shape::Words | Shape::Amount => self.typed(value),
        }
    }
}

/// The value as programs write it.
pub(super) fn to_json(value: &Value) -> serde_json::Value {
    match value {
        Value::String(text) => text.as_str().into(),
        Value::Integer(number) => (*number).into(),
        Value::Boolean(on) => (*on).into(),
        Value::Array(items) => items.iter().map(to_json).collect(),
        // No setting is of these kinds.
        Value::Float(_) | Value::Datetime(_) | Value::Table(_) => serde_json::Value::Null,
    }
}

/// The value as the configuration writes it. What no setting can be becomes a table, which every kind refuses.
pub(super) fn from_json(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::String(text) => Value::String(text.clone()),
        serde_json::Value::Bool(on) => Value::Boolean(*on),
        serde_json::Value::Array(items) => Value::Array(items.iter().map(from_json).collect()),
        serde_json::Value::Number(number) => {
            number.as_i64().map_or_else(|| Value::Table(toml::Table::new()), Value::Integer)
        }
        serde_json::Value::Null | serde_json::Value::Object(_) => Value::Table(toml::Table::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::merge::{BY_CURRENCY, Layers};
    use std::collections::BTreeSet;

    #[test]
    fn every_key_of_the_configuration_has_one_owner() {
        let defaults = Layers::of_defaults();
        let by_currency = |path: &str| {
            BY_CURRENCY
                .iter()
                .any(|section| path.strip_prefix(section).is_some_and(|key| key.starts_with('.')))
        };
        let known: BTreeSet<String> = defaults
            .paths()
            .filter(|path| !by_currency(path) || path.ends_with(".default"))
            .map(str::to_owned)
            .chain(BY_CURRENCY.map(|section| format!("{section}.*")))
            .collect();
        let owned: BTreeSet<String> = TABLE.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(owned, known);
        assert_eq!(TABLE.len(), owned.len(), "no key twice");
        assert!(find("limits.minimum.JPY").is_some() && find("server.bind").is_none());
        assert!(machine_s("server.bind").is_some() && machine_s("site.name").is_none());
    }

    #[test]
    fn no_secret_belongs_to_the_office() {
        let defaults = Layers::of_defaults();
        let secrets: Vec<&str> = defaults.paths().filter_map(|path| path.strip_suffix("_file")).collect();
        assert!(secrets.len() > 4 && secrets.iter().all(|path| find(path).is_none()), "{secrets:?}");
    }

    #[test]
    fn what_is_typed_comes_back_as_it_was() {
        let cases = [
            ("site.organisation.address", "1 High Street, London\nN1 1AA"),
            ("site.currencies", "EUR, GBP"),
            ("patrons.grace_days", "21"),
            ("account.statements_by_mail", "on"),
            ("limits.minimum.JPY", "500"),
            ("site.name", "The Lantern"),
        ];
        for (path, typed) in cases {
            let setting = find(path).unwrap();
            assert_eq!(setting.typed(&setting.read(typed).unwrap().unwrap()), typed, "{path}");
        }
        assert_eq!(find("limits.minimum.JPY").unwrap().read("  "), Ok(None));
        assert!(find("patrons.grace_days").unwrap().read("many").is_err());
    }
}
