//! Pictures of another site: taken from a folder where there is one, else left where they are. Nothing is fetched.

use super::TakeError;
use crate::content::{draft, media_file};
use crate::domain::media::MediaPath;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Largest picture that is taken, in bytes.
const PICTURE_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// Where pictures come from, and where they go.
pub(super) struct Media {
    from: Option<PathBuf>,
    content: PathBuf,
    /// Whether anything is written.
    is_dry: bool,
    /// What was found of each.
    known: BTreeMap<MediaPath, Found>,
    /// How many were copied.
    pub(super) copied: usize,
}

/// What is found of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// It is in the content folder now.
    Here,
    /// It is not in the folder that was named, or none was.
    Missing,
    /// Another picture of this name is in the content folder.
    Other,
    /// It is too large.
    TooLarge,
}

impl Media {
    pub(super) fn new(from: Option<PathBuf>, content: &Path, is_dry: bool) -> Self {
        Self { from, content: content.to_owned(), is_dry, known: BTreeMap::new(), copied: 0 }
    }

    /// Takes a picture, once.
    pub(super) fn take(&mut self, picture: &MediaPath) -> Result<Found, TakeError> {
        if let Some(found) = self.known.get(picture) {
            return Ok(*found);
        }
        let found = self.look(picture)?;
        self.known.insert(picture.clone(), found);
        Ok(found)
    }

    fn look(&mut self, picture: &MediaPath) -> Result<Found, TakeError> {
        let Some(source) = self.from.as_ref().map(|from| from.join(picture.as_str())) else {
            return Ok(Found::Missing);
        };
        let Ok(meta) = fs::metadata(&source) else { return Ok(Found::Missing) };
        if !meta.is_file() {
            return Ok(Found::Missing);
        }
        if meta.len() > PICTURE_BYTES_MAX {
            return Ok(Found::TooLarge);
        }
        let bytes = fs::read(&source).map_err(|error| TakeError::io(&source, error))?;
        let target = media_file(&self.content, picture);
        match fs::read(&target) {
            Ok(there) if there == bytes => return Ok(Found::Here),
            Ok(_another) => return Ok(Found::Other),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(TakeError::io(&target, error)),
        }
        if !self.is_dry {
            draft::replace(&target, &bytes).map_err(|error| TakeError::io(&target, error))?;
        }
        self.copied += 1;
        Ok(Found::Here)
    }
}

/// What the pictures of one text came to.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Addresses elsewhere, which pages here do not load.
    pub(super) elsewhere: BTreeSet<String>,
    /// Names of which there is another picture here.
    pub(super) others: BTreeSet<String>,
    /// Names of pictures that are too large.
    pub(super) large: BTreeSet<String>,
    /// How many say nothing to those who do not see them, where nobody else counts them.
    pub(super) silent: usize,
}

impl Seen {
    pub(super) fn note(&mut self, name: &str, found: Found) {
        let list = match found {
            Found::Here => return,
            Found::Missing => &mut self.elsewhere,
            Found::Other => &mut self.others,
            Found::TooLarge => &mut self.large,
        };
        list.insert(name.to_owned());
    }

    /// What a person should look at, one sentence each.
    pub(super) fn notes(&self) -> Vec<String> {
        let list = |names: &BTreeSet<String>| {
            let first: Vec<&str> = names.iter().take(3).map(String::as_str).collect();
            let more = if names.len() > first.len() { ", …" } else { "" };
            format!("{}{more}", first.join(", "))
        };
        let mut notes = Vec::new();
        if !self.elsewhere.is_empty() {
            let count = self.elsewhere.len();
            notes.push(format!(
                "{count} pictures stay where they were, and pages here load none from elsewhere: {}",
                list(&self.elsewhere)
            ));
        }
        if !self.others.is_empty() {
            notes.push(format!(
                "other pictures of these names are here already, and stay: {}",
                list(&self.others)
            ));
        }
        if !self.large.is_empty() {
            notes.push(format!("pictures larger than 32 MiB are not taken: {}", list(&self.large)));
        }
        if self.silent > 0 {
            notes.push(format!("{} pictures have no text for those who do not see them", self.silent));
        }
        notes
    }
}
