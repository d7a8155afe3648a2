//! Whether the site is under attack. It finds that out by itself from payments that are declined, or begun by whoever looks at no
//! form, and forgets it by itself some hours after the last sign; staff can say either. It stands in the database: every process
//! goes by it with its next request.

use super::pace;
use crate::domain::abuse::{ATTACK_LASTS, Signs, WINDOW, Who, still_lasts};
use crate::domain::audit::{Action, Actor};
use crate::domain::ids::smallest_at;
use crate::store::reviews::Question;
use crate::store::{Conn, StoreError, Tx, abuse, reviews, settings};
use crate::usecases::{Context, UseCaseError, audit};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

/// Until when the attack lasts that was seen last.
const UNTIL: &str = "attack_until";
/// When it began; names the question about it.
const BEGAN: &str = "attack_began";
/// When staff last said that there is none: what was seen before that counts no more.
const ENDED: &str = "attack_ended";
/// An attack that goes on is written down anew so often.
const SEEN_AGAIN: TimeDelta = TimeDelta::hours(1);
/// The kind of the question that is raised once for each attack.
const QUESTION: &str = "under_attack";
/// What the log says it was done to.
const SUBJECT: &str = "site";

/// Until when the site is under attack; none if it is not.
pub(in crate::usecases) fn until(
    conn: &mut Conn,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    Ok(settings::find_moment(conn, UNTIL)?.filter(|until| still_lasts(Some(*until), now)))
}

/// Until when the site is under attack; none if it is not.
///
/// # Errors
/// The database does not answer.
pub async fn lasts_until(ctx: &Context) -> Result<Option<DateTime<Utc>>, UseCaseError> {
    let now = ctx.now();
    Ok(ctx.db.read(move |conn| until(conn, now)).await?)
}

/// Looks whether what happened lately is an attack: after a payment was declined, and by the minute while many are begun. Of one
/// that goes on, staff are told once.
pub(super) fn judge(tx: &mut Tx<'_>, ctx: &Context) -> Result<(), UseCaseError> {
    let now = ctx.now();
    let known = until(tx, now)?;
    if known.is_some_and(|until| until > now + ATTACK_LASTS - SEEN_AGAIN) {
        return Ok(());
    }
    let ended = settings::find_moment(tx, ENDED)?.filter(|ended| *ended <= now);
    let since = ended.map_or(now - WINDOW, |ended| ended.max(now - WINDOW));
    let rules = &ctx.policy.abuse;
    let declines = abuse::declines_since(tx, since)?;
    // More attempts than these make no difference.
    let explained = pace::explained(tx, since, now)?;
    let many = declines.saturating_mul(2).max(explained.unwrap_or_default());
    let most = many.saturating_add(1).max(rules.attempts_watched());
    let signs = Signs {
        attempts: abuse::attempts_from(tx, smallest_at(since), most)?,
        declines,
        blocks: abuse::blocks_since(tx, Who::Client, since)?,
        explained,
    };
    if !signs.are_an_attack(rules) {
        return Ok(());
    }
    settings::set_moment(tx, UNTIL, now + ATTACK_LASTS)?;
    if known.is_some() {
        return Ok(());
    }
    settings::set_moment(tx, BEGAN, now)?;
    let detail = format!(
        "somebody seems to try stolen cards: in ten minutes {} payments or more were begun, {} declined, and {} addresses blocked; \
         the site asks more of everybody for six hours (see Defence in the office, and what your gateway says)",
        signs.attempts, signs.declines, signs.blocks
    );
    let subject = now.to_rfc3339();
    let question = Question { kind: QUESTION, subject: &subject, detail: &detail };
    reviews::raise(tx, ctx.new_id(), question, now)?;
    let detail = json!({ "attempts": signs.attempts, "declines": signs.declines, "blocks": signs.blocks });
    audit::record(tx, ctx, (Actor::System, Action::AttackBegan), &SUBJECT, &detail)
}

/// Says that the site is under attack, from now on for some hours. Said again, it lasts longer.
pub async fn begin(ctx: &Context, by: Actor) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let now = inner.now();
            if until(tx, now)?.is_none() {
                settings::set_moment(tx, BEGAN, now)?;
            }
            settings::set_moment(tx, UNTIL, now + ATTACK_LASTS)?;
            audit::record(tx, &inner, (by, Action::AttackBegan), &SUBJECT, &json!({}))
        })
        .await
}

/// Says that there is no attack, or none any more. Without effect if there is none. What was declined until now counts no more
/// for the next one; who is blocked stays so for the rest of the hour.
pub async fn end(ctx: &Context, by: Actor) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let now = inner.now();
            if until(tx, now)?.is_none() {
                return Ok(());
            }
            settings::set_moment(tx, UNTIL, now)?;
            settings::set_moment(tx, ENDED, now)?;
            if let Some(began) = settings::find_moment(tx, BEGAN)? {
                reviews::settle(tx, QUESTION, &began.to_rfc3339(), now)?;
            }
            audit::record(tx, &inner, (by, Action::AttackEnded), &SUBJECT, &json!({}))
        })
        .await
}
