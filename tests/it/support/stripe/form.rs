//! Parameters as Stripe reads them: `a[b][0]=c`, form-encoded, and nothing that is not asked for.

use super::refusal::Refusal;
use percent_encoding::percent_decode_str;
use std::collections::BTreeMap;

/// One parameter: a text, or others below it.
#[derive(Debug, Clone)]
enum Param {
    Text(String),
    Below(BTreeMap<String, Param>),
}

/// The parameters of a request, or of one parameter of it. Each is taken once; what is left over was unknown.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    path: String,
    params: BTreeMap<String, Param>,
}

type Result<T> = std::result::Result<T, Refusal>;

impl Fields {
    /// Reads a query or a body.
    pub(super) fn parse(encoded: &str) -> Result<Self> {
        let mut params = BTreeMap::new();
        for pair in encoded.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decoded(name)?, decoded(value)?);
            let keys = keys_of(&name)?;
            insert(&mut params, &keys, value, &name)?;
        }
        Ok(Self { path: String::new(), params })
    }

    /// The full name of a parameter here, as Stripe writes it in errors.
    pub(super) fn name(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}[{key}]", self.path) }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.params.contains_key(key)
    }

    /// Whether the parameter has others below it.
    pub(super) fn is_below(&self, key: &str) -> bool {
        matches!(self.params.get(key), Some(Param::Below(_)))
    }

    /// Whether the parameter is given as an empty text, which unsets what it names.
    pub(super) fn is_unset(&mut self, key: &str) -> bool {
        let unset = matches!(self.params.get(key), Some(Param::Text(text)) if text.is_empty());
        if unset {
            self.params.remove(key);
        }
        unset
    }

    pub(super) fn text(&mut self, key: &str) -> Result<Option<String>> {
        match self.params.remove(key) {
            None => Ok(None),
            Some(Param::Text(text)) if text.is_empty() => {
                let name = self.name(key);
                let message = format!(
                    "You passed an empty string for '{name}'. We assume empty values are an attempt to unset a \
                     parameter; however '{name}' cannot be unset."
                );
                Err(Refusal::invalid(message).code("parameter_invalid_empty").param(name))
            }
            Some(Param::Text(text)) => Ok(Some(text)),
            Some(Param::Below(_)) => Err(self.ill_typed(key, "string", "parameter_invalid_string")),
        }
    }

    /// A text of at most `longest` characters.
    pub(super) fn text_up_to(&mut self, key: &str, longest: usize) -> Result<Option<String>> {
        let text = self.text(key)?;
        match text.as_ref().map(|text| text.chars().count()) {
            Some(length) if length > longest => {
                let message =
                    format!("Invalid string: must be at most {longest} characters, this one has {length}");
                Err(Refusal::invalid(message).param(self.name(key)))
            }
            _ => Ok(text),
        }
    }

    pub(super) fn required_text(&mut self, key: &str) -> Result<String> {
        self.text(key)?.ok_or_else(|| self.required(key))
    }

    /// One of a closed list of words.
    pub(super) fn word(&mut self, key: &str, words: &[&str]) -> Result<Option<String>> {
        let text = self.text(key)?;
        match &text {
            Some(text) if !words.contains(&text.as_str()) => {
                let message = format!("Invalid {}: must be one of {}", self.name(key), words.join(", "));
                Err(Refusal::invalid(message).param(self.name(key)))
            }
            _ => Ok(text),
        }
    }

    pub(super) fn integer(&mut self, key: &str) -> Result<Option<i64>> {
        let Some(text) = self.text(key)? else {
            return Ok(None);
        };
        let plain = text.strip_prefix('-').unwrap_or(&text).bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(number) if plain => Ok(Some(number)),
            _ => Err(self.ill_typed(key, "integer", "parameter_invalid_integer")),
        }
    }

    pub(super) fn boolean(&mut self, key: &str) -> Result<Option<bool>> {
        match self.text(key)?.as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(self.ill_typed(key, "boolean", "parameter_invalid_boolean")),
        }
    }

    /// What is below a parameter; nothing if it was not given.
    pub(super) fn below(&mut self, key: &str) -> Result<Option<Fields>> {
        let path = self.name(key);
        match self.params.remove(key) {
            None => Ok(None),
            Some(Param::Below(params)) => Ok(Some(Self { path, params })),
            Some(Param::Text(_)) => Err(self.ill_typed(key, "object", "parameter_invalid_object")),
        }
    }

    /// A list of objects, in order.
    pub(super) fn items(&mut self, key: &str) -> Result<Vec<Fields>> {
        let mut list = self.list(key)?;
        let mut items = Vec::new();
        for index in list.indices()? {
            items.extend(list.below(&index)?);
        }
        Ok(items)
    }

    /// A list of texts, in order.
    pub(super) fn texts(&mut self, key: &str) -> Result<Vec<String>> {
        let mut list = self.list(key)?;
        let mut texts = Vec::new();
        for index in list.indices()? {
            texts.extend(list.text(&index)?);
        }
        Ok(texts)
    }

    /// The pairs of `metadata`, within Stripe's limits.
    pub(super) fn metadata(&mut self) -> Result<BTreeMap<String, String>> {
        let Some(given) = self.below("metadata")? else {
            return Ok(BTreeMap::new());
        };
        let mut pairs = BTreeMap::new();
        for (key, value) in given.params {
            let name = format!("{}[{key}]", given.path);
            let Param::Text(value) = value else {
                return Err(Refusal::invalid("Metadata values must be strings").param(name));
            };
            if key.chars().count() > 40 || value.chars().count() > 500 {
                let message = "Metadata keys may have 40 characters and values 500";
                return Err(Refusal::invalid(message).param(name));
            }
            pairs.insert(key, value);
        }
        if pairs.len() > 50 {
            return Err(Refusal::invalid("Metadata may have 50 keys").param(given.path));
        }
        pairs.retain(|_, value| !value.is_empty());
        Ok(pairs)
    }

    /// Ends reading: a parameter that nobody took is unknown.
    pub(super) fn finish(self) -> Result<()> {
        match self.params.keys().next() {
            Some(key) => Err(Refusal::unknown_parameter(self.name(key))),
            None => Ok(()),
        }
    }

    /// What to say when a parameter that must be there is not.
    pub(super) fn required(&self, key: &str) -> Refusal {
        let name = self.name(key);
        Refusal::invalid(format!("Missing required param: {name}.")).code("parameter_missing").param(name)
    }

    fn ill_typed(&self, key: &str, kind: &str, code: &'static str) -> Refusal {
        let name = self.name(key);
        Refusal::invalid(format!("Invalid {kind}: {name}")).code(code).param(name)
    }

    fn list(&mut self, key: &str) -> Result<Fields> {
        let path = self.name(key);
        match self.params.get(key) {
            Some(Param::Text(_)) => Err(Refusal::invalid("Invalid array").param(path)),
            _ => Ok(self.below(key)?.unwrap_or(Self { path, params: BTreeMap::new() })),
        }
    }

    fn indices(&self) -> Result<Vec<String>> {
        let numbered = |key: &String| key.parse::<u32>().map(|number| (number, key.clone()));
        let mut keys = self
            .params
            .keys()
            .map(|key| {
                numbered(key).map_err(|_no_number| Refusal::invalid("Invalid array").param(self.path.clone()))
            })
            .collect::<Result<Vec<_>>>()?;
        keys.sort_unstable();
        Ok(keys.into_iter().map(|(_, key)| key).collect())
    }
}

/// Undoes the encoding; a stray percent sign or bytes that are no UTF-8 are refused.
fn decoded(encoded: &str) -> Result<String> {
    let malformed = || Refusal::invalid("Invalid request: the parameters are not form-encoded UTF-8");
    for (at, _) in encoded.match_indices('%') {
        let digits = encoded.get(at + 1..at + 3).unwrap_or_default();
        if digits.len() != 2 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(malformed());
        }
    }
    let spaced = encoded.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().map(String::from).map_err(|_not_utf8| malformed())
}

/// `a[b][0]` is `a`, `b`, `0`; an empty pair of brackets stands for the next place of a list.
fn keys_of(name: &str) -> Result<Vec<&str>> {
    let malformed = || Refusal::invalid(format!("Invalid parameter name: {name}"));
    let Some((first, rest)) = name.split_once('[') else {
        return if name.is_empty() { Err(malformed()) } else { Ok(vec![name]) };
    };
    let inner = rest.strip_suffix(']').ok_or_else(malformed)?;
    let keys: Vec<_> = std::iter::once(first).chain(inner.split("][")).collect();
    let broken = first.is_empty() || keys.iter().any(|key| key.contains(['[', ']']));
    let next_inside = keys.iter().rev().skip(1).any(|key| key.is_empty());
    if broken || next_inside { Err(malformed()) } else { Ok(keys) }
}

fn insert(params: &mut BTreeMap<String, Param>, keys: &[&str], value: String, name: &str) -> Result<()> {
    let Some((first, rest)) = keys.split_first() else {
        return Ok(());
    };
    let twice = || Refusal::invalid(format!("Invalid request: {name} is given twice"));
    let key = if first.is_empty() { params.len().to_string() } else { (*first).to_owned() };
    if rest.is_empty() {
        return match params.insert(key, Param::Text(value)) {
            None => Ok(()),
            Some(_) => Err(twice()),
        };
    }
    match params.entry(key).or_insert_with(|| Param::Below(BTreeMap::new())) {
        Param::Below(below) => insert(below, rest, value, name),
        Param::Text(_) => Err(twice()),
    }
}
