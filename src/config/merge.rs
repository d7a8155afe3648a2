//! Lays the layers over one another: the built-in defaults, the file, the environment, the files with secrets.
//!
//! The built-in `default.toml` is the schema as well: it says which keys exist and of which type they are. A key is
//! a secret when it has a twin `<key>_file`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::kind::{Kind, from_text, from_toml};
use super::secret::{self, MASK, read_secret};
use super::{ConfigErrors, Problem};

const DEFAULTS: &str = include_str!("../../config/default.toml");
const PREFIX: &str = "MAINSTAY_";
const FILE_VARIABLE: &str = "MAINSTAY_CONFIG";

/// Tables whose keys are currency codes, so that the defaults cannot name them all.
pub(super) const BY_CURRENCY: [&str; 4] =
    ["limits.minimum", "limits.maximum", "limits.review", "limits.fraud_refund"];

/// Keys printed with only their password masked, because the rest helps and is no secret.
const SECRET_URLS: [&str; 1] = ["database.url"];

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Default,
    Office,
    File(PathBuf),
    Environment(String),
    SecretFile(PathBuf),
}

impl Source {
    pub(super) fn name(&self) -> String {
        match self {
            Self::Default => "default".to_owned(),
            Self::Office => "office".to_owned(),
            Self::File(path) => path.display().to_string(),
            Self::Environment(variable) => format!("environment {variable}"),
            Self::SecretFile(path) => format!("secret file {}", path.display()),
        }
    }
}

#[derive(Clone, Debug)]
struct Entry {
    value: Value,
    source: Source,
}

/// Every key with its value and source, by dotted path (`limits.minimum.EUR`), and what was found wrong so far.
#[derive(Clone)]
pub(super) struct Layers {
    entries: BTreeMap<String, Entry>,
    /// Keys already reported: what depends on them is not reported a second time.
    broken: BTreeSet<String>,
    problems: Vec<Problem>,
}

/// Reads and merges all layers. `Err` only when nothing sensible can be said about the values.
pub(super) fn merge(
    file: Option<&Path>,
    environment: &BTreeMap<String, String>,
) -> Result<Layers, ConfigErrors> {
    let mut layers = Layers::defaults()?;
    let named = environment.get(FILE_VARIABLE).filter(|name| !name.is_empty());
    if let Some(path) = file.map(Path::to_path_buf).or_else(|| named.map(PathBuf::from)) {
        layers.add_file(&path)?;
    }
    for (variable, text) in environment {
        layers.add_variable(variable, text);
    }
    layers.read_secret_files();
    Ok(layers)
}

/// Without the values: some are secret.
impl fmt::Debug for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layers").finish_non_exhaustive()
    }
}

impl Layers {
    fn defaults() -> Result<Self, ConfigErrors> {
        let table: Table = DEFAULTS.parse().map_err(|error: toml::de::Error| {
            ConfigErrors::from(vec![Problem::about_file("the built-in default.toml", error.to_string())])
        })?;
        let mut entries = BTreeMap::new();
        flatten(&table, "", &mut entries);
        Ok(Self { entries, broken: BTreeSet::new(), problems: Vec::new() })
    }

    /// Only the built-in values.
    #[cfg(test)]
    pub(super) fn of_defaults() -> Self {
        Self::defaults().unwrap()
    }

    fn add_file(&mut self, path: &Path) -> Result<(), ConfigErrors> {
        let shown = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|error| {
            ConfigErrors::from(vec![Problem::about_file(&shown, format!("cannot be read: {error}"))])
        })?;
        let table: Table = text.parse().map_err(|error: toml::de::Error| {
            ConfigErrors::from(vec![Problem::about_file(&shown, syntax_error(&text, &error))])
        })?;
        self.add_table(&table, "", &Source::File(path.to_path_buf()));
        Ok(())
    }

    fn add_table(&mut self, table: &Table, section: &str, source: &Source) {
        for (key, value) in table {
            let path = if section.is_empty() { key.clone() } else { format!("{section}.{key}") };
            match value {
                Value::Table(inner) if self.is_section(&path) => self.add_table(inner, &path, source),
                Value::Table(_) | Value::Array(_) if section.is_empty() && !self.is_section(&path) => {
                    self.report_section(&path, source);
                }
                Value::String(_)
                | Value::Integer(_)
                | Value::Float(_)
                | Value::Boolean(_)
                | Value::Datetime(_)
                | Value::Array(_)
                | Value::Table(_) => self.add_value(&path, value.clone(), source),
            }
        }
    }

    fn add_variable(&mut self, variable: &str, text: &str) {
        let Some(rest) = variable.strip_prefix(PREFIX) else {
            return;
        };
        let source = Source::Environment(variable.to_owned());
        if !rest.contains("__") {
            self.report_single_underscore(rest, &source);
            return;
        }
        let path = rest.to_ascii_lowercase().replace("__", ".");
        let section = path.split('.').next().unwrap_or_default();
        if !self.is_section(section) {
            self.report_section(section, &source);
            return;
        }
        let Some(path) = self.known_path(&path) else {
            self.report_key(&path, &source);
            return;
        };
        match from_text(self.kind(&path), text) {
            Ok(value) => self.set(&path, value, source),
            Err(what) => self.report_type(&path, &what, &source),
        }
    }

    fn add_value(&mut self, path: &str, value: Value, source: &Source) {
        let Some(path) = self.known_path(path) else {
            self.report_key(path, source);
            return;
        };
        match from_toml(self.kind(&path), value) {
            Ok(value) => self.set(&path, value, source.clone()),
            Err(what) => self.report_type(&path, &what, source),
        }
    }

    /// Lays what the office set over the defaults. What file or environment say stays, and so does what the office must not
    /// set or a later version no longer knows.
    pub(super) fn add_office(&mut self, values: &BTreeMap<String, Value>) {
        for (path, value) in values {
            if super::office::find(path).is_some() && !self.is_set(path) {
                self.add_value(path, value.clone(), &Source::Office);
            }
        }
    }

    /// Replaces each secret that stands in a file by that file's text.
    fn read_secret_files(&mut self) {
        let strict = self.text("server.mode") == "production";
        let secrets: Vec<String> = self.entries.keys().filter(|path| self.is_secret(path)).cloned().collect();
        for path in secrets {
            let twin = format!("{path}_file");
            let file = self.text(&twin);
            if file.is_empty() {
                continue;
            }
            let example = "\"/etc/mainstay/secret\"";
            if self.is_set(&path) && !self.text(&path).is_empty() {
                let other = self.source_name(&path);
                let name = key_of(&path);
                self.reject(
                    &twin,
                    format!("{name} is set as well ({other}); keep only one of the two"),
                    example,
                );
                continue;
            }
            match read_secret(Path::new(&file), strict) {
                Ok(text) => self.set(&path, Value::String(text), Source::SecretFile(PathBuf::from(file))),
                Err(what) => {
                    self.reject(&twin, format!("{file}: {what}"), example);
                    self.broken.insert(path);
                }
            }
        }
    }

    fn set(&mut self, path: &str, value: Value, source: Source) {
        self.broken.remove(path);
        self.entries.insert(path.to_owned(), Entry { value, source });
    }

    /// The text of a key without blanks around it, empty when there is none.
    pub(super) fn text(&self, path: &str) -> String {
        self.exact_text(path).trim().to_owned()
    }

    /// The text of a key as it was written: blanks may belong to a password.
    pub(super) fn exact_text(&self, path: &str) -> &str {
        self.entries.get(path).and_then(|entry| entry.value.as_str()).unwrap_or_default()
    }

    /// The number of a key.
    pub(super) fn integer(&self, path: &str) -> Option<i64> {
        self.entries.get(path).and_then(|entry| entry.value.as_integer())
    }

    /// The truth value of a key.
    pub(super) fn boolean(&self, path: &str) -> bool {
        self.entries.get(path).and_then(|entry| entry.value.as_bool()).unwrap_or_default()
    }

    /// The items of a list, without blanks around them and without empty ones.
    pub(super) fn list(&self, path: &str) -> Vec<String> {
        let items = self.entries.get(path).and_then(|entry| entry.value.as_array());
        let texts = items.into_iter().flatten().filter_map(Value::as_str).map(str::trim);
        texts.filter(|text| !text.is_empty()).map(str::to_owned).collect()
    }

    /// The entries of a table by currency.
    pub(super) fn table(&self, section: &str) -> BTreeMap<String, String> {
        let prefix = format!("{section}.");
        let keys = self.entries.keys().filter_map(|path| Some((path, path.strip_prefix(&prefix)?)));
        keys.map(|(path, key)| (key.to_owned(), self.text(path))).collect()
    }

    /// Whether the operator set this key, rather than leaving the default.
    pub(super) fn is_set(&self, path: &str) -> bool {
        self.entries.get(path).is_some_and(|entry| entry.source != Source::Default)
    }

    /// Where the value comes from; none if there is no such key.
    pub(super) fn source(&self, path: &str) -> Option<&Source> {
        self.entries.get(path).map(|entry| &entry.source)
    }

    /// The value as it is; none if there is no such key.
    pub(super) fn value(&self, path: &str) -> Option<&Value> {
        self.entries.get(path).map(|entry| &entry.value)
    }

    /// Every key.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// Empties a default that must not take effect, so that the printed values are the ones in force.
    pub(super) fn clear_default(&mut self, path: &str) {
        if !self.is_set(path) {
            self.set(path, Value::String(String::new()), Source::Default);
        }
    }

    /// Replaces a value that means "choose for me" by what was chosen.
    pub(super) fn resolve(&mut self, path: &str, value: impl Into<Value>) {
        if let Some(entry) = self.entries.get_mut(path) {
            entry.value = value.into();
        }
    }

    /// Whether a problem of this key was reported.
    pub(super) fn is_broken(&self, path: &str) -> bool {
        self.broken.contains(path)
    }

    /// The value as it may be printed in a message.
    pub(super) fn shown(&self, path: &str) -> String {
        match self.entries.get(path) {
            Some(_) if self.is_secret(path) => "the value".to_owned(),
            Some(entry) => entry.value.to_string(),
            None => "nothing".to_owned(),
        }
    }

    /// Reports what is wrong with a key; `example` is a value as it would stand in the file.
    pub(super) fn reject(&mut self, path: &str, what: impl Into<String>, example: &str) {
        if !self.broken.insert(path.to_owned()) {
            return;
        }
        let source = self.entries.get(path).map_or(Source::Default, |entry| entry.source.clone());
        self.report(path, &what.into(), &source, example);
    }

    /// What was found wrong so far, in the order of the sections and keys.
    pub(super) fn take_problems(&mut self) -> Vec<Problem> {
        let mut problems = std::mem::take(&mut self.problems);
        problems.sort_by(|a, b| (&a.section, &a.key).cmp(&(&b.section, &b.key)));
        problems
    }

    /// All values in force as TOML, secrets masked, each that is not a default with its source.
    pub(super) fn to_toml(&self) -> String {
        let mut sections: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (path, entry) in &self.entries {
            let value = self.masked(path, &entry.value);
            let origin = match &entry.source {
                Source::Default => String::new(),
                Source::Office | Source::File(_) | Source::Environment(_) | Source::SecretFile(_) => {
                    format!("  # {}", one_line(&entry.source.name()))
                }
            };
            sections
                .entry(section_of(path))
                .or_default()
                .push(format!("{} = {value}{origin}\n", key_of(path)));
        }
        let blocks = sections.iter().map(|(section, lines)| format!("[{section}]\n{}", lines.concat()));
        blocks.collect::<Vec<_>>().join("\n")
    }

    /// The value as people read it, a secret masked.
    pub(super) fn masked_text(&self, path: &str) -> String {
        match self.value(path).map(|value| self.masked(path, value)) {
            Some(Value::String(text)) => text,
            Some(value) => value.to_string(),
            None => String::new(),
        }
    }

    fn masked(&self, path: &str, value: &Value) -> Value {
        match value {
            Value::String(text) if SECRET_URLS.contains(&path) => secret::mask_url(text).into(),
            Value::String(text) if !text.is_empty() && self.is_secret(path) => MASK.into(),
            Value::String(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_)
            | Value::Array(_)
            | Value::Table(_) => value.clone(),
        }
    }

    fn is_section(&self, path: &str) -> bool {
        let prefix = format!("{path}.");
        self.entries.range(prefix.clone()..).next().is_some_and(|(key, _)| key.starts_with(&prefix))
    }

    fn is_secret(&self, path: &str) -> bool {
        self.entries.contains_key(&format!("{path}_file"))
    }

    fn source_name(&self, path: &str) -> String {
        self.entries.get(path).map(|entry| entry.source.name()).unwrap_or_default()
    }

    /// The path as the schema spells it, when it is part of the schema.
    fn known_path(&self, path: &str) -> Option<String> {
        let (section, key) = path.rsplit_once('.')?;
        if BY_CURRENCY.contains(&section) && key != "default" {
            return Some(format!("{section}.{}", key.to_ascii_uppercase()));
        }
        self.entries.contains_key(path).then(|| path.to_owned())
    }

    fn kind(&self, path: &str) -> Kind {
        if BY_CURRENCY.contains(&section_of(path)) {
            return Kind::Amount;
        }
        match self.entries.get(path).map(|entry| &entry.value) {
            Some(Value::Integer(_)) => Kind::Integer,
            Some(Value::Boolean(_)) => Kind::Boolean,
            Some(Value::Array(_)) => Kind::List,
            Some(Value::String(text)) if text == "auto" => Kind::Switch,
            _ => Kind::Text,
        }
    }

    fn report(&mut self, path: &str, what: &str, source: &Source, example: &str) {
        let key = key_of(path);
        let example = match source {
            Source::Environment(variable) => format!("{variable}={}", example.trim_matches('"')),
            Source::Default | Source::Office | Source::File(_) | Source::SecretFile(_) => {
                format!("{key} = {example}")
            }
        };
        self.problems.push(Problem {
            section: section_of(path).to_owned(),
            key: key.to_owned(),
            origin: source.name(),
            what: one_line(what),
            example: Some(example),
        });
    }

    fn report_type(&mut self, path: &str, what: &str, source: &Source) {
        let example = match self.kind(path) {
            Kind::Amount => "\"1.00\"".to_owned(),
            Kind::Text | Kind::Switch | Kind::Integer | Kind::Boolean | Kind::List => {
                match self.entries.get(path) {
                    Some(entry) if self.is_secret(path) || entry.value.as_str() == Some("") => {
                        "\"text\"".to_owned()
                    }
                    Some(entry) => entry.value.to_string(),
                    None => "\"text\"".to_owned(),
                }
            }
        };
        self.broken.insert(path.to_owned());
        self.report(path, what, source, &example);
    }

    fn report_section(&mut self, section: &str, source: &Source) {
        let mut known: Vec<&str> = self.entries.keys().filter_map(|path| path.split('.').next()).collect();
        known.dedup();
        self.problems.push(Problem {
            section: section.to_owned(),
            key: String::new(),
            origin: source.name(),
            what: format!("unknown section; the sections are {}", known.join(", ")),
            example: None,
        });
    }

    fn report_key(&mut self, path: &str, source: &Source) {
        let section = section_of(path);
        let what = if self.is_section(path) {
            format!("is a section; put its keys below a line [{path}]")
        } else if section.is_empty() {
            "stands outside of every section; put it below the line of its section".to_owned()
        } else {
            let keys = self.entries.keys().filter(|known| section_of(known) == section);
            format!(
                "unknown key; the keys are {}",
                keys.map(|known| key_of(known)).collect::<Vec<_>>().join(", ")
            )
        };
        self.problems.push(Problem {
            section: section.to_owned(),
            key: key_of(path).to_owned(),
            origin: source.name(),
            what,
            example: None,
        });
    }

    /// `MAINSTAY_SERVER_BIND` is a likely slip; a variable that starts with no section belongs to somebody else.
    fn report_single_underscore(&mut self, rest: &str, source: &Source) {
        let lower = rest.to_ascii_lowercase();
        let mut keys = self.entries.keys();
        let Some(path) = keys.find(|path| path.replace('.', "_") == lower).cloned() else {
            return;
        };
        let variable = format!("{PREFIX}{}", path.to_ascii_uppercase().replace('.', "__"));
        self.problems.push(Problem {
            section: section_of(&path).to_owned(),
            key: key_of(&path).to_owned(),
            origin: source.name(),
            what: format!("has no effect under this name; two underscores follow a section: {variable}"),
            example: None,
        });
    }
}

fn flatten(table: &Table, section: &str, entries: &mut BTreeMap<String, Entry>) {
    for (key, value) in table {
        let path = if section.is_empty() { key.clone() } else { format!("{section}.{key}") };
        if let Value::Table(inner) = value {
            flatten(inner, &path, entries);
        } else {
            entries.insert(path, Entry { value: value.clone(), source: Source::Default });
        }
    }
}

fn section_of(path: &str) -> &str {
    path.rsplit_once('.').map(|(section, _)| section).unwrap_or_default()
}

fn key_of(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(_, key)| key)
}

/// One problem is one line, whatever a value contains.
fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

/// The parser's message with the line, but without its picture of the line, which may hold a secret.
fn syntax_error(text: &str, error: &toml::de::Error) -> String {
    let start = error.span().map(|span| span.start).unwrap_or_default();
    let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count().saturating_add(1);
    format!("line {line} is not valid TOML: {}", one_line(error.message()))
}
