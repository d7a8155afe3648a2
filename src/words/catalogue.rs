//! Message files: those in the program, and those of the publisher.

use fluent_bundle::FluentResource;
use std::path::{Path, PathBuf};

#[derive(rust_embed::Embed)]
#[folder = "src/words/locales/"]
struct Embedded;

/// A message file that cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WordsError {
    /// It is not written as Fluent wants it.
    #[error("{file}: {why}")]
    Syntax {
        /// Which file.
        file: String,
        /// What is wrong, and on which line.
        why: String,
    },
    /// It is there and cannot be read.
    #[error("the messages in {} cannot be read: {why}", path.display())]
    Unreadable {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The site offers a language in which there is nothing to say.
    #[error(
        "there are no messages in {0:?}; add files to locales/{0} in the folder of site.templates, or take it out of site.locales"
    )]
    Unknown(String),
    /// Not a language tag.
    #[error("{0:?} is not a language tag")]
    Tag(String),
}

/// The folders that make up a language, the most general first: `pt`, then `pt-BR`.
pub(super) fn folders(tag: &str) -> Vec<String> {
    let ends = tag.match_indices('-').map(|(at, _)| at).chain([tag.len()]);
    ends.filter_map(|end| tag.get(..end).map(str::to_owned)).collect()
}

/// Every message file of a language; of two that define the same message, the later one counts.
pub(super) fn files_of(tag: &str, own: Option<&Path>) -> Result<Vec<FluentResource>, WordsError> {
    let mut found = Vec::new();
    for folder in folders(tag) {
        for (name, text) in embedded(&folder) {
            found.push(parse(&name, text)?);
        }
    }
    found.extend(written_files_of(tag, own)?);
    Ok(found)
}

/// The publisher's message files of a language.
pub(super) fn written_files_of(tag: &str, own: Option<&Path>) -> Result<Vec<FluentResource>, WordsError> {
    let mut found = Vec::new();
    for folder in own
        .map(|own| folders(tag).into_iter().map(|name| own.join("locales").join(name)).collect::<Vec<_>>())
        .into_iter()
        .flatten()
    {
        for (name, text) in written(&folder)? {
            found.push(parse(&name, text)?);
        }
    }
    Ok(found)
}

/// The files in the program of one language, by name.
pub(super) fn embedded(folder: &str) -> impl Iterator<Item = (String, String)> {
    let start = format!("{folder}/");
    Embedded::iter().filter(move |name| name.starts_with(&start)).filter_map(|name| {
        let text = String::from_utf8(Embedded::get(&name)?.data.into_owned()).ok()?;
        Some((name.into_owned(), text))
    })
}

/// The publisher's files of one language, by name.
fn written(folder: &Path) -> Result<Vec<(String, String)>, WordsError> {
    let unreadable = |path: &Path, error: std::io::Error| WordsError::Unreadable {
        path: path.to_owned(),
        why: error.to_string(),
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(folder, error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| unreadable(folder, error))?.path();
        if path.extension().is_some_and(|end| end == "ftl") {
            paths.push(path);
        }
    }
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?;
        Ok((path.display().to_string(), text))
    };
    paths.into_iter().map(read).collect()
}

fn parse(name: &str, text: String) -> Result<FluentResource, WordsError> {
    FluentResource::try_new(text).map_err(|(half, errors)| {
        let first = errors.first();
        let line = first
            .and_then(|error| half.source().get(..error.pos.start))
            .map_or(0, |head| head.matches('\n').count());
        let why = first.map_or_else(|| "cannot be read".to_owned(), ToString::to_string);
        WordsError::Syntax { file: name.to_owned(), why: format!("line {}: {why}", line + 1) }
    })
}
