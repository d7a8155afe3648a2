//! A site in one file, and back.

use super::file::{self, Draft};
use super::{Conn, Copied, CopyError, Progress, Standing, dialect, migrate};
use super::{open_source, open_target, require_level, transfer};
use crate::domain::receipt::ReceiptNumber;
use crate::store::schema::{donations, receipts};
use crate::store::{DatabaseOptions, StoreError};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use std::path::Path;

/// What to do about a file that has the name already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Leave it and stop.
    Refuse,
    /// Put the new one in its place, once that is whole.
    Replace,
}

/// What is in a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Payments, whether their money arrived or not.
    pub donations: i64,
    /// Receipts, void ones too.
    pub receipts: i64,
    /// The number issued last.
    pub latest_receipt: Option<String>,
    /// Size of the file.
    pub bytes: u64,
}

/// What came out of a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The copy into the database.
    pub copied: Copied,
    /// What was in the file.
    pub kept: Kept,
    /// Migrations that the backup lacked.
    pub migrated: Vec<String>,
}

/// Writes the site as it is at this moment into one SQLite file, while the site goes on.
///
/// The file has its name only once it is whole, on disk and looked at. Only its owner can read it.
pub fn backup(
    from: &DatabaseOptions,
    name: &Path,
    existing: Existing,
    progress: &Progress,
) -> Result<Kept, CopyError> {
    let refuse = || match existing {
        Existing::Refuse if name.exists() => Err(CopyError::Exists(name.to_owned())),
        Existing::Refuse | Existing::Replace => Ok(()),
    };
    refuse()?;
    let mut source = open_source(from)?;
    require_level(&mut source)?;
    let draft = Draft::begin(file::beside(name, ".part"))?;
    match &mut source {
        Conn::Sqlite(c) => vacuum_into(c, draft.path(), progress)?,
        Conn::Postgres(_) => {
            let mut target = open_draft(draft.path())?;
            migrate::run(&mut target)?;
            transfer(&mut source, &mut target, progress)?;
        }
    }
    let mut written = file::open_frozen(draft.path())?;
    file::must_be_sound(&mut written, draft.path())?;
    let kept = contents(&mut written)?;
    drop(written);
    refuse()?;
    let bytes = draft.keep_as(name)?;
    Ok(Kept { bytes, ..kept })
}

/// Puts a backup into an empty database of either engine. An older one is migrated first, in a copy of it.
pub fn restore(name: &Path, to: &DatabaseOptions, progress: &Progress) -> Result<Restored, CopyError> {
    let (mut source, standing) = file::open_backup(name)?;
    // Before a copy of the file is made and migrated, which can take a while.
    let mut target = open_target(to)?;
    let mut migrated = Vec::new();
    let mut copy = None;
    if let Standing::Behind(_) = standing {
        let draft = Draft::begin(file::beside(name, ".restoring"))?;
        std::fs::copy(name, draft.path()).map_err(file::failed("cannot copy the backup to", draft.path()))?;
        source = open_draft(draft.path())?;
        migrated = migrate::run(&mut source)?;
        copy = Some(draft);
    }
    let kept = contents(&mut source)?;
    let copied = transfer(&mut source, &mut target, progress)?;
    let bytes = std::fs::metadata(name).map_err(file::failed("cannot read", name))?.len();
    drop(source);
    drop(copy);
    Ok(Restored { copied, kept: Kept { bytes, ..kept }, migrated })
}

/// SQLite's own copy of a snapshot, without its empty pages: several times as fast as row by row, and writers do not
/// wait for it.
fn vacuum_into(c: &mut SqliteConnection, path: &Path, progress: &Progress) -> Result<(), CopyError> {
    #[derive(QueryableByName)]
    struct Size {
        #[diesel(sql_type = BigInt)]
        bytes: i64,
    }
    const USED: &str = "SELECT (page_count - freelist_count) * page_size AS bytes \
        FROM pragma_page_count, pragma_freelist_count, pragma_page_size";
    let size: Size = diesel::sql_query(USED).get_result(c).map_err(StoreError::from)?;
    progress.plan(u64::try_from(size.bytes).unwrap_or_default());
    drop(progress.growing.set(path.to_owned()));
    let vacuum = diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(file::text_of(path)?);
    vacuum.execute(c).map_err(StoreError::from)?;
    Ok(())
}

/// A file that nobody else knows of and that is thrown away if anything fails.
fn open_draft(path: &Path) -> Result<Conn, CopyError> {
    let mut conn = SqliteConnection::establish(file::text_of(path)?).map_err(StoreError::unavailable)?;
    dialect::set_up_draft(&mut conn)?;
    Ok(Conn::Sqlite(conn))
}

fn contents(conn: &mut Conn) -> Result<Kept, CopyError> {
    let donations = donations::table.select(count_star()).get_result(conn).map_err(StoreError::from)?;
    let all = receipts::table.select(count_star()).get_result(conn).map_err(StoreError::from)?;
    let latest: Option<(String, i32, i64)> = receipts::table
        .order(receipts::id.desc())
        .limit(1)
        .select((receipts::series, receipts::year, receipts::number))
        .get_result(conn)
        .optional()
        .map_err(StoreError::from)?;
    let named = |(series, year, number)| ReceiptNumber { series, year, number }.to_string();
    Ok(Kept { donations, receipts: all, latest_receipt: latest.map(named), bytes: 0 })
}
