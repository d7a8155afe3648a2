//! Links to pages elsewhere on which readers can support the publication, counted: so that what an article brought is not only
//! what was given here. A counter knows the day and the article, and nobody who followed the link.

use super::limits::take_or_leave;
use super::{Context, UseCaseError};
use crate::domain::article::Slug;
use crate::domain::figures::Period;
use crate::domain::member::Platform;
use crate::domain::outbound::{Place, estimate, first_day};
use crate::store::external_moves::{self, Joined};
use crate::store::limits::{Bucket, Rate};
use crate::store::{StoreError, outbound_links};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// What one client may add to the counters: a reader follows such a link once or twice, and a program without end.
const PER_CLIENT: Rate = Rate { burst: 10, per_hour: 10 };

/// Counts that a client follows a link. Whoever does so too often is not counted any more.
///
/// # Errors
/// Of the database only; the reader is sent on all the same.
pub async fn count(
    ctx: &Context,
    place: Place,
    article: Option<Slug>,
    client: &str,
) -> Result<(), UseCaseError> {
    let now = ctx.now();
    let day = ctx.day_of(now);
    let name = ctx.key.blurred("outbound links by client", &[&day.to_string(), client])?;
    ctx.db
        .write(move |tx| {
            let bucket = Bucket { name, rate: PER_CLIENT };
            if take_or_leave(tx, &bucket, now)? {
                outbound_links::count(tx, place, article.as_ref(), day)?;
            }
            Ok::<_, UseCaseError>(())
        })
        .await
}

/// Readers of one article who left for a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Where they went.
    pub place: Place,
    /// What they had read; none if that is not known.
    pub article: Option<Slug>,
    /// How often they left.
    pub times: i64,
    /// An estimate of those who joined there, in hundredths of a member: see [`crate::domain::outbound`].
    pub joined_hundredths: i64,
}

/// What is known of readers who support the publication elsewhere, in a period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Elsewhere {
    /// By article, those from which readers left most often first.
    pub ways: Vec<Way>,
    /// Members who joined at Patreon.
    pub joined: i64,
    /// Those of them whom the estimate assigns to nothing.
    pub unexplained: i64,
}

/// What was followed in a period, and which of it may have led to the members who joined in it.
///
/// # Errors
/// The database does not answer.
pub async fn within(ctx: &Context, period: Period) -> Result<Elsewhere, UseCaseError> {
    let before = Period { from: first_day(period.from), until: period.until };
    let after = period.until.succ_opt().unwrap_or(period.until);
    let moments = (ctx.start_of(period.from), ctx.start_of(after));
    let read = ctx.db.read(move |conn| {
        let followed = outbound_links::within(conn, period)?;
        let departures = outbound_links::by_day(conn, Place::Patreon, before)?;
        Ok::<_, StoreError>((followed, departures, external_moves::joined(conn, Platform::Patreon, moments)?))
    });
    let (followed, departures, joined) = read.await?;
    let (dated, undated): (Vec<Joined>, Vec<Joined>) = joined.into_iter().partition(|one| one.is_dated);
    let mut by_day: BTreeMap<NaiveDate, i64> = BTreeMap::new();
    for one in dated {
        *by_day.entry(ctx.day_of(one.at)).or_default() += 1;
    }
    let mut found = estimate(&by_day, i64::try_from(undated.len()).unwrap_or(i64::MAX), &departures);
    let mut ways = Vec::new();
    for outbound_links::Followed { place, article, times } in followed {
        let joined_hundredths = found.hundredths.remove(&article).unwrap_or_default();
        ways.push(Way { place, article, times, joined_hundredths });
    }
    // From these readers left before the period only.
    for (article, joined_hundredths) in found.hundredths {
        ways.push(Way { place: Place::Patreon, article, times: 0, joined_hundredths });
    }
    Ok(Elsewhere { ways, joined: found.joined, unexplained: found.unexplained })
}
