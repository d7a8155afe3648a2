//! What may be written for a key, in the file and in the environment.

use toml::{Table, Value};

/// What may be written for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// A text that may also be written as `true` or `false`.
    Switch,
    /// A text that may also be written as a whole number.
    Amount,
    Integer,
    Boolean,
    List,
}

pub(super) fn from_toml(kind: Kind, value: Value) -> Result<Value, String> {
    let found = value.type_str();
    match (kind, value) {
        (Kind::Text | Kind::Switch | Kind::Amount, value @ Value::String(_))
        | (Kind::Integer, value @ Value::Integer(_))
        | (Kind::Boolean, value @ Value::Boolean(_)) => Ok(value),
        (Kind::Switch, Value::Boolean(on)) => Ok(Value::String(on.to_string())),
        (Kind::Amount, Value::Integer(major)) => Ok(Value::String(major.to_string())),
        (Kind::List, Value::Array(items)) if items.iter().all(Value::is_str) => Ok(Value::Array(items)),
        (kind, _) => Err(format!("is of type {found}, but must be {}", kind.name())),
    }
}

pub(super) fn from_text(kind: Kind, text: &str) -> Result<Value, String> {
    let trimmed = text.trim();
    match kind {
        Kind::Text | Kind::Switch | Kind::Amount => Ok(Value::String(text.to_owned())),
        Kind::Integer => match trimmed.parse::<i64>() {
            Ok(number) => Ok(Value::Integer(number)),
            Err(_) => Err(format!("{trimmed:?} is not {}", kind.name())),
        },
        Kind::Boolean => match trimmed.to_ascii_lowercase().parse::<bool>() {
            Ok(on) => Ok(Value::Boolean(on)),
            Err(_) => Err(format!("{trimmed:?} is not {}", kind.name())),
        },
        Kind::List => list_from_text(trimmed),
    }
}

fn list_from_text(text: &str) -> Result<Value, String> {
    if text.starts_with('[') {
        let table: Result<Table, toml::de::Error> = format!("list = {text}").parse();
        let list = table.ok().and_then(|mut table| table.remove("list"));
        let list = list.ok_or_else(|| format!("{text:?} is not {}", Kind::List.name()))?;
        return from_toml(Kind::List, list);
    }
    let separator = if text.contains('\n') { '\n' } else { ',' };
    let items = text.split(separator).map(str::trim).filter(|item| !item.is_empty());
    Ok(Value::Array(items.map(Value::from).collect()))
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Text => "a text in quotes",
            Self::Switch => "a text in quotes, true or false",
            Self::Amount => "an amount in quotes",
            Self::Integer => "a whole number",
            Self::Boolean => "true or false",
            Self::List => "a list of texts",
        }
    }
}
