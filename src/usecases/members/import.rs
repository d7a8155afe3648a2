//! A file of members is taken in: all of it or nothing, and again without any effect.

use super::PATREON;
use super::learn::{Learned, learn};
use crate::domain::audit::{Action, Actor};
use crate::domain::member::{MemberNews, MemberSource};
use crate::gateways::patreon::{FileLine, MemberFile};
use crate::store::{StoreError, external_tiers};
use crate::usecases::{Context, UseCaseError, audit};
use serde_json::json;

/// Whether a file is taken in, or only tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Import {
    /// Everything is done and then taken back, to see what it would do.
    Trial,
    /// It is done.
    Real,
}

/// What a file of members does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    /// Lines in it.
    pub lines: usize,
    /// Members who were not known.
    pub new: usize,
    /// Those who are otherwise than before.
    pub changed: usize,
    /// Those who are as before.
    pub same: usize,
    /// Those of whom later news are here already.
    pub older: usize,
}

/// Why a transaction ends without being kept.
enum Ended {
    Tried(Imported),
    Failed(UseCaseError),
}

impl From<StoreError> for Ended {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<UseCaseError> for Ended {
    fn from(error: UseCaseError) -> Self {
        Self::Failed(error)
    }
}

/// Takes a file in, in one transaction. What the platform said later than the file counts.
///
/// # Errors
/// Of the database; then nothing is changed.
pub async fn import(
    ctx: &Context,
    by: Actor,
    file: MemberFile,
    how: Import,
) -> Result<Imported, UseCaseError> {
    let inner = ctx.clone();
    let done = ctx.db.write(move |tx| {
        let levels = external_tiers::list(tx, PATREON)?;
        let mut found = Imported { lines: file.lines.len(), ..Imported::default() };
        for FileLine { news, level, as_of, .. } in file.lines {
            // A file names levels by what they are called.
            let known = levels.iter().find(|known| Some(&known.title) == level.as_ref());
            let news = MemberNews { tier: known.map(|known| known.remote.clone()), ..news };
            match learn(tx, &inner, MemberSource::File, news, as_of)? {
                Learned::New(_) => found.new += 1,
                Learned::Changed(_) => found.changed += 1,
                Learned::Same(_) => found.same += 1,
                Learned::Nothing => found.older += 1,
            }
        }
        if how == Import::Trial {
            return Err(Ended::Tried(found));
        }
        let detail = json!({ "lines": found.lines, "new": found.new, "changed": found.changed });
        audit::record(tx, &inner, (by, Action::MembersImported), &PATREON, &detail)?;
        Ok(found)
    });
    match done.await {
        Ok(found) | Err(Ended::Tried(found)) => Ok(found),
        Err(Ended::Failed(error)) => Err(error),
    }
}
