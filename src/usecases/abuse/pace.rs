//! How busy the site usually is: how many payments are begun in a minute, and how many for the forms that are shown. Only payments
//! that brought money are taken for usual, so that no attack makes itself so.

use super::attack;
use crate::domain::abuse::{AbuseRules, BUSIER_MINUTES, USUAL_OVER, Usual, WINDOW};
use crate::domain::ids::smallest_at;
use crate::store::{Conn, StoreError, abuse, form_views, settings};
use crate::usecases::{Context, UseCaseError};
use chrono::{DateTime, Utc};

/// How many payments were begun in a busy minute of the last week.
const BUSY_MINUTE: &str = "payments_in_a_busy_minute";

/// The minute of a moment, counted from 1970.
fn minute_of(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(60)
}

/// Learns anew how busy a busy minute is, and forgets forms that nothing counts any more.
pub(in crate::usecases) async fn learn(ctx: &Context) -> Result<(), UseCaseError> {
    let since = ctx.now() - USUAL_OVER;
    let busiest =
        ctx.db.read(move |conn| abuse::busy_minute(conn, smallest_at(since), BUSIER_MINUTES)).await?;
    ctx.db
        .write(move |tx| {
            settings::set(tx, BUSY_MINUTE, &busiest.to_string())?;
            form_views::remove_before(tx, minute_of(since))
        })
        .await?;
    Ok(())
}

/// The rules of a site that is as busy as it usually is.
pub(super) fn adapted(conn: &mut Conn, rules: &AbuseRules) -> Result<AbuseRules, StoreError> {
    let known = settings::find(conn, BUSY_MINUTE)?.and_then(|text| text.parse().ok());
    Ok(rules.used_to(known.unwrap_or_default()))
}

/// How many payments are begun in a minute before more is asked of everybody.
///
/// # Errors
/// The database does not answer.
pub async fn most_in_a_minute(ctx: &Context) -> Result<i64, UseCaseError> {
    let rules = ctx.policy.abuse;
    Ok(ctx.db.read(move |conn| adapted(conn, &rules)).await?.per_minute)
}

/// Beyond how many payments since a moment more were begun than the forms explain that were shown; none as long as too little is
/// known of what is usual.
pub(super) fn explained(
    conn: &mut Conn,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Option<i64>, StoreError> {
    let (first, until) = (now - USUAL_OVER, now - WINDOW);
    let usual = Usual {
        payments: abuse::payments_that_paid(conn, smallest_at(first)..smallest_at(until))?,
        forms: form_views::shown_in(conn, minute_of(first)..minute_of(until))?,
    };
    // The minute that is not over counts too.
    let shown = form_views::shown_in(conn, minute_of(since)..minute_of(now).saturating_add(1))?;
    Ok(usual.explains(shown))
}

/// Adds forms that were shown since the last time, and looks whether payments are begun by somebody who looks at none: programs
/// post, and read nothing. Every process does so by the minute.
///
/// # Errors
/// The database does not answer; nothing was added then.
pub async fn count_forms(ctx: &Context, shown: i64) -> Result<(), UseCaseError> {
    let (now, watched) = (ctx.now(), ctx.policy.abuse.attempts_watched());
    let lately =
        ctx.db.read(move |conn| abuse::attempts_from(conn, smallest_at(now - WINDOW), watched)).await?;
    let is_busy = lately >= watched;
    if shown == 0 && !is_busy {
        return Ok(());
    }
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            if shown > 0 {
                form_views::add(tx, minute_of(now), shown)?;
            }
            if is_busy {
                attack::judge(tx, &inner)?;
            }
            Ok::<_, UseCaseError>(())
        })
        .await
}
