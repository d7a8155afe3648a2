//! What is known of the pictures, in one file beside the smaller ones of them.

use super::Fault;
use crate::domain::media::MediaPath;
use crate::domain::picture::{Gallery, Known, PictureDigest, Rendition, Size};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// So long something stays that nothing needs any more: whoever has opened a page may still ask for it, and a text may come back.
/// In seconds.
pub(super) const KEPT_SECONDS: i64 = 24 * 60 * 60;

/// How smaller pictures are made. Whoever changes that counts it up, and all are made anew under other addresses.
pub(super) const RECIPE: u8 = 1;

/// What is known of all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Index {
    recipe: u8,
    /// By the names of pictures.
    pictures: BTreeMap<String, Entry>,
    /// Files that nothing needs any more, since when, in seconds of Unix.
    pub(super) retired: BTreeMap<String, i64>,
}

/// What is known of a picture.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Entry {
    /// The file as it was looked at; none if it was not there.
    pub(super) stamp: Option<Stamp>,
    digest: Option<String>,
    /// Width and height, as it is seen.
    size: Option<(u32, u32)>,
    widths: Vec<u32>,
    /// Since when no text shows it, in seconds of Unix.
    unwanted_since: Option<i64>,
    /// What a person should know, one sentence each.
    pub(super) said: Vec<String>,
}

/// Tells a file from what it was before, without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    /// Its size.
    pub(super) bytes: u64,
    seconds: u64,
    nanoseconds: u32,
}

impl Stamp {
    /// None if it is not there, for whatever reason.
    pub(super) fn of(file: &Path) -> Option<Self> {
        let meta = fs::metadata(file).ok().filter(fs::Metadata::is_file)?;
        let written = meta.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        let written = written.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Some(Self { bytes: meta.len(), seconds: written.as_secs(), nanoseconds: written.subsec_nanos() })
    }
}

impl Entry {
    /// Of a picture that is not to be had, or not to be read.
    pub(super) fn without(stamp: Option<Stamp>, fault: &Fault) -> Self {
        Self { stamp, said: vec![fault.to_string()], ..Self::default() }
    }

    /// Of a picture of which this much is known, as yet without smaller ones.
    pub(super) fn of(stamp: Stamp, digest: Option<&PictureDigest>, size: Option<Size>) -> Self {
        Self {
            stamp: Some(stamp),
            digest: digest.map(|digest| digest.as_str().to_owned()),
            size: size.map(|size| (size.width(), size.height())),
            ..Self::default()
        }
    }

    /// There is one of this width.
    pub(super) fn has(&mut self, width: u32) {
        self.widths.push(width);
    }

    pub(super) fn say(&mut self, fault: &Fault) {
        self.said.push(fault.to_string());
    }

    /// The smaller ones, ascending.
    pub(super) fn renditions(&self) -> Vec<Rendition> {
        let digest = self.digest.as_deref().and_then(PictureDigest::parse);
        let of = |digest: PictureDigest| {
            self.widths.iter().map(|width| Rendition { digest: digest.clone(), width: *width }).collect()
        };
        digest.map(of).unwrap_or_default()
    }

    fn known(&self) -> Option<Known> {
        let (width, height) = self.size?;
        Some(Known { size: Size::new(width, height)?, renditions: self.renditions() })
    }
}

impl Index {
    /// Reads it; an empty one if it is not there, or was written by another recipe.
    pub(super) fn read(file: &Path) -> io::Result<Self> {
        let bytes = match fs::read(file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::empty()),
            Err(error) => return Err(error),
        };
        // What cannot be read is nothing that could not be made anew.
        let read: Option<Self> = serde_json::from_slice(&bytes).ok();
        Ok(read.filter(|index| index.recipe == RECIPE).unwrap_or_else(Self::empty))
    }

    fn empty() -> Self {
        Self { recipe: RECIPE, ..Self::default() }
    }

    /// As it is written.
    pub(super) fn to_json(&self) -> io::Result<Vec<u8>> {
        Ok(serde_json::to_vec(self)?)
    }

    pub(super) fn get(&self, picture: &MediaPath) -> Option<&Entry> {
        self.pictures.get(picture.as_str())
    }

    pub(super) fn put(&mut self, picture: &MediaPath, entry: Entry) {
        self.pictures.insert(picture.as_str().to_owned(), entry);
    }

    /// Forgets the pictures that have not been among these for long enough.
    pub(super) fn keep<'a>(&mut self, pictures: impl Iterator<Item = &'a MediaPath>, now_unix: i64) {
        let wanted: BTreeSet<&str> = pictures.map(MediaPath::as_str).collect();
        self.pictures.retain(|name, entry| {
            if wanted.contains(name.as_str()) {
                entry.unwanted_since = None;
                return true;
            }
            let since = *entry.unwanted_since.get_or_insert(now_unix);
            now_unix.saturating_sub(since) < KEPT_SECONDS
        });
    }

    /// The names of all files of pictures that texts show.
    pub(super) fn files(&self) -> BTreeSet<String> {
        let wanted = self.pictures.values().filter(|entry| entry.unwanted_since.is_none());
        wanted.flat_map(Entry::renditions).map(|rendition| rendition.to_string()).collect()
    }

    pub(super) fn gallery(&self) -> Gallery {
        let known = |(name, entry): (&String, &Entry)| Some((MediaPath::parse(name)?, entry.known()?));
        let gallery: Gallery = self.pictures.iter().filter_map(known).collect();
        let said = |(name, entry): (&String, &Entry)| Some((MediaPath::parse(name)?, entry.said.clone()));
        gallery.saying(self.pictures.iter().filter_map(said).collect())
    }

    /// What a person should know, by picture that a text shows.
    pub(super) fn said(&self) -> Vec<(String, String)> {
        let all = self.pictures.iter().filter(|(_, entry)| entry.unwanted_since.is_none());
        all.flat_map(|(name, entry)| entry.said.iter().map(|said| (name.clone(), said.clone()))).collect()
    }
}
