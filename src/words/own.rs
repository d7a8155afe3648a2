//! Words of the publisher, message by message: each takes the place of one in the program, and must say all that it says.

use super::catalogue::{self, WordsError};
use fluent_bundle::FluentResource;
use fluent_syntax::ast::{
    CallArguments, Entry, Expression, InlineExpression, Message, Pattern, PatternElement, Resource,
};
use fluent_syntax::{parser, serializer};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

/// Messages of which each language decides itself what it needs.
const FREE: [&str; 3] = ["amount", "currency-symbol", "currency-name"];

/// Longest message, in characters.
pub const TEXT_MAX: usize = 2_000;

/// What the publisher says, by language and message.
pub type OwnWords = BTreeMap<(String, String), String>;

/// A message as it is without the publisher's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// Its name.
    pub id: String,
    /// What it says, as Fluent writes it.
    pub text: String,
    /// Whether a file of the machine says it, which wins over the office.
    pub is_fixed: bool,
}

/// What a message is made of besides words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Parts {
    /// What it is told.
    variables: BTreeSet<String>,
    /// What decides between its forms.
    selectors: BTreeSet<String>,
    /// Other messages, terms and functions.
    references: BTreeSet<String>,
}

impl Parts {
    fn of(pattern: &Pattern<&str>) -> Self {
        let mut parts = Self::default();
        parts.pattern(pattern);
        parts
    }

    fn pattern(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                self.expression(expression);
            }
        }
    }

    fn expression(&mut self, expression: &Expression<&str>) {
        match expression {
            Expression::Inline(inline) => self.inline(inline),
            Expression::Select { selector, variants } => {
                if let InlineExpression::VariableReference { id } = selector {
                    self.selectors.insert(id.name.to_owned());
                }
                self.inline(selector);
                for variant in variants {
                    self.pattern(&variant.value);
                }
            }
        }
    }

    fn inline(&mut self, inline: &InlineExpression<&str>) {
        match inline {
            InlineExpression::VariableReference { id } => {
                self.variables.insert(id.name.to_owned());
            }
            InlineExpression::Placeable { expression } => self.expression(expression),
            InlineExpression::FunctionReference { id, arguments } => {
                self.references.insert(format!("{}()", id.name));
                self.arguments(arguments);
            }
            InlineExpression::MessageReference { id, .. } => {
                self.references.insert(id.name.to_owned());
            }
            InlineExpression::TermReference { id, arguments, .. } => {
                self.references.insert(format!("-{}", id.name));
                if let Some(arguments) = arguments {
                    self.arguments(arguments);
                }
            }
            InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
        }
    }

    fn arguments(&mut self, arguments: &CallArguments<&str>) {
        for argument in &arguments.positional {
            self.inline(argument);
        }
        for argument in &arguments.named {
            self.inline(&argument.value);
        }
    }
}

fn messages(file: &FluentResource) -> impl Iterator<Item = &Message<&str>> {
    file.entries().filter_map(|entry| match entry {
        Entry::Message(message) => Some(message),
        Entry::Term(_)
        | Entry::Comment(_)
        | Entry::GroupComment(_)
        | Entry::ResourceComment(_)
        | Entry::Junk { .. } => None,
    })
}

/// What a message says, as Fluent writes it, without its name.
fn source(message: &Message<&str>) -> String {
    let alone = Message { comment: None, attributes: Vec::new(), ..message.clone() };
    let written = serializer::serialize(&Resource { body: vec![Entry::Message(alone)] });
    let value = written.split_once('=').map_or("", |(_, value)| value);
    let lines = value.trim_end().lines().map(|line| line.strip_prefix("    ").unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// Every message of a language in the order of the program; those that it lacks are as in English. `own` is the publisher's
/// folder of templates.
///
/// # Errors
/// A file cannot be used.
pub fn originals(tag: &str, own: Option<&Path>) -> Result<Vec<Original>, WordsError> {
    let mut said: BTreeMap<String, String> = BTreeMap::new();
    for file in catalogue::files_of(tag, None)? {
        said.extend(messages(&file).map(|message| (message.id.name.to_owned(), source(message))));
    }
    let mut fixed: BTreeMap<String, String> = BTreeMap::new();
    for file in catalogue::written_files_of(tag, own)? {
        fixed.extend(messages(&file).map(|message| (message.id.name.to_owned(), source(message))));
    }
    let mut all = Vec::new();
    for file in catalogue::files_of("en", None)? {
        all.extend(messages(&file).map(|message| {
            let id = message.id.name.to_owned();
            let by_machine = fixed.get(&id).cloned();
            Original {
                is_fixed: by_machine.is_some(),
                text: by_machine.or_else(|| said.get(&id).cloned()).unwrap_or_else(|| source(message)),
                id,
            }
        }));
    }
    Ok(all)
}

/// A message as a file would hold it.
fn written(id: &str, text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("    {line}")).collect();
    format!("{id} =\n{}\n", lines.join("\n"))
}

/// Why a text cannot be said in the place of a message; in English, of which every language says the same.
///
/// # Errors
/// What is wrong with it, for the person who wrote it.
pub fn check(id: &str, text: &str) -> Result<(), String> {
    // English is built in and stays as it is.
    static ENGLISH: LazyLock<BTreeMap<String, Parts>> = LazyLock::new(|| {
        let files = catalogue::files_of("en", None).unwrap_or_default();
        let parts =
            |message: &Message<&str>| Some((message.id.name.to_owned(), Parts::of(message.value.as_ref()?)));
        files.iter().flat_map(messages).filter_map(parts).collect()
    });
    fits(id, text, ENGLISH.get(id).ok_or_else(|| "there is no such message".to_owned())?)
}

fn fits(id: &str, text: &str, told: &Parts) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err("it says nothing".to_owned());
    }
    if text.chars().count() > TEXT_MAX {
        return Err(format!("it is longer than {TEXT_MAX} characters"));
    }
    // The arrow stands behind the number that decides between forms.
    if text.replace("->", "").contains(['<', '>']) {
        return Err("it holds < or >: markup would be shown as it is typed".to_owned());
    }
    let whole = written(id, text);
    let parsed = parser::parse(whole.as_str());
    let resource = parsed.map_err(|(_, errors)| unreadable(&whole, &errors))?;
    let [Entry::Message(message)] = resource.body.as_slice() else {
        return Err("it is more than one message: a line of it begins as another would".to_owned());
    };
    let (Some(pattern), true) = (&message.value, message.attributes.is_empty()) else {
        return Err("a line of it begins with a dot and a name, which is no text".to_owned());
    };
    let own = Parts::of(pattern);
    let named = |names: Vec<&String>| {
        names.into_iter().map(|name| format!("{{ ${name} }}")).collect::<Vec<_>>().join(", ")
    };
    let unknown: Vec<&String> = own.variables.difference(&told.variables).collect();
    if !unknown.is_empty() {
        return Err(format!("it names {}, which it is not told", named(unknown)));
    }
    let missing: Vec<&String> = told.variables.difference(&own.variables).collect();
    if !missing.is_empty() && !FREE.contains(&id) {
        return Err(format!("it leaves {} out", named(missing)));
    }
    match own.references.difference(&told.references).next() {
        Some(reference) => Err(format!("it refers to {reference}, which is not at hand here")),
        None => Ok(()),
    }
}

/// The first mistake, with its line as the writer counts.
fn unreadable(whole: &str, errors: &[parser::ParserError]) -> String {
    let Some(first) = errors.first() else { return "it cannot be read".to_owned() };
    let line = whole.get(..first.pos.start).map_or(0, |head| head.matches('\n').count());
    // What ends too early is told at its last line.
    let last = whole.lines().count().saturating_sub(1);
    format!("line {}: {first}", line.min(last).max(1))
}

/// What the publisher says in one folder of a language; what was written for another version and does not fit this one is
/// left out.
pub(super) fn resource(folder: &str, own: &OwnWords) -> Option<FluentResource> {
    let fitting = own.iter().filter(|((tag, id), said)| tag == folder && check(id, said).is_ok());
    let text: String = fitting.map(|((_, id), said)| written(id, said)).collect();
    FluentResource::try_new(text).ok().filter(|file| file.entries().next().is_some())
}

/// What the publisher says and cannot be said any more, with why.
pub fn unfit(own: &OwnWords) -> Vec<String> {
    let why = |((tag, id), text): (&(String, String), &String)| {
        check(id, text).err().map(|why| format!("{tag} {id}: {why}"))
    };
    own.iter().filter_map(why).collect()
}

/// A text as people would read it, once for each form that a number can ask for; the rest is told as an example.
///
/// # Errors
/// What is wrong with it.
pub fn examples(tag: &str, id: &str, text: &str) -> Result<Vec<String>, String> {
    check(id, text)?;
    let own = OwnWords::from([((tag.to_owned(), id.to_owned()), text.to_owned())]);
    let english = super::Language::english().map_err(|error| error.to_string())?;
    let language = super::Language::open(tag, &english, (None, &own)).map_err(|error| error.to_string())?;
    let whole = written(id, text);
    let parts = parser::parse(whole.as_str()).ok();
    let parts = parts.as_ref().and_then(|resource| match resource.body.as_slice() {
        [Entry::Message(message)] => message.value.as_ref().map(Parts::of),
        _ => None,
    });
    let parts = parts.unwrap_or_default();
    let numbers: &[i64] = if parts.selectors.is_empty() { &[1] } else { &[1, 2, 5, 21] };
    let mut all: Vec<String> = Vec::new();
    for number in numbers {
        let told: Vec<(&str, super::Variable<'_>)> = parts
            .variables
            .iter()
            .map(|name| {
                let told = if parts.selectors.contains(name) {
                    super::Variable::from(*number)
                } else {
                    super::Variable::from(example(name))
                };
                (name.as_str(), told)
            })
            .collect();
        let said = language.text(id, &told);
        if !all.contains(&said) {
            all.push(said);
        }
    }
    Ok(all)
}

fn example(name: &str) -> String {
    let known = match name {
        "name" => "Ann Reader",
        "amount" | "limit" | "refunded" | "total" => "€25.00",
        "date" | "day" => "15 June 2026",
        "number" => "R2026-000417",
        "campaign" => "Press fund",
        "site" => "The Lantern",
        _ => return format!("‹{name}›"),
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_of_the_program_may_be_said_as_it_is() {
        for tag in ["en", "fr", "de", "es", "pt", "ru", "ar"] {
            let all = originals(tag, None).unwrap();
            assert!(all.len() > 300);
            for original in all {
                assert_eq!(
                    check(&original.id, &original.text),
                    Ok(()),
                    "{tag} {}: {}",
                    original.id,
                    original.text
                );
            }
        }
    }

    #[test]
    fn what_is_left_out_unknown_marked_up_or_no_fluent_is_told() {
        let wrong = |text: &str| check("letter-dear", text).unwrap_err();
        assert!(wrong("Dear friend,").contains("leaves { $name } out"));
        assert!(wrong("Dear { $name } { $other },").contains("names { $other }"));
        assert!(wrong("Dear <b>{ $name }</b>").contains("markup"));
        assert!(wrong("Dear { $name").starts_with("line 1: "));
        assert!(wrong("Dear { $name },\n.title = x").contains("begins with a dot"));
        assert!(wrong("{ letter-hello } { $name }").contains("refers to letter-hello"));
        assert!(wrong("  ").contains("says nothing"));
        assert!(check("no-such", "x").is_err());
        assert_eq!(check("letter-dear", "Hello { $name }!\nletter-hello = kept as text"), Ok(()));
    }

    #[test]
    fn an_example_shows_each_form_once() {
        let text = "{ $left ->\n    [one] One try { $left } left\n   *[other] { $left } tries left\n}";
        let shown = examples("en", "account-enter-wrong", text).unwrap();
        assert_eq!(shown, ["One try 1 left", "2 tries left", "5 tries left", "21 tries left"]);
    }
}
