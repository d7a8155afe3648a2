//! Owns: taking over what a publication wrote elsewhere: exports of WordPress, folders of Markdown.
//! May import: `domain`, `content`. Must not: know the store or the web, ask the network, or change a file that no import wrote.

mod body;
mod files;
mod media;
mod place;
mod plain;
mod report;
mod shelf;
mod shortcode;
mod wordpress;
mod wxr;

pub use files::Folder;
pub use report::{Noted, Report};
pub use wordpress::{Post, WordPress};
pub use wxr::Fault;

use super::import::ImportError;
use std::io;
use std::path::{Path, PathBuf};

/// What the person who takes over decides.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder with the uploaded pictures; none: pictures stay where they are.
    pub media: Option<PathBuf>,
    /// The language of texts that name none, as a BCP 47 tag.
    pub language: String,
    /// Whether only is said what would be done.
    pub is_dry: bool,
}

/// Why no more is taken over. What was written until then is whole, and the same again goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// A mistake in the form of the file; found before anything is written.
    #[error("{}, {fault}; nothing of it is taken over", file.display())]
    File {
        /// The export.
        file: PathBuf,
        /// What is wrong.
        fault: Fault,
    },
    /// The system would not read or write.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A text that cannot be made an article; the others can.
    #[error(transparent)]
    Text(#[from] ImportError),
}

impl TakeError {
    fn io(path: &Path, source: io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }
}
