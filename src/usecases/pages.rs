//! What every process keeps rendered: when it changes in the database, all of them render it anew.
//!
//! A version stands in the database. Whoever changes what pages show changes it in the same transaction; every process
//! looks at it together with its files.

use super::{Context, UseCaseError};
use crate::domain::article::Slug;
use crate::domain::campaign::Campaign;
use crate::store::{Conn, StoreError, Tx, campaigns, discussions, settings};
use std::collections::BTreeSet;

const SETTING: &str = "pages_version";

/// Names a state of what pages show; no two states have the same.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Version(String);

/// Says that what pages show has changed.
///
/// A name that was never used, not a number that grows: of two changes at once, each must be seen.
pub fn change(tx: &mut Tx<'_>, ctx: &Context) -> Result<Version, StoreError> {
    let fresh = format!("{:032x}", u128::from_be_bytes(ctx.ids.random()));
    settings::set(tx, SETTING, &fresh)?;
    Ok(Version(fresh))
}

/// Says that something else is shown below these articles.
pub fn change_below(tx: &mut Tx<'_>, ctx: &Context, articles: &BTreeSet<Slug>) -> Result<(), StoreError> {
    // The one row first: whoever else writes about the same articles waits there.
    let Version(fresh) = change(tx, ctx)?;
    discussions::change(tx, articles, &fresh)
}

/// The version of what pages show.
pub fn version(conn: &mut Conn) -> Result<Version, StoreError> {
    Ok(Version(settings::find(conn, SETTING)?.unwrap_or_default()))
}

/// The version of what pages show now.
pub async fn current(ctx: &Context) -> Result<Version, UseCaseError> {
    Ok(ctx.db.read(version).await?)
}

/// The campaigns of these names as the database has them, and the version of that.
pub async fn shown(ctx: &Context, slugs: Vec<String>) -> Result<(Version, Vec<Campaign>), UseCaseError> {
    let read = ctx.db.read(move |conn| {
        let mut list = Vec::new();
        for slug in &slugs {
            list.extend(campaigns::find_by_slug(conn, slug)?);
        }
        Ok::<_, StoreError>((version(conn)?, list))
    });
    Ok(read.await?)
}
