//! Typed reading of single keys. Each helper records what is wrong and gives `None`, so that a section reads all of
//! its keys before it stops and the operator sees every mistake at once.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use super::merge::Layers;
use super::secret::Secret;

/// The value is wrong, and that was recorded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reported;

impl Layers {
    /// Parses a text; the error says what is wrong with it ("is not an address and a port").
    pub(super) fn parse<T>(
        &mut self,
        path: &str,
        example: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        if self.is_broken(path) {
            return None;
        }
        match parse(&self.text(path)) {
            Ok(value) => Some(value),
            Err(what) => {
                let shown = self.shown(path);
                self.reject(path, format!("{shown} {what}"), example);
                None
            }
        }
    }

    /// Like [`Layers::parse`], but an empty text is `None`: the setting is off.
    pub(super) fn parse_optional<T>(
        &mut self,
        path: &str,
        example: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, Reported> {
        if !self.is_broken(path) && self.text(path).is_empty() {
            return Ok(None);
        }
        self.parse(path, example, parse).map(Some).ok_or(Reported)
    }

    /// A whole number within `range`.
    pub(super) fn number<T: TryFrom<i64> + Display>(
        &mut self,
        path: &str,
        range: RangeInclusive<i64>,
    ) -> Option<T> {
        if self.is_broken(path) {
            return None;
        }
        let number = self.integer(path).unwrap_or_default();
        let value = T::try_from(number).ok().filter(|_| range.contains(&number));
        if value.is_none() {
            let (least, most) = (range.start(), range.end());
            let what = format!("{number} is not a whole number from {least} to {most}");
            self.reject(path, what, &number.clamp(*least, *most).to_string());
        }
        value
    }

    /// A number of seconds, from 1 to a day.
    pub(super) fn seconds(&mut self, path: &str) -> Option<Duration> {
        self.number(path, 1..=86_400).map(Duration::from_secs)
    }

    /// A number of milliseconds, from 1 to an hour.
    pub(super) fn milliseconds(&mut self, path: &str) -> Option<Duration> {
        self.number(path, 1..=3_600_000).map(Duration::from_millis)
    }

    /// A text that must not be empty.
    pub(super) fn required_text(&mut self, path: &str, example: &str) -> Option<String> {
        self.parse(path, example, |text| {
            if text.is_empty() { Err("is empty".to_owned()) } else { Ok(text.to_owned()) }
        })
    }

    /// A folder or file that must be named.
    pub(super) fn required_path(&mut self, path: &str, example: &str) -> Option<PathBuf> {
        self.required_text(path, example).map(PathBuf::from)
    }

    /// A secret, or `None` when it is empty.
    pub(super) fn secret(&self, path: &str) -> Option<Secret<String>> {
        Some(self.exact_text(path)).filter(|text| !text.is_empty()).map(|text| Secret::new(text.to_owned()))
    }
}

/// `text` as one of the `choices`, each a word and its value.
pub(super) fn choose<T: Copy>(text: &str, choices: &[(&str, T)]) -> Result<T, String> {
    let found = choices.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    found.ok_or_else(|| {
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        format!("is none of {}", words.join(", "))
    })
}
