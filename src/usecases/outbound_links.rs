//! Links to pages elsewhere on which readers can support the publication, counted: so that what an article brought is not only
//! what was given here. A counter knows the day and the article, and nobody who followed the link.

use super::limits::take_or_leave;
use super::{Context, UseCaseError};
use crate::domain::article::Slug;
use crate::domain::figures::Period;
use crate::domain::outbound::Place;
use crate::store::limits::{Bucket, Rate};
use crate::store::outbound_links::{self, Followed};

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

/// What was followed in a period, most often first.
pub async fn within(ctx: &Context, period: Period) -> Result<Vec<Followed>, UseCaseError> {
    Ok(ctx.db.read(move |conn| outbound_links::within(conn, period)).await?)
}
