//! Backup files: written under another name until they are whole, looked at before they are believed.

use super::{Conn, CopyError};
use crate::store::StoreError;
use crate::store::migrate::{self, Standing};
use diesel::prelude::*;
use diesel::sql_types::Text;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fs::{File, OpenOptions, Permissions, TryLockError};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// What need not be escaped in the path of SQLite's `file:` addresses.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_');

/// `path` with something after its name.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

pub(super) fn failed(doing: &'static str, file: &Path) -> impl FnOnce(std::io::Error) -> CopyError {
    let file = file.to_owned();
    move |error| CopyError::File { doing, file, error }
}

/// SQLite wants paths as text.
pub(super) fn text_of(path: &Path) -> Result<&str, CopyError> {
    let no_text = || std::io::Error::new(std::io::ErrorKind::InvalidInput, "its name is not UTF-8");
    path.to_str().ok_or_else(|| failed("cannot use", path)(no_text()))
}

/// A file that vanishes again unless it is kept. Only its owner can read it; only one process writes it.
pub(super) struct Draft {
    path: PathBuf,
    /// Holds the lock. Closed last: closing it earlier would drop the locks of SQLite on the same file.
    file: File,
    kept: bool,
}

impl Draft {
    /// Begins the file, empty. One that a killed run has left behind is used again.
    pub(super) fn begin(path: PathBuf) -> Result<Self, CopyError> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).mode(0o600);
        let file = options.open(&path).map_err(failed("cannot create", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(CopyError::Busy(path)),
            Err(TryLockError::Error(error)) => return Err(failed("cannot lock", &path)(error)),
        }
        file.set_permissions(Permissions::from_mode(0o600)).map_err(failed("cannot close off", &path))?;
        file.set_len(0).map_err(failed("cannot empty", &path))?;
        Ok(Self { path, file, kept: false })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file its name once it is on disk. A power cut leaves the old file or the new one.
    pub(super) fn keep_as(mut self, name: &Path) -> Result<u64, CopyError> {
        self.file.sync_all().map_err(failed("cannot write", &self.path))?;
        let bytes = self.file.metadata().map_err(failed("cannot read", &self.path))?.len();
        std::fs::rename(&self.path, name).map_err(failed("cannot name", name))?;
        self.kept = true;
        let folder = name.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(failed("cannot write the folder", folder))?;
        Ok(bytes)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.kept {
            for ending in ["", "-wal", "-shm", "-journal"] {
                // Nothing more can be done about a file that cannot be removed.
                drop(std::fs::remove_file(beside(&self.path, ending)));
            }
        }
    }
}

/// Opens a file that nobody writes to, as it is: nothing is created beside it.
pub(super) fn open_frozen(path: &Path) -> Result<Conn, CopyError> {
    let escaped = utf8_percent_encode(text_of(path)?, ESCAPED);
    let address = format!("file:{escaped}?mode=ro&immutable=1");
    SqliteConnection::establish(&address)
        .map(Conn::Sqlite)
        .map_err(|error| StoreError::unavailable(error).into())
}

/// Opens a backup after looking at every page of it, and says how it stands to this program.
pub(super) fn open_backup(path: &Path) -> Result<(Conn, Standing), CopyError> {
    let mut head = Vec::new();
    let opened = File::open(path).map_err(failed("cannot read", path))?;
    std::io::Read::read_to_end(&mut std::io::Read::take(opened, 16), &mut head)
        .map_err(failed("cannot read", path))?;
    if head != *b"SQLite format 3\0" {
        return Err(CopyError::NoBackup(path.to_owned()));
    }
    // What they hold is missing in the file itself.
    if ["-wal", "-journal"].iter().any(|ending| beside(path, ending).exists()) {
        return Err(CopyError::InUse(path.to_owned()));
    }
    let mut conn = open_frozen(path)?;
    must_be_sound(&mut conn, path)?;
    let standing = migrate::standing(&mut conn)?;
    match standing {
        Standing::Foreign => Err(CopyError::NoBackup(path.to_owned())),
        Standing::Ahead(migration) => Err(CopyError::Ahead { what: "the backup", migration }),
        Standing::Behind(_) | Standing::Level => Ok((conn, standing)),
    }
}

/// Every page and every index of the file agree.
pub(super) fn must_be_sound(conn: &mut Conn, path: &Path) -> Result<(), CopyError> {
    #[derive(QueryableByName)]
    struct Verdict {
        #[diesel(sql_type = Text)]
        integrity_check: String,
    }
    let verdict = diesel::sql_query("PRAGMA integrity_check(1)").get_result(conn);
    let why = match verdict {
        Ok(Verdict { integrity_check }) if integrity_check == "ok" => return Ok(()),
        Ok(Verdict { integrity_check }) => integrity_check.lines().next().unwrap_or_default().to_owned(),
        Err(error) => error.to_string(),
    };
    Err(CopyError::Damaged { file: path.to_owned(), why })
}
