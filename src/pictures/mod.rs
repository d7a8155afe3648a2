//! Owns: smaller ones of the publication's pictures: reading pictures, making them smaller, keeping them.
//! May import: `domain`. Must not: change an original, know the texts, the database or the web.
//!
//! What is made lies in one folder that may be lost: all of it can be made anew. One process at a time works there, one
//! picture at a time. A file there has a name by the content of its original, so it never changes.

mod exif;
mod index;
mod profile;
mod read;
mod scale;

use self::index::{Entry, Index, KEPT_SECONDS, RECIPE, Stamp};
use self::read::Found;
use crate::domain::media::MediaPath;
use crate::domain::picture::{FILE_BYTES_MAX, Gallery, PictureDigest, Rendition};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Write as _};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

const INDEX: &str = "index.json";
const LOCK: &str = "lock";
/// What the names of files end with that are not written to their end.
const UNFINISHED: &str = ".new";
/// After so many pictures it is written down what is known of them.
const WRITE_AFTER: usize = 20;

/// What keeps a picture from being made smaller, or should be known of it. What readers get is the original then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum Fault {
    #[error("it is not in the folder of pictures")]
    Missing,
    #[error("it is larger than 32 MiB; it is shown as it is, save it smaller")]
    LargeFile,
    #[error(
        "it has {0} × {1} pixels, and more than 30 million are too many; it is shown as it is, save it smaller"
    )]
    TooManyPixels(u32, u32),
    #[error("it is damaged ({0}); it is shown as it is, save it again")]
    Damaged(String),
    #[error("it has the colours of a printing press (CMYK), which browsers show wrongly; save it as RGB")]
    ForPrinting,
    #[error("it cannot be made smaller ({0}); it is shown as it is")]
    Unscaled(String),
    #[error(
        "it tells where it was taken (GPS), and whoever loads the original can read that; remove it if nobody should"
    )]
    TellsPlace,
}

/// Pictures that texts show, and where their files are.
pub type Wanted = BTreeMap<MediaPath, PathBuf>;

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Done {
    /// How many pictures were looked at because they are new or changed.
    pub looked_at: usize,
    /// How many smaller ones were made.
    pub made: usize,
    /// How many were removed because nothing needs them any more.
    pub removed: usize,
    /// What a person should know of the pictures that were looked at: name and sentence.
    pub said: Vec<(String, String)>,
}

/// The folder in which smaller pictures are kept.
#[derive(Debug, Clone)]
pub struct Keeper {
    folder: PathBuf,
}

impl Keeper {
    /// Nothing is made yet, not even the folder.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Where the file of a smaller picture is.
    pub fn file(&self, rendition: &Rendition) -> PathBuf {
        self.folder.join(rendition.to_string())
    }

    /// A number that changes when something else is known of the pictures, read from size and time of one file. Compare it
    /// only with another one of the same process.
    pub fn stamp(&self) -> u64 {
        let meta = fs::metadata(self.index_file()).ok();
        let written: Option<(u64, Option<SystemTime>)> = meta.map(|meta| (meta.len(), meta.modified().ok()));
        let mut hasher = DefaultHasher::new();
        written.hash(&mut hasher);
        hasher.finish()
    }

    /// What pages may show.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn gallery(&self) -> io::Result<Gallery> {
        Ok(Index::read(&self.index_file())?.gallery())
    }

    /// What a person should know of the pictures: name and sentence.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn said(&self) -> io::Result<Vec<(String, String)>> {
        Ok(Index::read(&self.index_file())?.said())
    }

    /// Makes what there is not of these pictures, once nobody else works here. Nothing is removed. Takes up to seconds for
    /// each picture.
    ///
    /// # Errors
    /// The folder cannot be read or written. What was made until then is kept.
    pub fn add(&self, wanted: &Wanted) -> io::Result<Done> {
        let lock = self.lock_file()?;
        lock.lock()?;
        let mut index = Index::read(&self.index_file())?;
        let mut done = Done::default();
        self.make(&mut index, wanted, &|| true, &mut done)?;
        Ok(done)
    }

    /// Makes what there is not of these pictures, and removes what none of them has needed for a day. None if somebody else
    /// works here: then there is nothing to do. `goes_on` is asked before each picture. Takes up to seconds for each picture
    /// that is new or changed, and next to nothing for the others.
    ///
    /// # Errors
    /// The folder cannot be read or written. What was made until then is kept.
    pub fn bring_up(
        &self,
        wanted: &Wanted,
        now_unix: i64,
        goes_on: &dyn Fn() -> bool,
    ) -> io::Result<Option<Done>> {
        if wanted.is_empty() && !self.folder.exists() {
            return Ok(Some(Done::default()));
        }
        let lock = self.lock_file()?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let mut index = Index::read(&self.index_file())?;
        let mut done = Done::default();
        if self.make(&mut index, wanted, goes_on, &mut done)? {
            let before = index.clone();
            index.keep(wanted.keys(), now_unix);
            done.removed = self.remove(&mut index, now_unix)?;
            if index != before {
                self.write(INDEX, &index.to_json()?)?;
            }
        }
        Ok(Some(done))
    }

    fn index_file(&self) -> PathBuf {
        self.folder.join(INDEX)
    }

    /// Whoever has locked it works here. The lock goes with the process.
    fn lock_file(&self) -> io::Result<File> {
        fs::create_dir_all(&self.folder)?;
        File::options().create(true).truncate(false).write(true).open(self.folder.join(LOCK))
    }

    /// Returns whether all were looked at.
    fn make(
        &self,
        index: &mut Index,
        wanted: &Wanted,
        goes_on: &dyn Fn() -> bool,
        done: &mut Done,
    ) -> io::Result<bool> {
        let mut is_whole = true;
        let mut written = 0;
        for (picture, file) in wanted {
            if !goes_on() {
                is_whole = false;
                break;
            }
            let stamp = Stamp::of(file);
            if index.get(picture).is_some_and(|entry| entry.stamp == stamp && self.has_all(entry)) {
                continue;
            }
            let entry = self.look(file, stamp, done)?;
            let said = entry.said.iter().map(|said| (picture.as_str().to_owned(), said.clone()));
            done.said.extend(said);
            done.looked_at += 1;
            index.put(picture, entry);
            if done.looked_at - written >= WRITE_AFTER {
                self.write(INDEX, &index.to_json()?)?;
                written = done.looked_at;
            }
        }
        if done.looked_at > written {
            self.write(INDEX, &index.to_json()?)?;
        }
        Ok(is_whole)
    }

    /// Whether the files are still there that were made.
    fn has_all(&self, entry: &Entry) -> bool {
        entry.renditions().iter().all(|rendition| self.file(rendition).is_file())
    }

    /// Looks at a picture and makes the smaller ones of it.
    fn look(&self, file: &Path, stamp: Option<Stamp>, done: &mut Done) -> io::Result<Entry> {
        let Some(stamp) = stamp else {
            return Ok(Entry::without(None, &Fault::Missing));
        };
        if stamp.bytes > FILE_BYTES_MAX {
            return Ok(Entry::without(Some(stamp), &Fault::LargeFile));
        }
        let bytes = match fs::read(file) {
            Ok(bytes) => bytes,
            // It went away, or is closed to us: readers do not see it either.
            Err(error) => return Ok(Entry::without(Some(stamp), &Fault::Damaged(error.to_string()))),
        };
        // A reader of pictures that fails at one of them does not keep the others from being read.
        let found = catch_unwind(|| read::read(&bytes)).unwrap_or_else(|_panic| {
            Found::SizeAlone(None, Some(Fault::Damaged("it cannot be read to its end".to_owned())))
        });
        let pixels = match found {
            Found::Pixels(pixels) => pixels,
            Found::SizeAlone(size, fault) => {
                let mut entry = Entry::of(stamp, None, size);
                if let Some(fault) = &fault {
                    entry.say(fault);
                }
                return Ok(entry);
            }
        };
        let digest = hex::encode(Sha256::new().chain_update([RECIPE]).chain_update(&bytes).finalize());
        let (digest, size) = (PictureDigest::of_longer(&digest), pixels.size.turned(pixels.exif.turn));
        let mut entry = Entry::of(stamp, digest.as_ref(), Some(size));
        if pixels.exif.has_place {
            entry.say(&Fault::TellsPlace);
        }
        for rendition in digest.iter().flat_map(|digest| {
            size.widths().into_iter().map(move |width| Rendition { digest: digest.clone(), width })
        }) {
            match scale::webp(&pixels, rendition.width) {
                // What is no smaller helps nobody.
                Ok(webp) if webp.len() >= bytes.len() => {}
                Ok(webp) => {
                    self.write(&rendition.to_string(), &webp)?;
                    entry.has(rendition.width);
                    done.made += 1;
                }
                Err(why) => {
                    entry.say(&Fault::Unscaled(why));
                    break;
                }
            }
        }
        Ok(entry)
    }

    /// Removes the files that nothing has needed for long enough, and returns how many.
    fn remove(&self, index: &mut Index, now_unix: i64) -> io::Result<usize> {
        let needed = index.files();
        let mut retired = BTreeMap::new();
        let mut removed = 0;
        for file in fs::read_dir(&self.folder)? {
            let file = file?;
            let Ok(name) = file.file_name().into_string() else { continue };
            // Whoever wrote it does so no more: the lock is ours.
            let is_unfinished = name.ends_with(UNFINISHED);
            if needed.contains(&name) || (Rendition::parse(&name).is_none() && !is_unfinished) {
                continue;
            }
            let since = index.retired.get(&name).copied().unwrap_or(now_unix);
            if is_unfinished || now_unix.saturating_sub(since) >= KEPT_SECONDS {
                fs::remove_file(file.path())?;
                removed += usize::from(!is_unfinished);
            } else {
                retired.insert(name, since);
            }
        }
        index.retired = retired;
        Ok(removed)
    }

    /// Writes a file beside its place and moves it there: nobody reads half of it.
    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let unfinished = self.folder.join(format!("{name}{UNFINISHED}"));
        let mut file = File::create(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&unfinished, self.folder.join(name))
    }
}

#[cfg(test)]
mod tests;
